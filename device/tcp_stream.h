// A TCP connection without TLS, for servers that were told to speak so.
//
// Room device, private to it. Thread rule: belongs to one executor; one read and one write at a
// time.
#pragma once

#include "device/stream.h"

#include <boost/asio/ip/tcp.hpp>

namespace berth::device {

class TcpStream final : public Stream {
 public:
  explicit TcpStream(const boost::asio::any_io_executor& executor) : socket_(executor) {}

  Task<Result<void, RegistrationError>> connect(const Server& server) override;
  Task<Result<void, RegistrationError>> write(std::string_view bytes) override;
  Task<Result<std::size_t, RegistrationError>> read(std::span<char> into) override;

  bool is_open() const override { return socket_.is_open(); }
  void close() override;

 private:
  boost::asio::ip::tcp::socket socket_;
};

}  // namespace berth::device
