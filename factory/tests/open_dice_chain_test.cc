// Layers above layers, and a key for TLS below them, as OpenSSL and our own chain check see them.
#include "crypto/certificate.h"
#include "crypto/chain.h"
#include "crypto/dice_evidence.h"
#include "factory/dice_report.h"
#include "factory/open_dice_certificate.h"
#include "factory/riot_certificate.h"

#include <gtest/gtest.h>

namespace berth::factory {
namespace {

using base::Bytes;

constexpr auto kAlgorithms = {OpenDiceAlgorithm::kEd25519, OpenDiceAlgorithm::kP256};

// UDS, boot loader, application, and a key for TLS.
struct Device {
  std::vector<Bytes> chain;  // leaf first
  std::vector<OpenDiceInputs> layers;

  Device(OpenDiceAlgorithm algorithm, const Clock& clock) : layers(2) {
    base::SeededRng rng(5);
    layers[0].code[0] = 1;
    layers[0].mode = OpenDiceMode::kNormal;
    layers[1].code[0] = 2;
    layers[1].mode = OpenDiceMode::kDebug;
    Cdis cdis = cdis_of_uds(Secret(Bytes(kCdiBytes, 9)));
    OpenDiceKey signer = *open_dice_key(cdis.attest, algorithm);
    chain.push_back(*uds_certificate(signer));
    for (const OpenDiceInputs& layer : layers) {
      cdis = *next_cdis(cdis, layer);
      OpenDiceKey key = *open_dice_key(cdis.attest, algorithm);
      chain.insert(chain.begin(), *cdi_certificate(signer, key, {layer}));
      signer = std::move(key);
    }
    const OpenDiceKey own = *new_open_dice_key(algorithm, rng);
    const TimePoint now = clock.wall();
    chain.insert(chain.begin(), *end_entity_certificate(signer, own,
                                                        {"gate-7", now - std::chrono::hours(1),
                                                         now + std::chrono::hours(24)}));
  }
};

TEST(OpenDiceChain, LeadsFromTheKeyForTlsToTheUdsKey) {
  const base::FakeClock clock;
  for (const OpenDiceAlgorithm algorithm : kAlgorithms) {
    const Device device(algorithm, clock);
    const auto anchors = crypto::TrustAnchors::make(std::span(device.chain).last(1));
    ASSERT_TRUE(anchors.has_value()) << anchors.error().what;
    crypto::ChainVerifier verifier;
    const auto verified = verifier.verify(**anchors, device.chain, {}, {clock.wall()});
    ASSERT_TRUE(verified.has_value()) << verified.error().certificate << verified.error().what;
    EXPECT_EQ(verified->path.size(), 4U);
    EXPECT_EQ(verified->leaf.common_name, "gate-7");
  }
}

TEST(OpenDiceChain, OtherFirmwareIsAnotherKey) {
  const base::FakeClock clock;
  for (const OpenDiceAlgorithm algorithm : kAlgorithms) {
    const Device device(algorithm, clock);
    Device other(algorithm, clock);
    // The layer certificate of the device below the other's key does not verify.
    other.layers[0].code[0] = 99;
    const Cdis cdis = *next_cdis(cdis_of_uds(Secret(Bytes(kCdiBytes, 9))), other.layers[0]);
    const OpenDiceKey changed = *open_dice_key(cdis.attest, algorithm);
    const OpenDiceKey uds = *open_dice_key(Secret(Bytes(kCdiBytes, 9)), algorithm);
    const Bytes certificate = *cdi_certificate(uds, changed, {other.layers[0]});
    EXPECT_FALSE(crypto::check_signed_by(device.chain[1], certificate).has_value());
    EXPECT_TRUE(crypto::check_signed_by(device.chain[1], device.chain[2]).has_value());
  }
}

TEST(OpenDiceChain, SaysWhatEachLayerMeasured) {
  const base::FakeClock clock;
  const Device device(OpenDiceAlgorithm::kEd25519, clock);
  const auto evidence = crypto::read_dice(device.chain);
  ASSERT_TRUE(evidence.has_value()) << evidence.error().what;
  ASSERT_EQ(evidence->layers.size(), 2U);
  EXPECT_EQ(evidence->layers[0].certificate, 1U);
  EXPECT_EQ(evidence->layers[0].digests.at(0).digest[0], 2) << "the application is nearest";
  EXPECT_EQ(evidence->layers[0].mode, crypto::DiceMode::kDebug);
  EXPECT_EQ(evidence->layers[1].digests.at(0).digest[0], 1);
  EXPECT_TRUE(evidence->constant_nonce.empty());
}

TEST(OpenDiceChain, ALeafNeedsANameAndATimeToLive) {
  const OpenDiceKey key = *open_dice_key(Secret(Bytes(kCdiBytes, 9)), OpenDiceAlgorithm::kEd25519);
  const TimePoint now;
  const TimePoint later = now + std::chrono::hours(1);
  EXPECT_FALSE(end_entity_certificate(key, key, {"", now, later}).has_value());
  EXPECT_FALSE(end_entity_certificate(key, key, {"a\nb", now, later}).has_value());
  EXPECT_FALSE(end_entity_certificate(key, key, {std::string(65, 'a'), now, later}).has_value());
  EXPECT_FALSE(end_entity_certificate(key, key, {"a", now, now}).has_value());
  EXPECT_TRUE(end_entity_certificate(key, key, {std::string(64, 'a'), now, later}).has_value());
}

TEST(OpenDiceChain, SecretsOfOtherSizesAreRefused) {
  for (const std::size_t size : {0U, 31U, 33U}) {
    const Secret secret(Bytes(size, 1));
    EXPECT_FALSE(open_dice_key(secret, OpenDiceAlgorithm::kP256).has_value()) << size;
    EXPECT_FALSE(next_cdis(cdis_of_uds(secret), {}).has_value()) << size;
  }
  OpenDiceInputs inputs;
  inputs.hidden = Secret(Bytes(63, 1));
  EXPECT_FALSE(next_cdis(cdis_of_uds(Secret(Bytes(kCdiBytes, 1))), inputs).has_value());
}

TEST(OpenDiceChain, EveryInputChangesTheSecretsItShould) {
  const Cdis before = cdis_of_uds(Secret(Bytes(kCdiBytes, 1)));
  const Cdis base = *next_cdis(before, {});
  const auto changed = [&](auto change) {
    OpenDiceInputs inputs;
    change(inputs);
    const Cdis cdis = *next_cdis(before, inputs);
    return std::pair(!cdis.attest.equals(base.attest), !cdis.seal.equals(base.seal));
  };
  const std::pair both(true, true);
  const std::pair attest_only(true, false);
  EXPECT_EQ(changed([](auto& in) { in.code[63] = 1; }), attest_only);
  EXPECT_EQ(changed([](auto& in) { in.config[63] = 1; }), attest_only);
  EXPECT_EQ(changed([](auto& in) { in.authority[63] = 1; }), both);
  EXPECT_EQ(changed([](auto& in) { in.mode = OpenDiceMode::kDebug; }), both);
  EXPECT_EQ(changed([](auto& in) { in.hidden = Secret(Bytes(64, 1)); }), both);
}

TEST(OpenDiceCertificate, DescriptorsStandBesideTheirHashes) {
  const OpenDiceKey key = *open_dice_key(Secret(Bytes(kCdiBytes, 9)), OpenDiceAlgorithm::kEd25519);
  const OpenDiceInputs inputs;
  CdiTerms terms{inputs};
  terms.code_descriptor = {1};
  terms.config_descriptor = {2};
  terms.authority_descriptor = {3};
  const auto layer = crypto::read_open_dice(*open_dice_extension(terms));
  ASSERT_TRUE(layer.has_value());
  EXPECT_EQ(layer->code_descriptor, Bytes{1});
  EXPECT_EQ(layer->config.size(), 1U);
  EXPECT_EQ(layer->config_descriptor, Bytes{2});
  EXPECT_EQ(layer->authority_descriptor, Bytes{3});
  terms.code_descriptor = Bytes(4097, 1);
  EXPECT_FALSE(cdi_certificate(key, key, terms).has_value()) << "no reader would take it";
}

std::string pem_of(const std::vector<Bytes>& chain) {
  std::string pem;
  for (const Bytes& each : chain) pem += certificate_pem(each);
  return pem;
}

TEST(DiceReport, SaysWhatVerifies) {
  const base::FakeClock clock;
  const Device device(OpenDiceAlgorithm::kP256, clock);
  const auto report = report_dice(base::as_bytes(pem_of(device.chain)));
  ASSERT_TRUE(report.has_value()) << report.error().what;
  ASSERT_EQ(report->certificates.size(), 4U);
  EXPECT_EQ(report->certificates[0].verdict, "signed by certificate 2");
  EXPECT_EQ(report->certificates[3].verdict, "signed by itself");
  ASSERT_EQ(report->layers.size(), 2U);
  EXPECT_EQ(report->layers[0].form, "open_dice");
  EXPECT_TRUE(report->warnings.empty());

  std::vector<Bytes> swapped = device.chain;
  std::swap(swapped[1], swapped[2]);
  const auto wrong = report_dice(base::as_bytes(pem_of(swapped)));
  EXPECT_TRUE(wrong->certificates[0].broken);
}

TEST(DiceReport, OtherFilesAreNone) {
  for (const std::string_view text : {"", "hello", "-----BEGIN CERTIFICATE-----\nAA==\n", "0"}) {
    EXPECT_FALSE(report_dice(base::as_bytes(text)).has_value()) << text;
  }
  EXPECT_FALSE(report_dice(Bytes(kDiceFileBytesMax + 1, 0x84)).has_value());
}

}  // namespace
}  // namespace berth::factory
