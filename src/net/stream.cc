#include "net/stream.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/use_awaitable.hpp>

#include <cerrno>
#include <sys/socket.h>

namespace berth::net {

namespace asio = boost::asio;

namespace {

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

IoResult from_system(ssize_t moved, IoStatus want) {
  if (moved > 0) return {IoStatus::kOk, static_cast<std::size_t>(moved)};
  if (moved == 0) return {IoStatus::kClosed};
  if (errno == EAGAIN || errno == EWOULDBLOCK || errno == EINTR) return {want};
  return {IoStatus::kFailed};
}

}  // namespace

SocketStream::SocketStream(Socket socket, Counters& counters)
    : socket_(std::move(socket)), counters_(counters) {
  boost::system::error_code ignored;  // without it every try would block; a live socket cannot fail
  socket_.native_non_blocking(true, ignored);
}

Task<IoResult> SocketStream::read_some(std::span<std::uint8_t> into) {
  // Waiting first saves the read that finds nothing, which is what follows every answer.
  if (!may_have_input()) {
    const IoStatus ready = co_await wait(IoStatus::kWantRead);
    if (ready != IoStatus::kOk) co_return IoResult{ready};
  }
  while (true) {
    const IoResult tried = read_now(into);
    if (tried.status != IoStatus::kWantRead && tried.status != IoStatus::kWantWrite) {
      co_return tried;
    }
    const IoStatus ready = co_await wait(tried.status);
    if (ready != IoStatus::kOk) co_return IoResult{ready};
  }
}

IoResult SocketStream::read_now(std::span<std::uint8_t> into) {
  try_first_ = false;
  const IoResult tried = try_read(into);
  if (tried.ok()) Counters::add(counters_.bytes_in, tried.bytes);
  return tried;
}

Task<IoResult> SocketStream::write_some(std::string_view from) {
  while (true) {
    const IoResult tried = try_write(from);
    if (tried.status != IoStatus::kWantRead && tried.status != IoStatus::kWantWrite) {
      co_return tried;
    }
    const IoStatus ready = co_await wait(tried.status);
    if (ready != IoStatus::kOk) co_return IoResult{ready};
  }
}

void SocketStream::end_reading() {
  boost::system::error_code ignored;
  socket_.shutdown(Socket::shutdown_receive, ignored);
}

void SocketStream::cancel() {
  cancelled_ = true;
  boost::system::error_code ignored;
  socket_.cancel(ignored);
}

Task<IoStatus> SocketStream::wait(IoStatus want) {
  if (cancelled_) co_return IoStatus::kCancelled;
  const auto [failed] = co_await socket_.async_wait(wait_kind(want), kAwait);
  if (cancelled_) co_return IoStatus::kCancelled;
  co_return failed ? IoStatus::kFailed : IoStatus::kOk;
}

Task<void> SocketStream::discard(std::span<std::uint8_t> scratch, std::size_t most) {
  std::size_t seen = 0;
  while (seen < most) {
    const ssize_t got = ::recv(socket_.native_handle(), scratch.data(), scratch.size(), 0);
    const IoResult result = from_system(got, IoStatus::kWantRead);
    if (result.ok()) {
      seen += result.bytes;
      continue;
    }
    if (result.status != IoStatus::kWantRead) co_return;
    const IoStatus ready = co_await wait(IoStatus::kWantRead);
    if (ready != IoStatus::kOk) co_return;
  }
}

void SocketStream::shutdown_send() {
  boost::system::error_code ignored;
  socket_.shutdown(Socket::shutdown_send, ignored);
}

IoResult PlainStream::try_read(std::span<std::uint8_t> into) {
  const ssize_t got = ::recv(socket().native_handle(), into.data(), into.size(), 0);
  return from_system(got, IoStatus::kWantRead);
}

IoResult PlainStream::try_write(std::string_view from) {
  const ssize_t sent = ::send(socket().native_handle(), from.data(), from.size(), MSG_NOSIGNAL);
  const IoResult result = from_system(sent, IoStatus::kWantWrite);
  if (result.ok()) Counters::add(counters().bytes_out, result.bytes);
  return result;
}

Task<void> PlainStream::close() {
  shutdown_send();
  co_return;
}

}  // namespace berth::net
