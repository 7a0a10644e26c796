// Who connects: a device with its own password, or nobody yet, to enrol.
#include "base/codec.h"
#include "dialects/cloudplugs/credentials.h"
#include "dialects/cloudplugs/enroll_request.h"
#include "dialects/cloudplugs/json_in.h"
#include "dialects/cloudplugs/mqtt_step.h"
#include "dialects/cloudplugs/mqtt_steps.h"
#include "dialects/cloudplugs/mqtt_topics.h"
#include "dialects/cloudplugs/plug_id.h"
#include "dialects/cloudplugs/reason_table.h"
#include "dialects/cloudplugs/record_text.h"

#include <utility>

namespace berth::dialects::cloudplugs {
namespace {

constexpr std::size_t kSerialBytesMax = 256;

domain::Evidence password_of(const wire::MqttConnect& packet) {
  if (!packet.password) return domain::NoEvidence{};
  const std::string_view text = packet.password->text();
  if (text.size() > kPasswordBytesMax) return domain::MalformedEvidence{"a password too long"};
  domain::Password password;
  password.text = secret_of(text);
  return password;
}

// A last will on a data topic of its own is an event like those of records, but no record: nobody
// is there any more to whom a refusal could be told. Any other is passed over.
std::optional<domain::Message> will_of(const wire::MqttConnect& packet, std::string_view device) {
  if (!packet.will) return std::nullopt;
  const std::optional<PublishTopic> topic = parse_publish_topic(packet.will->topic);
  if (!topic || topic->kind != MqttTopic::kData) return std::nullopt;
  if (!topic->device.empty() && topic->device != device) return std::nullopt;
  const Result<PublishRequest> read =
      read_publish(packet.will->payload, topic->channel, IfNoJson::kIsText);
  if (!read || read->records.records.size() != 1) return std::nullopt;
  const domain::NewRecord& record = read->records.records.front();
  domain::Message message;
  message.content_type = "application/json";
  message.properties.push_back({"channel", record.channel});
  message.body = record.data;
  if (domain::size_of(message) > domain::kDeviceMessageBytesMax) return std::nullopt;
  return message;
}

domain::Claim enrollment_claim(const EnrollTopic& topic, const std::string& client_id) {
  const std::string serial = topic.controller ? std::string(topic.serial) : client_id;
  if (serial.empty()) return malformed_claim("the client id, which is the serial, is empty");
  if (serial.size() > kSerialBytesMax) return malformed_claim("the serial is too long");
  if (topic.password.size() > kPasswordBytesMax) return malformed_claim("the password is too long");
  const Enrollment enrollment{topic.model, serial};
  // A controller's own serial is never sent.
  return topic.controller ? controller_claim(enrollment, topic.password, {})
                          : thing_claim(enrollment, topic.password);
}

// Nothing of a filter is ever shown: there is a password in it.
StepResult enroll(const wire::Peer& peer, MqttSession& session, const wire::MqttSubscribe& packet) {
  if (packet.subscriptions.size() != 1) {
    return close_now(session, "no credentials, and more than one filter");
  }
  const std::string& filter = packet.subscriptions.front().filter;
  const std::optional<EnrollTopic> topic = parse_enroll_topic(filter);
  if (!topic) return close_now(session, "no credentials, and a filter that is no enrolment");
  domain::Claim claim = enrollment_claim(*topic, session.serial);
  say_where_from(claim, peer, {}, session.serial);
  session.phase = MqttSession::Phase::kEnrolling;
  MqttPending pending;
  pending.what = MqttPending::What::kEnroll;
  pending.topic = filter;
  StepResult result;
  result.actions.push_back(wire::MqttSuback{packet.packet_id, {0}});
  result.commands.push_back({Provision{domain::Register{std::move(claim)}}, std::move(pending)});
  return result;
}

}  // namespace

bool claims_connect(const wire::MqttConnect& packet) {
  if (!packet.user_name) return !packet.password;
  return parse_device_id(*packet.user_name).has_value();
}

StepResult on_mqtt_connect(const wire::Peer& peer, Session& session,
                           const wire::MqttConnect& packet) {
  MqttSession state;
  StepResult result;
  if (!packet.user_name) {
    state.phase = MqttSession::Phase::kAnonymous;
    state.serial = packet.client_id.substr(0, kSerialBytesMax + 1);
    session.state = std::move(state);
    wire::MqttConnack connack;
    connack.lifetime_seconds_max = kAnonymousSecondsMax;
    result.actions.push_back(connack);
    return result;
  }
  domain::ConnectDevice command;
  command.claim.registration_id = parse_device_id(*packet.user_name).value_or("");
  command.claim.membership = domain::Membership{};
  command.claim.evidence = password_of(packet);
  say_where_from(command.claim, peer, {}, packet.client_id);
  command.will = will_of(packet, command.claim.registration_id);
  MqttPending pending;
  pending.what = MqttPending::What::kConnect;
  operate(result, std::move(command), std::move(pending));
  session.state = std::move(state);
  return result;
}

// By the code that REST has for it: nobody can be told more (§6.1).
wire::MqttConnectCode connect_code_for(domain::Reason reason) {
  const int code = data_failure(reason).code;
  if (code == 401 || code == 400) return wire::MqttConnectCode::kBadUserNameOrPassword;
  if (code < 500) return wire::MqttConnectCode::kNotAuthorized;
  return wire::MqttConnectCode::kServerUnavailable;
}

StepResult on_anonymous(const wire::Peer& peer, MqttSession& session,
                        const wire::Request& request) {
  if (std::holds_alternative<wire::MqttDisconnect>(request)) {
    session.phase = MqttSession::Phase::kEnded;
    return {};
  }
  const auto* subscribe = std::get_if<wire::MqttSubscribe>(&request);
  const bool may = session.phase == MqttSession::Phase::kAnonymous;
  if (subscribe != nullptr && may) return enroll(peer, session, *subscribe);
  return close_now(session, "no credentials, and something else than one enrolment");
}

}  // namespace berth::dialects::cloudplugs
