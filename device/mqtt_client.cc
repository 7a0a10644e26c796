#include "device/mqtt_client.h"

#include "base/codec.h"
#include "device/stream.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <map>
#include <optional>
#include <tuple>

namespace berth::device {
namespace {

namespace asio = boost::asio;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
constexpr std::size_t kQueueBytesMax = 4 * 1024 * 1024;  // sent by us, not yet by the socket
constexpr std::size_t kReadStep = 4'096;

auto trouble(Trouble kind, std::string what, int status = 0) {
  RegistrationError error;
  error.trouble = kind;
  error.status = status;
  error.what = std::move(what);
  return Fail(std::move(error));
}

std::string refusal_text(wire::MqttConnectCode code) {
  switch (code) {
    case wire::MqttConnectCode::kAccepted:
      break;
    case wire::MqttConnectCode::kUnacceptableProtocol:
      return "the server does not speak this version of MQTT";
    case wire::MqttConnectCode::kIdentifierRejected:
      return "the server does not accept the client id";
    case wire::MqttConnectCode::kServerUnavailable:
      return "the server takes no connections now";
    case wire::MqttConnectCode::kBadUserNameOrPassword:
      return "the server does not accept the user name or password";
    case wire::MqttConnectCode::kNotAuthorized:
      return "the server does not let this client in";
  }
  return "accepted";
}

}  // namespace

struct MqttClient::State : std::enable_shared_from_this<MqttClient::State> {
  State(asio::any_io_executor on, const TlsContext& tls, Handlers given)
      : executor(std::move(on)),
        handlers(std::move(given)),
        stream(make_stream(executor, tls)),
        deadline(executor),
        alive(executor),
        written(executor) {}

  // Somebody who waits for an answer; lives in the frame of its coroutine.
  struct Waiting {
    explicit Waiting(const asio::any_io_executor& on) : timer(on) {}
    asio::steady_timer timer;
    std::optional<mqtt::MqttServerPacket> answer;
  };

  const asio::any_io_executor executor;
  Handlers handlers;
  const std::unique_ptr<Stream> stream;
  asio::steady_timer deadline;  // of connecting
  asio::steady_timer alive;
  asio::steady_timer written;  // cancelled when the queue is empty
  std::chrono::milliseconds timeout{0};
  std::string queue;
  std::string incoming;
  std::map<std::uint16_t, Waiting*> waiting;  // by packet id; 0 waits for CONNACK
  std::uint16_t last_id = 0;
  bool writing = false;
  bool accepted = false;
  bool heard = false;  // anything arrived since the last PINGREQ
  bool timed_out = false;
  std::optional<RegistrationError> ended;

  // The first reason counts. Whoever waits is woken.
  void end(RegistrationError error, bool by_ourselves) {
    if (ended) return;
    ended = std::move(error);
    stream->close();
    deadline.cancel();
    alive.cancel();
    written.cancel();
    for (auto& [id, one] : waiting) one->timer.cancel();
    const auto on_closed = std::exchange(handlers.on_closed, nullptr);
    if (!by_ourselves && accepted && on_closed) on_closed(*ended);
  }
  void end_here(Trouble kind, std::string what) {
    RegistrationError error;
    error.trouble = kind;
    error.what = std::move(what);
    end(std::move(error), false);
  }

  std::uint16_t take_id() {
    do {
      last_id = static_cast<std::uint16_t>(last_id == 0xffff ? 1 : last_id + 1);
    } while (waiting.contains(last_id));
    return last_id;
  }

  void arm();
  bool send(const mqtt::MqttPacket& packet);
  void answered(std::uint16_t id, mqtt::MqttServerPacket packet);
  void receive(mqtt::MqttServerPacket packet);
  bool take_packets();
  void read_on(std::string_view bytes);

  static Task<void> write_all(std::shared_ptr<State> self);
  static Task<void> read_all(std::shared_ptr<State> self);
  static Task<void> stay_alive(std::shared_ptr<State> self, std::chrono::milliseconds every);
  static Task<MqttResult<void>> open(std::shared_ptr<State> self, const Target& target);
  static Task<MqttResult<mqtt::MqttServerPacket>> answer(std::shared_ptr<State> self,
                                                         std::uint16_t id, std::string of_what);
};

// Closes the connection when the time to connect is over; whatever waits on it then ends.
void MqttClient::State::arm() {
  deadline.expires_after(timeout);
  // Weak: an expiry that is already queued may outlive the client.
  deadline.async_wait([weak = weak_from_this()](const boost::system::error_code& error) {
    const std::shared_ptr<State> self = weak.lock();
    if (error || !self || self->accepted) return;
    self->timed_out = true;
    self->stream->close();
  });
}

bool MqttClient::State::send(const mqtt::MqttPacket& packet) {
  if (ended) return false;
  if (queue.size() > kQueueBytesMax) {
    end_here(Trouble::kTimeout, "the server does not read what is sent to it");
    return false;
  }
  if (!encode_mqtt(packet, queue)) return false;
  if (!writing) {
    writing = true;
    Task<void> task = write_all(shared_from_this());
    asio::co_spawn(executor, std::move(task), asio::detached);
  }
  return true;
}

Task<void> MqttClient::State::write_all(std::shared_ptr<State> self) {
  std::string bytes;
  while (!self->queue.empty() && !self->ended) {
    bytes.clear();
    bytes.swap(self->queue);
    MqttResult<void> sent = co_await self->stream->write(bytes);
    if (!sent) self->end(std::move(sent).error(), false);
  }
  self->writing = false;
  self->written.cancel();
}

void MqttClient::State::answered(std::uint16_t id, mqtt::MqttServerPacket packet) {
  const auto found = waiting.find(id);
  if (found == waiting.end()) return;  // too late: whoever waited has given up
  found->second->answer = std::move(packet);
  found->second->timer.cancel();
}

void MqttClient::State::receive(mqtt::MqttServerPacket packet) {
  heard = true;
  if (const auto* publish = std::get_if<wire::MqttPublish>(&packet)) {
    if (handlers.on_publish) handlers.on_publish(*publish);
    if (publish->qos > 0) send(mqtt::MqttPubackIn{publish->packet_id});
    return;
  }
  if (std::holds_alternative<wire::MqttConnack>(packet)) {
    if (accepted) return end_here(Trouble::kProtocol, "a second CONNACK");
    return answered(0, std::move(packet));
  }
  if (const auto* puback = std::get_if<wire::MqttPuback>(&packet)) {
    return answered(puback->packet_id, packet);
  }
  if (const auto* suback = std::get_if<wire::MqttSuback>(&packet)) {
    return answered(suback->packet_id, packet);
  }
  if (const auto* unsuback = std::get_if<wire::MqttUnsuback>(&packet)) {
    return answered(unsuback->packet_id, packet);
  }
}

// Takes whole packets off `incoming`. False when the connection is over.
bool MqttClient::State::take_packets() {
  while (!ended) {
    mqtt::MqttReceived received =
        mqtt::decode_mqtt_from_server(base::as_bytes(incoming), mqtt::MqttLimits());
    if (const auto* broken = std::get_if<mqtt::MqttBroken>(&received.outcome)) {
      end_here(Trouble::kProtocol, "what the server sent is not MQTT: " + std::string(broken->why));
      return false;
    }
    if (std::holds_alternative<mqtt::MqttIncomplete>(received.outcome)) return true;
    incoming.erase(0, received.consumed);
    receive(std::get<mqtt::MqttServerPacket>(std::move(received.outcome)));
  }
  return false;
}

Task<void> MqttClient::State::read_all(std::shared_ptr<State> self) {
  // Not before connect() waits: a fast server has answered already.
  co_await asio::post(self->executor, asio::use_awaitable);
  while (!self->ended) {
    const std::size_t before = self->incoming.size();
    self->incoming.resize(before + kReadStep);
    const std::span<char> room(self->incoming.data() + before, kReadStep);
    MqttResult<std::size_t> read = co_await self->stream->read(room);
    self->incoming.resize(before + read.value_or(0));
    if (!read) {
      self->end(std::move(read).error(), false);
    } else if (*read == 0) {
      self->end_here(Trouble::kClosed, "the server closed the connection");
    } else {
      self->take_packets();
    }
    if (self->incoming.empty()) self->incoming = std::string();
  }
}

// [MQTT-3.1.2-23]: something is sent within the keep-alive, and answered within the timeout.
Task<void> MqttClient::State::stay_alive(std::shared_ptr<State> self,
                                         std::chrono::milliseconds every) {
  while (!self->ended) {
    self->alive.expires_after(every * 3 / 4);
    const std::tuple<boost::system::error_code> slept = co_await self->alive.async_wait(kAwait);
    if (std::get<0>(slept) || self->ended) co_return;
    self->heard = false;
    self->send(mqtt::MqttPingreq());
    self->alive.expires_after(std::min(self->timeout, every));
    const std::tuple<boost::system::error_code> waited = co_await self->alive.async_wait(kAwait);
    if (std::get<0>(waited) || self->ended) co_return;
    if (!self->heard) self->end_here(Trouble::kTimeout, "the server no longer answers");
  }
}

Task<MqttResult<void>> MqttClient::State::open(std::shared_ptr<State> self, const Target& target) {
  MqttResult<void> opened = trouble(Trouble::kConnect, "no address");
  for (const asio::ip::tcp::endpoint& endpoint : target.endpoints) {
    const Server server{endpoint, target.name};
    opened = co_await self->stream->connect(server);
    if (opened || self->timed_out || opened.error().trouble != Trouble::kConnect) break;
  }
  if (self->timed_out) co_return trouble(Trouble::kTimeout, "the server does not answer");
  co_return opened;
}

Task<MqttResult<mqtt::MqttServerPacket>> MqttClient::State::answer(std::shared_ptr<State> self,
                                                                   std::uint16_t id,
                                                                   std::string of_what) {
  Waiting mine(self->executor);
  mine.timer.expires_after(self->timeout);
  self->waiting[id] = &mine;
  if (!self->ended) {
    const std::tuple<boost::system::error_code> waited = co_await mine.timer.async_wait(kAwait);
    static_cast<void>(waited);
  }
  self->waiting.erase(id);
  if (mine.answer) co_return *std::move(mine.answer);
  if (self->ended) co_return Fail(RegistrationError(*self->ended));
  co_return trouble(Trouble::kTimeout, of_what + " was not answered in time");
}

MqttClient::MqttClient(asio::any_io_executor executor, const TlsContext& tls, Handlers handlers)
    : state_(std::make_shared<State>(std::move(executor), tls, std::move(handlers))) {}

MqttClient::~MqttClient() { close(); }

void MqttClient::close() {
  RegistrationError error;
  error.trouble = Trouble::kClosed;
  error.what = "the connection was closed";
  state_->end(std::move(error), true);
}

bool MqttClient::is_open() const { return state_->accepted && !state_->ended; }

Task<MqttResult<wire::MqttConnack>> MqttClient::connect(const Target& target,
                                                        wire::MqttConnect packet) {
  const std::shared_ptr<State> self = state_;
  self->timeout = target.timeout;
  self->arm();
  MqttResult<void> opened = co_await State::open(self, target);
  if (!opened) {
    self->end(opened.error(), true);
    co_return Fail(std::move(opened).error());
  }
  const std::chrono::seconds keep_alive(packet.keep_alive_seconds);
  if (!encode_mqtt(mqtt::MqttPacket(std::move(packet)), self->queue)) {
    close();
    co_return trouble(Trouble::kProtocol, "the client id, user name or password is too long");
  }
  self->writing = true;
  Task<void> writer = State::write_all(self);
  asio::co_spawn(self->executor, std::move(writer), asio::detached);
  Task<void> reader = State::read_all(self);
  asio::co_spawn(self->executor, std::move(reader), asio::detached);
  MqttResult<mqtt::MqttServerPacket> answer = co_await State::answer(self, 0, "CONNECT");
  if (!answer) {
    close();
    if (self->timed_out) co_return trouble(Trouble::kTimeout, "CONNECT was not answered in time");
    co_return Fail(std::move(answer).error());
  }
  const wire::MqttConnack connack = std::get<wire::MqttConnack>(*answer);
  if (connack.code != wire::MqttConnectCode::kAccepted) {
    close();
    co_return trouble(Trouble::kRefused, refusal_text(connack.code),
                      static_cast<int>(connack.code));
  }
  self->accepted = true;
  self->deadline.cancel();
  if (keep_alive.count() > 0) {
    Task<void> alive = State::stay_alive(self, keep_alive);
    asio::co_spawn(self->executor, std::move(alive), asio::detached);
  }
  co_return connack;
}

Task<MqttResult<void>> MqttClient::publish(wire::MqttPublish message) {
  const std::shared_ptr<State> self = state_;
  if (message.qos > 0) message.packet_id = self->take_id();
  const std::uint16_t id = message.packet_id;
  const bool waits = message.qos > 0;
  const bool sent = self->send(mqtt::MqttPacket(std::move(message)));
  if (!sent && self->ended) co_return Fail(RegistrationError(*self->ended));
  if (!sent) co_return trouble(Trouble::kProtocol, "the topic is too long");
  if (!waits) co_return MqttResult<void>();
  MqttResult<mqtt::MqttServerPacket> answer = co_await State::answer(self, id, "PUBLISH");
  if (!answer) co_return Fail(std::move(answer).error());
  if (!std::holds_alternative<wire::MqttPuback>(*answer)) {
    co_return trouble(Trouble::kProtocol, "PUBLISH was answered with something else");
  }
  co_return MqttResult<void>();
}

bool MqttClient::post(wire::MqttPublish message) {
  message.qos = 0;
  return state_->send(mqtt::MqttPacket(std::move(message)));
}

Task<MqttResult<void>> MqttClient::subscribe(std::vector<wire::MqttSubscription> subscriptions) {
  const std::shared_ptr<State> self = state_;
  wire::MqttSubscribe packet;
  packet.packet_id = self->take_id();
  packet.subscriptions = subscriptions;
  const std::uint16_t id = packet.packet_id;
  const bool sent = self->send(mqtt::MqttPacket(std::move(packet)));
  if (!sent && self->ended) co_return Fail(RegistrationError(*self->ended));
  if (!sent) co_return trouble(Trouble::kProtocol, "a filter is too long");
  MqttResult<mqtt::MqttServerPacket> answer = co_await State::answer(self, id, "SUBSCRIBE");
  if (!answer) co_return Fail(std::move(answer).error());
  const auto* suback = std::get_if<wire::MqttSuback>(&*answer);
  if (suback == nullptr || suback->codes.size() != subscriptions.size()) {
    co_return trouble(Trouble::kProtocol, "SUBSCRIBE was answered with something else");
  }
  for (std::size_t i = 0; i < suback->codes.size(); ++i) {
    if (suback->codes[i] <= 2) continue;
    co_return trouble(Trouble::kRefused,
                      "the server refused the subscription " + subscriptions[i].filter);
  }
  co_return MqttResult<void>();
}

Task<MqttResult<void>> MqttClient::unsubscribe(std::vector<std::string> filters) {
  const std::shared_ptr<State> self = state_;
  wire::MqttUnsubscribe packet;
  packet.packet_id = self->take_id();
  packet.filters = std::move(filters);
  const std::uint16_t id = packet.packet_id;
  const bool sent = self->send(mqtt::MqttPacket(std::move(packet)));
  if (!sent && self->ended) co_return Fail(RegistrationError(*self->ended));
  if (!sent) co_return trouble(Trouble::kProtocol, "a filter is too long");
  MqttResult<mqtt::MqttServerPacket> answer = co_await State::answer(self, id, "UNSUBSCRIBE");
  if (!answer) co_return Fail(std::move(answer).error());
  co_return MqttResult<void>();
}

Task<void> MqttClient::disconnect() {
  const std::shared_ptr<State> self = state_;
  if (self->ended) co_return;
  self->send(mqtt::MqttPacket(wire::MqttDisconnect()));
  if (self->writing) {
    self->written.expires_after(std::min(self->timeout, std::chrono::milliseconds(2'000)));
    const std::tuple<boost::system::error_code> waited = co_await self->written.async_wait(kAwait);
    static_cast<void>(waited);
  }
  close();
}

}  // namespace berth::device
