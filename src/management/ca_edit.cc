#include "management/ca_edit.h"

#include <fmt/format.h>

#include <utility>

namespace berth::management {
namespace {

using domain::CaCertificate;

constexpr std::size_t kCaNameMax = 64;

std::string fingerprint(const domain::Certificate& certificate) {
  return certificate.sha256.empty() ? std::string()
                                    : "sha256:" + base::hex_encode(certificate.sha256);
}

Result<void> edit_certificate(const Call& call, CaCertificate& ca, const std::string& text,
                              Differences& changed) {
  Result<domain::Certificate> read = call.ports.certificates.read(text);
  if (!read) return Fail(std::move(read).error());
  if (!read->is_ca) {
    return Fail(ErrorKind::kInvalid,
                fmt::format("the certificate of '{}' is not that of a CA", read->subject),
                "give one with basicConstraints CA:TRUE; the certificate of a single device goes "
                "into an individual enrollment");
  }
  if (read->sha256 == ca.certificate.sha256) return {};
  changed.note("certificate", fingerprint(ca.certificate), fingerprint(*read));
  ca.certificate = *std::move(read);
  ca.verification_code.clear();
  changed.set("verified", ca.verified, false);
  return {};
}

}  // namespace

Result<std::string> ca_name(const std::optional<std::string>& given) {
  constexpr std::string_view kAllowed =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._";
  const bool fits = given && !given->empty() && given->size() <= kCaNameMax &&
                    given->find_first_not_of(kAllowed) == std::string::npos;
  if (fits) return *given;
  return Fail(
      ErrorKind::kInvalid,
      given ? fmt::format("'{}' cannot be the name of a CA", base::printable(*given, 80))
            : std::string("name is missing"),
      fmt::format("use 1 to {} letters, digits and - . _, such as factory-root", kCaNameMax));
}

Result<Differences> edit_ca(const Call& call, CaCertificate& ca, const domain::CaEdit& edit) {
  Differences changed;
  if (edit.certificate) {
    Result<void> done = edit_certificate(call, ca, *edit.certificate, changed);
    if (!done) return Fail(std::move(done).error());
  }
  if (ca.certificate.der.empty()) {
    return Fail(ErrorKind::kInvalid, "certificate is missing",
                "give the CA's certificate: PEM, or the base64 of its DER");
  }
  if (edit.verified && *edit.verified != ca.verified) {
    // Not from → to alone: the audit must tell it from a proof.
    changed.note("verified", ca.verified ? "true" : "false",
                 *edit.verified ? "asserted without a proof" : "false");
    ca.verified = *edit.verified;
    ca.verification_code.clear();
  }
  return changed;
}

Act ca_act(std::string_view action, const CaCertificate& ca, std::string detail) {
  return {action, ca.scope.text(), ca.name, std::move(detail)};
}

Task<Result<CaCertificate>> store_ca(const Call& call, CaCertificate ca, Expectation expectation,
                                     Act act) {
  ca.updated_at = call.ports.clock.wall();
  if (ca.version == 0) ca.created_at = ca.updated_at;
  auto change = make_change(call, PutCa{ca}, expectation, std::move(act));
  Result<std::uint64_t> version = co_await apply(call, std::move(change));
  if (!version) co_return Fail(std::move(version).error());
  ca.version = *version;
  std::string warning = call.ports.certificates.warning(ca.certificate);
  if (!warning.empty()) ca.warnings.push_back(std::move(warning));
  co_return ca;
}

}  // namespace berth::management
