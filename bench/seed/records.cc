#include "bench/seed/records.h"

#include "base/uuid.h"
#include "crypto/device_key.h"

#include <fmt/format.h>

namespace berth::bench::seed {
namespace {

using domain::EnrollmentId;
using domain::EnrollmentKind;

std::string group_id(const Options& options, std::uint64_t number) {
  return fmt::format("{}{}", options.group_prefix, number);
}

Secret secondary_of(const Place& place, const std::string& id) {
  return crypto::derive_device_key(place.seed_key.bytes(), id + "/secondary");
}

std::unique_ptr<management::Change> make_enrollment(Place& place, EnrollmentKind kind,
                                                    const std::string& id, const Secret& primary) {
  domain::Enrollment enrollment;
  enrollment.scope = place.scope.id;
  enrollment.kind = kind;
  enrollment.id = EnrollmentId::trusted(id);
  enrollment.display_name = id;
  enrollment.created_at = place.clock.wall();
  enrollment.updated_at = enrollment.created_at;
  const std::string context = domain::key_context(enrollment.scope, kind, enrollment.id);
  domain::SymmetricKeys keys;
  keys.primary = place.vault->seal(primary, context);
  keys.secondary = place.vault->seal(secondary_of(place, id), context);
  enrollment.attestation = std::move(keys);

  auto change = std::make_unique<management::Change>();
  change->expectation = management::MustNotExist{};
  change->audit.at = enrollment.created_at;
  change->audit.actor = "seed_bench";
  change->audit.action = "enrollment.create";
  change->audit.scope = place.scope.id.text();
  change->audit.target = fmt::format("{}/{}", to_string(kind), id);
  change->audit.detail = "{}";
  change->what = management::PutEnrollment{std::move(enrollment)};
  return change;
}

domain::Registration make_registration(Place& place, const std::string& id,
                                       const std::string& group) {
  domain::Registration registration;
  registration.scope = place.scope.id;
  registration.id = domain::RegistrationId::trusted(id);
  registration.enrollment = {EnrollmentKind::kGroup, EnrollmentId::trusted(group)};
  registration.status = domain::RegistrationStatus::kAssigned;
  registration.substatus = domain::Substatus::kInitialAssignment;
  registration.attestation = "symmetric_key";
  registration.hub = place.hub.name;
  registration.hub_host = place.hub.host;
  registration.device_id = domain::DeviceId::trusted(id);
  registration.operation_id = "4." + place.rng.hex(8) + '.' + place.rng.uuid();
  registration.created_at = place.clock.wall();
  registration.updated_at = registration.created_at;
  return registration;
}

domain::Device make_device(Place& place, const domain::Registration& registration) {
  domain::Device device;
  device.hub = registration.hub;
  device.id = registration.device_id;
  device.scope = registration.scope;
  device.registration = registration.id;
  device.display_name = registration.id.text();
  const std::string context = domain::device_key_context(device.hub, device.id);
  const std::string& id = registration.id.text();
  const Secret group_secondary = secondary_of(place, registration.enrollment.id.text());
  domain::SymmetricKeys& keys = device.keys.emplace();
  keys.primary = place.vault->seal(crypto::derive_device_key(place.seed_key.bytes(), id), context);
  keys.secondary =
      place.vault->seal(crypto::derive_device_key(group_secondary.bytes(), id), context);
  device.created_at = registration.created_at;
  device.updated_at = registration.created_at;
  return device;
}

domain::Trail make_trail(Place& place, const domain::Registration& registration) {
  const std::string& id = registration.id.text();
  const std::string& group = registration.enrollment.id.text();
  domain::Trail trail;
  trail.started_at = registration.created_at;
  trail.id = base::uuid_by_time(trail.started_at, place.rng);
  trail.operation = "register";
  trail.scope = registration.scope.text();
  trail.registration_id = id;
  trail.dialect = "seed";
  trail.transport = "https";
  trail.source = "127.0.0.1";
  trail.outcome = domain::TrailOutcome::kAssigned;
  trail.enrollment = "group/" + group;
  trail.hub = registration.hub.text();
  trail.device_id = registration.device_id.text();
  const std::pair<domain::Step, std::string> steps[] = {
      {domain::Step::kIdentify, "no individual enrollment; 1 groups to try"},
      {domain::Step::kAttest,
       fmt::format("key derived for '{}' from the primary key of group '{}'", id, group)},
      {domain::Step::kAuthorize, "enabled"},
      {domain::Step::kAllocate, fmt::format("hub '{}'", trail.hub)},
      {domain::Step::kIssue, fmt::format("identity '{}'", id)},
      {domain::Step::kRecord, "assigned"}};
  for (const auto& [step, detail] : steps) {
    trail.steps.push_back({step, true, detail, "", "", std::chrono::microseconds(9)});
  }
  return trail;
}

}  // namespace

std::string individual_id(const Options& options, std::uint64_t number) {
  const std::uint64_t between = number % options.apart;
  std::string id = fmt::format("{}{}", options.prefix, number / options.apart);
  return between == 0 ? id : fmt::format("{}-{}", id, between);
}

std::unique_ptr<management::Change> make_individual(Place& place, const Options& options,
                                                    std::uint64_t number) {
  const std::string id = individual_id(options, number);
  return make_enrollment(place, EnrollmentKind::kIndividual, id,
                         crypto::derive_device_key(place.seed_key.bytes(), id));
}

std::unique_ptr<management::Change> make_group(Place& place, const Options& options,
                                               std::uint64_t number) {
  return make_enrollment(place, EnrollmentKind::kGroup, group_id(options, number), place.seed_key);
}

std::unique_ptr<provisioning::Assignment> make_assignment(Place& place, const Options& options,
                                                          std::uint64_t number) {
  auto assignment = std::make_unique<provisioning::Assignment>();
  const std::string group = group_id(options, number % options.device_groups);
  assignment->registration =
      make_registration(place, fmt::format("{}{}", options.device_prefix, number), group);
  const domain::Registration& registration = assignment->registration;
  assignment->device = make_device(place, registration);
  assignment->trail = make_trail(place, registration);
  domain::AuditRecord& audit = assignment->audit;
  audit.at = registration.created_at;
  audit.actor = fmt::format("device:{}/{}", registration.scope.text(), registration.id.text());
  audit.source = "127.0.0.1";
  audit.action = "registration.assign";
  audit.scope = registration.scope.text();
  audit.target = registration.id.text();
  audit.detail = fmt::format(R"({{"hub":"{}"}})", registration.hub.text());
  return assignment;
}

}  // namespace berth::bench::seed
