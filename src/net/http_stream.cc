#include "net/http_stream.h"

#include "base/log.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <exception>
#include <utility>

namespace berth::net {

namespace asio = boost::asio;

namespace {

// What a peer may send to an answer that is still under way, which nobody will read.
constexpr std::size_t kUnaskedBytesMax = 64 * 1024;

}  // namespace

HttpStreamer::HttpStreamer(std::shared_ptr<Connection> connection, HttpBody framing)
    : connection_(std::move(connection)),
      framing_(framing),
      stall_(connection_->core().wheel, this, &HttpStreamer::on_stall),
      posted_(connection_->core().executor),
      finished_(connection_->core().executor) {
  Counters::add(connection_->core().counters.streams);
}

HttpStreamer::~HttpStreamer() { Counters::subtract(connection_->core().counters.streams); }

Task<void> HttpStreamer::run(std::shared_ptr<HttpStreamer> self, std::string head) {
  self->out_ = std::move(head);
  self->connection_->expect_nothing();
  asio::co_spawn(self->connection_->core().executor, write(self), asio::detached);
  co_await self->read_until_gone();
  self->end();
  if (!self->written_) {
    self->finished_.expires_at(Timer::time_point::max());
    co_await self->finished_.async_wait(asio::as_tuple(asio::use_awaitable));
  }
  if (!self->failed_) co_await self->connection_->linger();
}

// The only way to learn that the peer has left is to read. What it sends is thrown away.
Task<void> HttpStreamer::read_until_gone() {
  std::size_t unasked = 0;
  while (!connection_->draining() && !written_ && unasked < kUnaskedBytesMax) {
    connection_->set_idle(true);
    const IoResult got = co_await connection_->stream().read_some(connection_->core().input());
    connection_->set_idle(false);
    if (!got.ok()) co_return;
    unasked += got.bytes;
  }
}

bool HttpStreamer::post(wire::Actions actions) {
  const Limits& limits = connection_->limits();
  std::size_t bytes = 0;
  bool closes = false;
  for (const wire::Action& action : actions) {
    const auto* piece = std::get_if<wire::HttpPiece>(&action);
    if (piece != nullptr) bytes += piece->bytes.size();
    if (std::holds_alternative<wire::Close>(action)) closes = true;
  }
  const std::lock_guard lock(mutex_);
  if (ending_) return false;
  // A piece that is larger than the bound goes when nothing else waits.
  const bool full = waiting_count_ + actions.size() > limits.outgoing_queue_count ||
                    (waiting_bytes_ > 0 && waiting_bytes_ + bytes > limits.outgoing_buffer_bytes);
  if (full && !closes) {
    connection_->refuse(Refusal::kQueueFull);
    return false;
  }
  for (wire::Action& action : actions) {
    auto* piece = std::get_if<wire::HttpPiece>(&action);
    if (piece == nullptr) continue;
    pieces_.push_back(std::move(piece->bytes));
    ++waiting_count_;
  }
  waiting_bytes_ += bytes;
  ending_ = closes;
  wake_later();
  return true;
}

void HttpStreamer::end() {
  const std::lock_guard lock(mutex_);
  ending_ = true;
  wake_later();
}

// With mutex_ held.
void HttpStreamer::wake_later() {
  if (waking_) return;
  waking_ = true;
  asio::post(connection_->core().executor, [self = shared_from_this()] {
    {
      const std::lock_guard lock(self->mutex_);
      self->waking_ = false;
    }
    self->posted_.cancel();
  });
}

Task<void> HttpStreamer::write(std::shared_ptr<HttpStreamer> self) {
  try {
    co_await self->write_pieces();
  } catch (const std::exception& error) {
    self->failed_ = true;
    log::error("net.http_stream_threw", {{"what", error.what()}});
  }
  self->stall_.clear();
  self->written_ = true;
  self->finished_.cancel();
  // The reader may wait for a peer that has nothing to say: it is to leave.
  if (self->failed_) {
    self->connection_->stream().cancel();
  } else {
    self->connection_->stream().end_reading();
  }
}

Task<void> HttpStreamer::write_pieces() {
  std::vector<std::string> pieces;
  while (true) {
    co_await send_out();
    if (failed_) co_return;
    const bool last = take(pieces);
    if (pieces.empty() && !last) {
      posted_.expires_at(Timer::time_point::max());
      co_await posted_.async_wait(asio::as_tuple(asio::use_awaitable));
      continue;
    }
    for (const std::string& piece : pieces) append_piece(piece, framing_, out_);
    if (!last) continue;
    append_end(framing_, out_);
    co_await send_out();
    co_return;
  }
}

// Everything that waits; whether nothing follows. What was taken before has been sent.
bool HttpStreamer::take(std::vector<std::string>& pieces) {
  const std::lock_guard lock(mutex_);
  waiting_count_ = pieces_.size();
  waiting_bytes_ = 0;
  for (const std::string& piece : pieces_) waiting_bytes_ += piece.size();
  pieces.clear();
  pieces.swap(pieces_);
  return ending_;
}

Task<void> HttpStreamer::send_out() {
  std::string_view rest = out_;
  while (!rest.empty()) {
    stall_.set(connection_->limits().write_stall);
    const IoResult result = co_await connection_->stream().write_some(rest);
    if (!result.ok()) {
      failed_ = true;
      co_return;
    }
    rest.remove_prefix(result.bytes);
  }
  stall_.clear();
  std::string().swap(out_);
}

void HttpStreamer::on_stall(void* self) {
  auto* streamer = static_cast<HttpStreamer*>(self);
  streamer->connection_->refuse(Refusal::kWriteStall);
  streamer->connection_->stream().cancel();
}

}  // namespace berth::net
