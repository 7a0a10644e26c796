// Parts of bodies (sql/bodies.h), and whole ones, of what has to do with certificates and TPM keys.
//
// Room store/sql. DER is kept as base64, like all bytes. What a certificate says of itself is made
// storable, not refused: somebody else wrote it. Thread rule: pure functions.
#pragma once

#include "domain/records.h"
#include "store/sql/body.h"

#include <string>
#include <string_view>
#include <vector>

namespace berth::store::sql {

BodyWriter write_trust(const domain::CertificateTrust& trust);
domain::CertificateTrust read_trust(BodyReader& body);
BodyWriter write_tpm_keys(const domain::TpmKeys& keys);
domain::TpmKeys read_tpm_keys(BodyReader& body);
BodyWriter write_authority(const domain::IssuingAuthority& authority);
domain::IssuingAuthority read_authority(BodyReader& body);

// What proved a registration last, and what it is told because of it.
void write_proof(BodyWriter& body, const domain::Registration& registration);
void read_proof(BodyReader& body, domain::Registration& registration);
// What an identity is known by besides its keys and its password.
void write_device_certificates(BodyWriter& body, const domain::Device& device);
void read_device_certificates(BodyReader& body, domain::Device& device);

std::string ca_body(const domain::CaCertificate& ca);
Result<domain::CaCertificate> read_ca(std::string_view text, domain::CaCertificate ca);

std::string revoked_body(const domain::RevokedCertificate& revoked);
Result<domain::RevokedCertificate> read_revoked(std::string_view text,
                                                domain::RevokedCertificate revoked);

std::string issued_body(const domain::CertificateRecord& issued);
Result<domain::CertificateRecord> read_issued(std::string_view text,
                                              domain::CertificateRecord issued);

std::string challenge_body(const domain::TpmChallenge& challenge);
Result<domain::TpmChallenge> read_challenge(std::string_view text, domain::TpmChallenge challenge);

}  // namespace berth::store::sql
