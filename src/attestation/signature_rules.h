// The rules that every shared access signature keeps, whoever it is for: its shape and its expiry
// (azure-dps.md §1.7, azure-iot-hub.md §1.2).
//
// Room attestation. Thread rule: pure functions.
#pragma once

#include "base/clock.h"
#include "domain/claim.h"
#include "domain/reason.h"

#include <chrono>
#include <optional>
#include <string>

namespace berth::attestation {

// A rule that a signature breaks.
struct Broken {
  domain::Reason reason = domain::Reason::kInternal;
  std::string expected;
  std::string received;
};

// A time as a person reads it; one that no calendar can name as the number it is.
std::string seconds_text(std::int64_t seconds);

struct TimeRules {
  TimePoint now;
  std::chrono::seconds clock_skew{0};
  std::chrono::seconds expiry_ahead_max{0};
};

// kProofMalformed: the signature is not one of 32 bytes.
std::optional<Broken> check_shape(const domain::MacOverText& mac);
// That, and kProofAudienceMismatch: it is for somebody else, case aside.
std::optional<Broken> check_address(const domain::MacOverText& mac);
// kProofExpired, kProofExpiryTooFar. What passes can be turned into a TimePoint.
std::optional<Broken> check_expiry(const domain::MacOverText& mac, const TimeRules& rules);

}  // namespace berth::attestation
