#include "app/password_check.h"

#include "app/vault.h"
#include "crypto/argon2.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/post.hpp>
#include <gtest/gtest.h>

#include <future>
#include <optional>
#include <thread>

namespace berth::app {
namespace {

namespace asio = boost::asio;

// Keeps the one worker of a pool busy until it is let go.
class Blocker {
 public:
  explicit Blocker(asio::thread_pool& pool) {
    asio::post(pool, [waited = released_.get_future().share()] { waited.wait(); });
  }
  void release() { released_.set_value(); }

 private:
  std::promise<void> released_;
};

SharedSecret shared(std::string_view text) {
  return std::make_shared<const Secret>(Secret::from_text(text));
}

class PasswordCheckTest : public testing::Test {
 protected:
  PasswordCheckTest() : vault_(*make_vault(Secret(base::Bytes(32, 1)), rng_)) {}
  ~PasswordCheckTest() override { pool_.join(); }

  ArgonPasswords make(PasswordCheckLimits limits = {}) {
    return ArgonPasswords({pool_, *vault_, rng_, clock_}, limits);
  }
  // Begins a check whose outcome is there once `context_` has run.
  void begin(ArgonPasswords& passwords, std::string_view text, std::string stored,
             std::optional<Result<bool>>& outcome) {
    asio::co_spawn(context_, passwords.matches(shared(text), std::move(stored)),
                   [this, &outcome](std::exception_ptr thrown, Result<bool> result) {
                     EXPECT_FALSE(thrown);
                     ended_here_ = std::this_thread::get_id() == here_;
                     outcome = std::move(result);
                   });
  }
  void run() {
    context_.restart();
    context_.run();
  }
  bool matches(ArgonPasswords& passwords, std::string_view text, const std::string& stored) {
    std::optional<Result<bool>> outcome;
    begin(passwords, text, stored, outcome);
    run();
    EXPECT_TRUE(outcome && *outcome);
    return outcome && *outcome && **outcome;
  }
  std::string hashed(std::string_view text) {
    base::SeededRng salt(7);
    return *crypto::hash_password(Secret::from_text(text), salt);
  }
  // Whether the answer comes without any work of the pool, whose worker is kept busy.
  bool answers_at_once(ArgonPasswords& passwords, std::string_view text,
                       const std::string& stored) {
    Blocker blocker(pool_);
    std::optional<Result<bool>> outcome;
    begin(passwords, text, stored, outcome);
    context_.restart();
    context_.poll();
    const bool there = outcome.has_value();
    blocker.release();
    run();
    return there;
  }

  base::SystemRng rng_;
  base::FakeClock clock_;
  std::unique_ptr<provisioning::Vault> vault_;
  asio::io_context context_{1};
  asio::thread_pool pool_{1};
  const std::thread::id here_ = std::this_thread::get_id();
  bool ended_here_ = false;
};

TEST_F(PasswordCheckTest, RightPasswordMatchesAndTheAnswerComesOnTheCallersExecutor) {
  ArgonPasswords passwords = make();
  const std::string stored = hashed("right");
  EXPECT_TRUE(matches(passwords, "right", stored));
  EXPECT_TRUE(ended_here_);
  EXPECT_FALSE(matches(passwords, "wrong", stored));
  EXPECT_TRUE(ended_here_);
}

TEST_F(PasswordCheckTest, HashedPasswordMatchesItself) {
  ArgonPasswords passwords = make();
  std::optional<Result<std::string>> outcome;
  asio::co_spawn(context_, passwords.hash(shared("chosen")),
                 [&](std::exception_ptr, Result<std::string> result) { outcome = result; });
  run();
  ASSERT_TRUE(outcome && *outcome);
  EXPECT_TRUE((*outcome)->starts_with("$argon2id$"));
  EXPECT_TRUE(matches(passwords, "chosen", **outcome));
  EXPECT_FALSE(matches(passwords, "Chosen", **outcome));
}

TEST_F(PasswordCheckTest, NoAccountAndBrokenTextsAreFalse) {
  ArgonPasswords passwords = make();
  EXPECT_FALSE(matches(passwords, "x", ""));
  EXPECT_FALSE(matches(passwords, "", ""));
  EXPECT_FALSE(matches(passwords, "x", "no hash"));
}

TEST_F(PasswordCheckTest, NoAccountTakesTheWorkersTimeAsAnyOther) {
  ArgonPasswords passwords = make();
  EXPECT_FALSE(answers_at_once(passwords, "x", ""));
  EXPECT_FALSE(answers_at_once(passwords, "x", ""));
}

TEST_F(PasswordCheckTest, RightPasswordIsRememberedForAWhile) {
  ArgonPasswords passwords = make();
  const std::string stored = hashed("right");
  EXPECT_FALSE(answers_at_once(passwords, "right", stored));
  EXPECT_TRUE(answers_at_once(passwords, "right", stored));
  clock_.advance(std::chrono::seconds(299));
  EXPECT_TRUE(answers_at_once(passwords, "right", stored));
  clock_.advance(std::chrono::seconds(1));
  EXPECT_FALSE(answers_at_once(passwords, "right", stored));
  EXPECT_TRUE(answers_at_once(passwords, "right", stored));
}

TEST_F(PasswordCheckTest, WrongPasswordIsNeverRemembered) {
  ArgonPasswords passwords = make();
  const std::string stored = hashed("right");
  EXPECT_TRUE(matches(passwords, "right", stored));
  EXPECT_FALSE(answers_at_once(passwords, "wrong", stored));
  EXPECT_FALSE(answers_at_once(passwords, "wrong", stored));
  EXPECT_FALSE(matches(passwords, "wrong", stored));
}

TEST_F(PasswordCheckTest, RememberedPasswordIsForgottenWhenWhatIsStoredChanges) {
  ArgonPasswords passwords = make();
  EXPECT_TRUE(matches(passwords, "right", hashed("right")));
  EXPECT_FALSE(matches(passwords, "right", hashed("other")));
}

TEST_F(PasswordCheckTest, MemoryIsBoundedAndTheOldestLeaves) {
  PasswordCheckLimits limits;
  limits.remembered_max = 2;
  ArgonPasswords passwords = make(limits);
  const std::string a = hashed("a");
  const std::string b = hashed("b");
  const std::string c = hashed("c");
  EXPECT_TRUE(matches(passwords, "a", a));
  EXPECT_TRUE(matches(passwords, "b", b));
  EXPECT_TRUE(matches(passwords, "c", c));
  EXPECT_TRUE(answers_at_once(passwords, "c", c));
  EXPECT_TRUE(answers_at_once(passwords, "b", b));
  EXPECT_FALSE(answers_at_once(passwords, "a", a));
}

TEST_F(PasswordCheckTest, TooManyThatWaitAreTurnedAwayAtOnceAndLaterOnesServed) {
  PasswordCheckLimits limits;
  limits.waiting_max = 2;
  ArgonPasswords passwords = make(limits);
  const std::string stored = hashed("right");
  std::optional<Result<bool>> outcomes[3];
  {
    Blocker blocker(pool_);
    for (auto& outcome : outcomes) begin(passwords, "right", stored, outcome);
    context_.restart();
    context_.poll();
    ASSERT_TRUE(outcomes[2]);
    ASSERT_FALSE(*outcomes[2]);
    EXPECT_EQ(outcomes[2]->error().kind, ErrorKind::kUnavailable);
    EXPECT_FALSE(outcomes[0] || outcomes[1]);
    blocker.release();
    run();
  }
  EXPECT_TRUE(outcomes[0] && *outcomes[0] && **outcomes[0]);
  EXPECT_TRUE(outcomes[1] && *outcomes[1] && **outcomes[1]);
  EXPECT_FALSE(matches(passwords, "wrong", stored));
}

}  // namespace
}  // namespace berth::app
