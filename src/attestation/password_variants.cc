#include "attestation/password_variants.h"

#include "base/codec.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace berth::attestation {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";

std::string_view without_blanks(std::string_view text) {
  const std::size_t first = text.find_first_not_of(kBlanks);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kBlanks) - first + 1);
}

std::string_view without_quotes(std::string_view text) {
  if (text.size() < 2 || text.front() != text.back()) return text;
  return text.front() == '"' || text.front() == '\'' ? text.substr(1, text.size() - 2) : text;
}

// A copy in which `change` was made to every byte.
template <class Change>
Secret changed(std::string_view text, Change change) {
  Secret copy = Secret::from_text(text);
  std::ranges::transform(copy.mutable_bytes(), copy.mutable_bytes().begin(), change);
  return copy;
}

std::uint8_t lower(std::uint8_t c) {
  return c >= 'A' && c <= 'Z' ? static_cast<std::uint8_t>(c + ('a' - 'A')) : c;
}

std::uint8_t upper(std::uint8_t c) {
  return c >= 'a' && c <= 'z' ? static_cast<std::uint8_t>(c - ('a' - 'A')) : c;
}

std::uint8_t other_case(std::uint8_t c) { return lower(c) == c ? upper(c) : lower(c); }

// "-" and "_" for "+" and "/".
std::uint8_t from_base64url(std::uint8_t c) {
  if (c == '-') return '+';
  return c == '_' ? '/' : c;
}

// Some JSON writers put a backslash before every slash, and some readers leave it there.
Secret without_backslashes(std::string_view text) {
  Secret copy = Secret::of_size(text.size());
  const auto bytes = copy.mutable_bytes();
  const auto end =
      std::copy_if(text.begin(), text.end(), bytes.begin(), [](char c) { return c != '\\'; });
  return Secret(bytes.first(static_cast<std::size_t>(end - bytes.begin())));
}

Secret with_ending(std::string_view text, char ending) {
  Secret copy = Secret::of_size(text.size() + 1);
  const auto bytes = copy.mutable_bytes();
  std::copy(text.begin(), text.end(), bytes.begin());
  bytes.back() = static_cast<std::uint8_t>(ending);
  return copy;
}

// Collects what differs from the received text.
class Collector {
 public:
  explicit Collector(std::string_view received) : received_(received) {}

  void add(Secret text, std::string_view slip) {
    if (text.empty() || text.text() == received_) return;
    found_.push_back({std::move(text), std::string(slip)});
  }
  void add(std::string_view text, std::string_view slip) { add(Secret::from_text(text), slip); }

  std::vector<PasswordVariant> take() { return std::move(found_); }

 private:
  std::string_view received_;
  std::vector<PasswordVariant> found_;
};

}  // namespace

std::vector<PasswordVariant> password_variants(std::string_view received) {
  Collector collector(received);
  const std::string_view trimmed = without_blanks(received);
  collector.add(trimmed, "with white space around it");
  collector.add(without_quotes(received), "in quotes");
  collector.add(without_blanks(without_quotes(trimmed)), "in quotes and with white space");
  collector.add(changed(received, lower), "with capital letters where it has small ones");
  collector.add(changed(received, upper), "with small letters where it has capitals");
  collector.add(changed(received, other_case), "with small and capital letters exchanged");
  if (!received.empty()) {
    Secret first = Secret::from_text(received);
    first.mutable_bytes().front() = other_case(first.bytes().front());
    collector.add(std::move(first), "with its first letter in the other case");
  }
  collector.add(changed(received, [](std::uint8_t c) { return c == ' ' ? std::uint8_t{'+'} : c; }),
                "with a blank for each plus sign");
  collector.add(with_ending(received, '='), "without the equals sign at its end");
  collector.add(changed(received, from_base64url), "in the base64 alphabet of URLs");
  collector.add(without_backslashes(received), "with backslashes that JSON put into it");
  std::optional<std::string> decoded = base::percent_decode(received);
  if (decoded) {
    collector.add(*decoded, "with per cent escapes");
    std::fill(decoded->begin(), decoded->end(), '\0');
  }
  const std::optional<Secret> unwrapped = base::base64_decode_secret(received);
  if (unwrapped) collector.add(unwrapped->text(), "encoded as base64");
  for (const char ending : {'\r', '\n', ' '}) {
    collector.add(with_ending(received, ending), "without the white space that is stored with it");
  }
  const std::optional<base::Bytes> hex = base::hex_decode(received);
  if (hex) {
    const Secret bytes(*hex);
    collector.add(base::base64_encode_secret(bytes.bytes()), "in hexadecimal instead of base64");
    collector.add(bytes.text(), "encoded in hexadecimal");
  }
  return collector.take();
}

}  // namespace berth::attestation
