#include "app/conversation.h"

#include "base/log.h"

#include <boost/json.hpp>

#include <deque>
#include <exception>
#include <utility>

namespace berth::app {
namespace {

// More commands than any dialect needs for one request; a dialect that keeps asking is a bug.
constexpr std::size_t kCommandsPerRequestMax = 16;

void append(wire::Actions& to, wire::Actions from) {
  for (wire::Action& action : from) to.push_back(std::move(action));
}

bool may_change_names(const domain::ManagementCommand& command) {
  return std::holds_alternative<domain::CreateScope>(command) ||
         std::holds_alternative<domain::UpdateScope>(command) ||
         std::holds_alternative<domain::CreateHub>(command) ||
         std::holds_alternative<domain::UpdateHub>(command);
}

// Runs one command and makes the Answer; keeps the correlation.
class CommandRunner {
 public:
  CommandRunner(Brains brains, Surroundings& surroundings)
      : brains_(brains), surroundings_(surroundings) {}

  Task<dialects::Answer> run(dialects::Command command) {
    dialects::Answer answer{dialects::Inspection{}, std::move(command.correlation)};
    if (auto* provision = std::get_if<dialects::Provision>(&command.body)) {
      domain::Outcome outcome = co_await brains_.provisioning.handle(std::move(provision->command));
      answer.body = std::move(outcome);
    } else if (auto* manage = std::get_if<dialects::Manage>(&command.body)) {
      const bool names = may_change_names(manage->command);
      Result<domain::ManagementResult> result =
          co_await brains_.management.handle(std::move(manage->caller), std::move(manage->command));
      if (names && result) surroundings_.names_may_have_changed();
      answer.body = std::move(result);
    } else if (auto* inspect = std::get_if<dialects::Inspect>(&command.body)) {
      dialects::Inspection inspection = co_await surroundings_.inspect(inspect->what);
      answer.body = std::move(inspection);
    }
    co_return answer;
  }

 private:
  Brains brains_;
  Surroundings& surroundings_;
};

}  // namespace

class RoutedConversation final : public net::Conversation {
 public:
  RoutedConversation(Router& router, const wire::Peer& peer)
      : router_(router), peer_(peer), brains_(router.parts_.surroundings.brains_here()) {}

  Task<wire::Actions> handle(wire::Request request) override {
    const bool one_shot = std::holds_alternative<wire::HttpRequest>(request);
    if (one_shot || dialect_ == nullptr) {
      dialect_ = router_.claimant(peer_, request);
      session_ = {};
    }
    if (dialect_ == nullptr) co_return router_.unclaimed(request);

    dialects::Arrival arrival{std::move(request), router_.parts_.clock.wall(),
                              router_.parts_.rng.uuid()};
    dialects::StepResult result = dialect_->step(peer_, session_, std::move(arrival));
    wire::Actions actions = std::move(result.actions);
    std::deque<dialects::Command> waiting;
    for (dialects::Command& command : result.commands) waiting.push_back(std::move(command));

    CommandRunner runner(brains_, router_.parts_.surroundings);
    for (std::size_t count = 0; !waiting.empty(); ++count) {
      if (count == kCommandsPerRequestMax) {
        log::error("dialect.too_many_commands", {{"dialect", std::string(dialect_->name())}});
        append(actions, trouble(one_shot));
        break;
      }
      dialects::Command command = std::move(waiting.front());
      waiting.pop_front();
      dialects::Answer answer = co_await runner.run(std::move(command));
      dialects::StepResult next = dialect_->step(peer_, session_, std::move(answer));
      append(actions, std::move(next.actions));
      for (dialects::Command& more : next.commands) waiting.push_back(std::move(more));
    }
    co_return actions;
  }

 private:
  wire::Actions trouble(bool one_shot) {
    wire::Actions actions;
    if (one_shot) {
      actions.push_back(router_.refuse(500, "the server could not finish this request"));
    } else {
      actions.push_back(wire::Close{"a dialect asked for too much"});
    }
    return actions;
  }

  Router& router_;
  const wire::Peer& peer_;
  Brains brains_;
  const dialects::Dialect* dialect_ = nullptr;
  dialects::Session session_;
};

std::unique_ptr<net::Conversation> Router::open(const wire::Peer& peer, net::Outbound&) {
  return std::make_unique<RoutedConversation>(*this, peer);
}

const dialects::Dialect* Router::claimant(const wire::Peer& peer,
                                          const wire::Request& request) const {
  const bool confined = !parts_.operator_listener.empty();
  const bool for_operators = confined && peer.listener == parts_.operator_listener;
  for (const std::unique_ptr<dialects::Dialect>& dialect : parts_.dialects) {
    if (confined && dialect->for_operators() != for_operators) continue;
    if (dialect->claims(peer, request)) return dialect.get();
  }
  return nullptr;
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
