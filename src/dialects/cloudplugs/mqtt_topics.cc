#include "dialects/cloudplugs/mqtt_topics.h"

#include "dialects/cloudplugs/plug_id.h"
#include "wire/mqtt.h"

#include <utility>

namespace berth::dialects::cloudplugs {
namespace {

constexpr std::size_t kChannelShownMax = 1024;  // longer ones are not even looked at
constexpr std::string_view kData = "data/";
constexpr std::string_view kAnswers = "ag/prop/";

struct Split {
  std::string_view first;  // level
  std::string_view rest;   // behind the slash
};
std::optional<Split> split(std::string_view topic) {
  const std::size_t slash = topic.find('/');
  if (slash == std::string_view::npos) return std::nullopt;
  return Split{topic.substr(0, slash), topic.substr(slash + 1)};
}

// What follows `prefix`; nothing when it does not begin so.
std::optional<std::string_view> behind(std::string_view text, std::string_view prefix) {
  if (!text.starts_with(prefix)) return std::nullopt;
  return text.substr(prefix.size());
}

bool is_channel_size(std::string_view text) {
  return !text.empty() && text.size() <= kChannelShownMax;
}

std::optional<MqttTopic> property_topic(std::string_view rest) {
  const std::optional<std::string_view> verb = behind(rest, kAnswers);
  if (verb == "set") return MqttTopic::kPropertySet;
  if (verb == "get") return MqttTopic::kPropertyGet;
  return std::nullopt;
}

// Of a first level that is no wildcard: a Plug-ID's text, or empty for the empty level.
std::optional<std::string> publisher_of(std::string_view level) {
  if (level.empty()) return std::string();
  std::optional<PlugId> id = parse_plug_id(level);
  if (!id || id->kind == PlugKind::kTemplate) return std::nullopt;
  return std::move(id->text);
}

}  // namespace

std::optional<EnrollTopic> parse_enroll_topic(std::string_view filter) {
  const std::optional<Split> levels = split(filter);
  if (!levels) return std::nullopt;
  EnrollTopic topic;
  topic.model = parse_template_id(levels->first).value_or("");
  if (topic.model.empty()) return std::nullopt;
  if (const auto password = behind(levels->rest, "thing/")) {
    topic.password = *password;
  } else if (const auto rest = behind(levels->rest, "ctrl/")) {
    const std::optional<Split> parts = split(*rest);
    if (!parts || parts->first.empty()) return std::nullopt;
    topic.controller = true;
    topic.serial = parts->first;
    topic.password = parts->rest;
  }
  if (topic.password.empty()) return std::nullopt;
  return topic;
}

std::optional<PublishTopic> parse_publish_topic(std::string_view topic) {
  const std::optional<Split> levels = split(topic);
  if (!levels) return std::nullopt;
  PublishTopic parsed;
  if (!levels->first.empty()) {
    parsed.device = parse_device_id(levels->first).value_or("");
    if (parsed.device.empty()) return std::nullopt;
  }
  if (const auto channel = behind(levels->rest, kData)) {
    if (!is_channel_size(*channel)) return std::nullopt;
    parsed.channel = *channel;
    return parsed;
  }
  const std::optional<MqttTopic> property = property_topic(levels->rest);
  if (!property) return std::nullopt;
  parsed.kind = *property;
  return parsed;
}

std::optional<FilterTopic> parse_filter_topic(std::string_view filter) {
  const std::optional<Split> levels = split(filter);
  if (!levels || !wire::is_mqtt_filter(filter)) return std::nullopt;
  FilterTopic parsed;
  if (levels->first != "+") {
    std::optional<std::string> publisher = publisher_of(levels->first);
    if (!publisher) return std::nullopt;
    parsed.of = *std::move(publisher);
    parsed.own = parsed.of.empty();
  }
  if (const auto mask = behind(levels->rest, kData)) {
    if (!is_channel_size(*mask)) return std::nullopt;
    parsed.mask = *mask;
    return parsed;
  }
  const std::optional<std::string_view> verb = behind(levels->rest, kAnswers);
  parsed.answers = verb == "set" || verb == "get" || verb == "+" || verb == "#";
  // Everybody's answers: there is no such thing.
  if (!parsed.answers || (parsed.of.empty() && !parsed.own)) return std::nullopt;
  return parsed;
}

}  // namespace berth::dialects::cloudplugs
