#include "bench/instructions/cases.h"

#include "bench/instructions/devices.h"
#include "bench/instructions/lines.h"
#include "crypto/certificate.h"
#include "crypto/decoded_certificates.h"
#include "crypto/device_key.h"
#include "crypto/tests/pki.h"

#include <boost/json.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <memory>

namespace berth::bench {
namespace {

namespace json = boost::json;
namespace pki = crypto::pki;

constexpr std::string_view kGroup = "line-7";
constexpr std::size_t kTelemetryBytes = 256;
constexpr int kTogether = 8;  // messages that one read brings
const Counter::Words kTaken = {"HTTP/1.1 202", R"("status":"assigning")"};
const Counter::Words kAssigned = {"HTTP/1.1 200", R"("status":"assigned")"};

wire::Peer peer_over(wire::Transport transport) {
  wire::Peer peer;
  peer.transport = transport;
  peer.listener = to_string(transport);
  peer.address = "127.0.0.1";
  peer.server_name = "localhost";
  peer.tls_version = "TLSv1.3";
  return peer;
}

// Ids in no order, as those of a fleet are.
std::vector<std::string> make_ids(World& world, std::size_t count) {
  std::vector<std::string> ids;
  for (std::size_t i = 0; i < count; ++i) ids.push_back("sn-" + world.rng().hex(6));
  return ids;
}

std::string scope_path(const World& world, std::string_view rest) {
  return "/api/v1/scopes/" + world.scope() + std::string(rest);
}

// A group with keys of its own, and the token of each of these devices.
Result<std::vector<Registrant>> keyed_devices(World& world, std::size_t count) {
  const std::string groups = scope_path(world, "/enrollment-groups");
  BERTH_TRY(const std::string made,
            world.operate("POST", groups, fmt::format(R"({{"id":"{}"}})", kGroup)));
  BERTH_TRY(const std::string key_text,
            world.text_of(fmt::format("{}/{}/keys", groups, kGroup), "primaryKey"));
  const std::optional<Secret> group_key = base::base64_decode_secret(key_text);
  if (!group_key) return Fail(ErrorKind::kInternal, "the group's key is no base64: " + made);
  std::vector<Registrant> devices;
  for (const std::string& id : make_ids(world, count)) {
    const Secret key = crypto::derive_device_key(group_key->bytes(), id);
    const std::string resource = world.scope() + "/registrations/" + id;
    devices.push_back({world.scope(), id,
                       signature(key.bytes(), resource, world.clock().wall(), "registration")});
  }
  return devices;
}

using Lines = std::vector<std::unique_ptr<HttpLine>>;

// Registers on a line of its own, then polls on the same, which ends.
Result<void> register_and_poll(Counter& counter, const std::vector<Registrant>& devices,
                               const std::function<std::unique_ptr<HttpLine>(std::size_t)>& open,
                               const std::string& prefix, const Counter::Words& done = kAssigned) {
  std::vector<std::string> requests;
  for (const Registrant& device : devices) requests.push_back(register_request(device));
  Lines lines(devices.size());
  const auto registers = [&](std::size_t i) {
    lines[i] = open(i);
    return lines[i]->ask(requests[i]);
  };
  BERTH_TRY(const std::vector<std::string> answers,
            counter.run(prefix + "register", registers, kTaken));
  for (std::size_t i = 0; i < devices.size(); ++i) {
    requests[i] = poll_request(devices[i], answers[i]);
  }
  const auto polls = [&](std::size_t i) { return lines[i]->ask(requests[i]); };
  BERTH_TRY(const std::vector<std::string> states, counter.run(prefix + "poll", polls, done));
  return {};
}

Result<void> run_symmetric(World& world, Counter& counter) {
  BERTH_TRY(const std::vector<Registrant> devices, keyed_devices(world, counter.size()));
  const auto open = [&world](std::size_t) {
    return std::make_unique<HttpLine>(world, peer_over(wire::Transport::kHttps));
  };
  return register_and_poll(counter, devices, open, "symmetric-");
}

// Devices that get a certificate of the scope's CA for a request of theirs.
Result<void> run_csr(World& world, Counter& counter) {
  BERTH_TRY(std::vector<Registrant> devices, keyed_devices(world, counter.size()));
  BERTH_TRY(const std::string issuing,
            world.operate("PATCH", scope_path(world, fmt::format("/enrollment-groups/{}", kGroup)),
                          R"({"certificateLifetimeDays":90})"));
  for (Registrant& device : devices) {
    device.request = base::base64_encode(pki::request(device.id, pki::make_key("P-256")));
  }
  const auto open = [&world](std::size_t) {
    return std::make_unique<HttpLine>(world, peer_over(wire::Transport::kHttps));
  };
  return register_and_poll(counter, devices, open, "csr-",
                           {"HTTP/1.1 200", R"("issuedCertificateChain":[)"});
}

std::string json_text(std::string_view text) { return json::serialize(json::string(text)); }

// A CA of the scope, a group of an intermediate below it, and devices with leaves of that.
Result<void> run_x509(World& world, Counter& counter) {
  const pki::Made root = pki::make(pki::ca("Root"));
  const pki::Made maker = pki::make(pki::ca("Maker"), &root);
  BERTH_TRY(const std::string ca,
            world.operate("POST", scope_path(world, "/certificates"),
                          fmt::format(R"({{"name":"root","certificate":{},"verified":true}})",
                                      json_text(crypto::certificate_pem(root.der)))));
  BERTH_TRY(const std::string group,
            world.operate("POST", scope_path(world, "/enrollment-groups"),
                          fmt::format(R"({{"id":"{}","attestation":{{"type":"x509","primary":)"
                                      R"({{"certificate":{}}}}}}})",
                                      kGroup, json_text(crypto::certificate_pem(maker.der)))));
  std::vector<Registrant> devices;
  std::vector<pki::Made> leaves;
  for (const std::string& id : make_ids(world, counter.size())) {
    devices.push_back({world.scope(), id});
    leaves.push_back(pki::make(pki::leaf(id), &maker));
  }
  const auto open = [&](std::size_t i) {
    wire::Peer peer = peer_over(wire::Transport::kHttps);
    // As TLS hands on what it decoded in the handshake.
    peer.certificates = {crypto::remember_decoded(leaves[i].x509.get()),
                         crypto::remember_decoded(maker.x509.get())};
    return std::make_unique<HttpLine>(world, std::move(peer));
  };
  return register_and_poll(counter, devices, open, "x509-");
}

Result<void> run_mqtt(World& world, Counter& counter) {
  BERTH_TRY(const std::vector<Registrant> devices, keyed_devices(world, counter.size()));
  std::vector<std::string> requests;
  for (const Registrant& device : devices) {
    requests.push_back(mqtt_connect(registrant_login(device)) + mqtt_register(device));
  }
  std::vector<std::unique_ptr<MqttLine>> lines(devices.size());
  const auto registers = [&](std::size_t i) {
    lines[i] = std::make_unique<MqttLine>(world, peer_over(wire::Transport::kMqtt));
    return lines[i]->ask(requests[i]);
  };
  BERTH_TRY(const std::vector<std::string> answers,
            counter.run("mqtt-register", registers, {"$dps/registrations/res/202/"}));
  for (std::size_t i = 0; i < devices.size(); ++i) requests[i] = mqtt_poll(answers[i]);
  const auto polls = [&](std::size_t i) { return lines[i]->ask(requests[i]); };
  BERTH_TRY(
      const std::vector<std::string> states,
      counter.run("mqtt-poll", polls, {"$dps/registrations/res/200/", R"("status":"assigned")"}));
  return {};
}

Result<void> run_tencent(World& world, Counter& counter) {
  constexpr std::string_view kProduct = "A1B2C3D4E5";
  constexpr std::string_view kSecret = "0123456789abcdef";
  BERTH_TRY(const std::string made,
            world.operate("POST", scope_path(world, "/enrollment-groups"),
                          fmt::format(R"({{"id":"{}","attestation":{{"type":"product_secret",)"
                                      R"("issues":"secret","admits":"anybody",)"
                                      R"("productSecret":"{}"}}}})",
                                      kProduct, kSecret)));
  std::vector<std::string> requests;
  for (const std::string& id : make_ids(world, counter.size())) {
    requests.push_back(product_request(kProduct, kSecret, id, world.clock().wall()));
  }
  Lines lines(requests.size());
  const auto registers = [&](std::size_t i) {
    wire::Peer peer = peer_over(wire::Transport::kHttp);
    peer.tls_version.clear();
    lines[i] = std::make_unique<HttpLine>(world, std::move(peer));
    return lines[i]->ask(requests[i]);
  };
  BERTH_TRY(const std::vector<std::string> answers,
            counter.run("tencent-register", registers, {"HTTP/1.1 200", R"("code":0)"}));
  return {};
}

// The devices that are assigned, over the same scope.
Result<std::vector<MqttLogin>> hub_logins(World& world, std::size_t count) {
  BERTH_TRY(const std::vector<Registrant> devices, keyed_devices(world, count));
  const std::string groups = scope_path(world, "/enrollment-groups");
  BERTH_TRY(const std::string key_text,
            world.text_of(fmt::format("{}/{}/keys", groups, kGroup), "primaryKey"));
  const std::optional<Secret> group_key = base::base64_decode_secret(key_text);
  std::vector<MqttLogin> logins;
  for (const Registrant& device : devices) {
    HttpLine line(world, peer_over(wire::Transport::kHttps));
    const std::string taken = world.run(line.ask(register_request(device)));
    const std::string state = world.run(line.ask(poll_request(device, taken)));
    const std::string host = member_of(state, "assignedHub");
    if (host.empty()) return Fail(ErrorKind::kInternal, "not assigned: " + state);
    const Secret key = crypto::derive_device_key(group_key->bytes(), device.id);
    const std::string token =
        signature(key.bytes(), host + "/devices/" + device.id, world.clock().wall(), "");
    logins.push_back({device.id, fmt::format("{}/{}/?api-version=2021-04-12", host, device.id),
                      Secret::from_text(token)});
  }
  return logins;
}

Result<void> run_hub(World& world, Counter& counter) {
  BERTH_TRY(const std::vector<MqttLogin> logins, hub_logins(world, counter.size()));
  std::vector<std::string> requests;
  for (const MqttLogin& login : logins) requests.push_back(mqtt_connect(login));
  std::vector<std::unique_ptr<MqttLine>> lines(logins.size());
  const auto connects = [&](std::size_t i) {
    lines[i] = std::make_unique<MqttLine>(world, peer_over(wire::Transport::kMqtt));
    return lines[i]->ask(requests[i]);
  };
  const std::string accepted("\x20\x02\x00\x00", 4);
  BERTH_TRY(const std::vector<std::string> connected,
            counter.run("hub-connect", connects, {accepted}));
  for (std::size_t i = 0; i < logins.size(); ++i) {
    requests[i] = mqtt_publish(fmt::format("devices/{}/messages/events/", logins[i].client_id),
                               std::string(kTelemetryBytes, 'x'), 7);
  }
  const auto publishes = [&](std::size_t i) { return lines[i]->publish(requests[i]); };
  const std::string acknowledged("\x40\x02\x00\x07", 4);
  BERTH_TRY(const std::vector<std::string> told,
            counter.run("hub-publish", publishes, {acknowledged}));
  std::string all_acknowledged;
  for (std::string& each : requests) {
    const std::string once = each;
    for (int i = 1; i < kTogether; ++i) each += once;
  }
  for (int i = 0; i < kTogether; ++i) all_acknowledged += acknowledged;
  BERTH_TRY(const std::vector<std::string> told_together,
            counter.run("hub-publish-8", publishes, {all_acknowledged}));
  return {};
}

constexpr Case kCases[] = {
    {"symmetric", &run_symmetric}, {"x509", &run_x509},       {"csr", &run_csr},
    {"mqtt", &run_mqtt},           {"tencent", &run_tencent}, {"hub", &run_hub}};

}  // namespace

std::span<const Case> cases() { return kCases; }

}  // namespace berth::bench
