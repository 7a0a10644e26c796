// Pick-up codes, claim tokens and links; and the reader that tells all forms of a code apart,
// whatever a camera or a keyboard gives it.
#include "crypto/code_text.h"

#include "crypto/legacy_code.h"
#include "crypto/tests/compatible_vectors.h"
#include "crypto/tests/fixed_rng.h"

#include <gtest/gtest.h>

#include <map>
#include <set>

namespace berth::crypto {
namespace {

constexpr std::string_view kToken = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8";

TEST(PickupCode, HasFiveBitsOfEachByteInCrockfordsAlphabet) {
  FixedRng rng("00011f3e200a1b1cff81");
  const Secret code = make_pickup_code(rng);
  EXPECT_EQ(code.text(), "01ZY0AVWZ1");
  EXPECT_TRUE(rng.is_used_up());
}

TEST(PickupCode, UsesEverySymbolAlike) {
  base::SeededRng rng(5);
  std::map<char, unsigned> counts;
  for (int i = 0; i < 3'200; ++i) {
    const Secret code = make_pickup_code(rng);
    for (const char c : code.text()) ++counts[c];
  }
  EXPECT_EQ(counts.size(), 32U);
  for (const auto& [symbol, count] : counts) {
    EXPECT_GT(count, 850U) << symbol;
    EXPECT_LT(count, 1'150U) << symbol;
  }
  EXPECT_FALSE(counts.contains('I') || counts.contains('L') || counts.contains('O') ||
               counts.contains('U'));
}

TEST(PickupCode, IsShownInGroups) {
  EXPECT_EQ(grouped_pickup_code(Secret::from_text("7K2M9QRTXC")).text(), "7K2M-9QRT-XC");
}

TEST(PickupCode, IsTakenAsPeopleTypeIt) {
  for (const std::string_view typed :
       {"7K2M-9QRT-XC", "7k2m-9qrt-xc", "7K2M9QRTXC", " 7k2m 9qrt xc ", "7-K-2-M-9-Q-R-T-X-C"}) {
    const std::optional<Secret> code = normalise_pickup_code(typed);
    ASSERT_TRUE(code) << typed;
    EXPECT_EQ(code->text(), "7K2M9QRTXC") << typed;
  }
  EXPECT_EQ(normalise_pickup_code("OoIiLl-ABCD")->text(), "001111ABCD");
}

TEST(PickupCode, IsNothingElse) {
  for (const std::string_view typed : {"", "7K2M-9QRT-X", "7K2M-9QRT-XCC", "7K2M-9QRT-XU",
                                       "7K2M_9QRT_XC", "7K2M-9QRT-X\xc3", "7K2M-9QRT-XC\n"}) {
    EXPECT_FALSE(normalise_pickup_code(typed)) << typed;
  }
  EXPECT_TRUE(normalise_pickup_code("7K2M9QRTXC" + std::string(30, ' ')));
  EXPECT_FALSE(normalise_pickup_code("7K2M9QRTXC" + std::string(31, ' ')));
}

TEST(ClaimToken, Is256BitsInBase64Url) {
  FixedRng rng("000102030405060708090a0b0c0d0e0f101112131415161718191a1b1c1d1e1f");
  EXPECT_EQ(make_claim_token(rng).text(), kToken);
  EXPECT_TRUE(is_claim_token(kToken));
  EXPECT_FALSE(is_claim_token(kToken.substr(1)));
  EXPECT_FALSE(is_claim_token(std::string(kToken) + "A"));
  EXPECT_FALSE(is_claim_token(std::string(42, 'A') + "="));
}

TEST(Base64Url, HasNoPaddingAndNothingForeign) {
  EXPECT_EQ(base64url_encode(base::Bytes{0xfb, 0xff}), "-_8");
  EXPECT_EQ(base64url_decode("-_8"), (base::Bytes{0xfb, 0xff}));
  for (const std::string_view broken : {"-_8=", "+/8", "A", "-_9", "A A"}) {
    EXPECT_FALSE(base64url_decode(broken)) << broken;
  }
}

TEST(CodeText, ReadsBackWhatIsMade) {
  const Secret link = claim_link("berth.example.net:8443", "0a1b", Secret::from_text(kToken));
  EXPECT_EQ(link.text(), "https://berth.example.net:8443/claim/0a1b#" + std::string(kToken));
  const Result<CodeText> claim = read_code_text(link.text());
  ASSERT_TRUE(claim) << claim.error().what;
  EXPECT_EQ(claim->form, CodeForm::kClaimLink);
  EXPECT_EQ(claim->host, "berth.example.net");
  EXPECT_EQ(claim->port, 8443);
  EXPECT_EQ(claim->id, "0a1b");
  EXPECT_EQ(claim->token.text(), kToken);

  const Result<CodeText> envelope = read_code_text(envelope_link("[::1]", "0a1b", "e30"));
  ASSERT_TRUE(envelope) << envelope.error().what;
  EXPECT_EQ(envelope->form, CodeForm::kEnvelopeLink);
  EXPECT_EQ(envelope->host, "::1");
  EXPECT_EQ(envelope->port, 443);
  EXPECT_EQ(envelope->envelope, "e30");

  const Result<CodeText> scheme = read_code_text(envelope_scheme("e30"));
  ASSERT_TRUE(scheme) << scheme.error().what;
  EXPECT_EQ(scheme->form, CodeForm::kEnvelopeScheme);
  EXPECT_EQ(scheme->envelope, "e30");
}

TEST(CodeText, TellsAllFormsApart) {
  const std::vector<std::pair<std::string, CodeForm>> forms{
      {R"({"v":2})", CodeForm::kEnvelopeJson},
      {std::string(kL1.code), CodeForm::kCompatibleSealed},
      {"eyJzY29wZUlkIjoiMG5lMSJ9", CodeForm::kCompatiblePlain},
      {"7k2m-9qrt-xc", CodeForm::kPickup},
      {"0123456789", CodeForm::kPickup},
      {"12135", CodeForm::kNumber},
      {" 0\n", CodeForm::kNumber},
      {"\n" + std::string(kL2.code) + "\r\n", CodeForm::kCompatibleSealed},
  };
  for (const auto& [text, form] : forms) {
    const Result<CodeText> read = read_code_text(text);
    ASSERT_TRUE(read) << text << read.error().what;
    EXPECT_EQ(read->form, form) << text;
    EXPECT_FALSE(to_string(form).empty());
  }
  EXPECT_EQ(read_code_text("12135")->number, 12'135U);
  EXPECT_EQ(read_code_text("00007")->number, 7U);
  EXPECT_EQ(read_code_text("7k2m-9qrt-xc")->pickup.text(), "7K2M9QRTXC");
  EXPECT_EQ(read_code_text(kL1.code)->compatible.text(), kL1.code);
}

TEST(CodeText, RefusesEverythingElseWithoutQuotingIt) {
  const std::string token(kToken);
  const std::vector<std::string> texts{
      "",
      " ",
      "-1",
      "100000",
      "12a",
      "http://berth.example.net/claim/0a1b#" + token,
      "https://berth.example.net/",
      "https://berth.example.net/login/0a1b#" + token,
      "https://berth.example.net/claim/0a1b#" + token.substr(1),
      "https://berth.example.net/claim/0a1b",
      "https://berth.example.net/claim/#" + token,
      "https://berth.example.net/claim/0a/1b#" + token,
      "https://berth.example.net/claim/" + std::string(kCodeIdMax + 1, 'a') + "#" + token,
      "https:///claim/0a1b#" + token,
      "https://user@berth.example.net/claim/0a1b#" + token,
      "https://berth.example.net:/claim/0a1b#" + token,
      "https://berth.example.net:0/claim/0a1b#" + token,
      "https://berth.example.net:65536/claim/0a1b#" + token,
      "https://berth.example.net:8443x/claim/0a1b#" + token,
      "https://" + std::string(254, 'a') + "/claim/0a1b#" + token,
      "https://berth.example.net/c/0a1b#",
      "https://berth.example.net/c/0a1b#e30=",
      "dpscred:1?e=e30",
      "dpscred:2?e=",
      "dpscred:2?e=e3 0",
      "U2FsdGVkX1",
      "U2FsdGVkX18A ESI",
      "eyJ",
      "{\"v\":2,\"id\":\"\xc3\xa4\"}",
      "7K2M-9QRT-X\xc3\x84",
      std::string("12\0", 3),
  };
  for (const std::string& text : texts) {
    const Result<CodeText> read = read_code_text(text);
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().kind, ErrorKind::kInvalid) << text;
    EXPECT_EQ(read.error().what.find(token), std::string::npos);
  }
}

TEST(CodeText, IsBounded) {
  EXPECT_TRUE(read_code_text("{" + std::string(kCodeTextMax - 1, '}')));
  EXPECT_EQ(read_code_text("{" + std::string(kCodeTextMax, '}')).error().kind,
            ErrorKind::kTooLarge);
}

}  // namespace
}  // namespace berth::crypto
