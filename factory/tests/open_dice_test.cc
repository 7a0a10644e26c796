#include "factory/open_dice.h"

#include "crypto/dice_evidence.h"
#include "crypto/hash.h"
#include "factory/open_dice_certificate.h"

#include <gtest/gtest.h>

namespace berth::factory {
namespace {

Secret unhex(std::string_view hex) { return Secret(*base::hex_decode(hex)); }
OpenDiceHash hash_of(std::string_view hex) {
  OpenDiceHash hash{};
  const base::Bytes bytes = *base::hex_decode(hex);
  std::copy(bytes.begin(), bytes.end(), hash.begin());
  return hash;
}
std::string hex(std::span<const std::uint8_t> bytes) { return base::hex_encode(bytes); }

Secret zero_uds() { return Secret::of_size(kCdiBytes); }

// Vector O1 (dice-x509.md §5.3): everything is zero.
struct ZeroVector {
  OpenDiceInputs inputs;
  Cdis cdis = *next_cdis(cdis_of_uds(zero_uds()), inputs);

  OpenDiceKey uds_key(OpenDiceAlgorithm algorithm) const {
    return *open_dice_key(zero_uds(), algorithm);
  }
  OpenDiceKey cdi_key(OpenDiceAlgorithm algorithm) const {
    return *open_dice_key(cdis.attest, algorithm);
  }
};

TEST(OpenDice, DerivesTheZeroVectorsSecrets) {
  const ZeroVector zero;
  EXPECT_EQ(hex(zero.cdis.attest.bytes()),
            "fbfc679771342eeacb908659ce49d6b63b4535da2c51433d7f04efa6319e0c19");
  EXPECT_EQ(hex(zero.cdis.seal.bytes()),
            "8ff8b22571325e7defefbfea8df1c9f34bf4d9ee03b75b788219c6b1ef49bdc5");
}

TEST(OpenDice, DerivesTheZeroVectorsEd25519Keys) {
  const ZeroVector zero;
  const OpenDiceKey uds = zero.uds_key(OpenDiceAlgorithm::kEd25519);
  EXPECT_EQ(hex(uds.secret.bytes()),
            "457f70ee5951f34902f8771cb200865e5ed659c2b28a7432dd105dfc62921ba4");
  EXPECT_EQ(hex(uds.public_key.bytes),
            "6ee9a71fd3c398e6253aae6d812007675760ecf90d2d43db0d3c76087ba1daec");
  EXPECT_EQ(hex(uds.id), "7a06eee41b789f4863d86b8778b1a201a6fedd56");
  const OpenDiceKey cdi = zero.cdi_key(OpenDiceAlgorithm::kEd25519);
  EXPECT_EQ(hex(cdi.secret.bytes()),
            "39d8aa243a9d2dcfcd9cb8d1bcc877eb643ea74f9d6dca27737fdd5331de80a4");
  EXPECT_EQ(hex(cdi.public_key.bytes),
            "0d14e5de292eb1c8b31beae43ab55d8e9dc014b73eaa83b925a0788cc62e5c8d");
  EXPECT_EQ(hex(cdi.id), "67c22a8859062b986818e8e72b0bcd9f59349c89");
}

TEST(OpenDice, DerivesTheZeroVectorsP256Keys) {
  const ZeroVector zero;
  const OpenDiceKey uds = zero.uds_key(OpenDiceAlgorithm::kP256);
  EXPECT_EQ(hex(uds.public_key.bytes),
            "1f4aaefc29ca4104447448d13a553513c23abca2b6ac3ff063f6888a696de539"
            "06f5d8bd698d1688a3250c4683c3ed4e28e2d602412b353beb04543fefbb3df1");
  EXPECT_EQ(hex(uds.id), "672d0053ae4513fbb3bac8209daeb3e8897681cd");
  const OpenDiceKey cdi = zero.cdi_key(OpenDiceAlgorithm::kP256);
  EXPECT_EQ(hex(cdi.public_key.bytes),
            "4f3b4e82c45ada084589c2197baf1f376eac40e1fd49b0240602aec269541c6b"
            "e7eb4019ab55c66bc88bb8b469ad7ee8589e07d2f8bc888eb311c2df973b1b4a");
  EXPECT_EQ(hex(cdi.id), "2e75b6e7230c20f2960bde4acf1288d4ab665b9b");
}

TEST(OpenDice, DerivesTheHashOnlyVector) {
  OpenDiceInputs inputs;
  inputs.code = hash_of(
      "b7d40ccb225ba5788f98ff9e869375f690ac50cf9ebd0afeb1d9c24e5219e4de"
      "29e561f3f929e840877add174805897e2bcb5479cc66f1b313290c6896b2bb8f");
  inputs.authority = hash_of(
      "22526017ef2ca1f6cbed39d5e2aa6520fbad8293e578232297c16e6a4e36d76a"
      "61390821d4fe925f362deb5dbb328be3944fbe1b21f9cc237341b6b9b698d0bc");
  inputs.config = hash_of(
      "cf997bea2e2c86a07b5209c8b53c411229281a820d499c95cb0b1b311a019cf2"
      "661ad9b5ce5259cbf4819b21af325d07a01e91596f0655108e2e08885228867f");
  const Cdis before{unhex("326b7af456fd2c702a76392e8dee3c355bd48d35438c0ffbca2d9484c9f695d4"),
                    unhex("353ea9b7aa6bfc243d8bec1957eea01c8677f4ae54d31c262640b5e07f1e53cb")};
  const auto cdis = next_cdis(before, inputs);
  ASSERT_TRUE(cdis.has_value());
  EXPECT_EQ(hex(cdis->attest.bytes()),
            "084ef406c69ba74b1e24d062f9ab8a8d89da6e03e4c6b122857cf74fd6a4bee5");
  EXPECT_EQ(hex(cdis->seal.bytes()),
            "90c9a2865df4fa5830643d6caef07c76aeaa15619828f1bda7f74482e2f0ae1e");
  const auto key = open_dice_key(cdis->attest, OpenDiceAlgorithm::kEd25519);
  EXPECT_EQ(hex(key->id), "0d040e2f460052a5311c1b91dbf9b4408332ec29");
}

TEST(OpenDiceCertificate, Ed25519EqualsTheVector) {
  const ZeroVector zero;
  const auto der = cdi_certificate(zero.uds_key(OpenDiceAlgorithm::kEd25519),
                                   zero.cdi_key(OpenDiceAlgorithm::kEd25519), {zero.inputs});
  ASSERT_TRUE(der.has_value());
  EXPECT_EQ(der->size(), 638U);
  EXPECT_EQ(hex(crypto::sha256(*der)),
            "271b017e1aa62a8ec3dbb571553662d74adb0890891da76ec7e47ffb400d7f19");
}

TEST(OpenDiceCertificate, P256EqualsTheVector) {
  const ZeroVector zero;
  CdiTerms terms{zero.inputs};
  terms.profile = "opendice.example";
  const auto der = cdi_certificate(zero.uds_key(OpenDiceAlgorithm::kP256),
                                   zero.cdi_key(OpenDiceAlgorithm::kP256), terms);
  ASSERT_TRUE(der.has_value());
  EXPECT_EQ(der->size(), 721U);
  EXPECT_EQ(hex(crypto::sha256(*der)),
            "866f98d2578c2b430102ff6780ea3ecaee67eb50dd799ce09d100447b5071c4c");
}

}  // namespace
}  // namespace berth::factory
