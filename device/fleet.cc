#include "berth/device/fleet.h"

#include "berth/device/registration.h"
#include "crypto/device_key.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <algorithm>
#include <atomic>
#include <thread>
#include <vector>

namespace berth::device {
namespace {

namespace asio = boost::asio;
using asio::ip::tcp;

// What one thread measured; merged when all have ended.
struct Tally {
  std::vector<std::chrono::nanoseconds> totals;
  std::vector<std::chrono::nanoseconds> handshakes;
  std::uint64_t polls = 0;
  std::map<std::string, FleetErrors> errors;

  void add(const Result<Registered, RegistrationError>& result) {
    if (result) {
      totals.push_back(result->timing.total);
      if (result->timing.handshake.count() > 0) handshakes.push_back(result->timing.handshake);
      polls += result->polls;
      return;
    }
    const RegistrationError& error = result.error();
    std::string kind(to_string(error.trouble));
    if (error.status != 0) kind += " " + std::to_string(error.status);
    FleetErrors& entry = errors[kind];
    if (entry.count++ == 0) entry.example = error.what;
  }
};

// Shared by all threads.
struct Fleet {
  const FleetOptions& options;
  const TlsContext& tls;
  const Server& server;
  const Clock& clock;
  const Instant ends;
  std::atomic<std::uint64_t> next{0};

  // The number of the next device, or `count` when there is none or no time.
  std::uint64_t take() {
    if (clock.monotonic() >= ends) return options.count;
    return std::min(next.fetch_add(1, std::memory_order_relaxed), options.count);
  }
};

// One device after another, until there are no more.
Task<void> work(Fleet& fleet, Tally& tally, asio::any_io_executor executor) {
  const FleetOptions& options = fleet.options;
  RegistrationClient client(executor, fleet.tls, fleet.server, fleet.clock);
  RegistrationOptions how;
  how.poll_delay = options.poll_delay;
  how.timeout = options.attempt_timeout;
  how.keep_connection = options.kept;
  Credentials credentials;
  credentials.id_scope = options.id_scope;
  for (;;) {
    const std::uint64_t number = fleet.take();
    if (number == options.count) break;
    credentials.registration_id = options.prefix + std::to_string(number);
    credentials.key =
        crypto::derive_device_key(options.group_key.bytes(), credentials.registration_id);
    Result<Registered, RegistrationError> result = co_await client.run(credentials, how);
    tally.add(result);
  }
}

void run_thread(Fleet& fleet, Tally& tally, unsigned workers) {
  asio::io_context context(1);
  for (unsigned i = 0; i < workers; ++i) {
    Task<void> task = work(fleet, tally, context.get_executor());
    asio::co_spawn(context, std::move(task), asio::detached);
  }
  context.run();
}

// The first address of the host that accepts a connection.
Result<tcp::endpoint> find_endpoint(const FleetOptions& options) {
  asio::io_context context;
  boost::system::error_code error;
  tcp::resolver resolver(context);
  const auto found = resolver.resolve(options.host, std::to_string(options.port), error);
  if (error) {
    return Fail(ErrorKind::kUnavailable, options.host + " does not resolve: " + error.message(),
                "check the name of the server");
  }
  for (const auto& entry : found) {
    const tcp::endpoint endpoint = entry.endpoint();
    if (!options.allow_remote && !endpoint.address().is_loopback()) {
      return Fail(ErrorKind::kInvalid,
                  options.host + " is " + endpoint.address().to_string() +
                      ", not this machine's loopback, and load may only be put on one's own",
                  "run it on the server itself, or add --allow-remote if the server is yours");
    }
    tcp::socket socket(context);
    socket.connect(endpoint, error);
    if (!error) return endpoint;
  }
  return Fail(ErrorKind::kUnavailable,
              options.host + ":" + std::to_string(options.port) + " refuses connections",
              "start the server with `berth serve`, or name another with --url");
}

void merge(FleetReport& report, std::vector<Tally>& tallies) {
  std::vector<std::chrono::nanoseconds> totals;
  std::vector<std::chrono::nanoseconds> handshakes;
  for (Tally& tally : tallies) {
    totals.insert(totals.end(), tally.totals.begin(), tally.totals.end());
    handshakes.insert(handshakes.end(), tally.handshakes.begin(), tally.handshakes.end());
    report.polls += tally.polls;
    for (auto& [kind, errors] : tally.errors) {
      FleetErrors& entry = report.errors[kind];
      if (entry.count == 0) entry.example = errors.example;
      entry.count += errors.count;
    }
  }
  report.registered = totals.size();
  report.handshakes = handshakes.size();
  report.total = percentiles(std::move(totals));
  report.handshake = percentiles(std::move(handshakes));
}

}  // namespace

Result<FleetReport> register_fleet(const FleetOptions& options, const Clock& clock) {
  BERTH_TRY(const TlsContext tls, TlsContext::trusting(options.ca));
  BERTH_TRY(const tcp::endpoint endpoint, find_endpoint(options));
  const Server server{endpoint, options.server_name.empty() ? options.host : options.server_name};
  const Instant started = clock.monotonic();
  Fleet fleet{options, tls, server, clock, started + options.time_max};
  const unsigned threads = std::clamp(options.threads, 1U, std::max(1U, options.concurrency));
  std::vector<Tally> tallies(threads);
  std::vector<std::thread> running;
  for (unsigned i = 0; i < threads; ++i) {
    const unsigned workers = options.concurrency / threads + (i < options.concurrency % threads);
    running.emplace_back(run_thread, std::ref(fleet), std::ref(tallies[i]), std::max(1U, workers));
  }
  for (std::thread& thread : running) thread.join();
  FleetReport report;
  report.took = clock.monotonic() - started;
  merge(report, tallies);
  return report;
}

}  // namespace berth::device
