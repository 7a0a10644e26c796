// The registration store as a few maps: what the port promises, in the fewest lines, and the ways
// in which a test can make it fail.
//
// Room provisioning, tests. Thread rule: one test, one thread.
#pragma once

#include "provisioning/ports/registrations.h"

#include <algorithm>
#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace berth::provisioning {

class MemoryStore final : public RegistrationStore {
 public:
  using Key = std::pair<std::string, std::string>;

  // What is there. Enrollments of individuals by (scope, id key); the rest by scope or hub.
  std::map<std::string, domain::Scope> scopes;
  std::map<Key, domain::Enrollment> individual_enrollments;
  std::map<std::string, std::vector<domain::Enrollment>> groups;
  std::map<std::string, std::vector<HubCandidate>> hubs;
  std::map<Key, domain::Registration> registrations;
  std::vector<domain::Hub> unlinked_hubs;
  std::map<Key, domain::Device> devices;
  std::map<Key, domain::Member> members;  // by (group key, name)
  std::vector<domain::CaCertificate> authorities;
  std::vector<domain::TemplateTwin> templates;  // ordered by id
  std::vector<domain::RevokedCertificate> revoked;
  std::map<Key, domain::TpmChallenge> challenges;  // by (scope, id key)
  std::vector<domain::CertificateRecord> issued;
  std::vector<std::pair<std::string, std::string>> controlled;  // (controller, device)
  std::vector<domain::Trail> trails;
  std::vector<domain::AuditRecord> audits;
  std::uint64_t catalog_version = 1;

  // What a test can do to it.
  std::optional<Error> fail_reads;
  std::optional<Error> fail_commits;
  std::optional<Error> fail_refusals;
  std::function<void()> before_commit;
  int snapshots_read = 0;

  template <class Record>
  static std::shared_ptr<const Record> shared(const Record& record) {
    return std::make_shared<const Record>(record);
  }
  template <class Record>
  static std::unique_ptr<const Record> boxed(const Record& record) {
    return std::make_unique<const Record>(record);
  }

  Task<Result<std::unique_ptr<Dossier>>> open_dossier(std::string scope, std::string key) override {
    if (fail_reads) co_return Fail(*fail_reads);
    auto opened = std::make_unique<Dossier>();
    Dossier& dossier = *opened;
    const auto found = scopes.find(scope);
    if (found == scopes.end()) co_return opened;
    dossier.scope = shared(found->second);
    dossier.catalog_version = catalog_version;
    const auto individual = individual_enrollments.find({scope, key});
    if (individual != individual_enrollments.end()) {
      dossier.individual = shared(individual->second);
    }
    const auto current = registrations.find({scope, key});
    if (current != registrations.end()) dossier.current = current->second;
    const auto challenge = challenges.find({scope, key});
    if (challenge != challenges.end()) dossier.challenge = boxed(challenge->second);
    if (!dossier.current) co_return opened;
    for (const domain::Enrollment& group : groups[scope]) {
      const domain::EnrollmentRef& owner = dossier.current->enrollment;
      if (owner.kind == domain::EnrollmentKind::kGroup && owner.id.key() == group.id.key()) {
        dossier.owner_group = shared(group);
      }
    }
    co_return opened;
  }

  Task<Result<std::unique_ptr<Dossier>>> open_member_dossier(std::string group_key,
                                                             std::string member) override {
    if (fail_reads) co_return Fail(*fail_reads);
    auto opened = std::make_unique<Dossier>();
    Dossier& dossier = *opened;
    for (const auto& [scope, of_scope] : groups) {
      for (const domain::Enrollment& group : of_scope) {
        if (is_named(group) && group.id.key() == group_key) {
          dossier.named_group = shared(group);
        }
      }
    }
    if (!dossier.named_group) co_return opened;
    const std::string& scope = dossier.named_group->scope.text();
    dossier.scope = shared(scopes[scope]);
    dossier.catalog_version = catalog_version;
    const auto listed = members.find({group_key, member});
    if (listed != members.end()) dossier.member = boxed(listed->second);
    const auto current =
        registrations.find({scope, base::ascii_lower(dossier.named_group->id.text() + member)});
    if (current != registrations.end()) dossier.current = current->second;
    co_return opened;
  }

  Task<Result<std::unique_ptr<Dossier>>> open_control_dossier(std::string group_key,
                                                              std::string member,
                                                              std::string registration_key,
                                                              std::string controller) override {
    Result<std::unique_ptr<Dossier>> opened =
        co_await open_member_dossier(std::move(group_key), member);
    if (!opened || !(*opened)->named_group) co_return opened;
    Dossier& dossier = **opened;
    if (dossier.current) dossier.controlled = boxed(*dossier.current);
    dossier.current.reset();
    const std::string& scope = dossier.scope->id.text();
    const auto current = registrations.find({scope, registration_key});
    if (current != registrations.end()) dossier.current = current->second;
    for (const auto& [where, device] : devices) {
      if (dossier.controlled && device.id == dossier.controlled->device_id) {
        dossier.controlled_device = boxed(device);
      }
      if (device.id.text() == controller) dossier.controller = boxed(device);
    }
    dossier.controls = dossier.current && dossier.controlled_device &&
                       controls(dossier.current->device_id, dossier.controlled_device->id);
    co_return opened;
  }

  Task<Result<void>> take_control(std::unique_ptr<ControlTaken> taken) override {
    if (fail_commits) co_return Fail(*fail_commits);
    controlled.emplace_back(taken->controller.text(), taken->device.text());
    trails.push_back(taken->trail);
    audits.push_back(taken->audit);
    co_return Result<void>();
  }

  Task<Result<domain::Guesses>> guessed_wrong(WrongGuess guess) override {
    if (fail_commits) co_return Fail(*fail_commits);
    const bool to_enroll = guess.member.use == domain::PasswordUse::kEnroll;
    domain::Member& member = members.at({guess.member.group.key(), guess.member.name.text()});
    domain::Guesses& guesses = to_enroll ? member.enroll_guesses : member.control_guesses;
    if (++guesses.wrong >= guess.guesses_max) guesses.locked_until = guess.at + guess.lock_time;
    co_return guesses;
  }

  bool controls(const domain::DeviceId& controller, const domain::DeviceId& device) const {
    const std::pair pair{controller.text(), device.text()};
    return std::find(controlled.begin(), controlled.end(), pair) != controlled.end();
  }

  Task<Result<ScopeSnapshot>> scope_snapshot(domain::ScopeId scope) override {
    if (fail_reads) co_return Fail(*fail_reads);
    ++snapshots_read;
    ScopeSnapshot snapshot{catalog_version, groups[scope.text()], hubs[scope.text()]};
    for (const domain::CaCertificate& each : authorities) {
      if (each.scope == scope) snapshot.authorities.push_back(each);
    }
    snapshot.templates = templates;
    co_return snapshot;
  }

  Task<Result<void>> put_challenge(domain::TpmChallenge challenge) override {
    if (fail_commits) co_return Fail(*fail_commits);
    const Key key = {challenge.scope.text(), challenge.registration.key()};
    challenges.insert_or_assign(key, std::move(challenge));
    co_return Result<void>();
  }
  Task<Result<std::optional<domain::TpmChallenge>>> find_challenge(
      domain::ScopeId scope, domain::RegistrationId id) override {
    const auto found = challenges.find({scope.text(), id.key()});
    if (found == challenges.end()) co_return std::nullopt;
    co_return found->second;
  }
  Task<Result<std::optional<domain::RevokedCertificate>>> find_revoked(
      domain::ScopeId scope, std::vector<base::Bytes> certificates) override {
    if (fail_reads) co_return Fail(*fail_reads);
    for (const domain::RevokedCertificate& each : revoked) {
      const auto found = std::find(certificates.begin(), certificates.end(), each.sha256);
      if (each.scope == scope && found != certificates.end()) co_return each;
    }
    co_return std::nullopt;
  }
  Task<Result<std::vector<domain::CaCertificate>>> all_authorities(domain::ScopeId,
                                                                   std::size_t) override {
    co_return authorities;
  }

  Task<Result<domain::Registration>> commit(std::unique_ptr<Assignment> assignment) override {
    if (before_commit) before_commit();
    if (fail_commits) co_return Fail(*fail_commits);
    domain::Registration& registration = assignment->registration;
    const Key key = {registration.scope.text(), registration.id.key()};
    const auto current = registrations.find(key);
    const bool there = current != registrations.end();
    if (there != assignment->expected_version.has_value() ||
        (there && current->second.version != *assignment->expected_version)) {
      co_return Fail(ErrorKind::kConflict, std::string(kLostRaceWord));
    }
    if (assignment->uses_challenge) {
      const auto challenge = challenges.find(key);
      if (challenge == challenges.end() || std::exchange(challenge->second.used, true)) {
        co_return Fail(ErrorKind::kConflict, std::string(kLostRaceWord));
      }
    }
    if (assignment->issued) issued.push_back(*assignment->issued);
    if (assignment->new_member) {
      const domain::Member& added = *assignment->new_member;
      const auto requested = std::count_if(members.begin(), members.end(), [&](const auto& each) {
        return each.first.first == added.group.key() && each.second.requested;
      });
      if (std::cmp_greater_equal(requested, assignment->created_max)) {
        co_return Fail(ErrorKind::kConflict, std::string(kMembersExhaustedWord));
      }
      members.insert_or_assign({added.group.key(), added.name.text()}, added);
    }
    if (assignment->device) {
      const Result<void> put = put_device(*assignment, registration);
      if (!put) co_return Fail(put.error());
    }
    if (assignment->controls) {
      controlled.emplace_back(registration.device_id.text(), assignment->controls->second.text());
    }
    registration.version = there ? current->second.version + 1 : 1;
    registrations.insert_or_assign(key, registration);
    trails.push_back(assignment->trail);
    audits.push_back(assignment->audit);
    co_return registration;
  }

  Task<Result<void>> record_refusals(std::vector<domain::Trail> refused) override {
    if (fail_refusals) co_return Fail(*fail_refusals);
    for (domain::Trail& each : refused) {
      std::erase_if(trails, [&](const auto& old) { return old.id == each.id; });
      trails.push_back(std::move(each));
    }
    co_return Result<void>();
  }

  Task<Result<std::vector<domain::Scope>>> all_scopes(std::size_t count_max) override {
    std::vector<domain::Scope> all;
    for (const auto& [id, scope] : scopes) {
      if (all.size() < count_max) all.push_back(scope);
    }
    co_return all;
  }

  Task<Result<std::vector<domain::Enrollment>>> individuals_anywhere(
      std::string key, std::size_t count_max) override {
    std::vector<domain::Enrollment> all;
    for (const auto& [where, enrollment] : individual_enrollments) {
      if (where.second == key && all.size() < count_max) all.push_back(enrollment);
    }
    co_return all;
  }

  Task<Result<std::vector<domain::Enrollment>>> individuals(domain::ScopeId scope,
                                                            std::string after,
                                                            std::size_t count_max) override {
    std::vector<domain::Enrollment> all;
    for (const auto& [where, enrollment] : individual_enrollments) {
      if (where.first == scope.text() && where.second > after && all.size() < count_max) {
        all.push_back(enrollment);
      }
    }
    co_return all;
  }

  Task<Result<std::vector<domain::Enrollment>>> product_groups(std::string after,
                                                               std::size_t count_max) override {
    std::vector<domain::Enrollment> all;
    for (const auto& [scope, of_scope] : groups) {
      for (const domain::Enrollment& group : of_scope) {
        if (is_named(group) && group.id.key() > after && all.size() < count_max)
          all.push_back(group);
      }
    }
    co_return all;
  }

  Task<Result<std::vector<domain::Member>>> roster(domain::ScopeId scope,
                                                   domain::EnrollmentId group, std::string after,
                                                   std::size_t count_max) override {
    std::vector<domain::Member> all;
    for (const auto& [key, member] : members) {
      const bool here = member.scope == scope && key.first == group.key() && key.second > after;
      if (here && all.size() < count_max) all.push_back(member);
    }
    co_return all;
  }

  Task<Result<std::optional<domain::Device>>> find_device(domain::HubName hub,
                                                          domain::DeviceId id) override {
    if (fail_reads) co_return Fail(*fail_reads);
    const auto found = devices.find({hub.text(), id.text()});
    if (found == devices.end()) co_return std::optional<domain::Device>();
    co_return std::optional<domain::Device>(found->second);
  }

  Task<Result<std::vector<domain::Hub>>> all_hubs(std::size_t count_max) override {
    std::map<std::string, domain::Hub> by_name;
    for (const auto& [scope, linked] : hubs) {
      for (const HubCandidate& each : linked) by_name[each.hub.name.text()] = each.hub;
    }
    for (const domain::Hub& each : unlinked_hubs) by_name[each.name.text()] = each;
    std::vector<domain::Hub> all;
    for (auto& [name, hub] : by_name) {
      if (all.size() < count_max) all.push_back(std::move(hub));
    }
    co_return all;
  }

  Task<Result<std::vector<domain::Device>>> devices_of(domain::HubName hub, std::string after,
                                                       std::size_t count_max) override {
    std::vector<domain::Device> all;
    for (const auto& [where, device] : devices) {
      if (where.first == hub.text() && where.second > after && all.size() < count_max) {
        all.push_back(device);
      }
    }
    co_return all;
  }

 private:
  static bool is_named(const domain::Enrollment& group) {
    return std::holds_alternative<domain::ProductSecret>(group.attestation) ||
           std::holds_alternative<domain::MemberPasswords>(group.attestation);
  }

  Result<void> put_device(const Assignment& assignment, const domain::Registration& owner) {
    domain::Device device = *assignment.device;
    const Key key = {device.hub.text(), device.id.text()};
    const auto taken = devices.find(key);
    if (taken != devices.end() && taken->second.registration.key() != owner.id.key()) {
      return Fail(ErrorKind::kConflict, std::string(kDeviceIdTakenWord) + ": " + key.second);
    }
    for (const auto& [where, old] : devices) {
      const bool own = old.scope == owner.scope && old.registration.key() == owner.id.key();
      if (own && assignment.keeps_twin) device.twin = old.twin;
    }
    std::erase_if(devices, [&](const auto& each) {
      return each.second.scope == owner.scope && each.second.registration.key() == owner.id.key();
    });
    devices.insert_or_assign(key, std::move(device));
    return {};
  }
};

}  // namespace berth::provisioning
