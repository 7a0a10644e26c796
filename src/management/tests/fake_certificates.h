// Certificates as words, for tests of management: "ca NAME ISSUER" is a CA's, "leaf NAME ISSUER" a
// device's; of TPM keys every text that begins with "EK" or "SRK" is one.
//
// Room management, tests. Thread rule: one thread.
#pragma once

#include "management/ports/certificates.h"

#include <string>

namespace berth::management::testing {

class FakeCertificates final : public Certificates {
 public:
  std::string warns_of;  // the CN of a certificate
  mutable int authorities_made = 0;

  Result<domain::Certificate> read(std::string_view text) const override;
  Result<void> check_possession(const domain::Certificate& ca, const domain::Certificate& proof,
                                std::string_view code) const override;
  Result<base::Bytes> read_endorsement_key(std::string_view text) const override;
  Result<base::Bytes> read_storage_root_key(std::string_view text) const override;
  Result<domain::IssuingAuthority> make_issuing_authority(
      const domain::ScopeId& scope) const override;
  std::string warning(const domain::Certificate& certificate) const override;
};

// What FakeCertificates::read gives for it, in hex.
std::string fake_fingerprint(std::string_view text);

}  // namespace berth::management::testing
