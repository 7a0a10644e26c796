// A connection of bytes to a server: over TLS, or over TCP alone for servers that speak without it.
//
// Room device, private to it. Thread rule: belongs to one executor; one operation at a time.
#pragma once

#include "base/task.h"
#include "berth/device/registration.h"

#include <memory>
#include <span>
#include <string_view>

namespace berth::device {

class Stream {
 public:
  virtual ~Stream() = default;

  virtual Task<Result<void, RegistrationError>> connect(const Server& server) = 0;
  virtual Task<Result<void, RegistrationError>> write(std::string_view bytes) = 0;
  // At least one byte; 0 when the peer has ended the stream.
  virtual Task<Result<std::size_t, RegistrationError>> read(std::span<char> into) = 0;

  virtual bool is_open() const = 0;
  virtual void close() = 0;  // whatever waits ends with kClosed
};

// `tls` outlives it and decides whether there is TLS at all.
std::unique_ptr<Stream> make_stream(const boost::asio::any_io_executor& executor,
                                    const TlsContext& tls);

}  // namespace berth::device
