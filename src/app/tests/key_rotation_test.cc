// Keys of a group are replaced while its devices are in the field: the whole way, from the device's
// token to what the operator is told, over the real proofs and an in-memory store.
#include "allocation/hashed.h"
#include "attestation/device_key.h"
#include "attestation/symmetric_key.h"
#include "attestation/tests/bench.h"
#include "base/tests/run_task.h"
#include "issuing/derived_key.h"
#include "provisioning/explain.h"
#include "provisioning/provisioning.h"
#include "provisioning/tests/memory_store.h"

#include <gtest/gtest.h>

namespace berth::app {
namespace {

using attestation::TestVault;
using domain::Cause;
using domain::KeySlot;
using domain::Reason;

constexpr std::string_view kGroup = "line-7";
constexpr std::string_view kUnit = "Unit-1";
constexpr std::string_view kHost = "hub-a.example";

class NoObserver final : public provisioning::Observer {
 public:
  void attempt_finished(const domain::Trail&) override {}
};

class KeyRotationTest : public testing::Test {
 protected:
  KeyRotationTest() : primary_(group_key("first primary")), secondary_(group_key("secondary")) {
    domain::Scope& scope = store_.scopes[std::string(attestation::kScope)];
    scope.id = *domain::ScopeId::parse(std::string(attestation::kScope));
    store_.groups[scope.id.text()] = {attestation::make_enrollment(
        vault_, {domain::EnrollmentKind::kGroup, std::string(kGroup)}, primary_, secondary_)};
    provisioning::HubCandidate hub;
    hub.hub.name = *domain::HubName::parse("hub-a");
    hub.hub.host = kHost;
    hub.link.hub = hub.hub.name;
    store_.hubs[scope.id.text()] = {hub};
    hub_ = hub.hub;

    attestors_.push_back(std::make_unique<attestation::SymmetricKeyAttestor>(
        vault_, attestation::SymmetricKeySettings{}));
    allocators_.push_back(std::make_unique<allocation::Hashed>());
    issuers_.push_back(std::make_unique<issuing::DerivedKey>(vault_));
    std::vector<std::unique_ptr<provisioning::Attestor>> explaining;
    explaining.push_back(std::make_unique<attestation::SymmetricKeyAttestor>(
        vault_, attestation::SymmetricKeySettings{}));
    explainer_.emplace(provisioning::Explainer::Ports{store_, clock_, std::move(explaining)},
                       provisioning::ExplainSettings{}, [] {});
    provisioning_.emplace(provisioning::Ports{store_, *explainer_, observer_, clock_, rng_,
                                              attestors_, allocators_, issuers_},
                          provisioning::Settings{});
  }

  static Secret group_key(std::string_view text) {
    return Secret::from_text(std::string(text) + ", thirty-two bytes or so");
  }
  static Secret unit_key(const Secret& of_group) {
    return crypto::derive_device_key(of_group.bytes(), kUnit);
  }
  domain::Claim claim(const Secret& key, const std::string& audience) {
    attestation::TokenSpec spec;
    spec.id = kUnit;
    spec.resource = base::percent_encode(audience);
    spec.expiry = base::to_unix_seconds(clock_.wall()) + 3600;
    domain::Claim made = attestation::make_claim(spec, key.bytes());
    std::get<domain::MacOverText>(made.evidence).expected_audience = audience;
    made.source = "192.0.2.7";
    return made;
  }

  // What an operator does: a new key in one slot, the old one retired.
  void regenerate(KeySlot slot, const Secret& key) {
    domain::Enrollment& group = store_.groups[std::string(attestation::kScope)].front();
    auto& keys = std::get<domain::SymmetricKeys>(group.attestation);
    domain::Sealed& place = slot == KeySlot::kPrimary ? keys.primary : keys.secondary;
    keys.retired.insert(keys.retired.begin(), {place, slot, clock_.wall()});
    place = vault_.seal(key, domain::key_context(group.scope, group.kind, group.id));
    ++store_.catalog_version;
    ++group.version;
    clock_.advance(std::chrono::hours(1));
  }
  // Registers with the key derived from that group key; kNone when it is assigned.
  Reason register_with(const Secret& of_group) {
    const std::string audience =
        std::string(attestation::kScope) + "/registrations/" + std::string(kUnit);
    domain::Claim made = claim(unit_key(of_group), audience);
    domain::ProvisioningCommand command = domain::Register{std::move(made)};
    const domain::Outcome outcome = base::run_task(provisioning_->handle(std::move(command)));
    base::run_task(explainer_->drain());
    clock_.advance(std::chrono::minutes(2));
    if (const auto* refused = std::get_if<domain::Refused>(&outcome.result)) return refused->reason;
    return Reason::kNone;
  }
  domain::Device& identity() { return store_.devices.at({"hub-a", std::string(kUnit)}); }
  // Connects to the hub; the credential when it is let in.
  std::optional<std::string> connect_with(const Secret& of_group) {
    domain::Claim made =
        claim(unit_key(of_group), std::string(kHost) + "/devices/" + std::string(kUnit));
    made.scope.clear();
    made.host = kHost;
    const auto proof = authenticator_.authenticate(made, hub_, {identity()}, clock_.wall());
    if (proof) return proof->credential;
    domain::Trail trail;
    trail.id = "connection-" + std::to_string(store_.trails.size());
    trail.operation = "connect";
    trail.registration_id = kUnit;
    trail.scope = attestation::kScope;
    trail.hub = "hub-a";
    trail.reason = proof.error().reason;
    explainer_->connection_refused(std::move(made), std::move(trail), identity());
    base::run_task(explainer_->drain());
    clock_.advance(std::chrono::minutes(2));
    return std::nullopt;
  }
  // What `berth trail explain` would begin with.
  domain::Finding told() {
    const auto& findings = store_.trails.back().findings;
    return findings.empty() ? domain::Finding() : findings.front();
  }
  void expect_told(const std::string& text) {
    EXPECT_EQ(told().cause, Cause::kRetiredKey);
    EXPECT_TRUE(told().proven);
    EXPECT_NE(told().text.find(text), std::string::npos) << told().text;
    EXPECT_EQ(told().mend,
              "berth key derive --id-scope 0ne00ABCDEF --enrollment-id line-7 --registration-id "
              "Unit-1");
  }

  TestVault vault_;
  base::FakeClock clock_{base::from_unix_seconds(1'899'996'400)};
  base::SeededRng rng_{7};
  provisioning::MemoryStore store_;
  NoObserver observer_;
  domain::Hub hub_;
  const Secret primary_;
  const Secret secondary_;
  attestation::DeviceKeyAuthenticator authenticator_{vault_, {}};
  std::vector<std::unique_ptr<provisioning::Attestor>> attestors_;
  std::vector<std::unique_ptr<provisioning::Allocator>> allocators_;
  std::vector<std::unique_ptr<provisioning::Issuer>> issuers_;
  std::optional<provisioning::Explainer> explainer_;
  std::optional<provisioning::Provisioning> provisioning_;
};

TEST_F(KeyRotationTest, DeviceWithASecondKeyComesThroughAReplacedPrimary) {
  ASSERT_EQ(register_with(primary_), Reason::kNone);
  const std::optional<std::string> session = connect_with(primary_);
  ASSERT_TRUE(session);

  const Secret new_primary = group_key("second primary");
  regenerate(KeySlot::kPrimary, new_primary);
  EXPECT_EQ(register_with(primary_), Reason::kProofRejected);
  expect_told("the primary key that group 'line-7' had until 2030-03-17T16:4");
  EXPECT_TRUE(connect_with(primary_)) << "the hub has not heard of it yet";

  EXPECT_EQ(register_with(secondary_), Reason::kNone);
  EXPECT_EQ(identity().keys->retired.size(), 1U);
  EXPECT_FALSE(authenticator_.still_good({"", *session, {}}, hub_, {identity()}))
      << "the session must end";
  EXPECT_FALSE(connect_with(primary_));
  expect_told("The device uses the primary key that it had at hub 'hub-a' until");
  expect_told("derived from the primary key that group 'line-7' had until");
  EXPECT_TRUE(connect_with(secondary_));
  EXPECT_TRUE(connect_with(new_primary));
}

TEST_F(KeyRotationTest, DeviceThatHoldsOnlyOldGenerationsIsToldWhichAndWhatToDo) {
  ASSERT_EQ(register_with(primary_), Reason::kNone);
  const Secret second = group_key("second primary");
  const Secret third = group_key("third primary");
  const Secret other = group_key("second secondary");
  regenerate(KeySlot::kPrimary, second);
  ASSERT_EQ(register_with(secondary_), Reason::kNone);
  regenerate(KeySlot::kSecondary, other);
  regenerate(KeySlot::kPrimary, third);

  EXPECT_EQ(register_with(primary_), Reason::kProofRejected);
  expect_told("the primary key that group 'line-7' had until");
  expect_told("that has been replaced twice since");
  EXPECT_EQ(register_with(secondary_), Reason::kProofRejected);
  expect_told("the secondary key that group 'line-7' had until");
  expect_told("that has been replaced once since");
  EXPECT_FALSE(connect_with(primary_));
  expect_told("derived from the primary key that group 'line-7' had until");
  EXPECT_FALSE(connect_with(third));
  EXPECT_EQ(told().cause, Cause::kKeyNotIssuedYet);

  // The command that was named gives the device a key that is good again.
  EXPECT_EQ(register_with(third), Reason::kNone);
  EXPECT_TRUE(connect_with(third));
  EXPECT_TRUE(connect_with(other));
  EXPECT_FALSE(connect_with(secondary_));
  expect_told("derived from the secondary key that group 'line-7' had until");
  EXPECT_LE(identity().keys->retired.size(), domain::kRetiredKeysMax);
}

}  // namespace
}  // namespace berth::app
