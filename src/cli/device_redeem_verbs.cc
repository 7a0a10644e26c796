// `berth device redeem`: does with a credential code what a phone app does. Reads it, picks up or
// redeems what it stands for, keeps the key in a file, registers, connects, sends a message.
#include "base/codec.h"
#include "base/rng.h"
#include "berth/device/redeemed_life.h"
#include "cli/dice_questions.h"
#include "cli/invocation.h"
#include "cli/json_text.h"
#include "cli/local_server.h"
#include "cli/private_file.h"
#include "cli/verb_groups.h"

#include <boost/json.hpp>

#include <csignal>
#include <unistd.h>

namespace berth::cli {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;

constexpr std::size_t kLineMax = 4'000;
constexpr std::size_t kNameMax = 128;
constexpr std::size_t kPassphraseMax = 256;

Error error_of(const Failure& failure) {
  return {failure.kind, failure.why.empty() ? failure.what : failure.what + ": " + failure.why,
          failure.mend};
}

// Says the steps, and knows the passphrase: from a file, a variable, or whoever sits there.
class Person final : public device::CodeObserver {
 public:
  explicit Person(Invocation& run, bool is_quiet) : run_(run), is_quiet_(is_quiet) {}

  void say(std::string_view line) override {
    if (!is_quiet_) run_.world.out << base::printable(line, kLineMax) << '\n' << std::flush;
  }

  Result<Secret> passphrase(unsigned attempt) override {
    const auto file = run_.args.text("passphrase-file");
    const auto variable = run_.args.text("passphrase-env");
    if (attempt > 0 && (file || variable)) {
      return Fail(ErrorKind::kUnauthenticated, "the passphrase does not open the code",
                  "check the passphrase, and that the code is whole");
    }
    if (file) return of(*file);
    if (variable) {
      const auto set = config::variable(run_.world.environment, *variable);
      if (set) return Secret::from_text(*set);
      return Fail(ErrorKind::kInvalid, "the environment has no " + *variable,
                  "set it to the passphrase");
    }
    Try<Secret> typed = ask_secret(run_, "Passphrase: ", "--passphrase-file");
    if (!typed) return Fail(error_of(typed.error()));
    return *std::move(typed);
  }

 private:
  // The first line of the file.
  Result<Secret> of(const std::string& path) {
    const Try<std::string> text = read_input(run_, path, kPassphraseMax + 2);
    if (!text) return Fail(error_of(text.error()));
    return Secret::from_text(std::string_view(*text).substr(0, text->find_first_of("\r\n")));
  }

  Invocation& run_;
  const bool is_quiet_;
};

// The server of --host or of a URL, for codes that name none.
device::CodeServer usual_server(const Invocation& run) {
  const Try<Place> place = device_place(run, DevicePort::kHttps);
  if (!place) return {};
  return {place->host, place->port};
}

// The hub's port of a server on this machine, if it is the one that the device registers at.
std::optional<std::uint16_t> local_mqtt_port(const Invocation& run,
                                             const device::CodeServer& service) {
  const std::optional<Place> here = read_place(announced(run, "url"));
  const std::optional<Place> hub = read_place(announced(run, "mqtt-url"));
  if (!here || !hub || here->host != service.host || here->port != service.port) {
    return std::nullopt;
  }
  return hub->port;
}

Try<device::RedeemedLifeOptions> life_options(const Invocation& run,
                                              const device::RedeemedDevice& device) {
  device::RedeemedLifeOptions options;
  if (run.args.text_or("provision-over", "https") == "mqtt") {
    options.provision_over = device::ProvisionOver::kMqtt;
  }
  options.connects = run.args.boolean("connect").value_or(true);
  options.ca = trusted_ca(run, "ca");
  options.address = run.args.text_or("address", "");
  BERTH_TRY(options.mqtt_port, port_flag(run, "mqtt-port"));
  if (!options.mqtt_port) options.mqtt_port = local_mqtt_port(run, device.service);
  return options;
}

// What its files are called: its id, unless that would lead elsewhere.
std::string file_name(const std::string& device_id) {
  const bool is_plain = device_id.size() <= kNameMax && !device_id.starts_with('.') &&
                        device_id.find_first_not_of(
                            "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOP"
                            "QRSTUVWXYZ0123456789-._:") == device_id.npos;
  return is_plain ? device_id : "device";
}

// As `berth key derive --out` writes it, so that `berth simulate device` can go on.
std::string secrets_of(const device::RedeemedDevice& device) {
  return json::serialize(json::object{{"endpoint", to_string(device.service)},
                                      {"idScope", device.id_scope},
                                      {"registrationId", device.device_id},
                                      {"modelId", device.model_id},
                                      {"primaryKey", device.key.text()}}) +
         "\n";
}

// A code is good once: what cannot be kept is not redeemed. Makes the folder.
Try<void> check_writable(const fs::path& folder) {
  std::error_code error;
  fs::create_directories(folder, error);
  if (!error && ::access(folder.c_str(), W_OK) == 0) return {};
  return Refuse("the device's key could not be kept in " + folder.string(),
                error ? error.message() : "this user may not make files there",
                "name another folder with --out; the code was not used");
}

Try<void> keep(const device::RedeemedDevice& device, const fs::path& folder, Person& person) {
  const std::string name = file_name(device.device_id);
  if (!device.key.empty()) {
    const fs::path path = folder / (name + ".json");
    BERTH_STEP(write_private_file(path, secrets_of(device)));
    person.say("wrote its key to " + path.string() + " (mode 0600)");
    return {};
  }
  const fs::path certificate = folder / (name + ".cert.pem");
  const fs::path key = folder / (name + ".key.pem");
  BERTH_STEP(write_private_file(key, device.key_pem.text()));
  BERTH_STEP(write_private_file(certificate, device.certificate_pem));
  person.say("wrote its certificate and key to " + certificate.string() + " and " + key.string() +
             " (mode 0600)");
  return {};
}

// What is in the code; its key only when asked for.
int show(Invocation& run, const device::RedeemedDevice& device) {
  json::object card{{"deviceId", device.device_id},
                    {"scopeId", device.id_scope},
                    {"modelId", device.model_id},
                    {"endpoint", device.service.host.empty() ? "" : to_string(device.service)}};
  if (run.args.is_set("show-keys")) card["deviceKey"] = device.key.text();
  if (run.args.is_set("json")) {
    run.world.out << json_text(card) << '\n';
  } else {
    print_card(run.world.out, card);
  }
  return kDone;
}

Try<int> redeem(Invocation& run) {
  BERTH_TRY(const std::string text, text_or_file(run, run.args.text_or("code", "")));
  const bool only_shows = run.args.is_set("show");
  Person person(run, only_shows && run.args.is_set("json"));
  device::RedeemOptions options;
  options.server = usual_server(run);
  options.ca = trusted_ca(run, "ca");
  if (run.args.text_or("key", "p256") == "symmetric") {
    options.claim_key = device::ClaimKey::kSymmetric;
  }
  std::signal(SIGPIPE, SIG_IGN);  // a server that closes is a happening, not the end
  base::SystemRng rng;
  const device::RedeemParts parts{person, run.world.clock, rng};
  if (only_shows) {
    BERTH_TRY(const device::RedeemedDevice device, device::open_code(text, options, parts));
    return show(run, device);
  }
  const fs::path folder = run.args.text_or("out", ".");
  BERTH_STEP(check_writable(folder));
  BERTH_TRY(const device::RedeemedDevice device, device::redeem_code(text, options, parts));
  BERTH_STEP(keep(device, folder, person));
  BERTH_TRY(const device::RedeemedLifeOptions life, life_options(run, device));
  BERTH_STEP(device::live_as(device, life, person, run.world.clock));
  return kDone;
}

}  // namespace

std::vector<Verb> device_redeem_verbs() {
  Flag code{"code", "CODE",
            "The code: a link, an envelope, letters or a number; @FILE, @- to read "
            "it."};
  code.required = true;
  code.positional = true;
  Flag key{"key", "WHICH",
           "What a claim is redeemed with: a P-256 key that stays here, or a "
           "symmetric key; p256."};
  key.choices = {"p256", "symmetric"};
  Flag over{"provision-over", "PROTOCOL", "How it talks to the provisioning service; https."};
  over.choices = {"https", "mqtt"};
  const FlagKind number = FlagKind::kNumber;
  return {
      {"device redeem",
       "Does with a credential code what a phone app does: redeems it, keeps the key in a "
       "file, registers, connects to the hub and sends a message.",
       {std::move(code),
        {"passphrase-file", "FILE",
         "The passphrase of the code is in this file; - for "
         "standard input. Else it is asked for."},
        {"passphrase-env", "NAME", "The passphrase is in this environment variable."},
        std::move(key),
        {"out", "DIR", "Where its key is written; the current directory."},
        {"connect", "BOOL", "Connect to the hub; `--connect false` only registers.",
         FlagKind::kToggle},
        std::move(over),
        {"show", "", "Only open the code, without a network, and show what is in it.",
         FlagKind::kSwitch},
        {"show-keys", "", "With --show: the key, too.", FlagKind::kSwitch},
        {"json", "", "With --show: as JSON.", FlagKind::kSwitch},
        {"host", "HOST",
         "The server of a code that names none; else that of --url, "
         "BERTH_URL or the data directory."},
        {"port", "N", "Its port.", number},
        {"mqtt-port", "N", "Port of the hub; that of a server on this machine, else 8883.", number},
        {"address", "IP", "Register and connect there, whatever the host names resolve to."},
        {"ca", "FILE", "CA to trust; else BERTH_CA, else `ca.pem` in the data directory."},
        {"url", "URL", "URL of the server; else BERTH_URL, else `url` in the data directory."},
        {"data", "DIR", "Data directory of a server on this machine; else BERTH_DATA."}},
       "berth device redeem 7K2M-9QRT-XC --host berth.example.net",
       &redeem,
       false,
       "the tutorial of credential codes runs it, with a code it made"}};
}

}  // namespace berth::cli
