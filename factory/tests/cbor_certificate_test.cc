#include "factory/cbor_certificate.h"

#include "crypto/hash.h"
#include "factory/cbor_codec.h"

#include <gtest/gtest.h>

namespace berth::factory {
namespace {

using base::Bytes;

Bytes unhex(std::string_view hex) { return *base::hex_decode(hex); }

OpenDiceKey key_from(std::uint8_t byte, OpenDiceAlgorithm algorithm) {
  return *open_dice_key(Secret(Bytes(kCdiBytes, byte)), algorithm);
}

struct Layers {
  OpenDiceInputs inputs;
  OpenDiceKey first;
  OpenDiceKey second;
  OpenDiceKey third;

  explicit Layers(OpenDiceAlgorithm algorithm)
      : first(key_from(1, algorithm)),
        second(key_from(2, algorithm)),
        third(key_from(3, algorithm)) {
    inputs.mode = OpenDiceMode::kNormal;
    inputs.code[0] = 7;
  }
  Bytes certificate() const { return *cbor_cdi_certificate(first, second, {inputs}); }
  Bytes next_certificate() const { return *cbor_cdi_certificate(second, third, {inputs}); }
};

TEST(CborReader, TakesTheShortestFormsOnly) {
  const auto error_of = [](std::string_view hex) {
    const Bytes bytes = unhex(hex);
    const auto item = CborReader(bytes).next("it");
    return item ? std::string() : item.error().what;
  };
  EXPECT_EQ(error_of("17"), "");
  EXPECT_EQ(error_of("1818"), "");
  EXPECT_EQ(error_of("1b7fffffffffffffff"), "");
  EXPECT_EQ(error_of("3b7fffffffffffffff"), "");
  EXPECT_EQ(error_of(""), "it is missing");
  EXPECT_EQ(error_of("18"), "it is cut off");
  EXPECT_EQ(error_of("43aabb"), "it is cut off");
  EXPECT_EQ(error_of("1c"), "it is not CBOR");
  for (const std::string_view longer : {"1817", "190018", "1a00000100", "5801aa", "980180"}) {
    EXPECT_EQ(error_of(longer), "it is not written in the shortest way") << longer;
  }
  for (const std::string_view other : {"5f41aaff", "9fff", "bfff", "7fff", "c100", "f4", "f6",
                                       "f93c00", "fb3ff0000000000000", "ff"}) {
    EXPECT_EQ(error_of(other), "it is of a kind that certificates do not have") << other;
  }
  EXPECT_EQ(error_of("1b8000000000000000"), "it is a number beyond 64 bits with a sign");
}

TEST(CborReader, ReadsWhatIsWritten) {
  for (const std::int64_t number :
       {0LL, 23LL, 24LL, 255LL, 256LL, -1LL, -24LL, -25LL, -4670545LL, 9223372036854775807LL}) {
    const Bytes bytes = cbor_integer(number);
    EXPECT_EQ(*CborReader(bytes).integer("it"), number);
  }
  const Bytes text = cbor_text("a\nb");
  EXPECT_FALSE(CborReader(text).text("it").has_value()) << "control characters";
  const Bytes broken = unhex("61ff");
  EXPECT_FALSE(CborReader(broken).text("it").has_value()) << "no UTF-8";
}

// Vector O1 (dice-x509.md §5.3).
TEST(CborCertificate, Ed25519EqualsTheVector) {
  const Secret uds = Secret::of_size(kCdiBytes);
  const OpenDiceInputs inputs;
  const auto cdis = next_cdis(cdis_of_uds(uds), inputs);
  const auto certificate =
      cbor_cdi_certificate(*open_dice_key(uds, OpenDiceAlgorithm::kEd25519),
                           *open_dice_key(cdis->attest, OpenDiceAlgorithm::kEd25519), {inputs});
  ASSERT_TRUE(certificate.has_value());
  EXPECT_EQ(certificate->size(), 441U);
  EXPECT_EQ(base::hex_encode(crypto::sha256(*certificate)),
            "72bb7e57eb7f5f302489c67f1f08dc4ccf12d3c569955eb3698c09aea898b369");
}

class CborCertificateOf : public ::testing::TestWithParam<OpenDiceAlgorithm> {};

TEST_P(CborCertificateOf, IsReadAndVerified) {
  const Layers layers(GetParam());
  CdiTerms terms{layers.inputs};
  terms.code_descriptor = {1};
  terms.config_descriptor = {2};
  terms.authority_descriptor = {3};
  terms.profile = "opendice.example";
  const auto bytes = cbor_cdi_certificate(layers.first, layers.second, terms);
  const auto read = read_cbor_certificate(*bytes);
  ASSERT_TRUE(read.has_value()) << read.error().what;
  EXPECT_EQ(read->issuer, base::hex_encode(layers.first.id));
  EXPECT_EQ(read->subject, base::hex_encode(layers.second.id));
  EXPECT_EQ(read->key, layers.second.public_key);
  EXPECT_EQ(read->layer.digests.at(0).algorithm, "sha512");
  EXPECT_EQ(read->layer.digests[0].digest[0], 7);
  EXPECT_EQ(read->layer.config.size(), 1U);
  EXPECT_EQ(read->layer.config_descriptor, Bytes{2});
  EXPECT_EQ(read->layer.authority_descriptor, Bytes{3});
  EXPECT_EQ(read->layer.mode, crypto::DiceMode::kNormal);
  EXPECT_EQ(read->layer.profile, "opendice.example");
  EXPECT_TRUE(verify_cbor_certificate(*read, layers.first.public_key).has_value());
  EXPECT_EQ(verify_cbor_certificate(*read, layers.second.public_key).error().what,
            "its issuer is not the id of the key above it");
}

TEST_P(CborCertificateOf, NoBitOfItMayChange) {
  const Layers layers(GetParam());
  const Bytes good = layers.certificate();
  for (std::size_t at = 0; at < good.size(); ++at) {
    Bytes bad = good;
    bad[at] ^= 0x01;
    const auto read = read_cbor_certificate(bad);
    const bool accepted =
        read && verify_cbor_certificate(*read, layers.first.public_key).has_value();
    EXPECT_FALSE(accepted) << "byte " << at;
  }
}

TEST_P(CborCertificateOf, IsRefusedCutOffAnywhere) {
  const Bytes good = Layers(GetParam()).certificate();
  for (std::size_t size = 0; size < good.size(); ++size) {
    EXPECT_FALSE(read_cbor_certificate(std::span(good).first(size)).has_value()) << size;
  }
}

TEST_P(CborCertificateOf, ChainsAreVerifiedKeyByKey) {
  const Layers layers(GetParam());
  const Bytes good[] = {layers.certificate(), layers.next_certificate()};
  const auto chain = read_cbor_chain(cbor_chain(layers.first.public_key, good));
  ASSERT_TRUE(chain.has_value()) << chain.error().what;
  EXPECT_EQ(chain->certificates.size(), 2U);
  EXPECT_TRUE(verify_cbor_chain(*chain).has_value());

  const Bytes swapped[] = {layers.next_certificate(), layers.certificate()};
  const auto wrong = read_cbor_chain(cbor_chain(layers.first.public_key, swapped));
  EXPECT_EQ(verify_cbor_chain(*wrong).error().what,
            "certificate 1 of the chain: its issuer is not the id of the key above it");

  const auto rootless = read_cbor_chain(cbor_array({good[0], good[1]}));
  ASSERT_TRUE(rootless.has_value()) << rootless.error().what;
  EXPECT_FALSE(rootless->root.has_value());
  EXPECT_TRUE(verify_cbor_chain(*rootless).has_value());
  EXPECT_TRUE(read_cbor_chain(good[0]).has_value()) << "one alone is a chain, too";
}

INSTANTIATE_TEST_SUITE_P(Algorithms, CborCertificateOf,
                         ::testing::Values(OpenDiceAlgorithm::kEd25519, OpenDiceAlgorithm::kP256),
                         [](const auto& info) { return std::string(to_string(info.param)); });

// A certificate with these claims, that nobody signed.
Bytes with_claims(const Bytes& claims) {
  return cbor_array({cbor_bytes(cbor_map({cbor_integer(1), cbor_integer(-8)})), cbor_map({}),
                     cbor_bytes(claims), cbor_bytes(Bytes(64, 1))});
}

std::string error_of(const Bytes& bytes) {
  const auto read = read_cbor_certificate(bytes);
  return read ? "" : read.error().what;
}

Bytes plain_key() {
  return cbor_bytes(cbor_key(key_from(1, OpenDiceAlgorithm::kEd25519).public_key));
}

TEST(CborCertificate, ClaimsMayBeUnknownButNotNestedOrTwice) {
  const Bytes issuer = cbor_text("aa");
  const auto with = [&](const Bytes& key, const Bytes& value) {
    return with_claims(cbor_map({cbor_integer(1), issuer, cbor_integer(2), issuer,
                                 cbor_integer(-4670552), plain_key(), key, value}));
  };
  EXPECT_EQ(error_of(with(cbor_integer(6), cbor_integer(1700000000))), "");
  EXPECT_EQ(error_of(with(cbor_integer(6), cbor_array({}))),
            "an unknown claim is not a number, bytes or text");
  EXPECT_EQ(error_of(with(cbor_integer(1), issuer)), "the claim 1 comes twice");
  EXPECT_EQ(error_of(with(cbor_text("x"), issuer)), "the claim should be a number and is text");
  EXPECT_EQ(error_of(with(cbor_integer(-4670551), cbor_bytes(Bytes{4}))),
            "the mode is none of 0 to 3");
  EXPECT_EQ(error_of(with(cbor_integer(-4670551), cbor_bytes(Bytes{0, 1}))),
            "the mode is none of 0 to 3");
  EXPECT_EQ(error_of(with(cbor_integer(-4670545), cbor_bytes(Bytes(20, 1)))),
            "the code hash is not of 32, 48 or 64 bytes");
  EXPECT_EQ(error_of(with(cbor_integer(-4670548), cbor_bytes(Bytes(4097, 1)))),
            "the configuration descriptor has not 1 to 4096 bytes");
  EXPECT_EQ(error_of(with_claims(cbor_map({cbor_integer(1), issuer}))),
            "the claims lack an issuer, a subject or a public key");
  EXPECT_EQ(error_of(with_claims(cbor_map_head(33))), "the claims has more than 32 members");
}

TEST(CborCertificate, RefusesOtherOutlines) {
  const Bytes header = cbor_bytes(cbor_map({cbor_integer(1), cbor_integer(-8)}));
  const Bytes claims = cbor_bytes(cbor_map({cbor_integer(1), cbor_text("aa"), cbor_integer(2),
                                            cbor_text("aa"), cbor_integer(-4670552), plain_key()}));
  const Bytes signature = cbor_bytes(Bytes(64, 1));
  EXPECT_EQ(error_of(cbor_array({header, cbor_map({}), claims, signature})), "");
  EXPECT_EQ(error_of(cbor_array({header, cbor_map({}), claims})),
            "the certificate has not four parts");
  EXPECT_EQ(error_of(cbor_array(
                {header, cbor_map({cbor_integer(4), cbor_integer(1)}), claims, signature})),
            "the unprotected header has more than 0 members");
  EXPECT_EQ(error_of(cbor_array({header, cbor_map({}), claims, cbor_bytes(Bytes(63, 1))})),
            "the signature has not 64 bytes");
  const Bytes hs256 = cbor_bytes(cbor_map({cbor_integer(1), cbor_integer(5)}));
  EXPECT_EQ(error_of(cbor_array({hs256, cbor_map({}), claims, signature})),
            "the signature's algorithm is neither EdDSA nor ES256");
  EXPECT_EQ(error_of(Bytes(kCborCertificateBytesMax + 1, 0x84)),
            "the certificate has more than 16384 bytes");
  EXPECT_NE(error_of(unhex("d2844043a10126f640")), "") << "a tagged one";
}

TEST(CborCertificate, KeysOfOtherKindsAreRefused) {
  const auto key_error = [](const Bytes& key) {
    return error_of(
        with_claims(cbor_map({cbor_integer(1), cbor_text("aa"), cbor_integer(2), cbor_text("aa"),
                              cbor_integer(-4670552), cbor_bytes(key)})));
  };
  const auto key_of = [](std::int64_t type, std::int64_t curve, std::size_t size) {
    return cbor_map({cbor_integer(1), cbor_integer(type), cbor_integer(3), cbor_integer(-8),
                     cbor_integer(-1), cbor_integer(curve), cbor_integer(-2),
                     cbor_bytes(Bytes(size, 1))});
  };
  EXPECT_EQ(key_error(key_of(1, 6, 32)), "");
  EXPECT_EQ(key_error(key_of(2, 1, 32)), "the key is neither Ed25519 nor P-256");
  EXPECT_EQ(key_error(key_of(1, 7, 32)), "the key is neither Ed25519 nor P-256");
  EXPECT_EQ(key_error(key_of(1, 6, 31)), "a coordinate has not 32 bytes");
  EXPECT_EQ(key_error(cbor_map({cbor_integer(-4), cbor_bytes(Bytes(32, 1))})),
            "the key has an unknown member -4")
      << "a private key";
  EXPECT_EQ(key_error(cbor_map({cbor_integer(4), cbor_array({cbor_integer(1)})})),
            "the key is not for verifying");
}

}  // namespace
}  // namespace berth::factory
