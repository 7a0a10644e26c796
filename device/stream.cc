#include "device/stream.h"

#include "device/tcp_stream.h"
#include "device/tls_stream.h"

namespace berth::device {

std::unique_ptr<Stream> make_stream(const boost::asio::any_io_executor& executor,
                                    const TlsContext& tls) {
  if (tls.get() == nullptr) return std::make_unique<TcpStream>(executor);
  return std::make_unique<TlsStream>(executor, tls);
}

}  // namespace berth::device
