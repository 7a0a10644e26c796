// The device's TPM against what the server's software makes for it: swtpm opens, imports and signs.
#include "berth/device/tpm_identity.h"

#include "base/rng.h"
#include "crypto/hmac.h"
#include "crypto/tpm_activation.h"
#include "device/tests/swtpm.h"
#include "device/tpm_context.h"
#include "device/tpm_keys.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>

namespace berth::device {
namespace {

using base::Bytes;
using ::testing::HasSubstr;
using testing::Swtpm;

class TpmIdentityTest : public ::testing::Test {
 protected:
  static void SetUpTestSuite() { tpm_ = std::make_unique<Swtpm>(); }
  static void TearDownTestSuite() { tpm_.reset(); }
  void SetUp() override {
    if (!tpm_->is_there()) GTEST_SKIP() << tpm_->why_not();
    Result<TpmIdentity> opened = TpmIdentity::open(tpm_->tcti());
    ASSERT_TRUE(opened) << opened.error().what;
    device_.emplace(*std::move(opened));
    ASSERT_TRUE(device_->forget_key());
  }

  // As a server makes it for the keys that the device shows.
  Bytes blob(const Secret& key, const Bytes& ek, const Bytes& srk) {
    base::SystemRng rng;
    Result<Bytes> made = crypto::make_activation(*crypto::read_endorsement_key(ek),
                                                 *crypto::read_storage_root_key(srk), key, rng, {});
    EXPECT_TRUE(made) << made.error().what;
    return made.value_or(Bytes());
  }
  Bytes blob(const Secret& key) {
    return blob(key, device_->endorsement_key(), device_->storage_root_key());
  }
  static Secret key_of(std::uint8_t byte) {
    return Secret(Bytes(crypto::kActivationKeyBytes, byte));
  }
  static Bytes expected(std::uint8_t byte, std::string_view text) {
    const crypto::Sha256 mac = crypto::hmac_sha256(key_of(byte).bytes(), text);
    return {mac.begin(), mac.end()};
  }

  static std::unique_ptr<Swtpm> tpm_;
  std::optional<TpmIdentity> device_;
};
std::unique_ptr<Swtpm> TpmIdentityTest::tpm_;

TEST_F(TpmIdentityTest, ShowsKeysOfTheStandardTemplates) {
  EXPECT_TRUE(crypto::read_endorsement_key(device_->endorsement_key()));
  EXPECT_TRUE(crypto::read_storage_root_key(device_->storage_root_key()));
  EXPECT_EQ(device_->registration_id().size(), 52U);
}

TEST_F(TpmIdentityTest, KeepsItsKeysFromOneProgramToTheNext) {
  const Bytes ek = device_->endorsement_key();
  const Bytes srk = device_->storage_root_key();
  device_.reset();
  const Result<TpmIdentity> again = TpmIdentity::open(tpm_->tcti());
  ASSERT_TRUE(again) << again.error().what;
  EXPECT_EQ(again->endorsement_key(), ek);
  EXPECT_EQ(again->storage_root_key(), srk);
}

TEST_F(TpmIdentityTest, OpensWhatTheServerMakesAndSignsWithIt) {
  const Result<void> activated = device_->activate(blob(key_of(0x31)));
  ASSERT_TRUE(activated) << activated.error().what;
  const Result<Bytes> mac = device_->sign("0ne00ABCDEF%2Fregistrations%2Fpump\n1900000000");
  ASSERT_TRUE(mac) << mac.error().what;
  EXPECT_EQ(*mac, expected(0x31, "0ne00ABCDEF%2Fregistrations%2Fpump\n1900000000"));
}

TEST_F(TpmIdentityTest, SignsTextsLongerThanOneCommandTakes) {
  ASSERT_TRUE(device_->activate(blob(key_of(0x31))));
  for (const std::size_t size : {0U, 1023U, 1024U, 1025U, 2048U, 5000U}) {
    const std::string text(size, 't');
    const Result<Bytes> mac = device_->sign(text);
    ASSERT_TRUE(mac) << size << ": " << mac.error().what;
    EXPECT_EQ(*mac, expected(0x31, text)) << size;
  }
}

TEST_F(TpmIdentityTest, ANewKeyTakesThePlaceOfTheOneBefore) {
  // More often than a TPM has slots for objects and sessions: nothing may stay behind.
  for (std::uint8_t round = 1; round <= 8; ++round) {
    const Result<void> activated = device_->activate(blob(key_of(round)));
    ASSERT_TRUE(activated) << int{round} << ": " << activated.error().what;
    EXPECT_EQ(device_->sign("text").value(), expected(round, "text"));
  }
}

TEST_F(TpmIdentityTest, WithoutAKeyItSaysSo) {
  EXPECT_FALSE(device_->has_key().value());
  const Result<Bytes> mac = device_->sign("text");
  ASSERT_FALSE(mac);
  EXPECT_THAT(mac.error().what, HasSubstr("no key"));
  ASSERT_TRUE(device_->activate(blob(key_of(1))));
  EXPECT_TRUE(device_->has_key().value());
}

TEST_F(TpmIdentityTest, AChangedBlobIsRefusedAndTheKeyBeforeStays) {
  ASSERT_TRUE(device_->activate(blob(key_of(0x55))));
  const Bytes good = blob(key_of(0x66));
  // One byte of each structure: credential, its secret, the key, its secret, the public area.
  for (const std::size_t at : {20U, 100U, 400U, 500U, 750U}) {
    Bytes changed = good;
    changed[at] ^= 0x01;
    EXPECT_FALSE(device_->activate(changed)) << at;
  }
  EXPECT_EQ(device_->sign("text").value(), expected(0x55, "text"));
}

TEST_F(TpmIdentityTest, ABlobForAnotherTpmIsRefused) {
  const Swtpm other;
  ASSERT_TRUE(other.is_there());
  const Result<TpmIdentity> stranger = TpmIdentity::open(other.tcti());
  ASSERT_TRUE(stranger) << stranger.error().what;
  EXPECT_NE(stranger->endorsement_key(), device_->endorsement_key());
  const Result<void> foreign =
      device_->activate(blob(key_of(1), stranger->endorsement_key(), stranger->storage_root_key()));
  ASSERT_FALSE(foreign);
  EXPECT_THAT(foreign.error().mend, HasSubstr("another TPM"));
  // The right endorsement key is not enough: the credential names the storage root key.
  EXPECT_FALSE(
      device_->activate(blob(key_of(1), device_->endorsement_key(), stranger->storage_root_key())));
}

TEST_F(TpmIdentityTest, RefusesBlobsThatAreNone) {
  const Bytes good = blob(key_of(1));
  for (const std::size_t size : {0U, 1U, 54U, 300U, 765U}) {
    EXPECT_FALSE(device_->activate(std::span(good).first(size))) << size;
  }
  Bytes longer = good;
  longer.push_back(0);
  EXPECT_FALSE(device_->activate(longer));
  EXPECT_FALSE(device_->activate(Bytes(5'000)));
  // A key that may do more than sign.
  Bytes able = good;
  able[good.size() - 52 + 8] ^= 0x02;
  const Result<void> refused = device_->activate(able);
  ASSERT_FALSE(refused);
  EXPECT_THAT(refused.error().what, HasSubstr("HMAC-SHA-256"));
}

TEST_F(TpmIdentityTest, AForeignKeyAtAHandleIsNamed) {
  const Swtpm own;
  ASSERT_TRUE(own.is_there());
  {
    Result<TpmContext> context = TpmContext::open(own.tcti());
    ASSERT_TRUE(context);
    const Result<TpmKey> srk = storage_root_key(*context);
    ASSERT_TRUE(srk);
    // The storage root key where the endorsement key should be.
    TPM2B_SENSITIVE_CREATE sensitive{};
    TPM2B_PUBLIC* area = nullptr;
    ASSERT_EQ(Esys_ReadPublic(context->get(), srk->handle, ESYS_TR_NONE, ESYS_TR_NONE, ESYS_TR_NONE,
                              &area, nullptr, nullptr),
              TSS2_RC_SUCCESS);
    const EsysPtr<TPM2B_PUBLIC> owned(area);
    const TPM2B_DATA outside{};
    const TPML_PCR_SELECTION registers{};
    ESYS_TR object = ESYS_TR_NONE;
    ASSERT_EQ(Esys_CreatePrimary(context->get(), ESYS_TR_RH_OWNER, ESYS_TR_PASSWORD, ESYS_TR_NONE,
                                 ESYS_TR_NONE, &sensitive, owned.get(), &outside, &registers,
                                 &object, nullptr, nullptr, nullptr, nullptr),
              TSS2_RC_SUCCESS);
    const TpmHandle made(*context, object);
    ASSERT_TRUE(context->keep(made.get(), kEndorsementHandle));
  }
  const Result<TpmIdentity> device = TpmIdentity::open(own.tcti());
  ASSERT_FALSE(device);
  EXPECT_THAT(device.error().what, HasSubstr("0x81010001"));
  EXPECT_THAT(device.error().mend, HasSubstr("tpm2_evictcontrol"));
}

TEST_F(TpmIdentityTest, AnAbsentTpmIsNamed) {
  Swtpm gone;
  ASSERT_TRUE(gone.is_there());
  gone.stop();
  const Result<TpmIdentity> device = TpmIdentity::open(gone.tcti());
  ASSERT_FALSE(device);
  EXPECT_EQ(device.error().kind, ErrorKind::kOffline);
  EXPECT_THAT(device.error().what, HasSubstr(gone.tcti()));
  EXPECT_THAT(device.error().mend, HasSubstr("/dev/tpmrm0"));
}

TEST_F(TpmIdentityTest, ATpmThatGoesAwayIsAnErrorAndNoMore) {
  Swtpm leaving;
  ASSERT_TRUE(leaving.is_there());
  Result<TpmIdentity> device = TpmIdentity::open(leaving.tcti());
  ASSERT_TRUE(device);
  leaving.stop();
  const Result<Bytes> mac = device->sign("text");
  ASSERT_FALSE(mac);
  EXPECT_EQ(mac.error().kind, ErrorKind::kOffline);
}

}  // namespace
}  // namespace berth::device
