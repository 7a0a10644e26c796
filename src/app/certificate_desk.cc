#include "app/certificate_desk.h"

#include "crypto/certificate.h"
#include "crypto/chain.h"
#include "crypto/riot_leaf.h"
#include "crypto/tpm_public.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

namespace berth::app {
namespace {

template <class Digest>
base::Bytes bytes_of(const Digest& digest) {
  return {digest.begin(), digest.end()};
}

// Whether its key is good enough, whenever it is presented.
Result<void> check_strength(const base::Bytes& der, TimePoint at) {
  const auto checked = crypto::check_leaf(der, {at}, true);
  if (checked || checked.error().fault != crypto::ChainFault::kWeakKey) return {};
  return Fail(ErrorKind::kInvalid,
              fmt::format("'{}' {}", checked.error().certificate, checked.error().what),
              "make it anew with a key on P-256, P-384 or P-521, Ed25519, or RSA of 2048 bits");
}

Result<base::Bytes> decoded(std::string_view text) {
  std::optional<base::Bytes> bytes = base::base64_decode(text);
  if (bytes) return *std::move(bytes);
  return Fail(ErrorKind::kInvalid, "it is not base64",
              "give the base64 of the key's TPM2B_PUBLIC, as the device prints it");
}

Result<base::Bytes> whole(Result<crypto::TpmPublic> read) {
  if (!read) return Fail(std::move(read).error());
  return std::move(read->bytes);
}

// Below Berth's own CA; or below one that is made for this and then has no key any more, where
// Berth's own is of the time when it could have none below it.
Result<crypto::CertifiedKey> make_below(const crypto::Authority& own, std::string_view name,
                                        Rng& rng, const Clock& clock) {
  Result<crypto::CertifiedKey> made = own.issue_authority(name, rng, clock);
  if (made || made.error().kind != ErrorKind::kPreconditionFailed) return made;
  BERTH_TRY(const crypto::Authority root,
            crypto::Authority::create(fmt::format("{} root", name), rng, clock, 1));
  return root.issue_authority(name, rng, clock);
}

}  // namespace

CertificateDesk::CertificateDesk(std::shared_ptr<const crypto::Authority> authority,
                                 provisioning::Vault& vault, Rng& rng, const Clock& clock)
    : authority_(std::move(authority)), vault_(vault), rng_(rng), clock_(clock) {}

Result<domain::Certificate> CertificateDesk::read(std::string_view text) const {
  domain::Certificate certificate;
  BERTH_TRY(certificate.der, crypto::certificate_der(text));
  BERTH_TRY(crypto::CertificateFacts facts, crypto::read_certificate(certificate.der));
  Result<void> strong = check_strength(certificate.der, facts.not_before);
  if (!strong) return Fail(std::move(strong).error());
  certificate.sha256 = bytes_of(facts.sha256);
  certificate.sha1 = bytes_of(facts.sha1);
  certificate.spki_sha256 = bytes_of(facts.spki_sha256);
  certificate.common_name = std::move(facts.common_name);
  certificate.subject = std::move(facts.subject);
  certificate.issuer = std::move(facts.issuer);
  certificate.serial = std::move(facts.serial);
  certificate.version = facts.version;
  certificate.not_before = facts.not_before;
  certificate.not_after = facts.not_after;
  certificate.is_ca = facts.is_ca;
  if (certificate.is_ca && crypto::is_signed_with_constant_nonce(certificate.der)) {
    return Fail(ErrorKind::kInvalid,
                fmt::format("'{}' is the CA of a board, signed with a nonce that everybody knows: "
                            "anybody can compute its key and sign for it",
                            certificate.subject),
                "enroll each board by its own certificate instead, which that does not give away: "
                "berth enrollment create --certificate-path FILE");
  }
  certificate.by_key = crypto::looks_like_riot_leaf(certificate.der);
  if (!certificate.by_key) return certificate;
  BERTH_TRY(const crypto::RiotLeaf leaf, crypto::read_riot_leaf(certificate.der));
  Result<void> signed_well = crypto::verify_riot_leaf(leaf);
  if (!signed_well) return Fail(std::move(signed_well).error());
  return certificate;
}

Result<void> CertificateDesk::check_possession(const domain::Certificate& ca,
                                               const domain::Certificate& proof,
                                               std::string_view code) const {
  if (!base::equals_ignoring_case(proof.common_name, code)) {
    return Fail(
        ErrorKind::kInvalid,
        fmt::format("the common name of the certificate is '{}', and the verification code "
                    "{}",
                    base::printable(proof.common_name, 100), code),
        "sign a certificate whose subject is CN=" + std::string(code) + " with the key of the CA");
  }
  Result<void> signed_by = crypto::check_signed_by(proof.der, ca.der);
  if (signed_by) return signed_by;
  Error error = std::move(signed_by).error();
  error.mend = "sign it with the key of '" + ca.subject + "', which must be its issuer";
  return Fail(std::move(error));
}

Result<base::Bytes> CertificateDesk::read_endorsement_key(std::string_view text) const {
  BERTH_TRY(const base::Bytes bytes, decoded(text));
  return whole(crypto::read_endorsement_key(bytes));
}

Result<base::Bytes> CertificateDesk::read_storage_root_key(std::string_view text) const {
  BERTH_TRY(const base::Bytes bytes, decoded(text));
  return whole(crypto::read_storage_root_key(bytes));
}

Result<domain::IssuingAuthority> CertificateDesk::make_issuing_authority(
    const domain::ScopeId& scope) const {
  const std::string name = fmt::format("Berth devices of {}", scope.text());
  BERTH_TRY(const crypto::CertifiedKey made, make_below(*authority_, name, rng_, clock_));
  BERTH_TRY(std::vector<base::Bytes> chain, crypto::certificates_der(made.certificate_pem));
  if (chain.size() < 2) return Fail(ErrorKind::kInternal, "a CA was made without one above it");
  domain::IssuingAuthority authority;
  authority.certificate = std::move(chain.front());
  authority.root = std::move(chain.back());
  authority.key = vault_.seal(made.private_key_pem, domain::issuing_context(scope));
  authority.created_at = clock_.wall();
  return authority;
}

std::string CertificateDesk::warning(const domain::Certificate& certificate) const {
  if (certificate.not_after < clock_.wall()) {
    return fmt::format("'{}' expired at {}: devices that need it are refused", certificate.subject,
                       base::format_utc(certificate.not_after, 0));
  }
  if (!crypto::is_signed_with_constant_nonce(certificate.der)) return {};
  return fmt::format(
      "'{}' was signed with a nonce that everybody knows, so that its signer's key can be computed "
      "from it: only its own key proves anything",
      certificate.subject);
}

}  // namespace berth::app
