// rooms: dialects
// The DPS dialect over MQTT. The first line is the user name, the second the password, each other
// line a packet: `S` + filter, `U` + filter, `D`, or a topic, with the payload after a tab.
// Whatever comes, answers go to well-formed topics with JSON in them, after the PUBACK, one for a
// request.
#include "base/check.h"
#include "base/codec.h"
#include "dialects/azure_dps/azure_dps.h"
#include "input_text.h"

#include <boost/json.hpp>

#include <cstddef>
#include <cstdint>

namespace berth {
namespace {

using dialects::StepResult;
using fuzz::next_line;

domain::Outcome outcome_for(const domain::ProvisioningCommand& command, std::size_t turn) {
  domain::Outcome outcome;
  outcome.trail_id = "trail";
  if (turn % 5 == 4) {
    const auto count = std::size(domain::kReasons);
    outcome.result = domain::Refused{domain::kReasons[turn % count], std::chrono::seconds(turn)};
  } else if (std::holds_alternative<domain::Authenticate>(command)) {
    outcome.result = domain::Authenticated{};
  } else {
    domain::Registration registration;
    registration.operation_id = "4.x";
    registration.status = static_cast<domain::RegistrationStatus>(turn % 5);
    outcome.result = domain::CurrentState{registration};
  }
  return outcome;
}

void check_publish(const wire::MqttPublish& message) {
  BERTH_CHECK((message.topic.starts_with("$dps/registrations/res/")) && "answers have their place");
  BERTH_CHECK((message.topic.find("/?$rid=") != std::string::npos) && "the request id comes first");
  BERTH_CHECK((message.topic.find_first_of("#+\n") == std::string::npos) &&
              "no wildcard in a topic");
  BERTH_CHECK((base::is_utf8(message.topic) && message.topic.size() < 400) &&
              "topics are bounded text");
  boost::json::error_code error;
  const auto body = boost::json::parse(message.payload, error);
  BERTH_CHECK((!error && body.is_object()) && "every answer is a JSON object");
  BERTH_CHECK((message.qos <= 1 && !message.retain) && "answers are QoS 1 at most");
}

class Connection {
 public:
  explicit Connection(wire::Peer peer)
      : dialect_(dialects::azure_dps::make_azure_dps()), peer_(std::move(peer)) {}

  bool claims(const wire::Request& request) const { return dialect_->claims(peer_, request); }

  void send(wire::Request request) {
    const auto* publish = std::get_if<wire::MqttPublish>(&request);
    const bool acknowledged = publish != nullptr && publish->qos > 0;
    StepResult result =
        dialect_->step(peer_, session_, dialects::Arrival{std::move(request), {}, "request"});
    BERTH_CHECK((result.commands.size() <= 1) && "one command for a packet");
    std::size_t answers = check(result, acknowledged);
    for (dialects::Command& command : result.commands) {
      const auto& provision = std::get<dialects::Provision>(command.body);
      domain::Outcome outcome = outcome_for(provision.command, turn_++);
      answers += check(
          dialect_->step(peer_, session_,
                         dialects::Answer{std::move(outcome), std::move(command.correlation)}),
          acknowledged);
    }
    BERTH_CHECK((answers <= 1) && "one answer for a request");
  }

 private:
  std::size_t check(const StepResult& result, bool acknowledged) {
    std::size_t answers = 0;
    for (const wire::Action& action : result.actions) {
      BERTH_CHECK((!std::holds_alternative<wire::HttpResponse>(action)) && "no response over MQTT");
      if (std::holds_alternative<wire::MqttPuback>(action)) {
        BERTH_CHECK((acknowledged && answers == 0) && "PUBACK comes before the answer");
      }
      if (const auto* connack = std::get_if<wire::MqttConnack>(&action)) {
        BERTH_CHECK((!connack->session_present) && "no session is ever present");
      }
      if (const auto* message = std::get_if<wire::MqttPublish>(&action)) {
        check_publish(*message);
        ++answers;
      }
    }
    return answers;
  }

  std::unique_ptr<dialects::Dialect> dialect_;
  wire::Peer peer_;
  dialects::Session session_;
  std::size_t turn_ = 0;
};

wire::Request packet_of(std::string_view line) {
  const std::string rest(line.empty() ? line : line.substr(1));
  if (line.starts_with('S')) return wire::MqttSubscribe{1, {{rest, 2}, {rest, 0}}};
  if (line.starts_with('U')) return wire::MqttUnsubscribe{2, {rest}};
  if (line == "D") return wire::MqttDisconnect{};
  wire::MqttPublish packet;
  const std::size_t tab = line.find('\t');
  packet.topic = line.substr(0, tab);
  if (tab != std::string_view::npos) packet.payload = line.substr(tab + 1);
  packet.qos = static_cast<std::uint8_t>(packet.topic.size() % 3);
  packet.packet_id = packet.qos == 0 ? 0 : 7;
  return packet;
}

int run(std::string_view text) {
  wire::Peer peer;
  peer.transport = wire::Transport::kMqtt;
  Connection connection(peer);
  wire::MqttConnect connect;
  connect.user_name = std::string(next_line(text));
  connect.client_id = "device-01";
  connect.password = Secret::from_text(next_line(text));
  wire::Request opening = std::move(connect);
  if (!connection.claims(opening)) return 0;
  connection.send(std::move(opening));
  for (int packets = 0; packets < 32 && !text.empty(); ++packets) {
    connection.send(packet_of(next_line(text)));
  }
  return 0;
}

}  // namespace
}  // namespace berth

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return berth::run({reinterpret_cast<const char*>(data), size});
}
