#include "app/conversation.h"

#include "app/live_subscription.h"
#include "base/log.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>
#include <boost/json.hpp>

#include <any>
#include <atomic>
#include <utility>

namespace berth::app {
namespace {

// More commands than any dialect needs for one request; a dialect that keeps asking is a bug.
constexpr std::size_t kCommandsPerRequestMax = 16;
// Events of the hub that may wait for one connection's turn.
constexpr std::size_t kEventsWaitingMax = 256;

void append(wire::Actions& to, wire::Actions from) {
  for (wire::Action& action : from) to.push_back(std::move(action));
}

bool is_plain(const wire::Peer& peer) {
  switch (peer.transport) {
    case wire::Transport::kHttp:
    case wire::Transport::kMqttPlain:
      return true;
    case wire::Transport::kMqttWebSocket:
      return peer.tls_version.empty();
    case wire::Transport::kHttps:
    case wire::Transport::kMqtt:
      return false;
  }
  return true;
}

// The message, when a message for the hub's log is all that a step asks for.
domain::SendTelemetry* telemetry_in(dialects::StepResult& result) {
  if (!result.actions.empty() || result.commands.size() != 1) return nullptr;
  auto* operate = std::get_if<dialects::Operate>(&result.commands.front().body);
  return operate == nullptr ? nullptr : std::get_if<domain::SendTelemetry>(&operate->command);
}

bool may_change_names(const domain::ManagementCommand& command) {
  return std::holds_alternative<domain::CreateScope>(command) ||
         std::holds_alternative<domain::UpdateScope>(command) ||
         std::holds_alternative<domain::CreateHub>(command) ||
         std::holds_alternative<domain::UpdateHub>(command);
}

}  // namespace

// What a conversation is made of. Shared by net's RoutedConversation, by the hub, which may hold on
// to its subscriber a little longer, and by commands that an event of the hub has started; all of
// them on one io_context, deliver() apart.
class Exchange final : public hub::Subscriber, public std::enable_shared_from_this<Exchange> {
 public:
  Exchange(Router& router, const wire::Peer& peer, net::Outbound& outbound)
      : router_(router),
        peer_(peer),
        outbound_(outbound),
        brains_(router.parts_.surroundings.brains_here()),
        executor_(router.parts_.surroundings.executor_here()) {}

  // Keep themselves: the caller may let go meanwhile.
  static Task<wire::Actions> handle(std::shared_ptr<Exchange> self, wire::Request request);
  static Task<net::Conversation::Handled> handle_some(std::shared_ptr<Exchange> self,
                                                      std::span<wire::MqttPublish> messages);
  bool deliver(domain::HubEvent event) override;
  // The connection is gone: peer and outbound are no more.
  void end();

 private:
  // Messages on their way to the hub together, and the dialect's note of each.
  struct Gathered {
    std::vector<domain::SendTelemetry> messages;
    std::vector<std::any> correlations;
  };

  void on_event(domain::HubEvent event);
  static Task<void> follow(std::shared_ptr<Exchange> self, std::vector<dialects::Command> commands);
  dialects::Arrival arrival_of(wire::Request request) const;
  Task<wire::Actions> carry_out(std::vector<dialects::Command> commands);
  Task<wire::Actions> send(Gathered gathered);
  // What they refer to is the caller's until they are done.
  Task<dialects::Answer> run(dialects::Command& command);
  Task<dialects::Answer> run(dialects::Provision& provision, std::any correlation);
  Task<dialects::Answer> run(dialects::Manage& manage, std::any correlation);
  Task<dialects::Answer> run(dialects::Operate& operate, std::any correlation);
  Task<dialects::Answer> run(dialects::Inspect& inspect, std::any correlation);
  Task<Result<domain::ManagementResult>> operate(dialects::Manage manage);
  Task<domain::HubResult> operate(domain::HubCommand command);
  Task<Result<domain::ManagementResult>> follow_live(dialects::Manage manage);
  void on_news(domain::LiveNews news);
  void push(wire::Actions actions);
  wire::Actions trouble();

  Router& router_;
  const wire::Peer& peer_;
  net::Outbound& outbound_;
  const Brains brains_;
  const net::Executor executor_;
  const dialects::Dialect* dialect_ = nullptr;
  dialects::Session session_;
  bool one_shot_ = false;
  bool ended_ = false;
  std::size_t running_ = 0;  // commands under way; the attachment outlives them
  std::unique_ptr<hub::Attachment> attachment_;
  std::atomic<std::size_t> events_waiting_{0};
  std::shared_ptr<LiveSubscription> live_;  // while the answer to a FollowLive is under way
};

Task<wire::Actions> Exchange::handle(std::shared_ptr<Exchange> self, wire::Request request) {
  self->one_shot_ = std::holds_alternative<wire::HttpRequest>(request);
  if (self->one_shot_ || self->dialect_ == nullptr) {
    self->dialect_ = self->router_.claimant(self->peer_, request);
    self->session_ = {};
  }
  if (self->dialect_ == nullptr) co_return self->router_.unclaimed(request);

  dialects::Arrival arrival = self->arrival_of(std::move(request));
  dialects::StepResult result =
      self->dialect_->step(self->peer_, self->session_, std::move(arrival));
  wire::Actions actions = std::move(result.actions);
  wire::Actions more = co_await self->carry_out(std::move(result.commands));
  append(actions, std::move(more));
  co_return actions;
}

// Takes messages as long as they are for the hub's log and nothing else; the first that is not ends
// it, and is handled when those before it have been answered. `messages` is not looked at after the
// first wait.
Task<net::Conversation::Handled> Exchange::handle_some(std::shared_ptr<Exchange> self,
                                                       std::span<wire::MqttPublish> messages) {
  net::Conversation::Handled handled;
  if (self->dialect_ == nullptr) {
    handled.messages = messages.size();
    handled.actions = self->router_.unclaimed(wire::MqttPublish());
    co_return handled;
  }
  Gathered gathered;
  gathered.messages.reserve(messages.size());
  gathered.correlations.reserve(messages.size());
  dialects::StepResult other;
  // One time and one id for all: telemetry shows its id nowhere, and only one here may be another.
  const dialects::Arrival common = self->arrival_of(wire::MqttPublish());
  for (wire::MqttPublish& each : messages) {
    ++handled.messages;
    dialects::Arrival arrival{std::move(each), common.at, common.request_id};
    dialects::StepResult result =
        self->dialect_->step(self->peer_, self->session_, std::move(arrival));
    domain::SendTelemetry* telemetry = telemetry_in(result);
    if (telemetry == nullptr || !self->attachment_) {
      other = std::move(result);
      break;
    }
    gathered.messages.push_back(std::move(*telemetry));
    gathered.correlations.push_back(std::move(result.commands.front().correlation));
  }
  if (!gathered.messages.empty()) handled.actions = co_await self->send(std::move(gathered));
  if (self->ended_) co_return handled;
  append(handled.actions, std::move(other.actions));
  wire::Actions more = co_await self->carry_out(std::move(other.commands));
  append(handled.actions, std::move(more));
  co_return handled;
}

dialects::Arrival Exchange::arrival_of(wire::Request request) const {
  const Router::Parts& parts = router_.parts_;
  return {std::move(request), parts.clock.wall(), parts.rng.uuid()};
}

Task<wire::Actions> Exchange::send(Gathered gathered) {
  ++running_;
  hub::Attachment::Refusals refusals = co_await attachment_->send(std::move(gathered.messages));
  --running_;
  wire::Actions actions;
  if (ended_) {
    if (running_ == 0) attachment_.reset();
    co_return actions;  // nobody is left to hear them
  }
  for (std::size_t i = 0; i < refusals.size() && !ended_; ++i) {
    domain::HubResult result = domain::HubDone();
    if (refusals[i]) result = *std::move(refusals[i]);
    dialects::Answer answer{std::move(result), std::move(gathered.correlations[i])};
    dialects::StepResult next = dialect_->step(peer_, session_, std::move(answer));
    append(actions, std::move(next.actions));
    if (next.commands.empty()) continue;
    wire::Actions more = co_await carry_out(std::move(next.commands));
    append(actions, std::move(more));
  }
  co_return actions;
}

// Runs the commands and those their answers bring, in order; gives back the actions of the answers.
Task<wire::Actions> Exchange::carry_out(std::vector<dialects::Command> commands) {
  wire::Actions actions;
  for (std::size_t next = 0; next < commands.size(); ++next) {
    if (next == kCommandsPerRequestMax) {
      log::error("dialect.too_many_commands", {{"dialect", std::string(dialect_->name())}});
      append(actions, trouble());
      break;
    }
    ++running_;
    dialects::Answer answer = co_await run(commands[next]);
    --running_;
    if (ended_) {
      if (running_ == 0) attachment_.reset();
      co_return actions;  // nobody is left to hear them
    }
    dialects::StepResult result = dialect_->step(peer_, session_, std::move(answer));
    append(actions, std::move(result.actions));
    for (dialects::Command& more : result.commands) commands.push_back(std::move(more));
  }
  co_return actions;
}

// Not a coroutine: the frame of one would have room for every kind of command and answer.
Task<dialects::Answer> Exchange::run(dialects::Command& command) {
  return std::visit([&](auto& body) { return run(body, std::move(command.correlation)); },
                    command.body);
}

Task<dialects::Answer> Exchange::run(dialects::Provision& provision, std::any correlation) {
  domain::Outcome outcome = co_await brains_.provisioning.handle(std::move(provision.command));
  co_return dialects::Answer{std::move(outcome), std::move(correlation)};
}

Task<dialects::Answer> Exchange::run(dialects::Manage& manage, std::any correlation) {
  Result<domain::ManagementResult> result = co_await operate(std::move(manage));
  co_return dialects::Answer{std::move(result), std::move(correlation)};
}

Task<dialects::Answer> Exchange::run(dialects::Operate& hub, std::any correlation) {
  domain::HubResult result = co_await operate(std::move(hub.command));
  co_return dialects::Answer{std::move(result), std::move(correlation)};
}

Task<dialects::Answer> Exchange::run(dialects::Inspect& inspect, std::any correlation) {
  dialects::Inspection inspection = co_await router_.parts_.surroundings.inspect(inspect.what);
  co_return dialects::Answer{std::move(inspection), std::move(correlation)};
}

Task<Result<domain::ManagementResult>> Exchange::operate(dialects::Manage manage) {
  if (std::holds_alternative<domain::FollowLive>(manage.command)) {
    Result<domain::ManagementResult> following = co_await follow_live(std::move(manage));
    co_return following;
  }
  const bool names = may_change_names(manage.command);
  Result<domain::ManagementResult> result =
      co_await brains_.management.handle(std::move(manage.caller), std::move(manage.command));
  if (names && result) router_.parts_.surroundings.names_may_have_changed();
  co_return result;
}

// From the answer on the connection is told what happens: the dialect makes a stream of it.
Task<Result<domain::ManagementResult>> Exchange::follow_live(dialects::Manage manage) {
  domain::Caller same{manage.caller.token.clone(), manage.caller.source};
  Result<domain::ManagementResult> result =
      co_await brains_.management.handle(std::move(manage.caller), std::move(manage.command));
  const auto* allowed = result ? std::get_if<domain::Following>(&*result) : nullptr;
  if (allowed == nullptr || ended_ || live_) co_return result;
  Surroundings& around = router_.parts_.surroundings;
  const LiveSubscription::Parts parts{around.live(), around.waiting(), brains_.management,
                                      router_.parts_.clock, executor_};
  live_ = std::make_shared<LiveSubscription>(
      parts, std::move(same), [this](domain::LiveNews news) { on_news(std::move(news)); });
  Result<void> begun = live_->start(*allowed);
  if (begun) co_return result;
  live_.reset();
  co_return Fail(std::move(begun).error());
}

void Exchange::on_news(domain::LiveNews news) {
  if (ended_ || dialect_ == nullptr) return;
  const bool ends = std::holds_alternative<domain::LiveEnd>(news);
  dialects::News input{std::move(news), router_.parts_.clock.wall()};
  dialects::StepResult result = dialect_->step(peer_, session_, std::move(input));
  if (result.actions.empty() || outbound_.post(std::move(result.actions))) return;
  if (!ends) live_->cut_off();
}

Task<domain::HubResult> Exchange::operate(domain::HubCommand command) {
  if (auto* ask = std::get_if<domain::AskData>(&command); ask != nullptr && ask->claim) {
    domain::HubResult result = co_await brains_.hub.ask(std::move(*ask));
    co_return result;
  }
  domain::HubRefused misplaced;
  misplaced.at = router_.parts_.clock.wall();
  auto* connect = std::get_if<domain::ConnectDevice>(&command);
  if (connect == nullptr) {
    misplaced.detail = "the connection belongs to no device";
    if (!attachment_) co_return misplaced;
    domain::HubResult result = co_await attachment_->handle(std::move(command));
    co_return result;
  }
  misplaced.detail = "the connection belongs to a device already";
  if (attachment_) co_return misplaced;
  hub::Attached attached = co_await brains_.hub.connect(std::move(*connect), shared_from_this());
  attachment_ = std::move(attached.attachment);
  co_return std::move(attached.result);
}

bool Exchange::deliver(domain::HubEvent event) {
  const bool ends = std::holds_alternative<domain::EndConnection>(event);
  if (events_waiting_.fetch_add(1) >= kEventsWaitingMax && !ends) {
    --events_waiting_;
    return false;
  }
  boost::asio::post(executor_, [self = shared_from_this(), event = std::move(event)]() mutable {
    --self->events_waiting_;
    self->on_event(std::move(event));
  });
  return true;
}

void Exchange::on_event(domain::HubEvent event) {
  if (ended_ || dialect_ == nullptr) return;
  dialects::Event input{std::move(event), router_.parts_.clock.wall()};
  dialects::StepResult result = dialect_->step(peer_, session_, std::move(input));
  push(std::move(result.actions));
  if (result.commands.empty()) return;
  boost::asio::co_spawn(executor_, follow(shared_from_this(), std::move(result.commands)),
                        boost::asio::detached);
}

Task<void> Exchange::follow(std::shared_ptr<Exchange> self,
                            std::vector<dialects::Command> commands) {
  wire::Actions actions = co_await self->carry_out(std::move(commands));
  if (!self->ended_) self->push(std::move(actions));
}

void Exchange::push(wire::Actions actions) {
  if (actions.empty() || outbound_.post(std::move(actions))) return;
  // A message lost in the middle is worse than a new connection, which catches up.
  wire::Actions close;
  close.emplace_back(wire::Close{"the client takes messages more slowly than they come"});
  outbound_.post(std::move(close));
}

void Exchange::end() {
  ended_ = true;
  if (live_) live_->stop(std::nullopt);
  if (running_ == 0) attachment_.reset();
}

wire::Actions Exchange::trouble() {
  wire::Actions actions;
  if (one_shot_) {
    actions.push_back(router_.refuse(500, "the server could not finish this request"));
  } else {
    actions.push_back(wire::Close{"a dialect asked for too much"});
  }
  return actions;
}

namespace {

class RoutedConversation final : public net::Conversation {
 public:
  explicit RoutedConversation(std::shared_ptr<Exchange> exchange)
      : exchange_(std::move(exchange)) {}
  ~RoutedConversation() override { exchange_->end(); }
  RoutedConversation(const RoutedConversation&) = delete;
  RoutedConversation& operator=(const RoutedConversation&) = delete;

  Task<wire::Actions> handle(wire::Request request) override {
    return Exchange::handle(exchange_, std::move(request));
  }
  Task<Handled> handle_some(std::span<wire::MqttPublish> messages) override {
    return Exchange::handle_some(exchange_, messages);
  }

 private:
  const std::shared_ptr<Exchange> exchange_;
};

}  // namespace

std::unique_ptr<net::Conversation> Router::open(const wire::Peer& peer, net::Outbound& outbound) {
  return std::make_unique<RoutedConversation>(std::make_shared<Exchange>(*this, peer, outbound));
}

const dialects::Dialect* Router::claimant(const wire::Peer& peer,
                                          const wire::Request& request) const {
  const bool confined = !parts_.operator_listener.empty();
  const bool for_operators = confined && peer.listener == parts_.operator_listener;
  for (const std::unique_ptr<dialects::Dialect>& dialect : parts_.dialects) {
    if (confined && dialect->for_operators() != for_operators) continue;
    if (is_plain(peer) && !dialect->serves_plain()) continue;
    if (dialect->claims(peer, request)) return dialect.get();
  }
  return nullptr;
}

wire::BodyRules Router::body_rules(const wire::Peer& peer, const wire::HttpRequest& header) {
  const dialects::Dialect* dialect = claimant(peer, header);
  if (dialect == nullptr) return {};
  wire::BodyRules rules = dialect->body_rules(header);
  rules.unframed_delete = rules.unframed_delete && parts_.unframed_delete;
  return rules;
}

wire::Actions Router::unclaimed(const wire::Request& request) {
  wire::Actions actions;
  if (std::holds_alternative<wire::HttpRequest>(request)) {
    actions.push_back(refuse(404, "nothing is served at this path"));
  } else if (std::holds_alternative<wire::MqttConnect>(request)) {
    wire::MqttConnack connack;
    connack.code = wire::MqttConnectCode::kNotAuthorized;
    actions.push_back(connack);
    actions.push_back(wire::Close{"no dialect reads this user name"});
  } else {
    actions.push_back(wire::Close{"no dialect claimed this connection"});
  }
  return actions;
}

wire::HttpResponse Router::refuse(int status, std::string_view why) {
  // Readable for people and for every client library: JSON with a lower-case media type, a code
  // whose thousands are the status, and an id to quote to support.
  const std::string id = parts_.rng.uuid();
  boost::json::object body;
  body["errorCode"] = status * 1000;
  body["message"] = why;
  body["trackingId"] = id;
  body["timestampUtc"] = base::format_utc(parts_.clock.wall(), 7);
  wire::HttpResponse response;
  response.status = status;
  response.headers = {{"Content-Type", "application/json; charset=utf-8"}, {"x-request-id", id}};
  response.body = boost::json::serialize(body);
  return response;
}

}  // namespace berth::app
