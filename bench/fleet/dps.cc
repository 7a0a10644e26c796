#include "bench/fleet/dps.h"

#include "base/codec.h"
#include "bench/fleet/messages.h"
#include "crypto/device_key.h"
#include "crypto/hmac.h"

namespace berth::fleet {
namespace {

constexpr std::string_view kVersion = "2021-06-01";
constexpr std::string_view kMqttVersion = "2019-03-31";
constexpr std::chrono::hours kTokenLife{12};
constexpr std::uint64_t kPapersMax = 200'000;

std::string expiry_of(const Clock& clock) {
  return std::to_string(base::to_unix_seconds(clock.wall() + kTokenLife));
}

}  // namespace

Result<DpsFleet> DpsFleet::read(const Options& options, const Clock& clock, Proof proof) {
  BERTH_TRY(DpsFleet fleet, made_up(options, clock));
  fleet.proof_ = proof;
  BERTH_TRY(fleet.scope_, options.needed("id-scope"));
  if (proof == Proof::kCertificate) return fleet;
  BERTH_TRY(const std::string key, options.first_line("group-key-file"));
  std::optional<Secret> decoded = base::base64_decode_secret(key);
  if (!decoded) {
    return Fail(ErrorKind::kInvalid, "the group key is not base64",
                "--group-key-file names a file with the group's primary key");
  }
  fleet.group_key_ = *std::move(decoded);
  return fleet;
}

Result<DpsFleet> DpsFleet::made_up(const Options& options, const Clock& clock) {
  DpsFleet fleet;
  fleet.host_ = options.text("host", "localhost");
  fleet.scope_ = options.text("id-scope", "0ne00ABCDEF");
  fleet.prefix_ = options.text("prefix", "fleet-");
  BERTH_TRY(fleet.first_, options.number("first", 0, 0, 1'000'000'000'000));
  fleet.group_key_ = Secret::of_size(64);
  fleet.expiry_ = expiry_of(clock);
  return fleet;
}

std::string DpsFleet::id(std::uint64_t device) const {
  return prefix_ + std::to_string(first_ + device);
}

std::string DpsFleet::resource(std::uint64_t device) const {
  return scope_ + "/registrations/" + id(device);
}

std::string DpsFleet::token(std::uint64_t device) const {
  const Secret key = crypto::derive_device_key(group_key_.bytes(), id(device));
  const std::string name = resource(device);
  const auto mac = crypto::hmac_sha256(key.bytes(), name + "\n" + expiry_);
  return "SharedAccessSignature sr=" + name +
         "&sig=" + base::percent_encode(base::base64_encode(mac)) + "&se=" + expiry_ +
         "&skn=registration";
}

std::string DpsFleet::authorization(std::uint64_t device) const {
  return proof_ == Proof::kToken ? token(device) : std::string();
}

std::string DpsFleet::user_name(std::uint64_t device) const {
  return resource(device) + "/api-version=" + std::string(kMqttVersion);
}

std::string DpsFleet::body(std::uint64_t device) const {
  return "{\"registrationId\":\"" + id(device) + "\",\"payload\":{\"model\":\"m1\"}}";
}

std::string DpsFleet::register_request(std::uint64_t device) const {
  const std::string target =
      "/" + resource(device) + "/register?api-version=" + std::string(kVersion);
  const std::string proves = authorization(device);
  const std::string content = body(device);
  return to_bytes({"PUT", target, host_, proves, content});
}

std::string DpsFleet::poll_request(std::uint64_t device, std::string_view operation) const {
  const std::string target = "/" + resource(device) + "/operations/" + std::string(operation) +
                             "?api-version=" + std::string(kVersion);
  const std::string proves = authorization(device);
  return to_bytes({"GET", target, host_, proves});
}

Result<ClientPapers> make_papers(const Options& options, const Clock& clock,
                                 const DpsFleet& fleet) {
  BERTH_TRY(const std::uint64_t count, options.number("count", 1'000, 1, kPapersMax));
  PaperCa ca;
  BERTH_TRY(ca.certificate, options.file("ca-file"));
  BERTH_TRY(const std::string key, options.file("ca-key"));
  ca.key = Secret::from_text(key);
  std::vector<std::string> names;
  names.reserve(count);
  for (std::uint64_t device = 0; device < count; ++device) names.push_back(fleet.id(device));
  return ClientPapers::make(ca, names, clock);
}

}  // namespace berth::fleet
