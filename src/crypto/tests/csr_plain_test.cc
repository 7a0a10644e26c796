#include "crypto/csr_parts.h"
#include "crypto/der_write.h"
#include "crypto/own_key.h"
#include "crypto/p256_parts.h"
#include "crypto/tests/pki.h"

#include <gtest/gtest.h>
#include <openssl/err.h>

namespace berth::crypto {
namespace {

using base::Bytes;

constexpr std::uint8_t kT61String = 0x14;
constexpr std::uint8_t kBmpString = 0x1E;
constexpr std::string_view kExtensionRequest = "1.2.840.113549.1.9.14";

Bytes name_part(std::string_view oid, std::uint8_t tag, std::string_view text) {
  return der_sequence({der_object_identifier(oid), der_text(tag, text)});
}
Bytes set_of(std::initializer_list<Bytes> parts) { return der_holding(der::kSet, parts); }
Bytes common_name(std::string_view text, std::uint8_t tag = der::kUtf8String) {
  return set_of({name_part("2.5.4.3", tag, text)});
}
Bytes attribute(std::string_view oid, std::initializer_list<Bytes> values) {
  return der_sequence({der_object_identifier(oid), set_of(values)});
}
Bytes asking_for(std::string_view oid, const Bytes& value) {
  const Bytes extension = der_sequence({der_object_identifier(oid), der_octets(value)});
  return attribute(kExtensionRequest, {der_sequence({extension})});
}

// A request of which one thing is unlike the plain form, signed with the key that it shows.
struct Form {
  std::uint8_t version = 0;
  Bytes subject = der_sequence({common_name("dev-1")});
  Bytes attributes = der_holding(der::holding(0), {});
  Bytes spki = {};
  Bytes algorithm = {kEcdsaWithSha256Der.begin(), kEcdsaWithSha256Der.end()};
  Bytes after_info = {};
  std::uint8_t unused_bits = 0;
};

class PlainCsrTest : public testing::Test {
 protected:
  ~PlainCsrTest() override { EXPECT_EQ(ERR_peek_error(), 0UL); }

  Bytes made(const Form& form) const {
    const Bytes version = der_integer(std::span(&form.version, 1));
    const Bytes spki = form.spki.empty() ? plain_p256_info(key_.get()) : form.spki;
    const Bytes info =
        der_sequence({version, form.subject, spki, form.attributes, form.after_info});
    Bytes bits = {form.unused_bits};
    const Bytes signature = P256Signer::make(key_.get())->sign(info);
    bits.insert(bits.end(), signature.begin(), signature.end());
    return der_sequence({info, form.algorithm, der_element(der::kBitString, bits)});
  }
  // What the short way found; fails the test when the other one finds something else.
  static std::optional<std::string> plain_name(const Bytes& der) {
    const auto plain = read_plain_csr(der);
    if (!plain) return std::nullopt;
    const auto other = read_any_csr(der);
    EXPECT_TRUE(other) << other.error().what;
    if (!other) return std::nullopt;
    EXPECT_EQ(plain->common_name, other->common_name);
    EXPECT_EQ(plain->spki, other->spki);
    EXPECT_EQ(plain->key, other->key);
    return plain->common_name;
  }
  void expect_left_to_the_library(const Form& form, bool good, const char* what) const {
    const Bytes der = made(form);
    EXPECT_FALSE(read_plain_csr(der)) << what;
    EXPECT_EQ(read_any_csr(der).has_value(), good) << what;
    EXPECT_EQ(read_csr(der).has_value(), good) << what;
  }
  const pki::KeyOwner key_ = pki::make_key("P-256");
};

TEST_F(PlainCsrTest, WhatDevicesSend_IsReadTheShortWay) {
  EXPECT_EQ(plain_name(pki::request("dev-1", key_)), "dev-1");
  EXPECT_EQ(plain_name(made({})), "dev-1");
  Form form;
  form.subject = der_sequence({});
  EXPECT_EQ(plain_name(made(form)), "");
  form.subject = der_sequence({common_name("first", der::kPrintableString),
                               set_of({name_part("2.5.4.10", der::kUtf8String, "Some & Co")}),
                               common_name("last", der::kIa5String)});
  EXPECT_EQ(plain_name(made(form)), "last");
  form.attributes = der_holding(der::holding(0), {asking_for("2.5.29.17", der_sequence({}))});
  EXPECT_EQ(plain_name(made(form)), "last");
  // A list of extensions that is none: the library passes over it, too.
  form.attributes =
      der_holding(der::holding(0), {attribute(kExtensionRequest, {der_sequence({der_true()})})});
  EXPECT_EQ(plain_name(made(form)), "last");
}

TEST_F(PlainCsrTest, RequestOfOurOwnDevices_IsReadTheShortWay) {
  const auto der = csr_der(*OwnKey::make()->request_pem());
  ASSERT_TRUE(der);
  EXPECT_EQ(plain_name(*der), "");
}

TEST_F(PlainCsrTest, OtherKeys_AreLeftToTheLibrary) {
  for (const char* kind : {"P-384", "Ed25519", "explicit", "RSA-2048"}) {
    EXPECT_FALSE(read_plain_csr(pki::request("dev-1", pki::make_key(kind)))) << kind;
  }
  const Bytes info = plain_p256_info(key_.get());
  Form form;
  form.spki = info;
  form.spki.back() ^= 1;
  expect_left_to_the_library(form, false, "a point off the curve");
  EVP_PKEY_set_utf8_string_param(key_.get(), OSSL_PKEY_PARAM_EC_POINT_CONVERSION_FORMAT,
                                 "compressed");
  EXPECT_FALSE(read_plain_csr(pki::request("dev-1", key_)));
  EXPECT_TRUE(read_csr(pki::request("dev-1", key_)));
}

TEST_F(PlainCsrTest, OtherSubjects_AreLeftToTheLibrary) {
  const auto with = [](const Bytes& part) {
    Form form;
    form.subject = der_sequence({part});
    return form;
  };
  expect_left_to_the_library(with(common_name("dev\xE9", kT61String)), true, "T61String");
  expect_left_to_the_library(with(common_name({"\0d", 2}, kBmpString)), true, "BMPString");
  expect_left_to_the_library(with(common_name("d\xC3\xA9v")), true, "beyond ASCII");
  expect_left_to_the_library(with(common_name("d\xE9v")), false, "no UTF-8");
  expect_left_to_the_library(with(common_name("a\nb")), true, "a control character");
  expect_left_to_the_library(with(set_of({name_part("2.5.4.3", der::kUtf8String, "a"),
                                          name_part("2.5.4.5", der::kPrintableString, "b")})),
                             true, "two attributes at once");
  expect_left_to_the_library(
      with(set_of({name_part("1.2.840.113549.1.9.1", der::kIa5String, "a@b")})), true, "mail");
  Form form;
  form.subject = der_text(der::kUtf8String, "dev-1");
  expect_left_to_the_library(form, false, "no name");
}

TEST_F(PlainCsrTest, OtherWishes_AreLeftToTheLibrary) {
  const auto with = [](const Bytes& one) {
    Form form;
    form.attributes = der_holding(der::holding(0), {one});
    return form;
  };
  const Bytes ca = der_sequence({der_true()});
  expect_left_to_the_library(with(asking_for("2.5.29.19", ca)), false, "the rights of a CA");
  expect_left_to_the_library(with(asking_for("2.5.29.19", der_sequence({}))), true, "no CA");
  // The same in BER, its identifier's length written long.
  const Bytes name = {der::kObjectIdentifier, 0x81, 3, 0x55, 0x1D, 0x13};
  const Bytes list = der_sequence({der_sequence({name, der_octets(ca)})});
  expect_left_to_the_library(with(attribute(kExtensionRequest, {list})), false, "a CA in BER");
  expect_left_to_the_library(
      with(attribute("1.2.840.113549.1.9.7", {der_text(der::kUtf8String, "secret")})), true,
      "a password");
  expect_left_to_the_library(with(attribute("1.2.840.113549.1.9.7", {der_sequence({})})), true,
                             "another attribute");
  expect_left_to_the_library(with(der_true()), false, "no attribute");
  Form form;
  form.attributes = {};
  expect_left_to_the_library(form, true, "no attributes at all");
}

TEST_F(PlainCsrTest, OtherOutlines_AreLeftToTheLibrary) {
  Form form;
  form.version = 1;
  expect_left_to_the_library(form, true, "another version");
  form = {};
  form.after_info = der_true();
  expect_left_to_the_library(form, false, "more than a request");
  form = {};
  form.unused_bits = 1;
  expect_left_to_the_library(form, false, "a signature of half bytes");
  form = {};
  form.algorithm =
      der_sequence({der_object_identifier("1.2.840.10045.4.3.3")});  // with SHA-384: a lie
  expect_left_to_the_library(form, false, "another algorithm");
  Bytes followed = made({});
  followed.push_back(0);
  EXPECT_FALSE(read_plain_csr(followed));
  EXPECT_FALSE(read_plain_csr({}));
  EXPECT_FALSE(read_plain_csr(Bytes(kRequestBytesMax + 1, 0x30)));
}

TEST_F(PlainCsrTest, AlteredAnywhere_NoneIsTakenThatTheLibraryRefuses) {
  const Bytes good = pki::request("dev-1", key_);
  for (std::size_t at = 0; at < good.size(); ++at) {
    Bytes altered = good;
    altered[at] ^= static_cast<std::uint8_t>(1U << at % 8);
    EXPECT_FALSE(plain_name(altered)) << at;
    EXPECT_FALSE(plain_name({good.begin(), good.begin() + std::ptrdiff_t(at)})) << at;
  }
}

TEST_F(PlainCsrTest, SignatureOfAnotherKey_IsRefused) {
  EXPECT_FALSE(read_plain_csr(pki::request("dev-1", key_, {}, pki::make_key("P-256"))));
}

// A thread checks one key after the other with the same object: nothing of one is left for the
// next.
TEST_F(PlainCsrTest, KeysOneAfterTheOther_CountEachForItself) {
  const pki::KeyOwner other = pki::make_key("P-256");
  const Bytes text = {'t', 'e', 'x', 't'};
  const Bytes own_signature = P256Signer::make(key_.get())->sign(text);
  const Bytes other_signature = P256Signer::make(other.get())->sign(text);
  const Bytes own_info = plain_p256_info(key_.get());
  const Bytes other_info = plain_p256_info(other.get());
  Bytes off_curve = own_info;
  off_curve.back() ^= 1U;
  for (int round = 0; round < 3; ++round) {
    EXPECT_TRUE(verify_p256(*plain_p256_point(own_info), text, own_signature));
    EXPECT_FALSE(verify_p256(*plain_p256_point(off_curve), text, own_signature));
    EXPECT_FALSE(verify_p256(*plain_p256_point(other_info), text, own_signature));
    EXPECT_TRUE(verify_p256(*plain_p256_point(other_info), text, other_signature));
    EXPECT_FALSE(verify_p256(*plain_p256_point(off_curve), text, other_signature));
    EXPECT_FALSE(verify_p256(*plain_p256_point(own_info), text, other_signature));
  }
}

}  // namespace
}  // namespace berth::crypto
