// Times as clients write them (cloudplugs.md §5.5, §5.6): epoch milliseconds as a number or its
// text, also with an exponent whose plus sign is bare, or an ISO date. Numbers below 1e11 count
// seconds (§9.8). Written as whole epoch milliseconds.
//
// Room dialects/cloudplugs. Thread rule: pure functions.
#pragma once

#include "base/clock.h"

#include <boost/json/value.hpp>

#include <cstdint>
#include <optional>
#include <string_view>

namespace berth::dialects::cloudplugs {

// "1514764800000", "1.51476e+12", "12.5": finite, nothing around it.
std::optional<double> parse_number(std::string_view text);

// From 1970 to the end of 9999.
std::optional<TimePoint> time_of_number(double number);
std::optional<TimePoint> parse_time(std::string_view text);
std::optional<TimePoint> parse_time(const boost::json::value& value);

std::int64_t epoch_milliseconds(TimePoint time);

}  // namespace berth::dialects::cloudplugs
