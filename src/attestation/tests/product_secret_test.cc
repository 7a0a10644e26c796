#include "attestation/product_secret.h"

#include "attestation/tests/member_bench.h"

#include <gtest/gtest.h>

#include <limits>

namespace berth::attestation {
namespace {

using domain::Reason;
using domain::SignedText;
using provisioning::Attested;
using provisioning::Refusal;

class ProductSecretTest : public testing::Test {
 protected:
  Result<Attested, Refusal> attest(SignedText proof, std::int64_t now = kMadeAt) {
    const domain::Claim claim = make_member_claim(std::move(proof));
    const auto id = *domain::RegistrationId::parse(claim.registration_id);
    const domain::Enrollment* const candidates[] = {&group_};
    return attestor_.attest({claim, id, candidates, base::from_unix_seconds(now)});
  }
  Result<Attested, Refusal> attest_with(std::string_view secret, std::int64_t now = kMadeAt) {
    return attest(make_signed({}, base::as_bytes(secret)), now);
  }
  Reason refusal(SignedText proof, std::int64_t now = kMadeAt) {
    const auto attested = attest(std::move(proof), now);
    return attested ? Reason::kNone : attested.error().reason;
  }
  // The current secret becomes the previous one.
  void rotate(std::string_view to, std::int64_t until) {
    domain::ProductSecret& secret = secret_of(group_);
    secret.previous = secret.current;
    secret.previous_until = base::from_unix_seconds(until);
    secret.current = seal_for(vault_, group_, to);
  }

  TestVault vault_;
  ProductSecretAttestor attestor_{vault_, {}};
  domain::Enrollment group_ = make_product(vault_, kProduct, kProductSecret);
};

TEST_F(ProductSecretTest, CurrentSecretProvesTheRequestAndIsHandedOn) {
  const auto attested = attest_with(kProductSecret);
  ASSERT_TRUE(attested) << attested.error().expected;
  EXPECT_EQ(attested->candidate, 0U);
  EXPECT_EQ(attested->detail, "current product secret of group 'S3EUVBRJLB'");
  EXPECT_EQ(attested->proven_with.text(), kProductSecret);
  EXPECT_EQ(attested->derivation_id, "S3EUVBRJLBdev_keynotls");
}

TEST_F(ProductSecretTest, SignaturesOfTheProtocolsVectorsVerify) {
  struct Vector {
    std::string_view secret;
    std::string_view text;
    std::string_view mac;
  };
  const Vector vectors[] = {
      {kOtherSecret,
       "deviceName=device_1234&nonce=1439928322&productId=S3EUVBRJLB&timestamp=1568692235",
       "ec8a121a6851c953d40769cf7aa185ec58811cd5"},
      {kProductSecret, kMemberText, "6ede1378ac37994cc08c030e93a0a0c7bcd56a70"},
      {"0123456789abcdefghijklmn",
       "deviceName=aa:bb-cc_01&nonce=1&productId=ABCDE12345&timestamp=1700000000",
       "0c8f279447628183097a3ac1aacc0299b2cf1bce"},
  };
  for (const Vector& vector : vectors) {
    group_ = make_product(vault_, kProduct, vector.secret);
    SignedText proof;
    proof.algorithm = domain::MacAlgorithm::kHmacSha1;
    proof.texts = {std::string(vector.text)};
    proof.mac = *base::hex_decode(vector.mac);
    EXPECT_EQ(refusal(proof), Reason::kNone) << vector.text;
  }
}

TEST_F(ProductSecretTest, LinesUnderHmacSha256VerifyAsWell) {
  // tencent.md §5.3, the first row.
  SignedText proof;
  proof.algorithm = domain::MacAlgorithm::kHmacSha256;
  proof.texts = {
      "POST\nlocalhost\n/device/register\n\nhmacsha256\n1795301238\n312895262\n"
      "13bfb8e5fadcdc22406dd5f6c0b73a432ab338a7508e4df9e6f7d976cec84184",
      "POST\nap-guangzhou.gateway.tencentdevices.com\n/device/register\n\nhmacsha256\n"
      "1795301238\n312895262\n"
      "13bfb8e5fadcdc22406dd5f6c0b73a432ab338a7508e4df9e6f7d976cec84184"};
  proof.mac = *base::base64_decode("mV7sTNX+PnF6tbRiL6o4QjaqdhDoBoHj1QEg8krIOag=");
  EXPECT_EQ(refusal(proof), Reason::kNone);
  proof.texts.pop_back();
  EXPECT_EQ(refusal(proof), Reason::kProofRejected);
}

TEST_F(ProductSecretTest, NamesAndValuesWithNothingBetweenThemUnderHmacMd5VerifyAsWell) {
  SignedSpec spec;
  spec.algorithm = domain::MacAlgorithm::kHmacMd5;
  spec.text = "deviceNamedev_keynotlsproductKeyS3EUVBRJLBrandom1327088122";
  SignedText proof = make_signed(spec, base::as_bytes(kProductSecret));
  EXPECT_EQ(proof.mac.size(), 16U);
  EXPECT_EQ(refusal(proof), Reason::kNone);
  proof.mac.back() ^= 1;
  EXPECT_EQ(refusal(proof), Reason::kProofRejected);
  proof = make_signed(spec, base::as_bytes("another secret"));
  const auto refused = attest(proof);
  ASSERT_FALSE(refused);
  EXPECT_TRUE(refused.error().expected.starts_with("HMAC-MD5 over 'deviceNamedev_keynotls"))
      << refused.error().expected;
}

TEST_F(ProductSecretTest, PreviousSecretIsGoodUntilItsOverlapEnds) {
  rotate(kOtherSecret, kMadeAt + 10);
  const auto attested = attest_with(kProductSecret, kMadeAt + 10);
  ASSERT_TRUE(attested);
  EXPECT_EQ(attested->detail,
            "previous product secret of group 'S3EUVBRJLB', good until 2026-11-21T22:35:04Z");
  EXPECT_EQ(attested->proven_with.text(), kProductSecret);
  EXPECT_EQ(attest_with(kProductSecret, kMadeAt + 11).error().reason, Reason::kProofRejected);
  EXPECT_TRUE(attest_with(kOtherSecret, kMadeAt + 11));
}

TEST_F(ProductSecretTest, RotationIsSeenAtOnceAlthoughSecretsAreCached) {
  EXPECT_TRUE(attest_with(kProductSecret));
  EXPECT_TRUE(attest_with(kProductSecret));
  EXPECT_EQ(vault_.opened, 1);
  secret_of(group_).current = seal_for(vault_, group_, kOtherSecret);
  EXPECT_FALSE(attest_with(kProductSecret));
  EXPECT_TRUE(attest_with(kOtherSecret));
}

TEST_F(ProductSecretTest, RefusalShowsTheTextAsBuiltAndNeverASecret) {
  rotate(kOtherSecret, kMadeAt + 10);
  const auto refused = attest_with("0123456789abcdef");
  ASSERT_FALSE(refused);
  const std::string& expected = refused.error().expected;
  EXPECT_EQ(refused.error().reason, Reason::kProofRejected);
  EXPECT_TRUE(expected.starts_with("HMAC-SHA1 over '" + std::string(kMemberText) +
                                   "' with the "
                                   "product secret of group 'S3EUVBRJLB' (fingerprint "))
      << expected;
  EXPECT_NE(expected.find(vault_.fingerprint(base::as_bytes(kOtherSecret))), std::string::npos);
  EXPECT_NE(expected.find(vault_.fingerprint(base::as_bytes(kProductSecret))), std::string::npos);
  for (const std::string_view secret : {kProductSecret, kOtherSecret}) {
    EXPECT_EQ(expected.find(secret), std::string::npos);
    EXPECT_EQ(refused.error().received.find(secret), std::string::npos);
  }
}

TEST_F(ProductSecretTest, TextInARefusalIsPrintableAndBounded) {
  SignedSpec spec;
  spec.text = "POST\nhost\n\x01" + std::string(10'000, 'x');
  const auto refused = attest(make_signed(spec, base::as_bytes("another secret")));
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().expected.find("POST\\nhost\\n?"), std::string::npos);
  EXPECT_LT(refused.error().expected.size(), 1000U);
}

TEST_F(ProductSecretTest, SignatureOfAnotherSizeIsMalformed) {
  SignedText proof = make_signed({}, base::as_bytes(kProductSecret));
  proof.mac.pop_back();
  EXPECT_EQ(refusal(proof), Reason::kProofMalformed);
  proof.mac.clear();
  EXPECT_EQ(refusal(proof), Reason::kProofMalformed);
  proof = make_signed({}, base::as_bytes(kProductSecret));
  for (const auto other : {domain::MacAlgorithm::kHmacSha256, domain::MacAlgorithm::kHmacMd5}) {
    proof.algorithm = other;
    EXPECT_EQ(refusal(proof), Reason::kProofMalformed);
  }
  proof = make_signed({}, base::as_bytes(kProductSecret));
  proof.texts.clear();
  EXPECT_EQ(refusal(proof), Reason::kProofMalformed);
}

TEST_F(ProductSecretTest, MoreTextsThanAreAllowedAreNotTried) {
  SignedText proof = make_signed({}, base::as_bytes(kProductSecret));
  proof.texts.insert(proof.texts.begin(), kTextsMax, "something else");
  EXPECT_EQ(refusal(proof), Reason::kProofRejected);
}

TEST_F(ProductSecretTest, AnotherKindOfProofIsAMismatch) {
  const domain::Claim claim = make_member_claim(domain::SharedKeyChannel{"a", "b"});
  const auto id = *domain::RegistrationId::parse(claim.registration_id);
  const domain::Enrollment* const candidates[] = {&group_};
  const auto refused = attestor_.attest({claim, id, candidates, base::from_unix_seconds(kMadeAt)});
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, Reason::kAttestationMismatch);
}

TEST_F(ProductSecretTest, SecretThatDoesNotOpenIsOurFaultAndNotTheDevices) {
  secret_of(group_).current.bytes.back() ^= 1;
  EXPECT_EQ(attest_with(kProductSecret).error().reason, Reason::kInternal);
}

TEST_F(ProductSecretTest, ClockDoesNotCountUnlessTheGroupSaysSo) {
  SignedText proof = make_signed({}, base::as_bytes(kProductSecret));
  proof.made_at_seconds = 17;
  EXPECT_EQ(refusal(proof), Reason::kNone);
  secret_of(group_).clock_window = std::chrono::seconds(300);
  EXPECT_EQ(refusal(proof), Reason::kClockOutOfWindow);
}

TEST_F(ProductSecretTest, ClockWindowHoldsToTheSecondInBothDirections) {
  secret_of(group_).clock_window = std::chrono::seconds(300);
  SignedText proof = make_signed({}, base::as_bytes(kProductSecret));
  const std::pair<std::int64_t, Reason> times[] = {
      {kMadeAt - 300, Reason::kNone},
      {kMadeAt + 300, Reason::kNone},
      {kMadeAt - 301, Reason::kClockOutOfWindow},
      {kMadeAt + 301, Reason::kClockOutOfWindow},
      {std::numeric_limits<std::int64_t>::max(), Reason::kClockOutOfWindow},
      {std::numeric_limits<std::int64_t>::min(), Reason::kClockOutOfWindow},
  };
  for (const auto& [made_at, reason] : times) {
    proof.made_at_seconds = made_at;
    EXPECT_EQ(refusal(proof), reason) << made_at;
  }
  proof.made_at_seconds.reset();
  EXPECT_EQ(refusal(proof), Reason::kClockOutOfWindow);
}

TEST_F(ProductSecretTest, WrongClockIsToldApartFromAWrongSecretAndSaysBothTimes) {
  secret_of(group_).clock_window = std::chrono::seconds(300);
  SignedText proof = make_signed({}, base::as_bytes(kProductSecret));
  proof.made_at_seconds = kMadeAt - 1000;
  const auto refused = attest(proof);
  EXPECT_EQ(refused.error().expected,
            "a time within 300 s of 2026-11-21T22:34:54Z (this server's time)");
  EXPECT_EQ(refused.error().received, "2026-11-21T22:18:14Z");
  proof.mac[0] ^= 1;
  EXPECT_EQ(refusal(proof), Reason::kProofRejected);
}

TEST_F(ProductSecretTest, ExpiryInTheTextIsKeptWhenThereIsOne) {
  SignedText proof = make_signed({}, base::as_bytes(kProductSecret));
  proof.expires_at_seconds = kMadeAt - 300;
  EXPECT_EQ(refusal(proof), Reason::kNone);
  proof.expires_at_seconds = kMadeAt - 301;
  EXPECT_EQ(refusal(proof), Reason::kProofExpired);
}

}  // namespace
}  // namespace berth::attestation
