// rooms: dialects
// A connected Tencent device. Each line is a packet (`S` + filter, `U` + filter, `D`, `A` + tag, or
// a topic with the payload after a tab), an answer to the oldest open command (`<`, refused with
// anything behind it) or an event (`!` + text). Whatever comes, what goes out is well-formed, in
// the order of the requests, and about this device or one that is bound to it.
#include "base/check.h"
#include "base/codec.h"
#include "dialects/tencent/mqtt_step.h"
#include "input_text.h"

#include <boost/json.hpp>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <deque>

namespace berth {
namespace {

using dialects::StepResult;
using fuzz::next_line;

constexpr std::string_view kDevice = "S3EUVBRJLBdev1";
constexpr std::string_view kBound = "SUBPROD001sub1";

bool is_object(std::string_view text) {
  boost::json::error_code error;
  const auto value = boost::json::parse({text.data(), text.size()}, error);
  return !error && value.is_object();
}

domain::HubResult refusal(std::size_t turn) {
  domain::HubRefused refused;
  refused.reason = domain::kReasons[turn % std::size(domain::kReasons)];
  return refused;
}

struct ResultFor {
  domain::HubResult operator()(const domain::ConnectDevice&) const {
    domain::DeviceConnected connected;
    connected.device = domain::DeviceId::trusted(std::string(kDevice));
    connected.topics = {{"event", true, false}, {"control", false, true}, {"data", true, true}};
    return connected;
  }
  domain::HubResult operator()(const domain::ReadTwin&) const {
    domain::TwinRead read;
    read.twin.desired.document = R"({"a":1,"b":{"c":[1]}})";
    read.twin.reported.document = R"({"b":{"c":[2]}})";
    return read;
  }
  domain::HubResult operator()(const domain::PatchReported&) const {
    return domain::ReportedPatched{7};
  }
  domain::HubResult operator()(const domain::ListBound&) const {
    return domain::BoundDevices{{domain::DeviceId::trusted(std::string(kBound))}};
  }
  template <class Other>
  domain::HubResult operator()(const Other&) const {
    return domain::HubDone{};
  }
};

struct CommandCheck {
  void operator()(const domain::SendTelemetry& command) const {
    BERTH_CHECK((command.of_device.empty() || command.of_device == kBound) && "of a bound device");
    BERTH_CHECK((command.message.properties.size() == 1) && "its topic");
    BERTH_CHECK((base::is_utf8(command.message.properties[0].value.value_or(""))) && "text");
  }
  void operator()(const domain::PatchReported& command) const {
    BERTH_CHECK((is_object(command.patch)) && "a patch is an object");
  }
  void operator()(const domain::AnswerMethod& command) const {
    boost::json::error_code error;
    if (!command.payload.empty()) boost::json::parse(command.payload, error);
    BERTH_CHECK((!error) && "operators are given JSON");
    BERTH_CHECK((command.request.size() <= 64) && "bounded");
  }
  void operator()(const domain::Subscribe& command) const {
    BERTH_CHECK((!command.subscriptions.empty()) && "no empty command");
    for (const domain::Subscription& each : command.subscriptions) {
      BERTH_CHECK((each.qos <= 1) && "QoS 2 is granted 1");
      BERTH_CHECK((each.filter.find("S3EUVBRJLB/dev1") != std::string::npos) && "its own");
    }
  }
  void operator()(const domain::BindDevice& command) const {
    const auto& proof = std::get<domain::SignedText>(command.claim.evidence);
    BERTH_CHECK((proof.texts.size() == 1 &&
                 proof.texts[0].starts_with(command.claim.registration_id + ";")) &&
                "signed for that device");
    BERTH_CHECK((command.claim.registration_id.size() <= 74) && "bounded");
  }
  void operator()(const domain::UnbindDevice& command) const {
    BERTH_CHECK((command.device.size() > 10 && command.device.size() <= 74) && "bounded");
  }
  void operator()(const domain::ReportMisuse& command) const {
    BERTH_CHECK((command.received.size() < 300 && command.expected.size() < 300) &&
                "what a trail says is bounded");
    BERTH_CHECK((base::is_utf8(command.received)) && "and text");
  }
  template <class Other>
  void operator()(const Other&) const {}
};

class Connection {
 public:
  Connection() { peer_.transport = wire::Transport::kMqttPlain; }

  void send(wire::Request request) {
    if (const auto* packet = std::get_if<wire::MqttPublish>(&request)) {
      if (packet->qos == 1 && !closed_) owed_.push_back(packet->packet_id);
    }
    take(step(dialects::Arrival{std::move(request), {}, "request"}));
  }

  void answer(bool refused) {
    if (open_.empty()) return;
    dialects::Command command = std::move(open_.front());
    open_.pop_front();
    const auto& asked = std::get<dialects::Operate>(command.body).command;
    domain::HubResult result = refused ? refusal(turn_) : std::visit(ResultFor{}, asked);
    ++turn_;
    take(step(dialects::Answer{std::move(result), std::move(command.correlation)}));
  }

  void tell(std::string_view text) { take(step(dialects::Event{event_of(text), {}})); }

 private:
  StepResult step(dialects::Input input) {
    return dialects::tencent::mqtt_step(peer_, session_, std::move(input));
  }

  domain::HubEvent event_of(std::string_view text) {
    if (text.starts_with('d')) return domain::DesiredChanged{turn_, std::string(text.substr(1))};
    if (text.starts_with('m')) {
      return domain::CallMethod{"1a", std::string(text.substr(1)), R"({"p":1})"};
    }
    if (text.starts_with('e')) return domain::EndConnection{};
    domain::DeliverMessage event;
    event.delivery = ++turn_;
    event.redelivered = text.size() % 2 == 0;
    event.message.device = domain::DeviceId::trusted(std::string(kDevice));
    event.message.message.body = text;
    if (text.size() > 4) {
      event.message.message.properties = {{"topic", std::string(text)}, {"null", {}}};
    }
    return event;
  }

  void take(StepResult result) {
    for (const wire::Action& action : result.actions) check(action);
    for (dialects::Command& command : result.commands) {
      std::visit(CommandCheck{}, std::get<dialects::Operate>(command.body).command);
      open_.push_back(std::move(command));
    }
  }

  void check(const wire::Action& action) {
    BERTH_CHECK((!closed_) && "nothing after the end");
    BERTH_CHECK((!std::holds_alternative<wire::HttpResponse>(action)) && "no response over MQTT");
    if (const auto* connack = std::get_if<wire::MqttConnack>(&action)) {
      closed_ = connack->code != wire::MqttConnectCode::kAccepted;
    }
    if (const auto* puback = std::get_if<wire::MqttPuback>(&action)) {
      BERTH_CHECK((!owed_.empty() && owed_.front() == puback->packet_id) && "PUBACKs in order");
      owed_.pop_front();
    }
    if (std::holds_alternative<wire::Close>(action)) closed_ = true;
    if (const auto* message = std::get_if<wire::MqttPublish>(&action)) check_publish(*message);
  }

  void check_publish(const wire::MqttPublish& message) {
    const std::string_view topic = message.topic;
    BERTH_CHECK((topic.find("S3EUVBRJLB/dev1") != std::string_view::npos ||
                 topic.find("SUBPROD001/sub1") != std::string_view::npos) &&
                "a topic of this device or a bound one");
    BERTH_CHECK((topic.size() <= 65'535 && base::is_utf8(topic)) && "topics are bounded text");
    BERTH_CHECK((topic.find_first_of("#+") == std::string_view::npos) && "no wildcard in a topic");
    BERTH_CHECK((message.qos <= 1 && !message.retain) && "QoS 1 at most");
    BERTH_CHECK((!message.duplicate || message.qos == 1) && "no duplicate of QoS 0");
    if (topic.starts_with('$') && !topic.starts_with("$rrpc/")) {
      BERTH_CHECK((is_object(message.payload)) && "every answer is a JSON object");
    }
    if (topic.starts_with("$gateway/")) {
      BERTH_CHECK((message.payload.size() <= 8'192) && "answers to gateways are short");
    }
  }

  wire::Peer peer_;
  dialects::Session session_;
  std::deque<dialects::Command> open_;
  std::deque<std::uint16_t> owed_;
  std::size_t turn_ = 0;
  bool closed_ = false;
};

wire::Request packet_of(std::string_view line, std::uint16_t id) {
  const std::string rest(line.empty() ? line : line.substr(1));
  // Topics of devices begin with S and U, too: a packet of another kind has a space behind it.
  if (line.starts_with("S ")) return wire::MqttSubscribe{id, {{rest.substr(1), 2}}};
  if (line.starts_with("U ")) return wire::MqttUnsubscribe{id, {rest.substr(1)}};
  if (line.starts_with("A ")) return wire::MqttDelivered{static_cast<std::uint16_t>(rest.size())};
  if (line == "D") return wire::MqttDisconnect{};
  wire::MqttPublish packet;
  const std::size_t tab = line.find('\t');
  packet.topic = line.substr(0, tab);
  if (tab != std::string_view::npos) packet.payload = line.substr(tab + 1);
  packet.qos = static_cast<std::uint8_t>(packet.payload.size() % 17 == 16 ? 2 : line.size() % 2);
  packet.packet_id = packet.qos == 0 ? std::uint16_t{0} : id;
  return packet;
}

// As the codec lets it through: topics are text, payloads are bytes.
std::string line_of(std::string_view line) {
  const std::size_t tab = std::min(line.find('\t'), line.size());
  const std::string_view topic = line.substr(0, tab);
  return (base::is_utf8(topic) ? std::string(topic) : base::printable(topic, topic.size())) +
         std::string(line.substr(tab));
}

int run(std::string_view text) {
  Connection connection;
  wire::MqttConnect connect;
  connect.client_id = kDevice;
  connect.user_name = std::string(kDevice) + ";21010406;rfozK;9223372036854775807";
  connection.send(std::move(connect));
  connection.answer(false);
  std::uint16_t id = 0;
  for (int lines = 0; lines < 64 && !text.empty(); ++lines) {
    const std::string line = line_of(next_line(text));
    if (line.starts_with('<')) {
      connection.answer(line.size() > 1);
    } else if (line.starts_with('!')) {
      // What operators send is text.
      connection.tell(base::is_utf8(line) ? std::string_view(line).substr(1) : "data");
    } else {
      connection.send(packet_of(line, ++id));
    }
  }
  return 0;
}

}  // namespace
}  // namespace berth

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  return berth::run({reinterpret_cast<const char*>(data), size});
}
