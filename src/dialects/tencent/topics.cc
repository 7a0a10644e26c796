#include "dialects/tencent/topics.h"

#include "dialects/tencent/user_name.h"
#include "wire/mqtt.h"

#include <fmt/format.h>

#include <vector>

namespace berth::dialects::tencent {
namespace {

using domain::Channel;

struct FeatureTopics {
  Feature feature;
  std::string_view up;    // without the last slash; empty: nothing is published to it
  std::string_view down;  // the same
  Channel channel;
};
constexpr FeatureTopics kFeatures[] = {
    {Feature::kSystem, "$sys/operation", "$sys/operation/result", Channel::kReplies},
    {Feature::kShadow, "$shadow/operation", "$shadow/operation/result", Channel::kDesired},
    {Feature::kTemplate, "$template/operation", "$template/operation/result", Channel::kDesired},
    {Feature::kProperty, "$thing/up/property", "$thing/down/property", Channel::kDesired},
    {Feature::kEvent, "$thing/up/event", "$thing/down/event", Channel::kReplies},
    {Feature::kAction, "$thing/up/action", "$thing/down/action", Channel::kMethods},
    {Feature::kService, "$thing/up/service", "$thing/down/service", Channel::kReplies},
    {Feature::kRaw, "$thing/up/raw", "$thing/down/raw", Channel::kReplies},
    {Feature::kOta, "$ota/report", "$ota/update", Channel::kReplies},
    {Feature::kConfig, "$config/operation", "$config/operation/result", Channel::kReplies},
    {Feature::kConfigOld, "$config/report", "$config/update", Channel::kReplies},
    {Feature::kRpc, "$rrpc/txd", "$rrpc/rxd", Channel::kMethods},
    {Feature::kGateway, "$gateway/operation", "$gateway/operation/result", Channel::kReplies},
    {Feature::kLog, "$log/operation", "$log/operation/result", Channel::kReplies},
    {Feature::kBroadcast, "", "$broadcast/rxd", Channel::kReplies},
};

const FeatureTopics* find(Feature feature) {
  for (const FeatureTopics& each : kFeatures) {
    if (each.feature == feature) return &each;
  }
  return nullptr;
}

std::string_view next_level(std::string_view& topic) {
  const std::size_t end = topic.find('/');
  const std::string_view level = topic.substr(0, end);
  topic = end == std::string_view::npos ? std::string_view() : topic.substr(end + 1);
  return level;
}

bool has_wildcard(std::string_view text) {
  return text.find_first_of("+#") != std::string_view::npos;
}

// "<pid>/<dn>[/<rest>]".
struct Tail {
  DeviceName device;
  std::string_view rest;
};
std::optional<Tail> parse_tail(std::string_view text) {
  Tail tail;
  tail.device.product = next_level(text);
  tail.device.name = next_level(text);
  tail.rest = text;
  if (tail.device.product.size() != kProductIdBytes || tail.device.name.empty() ||
      has_wildcard(tail.device.product) || has_wildcard(tail.device.name)) {
    return std::nullopt;
  }
  return tail;
}

// A topic of `prefix`, which for the RPC has one more level than for the others.
std::optional<Tail> parse_feature(std::string_view topic, std::string_view prefix, bool rpc) {
  if (prefix.empty() || !topic.starts_with(prefix)) return std::nullopt;
  topic.remove_prefix(prefix.size());
  if (!topic.starts_with('/')) return std::nullopt;
  const std::optional<Tail> tail = parse_tail(topic.substr(1));
  if (!tail || topic.ends_with('/')) return std::nullopt;
  const bool one_level = !tail->rest.empty() && tail->rest.find('/') == std::string_view::npos;
  return (rpc ? one_level : tail->rest.empty()) ? tail : std::nullopt;
}

}  // namespace

std::string DeviceName::id() const { return fmt::format("{}{}", product, name); }

std::optional<DeviceName> device_name_of(std::string_view id) {
  if (id.size() <= kProductIdBytes) return std::nullopt;
  return DeviceName{id.substr(0, kProductIdBytes), id.substr(kProductIdBytes)};
}

std::optional<Uplink> parse_uplink(std::string_view topic) {
  if (has_wildcard(topic)) return std::nullopt;
  if (!topic.starts_with('$')) {
    const std::optional<Tail> tail = parse_tail(topic);
    if (!tail || tail->rest.empty()) return std::nullopt;
    return Uplink{Feature::kOwn, tail->device, tail->rest};
  }
  for (const FeatureTopics& each : kFeatures) {
    const auto tail = parse_feature(topic, each.up, each.feature == Feature::kRpc);
    if (tail) return Uplink{each.feature, tail->device, tail->rest};
  }
  return std::nullopt;
}

std::optional<Downlink> parse_filter(std::string_view filter) {
  if (!filter.starts_with('$')) {
    const std::optional<Tail> tail = parse_tail(filter);
    if (!tail || !wire::is_mqtt_filter(tail->rest)) return std::nullopt;
    return Downlink{Feature::kOwn, tail->device, tail->rest};
  }
  for (const FeatureTopics& each : kFeatures) {
    const bool rpc = each.feature == Feature::kRpc;
    const auto tail = parse_feature(filter, each.down, rpc);
    if (!tail) continue;
    if (rpc && tail->rest != "+" && tail->rest != "#") continue;
    return Downlink{each.feature, tail->device, tail->rest};
  }
  return std::nullopt;
}

Channel channel_of(Feature feature) {
  const FeatureTopics* found = find(feature);
  return found == nullptr ? Channel::kMessages : found->channel;
}

std::string_view uplink_name(Feature feature) {
  const FeatureTopics* found = find(feature);
  return found == nullptr ? std::string_view() : found->up;
}

std::string downlink_topic(Feature feature, const DeviceName& device, std::string_view rest) {
  const FeatureTopics* found = find(feature);
  std::string topic = found == nullptr ? std::string() : fmt::format("{}/", found->down);
  topic += fmt::format("{}/{}", device.product, device.name);
  if (!rest.empty()) topic += fmt::format("/{}", rest);
  return topic;
}

bool matches(std::string_view filter, std::string_view topic) {
  while (true) {
    if (filter == "#") return true;
    const bool last_of_filter = filter.find('/') == std::string_view::npos;
    const bool last_of_topic = topic.find('/') == std::string_view::npos;
    const std::string_view wanted = next_level(filter);
    const std::string_view level = next_level(topic);
    if (wanted != "+" && wanted != level) return false;
    if (last_of_filter || last_of_topic) {
      // "a/#" hears "a", too.
      return (last_of_filter && last_of_topic) || (last_of_topic && filter == "#");
    }
  }
}

bool allows(std::span<const domain::TopicPermission> permissions, std::string_view rest,
            Access access) {
  for (const domain::TopicPermission& each : permissions) {
    const bool given = access == Access::kPublish ? each.publish : each.subscribe;
    if (!given) continue;
    if (matches(each.topic, rest)) return true;
    if (access == Access::kSubscribe && matches(rest, each.topic)) return true;
  }
  return false;
}

std::span<const domain::TopicPermission> default_permissions() {
  static const std::vector<domain::TopicPermission> kDefaults = {
      {"event", true, false}, {"control", false, true}, {"data", true, true}};
  return kDefaults;
}

bool names_device(std::string_view topic, const DeviceName& device) {
  if (!topic.starts_with('$')) return false;
  const std::string part = fmt::format("/{}/{}", device.product, device.name);
  const std::size_t at = topic.find(part);
  if (at == std::string_view::npos) return false;
  const std::string_view after = topic.substr(at + part.size());
  return after.empty() || after.starts_with('/');
}

}  // namespace berth::dialects::tencent
