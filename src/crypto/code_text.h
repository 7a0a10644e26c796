// The texts that credential codes travel as: pick-up codes for people to type, claim tokens, the
// links around them, and a reader that tells all forms apart (iot-central-credentials.md §3.3).
//
// Room crypto. Thread rule: pure functions. What is read comes from a camera or a keyboard:
// anything.
#pragma once

#include "base/codec.h"
#include "base/result.h"
#include "base/rng.h"
#include "base/secret.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace berth::crypto {

inline constexpr std::size_t kPickupSymbols = 10;  // of 5 bits each
inline constexpr std::size_t kClaimTokenBytes = 32;
inline constexpr std::size_t kClaimTokenTextSize = 43;
inline constexpr std::size_t kCodeIdMax = 64;
inline constexpr std::size_t kCodeTextMax = 16 * 1024;

// RFC 4648 §5 without padding; decoding is strict.
std::string base64url_encode(std::span<const std::uint8_t> bytes);
Secret base64url_encode_secret(std::span<const std::uint8_t> bytes);
std::optional<base::Bytes> base64url_decode(std::string_view text);

// Ten Crockford base32 symbols in upper case, "7K2M9QRTXC": also the passphrase of its envelope.
Secret make_pickup_code(Rng& rng);
// "7K2M-9QRT-XC", to be shown once. `code` is a normalised one.
Secret grouped_pickup_code(const Secret& code);
// The ten symbols of what a person typed: lower case, blanks and hyphens are taken, O is 0, I and L
// are 1. Nothing when it is none.
std::optional<Secret> normalise_pickup_code(std::string_view typed);

// 43 characters of base64url.
Secret make_claim_token(Rng& rng);
bool is_claim_token(std::string_view text);
// What names a code in links and envelopes: 1 to kCodeIdMax letters, digits, - and _.
bool is_code_id(std::string_view text);

// `authority` is host[:port]. The part after # never reaches a server.
Secret claim_link(std::string_view authority, std::string_view id, const Secret& token);
std::string envelope_link(std::string_view authority, std::string_view id,
                          std::string_view envelope_base64url);
std::string envelope_scheme(std::string_view envelope_base64url);

enum class CodeForm {
  kClaimLink,         // https://HOST/claim/{id}#{token}
  kEnvelopeLink,      // https://HOST/c/{id}#{envelope}
  kEnvelopeScheme,    // dpscred:2?e={envelope}
  kEnvelopeJson,      // {…}
  kCompatibleSealed,  // U2FsdGVkX1…
  kCompatiblePlain,   // eyJ…
  kPickup,            // 7K2M-9QRT-XC
  kNumber,            // 0 to 99999
};
std::string_view to_string(CodeForm form);  // "a claim link"

struct CodeText {
  CodeForm form = CodeForm::kNumber;
  std::string host = {};  // links only; of an IPv6 address without brackets
  std::uint16_t port = 443;
  std::string id = {};        // links only
  Secret token = {};          // kClaimLink
  std::string envelope = {};  // JSON text or base64url, as the form says
  Secret compatible = {};     // the code itself
  Secret pickup = {};         // normalised
  std::uint32_t number = 0;
};

// Blanks around the text are passed over. kInvalid: what it is not; the text is never quoted,
// because it may hold a key. kTooLarge above kCodeTextMax.
Result<CodeText> read_code_text(std::string_view text);

}  // namespace berth::crypto
