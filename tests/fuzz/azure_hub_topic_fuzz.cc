// rooms: dialects
// The hub dialect over MQTT. The first line is the user name, the second the password, the third
// the will's topic (empty: none), each other line a packet (`S` + filter, `U` + filter, `D`, `A` +
// tag, or a topic with the payload after a tab), an answer to the oldest open command (`<`) or an
// event
// (`!` + text). Whatever comes, what goes out is well-formed, in the order of the requests, and is
// for this device.
#include "base/check.h"
#include "base/codec.h"
#include "dialects/azure_hub/azure_hub.h"
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

domain::HubResult refusal(std::size_t turn) {
  domain::HubRefused refused;
  refused.reason = domain::kReasons[turn % std::size(domain::kReasons)];
  refused.detail = turn % 2 == 0 ? "a \"detail\"" : "";
  return refused;
}

struct ResultFor {
  std::string device;

  domain::HubResult operator()(const domain::ConnectDevice&) const {
    domain::DeviceConnected connected;
    connected.device = domain::DeviceId::trusted(device);
    return connected;
  }
  domain::HubResult operator()(const domain::ReadTwin&) const {
    domain::TwinRead read;
    read.twin.desired.document = R"({"a":1})";
    return read;
  }
  domain::HubResult operator()(const domain::PatchReported&) const {
    return domain::ReportedPatched{7};
  }
  template <class Other>
  domain::HubResult operator()(const Other&) const {
    return domain::HubDone{};
  }
};

struct CommandCheck {
  void operator()(const domain::ConnectDevice& command) const {
    BERTH_CHECK((command.claim.registration_id.size() <= 512) && "ids are bounded");
    BERTH_CHECK((command.model_id.size() <= 1024 && base::is_utf8(command.model_id)) &&
                "a model id is bounded text");
    BERTH_CHECK((command.claim.host.size() <= 255 && command.claim.client.size() <= 256) &&
                "names are bounded");
    if (command.will) (*this)(domain::SendTelemetry{*command.will});
  }
  void operator()(const domain::SendTelemetry& command) const {
    const domain::Message& message = command.message;
    BERTH_CHECK((message.properties.size() <= 1002) && "properties are bounded");
    BERTH_CHECK((base::is_utf8(message.id) && base::is_utf8(message.content_type)) && "text");
    for (const domain::Property& each : message.properties) {
      BERTH_CHECK((base::is_utf8(each.name) && base::is_utf8(each.value.value_or(""))) && "text");
    }
  }
  void operator()(const domain::Subscribe& command) const {
    BERTH_CHECK((!command.subscriptions.empty()) && "no empty command");
    for (const domain::Subscription& each : command.subscriptions) {
      BERTH_CHECK((each.qos <= 1) && "QoS 2 is granted 1");
    }
  }
  void operator()(const domain::ReportMisuse& command) const {
    BERTH_CHECK((command.received.size() < 300 && command.expected.size() < 800) &&
                "what a trail says is bounded");
    BERTH_CHECK((base::is_utf8(command.received)) && "and text");
  }
  template <class Other>
  void operator()(const Other&) const {}
};

class Connection {
 public:
  explicit Connection(std::string device)
      : dialect_(dialects::azure_hub::make_azure_hub()), device_(std::move(device)) {
    peer_.transport = wire::Transport::kMqtt;
  }

  bool claims(const wire::Request& request) const { return dialect_->claims(peer_, request); }

  void send(wire::Request request) {
    if (const auto* packet = std::get_if<wire::MqttPublish>(&request)) {
      if (packet->qos == 1 && !closed_) owed_.push_back(packet->packet_id);
    }
    take(dialect_->step(peer_, session_, dialects::Arrival{std::move(request), {}, "request"}));
  }

  void answer(bool refused) {
    if (open_.empty()) return;
    dialects::Command command = std::move(open_.front());
    open_.pop_front();
    const auto& asked = std::get<dialects::Operate>(command.body).command;
    domain::HubResult result = refused ? refusal(turn_) : std::visit(ResultFor{device_}, asked);
    ++turn_;
    take(dialect_->step(peer_, session_,
                        dialects::Answer{std::move(result), std::move(command.correlation)}));
  }

  void tell(std::string_view text) {
    take(dialect_->step(peer_, session_, dialects::Event{event_of(text), {}}));
  }

 private:
  domain::HubEvent event_of(std::string_view text) {
    if (text.starts_with('d')) return domain::DesiredChanged{turn_, std::string(text.substr(1))};
    if (text.starts_with('m')) return domain::CallMethod{"1", std::string(text.substr(1)), "{}"};
    if (text.starts_with('e')) return domain::EndConnection{};
    domain::DeliverMessage event;
    event.delivery = ++turn_;
    event.redelivered = text.size() % 2 == 0;
    event.message.device = domain::DeviceId::trusted(device_);
    event.message.message.id = text;
    event.message.message.properties = {{std::string(text), std::string(text)}, {"null", {}}};
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
      const auto code = static_cast<int>(connack->code);
      BERTH_CHECK((code == 0 || code == 3 || code == 5) && "no code that ends a client for ever");
      closed_ = code != 0;
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
    const bool for_device =
        topic.starts_with("devices/" + device_ + "/messages/devicebound/%24.to");
    BERTH_CHECK((for_device || topic.starts_with("$iothub/twin/res/") ||
                 topic.starts_with("$iothub/methods/POST/") ||
                 topic.starts_with("$iothub/twin/PATCH/properties/desired/?$version=")) &&
                "a topic of the table");
    BERTH_CHECK((topic.size() <= 65'535 && base::is_utf8(topic)) && "topics are bounded text");
    BERTH_CHECK((topic.find_first_of(std::string_view("#+\0\n", 4)) == std::string::npos ||
                 device_.find_first_of("#+") != std::string::npos) &&
                "no wildcard in a topic");
    BERTH_CHECK((message.qos <= 1 && !message.retain) && "QoS 1 at most");
    BERTH_CHECK((!message.duplicate || message.qos == 1) && "no duplicate of QoS 0");
    if (topic.starts_with("$iothub/twin/res/") && !message.payload.empty()) {
      boost::json::error_code error;
      const auto body = boost::json::parse(message.payload, error);
      BERTH_CHECK((!error && body.is_object()) && "every answer is a JSON object");
      BERTH_CHECK((topic.find("/?$rid=") != std::string::npos) && "the request id comes first");
    }
  }

  std::unique_ptr<dialects::Dialect> dialect_;
  std::string device_;
  wire::Peer peer_;
  dialects::Session session_;
  std::deque<dialects::Command> open_;
  std::deque<std::uint16_t> owed_;
  std::size_t turn_ = 0;
  bool closed_ = false;
};

wire::Request packet_of(std::string_view line, std::uint16_t id) {
  const std::string rest(line.empty() ? line : line.substr(1));
  if (line.starts_with('S')) return wire::MqttSubscribe{id, {{rest, 2}, {rest, 1}}};
  if (line.starts_with('U')) return wire::MqttUnsubscribe{id, {rest}};
  if (line.starts_with('A')) return wire::MqttDelivered{static_cast<std::uint16_t>(rest.size())};
  if (line == "D") return wire::MqttDisconnect{};
  wire::MqttPublish packet;
  const std::size_t tab = line.find('\t');
  packet.topic = line.substr(0, tab);
  if (tab != std::string_view::npos) packet.payload = line.substr(tab + 1);
  packet.qos = static_cast<std::uint8_t>(packet.payload.size() % 7 == 6 ? 2 : line.size() % 2);
  packet.retain = packet.payload.size() % 3 == 2;
  packet.packet_id = packet.qos == 0 ? std::uint16_t{0} : id;
  return packet;
}

// As the codec lets it through.
std::string text_of(std::string_view line) {
  return base::is_utf8(line) ? std::string(line) : base::printable(line, line.size());
}

int run(std::string_view text) {
  wire::MqttConnect connect;
  connect.user_name = text_of(next_line(text));
  connect.password = Secret::from_text(next_line(text));
  const std::string will = text_of(next_line(text));
  if (!will.empty()) connect.will = wire::MqttWill{will, "gone", 1, true};
  const std::size_t slash = connect.user_name->find('/');
  const std::string rest = slash == std::string::npos ? "" : connect.user_name->substr(slash + 1);
  connect.client_id = rest.substr(0, rest.find("/?"));
  connect.clean_session = will.size() % 2 == 0;
  Connection connection(connect.client_id);
  wire::Request opening = std::move(connect);
  if (!connection.claims(opening)) return 0;
  connection.send(std::move(opening));
  std::uint16_t id = 0;
  for (int lines = 0; lines < 64 && !text.empty(); ++lines) {
    const std::string line = text_of(next_line(text));
    if (line.starts_with('<')) {
      connection.answer(line.size() > 1);
    } else if (line.starts_with('!')) {
      connection.tell(std::string_view(line).substr(1));
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
