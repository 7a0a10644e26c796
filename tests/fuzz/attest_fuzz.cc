// rooms: attestation crypto
// Any claim can be judged and explained, for registering and for connecting to a hub: a signature
// that nobody made is never proven, a resource covers no other device, and the rival hypotheses end
// within their budget whatever the token holds.
#include "attestation/device_key.h"
#include "attestation/tests/hub_bench.h"
#include "base/check.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string>

namespace {

using berth::domain::MacOverText;
using berth::domain::Reason;

// Cuts texts and numbers off the input; empty and 0 when it is used up.
class Input {
 public:
  Input(const std::uint8_t* data, std::size_t size)
      : rest_(reinterpret_cast<const char*>(data), size) {}
  std::uint8_t byte() {
    if (rest_.empty()) return 0;
    const auto value = static_cast<std::uint8_t>(rest_[0]);
    rest_.remove_prefix(1);
    return value;
  }
  std::string text() {
    const std::string_view some = rest_.substr(0, byte());
    rest_.remove_prefix(std::min(some.size(), rest_.size()));
    return std::string(some);
  }
  std::int64_t number() {
    std::uint64_t value = 0;
    for (int i = 0; i < 8; ++i) value = value << 8 | byte();
    return static_cast<std::int64_t>(value);
  }

 private:
  std::string_view rest_;
};

MacOverText read_mac(Input& input) {
  MacOverText mac;
  mac.raw_audience = input.text();
  mac.audience = berth::base::percent_decode(mac.raw_audience).value_or("");
  mac.expected_audience = input.byte() % 2 == 0 ? mac.audience : input.text();
  mac.raw_expiry = input.text();
  mac.expires_at_seconds = input.number();
  mac.signed_text = mac.raw_audience + "\n" + mac.raw_expiry;
  mac.raw_signature = input.text();
  if (input.byte() % 4 == 0) mac.key_name = input.text();
  if (mac.raw_signature.size() % 2 == 0) mac.mac.assign(32, input.byte());
  return mac;
}

struct Fixture {
  berth::attestation::TestVault vault;
  berth::attestation::SymmetricKeyAttestor attestor{vault, {}};
  berth::attestation::DeviceKeyAuthenticator authenticator{vault, {}};
  std::vector<berth::domain::Enrollment> enrollments;
  std::vector<berth::domain::Hub> hubs;
  std::vector<berth::domain::Device> devices;

  Fixture() {
    using berth::domain::EnrollmentKind;
    const berth::Secret one = berth::attestation::decoded(berth::attestation::kCountingKey);
    const berth::Secret two = berth::attestation::decoded(berth::attestation::kTextKey);
    enrollments.push_back(make_enrollment(vault, {EnrollmentKind::kIndividual, "d"}, one, two));
    enrollments.push_back(make_enrollment(vault, {EnrollmentKind::kGroup, "g"}, two, one));
    hubs.push_back(berth::attestation::make_hub(vault));
    devices.push_back(berth::attestation::make_device(vault, "d", one, two));
    devices.push_back(berth::attestation::make_device(vault, "e", two, one));
    retire(vault, devices[0], berth::Secret::from_text("0123456789abcdef"),
           berth::domain::KeySlot::kPrimary, 1'800'000'000);
  }
};

void must_be_sound(const std::vector<berth::domain::Finding>& findings) {
  for (const auto& finding : findings) {
    BERTH_CHECK(!finding.text.empty() && !finding.mend.empty());
    BERTH_CHECK(berth::base::is_utf8(finding.text));
  }
}

// As a connection of device 'd' to its hub.
void connect(Fixture& fixture, berth::domain::Claim claim, Reason reason) {
  const auto now = berth::base::from_unix_seconds(1'900'000'000);
  const berth::domain::Device& device = fixture.devices[0];
  const auto refused = fixture.authenticator.authenticate(claim, fixture.hubs[0], device, now);
  BERTH_CHECK(!refused && "nobody here knows a key");
  BERTH_CHECK(refused.error().reason != Reason::kNone);
  BERTH_CHECK(refused.error().reason != Reason::kInternal);

  // The same text signed with the device's own key: let in for this device, never for another.
  auto& mac = std::get<MacOverText>(claim.evidence);
  mac.key_name.clear();
  const berth::Secret key = berth::attestation::decoded(berth::attestation::kCountingKey);
  const auto signature = berth::crypto::hmac_sha256(key.bytes(), mac.signed_text);
  mac.mac.assign(signature.begin(), signature.end());
  const auto connected = fixture.authenticator.authenticate(claim, fixture.hubs[0], device, now);
  if (connected) {
    BERTH_CHECK(fixture.authenticator.still_good(connected->credential, fixture.hubs[0], device));
    BERTH_CHECK(connected->expires_at && *connected->expires_at >= now);
    const std::string audience = berth::base::ascii_lower(mac.audience + "|" + mac.raw_audience);
    BERTH_CHECK(audience.find("/devices/e") == std::string::npos);
  }
  const std::optional<berth::domain::Registration> none;
  const std::span<const berth::domain::Device> devices(fixture.devices);
  must_be_sound(fixture.attestor.connection_rivals(
      {claim, reason, now, &device, &fixture.hubs[0], none, devices, devices, fixture.hubs,
       fixture.enrollments, fixture.enrollments},
      500));
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static Fixture fixture;
  Input input(data, size);
  berth::domain::Claim claim;
  claim.scope = input.text();
  claim.registration_id = input.text();
  const Reason reason = berth::domain::kReasons[input.byte() % std::size(berth::domain::kReasons)];
  const auto now = berth::base::from_unix_seconds(1'900'000'000);
  claim.evidence = read_mac(input);

  const auto id = berth::domain::RegistrationId::parse(claim.registration_id);
  if (id) {
    std::vector<const berth::domain::Enrollment*> candidates;
    for (const auto& each : fixture.enrollments) candidates.push_back(&each);
    const auto attested = fixture.attestor.attest({claim, *id, candidates, now});
    BERTH_CHECK(!attested && "nobody here knows a key");
  }
  const std::span<const berth::domain::Enrollment> all(fixture.enrollments);
  const std::optional<berth::domain::Member> no_member;
  const auto findings = fixture.attestor.rivals(
      {claim, claim.registration_id, reason, now, std::nullopt, all, all, all, no_member, {}}, 500);
  must_be_sound(findings);
  claim.host = input.text();
  std::erase(claim.host, '%');  // as a dialect gives it
  connect(fixture, std::move(claim), reason);
  return 0;
}
