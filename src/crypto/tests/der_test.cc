#include "crypto/der.h"

#include "crypto/der_certificate.h"
#include "crypto/der_write.h"
#include "crypto/tests/dice_vectors.h"

#include <gtest/gtest.h>

namespace berth::crypto {
namespace {

base::Bytes unhex(std::string_view hex) { return *base::hex_decode(hex); }

std::string error_of(std::string_view hex) {
  const base::Bytes bytes = unhex(hex);
  DerReader reader(bytes);
  const auto element = reader.any("it");
  return element ? "" : element.error().what;
}

TEST(DerReader, TakesShortAndLongLengths) {
  const base::Bytes small = unhex("0403010203");
  DerReader reader(small);
  const auto element = reader.take(der::kOctetString, "it");
  ASSERT_TRUE(element.has_value());
  EXPECT_EQ(element->content.size(), 3U);
  EXPECT_EQ(element->whole.size(), 5U);
  EXPECT_TRUE(reader.done());

  const base::Bytes large = der_octets(base::Bytes(300, 7));
  ASSERT_EQ(base::hex_encode(std::span(large).first(4)), "0482012c");
  EXPECT_EQ(der_only(large, der::kOctetString, "it")->size(), 300U);
}

TEST(DerReader, RefusesEveryOtherWayToWriteALength) {
  EXPECT_EQ(error_of(""), "it is missing");
  EXPECT_EQ(error_of("04"), "it is cut off after its tag");
  EXPECT_EQ(error_of("0480000000"), "it has no definite length");
  EXPECT_EQ(error_of("048103aabbcc"), "it has a length that is not the shortest");
  EXPECT_EQ(error_of("04820003aabbcc"), "it has a length that is not the shortest");
  EXPECT_EQ(error_of("0482"), "it is cut off in its length");
  EXPECT_EQ(error_of("0485000000000100"), "it says it is absurdly long");
  EXPECT_EQ(error_of("0484ffffffff00"), "it says it is longer than what holds it");
  EXPECT_EQ(error_of("0404aabbcc"), "it says it is longer than what holds it");
  EXPECT_EQ(error_of("1f8101"), "it has a tag of more than one byte");
}

TEST(DerReader, RefusesAnotherTagAndWhatFollows) {
  const base::Bytes two = unhex("020101020102");
  EXPECT_FALSE(der_only(two, der::kInteger, "it").has_value());
  DerReader reader(two);
  const auto wrong = reader.take(der::kOctetString, "it");
  ASSERT_FALSE(wrong.has_value());
  EXPECT_EQ(wrong.error().what, "it should have the tag 04 and has 02");
  EXPECT_TRUE(reader.take(der::kInteger, "it").has_value()) << "a refusal takes nothing";
}

TEST(DerObjectIdentifier, ReadsWhatIsWritten) {
  for (const std::string_view dots : {"2.5.4.3", "1.3.6.1.4.1.311.89.3.1", "2.999.1", "0.39",
                                      "2.16.840.1.101.3.4.2.1", "1.3.6.1.4.1.11129.2.1.24"}) {
    const base::Bytes der = der_object_identifier(dots);
    const auto content = der_only(der, der::kObjectIdentifier, "it");
    EXPECT_EQ(*der_object_identifier(*content, "it"), dots);
  }
}

TEST(DerObjectIdentifier, RefusesPaddingCutsAndGiants) {
  for (const std::string_view hex : {"", "80", "2a8001", "2a86", "2affffffffffffffffff7f"}) {
    EXPECT_FALSE(der_object_identifier(DerBytes(unhex(hex)), "it").has_value()) << hex;
  }
  EXPECT_FALSE(der_object_identifier(DerBytes(base::Bytes(65, 1)), "it").has_value());
}

TEST(DerUnsigned, GoesTo64BitsAndIsShortest) {
  EXPECT_EQ(*der_unsigned(unhex("00"), "it"), 0U);
  EXPECT_EQ(*der_unsigned(unhex("7f"), "it"), 127U);
  EXPECT_EQ(*der_unsigned(unhex("0080"), "it"), 128U);
  EXPECT_EQ(*der_unsigned(unhex("00ffffffffffffffff"), "it"), ~std::uint64_t{0});
  for (const std::string_view hex : {"", "80", "ff", "0001", "000080", "010000000000000000"}) {
    EXPECT_FALSE(der_unsigned(unhex(hex), "it").has_value()) << hex;
  }
  for (const std::uint64_t value : {0ULL, 1ULL, 127ULL, 128ULL, 65536ULL, ~0ULL}) {
    EXPECT_EQ(*der_unsigned(der_unsigned_content(value), "it"), value);
  }
}

TEST(DerNamedBits, FirstBitIsTheLowest) {
  EXPECT_EQ(*der_named_bits(unhex("0780"), "it"), 1U);
  EXPECT_EQ(*der_named_bits(unhex("0410"), "it"), 8U);
  EXPECT_EQ(*der_named_bits(unhex("00"), "it"), 0U);
  EXPECT_EQ(*der_named_bits(unhex("0000000001"), "it"), 0x80000000U);
  for (const std::string_view hex : {"", "0880", "07", "0781", "000000000001"}) {
    EXPECT_FALSE(der_named_bits(unhex(hex), "it").has_value()) << hex;
  }
  for (const std::uint32_t bits : {0U, 1U, 8U, 9U, 0x100U, 0x80000001U}) {
    EXPECT_EQ(*der_named_bits(der_named_bits_content(bits), "it"), bits);
  }
}

TEST(DerText, IsUtf8WithoutControlsAndBounded) {
  EXPECT_EQ(*der_text(DerBytes(unhex("c3a4")), 2, "it"), "ä");
  for (const std::string_view hex : {"c3", "6100", "0a", "7f", "616263"}) {
    EXPECT_FALSE(der_text(DerBytes(unhex(hex)), 2, "it").has_value()) << hex;
  }
}

std::string time_of_text(std::uint8_t tag, std::string_view text) {
  const auto time = der_time({tag, base::as_bytes(text), {}}, "it");
  return time ? base::format_utc(*time, 0) : "refused";
}

TEST(DerTime, ReadsTheFormsOfCertificatesOnly) {
  EXPECT_EQ(time_of_text(der::kUtcTime, "170101000000Z"), "2017-01-01T00:00:00Z");
  EXPECT_EQ(time_of_text(der::kUtcTime, "500101000000Z"), "1950-01-01T00:00:00Z");
  EXPECT_EQ(time_of_text(der::kGeneralizedTime, "99991231235959Z"), "9999-12-31T23:59:59Z");
  EXPECT_EQ(time_of_text(der::kGeneralizedTime, "20240229120000Z"), "2024-02-29T12:00:00Z");
  for (const std::string_view text :
       {"1701010000Z", "170101000000", "170101000000+0100", "170230000000Z", "171301000000Z",
        "170101240000Z", "170101006000Z", "17010100000aZ", ""}) {
    EXPECT_EQ(time_of_text(der::kUtcTime, text), "refused") << text;
  }
  EXPECT_EQ(time_of_text(der::kOctetString, "170101000000Z"), "refused");
}

TEST(DerTime, IsWrittenAsItIsRead) {
  for (const std::string_view text : {"2018-03-22T23:59:59Z", "2049-12-31T23:59:59Z",
                                      "2050-01-01T00:00:00Z", "9999-12-31T23:59:59Z"}) {
    const base::Bytes der = der_certificate_time(*base::parse_utc(text));
    DerReader reader(der);
    EXPECT_EQ(base::format_utc(*der_time(*reader.any("it"), "it"), 0), text);
    EXPECT_EQ(der.front() == der::kUtcTime, text < "2050");
  }
}

TEST(DerCertificate, OutlinesACertificateWhoseNameOpenSslRefuses) {
  const base::Bytes der = testing::alias_certificate();
  const auto certificate = read_der_certificate(der);
  ASSERT_TRUE(certificate.has_value()) << certificate.error().what;
  EXPECT_EQ(base::hex_encode(certificate->serial), "0a0b0c0d0e");
  EXPECT_EQ(certificate->signature_algorithm, "1.2.840.10045.4.3.2");
  EXPECT_EQ(*der_common_name(certificate->subject), "az-c8930123456av1v3v7");
  EXPECT_EQ(*der_common_name(certificate->issuer), "devkitdice");
  EXPECT_EQ(base::format_utc(certificate->not_before, 0), "2017-01-01T00:00:00Z");
  ASSERT_EQ(certificate->extensions.size(), 2U);
  EXPECT_TRUE(certificate->extensions[1].critical);
  EXPECT_TRUE(p256_point(certificate->public_key_info).has_value());
  EXPECT_EQ(find_extension(*certificate, "2.5.29.19"), nullptr);
}

TEST(DerCertificate, IsRefusedCutOffAnywhere) {
  const base::Bytes der = testing::alias_certificate();
  for (std::size_t size = 0; size < der.size(); ++size) {
    EXPECT_FALSE(read_der_certificate(DerBytes(der).first(size)).has_value()) << size;
  }
  base::Bytes longer = der;
  longer.push_back(0);
  EXPECT_FALSE(read_der_certificate(longer).has_value());
}

TEST(DerCertificate, RefusesAnExtensionTwiceAndTooMany) {
  const base::Bytes once = testing::extension("1.2.3", base::Bytes{5, 0});
  EXPECT_TRUE(read_der_certificate(testing::certificate_with({once})).has_value());
  const auto twice = read_der_certificate(testing::certificate_with({once, once}));
  ASSERT_FALSE(twice.has_value());
  EXPECT_EQ(twice.error().what, "the certificate has the extension 1.2.3 twice");

  base::Bytes many;
  for (std::size_t i = 0; i <= kCertificateExtensionsMax; ++i) {
    const base::Bytes one = testing::extension("1.2." + std::to_string(i), {});
    many.insert(many.end(), one.begin(), one.end());
  }
  const auto refused = read_der_certificate(testing::certificate_with({many}));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().what, "the certificate has more than 32 extensions");
}

TEST(DerCertificate, RefusesMoreBytesThanACertificateMayHave) {
  const auto refused = read_der_certificate(base::Bytes(16 * 1024 + 1, 0x30));
  ASSERT_FALSE(refused.has_value());
  EXPECT_EQ(refused.error().what, "the certificate has more than 16384 bytes");
}

}  // namespace
}  // namespace berth::crypto
