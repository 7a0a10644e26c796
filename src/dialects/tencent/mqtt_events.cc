#include "dialects/tencent/mqtt_steps.h"
#include "dialects/tencent/shadow.h"
#include "dialects/tencent/things.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace berth::dialects::tencent {
namespace {

using domain::Settlement;

constexpr std::size_t kTopicBytesMax = 65'535;

void settle(StepResult& result, std::uint64_t delivery, Settlement settlement) {
  operate(result, domain::SettleMessage{delivery, settlement}, Pending{});
}

// The own topic `rest`, if the device may hear it and does.
std::optional<std::string> heard(const MqttSession& session, std::string_view rest) {
  if (!allows(session.topics, rest, Access::kSubscribe)) return std::nullopt;
  std::string topic = downlink_topic(Feature::kOwn, session.name(), rest);
  if (topic.size() > kTopicBytesMax || topic.find_first_of("+#") != std::string::npos) {
    return std::nullopt;
  }
  return session.hears(topic) ? std::optional(std::move(topic)) : std::nullopt;
}

// The one that the message names; without a name the first of those that listen.
std::optional<std::string> topic_of(const MqttSession& session, const domain::Message& message) {
  for (const domain::Property& each : message.properties) {
    if (each.name == "topic" && each.value) return heard(session, *each.value);
  }
  for (const std::string_view each : {"control", "data"}) {
    std::optional<std::string> topic = heard(session, each);
    if (topic) return topic;
  }
  for (const domain::TopicPermission& each : session.topics) {
    std::optional<std::string> topic = heard(session, each.topic);
    if (topic) return topic;
  }
  return std::nullopt;
}

struct EventHandler {
  MqttSession& session;
  TimePoint at;

  StepResult operator()(domain::DeliverMessage& event) const {
    StepResult result;
    const std::optional<std::string> topic = topic_of(session, event.message.message);
    if (!topic) {
      // As with any broker: what nobody listens to is gone, and the sender hears of it.
      settle(result, event.delivery, Settlement::kReject);
      return result;
    }
    wire::MqttPublish packet;
    packet.topic = *topic;
    packet.payload = std::move(event.message.message.body);
    packet.qos = std::min<std::uint8_t>(session.hears(*topic).value_or(0), 1);
    if (packet.qos > 0) {
      packet.duplicate = event.redelivered;
      packet.packet_id = session.deliveries.add(event.delivery);
    } else {
      // It asked for no guarantee: sent is settled.
      settle(result, event.delivery, Settlement::kComplete);
    }
    result.actions.push_back(std::move(packet));
    return result;
  }

  StepResult operator()(const domain::CallMethod& event) const {
    StepResult result;
    std::optional<wire::MqttPublish> packet = method_call(session, event, at);
    if (packet) result.actions.push_back(*std::move(packet));
    return result;
  }

  // Behind the answers that are still owed, so that a device never reads an older state after it.
  // This dialect watches no records.
  StepResult operator()(const domain::DeliverRecord& event) const {
    static_cast<void>(event);
    return {};
  }
  StepResult operator()(const domain::DesiredChanged& event) const {
    if (session.replies.size() >= kRepliesMax) {
      return close_now(session, "too many open requests");
    }
    const DeviceName name = session.name();
    wire::Actions actions;
    const std::optional<std::string> delta = shadow_delta(event, at);
    if (delta) {
      send_to(session, actions, downlink_topic(Feature::kShadow, name), *delta);
      send_to(session, actions, downlink_topic(Feature::kTemplate, name), *delta);
    }
    const std::optional<std::string> control = thing_control(event);
    if (control) send_to(session, actions, downlink_topic(Feature::kProperty, name), *control);
    session.replies.fill(session.replies.open(), std::move(actions));
    StepResult result;
    result.actions = session.replies.take_ready();
    return result;
  }

  StepResult operator()(const domain::EndConnection& event) const {
    return close_now(session, fmt::format("the hub ended it: {}", to_string(event.reason)));
  }
};

}  // namespace

StepResult on_mqtt_event(MqttSession& session, Event event) {
  const bool ends = std::holds_alternative<domain::EndConnection>(event.event);
  const bool listens = session.phase == MqttSession::Phase::kConnected;
  const bool open = listens || session.phase == MqttSession::Phase::kLeaving;
  if (!(ends ? open : listens)) return {};
  return std::visit(EventHandler{session, event.at}, event.event);
}

}  // namespace berth::dialects::tencent
