// HttpStreamer: an answer without an end of its own. Writes the pieces that are posted as they
// come, until a Close, until the peer leaves or until the server drains; the connection serves
// nothing after it.
//
// Room net, internal. Shared by its session, its writer and what post() has under way; keeps the
// connection. Thread rule: the connection's core, post() apart.
#pragma once

#include "net/connection.h"
#include "net/http_codec.h"

#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace berth::net {

class HttpStreamer final : public std::enable_shared_from_this<HttpStreamer> {
 public:
  // `framing` says how the body is written: HttpBody::kChunked or kUntilClose.
  HttpStreamer(std::shared_ptr<Connection> connection, HttpBody framing);
  ~HttpStreamer();
  HttpStreamer(const HttpStreamer&) = delete;
  HttpStreamer& operator=(const HttpStreamer&) = delete;

  // Sends `head` and then what is posted. Completes when the stream has ended and the peer had the
  // time to read its last words.
  static Task<void> run(std::shared_ptr<HttpStreamer> self, std::string head);

  // Outbound::post while the stream is under way: pieces, and a Close behind them.
  bool post(wire::Actions actions);
  // Nothing can be posted any more; what was goes out, and the stream ends.
  void end();

 private:
  using Timer = boost::asio::basic_waitable_timer<
      std::chrono::steady_clock, boost::asio::wait_traits<std::chrono::steady_clock>, Executor>;

  Task<void> read_until_gone();
  static Task<void> write(std::shared_ptr<HttpStreamer> self);
  Task<void> write_pieces();
  Task<void> send_out();
  bool take(std::vector<std::string>& pieces);
  void wake_later();
  static void on_stall(void* self);

  const std::shared_ptr<Connection> connection_;
  const HttpBody framing_;
  std::string out_;  // encoded, being written
  bool failed_ = false;
  bool written_ = false;  // the writer has come to its end
  Deadline stall_;
  Timer posted_;    // cancelled when there is something to write
  Timer finished_;  // cancelled when the writer has come to its end

  std::mutex mutex_;
  std::vector<std::string> pieces_;  // guarded by mutex_
  std::size_t waiting_bytes_ = 0;    // guarded by mutex_: posted, not yet taken by the kernel
  std::size_t waiting_count_ = 0;    // guarded by mutex_: likewise
  bool waking_ = false;              // guarded by mutex_: the writer will be woken
  bool ending_ = false;              // guarded by mutex_: nothing is to follow
};

}  // namespace berth::net
