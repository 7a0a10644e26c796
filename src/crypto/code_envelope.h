// The envelope: a device's credentials sealed with a passphrase or a pick-up code, as they travel
// in a QR code or are picked up (iot-central-credentials.md §3.3). A slow key, AES-256-GCM, and the
// costs of the key bound to it.
//
//   {"v":2,"kdf":{"n":"argon2id","m":65536,"t":3,"p":1,"s":"…"},
//    "enc":"A256GCM","iv":"…","ct":"…","exp":1767225600,"id":"…"}
//
// Room crypto. Thread rule: pure functions; sealing and opening take the time and memory of
// slow_key.h.
#pragma once

#include "base/clock.h"
#include "base/codec.h"
#include "base/result.h"
#include "base/rng.h"
#include "base/secret.h"
#include "crypto/aead.h"
#include "crypto/slow_key.h"

#include <array>
#include <string>
#include <string_view>

namespace berth::crypto {

inline constexpr std::size_t kEnvelopeBytesMax = 8 * 1024;  // of its JSON text

// What is inside. Model, endpoint and hint may be empty and then are left out.
struct EnvelopeContent {
  std::string device_id = {};
  std::string scope_id = {};
  Secret device_key = {};  // base64 text, not decoded
  std::string model_id = {};
  std::string endpoint = {};  // host[:port] of the provisioning service
  std::string hub_hint = {};
};

struct Envelope {
  SlowKeyCost cost = Argon2idCost{};
  std::array<std::uint8_t, kSlowKeySaltBytes> salt{};
  std::array<std::uint8_t, kNonceBytes> nonce{};
  base::Bytes ciphertext = {};  // with the tag
  TimePoint expires = {};       // whole seconds
  std::string id = {};          // of the credential code
};

struct EnvelopeLabel {
  std::string_view id;
  TimePoint expires;
  SlowKeyCost cost = Argon2idCost{};
};

// kInvalid: a text is no UTF-8, the passphrase empty or too long, or the cost out of bounds.
// kTooLarge. kUnavailable: not enough memory.
Result<Envelope> seal_envelope(const EnvelopeContent& content, const Secret& passphrase,
                               const EnvelopeLabel& label, Rng& rng);

// kUnauthenticated: another passphrase, or the envelope was changed; which, nobody can tell.
// kInvalid: costs out of bounds, or no such credentials inside. kUnavailable: not enough memory.
// When it expires is not looked at: the server decides that, and who has a clock may look.
Result<EnvelopeContent> open_envelope(const Envelope& envelope, const Secret& passphrase);

// The JSON text, and that in base64url without padding, for URLs.
std::string envelope_json(const Envelope& envelope);
std::string envelope_base64url(const Envelope& envelope);
// kInvalid says what is wrong with it. Costs are checked here already; unknown members are not.
Result<Envelope> read_envelope_json(std::string_view text);
Result<Envelope> read_envelope_base64url(std::string_view text);

// What the tag covers beside the ciphertext: "prov-cred;v=2;kdf=argon2id;m=65536;t=3;p=1".
std::string envelope_associated_data(const SlowKeyCost& cost);

}  // namespace berth::crypto
