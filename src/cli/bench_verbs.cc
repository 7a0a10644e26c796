// Measuring a server: `berth bench register`.
#include "base/codec.h"
#include "base/rng.h"
#include "berth/device/fleet.h"
#include "cli/bench_probe.h"
#include "cli/doctor.h"
#include "cli/invocation.h"
#include "cli/keys_shown.h"
#include "cli/verb_groups.h"
#include "factory/derive.h"

#include <boost/json.hpp>

#include <array>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <ostream>

namespace berth::cli {
namespace {

using std::chrono::microseconds;
using std::chrono::nanoseconds;

struct Measured {
  device::FleetReport fleet;
  std::optional<DiskProbe> disk;
  std::optional<microseconds> server_cpu;
  std::optional<std::uint64_t> server_pid;
};

// The group that is used, and made when it does not exist, when no other key is named.
constexpr std::string_view kBenchGroup = "bench";

Try<std::string> key_of_group(Invocation& run, const std::string& scope, std::string_view group) {
  BERTH_TRY(Api * api, run.api());
  const std::string path = path_of({"scopes", scope, "enrollment-groups", group, "keys"});
  Try<Answer> keys = api->get(path);
  const bool is_missing = !keys && keys.error().kind == ErrorKind::kNotFound;
  if (is_missing && group == kBenchGroup) {
    const json::object body{{"id", group}, {"displayName", "Made by berth bench register"}};
    BERTH_STEP(api->post(path_of({"scopes", scope, "enrollment-groups"}), body));
    keys = api->get(path);
  }
  if (!keys) return Fail(std::move(keys).error());
  return group_key_of(keys->value, group, "primaryKey");
}

Try<Secret> group_key(Invocation& run, const std::string& scope) {
  const auto key = run.args.text("group-key");
  const auto file = run.args.text("group-key-file");
  const auto group = run.args.text("from-group");
  if ((key ? 1 : 0) + (file ? 1 : 0) + (group ? 1 : 0) > 1) {
    return WrongUsage("--from-group, --group-key and --group-key-file exclude each other",
                      "for example: " + run.verb.example);
  }
  std::string text;
  if (key || file) {
    BERTH_TRY(text, text_or_file(run, key ? *key : "@" + *file));
  } else {
    BERTH_TRY(text, key_of_group(run, scope, group ? *group : kBenchGroup));
  }
  Result<Secret> decoded = factory::read_key(text);
  if (!decoded) return Fail(Failure(std::move(decoded).error()));
  return *std::move(decoded);
}

Try<std::uint64_t> bounded(const Invocation& run, const char* flag, std::uint64_t otherwise,
                           std::uint64_t low, std::uint64_t high) {
  const std::uint64_t value = run.args.number(flag).value_or(otherwise);
  if (value >= low && value <= high) return value;
  return WrongUsage(std::string("--") + flag + " cannot be " + std::to_string(value),
                    "it takes " + std::to_string(low) + " to " + std::to_string(high));
}

std::uint16_t port_of(const std::string& url) {
  const std::size_t bracket = url.rfind(']');
  const std::size_t colon = url.find(':', bracket == url.npos ? url.find("://") + 3 : bracket);
  std::uint16_t port = 443;
  if (colon != url.npos) {
    std::from_chars(url.data() + colon + 1, url.data() + url.size(), port);
  }
  return port;
}

Try<device::FleetOptions> fleet_options(Invocation& run) {
  device::FleetOptions options;
  BERTH_TRY(options.count, bounded(run, "count", 1'000, 1, 1'000'000));
  BERTH_TRY(const std::uint64_t concurrency, bounded(run, "concurrency", 16, 1, 10'000));
  BERTH_TRY(const std::uint64_t threads, bounded(run, "threads", 1, 1, 64));
  BERTH_TRY(const std::uint64_t seconds, bounded(run, "max-seconds", 60, 1, 3'600));
  BERTH_TRY(const std::uint64_t delay, bounded(run, "poll-delay-ms", 0, 0, 60'000));
  BERTH_TRY(const std::uint64_t attempt, bounded(run, "attempt-seconds", 10, 1, 600));
  options.concurrency = static_cast<unsigned>(concurrency);
  options.threads = static_cast<unsigned>(threads);
  options.time_max = std::chrono::seconds(seconds);
  options.poll_delay = std::chrono::milliseconds(delay);
  options.attempt_timeout = std::chrono::seconds(attempt);
  options.kept = run.args.is_set("kept");
  options.allow_remote = run.args.is_set("allow-remote");
  BERTH_TRY(const Endpoint endpoint, run.endpoint());
  const std::string url = run.args.text_or("device-url", endpoint.url);
  options.host = host_of(url);
  options.port = port_of(url);
  options.server_name = run.args.text_or("host", "");
  options.ca = endpoint.ca;
  BERTH_TRY(options.id_scope, run.scope());
  BERTH_TRY(options.group_key, group_key(run, options.id_scope));
  base::SystemRng rng;
  options.prefix = run.args.text_or("prefix", "bench-" + rng.hex(4) + "-");
  BERTH_STEP(factory::derive_key(options.group_key, options.prefix + "0"));
  return options;
}

std::optional<std::uint64_t> server_pid(const Invocation& run) {
  if (const auto given = run.args.number("server-pid")) return given;
  const Try<std::string> text = read_small_file(run.data() / "berth.pid");
  std::uint64_t pid = 0;
  if (!text) return std::nullopt;
  const auto [end, error] = std::from_chars(text->data(), text->data() + text->size(), pid);
  return error == std::errc() && pid > 0 ? std::optional(pid) : std::nullopt;
}

Try<Measured> measure(Invocation& run, const device::FleetOptions& options) {
  BERTH_TRY(const std::uint64_t probes, bounded(run, "disk-probes", 200, 0, 10'000));
  Measured measured;
  std::error_code ignored;
  if (probes > 0 && std::filesystem::is_directory(run.data(), ignored)) {
    BERTH_TRY(measured.disk, probe_disk(run.data(), probes, run.world.clock));
  }
  measured.server_pid = server_pid(run);
  const auto before = measured.server_pid ? cpu_time(*measured.server_pid) : std::nullopt;
  std::signal(SIGPIPE, SIG_IGN);  // a server that closes is an error to count, not the end
  BERTH_TRY(measured.fleet, device::register_fleet(options, run.world.clock));
  const auto after = measured.server_pid ? cpu_time(*measured.server_pid) : std::nullopt;
  if (before && after) measured.server_cpu = *after - *before;
  return measured;
}

double seconds(nanoseconds time) { return std::chrono::duration<double>(time).count(); }
std::int64_t whole_micros(nanoseconds time) {
  return std::chrono::duration_cast<microseconds>(time).count();
}
double micros(nanoseconds time) { return std::chrono::duration<double, std::micro>(time).count(); }

double rate(const device::FleetReport& fleet) {
  return fleet.took.count() > 0 ? static_cast<double>(fleet.registered) / seconds(fleet.took) : 0;
}

// Of the server, for each device that registered.
std::optional<double> cpu_each(const Measured& measured) {
  if (!measured.server_cpu || measured.fleet.registered == 0) return std::nullopt;
  return micros(*measured.server_cpu) / static_cast<double>(measured.fleet.registered);
}

json::object as_json(const device::Percentiles& times) {
  return {{"p50Micros", whole_micros(times.p50)},
          {"p90Micros", whole_micros(times.p90)},
          {"p99Micros", whole_micros(times.p99)},
          {"maxMicros", whole_micros(times.max)}};
}

json::object as_json(const Measured& measured, const device::FleetOptions& options) {
  const device::FleetReport& fleet = measured.fleet;
  json::object errors;
  for (const auto& [kind, entry] : fleet.errors) {
    errors[kind] = json::object{{"count", entry.count}, {"example", entry.example}};
  }
  json::object out{{"registered", fleet.registered},
                   {"wanted", options.count},
                   {"seconds", seconds(fleet.took)},
                   {"perSecond", rate(fleet)},
                   {"kept", options.kept},
                   {"concurrency", options.concurrency},
                   {"threads", options.threads},
                   {"handshakes", fleet.handshakes},
                   {"polls", fleet.polls},
                   {"registration", as_json(fleet.total)},
                   {"handshake", as_json(fleet.handshake)},
                   {"errors", std::move(errors)},
                   {"serverCpuMicrosEach", nullptr},
                   {"disk", nullptr}};
  if (const auto each = cpu_each(measured)) out["serverCpuMicrosEach"] = *each;
  if (measured.disk) {
    out["disk"] = as_json(measured.disk->times);
    out["disk"].as_object()["count"] = measured.disk->count;
  }
  return out;
}

std::string ms(nanoseconds time) {
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%.3f ms", micros(time) / 1000);
  return text.data();
}

std::vector<std::string> row(const std::string& name, const device::Percentiles& times) {
  return {name, ms(times.p50), ms(times.p90), ms(times.p99), ms(times.max)};
}

std::string headline(const Measured& measured, const device::FleetOptions& options) {
  std::array<char, 300> text{};
  std::snprintf(
      text.data(), text.size(),
      "%llu of %llu devices registered in %.3f s: %.1f a second (%s, %u at a time, %u "
      "threads, %llu polls)\n",
      static_cast<unsigned long long>(measured.fleet.registered),
      static_cast<unsigned long long>(options.count), seconds(measured.fleet.took),
      rate(measured.fleet), options.kept ? "kept TLS connections" : "a fresh TLS connection each",
      options.concurrency, options.threads, static_cast<unsigned long long>(measured.fleet.polls));
  return text.data();
}

void print(std::ostream& out, const Measured& measured, const device::FleetOptions& options) {
  out << headline(measured, options);
  std::vector<std::vector<std::string>> rows{row("registration", measured.fleet.total),
                                             row("handshake", measured.fleet.handshake)};
  if (measured.disk) rows.push_back(row("disk append", measured.disk->times));
  print_rows(out, {"TIME OF", "P50", "P90", "P99", "MAX"}, rows);
  std::array<char, 100> text{};
  if (const auto each = cpu_each(measured)) {
    std::snprintf(text.data(), text.size(), "server CPU  %.1f us a registration (process %llu)\n",
                  *each, static_cast<unsigned long long>(*measured.server_pid));
    out << text.data();
  } else {
    out << "server CPU  not measured: give --server-pid, or --data of a local server\n";
  }
  if (measured.fleet.errors.empty()) out << "errors      none\n";
  for (const auto& [kind, entry] : measured.fleet.errors) {
    out << "errors      " << entry.count << " " << kind << ": " << base::printable(entry.example)
        << '\n';
  }
}

Try<int> bench_register(Invocation& run) {
  BERTH_TRY(const device::FleetOptions options, fleet_options(run));
  BERTH_TRY(const Measured measured, measure(run, options));
  if (run.wants_json()) {
    run.world.out << json::serialize(as_json(measured, options)) << '\n';
  } else {
    print(run.world.out, measured, options);
  }
  return measured.fleet.registered == options.count ? kDone : kFailed;
}

}  // namespace

std::vector<Verb> bench_verbs() {
  const FlagKind number = FlagKind::kNumber;
  return {{"bench register",
           "Registers many distinct devices of one group and measures it: rate, times, errors, the "
           "server's processor time and the disk. Loopback only, unless told otherwise.",
           {{"from-group",
             "ID",
             "An enrollment group of the server, whose key is read.",
             FlagKind::kText,
             {"enrollment-id", "eid"}},
            {"group-key", "KEY", "The group's key in base64, or @FILE, or @- for standard input."},
            {"group-key-file", "FILE", "A file with the group's key in base64."},
            scope_flag(),
            {"count", "N", "How many devices, 1 to 1000000; 1000.", number},
            {"prefix", "TEXT", "Device i registers as TEXT and i; bench- and random digits."},
            {"concurrency", "N", "How many at the same time; 16.", number},
            {"threads", "N", "How many threads of this process; 1.", number},
            {"kept", "", "Keep connections for many devices, instead of a fresh one for each.",
             FlagKind::kSwitch},
            {"poll-delay-ms", "MS", "How long a device waits before it asks again; 0.", number},
            {"attempt-seconds", "S", "How long one device may take; 10.", number},
            {"max-seconds", "S", "After it no further device begins; 60.", number},
            {"device-url", "URL",
             "Where devices register, when the admin API has a port of its own; the URL."},
            {"host", "NAME", "Host name to ask for, if not that of the URL."},
            {"server-pid", "PID",
             "The server's process, to read its processor time; else DATA/berth.pid.", number},
            {"disk-probes", "N",
             "Synced appends of 4 KiB in the data directory, to compare with; 200.", number},
            {"allow-remote", "", "Put the load on a server that is not on this machine's loopback.",
             FlagKind::kSwitch}},
           "berth bench register --from-group line-7 --count 200",
           &bench_register}};
}

}  // namespace berth::cli
