#include "attestation/symmetric_key.h"

#include "attestation/tests/bench.h"

#include <gtest/gtest.h>

namespace berth::attestation {
namespace {

using domain::Enrollment;
using domain::EnrollmentKind;
using domain::KeySlot;
using domain::Reason;
using provisioning::Attested;
using provisioning::Refusal;

constexpr std::int64_t kNow = 1'899'996'400;  // an hour before the vectors' expiry
constexpr std::int64_t kExpiry = 1'900'000'000;

class SymmetricKeyTest : public testing::Test {
 protected:
  Result<Attested, Refusal> attest(const domain::Claim& claim, std::int64_t now = kNow) {
    std::vector<const Enrollment*> candidates;
    for (const Enrollment& each : enrollments_) candidates.push_back(&each);
    const auto id = domain::RegistrationId::parse(claim.registration_id);
    return attestor_.attest({claim, *id, candidates, base::from_unix_seconds(now)});
  }
  Enrollment& add(EnrollmentKind kind, const std::string& id,
                  std::string_view primary = kCountingKey, std::string_view secondary = kTextKey) {
    enrollments_.push_back(
        make_enrollment(vault_, {kind, id}, decoded(primary), decoded(secondary)));
    return enrollments_.back();
  }
  domain::Claim claim(const Secret& key, TokenSpec spec = {}) {
    if (spec.expiry == 0) spec.expiry = kExpiry;
    return make_claim(spec, key.bytes());
  }
  static Secret derived(std::string_view group_key, std::string_view id) {
    return crypto::derive_device_key(decoded(group_key).bytes(), id);
  }
  Reason refusal(const domain::Claim& of, std::int64_t now = kNow) {
    const auto attested = attest(of, now);
    return attested ? Reason::kNone : attested.error().reason;
  }

  TestVault vault_;
  SymmetricKeyAttestor attestor_{vault_, {}};
  std::vector<Enrollment> enrollments_;
};

TEST_F(SymmetricKeyTest, IndividualVerifiesWithEitherSlot) {
  add(EnrollmentKind::kIndividual, "device-01");
  const auto primary = attest(claim(decoded(kCountingKey)));
  ASSERT_TRUE(primary);
  EXPECT_EQ(primary->slot, KeySlot::kPrimary);
  EXPECT_EQ(primary->detail, "primary key of individual 'device-01'");
  const auto secondary = attest(claim(decoded(kTextKey)));
  ASSERT_TRUE(secondary);
  EXPECT_EQ(secondary->slot, KeySlot::kSecondary);
}

TEST_F(SymmetricKeyTest, SignatureVectorsOfTheProtocolVerify) {
  add(EnrollmentKind::kGroup, "line-7");
  const std::pair<std::string, std::string> vectors[] = {
      {"0ne00ABCDEF%2Fregistrations%2Fdevice-01", "Q1z8G9Q8YwWucS/5AE4a2G3KGDb0PuXfA7WwNrIgJpk="},
      {"0ne00ABCDEF%2fregistrations%2fdevice-01", "RW64h+vq4njV0NGumqAcXqf+0MxIr5LBmi632Jz4L6A="},
      {"0ne00ABCDEF/registrations/device-01", "DncWMWZgiNWqgb2g9lz4M0b0QZtqPSt2Umz4dX9KI10="},
  };
  for (const auto& [resource, signature] : vectors) {
    TokenSpec spec;
    spec.resource = resource;
    domain::Claim each = claim(decoded(kTextKey), spec);
    std::get<domain::MacOverText>(each.evidence).mac = *base::base64_decode(signature);
    EXPECT_TRUE(attest(each)) << resource;
  }
}

TEST_F(SymmetricKeyTest, GroupVerifiesKeysDerivedFromEitherSlot) {
  add(EnrollmentKind::kGroup, "line-7");
  const auto primary = attest(claim(derived(kCountingKey, "device-01")));
  ASSERT_TRUE(primary);
  EXPECT_EQ(primary->derivation_id, "device-01");
  const auto secondary = attest(claim(derived(kTextKey, "device-01")));
  ASSERT_TRUE(secondary);
  EXPECT_EQ(secondary->slot, KeySlot::kSecondary);
}

TEST_F(SymmetricKeyTest, GroupKeyIsDerivedFromTheIdAsPresentedThenInLowerCase) {
  add(EnrollmentKind::kGroup, "line-7");
  TokenSpec spec;
  spec.id = "Device-01";
  const auto as_presented = attest(claim(derived(kCountingKey, "Device-01"), spec));
  ASSERT_TRUE(as_presented);
  EXPECT_EQ(as_presented->derivation_id, "Device-01");
  const auto lower = attest(claim(derived(kCountingKey, "device-01"), spec));
  ASSERT_TRUE(lower);
  EXPECT_EQ(lower->derivation_id, "device-01");
  EXPECT_EQ(refusal(claim(derived(kCountingKey, "DEVICE-01"), spec)), Reason::kProofRejected);
}

TEST_F(SymmetricKeyTest, GroupKeyItselfNeverAuthenticates) {
  add(EnrollmentKind::kGroup, "line-7");
  EXPECT_EQ(refusal(claim(decoded(kCountingKey))), Reason::kProofRejected);
}

TEST_F(SymmetricKeyTest, FindsTheGroupAmongMany) {
  for (int i = 0; i < 20; ++i) {
    add(EnrollmentKind::kGroup, "line-" + std::to_string(i), kTextKey, kTextKey);
  }
  add(EnrollmentKind::kGroup, "the-one");
  const auto attested = attest(claim(derived(kCountingKey, "device-01")));
  ASSERT_TRUE(attested);
  EXPECT_EQ(attested->candidate, 20U);
}

TEST_F(SymmetricKeyTest, ExpiryIsJudgedWithFiveMinutesForClocks) {
  add(EnrollmentKind::kIndividual, "device-01");
  const domain::Claim good = claim(decoded(kCountingKey));
  EXPECT_EQ(refusal(good, kExpiry + 300), Reason::kNone);
  EXPECT_EQ(refusal(good, kExpiry + 301), Reason::kProofExpired);
}

TEST_F(SymmetricKeyTest, ExpiryTooFarAheadIsRefused) {
  add(EnrollmentKind::kIndividual, "device-01");
  const std::int64_t cap = 400LL * 24 * 3600 + 300;
  TokenSpec spec;
  spec.expiry = kNow + cap;
  EXPECT_EQ(refusal(claim(decoded(kCountingKey), spec)), Reason::kNone);
  spec.expiry = kNow + cap + 1;
  EXPECT_EQ(refusal(claim(decoded(kCountingKey), spec)), Reason::kProofExpiryTooFar);
  spec.expiry = INT64_MAX;
  EXPECT_EQ(refusal(claim(decoded(kCountingKey), spec)), Reason::kProofExpiryTooFar);
  spec.expiry = INT64_MIN;
  EXPECT_EQ(refusal(claim(decoded(kCountingKey), spec)), Reason::kProofExpired);
}

TEST_F(SymmetricKeyTest, WrongKeyIsToldBeforeExpiry) {
  add(EnrollmentKind::kIndividual, "device-01");
  EXPECT_EQ(refusal(claim(derived(kTextKey, "x")), kExpiry + 9999), Reason::kProofRejected);
}

TEST_F(SymmetricKeyTest, AudienceIsComparedIgnoringCase) {
  add(EnrollmentKind::kIndividual, "device-01");
  TokenSpec spec;
  spec.resource = "0NE00abcdef%2fRegistrations%2fDEVICE-01";
  EXPECT_EQ(refusal(claim(decoded(kCountingKey), spec)), Reason::kNone);
  spec.resource = "0ne00ABCDEF%2Fregistrations%2Fdevice-02";
  EXPECT_EQ(refusal(claim(decoded(kCountingKey), spec)), Reason::kProofAudienceMismatch);
}

TEST_F(SymmetricKeyTest, SignaturesOfOtherSizesAreMalformed) {
  add(EnrollmentKind::kIndividual, "device-01");
  domain::Claim bad = claim(decoded(kCountingKey));
  for (const std::size_t size : {0U, 31U, 33U, 48U}) {
    std::get<domain::MacOverText>(bad.evidence).mac.assign(size, 0);
    EXPECT_EQ(refusal(bad), Reason::kProofMalformed) << size;
  }
}

TEST_F(SymmetricKeyTest, EveryBitOfTheSignatureCounts) {
  add(EnrollmentKind::kIndividual, "device-01");
  for (std::size_t bit = 0; bit < 256; ++bit) {
    domain::Claim bad = claim(decoded(kCountingKey));
    std::get<domain::MacOverText>(bad.evidence).mac[bit / 8] ^=
        static_cast<std::uint8_t>(1U << bit % 8);
    EXPECT_EQ(refusal(bad), Reason::kProofRejected) << bit;
  }
}

TEST_F(SymmetricKeyTest, RefusalNamesFingerprintsAndNoKey) {
  add(EnrollmentKind::kIndividual, "device-01");
  const auto refused = attest(claim(derived(kTextKey, "x")));
  ASSERT_FALSE(refused);
  const std::string& expected = refused.error().expected;
  EXPECT_NE(expected.find(vault_.fingerprint(decoded(kCountingKey).bytes())), std::string::npos);
  EXPECT_EQ(expected.find(std::string(kCountingKey).substr(0, 12)), std::string::npos);
}

TEST_F(SymmetricKeyTest, KeysAreOpenedOnceAndAgainWhenTheyChange) {
  add(EnrollmentKind::kIndividual, "device-01");
  EXPECT_TRUE(attest(claim(decoded(kCountingKey))));
  EXPECT_TRUE(attest(claim(decoded(kCountingKey))));
  EXPECT_EQ(vault_.opened, 2);
  // Deleted and made again: the same version, other keys.
  enrollments_.clear();
  add(EnrollmentKind::kIndividual, "device-01", kTextKey, kTextKey);
  EXPECT_EQ(refusal(claim(decoded(kCountingKey))), Reason::kProofRejected);
  EXPECT_TRUE(attest(claim(decoded(kTextKey))));
}

TEST_F(SymmetricKeyTest, CacheIsBounded) {
  SymmetricKeySettings settings;
  settings.keys_cached_max = 2;
  SymmetricKeyAttestor attestor(vault_, settings);
  std::vector<Enrollment> all;
  for (int i = 0; i < 5; ++i) {
    all.push_back(make_enrollment(vault_, {EnrollmentKind::kIndividual, "d" + std::to_string(i)},
                                  decoded(kCountingKey), decoded(kTextKey)));
  }
  for (int round = 0; round < 3; ++round) {
    for (const Enrollment& each : all) {
      TokenSpec spec;
      spec.id = each.id.text();
      const domain::Claim of = claim(decoded(kCountingKey), spec);
      const std::vector<const Enrollment*> candidates = {&each};
      const auto id = *domain::RegistrationId::parse(spec.id);
      EXPECT_TRUE(attestor.attest({of, id, candidates, base::from_unix_seconds(kNow)}));
    }
  }
  EXPECT_EQ(vault_.opened, 3 * 5 * 2);
}

TEST_F(SymmetricKeyTest, KeyThatDoesNotOpenIsAnInternalRefusal) {
  Enrollment& broken = add(EnrollmentKind::kIndividual, "device-01");
  std::get<domain::SymmetricKeys>(broken.attestation).primary.bytes.back() ^= 1;
  EXPECT_EQ(refusal(claim(decoded(kCountingKey))), Reason::kInternal);
}

}  // namespace
}  // namespace berth::attestation
