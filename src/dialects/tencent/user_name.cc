#include "dialects/tencent/user_name.h"

#include "base/codec.h"

#include <algorithm>
#include <array>
#include <limits>
#include <utility>

namespace berth::dialects::tencent {
namespace {

constexpr std::size_t kPartsMax = 4;
constexpr std::uint64_t kNeverFrom = 100'000'000'000;  // the year 5138
constexpr std::size_t kSignatureBytesMax = 128;

bool is_digit(char c) { return c >= '0' && c <= '9'; }

// The value of the digits, or the largest there is.
std::uint64_t saturated(std::string_view digits) {
  constexpr std::uint64_t kMax = std::numeric_limits<std::uint64_t>::max();
  std::uint64_t value = 0;
  for (const char c : digits) {
    const auto digit = static_cast<std::uint64_t>(c - '0');
    if (value > (kMax - digit) / 10) return kMax;
    value = value * 10 + digit;
  }
  return value;
}

struct Algorithm {
  std::string_view name;
  domain::MacAlgorithm mac;
  std::size_t size;
};
constexpr Algorithm kAlgorithms[] = {{"hmacsha1", domain::MacAlgorithm::kHmacSha1, 20},
                                     {"hmacsha256", domain::MacAlgorithm::kHmacSha256, 32}};

const Algorithm* find_algorithm(std::string_view name) {
  for (const Algorithm& each : kAlgorithms) {
    if (base::equals_ignoring_case(each.name, name)) return &each;
  }
  return nullptr;
}

}  // namespace

std::optional<UserName> parse_user_name(std::string_view text) {
  std::array<std::string_view, kPartsMax> parts;
  std::size_t count = 0;
  for (std::size_t begin = 0; begin != std::string_view::npos; ++count) {
    if (count == kPartsMax) return std::nullopt;
    const std::size_t end = text.find(';', begin);
    parts[count] = text.substr(begin, end == std::string_view::npos ? end : end - begin);
    begin = end == std::string_view::npos ? end : end + 1;
  }
  if (count != kPartsMax || parts[0].find('/') != std::string_view::npos) return std::nullopt;
  return UserName{parts[0], parts[1], parts[2], parts[3]};
}

Expiry parse_expiry(std::string_view digits) {
  if (digits.empty() || !std::all_of(digits.begin(), digits.end(), is_digit)) return {};
  const std::uint64_t seconds = saturated(digits);
  if (seconds > kNeverFrom) return {true, std::nullopt};
  return {true, static_cast<std::int64_t>(seconds)};
}

domain::Evidence parse_password(std::string_view password, std::string_view user_name,
                                std::optional<std::int64_t> expires_at_seconds) {
  const std::size_t semicolon = password.rfind(';');
  if (semicolon == std::string_view::npos) {
    return domain::MalformedEvidence{"the password is not <signature>;hmacsha1 or hmacsha256"};
  }
  const Algorithm* algorithm = find_algorithm(password.substr(semicolon + 1));
  if (algorithm == nullptr) {
    return domain::MalformedEvidence{"the password names neither hmacsha1 nor hmacsha256"};
  }
  const std::string_view signature = password.substr(0, semicolon);
  domain::SignedText evidence;
  evidence.algorithm = algorithm->mac;
  evidence.texts.emplace_back(user_name);
  evidence.raw_signature = signature.substr(0, kSignatureBytesMax);
  std::optional<base::Bytes> mac = base::hex_decode(signature);
  if (mac && mac->size() == algorithm->size) evidence.mac = *std::move(mac);
  evidence.expires_at_seconds = expires_at_seconds;
  return evidence;
}

domain::Membership split_client_id(std::string_view client_id) {
  if (client_id.size() <= kProductIdBytes) return {std::string(client_id), {}};
  return {std::string(client_id.substr(0, kProductIdBytes)),
          std::string(client_id.substr(kProductIdBytes))};
}

}  // namespace berth::dialects::tencent
