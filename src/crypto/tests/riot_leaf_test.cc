#include "crypto/riot_leaf.h"

#include "crypto/tests/dice_vectors.h"

#include <gtest/gtest.h>
#include <openssl/err.h>

namespace berth::crypto {
namespace {

using testing::alias_certificate;
using testing::replaced;

constexpr std::string_view kDeviceId =
    "04ba01d3c5e3dd5320372549494a029612637d6704eb06db28bfd8743d8f1cd68f"
    "d62460d543b2c4c3732dc48f9367fe56892a2bf8cee847fd42ef080cb54c8c59";
constexpr std::string_view kFwid =
    "7551f21161f49a5505ac642fa2983e09138a9dee81c6cd4133bcc9422d329227";

TEST(RiotLeaf, ReadsTheVectorWholly) {
  const base::Bytes der = alias_certificate();
  ASSERT_TRUE(looks_like_riot_leaf(der));
  const auto leaf = read_riot_leaf(der);
  ASSERT_TRUE(leaf.has_value()) << leaf.error().what;
  EXPECT_EQ(base::hex_encode(leaf->sha256),
            "5e03e061f4625ce727bb4bcddfe4e288bfa607a21b7f8b97cc2a91868adc89a1");
  EXPECT_EQ(base::hex_encode(leaf->public_key_sha256),
            "d5f241aa210806b56f52505ead3cff40e552b2838a0a25d751c0fdeef4e12700");
  EXPECT_EQ(leaf->common_name, "az-c8930123456av1v3v7");
  EXPECT_EQ(base::hex_encode(leaf->identity.device_id_point), kDeviceId);
  EXPECT_EQ(base::hex_encode(leaf->identity.fwid), kFwid);
  EXPECT_TRUE(leaf->client_authentication);
  EXPECT_FALSE(leaf->authority);
  EXPECT_FALSE(leaf->well_formed_name);
  EXPECT_EQ(base::format_utc(leaf->not_after, 0), "2037-01-01T00:00:00Z");
}

TEST(RiotLeaf, IsVerifiedByTheKeyItCarries) {
  const auto leaf = read_riot_leaf(alias_certificate());
  ASSERT_TRUE(leaf.has_value());
  EXPECT_TRUE(verify_riot_leaf(*leaf).has_value());
  EXPECT_EQ(ERR_peek_error(), 0U);
}

TEST(RiotLeaf, AnAlteredFwidNoLongerVerifies) {
  const auto leaf = read_riot_leaf(replaced(alias_certificate(), "7551f211", "7551f212"));
  ASSERT_TRUE(leaf.has_value());
  const auto verified = verify_riot_leaf(*leaf);
  ASSERT_FALSE(verified.has_value());
  EXPECT_EQ(verified.error().what,
            "the certificate is not signed by the DeviceID key that it carries");
  EXPECT_EQ(ERR_peek_error(), 0U) << "nothing stays in the queue";
}

TEST(RiotLeaf, APointBesideTheCurveIsNoKey) {
  const auto device = read_riot_leaf(replaced(alias_certificate(), "04ba01d3c5", "04ba01d3c6"));
  ASSERT_TRUE(device.has_value());
  EXPECT_EQ(verify_riot_leaf(*device).error().what,
            "the DeviceID key in the certificate is not a point of P-256");
  const auto alias = read_riot_leaf(replaced(alias_certificate(), "0489e4219d", "0489e4219e"));
  ASSERT_TRUE(alias.has_value());
  EXPECT_EQ(verify_riot_leaf(*alias).error().what, "the certificate's key is not a point of P-256");
}

struct Damage {
  const char* name;
  std::string_view from;
  std::string_view to;
  std::string_view error;
};

class RiotLeafDamage : public ::testing::TestWithParam<Damage> {};

TEST_P(RiotLeafDamage, IsRefusedWithTheReason) {
  const base::Bytes der = replaced(alias_certificate(), GetParam().from, GetParam().to);
  ASSERT_NE(der, alias_certificate());
  const auto leaf = read_riot_leaf(der);
  ASSERT_FALSE(leaf.has_value());
  EXPECT_EQ(leaf.error().what, GetParam().error);
}

INSTANTIATE_TEST_SUITE_P(
    All, RiotLeafDamage,
    ::testing::Values(
        Damage{"VersionTwo", "818d020101", "818d020102",
               "the device id is of another version than 1"},
        Damage{"NamesLonger", "30819fa0", "3081a0a0",
               "the subject alternative name says it is longer than what holds it"},
        Damage{"NamesShorter", "30819fa0", "30819ea0",
               "the subject alternative name is followed by something that does not belong there"},
        Damage{"OtherNameLonger", "a0819c060a", "a0819d060a",
               "a subject alternative name says it is longer than what holds it"},
        Damage{"OtherNameIndefinite", "a0819c060a", "a0809c060a",
               "a subject alternative name has no definite length"},
        Damage{"OtherNameAbsurd", "a0819c060a", "a0ff9c060a",
               "a subject alternative name says it is absurdly long"},
        Damage{"IdLonger", "30818d0201", "30818e0201",
               "the device id says it is longer than what holds it"},
        Damage{"KeyLonger", "03420004ba", "03430004ba",
               "the DeviceID key is not an uncompressed key on P-256"},
        Damage{"KeyCompressed", "03420004ba", "03420002ba",
               "the DeviceID key is not an uncompressed key on P-256"},
        Damage{"FwidLonger", "04207551", "04217551",
               "the FWID says it is longer than what holds it"},
        Damage{"FwidShorter", "04207551", "041f7551",
               "the FWID is followed by something that does not belong there"},
        Damage{"FwidOfOtherHash", "608648016503040201", "608648016503040202",
               "the FWID is not a SHA-256 digest"},
        Damage{"OwnKeyOnOtherCurve", "2a8648ce3d030107", "2a8648ce3d030108",
               "the certificate's key is not an uncompressed key on P-256"},
        Damage{"UsageShorter", "0c300a0608", "0c30090608",
               "the extended key usage is followed by something that does not belong there"},
        Damage{"SignatureNegative", "0220515c", "0220815c", "the signature has a bad number"},
        Damage{"SignatureShorter", "0220515c", "021f515c",
               "the signature's s should have the tag 02 and has 5f"},
        Damage{"UnknownCritical", "0603551d110101ff", "0603551d120101ff",
               "the certificate has the critical extension 2.5.29.18, which is not understood"},
        Damage{"TwoAlgorithms", "2a8648ce3d040302", "2a8648ce3d040303",
               "the certificate names two different signature algorithms"}),
    [](const auto& info) { return info.param.name; });

// What the vector's certificate has, wrapped as X.509 wants it.
TEST(RiotLeaf, ReadsAWellFormedNameAmongOthers) {
  const auto leaf = read_riot_leaf(alias_certificate());
  ASSERT_TRUE(leaf.has_value());
  const base::Bytes id =
      der_sequence({der_element(der::kInteger, der_unsigned_content(1)),
                    der_sequence({der_sequence({der_object_identifier("1.2.840.10045.2.1"),
                                                der_object_identifier("1.2.840.10045.3.1.7")}),
                                  der_bits(leaf->identity.device_id_point)}),
                    der_sequence({der_object_identifier("2.16.840.1.101.3.4.2.1"),
                                  der_octets(leaf->identity.fwid)})});
  const base::Bytes ours = der_holding(der::holding(0), {der_object_identifier(kRiotIdentifier),
                                                         der_holding(der::holding(0), {id})});
  const base::Bytes other = der_holding(
      der::holding(0), {der_object_identifier("1.2.3"), der_holding(der::holding(0), {id})});
  const base::Bytes host = der_text(der::plain(2), "board.example");

  const auto name = read_riot_name(der_sequence({host, other, ours}));
  ASSERT_TRUE(name.has_value()) << name.error().what;
  ASSERT_TRUE(name->has_value());
  EXPECT_TRUE((*name)->well_formed);
  EXPECT_EQ((*name)->identity.fwid, leaf->identity.fwid);

  const auto none = read_riot_name(der_sequence({host, other}));
  ASSERT_TRUE(none.has_value());
  EXPECT_FALSE(none->has_value());
  EXPECT_FALSE(read_riot_name(der_sequence({ours, ours})).has_value()) << "which of both?";
}

TEST(RiotLeaf, DamageInTheNameIsStillSeenAsOne) {
  EXPECT_TRUE(looks_like_riot_leaf(replaced(alias_certificate(), "30818d0201", "30818e0201")));
  EXPECT_FALSE(looks_like_riot_leaf(testing::device_id_certificate()));
  EXPECT_FALSE(looks_like_riot_leaf(base::Bytes(100, 0x30)));
  EXPECT_FALSE(read_riot_leaf(testing::device_id_certificate()).has_value());
}

TEST(ConstantNonce, IsSeenInBothVectorsAndNotElsewhere) {
  EXPECT_TRUE(is_signed_with_constant_nonce(alias_certificate()));
  EXPECT_TRUE(is_signed_with_constant_nonce(testing::device_id_certificate()));
  EXPECT_FALSE(
      is_signed_with_constant_nonce(replaced(alias_certificate(), "0220515c3d", "0220515c3e")));
  EXPECT_FALSE(has_constant_nonce({}));
}

}  // namespace
}  // namespace berth::crypto
