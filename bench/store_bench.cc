// rooms: store
//
// How fast registrations become durable, and what one costs in processor time, by the number of
// devices that register at the same time. The floor to compare with is 45..50 us of processor time
// for one registration at group sizes from 16 on (SQLite, synchronous=FULL).
//
//   store_bench sqlite:/var/tmp/bench.db [preloaded=200000] [seconds=2]
//
// Wall-clock figures depend on the disk and on neighbours; processor time does less so.
#include "base/log.h"
#include "base/rng.h"
#include "store/store.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <fmt/format.h>

#include <cstdio>
#include <cstdlib>
#include <sys/resource.h>

namespace berth::bench {
namespace {

const domain::ScopeId kScope = domain::ScopeId::trusted("0neBE4C4001");
const domain::HubName kHub = domain::HubName::trusted("hub-1");

struct Bench {
  store::Store& store;
  const Clock& clock;
  base::SeededRng rng{1};
  std::uint64_t next = 0;
  std::uint64_t done = 0;
  std::uint64_t failed = 0;
};

base::Bytes sealed_key() { return base::Bytes(92, 0x5a); }

// What provisioning commits for a first registration; ids are random, as those of a fleet are.
std::unique_ptr<provisioning::Assignment> make_assignment(Bench& bench) {
  auto assignment = std::make_unique<provisioning::Assignment>();
  const std::uint64_t number = bench.next++;
  domain::Registration& registration = assignment->registration;
  registration.scope = kScope;
  registration.id = domain::RegistrationId::trusted(fmt::format("sn-{:016x}", bench.rng.next()));
  registration.enrollment = {domain::EnrollmentKind::kGroup,
                             domain::EnrollmentId::trusted("line-7")};
  registration.status = domain::RegistrationStatus::kAssigned;
  registration.substatus = domain::Substatus::kInitialAssignment;
  registration.hub = kHub;
  registration.hub_host = "hub-1.example.com";
  registration.device_id = domain::DeviceId::trusted(registration.id.text());
  registration.operation_id = "4.0123456789abcdef.6a8b7c3e-3f0b-4c9b-9a9b-0123456789ab";
  registration.created_at = bench.clock.wall();
  registration.updated_at = registration.created_at;

  domain::Device device;
  device.hub = kHub;
  device.id = registration.device_id;
  device.scope = kScope;
  device.registration = registration.id;
  device.display_name = registration.id.text();
  device.keys.emplace();
  device.keys->primary.bytes = sealed_key();
  device.keys->secondary.bytes = sealed_key();
  device.twin.tags = R"({"site":"north","floor":3})";
  device.created_at = registration.created_at;
  device.updated_at = registration.created_at;
  assignment->device = std::move(device);

  domain::Trail& trail = assignment->trail;
  trail.id = fmt::format("01890000-0000-7000-8000-{:012x}", number);
  trail.started_at = registration.created_at;
  trail.operation = "register";
  trail.scope = kScope.text();
  trail.registration_id = registration.id.text();
  trail.dialect = "dialect";
  trail.transport = "https";
  trail.source = "192.0.2.1";
  trail.outcome = domain::TrailOutcome::kAssigned;
  trail.enrollment = "group/line-7";
  trail.hub = kHub.text();
  trail.device_id = registration.device_id.text();
  for (const domain::Step step :
       {domain::Step::kIdentify, domain::Step::kAttest, domain::Step::kAuthorize,
        domain::Step::kAllocate, domain::Step::kIssue, domain::Step::kRecord}) {
    trail.steps.push_back(
        {step, true, "found what it needs", "", "", std::chrono::microseconds(9)});
  }
  assignment->audit.at = registration.created_at;
  assignment->audit.actor = "device:" + kScope.text() + "/" + registration.id.text();
  assignment->audit.action = "registration.assign";
  assignment->audit.scope = kScope.text();
  assignment->audit.target = registration.id.text();
  assignment->audit.detail = R"({"hub":"hub-1"})";
  return assignment;
}

Task<void> device_loop(Bench& bench, std::uint64_t count, Instant until) {
  while (bench.next < count && bench.clock.monotonic() < until) {
    std::unique_ptr<provisioning::Assignment> assignment = make_assignment(bench);
    const Result<domain::Registration> stored =
        co_await bench.store.registrations().commit(std::move(assignment));
    ++(stored ? bench.done : bench.failed);
  }
}

template <class What>
Task<void> create(store::Store& store, What what) {
  auto change = std::make_unique<management::Change>();
  change->what = std::move(what);
  change->expectation = management::Whatever{};
  const Result<std::uint64_t> done = co_await store.catalog().apply(std::move(change));
  if (!done) std::printf("%s\n", done.error().what.c_str());
}

double cpu_seconds() {
  rusage usage{};
  getrusage(RUSAGE_SELF, &usage);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

void run(Bench& bench, int devices, std::uint64_t count, std::chrono::nanoseconds time) {
  boost::asio::io_context context(1);
  const Instant until = bench.clock.monotonic() + time;
  for (int i = 0; i < devices; ++i) {
    boost::asio::co_spawn(context, device_loop(bench, bench.next + count, until),
                          boost::asio::detached);
  }
  context.run();
}

void measure(Bench& bench, int devices, int seconds) {
  const std::uint64_t done = bench.done;
  const store::StoreStats before = bench.store.stats();
  const double cpu = cpu_seconds();
  const Instant begun = bench.clock.monotonic();
  run(bench, devices, std::uint64_t{1} << 40, std::chrono::seconds(seconds));
  const std::chrono::duration<double> took = bench.clock.monotonic() - begun;
  const store::StoreStats after = bench.store.stats();
  const auto count = static_cast<double>(bench.done - done);
  const auto commits = static_cast<double>(after.commits - before.commits);
  std::printf(
      "%4d devices at once: %8.0f registrations/s, %6.1f us processor time each, "
      "%5.1f to a commit\n",
      devices, count / took.count(), (cpu_seconds() - cpu) / count * 1e6, count / commits);
}

}  // namespace
}  // namespace berth::bench

int main(int argc, char** argv) {
  using berth::bench::Bench;
  if (argc < 2) {
    std::printf("usage: store_bench URL [preloaded=200000] [seconds=2]\n");
    return 2;
  }
  const std::uint64_t preloaded = argc > 2 ? std::strtoull(argv[2], nullptr, 10) : 200'000;
  const int seconds = argc > 3 ? std::atoi(argv[3]) : 2;
  berth::log::set_level(berth::log::Level::kWarn);
  berth::base::SystemClock clock;
  berth::store::StoreOptions options;
  options.url = argv[1];
  auto opened = berth::store::open(options, clock);
  if (!opened) {
    std::printf("%s\n", opened.error().what.c_str());
    return 1;
  }
  Bench bench{**opened, clock};
  {
    boost::asio::io_context context(1);
    berth::management::PutScope scope;
    scope.record.id = berth::bench::kScope;
    berth::management::PutHub hub;
    hub.record.name = berth::bench::kHub;
    boost::asio::co_spawn(context, berth::bench::create(bench.store, scope), boost::asio::detached);
    boost::asio::co_spawn(context, berth::bench::create(bench.store, hub), boost::asio::detached);
    context.run();
  }
  berth::bench::run(bench, 256, preloaded, std::chrono::hours(1));
  std::printf("preloaded %llu registrations, %llu failed\n",
              static_cast<unsigned long long>(bench.done),
              static_cast<unsigned long long>(bench.failed));
  for (int round = 0; round < 3; ++round) {
    for (const int devices : {1, 16, 64, 256}) berth::bench::measure(bench, devices, seconds);
  }
  return 0;
}
