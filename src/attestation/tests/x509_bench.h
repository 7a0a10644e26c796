// CAs, enrollments and devices with certificates, for the tests of attestation.
//
// Room attestation, tests. Thread rule: one test.
#pragma once

#include "attestation/chain_trouble.h"
#include "attestation/tests/bench.h"
#include "attestation/x509.h"
#include "crypto/tests/pki.h"

#include <optional>
#include <string>
#include <vector>

namespace berth::attestation {

namespace pki = crypto::pki;

inline domain::Certificate certificate_of(const base::Bytes& der) {
  const crypto::CertificateFacts facts = crypto::read_certificate(der).value();
  domain::Certificate made;
  made.der = der;
  made.sha256.assign(facts.sha256.begin(), facts.sha256.end());
  made.sha1.assign(facts.sha1.begin(), facts.sha1.end());
  made.spki_sha256.assign(facts.spki_sha256.begin(), facts.spki_sha256.end());
  made.common_name = facts.common_name;
  made.subject = facts.subject;
  made.issuer = facts.issuer;
  made.serial = facts.serial;
  made.not_before = facts.not_before;
  made.not_after = facts.not_after;
  made.is_ca = facts.is_ca;
  return made;
}

inline std::string short_print_of(const pki::Made& made) {
  return short_print(certificate_of(made.der).sha256);
}

inline domain::CaCertificate ca_record(const std::string& name, const pki::Made& made,
                                       bool verified = true,
                                       const std::string& scope = std::string(kScope)) {
  domain::CaCertificate record;
  record.scope = *domain::ScopeId::parse(scope);
  record.name = name;
  record.certificate = certificate_of(made.der);
  record.verified = verified;
  return record;
}

inline domain::TrustSlot slot_of(const pki::Made& made) {
  domain::TrustSlot slot;
  slot.certificate = certificate_of(made.der);
  return slot;
}

inline domain::TrustSlot slot_named(const std::string& ca) {
  domain::TrustSlot slot;
  slot.ca = ca;
  return slot;
}

inline domain::Enrollment trusting(domain::EnrollmentKind kind, const std::string& id,
                                   std::optional<domain::TrustSlot> primary,
                                   std::optional<domain::TrustSlot> secondary = {},
                                   const std::string& scope = std::string(kScope)) {
  domain::Enrollment enrollment;
  enrollment.scope = *domain::ScopeId::parse(scope);
  enrollment.kind = kind;
  enrollment.id = *domain::EnrollmentId::parse(id);
  domain::CertificateTrust trust;
  trust.primary = std::move(primary);
  trust.secondary = std::move(secondary);
  enrollment.attestation = std::move(trust);
  return enrollment;
}
inline domain::Enrollment individual(const std::string& id,
                                     std::optional<domain::TrustSlot> primary,
                                     std::optional<domain::TrustSlot> secondary = {}) {
  return trusting(domain::EnrollmentKind::kIndividual, id, std::move(primary),
                  std::move(secondary));
}
inline domain::Enrollment group(const std::string& id, std::optional<domain::TrustSlot> primary,
                                std::optional<domain::TrustSlot> secondary = {}) {
  return trusting(domain::EnrollmentKind::kGroup, id, std::move(primary), std::move(secondary));
}

inline domain::Claim chain_claim(const std::string& id, std::vector<base::Bytes> certificates) {
  domain::Claim claim;
  claim.scope = std::string(kScope);
  claim.registration_id = id;
  claim.evidence = domain::CertificateChain{std::move(certificates)};
  return claim;
}

}  // namespace berth::attestation
