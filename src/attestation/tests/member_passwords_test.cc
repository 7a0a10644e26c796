#include "attestation/tests/password_bench.h"
#include "attestation/voucher.h"

#include <gtest/gtest.h>

namespace berth::attestation {
namespace {

using domain::DerivationOrder;
using domain::PasswordUse;
using domain::Reason;
using provisioning::Attested;
using provisioning::Refusal;

constexpr std::int64_t kNow = 1'795'300'494;

class MemberPasswordsTest : public testing::Test {
 protected:
  Result<Attested, Refusal> attest(const domain::Claim& claim) {
    const auto id = *domain::RegistrationId::parse(claim.registration_id);
    const domain::Enrollment* const candidates[] = {&group_};
    return attestor_.attest({claim, id, candidates, base::from_unix_seconds(kNow),
                             listed_ ? &member_ : nullptr, controller_ ? &*controller_ : nullptr});
  }
  Result<Attested, Refusal> attest(PasswordUse use, std::string_view text) {
    return attest(make_password_claim(use, text));
  }
  Reason refusal(const domain::Claim& claim) {
    const auto attested = attest(claim);
    return attested ? Reason::kNone : attested.error().reason;
  }
  Reason refusal(PasswordUse use, std::string_view text) {
    return refusal(make_password_claim(use, text));
  }
  void give_own(PasswordUse use, std::string_view text) {
    attestation::give_own(vault_, member_, use, text);
  }
  void lock(std::optional<std::int64_t> until, bool control = false) {
    domain::Guesses& guesses = control ? member_.control_guesses : member_.enroll_guesses;
    guesses.wrong = 10;
    guesses.locked_until.reset();
    if (until) guesses.locked_until = base::from_unix_seconds(*until);
  }
  // What management gives an operator who vouches for the member.
  std::string voucher(std::int64_t expires, const std::string& actor = "token:abc.def") {
    const std::string message =
        domain::voucher_message(group_.scope, group_.id, member_.name, expires, actor);
    const base::Bytes digest =
        vault_.digest(base::as_bytes(message), std::string(domain::kVoucherPurpose));
    return std::to_string(expires) + '.' + base::hex_encode(digest) + '.' + actor;
  }
  static domain::Claim vouched(const std::string& text) {
    domain::Claim claim = make_password_claim(PasswordUse::kEnroll, "");
    claim.evidence = domain::Voucher{text};
    return claim;
  }
  // A request to control the member by a controller that has credentials already.
  domain::Claim controls_with(std::string_view device, std::string_view password) {
    domain::Claim claim = make_password_claim(PasswordUse::kControl, "control-1");
    claim.controller->device = std::string(device);
    claim.controller->password = shared(password);
    return claim;
  }
  void make_controller(std::string_view password) {
    controller_ = make_password_device(vault_, kController, password);
    controller_->role = domain::DeviceRole::kController;
    give_own(PasswordUse::kControl, "control-1");
  }

  static constexpr std::string_view kController = "dev-588acc123945ec8436bde3c2";
  TestVault vault_;
  MemberPasswordAttestor attestor_{vault_, {}};
  domain::Enrollment group_ = make_password_group(vault_);
  domain::Member member_ = make_member(group_);
  bool listed_ = true;
  std::optional<domain::Device> controller_;
};

TEST_F(MemberPasswordsTest, DerivedPasswordsOfTheProtocolsVectorsProve) {
  const auto attested = attest(PasswordUse::kEnroll, kSecretThenSerial);
  ASSERT_TRUE(attested) << attested.error().expected;
  EXPECT_EQ(attested->candidate, 0U);
  EXPECT_EQ(attested->detail,
            "enrol password of 'SN0001' of group 'mod-588acc123945ec8436bde3aa', derived from the "
            "group's secret");
  EXPECT_FALSE(attested->as_controller);
  EXPECT_EQ(refusal(PasswordUse::kControl, kSerialThenSecret), Reason::kNone);
  EXPECT_EQ(refusal(PasswordUse::kEnroll, kSerialThenSecret), Reason::kProofRejected);
  EXPECT_EQ(refusal(PasswordUse::kControl, kSecretThenSerial), Reason::kProofRejected);
}

TEST_F(MemberPasswordsTest, TheOtherOrderExchangesThem) {
  passwords_of(group_).order = DerivationOrder::kNameFirst;
  EXPECT_EQ(refusal(PasswordUse::kEnroll, kSerialThenSecret), Reason::kNone);
  EXPECT_EQ(refusal(PasswordUse::kControl, kSecretThenSerial), Reason::kNone);
  EXPECT_EQ(refusal(PasswordUse::kEnroll, kSecretThenSerial), Reason::kProofRejected);
}

TEST_F(MemberPasswordsTest, OwnPasswordProvesAndTheDerivedOneNoLonger) {
  give_own(PasswordUse::kEnroll, "enrollpw");
  const auto attested = attest(PasswordUse::kEnroll, "enrollpw");
  ASSERT_TRUE(attested) << attested.error().expected;
  EXPECT_EQ(attested->detail,
            "own enrol password of 'SN0001' of group 'mod-588acc123945ec8436bde3aa'");
  EXPECT_EQ(attested->derivation_id, "mod-588acc123945ec8436bde3aaSN0001");
  EXPECT_EQ(refusal(PasswordUse::kEnroll, kSecretThenSerial), Reason::kProofRejected);
  EXPECT_EQ(refusal(PasswordUse::kControl, "enrollpw"), Reason::kProofRejected);
  EXPECT_EQ(refusal(PasswordUse::kControl, kSerialThenSecret), Reason::kNone);
}

TEST_F(MemberPasswordsTest, OwnPasswordOfOneMemberIsNoOthers) {
  give_own(PasswordUse::kEnroll, "enrollpw");
  domain::Member other = make_member(group_, "SN0002");
  other.enroll_password = member_.enroll_password;
  member_ = other;
  EXPECT_EQ(refusal(PasswordUse::kEnroll, "enrollpw"), Reason::kProofRejected);
}

TEST_F(MemberPasswordsTest, MemberWithoutAnyPasswordIsRefusedWhateverIsSent) {
  passwords_of(group_).derivation_secret.reset();
  for (const std::string_view text : {kSecretThenSerial, std::string_view()}) {
    const auto refused = attest(PasswordUse::kEnroll, text);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().reason, Reason::kProofRejected);
    EXPECT_NE(refused.error().received.find("the serial has none"), std::string::npos);
  }
}

TEST_F(MemberPasswordsTest, NameThatIsNotListedHasAReasonOfItsOwn) {
  listed_ = false;
  EXPECT_EQ(refusal(PasswordUse::kEnroll, kSecretThenSerial), Reason::kMemberUnknown);
  EXPECT_EQ(refusal(PasswordUse::kControl, "x"), Reason::kMemberUnknown);
  EXPECT_EQ(refusal(vouched(voucher(kNow + 60))), Reason::kMemberUnknown);
}

TEST_F(MemberPasswordsTest, LockedPasswordIsRefusedEvenWhenItIsRight) {
  lock(kNow + 1);
  const auto refused = attest(PasswordUse::kEnroll, kSecretThenSerial);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, Reason::kMemberLocked);
  EXPECT_EQ(refused.error().received,
            "one that is locked until 2026-11-21T22:34:55Z, after 10 wrong ones in a row");
  EXPECT_EQ(refusal(PasswordUse::kEnroll, "wrong"), Reason::kMemberLocked);
  EXPECT_EQ(vault_.opened, 0);
}

TEST_F(MemberPasswordsTest, LockEndsAndIsOfOneUseAlone) {
  lock(kNow);
  EXPECT_EQ(refusal(PasswordUse::kEnroll, kSecretThenSerial), Reason::kNone);
  lock(kNow + 900);
  EXPECT_EQ(refusal(PasswordUse::kControl, kSerialThenSecret), Reason::kNone);
  lock(std::nullopt);
  EXPECT_EQ(refusal(PasswordUse::kEnroll, kSecretThenSerial), Reason::kNone);
  lock(kNow + 900, true);
  EXPECT_EQ(refusal(PasswordUse::kControl, kSerialThenSecret), Reason::kMemberLocked);
}

TEST_F(MemberPasswordsTest, RefusalsShowDigestsAndNeverAPassword) {
  give_own(PasswordUse::kEnroll, "enrollpw");
  for (const PasswordUse use : {PasswordUse::kEnroll, PasswordUse::kControl}) {
    const auto refused = attest(use, "guessed-by-somebody");
    ASSERT_FALSE(refused);
    const std::string all = refused.error().expected + refused.error().received;
    for (const std::string_view secret : {std::string_view("enrollpw"), std::string_view("guessed"),
                                          kGroupSecret, kSerialThenSecret, kSecretThenSerial}) {
      EXPECT_EQ(all.find(secret), std::string::npos) << all;
    }
  }
}

TEST_F(MemberPasswordsTest, SecretOfTheGroupIsOpenedOnceAndAChangeIsSeenAtOnce) {
  EXPECT_EQ(refusal(PasswordUse::kEnroll, kSecretThenSerial), Reason::kNone);
  EXPECT_EQ(refusal(PasswordUse::kEnroll, kSecretThenSerial), Reason::kNone);
  EXPECT_EQ(vault_.opened, 1);
  set_secret(vault_, group_, "another");
  EXPECT_EQ(refusal(PasswordUse::kEnroll, kSecretThenSerial), Reason::kProofRejected);
}

TEST_F(MemberPasswordsTest, SecretThatDoesNotOpenIsNotTakenForAWrongPassword) {
  passwords_of(group_).derivation_secret->bytes.back() ^= 1;
  EXPECT_EQ(refusal(PasswordUse::kEnroll, kSecretThenSerial), Reason::kInternal);
}

TEST_F(MemberPasswordsTest, ControlPasswordDoesNotRegisterTheMemberNorTheOtherWayRound) {
  domain::Claim as_member = make_password_claim(PasswordUse::kControl, kSerialThenSecret);
  as_member.controller.reset();
  EXPECT_EQ(refusal(as_member), Reason::kAttestationMismatch);
  domain::Claim as_controller = make_password_claim(PasswordUse::kEnroll, kSecretThenSerial);
  as_controller.controller.emplace();
  EXPECT_EQ(refusal(as_controller), Reason::kAttestationMismatch);
}

TEST_F(MemberPasswordsTest, OtherProofsAndGroupsAreMismatches) {
  EXPECT_EQ(refusal(PasswordUse::kConnect, kSecretThenSerial), Reason::kAttestationMismatch);
  EXPECT_EQ(refusal(PasswordUse::kAccount, kSecretThenSerial), Reason::kAttestationMismatch);
  domain::Claim bare = make_password_claim(PasswordUse::kEnroll, "");
  bare.evidence = domain::NoEvidence{};
  EXPECT_EQ(refusal(bare), Reason::kAttestationMismatch);
  group_.attestation = domain::ProductSecret{};
  EXPECT_EQ(refusal(PasswordUse::kEnroll, kSecretThenSerial), Reason::kAttestationMismatch);
}

TEST_F(MemberPasswordsTest, ReadsPasswordsAndVouchersAndNothingElse) {
  EXPECT_EQ(attestor_.name(), domain::attestation_name(group_.attestation));
  EXPECT_TRUE(attestor_.reads(domain::Password{PasswordUse::kConnect, shared("")}));
  EXPECT_TRUE(attestor_.reads(domain::Voucher{}));
  EXPECT_FALSE(attestor_.reads(domain::NoEvidence{}));
  EXPECT_FALSE(attestor_.reads(domain::SignedText{}));
}

TEST_F(MemberPasswordsTest, ControllerWithItsPasswordIsProvenAsOne) {
  make_controller("ctrl-secret");
  const auto attested = attest(controls_with(kController, "ctrl-secret"));
  ASSERT_TRUE(attested);
  EXPECT_TRUE(attested->as_controller);
  EXPECT_EQ(attested->detail,
            "own control password of 'SN0001' of group 'mod-588acc123945ec8436bde3aa', and the "
            "password of controller 'dev-588acc123945ec8436bde3c2'");
}

TEST_F(MemberPasswordsTest, ControllersPasswordAloneIsNotEnough) {
  make_controller("ctrl-secret");
  domain::Claim claim = controls_with(kController, "ctrl-secret");
  claim.evidence = domain::Password{PasswordUse::kControl, shared("wrong")};
  EXPECT_EQ(refusal(claim), Reason::kProofRejected);
}

TEST_F(MemberPasswordsTest, BadCredentialsOfAControllerCountAsNotSent) {
  make_controller("ctrl-secret");
  const auto not_counted = [&](const domain::Claim& claim) {
    const auto attested = attest(claim);
    return attested && !attested->as_controller &&
           attested->detail.find("does not count") != std::string::npos;
  };
  EXPECT_TRUE(not_counted(controls_with(kController, "wrong")));
  EXPECT_TRUE(not_counted(controls_with(kController, "")));
  const domain::Claim good = controls_with(kController, "ctrl-secret");
  controller_->enabled = false;
  EXPECT_TRUE(not_counted(good));
  controller_->enabled = true;
  controller_->scope = *domain::ScopeId::parse("0ne00000002");
  EXPECT_TRUE(not_counted(good));
  make_controller("ctrl-secret");
  controller_->password->digest.clear();
  EXPECT_TRUE(not_counted(good));
  controller_->password.reset();
  EXPECT_TRUE(not_counted(good));
  controller_.reset();
  EXPECT_TRUE(not_counted(good));
}

TEST_F(MemberPasswordsTest, ProvenDeviceThatIsNoControllerMayNotControl) {
  make_controller("ctrl-secret");
  const domain::Claim claim = controls_with(kController, "ctrl-secret");
  for (const domain::DeviceRole role :
       {domain::DeviceRole::kDevice, domain::DeviceRole::kPrototype}) {
    controller_->role = role;
    EXPECT_EQ(refusal(claim), Reason::kNotPermitted);
  }
  EXPECT_EQ(refusal(controls_with(kController, "wrong")), Reason::kNone);
}

TEST_F(MemberPasswordsTest, ControllerWithoutCredentialsIsProvenByTheControlPasswordAlone) {
  make_controller("ctrl-secret");
  domain::Claim claim = controls_with("", "ctrl-secret");
  const auto attested = attest(claim);
  ASSERT_TRUE(attested);
  EXPECT_FALSE(attested->as_controller);
  claim = controls_with(kController, "");
  claim.controller->password = nullptr;
  EXPECT_FALSE(attest(claim)->as_controller);
}

TEST_F(MemberPasswordsTest, OperatorsWordProvesTheMemberForAMinute) {
  lock(kNow + 900);  // an operator enrols a locked one all the same
  const auto attested = attest(vouched(voucher(kNow + 1)));
  ASSERT_TRUE(attested) << attested.error().received;
  EXPECT_EQ(attested->detail,
            "token:abc.def vouches for 'SN0001' of group 'mod-588acc123945ec8436bde3aa'");
  EXPECT_EQ(refusal(vouched(voucher(kNow))), Reason::kProofExpired);
}

TEST_F(MemberPasswordsTest, OperatorsWordIsBoundToAllItSays) {
  const std::string good = voucher(kNow + 60);
  EXPECT_EQ(refusal(vouched(good)), Reason::kNone);
  EXPECT_EQ(refusal(vouched(std::to_string(kNow + 61) + good.substr(good.find('.')))),
            Reason::kProofRejected);
  EXPECT_EQ(refusal(vouched(good + "x")), Reason::kProofRejected);
  member_ = make_member(group_, "SN0002");
  EXPECT_EQ(refusal(vouched(good)), Reason::kProofRejected);
  member_ = make_member(group_);
  group_ = make_password_group(vault_, "mod-588acc123945ec8436bde3ab");
  EXPECT_EQ(refusal(vouched(good)), Reason::kProofRejected);
  group_ = make_password_group(vault_, kGroup, "0ne00000002");
  EXPECT_EQ(refusal(vouched(good)), Reason::kProofRejected);
}

TEST_F(MemberPasswordsTest, OperatorsWordDoesNotMakeAController) {
  domain::Claim claim = vouched(voucher(kNow + 60));
  claim.controller.emplace();
  EXPECT_EQ(refusal(claim), Reason::kAttestationMismatch);
}

TEST_F(MemberPasswordsTest, TextsThatAreNoVoucherAreMalformed) {
  const std::string good = voucher(kNow + 60);
  const std::string digest = good.substr(good.find('.') + 1, 64);
  const std::string expiry = good.substr(0, good.find('.'));
  for (const std::string& text :
       {std::string(), std::string("."), std::string(".."), expiry, expiry + '.' + digest,
        expiry + '.' + digest + '.', '+' + good, '0' + good, '-' + good, ' ' + good,
        expiry + '.' + digest.substr(2) + ".a", expiry + '.' + std::string(64, 'g') + ".a",
        "99999999999999999999." + digest + ".a", good + std::string(512, 'a')}) {
    EXPECT_EQ(refusal(vouched(text)), Reason::kProofMalformed) << text;
  }
}

}  // namespace
}  // namespace berth::attestation
