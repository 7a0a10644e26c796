// A board's unique device secret (UDS): 32 random bytes that people handle as 64 hexadecimal
// digits, and how it is sealed when it is kept in a file (dice-x509.md §2.8, §6).
//
// Room factory. Thread rule: pure functions. The secret is never in an error.
#pragma once

#include "base/codec.h"
#include "base/result.h"
#include "base/rng.h"
#include "base/secret.h"

#include <string>
#include <string_view>

namespace berth::factory {

// Either case; white space around it is not counted. kInvalid.
Result<Secret> read_uds(std::string_view text);
// 64 lower-case digits.
Secret uds_text(const Secret& uds);

// How the key comes to whoever opens the sealed text.
enum class UdsLock {
  kKey,         // 32 random bytes, kept elsewhere
  kPassphrase,  // by Argon2id (RFC 9106)
};
inline constexpr std::size_t kUdsKeyBytes = 32;
inline constexpr std::size_t kSealedUdsMax = 1'024;
inline constexpr std::size_t kPassphraseMin = 8;

// Three lines of text: what it is, how it is locked, AES-256-GCM. `secret` is the key or the
// passphrase. kInvalid: another size than kUdsKeyBytes, or below kPassphraseMin.
Result<std::string> seal_uds(const Secret& uds, UdsLock lock, const Secret& secret, Rng& rng);

// kInvalid when the text is no sealed secret.
Result<UdsLock> uds_lock_of(std::string_view sealed);
// kUnauthenticated when `secret` is another or the text was changed.
Result<Secret> open_uds(std::string_view sealed, const Secret& secret);

}  // namespace berth::factory
