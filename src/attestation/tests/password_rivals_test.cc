#include "attestation/tests/password_bench.h"

#include <gtest/gtest.h>

namespace berth::attestation {
namespace {

using domain::Cause;
using domain::DerivationOrder;
using domain::Finding;
using domain::PasswordUse;
using domain::Reason;

constexpr std::int64_t kNow = 1'795'300'494;

class PasswordRivalsTest : public testing::Test {
 protected:
  std::vector<Finding> rivals(const domain::Claim& claim, Reason reason = Reason::kProofRejected) {
    return attestor_.rivals(
        {claim, claim.registration_id, reason, base::from_unix_seconds(kNow), std::nullopt,
         candidates_, same_scope_, other_scopes_, member_, roster_},
        budget_);
  }
  std::vector<Finding> rivals(PasswordUse use, std::string_view text) {
    return rivals(make_password_claim(use, text));
  }
  // The first finding, proven; unexplained when there is none.
  Finding top(PasswordUse use, std::string_view text) {
    const std::vector<Finding> findings = rivals(use, text);
    if (findings.empty()) return {};
    EXPECT_TRUE(findings.front().proven);
    EXPECT_FALSE(findings.front().mend.empty());
    for (const Finding& each : findings) {
      EXPECT_EQ((each.text + each.mend).find(text), std::string::npos) << "shows the password";
    }
    return findings.front();
  }
  void give_own(PasswordUse use, std::string_view text) {
    attestation::give_own(vault_, *member_, use, text);
  }

  TestVault vault_;
  MemberPasswordAttestor attestor_{vault_, {}};
  std::vector<domain::Enrollment> candidates_ = {make_password_group(vault_)};
  std::vector<domain::Enrollment> same_scope_;
  std::vector<domain::Enrollment> other_scopes_;
  std::optional<domain::Member> member_ = make_member(candidates_.front());
  std::vector<domain::Member> roster_;
  std::size_t budget_ = 1'000;
};

TEST_F(PasswordRivalsTest, ControlPasswordWhereTheEnrolPasswordBelongs) {
  give_own(PasswordUse::kEnroll, "enrollpw");
  give_own(PasswordUse::kControl, "ctrlpw");
  const Finding finding = top(PasswordUse::kEnroll, "ctrlpw");
  EXPECT_EQ(finding.cause, Cause::kPasswordOfOtherUse);
  EXPECT_EQ(finding.text,
            "What was sent is the control password of 'SN0001' of group "
            "'mod-588acc123945ec8436bde3aa', where its enrol password is asked for.");
  EXPECT_EQ(top(PasswordUse::kControl, "enrollpw").cause, Cause::kPasswordOfOtherUse);
}

TEST_F(PasswordRivalsTest, OwnPasswordInsteadOfADerivedOneOfTheOtherUse) {
  give_own(PasswordUse::kControl, "ctrlpw");
  EXPECT_EQ(top(PasswordUse::kEnroll, "ctrlpw").cause, Cause::kPasswordOfOtherUse);
}

TEST_F(PasswordRivalsTest, OtherOrderIsLikelierThanTheOtherUseOfWhichItHasTheText) {
  const std::vector<Finding> findings = rivals(PasswordUse::kEnroll, kSerialThenSecret);
  ASSERT_EQ(findings.size(), 2U);
  EXPECT_EQ(findings[0].cause, Cause::kPasswordOtherOrder);
  EXPECT_EQ(findings[0].text,
            "The enrol password of 'SN0001' of group 'mod-588acc123945ec8436bde3aa' was derived "
            "with the serial first; the group has the secret first.");
  EXPECT_NE(findings[0].mend.find("--order serial-first"), std::string::npos);
  EXPECT_EQ(findings[1].cause, Cause::kPasswordOfOtherUse);
}

TEST_F(PasswordRivalsTest, OtherOrderOfAControlPasswordIsSaidTheOtherWayRound) {
  passwords_of(candidates_.front()).order = DerivationOrder::kNameFirst;
  const Finding finding = top(PasswordUse::kControl, kSerialThenSecret);
  EXPECT_EQ(finding.cause, Cause::kPasswordOtherOrder);
  EXPECT_NE(finding.text.find("was derived with the serial first; the group has the secret first"),
            std::string::npos)
      << finding.text;
  EXPECT_NE(finding.mend.find("--order secret-first"), std::string::npos);
}

TEST_F(PasswordRivalsTest, OtherOrderIsNotBlamedWhenTheMemberHasItsOwn) {
  give_own(PasswordUse::kEnroll, "enrollpw");
  give_own(PasswordUse::kControl, "ctrlpw");
  EXPECT_EQ(top(PasswordUse::kEnroll, kSerialThenSecret).cause, Cause::kPasswordNotDerived);
  EXPECT_EQ(top(PasswordUse::kEnroll, kSecretThenSerial).cause, Cause::kPasswordNotDerived);
}

TEST_F(PasswordRivalsTest, RightPasswordButForItsSpelling) {
  give_own(PasswordUse::kEnroll, "enrollPw1+/x");
  struct Slip {
    std::string_view sent;
    std::string_view said;
  };
  const Slip slips[] = {
      {"enrollPw1+/x\n", "white space around it"},
      {"  enrollPw1+/x\r\n", "white space around it"},
      {"\"enrollPw1+/x\"", "in quotes"},
      {"'enrollPw1+/x'", "in quotes"},
      {" \"enrollPw1+/x\" \n", "in quotes and with white space"},
      {"ENROLLpW1+/X", "exchanged"},
      {"EnrollPw1+/x", "its first letter"},
      {"enrollPw1 /x", "a blank for each plus sign"},
      {"enrollPw1-_x", "alphabet of URLs"},
      {"enrollPw1+\\/x", "backslashes"},
      {"enrollPw1%2B%2Fx", "per cent escapes"},
      {"ZW5yb2xsUHcxKy94", "encoded as base64"},
      {"656e726f6c6c5077312b2f78", "encoded in hexadecimal"},
  };
  for (const Slip& slip : slips) {
    const Finding finding = top(PasswordUse::kEnroll, slip.sent);
    EXPECT_EQ(finding.cause, Cause::kPasswordSpelling) << slip.sent;
    EXPECT_NE(finding.text.find(slip.said), std::string::npos) << finding.text;
  }
}

TEST_F(PasswordRivalsTest, PasswordsOfOneCaseSentInTheOther) {
  give_own(PasswordUse::kEnroll, "enrollpw");
  EXPECT_EQ(top(PasswordUse::kEnroll, "ENROLLPW").cause, Cause::kPasswordSpelling);
  EXPECT_EQ(top(PasswordUse::kEnroll, "EnrollPW").cause, Cause::kPasswordSpelling);
  give_own(PasswordUse::kEnroll, "ENROLLPW");
  EXPECT_EQ(top(PasswordUse::kEnroll, "Enrollpw").cause, Cause::kPasswordSpelling);
}

TEST_F(PasswordRivalsTest, WhiteSpaceThatWasStoredWithThePassword) {
  give_own(PasswordUse::kEnroll, "enrollpw\r");
  const Finding finding = top(PasswordUse::kEnroll, "enrollpw");
  EXPECT_EQ(finding.cause, Cause::kPasswordSpelling);
  EXPECT_NE(finding.text.find("stored with it"), std::string::npos);
}

TEST_F(PasswordRivalsTest, DerivedPasswordButForItsEncoding) {
  const Finding unpadded = top(PasswordUse::kEnroll, "4AI52Od5p2v+YFAJtyTuvzYKEHQ");
  EXPECT_EQ(unpadded.cause, Cause::kPasswordSpelling);
  EXPECT_NE(unpadded.text.find("without the equals sign"), std::string::npos);
  const Finding hex = top(PasswordUse::kEnroll, "e00239d8e779a76bfe605009b724eebf360a1074");
  EXPECT_EQ(hex.cause, Cause::kPasswordSpelling);
  EXPECT_NE(hex.text.find("in hexadecimal instead of base64"), std::string::npos);
}

TEST_F(PasswordRivalsTest, SecretOfTheGroupItself) {
  EXPECT_EQ(top(PasswordUse::kEnroll, kGroupSecret).cause, Cause::kGroupKeyUnderived);
}

TEST_F(PasswordRivalsTest, DerivedForTheSerialInAnotherCase) {
  const Secret lower = derived_password({kGroupSecret, DerivationOrder::kSecretFirst}, "sn0001",
                                        PasswordUse::kEnroll);
  const Finding finding = top(PasswordUse::kEnroll, lower.text());
  EXPECT_EQ(finding.cause, Cause::kWrongCaseId);
  EXPECT_NE(finding.text.find("'sn0001'"), std::string::npos);
}

TEST_F(PasswordRivalsTest, PasswordOfAnotherMemberOfTheRoster) {
  roster_ = {*member_, make_member(candidates_.front(), "SN0002"),
             make_member(candidates_.front(), "SN0003")};
  attestation::give_own(vault_, roster_[1], PasswordUse::kEnroll, "second's");
  const Finding own = top(PasswordUse::kEnroll, "second's");
  EXPECT_EQ(own.cause, Cause::kPasswordOfOtherMember);
  EXPECT_NE(own.text.find("'SN0002'"), std::string::npos);
  const Secret third = derived_password({kGroupSecret, DerivationOrder::kSecretFirst}, "SN0003",
                                        PasswordUse::kEnroll);
  EXPECT_EQ(top(PasswordUse::kEnroll, third.text()).cause, Cause::kPasswordOfOtherMember);
}

TEST_F(PasswordRivalsTest, DerivedFromTheSecretOfAnotherGroup) {
  same_scope_ = {candidates_.front(), make_password_group(vault_, "mod-000000000000000000000002")};
  set_secret(vault_, same_scope_[1], "t0ps3cr3t");
  const Secret sent =
      derived_password({"t0ps3cr3t", DerivationOrder::kSecretFirst}, kSerial, PasswordUse::kEnroll);
  const Finding finding = top(PasswordUse::kEnroll, sent.text());
  EXPECT_EQ(finding.cause, Cause::kKeyOfOtherEnrollment);
  EXPECT_NE(finding.text.find("mod-000000000000000000000002"), std::string::npos);
}

TEST_F(PasswordRivalsTest, DerivedFromTheSecretOfAnotherScopesGroupNamesTheScopeAlone) {
  other_scopes_ = {make_password_group(vault_, "mod-000000000000000000000002", "0ne00000002")};
  set_secret(vault_, other_scopes_[0], "t0ps3cr3t");
  const Secret sent =
      derived_password({"t0ps3cr3t", DerivationOrder::kSecretFirst}, kSerial, PasswordUse::kEnroll);
  const Finding finding = top(PasswordUse::kEnroll, sent.text());
  EXPECT_EQ(finding.cause, Cause::kKeyOfOtherScope);
  EXPECT_EQ(finding.text.find("mod-000000000000000000000002"), std::string::npos);
  EXPECT_NE(finding.text.find("0ne00000002"), std::string::npos);
}

TEST_F(PasswordRivalsTest, AnythingElseIsNotExplained) {
  roster_ = {make_member(candidates_.front(), "SN0002")};
  EXPECT_TRUE(rivals(PasswordUse::kEnroll, "something else").empty());
  EXPECT_TRUE(rivals(PasswordUse::kEnroll, "").empty());
  EXPECT_TRUE(rivals(PasswordUse::kControl, std::string(10'000, 'x')).empty());
}

TEST_F(PasswordRivalsTest, MemberWithoutAPasswordIsNotExplainedByGuesses) {
  passwords_of(candidates_.front()).derivation_secret.reset();
  EXPECT_TRUE(rivals(PasswordUse::kEnroll, kSecretThenSerial).empty());
  EXPECT_TRUE(rivals(PasswordUse::kEnroll, "").empty());
}

TEST_F(PasswordRivalsTest, TestsEndWithTheBudget) {
  for (int i = 0; i < 50; ++i) {
    roster_.push_back(make_member(candidates_.front(), "SN1" + std::to_string(i)));
  }
  const Secret last = derived_password({kGroupSecret, DerivationOrder::kSecretFirst}, "SN149",
                                       PasswordUse::kEnroll);
  EXPECT_EQ(top(PasswordUse::kEnroll, last.text()).cause, Cause::kPasswordOfOtherMember);
  budget_ = 30;
  EXPECT_TRUE(rivals(PasswordUse::kEnroll, last.text()).empty());
  budget_ = 0;
  EXPECT_TRUE(rivals(PasswordUse::kEnroll, kSerialThenSecret).empty());
}

TEST_F(PasswordRivalsTest, OtherReasonsAndUnlistedNamesAreLeftToOthers) {
  const domain::Claim claim = make_password_claim(PasswordUse::kEnroll, kSerialThenSecret);
  for (const Reason reason : domain::kReasons) {
    EXPECT_EQ(rivals(claim, reason).empty(), reason != Reason::kProofRejected);
  }
  member_.reset();
  EXPECT_TRUE(rivals(claim).empty());
}

TEST_F(PasswordRivalsTest, OperatorsWordThatCameTooLate) {
  domain::Claim claim = make_password_claim(PasswordUse::kEnroll, "");
  claim.evidence = domain::Voucher{"1.0.a"};
  const std::vector<Finding> findings = rivals(claim, Reason::kProofExpired);
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].cause, Cause::kTokenReused);
  EXPECT_TRUE(rivals(claim, Reason::kProofRejected).empty());
}

}  // namespace
}  // namespace berth::attestation
