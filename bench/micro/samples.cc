#include "bench/micro/samples.h"

#include <fmt/format.h>

namespace berth::bench {
namespace {

constexpr std::size_t kSealedKeyBytes = 65;

domain::Device sample_device(const domain::Registration& registration) {
  domain::Device device;
  device.hub = kHub;
  device.id = registration.device_id;
  device.scope = kScope;
  device.registration = registration.id;
  device.display_name = registration.id.text();
  device.keys.emplace();
  device.keys->primary.bytes = base::Bytes(kSealedKeyBytes, 0x5a);
  device.keys->secondary.bytes = base::Bytes(kSealedKeyBytes, 0xa5);
  device.created_at = registration.created_at;
  device.updated_at = registration.created_at;
  return device;
}

}  // namespace

domain::Registration sample_registration(std::string id, TimePoint now) {
  domain::Registration registration;
  registration.scope = kScope;
  registration.id = domain::RegistrationId::trusted(std::move(id));
  registration.enrollment = {domain::EnrollmentKind::kGroup,
                             domain::EnrollmentId::trusted("line-7")};
  registration.status = domain::RegistrationStatus::kAssigned;
  registration.substatus = domain::Substatus::kInitialAssignment;
  registration.hub = kHub;
  registration.hub_host = "hub-1.example.com";
  registration.device_id = domain::DeviceId::trusted(registration.id.text());
  registration.operation_id = "4.0123456789abcdef.6a8b7c3e-3f0b-4c9b-9a9b-0123456789ab";
  registration.created_at = now;
  registration.updated_at = now;
  registration.version = 1;
  return registration;
}

domain::Trail sample_trail(const domain::Registration& registration, std::uint64_t number) {
  domain::Trail trail;
  trail.id = fmt::format("01890000-0000-7000-8000-{:012x}", number);
  trail.started_at = registration.created_at;
  trail.operation = "register";
  trail.scope = registration.scope.text();
  trail.registration_id = registration.id.text();
  trail.dialect = "azure-dps";
  trail.transport = "https";
  trail.source = "192.0.2.1";
  trail.outcome = domain::TrailOutcome::kAssigned;
  trail.enrollment = "group/line-7";
  trail.hub = kHub.text();
  trail.device_id = registration.device_id.text();
  for (const domain::Step step :
       {domain::Step::kIdentify, domain::Step::kAttest, domain::Step::kAuthorize,
        domain::Step::kAllocate, domain::Step::kIssue, domain::Step::kRecord}) {
    trail.steps.push_back({step, true, "key derived from the primary key of group 'line-7'", "", "",
                           std::chrono::microseconds(9)});
  }
  return trail;
}

std::unique_ptr<provisioning::Assignment> sample_assignment(std::string id, TimePoint now,
                                                            std::uint64_t number) {
  auto assignment = std::make_unique<provisioning::Assignment>();
  assignment->registration = sample_registration(std::move(id), now);
  const domain::Registration& registration = assignment->registration;
  assignment->device = sample_device(registration);
  assignment->trail = sample_trail(registration, number);
  assignment->audit.at = now;
  assignment->audit.actor = "device:" + kScope.text() + "/" + registration.id.text();
  assignment->audit.action = "registration.assign";
  assignment->audit.scope = kScope.text();
  assignment->audit.target = registration.id.text();
  assignment->audit.detail = R"({"hub":"hub-1"})";
  return assignment;
}

}  // namespace berth::bench
