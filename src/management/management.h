// The brain of operators at work: one use case a command, each with validation, authorisation by
// role and scope, ETag preconditions and an audit record in the same transaction as the change.
//
// Room management. Thread rule: one instance per io_context (its token cache needs no lock); the
// ports outlive it. Never throws.
#pragma once

#include "base/clock.h"
#include "base/rng.h"
#include "base/source_budget.h"
#include "base/task.h"
#include "domain/operations.h"
#include "hub/ports/password_check.h"
#include "hub/ports/service.h"
#include "management/ports/catalog.h"
#include "management/ports/certificates.h"
#include "management/ports/code_desk.h"
#include "management/ports/codes.h"
#include "management/ports/fleet.h"
#include "management/ports/password_hasher.h"
#include "provisioning/ports/vault.h"

#include <atomic>
#include <memory>

namespace berth::management {

struct Settings {
  std::string server_host;  // default host of new hubs
  // Where devices and apps reach this server: host, with its port unless it is 443. Empty: at
  // server_host and the port that is told once it is known (0 before; outlives Management).
  std::string endpoint = {};
  const std::atomic<std::uint16_t>* https_port = nullptr;
  // Counts tokens and sessions that have ended, for all instances of one server; null: there is but
  // this one.
  std::atomic<std::uint64_t>* tokens_ended = nullptr;
  std::string version;  // of the program
  TimePoint started_at;
  std::uint32_t page_limit_default = 100;
  std::uint32_t page_limit_max = 1000;
  SourceBudget::Limits guesses{30, 0.5, 10'000};         // of tokens, per source address
  SourceBudget::Limits code_tries{5, 5.0 / 60, 10'000};  // wrong credential codes, likewise
  SourceBudget::Limits sign_ins{30, 0.5, 10'000};        // tries, right or wrong, likewise
};

// What it works on; all of it outlives it.
struct Ports {
  Catalog& catalog;
  provisioning::Vault& vault;
  hub::Service& hub;
  const Clock& clock;
  Rng& rng;
  PasswordHasher& passwords;  // of accounts
  const Certificates& certificates;
  CodeStore& codes;
  const CodeDesk& code_desk;
  Fleet& fleet;
  hub::PasswordCheck& password_check;  // of operators, against what `passwords` made
};

class Management {
 public:
  Management(const Ports& ports, Settings settings);
  ~Management();
  Management(const Management&) = delete;
  Management& operator=(const Management&) = delete;

  // kUnauthenticated, kTooMany (wrong tokens), kForbidden, kInvalid, kNotFound, kConflict,
  // kPreconditionFailed, kTooLarge, kOffline, kTimeout, kUnavailable, kInternal (a seal does not
  // open); every Error says what, why and how to mend it.
  Task<Result<domain::ManagementResult>> handle(domain::Caller caller,
                                                domain::ManagementCommand command);

  // Makes the first admin token (used by app on first start, without a caller). The secret is shown
  // once: app writes it to a file.
  Task<Result<domain::NewToken>> create_first_token();
  // First start: a hub, a scope and the link between them, unless any scope exists. Safe to call on
  // every start and from several replicas at once.
  Task<Result<void>> create_first_scope();
  // Gives hubs of older stores the policies that new ones have. Safe to call on every start and
  // from several replicas at once.
  Task<Result<void>> complete_hubs();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace berth::management
