// Authority: Berth's own certificate authority, made on first start so that TLS works before anyone
// has bought a certificate. P-256 throughout. Signs server certificates and those of devices.
//
// Room crypto. Keys come from OpenSSL's generator, serial numbers from Rng, times from Clock.
// Thread rule: const members from any thread.
#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "base/rng.h"
#include "base/secret.h"

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace berth::crypto {

struct CertifiedKey {
  std::string certificate_pem;
  Secret private_key_pem;  // PKCS#8, unencrypted: goes to a file of mode 0600 or stays in memory
};

class Authority {
 public:
  static constexpr std::chrono::hours kLifetime{24 * 3653};       // ten years
  static constexpr std::chrono::hours kServerLifetime{24 * 397};  // what strict clients accept
  static constexpr std::chrono::hours kRenewBefore{24 * 30};
  static constexpr std::chrono::hours kBackdate{24};  // for devices whose clock is behind
  static constexpr std::size_t kNamesMax = 256;
  static constexpr std::size_t kCommonNameMax = 64;  // RFC 5280 appendix A, ub-common-name

  // A new self-signed CA valid from now - kBackdate. `common_name`: 1 to 64 printable characters.
  static Result<Authority> create(std::string_view common_name, Rng& rng, const Clock& clock);
  // What create() made, read back. kInvalid when the parts are broken, do not belong together, or
  // the certificate is not a CA's.
  static Result<Authority> load(std::string_view certificate_pem, const Secret& private_key_pem);

  Authority(Authority&&) noexcept;
  Authority& operator=(Authority&&) noexcept;
  ~Authority();

  const std::string& certificate_pem() const;
  // A copy of the key, to be stored.
  Result<Secret> private_key_pem() const;

  // A server certificate with a new key. `names`: DNS names (a leading "*." allowed) and numeric
  // IP addresses, at least one, at most kNamesMax; kInvalid names the bad one. Never outlives the
  // CA; kPreconditionFailed when the CA itself has expired.
  Result<CertifiedKey> issue_server(const std::vector<std::string>& names, Rng& rng,
                                    const Clock& clock) const;

  // A client certificate with a new key, for as long as the CA lasts: devices cannot renew theirs.
  // `common_name`: 1 to 64 printable characters. Errors as above.
  Result<CertifiedKey> issue_client(std::string_view common_name, Rng& rng,
                                    const Clock& clock) const;

  // Whether `certificate_pem` must be issued again: unreadable, not signed by this CA, lacking one
  // of `names`, or within kRenewBefore of its end.
  bool needs_reissue(std::string_view certificate_pem, const std::vector<std::string>& names,
                     const Clock& clock) const;

 private:
  struct Impl;
  struct Subject;
  explicit Authority(std::unique_ptr<Impl> impl);
  Result<CertifiedKey> issue(const Subject& subject, Rng& rng, const Clock& clock) const;
  std::unique_ptr<Impl> impl_;
};

}  // namespace berth::crypto
