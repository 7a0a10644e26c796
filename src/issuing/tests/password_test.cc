#include "issuing/password.h"

#include "issuing/tests/open_vault.h"

#include <gtest/gtest.h>

#include <array>
#include <set>
#include <string>

namespace berth::issuing {
namespace {

using base::as_bytes;

// OpenVault's digests are the texts themselves.
base::Bytes digest_of(std::string_view text) {
  return {as_bytes(text).begin(), as_bytes(text).end()};
}

class PasswordTest : public testing::Test {
 protected:
  static domain::Enrollment group() {
    domain::Enrollment made;
    made.scope = domain::ScopeId::trusted("0ne00ABCDEF");
    made.kind = domain::EnrollmentKind::kGroup;
    made.id = domain::EnrollmentId::trusted("mod-588acc123945ec8436bde3aa");
    made.attestation = domain::MemberPasswords{};
    return made;
  }
  static domain::Device device(std::int64_t at = 0,
                               const std::string& id = "dev-588acc123945ec8436bde3c1") {
    domain::Device made;
    made.hub = domain::HubName::trusted("hub-1");
    made.id = domain::DeviceId::trusted(id);
    made.updated_at = base::from_unix_seconds(at);
    return made;
  }
  std::string handed(domain::Device& to, const domain::Device* before = nullptr,
                     bool for_controller = false) {
    const domain::Enrollment by = group();
    const std::string id = "SN0001";
    const auto credential = issuer_.issue({by, id, before, false, for_controller}, to);
    if (!credential) return "refused";
    return std::string(std::get<domain::IssuedPassword>(*credential).password.text());
  }

  OpenVault vault_;
  base::SeededRng rng_{5};
  Password issuer_{vault_, rng_};
};

TEST_F(PasswordTest, DeviceIsHandedAPasswordAndOnlyItsDigestIsKept) {
  domain::Device made = device();
  const std::string text = handed(made);
  EXPECT_EQ(text.size(), 24U);
  ASSERT_TRUE(made.password);
  EXPECT_EQ(made.password->digest, digest_of(text));
  EXPECT_TRUE(made.password->retired.empty());
  EXPECT_TRUE(made.awaits_activation);
  EXPECT_EQ(made.role, domain::DeviceRole::kDevice);
  EXPECT_FALSE(made.keys);
}

TEST_F(PasswordTest, PasswordsAreLettersAndDigitsAndUseAllOfThem) {
  std::set<char> seen;
  std::set<std::string> all;
  for (int i = 0; i < 100; ++i) {
    domain::Device made = device();
    const std::string text = handed(made);
    seen.insert(text.begin(), text.end());
    all.insert(text);
  }
  EXPECT_EQ(all.size(), 100U);
  EXPECT_EQ(seen.size(), 62U);
  for (const char c : seen) EXPECT_TRUE(std::isalnum(static_cast<unsigned char>(c))) << c;
}

TEST_F(PasswordTest, EveryCharacterIsAsLikely) {
  // 62 does not divide 256: taking bytes modulo 62 would make the first eight a quarter likelier.
  std::array<int, 256> counts{};
  constexpr int kPasswords = 4'000;
  for (int i = 0; i < kPasswords; ++i) {
    domain::Device made = device();
    for (const char c : handed(made)) ++counts[static_cast<unsigned char>(c)];
  }
  const double expected = kPasswords * 24 / 62.0;
  for (const int count : counts) {
    if (count == 0) continue;
    EXPECT_NEAR(count, expected, expected * 0.12);
  }
}

TEST_F(PasswordTest, IssuesOnlyForGroupsWithMemberPasswords) {
  EXPECT_TRUE(issuer_.issues_for(group(), {}));
  EXPECT_FALSE(issuer_.issues_for(domain::Enrollment{}, {}));
  domain::Enrollment product = group();
  product.attestation = domain::ProductSecret{};
  EXPECT_FALSE(issuer_.issues_for(product, {}));
}

TEST_F(PasswordTest, DeviceThatControlsMembersBecomesAController) {
  domain::Device made = device();
  handed(made, nullptr, true);
  EXPECT_EQ(made.role, domain::DeviceRole::kController);
}

TEST_F(PasswordTest, RegisteringAgain_GivesAnotherAndRetiresTheOneBefore) {
  domain::Device first = device();
  const std::string before = handed(first);
  domain::Device second = device(10);
  const std::string now = handed(second, &first);
  EXPECT_NE(now, before);
  ASSERT_EQ(second.password->retired.size(), 1U);
  EXPECT_EQ(second.password->retired[0].first, digest_of(before));
  EXPECT_EQ(second.password->retired[0].second, base::from_unix_seconds(10));
  EXPECT_TRUE(second.awaits_activation);
}

TEST_F(PasswordTest, RetiredOnesAreKeptNewestFirstUpToALimit) {
  domain::Device last = device();
  std::vector<std::string> handed_out = {handed(last)};
  for (int i = 1; i <= 6; ++i) {
    domain::Device next = device(i);
    handed_out.push_back(handed(next, &last));
    last = next;
  }
  ASSERT_EQ(last.password->retired.size(), domain::kRetiredKeysMax);
  for (std::size_t i = 0; i < domain::kRetiredKeysMax; ++i) {
    EXPECT_EQ(last.password->retired[i].first, digest_of(handed_out[5 - i]));
  }
}

TEST_F(PasswordTest, VoidPasswordIsNotRetiredTwice) {
  domain::Device first = device();
  first.password.emplace();
  first.password->retired.emplace_back(digest_of("old"), base::from_unix_seconds(1));
  domain::Device second = device(10);
  handed(second, &first);
  ASSERT_EQ(second.password->retired.size(), 1U);
  EXPECT_EQ(second.password->retired[0].first, digest_of("old"));
}

TEST_F(PasswordTest, DigestsOfAnotherIdAreNotKept) {
  domain::Device first = device(0, "dev-000000000000000000000001");
  handed(first);
  domain::Device second = device(10);
  handed(second, &first);
  EXPECT_TRUE(second.password->retired.empty());
}

TEST_F(PasswordTest, DeviceThatHadACertificate_LosesIt) {
  domain::Device first = device();
  first.certificate.emplace();
  first.certificate->sha256 = base::Bytes(32, 7);
  domain::Device made = device(10);
  handed(made, &first);
  EXPECT_FALSE(made.certificate);
  ASSERT_EQ(made.retired_certificates.size(), 1U);
}

}  // namespace
}  // namespace berth::issuing
