#include "management/fingerprints.h"

#include <fmt/format.h>

#include <optional>
#include <string>

namespace berth::management {

static constexpr std::size_t kSha256Bytes = 32;
static constexpr std::size_t kSha1Bytes = 20;
static constexpr std::size_t kTextMax = 3 * 64;

// Without its colons; nothing when they are not between all pairs.
static std::optional<std::string> plain(std::string_view text) {
  if (text.size() > kTextMax) return std::nullopt;
  if (text.find(':') == std::string_view::npos) return std::string(text);
  std::string digits;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool separates = i % 3 == 2;
    if (separates != (text[i] == ':')) return std::nullopt;
    if (!separates) digits += text[i];
  }
  return digits;
}

Result<base::Bytes> read_fingerprint(std::string_view member, std::string_view text) {
  const std::optional<std::string> digits = plain(text);
  std::optional<base::Bytes> bytes = digits ? base::hex_decode(*digits) : std::nullopt;
  if (bytes && bytes->size() == kSha256Bytes) return *std::move(bytes);
  const std::string mend = fmt::format(
      "give its SHA-256, {} hex digits: openssl x509 -in cert.pem -noout -fingerprint -sha256",
      2 * kSha256Bytes);
  if (bytes && bytes->size() == kSha1Bytes) {
    return Fail(ErrorKind::kInvalid,
                fmt::format("{} is a SHA-1 fingerprint, and certificates of the same SHA-1 can be "
                            "made",
                            member),
                mend);
  }
  return Fail(ErrorKind::kInvalid,
              fmt::format("{} '{}' is no SHA-256 fingerprint", member, base::printable(text, 100)),
              mend);
}

}  // namespace berth::management
