#include "domain/mend.h"
#include "provisioning/steps.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>
#include <vector>

namespace berth::provisioning {
namespace {

using domain::AllocationPolicy;
using domain::Cause;
using domain::Reason;
using domain::Substatus;

// Named hubs are candidates whatever their link says; unnamed ones only if the link offers them
// (domain::HubLink::apply_allocation).
std::vector<HubCandidate> candidates(const ScopeSnapshot& snapshot,
                                     const domain::Enrollment& enrollment) {
  std::vector<HubCandidate> some;
  for (const HubCandidate& each : snapshot.hubs) {
    const bool named = std::find(enrollment.hubs.begin(), enrollment.hubs.end(), each.hub.name) !=
                       enrollment.hubs.end();
    if (enrollment.hubs.empty() ? each.link.apply_allocation : named) some.push_back(each);
  }
  return some;
}

Refusal no_hub(const domain::Enrollment& enrollment) {
  if (enrollment.hubs.empty()) {
    return {Reason::kNoHub, "a linked hub that takes part in allocation", "none", {}};
  }
  std::string names;
  for (const domain::HubName& name : enrollment.hubs) {
    names += (names.empty() ? "" : ", ") + name.text();
  }
  return {Reason::kHubUnknown, "a hub that is linked to the scope", base::printable(names), {}};
}

bool has_identity(const Dossier& dossier) {
  return dossier.current && !dossier.current->hub.empty() && !dossier.current->device_id.empty();
}

domain::DeviceId device_id(const Identified& identified, const domain::Enrollment& enrollment) {
  const Dossier& dossier = *identified.dossier;
  if (enrollment.kind == domain::EnrollmentKind::kIndividual && enrollment.device_id) {
    return *enrollment.device_id;
  }
  if (has_identity(dossier)) return dossier.current->device_id;
  if (const auto* passwords = std::get_if<domain::MemberPasswords>(&enrollment.attestation)) {
    return domain::DeviceId::trusted(passwords->device_prefix + identified.fresh_id);
  }
  // Every registration id is a valid device id; the first spelling stays.
  const std::string& id =
      dossier.current ? dossier.current->id.text() : identified.registration.text();
  return domain::DeviceId::trusted(id);
}

// How an identity the device already has bears on the placement (azure-dps.md §7.3).
void follow_policy(Placement& placement, const Dossier& dossier,
                   const domain::Enrollment& enrollment) {
  if (!has_identity(dossier)) return;
  const domain::Registration& current = *dossier.current;
  const bool same_hub = placement.hub == current.hub;
  const bool migrate = enrollment.reprovision.migrate_device_data;
  placement.keeps_twin = same_hub || migrate;
  placement.substatus = same_hub  ? Substatus::kReprovisionedToInitialAssignment
                        : migrate ? Substatus::kDeviceDataMigrated
                                  : Substatus::kDeviceDataReset;
  if (!same_hub || placement.device_id != current.device_id) {
    placement.leaves.emplace(current.hub, current.device_id);
  }
}

Placement stay(const Identified& identified, const domain::Enrollment& enrollment) {
  const domain::Registration& current = *identified.dossier->current;
  Placement placement;
  placement.hub = current.hub;
  placement.hub_host = current.hub_host;
  for (const HubCandidate& each : identified.snapshot->hubs) {
    if (each.hub.name == current.hub) placement.hub_host = each.hub.host;
  }
  placement.device_id = device_id(identified, enrollment);
  placement.detail = fmt::format("stays at hub '{}' by its reprovision policy", current.hub.text());
  follow_policy(placement, *identified.dossier, enrollment);
  return placement;
}

// A device that controls others is where they are, and stays there.
Placement beside_controlled(const Identified& identified, const domain::Enrollment& enrollment) {
  const Dossier& dossier = *identified.dossier;
  Placement placement;
  placement.hub = has_identity(dossier) ? dossier.current->hub : dossier.controlled_device->hub;
  placement.hub_host = dossier.controlled->hub_host;
  for (const HubCandidate& each : identified.snapshot->hubs) {
    if (each.hub.name == placement.hub) placement.hub_host = each.hub.host;
  }
  placement.device_id = device_id(identified, enrollment);
  placement.detail = fmt::format("hub '{}', where '{}' is that it controls", placement.hub.text(),
                                 dossier.controlled_device->id.text());
  follow_policy(placement, dossier, enrollment);
  return placement;
}

}  // namespace

Result<Placement, Refusal> allocate(std::span<const std::unique_ptr<Allocator>> allocators,
                                    const Identified& identified,
                                    const domain::Enrollment& enrollment) {
  const Dossier& dossier = *identified.dossier;
  if (identified.for_controller) return beside_controlled(identified, enrollment);
  if (has_identity(dossier) && !enrollment.reprovision.update_hub_assignment) {
    return stay(identified, enrollment);
  }
  const std::vector<HubCandidate> hubs = candidates(*identified.snapshot, enrollment);
  if (hubs.empty()) return Fail(no_hub(enrollment));

  const AllocationPolicy policy =
      enrollment.allocation_policy.value_or(dossier.scope->allocation_policy);
  const auto allocator = std::find_if(allocators.begin(), allocators.end(),
                                      [&](const auto& each) { return each->policy() == policy; });
  if (allocator == allocators.end()) {
    return Fail(Refusal{Reason::kInternal,
                        "an allocation policy this server has",
                        std::string(to_string(policy)),
                        {}});
  }
  Result<std::size_t, Refusal> chosen =
      (*allocator)->choose(identified.registration, enrollment, hubs);
  if (!chosen) return Fail(std::move(chosen).error());
  const domain::Hub& hub = hubs[*chosen].hub;
  Placement placement;
  placement.hub = hub.name;
  placement.hub_host = hub.host;
  placement.device_id = device_id(identified, enrollment);
  placement.detail = fmt::format("hub '{}' by policy '{}' from {} candidates", hub.name.text(),
                                 to_string(policy), hubs.size());
  follow_policy(placement, dossier, enrollment);
  return placement;
}

std::vector<domain::Finding> explain_no_place(const Identified& identified,
                                              const domain::Enrollment& enrollment,
                                              const Refusal& refusal) {
  const std::string& scope = identified.dossier->scope->id.text();
  if (refusal.reason == Reason::kDeviceIdTaken) {
    return {{Cause::kOwnerDiffers, true,
             fmt::format("Another registration has {}.", refusal.received),
             "give the enrollment another device id, or delete the other registration"}};
  }
  if (refusal.reason == Reason::kFirmwareHeld) {
    return {{Cause::kFirmwareNotListed, true,
             fmt::format("The device runs firmware that {} does not list, and waits: {}.",
                         name_text(enrollment), refusal.received),
             domain::mend::approve_firmware(scope, identified.registration.text())}};
  }
  std::vector<domain::Finding> withheld = explain_withheld(identified, refusal);
  if (!withheld.empty()) return withheld;
  if (identified.snapshot->hubs.empty()) {
    return {{Cause::kNoHubLinked, true, fmt::format("No hub is linked to scope '{}'.", scope),
             domain::mend::link_hub(scope, "<hub>")}};
  }
  if (refusal.reason == Reason::kHubUnknown) {
    return {{Cause::kHubsExcluded, true,
             fmt::format("{} names only hubs that are not linked to the scope: {}.",
                         name_text(enrollment), refusal.received),
             domain::mend::link_hub(scope, enrollment.hubs.front().text())}};
  }
  if (refusal.reason != Reason::kNoHub) return {};
  return {{Cause::kHubsExcluded, true,
           fmt::format("{} hubs are linked to the scope, and all are excluded from allocation.",
                       identified.snapshot->hubs.size()),
           domain::mend::link_hub(scope, identified.snapshot->hubs.front().hub.name.text()) +
               " --apply-allocation-policy true"}};
}

}  // namespace berth::provisioning
