// Passwords that devices connect with: the proof, and why one is refused.
#include "attestation/device_key.h"
#include "attestation/tests/password_bench.h"

#include <gtest/gtest.h>

namespace berth::attestation {
namespace {

using domain::Cause;
using domain::Finding;
using domain::PasswordUse;
using domain::Reason;

constexpr std::string_view kDevice = "dev-588acc123945ec8436bde3c1";
constexpr std::string_view kIssued = "s3cretAuthKey0001";
constexpr std::int64_t kIssuedAt = 1'795'300'000;
constexpr std::int64_t kNow = 1'795'300'494;

class DevicePasswordsTest : public testing::Test {
 protected:
  DevicePasswordsTest() {
    registration_.emplace();
    registration_->id = *domain::RegistrationId::parse("mod-588acc123945ec8436bde3aaSN0001");
    registration_->member = *domain::MemberName::parse(kSerial);
  }

  static domain::Claim claim_with(std::string_view text, PasswordUse use = PasswordUse::kConnect) {
    domain::Claim claim;
    claim.registration_id = std::string(kDevice);
    claim.evidence = domain::Password{use, shared(text)};
    return claim;
  }
  Result<hub::Authenticated, hub::ProofRefusal> connect(const domain::Claim& claim) {
    return authenticator_.authenticate(claim, hub_, {device_}, base::from_unix_seconds(kNow));
  }
  Reason refusal(std::string_view text, PasswordUse use = PasswordUse::kConnect) {
    const auto connected = connect(claim_with(text, use));
    return connected ? Reason::kNone : connected.error().reason;
  }
  std::vector<Finding> rivals(std::string_view text, Reason reason = Reason::kProofRejected) {
    const domain::Claim claim = claim_with(text);
    return attestor_.connection_rivals({claim,
                                        reason,
                                        base::from_unix_seconds(kNow),
                                        known_ ? &device_ : nullptr,
                                        &hub_,
                                        registration_,
                                        {},
                                        same_hub_,
                                        {},
                                        candidates_,
                                        {},
                                        listed_ ? &member_ : nullptr},
                                       budget_);
  }
  Finding top(std::string_view text, Reason reason = Reason::kProofRejected) {
    const std::vector<Finding> findings = rivals(text, reason);
    if (findings.empty()) return {};
    EXPECT_FALSE(findings.front().mend.empty());
    EXPECT_EQ((findings.front().text + findings.front().mend).find(text), std::string::npos);
    return findings.front();
  }
  void retire(std::string_view text, std::int64_t at) {
    device_.password->retired.emplace_back(
        vault_.digest(base::as_bytes(text), domain::device_password_purpose(device_.id)),
        base::from_unix_seconds(at));
  }

  TestVault vault_;
  DeviceKeyAuthenticator authenticator_{vault_, {}};
  MemberPasswordAttestor attestor_{vault_, {}};
  domain::Hub hub_ = make_hub(vault_);
  domain::Device device_ = make_password_device(vault_, kDevice, kIssued, kIssuedAt);
  std::vector<domain::Enrollment> candidates_ = {make_password_group(vault_)};
  domain::Member member_ = make_member(candidates_.front());
  bool listed_ = true;
  bool known_ = true;
  std::optional<domain::Registration> registration_;
  std::vector<domain::Device> same_hub_;
  std::size_t budget_ = 1'000;
};

TEST_F(DevicePasswordsTest, OwnPasswordLetsTheDeviceIn) {
  const auto connected = connect(claim_with(kIssued));
  ASSERT_TRUE(connected) << connected.error().expected;
  EXPECT_EQ(connected->detail, "password of device 'dev-588acc123945ec8436bde3c1'");
  EXPECT_FALSE(connected->expires_at);
  EXPECT_TRUE(authenticator_.still_good(*connected, hub_, {device_}));
  EXPECT_EQ(refusal("s3cretAuthKey0002"), Reason::kProofRejected);
  EXPECT_EQ(refusal(""), Reason::kProofRejected);
}

TEST_F(DevicePasswordsTest, AnotherDevicesPasswordIsNotItsOwn) {
  // The digest is bound to the id: copied to another record it is worth nothing.
  const domain::Device other =
      make_password_device(vault_, "dev-588acc123945ec8436bde3c9", kIssued);
  device_.password = other.password;
  EXPECT_EQ(refusal(kIssued), Reason::kProofRejected);
}

TEST_F(DevicePasswordsTest, ConnectionOutlivesNoChangeOfThePassword) {
  const std::string credential = connect(claim_with(kIssued))->credential;
  domain::Device changed = device_;
  changed.password = authenticator_.keep_password(device_.id, Secret::from_text("another"));
  EXPECT_FALSE(authenticator_.still_good({"", credential, {}}, hub_, {changed}));
  changed.password->digest.clear();
  EXPECT_FALSE(authenticator_.still_good({"", credential, {}}, hub_, {changed}));
  changed.password.reset();
  EXPECT_FALSE(authenticator_.still_good({"", credential, {}}, hub_, {changed}));
  EXPECT_TRUE(authenticator_.still_good({"", credential, {}}, hub_, {device_}));
}

TEST_F(DevicePasswordsTest, KeptPasswordIsTheOneThatConnects) {
  device_.password = authenticator_.keep_password(device_.id, Secret::from_text("chosen"));
  EXPECT_EQ(device_.password->digest.size(), 32U);
  EXPECT_TRUE(device_.password->retired.empty());
  EXPECT_EQ(refusal("chosen"), Reason::kNone);
  EXPECT_EQ(refusal(kIssued), Reason::kProofRejected);
}

TEST_F(DevicePasswordsTest, VoidPasswordLetsNobodyInAndSaysSo) {
  device_.password->digest.clear();
  for (const std::string_view text : {kIssued, std::string_view()}) {
    const auto refused = connect(claim_with(text));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().reason, Reason::kProofRejected);
    EXPECT_NE(refused.error().received.find("none until it registers again"), std::string::npos);
  }
}

TEST_F(DevicePasswordsTest, RetiredPasswordIsRefusedAndNamedAsOne) {
  retire("old one", 1'700'000'000);
  const auto refused = connect(claim_with("old one"));
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, Reason::kProofRejected);
  EXPECT_TRUE(refused.error().received.starts_with("one that it had until 2023-11-14T22:13:20Z"));
}

TEST_F(DevicePasswordsTest, RefusalsNeverShowAPassword) {
  retire("old one", 1'700'000'000);
  for (const std::string_view text : {std::string_view("guess"), std::string_view("old one")}) {
    const auto refused = connect(claim_with(text));
    const std::string all = refused.error().expected + refused.error().received;
    EXPECT_EQ(all.find(text), std::string::npos) << all;
    EXPECT_EQ(all.find(kIssued), std::string::npos) << all;
  }
}

TEST_F(DevicePasswordsTest, OtherPasswordsAndVouchersAreAnotherKindOfProof) {
  for (const PasswordUse use :
       {PasswordUse::kEnroll, PasswordUse::kControl, PasswordUse::kAccount}) {
    EXPECT_EQ(refusal(kIssued, use), Reason::kAttestationMismatch);
  }
  domain::Claim claim = claim_with(kIssued);
  claim.evidence = domain::Voucher{"1.0.a"};
  EXPECT_EQ(connect(claim).error().reason, Reason::kAttestationMismatch);
  claim.evidence = domain::SignedText{};
  EXPECT_FALSE(connect(claim));
  device_.password.reset();
  EXPECT_EQ(refusal(kIssued), Reason::kAttestationMismatch);
}

TEST_F(DevicePasswordsTest, DeviceWithKeysIsNotLetInWithAnEmptyPassword) {
  const Secret key = Secret::from_text("0123456789abcdef");
  device_ = make_device(vault_, std::string(kDevice), key, key);
  EXPECT_EQ(refusal(""), Reason::kAttestationMismatch);
}

TEST_F(DevicePasswordsTest, Rival_PasswordOfAnEarlierRegistration) {
  retire("old one", 1'700'000'000);
  const Finding finding = top("old one");
  EXPECT_EQ(finding.cause, Cause::kReissuedSince);
  EXPECT_TRUE(finding.proven);
  EXPECT_NE(finding.text.find("2023-11-14T22:13:20Z"), std::string::npos);
  EXPECT_EQ(finding.mend,
            "berth thing serial reset --id-scope 0ne00ABCDEF mod-588acc123945ec8436bde3aa SN0001");
}

TEST_F(DevicePasswordsTest, Rival_PasswordThatWasMadeVoid) {
  retire(kIssued, kNow - 1);
  device_.password->digest.clear();
  const Finding same = top(kIssued);
  EXPECT_EQ(same.cause, Cause::kReissuedSince);
  EXPECT_TRUE(same.proven);
  EXPECT_NE(same.text.find("made void"), std::string::npos);
  const Finding other = top("something");
  EXPECT_EQ(other.cause, Cause::kReissuedSince);
  EXPECT_FALSE(other.proven);
}

TEST_F(DevicePasswordsTest, Rival_RightButForItsSpelling) {
  for (const std::string_view text :
       {"s3cretAuthKey0001\n", "\"s3cretAuthKey0001\"", "S3CRETaUTHkEY0001"}) {
    const Finding finding = top(text);
    EXPECT_EQ(finding.cause, Cause::kPasswordSpelling) << text;
    EXPECT_TRUE(finding.proven);
  }
}

TEST_F(DevicePasswordsTest, Rival_PasswordOfItsMemberInstead) {
  EXPECT_EQ(top(kSecretThenSerial).cause, Cause::kPasswordOfOtherUse);
  give_own(vault_, member_, PasswordUse::kEnroll, "enrollpw");
  const Finding enroll = top("enrollpw");
  EXPECT_EQ(enroll.cause, Cause::kPasswordOfOtherUse);
  EXPECT_NE(enroll.text.find("the enrol password of 'SN0001'"), std::string::npos);
  give_own(vault_, member_, PasswordUse::kControl, "ctrlpw");
  EXPECT_NE(top("ctrlpw").text.find("the control password"), std::string::npos);
  listed_ = false;
  EXPECT_EQ(top("enrollpw").cause, Cause::kIssuedButOther);
}

TEST_F(DevicePasswordsTest, Rival_PasswordOfAnotherDevice) {
  same_hub_ = {make_password_device(vault_, "dev-588acc123945ec8436bde3c9", "other's")};
  const Finding finding = top("other's");
  EXPECT_EQ(finding.cause, Cause::kKeyOfOtherDevice);
  EXPECT_NE(finding.text.find("dev-588acc123945ec8436bde3c9"), std::string::npos);
  same_hub_[0].scope = *domain::ScopeId::parse("0ne00000002");
  EXPECT_EQ(top("other's").text.find("dev-588acc123945ec8436bde3c9"), std::string::npos);
}

TEST_F(DevicePasswordsTest, Rival_UnknownIdWithThePasswordOfOneThatIsKnown) {
  known_ = false;
  same_hub_ = {make_password_device(vault_, "dev-588acc123945ec8436bde3c7", "right")};
  const Finding finding = top("right", Reason::kDeviceUnknown);
  EXPECT_EQ(finding.cause, Cause::kIdSpelling);
  same_hub_ = {make_password_device(vault_, "dev-000000000000000000000001", "right")};
  EXPECT_EQ(top("right", Reason::kDeviceUnknown).cause, Cause::kKeyOfOtherDevice);
  EXPECT_TRUE(rivals("wrong", Reason::kDeviceUnknown).empty());
}

TEST_F(DevicePasswordsTest, Rival_NothingFits) {
  const Finding finding = top("unheard of");
  EXPECT_EQ(finding.cause, Cause::kIssuedButOther);
  EXPECT_FALSE(finding.proven);
  budget_ = 0;
  EXPECT_EQ(top(kSecretThenSerial).cause, Cause::kIssuedButOther);
}

TEST_F(DevicePasswordsTest, Rival_DeviceThatHasAnotherKindOfCredential) {
  const Secret key = Secret::from_text("0123456789abcdef");
  device_ = make_device(vault_, std::string(kDevice), key, key);
  EXPECT_EQ(top("x", Reason::kAttestationMismatch).cause, Cause::kOtherCredentialKind);
  EXPECT_TRUE(rivals("x", Reason::kProofRejected).empty());
}

TEST_F(DevicePasswordsTest, Rival_DeviceMadeByHandIsShownAndNotReset) {
  registration_.reset();
  device_.group.reset();
  EXPECT_EQ(top("x").mend, "berth device show dev-588acc123945ec8436bde3c1 --hub-name hub-1");
}

}  // namespace
}  // namespace berth::attestation
