// What provisioning needs of the store: a few reads that each fetch all a step needs, and one
// atomic write. Domain records in and out, no transaction object. Implemented in store/.
//
// Room provisioning/ports. Errors: kUnavailable (the store did not answer in time), kConflict
// (commit lost a race or a uniqueness rule; see commit), kInternal.
// Thread rule: called from any io_context; the Task completes on the caller's executor.
#pragma once

#include "base/task.h"
#include "domain/records.h"
#include "domain/templates.h"
#include "domain/trail.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace berth::provisioning {

// All that identify needs about one (scope, registration id), read in one snapshot. Scope and
// enrollments are shared: the store may hand out again what it has read before. What few claims
// have is kept apart, so that the dossier of the others is small.
struct Dossier {
  std::shared_ptr<const domain::Scope> scope;            // none: unknown scope, all else is empty
  std::shared_ptr<const domain::Enrollment> individual;  // the individual enrollment with that id
  std::optional<domain::Registration> current;           // the registration, if there is one
  // The group that owns `current`, if it still exists.
  std::shared_ptr<const domain::Enrollment> owner_group;
  // Of a claim with a membership: the group it names and its line in the roster.
  std::shared_ptr<const domain::Enrollment> named_group;
  std::unique_ptr<const domain::Member> member;
  // Of a claim of a device that is to control that member: the member's registration and identity;
  // `current` is the controller's own registration, by its serial.
  std::unique_ptr<const domain::Registration> controlled;
  std::unique_ptr<const domain::Device> controlled_device;
  // The device that the claim's controller says it is, if the scope has such a one; unproven.
  std::unique_ptr<const domain::Device> controller;
  bool controls = false;  // whether the device of `current` controls the member
  std::unique_ptr<const domain::TpmChallenge> challenge;  // of an individual enrollment for a TPM
  // Changes whenever a scope, hub, link or group of this scope changes; equal values mean that a
  // ScopeSnapshot read earlier is still good. Also right with several servers on one store.
  std::uint64_t catalog_version = 0;
};

struct HubCandidate {
  domain::Hub hub;
  domain::HubLink link;
};

// What changes rarely about a scope: cached by provisioning per catalog_version.
struct ScopeSnapshot {
  std::uint64_t catalog_version = 0;
  std::vector<domain::Enrollment> groups;               // enabled or not, ordered by id
  std::vector<HubCandidate> hubs;                       // linked hubs, ordered by name
  std::vector<domain::CaCertificate> authorities = {};  // verified or not, ordered by name
  std::vector<domain::TemplateTwin> templates = {};     // ordered by id
};

// Everything one accepted attempt writes, in one transaction.
struct Assignment {
  domain::Registration registration;  // version ignored
  // The registration's version that the decision was made on; none: there was none.
  std::optional<std::uint64_t> expected_version;
  // The identity at the hub to write, replacing any that belongs to the same registration; none for
  // a failed registration or one that stays as it is.
  std::optional<domain::Device> device;
  // With `device`: twin, capabilities, display name and enabled state are taken from the identity
  // this registration has had so far (at the same hub, or the one in `leaves`), also what has been
  // written to its twin since; those in `device` count only if there is none. False: those in
  // `device` replace them (azure-dps.md §7.3). The keys are always those in `device`, with their
  // retired ones: sealed bytes cannot be compared, so what is retired is decided before.
  bool keeps_twin = false;
  // With `device`, when it is new: the reported properties it starts with are in it.
  // The member device that `device` controls from now on, at the same or another hub.
  std::optional<std::pair<domain::HubName, domain::DeviceId>> controls = {};
  // Forgets wrong guesses of that password of the member that the claim named.
  struct GuessedMember {
    domain::ScopeId scope;
    domain::EnrollmentId group;
    domain::MemberName name;
    domain::PasswordUse use = domain::PasswordUse::kEnroll;
  };
  std::optional<GuessedMember> forgets_guesses = {};
  // A line for the group's roster, made unless `created_max` members made by request are there.
  std::optional<domain::Member> new_member;
  std::uint32_t created_max = 0;
  std::optional<domain::CertificateRecord> issued = {};  // to be listed
  // The challenge that was answered is good for polls only from now on. kConflict kLostRaceWord
  // when it was used already or is gone.
  bool uses_challenge = false;
  // The identity to remove because the device moved to another hub.
  std::optional<std::pair<domain::HubName, domain::DeviceId>> leaves;
  domain::Trail trail;
  domain::AuditRecord audit;
};

// A device that has proven to be a controller and takes on one thing more.
struct ControlTaken {
  domain::HubName controller_hub;
  domain::DeviceId controller;
  domain::HubName hub;
  domain::DeviceId device;
  Assignment::GuessedMember member;  // whose guesses are forgotten
  domain::Trail trail;
  domain::AuditRecord audit;
};
inline constexpr std::size_t kControlledMax = 1'000;   // by one controller
inline constexpr std::size_t kControllersMax = 1'000;  // of one device

// A wrong password of a member.
struct WrongGuess {
  Assignment::GuessedMember member;
  std::uint32_t guesses_max = 10;  // as MemberPasswords says
  std::chrono::seconds lock_time{0};
  TimePoint at;
};

// The Error's `what` starts with one of these words when commit fails with kConflict.
inline constexpr std::string_view kLostRaceWord = "lost_race";
inline constexpr std::string_view kDeviceIdTakenWord = "device_id_taken";
inline constexpr std::string_view kMembersExhaustedWord = "members_exhausted";

class RegistrationStore {
 public:
  virtual ~RegistrationStore() = default;

  // `scope` as sent by the device (unvalidated but bounded); `registration_key` is
  // RegistrationId::key().
  virtual Task<Result<std::unique_ptr<Dossier>>> open_dossier(std::string scope,
                                                              std::string registration_key) = 0;
  // The same for a claim with a membership: `group_key` is EnrollmentId::key() of a group with a
  // product secret, in whatever scope. Without such a group all is empty. `individual` stays empty.
  virtual Task<Result<std::unique_ptr<Dossier>>> open_member_dossier(std::string group_key,
                                                                     std::string member) = 0;
  // The same for a claim with a controller: fills `controlled`, `controlled_device`, `controls`,
  // and `current` by `registration_key` (empty: it has none). `controller` is a device id as sent,
  // or empty.
  virtual Task<Result<std::unique_ptr<Dossier>>> open_control_dossier(std::string group_key,
                                                                      std::string member,
                                                                      std::string registration_key,
                                                                      std::string controller) = 0;
  virtual Task<Result<ScopeSnapshot>> scope_snapshot(domain::ScopeId scope) = 0;
  // The registration as stored, with its new version; on disk when the Task completes.
  // kConflict "lost_race…": expected_version is not current (read again and decide again);
  // kConflict "device_id_taken…": another registration owns that device id at that hub;
  // kConflict "members_exhausted…": new_member would be one too many.
  virtual Task<Result<domain::Registration>> commit(std::unique_ptr<Assignment> assignment) = 0;

  // Durable; also when it controls the device already. kNotFound when one of the two is gone,
  // kTooMany beyond kControlledMax or kControllersMax.
  virtual Task<Result<void>> take_control(std::unique_ptr<ControlTaken> taken) = 0;
  // Counts it, and locks the password at the last of guesses_max (a lock that is over starts the
  // count anew): one atomic step, durable. What the member's guesses are now.
  virtual Task<Result<domain::Guesses>> guessed_wrong(WrongGuess guess) = 0;

  // Replaces the one of that registration id; durable.
  virtual Task<Result<void>> put_challenge(domain::TpmChallenge challenge) = 0;
  // The first of these certificates, by SHA-256, that is revoked in the scope.
  virtual Task<Result<std::optional<domain::RevokedCertificate>>> find_revoked(
      domain::ScopeId scope, std::vector<base::Bytes> certificates) = 0;

  // Refused attempts: written with the next commit or within a second, without an fsync of their
  // own; a trail whose id is there already replaces it (its count has grown); old ones beyond the
  // configured count are dropped. Never waits for the disk.
  virtual Task<Result<void>> record_refusals(std::vector<domain::Trail> trails) = 0;

  // The identity at a hub, if there is one: read when a device that has one registers again, so
  // that the keys it had are remembered. `hub` and `id` may come from the wire.
  virtual Task<Result<std::optional<domain::Device>>> find_device(domain::HubName hub,
                                                                  domain::DeviceId id) = 0;

  // For the explainer only, off the request path.
  virtual Task<Result<std::vector<domain::Scope>>> all_scopes(std::size_t count_max) = 0;
  // Individual enrollments with that key in any scope.
  virtual Task<Result<std::vector<domain::Enrollment>>> individuals_anywhere(
      std::string registration_key, std::size_t count_max) = 0;
  // Individual enrollments of one scope, ordered by id, from `after` on.
  virtual Task<Result<std::vector<domain::Enrollment>>> individuals(domain::ScopeId scope,
                                                                    std::string after,
                                                                    std::size_t count_max) = 0;
  // Groups with a product secret in any scope, ordered by id, from `after` (a key) on.
  virtual Task<Result<std::vector<domain::Enrollment>>> product_groups(std::string after,
                                                                       std::size_t count_max) = 0;
  // A part of a group's roster, ordered by name, from `after` on.
  virtual Task<Result<std::vector<domain::Member>>> roster(domain::ScopeId scope,
                                                           domain::EnrollmentId group,
                                                           std::string after,
                                                           std::size_t count_max) = 0;
  // Hubs, ordered by name.
  virtual Task<Result<std::vector<domain::Hub>>> all_hubs(std::size_t count_max) = 0;
  // CAs of all scopes, those of `first` before the others.
  virtual Task<Result<std::vector<domain::CaCertificate>>> all_authorities(
      domain::ScopeId first, std::size_t count_max) = 0;
  virtual Task<Result<std::optional<domain::TpmChallenge>>> find_challenge(
      domain::ScopeId scope, domain::RegistrationId id) = 0;
  // Devices of one hub, ordered by id, from `after` on.
  virtual Task<Result<std::vector<domain::Device>>> devices_of(domain::HubName hub,
                                                               std::string after,
                                                               std::size_t count_max) = 0;
};

}  // namespace berth::provisioning
