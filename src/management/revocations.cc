// Certificates that are never good again in a scope, and those that were issued there.
#include "domain/mend.h"
#include "management/changes.h"
#include "management/fingerprints.h"
#include "management/lookup.h"
#include "management/use_cases.h"
#include "management/validation.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace berth::management {
namespace {

using domain::RevokedCertificate;

constexpr std::size_t kReasonBytesMax = 256;

Act act(std::string_view action, const RevokedCertificate& revoked, std::string detail = "{}") {
  return {action, revoked.scope.text(), base::hex_encode(revoked.sha256), std::move(detail)};
}

// What is revoked, as the command says it.
Result<RevokedCertificate> read(const Call& call, const domain::RevokeCertificate& command) {
  RevokedCertificate revoked;
  if (command.sha256.empty() == command.certificate.empty()) {
    return Fail(ErrorKind::kInvalid,
                command.sha256.empty() ? "neither sha256 nor certificate is given"
                                       : "sha256 and certificate are both given",
                "give one of the two: the fingerprint, or the certificate itself");
  }
  if (command.certificate.empty()) {
    BERTH_TRY(revoked.sha256, read_fingerprint("sha256", command.sha256));
  } else {
    BERTH_TRY(domain::Certificate certificate, call.ports.certificates.read(command.certificate));
    revoked.sha256 = std::move(certificate.sha256);
    revoked.subject = std::move(certificate.subject);
  }
  const bool plain = command.reason.size() <= kReasonBytesMax &&
                     base::printable(command.reason, kReasonBytesMax) == command.reason;
  if (!plain) {
    return Fail(ErrorKind::kInvalid, "reason is too long, or not printable UTF-8",
                fmt::format("use at most {} bytes", kReasonBytesMax));
  }
  revoked.reason = command.reason;
  return revoked;
}

// The subject of a CA of the scope, when it is one.
std::string subject_among(const std::vector<domain::CaCertificate>& cas,
                          const base::Bytes& sha256) {
  const auto found = std::find_if(cas.begin(), cas.end(), [&](const domain::CaCertificate& each) {
    return each.certificate.sha256 == sha256;
  });
  return found == cas.end() ? std::string() : found->certificate.subject;
}

}  // namespace

Task<Answer> run(const Call& call, domain::RevokeCertificate command) {
  BERTH_CO_TRY(RevokedCertificate revoked, read(call, command));
  Result<domain::Scope> scope = co_await find_scope(call, std::move(command.scope));
  if (!scope) co_return Fail(std::move(scope).error());
  revoked.scope = scope->id;
  if (revoked.subject.empty()) {
    Result<domain::Listing<domain::CaCertificate>> cas =
        co_await call.ports.catalog.list_cas(scope->id.text());
    if (!cas) co_return Fail(std::move(cas).error());
    revoked.subject = subject_among(cas->items, revoked.sha256);
  }
  revoked.at = call.ports.clock.wall();
  Differences said;
  said.note("subject", "", revoked.subject);
  said.note("reason", "", revoked.reason);
  auto change = make_change(call, PutRevoked{revoked}, MustNotExist{},
                            act("certificate.revoke", revoked, said.text()));
  Result<std::uint64_t> done = co_await apply(call, std::move(change));
  if (!done && done.error().kind == ErrorKind::kConflict) {
    co_return Fail(ErrorKind::kConflict,
                   fmt::format("certificate {} is revoked already in scope {}",
                               base::hex_encode(revoked.sha256), revoked.scope.text()),
                   "see: " + domain::mend::certificate("revoked", revoked.scope.text()));
  }
  if (!done) co_return Fail(std::move(done).error());
  call.ports.hub.trust_changed(revoked.scope);
  co_return revoked;
}

Task<Answer> run(const Call& call, domain::RestoreCertificate command) {
  RevokedCertificate revoked;
  BERTH_CO_TRY(revoked.sha256, read_fingerprint("sha256", command.sha256));
  Result<domain::Scope> scope = co_await find_scope(call, std::move(command.scope));
  if (!scope) co_return Fail(std::move(scope).error());
  revoked.scope = scope->id;
  RemoveRevoked removal{revoked.scope, revoked.sha256};
  auto change =
      make_change(call, std::move(removal), MustExist{}, act("certificate.restore", revoked));
  Result<std::uint64_t> gone = co_await apply(call, std::move(change));
  if (!gone && gone.error().kind == ErrorKind::kNotFound) {
    co_return Fail(ErrorKind::kNotFound,
                   fmt::format("certificate {} is not revoked in scope {}",
                               base::hex_encode(revoked.sha256), revoked.scope.text()),
                   "see: " + domain::mend::certificate("revoked", revoked.scope.text()));
  }
  if (!gone) co_return Fail(std::move(gone).error());
  call.ports.hub.trust_changed(revoked.scope);
  co_return domain::Done{};
}

Task<Answer> run(const Call& call, domain::ListRevoked command) {
  BERTH_CO_TRY(domain::Page page, checked_page(std::move(command.page), call.ports.settings));
  Result<domain::Scope> scope = co_await find_scope(call, std::move(command.scope));
  if (!scope) co_return Fail(std::move(scope).error());
  Result<domain::Listing<RevokedCertificate>> list =
      co_await call.ports.catalog.list_revoked(scope->id.text(), std::move(page));
  if (!list) co_return Fail(std::move(list).error());
  co_return *std::move(list);
}

Task<Answer> run(const Call& call, domain::ListIssued command) {
  BERTH_CO_TRY(domain::Page page, checked_page(std::move(command.page), call.ports.settings));
  Result<domain::Scope> scope = co_await find_scope(call, std::move(command.scope));
  if (!scope) co_return Fail(std::move(scope).error());
  std::string registration = base::ascii_lower(command.registration);
  Result<domain::Listing<domain::CertificateRecord>> list = co_await call.ports.catalog.list_issued(
      scope->id.text(), std::move(registration), std::move(page));
  if (!list) co_return Fail(std::move(list).error());
  co_return *std::move(list);
}

}  // namespace berth::management
