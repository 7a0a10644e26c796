// What is answered to a connection's commands, and what the hub tells it unasked.
#include "dialects/cloudplugs/enroll_request.h"
#include "dialects/cloudplugs/mqtt_steps.h"
#include "dialects/cloudplugs/property_text.h"
#include "dialects/cloudplugs/reason_table.h"
#include "dialects/cloudplugs/record_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace berth::dialects::cloudplugs {
namespace {

using domain::HubRefused;
using domain::HubResult;
using domain::Reason;
using Phase = MqttSession::Phase;

constexpr std::uint8_t kRefused = 0x80;

// The refusal in an answer, or nothing when it is what the command promises.
template <class Expected>
std::optional<HubRefused> refusal_in(const HubResult& result) {
  if (std::holds_alternative<Expected>(result)) return std::nullopt;
  if (const auto* refused = std::get_if<HubRefused>(&result)) return *refused;
  return HubRefused{};
}

StepResult connack(MqttSession& session, const HubResult& result) {
  const auto* connected = std::get_if<domain::DeviceConnected>(&result);
  wire::MqttConnack packet;
  if (connected == nullptr) {
    session.phase = Phase::kEnded;
    packet.code = connect_code_for(refusal_in<domain::DeviceConnected>(result)->reason);
  } else {
    session.phase = Phase::kConnected;
    session.device = connected->device.text();
  }
  StepResult step;
  step.actions.push_back(packet);
  return step;
}

// The same texts as over REST; there is no status beside them.
std::string enrolled_body(const domain::Outcome& outcome) {
  if (const auto* refused = std::get_if<domain::Refused>(&outcome.result)) {
    return failure_body(enrollment_failure(refused->reason));
  }
  const auto* accepted = std::get_if<domain::Accepted>(&outcome.result);
  const auto* issued =
      accepted == nullptr ? nullptr : std::get_if<domain::IssuedPassword>(&accepted->credential);
  if (issued == nullptr) return failure_body(enrollment_failure(Reason::kInternal));
  return credentials_body(accepted->registration.device_id.text(), issued->password.text());
}

StepResult enrolled(const MqttSession& session, const Answer& answer, const MqttPending& pending) {
  StepResult step;
  if (session.phase != Phase::kEnrolling) return step;
  const auto* outcome = std::get_if<domain::Outcome>(&answer.body);
  wire::MqttPublish packet;
  packet.topic = pending.topic;
  packet.payload = outcome == nullptr ? failure_body(enrollment_failure(Reason::kInternal))
                                      : enrolled_body(*outcome);
  step.actions.push_back(std::move(packet));
  return step;
}

std::string refused_body(const HubRefused& refused) {
  const Failure failure = data_failure(refused.reason);
  if (failure == kUnreadable && !refused.detail.empty()) {
    return failure_body(failure, refused.detail);
  }
  return failure_body(failure);
}

std::string set_body(const HubResult& result) {
  const auto* refused = std::get_if<HubRefused>(&result);
  return refused == nullptr ? std::string() : refused_body(*refused);
}

// Those that were asked for, as far as they exist; that none does is an error.
std::string get_body(const HubResult& result, const MqttPending& pending) {
  const auto* read = std::get_if<domain::PropertiesRead>(&result);
  if (read == nullptr) return refused_body(*refusal_in<domain::PropertiesRead>(result));
  domain::PropertiesRead wanted;
  for (const auto& each : read->values) {
    const auto found = std::find(pending.names.begin(), pending.names.end(), each.first);
    if (found != pending.names.end()) wanted.values.push_back(each);
  }
  if (wanted.values.empty()) return failure_body(data_failure(Reason::kPropertyUnknown));
  return properties_json(wanted);
}

wire::Actions published(const HubResult& result, const MqttPending& pending) {
  if (pending.qos == 0) return {};
  const auto refused = refusal_in<domain::RecordsPublished>(result);
  if (!refused) return {wire::MqttPuback{pending.packet_id}};
  // Not stored, so not acknowledged.
  return {wire::Close{fmt::format("a record was not stored: {}", to_string(refused->reason))}};
}

void watched(MqttSession& session, const HubResult& result, const MqttPending& pending) {
  const auto open =
      std::find_if(session.subscribes.begin(), session.subscribes.end(),
                   [&](const OpenSubscribe& each) { return each.place == pending.place; });
  if (open == session.subscribes.end() || pending.entry >= open->codes.size()) return;
  const auto refused = refusal_in<domain::HubDone>(result);
  if (refused) session.forget(pending.topic);
  open->codes[pending.entry] = refused ? kRefused : 0;
  if (--open->open > 0) return;
  session.replies.fill(open->place, {wire::MqttSuback{open->packet_id, std::move(open->codes)}});
  session.subscribes.erase(open);
}

void fill(MqttSession& session, const HubResult& result, const MqttPending& pending) {
  switch (pending.what) {
    case MqttPending::What::kPublish:
      session.replies.fill(pending.place, published(result, pending));
      return;
    case MqttPending::What::kWatch:
      watched(session, result, pending);
      return;
    case MqttPending::What::kSetProperties:
      session.replies.fill(
          pending.place, replied(pending.qos, pending.packet_id, pending.topic, set_body(result)));
      return;
    case MqttPending::What::kGetProperties:
      session.replies.fill(pending.place, replied(pending.qos, pending.packet_id, pending.topic,
                                                  get_body(result, pending)));
      return;
    case MqttPending::What::kEnd:
      session.replies.fill(pending.place, {wire::Close{pending.why}});
      return;
    case MqttPending::What::kConnect:
    case MqttPending::What::kEnroll:
    case MqttPending::What::kNothing:
      return;
  }
}

// A record on the topic of its publisher, or as it was asked for: as oneself.
StepResult deliver(const MqttSession& session, const domain::DeliverRecord& event) {
  StepResult step;
  if (!session.watches(event.filter)) return step;  // it unsubscribed meanwhile
  wire::MqttPublish packet;
  const bool own = event.filter.starts_with('/');
  packet.topic =
      fmt::format("{}/data/{}", own ? std::string() : event.record.publisher, event.record.channel);
  packet.payload = record_json(event.record);
  step.actions.push_back(std::move(packet));
  return step;
}

}  // namespace

StepResult on_mqtt_answer(MqttSession& session, const Answer& answer) {
  const auto* pending = std::any_cast<MqttPending>(&answer.correlation);
  if (pending == nullptr || session.phase == Phase::kEnded) return {};
  if (pending->what == MqttPending::What::kEnroll) return enrolled(session, answer, *pending);
  const HubResult trouble = HubRefused{};
  const auto* given = std::get_if<HubResult>(&answer.body);
  const HubResult& result = given == nullptr ? trouble : *given;
  if (pending->what == MqttPending::What::kConnect) {
    if (session.phase != Phase::kConnecting) return {};
    return connack(session, result);
  }
  if (pending->place == 0) return {};
  fill(session, result, *pending);
  StepResult step;
  step.actions = session.replies.take_ready();
  for (std::size_t i = 0; i < step.actions.size(); ++i) {
    if (!std::holds_alternative<wire::Close>(step.actions[i])) continue;
    session.phase = Phase::kEnded;
    step.actions.resize(i + 1);
  }
  return step;
}

// Messages, methods and desired changes have no topic here: nobody subscribes to them.
StepResult on_mqtt_event(MqttSession& session, const Event& event) {
  const bool open = session.phase == Phase::kConnected || session.phase == Phase::kLeaving;
  if (const auto* end = std::get_if<domain::EndConnection>(&event.event)) {
    if (!open) return {};
    return close_now(session, fmt::format("the hub ended it: {}", to_string(end->reason)));
  }
  const auto* record = std::get_if<domain::DeliverRecord>(&event.event);
  if (record == nullptr || session.phase != Phase::kConnected) return {};
  return deliver(session, *record);
}

}  // namespace berth::dialects::cloudplugs
