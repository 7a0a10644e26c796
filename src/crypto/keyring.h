// What the server does under its master key: sealing secrets that must be recovered, digesting
// those that need not be, and fingerprinting either for people.
//
// One 32-byte master key; HKDF-SHA-256 separates the uses, so a digest says nothing about a seal.
// A seal is AES-256-GCM under a key of its own context (HMAC of the context under the sealing
// key), with a random 96-bit nonce and header and context as associated data. Binding the key to
// the context keeps the number of nonces under any one key small, whatever the size of the fleet.
//
//   seal = version (1 byte, 1) ‖ key id (4 bytes) ‖ nonce (12) ‖ ciphertext ‖ tag (16)
//
// Room crypto. Thread rule: const after creation, any thread; seal() uses the Rng it is given.
#pragma once

#include "base/codec.h"
#include "base/result.h"
#include "base/rng.h"
#include "base/secret.h"

#include <array>
#include <string>
#include <string_view>

namespace berth::crypto {

inline constexpr std::size_t kMasterKeyBytes = 32;

class Keyring {
 public:
  // kInvalid unless the master key has 32 bytes.
  static Result<Keyring> create(const Secret& master_key);

  base::Bytes seal(const Secret& secret, std::string_view context, Rng& rng) const;
  // kInternal, with a mend: not a seal, another master key, or another context than it was made
  // with (which includes any change to its bytes).
  Result<Secret> open(std::span<const std::uint8_t> seal, std::string_view context) const;

  // 32 bytes, one-way. `purpose` separates uses.
  base::Bytes digest(std::span<const std::uint8_t> bytes, std::string_view purpose) const;
  // 12 hex digits of a keyed digest: equal inputs are recognised on this server only.
  std::string fingerprint(std::span<const std::uint8_t> bytes) const;

  // 8 hex digits that tell master keys apart and say nothing else about them.
  std::string key_id() const;

 private:
  Keyring() = default;

  std::array<std::uint8_t, 4> id_{};
  Secret sealing_key_;
  Secret digest_key_;
  Secret fingerprint_key_;
};

}  // namespace berth::crypto
