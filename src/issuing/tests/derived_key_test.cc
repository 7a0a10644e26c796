#include "issuing/derived_key.h"

#include <gtest/gtest.h>

#include <string>

namespace berth::issuing {
namespace {

// Seals by writing the context beside the secret, so that a test can see both.
class OpenVault final : public provisioning::Vault {
 public:
  domain::Sealed seal(const Secret& secret, std::string_view context) override {
    domain::Sealed sealed;
    sealed.bytes.assign(context.begin(), context.end());
    sealed.bytes.push_back(0);
    sealed.bytes.insert(sealed.bytes.end(), secret.bytes().begin(), secret.bytes().end());
    return sealed;
  }
  Result<Secret> open(const domain::Sealed& sealed, std::string_view context) override {
    const std::string text(sealed.bytes.begin(), sealed.bytes.end());
    if (!text.starts_with(std::string(context) + '\0')) {
      return Fail(ErrorKind::kInternal, "sealed for something else");
    }
    return Secret::from_text(text.substr(context.size() + 1));
  }
  base::Bytes digest(std::span<const std::uint8_t> bytes, std::string_view) override {
    return {bytes.begin(), bytes.end()};
  }
  std::string fingerprint(std::span<const std::uint8_t>) override { return "0"; }
};

class DerivedKeyTest : public testing::Test {
 protected:
  domain::Enrollment enrollment(domain::EnrollmentKind kind, const Secret& primary) {
    domain::Enrollment made;
    made.scope = domain::ScopeId::trusted("0ne00ABCDEF");
    made.kind = kind;
    made.id = domain::EnrollmentId::trusted("line-7");
    const std::string context = domain::key_context(made.scope, kind, made.id);
    domain::SymmetricKeys keys;
    keys.primary = vault_.seal(primary, context);
    keys.secondary = vault_.seal(Secret::from_text("0123456789abcdef"), context);
    made.attestation = keys;
    return made;
  }
  domain::Device device() {
    domain::Device made;
    made.hub = domain::HubName::trusted("hub-1");
    made.id = domain::DeviceId::trusted("device-01");
    return made;
  }
  std::string opened(const domain::Sealed& sealed) {
    const Result<Secret> key = vault_.open(sealed, "device/hub-1/device-01");
    return key ? base::base64_encode(key->bytes()) : key.error().what;
  }

  OpenVault vault_;
  DerivedKey issuer_{vault_};
};

TEST_F(DerivedKeyTest, GroupDevice_GetsTheDerivedPairSealedForItsIdentity) {
  // azure-dps.md §4, first vector: group key is the bytes 00..3F.
  Secret group_key = Secret::of_size(64);
  for (std::size_t i = 0; i < 64; ++i) group_key.mutable_bytes()[i] = static_cast<std::uint8_t>(i);
  domain::Device made = device();
  ASSERT_TRUE(
      issuer_.issue(enrollment(domain::EnrollmentKind::kGroup, group_key), "device-01", made));
  EXPECT_EQ(opened(made.keys->primary), "4mnWPt8Zt2l+dGRNpd2grurMijx75QG0Gw4rgHMHFgA=");
  EXPECT_NE(opened(made.keys->secondary), opened(made.keys->primary));
}

TEST_F(DerivedKeyTest, IndividualDevice_GetsTheEnrollmentsOwnPair) {
  const Secret key = Secret::from_text("an individual key");
  domain::Device made = device();
  ASSERT_TRUE(
      issuer_.issue(enrollment(domain::EnrollmentKind::kIndividual, key), "device-01", made));
  EXPECT_EQ(opened(made.keys->primary), base::base64_encode(key.bytes()));
}

TEST_F(DerivedKeyTest, KeyOfAnotherRecord_IsRefusedAsInternal) {
  domain::Enrollment moved =
      enrollment(domain::EnrollmentKind::kGroup, Secret::from_text("0123456789abcdef"));
  moved.id = domain::EnrollmentId::trusted("line-8");
  domain::Device made = device();
  const auto refused = issuer_.issue(moved, "device-01", made);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().reason, domain::Reason::kInternal);
  EXPECT_FALSE(made.keys.has_value());
}

}  // namespace
}  // namespace berth::issuing
