#include "bench/instructions/lines.h"

#include "base/codec.h"
#include "bench/instructions/world.h"

#include <utility>

namespace berth::bench {
namespace {

constexpr std::string_view kDate = "Thu, 01 Jan 2026 00:00:00 GMT";

void encode(const wire::Action& action, std::string& out) {
  if (const auto* connack = std::get_if<wire::MqttConnack>(&action)) {
    mqtt::encode_mqtt(*connack, out);
  } else if (const auto* publish = std::get_if<wire::MqttPublish>(&action)) {
    mqtt::encode_mqtt(*publish, out);
  } else if (const auto* puback = std::get_if<wire::MqttPuback>(&action)) {
    mqtt::encode_mqtt(*puback, out);
  } else if (const auto* suback = std::get_if<wire::MqttSuback>(&action)) {
    mqtt::encode_mqtt(*suback, out);
  }
}

// The packets that net hands on.
std::optional<wire::Request> request_of(mqtt::MqttPacket packet) {
  if (auto* connect = std::get_if<wire::MqttConnect>(&packet)) return std::move(*connect);
  if (auto* publish = std::get_if<wire::MqttPublish>(&packet)) return std::move(*publish);
  if (auto* subscribe = std::get_if<wire::MqttSubscribe>(&packet)) return std::move(*subscribe);
  if (std::holds_alternative<wire::MqttDisconnect>(packet)) return wire::MqttDisconnect{};
  return std::nullopt;
}

}  // namespace

Line::Line(World& world, wire::Peer peer)
    : handler_(world.router()),
      peer_(std::move(peer)),
      conversation_(handler_.open(peer_, *this)) {}

Task<wire::Actions> Line::hand_on(wire::Request request) {
  wire::Actions actions = co_await conversation_->handle(std::move(request));
  co_return actions;
}

HttpLine::HttpLine(World& world, wire::Peer peer) : Line(world, std::move(peer)), decoder_({}) {}

Task<std::string> HttpLine::ask(std::string_view bytes) {
  using State = net::HttpDecoder::State;
  decoder_.reset();
  net::HttpDecoder::Progress progress = decoder_.feed(bytes);
  if (progress.state == State::kHeaders) {
    bytes.remove_prefix(progress.consumed);
    const wire::BodyRules rules = handler_.body_rules(peer_, decoder_.header());
    decoder_.allow(rules, bytes);
    progress = decoder_.feed(bytes);
  }
  if (progress.state != State::kComplete) co_return std::string();
  const bool keep_alive = decoder_.keep_alive();
  wire::HttpRequest request = decoder_.take();
  wire::Actions actions = co_await hand_on(std::move(request));
  std::string out;
  for (const wire::Action& action : actions) {
    const auto* response = std::get_if<wire::HttpResponse>(&action);
    if (response != nullptr)
      net::encode_http(*response, {.keep_alive = keep_alive, .date = kDate}, out);
  }
  co_return out;
}

Task<std::string> MqttLine::ask(std::string_view bytes) {
  std::string out;
  while (!bytes.empty()) {
    mqtt::MqttDecoded decoded = mqtt::decode_mqtt(base::as_bytes(bytes), {});
    auto* packet = std::get_if<mqtt::MqttPacket>(&decoded.outcome);
    if (packet == nullptr) co_return out;
    bytes.remove_prefix(decoded.consumed);
    std::string said = co_await answer(std::move(*packet));
    out += said;
  }
  co_return out;
}

Task<std::string> MqttLine::publish(std::string_view bytes) {
  std::vector<wire::MqttPublish> messages;
  while (!bytes.empty()) {
    mqtt::MqttDecoded decoded = mqtt::decode_mqtt(base::as_bytes(bytes), {});
    auto* packet = std::get_if<mqtt::MqttPacket>(&decoded.outcome);
    auto* message = packet == nullptr ? nullptr : std::get_if<wire::MqttPublish>(packet);
    if (message == nullptr) co_return std::string();
    bytes.remove_prefix(decoded.consumed);
    messages.push_back(std::move(*message));
  }
  std::string out;
  std::span<wire::MqttPublish> rest = messages;
  while (!rest.empty()) {
    net::Conversation::Handled handled = co_await conversation_->handle_some(rest);
    rest = rest.subspan(handled.messages);
    for (const wire::Action& action : handled.actions) encode(action, out);
  }
  co_return out;
}

Task<std::string> MqttLine::answer(mqtt::MqttPacket packet) {
  std::string out;
  std::optional<wire::Request> request = request_of(std::move(packet));
  if (!request) co_return out;
  wire::Actions actions = co_await hand_on(*std::move(request));
  for (const wire::Action& action : actions) encode(action, out);
  co_return out;
}

}  // namespace berth::bench
