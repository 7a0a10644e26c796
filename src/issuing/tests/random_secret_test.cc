#include "issuing/random_secret.h"

#include "issuing/tests/member.h"
#include "issuing/tests/open_vault.h"

#include <gtest/gtest.h>

#include <string>

namespace berth::issuing {
namespace {

using domain::CredentialKind;

class RandomSecretTest : public testing::Test {
 protected:
  std::string handed(domain::Device& to, const domain::Device* before = nullptr,
                     bool keeps = false) {
    const domain::Enrollment by = group(CredentialKind::kSecret);
    const std::string id = to.id.text();
    const auto credential = issuer_.issue({by, id, before, keeps}, to);
    if (!credential) return "refused";
    return base::hex_encode(std::get<domain::IssuedSecret>(*credential).secret.bytes());
  }
  std::string opened(const domain::Sealed& sealed, const domain::Device& of) {
    const Result<Secret> key = vault_.open(sealed, device_key_context(of.hub, of.id));
    return key ? base::hex_encode(key->bytes()) : key.error().what;
  }

  OpenVault vault_;
  base::SeededRng rng_{5};
  RandomSecret issuer_{vault_, rng_};
};

TEST_F(RandomSecretTest, Member_IsHandedItsPrimaryKeyOfSixteenBytes) {
  domain::Device made = device();
  const std::string secret = handed(made);
  EXPECT_EQ(secret.size(), 32U);
  EXPECT_EQ(opened(made.keys->primary, made), secret);
  EXPECT_EQ(opened(made.keys->secondary, made).size(), 32U);
  EXPECT_NE(opened(made.keys->secondary, made), secret);
  EXPECT_TRUE(made.awaits_activation);
  EXPECT_FALSE(made.group);  // set by whoever calls
}

TEST_F(RandomSecretTest, IssuesOnlyForGroupsThatIssueSecrets) {
  EXPECT_TRUE(issuer_.issues_for(group(CredentialKind::kSecret), {}));
  EXPECT_FALSE(issuer_.issues_for(group(CredentialKind::kCertificate), {}));
  EXPECT_FALSE(issuer_.issues_for(domain::Enrollment{}, {}));
}

TEST_F(RandomSecretTest, RegisteringAgain_GivesAnotherSecretAndRetiresTheOneBefore) {
  domain::Device first = device();
  const std::string before = handed(first);
  domain::Device second = device(10);
  EXPECT_NE(handed(second, &first), before);
  ASSERT_EQ(second.keys->retired.size(), 2U);
  EXPECT_EQ(opened(second.keys->retired[0].key, second), before);
  EXPECT_EQ(second.keys->retired[0].retired_at, base::from_unix_seconds(10));
  EXPECT_TRUE(second.awaits_activation);
}

TEST_F(RandomSecretTest, KeptCredential_IsHandedAgainAndStaysAsActivatedAsItWas) {
  for (const bool awaits : {false, true}) {
    domain::Device first = device();
    const std::string before = handed(first);
    const std::string second_key = opened(first.keys->secondary, first);
    first.awaits_activation = awaits;
    domain::Device moved = device(10, "hub-2");
    EXPECT_EQ(handed(moved, &first, true), before);
    EXPECT_EQ(opened(moved.keys->primary, moved), before);
    EXPECT_EQ(opened(moved.keys->secondary, moved), second_key);
    EXPECT_EQ(moved.awaits_activation, awaits);
    EXPECT_TRUE(moved.keys->retired.empty());
  }
}

TEST_F(RandomSecretTest, KeptCredentialThatDoesNotOpen_IsRefusedAndLeavesNoKeys) {
  domain::Device first = device();
  handed(first);
  first.keys->secondary.bytes[0] ^= 1;
  domain::Device made = device(10);
  EXPECT_EQ(handed(made, &first, true), "refused");
  EXPECT_FALSE(made.keys);
}

TEST_F(RandomSecretTest, DeviceThatHadACertificate_LosesItAndGetsASecret) {
  domain::Device first = device();
  first.certificate.emplace();
  first.certificate->sha256 = base::Bytes(32, 7);
  first.retired_certificates.push_back({base::Bytes(32, 6), base::from_unix_seconds(1)});
  domain::Device made = device(10);
  EXPECT_EQ(handed(made, &first, true).size(), 32U);  // there is no secret to keep
  EXPECT_TRUE(made.awaits_activation);
  EXPECT_FALSE(made.certificate);
  ASSERT_EQ(made.retired_certificates.size(), 2U);
  EXPECT_EQ(made.retired_certificates[0].sha256, base::Bytes(32, 7));
  EXPECT_EQ(made.retired_certificates[0].retired_at, base::from_unix_seconds(10));
}

}  // namespace
}  // namespace berth::issuing
