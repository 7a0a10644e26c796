// rooms: device
//
// The load generator of the benchmark suite: devices that register, connect and send, at a server
// on this machine's loopback. One process, one thread, at most 15,000 sockets; every TLS connection
// has a full handshake of its own. Prints one JSON object (docs/performance.md says what it means).
//
//   fleet_bench CASE --port P --count N [--concurrency C] [--max-seconds S] [--pids 12,13]
//               [--ca FILE] [--host NAME] [--sources K] [flags of the case]
//   fleet_bench --help
//
// Exit 0 when all N operations succeeded, 1 when some did not, 2 when nothing could be tried.
#include "base/clock.h"
#include "bench/fleet/cases.h"
#include "bench/fleet/engine.h"
#include "bench/fleet/issue.h"
#include "bench/fleet/report.h"
#include "bench/fleet/self_check.h"
#include "bench/fleet/vendors.h"

#include <boost/json.hpp>

#include <array>
#include <csignal>
#include <cstdio>
#include <sys/resource.h>

namespace berth::fleet {
namespace {

constexpr std::uint64_t kSpareFiles = 64;

constexpr std::array kCases{
    Case{"static", "a web server answers a registration's request with 204", &make_static},
    Case{"dps-http", "register and poll over HTTPS, with a key", &make_dps_http},
    Case{"dps-x509", "register and poll over HTTPS, with a certificate", &make_dps_x509},
    Case{"unknown", "devices that nothing fits are refused", &make_unknown},
    Case{"poll", "the result is asked for again on kept connections", &make_poll},
    Case{"csr", "a certificate for each signing request", &make_csr},
    Case{"tencent", "dynamic registration over plain TCP", &make_tencent},
    Case{"cloudplugs", "enrolling over plain TCP", &make_cloudplugs},
    Case{"dps-mqtt", "connect, subscribe, register, poll over MQTT", &make_dps_mqtt},
    Case{"mqtt-publish", "connect, subscribe, one QoS 1 publish", &make_mqtt_publish},
    Case{"telemetry", "connected devices publish with QoS 1", &make_telemetry},
    Case{"idle", "devices connect and hold", &make_idle},
    Case{"storm", "devices arrive at once and honour Retry-After", &make_storm},
};

const Case* find_case(const std::string& name) {
  for (const Case& each : kCases) {
    if (each.name == name) return &each;
  }
  return nullptr;
}

Result<void> allow_files(std::uint64_t count) {
  rlimit limit{};
  ::getrlimit(RLIMIT_NOFILE, &limit);
  limit.rlim_cur = limit.rlim_max;
  ::setrlimit(RLIMIT_NOFILE, &limit);
  if (limit.rlim_cur >= count + kSpareFiles) return {};
  return Fail(ErrorKind::kTooMany,
              "this process may open " + std::to_string(limit.rlim_cur) + " files, and " +
                  std::to_string(count) + " connections need " +
                  std::to_string(count + kSpareFiles),
              "raise the hard limit (ulimit -Hn), or take fewer connections");
}

Result<bool> run(const std::vector<std::string>& words) {
  if (Result<void> checked = self_check(); !checked) return Fail(std::move(checked).error());
  BERTH_TRY(const Options options, Options::read(words));
  const Case* const which = find_case(options.name());
  if (which == nullptr) {
    return Fail(ErrorKind::kNotFound, "there is no case `" + options.name() + "`",
                "fleet_bench --help lists the cases");
  }
  const base::SystemClock clock;
  BERTH_TRY(const Common common, read_common(options));
  BERTH_TRY(const std::unique_ptr<Plan> plan, which->make(options, clock));
  if (const std::string flag = options.unread(); !flag.empty()) {
    return Fail(ErrorKind::kInvalid, "the case " + options.name() + " has no flag --" + flag);
  }
  const Shape shape = plan->shape();
  const bool holds = shape.hold != Shape::Hold::kNone;
  if (Result<void> allowed = allow_files(holds ? shape.scripts : common.concurrency); !allowed) {
    return Fail(std::move(allowed).error());
  }
  if (Result<void> ready = plan->prepare(); !ready) return Fail(std::move(ready).error());
  std::optional<ServerFacts> facts;
  if (shape.tls) {
    BERTH_TRY(facts, look_at_server(common));
  }
  Tally tally;
  Engine engine(*plan, common, clock, tally);
  BERTH_TRY(const Window window, engine.run());
  const boost::json::object out = report({options, common, *plan, window, facts}, tally);
  std::puts(boost::json::serialize(out).c_str());
  return tally.done == common.count && tally.failed == 0 && window.lost_while_held == 0;
}

void help() {
  std::puts(
      "fleet_bench CASE --port P --count N [--concurrency C] [--max-seconds S]\n"
      "            [--pids 12,13] [--ca FILE] [--host NAME] [--sources K] ...\n");
  for (const Case& each : kCases) {
    std::printf("  %-14s %s\n", std::string(each.name).c_str(), std::string(each.sentence).c_str());
  }
}

}  // namespace
}  // namespace berth::fleet

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // a server that closes is counted, not the end
  const std::vector<std::string> words(argv + 1, argv + argc);
  if (words.empty() || words[0] == "--help") {
    berth::fleet::help();
    return words.empty() ? 2 : 0;
  }
  const berth::Result<bool> whole = berth::fleet::run(words);
  if (whole) return *whole ? 0 : 1;
  std::fprintf(stderr, "error: %s\n%s\n", whole.error().what.c_str(), whole.error().mend.c_str());
  return 2;
}
