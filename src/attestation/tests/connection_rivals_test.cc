#include "attestation/tests/hub_bench.h"

#include <gtest/gtest.h>

namespace berth::attestation {
namespace {

using domain::Cause;
using domain::Device;
using domain::EnrollmentKind;
using domain::Finding;
using domain::KeySlot;
using domain::Reason;

constexpr std::string_view kThirdKey = "qqqqqqqqqqqqqqqqqqqqqg==";

// Device 'Dev-1' of hub-1, which registered through group 'line-7' with the keys derived from it.
class ConnectionRivalsTest : public testing::Test {
 protected:
  ConnectionRivalsTest() {
    registration_.emplace();
    registration_->id = *domain::RegistrationId::parse("Dev-1");
    registration_->updated_at = base::from_unix_seconds(kHubNow - 1'000'000);
    hubs_ = {hub_, make_hub(vault_, "hub-2")};
  }

  static Secret derived(std::string_view group_key, std::string_view id = "Dev-1") {
    return crypto::derive_device_key(decoded(group_key).bytes(), id);
  }
  std::vector<Finding> rivals(const domain::Claim& claim, Reason reason = Reason::kProofRejected) {
    const provisioning::ConnectionInput input{claim,
                                              reason,
                                              base::from_unix_seconds(kHubNow),
                                              known_ ? &device_ : nullptr,
                                              known_hub_ ? &hub_ : nullptr,
                                              registration_,
                                              same_id_,
                                              same_hub_,
                                              hubs_,
                                              candidates_,
                                              candidates_};
    return attestor_.connection_rivals(input, budget_);
  }
  // The first finding, proven; unexplained when there is none.
  Finding top(const HubTokenSpec& spec, const Secret& key, Reason reason = Reason::kProofRejected) {
    const std::vector<Finding> findings = rivals(make_hub_claim(spec, key.bytes()), reason);
    if (findings.empty()) return {};
    EXPECT_TRUE(findings.front().proven) << findings.front().text;
    EXPECT_FALSE(findings.front().mend.empty());
    return findings.front();
  }
  void replace_group_keys(std::string_view primary, std::string_view secondary) {
    candidates_ = {make_enrollment(vault_, {EnrollmentKind::kGroup, "line-7"}, decoded(primary),
                                   decoded(secondary))};
  }
  void retire_group_key(std::string_view key, KeySlot slot, std::int64_t at) {
    domain::Enrollment& group = candidates_.front();
    auto& keys = std::get<domain::SymmetricKeys>(group.attestation);
    keys.retired.insert(
        keys.retired.begin(),
        {vault_.seal(decoded(key), domain::key_context(group.scope, group.kind, group.id)), slot,
         base::from_unix_seconds(at)});
  }

  TestVault vault_;
  SymmetricKeyAttestor attestor_{vault_, {}};
  domain::Hub hub_ = make_hub(vault_);
  Device device_ = make_device(vault_, "Dev-1", derived(kCountingKey), derived(kTextKey));
  bool known_ = true;
  bool known_hub_ = true;
  std::size_t budget_ = 10'000;
  std::optional<domain::Registration> registration_;
  std::vector<Device> same_id_;
  std::vector<Device> same_hub_;
  std::vector<domain::Hub> hubs_;
  std::vector<domain::Enrollment> candidates_ = {make_enrollment(
      vault_, {EnrollmentKind::kGroup, "line-7"}, decoded(kCountingKey), decoded(kTextKey))};
};

TEST_F(ConnectionRivalsTest, RetiredKeyOfTheDeviceSaysWhichAndHowOftenReplaced) {
  retire(vault_, device_, decoded(kThirdKey), KeySlot::kPrimary, kHubNow - 900);
  retire(vault_, device_, Secret::from_text("0123456789abcdef"), KeySlot::kSecondary,
         kHubNow - 800);
  retire(vault_, device_, Secret::from_text("fedcba9876543210"), KeySlot::kPrimary, kHubNow - 700);
  const Finding found = top({}, decoded(kThirdKey));
  EXPECT_EQ(found.cause, Cause::kRetiredKey);
  EXPECT_NE(
      found.text.find("the primary key that it had at hub 'hub-1' until 2030-03-17T16:31:40Z, "
                      "and that has been replaced twice since"),
      std::string::npos)
      << found.text;
  EXPECT_EQ(found.mend, "berth device connection-string Dev-1 --hub-name hub-1");
  EXPECT_NE(top({}, Secret::from_text("0123456789abcdef")).text.find("replaced once"),
            std::string::npos);
}

TEST_F(ConnectionRivalsTest, RetiredKeyThatTheGroupGaveNamesItsGeneration) {
  replace_group_keys(kThirdKey, kTextKey);
  retire_group_key(kCountingKey, KeySlot::kPrimary, kHubNow - 900);
  retire(vault_, device_, derived(kCountingKey), KeySlot::kPrimary, kHubNow - 500);
  const Finding found = top({}, derived(kCountingKey));
  EXPECT_EQ(found.cause, Cause::kRetiredKey);
  EXPECT_NE(found.text.find("derived from the primary key that group 'line-7' had until"),
            std::string::npos)
      << found.text;
  EXPECT_EQ(found.mend,
            "berth key derive --id-scope 0ne00ABCDEF --enrollment-id line-7 --registration-id "
            "Dev-1");
}

TEST_F(ConnectionRivalsTest, RetiredKeyOfTheOwnerAloneIsFoundToo) {
  device_ = make_device(vault_, "Dev-1", decoded(kThirdKey), derived(kTextKey));
  retire_group_key(kThirdKey, KeySlot::kSecondary, kHubNow - 900);
  const Finding found = top({}, derived(kThirdKey));
  EXPECT_EQ(found.cause, Cause::kRetiredKey);
  EXPECT_NE(found.text.find("the secondary key that group 'line-7' had"), std::string::npos);
}

TEST_F(ConnectionRivalsTest, PresentKeyThatTheHubWasNotGivenYet) {
  replace_group_keys(kThirdKey, kTextKey);
  EXPECT_EQ(top({}, derived(kThirdKey)).cause, Cause::kKeyNotIssuedYet);
  EXPECT_EQ(top({}, derived(kThirdKey, "dev-1")).cause, Cause::kKeyNotIssuedYet);
}

TEST_F(ConnectionRivalsTest, KeyOfTheIndividualEnrollmentThatTheHubWasNotGivenYet) {
  candidates_ = {make_enrollment(vault_, {EnrollmentKind::kIndividual, "dev-1"}, decoded(kThirdKey),
                                 decoded(kTextKey))};
  EXPECT_EQ(top({}, decoded(kThirdKey)).cause, Cause::kKeyNotIssuedYet);
  candidates_ = {make_enrollment(vault_, {EnrollmentKind::kIndividual, "other"}, decoded(kThirdKey),
                                 decoded(kTextKey))};
  EXPECT_EQ(top({}, decoded(kThirdKey)).cause, Cause::kUnexplained);
}

TEST_F(ConnectionRivalsTest, GroupKeyItself) {
  EXPECT_EQ(top({}, decoded(kCountingKey)).cause, Cause::kGroupKeyUnderived);
  EXPECT_EQ(top({}, Secret::from_text(kTextKey)).cause, Cause::kGroupKeyUnderived);
}

TEST_F(ConnectionRivalsTest, OwnKeyUsedWrongly) {
  const Secret key = derived(kCountingKey);
  EXPECT_EQ(top({}, base::base64_encode_secret(key.bytes())).cause, Cause::kKeyTextNotDecoded);
  const Secret text = base::base64_encode_secret(key.bytes());
  EXPECT_EQ(top({}, Secret::from_text(std::string(text.text()) + "\n")).cause,
            Cause::kKeyHasWhitespace);
  HubTokenSpec decoded_text;
  decoded_text.signed_text = "hub-1.example/devices/Dev-1\n1900000000";
  EXPECT_EQ(top(decoded_text, key).cause, Cause::kSignedDecodedResource);
  HubTokenSpec without_expiry;
  without_expiry.signed_text = "hub-1.example%2Fdevices%2FDev-1";
  EXPECT_EQ(top(without_expiry, key).cause, Cause::kSignedWithoutExpiry);
}

TEST_F(ConnectionRivalsTest, SignatureInAnotherEncoding) {
  domain::Claim claim = make_hub_claim({}, derived(kCountingKey).bytes());
  auto& mac = std::get<domain::MacOverText>(claim.evidence);
  mac.raw_signature = base::hex_encode(mac.mac);
  mac.mac.clear();
  const auto findings = rivals(claim, Reason::kProofMalformed);
  ASSERT_FALSE(findings.empty());
  EXPECT_EQ(findings[0].cause, Cause::kSignatureEncoding);
  EXPECT_TRUE(findings[0].proven);
}

TEST_F(ConnectionRivalsTest, KeyDerivedForTheDeviceIdInsteadOfTheRegistrationId) {
  registration_->id = *domain::RegistrationId::parse("sn-0017");
  device_ =
      make_device(vault_, "Dev-1", derived(kCountingKey, "sn-0017"), derived(kTextKey, "sn-0017"));
  EXPECT_EQ(top({}, derived(kThirdKey)).cause, Cause::kUnexplained);
  EXPECT_EQ(top({}, derived(kCountingKey, "Dev-1")).cause, Cause::kDerivedForOtherId);
  EXPECT_EQ(top({}, derived(kCountingKey, "SN-0017")).cause, Cause::kWrongCaseId);
}

TEST_F(ConnectionRivalsTest, KeyOfAnotherDeviceOrOfTheSameIdAtAnotherHub) {
  same_hub_ = {make_device(vault_, "Dev-2", decoded(kThirdKey), derived(kTextKey, "Dev-2"))};
  const Finding other = top({}, decoded(kThirdKey));
  EXPECT_EQ(other.cause, Cause::kKeyOfOtherDevice);
  EXPECT_NE(other.text.find("primary key of device 'Dev-2'"), std::string::npos) << other.text;
  same_id_ = {make_device(vault_, "Dev-1", decoded(kThirdKey), derived(kTextKey), "hub-2")};
  const Finding elsewhere = top({}, decoded(kThirdKey));
  EXPECT_EQ(elsewhere.cause, Cause::kDeviceAtOtherHub);
  EXPECT_NE(elsewhere.mend.find("hub-2.example"), std::string::npos);
}

TEST_F(ConnectionRivalsTest, DeviceOfAnotherScopeIsNotNamed) {
  same_hub_ = {make_device(vault_, "Dev-2", decoded(kThirdKey), derived(kTextKey, "Dev-2"))};
  same_hub_[0].scope = *domain::ScopeId::parse("0ne00FFFFFF");
  const Finding other = top({}, decoded(kThirdKey));
  EXPECT_EQ(other.cause, Cause::kKeyOfOtherDevice);
  EXPECT_EQ(other.text.find("Dev-2"), std::string::npos) << other.text;
}

TEST_F(ConnectionRivalsTest, KeysAndNamesOfPoliciesThatDoNotFit) {
  const Finding unnamed = top({}, policy_key("iothubowner", KeySlot::kSecondary));
  EXPECT_EQ(unnamed.cause, Cause::kKeyOfHubPolicy);
  EXPECT_NE(unnamed.text.find("secondary key of the hub's policy 'iothubowner'"),
            std::string::npos);
  HubTokenSpec named;
  named.key_name = "device";
  EXPECT_EQ(top(named, policy_key("iothubowner", KeySlot::kPrimary)).cause, Cause::kKeyOfHubPolicy);
  EXPECT_EQ(top(named, derived(kCountingKey)).mend, "leave `skn` out of the token");
  named.key_name = "service";
  EXPECT_EQ(top(named, policy_key("service", KeySlot::kPrimary)).cause, Cause::kHubPolicyUnfit);
  named.key_name = "registration";
  EXPECT_EQ(top(named, decoded(kThirdKey)).cause, Cause::kHubPolicyUnfit);
}

TEST_F(ConnectionRivalsTest, RetiredKeyOfAPolicy) {
  domain::HubPolicy& policy = hub_.policies[0];
  policy.keys.retired.push_back(
      {vault_.seal(decoded(kThirdKey), domain::hub_policy_context(hub_.name, policy.name)),
       KeySlot::kSecondary, base::from_unix_seconds(kHubNow - 900)});
  HubTokenSpec named;
  named.key_name = policy.name;
  const Finding found = top(named, decoded(kThirdKey));
  EXPECT_EQ(found.cause, Cause::kRetiredKey);
  EXPECT_NE(found.text.find("policy 'device' of hub 'hub-1'"), std::string::npos);
}

TEST_F(ConnectionRivalsTest, TokenForAnotherPlace) {
  const auto cause = [&](std::string resource) {
    HubTokenSpec spec;
    spec.resource = std::move(resource);
    return top(spec, derived(kCountingKey), Reason::kProofAudienceMismatch).cause;
  };
  EXPECT_EQ(cause("0ne00ABCDEF%2Fregistrations%2FDev-1"), Cause::kTokenForProvisioning);
  EXPECT_EQ(cause("hub-2.example%2Fdevices%2FDev-1"), Cause::kTokenForOtherHub);
  EXPECT_EQ(cause("elsewhere.example%2Fdevices%2FDev-1"), Cause::kTokenForOtherHub);
  EXPECT_EQ(cause("hub-1.example%2Fdevices%2FDev-2"), Cause::kTokenForOtherDevice);
  EXPECT_EQ(cause("hub-1.example%3A8883%2Fdevices%2FDev-2"), Cause::kTokenForOtherDevice);
  EXPECT_EQ(cause("hub-1.example%2Fdevices%2FDev-1%2Fmodules%2Fm"), Cause::kTokenForOtherDevice);
}

TEST_F(ConnectionRivalsTest, TokenOfAStrangerForAnotherPlaceIsNotProven) {
  HubTokenSpec spec;
  spec.resource = "hub-2.example%2Fdevices%2FDev-1";
  const auto findings =
      rivals(make_hub_claim(spec, decoded(kThirdKey).bytes()), Reason::kProofAudienceMismatch);
  ASSERT_FALSE(findings.empty());
  EXPECT_FALSE(findings[0].proven);
  EXPECT_NE(findings[0].mend.find("hub-2.example"), std::string::npos);
}

TEST_F(ConnectionRivalsTest, TimesThatAreOff) {
  HubTokenSpec spec;
  spec.expiry = 946'688'400;
  EXPECT_EQ(top(spec, derived(kCountingKey), Reason::kProofExpired).cause, Cause::kClockBehind);
  spec.expiry = kHubNow - 3600;
  EXPECT_EQ(top(spec, derived(kCountingKey), Reason::kProofExpired).cause, Cause::kTokenReused);
  spec.expiry = kHubExpiry * 1000;
  EXPECT_EQ(top(spec, derived(kCountingKey), Reason::kProofExpiryTooFar).cause,
            Cause::kExpiryInMilliseconds);
}

TEST_F(ConnectionRivalsTest, UnknownDeviceWhoseKeyIsKnown) {
  known_ = false;
  same_hub_ = {make_device(vault_, "Dev-1", derived(kCountingKey), derived(kTextKey))};
  HubTokenSpec spec;
  spec.id = "dev-1";
  const Finding slip = top(spec, derived(kCountingKey), Reason::kDeviceUnknown);
  EXPECT_EQ(slip.cause, Cause::kIdSpelling);
  EXPECT_NE(slip.mend.find("'Dev-1'"), std::string::npos);
  same_id_ = {make_device(vault_, "dev-1", decoded(kThirdKey), derived(kTextKey), "hub-2")};
  EXPECT_EQ(top(spec, decoded(kThirdKey), Reason::kDeviceUnknown).cause, Cause::kDeviceAtOtherHub);
  known_hub_ = false;
  spec.host = "elsewhere.example";
  EXPECT_EQ(top(spec, decoded(kThirdKey), Reason::kHostUnknown).cause, Cause::kDeviceAtOtherHub);
  spec.host = "hub2.example";
  EXPECT_EQ(top(spec, decoded(kThirdKey), Reason::kHostUnknown).cause, Cause::kHostSpelling);
}

TEST_F(ConnectionRivalsTest, NothingIsFoundBeyondTheBudgetOrForAStranger) {
  EXPECT_TRUE(rivals(make_hub_claim({}, decoded(kThirdKey).bytes())).empty());
  budget_ = 0;
  EXPECT_TRUE(rivals(make_hub_claim({}, decoded(kCountingKey).bytes())).empty());
}

TEST_F(ConnectionRivalsTest, FindingsHoldNoKey) {
  retire(vault_, device_, decoded(kThirdKey), KeySlot::kPrimary, kHubNow);
  for (const std::string_view key : {kThirdKey, kCountingKey, kTextKey}) {
    for (const Finding& each : rivals(make_hub_claim({}, decoded(key).bytes()))) {
      EXPECT_EQ((each.text + each.mend).find(std::string(key)), std::string::npos);
    }
  }
}

}  // namespace
}  // namespace berth::attestation
