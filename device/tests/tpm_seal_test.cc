// Secrets sealed by a TPM in software: opened by it, by no other, and never when changed.
#include "berth/device/tpm_seal.h"

#include "device/tests/swtpm.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace berth::device {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;
using testing::Swtpm;

constexpr const char* kText = "thirty-two bytes of one board...";

class TpmSeal : public ::testing::Test {
 protected:
  void SetUp() override {
    if (!tpm_.is_there()) GTEST_SKIP() << tpm_.why_not();
  }
  Swtpm tpm_;
};

TEST_F(TpmSeal, GivesBackWhatItSealed) {
  const auto sealed = tpm_seal(tpm_.tcti(), Secret::from_text(kText));
  ASSERT_TRUE(sealed) << sealed.error().what;
  EXPECT_THAT(*sealed, Not(HasSubstr(kText)));
  const auto opened = tpm_unseal(tpm_.tcti(), *sealed);
  ASSERT_TRUE(opened) << opened.error().what;
  EXPECT_EQ(opened->text(), kText);
}

TEST_F(TpmSeal, IsOpenedByNoOtherTpm) {
  const auto sealed = tpm_seal(tpm_.tcti(), Secret::from_text(kText));
  ASSERT_TRUE(sealed);
  const Swtpm other;
  ASSERT_TRUE(other.is_there()) << other.why_not();
  const auto refused = tpm_unseal(other.tcti(), *sealed);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::kUnauthenticated);
  EXPECT_THAT(refused.error().mend, HasSubstr("the TPM that sealed it"));
}

TEST_F(TpmSeal, IsRefusedWhenItWasChanged) {
  const std::string sealed = *tpm_seal(tpm_.tcti(), Secret::from_text(kText));
  for (const std::size_t at : {std::size_t{0}, std::size_t{20}, sealed.size() / 2}) {
    std::string changed = sealed;
    changed[at] = changed[at] == 'A' ? 'B' : 'A';
    EXPECT_FALSE(tpm_unseal(tpm_.tcti(), changed)) << at;
  }
  EXPECT_FALSE(tpm_unseal(tpm_.tcti(), std::string_view(sealed).substr(0, 100)));
  EXPECT_FALSE(tpm_unseal(tpm_.tcti(), sealed + "AAAA"));
  EXPECT_FALSE(tpm_unseal(tpm_.tcti(), ""));
}

TEST_F(TpmSeal, TakesAsManyBytesAsATpmDoes) {
  EXPECT_FALSE(tpm_seal(tpm_.tcti(), Secret()));
  EXPECT_FALSE(tpm_seal(tpm_.tcti(), Secret::of_size(kSealedBytesMax + 1)));
  const auto most = tpm_seal(tpm_.tcti(), Secret::of_size(kSealedBytesMax));
  ASSERT_TRUE(most) << most.error().what;
  EXPECT_EQ(tpm_unseal(tpm_.tcti(), *most)->size(), kSealedBytesMax);
}

TEST_F(TpmSeal, SaysThatThereIsNoTpm) {
  tpm_.stop();
  EXPECT_EQ(tpm_seal(tpm_.tcti(), Secret::from_text(kText)).error().kind, ErrorKind::kOffline);
}

}  // namespace
}  // namespace berth::device
