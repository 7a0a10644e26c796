#include "dialects/cloudplugs/json_in.h"

namespace berth::dialects::cloudplugs {
namespace {

constexpr JsonLimits kLimits{.bytes_max = kBodyBytesMax, .depth_max = 32};
constexpr std::string_view kBlanks = " \t\r\n";

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(kBlanks);
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(kBlanks) - begin + 1);
}

}  // namespace

const boost::json::value* find(const boost::json::object& object, std::string_view name) {
  const boost::json::value* value = object.if_contains({name.data(), name.size()});
  return value == nullptr || value->is_null() ? nullptr : value;
}

Result<boost::json::value> read_json(std::string_view body) { return parse_json(body, kLimits); }
Result<boost::json::object> read_object(std::string_view body) {
  return parse_json_object(body, kLimits);
}

bool is_blank(std::string_view text) { return trimmed(text).empty(); }

std::vector<std::string_view> split_list(std::string_view text) {
  std::vector<std::string_view> parts;
  while (!text.empty()) {
    const std::size_t comma = text.find(',');
    const std::string_view part = trimmed(text.substr(0, comma));
    if (!part.empty()) parts.push_back(part);
    text = comma == std::string_view::npos ? std::string_view() : text.substr(comma + 1);
  }
  return parts;
}

SharedSecret secret_of(std::string_view text) {
  return std::make_shared<const Secret>(Secret::from_text(text));
}

}  // namespace berth::dialects::cloudplugs
