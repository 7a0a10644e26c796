// Text codecs used all over: hex, base64 (RFC 4648 §4), percent-encoding (RFC 3986 §2.1), ASCII
// case.
//
// Decoders never throw and never accept trailing rubbish; they return nothing for malformed input
// and leave it to the caller to say what was wrong.
// Thread rule: pure functions.
#pragma once

#include "base/secret.h"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace berth::base {

using Bytes = std::vector<std::uint8_t>;

inline std::span<const std::uint8_t> as_bytes(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

std::string hex_encode(std::span<const std::uint8_t> bytes);
std::optional<Bytes> hex_decode(std::string_view text);

std::string base64_encode(std::span<const std::uint8_t> bytes);
// Strict: canonical alphabet, right padding, no white space.
std::optional<Bytes> base64_decode(std::string_view text);
// The same for secrets: the decoded bytes never pass through an ordinary buffer.
std::optional<Secret> base64_decode_secret(std::string_view text);
Secret base64_encode_secret(std::span<const std::uint8_t> bytes);

// `%41` → `A`, either hex case; `+` stays a plus. Nothing for a broken escape.
std::optional<std::string> percent_decode(std::string_view text);
// Escapes everything but RFC 3986 unreserved characters, upper-case hex.
std::string percent_encode(std::string_view text);

std::string ascii_lower(std::string_view text);
std::string ascii_upper(std::string_view text);
bool equals_ignoring_case(std::string_view a, std::string_view b);

// The text with control characters and invalid UTF-8 replaced by `?`, cut to `max_size` bytes: what
// any outside text must pass before it reaches a log, a trail or an error.
std::string printable(std::string_view text, std::size_t max_size = 256);

// Whether the bytes are well-formed UTF-8 (RFC 3629).
bool is_utf8(std::string_view text);

}  // namespace berth::base
