#include "crypto/dice_evidence.h"

#include "crypto/tests/dice_vectors.h"

#include <gtest/gtest.h>

namespace berth::crypto {
namespace {

using testing::alias_certificate;
using testing::certificate_with;
using testing::device_id_certificate;
using testing::extension;

constexpr std::string_view kFwid =
    "7551f21161f49a5505ac642fa2983e09138a9dee81c6cd4133bcc9422d329227";

base::Bytes unhex(std::string_view hex) { return *base::hex_decode(hex); }

Result<DiceEvidence> read(const base::Bytes& der) { return read_dice(std::span(&der, 1)); }

std::string error_of(const base::Bytes& der) {
  const auto evidence = read(der);
  return evidence ? "" : evidence.error().what;
}

base::Bytes fwid(std::string_view oid, std::size_t size) {
  return der_sequence({der_object_identifier(oid), der_octets(base::Bytes(size, 0xAB))});
}

base::Bytes number(unsigned tag, std::uint64_t value) {
  return der_element(der::plain(tag), der_unsigned_content(value));
}

constexpr std::string_view kSha256Oid = "2.16.840.1.101.3.4.2.1";
constexpr std::string_view kSha384Oid = "2.16.840.1.101.3.4.2.2";

base::Bytes full_tcb_info() {
  return der_sequence({der_text(der::plain(0), "Contoso"), der_text(der::plain(1), "Gate"),
                       der_text(der::plain(2), "1.10.2"), number(3, 7), number(4, 2), number(5, 0),
                       der_holding(der::holding(6), {fwid(kSha256Oid, 32), fwid(kSha384Oid, 48)}),
                       der_element(der::plain(7), der_named_bits_content(kTcbDebug)),
                       der_element(der::plain(8), unhex("aa")),
                       der_element(der::plain(9), unhex("bb")),
                       der_element(der::plain(10), der_named_bits_content(0xF)),
                       der_holding(der::holding(11), {der_sequence({number(1, 0)})})});
}

TEST(DiceEvidence, ABoardsChainHasOneMeasurementAndTwoWeakSignatures) {
  const base::Bytes chain[] = {alias_certificate(), device_id_certificate()};
  const auto evidence = read_dice(chain);
  ASSERT_TRUE(evidence.has_value()) << evidence.error().what;
  ASSERT_EQ(evidence->layers.size(), 1U);
  EXPECT_EQ(evidence->layers[0].form, DiceForm::kRiotSan);
  EXPECT_EQ(evidence->layers[0].certificate, 0U);
  EXPECT_EQ(to_string(evidence->layers[0].digests.at(0)), "sha256:" + std::string(kFwid));
  EXPECT_EQ(evidence->layers[0].device_id_point.size(), 65U);
  EXPECT_EQ(evidence->constant_nonce, (std::vector<std::size_t>{0, 1}));
}

TEST(DiceEvidence, CertificatesWithoutMeasurementsGiveNoLayers) {
  const auto evidence = read(device_id_certificate());
  ASSERT_TRUE(evidence.has_value());
  EXPECT_TRUE(evidence->layers.empty());
  EXPECT_TRUE(read_dice({})->layers.empty());
}

TEST(DiceEvidence, TcbInfoIsReadWithEveryMember) {
  const auto evidence = read(certificate_with({extension(oid::kTcbInfo, full_tcb_info(), true)}));
  ASSERT_TRUE(evidence.has_value()) << evidence.error().what;
  const DiceLayer& layer = evidence->layers.at(0);
  EXPECT_EQ(layer.form, DiceForm::kTcbInfo);
  EXPECT_EQ(layer.vendor, "Contoso");
  EXPECT_EQ(layer.model, "Gate");
  EXPECT_EQ(layer.version, "1.10.2");
  EXPECT_EQ(layer.svn, 7U);
  EXPECT_EQ(layer.layer, 2U);
  EXPECT_EQ(layer.index, 0U);
  ASSERT_EQ(layer.digests.size(), 2U);
  EXPECT_EQ(layer.digests[1].algorithm, "sha384");
  EXPECT_EQ(layer.flags, kTcbDebug);
  EXPECT_EQ(layer.mode, DiceMode::kDebug);
  EXPECT_EQ(layer.flags_mask, 0xFU);
  EXPECT_EQ(base::hex_encode(layer.vendor_info), "aa");
  EXPECT_EQ(base::hex_encode(layer.type), "bb");
  EXPECT_EQ(base::hex_encode(layer.integrity_registers), "3003810100");
}

TEST(DiceEvidence, TheSameIdentifierMayHoldARiotIdentity) {
  const auto leaf = read_riot_leaf(alias_certificate());
  ASSERT_TRUE(leaf.has_value());
  const base::Bytes id =
      der_sequence({der_element(der::kInteger, der_unsigned_content(1)),
                    der_sequence({der_sequence({der_object_identifier("1.2.840.10045.2.1"),
                                                der_object_identifier("1.2.840.10045.3.1.7")}),
                                  der_bits(leaf->identity.device_id_point)}),
                    fwid(kSha256Oid, 32)});
  const auto evidence = read(certificate_with({extension(oid::kTcbInfo, id)}));
  ASSERT_TRUE(evidence.has_value()) << evidence.error().what;
  EXPECT_EQ(evidence->layers.at(0).form, DiceForm::kRiotExtension);
  EXPECT_EQ(evidence->layers[0].device_id_point, leaf->identity.device_id_point);
}

TEST(DiceEvidence, TextMembersMayBeIa5StringsInTheirTag) {
  const base::Bytes wrapped =
      der_sequence({der_holding(der::holding(0), {der_text(der::kIa5String, "Early")}),
                    der_holding(der::holding(1), {der_text(der::kUtf8String, "Maker")})});
  const auto layer = read_tcb_info(wrapped);
  ASSERT_TRUE(layer.has_value()) << layer.error().what;
  EXPECT_EQ(layer->vendor, "Early");
  EXPECT_EQ(layer->model, "Maker");
}

TEST(DiceEvidence, MultiTcbInfoGivesALayerForEach) {
  const base::Bytes multi =
      der_sequence({der_sequence({number(4, 1)}), der_sequence({number(4, 0), number(5, 1)})});
  const auto evidence = read(certificate_with({extension(oid::kMultiTcbInfo, multi)}));
  ASSERT_TRUE(evidence.has_value()) << evidence.error().what;
  ASSERT_EQ(evidence->layers.size(), 2U);
  EXPECT_EQ(evidence->layers[0].layer, 1U);
  EXPECT_EQ(evidence->layers[1].index, 1U);
  EXPECT_EQ(evidence->layers[1].form, DiceForm::kMultiTcbInfo);
  EXPECT_FALSE(evidence->layers[1].mode.has_value()) << "no flags, no mode";
}

TEST(DiceEvidence, UeidAndPurposesAreKept) {
  const base::Bytes usages = der_sequence(
      {der_object_identifier("1.3.6.1.5.5.7.3.2"), der_object_identifier("2.23.133.5.4.100.9")});
  const base::Bytes policies =
      der_sequence({der_sequence({der_object_identifier("2.23.133.5.4.100.12")})});
  const base::Bytes der =
      certificate_with({extension(oid::kUeid, der_sequence({der_octets(unhex("010203"))})),
                        extension("2.5.29.37", usages), extension("2.5.29.32", policies)});
  const auto evidence = read(der);
  ASSERT_TRUE(evidence.has_value()) << evidence.error().what;
  EXPECT_EQ(base::hex_encode(evidence->ueid), "010203");
  ASSERT_EQ(evidence->purposes.size(), 2U);
  EXPECT_EQ(evidence->purposes[0].name, "attest_loc");
  EXPECT_EQ(evidence->purposes[1].name, "eca");
}

base::Bytes explicit_octets(unsigned tag, std::size_t size) {
  return der_holding(der::holding(tag), {der_octets(base::Bytes(size, 0xCD))});
}

base::Bytes open_dice_mode(std::uint8_t tag, std::uint64_t mode) {
  return der_sequence(
      {der_holding(der::holding(6), {der_element(tag, der_unsigned_content(mode))})});
}

TEST(DiceEvidence, OpenDiceIsReadWithEveryMember) {
  const base::Bytes input = der_sequence(
      {explicit_octets(0, 64), explicit_octets(1, 3), explicit_octets(2, 32), explicit_octets(3, 5),
       explicit_octets(4, 48), explicit_octets(5, 6),
       der_holding(der::holding(6), {der_element(der::kEnumerated, der_unsigned_content(1))}),
       der_holding(der::holding(7), {der_text(der::kUtf8String, "opendice.example")})});
  const auto evidence = read(certificate_with({extension(oid::kOpenDice, input, true)}));
  ASSERT_TRUE(evidence.has_value()) << evidence.error().what;
  const DiceLayer& layer = evidence->layers.at(0);
  EXPECT_EQ(layer.form, DiceForm::kOpenDice);
  EXPECT_EQ(layer.digests.at(0).algorithm, "sha512");
  EXPECT_EQ(layer.config.at(0).algorithm, "sha256");
  EXPECT_EQ(layer.authority.at(0).algorithm, "sha384");
  EXPECT_EQ(layer.code_descriptor.size(), 3U);
  EXPECT_EQ(layer.config_descriptor.size(), 5U);
  EXPECT_EQ(layer.authority_descriptor.size(), 6U);
  EXPECT_EQ(layer.mode, DiceMode::kNormal);
  EXPECT_EQ(layer.profile, "opendice.example");
}

TEST(DiceEvidence, OpenDicesModeMayBeIntegerOrEnumerated) {
  EXPECT_EQ(read_open_dice(open_dice_mode(der::kInteger, 0))->mode, DiceMode::kNotConfigured);
  EXPECT_EQ(read_open_dice(open_dice_mode(der::kEnumerated, 2))->mode, DiceMode::kDebug);
  EXPECT_EQ(read_open_dice(open_dice_mode(der::kEnumerated, 3))->mode, DiceMode::kRecovery);
  EXPECT_FALSE(read_open_dice(open_dice_mode(der::kEnumerated, 4)).has_value());
  EXPECT_FALSE(read_open_dice(open_dice_mode(der::kBoolean, 1)).has_value());
}

struct Bad {
  const char* name;
  std::string_view oid;
  base::Bytes value;
  std::string_view error;
};

class DiceEvidenceBad : public ::testing::TestWithParam<Bad> {};

TEST_P(DiceEvidenceBad, RefusesTheWholeChain) {
  EXPECT_EQ(error_of(certificate_with({extension(GetParam().oid, GetParam().value)})),
            "certificate 1 of the chain: " + std::string(GetParam().error));
}

base::Bytes many(const base::Bytes& one, std::size_t count, std::uint8_t tag) {
  base::Bytes content;
  for (std::size_t i = 0; i < count; ++i) content.insert(content.end(), one.begin(), one.end());
  return der_element(tag, content);
}

INSTANTIATE_TEST_SUITE_P(
    All, DiceEvidenceBad,
    ::testing::Values(
        Bad{"TcbInfoEmptyBytes", oid::kTcbInfo, {}, "the DICE extension is missing"},
        Bad{"TcbInfoOutOfOrder", oid::kTcbInfo, der_sequence({number(5, 0), number(4, 0)}),
            "TcbInfo's last known member is followed by something that does not belong there"},
        Bad{"TcbInfoTwice", oid::kTcbInfo, der_sequence({number(3, 0), number(3, 0)}),
            "TcbInfo's last known member is followed by something that does not belong there"},
        Bad{"TcbInfoUnknownMember", oid::kTcbInfo, der_sequence({number(12, 0)}),
            "TcbInfo's last known member is followed by something that does not belong there"},
        Bad{"TcbInfoNegativeSvn", oid::kTcbInfo,
            der_sequence({der_element(der::plain(3), base::Bytes{0xFF})}),
            "TcbInfo's svn is negative"},
        Bad{"TcbInfoHugeSvn", oid::kTcbInfo,
            der_sequence({der_element(der::plain(3), base::Bytes(9, 1))}),
            "TcbInfo's svn is a number beyond 64 bits"},
        Bad{"TcbInfoLongVendor", oid::kTcbInfo,
            der_sequence({der_text(der::plain(0), std::string(257, 'a'))}),
            "TcbInfo's vendor has more than 256 bytes"},
        Bad{"TcbInfoVendorNotText", oid::kTcbInfo,
            der_sequence({der_element(der::plain(0), base::Bytes{0xFF})}),
            "TcbInfo's vendor is not text"},
        Bad{"TcbInfoShortDigest", oid::kTcbInfo,
            der_sequence({der_holding(der::holding(6), {fwid(kSha256Oid, 31)})}),
            "TcbInfo's FWIDs has a digest of 31 bytes, which is not one of sha256"},
        Bad{"TcbInfoNoDigests", oid::kTcbInfo, der_sequence({der_holding(der::holding(6), {})}),
            "TcbInfo's FWIDs are an empty list"},
        Bad{"TcbInfoManyDigests", oid::kTcbInfo,
            der_sequence({many(fwid(kSha256Oid, 32), 17, der::holding(6))}),
            "TcbInfo's FWIDs are more than 16"},
        Bad{"TcbInfoManyFlags", oid::kTcbInfo,
            der_sequence({der_element(der::plain(7), base::Bytes(6, 0))}),
            "TcbInfo's flags has more than 32 bits"},
        Bad{"TcbInfoRegistersBroken", oid::kTcbInfo,
            der_sequence({der_element(der::holding(11), base::Bytes{0x30, 5})}),
            "an integrity register says it is longer than what holds it"},
        Bad{"MultiEmpty", oid::kMultiTcbInfo, der_sequence({}), "MultiTcbInfo is an empty list"},
        Bad{"MultiManyLayers", oid::kMultiTcbInfo, many({0x30, 0}, 65, der::kSequence),
            "MultiTcbInfo has more than 64 layers"},
        Bad{"UeidEmpty", oid::kUeid, der_sequence({der_octets({})}), "Ueid has not 1 to 64 bytes"},
        Bad{"UeidBare", oid::kUeid, der_octets(base::Bytes{1}),
            "Ueid should have the tag 30 and has 04"},
        Bad{"RiotVersionTwo", oid::kTcbInfo,
            der_sequence({der_element(der::kInteger, base::Bytes{2})}),
            "the device id is of another version than 1"},
        Bad{"OpenDiceImplicit", oid::kOpenDice,
            der_sequence({der_element(der::plain(0), base::Bytes(64, 1))}),
            "the last known member of the Open-DICE input is followed by something that does not "
            "belong there"},
        Bad{"OpenDiceShortHash", oid::kOpenDice, der_sequence({explicit_octets(0, 20)}),
            "the code hash is not of 32, 48 or 64 bytes"},
        Bad{"OpenDiceLongDescriptor", oid::kOpenDice, der_sequence({explicit_octets(3, 4097)}),
            "the configuration descriptor has not 1 to 4096 bytes"},
        Bad{"OpenDiceTwoInOneTag", oid::kOpenDice,
            der_sequence({der_holding(der::holding(0), {der_octets(base::Bytes(64, 1)),
                                                        der_octets(base::Bytes(64, 1))})}),
            "the code hash is followed by something that does not belong there"}),
    [](const auto& info) { return info.param.name; });

TEST(DiceEvidence, BoundsTheChainAndItsMeasurements) {
  const std::vector<base::Bytes> chain(kDiceChainMax + 1, device_id_certificate());
  EXPECT_EQ(read_dice(chain).error().what, "the chain has more than 20 certificates");
  EXPECT_TRUE(read_dice(std::span(chain).first(kDiceChainMax)).has_value());

  const base::Bytes layers = many({0x30, 0}, 40, der::kSequence);
  const std::vector<base::Bytes> two(2, certificate_with({extension(oid::kMultiTcbInfo, layers)}));
  EXPECT_EQ(read_dice(two).error().what,
            "certificate 2 of the chain: the chain measures more than 64 layers");

  const base::Bytes measured = der_sequence({many(fwid(kSha256Oid, 32), 16, der::holding(6))});
  const std::vector<base::Bytes> five(5, certificate_with({extension(oid::kTcbInfo, measured)}));
  EXPECT_TRUE(read_dice(std::span(five).first(4)).has_value());
  EXPECT_EQ(read_dice(five).error().what,
            "certificate 5 of the chain: the chain has more than 64 digests");
}

TEST(DiceEvidence, WhatMeasuresIsSeenWithoutReading) {
  const auto may = [](const base::Bytes& der) { return may_measure(std::span(&der, 1)); };
  for (const std::string_view each : kUnderstoodCritical) {
    EXPECT_TRUE(may(certificate_with({extension(each, unhex("0500"), true)}))) << each;
  }
  EXPECT_TRUE(may(alias_certificate())) << "by its name";
  EXPECT_FALSE(may(certificate_with({extension("2.23.133.5.5.1", unhex("0500"), true)})));
  EXPECT_FALSE(may(certificate_with({})));
  const base::Bytes chain[] = {certificate_with({}), alias_certificate()};
  EXPECT_TRUE(may_measure(chain));
  EXPECT_FALSE(may_measure({}));
}

TEST(DiceEvidence, UnderstandsFourCriticalExtensionsAndNoOther) {
  EXPECT_TRUE(is_understood_critical("1.3.6.1.4.1.11129.2.1.24"));
  EXPECT_TRUE(is_understood_critical("2.23.133.5.4.5"));
  EXPECT_FALSE(is_understood_critical("2.5.29.17"));
  EXPECT_FALSE(is_understood_critical(""));
}

}  // namespace
}  // namespace berth::crypto
