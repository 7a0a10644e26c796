// Power failures at many moments: every commit that was answered is there afterwards, and nothing
// is there twice. The last test takes the fsync away and expects the same checks to notice.
#include "base/log.h"
#include "base/rng.h"
#include "store/sqlite/tests/crash_fixture.h"

#include <fmt/format.h>

#include <map>
#include <thread>

namespace berth::store::sqlite {
namespace {

using conformance::kHub;
using conformance::kScope;
using conformance::make_assignment;
using conformance::wait;
using Survivors = CrashVfs::Survivors;

// What a client was told: the version of its registration and the operation that made it.
struct Answer {
  std::uint64_t version = 0;
  std::string operation_id;
};
using Answers = std::map<std::string, Answer>;

// One attempt of a device; remembers the answer. False once the store fails.
bool register_once(Store& store, const std::string& id, std::uint64_t attempt, Answers& answers) {
  auto assignment = make_assignment(id);
  assignment->registration.operation_id = fmt::format("{}.{}", id, attempt);
  assignment->audit.target = id;
  const auto known = answers.find(id);
  if (known != answers.end()) assignment->expected_version = known->second.version;
  const std::string operation = assignment->registration.operation_id;
  const auto stored = wait(store.registrations().commit(std::move(assignment)));
  if (!stored) return false;
  answers[id] = {stored->version, operation};
  return true;
}

// Every audit record of a registration, by device.
std::map<std::string, std::uint64_t> count_audit(Store& store) {
  std::map<std::string, std::uint64_t> counts;
  domain::Page page{"", 1000};
  while (true) {
    const auto listing = wait(store.catalog().list_audit(kScope.text(), page));
    if (!listing) return counts;
    for (const domain::AuditRecord& record : listing->items) {
      if (record.action == "registration.assign") ++counts[record.target];
    }
    if (listing->next_cursor.empty()) return counts;
    page.cursor = listing->next_cursor;
  }
}

std::string check_answers(Store& store, const Answers& answers) {
  for (const auto& [id, answer] : answers) {
    const auto found = wait(store.catalog().get_registration(kScope.text(), id));
    if (!found) return fmt::format("{} is lost: {}", id, found.error().what);
    if (found->version < answer.version) return fmt::format("{} has gone back", id);
    const bool same = found->operation_id == answer.operation_id;
    if (found->version == answer.version && !same) return fmt::format("{} was mixed up", id);
    const auto device = wait(store.catalog().get_device(kHub.text(), found->device_id.text()));
    if (!device || device->registration != found->id) return fmt::format("{} has no device", id);
  }
  return "";
}

// Registrations, devices and audit tell one story.
std::string check_whole(Store& store) {
  const auto registrations =
      wait(store.catalog().list_registrations(kScope.text(), std::nullopt, domain::Page{"", 1000}));
  const auto devices = wait(store.catalog().list_devices(kHub.text(), domain::Page{"", 1000}));
  if (!registrations || !devices) return "cannot list";
  if (!registrations->next_cursor.empty()) return "too many registrations for this check";
  if (registrations->items.size() != devices->items.size()) return "devices without registration";
  const auto audit = count_audit(store);
  for (const domain::Registration& registration : registrations->items) {
    const auto count = audit.find(registration.id.key());
    if (count == audit.end() || count->second != registration.version) {
      return fmt::format("{} has version {} but another number of audit records",
                         registration.id.text(), registration.version);
    }
  }
  return "";
}

class Crash : public testing::Test {
 protected:
  void SetUp() override { log::set_level(log::Level::kError); }

  // What is wrong after the failure; empty: nothing.
  std::string check(const TemporaryFolder& folder, const Answers& answers) {
    const std::string damage = check_integrity(folder);
    if (!damage.empty()) return damage;
    StoreOptions plain;
    plain.url = "sqlite:" + folder.file("berth.db");
    const auto store = store::open(plain, clock_);
    if (!store) return store.error().what;
    const std::string wrong = check_answers(**store, answers);
    return wrong.empty() ? check_whole(**store) : wrong;
  }

  // Writers on several threads until the power fails at a random moment.
  std::string concurrent_round(std::uint64_t seed, Sync sync, Survivors survivors) {
    base::SeededRng rng(seed);
    const TemporaryFolder folder(TemporaryFolder::Place::kMemory);
    CrashVfs vfs;
    auto store = sqlite::open(crash_options(sync, vfs, folder), StoreOptions(), clock_);
    if (!store || !prepare(**store)) return "cannot be set up";
    vfs.crash_after(1 + rng.below(1500));
    constexpr int kThreads = 4;
    std::vector<Answers> answers(kThreads);
    std::vector<std::thread> threads;
    for (int thread = 0; thread < kThreads; ++thread) {
      threads.emplace_back([&, thread] { write_until_crash(**store, vfs, thread, answers); });
    }
    for (std::thread& thread : threads) thread.join();
    crashes_ += vfs.crashed() ? 1 : 0;
    store->reset();
    vfs.power_off(survivors, seed);
    Answers all;
    for (Answers& each : answers) all.merge(each);
    return check(folder, all);
  }

  static void write_until_crash(Store& store, const CrashVfs& vfs, int thread,
                                std::vector<Answers>& answers) {
    Answers& own = answers[static_cast<std::size_t>(thread)];
    for (std::uint64_t i = 0; i < 200 && !vfs.crashed(); ++i) {
      const std::string id = fmt::format("dev-{}-{}", thread, i % 37);
      register_once(store, id, i, own);
      auto refused = conformance::make_trail(id, domain::TrailOutcome::kRefused);
      std::vector<domain::Trail> trails{std::move(refused)};
      const auto noted = wait(store.registrations().record_refusals(std::move(trails)));
      static_cast<void>(noted);
    }
  }

  base::SystemClock clock_;
  int crashes_ = 0;  // rounds in which the power failed while writers were at work
};

TEST_F(Crash, NoAnsweredCommitIsLostWhereverThePowerFails) {
  for (std::uint64_t seed = 1; seed <= 25; ++seed) {
    EXPECT_EQ(concurrent_round(seed, Sync::kFull, Survivors::kSyncedOnly), "") << "seed " << seed;
    EXPECT_EQ(concurrent_round(seed, Sync::kFull, Survivors::kRandomPart), "") << "seed " << seed;
  }
  EXPECT_GT(crashes_, 25) << "of 50 rounds";
}

// Alone and inline everything happens in one order, so each moment there is can be tried.
TEST_F(Crash, EveryMomentOfASequenceIsSafe) {
  StoreOptions inline_options;
  inline_options.inline_runner = true;
  bool reached_the_end = false;
  std::uint64_t moments = 0;
  for (std::uint64_t moment = 1; !reached_the_end; ++moment, ++moments) {
    ASSERT_LT(moment, 5000U);
    const TemporaryFolder folder(TemporaryFolder::Place::kMemory);
    CrashVfs vfs;
    vfs.crash_after(moment);
    Answers answers;
    {
      const Options settings = crash_options(Sync::kFull, vfs, folder);
      auto store = sqlite::open(settings, inline_options, clock_);
      const bool ready = store && prepare(**store);
      for (std::uint64_t i = 0; ready && i < 8; ++i) {
        register_once(**store, fmt::format("dev-{}", i % 5), i, answers);
        auto connection = Connection::open(settings);
        if (connection && i % 3 == 2) static_cast<void>((*connection)->checkpoint(i % 2 == 0));
      }
      reached_the_end = !vfs.crashed();
    }
    vfs.power_off(moment % 2 == 0 ? Survivors::kSyncedOnly : Survivors::kRandomPart, moment);
    ASSERT_EQ(check(folder, answers), "") << "at operation " << moment;
  }
  EXPECT_GT(moments, 50U);
}

TEST_F(Crash, AfterAnFsyncThatFailedNothingIsPromisedAnyMore) {
  const TemporaryFolder folder(TemporaryFolder::Place::kMemory);
  CrashVfs vfs;
  auto store = sqlite::open(crash_options(Sync::kFull, vfs, folder), StoreOptions(), clock_);
  ASSERT_TRUE(store && prepare(**store));
  Answers answers;
  ASSERT_TRUE(register_once(**store, "dev-1", 1, answers));
  vfs.fail_one_sync();
  EXPECT_FALSE(register_once(**store, "dev-2", 1, answers));
  EXPECT_FALSE((*store)->ready());
  EXPECT_FALSE(register_once(**store, "dev-3", 1, answers));  // the disk would say yes now
  store->reset();
  vfs.power_off(Survivors::kSyncedOnly, 1);
  EXPECT_EQ(check(folder, answers), "");
}

TEST_F(Crash, WithoutFsyncTheSameChecksFindLosses) {
  int losses = 0;
  for (std::uint64_t seed = 1; seed <= 10; ++seed) {
    if (!concurrent_round(seed, Sync::kOff, Survivors::kSyncedOnly).empty()) ++losses;
  }
  RecordProperty("rounds_with_losses_of_10", losses);
  EXPECT_GT(losses, 0) << "synchronous=OFF loses nothing: the harness cannot fail";
}

}  // namespace
}  // namespace berth::store::sqlite
