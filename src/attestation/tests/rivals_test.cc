#include "attestation/tests/bench.h"

#include <gtest/gtest.h>

#include <functional>

namespace berth::attestation {
namespace {

using domain::Cause;
using domain::Enrollment;
using domain::EnrollmentKind;
using domain::Finding;
using domain::Reason;
using Bytes = std::span<const std::uint8_t>;

constexpr std::int64_t kNow = 1'899'996'400;
constexpr std::int64_t kExpiry = 1'900'000'000;
constexpr std::string_view kThirdKey = "qqqqqqqqqqqqqqqqqqqqqg==";

Secret text_of(Bytes key) { return base::base64_encode_secret(key); }
Secret with(const Secret& key, std::string_view suffix) {
  std::string text(key.text());
  text += suffix;
  return Secret::from_text(text);
}
Secret derive(Bytes key, std::string_view id) { return crypto::derive_device_key(key, id); }

class RivalsTest : public testing::Test {
 protected:
  RivalsTest()
      : group_(make_enrollment(vault_, {EnrollmentKind::kGroup, "line-7"}, decoded(kCountingKey),
                               decoded(kTextKey))),
        individual_(make_enrollment(vault_, {EnrollmentKind::kIndividual, "device-01"},
                                    decoded(kThirdKey), decoded(kTextKey))) {}

  domain::Claim claim(const Secret& key, TokenSpec spec = {}) {
    if (spec.expiry == 0) spec.expiry = kExpiry;
    return make_claim(spec, key.bytes());
  }
  std::vector<Finding> rivals(const domain::Claim& of, Reason reason, std::size_t budget = 10'000) {
    return attestor_.rivals({of,
                             of.registration_id,
                             reason,
                             base::from_unix_seconds(kNow),
                             current_,
                             candidates_,
                             same_scope_,
                             other_scopes_,
                             member_,
                             {}},
                            budget);
  }
  // The top cause, or unexplained; fails the test when it is not proven.
  Cause top(const domain::Claim& of, Reason reason = Reason::kProofRejected) {
    const std::vector<Finding> findings = rivals(of, reason);
    if (findings.empty()) return Cause::kUnexplained;
    EXPECT_TRUE(findings.front().proven);
    EXPECT_FALSE(findings.front().text.empty());
    EXPECT_FALSE(findings.front().mend.empty());
    return findings.front().cause;
  }
  void in_group() {
    candidates_ = {group_};
    same_scope_ = {group_};
  }
  void as_individual() { candidates_ = {individual_}; }

  TestVault vault_;
  SymmetricKeyAttestor attestor_{vault_, {}};
  Enrollment group_;
  Enrollment individual_;
  std::optional<domain::Registration> current_;
  std::vector<Enrollment> candidates_;
  std::vector<Enrollment> same_scope_;
  std::vector<Enrollment> other_scopes_;
  std::optional<domain::Member> member_;
};

TEST_F(RivalsTest, GroupKeyUnderivedInEitherSlotDecodedOrNot) {
  in_group();
  EXPECT_EQ(top(claim(decoded(kCountingKey))), Cause::kGroupKeyUnderived);
  EXPECT_EQ(top(claim(Secret::from_text(kCountingKey))), Cause::kGroupKeyUnderived);
  const auto findings = rivals(claim(decoded(kTextKey)), Reason::kNotEnrolled);
  ASSERT_FALSE(findings.empty());
  EXPECT_EQ(findings[0].cause, Cause::kGroupKeyUnderived);
  EXPECT_NE(findings[0].text.find("secondary key of group 'line-7'"), std::string::npos);
  EXPECT_NE(findings[0].mend.find("berth key derive"), std::string::npos);
}

TEST_F(RivalsTest, IndividualKeyDerived) {
  as_individual();
  EXPECT_EQ(top(claim(derive(decoded(kThirdKey).bytes(), "device-01"))),
            Cause::kIndividualKeyDerived);
}

TEST_F(RivalsTest, WrongCaseId) {
  in_group();
  for (const char* spelling : {"DEVICE-01", "Device-01"}) {
    EXPECT_EQ(top(claim(derive(decoded(kCountingKey).bytes(), spelling))), Cause::kWrongCaseId)
        << spelling;
  }
  TokenSpec mixed;
  mixed.resource = "0ne00ABCDEF%2Fregistrations%2FdeVice-01";
  EXPECT_EQ(top(claim(derive(decoded(kCountingKey).bytes(), "deVice-01"), mixed)),
            Cause::kWrongCaseId);
}

TEST_F(RivalsTest, KeyTextNotDecoded) {
  as_individual();
  EXPECT_EQ(top(claim(Secret::from_text(kThirdKey))), Cause::kKeyTextNotDecoded);
  in_group();
  const Secret device_key = derive(decoded(kCountingKey).bytes(), "device-01");
  EXPECT_EQ(top(claim(text_of(device_key.bytes()))), Cause::kKeyTextNotDecoded);
  const Secret from_text = derive(base::as_bytes(kCountingKey), "device-01");
  EXPECT_EQ(top(claim(from_text)), Cause::kKeyTextNotDecoded);
  EXPECT_EQ(top(claim(text_of(from_text.bytes()))), Cause::kKeyTextNotDecoded);
}

TEST_F(RivalsTest, KeyStoredEncodedTwice) {
  candidates_ = {make_enrollment(vault_, {EnrollmentKind::kIndividual, "device-01"},
                                 Secret::from_text(kThirdKey), decoded(kTextKey))};
  EXPECT_EQ(top(claim(decoded(kThirdKey))), Cause::kKeyStoredEncodedTwice);
  candidates_ = {make_enrollment(vault_, {EnrollmentKind::kGroup, "line-7"},
                                 Secret::from_text(kThirdKey), decoded(kTextKey))};
  EXPECT_EQ(top(claim(derive(decoded(kThirdKey).bytes(), "device-01"))),
            Cause::kKeyStoredEncodedTwice);
}

TEST_F(RivalsTest, KeyHasWhitespace) {
  as_individual();
  EXPECT_EQ(top(claim(with(decoded(kThirdKey), "\n"))), Cause::kKeyHasWhitespace);
  EXPECT_EQ(top(claim(with(Secret::from_text(kThirdKey), "\r\n"))), Cause::kKeyHasWhitespace);
  in_group();
  EXPECT_EQ(top(claim(derive(decoded(kCountingKey).bytes(), "device-01\n"))),
            Cause::kKeyHasWhitespace);
  EXPECT_EQ(top(claim(derive(with(decoded(kCountingKey), "\n").bytes(), "device-01"))),
            Cause::kKeyHasWhitespace);
  candidates_ = {make_enrollment(vault_, {EnrollmentKind::kIndividual, "device-01"},
                                 with(decoded(kThirdKey), "\n"), decoded(kTextKey))};
  EXPECT_EQ(top(claim(decoded(kThirdKey))), Cause::kKeyHasWhitespace);
}

TEST_F(RivalsTest, DerivedForOtherId) {
  in_group();
  EXPECT_EQ(top(claim(derive(decoded(kCountingKey).bytes(), "line-7"))), Cause::kDerivedForOtherId);
  EXPECT_EQ(
      top(claim(derive(decoded(kCountingKey).bytes(), "0ne00ABCDEF/registrations/device-01"))),
      Cause::kDerivedForOtherId);
}

TEST_F(RivalsTest, KeyOfOtherEnrollmentAndIdSpelling) {
  as_individual();
  const Enrollment other = make_enrollment(vault_, {EnrollmentKind::kIndividual, "pump-9"},
                                           decoded(kCountingKey), decoded(kTextKey));
  const Enrollment near = make_enrollment(vault_, {EnrollmentKind::kIndividual, "devcie-01"},
                                          decoded(kCountingKey), decoded(kTextKey));
  same_scope_ = {other};
  EXPECT_EQ(top(claim(decoded(kCountingKey))), Cause::kKeyOfOtherEnrollment);
  same_scope_ = {near};
  EXPECT_EQ(top(claim(decoded(kCountingKey))), Cause::kIdSpelling);
}

TEST_F(RivalsTest, KeyOfOtherScopeNamesNothingButTheScope) {
  as_individual();
  other_scopes_ = {make_enrollment(vault_, {EnrollmentKind::kGroup, "secret-line", "0ne00999999"},
                                   decoded(kCountingKey), decoded(kTextKey))};
  const auto findings =
      rivals(claim(derive(decoded(kCountingKey).bytes(), "device-01")), Reason::kProofRejected);
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].cause, Cause::kKeyOfOtherScope);
  EXPECT_NE(findings[0].text.find("0ne00999999"), std::string::npos);
  EXPECT_EQ(findings[0].text.find("secret-line"), std::string::npos);
}

TEST_F(RivalsTest, ScopeSpelling) {
  other_scopes_ = {group_};
  TokenSpec spec;
  spec.scope = "0ne00ABCDFE";
  EXPECT_EQ(
      top(claim(derive(decoded(kCountingKey).bytes(), "device-01"), spec), Reason::kScopeUnknown),
      Cause::kScopeSpelling);
}

TEST_F(RivalsTest, RetiredKeyWithItsDate) {
  domain::RetiredKey retired;
  retired.slot = domain::KeySlot::kSecondary;
  retired.retired_at = *base::parse_utc("2030-01-02T03:04:05Z");
  retired.key =
      vault_.seal(decoded(kCountingKey),
                  domain::key_context(individual_.scope, individual_.kind, individual_.id));
  std::get<domain::SymmetricKeys>(individual_.attestation).retired = {retired};
  as_individual();
  const auto findings = rivals(claim(decoded(kCountingKey)), Reason::kProofRejected);
  ASSERT_FALSE(findings.empty());
  EXPECT_EQ(findings[0].cause, Cause::kRetiredKey);
  EXPECT_NE(findings[0].text.find("secondary"), std::string::npos);
  EXPECT_NE(findings[0].text.find("2030-01-02T03:04:05Z"), std::string::npos);
}

TEST_F(RivalsTest, IndividualShadowsGroupUnlessTheGroupWasFirst) {
  as_individual();
  same_scope_ = {group_};
  const domain::Claim by_group = claim(derive(decoded(kCountingKey).bytes(), "device-01"));
  EXPECT_EQ(top(by_group), Cause::kIndividualShadowsGroup);
  current_.emplace();
  current_->id = *domain::RegistrationId::parse("device-01");
  current_->enrollment = {EnrollmentKind::kGroup, *domain::EnrollmentId::parse("LINE-7")};
  EXPECT_EQ(top(by_group), Cause::kGroupShadowsIndividual);
}

TEST_F(RivalsTest, SignedDecodedOrLowerCaseResource) {
  as_individual();
  const std::string tail = "\n" + std::to_string(kExpiry);
  for (const char* text :
       {"0ne00ABCDEF/registrations/device-01", "0ne00abcdef%2fregistrations%2fdevice-01",
        "0ne00ABCDEF%2fregistrations%2fdevice-01", "0ne00abcdef%2Fregistrations%2Fdevice-01",
        "0ne00ABCDEF%252Fregistrations%252Fdevice-01"}) {
    TokenSpec spec;
    spec.signed_text = text + tail;
    EXPECT_EQ(top(claim(decoded(kThirdKey), spec)), Cause::kSignedDecodedResource) << text;
  }
}

TEST_F(RivalsTest, SignedWithoutExpiryOrItsLineBreak) {
  as_individual();
  const std::string resource = "0ne00ABCDEF%2Fregistrations%2Fdevice-01";
  const std::string expiry = std::to_string(kExpiry);
  for (const std::string& text :
       {resource, resource + "\n", resource + expiry, resource + "\\n" + expiry,
        resource + "\r\n" + expiry, resource + "\n" + expiry + "\n"}) {
    TokenSpec spec;
    spec.signed_text = text;
    EXPECT_EQ(top(claim(decoded(kThirdKey), spec)), Cause::kSignedWithoutExpiry) << text;
  }
}

TEST_F(RivalsTest, SignatureEncoding) {
  as_individual();
  const domain::Claim good = claim(decoded(kThirdKey));
  const base::Bytes mac = std::get<domain::MacOverText>(good.evidence).mac;
  const std::string base64 = base::base64_encode(mac);
  std::string url_safe = base64;
  for (char& c : url_safe) c = c == '+' ? '-' : c == '/' ? '_' : c;
  std::string blanks = base64;
  for (char& c : blanks) c = c == '+' ? ' ' : c;
  const std::string forms[] = {base::hex_encode(mac),
                               base::ascii_upper(base::hex_encode(mac)),
                               url_safe.substr(0, url_safe.size() - 1),
                               base64.substr(0, base64.size() - 1),
                               blanks,
                               base::percent_encode(base64),
                               base::base64_encode(base::as_bytes(base64)),
                               base64 + "\n"};
  for (const std::string& form : forms) {
    domain::Claim bad = good;
    auto& evidence = std::get<domain::MacOverText>(bad.evidence);
    evidence.mac.clear();
    evidence.raw_signature = form;
    EXPECT_EQ(top(bad, Reason::kProofMalformed), Cause::kSignatureEncoding) << form;
  }
  // Hexadecimal happens to be base64 of 48 bytes.
  domain::Claim hex = good;
  std::get<domain::MacOverText>(hex.evidence).mac = *base::base64_decode(base::hex_encode(mac));
  EXPECT_EQ(top(hex, Reason::kProofMalformed), Cause::kSignatureEncoding);
}

TEST_F(RivalsTest, SignatureEncodingOfAWrongKeyIsNotProven) {
  as_individual();
  domain::Claim bad = claim(decoded(kCountingKey));
  auto& evidence = std::get<domain::MacOverText>(bad.evidence);
  evidence.raw_signature = base::hex_encode(evidence.mac);
  evidence.mac.clear();
  const auto findings = rivals(bad, Reason::kProofMalformed);
  ASSERT_FALSE(findings.empty());
  EXPECT_FALSE(findings[0].proven);
  EXPECT_TRUE(rivals(claim(decoded(kCountingKey)), Reason::kProofRejected).empty());
}

TEST_F(RivalsTest, ClockBehindWhenTheExpiryIsBeforeAnyPlausibleTime) {
  as_individual();
  for (const std::int64_t expiry : {0LL, 3600LL, 946'688'400LL}) {
    TokenSpec spec;
    spec.expiry = expiry == 0 ? 1 : expiry;
    EXPECT_EQ(top(claim(decoded(kThirdKey), spec), Reason::kProofExpired), Cause::kClockBehind);
  }
}

TEST_F(RivalsTest, TokenReusedWhenItWasGoodAtTheLastRegistration) {
  as_individual();
  TokenSpec spec;
  spec.expiry = kNow - 7200;
  const domain::Claim old = claim(decoded(kThirdKey), spec);
  EXPECT_EQ(rivals(old, Reason::kProofExpired).front().cause, Cause::kClockBehind);
  current_.emplace();
  current_->updated_at = base::from_unix_seconds(kNow - 9000);
  EXPECT_EQ(top(old, Reason::kProofExpired), Cause::kTokenReused);
  current_->updated_at = base::from_unix_seconds(kNow - 60);
  EXPECT_EQ(rivals(old, Reason::kProofExpired).front().cause, Cause::kClockBehind);
}

TEST_F(RivalsTest, ExpiryInMillisecondsOrClockAhead) {
  as_individual();
  TokenSpec spec;
  spec.expiry = kExpiry * 1000;
  EXPECT_EQ(top(claim(decoded(kThirdKey), spec), Reason::kProofExpiryTooFar),
            Cause::kExpiryInMilliseconds);
  spec.expiry = kNow + 20LL * 365 * 24 * 3600;
  const auto findings = rivals(claim(decoded(kThirdKey), spec), Reason::kProofExpiryTooFar);
  ASSERT_FALSE(findings.empty());
  EXPECT_EQ(findings[0].cause, Cause::kClockAhead);
}

TEST_F(RivalsTest, TokenForOtherScopeDeviceOrHub) {
  as_individual();
  same_scope_ = {group_};
  TokenSpec spec;
  spec.resource = "0ne00111111%2Fregistrations%2Fdevice-01";
  EXPECT_EQ(top(claim(decoded(kThirdKey), spec), Reason::kProofAudienceMismatch),
            Cause::kTokenForOtherScope);
  spec.resource = "0ne00ABCDEF%2Fregistrations%2Fdevice-02";
  EXPECT_EQ(top(claim(decoded(kThirdKey), spec), Reason::kProofAudienceMismatch),
            Cause::kTokenForOtherDevice);
  const auto wholly = rivals(claim(derive(decoded(kCountingKey).bytes(), "device-02"), spec),
                             Reason::kProofAudienceMismatch);
  ASSERT_EQ(wholly.size(), 2U);
  EXPECT_EQ(wholly[0].cause, Cause::kTokenForOtherDevice);
  EXPECT_EQ(wholly[1].cause, Cause::kDerivedForOtherId);
  EXPECT_TRUE(wholly[1].proven);
  spec.resource = "hub-a.example%2Fdevices%2Fdevice-01";
  EXPECT_EQ(top(claim(decoded(kThirdKey), spec), Reason::kProofAudienceMismatch),
            Cause::kTokenForHub);
}

TEST_F(RivalsTest, UnknownKeysAreUnexplainedAndTheBudgetHolds) {
  in_group();
  const Secret stranger = Secret::from_text("0123456789abcdef0123456789abcdef");
  EXPECT_EQ(top(claim(stranger)), Cause::kUnexplained);
  EXPECT_TRUE(rivals(claim(decoded(kCountingKey)), Reason::kProofRejected, 0).empty());
  // The first test finds it.
  EXPECT_FALSE(rivals(claim(decoded(kCountingKey)), Reason::kProofRejected, 1).empty());
}

TEST_F(RivalsTest, FindingsHoldNoKey) {
  in_group();
  for (const auto& finding : rivals(claim(decoded(kCountingKey)), Reason::kProofRejected)) {
    EXPECT_EQ(finding.text.find(kCountingKey.substr(0, 16)), std::string::npos);
    EXPECT_EQ(finding.mend.find(kCountingKey.substr(0, 16)), std::string::npos);
  }
}

}  // namespace
}  // namespace berth::attestation
