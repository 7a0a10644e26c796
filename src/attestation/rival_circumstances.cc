#include "attestation/rival_hypotheses.h"
#include "domain/mend.h"

#include <fmt/format.h>

#include <chrono>

namespace berth::attestation {
namespace {

using domain::Cause;
using domain::MacOverText;

constexpr std::int64_t kYearSeconds = 365LL * 24 * 3600;
// 2020-01-01: tokens that expired before were made by a device that does not know the time.
constexpr std::int64_t kPlausibleSince = 1'577'836'800;
constexpr std::string_view kSetClock =
    "let the device set its clock (NTP, or the Date header of any answer) before it makes tokens";

std::string duration_text(std::int64_t seconds) {
  if (seconds < 120) return fmt::format("{} seconds", seconds);
  if (seconds < 2 * 3600) return fmt::format("{} minutes", seconds / 60);
  if (seconds < 2 * 86'400) return fmt::format("{} hours", seconds / 3600);
  return fmt::format("{} days", seconds / 86'400);
}

struct Audience {
  std::string scope;
  std::string id;
  bool for_hub = false;
};

// Reads "<scope>/registrations/<id>" and "<host>/devices/<id>", ignoring case.
Audience parse_audience(const std::string& text) {
  const std::string lower = base::ascii_lower(text);
  Audience audience;
  constexpr std::string_view kRegistrations = "/registrations/";
  const std::size_t at = lower.find(kRegistrations);
  if (at != std::string::npos) {
    audience.scope = text.substr(0, at);
    audience.id = text.substr(at + kRegistrations.size());
    return audience;
  }
  audience.for_hub = lower.find("/devices/") != std::string::npos ||
                     (lower.find('.') != std::string::npos && lower.find('/') == std::string::npos);
  return audience;
}

enum class Maker { kUnknown, kThisDevice, kOtherDevice };

// Whose key made the token: this device's, that of the device it names, or neither we know.
Maker maker_of(Bench& bench, const Audience& audience) {
  constexpr std::size_t kKeysTriedMax = 200;
  const auto& input = bench.input;
  for (const DeviceKey& key :
       bench.test.device_keys(input.candidates, input.registration_id, kKeysTriedMax)) {
    if (bench.test.verifies(key.key.bytes())) return Maker::kThisDevice;
  }
  if (audience.id.empty()) return Maker::kUnknown;
  for (const auto list : {input.candidates, input.same_scope}) {
    const bool found = bench.test.any_key(list, [&](const StoredKey& stored) {
      if (stored.enrollment.kind == domain::EnrollmentKind::kGroup) {
        return bench.test.verifies_derived(stored.key.bytes(), audience.id);
      }
      return base::equals_ignoring_case(stored.enrollment.id.text(), audience.id) &&
             bench.test.verifies(stored.key.bytes());
    });
    if (found) return Maker::kOtherDevice;
  }
  return Maker::kUnknown;
}

Times times_of(const Bench& bench) {
  Times times{bench.input.now, bench.tools.clock_skew, bench.tools.expiry_ahead_max, std::nullopt};
  if (bench.input.current) times.registered_at = bench.input.current->updated_at;
  return times;
}

}  // namespace

Findings expired(const MacOverText& mac, const Times& times) {
  const std::int64_t now = base::to_unix_seconds(times.now);
  const std::int64_t expiry = mac.expires_at_seconds;
  if (expiry < kPlausibleSince) {
    const bool lifetime = expiry >= 0 && expiry <= 10 * kYearSeconds;
    return {{Cause::kClockBehind, true,
             lifetime ? fmt::format("`se` is {}: the device's clock has not been set since it "
                                    "started, or it sent a lifetime where a time is meant.",
                                    expiry)
                      : fmt::format("The token expired {} ago: the device's clock is not set.",
                                    duration_text(now - expiry)),
             std::string(kSetClock)}};
  }
  const std::int64_t age = now - expiry;
  const domain::Finding behind{
      Cause::kClockBehind, false,
      fmt::format("The signature is right and the token expired {} ago: the device's clock is "
                  "behind by at least that much.",
                  duration_text(age)),
      std::string(kSetClock)};
  // The device registered while this token was still good, so it may well be that very token.
  const bool was_good = times.registered_at && base::to_unix_seconds(*times.registered_at) <=
                                                   expiry + times.clock_skew.count();
  const domain::Finding reused{
      Cause::kTokenReused, was_good,
      fmt::format("The signature is right; the device uses a token that expired {} ago{}.",
                  duration_text(age),
                  was_good ? fmt::format(" and was good when it last registered ({})",
                                         base::format_utc(*times.registered_at, 0))
                           : ""),
      "make a new token for every connection, with an expiry an hour or so ahead"};
  if (was_good) return {reused, behind};
  return {behind, reused};
}

Findings expires_too_far(const MacOverText& mac, const Times& times) {
  const std::int64_t now = base::to_unix_seconds(times.now);
  const std::int64_t expiry = mac.expires_at_seconds;
  const std::int64_t last = now + times.expiry_ahead_max.count();
  for (const auto& [unit, name] : {std::pair<std::int64_t, std::string_view>{1'000, "milliseconds"},
                                   {1'000'000, "microseconds"},
                                   {1'000'000'000, "nanoseconds"}}) {
    const std::int64_t seconds = expiry / unit;
    if (seconds < kPlausibleSince || seconds > last) continue;
    return {{Cause::kExpiryInMilliseconds, true,
             fmt::format("`se` counts {}: read so, the token expires at {}.", name,
                         base::format_utc(base::from_unix_seconds(seconds), 0)),
             "send `se` in seconds since 1970"}};
  }
  return {{Cause::kClockAhead, false,
           fmt::format("The signature is right, but the token expires {} from now: the device's "
                       "clock is ahead, or it asks for a longer life than the server allows.",
                       duration_text(expiry - now)),
           "correct the device's clock, or give its tokens a shorter life"}};
}

Findings expired(Bench& bench) { return expired(bench.mac, times_of(bench)); }

Findings expires_too_far(Bench& bench) { return expires_too_far(bench.mac, times_of(bench)); }

Findings made_for_another(Bench& bench) {
  const auto& input = bench.input;
  const Audience audience = parse_audience(bench.mac.audience);
  const Maker maker = maker_of(bench, audience);
  const bool proven = maker != Maker::kUnknown;
  const std::string sent = base::printable(bench.mac.audience);
  if (audience.for_hub) {
    return {{Cause::kTokenForHub, proven,
             fmt::format("The token is made for a hub ('{}'), not for registering.", sent),
             fmt::format("make the token for '{}'", base::printable(bench.mac.expected_audience))}};
  }
  Findings findings;
  if (!audience.scope.empty() && !base::equals_ignoring_case(audience.scope, input.claim.scope)) {
    findings.push_back(
        {Cause::kTokenForOtherScope, proven,
         fmt::format("The token is made for ID scope '{}', the request is for '{}'.",
                     base::printable(audience.scope), base::printable(input.claim.scope)),
         "use the same ID scope for the connection and in the token"});
  }
  if (!audience.id.empty() && !base::equals_ignoring_case(audience.id, input.registration_id)) {
    findings.push_back({Cause::kTokenForOtherDevice, proven,
                        fmt::format("The token is made for device '{}', the request is for '{}'.",
                                    base::printable(audience.id), input.registration_id),
                        "use the same registration id for the connection and in the token"});
    if (maker == Maker::kOtherDevice) {
      findings.push_back(
          {Cause::kDerivedForOtherId, true,
           fmt::format("Its key, too, is that of '{}'.", base::printable(audience.id)),
           "give each device its own key"});
    }
  }
  return findings;
}

}  // namespace berth::attestation
