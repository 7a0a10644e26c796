#include "crypto/code_text.h"

#include "base/check.h"
#include "crypto/legacy_code.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace berth::crypto {
namespace {

constexpr std::string_view kCrockford = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
constexpr std::size_t kTypedMax = 40;  // of a pick-up code, blanks and hyphens included
constexpr std::size_t kHostMax = 253;
constexpr std::size_t kNumberDigitsMax = 5;
constexpr std::string_view kScheme = "https://";
constexpr std::string_view kOwnScheme = "dpscred:";
constexpr std::string_view kOwnSchemeStart = "dpscred:2?e=";

static_assert(kCrockford.size() == 32);

bool is_blank(char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z'); }
bool is_url_symbol(char c) { return is_digit(c) || is_letter(c) || c == '-' || c == '_'; }

bool all_url_symbols(std::string_view text) {
  return std::all_of(text.begin(), text.end(), is_url_symbol);
}

std::string_view without_blanks_around(std::string_view text) {
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

auto no_code(std::string_view why) {
  return Fail(ErrorKind::kInvalid, "this is no credential code: " + std::string(why),
              "scan it again, or type the pick-up code or number as it is shown");
}

// The symbol that is meant; 0: none.
char crockford(char c) {
  if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  if (c == 'O') c = '0';
  if (c == 'I' || c == 'L') c = '1';
  return kCrockford.find(c) == kCrockford.npos ? '\0' : c;
}

// host[:port] as in a link. IPv6 addresses stand in brackets, which go.
bool read_authority(std::string_view authority, CodeText& code) {
  std::string_view host = authority;
  const std::size_t colon = authority.rfind(':');
  const bool has_port = colon != authority.npos && authority.find(']', colon) == authority.npos;
  if (has_port) {
    const std::string_view digits = authority.substr(colon + 1);
    host = authority.substr(0, colon);
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), code.port);
    const bool is_number = error == std::errc() && end == digits.data() + digits.size();
    if (digits.empty() || !is_number || code.port == 0) return false;
  }
  const bool is_bracketed = host.size() > 2 && host.front() == '[' && host.back() == ']';
  const std::string_view inner = is_bracketed ? host.substr(1, host.size() - 2) : host;
  const bool is_well = std::all_of(inner.begin(), inner.end(), [&](char c) {
    return is_digit(c) || is_letter(c) || c == '-' || c == '.' || (is_bracketed && c == ':');
  });
  if (inner.empty() || inner.size() > kHostMax || !is_well) return false;
  code.host = inner;
  return true;
}

Result<CodeText> read_link(std::string_view text) {
  CodeText code;
  std::string_view rest = text.substr(kScheme.size());
  const std::size_t slash = rest.find('/');
  if (slash == rest.npos || !read_authority(rest.substr(0, slash), code)) {
    return no_code("its link names no server");
  }
  rest.remove_prefix(slash + 1);
  const bool is_claim = rest.starts_with("claim/");
  if (!is_claim && !rest.starts_with("c/")) return no_code("its link leads somewhere else");
  rest.remove_prefix(rest.find('/') + 1);
  const std::size_t hash = rest.find('#');
  if (hash == rest.npos || !is_code_id(rest.substr(0, hash))) {
    return no_code("its link is not whole");
  }
  code.id = rest.substr(0, hash);
  const std::string_view fragment = rest.substr(hash + 1);
  if (is_claim) {
    if (!is_claim_token(fragment)) return no_code("the token in its link is not whole");
    code.form = CodeForm::kClaimLink;
    code.token = Secret::from_text(fragment);
    return code;
  }
  if (fragment.empty() || !all_url_symbols(fragment)) {
    return no_code("the envelope in its link is not whole");
  }
  code.form = CodeForm::kEnvelopeLink;
  code.envelope = fragment;
  return code;
}

Result<CodeText> read_own_scheme(std::string_view text) {
  CodeText code;
  code.form = CodeForm::kEnvelopeScheme;
  if (!text.starts_with(kOwnSchemeStart)) return no_code("its version is not known here");
  code.envelope = text.substr(kOwnSchemeStart.size());
  if (code.envelope.empty() || !all_url_symbols(code.envelope)) {
    return no_code("its envelope is not whole");
  }
  return code;
}

Result<CodeText> read_compatible(std::string_view text, CodeForm form) {
  const bool is_base64 = std::all_of(text.begin(), text.end(), [](char c) {
    return is_digit(c) || is_letter(c) || c == '+' || c == '/' || c == '=';
  });
  if (!is_base64 || text.size() % 4 != 0) return no_code("it is not whole");
  CodeText code;
  code.form = form;
  code.compatible = Secret::from_text(text);
  return code;
}

Result<CodeText> read_typed(std::string_view text) {
  CodeText code;
  if (!text.empty() && text.size() <= kNumberDigitsMax &&
      std::all_of(text.begin(), text.end(), is_digit)) {
    std::from_chars(text.data(), text.data() + text.size(), code.number);
    code.form = CodeForm::kNumber;
    return code;
  }
  std::optional<Secret> pickup = normalise_pickup_code(text);
  if (!pickup) return no_code("it begins like none that is known");
  code.form = CodeForm::kPickup;
  code.pickup = *std::move(pickup);
  return code;
}

}  // namespace

std::string base64url_encode(std::span<const std::uint8_t> bytes) {
  const Secret encoded = base64url_encode_secret(bytes);
  return std::string(encoded.text());
}

Secret base64url_encode_secret(std::span<const std::uint8_t> bytes) {
  Secret padded = base::base64_encode_secret(bytes);
  std::size_t size = padded.size();
  const auto symbols = padded.mutable_bytes();
  while (size > 0 && symbols[size - 1] == '=') --size;
  for (std::uint8_t& symbol : symbols.first(size)) {
    if (symbol == '+') symbol = '-';
    if (symbol == '/') symbol = '_';
  }
  return Secret(padded.bytes().first(size));
}

std::optional<base::Bytes> base64url_decode(std::string_view text) {
  if (!all_url_symbols(text)) return std::nullopt;
  std::string padded(text);
  std::replace(padded.begin(), padded.end(), '-', '+');
  std::replace(padded.begin(), padded.end(), '_', '/');
  padded.append((4 - padded.size() % 4) % 4, '=');
  return base::base64_decode(padded);
}

Secret make_pickup_code(Rng& rng) {
  Secret code = Secret::of_size(kPickupSymbols);
  // 32 symbols: five bits of a byte are a uniform one.
  rng.fill(code.mutable_bytes());
  for (std::uint8_t& symbol : code.mutable_bytes()) {
    symbol = static_cast<std::uint8_t>(kCrockford[symbol & 31U]);
  }
  return code;
}

Secret grouped_pickup_code(const Secret& code) {
  BERTH_CHECK(code.size() == kPickupSymbols);
  Secret grouped = Secret::of_size(kPickupSymbols + 2);
  std::size_t at = 0;
  for (std::size_t i = 0; i < kPickupSymbols; ++i) {
    if (i == 4 || i == 8) grouped.mutable_bytes()[at++] = '-';
    grouped.mutable_bytes()[at++] = code.bytes()[i];
  }
  return grouped;
}

std::optional<Secret> normalise_pickup_code(std::string_view typed) {
  if (typed.size() > kTypedMax) return std::nullopt;
  Secret code = Secret::of_size(kPickupSymbols);
  std::size_t at = 0;
  for (const char c : typed) {
    if (c == '-' || c == ' ') continue;
    const char symbol = crockford(c);
    if (symbol == '\0' || at == kPickupSymbols) return std::nullopt;
    code.mutable_bytes()[at++] = static_cast<std::uint8_t>(symbol);
  }
  if (at != kPickupSymbols) return std::nullopt;
  return code;
}

Secret make_claim_token(Rng& rng) {
  return base64url_encode_secret(rng.secret(kClaimTokenBytes).bytes());
}

bool is_claim_token(std::string_view text) {
  return text.size() == kClaimTokenTextSize && all_url_symbols(text);
}

bool is_code_id(std::string_view text) {
  return !text.empty() && text.size() <= kCodeIdMax && all_url_symbols(text);
}

Secret claim_link(std::string_view authority, std::string_view id, const Secret& token) {
  const std::string start =
      std::string(kScheme) + std::string(authority) + "/claim/" + std::string(id) + "#";
  Secret link = Secret::of_size(start.size() + token.size());
  std::copy(start.begin(), start.end(), link.mutable_bytes().begin());
  std::copy(token.bytes().begin(), token.bytes().end(),
            link.mutable_bytes().begin() + static_cast<std::ptrdiff_t>(start.size()));
  return link;
}

std::string envelope_link(std::string_view authority, std::string_view id,
                          std::string_view envelope_base64url) {
  return std::string(kScheme) + std::string(authority) + "/c/" + std::string(id) + "#" +
         std::string(envelope_base64url);
}

std::string envelope_scheme(std::string_view envelope_base64url) {
  return std::string(kOwnSchemeStart) + std::string(envelope_base64url);
}

std::string_view to_string(CodeForm form) {
  switch (form) {
    case CodeForm::kClaimLink:
      return "a claim link";
    case CodeForm::kEnvelopeLink:
      return "a link with an envelope";
    case CodeForm::kEnvelopeScheme:
    case CodeForm::kEnvelopeJson:
      return "an envelope";
    case CodeForm::kCompatibleSealed:
      return "an encrypted compatible code";
    case CodeForm::kCompatiblePlain:
      return "an unencrypted compatible code";
    case CodeForm::kPickup:
      return "a pick-up code";
    case CodeForm::kNumber:
      return "a number";
  }
  return "";
}

Result<CodeText> read_code_text(std::string_view text) {
  if (text.size() > kCodeTextMax) {
    return Fail(ErrorKind::kTooLarge,
                "a code has at most " + std::to_string(kCodeTextMax) + " characters",
                "check that this is one");
  }
  text = without_blanks_around(text);
  const bool is_ascii =
      std::all_of(text.begin(), text.end(), [](char c) { return c >= 0x20 && c < 0x7F; });
  if (!is_ascii) return no_code("it has characters that no code has");
  if (text.starts_with(kScheme)) return read_link(text);
  if (text.starts_with(kOwnScheme)) return read_own_scheme(text);
  if (text.starts_with('{')) {
    CodeText code;
    code.form = CodeForm::kEnvelopeJson;
    code.envelope = text;
    return code;
  }
  if (text.starts_with("U2FsdGVkX1")) return read_compatible(text, CodeForm::kCompatibleSealed);
  if (text.starts_with("eyJ")) return read_compatible(text, CodeForm::kCompatiblePlain);
  return read_typed(text);
}

}  // namespace berth::crypto
