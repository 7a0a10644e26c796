#include "base/codec.h"
#include "dialects/azure_hub/bodies.h"
#include "dialects/azure_hub/connect.h"
#include "dialects/azure_hub/names.h"
#include "dialects/azure_hub/reason_table.h"
#include "dialects/azure_hub/steps.h"

#include <fmt/format.h>

#include <algorithm>

namespace berth::dialects::azure_hub {
namespace {

using domain::Reason;

constexpr std::uint8_t kSubscriptionRefused = 0x80;
constexpr std::uint8_t kQosMax = 1;  // a QoS 2 subscription is granted 1 (§2.2)
constexpr std::size_t kMethodAnswerBytesMax = 128 * 1024;
constexpr std::size_t kQuotedBytesMax = 120;

std::string quoted(std::string_view topic) { return base::printable(topic, kQuotedBytesMax); }

// MQTT 3.1.1 cannot refuse a PUBLISH. The hub is told, for the trail; then the connection ends,
// behind the answers that were owed before.
StepResult end_for(HubSession& session, domain::ReportMisuse misuse) {
  Pending pending;
  pending.what = Pending::What::kEnd;
  pending.place = session.replies.open();
  pending.why = fmt::format("{}: {}", to_string(misuse.reason), misuse.received);
  session.phase = HubSession::Phase::kLeaving;
  StepResult result;
  operate(result, std::move(misuse), std::move(pending));
  return result;
}

Pending pending_of(HubSession& session, Pending::What what, const wire::MqttPublish& packet,
                   const Arrival& arrival) {
  Pending pending;
  pending.what = what;
  pending.place = session.replies.open();
  pending.packet_id = packet.packet_id;
  pending.qos = packet.qos;
  pending.request_id = arrival.request_id;
  return pending;
}

struct RequestHandler {
  HubSession& session;
  const wire::MqttPublish& packet;
  const Arrival& arrival;

  StepResult operator()(const TelemetryTopic& topic) const {
    Result<domain::Message, Excess> message = read_telemetry(topic.bag, packet);
    if (!message) {
      Excess& excess = message.error();
      return end_for(session, {Reason::kMessageTooLarge, std::move(excess.expected),
                               std::move(excess.received)});
    }
    StepResult result;
    Pending pending;
    if (packet.qos > 0) {
      pending = pending_of(session, Pending::What::kTelemetry, packet, arrival);
    }
    operate(result, domain::SendTelemetry{*std::move(message)}, std::move(pending));
    return result;
  }

  StepResult operator()(const ReadTopic& topic) const {
    StepResult result;
    Pending pending = pending_of(session, Pending::What::kReadTwin, packet, arrival);
    pending.rid = topic.rid;
    operate(result, domain::ReadTwin{}, std::move(pending));
    return result;
  }

  StepResult operator()(const ReportedTopic& topic) const {
    Pending pending = pending_of(session, Pending::What::kPatchReported, packet, arrival);
    pending.rid = topic.rid;
    StepResult result;
    if (topic.version_unreadable) {
      refuse_patch(pending);
      result.actions = session.replies.take_ready();
    } else {
      operate(result, domain::PatchReported{packet.payload, topic.base_version},
              std::move(pending));
    }
    return result;
  }

  StepResult operator()(const MethodAnswerTopic& topic) const {
    if (packet.payload.size() > kMethodAnswerBytesMax) {
      return end_for(session, {Reason::kMessageTooLarge,
                               fmt::format("an answer of at most {} bytes", kMethodAnswerBytesMax),
                               fmt::format("{} bytes", packet.payload.size())});
    }
    StepResult result;
    operate(result, domain::AnswerMethod{std::string(topic.rid), topic.status, packet.payload},
            pending_of(session, Pending::What::kAnswerMethod, packet, arrival));
    return result;
  }

 private:
  void refuse_patch(const Pending& pending) const {
    const Fault fault = fault_for(Reason::kDocumentInvalid);
    wire::MqttPublish reply;
    reply.topic = twin_answer_topic(fault.status(), pending.rid);
    reply.qos = session.granted_for(domain::Channel::kReplies).value_or(0);
    reply.payload = error_body(
        {fault.code, "The $version of the topic is not a number", pending.request_id, arrival.at});
    wire::Actions actions;
    if (packet.qos > 0) actions.push_back(wire::MqttPuback{packet.packet_id});
    actions.push_back(std::move(reply));
    session.replies.fill(pending.place, std::move(actions));
  }
};

StepResult on_publish(HubSession& session, const wire::MqttPublish& packet,
                      const Arrival& arrival) {
  if (packet.qos > kQosMax) {
    return end_for(session, {Reason::kTopicForbidden, "a publish with QoS 0 or 1",
                             fmt::format("QoS {} to {}", packet.qos, quoted(packet.topic))});
  }
  const std::optional<RequestTopic> topic = parse_request_topic(packet.topic, session.device);
  if (!topic) {
    return end_for(session, {Reason::kTopicForbidden,
                             fmt::format("devices/{}/messages/events/, $iothub/twin/GET/?$rid=, "
                                         "$iothub/twin/PATCH/properties/reported/?$rid= or "
                                         "$iothub/methods/res/200/?$rid=",
                                         session.device),
                             quoted(packet.topic)});
  }
  return std::visit(RequestHandler{session, packet, arrival}, *topic);
}

// A trail for the first of the refused filters: one a packet, few a connection.
void note_refused(HubSession& session, std::string_view filter, StepResult& result) {
  if (session.misuses_noted == kMisusesNotedMax) return;
  ++session.misuses_noted;
  operate(result,
          domain::ReportMisuse{
              Reason::kTopicForbidden,
              fmt::format("devices/{}/messages/devicebound/#, $iothub/twin/res/#, "
                          "$iothub/twin/PATCH/properties/desired/#, $iothub/methods/POST/#",
                          session.device),
              quoted(filter)},
          Pending{});
}

StepResult on_subscribe(HubSession& session, const wire::MqttSubscribe& packet) {
  domain::Subscribe command;
  Pending pending;
  pending.what = Pending::What::kSubscribe;
  pending.place = session.replies.open();
  pending.packet_id = packet.packet_id;
  StepResult result;
  bool noted = false;
  for (const wire::MqttSubscription& each : packet.subscriptions) {
    const auto channel = parse_filter(each.filter, session.device);
    if (!channel) {
      // One bad filter does not spoil the others, nor the connection (§8.12).
      pending.codes.push_back(kSubscriptionRefused);
      if (!noted) note_refused(session, each.filter, result);
      noted = true;
      continue;
    }
    const std::uint8_t qos = std::min(each.qos, kQosMax);
    session.granted_for(*channel) = qos;
    pending.codes.push_back(qos);
    command.subscriptions.push_back({*channel, qos, each.filter});
  }
  if (command.subscriptions.empty()) {
    wire::MqttSuback suback{packet.packet_id, std::move(pending.codes)};
    session.replies.fill(pending.place, {std::move(suback)});
    result.actions = session.replies.take_ready();
    return result;
  }
  operate(result, std::move(command), std::move(pending));
  return result;
}

StepResult on_unsubscribe(HubSession& session, const wire::MqttUnsubscribe& packet) {
  domain::Unsubscribe command;
  for (const std::string& filter : packet.filters) {
    const auto channel = parse_filter(filter, session.device);
    if (!channel) continue;
    session.granted_for(*channel).reset();
    command.filters.push_back(filter);
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

StepResult on_delivered(HubSession& session, const wire::MqttDelivered& packet) {
  StepResult result;
  const std::optional<std::uint64_t> delivery = session.deliveries.take(packet.packet_id);
  if (delivery) {
    operate(result, domain::SettleMessage{*delivery, domain::Settlement::kComplete}, Pending{});
  }
  return result;
}

StepResult on_disconnect(HubSession& session) {
  session.phase = HubSession::Phase::kEnded;
  StepResult result;
  operate(result, domain::Farewell{}, Pending{});
  return result;
}

StepResult connected(HubSession& session, const Arrival& arrival) {
  if (session.replies.size() >= kRepliesMax) return close_now(session, "too many open requests");
  if (const auto* packet = std::get_if<wire::MqttPublish>(&arrival.request)) {
    return on_publish(session, *packet, arrival);
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
  if (std::holds_alternative<wire::MqttDisconnect>(arrival.request)) return on_disconnect(session);
  return close_now(session, "a second CONNECT");
}

StepResult connect(const wire::Peer& peer, Session& session, const wire::MqttConnect& packet,
                   const Arrival& arrival) {
  HubSession state;
  Pending pending;
  pending.what = Pending::What::kConnect;
  pending.request_id = arrival.request_id;
  StepResult result;
  operate(result, connect_command(peer, packet), std::move(pending));
  session.state = std::move(state);
  return result;
}

}  // namespace

StepResult on_arrival(const wire::Peer& peer, Session& session, const Arrival& arrival) {
  auto* state = std::any_cast<HubSession>(&session.state);
  if (state == nullptr) {
    const auto* packet = std::get_if<wire::MqttConnect>(&arrival.request);
    if (packet != nullptr) return connect(peer, session, *packet, arrival);
    StepResult result;
    result.actions.push_back(wire::Close{"no CONNECT came first"});
    return result;
  }
  switch (state->phase) {
    case HubSession::Phase::kConnecting:
      return close_now(*state, "a packet before the CONNACK");
    case HubSession::Phase::kConnected:
      return connected(*state, arrival);
    case HubSession::Phase::kLeaving:
    case HubSession::Phase::kEnded:
      return {};
  }
  return {};
}

}  // namespace berth::dialects::azure_hub
