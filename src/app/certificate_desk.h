// What management wants to know of certificates and TPM keys, over crypto; and the CAs that sign
// what devices ask for, below Berth's own.
//
// Room app. Thread rule: const members from any thread; what it is given outlives it.
#pragma once

#include "base/clock.h"
#include "base/rng.h"
#include "crypto/authority.h"
#include "management/ports/certificates.h"
#include "provisioning/ports/vault.h"

#include <memory>

namespace berth::app {

class CertificateDesk final : public management::Certificates {
 public:
  // `authority`: Berth's own; never null.
  CertificateDesk(std::shared_ptr<const crypto::Authority> authority, provisioning::Vault& vault,
                  Rng& rng, const Clock& clock);

  Result<domain::Certificate> read(std::string_view text) const override;
  Result<void> check_possession(const domain::Certificate& ca, const domain::Certificate& proof,
                                std::string_view code) const override;
  Result<base::Bytes> read_endorsement_key(std::string_view text) const override;
  Result<base::Bytes> read_storage_root_key(std::string_view text) const override;
  Result<domain::IssuingAuthority> make_issuing_authority(
      const domain::ScopeId& scope) const override;
  std::string warning(const domain::Certificate& certificate) const override;

 private:
  std::shared_ptr<const crypto::Authority> authority_;
  provisioning::Vault& vault_;
  Rng& rng_;
  const Clock& clock_;
};

}  // namespace berth::app
