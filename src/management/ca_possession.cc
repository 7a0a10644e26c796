// That who gave a CA certificate to a scope has its key: a code, and a certificate with that code
// as its CN that the CA signed (azure-dps.md §5).
#include "domain/mend.h"
#include "management/ca_edit.h"
#include "management/lookup.h"
#include "management/use_cases.h"

#include <fmt/format.h>

#include <utility>

namespace berth::management {
namespace {

using domain::CaCertificate;

constexpr std::size_t kCodeBytes = 24;  // 48 hex digits

// What was proven, by which certificate.
Result<Differences> check_proof(const Call& call, CaCertificate& ca, const std::string& text) {
  if (ca.verification_code.empty()) {
    return Fail(ErrorKind::kInvalid,
                fmt::format("CA '{}' has no verification code that could be proven", ca.name),
                "make one first: " + domain::mend::certificate("generate-verification-code",
                                                               ca.scope.text(), ca.name));
  }
  BERTH_TRY(const domain::Certificate proof, call.ports.certificates.read(text));
  Result<void> proven =
      call.ports.certificates.check_possession(ca.certificate, proof, ca.verification_code);
  if (!proven) return Fail(std::move(proven).error());
  Differences changed;
  changed.note("verified", ca.verified ? "true" : "false", "proven");
  changed.note("proof", "", "sha256:" + base::hex_encode(proof.sha256));
  ca.verified = true;
  ca.verification_code.clear();
  return changed;
}

}  // namespace

Task<Answer> run(const Call& call, domain::MakeVerificationCode command) {
  for (int attempt = 1;; ++attempt) {
    Result<CaCertificate> found = co_await find_ca(call, command.scope, command.name);
    if (!found) co_return Fail(std::move(found).error());
    Result<void> current = check_version(command.precondition, found->version);
    if (!current) co_return Fail(std::move(current).error());
    found->verification_code = base::ascii_upper(call.ports.rng.hex(kCodeBytes));
    Act made = ca_act("ca.verification_code.create", *found);
    const Expectation unchanged = MustBeVersion{found->version};
    found = co_await store_ca(call, *std::move(found), unchanged, std::move(made));
    if (found) co_return *std::move(found);
    if (!may_retry(found.error(), command.precondition, attempt)) {
      co_return Fail(std::move(found).error());
    }
  }
}

Task<Answer> run(const Call& call, domain::VerifyCa command) {
  for (int attempt = 1;; ++attempt) {
    Result<CaCertificate> found = co_await find_ca(call, command.scope, command.name);
    if (!found) co_return Fail(std::move(found).error());
    Result<void> current = check_version(command.precondition, found->version);
    if (!current) co_return Fail(std::move(current).error());
    BERTH_CO_TRY(const Differences changed, check_proof(call, *found, command.certificate));
    Act verified = ca_act("ca.verify", *found, changed.text());
    const Expectation unchanged = MustBeVersion{found->version};
    found = co_await store_ca(call, *std::move(found), unchanged, std::move(verified));
    if (found) {
      call.ports.hub.trust_changed(found->scope);
      co_return *std::move(found);
    }
    if (!may_retry(found.error(), command.precondition, attempt)) {
      co_return Fail(std::move(found).error());
    }
  }
}

}  // namespace berth::management
