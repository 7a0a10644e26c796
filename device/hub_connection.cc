#include "berth/device/hub_connection.h"

#include "base/codec.h"
#include "device/endpoints.h"
#include "device/mqtt_client.h"
#include "device/topics.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/json.hpp>

#include <map>
#include <tuple>

namespace berth::device {
namespace {

namespace asio = boost::asio;
namespace json = boost::json;

constexpr auto kAwait = asio::as_tuple(asio::use_awaitable);
constexpr int kNotAuthorized = 5;  // the only refusal of hubs (§0.2)

auto trouble(Trouble kind, std::string what, int status = 0) {
  RegistrationError error;
  error.trouble = kind;
  error.status = status;
  error.what = std::move(what);
  return Fail(std::move(error));
}

HubError closed() {
  HubError error;
  error.trouble = Trouble::kClosed;
  error.what = "the connection was closed";
  return error;
}

// What the hub wrote about a request it refused (§2.6).
std::string error_text(const std::string& body) {
  boost::system::error_code bad;
  const json::value value = json::parse(body, bad);
  const json::object* object = bad ? nullptr : value.if_object();
  const json::value* message = object == nullptr ? nullptr : object->if_contains("message");
  const json::string* text = message == nullptr ? nullptr : message->if_string();
  return base::printable(text == nullptr ? body : std::string(*text));
}

wire::MqttConnect connect_packet(const ConnectionString& to, const HubOptions& options,
                                 TimePoint expires) {
  wire::MqttConnect packet;
  packet.client_id = to.device_id;
  packet.user_name = user_name(to.host, to.device_id, options.agent);
  if (!options.model_id.empty()) {
    *packet.user_name += "&model-id=" + base::percent_encode(options.model_id);
  }
  if (!to.by_certificate) packet.password = hub_token(to, expires);
  packet.clean_session = options.clean_session;
  packet.keep_alive_seconds = static_cast<std::uint16_t>(
      std::clamp<std::chrono::seconds::rep>(options.keep_alive.count(), 0, 0xffff));
  if (options.will) {
    wire::MqttWill will;
    will.topic = telemetry_topic(to.device_id, options.will->properties);
    will.payload = options.will->body;
    will.qos = 1;
    packet.will = std::move(will);
  }
  return packet;
}

}  // namespace

struct HubConnection::State : std::enable_shared_from_this<HubConnection::State> {
  State(asio::any_io_executor on, const TlsContext& tls, const Clock& time, HubListener& to)
      : executor(std::move(on)), clock(time), listener(to), client(executor, tls, handlers()) {}

  struct Waiting {
    explicit Waiting(const asio::any_io_executor& on) : timer(on) {}
    asio::steady_timer timer;
    std::optional<TwinReply> reply;
    std::string body;
  };

  const asio::any_io_executor executor;
  const Clock& clock;
  HubListener& listener;
  MqttClient client;
  std::string device_id;
  std::chrono::milliseconds timeout{0};
  std::map<std::string, Waiting*, std::less<>> waiting;  // for twin replies, by request id
  std::uint64_t last_request = 0;
  std::optional<HubError> ended;
  bool hears_replies = false;

  MqttClient::Handlers handlers() {
    MqttClient::Handlers made;
    made.on_publish = [this](const wire::MqttPublish& message) { receive(message); };
    made.on_closed = [this](const RegistrationError& error) {
      end(error);
      listener.on_closed(error);
    };
    return made;
  }

  void end(const HubError& error) {
    if (!ended) ended = error;
    for (auto& [request, one] : waiting) one->timer.cancel();
  }

  void receive(const wire::MqttPublish& message);
  Task<Result<TwinReply, HubError>> ask(std::string request, wire::MqttPublish question,
                                        std::string& body);
  Task<Result<void, HubError>> hear_replies();
};

void HubConnection::State::receive(const wire::MqttPublish& message) {
  // The listener may let go of the connection.
  const std::shared_ptr<State> self = shared_from_this();
  const HubTopic topic = read_topic(message.topic, device_id);
  if (const auto* reply = std::get_if<TwinReply>(&topic)) {
    const auto found = waiting.find(reply->request);
    if (found == waiting.end()) return;
    found->second->reply = *reply;
    found->second->body = message.payload;
    found->second->timer.cancel();
  } else if (const auto* desired = std::get_if<DesiredTopic>(&topic)) {
    listener.on_desired(desired->version, message.payload);
  } else if (const auto* method = std::get_if<MethodTopic>(&topic)) {
    const MethodAnswer answer = listener.on_method(method->name, message.payload);
    wire::MqttPublish result;
    result.topic = method_reply_topic(answer.status, method->request);
    result.payload = answer.payload;
    client.post(std::move(result));
  } else if (const auto* cloud = std::get_if<MessageTopic>(&topic)) {
    listener.on_message({message.payload, cloud->properties, message.duplicate});
  }
}

// Sends a twin request and waits for its answer; `body` is the caller's.
Task<Result<TwinReply, HubError>> HubConnection::State::ask(std::string request,
                                                            wire::MqttPublish question,
                                                            std::string& body) {
  const std::shared_ptr<State> self = shared_from_this();
  Waiting mine(executor);
  mine.timer.expires_after(timeout);
  waiting[request] = &mine;
  const bool posted = client.post(std::move(question));
  if (posted && !ended) {
    const std::tuple<boost::system::error_code> waited = co_await mine.timer.async_wait(kAwait);
    static_cast<void>(waited);
  }
  waiting.erase(request);
  body = std::move(mine.body);
  if (!mine.reply && ended) co_return Fail(HubError(*ended));
  if (!mine.reply) {
    co_return trouble(Trouble::kTimeout, "the hub did not answer about the twin in time");
  }
  if (mine.reply->status < 200 || mine.reply->status >= 300) {
    co_return trouble(Trouble::kRefused, error_text(body), mine.reply->status);
  }
  co_return *std::move(mine.reply);
}

Task<Result<void, HubError>> HubConnection::State::hear_replies() {
  if (hears_replies) co_return Result<void, HubError>();
  std::vector<wire::MqttSubscription> wanted;
  wanted.push_back({std::string(kTwinReplies), 0});
  Result<void, HubError> done = co_await client.subscribe(std::move(wanted));
  hears_replies = done.has_value();
  co_return done;
}

HubConnection::HubConnection(asio::any_io_executor executor, const TlsContext& tls,
                             const Clock& clock, HubListener& listener)
    : state_(std::make_shared<State>(std::move(executor), tls, clock, listener)) {}

HubConnection::~HubConnection() { close(); }

Task<Result<bool, HubError>> HubConnection::connect(const ConnectionString& to,
                                                    const HubOptions& options) {
  const std::shared_ptr<State> self = state_;
  self->device_id = to.device_id;
  self->timeout = options.timeout;
  MqttClient::Target target;
  target.name = to.gateway.empty() ? to.host : to.gateway;
  target.timeout = options.timeout;
  const std::uint16_t port = options.port.value_or(to.port.value_or(kHubPort));
  if (options.address) {
    target.endpoints.emplace_back(*options.address, port);
  } else {
    auto found = co_await find_endpoints(target.name, port);
    if (!found) co_return Fail(std::move(found).error());
    target.endpoints = *std::move(found);
  }
  wire::MqttConnect packet =
      connect_packet(to, options, self->clock.wall() + options.token_lifetime);
  MqttResult<wire::MqttConnack> accepted = co_await self->client.connect(target, std::move(packet));
  if (accepted) co_return accepted->session_present;
  HubError error = std::move(accepted).error();
  const std::string where = target.name + ":" + std::to_string(port);
  if (error.trouble == Trouble::kRefused && error.status == kNotAuthorized) {
    error.what = "the hub " + to.host + " did not accept this " +
                 (to.by_certificate ? "certificate" : "key") + " for device " + to.device_id +
                 ", or does not let the device in";
  } else {
    error.what = where + ": " + error.what;
  }
  self->end(error);
  co_return Fail(std::move(error));
}

Task<Result<void, HubError>> HubConnection::subscribe(std::vector<Channel> channels) {
  const std::shared_ptr<State> self = state_;
  std::vector<wire::MqttSubscription> wanted;
  for (const Channel channel : channels) {
    switch (channel) {
      case Channel::kDesired:
        wanted.push_back({std::string(kDesiredChanges), 0});
        break;
      case Channel::kMethods:
        wanted.push_back({std::string(kMethodCalls), 0});
        break;
      case Channel::kMessages:
        wanted.push_back({message_filter(self->device_id), 1});
        break;
    }
  }
  Result<void, HubError> done = co_await self->client.subscribe(std::move(wanted));
  co_return done;
}

Task<Result<void, HubError>> HubConnection::send(Telemetry telemetry) {
  const std::shared_ptr<State> self = state_;
  wire::MqttPublish message;
  message.topic = telemetry_topic(self->device_id, telemetry.properties);
  message.payload = std::move(telemetry.body);
  message.qos = 1;
  Result<void, HubError> done = co_await self->client.publish(std::move(message));
  co_return done;
}

Task<Result<std::string, HubError>> HubConnection::twin() {
  const std::shared_ptr<State> self = state_;
  Result<void, HubError> hears = co_await self->hear_replies();
  if (!hears) co_return Fail(std::move(hears).error());
  std::string request = std::to_string(++self->last_request);
  wire::MqttPublish question;
  question.topic = twin_get_topic(request);
  std::string body;
  Result<TwinReply, HubError> reply =
      co_await self->ask(std::move(request), std::move(question), body);
  if (!reply) co_return Fail(std::move(reply).error());
  co_return body;
}

Task<Result<std::uint64_t, HubError>> HubConnection::report(std::string patch) {
  const std::shared_ptr<State> self = state_;
  Result<void, HubError> hears = co_await self->hear_replies();
  if (!hears) co_return Fail(std::move(hears).error());
  std::string request = std::to_string(++self->last_request);
  wire::MqttPublish question;
  question.topic = reported_topic(request);
  question.payload = std::move(patch);
  std::string body;
  Result<TwinReply, HubError> reply =
      co_await self->ask(std::move(request), std::move(question), body);
  if (!reply) co_return Fail(std::move(reply).error());
  co_return reply->version.value_or(0);
}

Task<void> HubConnection::disconnect() {
  const std::shared_ptr<State> self = state_;
  co_await self->client.disconnect();
  self->end(closed());
}

void HubConnection::close() {
  state_->client.close();
  state_->end(closed());
}

bool HubConnection::is_open() const { return state_->client.is_open(); }

}  // namespace berth::device
