#include "attestation/device_key.h"

#include "attestation/tests/hub_bench.h"

#include <gtest/gtest.h>

namespace berth::attestation {
namespace {

using domain::HubPermission;
using domain::Reason;
using hub::Authenticated;
using hub::ProofRefusal;

class DeviceKeyTest : public testing::Test {
 protected:
  Result<Authenticated, ProofRefusal> connect(const HubTokenSpec& spec, const Secret& key,
                                              std::int64_t now = kHubNow) {
    return check(make_hub_claim(spec, key.bytes()), now);
  }
  Result<Authenticated, ProofRefusal> check(const domain::Claim& claim,
                                            std::int64_t now = kHubNow) {
    return authenticator_.authenticate(claim, hub_, {device_}, base::from_unix_seconds(now));
  }
  Reason refusal(const HubTokenSpec& spec, const Secret& key, std::int64_t now = kHubNow) {
    const auto connected = connect(spec, key, now);
    return connected ? Reason::kNone : connected.error().reason;
  }
  static HubTokenSpec with_resource(std::string resource) {
    HubTokenSpec spec;
    spec.resource = std::move(resource);
    return spec;
  }
  static HubTokenSpec of_policy(std::string name, std::string resource = {}) {
    HubTokenSpec spec;
    spec.key_name = std::move(name);
    spec.resource = std::move(resource);
    return spec;
  }

  TestVault vault_;
  DeviceKeyAuthenticator authenticator_{vault_, {}};
  const Secret primary_ = decoded(kCountingKey);
  const Secret secondary_ = decoded(kTextKey);
  domain::Hub hub_ = make_hub(vault_);
  domain::Device device_ = make_device(vault_, "Dev-1", primary_, secondary_);
};

TEST_F(DeviceKeyTest, EitherOwnKeyLetsTheDeviceIn) {
  const auto first = connect({}, primary_);
  ASSERT_TRUE(first);
  EXPECT_EQ(first->detail, "primary key of device 'Dev-1'");
  const auto second = connect({}, secondary_);
  ASSERT_TRUE(second);
  EXPECT_EQ(second->detail, "secondary key of device 'Dev-1'");
  EXPECT_NE(first->credential, second->credential);
}

TEST_F(DeviceKeyTest, ConnectionEndsWithTheTokenAndTheAllowanceForClocks) {
  const auto connected = connect({}, primary_);
  ASSERT_TRUE(connected && connected->expires_at);
  EXPECT_EQ(*connected->expires_at, base::from_unix_seconds(kHubExpiry + 300));
}

TEST_F(DeviceKeyTest, ResourceCoversTheDeviceBySegmentsInAnyCaseWithOrWithoutPort) {
  for (const char* resource : {"hub-1.example%2Fdevices%2FDev-1", "hub-1.example%2fdevices%2fdev-1",
                               "hub-1.example/devices/Dev-1", "HUB-1.example%2FDevices%2FDev-1",
                               "hub-1.example%3A8883%2Fdevices%2FDev-1", "hub-1.example%2Fdevices",
                               "hub-1.example", "hub-1.example%2Fdevices%2FDev-1%2F"}) {
    EXPECT_EQ(refusal(with_resource(resource), primary_), Reason::kNone) << resource;
  }
}

TEST_F(DeviceKeyTest, ResourceOfAnythingElseIsRefusedBeforeTheSignature) {
  for (const char* resource :
       {"hub-1.example%2Fdevices%2FDev-12", "hub-1.example%2Fdevices%2FDev", "hub-1.exampl",
        "hub-1.example%2Fdevices%2FDev-1%2Fmodules%2Fm", "hub-2.example%2Fdevices%2FDev-1",
        "hub-1.example.evil%2Fdevices%2FDev-1", "hub-1.example%3Ax%2Fdevices%2FDev-1",
        "0ne00ABCDEF%2Fregistrations%2FDev-1", "hub-1.example%2Fmessages", "%2Fdevices%2FDev-1",
        "%2F", "hub-1.example%2F%2FDev-1"}) {
    EXPECT_EQ(refusal(with_resource(resource), primary_), Reason::kProofAudienceMismatch)
        << resource;
  }
}

TEST_F(DeviceKeyTest, NameThatLedToTheHubCountsAsItsHost) {
  HubTokenSpec spec;
  spec.host = "localhost";
  EXPECT_EQ(refusal(spec, primary_), Reason::kNone);
}

TEST_F(DeviceKeyTest, IdWithPerCentSignMayBeSentUnescaped) {
  device_ = make_device(vault_, "a%41", primary_, secondary_);
  HubTokenSpec spec;
  spec.id = "a%41";
  spec.resource = "hub-1.example/devices/a%41";
  EXPECT_EQ(refusal(spec, primary_), Reason::kNone);
}

TEST_F(DeviceKeyTest, WrongKeyIsRefusedWithFingerprintsAndWithoutKeys) {
  const auto refused = connect({}, Secret::from_text("0123456789abcdef"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, Reason::kProofRejected);
  EXPECT_NE(refused.error().expected.find(vault_.fingerprint(primary_.bytes())), std::string::npos);
  EXPECT_EQ(refused.error().expected.find(std::string(kCountingKey)), std::string::npos);
}

TEST_F(DeviceKeyTest, ExpiredTokenOfTheRightKeyIsToldApart) {
  EXPECT_EQ(refusal({}, primary_, kHubExpiry + 300), Reason::kNone);
  EXPECT_EQ(refusal({}, primary_, kHubExpiry + 301), Reason::kProofExpired);
  EXPECT_EQ(refusal({}, Secret::from_text("0123456789abcdef"), kHubExpiry + 301),
            Reason::kProofRejected);
}

TEST_F(DeviceKeyTest, ExpiryTooFarAheadIsRefused) {
  HubTokenSpec spec;
  spec.expiry = kHubNow + 500LL * 86'400;
  EXPECT_EQ(refusal(spec, primary_), Reason::kProofExpiryTooFar);
  spec.expiry = std::numeric_limits<std::int64_t>::max();
  EXPECT_EQ(refusal(spec, primary_), Reason::kProofExpiryTooFar);
  spec.expiry = std::numeric_limits<std::int64_t>::min();
  EXPECT_EQ(refusal(spec, primary_), Reason::kProofExpired);
}

TEST_F(DeviceKeyTest, NothingAndRubbishAreToldApart) {
  domain::Claim claim = make_hub_claim({}, primary_.bytes());
  claim.evidence = domain::NoEvidence{};
  EXPECT_EQ(check(claim).error().reason, Reason::kProofMissing);
  claim.evidence = domain::MalformedEvidence{"no expiry"};
  EXPECT_EQ(check(claim).error().reason, Reason::kProofMalformed);
  claim = make_hub_claim({}, primary_.bytes());
  std::get<domain::MacOverText>(claim.evidence).mac.resize(31);
  EXPECT_EQ(check(claim).error().reason, Reason::kProofMalformed);
}

TEST_F(DeviceKeyTest, DeviceWithoutKeysExpectsAnotherProof) {
  device_.keys.reset();
  EXPECT_EQ(refusal({}, primary_), Reason::kAttestationMismatch);
}

TEST_F(DeviceKeyTest, KeyThatDoesNotOpenIsOurFaultAndNotTheDevices) {
  device_.keys->primary.bytes.back() ^= 1;
  EXPECT_EQ(refusal({}, primary_), Reason::kInternal);
}

TEST_F(DeviceKeyTest, PolicyThatLetsDevicesConnectSignsForAnyOfThem) {
  const Secret key = policy_key("device", domain::KeySlot::kPrimary);
  const auto connected = connect(of_policy("device"), key);
  ASSERT_TRUE(connected);
  EXPECT_EQ(connected->detail, "primary key of policy 'device' of hub 'hub-1'");
  EXPECT_TRUE(connect(of_policy("device", "hub-1.example"), key));
  EXPECT_TRUE(connect(of_policy("device", "hub-1.example%2Fdevices"),
                      policy_key("device", domain::KeySlot::kSecondary)));
}

TEST_F(DeviceKeyTest, PolicyTokenHasToSpellTheIdExactly) {
  EXPECT_EQ(refusal(of_policy("device", "hub-1.example%2Fdevices%2Fdev-1"),
                    policy_key("device", domain::KeySlot::kPrimary)),
            Reason::kProofAudienceMismatch);
}

TEST_F(DeviceKeyTest, PolicyWithoutThePermissionOrThatDoesNotExistIsRefused) {
  EXPECT_EQ(refusal(of_policy("service"), policy_key("service", domain::KeySlot::kPrimary)),
            Reason::kProofRejected);
  EXPECT_EQ(refusal(of_policy("Device"), policy_key("device", domain::KeySlot::kPrimary)),
            Reason::kProofRejected);
  // A policy that is named must be the one: the device's own key does not count then.
  EXPECT_EQ(refusal(of_policy("device"), primary_), Reason::kProofRejected);
}

TEST_F(DeviceKeyTest, CredentialIsGoodAsLongAsItsKeyIsInEitherSlot) {
  const std::string credential = connect({}, primary_)->credential;
  EXPECT_TRUE(authenticator_.still_good({"", credential, {}}, hub_, {device_}));
  const domain::Device swapped = make_device(vault_, "Dev-1", secondary_, primary_);
  EXPECT_TRUE(authenticator_.still_good({"", credential, {}}, hub_, {swapped}));
  const domain::Device replaced =
      make_device(vault_, "Dev-1", Secret::from_text("0123456789abcdef"), secondary_);
  EXPECT_FALSE(authenticator_.still_good({"", credential, {}}, hub_, {replaced}));
  EXPECT_TRUE(authenticator_.still_good(*connect({}, secondary_), hub_, {replaced}));
  domain::Device keyless = device_;
  keyless.keys.reset();
  EXPECT_FALSE(authenticator_.still_good({"", credential, {}}, hub_, {keyless}));
}

TEST_F(DeviceKeyTest, CredentialOfAPolicyEndsWithItsKeyOrItsPermission) {
  const std::string credential =
      connect(of_policy("device"), policy_key("device", domain::KeySlot::kPrimary))->credential;
  EXPECT_TRUE(authenticator_.still_good({"", credential, {}}, hub_, {device_}));
  domain::Hub changed = hub_;
  std::erase_if(changed.policies, [](const auto& each) { return each.name == "device"; });
  EXPECT_FALSE(authenticator_.still_good({"", credential, {}}, changed, {device_}));
  changed = hub_;
  for (domain::HubPolicy& each : changed.policies) {
    each.permissions = {HubPermission::kServiceConnect};
  }
  EXPECT_FALSE(authenticator_.still_good({"", credential, {}}, changed, {device_}));
  // A device's own key is no policy's, even when the bytes are the same.
  const domain::Device same =
      make_device(vault_, "Dev-1", policy_key("device", domain::KeySlot::kPrimary), secondary_);
  EXPECT_FALSE(authenticator_.still_good({"", credential, {}}, changed, {same}));
}

}  // namespace
}  // namespace berth::attestation
