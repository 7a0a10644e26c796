#include "config/keys.h"

#include "base/codec.h"

#include <algorithm>

namespace berth::config {
namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::minutes;
using std::chrono::seconds;

constexpr std::uint64_t kKiB = 1024;
constexpr std::uint64_t kMiB = 1024 * kKiB;

// The address of a member, as a plain function that the table can hold.
#define AT(member) [](Config& c) -> auto& { return c.member; }

const Key kTable[] = {
    {"data", PathAt{AT(data)},
     "Directory of everything Berth keeps: store, certificates, tokens, master key.",
     "/var/lib/berth for root, else ~/.local/share/berth"},
    {"host", ListAt{AT(host)},
     "Names and addresses devices and operators reach this server by; the server certificate "
     "covers them, `localhost` and the hosts of scopes and hubs. New hubs get the first.",
     "this machine's name"},
    {"listen", TextAt{AT(listen)},
     "Address to listen on; `*` is every address of this machine, IPv4 and IPv6."},
    {"https_port", PortAt{AT(https_port)},
     "Port for HTTPS and WebSockets; 0 takes any free one and the log says which.",
     "443 where the process may bind it, else 8443"},
    {"mqtt_port", PortAt{AT(mqtt_port)},
     "Port for MQTT over TLS; 0 takes any free one and the log says which.", "8883"},
    {"http_port", PortAt{AT(http_port)},
     "Port for HTTP without TLS, for devices that cannot encrypt: everything on it is plain text. "
     "It serves only the routes an operator switched on, never the admin API, metrics or the "
     "console; 0 takes any free one and the log says which.",
     "none: no HTTP without TLS"},
    {"mqtt_plain_port", PortAt{AT(mqtt_plain_port)},
     "Port for MQTT without TLS, for devices that cannot encrypt: everything on it is plain text. "
     "It serves only the devices an operator allowed it to; 0 takes any free one and the log says "
     "which.",
     "none: no MQTT without TLS"},
    {"admin_port", PortAt{AT(admin_port)},
     "Port of its own for the admin API and metrics, which the HTTPS port then refuses.",
     "none: they share the HTTPS port"},
    {"admin_listen", TextAt{AT(admin_listen)},
     "Address the admin port listens on; only with `admin_port`."},
    {"dialects_off", ListAt{AT(dialects_off)},
     "Names of dialects that are not served, as the log of the start lists them: their routes and "
     "topics then do not exist."},
    {"store", TextAt{AT(store)},
     "Where records are kept: `sqlite:PATH` or `postgresql://user@host/database`.",
     "`sqlite:` and `berth.db` in the data directory"},
    {"threads", NumberAt{AT(threads), 0, 256},
     "Threads that serve connections; 0 is one for each processor."},
    {"master_key", SecretAt{AT(master_key)},
     "Base64 of the 32 bytes that seal every other secret, instead of a file; keep a copy apart "
     "from the backups."},
    {"master_key_file", PathAt{AT(master_key_file)},
     "File of the master key, mode 0600; made on first start when it does not exist.",
     "the credential `berth-master-key` of systemd, else `master.key` in the data directory"},

    {"tls.certificate_file", PathAt{AT(tls.certificate_file)},
     "PEM file of a server certificate of your own, with its chain; only with `tls.key_file`.",
     "Berth's own CA issues one"},
    {"tls.key_file", PathAt{AT(tls.key_file)}, "PEM file of that certificate's private key.",
     "Berth's own CA issues one"},
    {"tls.no_certificate_hosts", ListAt{AT(tls.no_certificate_hosts)},
     "Names of this server, `*.` allowed, whose clients are not asked for a certificate: some "
     "devices break off when they are asked and have none. Those of known vendors are built in.",
     "none beyond those"},

    {"net.connections_max", NumberAt{AT(net.connections_max), 1, 10'000'000},
     "Open connections altogether; beyond it new ones are closed at once."},
    {"net.connections_per_source_max", NumberAt{AT(net.connections_per_source_max), 1, 10'000'000},
     "Open connections from one IPv4 address or IPv6 /64; whole factories may sit behind one."},
    {"net.header_bytes_max", NumberAt{AT(net.header_bytes_max), kKiB, kMiB, Unit::kBytes},
     "Request line and headers of one HTTP request; beyond it the answer is 431."},
    {"net.body_bytes_max", NumberAt{AT(net.body_bytes_max), kKiB, 64 * kMiB, Unit::kBytes},
     "Body of one HTTP request; beyond it the answer is 413."},
    {"net.packet_bytes_max", NumberAt{AT(net.packet_bytes_max), kKiB, 64 * kMiB, Unit::kBytes},
     "One whole MQTT packet; beyond it the connection is closed."},
    {"net.in_flight_max", NumberAt{AT(net.in_flight_max), 1, 1'000'000},
     "Requests being worked on at the same time by one thread; beyond it the answer is 503."},
    {"net.outgoing_queue_count_max", NumberAt{AT(net.outgoing_queue_count_max), 1, 100'000},
     "Messages that may wait for one MQTT client that does not read."},
    {"net.http_unframed_delete", SwitchAt{AT(net.http_unframed_delete)},
     "Whether a DELETE without a length may have a body, where a dialect knows clients that send "
     "one: what arrived together with its header, and the connection ends after the answer. Switch "
     "it off behind a reverse proxy that keeps connections open, for there the bytes behind a "
     "request may be somebody else's."},
    {"net.first_byte_timeout", TimeAt{AT(net.first_byte_timeout), seconds(1), minutes(10)},
     "From accepting a connection to its first byte."},
    {"net.handshake_timeout", TimeAt{AT(net.handshake_timeout), seconds(1), minutes(10)},
     "From the first byte to a finished TLS handshake."},
    {"net.authenticate_timeout", TimeAt{AT(net.authenticate_timeout), seconds(1), minutes(10)},
     "From the handshake to a complete MQTT CONNECT or first HTTP request."},
    {"net.request_timeout", TimeAt{AT(net.request_timeout), seconds(1), minutes(60)},
     "From the first byte of a request or packet to its last."},
    {"net.idle_timeout", TimeAt{AT(net.idle_timeout), seconds(5), hours(24)},
     "Between two HTTP requests of one kept connection; there are devices that lose an answer when "
     "the connection ends within seconds of it."},
    {"net.write_timeout", TimeAt{AT(net.write_timeout), seconds(1), minutes(60)},
     "How long output may wait while the peer reads nothing."},
    {"net.drain_timeout", TimeAt{AT(net.drain_timeout), seconds(0), minutes(10)},
     "How long SIGTERM waits for requests under way before it closes their connections."},

    {"provisioning.failures_per_source_max",
     NumberAt{AT(provisioning.failures_per_source_max), 1, 1'000'000},
     "Failed attempts one source address may make before it must wait."},
    {"provisioning.failures_refilled_per_second",
     RateAt{AT(provisioning.failures_refilled_per_second), 0.001, 10'000},
     "How many of those attempts a source gets back each second."},
    {"provisioning.sources_tracked_max",
     NumberAt{AT(provisioning.sources_tracked_max), 100, 10'000'000},
     "Source addresses whose failures are remembered; the longest idle is forgotten first."},
    {"provisioning.payload_bytes_max",
     NumberAt{AT(provisioning.payload_bytes_max), kKiB, 16 * kMiB, Unit::kBytes},
     "Custom payload of one registration."},
    {"provisioning.scopes_cached_max", NumberAt{AT(provisioning.scopes_cached_max), 1, 100'000},
     "Scopes whose groups and opened keys are kept in memory."},
    {"provisioning.wait_max", TimeAt{AT(provisioning.wait_max), milliseconds(10), minutes(1)},
     "How long a registration may be expected to wait; when more arrive, devices are told to come "
     "again later, and no scope gets more than its share of the places."},
    {"provisioning.registrations_at_once_max",
     NumberAt{AT(provisioning.registrations_at_once_max), 0, 1'000'000},
     "Registrations under way at once, on each core, however fast the server is; 0 takes none."},

    {"attestation.clock_skew", TimeAt{AT(attestation.clock_skew), seconds(0), hours(24)},
     "How long after its expiry a token is still accepted, for devices whose clock is behind."},
    {"attestation.expiry_max", TimeAt{AT(attestation.expiry_max), minutes(1), days(3653)},
     "How far in the future the expiry of a token may lie."},

    {"trail.refused_count_max", NumberAt{AT(trail.refused_count_max), 100, 1'000'000'000},
     "Trails of refused attempts that are kept; the oldest go first."},
    {"trail.assigned_count_max", NumberAt{AT(trail.assigned_count_max), 100, 1'000'000'000},
     "Trails of devices that got in that are kept; the oldest go first."},
    {"trail.explain_queue_count_max", NumberAt{AT(trail.explain_queue_count_max), 1, 1'000'000},
     "Refused attempts that may wait to be explained; beyond it they are only counted."},

    {"hub.messages_waiting_max", NumberAt{AT(hub.messages_waiting_max), 1, 10'000},
     "Messages that may wait for one device; beyond it sending is refused."},
    {"hub.failures_per_source_max", NumberAt{AT(hub.failures_per_source_max), 1, 1'000'000},
     "Refused hub connections one source address may make before it must wait."},
    {"hub.failures_refilled_per_second",
     RateAt{AT(hub.failures_refilled_per_second), 0.001, 10'000},
     "How many of those a source gets back each second."},
    {"hub.records_per_device_max", NumberAt{AT(hub.records_per_device_max), 0, 1'000'000'000},
     "Data records that are kept for one device; the oldest go first, 0 is no bound."},
    {"hub.account_guesses_max", NumberAt{AT(hub.account_guesses_max), 1, 1'000},
     "Wrong passwords in a row that lock an account."},
    {"hub.account_lock_time", TimeAt{AT(hub.account_lock_time), seconds(1), hours(24)},
     "How long an account is then locked; its answers are those to a wrong password."},

    {"telemetry.directory", PathAt{AT(telemetry.directory)},
     "Directory of the event log; one server at a time may use it.",
     "`telemetry` in the data directory"},
    {"telemetry.partitions", NumberAt{AT(telemetry.partitions), 1, 32},
     "Partitions of each hub's event log; taken when a hub's log is made."},
    {"telemetry.hub_bytes_max",
     NumberAt{AT(telemetry.hub_bytes_max), 16 * kMiB, 1024 * 1024 * kMiB, Unit::kBytes},
     "How much of each hub's events is kept; the oldest go first."},
    {"telemetry.age_max", TimeAt{AT(telemetry.age_max), minutes(1), days(3653)},
     "How long events are kept, if they are not too many before."},
    {"telemetry.json_lines_file", PathAt{AT(telemetry.json_lines_file)},
     "File to which every event is copied as one line of JSON.", "none"},
    {"telemetry.json_lines_bytes_max",
     NumberAt{AT(telemetry.json_lines_bytes_max), kMiB, 1024 * 1024 * kMiB, Unit::kBytes},
     "Size at which that file is put aside and a new one begun."},
    {"telemetry.json_lines_files_max", NumberAt{AT(telemetry.json_lines_files_max), 1, 10'000},
     "How many of these files are kept, the one being written included."},

    {"postgres.connections", NumberAt{AT(postgres.connections), 2, 1'000},
     "Connections kept to PostgreSQL."},

    {"log.level", LevelAt{AT(log.level)}, "Lines below this level are left out."},
    {"log.json", SwitchAt{AT(log.json)}, "Log lines as JSON objects instead of key=value text."},

    {"metrics.enabled", SwitchAt{AT(metrics.enabled)},
     "Whether `GET /metrics` answers, in the text format of Prometheus."},
};

#undef AT

}  // namespace

std::span<const Key> keys() { return kTable; }

const Key* find_key(std::string_view name) {
  const auto found = std::find_if(std::begin(kTable), std::end(kTable),
                                  [&](const Key& key) { return key.name == name; });
  return found == std::end(kTable) ? nullptr : found;
}

bool is_secret(const Key& key) { return std::holds_alternative<SecretAt>(key.place); }

std::string variable_name(const Key& key) {
  std::string name = "BERTH_" + base::ascii_upper(key.name);
  std::replace(name.begin(), name.end(), '.', '_');
  return name;
}

std::string flag_name(const Key& key) {
  std::string name(key.name);
  std::replace_if(
      name.begin(), name.end(), [](char c) { return c == '.' || c == '_'; }, '-');
  return name;
}

}  // namespace berth::config
