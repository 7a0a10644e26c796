// Bodies as JSON: bounded, and with what clients that do not quote things send instead.
//
// Room dialects/cloudplugs. Errors say what is wrong and quote nothing. Thread rule: pure
// functions.
#pragma once

#include "base/result.h"
#include "dialects/json_fields.h"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace berth::dialects::cloudplugs {

inline constexpr std::size_t kBodyBytesMax = std::size_t{2} * 1024 * 1024;
inline constexpr std::size_t kIdsMax = 1'000;  // in one list
inline constexpr std::size_t kDisplayNameBytesMax = 128;
inline constexpr std::size_t kPasswordBytesMax = 256;
inline constexpr JsonPolicy kLenient{UnknownFields::kIgnore, NullFields::kAbsent};

inline std::string_view view(const boost::json::string& text) { return {text.data(), text.size()}; }
inline std::string_view view(boost::json::string_view text) { return {text.data(), text.size()}; }

// nullptr when it is absent or null.
const boost::json::value* find(const boost::json::object& object, std::string_view name);

Result<boost::json::value> read_json(std::string_view body);
Result<boost::json::object> read_object(std::string_view body);

bool is_blank(std::string_view text);
// Parts of a list in text ("a, b"), without blanks around them and without empty ones.
std::vector<std::string_view> split_list(std::string_view text);

SharedSecret secret_of(std::string_view text);

}  // namespace berth::dialects::cloudplugs
