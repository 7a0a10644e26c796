#include "factory/uds_token.h"

#include "factory/tests/riot_vectors.h"
#include "factory/tests/soft_token.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace berth::factory {
namespace {

using ::testing::HasSubstr;
using testing::kUdsHex;
using testing::SoftToken;
using testing::unhex;

std::unique_ptr<UdsToken> opened(const std::string& uri, const char* pin = SoftToken::kPin) {
  auto token = UdsToken::open(uri);
  EXPECT_TRUE(token) << token.error().what;
  if (pin != nullptr) (*token)->use_pin(Secret::from_text(pin));
  return *std::move(token);
}

TEST(UdsToken, KeepsASecretAndGivesItBack) {
  const SoftToken token("factory");
  ASSERT_TRUE(opened(token.uri("factory"))->keep(unhex(kUdsHex), Overwrite::kNo));
  const auto loaded = opened(token.uri("factory"))->load();
  ASSERT_TRUE(loaded) << loaded.error().what;
  EXPECT_TRUE(loaded->equals(unhex(kUdsHex)));
}

TEST(UdsToken, TakesThePinThatTheUriNames) {
  const SoftToken token("factory");
  const std::string uri = token.uri("factory", "&pin-source=file:" + token.pin_file());
  ASSERT_TRUE(opened(uri, nullptr)->has_pin());
  ASSERT_TRUE(opened(uri, nullptr)->keep(unhex(kUdsHex), Overwrite::kNo));
  EXPECT_TRUE(
      opened(token.uri("factory", std::string("&pin-value=") + SoftToken::kPin), nullptr)->load());
  EXPECT_FALSE(UdsToken::open(token.uri("factory", "&pin-source=file:/nonexistent")));
}

TEST(UdsToken, OverwritesOnlyWhenToldTo) {
  const SoftToken token("factory");
  const auto store = opened(token.uri("factory"));
  ASSERT_TRUE(store->keep(unhex(kUdsHex), Overwrite::kNo));
  const auto kept = store->keep(Secret::of_size(32), Overwrite::kNo);
  ASSERT_FALSE(kept);
  EXPECT_EQ(kept.error().kind, ErrorKind::kConflict);
  EXPECT_TRUE(store->load()->equals(unhex(kUdsHex)));
  ASSERT_TRUE(store->keep(Secret::of_size(32), Overwrite::kYes));
  EXPECT_TRUE(store->load()->equals(Secret::of_size(32)));
}

TEST(UdsToken, KeepsSecretsOfSeveralNamesApart) {
  const SoftToken token("factory");
  const std::string uri =
      std::string("pkcs11:token=factory;object=board-7?module-path=") + SoftToken::kModule;
  ASSERT_TRUE(opened(uri)->keep(unhex(kUdsHex), Overwrite::kNo));
  EXPECT_THAT(opened(uri)->name(), HasSubstr("board-7"));
  EXPECT_TRUE(opened(uri)->load());
  const auto other = opened(token.uri("factory"))->load();
  ASSERT_FALSE(other);
  EXPECT_EQ(other.error().kind, ErrorKind::kNotFound);
}

TEST(UdsToken, NeedsTheRightPin) {
  const SoftToken token("factory");
  ASSERT_TRUE(opened(token.uri("factory"))->keep(unhex(kUdsHex), Overwrite::kNo));
  const auto wrong = opened(token.uri("factory"), "0000-0000")->load();
  ASSERT_FALSE(wrong);
  EXPECT_EQ(wrong.error().kind, ErrorKind::kUnauthenticated);
  const auto none = opened(token.uri("factory"), nullptr)->load();
  ASSERT_FALSE(none);
  EXPECT_THAT(none.error().mend, HasSubstr("PIN"));
  EXPECT_FALSE(opened(token.uri("factory"), nullptr)->keep(unhex(kUdsHex), Overwrite::kYes));
}

TEST(UdsToken, NamesWhatItCannotFind) {
  const SoftToken token("factory");
  const auto other = opened(token.uri("elsewhere"))->load();
  ASSERT_FALSE(other);
  EXPECT_THAT(other.error().what, HasSubstr("no token fits"));
  EXPECT_FALSE(UdsToken::open("pkcs11:token=factory?module-path=/nonexistent.so"));
  EXPECT_FALSE(UdsToken::open("factory"));
  EXPECT_FALSE(UdsToken::open("pkcs11:colour=red"));
}

}  // namespace
}  // namespace berth::factory
