#include "net/websocket.h"

#include "base/codec.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/http/string_body.hpp>
#include <boost/beast/websocket/stream.hpp>

#include <algorithm>
#include <array>
#include <exception>

namespace berth::net {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;
namespace websocket = boost::beast::websocket;

namespace {

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
// Beast hands over frame header and payload as separate buffers; gathered up to the size of one
// TLS record they cost one SSL_write.
constexpr std::size_t kGatherBytes = 16 * 1024;
constexpr std::size_t kReadBytes = 2 * 1024;

beast::error_code error_of(const std::exception_ptr& thrown, IoStatus status) {
  if (thrown) return asio::error::no_memory;
  switch (status) {
    case IoStatus::kOk:
      return {};
    case IoStatus::kClosed:
      return asio::error::eof;
    case IoStatus::kCancelled:
      return asio::error::operation_aborted;
    case IoStatus::kWantRead:
    case IoStatus::kWantWrite:
    case IoStatus::kFailed:
      break;
  }
  return asio::error::connection_reset;
}

// SocketStream in the shape that Beast asks of the layer below itself (AsyncStream). Each operation
// is a small coroutine, because that is what SocketStream offers.
class Layer {
 public:
  using executor_type = Executor;

  Layer(SocketStream& lower, std::string already_read)
      : lower_(lower), already_read_(std::move(already_read)) {}

  executor_type get_executor() { return lower_.socket().get_executor(); }
  SocketStream& lower() { return lower_; }

  template <class Buffers, class Token>
  auto async_read_some(const Buffers& buffers, Token&& token) {
    return asio::async_initiate<Token, void(beast::error_code, std::size_t)>(
        [this](auto handler, asio::mutable_buffer into) {
          const std::span<std::uint8_t> room(static_cast<std::uint8_t*>(into.data()), into.size());
          spawn(read(room), std::move(handler));
        },
        token, first_of<asio::mutable_buffer>(buffers));
  }

  template <class Buffers, class Token>
  auto async_write_some(const Buffers& buffers, Token&& token) {
    gather(buffers);
    return asio::async_initiate<Token, void(beast::error_code, std::size_t)>(
        [this](auto handler) { spawn(write(), std::move(handler)); }, token);
  }

 private:
  template <class Handler>
  void spawn(Task<IoResult> operation, Handler handler) {
    asio::co_spawn(
        get_executor(), std::move(operation),
        [handler = std::move(handler)](const std::exception_ptr& thrown, IoResult result) mutable {
          std::move(handler)(error_of(thrown, result.status), result.bytes);
        });
  }

  template <class Buffer, class Buffers>
  static Buffer first_of(const Buffers& buffers) {
    const auto end = asio::buffer_sequence_end(buffers);
    for (auto at = asio::buffer_sequence_begin(buffers); at != end; ++at) {
      if (Buffer(*at).size() > 0) return *at;
    }
    return {};
  }

  template <class Buffers>
  void gather(const Buffers& buffers) {
    gathered_.clear();
    const auto end = asio::buffer_sequence_end(buffers);
    for (auto at = asio::buffer_sequence_begin(buffers); at != end; ++at) {
      const asio::const_buffer part(*at);
      const std::size_t room = kGatherBytes - gathered_.size();
      gathered_.append(static_cast<const char*>(part.data()), std::min(room, part.size()));
    }
  }

  Task<IoResult> read(std::span<std::uint8_t> into) {
    if (!already_read_.empty()) {
      const std::size_t size = std::min(into.size(), already_read_.size());
      std::copy_n(already_read_.begin(), size, into.begin());
      already_read_.erase(0, size);
      co_return IoResult{IoStatus::kOk, size};
    }
    const IoResult result = co_await lower_.read_some(into);
    co_return result;
  }

  Task<IoResult> write() {
    const IoResult result = co_await lower_.write_some(gathered_);
    std::string().swap(gathered_);
    co_return result;
  }

  SocketStream& lower_;
  std::string already_read_;
  std::string gathered_;
};

// Beast's customization points for closing the layer below: Connection does that.
template <class Handler>
void async_teardown(beast::role_type, Layer& layer, Handler&& handler) {
  asio::post(layer.get_executor(), [handler = std::forward<Handler>(handler)]() mutable {
    handler(beast::error_code{});
  });
}

void beast_close_socket(Layer& layer) { layer.lower().cancel(); }

class WebSocketStream final : public Stream {
 public:
  WebSocketStream(SocketStream& lower, std::string already_read)
      : lower_(lower), websocket_(lower, std::move(already_read)) {}

  Task<bool> accept(wire::HttpRequest request, std::string subprotocol) {
    websocket_.binary(true);
    websocket_.auto_fragment(false);
    websocket_.read_message_max(0);  // a byte stream; MqttSession bounds the packets in it
    websocket_.set_option(
        websocket::stream_base::decorator([subprotocol](websocket::response_type& response) {
          response.set(http::field::server, "Berth");  // else it names the library
          response.set(http::field::sec_websocket_protocol, subprotocol);
        }));
    http::request<http::string_body> handshake;
    handshake.version(11);
    handshake.method_string(request.method);
    handshake.target(request.path);
    for (const wire::Header& header : request.headers) {
      handshake.insert(header.name, header.value);
    }
    const auto [failed] = co_await websocket_.async_accept(handshake, kAwait);
    co_return !failed;
  }

  Task<IoResult> read_some(std::span<std::uint8_t> into) override {
    while (true) {
      const auto [failed, size] =
          co_await websocket_.async_read_some(asio::buffer(received_), kAwait);
      if (failed) co_return IoResult{status_of(failed)};
      if (size == 0) continue;         // an empty frame
      if (!websocket_.got_binary()) {  // [MQTT-6.0.0-1]
        goodbye_ = websocket::close_code::unknown_data;
        co_return IoResult{IoStatus::kFailed};
      }
      std::copy_n(received_.begin(), size, into.begin());
      co_return IoResult{IoStatus::kOk, size};
    }
  }

  Task<IoResult> write_some(std::string_view from) override {
    const auto [failed, size] =
        co_await websocket_.async_write(asio::buffer(from.data(), from.size()), kAwait);
    if (failed) co_return IoResult{status_of(failed)};
    co_return IoResult{IoStatus::kOk, size};
  }

  IoResult try_write(std::string_view) override { return {IoStatus::kWantWrite}; }

  Task<void> close() override {
    const auto [ignored] = co_await websocket_.async_close(goodbye_, kAwait);
    (void)ignored;  // the peer may be gone: so are we then
    co_await lower_.close();
  }

  void end_reading() override { lower_.end_reading(); }
  void cancel() override { lower_.cancel(); }

 private:
  IoStatus status_of(const beast::error_code& code) const {
    if (lower_.cancelled()) return IoStatus::kCancelled;
    const bool closed = code == websocket::error::closed || code == asio::error::eof;
    return closed ? IoStatus::kClosed : IoStatus::kFailed;
  }

  SocketStream& lower_;
  websocket::stream<Layer, false> websocket_;
  std::array<std::uint8_t, kReadBytes> received_{};
  websocket::close_code goodbye_ = websocket::close_code::normal;
};

std::string_view trimmed(std::string_view text) {
  const std::size_t begin = text.find_first_not_of(" \t");
  if (begin == std::string_view::npos) return {};
  return text.substr(begin, text.find_last_not_of(" \t") - begin + 1);
}

// The first offered subprotocol that the table has for the path, spelled as offered.
std::string_view pick_subprotocol(std::string_view offered, std::string_view path,
                                  const std::vector<Upgrade>& table) {
  while (!offered.empty()) {
    const std::size_t comma = offered.find(',');
    const std::string_view one = trimmed(offered.substr(0, comma));
    offered = comma == std::string_view::npos ? std::string_view() : offered.substr(comma + 1);
    for (const Upgrade& upgrade : table) {
      if (upgrade.path == path && base::equals_ignoring_case(upgrade.subprotocol, one)) return one;
    }
  }
  return {};
}

}  // namespace

UpgradeMatch match_upgrade(const wire::HttpRequest& request, const std::vector<Upgrade>& table) {
  const std::string* upgrade = request.header("upgrade");
  const bool known_path = std::any_of(
      table.begin(), table.end(), [&](const Upgrade& each) { return each.path == request.path; });
  if (!known_path || upgrade == nullptr || !base::equals_ignoring_case(*upgrade, "websocket")) {
    return {UpgradeMatch::Kind::kNone, {}};
  }
  for (const wire::Header& header : request.headers) {
    if (header.name != "sec-websocket-protocol") continue;
    const std::string_view picked = pick_subprotocol(header.value, request.path, table);
    if (!picked.empty()) return {UpgradeMatch::Kind::kAccepted, std::string(picked)};
  }
  return {UpgradeMatch::Kind::kRefused, {}};
}

Task<std::unique_ptr<Stream>> accept_websocket(SocketStream& lower, wire::HttpRequest request,
                                               std::string subprotocol, std::string already_read) {
  auto stream = std::make_unique<WebSocketStream>(lower, std::move(already_read));
  const bool accepted = co_await stream->accept(std::move(request), std::move(subprotocol));
  if (!accepted) co_return nullptr;
  co_return stream;
}

}  // namespace berth::net
