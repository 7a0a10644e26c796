#include "attestation/voucher.h"

#include <charconv>
#include <utility>

namespace berth::attestation {
namespace {

constexpr std::size_t kTextMax = 512;
constexpr std::size_t kDigestDigits = 64;

std::optional<std::int64_t> parse_seconds(std::string_view text) {
  std::int64_t value = 0;
  const char* const end = text.data() + text.size();
  const auto [rest, error] = std::from_chars(text.data(), end, value);
  if (error != std::errc() || rest != end || value < 0) return std::nullopt;
  // One text for one number, because the number is what is signed.
  if (std::to_string(value) != text) return std::nullopt;
  return value;
}

}  // namespace

std::optional<VoucherParts> parse_voucher(std::string_view text) {
  if (text.size() > kTextMax) return std::nullopt;
  const std::size_t first = text.find('.');
  if (first == std::string_view::npos) return std::nullopt;
  const std::size_t second = text.find('.', first + 1);
  if (second != first + 1 + kDigestDigits || second + 1 == text.size()) return std::nullopt;
  const std::optional<std::int64_t> seconds = parse_seconds(text.substr(0, first));
  std::optional<base::Bytes> digest = base::hex_decode(text.substr(first + 1, kDigestDigits));
  if (!seconds || !digest) return std::nullopt;
  return VoucherParts{*seconds, *std::move(digest), std::string(text.substr(second + 1))};
}

}  // namespace berth::attestation
