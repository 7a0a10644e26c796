#include "device/mqtt_registration.h"

#include "base/codec.h"
#include "device/progress.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/this_coro.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json.hpp>

#include <charconv>
#include <tuple>

namespace berth::device {
namespace {

namespace asio = boost::asio;
namespace json = boost::json;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
constexpr std::string_view kAnswers = "$dps/registrations/res/";
constexpr std::string_view kRegister = "$dps/registrations/PUT/iotdps-register/?$rid=";
constexpr std::string_view kPoll = "$dps/registrations/GET/iotdps-get-operationstatus/?$rid=";

auto trouble(Trouble kind, std::string what, int status = 0) {
  RegistrationError error;
  error.trouble = kind;
  error.status = status;
  error.what = std::move(what);
  return Fail(std::move(error));
}

struct Reply {
  int status = 0;
  std::string body;
};

// One registration: a client, and the answer that is waited for.
class Registration {
 public:
  using Executor = asio::any_io_executor;

  Registration(const Executor& executor, const TlsContext& tls)
      : answered_(executor), pause_(executor), client_(executor, tls, handlers()) {}

  Task<Result<Registered, RegistrationError>> run(const MqttClient::Target& target,
                                                  const Credentials& credentials,
                                                  const RegistrationOptions& options,
                                                  TimePoint now);

 private:
  MqttClient::Handlers handlers();
  void receive(const wire::MqttPublish& message);
  Task<Result<Reply, RegistrationError>> ask(std::string topic, std::string body);
  Task<Result<Registered, RegistrationError>> converse(const Credentials& credentials,
                                                       const RegistrationOptions& options);

  asio::steady_timer answered_;
  asio::steady_timer pause_;
  MqttClient client_;
  std::chrono::milliseconds timeout_{0};
  std::uint64_t request_ = 0;
  std::optional<Reply> reply_;
  std::optional<RegistrationError> ended_;
};

MqttClient::Handlers Registration::handlers() {
  MqttClient::Handlers made;
  made.on_publish = [this](const wire::MqttPublish& message) { receive(message); };
  made.on_closed = [this](const RegistrationError& error) {
    ended_ = error;
    answered_.cancel();
  };
  return made;
}

// "$dps/registrations/res/202/?$rid=1&retry-after=3"
void Registration::receive(const wire::MqttPublish& message) {
  std::string_view topic = message.topic;
  if (!topic.starts_with(kAnswers)) return;
  topic.remove_prefix(kAnswers.size());
  Reply reply;
  const auto read = std::from_chars(topic.data(), topic.data() + topic.size(), reply.status);
  if (read.ec != std::errc()) return;
  topic.remove_prefix(static_cast<std::size_t>(read.ptr - topic.data()));
  const std::string mine = "/?$rid=" + std::to_string(request_);
  const bool is_mine = topic == mine || topic.starts_with(mine + "&");
  if (!is_mine) return;
  reply.body = message.payload;
  reply_ = std::move(reply);
  answered_.cancel();
}

Task<Result<Reply, RegistrationError>> Registration::ask(std::string topic, std::string body) {
  reply_.reset();
  wire::MqttPublish question;
  question.topic = std::move(topic);
  question.payload = std::move(body);
  question.qos = 1;
  MqttResult<void> sent = co_await client_.publish(std::move(question));
  if (!sent) co_return Fail(std::move(sent).error());
  if (!reply_ && !ended_) {
    answered_.expires_after(timeout_);
    const std::tuple<boost::system::error_code> waited = co_await answered_.async_wait(kAwait);
    static_cast<void>(waited);
  }
  if (reply_) co_return *std::move(reply_);
  if (ended_) co_return Fail(RegistrationError(*ended_));
  co_return trouble(Trouble::kTimeout, "the service did not answer in time");
}

Task<Result<Registered, RegistrationError>> Registration::converse(
    const Credentials& credentials, const RegistrationOptions& options) {
  std::string body = R"({"registrationId":)";
  body += json::serialize(json::string(credentials.registration_id));
  if (!options.payload.empty()) body += R"(,"payload":)" + options.payload;
  body += '}';
  std::string topic = std::string(kRegister) + std::to_string(++request_);
  Registered registered;
  std::string operation;
  while (true) {
    Result<Reply, RegistrationError> reply = co_await ask(std::move(topic), std::move(body));
    if (!reply) co_return Fail(std::move(reply).error());
    if (reply->status != 200 && reply->status != 202) {
      co_return trouble(Trouble::kRefused, error_text(reply->body), reply->status);
    }
    const std::optional<Progress> state = read_state(reply->body);
    if (!state) co_return trouble(Trouble::kProtocol, "the answer is not JSON");
    if (!state->operation_id.empty()) operation = state->operation_id;
    if (state->status == "assigned") {
      registered.hub = state->hub;
      registered.device_id = state->device_id;
      co_return registered;
    }
    if (state->status != "assigning") {
      co_return trouble(Trouble::kFailed, base::printable(state->status + " " + state->error));
    }
    if (registered.polls++ >= options.polls_max) {
      co_return trouble(Trouble::kTimeout, "still assigning after the last poll");
    }
    pause_.expires_after(options.poll_delay);
    const std::tuple<boost::system::error_code> waited = co_await pause_.async_wait(kAwait);
    static_cast<void>(waited);
    topic = std::string(kPoll) + std::to_string(++request_) +
            "&operationId=" + base::percent_encode(operation);
    body.clear();
  }
}

Task<Result<Registered, RegistrationError>> Registration::run(const MqttClient::Target& target,
                                                              const Credentials& credentials,
                                                              const RegistrationOptions& options,
                                                              TimePoint now) {
  timeout_ = options.timeout;
  wire::MqttConnect packet;
  packet.client_id = credentials.registration_id;
  packet.user_name = base::percent_encode(credentials.id_scope) + "/registrations/" +
                     base::percent_encode(credentials.registration_id) +
                     "/api-version=2019-03-31&ClientVersion=berth";
  if (!credentials.key.empty()) {
    packet.password =
        Secret::from_text(registration_token(credentials, now + options.token_lifetime));
  }
  MqttResult<wire::MqttConnack> connack = co_await client_.connect(target, std::move(packet));
  if (!connack) co_return Fail(std::move(connack).error());
  std::vector<wire::MqttSubscription> filters;
  filters.push_back({std::string(kAnswers) + "#", 1});
  MqttResult<void> heard = co_await client_.subscribe(std::move(filters));
  if (!heard) co_return Fail(std::move(heard).error());
  Result<Registered, RegistrationError> done = co_await converse(credentials, options);
  co_await client_.disconnect();
  co_return done;
}

}  // namespace

Task<Result<Registered, RegistrationError>> register_over_mqtt(const TlsContext& tls,
                                                               const MqttClient::Target& target,
                                                               const Credentials& credentials,
                                                               const RegistrationOptions& options,
                                                               const Clock& clock) {
  const Instant started = clock.monotonic();
  const asio::any_io_executor executor = co_await asio::this_coro::executor;
  Registration registration(executor, tls);
  Result<Registered, RegistrationError> done =
      co_await registration.run(target, credentials, options, clock.wall());
  if (done) done->timing.total = clock.monotonic() - started;
  co_return done;
}

}  // namespace berth::device
