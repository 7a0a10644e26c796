// The hub credential of a member whose group issues certificates: a certificate with a new key that
// Berth's own CA signs, its CN the device id. The device is handed both once; Berth keeps the
// certificate's fingerprint and never the key, so it cannot hand out the same one again: a device
// that is to keep its credential is issued a new one, too.
//
// Room issuing. Thread rule: one instance per io_context; the Rng and the Clock must allow that.
// Making and signing a P-256 key takes well under a millisecond.
#pragma once

#include "base/clock.h"
#include "base/rng.h"
#include "crypto/authority.h"
#include "provisioning/ports/issuer.h"

#include <memory>

namespace berth::issuing {

class Certificate final : public provisioning::Issuer {
 public:
  // Without an authority every request is refused as kInternal.
  Certificate(std::shared_ptr<const crypto::Authority> authority, Rng& rng, const Clock& clock)
      : authority_(std::move(authority)), rng_(rng), clock_(clock) {}

  bool issues_for(const domain::Enrollment& enrollment, const domain::Claim& claim) const override;
  // An IssuedCertificate. Reasons: kInternal (there is no CA, or it cannot sign any more).
  Result<domain::Credential, provisioning::Refusal> issue(const provisioning::IssueInput& input,
                                                          domain::Device& device) override;

 private:
  Result<crypto::CertifiedKey> certify(std::string_view common_name);

  std::shared_ptr<const crypto::Authority> authority_;
  Rng& rng_;
  const Clock& clock_;
};

}  // namespace berth::issuing
