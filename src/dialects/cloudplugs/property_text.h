// Properties between clients and the twin (cloudplugs.md §5.2). Their names, and those in their
// values, are any text; the twin refuses some characters, so those are kept percent-encoded ("a b"
// as "a%20b", an empty one as "%") and given back as they were.
//
// Room dialects/cloudplugs. Thread rule: pure functions.
#pragma once

#include "base/result.h"
#include "domain/data.h"

#include <boost/json/object.hpp>

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace berth::dialects::cloudplugs {

inline constexpr std::size_t kPropertyNameBytesMax = 1024;  // as kept

using PropertyValues = std::vector<std::pair<std::string, std::string>>;

std::string kept_name(std::string_view name);
std::string given_name(std::string_view kept);

// The name of one property, as kept; an error when it is empty, no UTF-8 or too long.
Result<std::string> read_property_name(std::string_view name);

// JSON text of a value, its names as kept or as given.
std::string kept_value(const boost::json::value& value);
std::string given_value(const std::string& kept);

// What the body sets one property to: JSON text, or empty when it deletes it. What is no JSON is
// text, for clients that do not quote; their True and False are true and false.
Result<std::string> read_property_body(std::string_view body);
// Several, as kept: an empty text is a null, which deletes.
Result<PropertyValues> read_properties(const boost::json::object& object);
// The same as one JSON object's text without the nulls; empty if there are none.
Result<std::string> read_first_properties(const boost::json::object& object);

// {"name":value,…} with names as given.
std::string properties_json(const domain::PropertiesRead& properties);

}  // namespace berth::dialects::cloudplugs
