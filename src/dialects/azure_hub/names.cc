#include "dialects/azure_hub/names.h"

#include "base/codec.h"
#include "dialects/azure/claim_parts.h"
#include "dialects/azure/mqtt_names.h"
#include "wire/http.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace berth::dialects::azure_hub {
namespace {

constexpr std::string_view kTwinRead = "$iothub/twin/GET";
constexpr std::string_view kTwinReported = "$iothub/twin/PATCH/properties/reported";
constexpr std::string_view kMethodAnswer = "$iothub/methods/res/";
constexpr std::size_t kModelIdBytesMax = 1'024;

std::string decoded(std::string_view raw) {
  return base::percent_decode(raw).value_or(std::string(raw));
}

// Where the query begins behind the ids. Without "/?" it may be the form of old manuals,
// "<host>/<device>/api-version=…".
std::string_view cut_query(std::string_view& ids) {
  std::size_t end = ids.find("/?");
  std::size_t skipped = 2;
  if (end == std::string_view::npos) {
    end = ids.find("/api-version=");
    skipped = 1;
  }
  if (end == std::string_view::npos) {
    if (ids.ends_with('/')) ids.remove_suffix(1);
    return {};
  }
  const std::string_view query = ids.substr(end + skipped);
  ids = ids.substr(0, end);
  return query;
}

template <class Number>
std::optional<Number> number_in(std::string_view text) {
  Number number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

struct Query {
  std::optional<std::string_view> rid;
  std::optional<std::string_view> version;
};

// Of "<path>[/]?$rid=…&$version=…": the path, and the parts of the query.
struct PathAndQuery {
  std::string_view path;
  Query query;
};
std::optional<PathAndQuery> split_topic(std::string_view topic) {
  const std::size_t question = topic.find('?');
  if (question == std::string_view::npos) return std::nullopt;
  PathAndQuery parts;
  parts.path = topic.substr(0, question);
  if (parts.path.ends_with('/')) parts.path.remove_suffix(1);
  for (const auto& [key, value] : wire::split_query(topic.substr(question + 1))) {
    const std::string name = decoded(key);
    if (name == "$rid" && !parts.query.rid) parts.query.rid = value;
    if (name == "$version" && !parts.query.version) parts.query.version = value;
  }
  if (!parts.query.rid || !azure::can_be_echoed(*parts.query.rid)) return std::nullopt;
  return parts;
}

ReportedTopic reported_topic(const Query& query) {
  ReportedTopic topic{*query.rid, std::nullopt, false};
  if (query.version) {
    topic.base_version = number_in<std::uint64_t>(*query.version);
    topic.version_unreadable = !topic.base_version;
  }
  return topic;
}

bool is_plain(char c) {
  return static_cast<unsigned char>(c) > 0x20 && c != 0x7F && c != '/' && c != '+' && c != '#' &&
         c != '?';
}

}  // namespace

UserName parse_user_name(std::string_view text) {
  UserName name;
  const std::size_t slash = text.find('/');
  name.host = azure::without_port(text.substr(0, slash));
  if (slash == std::string_view::npos) return name;
  name.id = text.substr(slash + 1);
  const std::string_view query = cut_query(name.id);
  for (const auto& [key, value] : wire::split_query(query)) {
    if (key == "model-id" && value.size() <= kModelIdBytesMax) name.model_id = decoded(value);
    if (key == "DeviceClientType") name.client = decoded(value);
  }
  if (name.model_id != base::printable(name.model_id, kModelIdBytesMax)) name.model_id.clear();
  return name;
}

std::optional<std::string_view> telemetry_bag(std::string_view topic, std::string_view device) {
  for (const std::string_view part :
       {std::string_view("devices/"), device, std::string_view("/messages/events")}) {
    if (!topic.starts_with(part)) return std::nullopt;
    topic.remove_prefix(part.size());
  }
  if (topic.empty()) return topic;
  return topic[0] == '/' ? std::optional(topic.substr(1)) : std::nullopt;
}

std::optional<RequestTopic> parse_request_topic(std::string_view topic, std::string_view device) {
  if (const auto bag = telemetry_bag(topic, device)) return TelemetryTopic{*bag};
  const std::optional<PathAndQuery> parts = split_topic(topic);
  if (!parts) return std::nullopt;
  if (parts->path == kTwinRead) return ReadTopic{*parts->query.rid};
  if (parts->path == kTwinReported) return reported_topic(parts->query);
  if (!parts->path.starts_with(kMethodAnswer)) return std::nullopt;
  const auto status = number_in<int>(parts->path.substr(kMethodAnswer.size()));
  if (!status) return std::nullopt;
  return MethodAnswerTopic{*parts->query.rid, *status};
}

std::optional<domain::Channel> parse_filter(std::string_view filter, std::string_view device) {
  if (filter == "$iothub/twin/res/#") return domain::Channel::kReplies;
  if (filter == "$iothub/twin/PATCH/properties/desired/#") return domain::Channel::kDesired;
  if (filter == "$iothub/methods/POST/#") return domain::Channel::kMethods;
  if (filter == message_topic(device, "#")) return domain::Channel::kMessages;
  return std::nullopt;
}

std::string twin_answer_topic(int status, std::string_view rid,
                              std::optional<std::uint64_t> version) {
  std::string topic = fmt::format("$iothub/twin/res/{}/?$rid={}", status, rid);
  if (version) topic += fmt::format("&$version={}", *version);
  return topic;
}

std::string desired_topic(std::uint64_t version) {
  return fmt::format("$iothub/twin/PATCH/properties/desired/?$version={}", version);
}

std::string method_topic(std::string_view method, std::string_view rid) {
  // One plain segment: what would change the topic's shape is escaped.
  const bool plain = std::all_of(method.begin(), method.end(), is_plain) && base::is_utf8(method);
  return fmt::format("$iothub/methods/POST/{}/?$rid={}",
                     plain ? std::string(method) : base::percent_encode(method), rid);
}

std::string message_topic(std::string_view device, std::string_view bag) {
  return fmt::format("devices/{}/messages/devicebound/{}", device, bag);
}

}  // namespace berth::dialects::azure_hub
