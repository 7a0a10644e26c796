#include "attestation/dice_policy.h"

#include <gtest/gtest.h>

namespace berth::attestation {
namespace {

using crypto::DiceEvidence;
using crypto::DiceLayer;
using domain::DicePolicy;
using domain::Reason;

const std::string kGood(64, 'a');  // hex of 32 bytes AA
const std::string kOther(64, 'b');

crypto::DiceDigest digest(std::uint8_t byte) { return {"sha256", base::Bytes(32, byte)}; }

// The application in the leaf, the boot loader above it.
DiceEvidence two_layers() {
  DiceEvidence evidence;
  DiceLayer application;
  application.certificate = 0;
  application.digests = {digest(0xAA)};
  application.version = "1.10.2";
  application.mode = crypto::DiceMode::kNormal;
  DiceLayer loader;
  loader.certificate = 1;
  loader.digests = {digest(0xCC)};
  loader.vendor = "Contoso";
  loader.model = "Gate";
  loader.version = "9";
  loader.svn = 7;
  loader.mode = crypto::DiceMode::kNormal;
  evidence.layers = {application, loader};
  return evidence;
}

DicePolicy accepting(std::vector<std::string> digests) {
  DicePolicy policy;
  policy.digests = std::move(digests);
  return policy;
}

void expect_refused(const DicePolicy& policy, const DiceEvidence& evidence, Reason reason,
                    std::string_view expected, std::string_view received) {
  const auto refusal = check_dice(policy, evidence);
  ASSERT_TRUE(refusal.has_value());
  EXPECT_EQ(to_string(refusal->reason), to_string(reason));
  EXPECT_EQ(refusal->expected, expected);
  EXPECT_EQ(refusal->received, received);
}

TEST(DicePolicy, ListedFirmwareIsAccepted) {
  EXPECT_FALSE(check_dice(accepting({kOther, kGood}), two_layers()).has_value());
}

TEST(DicePolicy, UnknownFirmwareIsRefusedWithBothDigests) {
  expect_refused(accepting({kOther}), two_layers(), Reason::kFirmwareUnknown,
                 "firmware with a digest of: " + kOther, "firmware measured as " + kGood);
}

TEST(DicePolicy, UnknownFirmwareIsHeldWhereThePolicySaysSo) {
  DicePolicy policy = accepting({kOther});
  policy.unknown = domain::UnknownFirmware::kHeld;
  expect_refused(policy, two_layers(), Reason::kFirmwareHeld,
                 "firmware with a digest of: " + kOther, "firmware measured as " + kGood);
}

TEST(DicePolicy, WhatIsHeldIsGoodButForItsDigest) {
  DicePolicy policy = accepting({kOther});
  policy.unknown = domain::UnknownFirmware::kHeld;
  policy.svn_min = 8;
  EXPECT_EQ(check_dice(policy, two_layers())->reason, Reason::kFirmwareTooOld);
}

TEST(DicePolicy, EveryDigestOfTheFirmwareMustBeListed) {
  DiceEvidence evidence = two_layers();
  evidence.layers[0].digests.push_back(digest(0xBB));
  EXPECT_FALSE(check_dice(accepting({kGood, kOther}), evidence).has_value());
  expect_refused(accepting({kGood}), evidence, Reason::kFirmwareUnknown,
                 "firmware with a digest of: " + kGood, "firmware measured as " + kOther);
}

TEST(DicePolicy, TheBootLoadersDigestDoesNotStandForTheFirmwares) {
  const std::string loader(64, 'c');
  EXPECT_EQ(check_dice(accepting({loader}), two_layers())->reason, Reason::kFirmwareUnknown);
}

TEST(DicePolicy, AKeyWithoutMeasurementHasTheFirmwareOfTheLayerAboveIt) {
  DiceEvidence evidence = two_layers();
  for (DiceLayer& layer : evidence.layers) layer.certificate += 1;
  EXPECT_EQ(measured_digests(evidence), std::vector<std::string>{kGood});
  EXPECT_FALSE(check_dice(accepting({kGood}), evidence).has_value());
}

TEST(DicePolicy, AllLayersOfOneCertificateAreTheFirmware) {
  DiceEvidence evidence = two_layers();
  evidence.layers[1].certificate = 0;
  EXPECT_EQ(measured_digests(evidence), (std::vector<std::string>{kGood, std::string(64, 'c')}));
}

TEST(DicePolicy, CertificatesWithoutMeasurementsAreNotAccepted) {
  expect_refused({}, {}, Reason::kFirmwareNotAccepted, "certificates that say which firmware runs",
                 "certificates without measurements");
  DiceEvidence bare;
  bare.layers.resize(1);
  EXPECT_FALSE(check_dice({}, bare).has_value()) << "an empty policy asks for no digest";
  expect_refused(accepting({kGood}), bare, Reason::kFirmwareNotAccepted,
                 "firmware with a digest of: " + kGood, "certificates without any digest");
}

TEST(DicePolicy, OddModesOfAnyLayerAreRefusedUnlessAllowed) {
  DiceEvidence evidence = two_layers();
  for (const auto mode :
       {crypto::DiceMode::kDebug, crypto::DiceMode::kNotConfigured, crypto::DiceMode::kRecovery}) {
    evidence.layers[1].mode = mode;
    expect_refused(
        {}, evidence, Reason::kFirmwareNotAccepted, "firmware in its normal mode",
        "layer 2 (tcb_info, certificate 2 of the chain) in mode " + std::string(to_string(mode)));
    DicePolicy lenient;
    lenient.debug = true;
    EXPECT_FALSE(check_dice(lenient, evidence).has_value());
  }
}

TEST(DicePolicy, AnInsecureFlagIsAnOddMode) {
  DiceEvidence evidence = two_layers();
  evidence.layers[0].flags = crypto::kTcbNotSecure;
  expect_refused({}, evidence, Reason::kFirmwareNotAccepted, "firmware in its normal mode",
                 "layer 1 (tcb_info, certificate 1 of the chain) in mode not_secure");
}

TEST(DicePolicy, VendorAndModelMustBeSaidAndEqual) {
  DicePolicy policy;
  policy.vendor = "Contoso";
  policy.model = "Gate";
  EXPECT_FALSE(check_dice(policy, two_layers()).has_value());
  policy.model = "Door";
  expect_refused(policy, two_layers(), Reason::kFirmwareNotAccepted, "model 'Door'",
                 "model 'Gate'");
  DiceEvidence silent = two_layers();
  silent.layers[1].vendor.clear();
  expect_refused(policy, silent, Reason::kFirmwareNotAccepted, "vendor 'Contoso'",
                 "certificates that say no vendor");
}

TEST(DicePolicy, TheVersionNearestToTheKeyCounts) {
  DicePolicy policy;
  policy.version_min = "1.9";
  EXPECT_FALSE(check_dice(policy, two_layers()).has_value()) << "1.10 is newer than 1.9";
  policy.version_min = "1.10.3";
  expect_refused(policy, two_layers(), Reason::kFirmwareTooOld, "firmware version 1.10.3 or newer",
                 "version '1.10.2'");
}

TEST(DicePolicy, VersionsThatAreNoneAreTooOld) {
  DicePolicy policy;
  policy.version_min = "1";
  DiceEvidence evidence = two_layers();
  evidence.layers[0].version = "1.x";
  expect_refused(policy, evidence, Reason::kFirmwareTooOld, "firmware version 1 or newer",
                 "version '1.x', which is not numbers with dots");
  for (DiceLayer& layer : evidence.layers) layer.version.clear();
  expect_refused(policy, evidence, Reason::kFirmwareTooOld, "firmware version 1 or newer",
                 "certificates that say no version");
}

TEST(DicePolicy, TheSecurityVersionHasALeast) {
  DicePolicy policy;
  policy.svn_min = 7;
  EXPECT_FALSE(check_dice(policy, two_layers()).has_value());
  policy.svn_min = 8;
  expect_refused(policy, two_layers(), Reason::kFirmwareTooOld, "svn 8 or higher", "svn 7");
  DiceEvidence silent = two_layers();
  silent.layers[1].svn.reset();
  expect_refused(policy, silent, Reason::kFirmwareTooOld, "svn 8 or higher",
                 "certificates that say no svn");
}

TEST(DicePolicy, LongListsAreCutInTheTrail) {
  std::vector<std::string> many;
  for (int i = 0; i < 20; ++i) many.push_back(std::string(62, '0') + std::to_string(10 + i));
  const auto refusal = check_dice(accepting(many), two_layers());
  EXPECT_TRUE(refusal->expected.ends_with("25 and 4 more")) << refusal->expected;
}

TEST(DicePolicy, VersionsAreNumbersWithDots) {
  EXPECT_EQ(version_numbers("1.10.0"), (std::vector<std::uint64_t>{1, 10, 0}));
  for (const char* text : {"", ".", "1.", ".1", "1..2", "v1", "1.2-rc", "-1", "+1",
                           "1.2.3.4.5.6.7.8.9", "1234567890123456789"}) {
    EXPECT_FALSE(version_numbers(text).has_value()) << text;
  }
  EXPECT_FALSE(is_older({1, 2}, {1, 2, 0}));
  EXPECT_TRUE(is_older({1, 2}, {1, 2, 1}));
  EXPECT_FALSE(is_older({2}, {1, 99}));
}

}  // namespace
}  // namespace berth::attestation
