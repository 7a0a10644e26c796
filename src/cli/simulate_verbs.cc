// A device on the command line: `berth simulate device` provisions itself, connects and lives until
// it is told to stop.
#include "base/codec.h"
#include "berth/device/simulator.h"
#include "cli/invocation.h"
#include "cli/local_server.h"
#include "cli/private_file.h"
#include "cli/verb_groups.h"
#include "factory/derive.h"

#include <boost/json.hpp>

#include <charconv>
#include <csignal>
#include <iostream>
#include <unistd.h>

namespace berth::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::chrono::seconds kProgressEvery{1};
constexpr std::size_t kLineMax = 4'000;

Try<json::object> read_object(const fs::path& path, const std::string& mend) {
  BERTH_TRY(const std::string text, read_small_file(path));
  boost::system::error_code bad;
  json::value value = json::parse(text, bad);
  if (bad || !value.is_object()) {
    return Refuse(path.string() + " does not hold a JSON object", {}, mend);
  }
  return std::move(value).as_object();
}

// "localhost", "localhost:8443", "[::1]:8443".
Try<void> read_endpoint(const std::string& text, device::DeviceSecrets& secrets) {
  const std::size_t bracket = text.rfind(']');
  const std::size_t colon = text.rfind(':');
  const bool has_port = colon != text.npos && (bracket == text.npos || colon > bracket);
  secrets.host = text.substr(0, has_port ? colon : text.npos);
  if (secrets.host.starts_with('[') && secrets.host.ends_with(']')) {
    secrets.host = secrets.host.substr(1, secrets.host.size() - 2);
  }
  bool well = !secrets.host.empty();
  if (has_port) {
    const char* end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data() + colon + 1, end, secrets.port);
    well = well && error == std::errc() && stop == end && secrets.port > 0;
  }
  if (well) return {};
  return Refuse("`" + base::printable(text, 200) + "` is no endpoint", {},
                "write HOST or HOST:PORT, without https://");
}

Try<Secret> key_of(const json::object& object, std::string_view name) {
  const std::string text = member_text(object, name);
  if (text.empty()) return Secret();
  Result<Secret> key = factory::read_key(text);
  if (!key) return Fail(Failure(std::move(key).error()));
  return *std::move(key);
}

Try<device::DeviceSecrets> read_secrets(const fs::path& path) {
  const std::string mend = "make the file with `berth key derive --out " + path.string() + "`";
  BERTH_TRY(const json::object object, read_object(path, mend));
  device::DeviceSecrets secrets;
  secrets.id_scope = member_text(object, "idScope");
  secrets.registration_id = member_text(object, "registrationId");
  const std::string endpoint = member_text(object, "endpoint");
  for (const char* name : {"endpoint", "idScope", "registrationId", "primaryKey"}) {
    if (member_text(object, name).empty()) {
      return Refuse(path.string() + " has no \"" + name + "\"", {}, mend);
    }
  }
  BERTH_STEP(read_endpoint(endpoint, secrets));
  BERTH_TRY(secrets.primary_key, key_of(object, "primaryKey"));
  BERTH_TRY(secrets.secondary_key, key_of(object, "secondaryKey"));
  return secrets;
}

// None: there is no such file yet.
Try<std::optional<device::DeviceSettings>> read_settings(const fs::path& path) {
  std::error_code ignored;
  if (!fs::exists(path, ignored)) return std::optional<device::DeviceSettings>();
  BERTH_TRY(const json::object object,
            read_object(path, "delete it to provision the device again"));
  device::DeviceSettings settings;
  settings.hub = member_text(object, "assignedHub");
  settings.device_id = member_text(object, "deviceId");
  settings.primary = Secret::from_text(member_text(object, "primaryConnectionString"));
  settings.secondary = Secret::from_text(member_text(object, "secondaryConnectionString"));
  return std::optional(std::move(settings));
}

Try<std::vector<device::DeviceKey>> keys_to_try(const Invocation& run) {
  const std::string which = run.args.text_or("key", "both");
  using device::DeviceKey;
  if (which == "primary") return std::vector{DeviceKey::kPrimary};
  if (which == "secondary") return std::vector{DeviceKey::kSecondary};
  return std::vector{DeviceKey::kPrimary, DeviceKey::kSecondary};
}

// Where a server on this machine has its hubs, if it is the one that the device provisions at: it
// may be on any port, and nothing that the device is told names it.
std::optional<std::uint16_t> local_mqtt_port(const Invocation& run,
                                             const device::DeviceSecrets& secrets) {
  const std::string url = announced(run, "url");
  if (url != "https://" + secrets.host + ":" + std::to_string(secrets.port)) return std::nullopt;
  const std::string mqtt = announced(run, "mqtt-url");
  std::uint16_t port = 0;
  std::from_chars(mqtt.data() + mqtt.rfind(':') + 1, mqtt.data() + mqtt.size(), port);
  return port > 0 ? std::optional(port) : std::nullopt;
}

Try<device::SimulationOptions> simulation_options(Invocation& run, const fs::path& settings) {
  device::SimulationOptions options;
  BERTH_TRY(options.secrets, read_secrets(run.args.text_or("secrets", "")));
  BERTH_TRY(options.settings, read_settings(settings));
  if (run.args.text_or("provision-over", "https") == "mqtt") {
    options.provision_over = device::ProvisionOver::kMqtt;
  }
  BERTH_TRY(options.keys, keys_to_try(run));
  BERTH_TRY(options.https_port, port_flag(run, "https-port"));
  BERTH_TRY(options.mqtt_port, port_flag(run, "mqtt-port"));
  if (!options.mqtt_port) options.mqtt_port = local_mqtt_port(run, options.secrets);
  options.ca = trusted_ca(run, "ca");
  options.address = run.args.text_or("address", "");
  options.messages = run.args.number("messages").value_or(run.args.is_set("once") ? 1 : 0);
  const std::uint64_t interval = run.args.number("interval").value_or(1'000);
  if (interval > 86'400'000) {
    return WrongUsage("--interval cannot be " + std::to_string(interval),
                      "it takes up to 86400000 milliseconds, a day");
  }
  options.interval = std::chrono::milliseconds(interval);
  return options;
}

// Lines as they happen; on a terminal the count of messages stays on the last line and changes
// there, elsewhere it is a line at most once a second.
class Printer final : public device::SimulationObserver {
 public:
  Printer(Invocation& run, fs::path settings, std::uint64_t wanted)
      : run_(run),
        settings_(std::move(settings)),
        wanted_(wanted),
        rewrites_(&run.world.out == &std::cout && ::isatty(STDOUT_FILENO) == 1) {}

  void say(std::string_view line) override {
    finish_progress();
    run_.world.out << base::printable(line, kLineMax) << '\n' << std::flush;
  }
  void progress(std::uint64_t acknowledged) override {
    count_ = acknowledged;
    if (rewrites_) {
      run_.world.out << '\r' << text() << std::flush;
      shown_ = count_;
      is_open_ = true;
      return;
    }
    const Instant now = run_.world.clock.monotonic();
    if (printed_at_ && now - *printed_at_ < kProgressEvery) return;
    printed_at_ = now;
    print_count();
  }
  Result<void> keep(const device::DeviceSettings& settings) override {
    const json::object object{{"assignedHub", settings.hub},
                              {"deviceId", settings.device_id},
                              {"primaryConnectionString", settings.primary.text()},
                              {"secondaryConnectionString", settings.secondary.text()}};
    Try<void> written = write_private_file(settings_, json::serialize(object) + "\n");
    if (!written) {
      const Failure& failure = written.error();
      return Fail(ErrorKind::kUnavailable, failure.what + ": " + failure.why, failure.mend);
    }
    say("wrote " + settings_.string() + " (mode 0600)");
    return {};
  }
  // The last count, if it was not shown.
  void end() {
    if (rewrites_) return finish_progress();
    if (count_ != shown_) print_count();
  }

 private:
  std::string text() const {
    std::string line = "telemetry: " + std::to_string(count_);
    if (wanted_ > 0) line += " of " + std::to_string(wanted_);
    return line + " acknowledged";
  }
  void print_count() {
    shown_ = count_;
    run_.world.out << text() << '\n' << std::flush;
  }
  void finish_progress() {
    if (is_open_) run_.world.out << '\n';
    is_open_ = false;
  }

  Invocation& run_;
  const fs::path settings_;
  const std::uint64_t wanted_;
  const bool rewrites_;
  bool is_open_ = false;  // the cursor stands behind the count
  std::uint64_t count_ = 0;
  std::uint64_t shown_ = 0;
  std::optional<Instant> printed_at_;
};

Try<int> simulate_device(Invocation& run) {
  const fs::path settings = run.args.text_or("settings", "");
  BERTH_TRY(const device::SimulationOptions options, simulation_options(run, settings));
  std::signal(SIGPIPE, SIG_IGN);  // a server that closes is a happening, not the end
  Printer printer(run, settings, options.messages);
  if (options.settings) {
    printer.say("using " + settings.string() + ": device " + options.settings->device_id +
                " of hub " + options.settings->hub);
  }
  Result<device::SimulationReport> done =
      device::simulate_device(options, printer, run.world.clock);
  printer.end();
  if (done) return kDone;
  Failure failure(std::move(done).error());
  failure.what = base::printable(failure.what, kLineMax);
  return Fail(std::move(failure));
}

}  // namespace

std::vector<Verb> simulate_verbs() {
  const FlagKind number = FlagKind::kNumber;
  Flag secrets{"secrets", "FILE", "What the factory gave it, from `berth key derive --out`."};
  secrets.required = true;
  Flag settings{"settings", "FILE",
                "Its connection strings: used when the file exists, else the device provisions "
                "itself and writes it."};
  settings.required = true;
  Flag key{"key", "WHICH", "Which of its two keys it tries, in this order; both."};
  key.choices = {"primary", "secondary", "both"};
  Flag over{"provision-over", "PROTOCOL", "How it talks to the provisioning service; https."};
  over.choices = {"https", "mqtt"};
  return {
      {"simulate device",
       "Is a device: provisions itself, connects to its hub, shows its desired twin, sends "
       "telemetry, answers methods. Ctrl-C ends it.",
       {std::move(secrets),
        std::move(settings),
        std::move(key),
        std::move(over),
        {"messages", "N", "End when so many messages were acknowledged; else never.", number},
        {"interval", "MS", "Time between two messages; 1000.", number},
        {"once", "", "End after the first message.", FlagKind::kSwitch},
        {"https-port", "N", "Port to provision at, instead of the one in the secrets.", number},
        {"mqtt-port", "N", "Port of the hub; that of a server on this machine, else 8883.", number},
        {"address", "IP", "Connect there, whatever the host names resolve to."},
        {"ca", "FILE", "CA to trust; else BERTH_CA, else `ca.pem` in the data directory."},
        {"data", "DIR", "Data directory of a server on this machine; else BERTH_DATA."}},
       "berth simulate device --secrets secrets.json --settings settings.json --messages 3",
       &simulate_device,
       false,
       "the tutorial of symmetric keys runs it, with the secrets it made"}};
}

}  // namespace berth::cli
