// Who follows the live feed over a connection: told through the dialect, asked for its token again
// with every beat, sent away when it is too slow.
#include "app/certificate_desk.h"
#include "app/code_desk.h"
#include "app/conversation.h"
#include "app/live_subscription.h"
#include "app/metrics.h"
#include "app/vault.h"
#include "hub/tests/world.h"
#include "store/store.h"

#include <boost/asio/as_tuple.hpp>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/steady_timer.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/asio/use_awaitable.hpp>
#include <boost/asio/use_future.hpp>
#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

namespace berth::app {
namespace {

namespace asio = boost::asio;

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

// Follows the live feed with the token that the path ends with; what it is told becomes a piece.
class LiveDialect final : public dialects::Dialect {
 public:
  static constexpr std::string_view kPath = "/live/";

  std::string_view name() const override { return "live"; }
  bool claims(const wire::Peer&, const wire::Request& request) const override {
    const auto* http = std::get_if<wire::HttpRequest>(&request);
    return http != nullptr && http->path.starts_with(kPath);
  }
  dialects::StepResult step(const wire::Peer&, dialects::Session&,
                            dialects::Input input) const override {
    dialects::StepResult result;
    if (const auto* arrival = std::get_if<dialects::Arrival>(&input)) {
      const std::string& path = std::get<wire::HttpRequest>(arrival->request).path;
      domain::Caller caller{Secret::from_text(path.substr(kPath.size())), "192.0.2.1"};
      result.commands.push_back({dialects::Manage{std::move(caller), domain::FollowLive()}, {}});
    } else if (const auto* news = std::get_if<dialects::News>(&input)) {
      const auto* end = std::get_if<domain::LiveEnd>(&news->news);
      const bool beats = std::holds_alternative<domain::LiveBeat>(news->news);
      const std::string word = end != nullptr ? "bye " + end->why : beats ? "beat" : "event";
      result.actions.emplace_back(wire::HttpPiece{word});
      if (end != nullptr) result.actions.emplace_back(wire::Close{end->why});
    } else {
      const auto& answer = std::get<dialects::Answer>(input);
      const auto& managed = std::get<Result<domain::ManagementResult>>(answer.body);
      wire::HttpResponse response;
      response.status = managed ? 200 : managed.error().kind == ErrorKind::kTooMany ? 429 : 401;
      if (managed) result.actions.emplace_back(wire::HttpStream{std::move(response)});
      if (!managed) result.actions.emplace_back(std::move(response));
    }
    return result;
  }
};

// Waits until it is woken or the test says that the time is up.
class HeldWaiting final : public hub::Waiting {
 public:
  explicit HeldWaiting(asio::io_context& context) : context_(context) {}
  std::shared_ptr<hub::Waiter> make_waiter() override {
    latest_ = std::make_shared<Held>(context_);
    return latest_;
  }
  std::chrono::milliseconds asked() const { return latest_->asked; }
  void time_is_up() { latest_->timer.cancel(); }

 private:
  struct Held final : hub::Waiter {
    explicit Held(asio::io_context& context) : timer(context) {}
    Task<bool> wait(std::chrono::milliseconds up_to) override {
      asked = up_to;
      timer.expires_at(asio::steady_timer::time_point::max());
      if (!woken) co_await timer.async_wait(asio::as_tuple(asio::use_awaitable));
      co_return woken;
    }
    void wake() override {
      woken = true;
      timer.cancel();
    }
    asio::steady_timer timer;
    std::chrono::milliseconds asked{0};
    bool woken = false;
  };

  asio::io_context& context_;
  std::shared_ptr<Held> latest_;
};

class CollectedOutbound final : public net::Outbound {
 public:
  bool post(wire::Actions actions) override {
    if (full && actions.size() == 1) return false;
    for (wire::Action& action : actions) posted.push_back(std::move(action));
    return true;
  }
  wire::Actions posted;
  bool full = false;
};

class LiveConversation : public testing::Test, public Surroundings {
 protected:
  struct Line {
    CollectedOutbound outbound;
    wire::Peer peer;
    std::unique_ptr<net::Conversation> conversation;
  };

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
    certificates_.emplace(nullptr, *vault_, rng_, clock_);
    provisioning_.emplace(
        provisioning::Ports{store_->registrations(), refusals_, metrics_, clock_, rng_, {}, {}, {}},
        provisioning::Settings{});
    management_.emplace(management::Ports{store_->catalog(), *vault_, hub_world_.hub(), clock_,
                                          rng_, hasher_, *certificates_, store_->codes(),
                                          code_desk_, store_->fleet(), hub_world_.passwords},
                        management::Settings{});
    dialects_.push_back(std::make_unique<LiveDialect>());
  }

  Brains brains_here() override { return {*provisioning_, *management_, hub_world_.hub()}; }
  net::Executor executor_here() override { return context_.get_executor(); }
  Task<dialects::Inspection> inspect(dialects::Inspect::What) override {
    co_return dialects::Inspection();
  }
  void names_may_have_changed() override {}
  LiveFeed& live() override { return live_; }
  hub::Waiting& waiting() override { return waiting_; }

  // Who follows the live feed: the actions of the answer, and the line that goes on.
  wire::Actions follow(Line& line, const std::string& token) {
    if (!router_) router_.emplace(Router::Parts{dialects_, *this, clock_, rng_, ""});
    line.conversation = router_->open(line.peer, line.outbound);
    wire::HttpRequest request;
    request.path = std::string(LiveDialect::kPath) + token;
    auto answer =
        asio::co_spawn(context_, line.conversation->handle(std::move(request)), asio::use_future);
    go_on();
    return answer.get();
  }
  void go_on() {
    context_.restart();
    context_.poll();
  }
  std::string make_token() {
    asio::io_context context;
    auto made = asio::co_spawn(context, management_->create_first_token(), asio::use_future);
    context.run();
    domain::NewToken token = *made.get();
    token_id_ = token.token.id;
    return std::string(token.secret.text());
  }
  void happens() { live_.connection_changed(domain::ConnectionNews()); }
  static std::vector<std::string> pieces(const Line& line) {
    std::vector<std::string> words;
    for (const wire::Action& action : line.outbound.posted) {
      const auto* piece = std::get_if<wire::HttpPiece>(&action);
      words.push_back(piece == nullptr ? "close" : piece->bytes);
    }
    return words;
  }

  asio::io_context context_;
  HeldWaiting waiting_{context_};
  LiveFeed live_{LiveFeed::Limits{8, 2}};
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
  std::optional<Router> router_;
  std::string token_id_;
};

TEST_F(LiveConversation, WhoFollowsIsToldThroughTheDialect) {
  Line line;
  const wire::Actions begun = follow(line, make_token());
  ASSERT_EQ(begun.size(), 1U);
  EXPECT_TRUE(std::holds_alternative<wire::HttpStream>(begun[0]));
  happens();
  EXPECT_TRUE(pieces(line).empty());  // on its own executor
  go_on();
  EXPECT_EQ(pieces(line), std::vector<std::string>{"event"});
  line.conversation.reset();
  EXPECT_EQ(live_.stats().followers, 0U);
  go_on();
}

TEST_F(LiveConversation, WithoutATokenNobodyFollows) {
  Line line;
  const wire::Actions refused = follow(line, "nothing");
  EXPECT_EQ(std::get<wire::HttpResponse>(refused.at(0)).status, 401);
  EXPECT_EQ(live_.stats().followers, 0U);
}

TEST_F(LiveConversation, BeatsAndLooksAtTheTokenAgain) {
  Line line;
  follow(line, make_token());
  EXPECT_EQ(waiting_.asked(), kLiveBeatEvery);
  waiting_.time_is_up();
  go_on();
  EXPECT_EQ(pieces(line), std::vector<std::string>{"beat"});
  // The token goes, and what is remembered of it is over.
  auto change = std::make_unique<management::Change>();
  change->what = management::RemoveToken{token_id_};
  change->expectation = management::MustExist{};
  asio::io_context context;
  auto gone = asio::co_spawn(context, store_->catalog().apply(std::move(change)), asio::use_future);
  context.run();
  ASSERT_TRUE(gone.get());
  clock_.advance(std::chrono::seconds(15));
  waiting_.time_is_up();
  go_on();
  EXPECT_EQ(pieces(line), (std::vector<std::string>{"beat", "bye session", "close"}));
  EXPECT_EQ(live_.stats().followers, 0U);
  happens();
  go_on();
  EXPECT_EQ(pieces(line).size(), 3U);
}

TEST_F(LiveConversation, ASlowReaderIsSentAway) {
  Line line;
  follow(line, make_token());
  line.outbound.full = true;
  happens();
  go_on();
  EXPECT_EQ(live_.stats().too_slow, 1U);
  EXPECT_EQ(live_.stats().followers, 0U);
}

TEST_F(LiveConversation, MoreThanCanWaitEndsIt) {
  Line line;
  follow(line, make_token());
  for (std::size_t i = 0; i <= kNewsWaitingMax; ++i) happens();
  go_on();
  const std::vector<std::string> told = pieces(line);
  ASSERT_EQ(told.size(), kNewsWaitingMax + 2);
  EXPECT_EQ(told[kNewsWaitingMax], "bye slow");
  EXPECT_EQ(told.back(), "close");
}

TEST_F(LiveConversation, ThereIsRoomForSoManyOfOne) {
  const std::string token = make_token();
  Line lines[3];
  follow(lines[0], token);
  follow(lines[1], token);
  const wire::Actions third = follow(lines[2], token);
  EXPECT_EQ(std::get<wire::HttpResponse>(third.at(0)).status, 429);
  for (Line& line : lines) line.conversation.reset();
  go_on();
}

}  // namespace
}  // namespace berth::app
