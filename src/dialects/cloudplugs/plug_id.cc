#include "dialects/cloudplugs/plug_id.h"

#include "base/codec.h"
#include "domain/ids.h"
#include "domain/records.h"

#include <algorithm>
#include <array>
#include <utility>

namespace berth::dialects::cloudplugs {
namespace {

constexpr std::array<std::pair<std::string_view, PlugKind>, 3> kPrefixes = {{
    {"dev-", PlugKind::kDevice},
    {domain::kPasswordGroupPrefix, PlugKind::kTemplate},
    {"com-", PlugKind::kAccount},
}};

bool is_lower_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); }

bool is_object_id(std::string_view lower) {
  return lower.size() == domain::kObjectIdSize &&
         std::all_of(lower.begin(), lower.end(), is_lower_hex);
}

std::optional<std::string> of_kind(std::string_view text, PlugKind kind) {
  std::optional<PlugId> id = parse_plug_id(text);
  if (!id || id->kind != kind) return std::nullopt;
  return std::move(id->text);
}

}  // namespace

std::optional<PlugId> parse_plug_id(std::string_view text) {
  if (text.size() != kPlugIdBytes) return std::nullopt;
  std::string lower = base::ascii_lower(text);
  for (const auto& [prefix, kind] : kPrefixes) {
    if (!lower.starts_with(prefix)) continue;
    if (!is_object_id(std::string_view(lower).substr(prefix.size()))) return std::nullopt;
    return PlugId{kind, std::move(lower)};
  }
  return std::nullopt;
}

std::optional<std::string> parse_device_id(std::string_view text) {
  return of_kind(text, PlugKind::kDevice);
}
std::optional<std::string> parse_template_id(std::string_view text) {
  return of_kind(text, PlugKind::kTemplate);
}

std::optional<std::string> parse_object_id(std::string_view text) {
  std::string lower = base::ascii_lower(text.substr(0, domain::kObjectIdSize + 1));
  if (!is_object_id(lower)) return std::nullopt;
  return lower;
}

}  // namespace berth::dialects::cloudplugs
