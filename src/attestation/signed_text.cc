#include "attestation/signed_text.h"

#include "base/codec.h"
#include "crypto/hmac.h"

#include <fmt/format.h>

#include <algorithm>

namespace berth::attestation {
namespace {

using domain::KeyForm;
using domain::MacAlgorithm;
using domain::Reason;
using domain::SignedText;

constexpr std::size_t kShownMax = 400;

std::span<const std::string> texts_of(const SignedText& proof) {
  return std::span(proof.texts).first(std::min(proof.texts.size(), kTextsMax));
}

std::string shown(std::string_view text) {
  std::string visible;
  for (const char c : text.substr(0, kShownMax)) {
    if (c == '\n') {
      visible += "\\n";
    } else {
      visible += c;
    }
  }
  if (text.size() > kShownMax) visible += "…";
  return base::printable(visible, 2 * kShownMax);
}

}  // namespace

std::size_t mac_size(MacAlgorithm algorithm) {
  switch (algorithm) {
    case MacAlgorithm::kHmacSha256:
      return crypto::Sha256{}.size();
    case MacAlgorithm::kHmacSha1:
      return crypto::Sha1Mac{}.size();
    case MacAlgorithm::kHmacMd5:
      return crypto::Md5Mac{}.size();
  }
  return 0;
}

bool verify_mac(MacAlgorithm algorithm, std::span<const std::uint8_t> key, std::string_view text,
                std::span<const std::uint8_t> mac) {
  switch (algorithm) {
    case MacAlgorithm::kHmacSha256:
      return crypto::verify_hmac_sha256(key, text, mac);
    case MacAlgorithm::kHmacSha1:
      return base::equal_constant_time(crypto::hmac_sha1(key, text), mac);
    case MacAlgorithm::kHmacMd5:
      return base::equal_constant_time(crypto::hmac_md5(key, text), mac);
  }
  return false;
}

bool verifies(const SignedText& proof, const Secret& secret) {
  const bool as_text = proof.key_form == KeyForm::kBase64Text;
  const Secret text = as_text ? base::base64_encode_secret(secret.bytes()) : Secret();
  const Secret& key = as_text ? text : secret;
  const std::span<const std::string> texts = texts_of(proof);
  return std::any_of(texts.begin(), texts.end(), [&](const std::string& each) {
    return verify_mac(proof.algorithm, key.bytes(), each, proof.mac);
  });
}

std::optional<Broken> check_shape(const SignedText& proof) {
  const std::size_t size = mac_size(proof.algorithm);
  if (proof.mac.size() == size && !proof.texts.empty()) return std::nullopt;
  std::string received = proof.texts.empty() ? std::string("nothing that could have been signed")
                         : proof.mac.empty()
                             ? fmt::format("a text of {} characters that cannot be read as one",
                                           proof.raw_signature.size())
                             : fmt::format("a signature of {} bytes", proof.mac.size());
  return Broken{Reason::kProofMalformed,
                fmt::format("a signature of {} bytes, {}", size, describe(proof)),
                std::move(received)};
}

std::optional<Broken> check_expiry(const SignedText& proof, TimePoint now,
                                   std::chrono::seconds clock_skew) {
  if (!proof.expires_at_seconds) return std::nullopt;
  const std::int64_t earliest = base::to_unix_seconds(now) - clock_skew.count();
  if (*proof.expires_at_seconds >= earliest) return std::nullopt;
  return Broken{Reason::kProofExpired,
                fmt::format("an expiry after {} (this server's time, less {} s for clocks)",
                            seconds_text(earliest), clock_skew.count()),
                seconds_text(*proof.expires_at_seconds)};
}

std::optional<Broken> check_made_at(const SignedText& proof, TimePoint now,
                                    std::chrono::seconds window) {
  if (window.count() <= 0) return std::nullopt;
  const std::int64_t here = base::to_unix_seconds(now);
  const auto& made = proof.made_at_seconds;
  if (made && *made >= here - window.count() && *made <= here + window.count()) {
    return std::nullopt;
  }
  return Broken{Reason::kClockOutOfWindow,
                fmt::format("a time within {} s of {} (this server's time)", window.count(),
                            seconds_text(here)),
                made ? seconds_text(*made) : std::string("a request without a time")};
}

std::string describe(const SignedText& proof) {
  const std::size_t count = texts_of(proof).size();
  const std::string first = count == 0 ? std::string() : shown(proof.texts.front());
  const std::string others =
      count < 2 ? std::string() : fmt::format(" (or one of {} other readings)", count - 1);
  return fmt::format("{} over '{}'{}", to_string(proof.algorithm), first, others);
}

}  // namespace berth::attestation
