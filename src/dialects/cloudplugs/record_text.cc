#include "dialects/cloudplugs/record_text.h"

#include "base/codec.h"
#include "dialects/cloudplugs/json_in.h"
#include "dialects/cloudplugs/json_out.h"
#include "dialects/cloudplugs/plug_id.h"
#include "dialects/cloudplugs/times.h"
#include "domain/json_text.h"

#include <algorithm>
#include <cmath>
#include <utility>

namespace berth::dialects::cloudplugs {
namespace {

namespace json = boost::json;

constexpr double kTtlSecondsMax = 100.0 * 366 * 86'400;
constexpr std::string_view kTimeExpected = "expected a time: epoch milliseconds or an ISO date";

bool is_record(const json::value& value) {
  const json::object* object = value.if_object();
  return object != nullptr && object->contains("data");
}

bool is_record_list(const json::value& value) {
  const json::array* array = value.if_array();
  return array != nullptr && !array->empty() &&
         std::all_of(array->begin(), array->end(), is_record);
}

// A number or its text.
std::optional<double> number_of(const json::value& value) {
  if (const json::string* text = value.if_string()) return parse_number(view(*text));
  if (!value.is_number()) return std::nullopt;
  return value.to_number<double>();
}

Result<std::optional<TimePoint>> read_time(const json::object& object, std::string_view name) {
  const json::value* value = find(object, name);
  if (value == nullptr) return std::optional<TimePoint>();
  const std::optional<TimePoint> time = parse_time(*value);
  if (!time)
    return Fail(ErrorKind::kInvalid, std::string(name) + ": " + std::string(kTimeExpected));
  return time;
}

Result<std::optional<std::chrono::milliseconds>> read_ttl(const json::object& object) {
  using Milliseconds = std::chrono::milliseconds;
  const json::value* value = find(object, "ttl");
  if (value == nullptr) return std::optional<Milliseconds>();
  const std::optional<double> seconds = number_of(*value);
  if (!seconds || !(*seconds > 0) || *seconds > kTtlSecondsMax) {
    return Fail(ErrorKind::kInvalid, "ttl: expected seconds above 0");
  }
  return std::optional(Milliseconds(std::max<std::int64_t>(1, std::llround(*seconds * 1'000))));
}

Result<void> read_names(const json::object& object, domain::NewRecord& record) {
  std::vector<JsonProblem> problems;
  JsonFields fields(object, kLenient, problems);
  if (std::optional<std::string> channel = fields.text("channel", {.size_max = 1024})) {
    record.channel = *std::move(channel);
  }
  if (const std::optional<std::string> of = fields.text("of")) {
    const std::optional<PlugId> id = parse_plug_id(*of);
    if (id) record.of = id->text;
    if (!id) fields.problem("of", "expected a Plug-ID");
  }
  if (const std::optional<std::string> id = fields.text("id")) {
    record.id = parse_object_id(*id).value_or("");
    if (record.id.empty()) fields.problem("id", "expected 24 hex digits");
  }
  record.is_private = fields.flag("is_priv").value_or(false);
  if (!fields.ok()) return Fail(to_error(problems));
  return {};
}

Result<domain::NewRecord> read_record(const json::object& object, std::string_view channel) {
  domain::NewRecord record;
  record.channel = channel;
  record.data = domain::to_json_text(object.at("data"));
  const Result<void> names = read_names(object, record);
  if (!names) return Fail(names.error());
  BERTH_TRY(record.at, read_time(object, "at"));
  BERTH_TRY(record.expires_at, read_time(object, "expire_at"));
  if (!record.expires_at) {
    BERTH_TRY(record.lifetime, read_ttl(object));
  }
  if (record.channel.empty()) return Fail(ErrorKind::kInvalid, "channel: is required");
  return record;
}

Result<domain::NewRecord> bare_data(std::string data, std::string_view channel) {
  if (channel.empty()) return Fail(ErrorKind::kInvalid, "expected records with a channel");
  domain::NewRecord record;
  record.channel = channel;
  record.data = std::move(data);
  return record;
}

}  // namespace

Result<PublishRequest> read_publish(std::string_view body, std::string_view channel,
                                    IfNoJson if_no_json) {
  PublishRequest request;
  std::vector<domain::NewRecord>& records = request.records.records;
  const Result<json::value> value = read_json(body);
  if (!value && if_no_json == IfNoJson::kRefuse) return Fail(value.error());
  if (!value) {
    BERTH_TRY(domain::NewRecord record,
              bare_data(quoted(base::printable(body, body.size())), channel));
    records.push_back(std::move(record));
    return request;
  }
  request.is_list = is_record_list(*value);
  if (request.is_list) {
    const json::array& array = value->get_array();
    if (array.size() > domain::kRecordsPerRequestMax) {
      return Fail(ErrorKind::kInvalid, "too many records");
    }
    for (const json::value& each : array) {
      BERTH_TRY(domain::NewRecord record, read_record(each.get_object(), channel));
      records.push_back(std::move(record));
    }
  } else if (is_record(*value)) {
    BERTH_TRY(domain::NewRecord record, read_record(value->get_object(), channel));
    records.push_back(std::move(record));
  } else {
    BERTH_TRY(domain::NewRecord record, bare_data(domain::to_json_text(*value), channel));
    records.push_back(std::move(record));
  }
  return request;
}

std::string published_json(const domain::RecordsPublished& published, bool is_list) {
  std::vector<std::string> ids;
  for (const domain::ObjectId& each : published.ids) ids.push_back(each.text());
  if (is_list || ids.size() != 1) return text_array(ids);
  return quoted(ids.front());
}

std::string record_json(const domain::Record& record) {
  JsonObject object;
  object.text("id", record.id.text())
      .text("channel", record.channel)
      .json("data", record.data)
      .json("at", std::to_string(epoch_milliseconds(record.at)))
      .text("of", record.publisher);
  if (record.expires_at) {
    object.json("expire_at", std::to_string(epoch_milliseconds(*record.expires_at)));
  }
  if (record.is_private) object.json("is_priv", "true");
  return object.take();
}

std::string records_json(const std::vector<domain::Record>& records) {
  std::vector<std::string> elements;
  elements.reserve(records.size());
  for (const domain::Record& each : records) elements.push_back(record_json(each));
  return json_array(elements);
}

}  // namespace berth::dialects::cloudplugs
