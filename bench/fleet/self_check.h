// What the figures rest on, checked before every run: framing, Retry-After, percentiles. A load
// generator that reads answers wrongly would report a wrong server.
//
// Thread rule: plain function, some microseconds.
#pragma once

#include "base/result.h"

namespace berth::fleet {

Result<void> self_check();

}  // namespace berth::fleet
