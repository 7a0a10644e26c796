#include "management/enrollment_edit.h"

#include "domain/mend.h"
#include "management/attestation_kind.h"
#include "management/certificate_trust.h"
#include "management/issuance.h"
#include "management/keys.h"
#include "management/member_passwords.h"
#include "management/product_secret.h"
#include "management/tpm_keys.h"
#include "management/validation.h"

#include <fmt/format.h>

#include <algorithm>

namespace berth::management {
namespace {

using domain::AllocationPolicy;
using domain::Enrollment;
using domain::EnrollmentEdit;
using domain::EnrollmentKind;
using domain::KeySlot;

std::string_view member_of(KeySlot slot) {
  return slot == KeySlot::kPrimary ? "primaryKey" : "secondaryKey";
}

std::string policy_text(const std::optional<AllocationPolicy>& policy) {
  return policy ? std::string(to_string(*policy)) : "the scope's";
}

Result<void> edit_key(const Call& call, Enrollment& enrollment, KeySlot slot,
                      const std::optional<Secret>& given, Differences& changed) {
  auto& keys = std::get<domain::SymmetricKeys>(enrollment.attestation);
  domain::Sealed& sealed = slot_of(keys, slot);
  const bool first = sealed.bytes.empty();
  if (!given && !first) return {};
  if (given) {
    Result<void> valid = check_key(member_of(slot), *given);
    if (!valid) return valid;
  }
  if (first) {
    const Secret made = given ? given->clone() : call.ports.rng.secret(kKeyBytesMade);
    sealed = call.ports.vault.seal(
        made, domain::key_context(enrollment.scope, enrollment.kind, enrollment.id));
    return {};
  }
  BERTH_TRY(const bool replaced, replace_key(call, enrollment, slot, *given));
  if (replaced) changed.note(member_of(slot));
  return {};
}

// The proof that its devices must bring, whatever kind it is of.
Result<void> edit_attestation(const Call& call, Enrollment& enrollment, const EnrollmentEdit& edit,
                              const Surroundings& surroundings, Differences& changed) {
  Result<void> done = check_attestation_kind(enrollment, edit);
  if (!done) return done;
  if (std::holds_alternative<domain::ProductSecret>(enrollment.attestation)) {
    return edit_product_group(call, enrollment, edit, changed);
  }
  if (std::holds_alternative<domain::MemberPasswords>(enrollment.attestation)) {
    return edit_password_group(call, enrollment, edit, changed);
  }
  if (std::holds_alternative<domain::CertificateTrust>(enrollment.attestation)) {
    return edit_certificate_trust(call, enrollment, edit, surroundings, changed);
  }
  if (std::holds_alternative<domain::TpmKeys>(enrollment.attestation)) {
    return edit_tpm_keys(call, enrollment, edit, changed);
  }
  done = edit_key(call, enrollment, KeySlot::kPrimary, edit.primary_key, changed);
  if (!done) return done;
  return edit_key(call, enrollment, KeySlot::kSecondary, edit.secondary_key, changed);
}

Result<void> edit_device_id(Enrollment& enrollment, const std::string& given,
                            Differences& changed) {
  const std::string before = enrollment.device_id ? enrollment.device_id->text() : "";
  if (given == before) return {};
  if (given.empty()) {
    enrollment.device_id.reset();
  } else {
    BERTH_TRY(enrollment.device_id, domain::DeviceId::parse(given));
  }
  changed.note("deviceId", before, given);
  return {};
}

// Every name is that of a hub linked to the scope, and none is there twice.
Result<std::vector<domain::HubName>> linked_hubs(const std::vector<std::string>& given,
                                                 const Surroundings& surroundings) {
  std::vector<domain::HubName> hubs;
  if (given.size() > kHubsPerEnrollmentMax) {
    return Fail(ErrorKind::kInvalid, fmt::format("hubs has {} names", given.size()),
                fmt::format("name at most {}", kHubsPerEnrollmentMax));
  }
  std::vector<std::string> linked;
  for (const domain::HubLink& link : surroundings.links) linked.push_back(link.hub.text());
  for (const std::string& name : given) {
    if (std::find(linked.begin(), linked.end(), name) == linked.end()) {
      const std::string& scope = surroundings.scope.id.text();
      return Fail(ErrorKind::kInvalid,
                  fmt::format("hubs names '{}', which is not linked to scope {}",
                              base::printable(name, 64), scope),
                  linked.empty() ? "link it first: " + domain::mend::link_hub(scope, name)
                                 : fmt::format("linked are: {}", fmt::join(linked, ", ")));
    }
    const domain::HubName hub = domain::HubName::trusted(name);
    if (std::find(hubs.begin(), hubs.end(), hub) == hubs.end()) hubs.push_back(hub);
  }
  return hubs;
}

Result<void> edit_allocation(Enrollment& enrollment, const EnrollmentEdit& edit,
                             const Surroundings& surroundings, Differences& changed) {
  if (edit.allocation_policy && *edit.allocation_policy != enrollment.allocation_policy) {
    changed.note("allocationPolicy", policy_text(enrollment.allocation_policy),
                 policy_text(*edit.allocation_policy));
    enrollment.allocation_policy = *edit.allocation_policy;
  }
  if (edit.hubs) {
    BERTH_TRY(std::vector<domain::HubName> hubs, linked_hubs(*edit.hubs, surroundings));
    if (hubs != enrollment.hubs) changed.note("hubs");
    enrollment.hubs = std::move(hubs);
  }
  const AllocationPolicy policy =
      enrollment.allocation_policy.value_or(surroundings.scope.allocation_policy);
  if (policy != AllocationPolicy::kStatic || enrollment.hubs.size() == 1) return {};
  return Fail(ErrorKind::kInvalid,
              fmt::format("the static policy needs exactly one hub, and hubs names {}",
                          enrollment.hubs.size()),
              "name one linked hub in hubs, or set allocationPolicy to hashed");
}

Result<void> edit_document(std::string_view member, std::string& field,
                           const std::optional<std::string>& given, std::size_t bytes_max,
                           Differences& changed) {
  if (!given) return {};
  Result<void> valid = check_json_object(member, *given, bytes_max);
  if (!valid || field == *given) return valid;
  field = *given;
  changed.note(member);
  return {};
}

Result<void> edit_documents(Enrollment& enrollment, const EnrollmentEdit& edit,
                            Differences& changed) {
  Result<void> done =
      edit_document("tags", enrollment.initial_twin.tags, edit.tags, kTagsBytesMax, changed);
  if (!done) return done;
  done = edit_document("desired", enrollment.initial_twin.desired, edit.desired, kDesiredBytesMax,
                       changed);
  if (!done) return done;
  return edit_document("deviceInformation", enrollment.device_information, edit.device_information,
                       kDeviceInformationBytesMax, changed);
}

Result<void> individual_only(const Enrollment& enrollment, const EnrollmentEdit& edit) {
  if (enrollment.kind == EnrollmentKind::kIndividual) return {};
  const bool device_id = edit.device_id && !edit.device_id->empty();
  const bool information = edit.device_information && *edit.device_information != "{}";
  if (!device_id && !information) return {};
  return Fail(ErrorKind::kInvalid,
              fmt::format("{} is for individual enrollments: a group has many devices",
                          device_id ? "deviceId" : "deviceInformation"),
              "leave it out, or make an individual enrollment for that device");
}

}  // namespace

Result<bool> replace_key(const Call& call, Enrollment& enrollment, KeySlot slot,
                         const Secret& key) {
  auto& keys = std::get<domain::SymmetricKeys>(enrollment.attestation);
  const std::string context = domain::key_context(enrollment.scope, enrollment.kind, enrollment.id);
  return replace_key(call.ports, keys, slot, key, context);
}

Result<Differences> edit_enrollment(const Call& call, Enrollment& enrollment,
                                    const EnrollmentEdit& edit, const Surroundings& surroundings) {
  Differences changed;
  const auto fail = [](Result<void>& failed) { return Fail(std::move(failed).error()); };
  Result<void> done = individual_only(enrollment, edit);
  if (!done) return fail(done);
  done = edit_attestation(call, enrollment, edit, surroundings, changed);
  if (!done) return fail(done);
  done = edit_issuance(enrollment, edit, changed);
  if (!done) return fail(done);
  done = edit_allocation(enrollment, edit, surroundings, changed);
  if (!done) return fail(done);
  done = edit_documents(enrollment, edit, changed);
  if (!done) return fail(done);
  if (edit.device_id) {
    done = edit_device_id(enrollment, *edit.device_id, changed);
    if (!done) return fail(done);
  }
  if (edit.display_name) {
    BERTH_TRY(std::string name, display_name(*edit.display_name, enrollment.id.text()));
    changed.set("displayName", enrollment.display_name, std::move(name));
  }
  if (edit.enabled) changed.set("enabled", enrollment.enabled, *edit.enabled);
  if (edit.iot_edge) changed.set("iotEdge", enrollment.iot_edge, *edit.iot_edge);
  if (edit.reprovision && *edit.reprovision != enrollment.reprovision) {
    enrollment.reprovision = *edit.reprovision;
    changed.note("reprovision");
  }
  return changed;
}

}  // namespace berth::management
