#include "factory/derive.h"

#include "base/codec.h"
#include "crypto/device_key.h"

#include <algorithm>
#include <string>

namespace berth::factory {
namespace {

constexpr std::size_t kIdBytesMax = 128;

std::string_view trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == text.npos) return {};
  return text.substr(first, text.find_last_not_of(kBlank) - first + 1);
}

bool is_alphanumeric(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

// The rules a server applies (azure-dps.md §4), so that no device leaves the factory with an id
// that can never register.
bool is_registration_id(std::string_view id) {
  const auto fits = [](char c) {
    return is_alphanumeric(c) || c == '-' || c == '.' || c == '_' || c == ':';
  };
  return !id.empty() && id.size() <= kIdBytesMax && std::all_of(id.begin(), id.end(), fits) &&
         is_alphanumeric(id.front()) && (is_alphanumeric(id.back()) || id.back() == '-');
}

}  // namespace

Result<Secret> read_key(std::string_view base64_text) {
  const std::string_view text = trimmed(base64_text);
  std::optional<Secret> key = base::base64_decode_secret(text);
  if (!key) {
    return Fail(ErrorKind::kInvalid,
                "the key is not base64 (" + std::to_string(text.size()) + " characters were given)",
                "copy the whole key, with the equals signs at its end");
  }
  if (key->size() < kKeyBytesMin || key->size() > kKeyBytesMax) {
    return Fail(ErrorKind::kInvalid,
                "the key has " + std::to_string(key->size()) + " bytes once decoded; keys have " +
                    std::to_string(kKeyBytesMin) + " to " + std::to_string(kKeyBytesMax),
                "copy the group's primary or secondary key");
  }
  return *std::move(key);
}

Result<Secret> derive_key(const Secret& group_key, std::string_view registration_id) {
  if (!is_registration_id(registration_id)) {
    return Fail(ErrorKind::kInvalid,
                "`" + base::printable(registration_id, 140) +
                    "` is not a registration id: 1 to 128 letters, digits and - . _ :, "
                    "beginning with a letter or digit and ending with one or a dash",
                "use the serial number or another id that fits");
  }
  return base::base64_encode_secret(
      crypto::derive_device_key(group_key.bytes(), registration_id).bytes());
}

}  // namespace berth::factory
