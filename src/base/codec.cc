#include "base/codec.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace berth::base {
namespace {

constexpr std::string_view kHex = "0123456789abcdef";
constexpr std::string_view kUpperHex = "0123456789ABCDEF";
constexpr std::string_view kBase64 =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

int hex_value(char c) {
  if (c >= '0' && c <= '9') return c - '0';
  if (c >= 'a' && c <= 'f') return c - 'a' + 10;
  if (c >= 'A' && c <= 'F') return c - 'A' + 10;
  return -1;
}

constexpr std::array<std::int8_t, 256> make_base64_values() {
  std::array<std::int8_t, 256> values{};
  values.fill(-1);
  for (std::size_t i = 0; i < kBase64.size(); ++i) {
    values[static_cast<std::uint8_t>(kBase64[i])] = static_cast<std::int8_t>(i);
  }
  return values;
}
constexpr auto kBase64Values = make_base64_values();

// Size of the decoded text, or nothing when length or padding are wrong.
std::optional<std::size_t> base64_decoded_size(std::string_view text) {
  if (text.size() % 4 != 0) return std::nullopt;
  std::size_t padding = 0;
  while (padding < 2 && padding < text.size() && text[text.size() - 1 - padding] == '=') ++padding;
  return text.size() / 4 * 3 - padding;
}

// The 24 bits of four characters; negative when one of them is not of the alphabet.
std::int32_t base64_group(std::span<const char, 4> four) {
  const auto value = [&](std::size_t i) -> std::int32_t {
    return kBase64Values[static_cast<std::uint8_t>(four[i])];
  };
  return value(0) << 18 | value(1) << 12 | value(2) << 6 | value(3);
}

// The last group, of which `bytes` (1 or 2) are not padding. False when it is malformed or when
// bits beyond those bytes are set.
bool base64_decode_last(std::string_view group, std::span<std::uint8_t> bytes) {
  std::array<char, 4> filled{'A', 'A', 'A', 'A'};
  std::copy_n(group.begin(), bytes.size() + 1, filled.begin());
  const std::int32_t value = base64_group(filled);
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    bytes[i] = static_cast<std::uint8_t>(value >> (16 - 8 * i));
  }
  return value >= 0 && (value & ((1 << (24 - 8 * bytes.size())) - 1)) == 0;
}

// `out` has base64_decoded_size(text) bytes. False when the text is malformed.
bool base64_decode_into(std::string_view text, std::span<std::uint8_t> out) {
  while (out.size() >= 3) {
    const std::int32_t group = base64_group(std::span<const char, 4>(text.data(), 4));
    if (group < 0) return false;
    out[0] = static_cast<std::uint8_t>(group >> 16);
    out[1] = static_cast<std::uint8_t>(group >> 8);
    out[2] = static_cast<std::uint8_t>(group);
    text.remove_prefix(4);
    out = out.subspan(3);
  }
  return text.empty() || base64_decode_last(text, out);
}

// Of a group with `count` bytes, 1 to 3.
void base64_encode_group(const std::uint8_t* bytes, std::size_t count, char* out) {
  std::uint32_t group = static_cast<std::uint32_t>(bytes[0]) << 16;
  if (count > 1) group |= static_cast<std::uint32_t>(bytes[1]) << 8;
  if (count > 2) group |= bytes[2];
  out[0] = kBase64[group >> 18 & 63];
  out[1] = kBase64[group >> 12 & 63];
  out[2] = count > 1 ? kBase64[group >> 6 & 63] : '=';
  out[3] = count > 2 ? kBase64[group & 63] : '=';
}

void base64_encode_into(std::span<const std::uint8_t> bytes, char* out) {
  for (; bytes.size() >= 3; bytes = bytes.subspan(3), out += 4) {
    base64_encode_group(bytes.data(), 3, out);
  }
  if (!bytes.empty()) base64_encode_group(bytes.data(), bytes.size(), out);
}

std::size_t base64_encoded_size(std::size_t bytes) { return (bytes + 2) / 3 * 4; }

bool is_unreserved(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '-' ||
         c == '.' || c == '_' || c == '~';
}

char lower_case(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

// Length of the well-formed UTF-8 sequence at the start of `text`, 0 if there is none.
std::size_t utf8_sequence(std::string_view text) {
  const auto byte = [&](std::size_t i) { return static_cast<std::uint8_t>(text[i]); };
  const std::uint8_t lead = byte(0);
  if (lead < 0x80) return 1;
  std::size_t length = 0;
  std::uint32_t point = 0;
  std::uint32_t least = 0;
  if ((lead & 0xE0) == 0xC0) {
    length = 2, point = lead & 0x1F, least = 0x80;
  } else if ((lead & 0xF0) == 0xE0) {
    length = 3, point = lead & 0x0F, least = 0x800;
  } else if ((lead & 0xF8) == 0xF0) {
    length = 4, point = lead & 0x07, least = 0x10000;
  } else {
    return 0;
  }
  if (text.size() < length) return 0;
  for (std::size_t i = 1; i < length; ++i) {
    if ((byte(i) & 0xC0) != 0x80) return 0;
    point = point << 6 | (byte(i) & 0x3F);
  }
  const bool surrogate = point >= 0xD800 && point <= 0xDFFF;
  return point < least || point > 0x10FFFF || surrogate ? 0 : length;
}

// How many ASCII characters `text` begins with, eight at a time: nearly all texts are nothing else.
std::size_t ascii_run(std::string_view text) {
  constexpr std::size_t kStep = sizeof(std::uint64_t);
  const auto is_ascii_at = [&](std::size_t at) {
    std::uint64_t eight = 0;
    std::memcpy(&eight, text.data() + at, kStep);
    return (eight & 0x8080808080808080) == 0;
  };
  std::size_t at = 0;
  while (at + kStep <= text.size() && is_ascii_at(at)) at += kStep;
  // The rest, together with some that were looked at already.
  const bool rest = text.size() >= kStep && at + kStep > text.size();
  if (rest && is_ascii_at(text.size() - kStep)) return text.size();
  while (at < text.size() && static_cast<std::uint8_t>(text[at]) < 0x80) ++at;
  return at;
}

// The same for printable ASCII.
std::size_t plain_run(std::string_view text) {
  const auto plain = [](char c) { return c >= 0x20 && c < 0x7F; };
  return static_cast<std::size_t>(std::find_if_not(text.begin(), text.end(), plain) - text.begin());
}

}  // namespace

std::string hex_encode(std::span<const std::uint8_t> bytes) {
  std::string text(bytes.size() * 2, '\0');
  char* out = text.data();
  for (const std::uint8_t byte : bytes) {
    *out++ = kHex[byte >> 4];
    *out++ = kHex[byte & 15];
  }
  return text;
}

std::optional<Bytes> hex_decode(std::string_view text) {
  if (text.size() % 2 != 0) return std::nullopt;
  Bytes bytes;
  bytes.reserve(text.size() / 2);
  for (std::size_t i = 0; i < text.size(); i += 2) {
    const int high = hex_value(text[i]);
    const int low = hex_value(text[i + 1]);
    if (high < 0 || low < 0) return std::nullopt;
    bytes.push_back(static_cast<std::uint8_t>(high * 16 + low));
  }
  return bytes;
}

std::string base64_encode(std::span<const std::uint8_t> bytes) {
  std::string text(base64_encoded_size(bytes.size()), '\0');
  base64_encode_into(bytes, text.data());
  return text;
}

std::optional<Bytes> base64_decode(std::string_view text) {
  const std::optional<std::size_t> size = base64_decoded_size(text);
  if (!size) return std::nullopt;
  Bytes bytes(*size);
  if (!base64_decode_into(text, bytes)) return std::nullopt;
  return bytes;
}

std::optional<Secret> base64_decode_secret(std::string_view text) {
  const std::optional<std::size_t> size = base64_decoded_size(text);
  if (!size) return std::nullopt;
  Secret secret = Secret::of_size(*size);
  if (!base64_decode_into(text, secret.mutable_bytes())) return std::nullopt;
  return secret;
}

Secret base64_encode_secret(std::span<const std::uint8_t> bytes) {
  Secret secret = Secret::of_size(base64_encoded_size(bytes.size()));
  base64_encode_into(bytes, reinterpret_cast<char*>(secret.mutable_bytes().data()));
  return secret;
}

std::optional<std::string> percent_decode(std::string_view text) {
  std::string decoded;
  decoded.reserve(text.size());
  while (true) {
    const std::size_t escape = text.find('%');
    decoded += text.substr(0, escape);
    if (escape == std::string_view::npos) return decoded;
    text.remove_prefix(escape + 1);
    if (text.size() < 2) return std::nullopt;
    const int high = hex_value(text[0]);
    const int low = hex_value(text[1]);
    if (high < 0 || low < 0) return std::nullopt;
    decoded += static_cast<char>(high * 16 + low);
    text.remove_prefix(2);
  }
}

std::string percent_encode(std::string_view text) {
  std::string encoded;
  encoded.reserve(text.size());
  while (true) {
    const auto escape = std::find_if_not(text.begin(), text.end(), is_unreserved);
    encoded.append(text.begin(), escape);
    if (escape == text.end()) return encoded;
    const auto byte = static_cast<std::uint8_t>(*escape);
    encoded += '%';
    encoded += kUpperHex[byte >> 4];
    encoded += kUpperHex[byte & 15];
    text.remove_prefix(static_cast<std::size_t>(escape - text.begin()) + 1);
  }
}

std::string ascii_lower(std::string_view text) {
  std::string lower(text);
  std::transform(lower.begin(), lower.end(), lower.begin(), lower_case);
  return lower;
}

std::string ascii_upper(std::string_view text) {
  std::string upper(text);
  for (char& c : upper) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - ('a' - 'A'));
  }
  return upper;
}

bool equals_ignoring_case(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(),
                    [](char x, char y) { return x == y || lower_case(x) == lower_case(y); });
}

std::string printable(std::string_view text, std::size_t max_size) {
  std::string clean(text.substr(0, std::min(plain_run(text), max_size)));
  text.remove_prefix(clean.size());
  while (!text.empty() && clean.size() < max_size) {
    const std::size_t length = utf8_sequence(text);
    const auto lead = static_cast<std::uint8_t>(text[0]);
    // C1 controls are two bytes, C2 80..9F.
    const bool control = lead < 0x20 || lead == 0x7F ||
                         (length == 2 && lead == 0xC2 && static_cast<std::uint8_t>(text[1]) < 0xA0);
    if (length == 0 || control) {
      clean += '?';
    } else {
      if (clean.size() + length > max_size) break;
      clean += text.substr(0, length);
    }
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return clean;
}

bool is_utf8(std::string_view text) {
  for (text.remove_prefix(ascii_run(text)); !text.empty(); text.remove_prefix(ascii_run(text))) {
    const std::size_t length = utf8_sequence(text);
    if (length == 0) return false;
    text.remove_prefix(length);
  }
  return true;
}

}  // namespace berth::base
