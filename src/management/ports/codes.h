// What management needs of the store for credential codes: each is used up by one conditional
// statement, whatever servers try at once. Implemented in store/.
//
// Room management/ports. Errors: kNotFound, kConflict, kTooMany as named, kUnavailable.
// Thread rule: called from any io_context; the Task completes on the caller's executor.
#pragma once

#include "base/task.h"
#include "domain/codes.h"
#include "domain/paging.h"
#include "domain/records.h"
#include "domain/trail.h"

#include <memory>
#include <optional>
#include <string>

namespace berth::management {

struct CodeToTake {
  domain::PickupKind kind = domain::PickupKind::kLetters;
  base::Bytes digest;
  TimePoint at;
  std::string source;        // address, kept with the code
  std::string audit_action;  // "credential.pickup"; the rest is filled in from the code
  domain::Trail trail;       // likewise its scope, device and enrollment
};

// Writes everything that redeeming a claim does, in one transaction.
struct ClaimToRedeem {
  std::string id;
  base::Bytes token_digest;
  TimePoint at;
  std::string source;
  domain::Enrollment enrollment;                  // made, or in place of the one of that version
  std::optional<std::uint64_t> expected_version;  // none: there must be none
  domain::Trail trail;
  domain::AuditRecord audit;
};

class CodeStore {
 public:
  virtual ~CodeStore() = default;

  // kConflict when a live code has that pick-up digest (make another), kTooMany when kCodesMax live
  // ones are there, or kNumbersMax live ones with a number. Dead ones beyond kCodesMax go.
  virtual Task<Result<std::uint64_t>> add(domain::CredentialCode code,
                                          domain::AuditRecord audit) = 0;
  virtual Task<Result<domain::CredentialCode>> get(std::string id) = 0;
  // Newest first; scope empty: of all.
  virtual Task<Result<domain::Listing<domain::CredentialCode>>> list(std::string scope,
                                                                     domain::Page page) = 0;
  // kNotFound without the code; one that is not active stays as it is.
  virtual Task<Result<void>> revoke(std::string id, domain::AuditRecord audit) = 0;

  // Uses up the live code of that digest; none: there is none. Of a claim only the pick-up: what it
  // hands out is good until it is redeemed. Durable, with its audit record and trail. The code is
  // as it was before, but for its version, state and use.
  virtual Task<Result<std::optional<domain::CredentialCode>>> take(CodeToTake code) = 0;
  // kNotFound when no live claim has that id and token; kConflict "lost_race" when the enrollment
  // changed meanwhile (the code stays good).
  virtual Task<Result<void>> redeem(std::unique_ptr<ClaimToRedeem> claim) = 0;

  virtual Task<Result<domain::PickupGuard>> guard(domain::PickupKind kind) = 0;
  // Counts a miss of anybody (a closing that is over starts the count anew): one atomic step.
  virtual Task<Result<domain::PickupGuard>> missed(domain::PickupKind kind, TimePoint at) = 0;
};

}  // namespace berth::management
