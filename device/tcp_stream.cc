#include "device/tcp_stream.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/error.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/write.hpp>

#include <tuple>

namespace berth::device {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

auto trouble(Trouble kind, std::string what) {
  RegistrationError error;
  error.trouble = kind;
  error.what = std::move(what);
  return Fail(std::move(error));
}

}  // namespace

void TcpStream::close() {
  boost::system::error_code ignored;
  socket_.close(ignored);
}

Task<Result<void, RegistrationError>> TcpStream::connect(const Server& server) {
  close();
  const std::tuple<boost::system::error_code> connected =
      co_await socket_.async_connect(server.endpoint, kAwait);
  if (std::get<0>(connected)) {
    co_return trouble(Trouble::kConnect, std::get<0>(connected).message());
  }
  boost::system::error_code ignored;
  socket_.set_option(tcp::no_delay(true), ignored);
  co_return Result<void, RegistrationError>();
}

Task<Result<void, RegistrationError>> TcpStream::write(std::string_view bytes) {
  const asio::const_buffer buffer(bytes.data(), bytes.size());
  const std::tuple<boost::system::error_code, std::size_t> written =
      co_await asio::async_write(socket_, buffer, kAwait);
  if (std::get<0>(written)) co_return trouble(Trouble::kClosed, std::get<0>(written).message());
  co_return Result<void, RegistrationError>();
}

Task<Result<std::size_t, RegistrationError>> TcpStream::read(std::span<char> into) {
  const asio::mutable_buffer buffer(into.data(), into.size());
  const std::tuple<boost::system::error_code, std::size_t> read =
      co_await socket_.async_read_some(buffer, kAwait);
  const boost::system::error_code error = std::get<0>(read);
  if (error == asio::error::eof) co_return std::size_t{0};
  if (error) co_return trouble(Trouble::kClosed, error.message());
  co_return std::get<1>(read);
}

}  // namespace berth::device
