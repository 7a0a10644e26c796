#include "dialects/tencent/mqtt_steps.h"

#include "base/codec.h"
#include "dialects/json_fields.h"
#include "domain/json_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace berth::dialects::tencent {
namespace {

constexpr std::size_t kShownBytesMax = 120;
constexpr std::size_t kTokenBytesMax = 256;
constexpr std::uint8_t kQosMax = 1;

const boost::json::value* find(const boost::json::object& object, std::string_view name) {
  return object.if_contains({name.data(), name.size()});
}

}  // namespace

void operate(StepResult& result, domain::HubCommand command, Pending pending) {
  result.commands.push_back({Operate{std::move(command)}, std::move(pending)});
}

Pending pending_of(const Incoming& incoming, Pending::What what) {
  Pending pending;
  pending.what = what;
  pending.place = incoming.session.replies.open();
  pending.packet_id = incoming.packet.packet_id;
  pending.qos = incoming.packet.qos;
  pending.at = incoming.at;
  pending.reply_to = incoming.reply_topic();
  pending.of_device = incoming.of_device;
  return pending;
}

void send_to(const MqttSession& session, wire::Actions& actions, std::string topic,
             std::string payload) {
  const std::optional<std::uint8_t> qos = session.hears(topic);
  if (!qos) return;
  wire::MqttPublish packet;
  packet.topic = std::move(topic);
  packet.payload = std::move(payload);
  packet.qos = std::min(*qos, kQosMax);
  actions.push_back(std::move(packet));
}

StepResult answer_now(const Incoming& incoming, std::string payload) {
  MqttSession& session = incoming.session;
  wire::Actions actions;
  if (incoming.packet.qos > 0) actions.push_back(wire::MqttPuback{incoming.packet.packet_id});
  if (!payload.empty()) {
    send_to(session, actions, incoming.reply_topic(), std::move(payload));
  }
  session.replies.fill(session.replies.open(), std::move(actions));
  StepResult result;
  result.actions = session.replies.take_ready();
  return result;
}

StepResult acknowledge(const Incoming& incoming) { return answer_now(incoming, {}); }

void note_misuse(MqttSession& session, domain::ReportMisuse misuse, StepResult& result) {
  if (session.misuses_noted == kMisusesNotedMax) return;
  ++session.misuses_noted;
  operate(result, std::move(misuse), Pending{});
}

StepResult end_for(MqttSession& session, domain::ReportMisuse misuse) {
  Pending pending;
  pending.what = Pending::What::kEnd;
  pending.place = session.replies.open();
  pending.why = fmt::format("{}: {}", to_string(misuse.reason), misuse.received);
  session.phase = MqttSession::Phase::kLeaving;
  StepResult result;
  operate(result, std::move(misuse), std::move(pending));
  return result;
}

StepResult close_now(MqttSession& session, std::string why) {
  session.phase = MqttSession::Phase::kEnded;
  StepResult result;
  result.actions.push_back(wire::Close{std::move(why)});
  return result;
}

domain::SendTelemetry telemetry_of(const Incoming& incoming, std::string_view topic) {
  domain::SendTelemetry command;
  command.message.properties.push_back({"topic", std::string(topic)});
  command.message.body = incoming.packet.payload;
  command.of_device = incoming.of_device;
  return command;
}

std::string shown(std::string_view text) { return base::printable(text, kShownBytesMax); }

std::optional<boost::json::object> read_object(std::string_view payload, std::size_t bytes_max) {
  Result<boost::json::object> object = parse_json_object(payload, {bytes_max, kJsonDepthMax});
  if (!object) return std::nullopt;
  return *std::move(object);
}

std::string_view text_in(const boost::json::object& object, std::string_view name) {
  const boost::json::value* value = find(object, name);
  if (value == nullptr || !value->is_string()) return {};
  const boost::json::string& text = value->get_string();
  return {text.data(), text.size()};
}

const boost::json::object* object_in(const boost::json::object& object, std::string_view name) {
  const boost::json::value* value = find(object, name);
  return value == nullptr ? nullptr : value->if_object();
}

std::string token_in(const boost::json::object& object) {
  const boost::json::value* value = find(object, "clientToken");
  if (value == nullptr) return {};
  if (value->is_int64() || value->is_uint64()) return domain::to_json_text(*value);
  const std::string_view text = text_in(object, "clientToken");
  return text.size() > kTokenBytesMax ? std::string() : std::string(text);
}

std::string quoted(std::string_view text) {
  return domain::to_json_text(boost::json::value(boost::json::string_view(text)));
}

std::int64_t to_unix_millis(TimePoint time) { return base::to_unix_micros(time) / 1'000; }

}  // namespace berth::dialects::tencent
