// Connection: one accepted socket from first byte to close. Runs the TLS handshake, then the
// session of the listener's protocol, and owns what both need: the stream, the deadline, the peer.
//
// Room net, internal. Held by its own coroutine (run) and by the session.
// Thread rule: its core's thread.
#pragma once

#include "net/core.h"
#include "net/server.h"
#include "net/stream.h"
#include "wire/peer.h"

#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace berth::net {

class TlsStream;

class Connection final : public std::enable_shared_from_this<Connection> {
 public:
  struct Parts {
    std::shared_ptr<Core> core;
    std::shared_ptr<const Listener> listener;
    Socket socket;
    wire::Peer peer;
    Shared::Place place;
  };

  explicit Connection(Parts parts);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  // The whole life. Never throws.
  static Task<void> run(std::shared_ptr<Connection> self);

  Core& core() { return *core_; }
  const Limits& limits() const { return core_->limits; }
  const Listener& listener() const { return *listener_; }
  SocketStream& stream() { return *stream_; }
  const wire::Peer& peer() const { return peer_; }
  // From here on the connection counts as MQTT over WebSocket.
  void becomes_websocket();

  // The peer must do something within `limit`, else the stream is cancelled; `why` is counted, or
  // nothing if running out is no offence. Replaces the limit set before.
  void expect(std::chrono::milliseconds limit, std::optional<Refusal> why);
  void expect_nothing() { deadline_.clear(); }
  bool timed_out() const { return timed_out_; }
  void refuse(Refusal why) { core_->counters.refuse(why); }

  // An idle connection has nothing under way; drain() ends it at once.
  void set_idle(bool idle) { idle_ = idle; }
  bool draining() const { return draining_; }
  // Finish what is under way, begin nothing new.
  void drain();
  // End now. A request inside the Handler still runs to its end.
  void cut();

  // Sends all of `bytes` on the socket, giving up after Limits::write_stall without progress.
  Task<bool> send(std::string bytes);
  // As send, but only what goes without waiting. Returns how much that was; nothing on failure.
  std::optional<std::size_t> send_now(std::string_view bytes);
  // After last words: closes the stream and lets the peer read them (Limits::linger).
  Task<void> linger();

  // Core's list.
  std::size_t index() const { return index_; }
  void set_index(std::size_t index) { index_ = index; }

 private:
  static void on_deadline(void* self);

  Task<void> serve();
  Task<bool> secure(TlsStream& tls);
  Task<void> serve_http();

  const std::shared_ptr<Core> core_;
  const std::shared_ptr<const Listener> listener_;
  std::unique_ptr<SocketStream> stream_;
  TlsStream* tls_ = nullptr;  // stream_, when it is TLS
  wire::Peer peer_;
  Shared::Place place_;
  Deadline deadline_;
  std::optional<Refusal> deadline_why_;
  std::size_t index_ = 0;
  bool timed_out_ = false;
  bool idle_ = false;
  bool draining_ = false;
};

}  // namespace berth::net
