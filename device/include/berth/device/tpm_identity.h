// A device whose identity is its TPM: the two keys it is known by, and the one key that servers
// give it, which never leaves the TPM (dice-x509.md §7). The keys are kept at the handles of the
// vendor's C SDK, so a device may change from one program to the other.
//
//   Result<TpmIdentity> tpm = TpmIdentity::open("device:/dev/tpmrm0");
//   Result<void> activated = tpm->activate(blob);
//   Result<base::Bytes> mac = tpm->sign(text);
//
// Room device. Thread rule: belongs to one thread at a time; every call blocks until the TPM has
// answered, milliseconds each, and open() some seconds when the keys must be made first.
#pragma once

#include "base/codec.h"
#include "base/result.h"

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace berth::device {

// What signs for a device: HMAC-SHA-256 with a key that the device may not even see.
class TokenSigner {
 public:
  virtual ~TokenSigner() = default;
  // 32 bytes. kUnavailable, kOffline: what holds the key does not do it.
  virtual Result<base::Bytes> sign(std::string_view text) = 0;
};

class TpmIdentity final : public TokenSigner {
 public:
  // `tcti` as tpm2-tools take it; empty: the system's TPM. Makes the keys that are not there yet.
  // kOffline: no TPM; kForbidden: it asks for a password; kInvalid: a key is of another kind.
  static Result<TpmIdentity> open(const std::string& tcti);

  TpmIdentity(TpmIdentity&&) noexcept;
  TpmIdentity& operator=(TpmIdentity&&) noexcept;
  ~TpmIdentity() override;

  const base::Bytes& endorsement_key() const;   // TPM2B_PUBLIC
  const base::Bytes& storage_root_key() const;  // TPM2B_PUBLIC
  // How refusals call a key: 16 hex digits.
  static std::string fingerprint(const base::Bytes& key);
  // The id vendors' clients register with when they are told none.
  std::string registration_id() const;

  // Takes in the key of an activation blob, in place of the one before. kInvalid when it is none;
  // kUnavailable when the TPM refuses it, because it is for another one or was changed: the key
  // before then stays.
  Result<void> activate(std::span<const std::uint8_t> blob);
  // Whether there is a key to sign with.
  Result<bool> has_key();
  // kUnavailable when there is none.
  Result<base::Bytes> sign(std::string_view text) override;
  // Removes the key; the TPM's own two stay.
  Result<void> forget_key();

 private:
  struct State;
  explicit TpmIdentity(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace berth::device
