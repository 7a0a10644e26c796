#include "store/conformance/certificates.h"

#include <fmt/format.h>

namespace berth::store::conformance {

base::Bytes sha(std::uint8_t number) {
  base::Bytes bytes(32, 0xab);
  bytes.front() = number;
  return bytes;
}

domain::Certificate make_certificate(std::uint8_t number) {
  domain::Certificate certificate;
  certificate.der = base::Bytes(700, number);
  certificate.sha256 = sha(number);
  certificate.sha1 = base::Bytes(20, number);
  certificate.spki_sha256 = base::Bytes(32, number);
  certificate.common_name = "Wörks \"CA\"";
  certificate.subject = fmt::format("CN=Wörks CA {},O=Plant", number);
  certificate.issuer = "CN=Root,O=Plant";
  certificate.serial = "0A1B2C";
  certificate.version = 1;
  certificate.not_before = at(-1000);
  certificate.not_after = at(1'000'000);
  certificate.is_ca = true;
  certificate.by_key = true;
  return certificate;
}

domain::CaCertificate make_ca(std::string_view name, const domain::ScopeId& scope) {
  domain::CaCertificate ca;
  ca.scope = scope;
  ca.name = std::string(name);
  ca.certificate = make_certificate(1);
  ca.created_at = at(30);
  ca.updated_at = at(31);
  return ca;
}

domain::RevokedCertificate make_revoked(std::uint8_t number, std::int64_t seconds,
                                        const domain::ScopeId& scope) {
  domain::RevokedCertificate revoked;
  revoked.scope = scope;
  revoked.sha256 = sha(number);
  revoked.subject = "CN=dev-ü";
  revoked.reason = fmt::format("reason {}", number);
  revoked.at = at(seconds);
  return revoked;
}

domain::CertificateRecord make_issued(std::string_view id, std::uint8_t number) {
  domain::CertificateRecord issued;
  issued.scope = kScope;
  issued.sha256 = sha(number);
  issued.serial = fmt::format("{:02}", number);
  issued.subject = std::string(id);
  issued.registration = domain::RegistrationId::trusted(std::string(id));
  issued.hub = kHub;
  issued.device = domain::DeviceId::trusted(std::string(id));
  issued.not_before = at(200);
  issued.not_after = at(30'000);
  issued.issued_at = at(201);
  return issued;
}

domain::TpmChallenge make_challenge(std::string_view id, std::uint8_t number) {
  domain::TpmChallenge challenge;
  challenge.scope = kScope;
  challenge.registration = domain::RegistrationId::trusted(std::string(id));
  challenge.key.bytes = base::Bytes(60, number);
  challenge.storage_root_key = base::Bytes(300, number);
  challenge.expires_at = at(900);
  return challenge;
}

domain::Enrollment make_tpm(std::string_view id) {
  domain::Enrollment enrollment = make_individual(id);
  enrollment.attestation = domain::TpmKeys{base::Bytes(314, 7), base::Bytes(300, 8)};
  return enrollment;
}

domain::PinnedCertificate make_pinned(std::uint8_t number) {
  return {sha(number), "dev-ü", at(1), at(2), sha(static_cast<std::uint8_t>(number + 100))};
}

}  // namespace berth::store::conformance
