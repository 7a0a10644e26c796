// A development board on the command line: `berth simulate devkit` measures its image, derives its
// keys, registers with the certificate that comes of them, connects and sends telemetry.
#include "base/codec.h"
#include "berth/device/board.h"
#include "cli/dice_board.h"
#include "cli/local_server.h"
#include "cli/verb_groups.h"

#include <csignal>

namespace berth::cli {
namespace {

constexpr std::size_t kLineMax = 4'000;
constexpr std::uint64_t kDayMs = 86'400'000;

class SerialPort final : public device::BoardObserver {
 public:
  explicit SerialPort(Invocation& run) : run_(run) {}
  void say(std::string_view line) override {
    run_.world.out << base::printable(line, kLineMax) << '\n' << std::flush;
  }

 private:
  Invocation& run_;
};

Try<device::BoardIdentity> identity_of(const Invocation& run, const DiceBoard& board) {
  factory::AliasName name{board.name.registration_id};
  if (run.args.is_set("as-firmware")) name.layout = factory::RiotLayout::kFirmware;
  device::BoardIdentity identity;
  identity.registration_id = board.name.registration_id;
  Result<base::Bytes> alias = factory::alias_certificate(board.identity, name);
  if (!alias) return Fail(Failure(std::move(alias).error()));
  Result<base::Bytes> issuer = factory::device_id_certificate(board.identity.device_id);
  if (!issuer) return Fail(Failure(std::move(issuer).error()));
  identity.certificates_pem = factory::certificate_pem(*alias) + factory::certificate_pem(*issuer);
  Result<Secret> key = factory::p256_key_pem(board.identity.alias.scalar);
  if (!key) return Fail(Failure(std::move(key).error()));
  identity.key_pem = *std::move(key);
  return identity;
}

// The hub's port of a server on this machine, if it is the one that the board registers at.
std::optional<std::uint16_t> local_mqtt_port(const Invocation& run, const Place& place) {
  const std::optional<Place> here = read_place(announced(run, "url"));
  const std::optional<Place> hub = read_place(announced(run, "mqtt-url"));
  if (!here || !hub || here->host != place.host || here->port != place.port) return std::nullopt;
  return hub->port;
}

Try<std::chrono::milliseconds> interval_of(const Invocation& run, const char* flag,
                                           std::uint64_t usual) {
  const std::uint64_t value = run.args.number(flag).value_or(usual);
  if (value <= kDayMs) return std::chrono::milliseconds(value);
  return WrongUsage(std::string("--") + flag + " cannot be " + std::to_string(value),
                    "it takes up to 86400000 milliseconds, a day");
}

Try<device::BoardOptions> options_of(Invocation& run, const DiceBoard& board) {
  device::BoardOptions options;
  BERTH_TRY(options.identity, identity_of(run, board));
  options.mac = board.mac;
  options.version = board.version;
  options.id_scope = run.args.text_or("scope", "");
  BERTH_TRY(const Place place, device_place(run, DevicePort::kHttps));
  options.host = place.host;
  options.port = place.port;
  BERTH_TRY(options.mqtt_port, port_flag(run, "mqtt-port"));
  if (!options.mqtt_port) options.mqtt_port = local_mqtt_port(run, place);
  options.address = run.args.text_or("address", "");
  options.ca = trusted_ca(run, "ca");
  options.messages = run.args.number("messages").value_or(1);
  BERTH_TRY(options.interval, interval_of(run, "interval", 1'000));
  BERTH_TRY(options.poll_delay, interval_of(run, "poll-delay", 2'000));
  return options;
}

Try<int> simulate_board(Invocation& run) {
  BERTH_TRY(const DiceBoard board, read_dice_board(run));
  BERTH_TRY(const device::BoardOptions options, options_of(run, board));
  std::signal(SIGPIPE, SIG_IGN);  // a server that closes is a happening, not the end
  SerialPort serial(run);
  serial.say("measured " + board.image + ": firmware digest " +
             base::hex_encode(board.identity.fwid));
  Result<device::BoardReport> done = device::run_board(options, serial, run.world.clock);
  if (done) return kDone;
  Failure failure(std::move(done).error());
  failure.what = base::printable(failure.what, kLineMax);
  return Fail(std::move(failure));
}

}  // namespace

std::vector<Verb> simulate_board_verbs() {
  const FlagKind number = FlagKind::kNumber;
  Flag scope{"scope",
             "SCOPE",
             "ID scope that is compiled into its program.",
             FlagKind::kText,
             {"id-scope"}};
  scope.required = true;
  return {
      {"simulate devkit",
       "Is a development board with a hardware identity: measures its image, derives its keys, "
       "registers with their certificate, connects to its hub, sends telemetry.",
       flags_of(
           {dice_board_flags(),
            {std::move(scope),
             {"host", "HOST", "Where it registers; else --url, BERTH_URL or the data directory."},
             {"port", "N", "The port there; 443.", number},
             {"url", "URL", "The server, instead of both; else BERTH_URL."},
             {"mqtt-port", "N", "Port of the hub; that of a server on this machine, else 8883.",
              number},
             {"address", "IP", "Connect there, whatever the host names resolve to."},
             {"ca", "FILE", "CA to trust; else BERTH_CA, else `ca.pem` in the data directory."},
             {"data", "DIR", "Data directory of a server on this machine; else BERTH_DATA."},
             {"messages", "N", "So many messages, then it ends; 1.", number},
             {"interval", "MS", "Time between two messages; 1000.", number},
             {"poll-delay", "MS", "Time before it asks whether it is assigned; 2000.", number},
             {"as-firmware", "",
              "Present the certificate as boards do, with a name that X.509 libraries refuse.",
              FlagKind::kSwitch}}}),
       "berth simulate devkit --uds-store board-7.uds --mac c8930123456a --firmware-version 1.3.7 "
       "--project .build/DevKitDPS --scope 0ne0000002A",
       &simulate_board, false, "the tutorial of boards with a hardware identity runs it"}};
}

}  // namespace berth::cli
