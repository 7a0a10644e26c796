#include "attestation/signature_rules.h"

#include <fmt/format.h>

namespace berth::attestation {
namespace {

using domain::Reason;

constexpr std::size_t kMacBytes = 32;

}  // namespace

std::string seconds_text(std::int64_t seconds) {
  constexpr std::int64_t kLast = 253'402'300'799;  // 9999-12-31T23:59:59Z
  if (seconds < 0 || seconds > kLast) return fmt::format("{} s since 1970", seconds);
  return base::format_utc(base::from_unix_seconds(seconds), 0);
}

std::optional<Broken> check_shape(const domain::MacOverText& mac) {
  if (mac.mac.size() == kMacBytes) return std::nullopt;
  return Broken{Reason::kProofMalformed, "a signature that is the base64 text of 32 bytes",
                mac.mac.empty() ? "text that is not the base64 of 32 bytes"
                                : fmt::format("a signature of {} bytes", mac.mac.size())};
}

std::optional<Broken> check_address(const domain::MacOverText& mac) {
  std::optional<Broken> misshapen = check_shape(mac);
  if (misshapen) return misshapen;
  if (base::equals_ignoring_case(mac.audience, mac.expected_audience)) return std::nullopt;
  return Broken{domain::Reason::kProofAudienceMismatch, base::printable(mac.expected_audience),
                base::printable(mac.audience)};
}

std::optional<Broken> check_expiry(const domain::MacOverText& mac, const TimeRules& rules) {
  const std::int64_t now = base::to_unix_seconds(rules.now);
  const std::int64_t skew = rules.clock_skew.count();
  if (mac.expires_at_seconds < now - skew) {
    return Broken{Reason::kProofExpired,
                  fmt::format("an expiry after {} (this server's time, less {} s for clocks)",
                              seconds_text(now - skew), skew),
                  seconds_text(mac.expires_at_seconds)};
  }
  const std::int64_t last = now + rules.expiry_ahead_max.count() + skew;
  if (mac.expires_at_seconds > last) {
    return Broken{Reason::kProofExpiryTooFar,
                  fmt::format("an expiry before {}", seconds_text(last)),
                  seconds_text(mac.expires_at_seconds)};
  }
  return std::nullopt;
}

}  // namespace berth::attestation
