// A device with a TPM on the command line: `berth tpm show` says what it is known by, `berth tpm
// enroll` makes its enrollment, `berth tpm register` is the device: registers, keeps the key for
// its hub in the TPM and, when told to, connects there.
#include "base/codec.h"
#include "berth/device/tpm_hub.h"
#include "berth/device/tpm_registration.h"
#include "cli/body.h"
#include "cli/enrollment_body.h"
#include "cli/invocation.h"
#include "cli/local_server.h"
#include "cli/verb_groups.h"

#include <boost/json.hpp>

#include <csignal>
#include <cstdlib>

namespace berth::cli {
namespace {

constexpr std::size_t kLineMax = 4'000;
constexpr std::uint64_t kMessagesMax = 1'000'000;
constexpr std::uint64_t kIntervalMax = 86'400'000;

Try<device::TpmIdentity> open_tpm(const Invocation& run) {
  // What the library would write to standard error itself is in our own error, too.
  ::setenv("TSS2_LOG", "all+none", 0);
  Result<device::TpmIdentity> tpm = device::TpmIdentity::open(run.args.text_or("tcti", ""));
  if (!tpm) return Fail(Failure(std::move(tpm).error()));
  return *std::move(tpm);
}

std::string registration_id(const Invocation& run, const device::TpmIdentity& tpm) {
  const std::string given = run.args.text_or("registration-id", "");
  return given.empty() ? tpm.registration_id() : given;
}

Try<int> show(Invocation& run) {
  BERTH_TRY(device::TpmIdentity tpm, open_tpm(run));
  BERTH_TRY(const bool has_key, tpm.has_key());
  const std::string ek = base::base64_encode(tpm.endorsement_key());
  const std::string srk = base::base64_encode(tpm.storage_root_key());
  if (run.wants_json()) {
    const json::object shown{{"registrationId", tpm.registration_id()},
                             {"endorsementKey", ek},
                             {"storageRootKey", srk},
                             {"holdsDeviceKey", has_key}};
    run.world.out << json::serialize(shown) << '\n';
    return kDone;
  }
  run.world.out << "registration id   " << tpm.registration_id() << '\n'
                << "endorsement key   " << tpm.fingerprint(tpm.endorsement_key()) << '\n'
                << "  " << ek << '\n'
                << "storage root key  " << tpm.fingerprint(tpm.storage_root_key()) << '\n'
                << "  " << srk << '\n'
                << "device key        "
                << (has_key ? "there: registered, or in the middle of it" : "none yet") << '\n';
  return kDone;
}

Try<int> enroll(Invocation& run) {
  BERTH_TRY(const device::TpmIdentity tpm, open_tpm(run));
  const std::string id = registration_id(run, tpm);
  json::object attestation{{"type", "tpm"},
                           {"endorsementKey", base::base64_encode(tpm.endorsement_key())}};
  if (!run.args.is_set("any-storage-root-key")) {
    attestation["storageRootKey"] = base::base64_encode(tpm.storage_root_key());
  }
  json::object body;
  put_text(body, "deviceId", run.args, "device-id");
  BERTH_STEP(put_enrollment(body, run));
  body["id"] = id;
  body["attestation"] = std::move(attestation);
  BERTH_TRY(const std::string scope, run.scope());
  BERTH_TRY(Api * api, run.api());
  BERTH_TRY(const Answer answer, api->post(path_of({"scopes", scope, "enrollments"}), body));
  run.say("created enrollment " + id + " in scope " + scope);
  return run.show(answer);
}

Failure refused(const device::TpmRegistrationPlan& plan, const device::RegistrationError& error) {
  Failure failure;
  const std::string where = plan.host + ":" + std::to_string(plan.port);
  failure.why = base::printable(error.what, kLineMax);
  switch (error.trouble) {
    case device::Trouble::kRefused:
    case device::Trouble::kFailed:
      failure.what = plan.registration_id + " was not registered at " + where;
      failure.mend = "berth trail explain " + plan.registration_id;
      return failure;
    case device::Trouble::kTls:
      failure.mend = "name the server's CA with --ca-file";
      break;
    case device::Trouble::kConnect:
    case device::Trouble::kResumed:
    case device::Trouble::kTimeout:
    case device::Trouble::kClosed:
    case device::Trouble::kProtocol:
      failure.mend = "check that the server runs, and that host and port are its";
      break;
  }
  failure.what = "registering at " + where + " failed";
  return failure;
}

Try<device::TpmRegistrationPlan> plan_of(Invocation& run, const device::TpmIdentity& tpm) {
  device::TpmRegistrationPlan plan;
  BERTH_TRY(const Place place, device_place(run, DevicePort::kHttps));
  plan.host = place.host;
  plan.port = place.port;
  plan.id_scope = run.args.text_or("scope", "");
  plan.registration_id = registration_id(run, tpm);
  if (const auto payload = run.args.text("payload")) {
    BERTH_TRY(plan.payload, text_or_file(run, *payload));
  }
  return plan;
}

// --mqtt-port; else the port of a server on this machine, if it is the one it registered at.
Try<std::optional<std::uint16_t>> hub_port(const Invocation& run,
                                           const device::TpmRegistrationPlan& plan) {
  BERTH_TRY(std::optional<std::uint16_t> port, port_flag(run, "mqtt-port"));
  if (port) return port;
  const std::optional<Place> here = read_place(announced(run, "url"));
  if (!here || here->host != plan.host || here->port != plan.port) return port;
  const std::optional<Place> mqtt = read_place(announced(run, "mqtt-url"));
  if (mqtt) port = mqtt->port;
  return port;
}

Try<void> visit(Invocation& run, device::TpmIdentity& tpm, const device::TlsContext& tls,
                device::TpmVisit plan) {
  plan.messages = run.args.number("messages").value_or(0);
  const std::uint64_t interval = run.args.number("interval").value_or(1'000);
  if (plan.messages > kMessagesMax || interval > kIntervalMax) {
    return WrongUsage("--messages or --interval is too large",
                      "at most 1000000 messages, and 86400000 milliseconds between two");
  }
  plan.interval = std::chrono::milliseconds(interval);
  plan.say = [&run](std::string_view line) {
    run.world.out << base::printable(line, kLineMax) << '\n' << std::flush;
  };
  const Result<void, device::HubError> done = device::visit_hub(tpm, plan, tls, run.world.clock);
  if (done) return {};
  return Refuse("the visit at hub " + plan.hub + " failed",
                base::printable(done.error().what, kLineMax),
                done.error().trouble == device::Trouble::kRefused
                    ? "berth trail explain " + plan.device_id
                    : "--mqtt-port names another port than 8883");
}

Try<int> register_device(Invocation& run) {
  BERTH_TRY(device::TpmIdentity tpm, open_tpm(run));
  BERTH_TRY(device::TpmRegistrationPlan plan, plan_of(run, tpm));
  Result<device::TlsContext> tls = device::TlsContext::trusting(trusted_ca(run, "ca-file"));
  if (!tls) return Fail(Failure(std::move(tls).error()));
  std::signal(SIGPIPE, SIG_IGN);  // a server that closes is a happening, not the end
  plan.say = [&run](std::string_view line) { run.world.out << line << '\n' << std::flush; };
  run.world.out << "registering " << base::printable(plan.registration_id) << " at "
                << base::printable(plan.host) << ":" << plan.port << '\n'
                << std::flush;
  const auto done = device::register_tpm(tpm, plan, *tls, run.world.clock);
  if (!done) return Fail(refused(plan, done.error()));
  run.world.out << "assigned to hub " << base::printable(done->hub) << " as device "
                << base::printable(done->device_id) << '\n'
                << std::flush;
  if (!run.args.is_set("connect") && !run.args.has("messages")) return kDone;
  device::TpmVisit at_hub;
  at_hub.hub = done->hub;
  at_hub.device_id = done->device_id;
  BERTH_TRY(at_hub.port, hub_port(run, plan));
  BERTH_STEP(visit(run, tpm, *tls, std::move(at_hub)));
  return kDone;
}

Flag tcti_flag() {
  return {"tcti", "TCTI",
          "The TPM, as tpm2-tools name it: device:/dev/tpmrm0, swtpm:host=127.0.0.1,port=2321; "
          "the system's when left out."};
}

Flag id_flag() {
  return {"registration-id",
          "ID",
          "Id to register with; the one that devices make of their endorsement key when left out.",
          FlagKind::kText,
          {"rid"}};
}

}  // namespace

std::vector<Verb> tpm_verbs() {
  const FlagKind number = FlagKind::kNumber;
  const std::string untested = "it needs a TPM; the test of the page on TPMs runs it with swtpm";
  Flag scope{"scope", "SCOPE", "ID scope.", FlagKind::kText, {"id-scope"}};
  scope.required = true;
  return {
      {"tpm show",
       "Shows what the TPM of this machine is known by: the public endorsement key and storage "
       "root key, made when they are not there yet, and the id made of the first.",
       {tcti_flag(), {"json", "", "Print JSON.", FlagKind::kSwitch}},
       "berth tpm show --tcti device:/dev/tpmrm0",
       &show,
       false,
       untested},
      {"tpm enroll", "Makes an enrollment for the TPM of this machine.",
       flags_of({{tcti_flag(),
                  id_flag(),
                  scope_flag(),
                  {"any-storage-root-key", "",
                   "Enrol the endorsement key alone: the storage root key that registers first is "
                   "remembered.",
                   FlagKind::kSwitch},
                  {"device-id", "ID", "Device id at the hub; the registration id when empty."}},
                 enrollment_flags({})}),
       "berth tpm enroll --registration-id pump-7 --tcti device:/dev/tpmrm0", &enroll, true,
       untested},
      {"tpm register",
       "Is a device with the TPM of this machine: registers, and keeps the key for its hub in the "
       "TPM.",
       {std::move(scope),
        tcti_flag(),
        id_flag(),
        {"payload", "JSON", "What the device says of itself, or @FILE."},
        {"connect", "", "Connect to the hub afterwards.", FlagKind::kSwitch},
        {"messages", "N", "Connect, send so many messages, leave.", number},
        {"interval", "MS", "Time between two messages; 1000.", number},
        {"host", "HOST", "The server; else that of --url, BERTH_URL or the data directory."},
        {"port", "N", "Its port; else what the server announces, or the usual one.", number},
        {"mqtt-port", "N", "Port of the hub; that of a server on this machine, else 8883.", number},
        {"ca-file", "FILE", "CA to trust; else BERTH_CA, else `ca.pem` in the data directory."},
        {"url", "URL", "URL of the server; else BERTH_URL, else `url` in the data directory."},
        {"data", "DIR", "Data directory of a server on this machine; else BERTH_DATA."}},
       "berth tpm register --scope 0ne00000001 --registration-id pump-7 --messages 3",
       &register_device,
       false,
       untested}};
}

}  // namespace berth::cli
