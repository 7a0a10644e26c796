#include "store/sql/certificates.h"
#include "store/sql/challenges.h"
#include "store/sql/controls.h"
#include "store/sql/guesses.h"
#include "store/sql/history.h"
#include "store/sql/ports.h"
#include "store/sql/registration_rows.h"
#include "store/sql/rosters.h"

namespace berth::store::sql {

using domain::Enrollment;
using provisioning::Assignment;
using provisioning::Dossier;
using provisioning::ScopeSnapshot;

namespace {

// The input of a unit that may run again: shared with it, never changed.
template <class T>
std::shared_ptr<const T> shared(T value) {
  return std::make_shared<const T>(std::move(value));
}

Result<void> append_trails(Connection& connection, const std::vector<domain::Trail>& trails) {
  for (const domain::Trail& trail : trails) {
    Result<void> appended = append_trail(connection, trail);
    if (!appended) return appended;
  }
  return {};
}

Task<Result<void>> done() { co_return Result<void>(); }

}  // namespace

Task<Result<std::unique_ptr<Dossier>>> RegistrationPort::open_dossier(
    std::string scope, std::string registration_key) {
  return run<std::unique_ptr<Dossier>>(
      runner_, Lane::kRead,
      [scope = std::move(scope), key = std::move(registration_key)](Connection& c) {
        return read_dossier(c, scope, key);
      });
}

Task<Result<std::unique_ptr<Dossier>>> RegistrationPort::open_member_dossier(std::string group_key,
                                                                             std::string member) {
  return run<std::unique_ptr<Dossier>>(
      runner_, Lane::kRead,
      [group = std::move(group_key), member = std::move(member)](Connection& c) {
        return read_member_dossier(c, group, member);
      });
}

// Rare, and several statements.
Task<Result<std::unique_ptr<Dossier>>> RegistrationPort::open_control_dossier(
    std::string group_key, std::string member, std::string registration_key,
    std::string controller) {
  return run<std::unique_ptr<Dossier>>(
      runner_, Lane::kScan,
      [group = std::move(group_key), member = std::move(member), key = std::move(registration_key),
       controller = std::move(controller)](Connection& c) {
        return read_control_dossier(c, group, member, key, controller);
      });
}

Task<Result<ScopeSnapshot>> RegistrationPort::scope_snapshot(domain::ScopeId scope) {
  return run<ScopeSnapshot>(runner_, Lane::kScan, [scope = std::move(scope)](Connection& c) {
    return read_snapshot(c, scope);
  });
}

Task<Result<domain::Registration>> RegistrationPort::commit(
    std::unique_ptr<Assignment> assignment) {
  trimmer_.wrote(assignment->trail.outcome == domain::TrailOutcome::kAssigned
                     ? TrailClass::kAssigned
                     : TrailClass::kFailed,
                 1);
  const std::shared_ptr<const Assignment> input(std::move(assignment));
  return run<domain::Registration>(runner_, Lane::kWrite,
                                   [input](Connection& c) { return commit_assignment(c, *input); });
}

Task<Result<void>> RegistrationPort::take_control(
    std::unique_ptr<provisioning::ControlTaken> taken) {
  trimmer_.wrote(TrailClass::kAssigned, 1);
  const std::shared_ptr<const provisioning::ControlTaken> input(std::move(taken));
  return run<void>(runner_, Lane::kWrite,
                   [input](Connection& c) { return sql::take_control(c, *input); });
}

Task<Result<domain::Guesses>> RegistrationPort::guessed_wrong(provisioning::WrongGuess guess) {
  return run<domain::Guesses>(runner_, Lane::kWrite, [guess = std::move(guess)](Connection& c) {
    return sql::guessed_wrong(c, guess);
  });
}

Task<Result<void>> RegistrationPort::put_challenge(domain::TpmChallenge challenge) {
  trimmer_.challenged();
  return run<void>(runner_, Lane::kWrite, [challenge = std::move(challenge)](Connection& c) {
    return sql::put_challenge(c, challenge);
  });
}

Task<Result<std::optional<domain::RevokedCertificate>>> RegistrationPort::find_revoked(
    domain::ScopeId scope, std::vector<base::Bytes> certificates) {
  return run<std::optional<domain::RevokedCertificate>>(
      runner_, Lane::kRead,
      [scope = std::move(scope), certificates = std::move(certificates)](Connection& c) {
        return sql::find_revoked(c, scope, certificates);
      });
}

Task<Result<void>> RegistrationPort::record_refusals(std::vector<domain::Trail> trails) {
  if (trails.empty()) return done();
  trimmer_.wrote(TrailClass::kFailed, trails.size());
  const auto input = shared(std::move(trails));
  const auto ignore = [](const Result<void>&) {};  // the runner counts and logs what it drops
  run_detached<void>(
      runner_, Lane::kLazy, [input](Connection& c) { return append_trails(c, *input); }, ignore);
  return done();
}

Task<Result<std::vector<domain::Scope>>> RegistrationPort::all_scopes(std::size_t count_max) {
  return run<std::vector<domain::Scope>>(
      runner_, Lane::kScan, [count_max](Connection& c) { return read_all_scopes(c, count_max); });
}

Task<Result<std::vector<Enrollment>>> RegistrationPort::individuals_anywhere(
    std::string registration_key, std::size_t count_max) {
  return run<std::vector<Enrollment>>(
      runner_, Lane::kScan, [key = std::move(registration_key), count_max](Connection& c) {
        return read_individuals_anywhere(c, key, count_max);
      });
}

Task<Result<std::vector<Enrollment>>> RegistrationPort::individuals(domain::ScopeId scope,
                                                                    std::string after,
                                                                    std::size_t count_max) {
  return run<std::vector<Enrollment>>(
      runner_, Lane::kScan,
      [scope = std::move(scope), after = std::move(after), count_max](Connection& c) {
        return read_individuals(c, scope, after, count_max);
      });
}

Task<Result<std::vector<Enrollment>>> RegistrationPort::product_groups(std::string after,
                                                                       std::size_t count_max) {
  return run<std::vector<Enrollment>>(runner_, Lane::kScan,
                                      [after = std::move(after), count_max](Connection& c) {
                                        return read_product_groups(c, after, count_max);
                                      });
}

Task<Result<std::vector<domain::Member>>> RegistrationPort::roster(domain::ScopeId scope,
                                                                   domain::EnrollmentId group,
                                                                   std::string after,
                                                                   std::size_t count_max) {
  return run<std::vector<domain::Member>>(
      runner_, Lane::kScan,
      [scope = std::move(scope), group = std::move(group), after = std::move(after),
       count_max](Connection& c) { return read_roster(c, scope, group, after, count_max); });
}

Task<Result<std::optional<domain::Device>>> RegistrationPort::find_device(domain::HubName hub,
                                                                          domain::DeviceId id) {
  return run<std::optional<domain::Device>>(
      runner_, Lane::kRead, [hub = std::move(hub), id = std::move(id)](Connection& c) {
        return read_identity(c, hub, id);
      });
}

Task<Result<std::vector<domain::Hub>>> RegistrationPort::all_hubs(std::size_t count_max) {
  return run<std::vector<domain::Hub>>(
      runner_, Lane::kScan, [count_max](Connection& c) { return read_all_hubs(c, count_max); });
}

Task<Result<std::vector<domain::CaCertificate>>> RegistrationPort::all_authorities(
    domain::ScopeId first, std::size_t count_max) {
  return run<std::vector<domain::CaCertificate>>(
      runner_, Lane::kScan, [first = std::move(first), count_max](Connection& c) {
        return read_all_authorities(c, first, count_max);
      });
}

Task<Result<std::optional<domain::TpmChallenge>>> RegistrationPort::find_challenge(
    domain::ScopeId scope, domain::RegistrationId id) {
  return run<std::optional<domain::TpmChallenge>>(
      runner_, Lane::kRead, [scope = std::move(scope), id = std::move(id)](Connection& c) {
        return read_challenge_of(c, scope.text(), id.key());
      });
}

Task<Result<std::vector<domain::Device>>> RegistrationPort::devices_of(domain::HubName hub,
                                                                       std::string after,
                                                                       std::size_t count_max) {
  return run<std::vector<domain::Device>>(
      runner_, Lane::kScan,
      [hub = std::move(hub), after = std::move(after), count_max](Connection& c) {
        return read_identities(c, hub, after, count_max);
      });
}

}  // namespace berth::store::sql
