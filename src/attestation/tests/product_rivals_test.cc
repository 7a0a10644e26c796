#include "attestation/product_secret.h"
#include "attestation/tests/member_bench.h"

#include <gtest/gtest.h>

namespace berth::attestation {
namespace {

using domain::Cause;
using domain::Finding;
using domain::MacAlgorithm;
using domain::Reason;
using domain::SignedText;

class ProductRivalsTest : public testing::Test {
 protected:
  std::vector<Finding> rivals(SignedText proof, Reason reason, std::size_t budget = 20'000) {
    const domain::Claim claim = make_member_claim(std::move(proof));
    return attestor_.rivals({claim,
                             claim.registration_id,
                             reason,
                             base::from_unix_seconds(kMadeAt),
                             current_,
                             candidates_,
                             same_scope_,
                             other_scopes_,
                             member_,
                             {}},
                            budget);
  }
  // The first finding; fails the test when it is not proven.
  Finding top(SignedText proof, Reason reason = Reason::kProofRejected) {
    const std::vector<Finding> findings = rivals(std::move(proof), reason);
    if (findings.empty()) return {};
    EXPECT_TRUE(findings.front().proven) << findings.front().text;
    EXPECT_FALSE(findings.front().text.empty());
    EXPECT_FALSE(findings.front().mend.empty());
    EXPECT_EQ(findings.front().text.find(kProductSecret), std::string::npos);
    EXPECT_EQ(findings.front().mend.find(kProductSecret), std::string::npos);
    return findings.front();
  }
  Finding with_key(std::string_view key) { return top(make_signed({}, base::as_bytes(key))); }
  Finding with_text(std::string signed_text, std::string text = std::string(kMemberText)) {
    SignedSpec spec;
    spec.text = std::move(text);
    spec.signed_text = std::move(signed_text);
    return top(make_signed(spec, base::as_bytes(kProductSecret)));
  }
  // A signature that the dialect could not read.
  Finding sent_as(std::string raw, MacAlgorithm expected = MacAlgorithm::kHmacSha1) {
    SignedText proof =
        make_signed({expected, std::string(kMemberText), {}}, base::as_bytes(kProductSecret));
    proof.mac.clear();
    proof.raw_signature = std::move(raw);
    return top(std::move(proof), Reason::kProofMalformed);
  }
  static base::Bytes right_mac(MacAlgorithm algorithm = MacAlgorithm::kHmacSha1) {
    return mac_of(algorithm, base::as_bytes(kProductSecret), kMemberText);
  }
  static std::string base64_of(std::string_view text) {
    return base::base64_encode(base::as_bytes(text));
  }
  domain::ProductSecret& secret() { return secret_of(candidates_.front()); }

  TestVault vault_;
  ProductSecretAttestor attestor_{vault_, {}};
  std::optional<domain::Registration> current_;
  std::optional<domain::Member> member_;
  std::vector<domain::Enrollment> candidates_ = {make_product(vault_, kProduct, kProductSecret)};
  std::vector<domain::Enrollment> same_scope_;
  std::vector<domain::Enrollment> other_scopes_;
};

TEST_F(ProductRivalsTest, PreviousSecretAfterItsOverlap) {
  secret().previous = seal_for(vault_, candidates_.front(), kOtherSecret);
  secret().previous_until = base::from_unix_seconds(kMadeAt - 60);
  const Finding found = with_key(kOtherSecret);
  EXPECT_EQ(found.cause, Cause::kSecretEnded);
  EXPECT_NE(found.text.find("until 2026-11-21T22:33:54Z"), std::string::npos) << found.text;
  EXPECT_EQ(found.mend,
            "berth product show --id-scope 0ne00ABCDEF --product-id S3EUVBRJLB --show-keys");
}

TEST_F(ProductRivalsTest, RetiredSecret) {
  secret().retired.push_back({seal_for(vault_, candidates_.front(), kOtherSecret),
                              domain::KeySlot::kPrimary, base::from_unix_seconds(kMadeAt - 9)});
  EXPECT_EQ(with_key(kOtherSecret).cause, Cause::kSecretEnded);
}

TEST_F(ProductRivalsTest, SecretOfAnotherGroupIsNamedOnlyInTheSameScope) {
  same_scope_ = {candidates_.front(), make_product(vault_, "OTHERPROD1", kOtherSecret)};
  Finding found = with_key(kOtherSecret);
  EXPECT_EQ(found.cause, Cause::kKeyOfOtherEnrollment);
  EXPECT_NE(found.text.find("'OTHERPROD1'"), std::string::npos);
  same_scope_.clear();
  other_scopes_ = {make_product(vault_, "OTHERPROD1", kOtherSecret, "0ne00FFFFFF")};
  found = with_key(kOtherSecret);
  EXPECT_EQ(found.cause, Cause::kKeyOfOtherScope);
  EXPECT_EQ(found.text.find("OTHERPROD1"), std::string::npos);
  EXPECT_NE(found.text.find("0ne00FFFFFF"), std::string::npos);
}

TEST_F(ProductRivalsTest, SecretCut) {
  const Finding found = with_key(kProductSecret.substr(0, 16));
  EXPECT_EQ(found.cause, Cause::kSecretCut);
  EXPECT_NE(found.text.find("first 16 characters"), std::string::npos);
  EXPECT_EQ(with_key(kProductSecret.substr(0, 23)).cause, Cause::kSecretCut);
}

TEST_F(ProductRivalsTest, SecretDecodedOrEncoded) {
  EXPECT_EQ(top(make_signed({}, decoded(kProductSecret).bytes())).cause, Cause::kSecretDecoded);
  EXPECT_EQ(with_key(base64_of(kProductSecret)).cause, Cause::kSecretDecoded);
}

TEST_F(ProductRivalsTest, SecretWithSomethingAroundIt) {
  const std::string secret(kProductSecret);
  for (const std::string& key :
       {secret + "\n", secret + "\r\n", secret + " ", "\"" + secret + "\""}) {
    EXPECT_EQ(with_key(key).cause, Cause::kKeyHasWhitespace) << base::printable(key);
  }
}

TEST_F(ProductRivalsTest, TextWithLineEnd) {
  using namespace std::string_literals;
  const std::string text(kMemberText);
  for (const std::string& end : {"\n"s, "\r\n"s, "\0"s}) {
    EXPECT_EQ(with_text(text + end).cause, Cause::kTextWithLineEnd);
  }
}

TEST_F(ProductRivalsTest, FieldsInAnyOtherOrder) {
  for (const char* text :
       {"productId=S3EUVBRJLB&deviceName=dev_keynotls&nonce=1327088122&timestamp=1795300494",
        "timestamp=1795300494&productId=S3EUVBRJLB&nonce=1327088122&deviceName=dev_keynotls",
        "deviceName=dev_keynotls&timestamp=1795300494&nonce=1327088122&productId=S3EUVBRJLB"}) {
    EXPECT_EQ(with_text(text).cause, Cause::kFieldsReordered) << text;
  }
}

TEST_F(ProductRivalsTest, ValuesUnderEachOthersNames) {
  const Finding found = with_text(
      "deviceName=dev_keynotls&nonce=1795300494&productId=S3EUVBRJLB&timestamp=1327088122");
  EXPECT_EQ(found.cause, Cause::kFieldsReordered);
  EXPECT_NE(found.text.find("values"), std::string::npos);
}

TEST_F(ProductRivalsTest, FieldsMissing) {
  for (const char* text : {"deviceName=dev_keynotls&nonce=1327088122&productId=S3EUVBRJLB",
                           "deviceName=dev_keynotls&productId=S3EUVBRJLB&timestamp=1795300494",
                           "deviceName=dev_keynotls",
                           "deviceName=dev_keynotlsnonce=1327088122productId=S3EUVBRJLBtimestamp="
                           "1795300494",
                           "dev_keynotls&1327088122&S3EUVBRJLB&1795300494"}) {
    EXPECT_EQ(with_text(text).cause, Cause::kFieldsMissing) << text;
  }
  EXPECT_NE(with_text("deviceName=dev_keynotls&productId=S3EUVBRJLB&timestamp=1795300494")
                .text.find("without 'nonce'"),
            std::string::npos);
}

TEST_F(ProductRivalsTest, ValuesPercentEncoded) {
  const std::string text = "deviceName=aa:bb&nonce=1&productId=S3EUVBRJLB&timestamp=17";
  for (const char* signed_text : {"deviceName=aa%3Abb&nonce=1&productId=S3EUVBRJLB&timestamp=17",
                                  "deviceName=aa%3abb&nonce=1&productId=S3EUVBRJLB&timestamp=17"}) {
    const Finding found = with_text(signed_text, text);
    EXPECT_EQ(found.cause, Cause::kSignedDecodedResource) << signed_text;
    EXPECT_NE(found.text.find("percent-encoded"), std::string::npos);
  }
}

TEST_F(ProductRivalsTest, NumbersOfAnotherSize) {
  const Finding found = with_text(
      "deviceName=dev_keynotls&nonce=1327088122&productId=S3EUVBRJLB&timestamp=1795300494000");
  EXPECT_EQ(found.cause, Cause::kSignedDecodedResource);
  EXPECT_NE(found.text.find("'timestamp' as 1795300494000"), std::string::npos) << found.text;
}

TEST_F(ProductRivalsTest, LinesOfATextThatIsMadeOfThem) {
  const std::string text = "POST\nhost\n/path\n\nhmacsha256\n17\n5\nabcdef";
  const std::pair<const char*, Cause> signed_texts[] = {
      {"POST\nhost\n/path\n\nhmacsha256\n17\n5\nabcdef\n", Cause::kTextWithLineEnd},
      {"POST\r\nhost\r\n/path\r\n\r\nhmacsha256\r\n17\r\n5\r\nabcdef", Cause::kTextWithLineEnd},
      {"POST\nhost\n/path\n\nhmacsha256\n5\n17\nabcdef", Cause::kFieldsReordered},
      {"POST\nhost\n/path\nhmacsha256\n17\n5\nabcdef", Cause::kFieldsMissing},
      {"POST\nhost\n/path\n\nhmacsha256\n17\n5", Cause::kFieldsMissing},
  };
  for (const auto& [signed_text, cause] : signed_texts) {
    EXPECT_EQ(with_text(signed_text, text).cause, cause) << signed_text;
  }
}

TEST_F(ProductRivalsTest, SignatureEncodedOtherwise) {
  const std::string hex = base::hex_encode(right_mac());
  const std::pair<std::string, std::string_view> sent[] = {
      {base::base64_encode(right_mac()), "the base64 text of its bytes"},
      {base64_of(hex), "the base64 text of its hexadecimal digits"},
      {base64_of(base::ascii_upper(hex)),
       "the base64 text of its hexadecimal digits in upper case"},
      {base64_of(hex + "\n"), "the base64 text of its hexadecimal digits and a line break"},
      {hex, "its hexadecimal digits"},
      {base::ascii_upper(hex), "its hexadecimal digits in upper case"},
      {base64_of(base::base64_encode(right_mac())), "base64 encoded twice"},
      {base::percent_encode(base::base64_encode(right_mac())), "percent-encoded base64"},
      {base::base64_encode(right_mac()) + "\n",
       "text with blanks, line breaks or quotation marks in it"},
  };
  for (const auto& [raw, what] : sent) {
    const Finding found = sent_as(raw);
    EXPECT_EQ(found.cause, Cause::kSignatureEncoding) << raw;
    EXPECT_NE(found.text.find("sent as " + std::string(what) + "."), std::string::npos)
        << found.text;
  }
}

TEST_F(ProductRivalsTest, OtherMacAlgorithmInAnyEncoding) {
  const base::Bytes longer = right_mac(MacAlgorithm::kHmacSha256);
  for (const std::string& raw :
       {base64_of(base::hex_encode(longer)), base::base64_encode(longer)}) {
    const Finding found = sent_as(raw);
    EXPECT_EQ(found.cause, Cause::kOtherMacAlgorithm);
    EXPECT_NE(found.text.find("with HMAC-SHA256, where HMAC-SHA1 is due"), std::string::npos);
  }
  EXPECT_EQ(sent_as(base::base64_encode(right_mac()), MacAlgorithm::kHmacSha256).cause,
            Cause::kOtherMacAlgorithm);
}

TEST_F(ProductRivalsTest, Md5IsToldByTheSizeOfTheMac) {
  const base::Bytes shorter = right_mac(MacAlgorithm::kHmacMd5);
  for (const std::string& raw : {base::hex_encode(shorter), base64_of(base::hex_encode(shorter)),
                                 base::base64_encode(shorter)}) {
    for (const MacAlgorithm due : {MacAlgorithm::kHmacSha1, MacAlgorithm::kHmacSha256}) {
      const Finding found = sent_as(raw, due);
      EXPECT_EQ(found.cause, Cause::kOtherMacAlgorithm) << raw;
      EXPECT_NE(found.text.find("with HMAC-MD5, where " + std::string(to_string(due)) + " is due"),
                std::string::npos)
          << found.text;
    }
  }
  EXPECT_EQ(sent_as(base::hex_encode(right_mac()), MacAlgorithm::kHmacMd5).cause,
            Cause::kOtherMacAlgorithm);
}

TEST_F(ProductRivalsTest, OddEncodingOfAWrongSignatureIsNotProven) {
  SignedText proof = make_signed({}, base::as_bytes("another secret"));
  proof.raw_signature = base::base64_encode(proof.mac);
  proof.mac.clear();
  const std::vector<Finding> findings = rivals(proof, Reason::kProofMalformed);
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings[0].cause, Cause::kSignatureEncoding);
  EXPECT_FALSE(findings[0].proven);
  proof.raw_signature = "rubbish";
  EXPECT_TRUE(rivals(proof, Reason::kProofMalformed).empty());
  proof.raw_signature = std::string(100'000, 'A');
  EXPECT_TRUE(rivals(proof, Reason::kProofMalformed).empty());
}

TEST_F(ProductRivalsTest, ClockReasons) {
  SignedText proof = make_signed({}, base::as_bytes(kProductSecret));
  const std::pair<std::int64_t, Cause> times[] = {
      {17, Cause::kClockBehind},
      {-5, Cause::kClockBehind},
      {kMadeAt - 3600, Cause::kClockBehind},
      {kMadeAt + 3600, Cause::kClockAhead},
      {kMadeAt * 1000 + 123, Cause::kExpiryInMilliseconds},
      {std::numeric_limits<std::int64_t>::max(), Cause::kClockAhead},
      {std::numeric_limits<std::int64_t>::min(), Cause::kClockBehind},
  };
  for (const auto& [made_at, cause] : times) {
    proof.made_at_seconds = made_at;
    const Finding found = top(proof, Reason::kClockOutOfWindow);
    EXPECT_EQ(found.cause, cause) << made_at;
  }
  proof.made_at_seconds.reset();
  const auto findings = rivals(proof, Reason::kClockOutOfWindow);
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_FALSE(findings[0].proven);
}

TEST_F(ProductRivalsTest, PreviousSecretInItsOverlapCountsAsRightForTheOtherMistakes) {
  secret().previous = seal_for(vault_, candidates_.front(), kOtherSecret);
  secret().previous_until = base::from_unix_seconds(kMadeAt + 60);
  SignedSpec spec;
  spec.signed_text = std::string(kMemberText) + "\n";
  const Finding found = top(make_signed(spec, base::as_bytes(kOtherSecret)));
  EXPECT_EQ(found.cause, Cause::kTextWithLineEnd);
  EXPECT_NE(found.text.find("previous product secret"), std::string::npos);
}

TEST_F(ProductRivalsTest, NothingFitsAForeignSecretAndTheBudgetIsKept) {
  const SignedText foreign = make_signed({}, base::as_bytes("a secret nobody knows"));
  EXPECT_TRUE(rivals(foreign, Reason::kProofRejected).empty());
  SignedSpec late;
  late.signed_text = std::string(kMemberText) + "\n";
  const SignedText mistaken = make_signed(late, base::as_bytes(kProductSecret));
  EXPECT_TRUE(rivals(mistaken, Reason::kProofRejected, 3).empty());
}

TEST_F(ProductRivalsTest, OtherReasonsAndOtherProofsAreNotItsOwn) {
  const SignedText right = make_signed({}, base::as_bytes(kProductSecret));
  EXPECT_TRUE(rivals(right, Reason::kMemberUnknown).empty());
  const domain::Claim claim = make_member_claim(domain::NoEvidence{});
  EXPECT_TRUE(attestor_
                  .rivals({claim,
                           claim.registration_id,
                           Reason::kProofRejected,
                           base::from_unix_seconds(kMadeAt),
                           current_,
                           candidates_,
                           same_scope_,
                           other_scopes_,
                           member_,
                           {}},
                          100)
                  .empty());
}

}  // namespace
}  // namespace berth::attestation
