// Devices as others of their scope see them: who controls whom, and the changes that the account of
// a scope or a device itself makes. Implemented in store/.
//
// Room hub/ports. Errors: kNotFound, kConflict, kTooMany as named, kUnavailable, kInternal.
// Thread rule: called from any io_context; the Task completes on the caller's executor.
#pragma once

#include "base/task.h"
#include "domain/data.h"
#include "domain/records.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace berth::hub {

struct Identity {
  domain::Device device;
  std::optional<domain::Registration> registration;
};

// An identity changed (display name, enabled, permissions, property links, password, and with
// `resets` its registration's `reset`), or made (expected_version 0).
struct IdentityWrite {
  domain::Device device;               // version ignored
  std::uint64_t expected_version = 0;  // kConflict when it is not current, or the id or serial is
                                       // taken
  bool resets = false;
  domain::AuditRecord audit;
};

struct IdentityRemoval {
  domain::HubName hub;
  domain::DeviceId device;
  domain::AuditRecord audit;
};

class Identities {
 public:
  virtual ~Identities() = default;
  // A device that connects without naming a hub (domain::Device::password), wherever it is.
  virtual Task<Result<std::optional<Identity>>> find(domain::DeviceId device) = 0;
  // Ids of the devices that it controls, ordered; at most kControlledMax.
  virtual Task<Result<std::vector<domain::DeviceId>>> controlled_by(domain::HubName hub,
                                                                    domain::DeviceId device) = 0;
  virtual Task<Result<bool>> controls(domain::DeviceId controller, domain::DeviceId device) = 0;
  // Ends control of these, or with none of all; how many it was. Durable.
  virtual Task<Result<std::uint64_t>> release(domain::HubName hub, domain::DeviceId controller,
                                              std::vector<domain::DeviceId> devices,
                                              domain::AuditRecord audit) = 0;
  // The new version; durable.
  virtual Task<Result<std::uint64_t>> put(std::unique_ptr<IdentityWrite> write) = 0;
  // Hubs that the scope may assign devices to, the weightiest first; at most 100.
  virtual Task<Result<std::vector<domain::HubName>>> hubs_of(domain::ScopeId scope) = 0;
  // With its registration, records, twin, session, messages and control relations; its line in the
  // roster stays. False when it was not there. Durable.
  virtual Task<Result<bool>> remove(IdentityRemoval removal) = 0;
  // By e-mail address, without case.
  virtual Task<Result<std::optional<domain::Account>>> account(std::string email) = 0;
  // The accounts of a scope; at most domain::kAccountsMax.
  virtual Task<Result<std::vector<domain::Account>>> accounts_of(domain::ScopeId scope) = 0;
  // Counts a wrong password of the account and locks it at the last of guesses_max; zero: forgets
  // them. Durable.
  virtual Task<Result<domain::Guesses>> account_guessed(domain::ScopeId scope, std::string email,
                                                        std::uint32_t guesses_max,
                                                        std::chrono::seconds lock_time,
                                                        TimePoint at) = 0;
};

}  // namespace berth::hub
