// Plug-IDs and object ids (cloudplugs.md §1.1): a prefix, a hyphen and 24 hex digits, or the digits
// alone. Read in either case, kept and written in lower case.
//
// Room dialects/cloudplugs. Thread rule: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace berth::dialects::cloudplugs {

inline constexpr std::size_t kPlugIdBytes = 28;

enum class PlugKind {
  kDevice,    // "dev-": prototypes, things and controllers
  kTemplate,  // "mod-"
  kAccount,   // "com-": a company, as a publisher of data
};
struct PlugId {
  PlugKind kind = PlugKind::kDevice;
  std::string text;  // lower-case
};

std::optional<PlugId> parse_plug_id(std::string_view text);
// The same of one kind, its text.
std::optional<std::string> parse_device_id(std::string_view text);
std::optional<std::string> parse_template_id(std::string_view text);
// Of a published record.
std::optional<std::string> parse_object_id(std::string_view text);

}  // namespace berth::dialects::cloudplugs
