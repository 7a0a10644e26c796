#include "dialects/azure_dps/mqtt_api.h"

#include "base/codec.h"
#include "dialects/azure/mqtt_names.h"
#include "dialects/azure_dps/claims.h"
#include "dialects/azure_dps/device_registration.h"
#include "dialects/azure_dps/mqtt_names.h"

#include <algorithm>
#include <utility>

namespace berth::dialects::azure_dps {
namespace {

using wire::MqttConnectCode;

constexpr std::uint8_t kSubscriptionRefused = 0x80;
constexpr std::uint8_t kQosMax = 1;  // a QoS 2 subscription is granted 1 (§2.3)

struct MqttSession {
  enum class Phase { kProving, kConnected, kEnded } phase = Phase::kProving;
  domain::Claim claim;  // who this is and what was presented; payload stays empty
  ApiVersion version;
  std::optional<std::uint8_t> answers_qos;  // set while subscribed to kAnswerFilter
};

// What the answer needs of the packet. No credential and no payload.
struct MqttPending {
  Operation operation = Operation::kAuthenticate;
  std::string rid;
  std::string request_id;
  TimePoint at;
  bool acknowledged = false;  // the request was QoS 1 or 2
};

// The Java SDK publishes with QoS 0 and only then begins to wait; an answer that comes in between
// is lost and the SDK gives up after its time-out (provisioning-device-client 2.1.3,
// ContractAPIMqtt). A client that asked for no acknowledgement gets its answer no sooner than this.
constexpr std::chrono::milliseconds kUnacknowledgedPause{100};

StepResult act(wire::Action action) {
  StepResult result;
  result.actions.push_back(std::move(action));
  return result;
}

StepResult end(MqttSession& session, std::string why) {
  session.phase = MqttSession::Phase::kEnded;
  return act(wire::Close{std::move(why)});
}

StepResult refuse_connect(Session& session, MqttConnectCode code) {
  MqttSession ended;
  ended.phase = MqttSession::Phase::kEnded;
  session.state = std::move(ended);
  return act(wire::MqttConnack{false, code});
}

// Answers go out with the QoS granted: 1 for every SDK, which .NET insists on (§9.7).
wire::MqttPublish publish(Reply reply, std::string_view rid, std::uint8_t qos) {
  wire::MqttPublish message;
  message.topic = answer_topic(reply.status, rid, reply.retry_after_seconds);
  message.payload = std::move(reply.body);
  message.qos = qos;
  return message;
}

StepResult answer_request(wire::MqttPublish message, bool acknowledged) {
  StepResult result;
  if (!acknowledged) result.actions.push_back(wire::Pause{kUnacknowledgedPause});
  result.actions.push_back(std::move(message));
  return result;
}

StepResult connect(const wire::Peer& peer, Session& session, const wire::MqttConnect& packet,
                   const Arrival& arrival) {
  std::optional<UserName> name = parse_user_name(packet.user_name.value_or(""));
  if (!name) return refuse_connect(session, MqttConnectCode::kBadUserNameOrPassword);

  MqttSession state;
  state.version = *std::move(name->version);
  state.claim =
      begin_claim(peer, std::move(name->scope), std::move(name->registration_id), "", name->client);
  if (base::equals_ignoring_case(packet.client_id, state.claim.registration_id)) {
    const std::optional<std::string_view> token =
        packet.password ? std::optional(packet.password->text()) : std::nullopt;
    state.claim.evidence = evidence_of(state.claim, peer, token);
  } else {
    // No SDK does this (§2.2). Passed on as unreadable proof: refused like any other, with a trail.
    state.claim.evidence =
        domain::MalformedEvidence{"the MQTT client id is not the registration id"};
  }
  StepResult result;
  result.commands.push_back(
      {Provision{domain::Authenticate{state.claim}},
       MqttPending{Operation::kAuthenticate, "", arrival.request_id, arrival.at}});
  session.state = std::move(state);
  return result;
}

StepResult subscribe(MqttSession& session, const wire::MqttSubscribe& packet) {
  wire::MqttSuback suback;
  suback.packet_id = packet.packet_id;
  for (const wire::MqttSubscription& each : packet.subscriptions) {
    if (each.filter != kAnswerFilter) {
      suback.codes.push_back(kSubscriptionRefused);
      continue;
    }
    session.answers_qos = std::min(each.qos, kQosMax);
    suback.codes.push_back(*session.answers_qos);
  }
  return act(std::move(suback));
}

StepResult unsubscribe(MqttSession& session, const wire::MqttUnsubscribe& packet) {
  for (const std::string& filter : packet.filters) {
    if (filter == kAnswerFilter) session.answers_qos.reset();
  }
  return act(wire::MqttUnsuback{packet.packet_id});
}

// The command for a request that reads well, else the fault to answer with.
Result<domain::ProvisioningCommand, Fault> command_for(const MqttSession& session,
                                                       const RequestTopic& topic,
                                                       std::string_view payload) {
  if (!topic.operation) return Fail(no_such_route());
  domain::Claim claim = session.claim;
  if (*topic.operation == Operation::kPoll) {
    // The payload of a poll is a blank, nothing, or the whole registration again (§2.4).
    if (topic.operation_id.empty()) return Fail(bad_request("The operationId is missing"));
    return domain::PollOperation{std::move(claim), topic.operation_id};
  }
  Result<DeviceRegistration, Fault> body = read_device_registration(payload, claim.registration_id);
  if (!body) return Fail(std::move(body).error());
  claim.payload = std::move(body->payload);
  claim.model = std::move(body->model);
  claim.certificate_request = std::move(body->certificate_request);
  return domain::Register{std::move(claim)};
}

StepResult request(MqttSession& session, const wire::MqttPublish& packet, const Arrival& arrival) {
  // MQTT 3.1.1 cannot refuse a PUBLISH. Where nobody would hear an answer, closing is the only
  // sign a developer can get.
  const std::optional<RequestTopic> topic = parse_request_topic(packet.topic);
  if (!topic) {
    return end(session, "a publish to " + base::printable(packet.topic, 80) + ", not a request");
  }
  if (!session.answers_qos) {
    return end(session, "a request before a subscription to " + std::string(kAnswerFilter));
  }
  StepResult result;
  // Before any answer: the .NET client waits for it (§2.3).
  if (packet.qos > 0) result.actions.push_back(wire::MqttPuback{packet.packet_id});
  Result<domain::ProvisioningCommand, Fault> command = command_for(session, *topic, packet.payload);
  if (!command) {
    Reply reply = reply_with(command.error(), arrival.request_id, arrival.at);
    StepResult refused =
        answer_request(publish(std::move(reply), topic->rid, *session.answers_qos), packet.qos > 0);
    for (wire::Action& action : refused.actions) result.actions.push_back(std::move(action));
    return result;
  }
  result.commands.push_back({Provision{*std::move(command)},
                             MqttPending{*topic->operation, std::string(topic->rid),
                                         arrival.request_id, arrival.at, packet.qos > 0}});
  return result;
}

StepResult connected(MqttSession& session, const Arrival& arrival) {
  if (const auto* packet = std::get_if<wire::MqttSubscribe>(&arrival.request)) {
    return subscribe(session, *packet);
  }
  if (const auto* packet = std::get_if<wire::MqttUnsubscribe>(&arrival.request)) {
    return unsubscribe(session, *packet);
  }
  if (const auto* packet = std::get_if<wire::MqttPublish>(&arrival.request)) {
    return request(session, *packet, arrival);
  }
  if (std::holds_alternative<wire::MqttDisconnect>(arrival.request)) {
    session.phase = MqttSession::Phase::kEnded;
    return {};
  }
  if (std::holds_alternative<wire::MqttDelivered>(arrival.request)) return {};
  return end(session, "a second CONNECT");
}

StepResult connack(MqttSession& session, const Answer& answer) {
  const auto* outcome = std::get_if<domain::Outcome>(&answer.body);
  // Session-present stays 0 whatever the client asked for (§2.2).
  wire::MqttConnack packet{false, MqttConnectCode::kServerUnavailable};
  if (outcome != nullptr && std::holds_alternative<domain::Authenticated>(outcome->result)) {
    packet.code = MqttConnectCode::kAccepted;
  } else if (outcome != nullptr && std::holds_alternative<domain::Refused>(outcome->result)) {
    packet.code = connect_code_for(std::get<domain::Refused>(outcome->result).reason);
  }
  const bool accepted = packet.code == MqttConnectCode::kAccepted;
  session.phase = accepted ? MqttSession::Phase::kConnected : MqttSession::Phase::kEnded;
  return act(packet);
}

}  // namespace

bool claims_mqtt(const wire::Request& request) {
  const auto* packet = std::get_if<wire::MqttConnect>(&request);
  return packet != nullptr && packet->user_name &&
         azure::is_provisioning_user_name(*packet->user_name);
}

StepResult mqtt_arrival(const wire::Peer& peer, Session& session, const Arrival& arrival) {
  auto* state = std::any_cast<MqttSession>(&session.state);
  const auto* packet = std::get_if<wire::MqttConnect>(&arrival.request);
  if (state == nullptr) {
    if (packet == nullptr) return act(wire::Close{"no CONNECT came first"});
    return connect(peer, session, *packet, arrival);
  }
  switch (state->phase) {
    case MqttSession::Phase::kProving:
      return end(*state, "a packet before the CONNACK");
    case MqttSession::Phase::kConnected:
      return connected(*state, arrival);
    case MqttSession::Phase::kEnded:
      return {};
  }
  return {};
}

StepResult mqtt_answer(Session& session, const Answer& answer) {
  auto* state = std::any_cast<MqttSession>(&session.state);
  const auto* pending = std::any_cast<MqttPending>(&answer.correlation);
  if (state == nullptr || pending == nullptr) return {};
  if (pending->operation == Operation::kAuthenticate) {
    if (state->phase != MqttSession::Phase::kProving) return {};
    return connack(*state, answer);
  }
  // Gone or no longer listening: the state is on disk, the device may ask again.
  if (state->phase != MqttSession::Phase::kConnected || !state->answers_qos) return {};
  const domain::Outcome trouble{domain::Refused{}, "", pending->at};
  const auto* outcome = std::get_if<domain::Outcome>(&answer.body);
  Reply reply = reply_to(outcome == nullptr ? trouble : *outcome, pending->operation,
                         state->version, pending->request_id);
  return answer_request(publish(std::move(reply), pending->rid, *state->answers_qos),
                        pending->acknowledged);
}

}  // namespace berth::dialects::azure_dps
