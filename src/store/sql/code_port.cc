#include "store/sql/code_port.h"

#include "store/sql/codes.h"

namespace berth::store::sql {

using domain::CredentialCode;
using domain::PickupGuard;
using domain::PickupKind;

Task<Result<std::uint64_t>> CodePort::add(CredentialCode code, domain::AuditRecord audit) {
  NewCodeRow made{std::move(code), std::move(audit)};
  return run<std::uint64_t>(runner_, Lane::kWriteAlone,
                            [made = std::move(made)](Connection& c) { return add_code(c, made); });
}

Task<Result<CredentialCode>> CodePort::get(std::string id) {
  return run<CredentialCode>(runner_, Lane::kRead,
                             [id = std::move(id)](Connection& c) { return get_code(c, id); });
}

Task<Result<domain::Listing<CredentialCode>>> CodePort::list(std::string scope, domain::Page page) {
  return run<domain::Listing<CredentialCode>>(
      runner_, Lane::kScan, [scope = std::move(scope), page = std::move(page)](Connection& c) {
        return list_codes(c, scope, page);
      });
}

Task<Result<void>> CodePort::revoke(std::string id, domain::AuditRecord audit) {
  return run<void>(runner_, Lane::kWrite,
                   [id = std::move(id), audit = std::move(audit)](Connection& c) {
                     return revoke_code(c, id, audit);
                   });
}

Task<Result<std::optional<CredentialCode>>> CodePort::take(management::CodeToTake code) {
  trimmer_.wrote(TrailClass::kAssigned, 1);
  return run<std::optional<CredentialCode>>(
      runner_, Lane::kWrite,
      [code = std::move(code)](Connection& c) { return take_code(c, code); });
}

// Alone: it changes an enrollment, which takes locks that others could run into.
Task<Result<void>> CodePort::redeem(std::unique_ptr<management::ClaimToRedeem> claim) {
  trimmer_.wrote(TrailClass::kAssigned, 1);
  const std::shared_ptr<const management::ClaimToRedeem> input(std::move(claim));
  return run<void>(runner_, Lane::kWriteAlone,
                   [input](Connection& c) { return redeem_claim(c, *input); });
}

Task<Result<PickupGuard>> CodePort::guard(PickupKind kind) {
  return run<PickupGuard>(runner_, Lane::kRead,
                          [kind](Connection& c) { return read_guard(c, kind); });
}

Task<Result<PickupGuard>> CodePort::missed(PickupKind kind, TimePoint at) {
  return run<PickupGuard>(runner_, Lane::kWrite,
                          [kind, at](Connection& c) { return count_miss(c, kind, at); });
}

}  // namespace berth::store::sql
