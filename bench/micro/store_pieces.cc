// What is written and looked up: bodies of records, commits, the cache of scopes.
#include "bench/micro/store_pieces.h"

#include "base/rng.h"
#include "bench/micro/samples.h"
#include "provisioning/scope_cache.h"
#include "store/sql/bodies.h"
#include "store/store.h"

#include <benchmark/benchmark.h>
#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/use_future.hpp>

#include <cstdlib>
#include <filesystem>

namespace berth::bench {
namespace {

namespace asio = boost::asio;
constexpr int kLookUpsAtOnce = 1'000;

// A store with a scope and a hub: at `url`, or in a new file that is gone with this.
class Keeping {
 public:
  explicit Keeping(const std::string& url = {}) {
    std::string pattern = "micro_bench.XXXXXX";
    if (mkdtemp(pattern.data()) == nullptr) return;
    directory_ = pattern;
    store::StoreOptions options;
    options.url = url.empty() ? "sqlite:" + (directory_ / "berth.db").string() : url;
    auto opened = store::open(std::move(options), clock_);
    if (!opened) return;
    store_ = *std::move(opened);
    management::PutScope scope;
    scope.record.id = kScope;
    create(std::move(scope));
    management::PutHub hub;
    hub.record.name = kHub;
    create(std::move(hub));
  }
  ~Keeping() {
    store_.reset();
    std::error_code ignored;
    if (!directory_.empty()) std::filesystem::remove_all(directory_, ignored);
  }
  Keeping(const Keeping&) = delete;
  Keeping& operator=(const Keeping&) = delete;

  store::Store* store() { return store_.get(); }
  bool failed() const { return failed_; }

  void commit_at_once(int count) {
    for (int i = 0; i < count; ++i) asio::co_spawn(context_, commit_one(), asio::detached);
    context_.restart();
    context_.run();
  }
  template <class T>
  T run(Task<T> task) {
    auto done = asio::co_spawn(context_, std::move(task), asio::use_future);
    context_.restart();
    context_.run();
    return done.get();
  }

 private:
  template <class What>
  void create(What what) {
    auto change = std::make_unique<management::Change>();
    change->what = std::move(what);
    change->expectation = management::Whatever{};
    const Result<std::uint64_t> done = run(store_->catalog().apply(std::move(change)));
    failed_ = failed_ || !done;
  }

  Task<void> commit_one() {
    std::string id = "sn-" + rng_.hex(8);
    auto assignment = sample_assignment(std::move(id), clock_.wall(), ++number_);
    const Result<domain::Registration> stored =
        co_await store_->registrations().commit(std::move(assignment));
    failed_ = failed_ || !stored;
  }

  std::filesystem::path directory_;
  base::FakeClock clock_;
  base::SystemRng rng_;  // a store that was there before has none of these ids
  std::unique_ptr<store::Store> store_;
  asio::io_context context_{1};
  std::uint64_t number_ = rng_.next() >> 24U;
  bool failed_ = false;
};

// One registration of those that are committed at the same time, `range` of them; the time beside
// "items_per_second" is of the whole group.
void commit_registrations(benchmark::State& state, const std::string& url) {
  Keeping keeping(url);
  if (keeping.store() == nullptr) return state.SkipWithError("the store cannot be opened");
  const auto count = static_cast<int>(state.range(0));
  keeping.commit_at_once(count);
  for ([[maybe_unused]] auto _ : state) keeping.commit_at_once(count);
  if (keeping.failed()) state.SkipWithError("a commit failed");
  state.SetItemsProcessed(state.iterations() * count);
}
Task<void> look_up(provisioning::ScopeCache& cache, std::uint64_t version) {
  for (int i = 0; i < kLookUpsAtOnce; ++i) {
    domain::ScopeId scope = kScope;
    const auto found = co_await cache.get(std::move(scope), version);
    benchmark::DoNotOptimize(found);
  }
}

void look_up_scope(benchmark::State& state) {
  Keeping keeping;
  if (keeping.store() == nullptr) return state.SkipWithError("the store cannot be opened");
  provisioning::ScopeCache cache(keeping.store()->registrations(), 256);
  const auto dossier =
      keeping.run(keeping.store()->registrations().open_dossier(kScope.text(), "sn-1"));
  if (!dossier) return state.SkipWithError("there is no dossier");
  for ([[maybe_unused]] auto _ : state) keeping.run(look_up(cache, (*dossier)->catalog_version));
  state.SetItemsProcessed(state.iterations() * kLookUpsAtOnce);
}
BENCHMARK(look_up_scope)->Unit(benchmark::kMicrosecond);

void encode_trail(benchmark::State& state) {
  const base::FakeClock clock;
  const domain::Trail trail =
      sample_trail(sample_registration("sn-0011223344556677", clock.wall()), 1);
  for ([[maybe_unused]] auto _ : state) benchmark::DoNotOptimize(store::sql::trail_body(trail));
}
BENCHMARK(encode_trail);

}  // namespace

void add_commits(const std::string& store_url) {
  benchmark::RegisterBenchmark(
      "commit_registrations",
      [store_url](benchmark::State& state) { commit_registrations(state, store_url); })
      ->Arg(1)
      ->Arg(64)
      ->MeasureProcessCPUTime()
      ->Unit(benchmark::kMicrosecond);
}

}  // namespace berth::bench
