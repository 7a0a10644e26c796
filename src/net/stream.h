// Stream: bytes in, bytes out, over whatever carries them: a plain socket, TLS on a socket, or
// WebSocket frames. SocketStream adds what the first two share: non-blocking tries on the file
// descriptor and waits for its readiness.
//
// Room net, internal. Full duplex: one read and one write may be under way at the same time, never
// two of a kind. Nothing throws; an IoResult says how it went.
// Thread rule: the core's thread of the connection, which owns the stream.
#pragma once

#include "base/task.h"
#include "net/counters.h"
#include "net/engine.h"

#include <boost/asio/basic_stream_socket.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>

namespace berth::net {

using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, Executor>;

enum class IoStatus : std::uint8_t {
  kOk,         // at least one byte moved
  kWantRead,   // nothing moved; try again when the socket is readable
  kWantWrite,  // nothing moved; try again when the socket is writable
  kClosed,     // the peer ended its side in order
  kFailed,     // reset, or against TLS or WebSocket rules
  kCancelled,  // cancel() was called
};

struct IoResult {
  IoStatus status = IoStatus::kOk;
  std::size_t bytes = 0;  // kOk only

  bool ok() const { return status == IoStatus::kOk; }
};

class Stream {
 public:
  virtual ~Stream() = default;

  // Waits for bytes and moves at least one. `into` is written only after the wait, without
  // another suspension before the caller goes on: it may be a buffer that connections share.
  virtual Task<IoResult> read_some(std::span<std::uint8_t> into) = 0;
  // Waits until at least one byte of `from` is taken. After a write that did not take all, the
  // rest must come next: TLS may have encrypted it already.
  virtual Task<IoResult> write_some(std::string_view from) = 0;
  // As write_some without waiting: kWantWrite when it would have to.
  virtual IoResult try_write(std::string_view from) = 0;
  // Says goodbye in the stream's own way as far as that needs no waiting for the peer, and ends
  // the sending side.
  virtual Task<void> close() = 0;
  // The reader finds the end of input after what has arrived; writing goes on.
  virtual void end_reading() = 0;
  // Ends waits under way, and every later one at once, with kCancelled.
  virtual void cancel() = 0;
};

class SocketStream : public Stream {
 public:
  SocketStream(Socket socket, Counters& counters);

  // One attempt each, never waiting. An empty result is kWantRead or kWantWrite.
  virtual IoResult try_read(std::span<std::uint8_t> into) = 0;
  // Whether bytes are held that a wait on the socket would not report.
  virtual bool has_buffered() const { return false; }

  Task<IoResult> read_some(std::span<std::uint8_t> into) final;
  Task<IoResult> write_some(std::string_view from) final;
  void end_reading() final;
  void cancel() override;

  // As read_some without waiting: kWantRead or kWantWrite when it would have to.
  IoResult read_now(std::span<std::uint8_t> into);
  // False when read_now is all but sure to find nothing before the socket is readable.
  bool may_have_input() const { return try_first_ || has_buffered(); }
  // Calls `ready(error_code)` once, when the socket is ready for `want` or cancel() was called:
  // what wait() does, for who keeps no coroutine meanwhile.
  template <class Ready>
  void when_ready(IoStatus want, Ready ready) {
    socket_.async_wait(wait_kind(want), std::move(ready));
  }
  // Waits for what `want` (kWantRead or kWantWrite) asks. kOk: try again.
  Task<IoStatus> wait(IoStatus want);
  // Reads and throws away raw bytes until the peer closes or `most` bytes came, so that closing
  // does not reset the connection before the peer has read our last words. `scratch` may be
  // shared: what is in it is never looked at.
  Task<void> discard(std::span<std::uint8_t> scratch, std::size_t most);

  Socket& socket() { return socket_; }
  bool cancelled() const { return cancelled_; }

 protected:
  void shutdown_send();
  Counters& counters() { return counters_; }

 private:
  static Socket::wait_type wait_kind(IoStatus want) {
    return want == IoStatus::kWantWrite ? Socket::wait_write : Socket::wait_read;
  }

  Socket socket_;
  Counters& counters_;
  bool cancelled_ = false;
  bool try_first_ = true;  // a peer's first bytes tend to be here already
};

class PlainStream final : public SocketStream {
 public:
  using SocketStream::SocketStream;

  IoResult try_read(std::span<std::uint8_t> into) override;
  IoResult try_write(std::string_view from) override;
  Task<void> close() override;
};

}  // namespace berth::net
