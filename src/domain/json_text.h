// JSON values as text. Boost.JSON writes 0.1 as 1E-1 and is free to change that; here a double is
// its shortest digits that read as the same number, so that documents survive reading and writing.
//
// Room domain. Recursion is as deep as the value, which whoever parsed it has bounded. Thread rule:
// pure function.
#pragma once

#include <boost/json/value.hpp>

#include <string>

namespace berth::domain {

// No blanks; members in their order. Infinity and NaN, which JSON cannot write, are null.
std::string to_json_text(const boost::json::value& value);

}  // namespace berth::domain
