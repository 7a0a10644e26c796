// The limits of twins (azure-iot-hub.md §6), checked on parsed documents.
//
// Room hub. Thread rule: pure functions.
#pragma once

#include "hub/twin_document.h"

#include <boost/json/object.hpp>

namespace berth::hub {

// Keys, depth and the size of each value of what somebody wants to write.
Result<void, DocumentFault> check_members(Section section, const boost::json::object& object);

// The size of the whole section as it would become.
Result<void, DocumentFault> check_size(Section section, const boost::json::object& document);

// Keys and values: text in characters without control characters, a number 8, true, false and null
// 4; objects and arrays what is in them.
std::size_t twin_size(const boost::json::value& value);

}  // namespace berth::hub
