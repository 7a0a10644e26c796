// Compatible codes: byte for byte what their first makers made, and readable in every order and
// kind; whatever is wrong with a code is the same error.
#include "crypto/legacy_code.h"

#include "base/codec.h"
#include "crypto/device_key.h"
#include "crypto/secret_json.h"
#include "crypto/tests/compatible_vectors.h"
#include "crypto/tests/fixed_rng.h"

#include <gtest/gtest.h>
#include <openssl/evp.h>

#include <set>

namespace berth::crypto {
namespace {

CompatibleCredential credential_of(const CompatibleVector& vector) {
  return {std::string(vector.device_id), Secret::from_text(vector.device_key),
          std::string(vector.scope_id), std::string(vector.model_id)};
}

std::string plain_code(std::string_view json) { return base::base64_encode(base::as_bytes(json)); }

class CompatibleCode : public testing::TestWithParam<CompatibleVector> {};

TEST_P(CompatibleCode, IsWhatTheFirstMakersMade) {
  const CompatibleVector& vector = GetParam();
  FixedRng rng(vector.salt);
  const Result<Secret> code =
      make_compatible_code(credential_of(vector), Secret::from_text(vector.passphrase),
                           PassphraseInCode::kIncluded, rng);
  ASSERT_TRUE(code) << code.error().what;
  EXPECT_EQ(code->text(), vector.code);
  EXPECT_TRUE(rng.is_used_up());
}

TEST_P(CompatibleCode, HoldsExactlyTheJsonOfTheFirstMakers) {
  const CompatibleVector& vector = GetParam();
  FixedRng rng(vector.salt);
  const Result<Secret> code =
      compatible_code_of(Secret::from_text(vector.json), Secret::from_text(vector.passphrase), rng);
  ASSERT_TRUE(code) << code.error().what;
  EXPECT_EQ(code->text(), vector.code);
}

TEST_P(CompatibleCode, IsReadWithItsPassphrase) {
  const CompatibleVector& vector = GetParam();
  const Result<CompatibleCredential> read =
      read_compatible_code(vector.code, Secret::from_text(vector.passphrase));
  ASSERT_TRUE(read) << read.error().what;
  EXPECT_EQ(read->device_id, vector.device_id);
  EXPECT_EQ(read->device_key.text(), vector.device_key);
  EXPECT_EQ(read->scope_id, vector.scope_id);
  EXPECT_EQ(read->model_id, vector.model_id);
}

INSTANTIATE_TEST_SUITE_P(Vectors, CompatibleCode, testing::Values(kL1, kL2, kL3));

TEST(CompatibleCodes, WithoutPassphraseInsideDecryptToTheSameCredential) {
  base::SeededRng rng(1);
  const Secret passphrase = Secret::from_text(kL1.passphrase);
  const Secret code =
      *make_compatible_code(credential_of(kL1), passphrase, PassphraseInCode::kLeftOut, rng);
  EXPECT_LT(code.size(), kL1.code.size());
  const Result<CompatibleCredential> read = read_compatible_code(code.text(), passphrase);
  ASSERT_TRUE(read) << read.error().what;
  EXPECT_EQ(read->device_key.text(), kL1.device_key);
}

TEST(CompatibleCodes, NeverRepeatASalt) {
  base::SeededRng rng(1);
  const Secret passphrase = Secret::from_text("p");
  const auto make = [&] {
    return *make_compatible_code(credential_of(kL2), passphrase, PassphraseInCode::kLeftOut, rng);
  };
  EXPECT_NE(make().text(), make().text());
}

TEST(CompatibleCodes, UnencryptedIsTheJsonInBase64) {  // vector L4
  base::SeededRng rng(1);
  const Result<Secret> code =
      compatible_code_of(Secret::from_text(R"({"scopeId":"0ne1","deviceId":"d"})"), Secret(), rng);
  ASSERT_TRUE(code) << code.error().what;
  EXPECT_EQ(code->text(), "eyJzY29wZUlkIjoiMG5lMSIsImRldmljZUlkIjoiZCJ9");
  const Secret whole = *make_plain_compatible_code(credential_of(kL2));
  EXPECT_EQ(whole.text(),
            plain_code(R"({"deviceId":"d","deviceKey":"a2V5","scopeId":"0ne1","modelId":""})"));
}

TEST(CompatibleCodes, UnencryptedIsReadWithAndWithoutPassphrase) {
  for (const std::string_view typed : {"", "any"}) {
    const Result<CompatibleCredential> read =
        read_compatible_code("eyJzY29wZUlkIjoiMG5lMSJ9", Secret::from_text(typed));
    ASSERT_TRUE(read) << typed;
    EXPECT_EQ(read->scope_id, "0ne1");
    EXPECT_TRUE(read->device_id.empty());
    EXPECT_TRUE(read->device_key.empty());
  }
}

TEST(CompatibleCodes, AreReadInAnyOrderAndWithUnknownMembers) {
  const Result<CompatibleCredential> read = read_compatible_code(
      plain_code(R"({"modelId":"m","later":{"a":[1,2]},"scopeId":"s","types":3,)"
                 R"("deviceKey":"k","deviceId":"d"})"),
      Secret());
  ASSERT_TRUE(read) << read.error().what;
  EXPECT_EQ(read->device_id, "d");
  EXPECT_EQ(read->device_key.text(), "k");
  EXPECT_EQ(read->model_id, "m");
}

TEST(CompatibleCodes, AreEscapedAsBrowsersDo) {
  CompatibleCredential credential;
  credential.device_id = "a/\"\\\b\f\n\r\t\x01\x1f\x7f\u00e4\u2028";
  const Secret code = *make_plain_compatible_code(credential);
  EXPECT_EQ(code.text(), plain_code("{\"deviceId\":\"a/\\\"\\\\\\b\\f\\n\\r\\t\\u0001\\u001f\x7f"
                                    "\u00e4\u2028\",\"deviceKey\":\"\",\"scopeId\":\"\","
                                    "\"modelId\":\"\"}"));
  EXPECT_EQ(read_compatible_code(code.text(), Secret())->device_id, credential.device_id);
}

// Every text that is no code, or not with this passphrase.
TEST(CompatibleCodes, FailAllAlike) {
  const std::string code(kL1.code);
  std::string changed_end = code;
  changed_end[changed_end.size() - 4] = changed_end[changed_end.size() - 4] == 'A' ? 'B' : 'A';
  struct Case {
    std::string code;
    std::string_view passphrase;
  };
  const std::vector<Case> cases{
      {code, "wrong"},
      {code, ""},
      {"-1", "any"},
      {"-1", ""},
      {"", "any"},
      {changed_end, kL1.passphrase},
      {code.substr(0, code.size() - 4), kL1.passphrase},
      {code + "AAAA", kL1.passphrase},
      {code + "\n", kL1.passphrase},
      {"U2FsdGVkX18=", kL1.passphrase},
      {"U2FsdGVkX18AESIzRFVmdw==", kL1.passphrase},  // a salt and nothing more
      {plain_code("[1]"), ""},
      {plain_code("\"deviceId\""), ""},
      {plain_code("{\"deviceId\":\"\xff\"}"), ""},
      {plain_code(R"({"deviceId":"d"} x)"), ""},
      {plain_code("{\"a\":[[[[[[[[[[1]]]]]]]]]]}"), ""},
      {std::string(kCompatibleCodeBytesMax + 4, 'A'), ""},
  };
  const Error expected = read_compatible_code("-1", Secret()).error();
  for (const Case& each : cases) {
    const Result<CompatibleCredential> read =
        read_compatible_code(each.code, Secret::from_text(each.passphrase));
    ASSERT_FALSE(read) << each.code;
    EXPECT_EQ(read.error().kind, ErrorKind::kInvalid);
    EXPECT_EQ(read.error().what, expected.what) << each.code;
    EXPECT_EQ(read.error().mend, expected.mend) << each.code;
  }
}

// About one wrong passphrase in 256 leaves something that looks like right padding.
TEST(CompatibleCodes, FailWithAWrongPassphraseEvenWhenThePaddingIsRight) {
  unsigned refused = 0;
  for (int i = 0; i < 2'000; ++i) {
    const Result<CompatibleCredential> read =
        read_compatible_code(kL2.code, Secret::from_text("wrong " + std::to_string(i)));
    if (!read && read.error().kind == ErrorKind::kInvalid) ++refused;
  }
  EXPECT_EQ(refused, 2'000U);
}

TEST(CompatibleCodes, RefuseWhatCannotStandInThem) {
  base::SeededRng rng(1);
  const auto make = [&](const CompatibleCredential& credential, std::string_view passphrase) {
    return make_compatible_code(credential, Secret::from_text(passphrase),
                                PassphraseInCode::kIncluded, rng);
  };
  CompatibleCredential broken;
  broken.device_id = "\xc3";
  EXPECT_EQ(make(broken, "p").error().kind, ErrorKind::kInvalid);
  EXPECT_EQ(make({}, "").error().kind, ErrorKind::kInvalid);
  EXPECT_EQ(make({}, "\xff").error().kind, ErrorKind::kInvalid);
  EXPECT_TRUE(make({}, std::string(kPassphraseBytesMax, 'p')));
  EXPECT_EQ(make({}, std::string(kPassphraseBytesMax + 1, 'p')).error().kind, ErrorKind::kTooLarge);
  CompatibleCredential large;
  large.model_id = std::string(kSecretJsonBytesMax, 'm');
  EXPECT_EQ(make(large, "p").error().kind, ErrorKind::kTooLarge);
  EXPECT_EQ(make_plain_compatible_code(large).error().kind, ErrorKind::kTooLarge);
}

TEST(CompatibleCodes, ADeviceKeyOfAGroupIsWhatTheToolsDerive) {  // vector D1
  const Secret group = *base::base64_decode_secret("MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI=");
  EXPECT_EQ(base::base64_encode(derive_device_key(group.bytes(), "bob-phone-01").bytes()),
            "UK8x4vxx3k5PQMtbzACJ29uKbnk5uXFIKyFVvUQv5aw=");
}

TEST(CodeNumber, IsEvenlySpreadOverFiveDigits) {
  base::SeededRng rng(7);
  std::array<unsigned, 10> tenths{};
  for (int i = 0; i < 10'000; ++i) {
    const std::uint32_t number = make_code_number(rng);
    ASSERT_LT(number, kCodeNumbers);
    ++tenths[number / (kCodeNumbers / 10)];
  }
  for (const unsigned count : tenths) {
    EXPECT_GT(count, 850U);
    EXPECT_LT(count, 1'150U);
  }
}

}  // namespace
}  // namespace berth::crypto
