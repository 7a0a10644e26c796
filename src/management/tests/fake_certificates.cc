#include "management/tests/fake_certificates.h"

#include <sstream>

namespace berth::management::testing {
namespace {

base::Bytes bytes_of(std::string_view text) {
  const auto bytes = base::as_bytes(text);
  return {bytes.begin(), bytes.end()};
}

// 32 bytes that differ when the texts do, as far as tests go.
base::Bytes digest(std::string_view text) {
  base::Bytes digest(32, 1);
  for (std::size_t i = 0; i < text.size(); ++i) {
    digest[i % 32] =
        static_cast<std::uint8_t>(31 * digest[i % 32] + static_cast<unsigned>(text[i]));
  }
  return digest;
}

Result<base::Bytes> key(std::string_view prefix, std::string_view text) {
  if (text.starts_with(prefix)) return bytes_of(text);
  return Fail(ErrorKind::kInvalid, "it is no such key", "give one");
}

}  // namespace

Result<domain::Certificate> FakeCertificates::read(std::string_view text) const {
  std::istringstream words{std::string(text)};
  std::string kind;
  std::string name;
  std::string issuer;
  words >> kind >> name >> issuer;
  if (kind != "ca" && kind != "leaf") {
    return Fail(ErrorKind::kInvalid, "it is no certificate", "give PEM or base64");
  }
  domain::Certificate certificate;
  certificate.der = bytes_of(text);
  certificate.sha256 = digest(text);
  certificate.common_name = name == "-" ? "" : name;
  certificate.subject = "CN=" + name;
  certificate.issuer = "CN=" + issuer;
  certificate.is_ca = kind == "ca";
  return certificate;
}

Result<void> FakeCertificates::check_possession(const domain::Certificate& ca,
                                                const domain::Certificate& proof,
                                                std::string_view code) const {
  if (proof.common_name == code && proof.issuer == ca.subject) return {};
  return Fail(ErrorKind::kInvalid, "it proves nothing", "sign one");
}

Result<base::Bytes> FakeCertificates::read_endorsement_key(std::string_view text) const {
  return key("EK", text);
}

Result<base::Bytes> FakeCertificates::read_storage_root_key(std::string_view text) const {
  return key("SRK", text);
}

Result<domain::IssuingAuthority> FakeCertificates::make_issuing_authority(
    const domain::ScopeId& scope) const {
  domain::IssuingAuthority authority;
  authority.certificate = bytes_of(scope.text() + "#" + std::to_string(++authorities_made));
  return authority;
}

std::string FakeCertificates::warning(const domain::Certificate& certificate) const {
  return !warns_of.empty() && certificate.common_name == warns_of ? "watch out" : "";
}

std::string fake_fingerprint(std::string_view text) { return base::hex_encode(digest(text)); }

}  // namespace berth::management::testing
