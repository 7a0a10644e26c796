#include "factory/riot_identity.h"

#include "crypto/openssl_parts.h"
#include "factory/riot_digest.h"
#include "factory/tests/riot_vectors.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <openssl/pem.h>

namespace berth::factory {
namespace {

using ::testing::HasSubstr;
using testing::k1_code;
using testing::k1_identity;
using testing::k1_image;
using testing::kUdsHex;
using testing::unhex;

std::string hex(std::span<const std::uint8_t> bytes) { return base::hex_encode(bytes); }
std::string hex(const Secret& secret) { return base::hex_encode(secret.bytes()); }
std::string digest_of(std::string_view text) { return hex(riot_digest(base::as_bytes(text))); }

std::string counting(std::size_t size) {
  std::string text(size, '\0');
  for (std::size_t i = 0; i < size; ++i) text[i] = static_cast<char>(i);
  return text;
}

// dice-x509.md §2.2
TEST(RiotDigest, AgreesWithTheVectors) {
  EXPECT_EQ(digest_of(counting(32)),
            "b618c932f38c85e5953331b1dbead3defdc5e302ba343b8167db2926619644db");
  EXPECT_EQ(digest_of(""), "08c5a54e766e56a6f8430524d46fb0fee37b775701c44995daaf36640e33d265");
  EXPECT_EQ(digest_of("abc"), "bb392cd2622eecbce49cd242285d0009ef70eae1a3e43e5ec8eae7c779b9f600");
  EXPECT_EQ(digest_of(std::string(55, 'a')),
            "99d8648413ae09ae2e21791ab2bb9a55f2c94df6d2f3bccfc04941436e012019");
  EXPECT_EQ(digest_of(std::string(56, 'a')),
            "a4b61e4c9230dcdb0836abb4051231bbf323ae1e08a8ac86c4ce72a9d934b874");
  EXPECT_EQ(digest_of(std::string(64, 'a')),
            "2169aee5a64febc031bfbdf6468114c4b595a7e7e3971e18200e4a99da4a04fd");
  EXPECT_EQ(digest_of(counting(200)),
            "3081dfffc6586c8cec34395d9b67c42460694f53b1c27a9afc7a5259a05cc8e1");
}

// §2.10, K1: what the boards' own tool computes.
TEST(RiotIdentity, AgreesWithVectorK1) {
  const base::Bytes image = k1_image();
  EXPECT_EQ(hex(riot_digest(k1_code(image).core)),
            "f62036bba846cbfcd6e135b23d2aa1e04ffbad0ed53ca2c0e646f2d1b43b28f6");
  EXPECT_EQ(hex(riot_digest(unhex(kUdsHex).bytes())),
            "3f2e02a6e9f7f11b551746a9af67820c8e77aca7db0680417a5b671fa244c270");
  const RiotIdentity identity = k1_identity();
  EXPECT_EQ(hex(identity.cdi), "6d6385d586f6f96f3bb763c0ef48ee3f0da1ebe056ed219968f02ebbb6f72e7b");
  EXPECT_EQ(hex(crypto::sha256(identity.cdi.bytes())),
            "2d1833b0eb7c1caa7f4fed1e5e2e3b39fe2a2357427603627b38f4701af3ec43");
  EXPECT_EQ(hex(identity.fwid), "7551f21161f49a5505ac642fa2983e09138a9dee81c6cd4133bcc9422d329227");
  EXPECT_EQ(hex(identity.device_id.scalar),
            "c6f18de9b31e1cdb74c683d05925bdbee1103ebc16eb40f45061734f603b369b");
  EXPECT_EQ(hex(identity.device_id.point),
            "04ba01d3c5e3dd5320372549494a029612637d6704eb06db28bfd8743d8f1cd68f"
            "d62460d543b2c4c3732dc48f9367fe56892a2bf8cee847fd42ef080cb54c8c59");
  EXPECT_EQ(hex(identity.alias.scalar),
            "88f1f6b3c9b7b4223514d56ee650c3d2b74f09de07b22d36b7ebd13049654998");
  EXPECT_EQ(hex(identity.alias.point),
            "0489e4219d2b9fb2701a06bd1281236e3c7e5bca3807c9d2ed3289933544cc23ea"
            "4f6868d68147ce973091d53c9f7ce963798d4213499a6ece7c924ae9c9d7919c");
}

RiotIdentity k2_identity(std::string_view firmware) {
  const std::string core = counting(64);
  return *derive_riot_identity(Secret::from_text(counting(32)),
                               {base::as_bytes(core), base::as_bytes(firmware)});
}

TEST(RiotIdentity, AgreesWithVectorK2) {
  EXPECT_EQ(digest_of(counting(64)),
            "423361cc6372b1e1f98541af06110a63f0d89e761cbf27c9b5bb0144eb1e77e7");
  const RiotIdentity first = k2_identity("firmware image v1");
  const RiotIdentity second = k2_identity("firmware image v2");
  EXPECT_EQ(hex(first.cdi), "e0fee7f288bd924107bc690f542fced1a2bb3992b996b0f9f51440caf0d39637");
  EXPECT_EQ(hex(second.cdi), hex(first.cdi));
  EXPECT_EQ(hex(first.device_id.point),
            "049e69152afb6457b86e00ea5487f00041a4468bb8680470ab50452271bb80298b"
            "4b73b27f2aaf259839ed5989d8c4867ec2ff109c4dc9a76a7a73de5ce8e85bef");
  EXPECT_EQ(hex(second.device_id.point), hex(first.device_id.point));
  EXPECT_EQ(hex(first.fwid), "5cffc567f0e5f2a745f736851db1559441e6f13b23eda1e9066ee2ccd64ec5a8");
  EXPECT_EQ(hex(second.fwid), "bb5d4b47a502f2c5b5a104564d0c899d36e8af746b237a0cc1a57fc90d73f48f");
  EXPECT_EQ(hex(first.alias.point),
            "04a70f5cd063650929e6fd0b7c14094902eb47d01ede7151a76b275b83d9d0ca9c"
            "acb808c2111bc6e08f7d8fe0be6ddd6c550b0b6fb68694f0802a3f2d60a87ceb");
  EXPECT_EQ(hex(second.alias.point),
            "04e8957856da209701cd41dc7f6d23ce0e42f5ec76d90a35cc2c886cd385be79e4"
            "c28e5f21ac2d2781285056f7706ef600d2720a207b6507a8ad8f4dd146f89a40");
}

TEST(RiotKey, AgreesWithVectorK3) {
  const Result<RiotKey> key = riot_key(Secret::from_text(counting(32)), "Identity");
  ASSERT_TRUE(key);
  EXPECT_EQ(hex(key->scalar), "da827f43ff208cbebbaef349819eadec77e04ec771dbb3c00c5ab4b71d8c5056");
  EXPECT_EQ(hex(key->point),
            "040695c4dda4420722ffe9892596aad8feead63cd0a728780cb7c3334817c9d3f7"
            "17c4df906ebb5a3083d0760a770df0cb45949022906fe03a3fc28bb560b9d68f");
}

TEST(RiotIdentity, OneByteOfTheFirmwareChangesTheAliasAlone) {
  base::Bytes image = k1_image();
  image[0x200] ^= 1U;
  const Result<RiotIdentity> other = derive_riot_identity(unhex(kUdsHex), k1_code(image));
  ASSERT_TRUE(other);
  EXPECT_EQ(hex(other->device_id.point), hex(k1_identity().device_id.point));
  EXPECT_NE(hex(other->alias.point), hex(k1_identity().alias.point));
}

TEST(RiotIdentity, RefusesAUdsOfAnotherLengthAndPartsThatIdentifyNothing) {
  const base::Bytes image = k1_image();
  for (const std::size_t size : {0U, 31U, 33U}) {
    const auto refused = derive_riot_identity(Secret::of_size(size), k1_code(image));
    ASSERT_FALSE(refused);
    EXPECT_THAT(refused.error().what, HasSubstr("has " + std::to_string(size) + " bytes, not 32"));
  }
  MeasuredCode code = k1_code(image);
  code.firmware = code.firmware.first(7);
  const auto small = derive_riot_identity(unhex(kUdsHex), code);
  ASSERT_FALSE(small);
  EXPECT_THAT(small.error().what, HasSubstr("riot_fw has 7 bytes"));
  code.firmware = k1_code(image).firmware.first(8);
  EXPECT_TRUE(derive_riot_identity(unhex(kUdsHex), code));
}

// RFC 6979 appendix A.2.5, SHA-256.
TEST(P256, SignsWithTheNoncesOfTheStandard) {
  const Secret key = unhex("c9afa9d845ba75166b5c215767b1d6934e50c3db36e89b127b8a622b120f6721");
  const auto sample = p256_sign(key, crypto::sha256(base::as_bytes("sample")));
  const auto test = p256_sign(key, crypto::sha256(base::as_bytes("test")));
  ASSERT_TRUE(sample && test);
  EXPECT_EQ(hex(*sample),
            "3046022100efd48b2aacb6a8fd1140dd9cd45e81d69d2c877b56aaf991c34d0ea84eaf3716"
            "022100f7cb1c942d657c41d436c7a1b6e29f65f3e900dbb9aff4064dc4ab2f843acda8");
  EXPECT_EQ(hex(*test),
            "3045022100f1abb023518351cd71d881567b1ea663ed3efcf6c5132b354f28d3b0b7d38367"
            "0220019f4113742a2b14bd25926b49c649155f267e60d3814b4c0cc84250e46f0083");
}

TEST(P256, TakesOnlyNumbersBelowTheOrder) {
  const Secret order = unhex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551");
  const Secret last = unhex("ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632550");
  EXPECT_FALSE(p256_point(order));
  EXPECT_FALSE(p256_point(Secret::of_size(32)));
  EXPECT_FALSE(p256_point(Secret::of_size(31)));
  EXPECT_TRUE(p256_point(last));
  EXPECT_TRUE(p256_sign(last, crypto::Sha256{}));
  EXPECT_FALSE(p256_sign(order, crypto::Sha256{}));
}

TEST(P256, WritesAKeyThatOpensslReads) {
  const RiotIdentity identity = k1_identity();
  const Result<Secret> pem = p256_key_pem(identity.alias.scalar);
  ASSERT_TRUE(pem);
  const crypto::BioPtr text(
      BIO_new_mem_buf(pem->text().data(), static_cast<int>(pem->text().size())));
  const crypto::KeyPtr key(PEM_read_bio_PrivateKey(text.get(), nullptr, nullptr, nullptr));
  ASSERT_TRUE(key);
  std::array<std::uint8_t, 65> point{};
  std::size_t size = 0;
  ASSERT_EQ(EVP_PKEY_get_octet_string_param(key.get(), "pub", point.data(), point.size(), &size),
            1);
  EXPECT_EQ(hex(point), hex(identity.alias.point));
}

}  // namespace
}  // namespace berth::factory
