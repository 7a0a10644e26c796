// A TLS client connection with OpenSSL directly on the socket: no buffers between the two, one
// syscall a record.
//
// Room device, private to it. Thread rule: belongs to one executor; one operation at a time.
#pragma once

#include "device/stream.h"

#include <boost/asio/ip/tcp.hpp>

#include <span>
#include <string_view>

struct ssl_st;

namespace berth::device {

class TlsStream final : public Stream {
 public:
  TlsStream(const boost::asio::any_io_executor& executor, const TlsContext& tls);
  ~TlsStream() override;
  TlsStream(const TlsStream&) = delete;
  TlsStream& operator=(const TlsStream&) = delete;

  // TCP, then the handshake. kConnect, kTls, kResumed.
  Task<Result<void, RegistrationError>> connect(const Server& server) override;
  Task<Result<void, RegistrationError>> write(std::string_view bytes) override;
  Task<Result<std::size_t, RegistrationError>> read(std::span<char> into) override;

  bool is_open() const override { return socket_.is_open(); }
  void close() override;  // says goodbye if it can

 private:
  Task<bool> ready(int ssl_error);
  Result<void, RegistrationError> begin(const Server& server);
  Result<void, RegistrationError> check_handshake() const;

  boost::asio::ip::tcp::socket socket_;
  const TlsContext& tls_;
  ssl_st* ssl_ = nullptr;
};

}  // namespace berth::device
