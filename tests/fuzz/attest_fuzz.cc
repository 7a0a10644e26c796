// rooms: attestation crypto
// Any claim can be judged and explained, for registering and for connecting to a hub: a signature
// that nobody made is never proven, a resource covers no other device, and the rival hypotheses end
// within their budget whatever the token holds. Passwords and what an operator vouches with are
// judged beside it.
#include "attestation/device_key.h"
#include "attestation/tests/password_bench.h"
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
  berth::attestation::MemberPasswordAttestor passwords{vault, {}};
  berth::attestation::DeviceKeyAuthenticator authenticator{vault, {}};
  std::vector<berth::domain::Enrollment> enrollments;
  std::vector<berth::domain::Hub> hubs;
  std::vector<berth::domain::Device> devices;
  // A group with passwords, one member with its own and one without, and their devices.
  std::vector<berth::domain::Enrollment> things;
  std::vector<berth::domain::Member> members;
  std::vector<berth::domain::Device> thing_devices;

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
    add_things();
  }
  void add_things() {
    using berth::domain::PasswordUse;
    things.push_back(berth::attestation::make_password_group(vault));
    things.push_back(
        berth::attestation::make_password_group(vault, "mod-000000000000000000000002"));
    members.push_back(berth::attestation::make_member(things[0]));
    members.push_back(berth::attestation::make_member(things[0], "SN0002"));
    give_own(vault, members[1], PasswordUse::kEnroll, "enrol password of 2");
    give_own(vault, members[1], PasswordUse::kControl, "control password of 2");
    for (const char* const id : {"dev-000000000000000000000001", "dev-000000000000000000000002"}) {
      thing_devices.push_back(berth::attestation::make_password_device(vault, id, id));
    }
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
  const auto refused = fixture.authenticator.authenticate(claim, fixture.hubs[0], {device}, now);
  BERTH_CHECK(!refused && "nobody here knows a key");
  BERTH_CHECK(refused.error().reason != Reason::kNone);
  BERTH_CHECK(refused.error().reason != Reason::kInternal);

  // The same text signed with the device's own key: let in for this device, never for another.
  auto& mac = std::get<MacOverText>(claim.evidence);
  mac.key_name.clear();
  const berth::Secret key = berth::attestation::decoded(berth::attestation::kCountingKey);
  const auto signature = berth::crypto::hmac_sha256(key.bytes(), mac.signed_text);
  mac.mac.assign(signature.begin(), signature.end());
  const auto connected = fixture.authenticator.authenticate(claim, fixture.hubs[0], {device}, now);
  if (connected) {
    BERTH_CHECK(fixture.authenticator.still_good(*connected, fixture.hubs[0], {device}));
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

// The input as a password or as what an operator vouches with, of a member and of a device: right
// only when it is one of the few right texts, and never shown.
void judge_password(Fixture& fixture, const std::string& text, std::uint8_t kind, Reason reason) {
  using berth::domain::PasswordUse;
  constexpr PasswordUse kUses[] = {PasswordUse::kEnroll, PasswordUse::kControl,
                                   PasswordUse::kConnect, PasswordUse::kAccount};
  const PasswordUse use = kUses[kind % 4];
  const bool vouched = kind % 8 > 5;
  const berth::domain::Member& member = fixture.members[kind / 8 % 2];
  const berth::domain::Device& device = fixture.thing_devices[kind / 8 % 2];
  const auto now = berth::base::from_unix_seconds(1'900'000'000);
  berth::domain::Claim claim = berth::attestation::make_password_claim(use, text);
  if (kind / 16 % 2 == 1) {
    claim.controller.emplace();
    claim.controller->device = device.id.text();
    claim.controller->password = berth::attestation::shared(text);
  }
  if (vouched) claim.evidence = berth::domain::Voucher{text};

  const auto id = *berth::domain::RegistrationId::parse(claim.registration_id);
  const berth::domain::Enrollment* const candidates[] = {&fixture.things[0]};
  const auto attested = fixture.passwords.attest({claim, id, candidates, now, &member, &device});
  if (attested) {
    BERTH_CHECK(!vouched && "nobody here can vouch");
    const std::string right[] = {"enrol password of 2", "control password of 2",
                                 std::string(berth::attestation::kSecretThenSerial),
                                 std::string(berth::attestation::kSerialThenSecret)};
    BERTH_CHECK(std::find(std::begin(right), std::end(right), text) != std::end(right));
    BERTH_CHECK(!attested->as_controller);
  } else {
    BERTH_CHECK(attested.error().reason != Reason::kNone);
    BERTH_CHECK(attested.error().reason != Reason::kInternal);
  }
  const auto connected = fixture.authenticator.authenticate(claim, fixture.hubs[0], {device}, now);
  BERTH_CHECK(!connected || text == device.id.text());

  const std::span<const berth::domain::Enrollment> things(fixture.things);
  const std::optional<berth::domain::Member> listed = member;
  must_be_sound(fixture.passwords.rivals({claim, claim.registration_id, reason, now, std::nullopt,
                                          things, things, things, listed, fixture.members},
                                         500));
  const std::optional<berth::domain::Registration> none;
  must_be_sound(fixture.passwords.connection_rivals(
      {claim, reason, now, &device, &fixture.hubs[0], none, fixture.thing_devices,
       fixture.thing_devices, fixture.hubs, things, things, &member},
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
  const std::uint8_t kind = input.byte();
  judge_password(fixture, input.text(), kind, reason);
  return 0;
}
