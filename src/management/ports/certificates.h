// What management needs to know of certificates and TPM keys, and cannot read itself. Implemented
// in app/ over crypto/.
//
// Room management/ports. Errors: kInvalid (`what` says what is wrong with the text), kInternal.
// Thread rule: const members from any thread; no I/O. Tens to hundreds of microseconds a call.
#pragma once

#include "base/result.h"
#include "domain/certificates.h"

#include <string>
#include <string_view>

namespace berth::management {

class Certificates {
 public:
  virtual ~Certificates() = default;

  // `text`: PEM (the first certificate), or the base64 of DER. Refused beyond 16 KiB, and with a
  // key that no device would be let in with.
  virtual Result<domain::Certificate> read(std::string_view text) const = 0;
  // Whether the owner of `ca` made `proof`: signed with its key, and the CN is the code.
  virtual Result<void> check_possession(const domain::Certificate& ca,
                                        const domain::Certificate& proof,
                                        std::string_view code) const = 0;
  // TPM2B_PUBLIC as base64, of the form that is asked for (dice-x509.md §7.1).
  virtual Result<base::Bytes> read_endorsement_key(std::string_view text) const = 0;
  virtual Result<base::Bytes> read_storage_root_key(std::string_view text) const = 0;
  // A new CA below the server's own, its key sealed.
  virtual Result<domain::IssuingAuthority> make_issuing_authority(
      const domain::ScopeId& scope) const = 0;
  // A warning about a certificate that is good all the same; empty if there is none.
  virtual std::string warning(const domain::Certificate& certificate) const = 0;
};

}  // namespace berth::management
