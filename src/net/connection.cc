#include "net/connection.h"

#include "base/log.h"
#include "net/http_codec.h"
#include "net/http_session.h"
#include "net/mqtt_session.h"
#include "net/tls_stream.h"
#include "net/websocket.h"

#include <exception>
#include <sys/socket.h>

namespace berth::net {

namespace {

// What linger() reads and drops at most; a body over the limit may still be under way.
constexpr std::size_t kDiscardMax = 1024 * 1024;

}  // namespace

Connection::Connection(Parts parts)
    : core_(std::move(parts.core)),
      listener_(std::move(parts.listener)),
      peer_(std::move(parts.peer)),
      place_(std::move(parts.place)),
      deadline_(core_->wheel, this, &Connection::on_deadline) {
  if (listener_->tls) {
    auto tls =
        std::make_unique<TlsStream>(std::move(parts.socket), core_->counters, listener_->tls);
    tls_ = tls.get();
    stream_ = std::move(tls);
  } else {
    stream_ = std::make_unique<PlainStream>(std::move(parts.socket), core_->counters);
  }
  core_->counters.opened(peer_.transport);
  core_->add(*this);
}

Connection::~Connection() {
  core_->remove(*this);
  core_->counters.closed(peer_.transport);
}

Task<void> Connection::run(std::shared_ptr<Connection> self) {
  try {
    co_await self->serve();
  } catch (const std::exception& error) {
    // Memory is short, or somebody above net threw: this connection ends, the others go on.
    log::error("net.connection_threw", {{"peer", self->peer_.address}, {"what", error.what()}});
  }
}

Task<void> Connection::serve() {
  expect(limits().first_byte, Refusal::kFirstByteTimeout);
  set_idle(true);
  const IoStatus first = co_await stream_->wait(IoStatus::kWantRead);
  set_idle(false);
  if (first != IoStatus::kOk || draining_) co_return;
  if (tls_ != nullptr) {
    // It waits for us now: what it may take itself begins with its turn.
    expect_nothing();
    co_await core_->handshakes.turn();
    if (draining_) co_return;
    const bool secured = co_await secure(*tls_);
    if (!secured) co_return;
  }
  switch (listener_->protocol) {
    case Protocol::kHttp:
      co_await serve_http();
      break;
    case Protocol::kMqtt:
      // It keeps this connection, and goes on by itself.
      std::make_shared<MqttSession>(shared_from_this(), *stream_)->start();
      break;
  }
}

Task<bool> Connection::secure(TlsStream& tls) {
  expect(limits().handshake, Refusal::kHandshakeTimeout);
  const TlsStream::SharedKeys keys{.lookup = listener_->psk, .rng = core_->rng};
  const IoStatus status = co_await tls.handshake(peer_, keys);
  if (status == IoStatus::kOk) {
    Counters::add(core_->counters.handshakes);
    co_return true;
  }
  if (timed_out_) co_return false;
  Counters::add(core_->counters.handshake_failures);
  log::debug("net.handshake_failed",
             {{"listener", listener_->name}, {"peer", peer_.address}, {"why", tls.failure()}});
  if (tls.peer_spoke_http() && listener_->protocol == Protocol::kHttp) {
    const HttpFraming framing{.keep_alive = false, .date = core_->http_date()};
    std::string answer;
    encode_http(core_->handler.refuse(400, "this port speaks HTTPS: use https:// in the URL"),
                framing, answer);
    // In the clear, because that is what the peer reads; one try is enough for a courtesy.
    (void)::send(tls.socket().native_handle(), answer.data(), answer.size(), MSG_NOSIGNAL);
  }
  co_await linger();
  co_return false;
}

Task<void> Connection::serve_http() {
  std::optional<WebSocketRequest> upgrade;
  {
    HttpSession session(shared_from_this());
    upgrade = co_await session.run();
  }
  if (!upgrade) co_return;
  expect(limits().request, Refusal::kRequestTimeout);
  const std::unique_ptr<Stream> websocket =
      co_await accept_websocket(*stream_, std::move(upgrade->request),
                                std::move(upgrade->subprotocol), std::move(upgrade->already_read));
  if (!websocket) {
    if (!timed_out_) refuse(Refusal::kMalformed);
    co_await linger();
    co_return;
  }
  becomes_websocket();
  const auto session = std::make_shared<MqttSession>(shared_from_this(), *websocket);
  co_await session->run();
}

void Connection::becomes_websocket() {
  core_->counters.closed(peer_.transport);
  peer_.transport = wire::Transport::kMqttWebSocket;
  core_->counters.opened(peer_.transport);
}

void Connection::expect(std::chrono::milliseconds limit, std::optional<Refusal> why) {
  deadline_why_ = why;
  deadline_.set(limit);
}

void Connection::on_deadline(void* self) {
  auto* connection = static_cast<Connection*>(self);
  connection->timed_out_ = true;
  if (connection->deadline_why_) connection->refuse(*connection->deadline_why_);
  connection->stream_->cancel();
}

void Connection::drain() {
  draining_ = true;
  if (idle_) stream_->end_reading();
}

void Connection::cut() {
  draining_ = true;
  stream_->cancel();
}

std::optional<std::size_t> Connection::send_now(std::string_view bytes) {
  std::size_t sent = 0;
  while (sent < bytes.size()) {
    const IoResult result = stream_->try_write(bytes.substr(sent));
    if (result.status == IoStatus::kWantRead || result.status == IoStatus::kWantWrite) break;
    if (!result.ok()) return std::nullopt;
    sent += result.bytes;
  }
  return sent;
}

Task<bool> Connection::send(std::string bytes) {
  std::string_view rest = bytes;
  while (!rest.empty()) {
    expect(limits().write_stall, Refusal::kWriteStall);
    const IoResult result = co_await stream_->write_some(rest);
    if (!result.ok()) co_return false;
    rest.remove_prefix(result.bytes);
  }
  expect_nothing();
  co_return true;
}

Task<void> Connection::linger() {
  expect(limits().linger, std::nullopt);
  co_await stream_->close();
  co_await stream_->discard(core_->input(), kDiscardMax);
}

}  // namespace berth::net
