// Properties as clients write and read them (cloudplugs.md §5.2): any JSON value under any name.
//
// Room dialects/cloudplugs. Names stay as they are; the hub spells them so that its twins take
// them. Thread rule: pure functions.
#pragma once

#include "base/result.h"
#include "domain/data.h"

#include <boost/json/object.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace berth::dialects::cloudplugs {

inline constexpr std::size_t kPropertyNameBytesMax = 1024;
inline constexpr std::size_t kPropertiesMax = 1'000;  // in one request

using PropertyValues = std::vector<std::pair<std::string, std::string>>;

// An error when it is empty, no UTF-8 or too long.
Result<std::string> read_property_name(std::string_view name);

// What the body sets one property to: JSON text, or empty when it deletes it. What is no JSON is
// text, for clients that do not quote; their True and False are true and false.
Result<std::string> read_property_body(std::string_view body);
// Several: an empty text is a null, which deletes.
Result<PropertyValues> read_properties(const boost::json::object& object);
// The same as one JSON object's text without the nulls; empty if there are none.
Result<std::string> read_first_properties(const boost::json::object& object);

// {"name":value,…}
std::string properties_json(const domain::PropertiesRead& properties);

}  // namespace berth::dialects::cloudplugs
