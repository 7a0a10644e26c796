// HttpSession: HTTP/1.1 on one connection, request by request, until it ends or becomes a
// WebSocket.
//
// Room net, internal. Thread rule: the connection's core, post() apart.
#pragma once

#include "net/connection.h"
#include "net/http_codec.h"
#include "net/http_stream.h"

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace berth::net {

// A WebSocket handshake that the listener's table allows.
struct WebSocketRequest {
  wire::HttpRequest request;
  std::string subprotocol;   // as the client spelled it
  std::string already_read;  // bytes after the request
};

class HttpSession final : public Outbound {
 public:
  explicit HttpSession(std::shared_ptr<Connection> connection);
  ~HttpSession() override;

  // Serves until the connection shall end (nothing) or be upgraded.
  Task<std::optional<WebSocketRequest>> run();

  bool post(wire::Actions actions) override;

 private:
  enum class Got { kRequest, kEnd };
  using State = HttpDecoder::State;

  Task<Got> read_request();
  State decode(std::string_view fresh);
  void allow_body();
  Task<bool> answer(wire::HttpRequest request);
  Task<bool> respond(wire::HttpResponse response, HttpFraming framing);
  Task<void> refuse(HttpFault fault);
  Task<void> stream(wire::HttpStream stream, HttpFraming framing);
  wire::HttpResponse pick_response(wire::Actions actions, bool& keep_alive);

  const std::shared_ptr<Connection> connection_;
  std::unique_ptr<Conversation> conversation_;  // from the first request on
  HttpDecoder decoder_;
  std::string unread_;  // received, not yet consumed
  bool first_ = true;
  std::atomic<bool> open_{true};
  std::shared_ptr<HttpStreamer> streamer_;  // set once, before streaming_
  std::atomic<bool> streaming_{false};
};

}  // namespace berth::net
