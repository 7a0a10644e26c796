#include "dialects/cloudplugs/record_filter.h"

#include "base/codec.h"
#include "dialects/cloudplugs/json_in.h"
#include "dialects/cloudplugs/json_out.h"
#include "dialects/cloudplugs/plug_id.h"
#include "dialects/cloudplugs/times.h"
#include "domain/json_text.h"
#include "wire/http.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>
#include <vector>

namespace berth::dialects::cloudplugs {
namespace {

namespace json = boost::json;

constexpr std::size_t kFieldBytesMax = 256;
constexpr std::size_t kTestsMax = 16;
constexpr double kWholeMax = 9'007'199'254'740'992.0;  // 2^53

tl::unexpected<Error> wrong(std::string_view name, std::string_view expected) {
  return Fail(ErrorKind::kInvalid, std::string(name) + ": expected " + std::string(expected));
}

Result<std::vector<std::string>> read_publishers(std::string_view list) {
  std::vector<std::string> ids;
  for (const std::string_view part : split_list(list)) {
    std::optional<PlugId> id = parse_plug_id(part);
    if (!id || ids.size() >= kIdsMax) return wrong("of", "a list of Plug-IDs");
    ids.push_back(std::move(id->text));
  }
  return ids;
}

Result<std::vector<std::string>> read_record_ids(std::string_view list) {
  std::vector<std::string> ids;
  for (const std::string_view part : split_list(list)) {
    std::optional<std::string> id = parse_object_id(part);
    if (!id || ids.size() >= kIdsMax) return wrong("id", "a list of 24 hex digits each");
    ids.push_back(*std::move(id));
  }
  return ids;
}

Result<std::vector<TimePoint>> read_times(std::string_view list) {
  std::vector<TimePoint> times;
  for (const std::string_view part : split_list(list)) {
    const std::optional<TimePoint> time = parse_time(part);
    if (!time || times.size() >= kIdsMax) return wrong("at", "a list of times");
    times.push_back(*time);
  }
  return times;
}

Result<domain::TimeOrRecord> read_bound(std::string_view name, std::string_view text) {
  if (std::optional<std::string> id = parse_object_id(text)) return *std::move(id);
  const std::optional<TimePoint> time = parse_time(text);
  if (!time) return wrong(name, "a time or the id of a record");
  return *time;
}

Result<std::uint64_t> read_count(std::string_view name, std::string_view text) {
  const std::optional<double> number = parse_number(text);
  if (!number || *number < 0 || *number > kWholeMax || std::floor(*number) != *number) {
    return wrong(name, "a whole number");
  }
  return static_cast<std::uint64_t>(*number);
}

std::string tested_value(std::string_view text) {
  const Result<json::value> value = read_json(text);
  return value ? domain::to_json_text(*value) : quoted(text);
}

std::optional<domain::ValueTest::Compare> comparison(std::string_view name) {
  using Compare = domain::ValueTest::Compare;
  constexpr std::array<std::pair<std::string_view, Compare>, 5> kNames = {{
      {"value", Compare::kEqual},
      {"valueLess", Compare::kLess},
      {"valueLessEqual", Compare::kLessEqual},
      {"valueGreater", Compare::kGreater},
      {"valueGreaterEqual", Compare::kGreaterEqual},
  }};
  for (const auto& [known, compare] : kNames) {
    if (known == name) return compare;
  }
  return std::nullopt;
}

// One filter that both queries and bodies have, its value as text. False: no such filter.
Result<bool> take_filter(domain::RecordFilter& filter, std::string_view name,
                         std::string_view value) {
  if (name == "of") {
    BERTH_TRY(filter.of, read_publishers(value));
  } else if (name == "id") {
    BERTH_TRY(filter.ids, read_record_ids(value));
  } else if (name == "at") {
    BERTH_TRY(filter.at, read_times(value));
  } else if (name == "before") {
    BERTH_TRY(filter.before, read_bound(name, value));
  } else if (name == "after") {
    BERTH_TRY(filter.after, read_bound(name, value));
  } else if (name == "channel") {
    filter.mask = value;
  } else {
    return false;
  }
  return true;
}

Result<void> take_query(RecordQuery& query, std::string_view name, std::string_view value) {
  BERTH_TRY(const bool known, take_filter(query.filter, name, value));
  if (known) return {};
  if (name == "offset") {
    BERTH_TRY(query.offset, read_count(name, value));
  } else if (name == "limit") {
    BERTH_TRY(const std::uint64_t limit, read_count(name, value));
    query.limit.reset();
    if (limit > 0) query.limit = std::min<std::uint64_t>(limit, domain::kRecordsPerRequestMax);
  } else if (name == "field") {
    if (value.size() > kFieldBytesMax) return wrong(name, "the name of a member");
    query.filter.field = value;
  } else if (const auto compare = comparison(name)) {
    if (query.filter.tests.size() >= kTestsMax) return wrong(name, "fewer tests");
    query.filter.tests.push_back({*compare, tested_value(value)});
  }
  return {};
}

// A member of a deletion's body: a number, text, or a list of these, as a list in text.
std::optional<std::string> list_text(const json::value& value) {
  if (const json::string* text = value.if_string()) return std::string(view(*text));
  if (value.is_number()) return domain::to_json_text(value);
  const json::array* array = value.if_array();
  if (array == nullptr || array->empty() || array->size() > kIdsMax) return std::nullopt;
  std::string list;
  for (const json::value& each : *array) {
    const std::optional<std::string> part =
        each.is_array() ? std::optional<std::string>() : list_text(each);
    if (!part) return std::nullopt;
    if (!list.empty()) list += ',';
    list += *part;
  }
  return list;
}

}  // namespace

std::string lenient_mask(std::string mask) {
  if (mask.empty() || mask.ends_with('/')) mask += '#';
  return mask;
}

Result<RecordQuery> read_query(std::string mask, std::string_view query) {
  RecordQuery read;
  read.filter.mask = std::move(mask);
  for (const auto& [raw_name, raw_value] : wire::split_query(query)) {
    const std::optional<std::string> name = base::percent_decode(raw_name);
    const std::optional<std::string> value = base::percent_decode(raw_value);
    if (!name || !value || !base::is_utf8(*value)) {
      return Fail(ErrorKind::kInvalid, "the query is not percent-encoded UTF-8");
    }
    if (value->empty()) continue;
    const Result<void> taken = take_query(read, *name, *value);
    if (!taken) return Fail(taken.error());
  }
  return read;
}

Result<domain::DeleteRecords> read_deletion(std::string mask, std::string_view body) {
  BERTH_TRY(const json::object object, read_object(body));
  domain::DeleteRecords request;
  domain::RecordFilter& filter = request.filter;
  if (!mask.empty()) filter.mask = std::move(mask);
  for (const std::string_view name : {"of", "id", "at", "before", "after", "channel"}) {
    const json::value* value = find(object, name);
    if (value == nullptr) continue;
    const std::optional<std::string> text = list_text(*value);
    if (!text || is_blank(*text)) return wrong(name, "a value");
    const Result<bool> taken = take_filter(filter, name, *text);
    if (!taken) return Fail(taken.error());
  }
  const bool lists = !filter.ids.empty() || !filter.at.empty();
  if (!lists && !filter.before && !filter.after) {
    return Fail(ErrorKind::kInvalid, "expected at least one of id, before, after, at");
  }
  return request;
}

}  // namespace berth::dialects::cloudplugs
