#include "net/mqtt_session.h"

#include "base/log.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <algorithm>
#include <exception>

namespace berth::net {

namespace asio = boost::asio;

namespace {

mqtt::MqttLimits mqtt_limits(const Limits& limits) {
  return {.connect_bytes = limits.mqtt_connect_bytes, .packet_bytes = limits.mqtt_packet_bytes};
}

std::chrono::milliseconds one_and_a_half(std::uint16_t seconds) {
  return std::chrono::milliseconds(seconds * 1500);  // §3.1.2.10
}

bool would_wait(IoStatus status) {
  return status == IoStatus::kWantRead || status == IoStatus::kWantWrite;
}

// Messages of one client that are handed on together.
constexpr std::size_t kMessagesTogetherMax = 64;

// Of a PUBLISH with QoS 0 or 1, which needs no state of the session.
bool is_message_byte(char first) {
  const auto byte = static_cast<std::uint8_t>(first);
  return (byte & 0xF0) == 0x30 && (byte & 0x04) == 0;
}

bool is_connect_byte(char first) { return static_cast<std::uint8_t>(first) == 0x10; }

}  // namespace

MqttSession::MqttSession(std::shared_ptr<Connection> connection, Stream& stream)
    : connection_(std::move(connection)),
      stream_(stream),
      limits_(mqtt_limits(connection_->limits())),
      high_water_(connection_->limits().outgoing_buffer_bytes),
      stall_(connection_->core().wheel, this, &MqttSession::on_stall) {}

MqttSession::~MqttSession() = default;

Task<void> MqttSession::run() {
  connection_->expect(connection_->limits().authenticate, Refusal::kAuthenticateTimeout);
  try {
    co_await read_packets();
  } catch (const std::exception& error) {
    log::error("net.mqtt_session_threw",
               {{"peer", connection_->peer().address}, {"what", error.what()}});
  }
  co_await finish();
}

Task<void> MqttSession::finish() {
  ended_ = true;
  connection_->expect_nothing();
  {
    const std::lock_guard lock(mutex_);
    post_closed_ = true;
    posted_.clear();
  }
  conversation_.reset();
  flush();
  while (writing_) co_await written();
  stall_.clear();
  lifetime_.reset();
  connection_->expect(connection_->limits().linger, std::nullopt);
  co_await stream_.close();
  if (last_words_) co_await connection_->linger();
}

// --- reading

Task<void> MqttSession::read_packets() {
  while (true) {
    const bool wants_more = co_await handle_unread();
    if (!wants_more) co_return;
    const std::span<std::uint8_t> input = connection_->core().input();
    connection_->set_idle(true);
    const IoResult got = co_await stream_.read_some(input);
    connection_->set_idle(false);
    if (!take_in(got)) co_return;
  }
}

// Until more bytes are needed: true; or until the session has ended: false.
Task<bool> MqttSession::handle_unread() {
  while (!ended_) {
    std::optional<mqtt::MqttPacket> packet = next_packet();
    if (!packet) break;
    connection_->expect_nothing();
    co_await on_packet(std::move(*packet));
    flush();
    partial_ = false;
    if (!ended_ && connection_->draining()) end("drain");
  }
  if (ended_) co_return false;
  while (writing_ && over_high_water()) co_await written();
  expect_more();
  co_return true;
}

// What was read into the core's input. False when nothing more will come.
bool MqttSession::take_in(IoResult got) {
  if (!got.ok()) return false;
  unread_.append(reinterpret_cast<const char*>(connection_->core().input().data()), got.bytes);
  return true;
}

// --- reading on a socket

void MqttSession::start() {
  connection_->expect(connection_->limits().authenticate, Refusal::kAuthenticateTimeout);
  asio::co_spawn(connection_->core().executor, work(shared_from_this()), asio::detached);
}

// Does what there is to do; then either waits asleep, which keeps the session and no coroutine, or
// ends.
Task<void> MqttSession::work(std::shared_ptr<MqttSession> self) {
  try {
    const IoStatus idle = co_await self->work_until_idle();
    if (would_wait(idle)) {
      self->wait_asleep(idle);
      co_return;
    }
  } catch (const std::exception& error) {
    log::error("net.mqtt_session_threw",
               {{"peer", self->connection_->peer().address}, {"what", error.what()}});
  }
  try {
    co_await self->finish();
  } catch (const std::exception& error) {
    log::error("net.connection_threw",
               {{"peer", self->connection_->peer().address}, {"what", error.what()}});
  }
}

// What to wait for; anything else: the session is over.
Task<IoStatus> MqttSession::work_until_idle() {
  SocketStream& socket = connection_->stream();
  while (true) {
    const bool wants_more = co_await handle_unread();
    if (!wants_more || socket.cancelled()) co_return IoStatus::kCancelled;
    // Who drains found a session that was not idle.
    if (connection_->draining() || input_over_) co_return IoStatus::kClosed;
    if (!socket.may_have_input()) co_return IoStatus::kWantRead;
    const IoResult got = socket.read_now(connection_->core().input());
    if (would_wait(got.status)) co_return got.status;
    if (!take_in(got)) co_return got.status;
    take_in_buffered();
  }
}

// Records of TLS that came together: what is in them can be handed on together.
void MqttSession::take_in_buffered() {
  SocketStream& socket = connection_->stream();
  const std::span<std::uint8_t> input = connection_->core().input();
  while (socket.has_buffered() && unread_.size() < input.size()) {
    const IoResult got = socket.read_now(input);
    if (take_in(got)) continue;
    input_over_ = !would_wait(got.status);
    return;
  }
}

void MqttSession::wait_asleep(IoStatus want) {
  connection_->set_idle(true);
  connection_->stream().when_ready(
      want, [self = shared_from_this()](const boost::system::error_code& failed) {
        self->on_ready(static_cast<bool>(failed));
      });
}

void MqttSession::on_ready(bool failed) {
  connection_->set_idle(false);
  SocketStream& socket = connection_->stream();
  try {
    const bool ends = failed || socket.cancelled();
    const IoResult got =
        ends ? IoResult{IoStatus::kCancelled} : socket.read_now(connection_->core().input());
    if (would_wait(got.status)) {
      wait_asleep(got.status);
      return;
    }
    if (take_in(got)) {
      take_in_buffered();
    } else {
      ended_ = true;
    }
    asio::co_spawn(connection_->core().executor, work(shared_from_this()), asio::detached);
  } catch (const std::exception& error) {
    // Nobody keeps the session any more: it ends with this.
    log::error("net.mqtt_session_threw",
               {{"peer", connection_->peer().address}, {"what", error.what()}});
  }
}

// The next whole packet of unread_, or nothing when more bytes are needed or the session ended.
std::optional<mqtt::MqttPacket> MqttSession::next_packet() {
  if (unread_.empty()) return std::nullopt;
  // Not MQTT at all: seen at the first byte, without waiting for the rest of a pretended packet.
  if (!connected_ && !is_connect_byte(unread_[0])) {
    broken({mqtt::MqttFault::kMalformed, "the first packet is not CONNECT"});
    return std::nullopt;
  }
  mqtt::MqttDecoded decoded = mqtt::decode_mqtt(base::as_bytes(unread_), limits_);
  if (const auto* fault = std::get_if<mqtt::MqttBroken>(&decoded.outcome)) {
    broken(*fault);
    return std::nullopt;
  }
  if (std::holds_alternative<mqtt::MqttIncomplete>(decoded.outcome)) return std::nullopt;
  consume(decoded.consumed);
  return std::move(std::get<mqtt::MqttPacket>(decoded.outcome));
}

void MqttSession::consume(std::size_t bytes) {
  unread_.erase(0, bytes);
  if (unread_.empty()) std::string().swap(unread_);  // an idle session keeps no buffer
}

void MqttSession::broken(const mqtt::MqttBroken& fault) {
  switch (fault.fault) {
    case mqtt::MqttFault::kMalformed:
      connection_->refuse(Refusal::kMalformed);
      break;
    case mqtt::MqttFault::kTooLarge:
      connection_->refuse(Refusal::kPacketTooLarge);
      break;
    case mqtt::MqttFault::kUnacceptableProtocol:
      connection_->refuse(Refusal::kMalformed);
      carry_out(wire::MqttConnack{.code = wire::MqttConnectCode::kUnacceptableProtocol});
      break;
    case mqtt::MqttFault::kIdentifierRejected:
      connection_->refuse(Refusal::kMalformed);
      carry_out(wire::MqttConnack{.code = wire::MqttConnectCode::kIdentifierRejected});
      break;
  }
  end(fault.why);
}

// Sets the deadline for the next read: the keep-alive, and less for the rest of a packet.
void MqttSession::expect_more() {
  if (!connected_) return;  // the time to authenticate is running
  const std::chrono::milliseconds packet = connection_->limits().request;
  if (!unread_.empty()) {
    if (partial_) return;
    partial_ = true;
    if (keep_alive_.count() == 0 || packet < keep_alive_) {
      connection_->expect(packet, Refusal::kRequestTimeout);
      return;
    }
  } else {
    partial_ = false;
  }
  if (keep_alive_.count() > 0) {
    connection_->expect(keep_alive_, Refusal::kKeepAlive);
  } else {
    connection_->expect_nothing();  // azure-dps.md §9.16: 0 is never dropped
  }
}

Task<void> MqttSession::on_packet(mqtt::MqttPacket packet) {
  if (auto* connect = std::get_if<wire::MqttConnect>(&packet)) {
    co_await on_connect(std::move(*connect));
  } else if (auto* publish = std::get_if<wire::MqttPublish>(&packet)) {
    co_await on_publish(std::move(*publish));
  } else if (auto* subscribe = std::get_if<wire::MqttSubscribe>(&packet)) {
    co_await hand_on(std::move(*subscribe));
  } else if (auto* unsubscribe = std::get_if<wire::MqttUnsubscribe>(&packet)) {
    co_await hand_on(std::move(*unsubscribe));
  } else if (const auto* puback = std::get_if<mqtt::MqttPubackIn>(&packet)) {
    co_await on_puback(puback->packet_id);
  } else if (const auto* pubrel = std::get_if<mqtt::MqttPubrel>(&packet)) {
    on_pubrel(pubrel->packet_id);
  } else if (std::holds_alternative<mqtt::MqttPingreq>(packet)) {
    mqtt::encode_mqtt_pingresp(out_);
  } else if (std::holds_alternative<wire::MqttDisconnect>(packet)) {
    wire::Request goodbye = wire::MqttDisconnect{};
    co_await hand_on(std::move(goodbye));
    end("disconnect");
  } else {
    // PUBREC or PUBCOMP: answers to a QoS 2 message, and none goes out.
    broken({mqtt::MqttFault::kMalformed, "acknowledges QoS 2, which was never sent"});
  }
}

Task<void> MqttSession::on_connect(wire::MqttConnect connect) {
  if (connected_) {
    broken({mqtt::MqttFault::kMalformed, "second CONNECT"});  // [MQTT-3.1.0-2]
    co_return;
  }
  Core& core = connection_->core();
  if (core.in_flight >= core.limits.in_flight_per_core) {
    connection_->refuse(Refusal::kOverloaded);
    carry_out(wire::MqttConnack{.code = wire::MqttConnectCode::kServerUnavailable});
    co_return;
  }
  keep_alive_ = one_and_a_half(connect.keep_alive_seconds);
  conversation_ = core.handler.open(connection_->peer(), *this);
  co_await hand_on(std::move(connect));
  if (!connected_ && !ended_) {
    log::error("net.no_connack", {{"peer", connection_->peer().address}});
    end("no CONNACK");
  }
  take_posted();
}

Task<void> MqttSession::on_publish(wire::MqttPublish publish) {
  if (publish.qos == 2) {
    const std::uint16_t id = publish.packet_id;
    const auto known = std::find_if(incoming_.begin(), incoming_.end(),
                                    [id](const IncomingQos2& one) { return one.packet_id == id; });
    if (known != incoming_.end()) {
      // Sent again because our PUBREC was late or lost: delivered once, acknowledged twice.
      if (known->acknowledged) mqtt::encode_mqtt(mqtt::MqttPubrec{id}, out_);
      co_return;
    }
    if (incoming_.size() >= connection_->limits().mqtt_incoming_qos2_count) {
      broken({mqtt::MqttFault::kTooLarge, "too many QoS 2 messages without PUBREL"});
      co_return;
    }
    incoming_.push_back({id, false});
    co_await hand_on(std::move(publish));
    co_return;
  }
  std::vector<wire::MqttPublish> messages = with_those_behind(std::move(publish));
  co_await hand_on_all(std::move(messages));
}

// `first`, and the whole messages of QoS 0 and 1 that unread_ begins with: they go to the disk
// together, and are acknowledged together.
std::vector<wire::MqttPublish> MqttSession::with_those_behind(wire::MqttPublish first) {
  std::vector<wire::MqttPublish> messages;
  messages.push_back(std::move(first));
  std::string_view rest = unread_;
  while (messages.size() < kMessagesTogetherMax && !rest.empty() && is_message_byte(rest[0])) {
    mqtt::MqttDecoded decoded = mqtt::decode_mqtt(base::as_bytes(rest), limits_);
    auto* packet = std::get_if<mqtt::MqttPacket>(&decoded.outcome);
    if (packet == nullptr) break;  // next_packet() says why
    messages.push_back(std::move(std::get<wire::MqttPublish>(*packet)));
    rest.remove_prefix(decoded.consumed);
  }
  consume(unread_.size() - rest.size());
  return messages;
}

Task<void> MqttSession::hand_on(wire::Request request) {
  wire::Actions actions;
  {
    const InFlight counted(connection_->core());
    actions = co_await conversation_->handle(std::move(request));
  }
  co_await follow(std::move(actions));
}

Task<void> MqttSession::hand_on_all(std::vector<wire::MqttPublish> messages) {
  std::span<wire::MqttPublish> rest = messages;
  while (!rest.empty() && !ended_) {
    Conversation::Handled handled;
    {
      const InFlight counted(connection_->core());
      handled = co_await conversation_->handle_some(rest);
    }
    Counters::add(connection_->core().counters.requests, handled.messages - 1);
    rest = rest.subspan(handled.messages);
    co_await follow(std::move(handled.actions));
  }
}

Task<void> MqttSession::follow(wire::Actions actions) {
  for (wire::Action& action : actions) {
    if (ended_) co_return;
    if (const auto* pause = std::get_if<wire::Pause>(&action)) {
      co_await wait_out(std::min(pause->duration, wire::kPauseMax));
    } else {
      carry_out(std::move(action));
    }
  }
}

// What was encoded so far goes out at once; the next action waits.
Task<void> MqttSession::wait_out(std::chrono::milliseconds duration) {
  flush();
  Timer timer(connection_->core().executor, duration);
  co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
}

Task<void> MqttSession::on_puback(std::uint16_t packet_id) {
  const auto found = std::find_if(in_flight_.begin(), in_flight_.end(),
                                  [&](const Outgoing& one) { return one.packet_id == packet_id; });
  if (found == in_flight_.end()) co_return;  // nothing to be mended by closing
  wire::Request delivered = wire::MqttDelivered{found->tag};
  in_flight_.erase(found);
  pump();
  co_await hand_on(std::move(delivered));
}

void MqttSession::on_pubrel(std::uint16_t packet_id) {
  std::erase_if(incoming_, [&](const IncomingQos2& one) { return one.packet_id == packet_id; });
  mqtt::encode_mqtt(mqtt::MqttPubcomp{packet_id},
                    out_);  // also for an unknown one, or the client never stops
}

void MqttSession::end(std::string_view why) {
  if (ended_) return;
  ended_ = true;
  last_words_ = !out_.empty() || writing_;
  log::debug("net.mqtt_ends", {{"peer", connection_->peer().address}, {"why", std::string(why)}});
}

}  // namespace berth::net
