// UUIDs ordered by time (RFC 9562 version 7): trail ids, so that an index on them is also an index
// on time and new rows land beside each other.
//
// Room base. Thread rule: as the clock and the generator that are passed in. Random version 4
// UUIDs are Rng::uuid().
#pragma once

#include "base/clock.h"
#include "base/rng.h"

#include <string>

namespace berth::base {

// Lower case with hyphens. Ordered by the microsecond (milliseconds, then the 12 bits of RFC 9562
// §6.2 method 3); 62 random bits keep those of one microsecond apart.
std::string uuid_by_time(TimePoint now, Rng& rng);

}  // namespace berth::base
