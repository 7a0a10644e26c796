#include "attestation/rival_hypotheses.h"
#include "domain/mend.h"

#include <fmt/format.h>

#include <algorithm>

namespace berth::attestation {
namespace {

using domain::Cause;
using domain::MacOverText;

constexpr std::size_t kKeysTriedMax = 200;
constexpr std::size_t kMacBytes = 32;
constexpr std::size_t kRawSignatureMax = 1024;

// A text that may have been signed, and what it is in words.
struct Variant {
  std::string text;
  std::string what;
};

// %2f instead of %2F, the letters of the text as they are.
std::string percent_encode_lower(std::string_view text) {
  std::string encoded = base::percent_encode(text);
  for (std::size_t i = 0; i + 2 < encoded.size(); ++i) {
    if (encoded[i] != '%') continue;
    encoded.replace(i + 1, 2, base::ascii_lower(std::string_view(encoded).substr(i + 1, 2)));
  }
  return encoded;
}

std::vector<Variant> resource_variants(const MacOverText& mac) {
  const std::string lower = base::ascii_lower(mac.audience);
  return {
      {mac.audience, "decoded"},
      {base::ascii_lower(mac.raw_audience), "in lower case"},
      {lower, "decoded and in lower case"},
      {base::percent_encode(mac.audience), "percent-encoded with upper-case hex"},
      {percent_encode_lower(mac.audience), "percent-encoded with lower-case hex"},
      {base::percent_encode(lower), "in lower case, then percent-encoded"},
      {percent_encode_lower(lower), "in lower case, then percent-encoded with lower-case hex"},
      {mac.expected_audience, "in the spelling of the request"},
      {base::percent_encode(mac.raw_audience), "percent-encoded twice"},
      {"/" + mac.audience, "with a slash before it"},
  };
}

std::vector<Variant> expiry_variants(const MacOverText& mac) {
  return {
      {mac.raw_audience, "the resource alone"},
      {mac.audience, "the decoded resource alone"},
      {mac.raw_audience + "\n", "the resource and an empty line"},
      {mac.raw_audience + mac.raw_expiry, "resource and expiry without a line break between them"},
      {mac.raw_audience + "\\n" + mac.raw_expiry,
       "resource and expiry with a backslash and an n between them instead of a line break"},
      {mac.raw_audience + "\r\n" + mac.raw_expiry,
       "resource and expiry with two characters (CR LF) as line break"},
      {mac.raw_audience + "\n" + mac.raw_expiry + "\n",
       "resource and expiry with another line break behind them"},
  };
}

// The variant that some key verifies, or null.
const Variant* signed_variant(SignatureTest& test, std::span<const DeviceKey> keys,
                              const std::vector<Variant>& variants) {
  for (const Variant& variant : variants) {
    for (const DeviceKey& key : keys) {
      if (test.verifies(key.key.bytes(), variant.text)) return &variant;
    }
  }
  return nullptr;
}

std::vector<DeviceKey> candidate_keys(Bench& bench) {
  return bench.test.device_keys(bench.input.candidates, bench.input.registration_id, kKeysTriedMax);
}

struct Reading {
  base::Bytes mac;
  std::string what;
};

std::string replaced(std::string text, char from, char to) {
  std::replace(text.begin(), text.end(), from, to);
  return text;
}

std::string without_blanks(std::string text) {
  std::erase_if(text, [](char c) { return c == ' ' || c == '\n' || c == '\r' || c == '\t'; });
  return text;
}

std::string padded(std::string text) {
  while (text.size() % 4 != 0) text += '=';
  return text;
}

// Ways in which the text of a signature may have been meant. `raw` is what was sent.
std::vector<Reading> readings(const std::string& raw) {
  std::vector<Reading> found;
  const auto add = [&](std::optional<base::Bytes> mac, std::string what) {
    if (mac && mac->size() == kMacBytes) found.push_back({*std::move(mac), std::move(what)});
  };
  const std::string base64 = replaced(replaced(without_blanks(raw), '-', '+'), '_', '/');
  add(base::hex_decode(without_blanks(raw)), "hexadecimal instead of base64");
  add(base::base64_decode(padded(replaced(raw, ' ', '+'))),
      raw.find(' ') == std::string::npos ? "base64 without its padding"
                                         : "base64 whose plus signs became blanks on the way "
                                           "(percent-encode the signature)");
  add(base::base64_decode(padded(base64)), "the URL-safe variant of base64, or broken into lines");
  if (const auto decoded = base::percent_decode(raw)) {
    add(base::base64_decode(*decoded), "percent-encoded twice");
  }
  if (const auto inner = base::base64_decode(raw)) {
    const std::string text(inner->begin(), inner->end());
    add(base::base64_decode(text), "base64 encoded twice");
    add(base::hex_decode(text), "hexadecimal, encoded as base64 once more");
  }
  return found;
}

}  // namespace

Findings resource_signed_otherwise(SignatureTest& test, std::span<const DeviceKey> keys) {
  std::vector<Variant> variants = resource_variants(test.received());
  for (Variant& variant : variants) variant.text += "\n" + test.received().raw_expiry;
  const Variant* found = signed_variant(test, keys, variants);
  if (found == nullptr) return {};
  return {{Cause::kSignedDecodedResource, true,
           fmt::format("The key is right, but the device signed the resource {}; it has to sign "
                       "`sr` exactly as it sends it.",
                       found->what),
           "sign the text of `sr` as it stands in the token, then a line break and `se`"}};
}

Findings expiry_not_signed(SignatureTest& test, std::span<const DeviceKey> keys) {
  const std::vector<Variant> variants = expiry_variants(test.received());
  const Variant* found = signed_variant(test, keys, variants);
  if (found == nullptr) return {};
  return {{Cause::kSignedWithoutExpiry, true,
           fmt::format("The key is right, but the device signed {}.", found->what),
           "sign the text of `sr`, one line break (LF), and the text of `se`, nothing else"}};
}

Findings signature_encoded_otherwise(SignatureTest& test, std::span<const DeviceKey> keys) {
  std::string raw = test.received().raw_signature;
  if (raw.empty()) raw = base::base64_encode(test.received().mac);
  if (raw.size() > kRawSignatureMax) return {};
  constexpr std::string_view kMend =
      "send `sig` as base64 (RFC 4648 §4, with padding), percent-encoded once";
  const std::vector<Reading> read = readings(raw);
  for (const Reading& reading : read) {
    for (const DeviceKey& key : keys) {
      if (!test.verifies_as(reading.mac, key.key.bytes())) continue;
      return {{Cause::kSignatureEncoding, true,
               fmt::format("The signature is right, but it was sent as {}.", reading.what),
               std::string(kMend)}};
    }
  }
  if (read.empty()) return {};
  return {{Cause::kSignatureEncoding, false,
           fmt::format("The signature was sent as {}; read like that it verifies with no key of "
                       "the device either.",
                       read.front().what),
           std::string(kMend)}};
}

Findings resource_signed_otherwise(Bench& bench) {
  return resource_signed_otherwise(bench.test, candidate_keys(bench));
}

Findings expiry_not_signed(Bench& bench) {
  return expiry_not_signed(bench.test, candidate_keys(bench));
}

Findings signature_encoded_otherwise(Bench& bench) {
  return signature_encoded_otherwise(bench.test, candidate_keys(bench));
}

}  // namespace berth::attestation
