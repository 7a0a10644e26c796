#include "attestation/text_test.h"

#include "base/codec.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace berth::attestation {
namespace {

using domain::Cause;
using domain::MacAlgorithm;

constexpr std::size_t kRawSignatureMax = 1024;
constexpr std::array kAlgorithms = {MacAlgorithm::kHmacSha1, MacAlgorithm::kHmacSha256,
                                    MacAlgorithm::kHmacMd5};

std::string without_blanks(std::string text) {
  std::erase_if(text, [](char c) {
    return c == ' ' || c == '\n' || c == '\r' || c == '\t' || c == '"' || c == '\'';
  });
  return text;
}

std::string padded(std::string text) {
  while (text.size() % 4 != 0) text += '=';
  return text;
}

std::string replaced(std::string text, char from, char to) {
  std::replace(text.begin(), text.end(), from, to);
  return text;
}

Secret with_suffix(const Secret& key, std::string_view suffix) {
  Secret longer = Secret::of_size(key.size() + suffix.size());
  const auto bytes = longer.mutable_bytes();
  const std::span<const std::uint8_t> from = key.bytes();
  std::copy(from.begin(), from.end(), bytes.begin());
  std::copy(suffix.begin(), suffix.end(), bytes.begin() + static_cast<std::ptrdiff_t>(key.size()));
  return longer;
}

Secret quoted(const Secret& key) {
  Secret longer = Secret::of_size(key.size() + 2);
  const auto bytes = longer.mutable_bytes();
  const std::span<const std::uint8_t> from = key.bytes();
  bytes.front() = bytes.back() = static_cast<std::uint8_t>('"');
  std::copy(from.begin(), from.end(), bytes.begin() + 1);
  return longer;
}

// Collects what is of the size of an algorithm.
class Readings {
 public:
  void add(const std::optional<base::Bytes>& mac, std::string_view what) {
    if (!mac) return;
    for (const MacAlgorithm algorithm : kAlgorithms) {
      if (mac->size() != mac_size(algorithm)) continue;
      found.push_back({*mac, algorithm, std::string(what)});
    }
  }
  // The digits of the MAC as text, in either case.
  void add_hex(std::string_view text, std::string_view lower, std::string_view upper) {
    const bool has_upper = base::ascii_lower(text) != text;
    add(base::hex_decode(text), has_upper ? upper : lower);
  }

  std::vector<MacReading> found;
};

}  // namespace

std::vector<MacReading> mac_readings(const std::string& raw) {
  if (raw.empty() || raw.size() > kRawSignatureMax) return {};
  Readings readings;
  readings.add_hex(raw, "its hexadecimal digits", "its hexadecimal digits in upper case");
  const std::optional<base::Bytes> inner = base::base64_decode(raw);
  readings.add(inner, "the base64 text of its bytes");
  if (inner) {
    const std::string text(inner->begin(), inner->end());
    readings.add_hex(text, "the base64 text of its hexadecimal digits",
                     "the base64 text of its hexadecimal digits in upper case");
    readings.add_hex(without_blanks(text),
                     "the base64 text of its hexadecimal digits and a line break",
                     "the base64 text of its hexadecimal digits and a line break");
    readings.add(base::base64_decode(text), "base64 encoded twice");
  }
  const std::string bare = without_blanks(raw);
  constexpr std::string_view kBroken = "text with blanks, line breaks or quotation marks in it";
  readings.add(base::hex_decode(bare), kBroken);
  readings.add(base::base64_decode(bare), kBroken);
  const std::string standard = padded(replaced(replaced(bare, '-', '+'), '_', '/'));
  readings.add(base::base64_decode(standard), "base64 without its padding or of the URL-safe kind");
  if (const auto decoded = base::percent_decode(raw)) {
    readings.add(base::base64_decode(*decoded), "percent-encoded base64");
  }
  return std::move(readings.found);
}

TextTest::TextTest(const domain::SignedText& proof, std::size_t budget)
    : proof_(proof), budget_(budget) {}

bool TextTest::spend() {
  if (budget_ == 0) return false;
  --budget_;
  return true;
}

Secret TextTest::as_used(const Secret& secret) const {
  return proof_.key_form == domain::KeyForm::kBase64Text
             ? base::base64_encode_secret(secret.bytes())
             : secret.clone();
}

bool TextTest::verifies(std::span<const std::uint8_t> key) {
  const std::size_t count = std::min(proof_.texts.size(), kTextsMax);
  for (std::size_t i = 0; i < count; ++i) {
    if (!spend()) return false;
    if (verify_mac(proof_.algorithm, key, proof_.texts[i], proof_.mac)) return true;
  }
  return false;
}

bool TextTest::verifies(const Secret& secret) { return verifies(as_used(secret).bytes()); }

bool TextTest::verifies_text(const Secret& secret, std::string_view text) {
  return spend() && verify_mac(proof_.algorithm, as_used(secret).bytes(), text, proof_.mac);
}

bool TextTest::verifies_as(const MacReading& reading, const Secret& secret) {
  const Secret key = as_used(secret);
  const std::size_t count = std::min(proof_.texts.size(), kTextsMax);
  for (std::size_t i = 0; i < count; ++i) {
    if (!spend()) return false;
    if (verify_mac(reading.algorithm, key.bytes(), proof_.texts[i], reading.mac)) return true;
  }
  return false;
}

Findings text_signed_otherwise(TextTest& test, std::span<const NamedKey> keys) {
  const std::vector<std::string>& texts = test.received().texts;
  for (std::size_t i = 0; i < std::min(texts.size(), kTextsMax); ++i) {
    for (const TextVariant& variant : text_variants(texts[i])) {
      for (const NamedKey& each : keys) {
        if (!test.verifies_text(each.key, variant.text)) continue;
        return {{variant.cause, true,
                 fmt::format("The secret is right ({}), but the device signed {}.", each.whose,
                             base::printable(variant.what)),
                 "sign exactly the text that `expected` shows, with nothing before or behind it"}};
      }
    }
  }
  return {};
}

Findings mac_encoded_otherwise(TextTest& test, std::span<const NamedKey> keys) {
  constexpr std::string_view kMend =
      "write the signature in the form that the vendor gives for this request";
  const MacAlgorithm expected = test.received().algorithm;
  const std::vector<MacReading> readings = mac_readings(test.received().raw_signature);
  for (const MacReading& reading : readings) {
    for (const NamedKey& each : keys) {
      if (!test.verifies_as(reading, each.key)) continue;
      if (reading.algorithm != expected) {
        return {{Cause::kOtherMacAlgorithm, true,
                 fmt::format("The secret ({}) and the text are right, but the device made the "
                             "signature with {}, where {} is due.",
                             each.whose, to_string(reading.algorithm), to_string(expected)),
                 fmt::format("sign with {}", to_string(expected))}};
      }
      return {{Cause::kSignatureEncoding, true,
               fmt::format("The signature is right, made with {}, but it was sent as {}.",
                           each.whose, reading.what),
               std::string(kMend)}};
    }
  }
  if (readings.empty()) return {};
  return {{Cause::kSignatureEncoding, false,
           fmt::format("The signature was sent as {}; read like that it is not right either.",
                       readings.front().what),
           std::string(kMend)}};
}

Findings key_with_rest(TextTest& test, std::span<const NamedKey> keys) {
  using namespace std::string_view_literals;
  // No NUL byte: an HMAC fills its key up with them, so they make no difference.
  constexpr std::array kRests = {"\n"sv, "\r\n"sv, " "sv, "\t"sv, "\r"sv};
  const auto finding = [](const NamedKey& each, std::string_view what) {
    return Findings{{Cause::kKeyHasWhitespace, true,
                     fmt::format("The device used {} {}.", each.whose, what),
                     "remove what is around the secret in the device's configuration"}};
  };
  for (const NamedKey& each : keys) {
    const Secret text = base::base64_encode_secret(each.key.bytes());
    for (const std::string_view rest : kRests) {
      if (test.verifies(with_suffix(each.key, rest)) ||
          test.verifies(with_suffix(text, rest).bytes())) {
        return finding(each, "with a blank or a line break behind it");
      }
    }
    if (test.verifies(quoted(each.key))) return finding(each, "with its quotation marks");
  }
  return {};
}

}  // namespace berth::attestation
