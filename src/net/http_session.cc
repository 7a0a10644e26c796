#include "net/http_session.h"

#include "base/log.h"
#include "net/websocket.h"

#include <boost/asio/post.hpp>

namespace berth::net {

namespace {

constexpr HttpFault kNoSubprotocol{400, "no WebSocket subprotocol that is spoken on this path"};
constexpr HttpFault kTooSlow{408, "the request took too long"};
constexpr std::string_view kContinue = "HTTP/1.1 100 Continue\r\n\r\n";

Refusal refusal_of(int status) {
  if (status == 413) return Refusal::kBodyTooLarge;
  if (status == 431) return Refusal::kHeaderTooLarge;
  return Refusal::kMalformed;
}

HttpLimits http_limits(const Limits& limits) {
  return {.header_bytes = limits.header_bytes,
          .body_bytes = limits.body_bytes,
          .large_body_bytes = limits.large_body_bytes};
}

}  // namespace

HttpSession::HttpSession(std::shared_ptr<Connection> connection)
    : connection_(std::move(connection)), decoder_(http_limits(connection_->limits())) {}

HttpSession::~HttpSession() {
  open_ = false;
  conversation_.reset();
}

bool HttpSession::post(wire::Actions actions) {
  if (streaming_.load(std::memory_order_acquire)) {
    return open_ && streamer_->post(std::move(actions));
  }
  bool closes = false;
  for (const wire::Action& action : actions) {
    closes = closes || std::holds_alternative<wire::Close>(action);
  }
  if (!closes || actions.size() != 1 || !open_) return false;
  boost::asio::post(connection_->core().executor,
                    [connection = connection_] { connection->drain(); });
  return true;
}

Task<std::optional<WebSocketRequest>> HttpSession::run() {
  while (true) {
    const Got got = co_await read_request();
    if (got != Got::kRequest) co_return std::nullopt;
    wire::HttpRequest request = decoder_.take();
    if (decoder_.wants_upgrade()) {
      UpgradeMatch match = match_upgrade(request, connection_->listener().upgrades);
      if (match.kind == UpgradeMatch::Kind::kAccepted) {
        co_return WebSocketRequest{std::move(request), std::move(match.subprotocol),
                                   std::move(unread_)};
      }
      if (match.kind == UpgradeMatch::Kind::kRefused) {
        connection_->refuse(Refusal::kMalformed);
        co_await refuse(kNoSubprotocol);
        co_return std::nullopt;
      }
    }
    const bool more = co_await answer(std::move(request));
    if (!more) co_return std::nullopt;
    first_ = false;
  }
}

Task<HttpSession::Got> HttpSession::read_request() {
  const Limits& limits = connection_->limits();
  decoder_.reset();
  bool begun = !unread_.empty();
  State state = decode({});
  if (begun) {
    connection_->expect(limits.request, Refusal::kRequestTimeout);
  } else if (first_) {
    connection_->expect(limits.authenticate, Refusal::kAuthenticateTimeout);
  } else {
    connection_->expect(limits.http_idle, std::nullopt);
  }
  while (true) {
    if (state == State::kComplete) {
      connection_->expect_nothing();
      co_return Got::kRequest;
    }
    if (state == State::kBroken) {
      connection_->refuse(refusal_of(decoder_.fault().status));
      co_await refuse(decoder_.fault());
      co_return Got::kEnd;
    }
    if (state == State::kHeaders) {
      allow_body();
      // Who has begun to send the body does not wait for the permission.
      if (decoder_.expects_continue() && unread_.empty()) {
        const bool sent = co_await connection_->send(std::string(kContinue));
        if (!sent) co_return Got::kEnd;
        connection_->expect(limits.request, Refusal::kRequestTimeout);
      }
      state = decode({});
      continue;
    }
    if (!begun && connection_->draining()) co_return Got::kEnd;
    connection_->set_idle(!begun);
    const std::span<std::uint8_t> input = connection_->core().input();
    const IoResult got = co_await connection_->stream().read_some(input);
    connection_->set_idle(false);
    if (!got.ok()) {
      if (connection_->timed_out() && begun) co_await refuse(kTooSlow);
      co_return Got::kEnd;
    }
    if (!begun) {
      begun = true;
      connection_->expect(limits.request, Refusal::kRequestTimeout);
    }
    state = decode({reinterpret_cast<const char*>(input.data()), got.bytes});
  }
}

// Asks what may follow the header. A body without a length is what arrived together with it: what
// comes later is never one, or a proxy's next request could be taken for it.
void HttpSession::allow_body() {
  Core& core = connection_->core();
  wire::BodyRules rules = core.handler.body_rules(connection_->peer(), decoder_.header());
  rules.unframed_delete = rules.unframed_delete && core.limits.unframed_delete;
  unread_.erase(0, decoder_.allow(rules, unread_));
}

// Feeds unread_ and `fresh` to the decoder and keeps what it leaves. Bytes are only copied when a
// request comes in pieces.
HttpSession::State HttpSession::decode(std::string_view fresh) {
  const bool from_unread = !unread_.empty();
  if (from_unread) unread_ += fresh;
  const std::string_view bytes = from_unread ? std::string_view(unread_) : fresh;
  const HttpDecoder::Progress progress = decoder_.feed(bytes);
  if (from_unread) {
    unread_.erase(0, progress.consumed);
    if (unread_.empty()) std::string().swap(unread_);  // an idle connection keeps no buffer
  } else {
    unread_ = bytes.substr(progress.consumed);
  }
  return progress.state;
}

Task<bool> HttpSession::answer(wire::HttpRequest request) {
  Core& core = connection_->core();
  HttpFraming framing{.head = request.method == "HEAD", .keep_alive = decoder_.keep_alive()};
  if (core.in_flight >= core.limits.in_flight_per_core) {
    connection_->refuse(Refusal::kOverloaded);
    wire::HttpResponse busy = core.handler.refuse(503, "the server is busy; try again shortly");
    const bool told = co_await respond(std::move(busy), framing);
    co_return told;
  }
  if (!conversation_) conversation_ = core.handler.open(connection_->peer(), *this);
  wire::Actions actions;
  {
    const InFlight counted(core);
    actions = co_await conversation_->handle(std::move(request));
  }
  for (wire::Action& action : actions) {
    auto* endless = std::get_if<wire::HttpStream>(&action);
    if (endless == nullptr) continue;
    co_await stream(std::move(*endless), framing);
    co_return false;
  }
  wire::HttpResponse response = pick_response(std::move(actions), framing.keep_alive);
  const bool more = co_await respond(std::move(response), framing);
  co_return more;
}

Task<void> HttpSession::stream(wire::HttpStream stream, HttpFraming framing) {
  framing.keep_alive = false;
  framing.date = connection_->core().http_date();
  framing.body = decoder_.http_1_0() ? HttpBody::kUntilClose : HttpBody::kChunked;
  std::string head;
  encode_http(stream.header, framing, head);
  if (!framing.head) append_piece(stream.header.body, framing.body, head);
  if (framing.head) {
    const bool sent = co_await connection_->send(std::move(head));
    if (sent) co_await connection_->linger();
    co_return;
  }
  streamer_ = std::make_shared<HttpStreamer>(connection_, framing.body);
  streaming_.store(true, std::memory_order_release);
  co_await HttpStreamer::run(streamer_, std::move(head));
}

wire::HttpResponse HttpSession::pick_response(wire::Actions actions, bool& keep_alive) {
  std::optional<wire::HttpResponse> response;
  for (wire::Action& action : actions) {
    if (std::holds_alternative<wire::Close>(action)) keep_alive = false;
    if (auto* found = std::get_if<wire::HttpResponse>(&action)) response = std::move(*found);
  }
  if (response) return std::move(*response);
  log::error("net.no_response", {{"listener", connection_->listener().name}});
  return connection_->core().handler.refuse(500, "no answer was found for this request");
}

// Returns whether another request may follow.
Task<bool> HttpSession::respond(wire::HttpResponse response, HttpFraming framing) {
  Core& core = connection_->core();
  if (connection_->draining()) framing.keep_alive = false;
  framing.date = core.http_date();
  std::string& output = core.output();
  encode_http(response, framing, output);
  const std::optional<std::size_t> sent = connection_->send_now(output);
  if (!sent) co_return false;
  if (*sent < output.size()) {
    const bool all = co_await connection_->send(output.substr(*sent));
    if (!all) co_return false;
  }
  if (framing.keep_alive) co_return true;
  co_await connection_->linger();
  co_return false;
}

Task<void> HttpSession::refuse(HttpFault fault) {
  wire::HttpResponse response = connection_->core().handler.refuse(fault.status, fault.why);
  const HttpFraming framing{.keep_alive = false};
  co_await respond(std::move(response), framing);
}

}  // namespace berth::net
