#include "berth/device/registration.h"

#include "base/codec.h"
#include "crypto/hmac.h"
#include "device/http_exchange.h"
#include "device/progress.h"
#include "device/tls_stream.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json.hpp>

#include <tuple>

namespace berth::device {
namespace {

namespace asio = boost::asio;
namespace json = boost::json;

constexpr std::string_view kApiVersion = "2021-06-01";
constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);

auto trouble(Trouble kind, std::string what, int status = 0) {
  RegistrationError error;
  error.trouble = kind;
  error.status = status;
  error.what = std::move(what);
  return Fail(std::move(error));
}

}  // namespace

std::string_view to_string(Trouble trouble) {
  switch (trouble) {
    case Trouble::kConnect:
      return "connect";
    case Trouble::kTls:
      return "tls";
    case Trouble::kResumed:
      return "session_resumed";
    case Trouble::kTimeout:
      return "timeout";
    case Trouble::kClosed:
      return "closed";
    case Trouble::kProtocol:
      return "protocol";
    case Trouble::kRefused:
      return "refused";
    case Trouble::kFailed:
      return "failed";
  }
  return "protocol";
}

std::string registration_token(const Credentials& credentials, TimePoint expires) {
  const std::string resource = base::percent_encode(credentials.id_scope) + "%2Fregistrations%2F" +
                               base::percent_encode(credentials.registration_id);
  const std::string expiry = std::to_string(base::to_unix_seconds(expires));
  const crypto::Sha256 mac = crypto::hmac_sha256(credentials.key.bytes(), resource + "\n" + expiry);
  return "SharedAccessSignature sr=" + resource +
         "&sig=" + base::percent_encode(base::base64_encode(mac)) + "&se=" + expiry +
         "&skn=registration";
}

struct RegistrationClient::State : std::enable_shared_from_this<RegistrationClient::State> {
  State(asio::any_io_executor executor, const TlsContext& tls, const Server& to, const Clock& time)
      : stream(executor, tls), deadline(executor), pause(executor), server(to), clock(time) {}

  TlsStream stream;
  asio::steady_timer deadline;
  asio::steady_timer pause;
  const Server& server;
  const Clock& clock;
  std::string request;
  std::string buffer;
  std::uint64_t run_number = 0;
  bool timed_out = false;

  // Closes the connection when the time of this run is over; whatever waits on it then ends.
  void arm(std::chrono::milliseconds timeout) {
    timed_out = false;
    const std::uint64_t number = ++run_number;
    deadline.expires_after(timeout);
    // Weak: an expiry that is already queued may outlive the client.
    deadline.async_wait([weak = weak_from_this(), number](const boost::system::error_code& error) {
      const std::shared_ptr<State> self = weak.lock();
      if (error || !self || number != self->run_number) return;
      self->timed_out = true;
      self->stream.close();
      self->pause.cancel();
    });
  }
  void disarm() {
    ++run_number;
    deadline.cancel();
  }

  void write_head(std::string_view method, std::string_view target, const std::string& token,
                  std::size_t body_size) {
    request.clear();
    request.append(method).append(" ").append(target);
    request.append("?api-version=").append(kApiVersion).append(" HTTP/1.1\r\nHost: ");
    request.append(server.name);
    if (!token.empty()) request.append("\r\nAuthorization: ").append(token);
    request.append("\r\nUser-Agent: berth-device\r\nAccept: application/json\r\n");
    if (body_size > 0) {
      request.append("Content-Type: application/json; charset=utf-8\r\nContent-Length: ");
      request.append(std::to_string(body_size)).append("\r\n");
    }
    request.append("\r\n");
  }

  Task<Result<Registered, RegistrationError>> converse(const Credentials& credentials,
                                                       const RegistrationOptions& options);
  Task<Result<Registered, RegistrationError>> poll(std::string target, std::string token,
                                                   Progress state,
                                                   const RegistrationOptions& options);
};

Task<Result<Registered, RegistrationError>> RegistrationClient::State::poll(
    std::string target, std::string token, Progress state, const RegistrationOptions& options) {
  Registered registered;
  while (state.status == "assigning") {
    if (registered.polls++ >= options.polls_max) {
      co_return trouble(Trouble::kTimeout, "still assigning after the last poll");
    }
    if (options.poll_delay.count() > 0) {
      pause.expires_after(options.poll_delay);
      const std::tuple<boost::system::error_code> waited = co_await pause.async_wait(kAwait);
      if (std::get<0>(waited)) co_return trouble(Trouble::kTimeout, "the time is over");
    }
    if (!stream.is_open()) {
      Result<void, RegistrationError> connected = co_await stream.connect(server);
      if (!connected) co_return Fail(std::move(connected).error());
    }
    write_head("GET", target + "/operations/" + state.operation_id, token, 0);
    Result<HttpReply, RegistrationError> reply = co_await exchange(stream, request, buffer);
    if (!reply) co_return Fail(std::move(reply).error());
    if (reply->status != 200 && reply->status != 202) {
      co_return trouble(Trouble::kRefused, error_text(reply->body), reply->status);
    }
    std::optional<Progress> next = read_state(reply->body);
    if (!next) co_return trouble(Trouble::kProtocol, "the poll was not answered with JSON");
    if (next->operation_id.empty()) next->operation_id = std::move(state.operation_id);
    state = *std::move(next);
  }
  if (state.status != "assigned") {
    co_return trouble(Trouble::kFailed, base::printable(state.status + " " + state.error));
  }
  registered.hub = std::move(state.hub);
  registered.device_id = std::move(state.device_id);
  co_return registered;
}

Task<Result<Registered, RegistrationError>> RegistrationClient::State::converse(
    const Credentials& credentials, const RegistrationOptions& options) {
  const Instant started = clock.monotonic();
  Timing timing;
  if (!stream.is_open()) {
    buffer.clear();
    Result<void, RegistrationError> connected = co_await stream.connect(server);
    if (!connected) co_return Fail(std::move(connected).error());
    timing.handshake = clock.monotonic() - started;
  }
  const auto reach = [&options](RegistrationStage stage) {
    if (options.on_stage) options.on_stage(stage);
  };
  reach(RegistrationStage::kConnected);
  std::string token;
  if (!credentials.key.empty()) {
    token = registration_token(credentials, clock.wall() + options.token_lifetime);
  }
  const std::string target = "/" + base::percent_encode(credentials.id_scope) + "/registrations/" +
                             base::percent_encode(credentials.registration_id);
  std::string body = R"({"registrationId":)";
  body += json::serialize(json::string(credentials.registration_id));
  if (!options.payload.empty()) body += R"(,"payload":)" + options.payload;
  body += '}';
  write_head("PUT", target + "/register", token, body.size());
  request += body;
  reach(RegistrationStage::kRegistering);
  Result<HttpReply, RegistrationError> reply = co_await exchange(stream, request, buffer);
  if (!reply) co_return Fail(std::move(reply).error());
  if (reply->status != 200 && reply->status != 202) {
    co_return trouble(Trouble::kRefused, error_text(reply->body), reply->status);
  }
  std::optional<Progress> state = read_state(reply->body);
  if (!state || state->operation_id.empty()) {
    co_return trouble(Trouble::kProtocol, "register was not answered with an operation id");
  }
  reach(RegistrationStage::kAssigning);
  Result<Registered, RegistrationError> done =
      co_await poll(target, token, *std::move(state), options);
  if (done) {
    timing.total = clock.monotonic() - started;
    done->timing = timing;
  }
  co_return done;
}

RegistrationClient::RegistrationClient(asio::any_io_executor executor, const TlsContext& tls,
                                       const Server& server, const Clock& clock)
    : state_(std::make_shared<State>(std::move(executor), tls, server, clock)) {}

RegistrationClient::~RegistrationClient() = default;

Task<Result<Registered, RegistrationError>> RegistrationClient::run(
    const Credentials& credentials, const RegistrationOptions& options) {
  State& state = *state_;
  state.arm(options.timeout);
  Result<Registered, RegistrationError> done = co_await state.converse(credentials, options);
  state.disarm();
  if (!done && state.timed_out) done.error().trouble = Trouble::kTimeout;
  if (!done || !options.keep_connection) state.stream.close();
  co_return done;
}

}  // namespace berth::device
