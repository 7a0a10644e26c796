// A key that a device makes for itself: P-256, asked for by a signing request without a name, or
// shown in a certificate that the key signs itself.
//
// Room crypto. The key comes from OpenSSL's generator, serial numbers from Rng, times from Clock.
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

struct evp_pkey_st;  // OpenSSL's EVP_PKEY

namespace berth::crypto {

class OwnKey {
 public:
  static constexpr std::chrono::hours kLifetime{24 * 3653};  // ten years
  static constexpr std::size_t kNameMax = 64;                // RFC 5280 appendix A

  static Result<OwnKey> make();
  OwnKey(OwnKey&&) noexcept;
  OwnKey& operator=(OwnKey&&) noexcept;
  ~OwnKey();

  // PKCS#8, unencrypted: goes to a file of mode 0600 or stays in memory.
  Result<Secret> private_key_pem() const;
  // PKCS#10 with an empty subject: the maker need not know yet what it is called.
  Result<std::string> request_pem() const;
  // For client authentication, valid from a day ago. kInvalid when the name is empty, has control
  // characters or more than kNameMax bytes.
  Result<std::string> certificate_pem(std::string_view common_name, Rng& rng,
                                      const Clock& clock) const;

 private:
  struct Free {
    void operator()(evp_pkey_st* key) const;
  };
  explicit OwnKey(evp_pkey_st* key) : key_(key) {}
  std::unique_ptr<evp_pkey_st, Free> key_;
};

}  // namespace berth::crypto
