#include "dialects/azure_hub/bodies.h"
#include "dialects/azure_hub/names.h"
#include "dialects/azure_hub/reason_table.h"
#include "dialects/azure_hub/steps.h"

#include <fmt/format.h>

namespace berth::dialects::azure_hub {
namespace {

using domain::HubRefused;
using domain::HubResult;

// The service's cap on silence, whatever keep-alive a client asks for (§2.2).
constexpr std::uint32_t kIdleSecondsMax = 1'767;

// The refusal in an answer, or nothing when it is what the command promises.
template <class Expected>
std::optional<HubRefused> refusal_in(const HubResult& result) {
  if (std::holds_alternative<Expected>(result)) return std::nullopt;
  if (const auto* refused = std::get_if<HubRefused>(&result)) return *refused;
  return HubRefused{};
}

wire::Actions close_for(std::string_view what, const HubRefused& refused) {
  return {wire::Close{fmt::format("{}: {}", what, to_string(refused.reason))}};
}

StepResult connack(HubSession& session, const HubResult& result) {
  const auto* connected = std::get_if<domain::DeviceConnected>(&result);
  wire::MqttConnack packet;
  if (connected == nullptr) {
    session.phase = HubSession::Phase::kEnded;
    packet.code = connect_code_for(refusal_in<domain::DeviceConnected>(result)->reason);
  } else {
    session.phase = HubSession::Phase::kConnected;
    session.device = connected->device.text();
    for (const domain::Subscription& each : connected->restored) {
      session.granted_for(each.channel) = each.qos;
    }
    packet.session_present = connected->session_present;
    packet.idle_seconds_max = kIdleSecondsMax;
  }
  StepResult step;
  step.actions.push_back(packet);
  return step;
}

wire::MqttPublish twin_reply(HubSession& session, std::string topic, std::string body) {
  // Also to a client that never subscribed: some count on a session of before (§0.1).
  wire::MqttPublish reply;
  reply.topic = std::move(topic);
  reply.payload = std::move(body);
  reply.qos = session.granted_for(domain::Channel::kReplies).value_or(0);
  return reply;
}

wire::MqttPublish refuse_twin(HubSession& session, const HubRefused& refused,
                              const Pending& pending) {
  const Fault fault = fault_for(refused.reason);
  ErrorBody body;
  body.code = fault.code;
  body.message = refused.detail.empty() ? std::string(fault.message) : refused.detail;
  body.tracking_id = refused.tracking_id.empty() ? pending.request_id : refused.tracking_id;
  body.at = refused.at;
  return twin_reply(session, twin_answer_topic(fault.status(), pending.rid), error_body(body));
}

wire::MqttPublish read_reply(HubSession& session, const HubResult& result, const Pending& pending) {
  const auto* read = std::get_if<domain::TwinRead>(&result);
  if (read == nullptr) {
    return refuse_twin(session, *refusal_in<domain::TwinRead>(result), pending);
  }
  return twin_reply(session, twin_answer_topic(200, pending.rid), twin_body(read->twin));
}

wire::MqttPublish patch_reply(HubSession& session, const HubResult& result,
                              const Pending& pending) {
  const auto* patched = std::get_if<domain::ReportedPatched>(&result);
  if (patched == nullptr) {
    return refuse_twin(session, *refusal_in<domain::ReportedPatched>(result), pending);
  }
  // No byte of body: clients parse what there is (§8.4).
  return twin_reply(session, twin_answer_topic(204, pending.rid, patched->version), "");
}

// What a place in the line is filled with.
wire::Actions actions_for(HubSession& session, const HubResult& result, const Pending& pending) {
  wire::Actions actions;
  if (pending.qos > 0) actions.push_back(wire::MqttPuback{pending.packet_id});
  switch (pending.what) {
    case Pending::What::kTelemetry: {
      // Not stored, so not acknowledged: the client sends it again when it is back.
      const auto refused = refusal_in<domain::HubDone>(result);
      return refused ? close_for("telemetry was not stored", *refused) : actions;
    }
    case Pending::What::kSubscribe: {
      const auto refused = refusal_in<domain::HubDone>(result);
      if (refused) return close_for("a subscription was not stored", *refused);
      return {wire::MqttSuback{pending.packet_id, pending.codes}};
    }
    case Pending::What::kUnsubscribe: {
      const auto refused = refusal_in<domain::HubDone>(result);
      if (refused) return close_for("an unsubscription was not stored", *refused);
      return {wire::MqttUnsuback{pending.packet_id}};
    }
    case Pending::What::kReadTwin:
      actions.push_back(read_reply(session, result, pending));
      return actions;
    case Pending::What::kPatchReported:
      actions.push_back(patch_reply(session, result, pending));
      return actions;
    case Pending::What::kAnswerMethod:
      // Nobody may wait for it any more; that is no fault of the device.
      return actions;
    case Pending::What::kEnd:
      return {wire::Close{pending.why}};
    case Pending::What::kConnect:
    case Pending::What::kNothing:
      break;
  }
  return {};
}

}  // namespace

StepResult on_answer(Session& session, const Answer& answer) {
  auto* state = std::any_cast<HubSession>(&session.state);
  const auto* pending = std::any_cast<Pending>(&answer.correlation);
  if (state == nullptr || pending == nullptr || state->phase == HubSession::Phase::kEnded) {
    return {};
  }
  const HubResult trouble = HubRefused{};
  const auto* given = std::get_if<HubResult>(&answer.body);
  const HubResult& result = given == nullptr ? trouble : *given;
  if (pending->what == Pending::What::kConnect) {
    if (state->phase != HubSession::Phase::kConnecting) return {};
    return connack(*state, result);
  }
  if (pending->place == 0) return {};
  state->replies.fill(pending->place, actions_for(*state, result, *pending));
  StepResult step;
  step.actions = state->replies.take_ready();
  for (std::size_t i = 0; i < step.actions.size(); ++i) {
    if (!std::holds_alternative<wire::Close>(step.actions[i])) continue;
    state->phase = HubSession::Phase::kEnded;
    step.actions.resize(i + 1);
  }
  return step;
}

}  // namespace berth::dialects::azure_hub
