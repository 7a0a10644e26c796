// A thing by its configuration file: `berth device agent` enrols it once, keeps its credentials
// encrypted and activates it; run again, it uses what it keeps.
#include "base/codec.h"
#include "base/rng.h"
#include "berth/device/agent.h"
#include "cli/invocation.h"
#include "cli/local_server.h"
#include "cli/verb_groups.h"

#include <boost/json.hpp>

#include <csignal>

namespace berth::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLineMax = 4'000;
constexpr std::uint64_t kAttemptsMax = 1'000;
constexpr std::uint64_t kSecondsMax = 86'400;

class Printer final : public device::AgentObserver {
 public:
  explicit Printer(Invocation& run) : run_(run) {}
  // In JSON mode standard output holds the document alone.
  void say(std::string_view line) override {
    std::ostream& out = run_.wants_json() ? run_.world.err : run_.world.out;
    out << base::printable(line, kLineMax) << '\n' << std::flush;
  }
  bool pause(std::chrono::milliseconds time) override {
    run_.world.pause(time);
    return true;
  }

 private:
  Invocation& run_;
};

Failure about_config(const fs::path& path, Error error) {
  Failure failure(std::move(error));
  failure.what = path.string() + ": " + failure.what;
  failure.is_usage = true;
  return failure;
}

Try<device::AgentConfig> read_config(Invocation& run, const fs::path& path) {
  BERTH_TRY(const std::string text, read_small_file(path));
  Result<device::AgentConfigRead> read = device::read_agent_config(Secret::from_text(text));
  if (!read) return Fail(about_config(path, std::move(read).error()));
  for (const std::string& warning : read->warnings) {
    run.world.err << "warning: " << path.string() << ", " << warning << '\n';
  }
  return std::move(read->config);
}

// Of the configuration file's folder, unless it is absolute.
fs::path named_in(const fs::path& config, const std::string& name) {
  return config.parent_path() / name;
}

Try<device::AgentFiles> files_of(const fs::path& path, const device::AgentConfig& config) {
  device::AgentFiles files;
  files.state = fs::path(path).replace_extension(".state");
  if (!config.state_file.empty()) files.state = named_in(path, config.state_file);
  files.key = fs::path(files.state).replace_extension(".key");
  if (!config.key_file.empty()) files.key = named_in(path, config.key_file);
  const fs::path all[] = {path.lexically_normal(), files.state.lexically_normal(),
                          files.key.lexically_normal()};
  if (all[0] != all[1] && all[0] != all[2] && all[1] != all[2]) return files;
  return Fail(about_config(
      path,
      {ErrorKind::kInvalid, "the file itself, `state_file` and `key_file` are not three files",
       "give each a name of its own"}));
}

Try<device::AgentServer> server_of(Invocation& run, const device::AgentConfig& config) {
  if (!config.server.host.empty()) return config.server;
  Try<Place> place = device_place(run, DevicePort::kHttps);
  if (place) return device::AgentServer{place->host, place->port, false};
  Failure failure = std::move(place).error();
  failure.mend = "write `server = https://HOST:PORT` into the file, or give --url or --data";
  return Fail(std::move(failure));
}

Try<std::uint64_t> number_up_to(const Invocation& run, const char* flag, std::uint64_t otherwise,
                                std::uint64_t most) {
  const std::uint64_t value = run.args.number(flag).value_or(otherwise);
  if (value >= 1 && value <= most) return value;
  return WrongUsage(std::string("--") + flag + " cannot be " + std::to_string(value),
                    "it takes 1 to " + std::to_string(most));
}

Try<device::AgentOptions> options_of(Invocation& run, const fs::path& path,
                                     const device::AgentConfig& config) {
  device::AgentOptions options;
  BERTH_TRY(options.server, server_of(run, config));
  const bool names_ca = !config.ca_file.empty() && !run.args.has("ca-file");
  options.ca = names_ca ? named_in(path, config.ca_file) : trusted_ca(run, "ca-file");
  BERTH_TRY(const std::uint64_t attempts, number_up_to(run, "attempts", 5, kAttemptsMax));
  options.attempts = static_cast<unsigned>(attempts);
  BERTH_TRY(const std::uint64_t timeout, number_up_to(run, "timeout", 120, kSecondsMax));
  options.timeout = std::chrono::seconds(timeout);
  return options;
}

int show_report(const Invocation& run, const device::AgentReport& report,
                const device::AgentStore& store) {
  const bool shows_keys = run.args.is_set("show-keys");
  if (run.wants_json()) {
    json::object object{{"id", report.id},
                        {"enrolment", to_string(report.enrolment)},
                        {"name", report.name},
                        {"status", report.status},
                        {"state", store.files().state.string()}};
    if (shows_keys) object["password"] = report.connection.text();
    run.world.out << json::serialize(object) << '\n';
    return kDone;
  }
  run.world.out << "active: Plug-ID " << report.id;
  if (!report.status.empty()) run.world.out << ", status " << report.status;
  run.world.out << '\n';
  if (shows_keys) run.world.out << "connection password: " << report.connection.text() << '\n';
  run.world.out << std::flush;
  return kDone;
}

// Until Ctrl-C. A server that is away for longer does not end it; a refusal does.
Try<int> stay(Invocation& run, const std::function<Result<device::AgentReport>()>& turn,
              const device::AgentStore& store) {
  BERTH_TRY(const std::uint64_t every, number_up_to(run, "every", 60, kSecondsMax));
  bool is_shown = false;
  while (!run.world.interrupted()) {
    const Result<device::AgentReport> report = turn();
    if (!report && report.error().kind != ErrorKind::kUnavailable) {
      return Fail(Failure(report.error()));
    }
    if (!report) run.world.err << "warning: " << report.error().what << '\n' << std::flush;
    const bool is_new = report && report->enrolment != device::AgentEnrolment::kKept;
    if (report && (is_new || !is_shown)) {
      show_report(run, *report, store);
      is_shown = true;
    }
    if (!run.world.interrupted()) run.world.pause(std::chrono::seconds(every));
  }
  return kDone;
}

Try<int> agent(Invocation& run) {
  const fs::path path = run.args.text_or("config", "");
  BERTH_TRY(const device::AgentConfig config, read_config(run, path));
  BERTH_TRY(const device::AgentOptions options, options_of(run, path, config));
  std::signal(SIGPIPE, SIG_IGN);  // a server that closes is a happening, not the end
  base::SystemRng rng;
  BERTH_TRY(device::AgentFiles files, files_of(path, config));
  BERTH_TRY(device::AgentStore store, device::AgentStore::open(std::move(files), rng));
  if (run.args.is_set("reset-state")) BERTH_STEP(store.reset());
  Printer printer(run);
  const auto turn = [&] {
    Result<device::AgentReport> report =
        device::run_agent(config, options, {store, printer, run.world.clock, rng});
    if (!report) report.error().what = base::printable(report.error().what, kLineMax);
    return report;
  };
  if (run.args.has("every") && !run.args.is_set("once")) return stay(run, turn, store);
  BERTH_TRY(const device::AgentReport report, turn());
  return show_report(run, report, store);
}

}  // namespace

std::vector<Verb> agent_verbs() {
  const FlagKind number = FlagKind::kNumber;
  const FlagKind alone = FlagKind::kSwitch;
  Flag config{"config",
              "FILE",
              "The thing's configuration file, like smartplug.conf.",
              FlagKind::kText,
              {"c"}};
  config.required = true;
  return {{"device agent",
           "Is a thing with a configuration file: enrols it, keeps its credentials encrypted "
           "beside the file, activates it, prints its Plug-ID. Run again it uses what it keeps.",
           {std::move(config),
            {"once", "", "End when it is active; so it does without --every, too.", alone},
            {"every", "SECONDS", "Stay: look so often whether it has to enrol again.", number},
            {"attempts", "N", "How often to try each request; 5.", number},
            {"timeout", "SECONDS", "How long to try altogether; 120.", number},
            {"reset-state", "", "Forget the credentials it keeps, also damaged ones.", alone},
            {"show-keys", "", "Print the connection password, too.", alone},
            {"json", "", "Print a JSON document.", alone},
            {"ca-file", "FILE",
             "CA to trust; else `ca_file` of the file, BERTH_CA, or that of the data directory."},
            {"url", "URL", "The server when the file names none; else BERTH_URL."},
            {"data", "DIR", "Data directory of a server on this machine; else BERTH_DATA."}},
           "berth device agent --config smartplug.conf",
           &agent,
           false,
           "the tutorial of production things runs it, with the serial it lists"}};
}

}  // namespace berth::cli
