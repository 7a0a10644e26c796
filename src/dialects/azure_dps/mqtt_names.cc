#include "dialects/azure_dps/mqtt_names.h"

#include "base/codec.h"
#include "dialects/azure/mqtt_names.h"
#include "wire/http.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace berth::dialects::azure_dps {
namespace {

using base::equals_ignoring_case;

constexpr std::string_view kTopicRoot = "$dps/registrations/";
constexpr std::string_view kRegisterPath = "PUT/iotdps-register";
constexpr std::string_view kPollPath = "GET/iotdps-get-operationstatus";
constexpr std::size_t kNameBytesMax = 512;

// Up to three slashes cut the text; parts that are not there stay empty.
struct FourParts {
  std::array<std::string_view, 4> part;
  std::size_t count = 0;
};
FourParts cut(std::string_view text) {
  FourParts parts;
  while (parts.count < 3) {
    const std::size_t slash = text.find('/');
    parts.part[parts.count++] = text.substr(0, slash);
    if (slash == std::string_view::npos) return parts;
    text.remove_prefix(slash + 1);
  }
  parts.part[parts.count++] = text;
  return parts;
}

// Decoded once, or nothing when empty, broken or too long.
std::optional<std::string> name_of(std::string_view raw) {
  std::optional<std::string> text = base::percent_decode(raw);
  if (!text || text->empty() || text->size() > kNameBytesMax) return std::nullopt;
  return text;
}

}  // namespace

std::optional<UserName> parse_user_name(std::string_view text) {
  const FourParts parts = cut(text);
  if (!azure::is_provisioning_user_name(text) || parts.count < 4) return std::nullopt;
  std::optional<std::string> scope = name_of(parts.part[0]);
  std::optional<std::string> id = name_of(parts.part[2]);
  std::optional<ApiVersion> version = api_version_of(parts.part[3]);
  if (!scope || !id || !version) return std::nullopt;
  UserName name{*std::move(scope), *std::move(id), std::move(version), {}};
  for (const auto& [key, value] : wire::split_query(parts.part[3])) {
    if (equals_ignoring_case(key, "ClientVersion")) {
      name.client = base::percent_decode(value).value_or(std::string(value));
    }
  }
  return name;
}

std::optional<RequestTopic> parse_request_topic(std::string_view topic) {
  if (!topic.starts_with(kTopicRoot)) return std::nullopt;
  topic.remove_prefix(kTopicRoot.size());
  const std::size_t question = topic.find('?');
  if (question == std::string_view::npos) return std::nullopt;
  std::string_view path = topic.substr(0, question);
  if (path.ends_with('/')) path.remove_suffix(1);

  RequestTopic request;
  bool has_rid = false;
  for (const auto& [key, value] : wire::split_query(topic.substr(question + 1))) {
    if (key == "$rid" && !has_rid) {
      has_rid = true;
      request.rid = value;
    } else if (key == "operationId") {
      request.operation_id = name_of(value).value_or("");
    }
  }
  if (!has_rid || !azure::can_be_echoed(request.rid)) return std::nullopt;
  if (path == kRegisterPath) request.operation = Operation::kRegister;
  if (path == kPollPath) request.operation = Operation::kPoll;
  return request;
}

std::string answer_topic(int status, std::string_view rid, int retry_after_seconds) {
  std::string topic = fmt::format("$dps/registrations/res/{}/?$rid={}", status, rid);
  if (retry_after_seconds > 0) {
    topic += fmt::format("&retry-after={}", std::min(retry_after_seconds, kRetryTopicSecondsMax));
  }
  return topic;
}

}  // namespace berth::dialects::azure_dps
