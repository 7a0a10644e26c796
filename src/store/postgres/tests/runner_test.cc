// What only the PostgreSQL runner does: lost connections, wrong passwords, many replicas. Runs when
// BERTH_TEST_POSTGRES names a server.
#include "base/log.h"
#include "store/conformance/suite.h"
#include "store/postgres/tests/schema_database.h"

#include <fmt/format.h>

#include <thread>

namespace berth::store::postgres {
namespace {

using conformance::FailsWith;
using conformance::kHub;
using conformance::kScope;
using conformance::make_assignment;
using conformance::Succeeds;
using conformance::wait;

class PostgresRunner : public testing::Test {
 protected:
  void SetUp() override {
    if (test_url().empty()) GTEST_SKIP() << "BERTH_TEST_POSTGRES is not set";
    log::set_level(log::Level::kError);
    database_ = std::make_unique<SchemaDatabase>(false);
    auto opened = open();
    ASSERT_THAT(opened, Succeeds());
    store_ = *std::move(opened);
    create(management::PutScope{conformance::make_scope()});
    create(management::PutHub{conformance::make_hub()});
  }
  Result<std::unique_ptr<Store>> open(StoreOptions options = {}) {
    return database_->open(std::move(options), clock_);
  }
  template <class What>
  void create(What what) {
    auto change = std::make_unique<management::Change>();
    change->what = std::move(what);
    change->expectation = management::MustNotExist{};
    change->audit = conformance::make_audit("setup");
    ASSERT_THAT(wait(store_->catalog().apply(std::move(change))), Succeeds());
  }
  // Ends every connection of the store.
  void cut() {
    run_command(
        fmt::format("SELECT pg_terminate_backend(pid) FROM pg_stat_activity "
                    "WHERE usename = '{}'",
                    database_->schema()));
  }

  base::SystemClock clock_;
  std::unique_ptr<SchemaDatabase> database_;
  std::unique_ptr<Store> store_;
};

TEST_F(PostgresRunner, LostConnectionsAreMadeAgainAndNobodyNotices) {
  for (int i = 0; i < 5; ++i) {
    cut();
    const std::string id = fmt::format("dev-{}", i);
    EXPECT_THAT(wait(store_->registrations().commit(make_assignment(id))), Succeeds());
    EXPECT_THAT(wait(store_->registrations().open_dossier(kScope.text(), id)), Succeeds());
    EXPECT_THAT(wait(store_->catalog().list_devices(kHub.text(), {})), Succeeds());
  }
  EXPECT_GT(store_->stats().reconnects, 0U);
}

TEST_F(PostgresRunner, AnsweredCommitsSurviveConnectionsThatAreCutUnderLoad) {
  constexpr int kThreads = 4;
  std::vector<std::vector<std::string>> answered(kThreads);
  std::vector<std::thread> threads;
  for (int thread = 0; thread < kThreads; ++thread) {
    threads.emplace_back([&, thread] {
      for (int i = 0; i < 60; ++i) {
        if (i % 15 == thread) cut();
        const std::string id = fmt::format("dev-{}-{}", thread, i);
        const auto stored = wait(store_->registrations().commit(make_assignment(id)));
        if (stored) answered[static_cast<std::size_t>(thread)].push_back(id);
        if (!stored) EXPECT_THAT(stored, FailsWith(ErrorKind::kUnavailable));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  std::size_t count = 0;
  for (const auto& ids : answered) {
    for (const std::string& id : ids) {
      EXPECT_THAT(wait(store_->catalog().get_registration(kScope.text(), id)), Succeeds());
      ++count;
    }
  }
  const auto audit = wait(store_->catalog().list_audit(kScope.text(), {"", 1000}));
  const auto devices = wait(store_->catalog().list_devices(kHub.text(), {"", 1000}));
  ASSERT_THAT(audit, Succeeds());
  ASSERT_THAT(devices, Succeeds());
  EXPECT_EQ(audit->items.size(), devices->items.size() + 2);  // each once, and two of the set-up
  EXPECT_GE(devices->items.size(), count);
}

TEST_F(PostgresRunner, TwoServersOnOneDatabaseRaceFairly) {
  auto opened = open();
  ASSERT_THAT(opened, Succeeds());
  const std::unique_ptr<Store> other = *std::move(opened);
  for (int i = 0; i < 20; ++i) {
    const std::string id = fmt::format("dev-{}", i);
    Result<domain::Registration> here;
    Result<domain::Registration> there;
    std::thread first([&] { here = wait(store_->registrations().commit(make_assignment(id))); });
    std::thread second([&] { there = wait(other->registrations().commit(make_assignment(id))); });
    first.join();
    second.join();
    EXPECT_NE(here.has_value(), there.has_value());
  }
}

TEST_F(PostgresRunner, ServerThatIsGoneIsUnavailableWithinTheWait) {
  StoreOptions options;
  options.postgres_wait_max = std::chrono::milliseconds(200);
  auto opened = open(options);
  ASSERT_THAT(opened, Succeeds());
  const std::unique_ptr<Store> store = *std::move(opened);
  database_->forbid_connections();
  cut();
  const Instant begun = clock_.monotonic();
  EXPECT_THAT(wait(store->registrations().commit(make_assignment("dev-1"))),
              FailsWith(ErrorKind::kUnavailable));
  EXPECT_THAT(wait(store->registrations().open_dossier(kScope.text(), "dev-1")),
              FailsWith(ErrorKind::kUnavailable));
  EXPECT_LT(clock_.monotonic() - begun, std::chrono::seconds(20));
  EXPECT_FALSE(store->ready());
  database_->allow_connections();
  EXPECT_THAT(wait(store->registrations().commit(make_assignment("dev-1"))), Succeeds());
  EXPECT_TRUE(store->ready());
}

TEST_F(PostgresRunner, ServersThatStartAtOnceMigrateOnce) {
  SchemaDatabase fresh(false);
  std::vector<std::thread> threads;
  std::vector<Result<std::unique_ptr<Store>>> stores(4);
  for (auto& store : stores) {
    threads.emplace_back([&] { store = fresh.open({}, clock_); });
  }
  for (std::thread& thread : threads) thread.join();
  for (const auto& store : stores) EXPECT_THAT(store, Succeeds());
}

}  // namespace
}  // namespace berth::store::postgres
