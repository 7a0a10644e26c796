#include "dialects/cloudplugs/id_list.h"

#include "dialects/cloudplugs/json_in.h"
#include "dialects/cloudplugs/plug_id.h"

#include <algorithm>

namespace berth::dialects::cloudplugs {
namespace {

using Ids = std::vector<std::string>;

// Also what is no JSON: bare ids, and lists as languages print them.
void take_ids(std::string_view text, Ids& ids) {
  constexpr std::string_view kBetween = ",\"'[] \t\r\n";
  while (!text.empty() && ids.size() <= kIdsMax) {
    const std::size_t end = std::min(text.find_first_of(kBetween), text.size());
    std::optional<std::string> id = parse_device_id(text.substr(0, end));
    if (id && std::find(ids.begin(), ids.end(), *id) == ids.end()) ids.push_back(*std::move(id));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
}

Result<Ids> checked(Ids ids) {
  if (ids.empty()) return Fail(ErrorKind::kInvalid, "expected Plug-IDs: dev- and 24 hex digits");
  if (ids.size() > kIdsMax) return Fail(ErrorKind::kInvalid, "too many Plug-IDs");
  return ids;
}

Result<Ids> ids_in(const boost::json::value& value) {
  Ids ids;
  if (const boost::json::string* text = value.if_string()) take_ids(view(*text), ids);
  if (const boost::json::array* array = value.if_array()) {
    for (const boost::json::value& each : *array) {
      if (const boost::json::string* text = each.if_string()) take_ids(view(*text), ids);
    }
  }
  return checked(std::move(ids));
}

Result<Ids> ids_in_text(std::string_view body) {
  Ids ids;
  take_ids(body, ids);
  return checked(std::move(ids));
}

}  // namespace

Result<Ids> read_unenrolled(std::string_view body) {
  if (is_blank(body)) return Ids{};
  const Result<boost::json::value> value = read_json(body);
  return value ? ids_in(*value) : ids_in_text(body);
}

Result<Ids> read_released(std::string_view body) {
  if (is_blank(body)) return Ids{};
  const Result<boost::json::value> value = read_json(body);
  if (!value) return ids_in_text(body);
  if (value->is_null()) return Ids{};
  const boost::json::object* object = value->if_object();
  if (object == nullptr) return ids_in(*value);
  if (object->empty()) return Ids{};
  const boost::json::value* controlled = object->if_contains("controlled");
  if (controlled == nullptr) {
    return Fail(ErrorKind::kInvalid, "expected a list of Plug-IDs, or nothing for all");
  }
  return controlled->is_null() ? Ids{} : ids_in(*controlled);
}

}  // namespace berth::dialects::cloudplugs
