#include "dialects/tencent/mqtt_step.h"

#include "dialects/tencent/connect.h"
#include "dialects/tencent/gateway.h"
#include "dialects/tencent/mqtt_steps.h"
#include "dialects/tencent/shadow.h"
#include "dialects/tencent/system_topics.h"
#include "dialects/tencent/things.h"
#include "dialects/tencent/user_name.h"

#include <fmt/format.h>

#include <algorithm>
#include <span>
#include <utility>

namespace berth::dialects::tencent {
namespace {

using domain::Reason;

constexpr std::uint8_t kSubscriptionRefused = 0x80;
constexpr std::uint8_t kQosMax = 1;  // a QoS 2 subscription is granted 1

std::span<const domain::TopicPermission> permissions_of(const Incoming& incoming) {
  if (incoming.of_device.empty()) return incoming.session.topics;
  return default_permissions();
}

// Stored, and then sent back if the device listens to what it publishes to.
StepResult on_own_topic(const Incoming& incoming) {
  MqttSession& session = incoming.session;
  const std::string_view rest = incoming.to.rest;
  if (!allows(permissions_of(incoming), rest, Access::kPublish)) {
    return end_for(session, {Reason::kTopicForbidden, "a topic that the product lets it publish to",
                             shown(incoming.packet.topic)});
  }
  domain::SendTelemetry command = telemetry_of(incoming, rest);
  const std::size_t size = domain::size_of(command.message);
  if (size > domain::kDeviceMessageBytesMax) {
    return end_for(session, {Reason::kMessageTooLarge,
                             fmt::format("at most {} bytes", domain::kDeviceMessageBytesMax),
                             fmt::format("{} bytes", size)});
  }
  Pending pending = pending_of(incoming, Pending::What::kStored);
  pending.reply_to.clear();
  if (session.hears(incoming.packet.topic) &&
      allows(permissions_of(incoming), rest, Access::kSubscribe)) {
    pending.reply_to = incoming.packet.topic;
    pending.body = incoming.packet.payload;
  }
  StepResult result;
  operate(result, std::move(command), std::move(pending));
  return result;
}

StepResult on_unread(const Incoming& incoming) {
  StepResult result;
  Pending pending = pending_of(incoming, Pending::What::kStored);
  pending.reply_to.clear();
  operate(result, telemetry_of(incoming, uplink_name(incoming.to.feature)), std::move(pending));
  return result;
}

StepResult on_feature(const Incoming& incoming) {
  switch (incoming.to.feature) {
    case Feature::kOwn:
      return on_own_topic(incoming);
    case Feature::kSystem:
      return on_time(incoming);
    case Feature::kShadow:
    case Feature::kTemplate:
      return on_shadow(incoming);
    case Feature::kProperty:
      return on_property(incoming);
    case Feature::kEvent:
      return on_event_post(incoming);
    case Feature::kAction:
      return on_action_reply(incoming);
    case Feature::kRpc:
      return on_rpc_reply(incoming);
    case Feature::kService:
    case Feature::kRaw:
      return on_unread(incoming);
    case Feature::kOta:
      return on_ota(incoming);
    case Feature::kConfig:
    case Feature::kConfigOld:
      return on_config(incoming);
    case Feature::kGateway:
      return on_gateway(incoming);
    case Feature::kLog:
      return on_log(incoming);
    case Feature::kBroadcast:
      break;  // down only
  }
  return acknowledge(incoming);
}

// Not a topic of the device. One of a feature that is not known here is no misdeed: it is noted and
// forgotten; for any other the connection ends.
StepResult on_foreign_topic(MqttSession& session, const wire::MqttPublish& packet, bool of_feature,
                            std::string of_device = {}) {
  domain::ReportMisuse misuse{Reason::kTopicForbidden,
                              fmt::format("{}/{}/… or a $ topic of this device",
                                          session.name().product, session.name().name),
                              shown(packet.topic), std::move(of_device)};
  if (!of_feature) return end_for(session, std::move(misuse));
  StepResult result;
  note_misuse(session, std::move(misuse), result);
  wire::Actions actions;
  if (packet.qos > 0) actions.push_back(wire::MqttPuback{packet.packet_id});
  session.replies.fill(session.replies.open(), std::move(actions));
  result.actions = session.replies.take_ready();
  return result;
}

StepResult on_publish(const wire::Peer& peer, MqttSession& session, const wire::MqttPublish& packet,
                      TimePoint at) {
  if (packet.qos > kQosMax) {
    return end_for(session, {Reason::kTopicForbidden, "a publish with QoS 0 or 1",
                             fmt::format("QoS {} to {}", packet.qos, shown(packet.topic))});
  }
  const std::optional<Uplink> topic = parse_uplink(packet.topic);
  if (!topic) {
    return on_foreign_topic(session, packet, names_device(packet.topic, session.name()));
  }
  Incoming incoming{peer, session, packet, at, *topic, {}};
  if (topic->device != session.name()) {
    incoming.of_device = topic->device.id();
    // Gateways of gateways there are none.
    if (!session.is_online(incoming.of_device) || topic->feature == Feature::kGateway) {
      return on_foreign_topic(session, packet, false, incoming.of_device);
    }
  }
  return on_feature(incoming);
}

// What became of one filter of a SUBSCRIBE.
enum class Fate { kRefused, kKept, kForHub };
Fate fate_of(MqttSession& session, const wire::MqttSubscription& wanted, std::uint8_t qos) {
  const std::optional<Downlink> topic = parse_filter(wanted.filter);
  if (!topic) return Fate::kRefused;
  const bool own = topic->device == session.name();
  if (!own && !session.is_online(topic->device.id())) return Fate::kRefused;
  if (topic->feature == Feature::kOwn) {
    const std::span<const domain::TopicPermission> permissions =
        own ? std::span<const domain::TopicPermission>(session.topics) : default_permissions();
    if (!allows(permissions, topic->rest, Access::kSubscribe)) return Fate::kRefused;
  }
  if (!session.listen(wanted.filter, qos)) return Fate::kRefused;
  // The hub's subscriptions are the device's own; those for others end with the connection.
  return own ? Fate::kForHub : Fate::kKept;
}

StepResult on_subscribe(MqttSession& session, const wire::MqttSubscribe& packet) {
  domain::Subscribe command;
  Pending pending;
  pending.what = Pending::What::kSubscribe;
  pending.place = session.replies.open();
  pending.packet_id = packet.packet_id;
  StepResult result;
  bool noted = false;
  for (const wire::MqttSubscription& each : packet.subscriptions) {
    const std::uint8_t qos = std::min(each.qos, kQosMax);
    const Fate fate = fate_of(session, each, qos);
    const bool refused = fate == Fate::kRefused;
    pending.codes.push_back(refused ? kSubscriptionRefused : qos);
    pending.refused_codes.push_back(fate == Fate::kKept ? qos : kSubscriptionRefused);
    if (refused && !noted) {
      noted = true;
      const std::optional<Downlink> topic = parse_filter(each.filter);
      const bool foreign = topic && topic->device != session.name();
      note_misuse(session,
                  {Reason::kTopicForbidden, "a topic that this device may subscribe to",
                   shown(each.filter), foreign ? topic->device.id() : std::string()},
                  result);
    }
    if (fate != Fate::kForHub) continue;
    const Feature feature = parse_filter(each.filter)->feature;
    command.subscriptions.push_back({channel_of(feature), qos, each.filter});
    pending.filters.push_back(each.filter);
  }
  if (command.subscriptions.empty()) {
    session.replies.fill(pending.place, {wire::MqttSuback{packet.packet_id, pending.codes}});
    result.actions = session.replies.take_ready();
    return result;
  }
  operate(result, std::move(command), std::move(pending));
  return result;
}

StepResult on_unsubscribe(MqttSession& session, const wire::MqttUnsubscribe& packet) {
  domain::Unsubscribe command;
  for (const std::string& filter : packet.filters) {
    session.forget(filter);
    const std::optional<Downlink> topic = parse_filter(filter);
    if (topic && topic->device == session.name()) command.filters.push_back(filter);
  }
  Pending pending;
  pending.what = Pending::What::kUnsubscribe;
  pending.place = session.replies.open();
  pending.packet_id = packet.packet_id;
  StepResult result;
  if (command.filters.empty()) {
    session.replies.fill(pending.place, {wire::MqttUnsuback{packet.packet_id}});
    result.actions = session.replies.take_ready();
  } else {
    operate(result, std::move(command), std::move(pending));
  }
  return result;
}

StepResult on_delivered(MqttSession& session, const wire::MqttDelivered& packet) {
  StepResult result;
  const std::optional<std::uint64_t> delivery = session.deliveries.take(packet.packet_id);
  if (delivery) {
    operate(result, domain::SettleMessage{*delivery, domain::Settlement::kComplete}, Pending{});
  }
  return result;
}

StepResult connected(const wire::Peer& peer, MqttSession& session, const Arrival& arrival) {
  if (session.replies.size() >= kRepliesMax) return close_now(session, "too many open requests");
  if (const auto* packet = std::get_if<wire::MqttPublish>(&arrival.request)) {
    return on_publish(peer, session, *packet, arrival.at);
  }
  if (const auto* packet = std::get_if<wire::MqttDelivered>(&arrival.request)) {
    return on_delivered(session, *packet);
  }
  if (const auto* packet = std::get_if<wire::MqttSubscribe>(&arrival.request)) {
    return on_subscribe(session, *packet);
  }
  if (const auto* packet = std::get_if<wire::MqttUnsubscribe>(&arrival.request)) {
    return on_unsubscribe(session, *packet);
  }
  if (std::holds_alternative<wire::MqttDisconnect>(arrival.request)) {
    session.phase = MqttSession::Phase::kEnded;
    StepResult result;
    operate(result, domain::Farewell{}, Pending{});
    return result;
  }
  return close_now(session, "a second CONNECT");
}

StepResult connect(const wire::Peer& peer, Session& session, const wire::MqttConnect& packet) {
  Pending pending;
  pending.what = Pending::What::kConnect;
  StepResult result;
  operate(result, connect_command(peer, packet), std::move(pending));
  session.state = MqttSession();
  return result;
}

StepResult on_arrival(const wire::Peer& peer, Session& session, const Arrival& arrival) {
  auto* state = std::any_cast<MqttSession>(&session.state);
  if (state == nullptr) {
    const auto* packet = std::get_if<wire::MqttConnect>(&arrival.request);
    if (packet != nullptr) return connect(peer, session, *packet);
    StepResult result;
    result.actions.push_back(wire::Close{"no CONNECT came first"});
    return result;
  }
  switch (state->phase) {
    case MqttSession::Phase::kConnecting:
      return close_now(*state, "a packet before the CONNACK");
    case MqttSession::Phase::kConnected:
      return connected(peer, *state, arrival);
    case MqttSession::Phase::kLeaving:
    case MqttSession::Phase::kEnded:
      return {};
  }
  return {};
}

}  // namespace

bool claims_connect(const wire::MqttConnect& packet) {
  return packet.user_name && parse_user_name(*packet.user_name).has_value();
}

StepResult mqtt_step(const wire::Peer& peer, Session& session, Input input) {
  if (const auto* arrival = std::get_if<Arrival>(&input)) {
    return on_arrival(peer, session, *arrival);
  }
  auto* state = std::any_cast<MqttSession>(&session.state);
  if (state == nullptr) return {};
  if (const auto* answer = std::get_if<Answer>(&input)) return on_mqtt_answer(*state, *answer);
  if (auto* event = std::get_if<Event>(&input)) return on_mqtt_event(*state, std::move(*event));
  return {};  // news for operators
}

}  // namespace berth::dialects::tencent
