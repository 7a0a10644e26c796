#include "app/conversation.h"

#include "app/certificate_desk.h"
#include "app/code_desk.h"
#include "app/metrics.h"
#include "app/vault.h"
#include "base/clock.h"
#include "base/rng.h"
#include "hub/tests/world.h"
#include "store/store.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_future.hpp>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace berth::app {
namespace {

namespace asio = boost::asio;

// Nobody makes accounts here.
class NoHasher final : public management::PasswordHasher {
 public:
  Task<Result<std::string>> hash(SharedSecret) override {
    co_return Fail(ErrorKind::kUnavailable, "no passwords are hashed here");
  }
};

class NoRefusals final : public provisioning::RefusalSink {
 public:
  void refused(domain::Claim, domain::Trail) override {}
};

class NoOutbound final : public net::Outbound {
 public:
  bool post(wire::Actions) override { return false; }
};

// Answers GET /PATH with the text of `rounds` inspections, one after the other.
class EchoDialect final : public dialects::Dialect {
 public:
  EchoDialect(std::string path, int rounds, bool for_operators, bool serves_plain = false)
      : path_(std::move(path)),
        rounds_(rounds),
        for_operators_(for_operators),
        serves_plain_(serves_plain) {}

  std::string_view name() const override { return "echo"; }
  bool for_operators() const override { return for_operators_; }
  bool serves_plain() const override { return serves_plain_; }
  bool claims(const wire::Peer&, const wire::Request& request) const override {
    const auto* http = std::get_if<wire::HttpRequest>(&request);
    return http != nullptr && http->path == path_;
  }
  dialects::StepResult step(const wire::Peer&, dialects::Session&,
                            dialects::Input input) const override {
    dialects::StepResult result;
    const auto* answer = std::get_if<dialects::Answer>(&input);
    const int round = answer == nullptr ? 0 : std::any_cast<int>(answer->correlation);
    if (round < rounds_) {
      result.commands.push_back({dialects::Inspect{}, round + 1});
    } else {
      wire::HttpResponse response;
      response.body = std::get<dialects::Inspection>(answer->body).text;
      result.actions.push_back(std::move(response));
    }
    return result;
  }

 private:
  std::string path_;
  int rounds_;
  bool for_operators_;
  bool serves_plain_;
};

// Speaks with the hub: CONNECT connects the boiler of hub::World, SUBSCRIBE listens to its desired
// changes, PUBLISH sends telemetry or, to "twin", reads the twin. What the hub tells becomes a
// PUBLISH or a close; answers carry the topic they are to.
class HubDialect final : public dialects::Dialect {
 public:
  std::string_view name() const override { return "hub"; }
  bool claims(const wire::Peer&, const wire::Request& request) const override {
    const auto* connect = std::get_if<wire::MqttConnect>(&request);
    return connect != nullptr && connect->client_id == "boiler";
  }
  dialects::StepResult step(const wire::Peer&, dialects::Session&,
                            dialects::Input input) const override {
    dialects::StepResult result;
    if (const auto* arrival = std::get_if<dialects::Arrival>(&input)) {
      const auto* publish = std::get_if<wire::MqttPublish>(&arrival->request);
      const std::string topic = publish == nullptr ? "" : publish->topic;
      result.commands.push_back({dialects::Operate{command_for(arrival->request)}, topic});
    } else if (const auto* event = std::get_if<dialects::Event>(&input)) {
      const bool ends = std::holds_alternative<domain::EndConnection>(event->event);
      if (ends) {
        result.actions.emplace_back(wire::Close{"told to end"});
      } else {
        result.actions.emplace_back(wire::MqttPublish{"desired", "", 0, false, false, 0});
      }
    } else {
      const auto& answer = std::get<dialects::Answer>(input);
      const auto& told = std::get<domain::HubResult>(answer.body);
      const bool refused = std::holds_alternative<domain::HubRefused>(told);
      result.actions.emplace_back(wire::MqttPublish{refused ? "refused" : "done",
                                                    std::any_cast<std::string>(answer.correlation),
                                                    0, false, false, 0});
    }
    return result;
  }

 private:
  static domain::HubCommand command_for(const wire::Request& request) {
    if (std::holds_alternative<wire::MqttConnect>(request)) return hub::World::request();
    if (std::holds_alternative<wire::MqttSubscribe>(request)) {
      return domain::Subscribe{{{domain::Channel::kDesired, 0, "desired"}}};
    }
    const auto* publish = std::get_if<wire::MqttPublish>(&request);
    if (publish != nullptr && publish->topic == "twin") return domain::ReadTwin{};
    domain::SendTelemetry telemetry;
    if (publish != nullptr) telemetry.message.body = publish->topic;
    return telemetry;
  }
};

class CollectedOutbound final : public net::Outbound {
 public:
  bool post(wire::Actions actions) override {
    const bool closes = std::holds_alternative<wire::Close>(actions.at(0));
    if (full && !closes) return false;
    for (wire::Action& action : actions) posted.push_back(std::move(action));
    return true;
  }
  wire::Actions posted;
  bool full = false;
};

class ConversationTest : public testing::Test, public Surroundings {
 protected:
  void SetUp() override {
    store::StoreOptions options;
    options.url = "sqlite::memory:";
    options.inline_runner = true;
    auto store = store::open(options, clock_);
    ASSERT_TRUE(store) << store.error().what;
    store_ = *std::move(store);
    auto vault = make_vault(rng_.secret(32), rng_);
    ASSERT_TRUE(vault);
    vault_ = *std::move(vault);
    certificates_.emplace(nullptr, *vault_, rng_, clock_);  // no CA: nobody is issued anything here
    provisioning_.emplace(
        provisioning::Ports{store_->registrations(), refusals_, metrics_, clock_, rng_, {}, {}, {}},
        provisioning::Settings{});
    management_.emplace(management::Ports{store_->catalog(), *vault_, hub_world_.hub(), clock_,
                                          rng_, hasher_, *certificates_, store_->codes(),
                                          code_desk_, store_->fleet(), hub_world_.passwords},
                        management::Settings{});
    dialects_.push_back(std::make_unique<EchoDialect>("/devices", 1, false));
    dialects_.push_back(std::make_unique<EchoDialect>("/operators", 2, true));
    dialects_.push_back(std::make_unique<EchoDialect>("/endless", 1'000, false));
    dialects_.push_back(std::make_unique<EchoDialect>("/plain", 1, false, true));
  }

  Brains brains_here() override { return {*provisioning_, *management_, hub_world_.hub()}; }
  net::Executor executor_here() override { return context_.get_executor(); }
  Task<dialects::Inspection> inspect(dialects::Inspect::What) override {
    ++inspections_;
    co_return dialects::Inspection{true, "inspected " + std::to_string(inspections_)};
  }
  void names_may_have_changed() override {}
  LiveFeed& live() override { return live_; }
  hub::Waiting& waiting() override { return hub_world_.waiting(); }

  wire::Actions ask(wire::Request request, const std::string& listener = "https",
                    const std::string& operator_listener = "") {
    Router router({dialects_, *this, clock_, rng_, operator_listener});
    wire::Peer peer;
    peer.listener = listener;
    NoOutbound outbound;
    const std::unique_ptr<net::Conversation> conversation = router.open(peer, outbound);
    asio::io_context context;
    auto answer =
        asio::co_spawn(context, conversation->handle(std::move(request)), asio::use_future);
    context.run();
    return answer.get();
  }
  // A connection of the boiler, with what was said on it.
  struct Line {
    CollectedOutbound outbound;
    wire::Peer peer;
    std::unique_ptr<net::Conversation> conversation;
  };
  std::unique_ptr<Line> open_line() {
    auto line = std::make_unique<Line>();
    line->conversation = hub_router_.open(line->peer, line->outbound);
    return line;
  }
  std::string say(Line& line, wire::Request request) {
    auto answer =
        asio::co_spawn(context_, line.conversation->handle(std::move(request)), asio::use_future);
    context_.restart();
    context_.run();
    return std::get<wire::MqttPublish>(answer.get().at(0)).topic;
  }
  // Messages to these topics, offered together: what was answered to those that were taken.
  std::vector<std::string> say_together(Line& line, std::vector<std::string> topics) {
    std::vector<wire::MqttPublish> messages;
    for (std::string& each : topics) messages.emplace_back().topic = std::move(each);
    auto handled =
        asio::co_spawn(context_, line.conversation->handle_some(messages), asio::use_future);
    context_.restart();
    context_.run();
    const net::Conversation::Handled result = handled.get();
    taken_ = result.messages;
    std::vector<std::string> told;
    for (const wire::Action& each : result.actions) {
      const auto& publish = std::get<wire::MqttPublish>(each);
      told.push_back(publish.topic + " " + publish.payload);
    }
    return told;
  }
  std::string connect(Line& line) {
    wire::MqttConnect packet;
    packet.client_id = "boiler";
    return say(line, std::move(packet));
  }
  void deliver_events() {
    context_.restart();
    context_.run();
  }
  wire::HttpResponse get(const std::string& path, const std::string& listener = "https",
                         const std::string& operator_listener = "") {
    wire::HttpRequest request;
    request.method = "GET";
    request.path = path;
    wire::Actions actions = ask(std::move(request), listener, operator_listener);
    EXPECT_EQ(actions.size(), 1U);
    return std::get<wire::HttpResponse>(actions.at(0));
  }

  asio::io_context context_;
  LiveFeed live_;
  asio::thread_pool worker_{1};
  hub::World hub_world_;
  base::FakeClock clock_;
  base::SeededRng rng_{3};
  Metrics metrics_;
  NoRefusals refusals_;
  std::unique_ptr<store::Store> store_;
  std::unique_ptr<provisioning::Vault> vault_;
  std::optional<provisioning::Provisioning> provisioning_;
  NoHasher hasher_;
  std::optional<CertificateDesk> certificates_;
  CredentialDesk code_desk_{worker_, rng_};
  std::optional<management::Management> management_;
  std::vector<std::unique_ptr<dialects::Dialect>> dialects_;
  Router hub_router_{{dialects_of_hub(), *this, clock_, rng_, ""}};
  int inspections_ = 0;
  std::size_t taken_ = 0;

 private:
  static std::span<const std::unique_ptr<dialects::Dialect>> dialects_of_hub() {
    static const auto kDialects = [] {
      std::vector<std::unique_ptr<dialects::Dialect>> made;
      made.push_back(std::make_unique<HubDialect>());
      return made;
    }();
    return kDialects;
  }
};

TEST_F(ConversationTest, EachCommandBringsItsAnswerBackToTheDialect) {
  EXPECT_EQ(get("/devices").body, "inspected 1");
  EXPECT_EQ(get("/operators").body, "inspected 3");
}

TEST_F(ConversationTest, ADialectThatNeverEndsIsCutOff) {
  const wire::HttpResponse response = get("/endless");
  EXPECT_EQ(response.status, 500);
  EXPECT_LT(inspections_, 100);
}

TEST_F(ConversationTest, APathNobodyServesIs404WithReadableJson) {
  const wire::HttpResponse response = get("/nowhere");
  EXPECT_EQ(response.status, 404);
  EXPECT_EQ(response.headers.at(0).value, "application/json; charset=utf-8");
  EXPECT_NE(response.body.find("\"errorCode\":404000"), std::string::npos);
}

TEST_F(ConversationTest, AnMqttUserNobodyKnowsIsNotAuthorized) {
  const wire::Actions actions = ask(wire::MqttConnect{});
  ASSERT_EQ(actions.size(), 2U);
  EXPECT_EQ(std::get<wire::MqttConnack>(actions[0]).code, wire::MqttConnectCode::kNotAuthorized);
  EXPECT_TRUE(std::holds_alternative<wire::Close>(actions[1]));
}

TEST_F(ConversationTest, OperatorsCanHaveAListenerOfTheirOwn) {
  EXPECT_EQ(get("/operators", "admin", "admin").status, 200);
  EXPECT_EQ(get("/operators", "https", "admin").status, 404);
  EXPECT_EQ(get("/devices", "https", "admin").status, 200);
  EXPECT_EQ(get("/devices", "admin", "admin").status, 404);
}

TEST_F(ConversationTest, PlainConnectionsReachOnlyDialectsThatServeThem) {
  const auto status = [this](const char* path, wire::Transport transport, const char* tls) {
    Router router({dialects_, *this, clock_, rng_, ""});
    wire::Peer peer;
    peer.transport = transport;
    peer.tls_version = tls;
    NoOutbound outbound;
    const std::unique_ptr<net::Conversation> conversation = router.open(peer, outbound);
    wire::HttpRequest request;
    request.path = path;
    asio::io_context context;
    auto answer =
        asio::co_spawn(context, conversation->handle(std::move(request)), asio::use_future);
    context.run();
    return std::get<wire::HttpResponse>(answer.get().at(0)).status;
  };
  using wire::Transport;
  for (const Transport plain :
       {Transport::kHttp, Transport::kMqttPlain, Transport::kMqttWebSocket}) {
    EXPECT_EQ(status("/devices", plain, ""), 404);
    EXPECT_EQ(status("/operators", plain, ""), 404);
    EXPECT_EQ(status("/plain", plain, ""), 200);
  }
  EXPECT_EQ(status("/devices", Transport::kMqttWebSocket, "TLSv1.3"), 200);
  EXPECT_EQ(status("/plain", Transport::kHttps, "TLSv1.3"), 200);
}

TEST_F(ConversationTest, AConnectionBelongsToOneDeviceAndItsCommandsReachTheHub) {
  const std::unique_ptr<Line> line = open_line();
  EXPECT_EQ(connect(*line), "done");
  EXPECT_EQ(say(*line, wire::MqttPublish{}), "done");
  EXPECT_EQ(hub_world_.hub().stats().messages_in, 1U);
  EXPECT_EQ(connect(*line), "refused");
  EXPECT_EQ(hub_world_.hub().stats().connected, 1U);
}

TEST_F(ConversationTest, WhatTheHubTellsGoesThroughTheDialectToTheWire) {
  const std::unique_ptr<Line> line = open_line();
  ASSERT_EQ(connect(*line), "done");
  ASSERT_EQ(say(*line, wire::MqttSubscribe{}), "done");
  ASSERT_TRUE(hub_world_.update_twin(R"({"a":1})"));
  deliver_events();
  ASSERT_EQ(line->outbound.posted.size(), 1U);
  EXPECT_EQ(std::get<wire::MqttPublish>(line->outbound.posted[0]).topic, "desired");
}

using Texts = std::vector<std::string>;

TEST_F(ConversationTest, TelemetryThatCameTogetherIsStoredTogetherAndAnsweredInOrder) {
  const std::unique_ptr<Line> line = open_line();
  ASSERT_EQ(connect(*line), "done");
  EXPECT_EQ(say_together(*line, {"a", "b", "c"}), (Texts{"done a", "done b", "done c"}));
  EXPECT_EQ(taken_, 3U);
  EXPECT_EQ(hub_world_.log.appends_together, 1U);
  EXPECT_EQ(hub_world_.log.events.at(2).message.body, "c");
}

TEST_F(ConversationTest, WhatIsNoTelemetryComesWhenTheMessagesBeforeItAreAnswered) {
  const std::unique_ptr<Line> line = open_line();
  ASSERT_EQ(connect(*line), "done");
  EXPECT_EQ(say_together(*line, {"a", "b", "twin", "c"}), (Texts{"done a", "done b", "done twin"}));
  EXPECT_EQ(taken_, 3U);
  EXPECT_EQ(hub_world_.log.events.size(), 2U);
  EXPECT_EQ(say_together(*line, {"twin", "twin"}), Texts{"done twin"});
  EXPECT_EQ(taken_, 1U);
}

TEST_F(ConversationTest, EachMessageIsAnsweredByWhatBecameOfIt) {
  const std::unique_ptr<Line> line = open_line();
  ASSERT_EQ(connect(*line), "done");
  hub_world_.log.room = 1;
  EXPECT_EQ(say_together(*line, {"a", "b", "c"}), (Texts{"done a", "refused b", "refused c"}));
  EXPECT_EQ(hub_world_.log.events.size(), 1U);
}

TEST_F(ConversationTest, AConnectionMayEndWhileItsMessagesAreStored) {
  const std::unique_ptr<Line> line = open_line();
  ASSERT_EQ(connect(*line), "done");
  hub_world_.log.on_append_all = [&] { line->conversation.reset(); };
  EXPECT_EQ(say_together(*line, {"a", "b"}), Texts());
  EXPECT_EQ(hub_world_.log.events.size(), 2U);
  EXPECT_EQ(hub_world_.hub().stats().connected, 0U);
}

TEST_F(ConversationTest, MessagesOfAConnectionThatNoDialectHasEndIt) {
  const std::unique_ptr<Line> line = open_line();
  std::vector<wire::MqttPublish> messages(2);
  auto handled =
      asio::co_spawn(context_, line->conversation->handle_some(messages), asio::use_future);
  context_.run();
  const net::Conversation::Handled result = handled.get();
  EXPECT_EQ(result.messages, 2U);
  ASSERT_EQ(result.actions.size(), 1U);
  EXPECT_TRUE(std::holds_alternative<wire::Close>(result.actions[0]));
}

TEST_F(ConversationTest, AClientWithNoRoomForAnEventIsClosed) {
  const std::unique_ptr<Line> line = open_line();
  ASSERT_EQ(connect(*line), "done");
  ASSERT_EQ(say(*line, wire::MqttSubscribe{}), "done");
  line->outbound.full = true;
  ASSERT_TRUE(hub_world_.update_twin(R"({"a":1})"));
  deliver_events();
  ASSERT_EQ(line->outbound.posted.size(), 1U);
  EXPECT_TRUE(std::holds_alternative<wire::Close>(line->outbound.posted[0]));
}

TEST_F(ConversationTest, ATakenOverConnectionIsToldToEndAndTheNewOneStays) {
  const std::unique_ptr<Line> first = open_line();
  ASSERT_EQ(connect(*first), "done");
  const std::unique_ptr<Line> second = open_line();
  ASSERT_EQ(connect(*second), "done");
  deliver_events();
  ASSERT_EQ(first->outbound.posted.size(), 1U);
  EXPECT_TRUE(std::holds_alternative<wire::Close>(first->outbound.posted[0]));
  first->conversation.reset();
  EXPECT_EQ(hub_world_.hub().stats().connected, 1U);
}

TEST_F(ConversationTest, TheDeviceIsGoneWhenItsConnectionIs) {
  const std::unique_ptr<Line> line = open_line();
  ASSERT_EQ(connect(*line), "done");
  line->conversation.reset();
  EXPECT_EQ(hub_world_.hub().stats().connected, 0U);
}

}  // namespace
}  // namespace berth::app
