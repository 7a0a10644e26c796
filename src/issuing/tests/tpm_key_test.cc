// The hub key of a TPM device: wrapped for its TPM, sealed for the record, and nowhere else.
#include "issuing/tpm_key.h"

#include "crypto/tests/software_tpm.h"
#include "crypto/tpm_activation.h"
#include "issuing/tests/open_vault.h"

#include <gtest/gtest.h>

#include <optional>

namespace berth::issuing {
namespace {

using crypto::SoftwareTpm;
using domain::Credential;
using provisioning::Attested;
using provisioning::IssueInput;

SoftwareTpm& tpm() {
  static SoftwareTpm made;
  return made;
}

class TpmKeyTest : public testing::Test {
 protected:
  TpmKeyTest() {
    enrollment_.scope = domain::ScopeId::trusted("0ne00ABCDEF");
    enrollment_.id = domain::EnrollmentId::trusted("pump");
    enrollment_.attestation = domain::TpmKeys{tpm().endorsement_key(), {}};
    attested_.storage_root_key = tpm().storage_root_key();
    device_.hub = domain::HubName::trusted("hub-1");
    device_.id = domain::DeviceId::trusted("pump");
  }

  IssueInput input(const domain::Device* before = nullptr, bool keeps = false) {
    return IssueInput{.enrollment = enrollment_,
                      .derivation_id = id_,
                      .before = before,
                      .keeps_credential = keeps,
                      .claim = &claim_,
                      .attested = &attested_};
  }
  // What the device's TPM opens.
  base::Bytes issued(domain::Device& device, const domain::Device* before = nullptr,
                     bool keeps = false) {
    const auto credential = issuer_.issue(input(before, keeps), device);
    EXPECT_TRUE(credential);
    const auto* key = credential ? std::get_if<domain::IssuedTpmKey>(&*credential) : nullptr;
    if (key == nullptr) return {};
    const std::optional<SoftwareTpm::Opened> opened = tpm().open(key->activation);
    EXPECT_TRUE(opened) << tpm().why();
    return opened ? opened->key : base::Bytes();
  }
  base::Bytes stored(const domain::Device& device, const domain::Sealed& sealed) {
    const Result<Secret> key = vault_.open(sealed, device_key_context(device.hub, device.id));
    EXPECT_TRUE(key);
    return {key->bytes().begin(), key->bytes().end()};
  }

  OpenVault vault_;
  base::SeededRng rng_{5};
  TpmKey issuer_{vault_, rng_};
  domain::Enrollment enrollment_;
  domain::Claim claim_;
  Attested attested_;
  domain::Device device_;
  const std::string id_ = "pump";
};

TEST_F(TpmKeyTest, TheTpmGetsTheKeyThatTheHubChecks) {
  const base::Bytes key = issued(device_);
  EXPECT_EQ(key.size(), crypto::kActivationKeyBytes);
  ASSERT_TRUE(device_.keys);
  EXPECT_EQ(stored(device_, device_.keys->primary), key);
  EXPECT_NE(stored(device_, device_.keys->secondary), key);
}

TEST_F(TpmKeyTest, EveryRegistrationBringsANewKeyAndRetiresTheOneBefore) {
  const base::Bytes first = issued(device_);
  domain::Device again = device_;
  again.keys.reset();
  again.updated_at = base::from_unix_seconds(100);
  const base::Bytes second = issued(again, &device_);
  EXPECT_NE(first, second);
  ASSERT_EQ(again.keys->retired.size(), 2U);
  EXPECT_EQ(stored(again, again.keys->retired[0].key), first);
}

TEST_F(TpmKeyTest, AKeyThatIsKeptIsWrappedAgain) {
  const base::Bytes first = issued(device_);
  domain::Device again = device_;
  EXPECT_EQ(issued(again, &device_, true), first);
  EXPECT_TRUE(again.keys->retired.empty());
}

TEST_F(TpmKeyTest, NoCertificateStaysPinned) {
  device_.certificate.emplace();
  device_.ca_signed = true;
  issued(device_);
  EXPECT_FALSE(device_.certificate);
  EXPECT_FALSE(device_.ca_signed);
}

TEST_F(TpmKeyTest, WithoutAStorageRootKeyNothingIsIssued) {
  attested_.storage_root_key.clear();
  const auto credential = issuer_.issue(input(), device_);
  ASSERT_FALSE(credential);
  EXPECT_EQ(credential.error().reason, domain::Reason::kInternal);
}

TEST_F(TpmKeyTest, IssuesForTpmsThatAskForNoCertificate) {
  EXPECT_TRUE(issuer_.issues_for(enrollment_, claim_));
  claim_.certificate_request = {0x30};
  EXPECT_FALSE(issuer_.issues_for(enrollment_, claim_));
  claim_.certificate_request.clear();
  enrollment_.attestation = domain::SymmetricKeys{};
  EXPECT_FALSE(issuer_.issues_for(enrollment_, claim_));
}

}  // namespace
}  // namespace berth::issuing
