// Envelopes: the vectors, both directions and with every kind of slow key; whatever is changed,
// nothing opens; costs out of bounds never reach the function that would pay them.
#include "crypto/code_envelope.h"

#include "crypto/code_text.h"
#include "crypto/legacy_code.h"
#include "crypto/secret_json.h"
#include "crypto/tests/envelope_vectors.h"
#include "crypto/tests/fixed_rng.h"

#include <gtest/gtest.h>

namespace berth::crypto {
namespace {

constexpr std::string_view kSaltAndNonce =
    "000102030405060708090a0b0c0d0e0f000102030405060708090a0b";
constexpr std::int64_t kExpires = 1'767'225'600;

Secret passphrase() { return Secret::from_text("correct horse"); }

EnvelopeContent content() {
  EnvelopeContent content;
  content.device_id = "bob-phone-01";
  content.scope_id = "0ne00000A1B";
  content.device_key = Secret::from_text("MTIzNDU2Nzg5MDEyMzQ1Njc4OTAxMjM0NTY3ODkwMTI=");
  content.model_id = "dtmi:com:example:Thermostat;1";
  return content;
}

// The cheapest that is allowed.
Envelope sealed(const EnvelopeContent& what, std::string_view id = "0123abcd") {
  base::SeededRng rng(1);
  return seal_envelope(what, passphrase(),
                       {id, base::from_unix_seconds(kExpires), Argon2idCost{19'456, 2, 1}}, rng)
      .value();
}

struct Case {
  SlowKeyCost cost;
  const EnvelopeVector& vector;
};

class EnvelopeOf : public testing::TestWithParam<Case> {};

TEST_P(EnvelopeOf, HasTheKeyOfTheVector) {
  std::array<std::uint8_t, kSlowKeySaltBytes> salt{};
  for (std::uint8_t i = 0; i < kSlowKeySaltBytes; ++i) salt[i] = i;
  const Result<Secret> key = slow_key(passphrase(), salt, GetParam().cost);
  ASSERT_TRUE(key) << key.error().what;
  EXPECT_EQ(base::hex_encode(key->bytes()), GetParam().vector.key);
}

TEST_P(EnvelopeOf, IsTheVector) {
  EXPECT_EQ(envelope_associated_data(GetParam().cost), GetParam().vector.associated_data);
  FixedRng rng(kSaltAndNonce);
  const Result<Envelope> envelope = seal_envelope(
      content(), passphrase(), {"id", base::from_unix_seconds(kExpires), GetParam().cost}, rng);
  ASSERT_TRUE(envelope) << envelope.error().what;
  EXPECT_EQ(base64url_encode(envelope->ciphertext), GetParam().vector.ciphertext);
  EXPECT_TRUE(rng.is_used_up());
}

TEST_P(EnvelopeOf, OpensToWhatIsInTheVector) {
  Envelope envelope;
  envelope.cost = GetParam().cost;
  for (std::uint8_t i = 0; i < kSlowKeySaltBytes; ++i) envelope.salt[i] = i;
  for (std::uint8_t i = 0; i < kNonceBytes; ++i) envelope.nonce[i] = i;
  envelope.ciphertext = base64url_decode(GetParam().vector.ciphertext).value();
  const Result<EnvelopeContent> opened = open_envelope(envelope, passphrase());
  ASSERT_TRUE(opened) << opened.error().what;
  EXPECT_EQ(opened->device_id, "bob-phone-01");
  EXPECT_EQ(opened->scope_id, "0ne00000A1B");
  EXPECT_EQ(opened->device_key.text(), content().device_key.text());
  EXPECT_EQ(opened->model_id, "dtmi:com:example:Thermostat;1");
  EXPECT_TRUE(opened->endpoint.empty());
}

TEST_P(EnvelopeOf, SurvivesBeingText) {
  base::SeededRng rng(3);
  Envelope envelope;
  envelope.cost = GetParam().cost;
  rng.fill(envelope.salt);
  rng.fill(envelope.nonce);
  envelope.ciphertext = base::Bytes(40, 9);
  envelope.expires = base::from_unix_seconds(kExpires);
  envelope.id = "a-Z_9";
  for (const Result<Envelope>& read : {read_envelope_json(envelope_json(envelope)),
                                       read_envelope_base64url(envelope_base64url(envelope))}) {
    ASSERT_TRUE(read) << read.error().what;
    EXPECT_EQ(read->cost, envelope.cost);
    EXPECT_EQ(read->salt, envelope.salt);
    EXPECT_EQ(read->nonce, envelope.nonce);
    EXPECT_EQ(read->ciphertext, envelope.ciphertext);
    EXPECT_EQ(read->expires, envelope.expires);
    EXPECT_EQ(read->id, envelope.id);
  }
}

INSTANTIATE_TEST_SUITE_P(Kinds, EnvelopeOf,
                         testing::Values(Case{Argon2idCost{}, kArgon2idVector},
                                         Case{ScryptCost{}, kScryptVector},
                                         Case{Pbkdf2Cost{}, kPbkdf2Vector}));

TEST(EnvelopeText, IsCompactAndInTheOrderOfTheDescription) {
  Envelope envelope;
  envelope.ciphertext = base::Bytes(17, 0xff);
  envelope.expires = base::from_unix_seconds(kExpires);
  envelope.id = "ab12";
  EXPECT_EQ(envelope_json(envelope),
            R"({"v":2,"kdf":{"n":"argon2id","m":65536,"t":3,"p":1,"s":"AAAAAAAAAAAAAAAAAAAAAA"},)"
            R"("enc":"A256GCM","iv":"AAAAAAAAAAAAAAAA","ct":"______________________8",)"
            R"("exp":1767225600,"id":"ab12"})");
}

TEST(Envelopes, CarryEndpointAndHint) {
  EnvelopeContent with = content();
  with.endpoint = "berth.example.net:8443";
  with.hub_hint = "hub-1";
  const Result<EnvelopeContent> opened = open_envelope(sealed(with), passphrase());
  ASSERT_TRUE(opened) << opened.error().what;
  EXPECT_EQ(opened->endpoint, with.endpoint);
  EXPECT_EQ(opened->hub_hint, with.hub_hint);
}

TEST(Envelopes, DoNotOpenWhenAnythingWasChanged) {
  const Envelope whole = sealed(content());
  ASSERT_TRUE(open_envelope(whole, passphrase()));
  const auto refused = [](const Envelope& envelope, const Secret& with) {
    const Result<EnvelopeContent> opened = open_envelope(envelope, with);
    return !opened && opened.error().kind == ErrorKind::kUnauthenticated;
  };
  EXPECT_TRUE(refused(whole, Secret::from_text("correct hors")));
  Envelope changed = whole;
  changed.ciphertext.front() ^= 1U;
  EXPECT_TRUE(refused(changed, passphrase()));
  changed = whole;
  changed.ciphertext.back() ^= 0x80U;  // of the tag
  EXPECT_TRUE(refused(changed, passphrase()));
  changed = whole;
  changed.ciphertext.pop_back();
  EXPECT_TRUE(refused(changed, passphrase()));
  changed = whole;
  changed.nonce[11] ^= 1U;
  EXPECT_TRUE(refused(changed, passphrase()));
  changed = whole;
  changed.salt[0] ^= 1U;
  EXPECT_TRUE(refused(changed, passphrase()));
  changed = whole;
  changed.cost = Argon2idCost{19'456, 3, 1};
  EXPECT_TRUE(refused(changed, passphrase()));
}

// The same key under other associated data, which only the tag can notice.
TEST(Envelopes, BindTheirCosts) {
  Envelope envelope = sealed(content());
  const Secret key = slow_key(passphrase(), envelope.salt, envelope.cost).value();
  const std::string other = envelope_associated_data(Argon2idCost{19'457, 2, 1});
  const Secret plaintext = Secret::from_text(R"({"deviceId":"d","deviceKey":"k"})");
  envelope.ciphertext.resize(plaintext.size() + kTagBytes);
  encrypt({key.bytes(), envelope.nonce, other}, plaintext.bytes(), envelope.ciphertext);
  EXPECT_EQ(open_envelope(envelope, passphrase()).error().kind, ErrorKind::kUnauthenticated);
  const std::string right = envelope_associated_data(envelope.cost);
  encrypt({key.bytes(), envelope.nonce, right}, plaintext.bytes(), envelope.ciphertext);
  EXPECT_TRUE(open_envelope(envelope, passphrase()));
}

TEST(Envelopes, WithoutDeviceOrKeyInsideAreNone) {
  EnvelopeContent empty = content();
  empty.device_key = Secret();
  EXPECT_EQ(open_envelope(sealed(empty), passphrase()).error().kind, ErrorKind::kInvalid);
}

TEST(Envelopes, AreNotMadeOfWhatCannotBeRead) {
  base::SeededRng rng(1);
  const EnvelopeLabel label{"id", base::from_unix_seconds(kExpires)};
  const auto kind = [&](const Result<Envelope>& made) { return made.error().kind; };
  EXPECT_EQ(kind(seal_envelope(content(), Secret(), label, rng)), ErrorKind::kInvalid);
  EXPECT_EQ(kind(seal_envelope(content(), Secret::from_text("\xff"), label, rng)),
            ErrorKind::kInvalid);
  const Secret long_one = Secret::from_text(std::string(kPassphraseBytesMax + 1, 'p'));
  EXPECT_EQ(kind(seal_envelope(content(), long_one, label, rng)), ErrorKind::kInvalid);
  EXPECT_EQ(kind(seal_envelope(content(), passphrase(), {"a b", label.expires}, rng)),
            ErrorKind::kInvalid);
  EnvelopeContent large = content();
  large.endpoint = std::string(kSecretJsonBytesMax, 'e');
  EXPECT_EQ(kind(seal_envelope(large, passphrase(), label, rng)), ErrorKind::kTooLarge);
}

TEST(SlowKey, RefusesCostsOutOfBounds) {
  const std::vector<SlowKeyCost> allowed{Argon2idCost{19'456, 2, 1}, Argon2idCost{262'144, 10, 4},
                                         ScryptCost{15, 8, 1},       ScryptCost{17, 8, 4},
                                         ScryptCost{16, 16, 4},      Pbkdf2Cost{600'000},
                                         Pbkdf2Cost{2'000'000}};
  for (const SlowKeyCost& cost : allowed) {
    EXPECT_TRUE(check_slow_key_cost(cost)) << envelope_associated_data(cost);
  }
  const std::vector<SlowKeyCost> refused{Argon2idCost{19'455, 3, 1},
                                         Argon2idCost{262'145, 3, 1},
                                         Argon2idCost{65'536, 1, 1},
                                         Argon2idCost{65'536, 11, 1},
                                         Argon2idCost{65'536, 3, 0},
                                         Argon2idCost{65'536, 3, 5},
                                         Argon2idCost{4'294'967'295, 3, 1},
                                         ScryptCost{14, 8, 1},
                                         ScryptCost{18, 8, 1},
                                         ScryptCost{63, 8, 1},
                                         ScryptCost{15, 7, 1},
                                         ScryptCost{15, 17, 1},
                                         ScryptCost{15, 8, 0},
                                         ScryptCost{15, 8, 5},
                                         Pbkdf2Cost{599'999},
                                         Pbkdf2Cost{2'000'001},
                                         Pbkdf2Cost{0}};
  const std::array<std::uint8_t, kSlowKeySaltBytes> salt{};
  for (const SlowKeyCost& cost : refused) {
    const Result<Secret> key = slow_key(passphrase(), salt, cost);
    ASSERT_FALSE(key) << envelope_associated_data(cost);
    EXPECT_EQ(key.error().kind, ErrorKind::kInvalid);
  }
}

// One member at a time made wrong.
TEST(EnvelopeText, IsRefusedWhenAnyMemberIsWrong) {
  const std::string good =
      R"({"v":2,"kdf":{"n":"argon2id","m":65536,"t":3,"p":1,"s":"AAAAAAAAAAAAAAAAAAAAAA"},)"
      R"("enc":"A256GCM","iv":"AAAAAAAAAAAAAAAA","ct":"______________________8",)"
      R"("exp":1767225600,"id":"ab12","later":true})";
  ASSERT_TRUE(read_envelope_json(good));
  struct Change {
    std::string_view from;
    std::string_view to;
  };
  const std::vector<Change> changes{
      {"\"v\":2", "\"v\":1"},
      {"\"v\":2", "\"v\":\"2\""},
      {"\"v\":2", "\"v\":2.0"},
      {"argon2id", "argon2i"},
      {"argon2id", "scrypt"},
      {"\"m\":65536", "\"m\":-1"},
      {"\"m\":65536", "\"m\":4294967296"},
      {"\"m\":65536", "\"m\":1e5"},
      {"\"m\":65536", "\"m\":8"},
      {"\"m\":65536,", ""},
      {"\"t\":3", "\"t\":100"},
      {"\"p\":1", "\"p\":64"},
      {"\"s\":\"A", "\"s\":\""},
      {"\"s\":\"A", "\"s\":\"="},
      {"\"s\":\"AA", "\"s\":\"AAAA"},
      {"A256GCM", "A128GCM"},
      {"\"iv\":\"AAAA", "\"iv\":\""},
      {"ct\":\"_", "ct\":\"="},
      {"ct\":\"______________________8", "ct\":\"AAAAAAAAAAAAAAAAAAAAAA"},
      {"\"exp\":1767225600", "\"exp\":-1"},
      {"\"exp\":1767225600", "\"exp\":253402300800"},
      {"\"exp\":1767225600", "\"exp\":\"1767225600\""},
      {"\"id\":\"ab12\"", "\"id\":\"\""},
      {"\"id\":\"ab12\"", "\"id\":\"a/b\""},
      {"\"id\":\"ab12\"", "\"id\":7"},
      {"\"kdf\":{", "\"kdf\":[{"},
      {"true}", "true"},
      {"true}", "[[[[1]]]]}"},
  };
  for (const Change& change : changes) {
    std::string text = good;
    ASSERT_NE(text.find(change.from), text.npos) << change.from;
    text.replace(text.find(change.from), change.from.size(), change.to);
    const Result<Envelope> read = read_envelope_json(text);
    ASSERT_FALSE(read) << text;
    EXPECT_EQ(read.error().kind, ErrorKind::kInvalid) << text;
  }
}

TEST(EnvelopeText, IsBounded) {
  EXPECT_EQ(read_envelope_json(std::string(kEnvelopeBytesMax + 1, ' ')).error().kind,
            ErrorKind::kTooLarge);
  EXPECT_EQ(read_envelope_base64url(std::string(2 * kEnvelopeBytesMax, 'A')).error().kind,
            ErrorKind::kTooLarge);
  EXPECT_EQ(read_envelope_base64url("e30").error().kind, ErrorKind::kInvalid);
  EXPECT_EQ(read_envelope_base64url("e30=").error().kind, ErrorKind::kInvalid);
}

}  // namespace
}  // namespace berth::crypto
