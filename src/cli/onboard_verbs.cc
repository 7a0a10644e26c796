// A device that knows only its product's secret: `berth device dynreg` gets it credentials of its
// own and keeps them in its file, `berth device connect` connects with what the file holds.
#include "base/codec.h"
#include "base/rng.h"
#include "berth/device/dynamic_registration.h"
#include "berth/device/product_connection.h"
#include "cli/invocation.h"
#include "cli/local_server.h"
#include "cli/private_file.h"
#include "cli/verb_groups.h"

#include <csignal>
#include <unistd.h>

namespace berth::cli {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLineMax = 4'000;

// The file itself, also behind a symbolic link: that is what is replaced.
Try<fs::path> file_of(const Invocation& run) {
  const fs::path named = run.args.text_or("config", "");
  std::error_code error;
  fs::path path = fs::canonical(named, error);
  if (!error) return path;
  return Refuse(named.string() + " cannot be read", error.message(),
                "name the device's JSON file with -c");
}

Failure about(const fs::path& path, Error error) {
  Failure failure(std::move(error));
  failure.what = path.string() + ": " + failure.what;
  if (failure.mend.empty()) failure.mend = "correct the file";
  return failure;
}

Try<device::DeviceInfoFile> read_file(const fs::path& path) {
  BERTH_TRY(const std::string text, read_small_file(path));
  Result<device::DeviceInfoFile> file = device::DeviceInfoFile::read(Secret::from_text(text));
  if (!file) return Fail(about(path, std::move(file).error()));
  return *std::move(file);
}

std::string who(const device::DeviceInfo& info) {
  return "device " + info.device_name + " of product " + info.product_id;
}

// What cannot be kept is not asked for.
Try<void> check_writable(const fs::path& path) {
  const fs::path folder = path.parent_path();
  if (::access(folder.c_str(), W_OK) == 0) return {};
  return Refuse(path.string() + " could not be written afterwards",
                "this user may not make files in " + folder.string(),
                "let this user write there, or copy the file elsewhere");
}

Try<void> keep(const fs::path& path, const device::DeviceInfoFile& file,
               const device::DeviceCredential& credential) {
  const device::DeviceInfo& info = file.info();
  if (info.mode == device::AuthMode::kKey) {
    return write_private_file(path, file.with_device_secret(credential.device_secret).text());
  }
  // The file that names them comes last: until then the device is not registered.
  const std::string certificate = info.device_name + "_cert.crt";
  const std::string key = info.device_name + "_private.key";
  const fs::path folder = path.parent_path();
  BERTH_STEP(write_private_file(folder / certificate, credential.certificate_pem));
  BERTH_STEP(write_private_file(folder / key, credential.key_pem.text()));
  return write_private_file(path, file.with_certificate(certificate, key).text());
}

Try<int> dynreg(Invocation& run) {
  BERTH_TRY(const fs::path path, file_of(run));
  BERTH_TRY(const device::DeviceInfoFile file, read_file(path));
  const device::DeviceInfo& info = file.info();
  if (info.is_registered && !run.args.is_set("force")) {
    run.world.out << who(info) << " is registered already; --force registers it again\n";
    return kDone;
  }
  if (Result<void> well = file.can_register(); !well) {
    return Fail(about(path, std::move(well).error()));
  }
  device::DynamicRegistrationOptions options;
  options.plain = run.args.is_set("plain");
  const DevicePort port = options.plain ? DevicePort::kHttp : DevicePort::kHttps;
  BERTH_TRY(const Place place, device_place(run, port));
  options.host = place.host;
  options.port = place.port;
  options.ca = trusted_ca(run, "ca-file");
  if (run.args.text_or("protocol", "v1") == "v2") options.call = device::RegistrationCall::kSecond;
  BERTH_STEP(check_writable(path));
  run.world.out << "registering " << who(info) << " at " << base::printable(place.host) << ":"
                << place.port << (options.plain ? ", without TLS" : "") << '\n'
                << std::flush;
  std::signal(SIGPIPE, SIG_IGN);  // a server that closes is a happening, not the end
  base::SystemRng rng;
  BERTH_TRY(const device::DeviceCredential credential,
            device::register_dynamically(info, options, run.world.clock, rng));
  BERTH_STEP(keep(path, file, credential));
  run.world.out << "registered: " << path.string() << " now holds the device's own "
                << (info.mode == device::AuthMode::kKey ? "secret" : "certificate and key")
                << " (mode 0600)\n";
  return kDone;
}

// Beside the device's file, or where programs of such devices look for them.
fs::path beside(const fs::path& path, const std::string& name) {
  const fs::path folder = path.parent_path();
  std::error_code ignored;
  const fs::path usual = folder / name;  // an absolute name stays itself
  const fs::path below = folder / "certs" / name;
  return !fs::exists(usual, ignored) && fs::exists(below, ignored) ? below : usual;
}

Try<device::DeviceCredential> credential_of(const fs::path& path, const device::DeviceInfo& info) {
  device::DeviceCredential credential;
  if (info.mode == device::AuthMode::kKey) {
    credential.device_secret = info.device_secret.clone();
    return credential;
  }
  BERTH_TRY(credential.certificate_pem, read_small_file(beside(path, info.certificate_file)));
  BERTH_TRY(const std::string key, read_small_file(beside(path, info.key_file)));
  credential.key_pem = Secret::from_text(key);
  return credential;
}

Try<device::ProductConnectionOptions> connection_options(Invocation& run) {
  device::ProductConnectionOptions options;
  options.plain = run.args.is_set("plain");
  options.with_password = run.args.is_set("password");
  BERTH_TRY(const Place place,
            device_place(run, options.plain ? DevicePort::kMqtt : DevicePort::kMqtts));
  options.host = place.host;
  options.port = place.port;
  options.ca = trusted_ca(run, "ca-file");
  if (run.args.text_or("mac", "sha256") == "sha1") options.mac = device::PasswordMac::kSha1;
  if (const auto message = run.args.text("message")) {
    BERTH_TRY(options.message, text_or_file(run, *message));
  }
  options.topic = run.args.text_or("topic", options.topic);
  options.once = run.args.is_set("once");
  return options;
}

class Printer final : public device::ProductConnectionObserver {
 public:
  explicit Printer(Invocation& run) : run_(run) {}
  void say(std::string_view line) override {
    run_.world.out << base::printable(line, kLineMax) << '\n' << std::flush;
  }

 private:
  Invocation& run_;
};

Try<int> connect(Invocation& run) {
  BERTH_TRY(const fs::path path, file_of(run));
  BERTH_TRY(const device::DeviceInfoFile file, read_file(path));
  if (Result<void> well = file.can_connect(); !well) {
    Error error = std::move(well).error();
    error.mend = "register the device first: `berth device dynreg -c " + path.string() + "`";
    return Fail(about(path, std::move(error)));
  }
  BERTH_TRY(const device::DeviceCredential credential, credential_of(path, file.info()));
  BERTH_TRY(const device::ProductConnectionOptions options, connection_options(run));
  std::signal(SIGPIPE, SIG_IGN);
  base::SystemRng rng;
  Printer printer(run);
  BERTH_STEP(device::connect_product_device({file.info(), credential}, options, printer,
                                            run.world.clock, rng));
  return kDone;
}

Flag config_flag() {
  Flag flag{"config", "FILE", "The device's JSON file.", FlagKind::kText, {"c"}};
  flag.required = true;
  return flag;
}

// Where the server is, and whether it is to be trusted.
std::vector<Flag> place_flags(const char* plain) {
  const FlagKind number = FlagKind::kNumber;
  return {{"host", "HOST", "The server; else that of --url, BERTH_URL or the data directory."},
          {"port", "N", "Its port; else what the server announces, or the usual one.", number},
          {"plain", "", plain, FlagKind::kSwitch},
          {"ca-file", "FILE", "CA to trust; else BERTH_CA, else `ca.pem` in the data directory."},
          {"url", "URL", "URL of the server; else BERTH_URL, else `url` in the data directory."},
          {"data", "DIR", "Data directory of a server on this machine; else BERTH_DATA."}};
}

}  // namespace

std::vector<Verb> onboard_verbs() {
  Flag protocol{"protocol", "WHICH", "Which generation of the call; v1."};
  protocol.choices = {"v1", "v2"};
  Flag mac{"mac", "WHICH", "Hash of the password; sha256."};
  mac.choices = {"sha1", "sha256"};
  const std::string untested = "the tutorial of dynamic registration runs it, with its own product";
  return {
      {"device dynreg",
       "Is a device that knows only its product's secret: registers it, and keeps the secret or "
       "certificate it got in its JSON file. A device that has them already is left alone.",
       flags_of({{config_flag(),
                  std::move(protocol),
                  {"force", "", "Register again, whatever the file holds.", FlagKind::kSwitch}},
                 place_flags("HTTP without TLS.")}),
       "berth device dynreg -c device_info.json", &dynreg, false, untested},
      {"device connect",
       "Is a device that was registered: connects over MQTT with what its JSON file holds, prints "
       "what is sent to it. Ctrl-C ends it.",
       flags_of({{config_flag(),
                  {"message", "JSON", "Publish this once, or the content of @FILE."},
                  {"topic", "TOPIC",
                   "Where the message goes: a name like `data`, or a whole topic; event."},
                  {"once", "", "End when everything is acknowledged.", FlagKind::kSwitch},
                  {"password", "",
                   "Log in with a password over TLS, not with the secret as a shared key.",
                   FlagKind::kSwitch},
                  std::move(mac)},
                 place_flags("MQTT without TLS, with the password.")}),
       "berth device connect -c device_info.json --message '{\"t\": 21}' --once", &connect, false,
       untested}};
}

}  // namespace berth::cli
