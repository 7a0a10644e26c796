// rooms: device
//
// What an idle connection and a connect cost a server, beside Mosquitto on the same machine: opens
// N TLS connections with full handshakes and authentication to each, holds them, and reads the
// server's memory and processor time from /proc. bench/hub.sh starts both servers and runs this.
//
//   hub_bench COUNT CA SECONDS TARGET...
//   TARGET: berth,PORT,PID,HUB,PREFIX,GROUP_KEY_FILE   device PREFIXi, key derived from the group's
//           mqtt,PORT,PID,HOST,PREFIX,PASSWORD_FILE    user PREFIXi, all with one password
//
// The first target is compared with the last. Loopback only.
#include "base/clock.h"
#include "base/codec.h"
#include "berth/device/connection_string.h"
#include "crypto/device_key.h"
#include "device/mqtt_client.h"
#include "device/topics.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <optional>
#include <sstream>
#include <sys/resource.h>
#include <unistd.h>
#include <vector>

namespace berth::bench {
namespace {

namespace asio = boost::asio;
using std::chrono::duration;
using std::chrono::seconds;

constexpr unsigned kAtATime = 64;
constexpr std::uint64_t kCountMax = 10'000;
constexpr std::uint64_t kSpareFiles = 64;
constexpr double kMemoryRatioGoal = 1.2;  // at most, per connection
constexpr double kMemoryGoal = 20 * 1024;
constexpr double kConnectRatioGoal = 1.1;  // at least, per processor second
constexpr seconds kSettle{2};

struct Target {
  std::string kind;
  std::uint16_t port = 0;
  int pid = 0;
  std::string host;
  std::string prefix;
  Secret secret;  // the decoded group key, or the password
};

struct Options {
  std::uint64_t count = 0;
  std::string ca;
  seconds time_max{60};
  std::vector<Target> targets;
};

struct Usage {
  double cpu_seconds = 0;
  double rss = 0;  // bytes
  double pss = 0;
};

struct Measured {
  std::uint64_t connected = 0;
  std::uint64_t failed = 0;
  std::string why;  // of the first failure
  double took = 0;
  Usage before;
  Usage after;
  bool lost = false;  // connections ended while they were to be idle

  double of_each(double Usage::*what) const {
    return connected == 0 ? 0 : (after.*what - before.*what) / static_cast<double>(connected);
  }
  double connects_per_cpu() const {
    const double cpu = after.cpu_seconds - before.cpu_seconds;
    return cpu <= 0 ? 0 : static_cast<double>(connected) / cpu;
  }
};

std::string read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::stringstream text;
  text << file.rdbuf();
  return text.str();
}

// A line "Rss:      1234 kB" of /proc/PID/smaps_rollup.
double kilobytes(const std::string& text, const std::string& name) {
  const std::size_t at = text.find("\n" + name + ":");
  return at == text.npos ? 0 : std::strtod(text.c_str() + at + name.size() + 2, nullptr) * 1024;
}

std::optional<Usage> usage_of(int pid) {
  const std::string directory = "/proc/" + std::to_string(pid);
  const std::string memory = read_file(directory + "/smaps_rollup");
  const std::string stat = read_file(directory + "/stat");
  // proc(5): the name in parentheses may hold anything, so fields are counted after the last ')'.
  const std::size_t name_end = stat.rfind(')');
  if (memory.empty() || name_end == stat.npos) return std::nullopt;
  std::istringstream fields{stat.substr(name_end + 1)};
  std::string skipped;
  for (int field = 3; field < 14; ++field) fields >> skipped;
  double user = 0;
  double system = 0;
  fields >> user >> system;
  Usage usage;
  usage.cpu_seconds = (user + system) / static_cast<double>(::sysconf(_SC_CLK_TCK));
  usage.rss = kilobytes(memory, "Rss");
  usage.pss = kilobytes(memory, "Pss");
  return usage;
}

// One server's connections.
class Crowd {
 public:
  Crowd(const Options& options, const Target& target, const device::TlsContext& tls)
      : options_(options), target_(target), tls_(tls) {
    to_.endpoints.emplace_back(asio::ip::address_v4::loopback(), target.port);
    to_.name = target.host;
    to_.timeout = seconds(30);
    clients_.reserve(options.count);
  }

  Result<Measured> run() {
    const auto before = usage_of(target_.pid);
    if (!before) return Fail(ErrorKind::kNotFound, no_process());
    Measured measured;
    measured.before = *before;
    const Instant started = clock_.monotonic();
    ends_ = started + options_.time_max;
    for (unsigned i = 0; i < kAtATime; ++i) {
      Task<void> task = work(measured);
      asio::co_spawn(context_, std::move(task), asio::detached);
    }
    do {
      context_.run_one();
    } while (working_ > 0);
    measured.took = duration<double>(clock_.monotonic() - started).count();
    context_.run_for(kSettle);
    const auto after = usage_of(target_.pid);
    if (!after) return Fail(ErrorKind::kNotFound, no_process());
    measured.after = *after;
    for (const auto& client : clients_) measured.lost = measured.lost || !client->is_open();
    for (const auto& client : clients_) client->close();
    context_.restart();
    context_.run();
    return measured;
  }

 private:
  std::string no_process() const {
    return "process " + std::to_string(target_.pid) + " cannot be read in /proc";
  }

  // One connect after another, until there are enough or the time is over.
  Task<void> work(Measured& measured) {
    ++working_;
    while (next_ < options_.count && clock_.monotonic() < ends_) {
      const std::uint64_t number = next_++;
      auto client = std::make_unique<device::MqttClient>(context_.get_executor(), tls_,
                                                         device::MqttClient::Handlers());
      wire::MqttConnect packet = packet_of(number);
      auto accepted = co_await client->connect(to_, std::move(packet));
      if (accepted) {
        ++measured.connected;
        clients_.push_back(std::move(client));
        continue;
      }
      if (measured.failed++ == 0) measured.why = accepted.error().what;
    }
    --working_;
  }

  wire::MqttConnect packet_of(std::uint64_t number) const {
    const std::string id = target_.prefix + std::to_string(number);
    wire::MqttConnect packet;
    packet.client_id = id;
    packet.clean_session = true;
    packet.keep_alive_seconds = 600;
    if (target_.kind != "berth") {
      packet.user_name = id;
      packet.password = target_.secret.clone();
      return packet;
    }
    device::ConnectionString to;
    to.host = target_.host;
    to.device_id = id;
    to.key = crypto::derive_device_key(target_.secret.bytes(), id);
    packet.user_name = device::user_name(to.host, id, "hub_bench");
    packet.password = device::hub_token(to, clock_.wall() + std::chrono::hours(1));
    return packet;
  }

  const Options& options_;
  const Target& target_;
  const device::TlsContext& tls_;
  const base::SystemClock clock_;
  asio::io_context context_{1};
  device::MqttClient::Target to_;
  std::vector<std::unique_ptr<device::MqttClient>> clients_;
  std::uint64_t next_ = 0;
  unsigned working_ = 0;
  Instant ends_;
};

Result<Target> read_target(const std::string& text) {
  std::vector<std::string> parts;
  std::stringstream stream(text);
  for (std::string part; std::getline(stream, part, ',');) parts.push_back(part);
  const auto invalid = [&text](const std::string& why) {
    return Fail(ErrorKind::kInvalid, "the target `" + text + "` " + why);
  };
  if (parts.size() != 6 || (parts[0] != "berth" && parts[0] != "mqtt")) {
    return invalid("is not KIND,PORT,PID,HOST,PREFIX,SECRET_FILE");
  }
  Target target;
  target.kind = parts[0];
  target.port = static_cast<std::uint16_t>(std::strtoul(parts[1].c_str(), nullptr, 10));
  target.pid = static_cast<int>(std::strtol(parts[2].c_str(), nullptr, 10));
  target.host = parts[3];
  target.prefix = parts[4];
  std::string line;
  std::ifstream file(parts[5]);
  if (!std::getline(file, line)) return invalid("names a file that cannot be read");
  target.secret = Secret::from_text(line);
  if (target.kind == "berth") {
    auto decoded = base::base64_decode_secret(line);
    if (!decoded) return invalid("names a file that holds no base64");
    target.secret = *std::move(decoded);
  }
  return target;
}

Result<Options> read_options(const std::vector<std::string>& words) {
  if (words.size() < 4) return Fail(ErrorKind::kInvalid, "see the head of bench/hub_bench.cc");
  Options options;
  options.count = std::strtoull(words[0].c_str(), nullptr, 10);
  options.ca = words[1];
  options.time_max = seconds(std::strtoul(words[2].c_str(), nullptr, 10));
  if (options.count < 1 || options.count > kCountMax) {
    return Fail(ErrorKind::kInvalid, "COUNT is 1 to " + std::to_string(kCountMax));
  }
  for (std::size_t i = 3; i < words.size(); ++i) {
    BERTH_TRY(Target target, read_target(words[i]));
    options.targets.push_back(std::move(target));
  }
  return options;
}

// As many files as the hard limit allows.
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
              "raise the hard limit (ulimit -Hn), or measure fewer connections");
}

const char* verdict(bool met) { return met ? "met" : "missed"; }

void print(const Target& target, const Measured& measured) {
  std::printf("%-7s %6llu connected in %.1f s, %llu failed%s%s%s\n", target.kind.c_str(),
              static_cast<unsigned long long>(measured.connected), measured.took,
              static_cast<unsigned long long>(measured.failed), measured.why.empty() ? "" : ": ",
              base::printable(measured.why).c_str(),
              measured.lost ? "; SOME WERE CLOSED WHILE IDLE" : "");
  std::printf("        memory PSS %.1f -> %.1f MiB (RSS %.1f -> %.1f): %.1f KiB a connection\n",
              measured.before.pss / 1048576, measured.after.pss / 1048576,
              measured.before.rss / 1048576, measured.after.rss / 1048576,
              measured.of_each(&Usage::pss) / 1024);
  std::printf("        processor %.2f s: %.0f connects a second of it, %.0f us each\n",
              measured.after.cpu_seconds - measured.before.cpu_seconds, measured.connects_per_cpu(),
              measured.of_each(&Usage::cpu_seconds) * 1e6);
  std::fflush(stdout);
}

void compare(const Measured& ours, const Measured& theirs) {
  const double memory = ours.of_each(&Usage::pss);
  const double memory_ratio = memory / theirs.of_each(&Usage::pss);
  const double connect_ratio = ours.connects_per_cpu() / theirs.connects_per_cpu();
  std::printf("\nmemory a connection  %6.2f x Mosquitto's  goal <= %.1f x    %s\n", memory_ratio,
              kMemoryRatioGoal, verdict(memory_ratio <= kMemoryRatioGoal));
  std::printf("memory a connection  %6.1f KiB            goal <= %.0f KiB   %s\n", memory / 1024,
              kMemoryGoal / 1024, verdict(memory <= kMemoryGoal));
  std::printf("connects a CPU s     %6.2f x Mosquitto's  goal >= %.1f x    %s\n", connect_ratio,
              kConnectRatioGoal, verdict(connect_ratio >= kConnectRatioGoal));
}

Result<bool> run(const std::vector<std::string>& words) {
  BERTH_TRY(const Options options, read_options(words));
  BERTH_TRY(const device::TlsContext tls, device::TlsContext::trusting(options.ca));
  if (Result<void> allowed = allow_files(options.count); !allowed) {
    return Fail(std::move(allowed).error());
  }
  bool whole = true;
  std::vector<Measured> all;
  for (const Target& target : options.targets) {
    Crowd crowd(options, target, tls);
    BERTH_TRY(Measured measured, crowd.run());
    print(target, measured);
    whole = whole && measured.connected == options.count && !measured.lost;
    all.push_back(std::move(measured));
  }
  if (all.size() > 1) compare(all.front(), all.back());
  return whole;
}

}  // namespace
}  // namespace berth::bench

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);
  const std::vector<std::string> words(argv + 1, argv + argc);
  const berth::Result<bool> whole = berth::bench::run(words);
  if (whole) return *whole ? 0 : 1;
  std::fprintf(stderr, "error: %s\n%s\n", whole.error().what.c_str(), whole.error().mend.c_str());
  return 2;
}
