// Authority: a certificate authority whose key Berth has. Its own, made on first start so that TLS
// works before anyone has bought a certificate; and those that scopes issue device certificates
// with: made here, below another, or given by an operator with their chain. Makes P-256 keys only;
// keys that come from elsewhere (a CA's, a device's in a signing request) may be others.
//
// Room crypto. Keys come from OpenSSL's generator, serial numbers from Rng, times from Clock.
// Thread rule: const members from any thread.
#pragma once

#include "base/clock.h"
#include "base/codec.h"
#include "base/result.h"
#include "base/rng.h"
#include "base/secret.h"
#include "crypto/csr.h"

#include <chrono>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

struct evp_pkey_st;  // OpenSSL's EVP_PKEY

namespace berth::crypto {

struct CertifiedKey {
  std::string certificate_pem;  // of an authority below another: with the chain above it
  Secret private_key_pem;  // PKCS#8, unencrypted: goes to a file of mode 0600 or stays in memory
};

// What a certificate for somebody's own key says.
struct LeafTerms {
  std::string_view common_name;  // 1..64 printable characters
  std::chrono::hours lifetime{0};
};

struct IssuedLeaf {
  base::Bytes der;
  std::string serial;  // as CertificateFacts have it
  TimePoint not_before;
  TimePoint not_after;
};

class Authority {
 public:
  static constexpr std::chrono::hours kLifetime{24 * 3653};       // ten years
  static constexpr std::chrono::hours kServerLifetime{24 * 397};  // what strict clients accept
  static constexpr std::chrono::hours kRenewBefore{24 * 30};
  static constexpr std::chrono::hours kBackdate{24};  // for devices whose clock is behind
  static constexpr std::size_t kNamesMax = 256;
  static constexpr int kBelowMax = 2;
  static constexpr std::size_t kChainMax = 5;        // certificates of a CA and of those above it
  static constexpr std::size_t kCommonNameMax = 64;  // RFC 5280 appendix A, ub-common-name

  // A new self-signed CA valid from now - kBackdate. `common_name`: 1 to 64 printable characters.
  // `authorities_below`: how many may follow it on a path, 0..2; with 0 it signs leaves only.
  static Result<Authority> create(std::string_view common_name, Rng& rng, const Clock& clock,
                                  int authorities_below = 0);
  // What create() or issue_authority() made, or an operator's: the CA's certificate and, if it is
  // signed by another, the certificates above it, each signing the one before. kInvalid when the
  // parts are broken, do not belong together, or the certificate is not a CA's.
  static Result<Authority> load(std::string_view certificate_pem, const Secret& private_key_pem);

  Authority(Authority&&) noexcept;
  Authority& operator=(Authority&&) noexcept;
  ~Authority();

  // Its own alone.
  const std::string& certificate_pem() const;
  // DER: its own, then those above it.
  const std::vector<base::Bytes>& chain() const;
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

  // A CA below this one with a new key, for as long as this one lasts, that signs leaves only.
  // kPreconditionFailed also when this one may sign leaves only.
  Result<CertifiedKey> issue_authority(std::string_view common_name, Rng& rng,
                                       const Clock& clock) const;

  // A client certificate for the key of a request that read_csr() read. Nothing else of the request
  // is taken. Never outlives the CA; begins kBackdate ago, and its lifetime counts from now. Errors
  // as above.
  Result<IssuedLeaf> issue_for_request(const CertificateRequest& request, const LeafTerms& terms,
                                       Rng& rng, const Clock& clock) const;

  // Whether `certificate_pem` must be issued again: unreadable, not signed by this CA, lacking one
  // of `names`, or within kRenewBefore of its end.
  bool needs_reissue(std::string_view certificate_pem, const std::vector<std::string>& names,
                     const Clock& clock) const;

 private:
  struct Impl;
  struct Subject;
  struct Validity;
  explicit Authority(std::unique_ptr<Impl> impl);
  Result<CertifiedKey> issue(const Subject& subject, Rng& rng, const Clock& clock) const;
  Result<Validity> validity(std::chrono::hours lifetime, const Clock& clock) const;
  Result<IssuedLeaf> write_leaf(std::span<const std::uint8_t> public_key_info,
                                const LeafTerms& terms, Rng& rng, const Clock& clock) const;
  Result<base::Bytes> sign(evp_pkey_st* key, const Subject& subject, Rng& rng,
                           const Clock& clock) const;
  std::unique_ptr<Impl> impl_;
};

}  // namespace berth::crypto
