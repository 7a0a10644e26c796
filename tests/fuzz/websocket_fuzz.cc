// rooms: net
// WebSocket frames at an upgraded connection, over a socket pair and an event loop of its own. The
// same bytes carry the same payload whether they come at once or in pieces, and the stream ends
// when the peer does, whatever it sent.
#include "net/websocket.h"

#include "base/check.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>

namespace {

using namespace berth;
namespace asio = boost::asio;

struct Received {
  bool ended = false;
  std::string payload;
};

wire::HttpRequest handshake() {
  wire::HttpRequest request;
  request.method = "GET";
  request.path = "/mqtt";
  request.headers = {{"host", "a"},
                     {"connection", "Upgrade"},
                     {"upgrade", "websocket"},
                     {"sec-websocket-version", "13"},
                     {"sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ=="}};
  return request;
}

Task<void> serve(net::PlainStream& lower, std::string already_read, Received& received) {
  const std::unique_ptr<net::Stream> stream =
      co_await net::accept_websocket(lower, handshake(), "mqtt", std::move(already_read));
  BERTH_CHECK(stream != nullptr);
  std::array<std::uint8_t, 4096> buffer{};
  while (true) {
    const net::IoResult got = co_await stream->read_some(buffer);
    if (!got.ok()) break;
    BERTH_CHECK(got.bytes > 0 && got.bytes <= buffer.size());
    received.payload.append(reinterpret_cast<const char*>(buffer.data()), got.bytes);
  }
  co_await stream->close();
  received.ended = true;
}

// What the server answers is read and dropped, so that it never blocks.
void drop_answers(int peer) {
  std::array<char, 4096> dropped{};
  while (::recv(peer, dropped.data(), dropped.size(), MSG_DONTWAIT) > 0) {
  }
}

std::string receive(std::string_view bytes, std::size_t piece) {
  std::array<int, 2> ends{};
  BERTH_CHECK(::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends.data()) == 0);
  Received received;
  net::Counters counters;
  {
    asio::io_context loop(1);
    net::PlainStream lower(net::Socket(loop.get_executor(), asio::ip::tcp::v4(), ends[0]),
                           counters);
    // Half of the first piece comes with the handshake.
    const std::size_t early = std::min(piece / 2, bytes.size());
    asio::co_spawn(loop, serve(lower, std::string(bytes.substr(0, early)), received),
                   asio::detached);
    bytes.remove_prefix(early);
    while (!bytes.empty() && !received.ended) {
      const std::size_t size = std::min(piece, bytes.size());
      if (::send(ends[1], bytes.data(), size, MSG_NOSIGNAL) <= 0) break;
      bytes.remove_prefix(size);
      loop.poll();
      drop_answers(ends[1]);
    }
    ::shutdown(ends[1], SHUT_WR);
    while (!received.ended && loop.run_one() > 0) drop_answers(ends[1]);
    BERTH_CHECK(received.ended);
  }
  ::close(ends[1]);
  return received.payload;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const std::string whole = receive(bytes, std::max<std::size_t>(size, 1));
  const std::string split = receive(bytes, 5);
  BERTH_CHECK(split == whole);
  return 0;
}
