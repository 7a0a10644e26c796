// Credential codes over a runner: each method names its unit of work and its lane, and no more.
//
// Room store/sql. Thread rule: as the runner's, which outlives the port.
#pragma once

#include "management/ports/codes.h"
#include "store/sql/runner.h"
#include "store/sql/trimmer.h"

namespace berth::store::sql {

class CodePort final : public management::CodeStore {
 public:
  CodePort(Runner& runner, Trimmer& trimmer) : runner_(runner), trimmer_(trimmer) {}

  Task<Result<std::uint64_t>> add(domain::CredentialCode code, domain::AuditRecord audit) override;
  Task<Result<domain::CredentialCode>> get(std::string id) override;
  Task<Result<domain::Listing<domain::CredentialCode>>> list(std::string scope,
                                                             domain::Page page) override;
  Task<Result<void>> revoke(std::string id, domain::AuditRecord audit) override;
  Task<Result<std::optional<domain::CredentialCode>>> take(management::CodeToTake code) override;
  Task<Result<void>> redeem(std::unique_ptr<management::ClaimToRedeem> claim) override;
  Task<Result<domain::PickupGuard>> guard(domain::PickupKind kind) override;
  Task<Result<domain::PickupGuard>> missed(domain::PickupKind kind, TimePoint at) override;

 private:
  Runner& runner_;
  Trimmer& trimmer_;
};

}  // namespace berth::store::sql
