// The hypotheses of x509_rivals.h that registering and connecting share: about chains
// (x509_rival_chains.cc) and about the certificate itself (x509_rival_leaves.cc). Each gives the
// findings it can support, likeliest first, or none.
//
// Room attestation. Thread rule: as X509RivalTools, one refusal and one thread.
#pragma once

#include "attestation/x509_rivals.h"
#include "crypto/certificate.h"

#include <span>
#include <string>
#include <vector>

namespace berth::attestation {

struct X509Case {
  const domain::CertificateChain& chain;  // not empty
  crypto::CertificateFacts leaf;
  domain::Reason reason;
  TimePoint now;
  std::string id;     // what the device calls itself
  std::string scope;  // that it is refused in
  std::span<const domain::Enrollment> candidates;
  std::span<const domain::Enrollment> same_scope;
  std::span<const domain::Enrollment> other_scopes;
  std::span<const domain::CaCertificate> authorities;  // of all scopes
  X509RivalTools& tools;
};

using Findings = std::vector<domain::Finding>;

// x509_rival_chains.cc: the chain leads nowhere, as far as the server knew or wanted to know.
Findings ca_not_verified(X509Case& of);
Findings intermediate_not_sent(X509Case& of);
Findings ca_of_other_scope(X509Case& of);
Findings group_is_shadowed(X509Case& of);

// x509_rival_leaves.cc: what is written in the certificate, and whose it is.
Findings other_common_name(X509Case& of);
Findings untimely(X509Case& of);
Findings misshapen(X509Case& of);
Findings revoked(X509Case& of);
Findings certificate_of_enrollment(X509Case& of);
Findings renewed_with_its_key(X509Case& of);
Findings replaced_in_enrollment(X509Case& of);
Findings firmware_changed(X509Case& of);
Findings firmware_not_listed(X509Case& of);

}  // namespace berth::attestation
