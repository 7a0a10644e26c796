#include "dialects/azure/sas.h"

#include "base/codec.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>

namespace berth::dialects::azure {
namespace {

constexpr std::string_view kScheme = "SharedAccessSignature";
constexpr std::size_t kMacBytes = 32;               // HMAC-SHA-256
constexpr std::size_t kRawSignatureBytesMax = 256;  // 64 are hexadecimal, 60 base64 twice
constexpr std::size_t kKeyNameBytesMax = 64;        // of a policy

struct Parts {
  std::optional<std::string_view> sr;
  std::optional<std::string_view> sig;
  std::optional<std::string_view> se;
  std::optional<std::string_view> skn;
};

domain::MalformedEvidence malformed(std::string what) { return {std::move(what)}; }

// Without the scheme word and the blanks after it; nothing when the word is another.
std::optional<std::string_view> strip_scheme(std::string_view token) {
  if (token.size() <= kScheme.size() || token[kScheme.size()] != ' ' ||
      !base::equals_ignoring_case(token.substr(0, kScheme.size()), kScheme)) {
    return std::nullopt;
  }
  token.remove_prefix(kScheme.size());
  const std::size_t start = token.find_first_not_of(' ');
  return start == std::string_view::npos ? std::string_view() : token.substr(start);
}

std::optional<std::string_view>* slot(Parts& parts, std::string_view name) {
  if (name == "sr") return &parts.sr;
  if (name == "sig") return &parts.sig;
  if (name == "se") return &parts.se;
  if (name == "skn") return &parts.skn;
  return nullptr;
}

// Splits at `&` and each part at its first `=`: the padding of an unescaped `sig` survives. Says
// what is wrong, or nothing.
std::optional<std::string> split(std::string_view text, Parts& parts) {
  while (!text.empty()) {
    const std::size_t end = text.find('&');
    const std::string_view part = text.substr(0, end);
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    if (part.empty()) continue;
    const std::size_t equals = part.find('=');
    if (equals == std::string_view::npos) return "the token has a part without '='";
    std::optional<std::string_view>* place = slot(parts, part.substr(0, equals));
    if (place == nullptr) continue;
    if (*place) return fmt::format("the token names '{}' twice", part.substr(0, equals));
    *place = part.substr(equals + 1);
  }
  return std::nullopt;
}

std::optional<std::string> fault_of(const Parts& parts) {
  if (!parts.sr || parts.sr->empty()) return "the token has no 'sr' (resource)";
  if (!parts.sig || parts.sig->empty()) return "the token has no 'sig' (signature)";
  if (!parts.se || parts.se->empty()) return "the token has no 'se' (expiry)";
  return std::nullopt;
}

std::optional<std::int64_t> read_expiry(std::string_view text) {
  std::int64_t seconds = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), seconds);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  return whole && seconds >= 0 && text[0] != '-' ? std::optional(seconds) : std::nullopt;
}

}  // namespace

domain::Evidence read_shared_access_signature(std::string_view token,
                                              std::string expected_audience) {
  if (token.size() > kTokenBytesMax) {
    return malformed(
        fmt::format("the token has {} bytes; at most {} are read", token.size(), kTokenBytesMax));
  }
  const std::optional<std::string_view> text = strip_scheme(token);
  if (!text) return malformed("the token does not begin with 'SharedAccessSignature '");
  Parts parts;
  if (std::optional<std::string> fault = split(*text, parts)) return malformed(*std::move(fault));
  if (std::optional<std::string> fault = fault_of(parts)) return malformed(*std::move(fault));

  std::optional<std::string> audience = base::percent_decode(*parts.sr);
  if (!audience) return malformed("the token's 'sr' has a broken percent escape");
  std::optional<std::string> signature = base::percent_decode(*parts.sig);
  if (!signature) return malformed("the token's 'sig' has a broken percent escape");
  std::optional<std::string> key_name = base::percent_decode(parts.skn.value_or(""));
  if (!key_name || key_name->size() > kKeyNameBytesMax) {
    return malformed("the token's 'skn' is not the name of a key");
  }
  const std::optional<std::int64_t> expires = read_expiry(*parts.se);
  if (!expires) return malformed("the token's 'se' is not a count of seconds");

  domain::Evidence evidence;
  auto& mac = evidence.emplace<domain::MacOverText>();
  mac.raw_audience = *parts.sr;
  mac.raw_expiry = *parts.se;
  mac.signed_text = mac.raw_audience + "\n" + mac.raw_expiry;
  mac.audience = *std::move(audience);
  mac.expected_audience = std::move(expected_audience);
  mac.key_name = *std::move(key_name);
  mac.expires_at_seconds = *expires;
  std::optional<base::Bytes> bytes = base::base64_decode(*signature);
  if (bytes && bytes->size() == kMacBytes) {
    mac.mac = *std::move(bytes);
  } else {
    mac.raw_signature = signature->substr(0, kRawSignatureBytesMax);
  }
  return evidence;
}

}  // namespace berth::dialects::azure
