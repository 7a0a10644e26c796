#include "dialects/azure_hub/bodies.h"
#include "dialects/azure_hub/names.h"
#include "dialects/azure_hub/property_bag.h"
#include "dialects/azure_hub/steps.h"

#include <fmt/format.h>

namespace berth::dialects::azure_hub {
namespace {

using domain::Channel;
using domain::Settlement;

void settle(StepResult& result, std::uint64_t delivery, Settlement settlement) {
  operate(result, domain::SettleMessage{delivery, settlement}, Pending{});
}

struct EventHandler {
  HubSession& session;

  StepResult operator()(domain::DeliverMessage& event) const {
    StepResult result;
    const std::optional<std::uint8_t> qos = session.granted_for(Channel::kMessages);
    if (!qos) {
      // It unsubscribed meanwhile: the message waits until it subscribes again.
      settle(result, event.delivery, Settlement::kAbandon);
      return result;
    }
    wire::MqttPublish packet;
    packet.topic = message_topic(session.device, property_bag_of(event.message));
    if (packet.topic.size() > kTopicBytesMax) {
      settle(result, event.delivery, Settlement::kReject);
      return result;
    }
    packet.payload = std::move(event.message.message.body);
    packet.qos = *qos;
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

  StepResult operator()(domain::CallMethod& event) const {
    StepResult result;
    if (!session.granted_for(Channel::kMethods)) return result;
    wire::MqttPublish packet;  // with QoS 0, whatever was granted (§2.3)
    packet.topic = method_topic(event.method, event.request);
    packet.payload = std::move(event.payload);
    result.actions.push_back(std::move(packet));
    return result;
  }

  // Behind the answers that are still owed: a device drops a notification that is older than the
  // twin it read, but not a twin that is older than a notification (§2.6).
  // This dialect watches no records.
  StepResult operator()(const domain::DeliverRecord& event) const {
    static_cast<void>(event);
    return {};
  }
  StepResult operator()(const domain::DesiredChanged& event) const {
    const std::optional<std::uint8_t> qos = session.granted_for(Channel::kDesired);
    if (!qos) return {};
    if (session.replies.size() >= kRepliesMax) {
      return close_now(session, "too many open requests");
    }
    wire::MqttPublish packet;
    packet.topic = desired_topic(event.version);
    packet.payload = with_version(event.patch, event.version);
    packet.qos = *qos;
    session.replies.fill(session.replies.open(), {std::move(packet)});
    StepResult result;
    result.actions = session.replies.take_ready();
    return result;
  }

  StepResult operator()(const domain::EndConnection& event) const {
    return close_now(session, fmt::format("the hub ended it: {}", to_string(event.reason)));
  }
};

}  // namespace

StepResult on_event(Session& session, Event event) {
  auto* state = std::any_cast<HubSession>(&session.state);
  if (state == nullptr) return {};
  const bool ends = std::holds_alternative<domain::EndConnection>(event.event);
  const bool listens = state->phase == HubSession::Phase::kConnected;
  const bool open = listens || state->phase == HubSession::Phase::kLeaving;
  if (!(ends ? open : listens)) return {};
  return std::visit(EventHandler{*state}, event.event);
}

}  // namespace berth::dialects::azure_hub
