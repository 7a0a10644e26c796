#include "bench/seed/fill.h"
#include "bench/seed/records.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <optional>

namespace berth::bench::seed {
namespace {

constexpr std::size_t kAtOnce = 8192;

struct Run {
  Place& place;
  const Options& options;
  Progress& progress;
  std::uint64_t next = 0;
  std::optional<Error> failed = {};
};

Task<void> store_some(Run& run) {
  while (run.next < run.options.devices && !run.failed && run.progress.in_time()) {
    auto assignment = make_assignment(run.place, run.options, run.next++);
    const Result<domain::Registration> stored =
        co_await run.place.store->registrations().commit(std::move(assignment));
    if (!stored) {
      run.failed = stored.error();
      co_return;
    }
    run.progress.one_more();
  }
}

}  // namespace

Result<void> fill_devices(Place& place, const Options& options, Instant until) {
  Progress progress("devices", options.devices, place.clock, until);
  Run run{place, options, progress};
  boost::asio::io_context context(1);
  for (std::size_t i = 0; i < kAtOnce; ++i) {
    boost::asio::co_spawn(context, store_some(run), boost::asio::detached);
  }
  context.run();
  if (run.failed) return Fail(*std::move(run.failed));
  return progress.end();
}

}  // namespace berth::bench::seed
