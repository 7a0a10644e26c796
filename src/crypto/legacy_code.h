// Compatible codes: the text of the QR codes that older phone apps read to become a device
// (iot-central-credentials.md §1.3, §1.4). A JSON object in base64, and that encrypted with
// AES-256-CBC under a key from a passphrase by EVP_BytesToKey with MD5: no work factor and no MAC,
// so whoever sees a code can guess the passphrase, and nothing notices a changed one. It is made
// because those apps read nothing else; code_envelope.h is what to use instead.
//
// Room crypto. Thread rule: pure functions over OpenSSL, any thread.
#pragma once

#include "base/result.h"
#include "base/rng.h"
#include "base/secret.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace berth::crypto {

inline constexpr std::size_t kCompatibleCodeBytesMax = 16 * 1024;
inline constexpr std::size_t kPassphraseBytesMax = 256;
inline constexpr std::uint32_t kCodeNumbers = 100'000;  // 0 to 99999

// What a code says. Texts as people typed them; any may be empty in a code that is read.
struct CompatibleCredential {
  std::string device_id = {};
  Secret device_key = {};  // base64 text, not decoded
  std::string scope_id = {};
  std::string model_id = {};
};

// Whether the passphrase itself stands in the code, as the first makers of codes had it. No reader
// needs it there.
enum class PassphraseInCode { kLeftOut, kIncluded };

// kInvalid: a text is no UTF-8 or the passphrase empty. kTooLarge. kUnavailable: this machine's
// OpenSSL has no MD5, as when only FIPS algorithms are allowed.
Result<Secret> make_compatible_code(const CompatibleCredential& credential,
                                    const Secret& passphrase, PassphraseInCode with, Rng& rng);
// Without any encryption: the code is the key.
Result<Secret> make_plain_compatible_code(const CompatibleCredential& credential);

// The code of any JSON text, for callers that must keep the order of its members. Encrypted unless
// the passphrase is empty. Errors as above.
Result<Secret> compatible_code_of(const Secret& json, const Secret& passphrase, Rng& rng);

// Reads either kind, whatever the order of members and with unknown ones. With a passphrase,
// decrypts, and if any stage of that fails takes the code for a plain one, as the apps do. Every
// failure is the same kInvalid error, because which stage failed tells about the key.
Result<CompatibleCredential> read_compatible_code(std::string_view code, const Secret& passphrase);

// Of 0 to 99999, each as likely: what a person types instead of scanning.
std::uint32_t make_code_number(Rng& rng);

}  // namespace berth::crypto
