// JSON as people write it: 21.5 as 21.5 and not as 2.15E1, on one line.
// Room cli, private to it. Thread rule: pure function.
#pragma once

#include <boost/json/value.hpp>

#include <string>

namespace berth::cli {

std::string json_text(const boost::json::value& value);

}  // namespace berth::cli
