// rooms: dialects
// Topics and filters of CloudPlugs over MQTT. The first byte says who sends: a connected device or
// one without credentials; the rest is a topic, with a payload after a tab. Whatever comes, no
// enrolment's password reaches what is shown, what goes out is well-formed, and nobody without
// credentials gets further than one enrolment.
#include "base/check.h"
#include "base/codec.h"
#include "dialects/cloudplugs/mqtt_step.h"
#include "dialects/cloudplugs/mqtt_topics.h"

#include <boost/json.hpp>

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace berth {
namespace {

namespace cp = dialects::cloudplugs;
using dialects::StepResult;

constexpr std::string_view kDevice = "dev-588acc123945ec8436bde3c1";

struct Client {
  wire::Peer peer;
  dialects::Session session;

  StepResult send(wire::Request request) {
    return cp::mqtt_step(peer, session, dialects::Arrival{std::move(request), TimePoint(), "r"});
  }
  StepResult answer(StepResult& to, domain::HubResult result) {
    return cp::mqtt_step(
        peer, session,
        dialects::Answer{std::move(result), std::move(to.commands.at(0).correlation)});
  }
};

void check_actions(const wire::Actions& actions) {
  for (const wire::Action& action : actions) {
    const auto* packet = std::get_if<wire::MqttPublish>(&action);
    if (packet == nullptr || packet->payload.empty()) continue;
    boost::json::error_code error;
    const auto value = boost::json::parse(packet->payload, error);
    BERTH_CHECK(!error && value.is_object());
  }
}

void anonymous(const std::string& topic) {
  Client client;
  wire::MqttConnect connect;
  connect.client_id = "SN0001";
  BERTH_CHECK(cp::claims_connect(connect));
  client.send(std::move(connect));
  const auto enrolment = cp::parse_enroll_topic(topic);
  StepResult result = client.send(wire::MqttSubscribe{1, {{topic, 0}}});
  BERTH_CHECK(result.commands.size() == (enrolment ? 1U : 0U));
  check_actions(result.actions);
  if (!enrolment) {
    BERTH_CHECK(std::get<wire::Close>(result.actions.at(0)).why.starts_with("no credentials, "));
    return;
  }
  BERTH_CHECK(topic.ends_with(enrolment->password) && !enrolment->password.empty());
  BERTH_CHECK(enrolment->serial.find('/') == std::string_view::npos);
  BERTH_CHECK(std::holds_alternative<dialects::Provision>(result.commands[0].body));
  domain::Outcome outcome;
  outcome.result = domain::Refused{domain::Reason::kProofRejected};
  const StepResult told = cp::mqtt_step(
      client.peer, client.session,
      dialects::Answer{std::move(outcome), std::move(result.commands[0].correlation)});
  BERTH_CHECK(told.actions.size() == 1);
  BERTH_CHECK(std::get<wire::MqttPublish>(told.actions[0]).topic == topic);
  BERTH_CHECK(client.send(wire::MqttSubscribe{2, {{topic, 0}}}).commands.empty());
}

void connected(const std::string& topic, const std::string& payload) {
  for (const std::uint8_t qos : {std::uint8_t{0}, std::uint8_t{1}}) {
    Client client;
    wire::MqttConnect connect;
    connect.user_name = kDevice;
    StepResult first = client.send(std::move(connect));
    domain::DeviceConnected accepted;
    accepted.device = domain::DeviceId::trusted(std::string(kDevice));
    client.answer(first, std::move(accepted));
    StepResult watch = client.send(wire::MqttSubscribe{1, {{topic, qos}}});
    const auto enrolment = cp::parse_enroll_topic(topic);
    for (const dialects::Command& each : watch.commands) {
      const auto& command = std::get<dialects::Operate>(each.body).command;
      const auto* misuse = std::get_if<domain::ReportMisuse>(&command);
      BERTH_CHECK(misuse != nullptr || std::holds_alternative<domain::WatchRecords>(command));
      if (misuse == nullptr || !enrolment) continue;
      BERTH_CHECK(misuse->received == topic.substr(0, topic.find('/')) + "/…");
    }
    StepResult sent =
        client.send(wire::MqttPublish{.topic = topic,
                                      .payload = payload,
                                      .qos = qos,
                                      .packet_id = static_cast<std::uint16_t>(qos * 7)});
    check_actions(sent.actions);
    BERTH_CHECK(sent.commands.size() <= 1);
    if (sent.commands.empty()) continue;
    check_actions(client.answer(sent, domain::HubRefused{}).actions);
  }
}

}  // namespace
}  // namespace berth

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 2) return 0;
  const std::string_view text(reinterpret_cast<const char*>(data) + 1, size - 1);
  // As net hands them on.
  if (!berth::base::is_utf8(text) || text.find('\0') != std::string_view::npos) return 0;
  const std::size_t tab = text.find('\t');
  const std::string topic(text.substr(0, tab));
  if (topic.empty()) return 0;
  if (data[0] % 2 == 0) {
    berth::anonymous(topic);
  } else {
    berth::connected(topic, std::string(tab == std::string_view::npos ? "" : text.substr(tab + 1)));
  }
  return 0;
}
