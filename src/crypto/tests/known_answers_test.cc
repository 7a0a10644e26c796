// Published vectors: FIPS 180-4, RFC 2202, RFC 4231, RFC 5869, the GCM specification, SP 800-38A,
// azure-dps.md §4, tencent.md §5.
#include "base/codec.h"
#include "crypto/aead.h"
#include "crypto/cbc.h"
#include "crypto/device_key.h"
#include "crypto/hash.h"
#include "crypto/hmac.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>

namespace berth::crypto {
namespace {

using base::as_bytes;
using base::Bytes;
using base::hex_encode;

TEST(Sha256, MatchesFips180) {
  EXPECT_EQ(hex_encode(sha256(as_bytes("abc"))),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(hex_encode(sha256({})),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
}

TEST(Hmac, MatchesRfc4231) {
  EXPECT_EQ(hex_encode(hmac_sha256(Bytes(20, 0x0b), "Hi There")),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(hex_encode(hmac_sha256(as_bytes("Jefe"), "what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(hex_encode(hmac_sha256(Bytes(131, 0xaa),
                                   "Test Using Larger Than Block-Size Key - Hash Key First")),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
}

TEST(Hmac, KeepsNothingOfTheKeyBefore) {
  const std::string long_key(131, 'k');
  const Sha256 first = hmac_sha256(as_bytes("a"), "text");
  hmac_sha256(as_bytes(long_key), "other");
  EXPECT_EQ(hmac_sha256(as_bytes("a"), "text"), first);
  hmac_sha256({}, "");
  EXPECT_EQ(hmac_sha256(as_bytes("a"), "text"), first);
}

TEST(Hmac, TakesEmptyKeysAndTexts) {
  EXPECT_EQ(hex_encode(hmac_sha256({}, "")),
            "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

TEST(Hmac, WorksInEveryThread) {
  const Sha256 here = hmac_sha256(as_bytes("key"), "text");
  Sha256 there{};
  std::thread([&] { there = hmac_sha256(as_bytes("key"), "text"); }).join();
  EXPECT_EQ(there, here);
}

TEST(Hmac, VerifiesOnlyWholeMacs) {
  const Sha256 mac = hmac_sha256(as_bytes("key"), "text");
  EXPECT_TRUE(verify_hmac_sha256(as_bytes("key"), "text", mac));
  EXPECT_FALSE(verify_hmac_sha256(as_bytes("key"), "text", std::span(mac).first(31)));
  EXPECT_FALSE(verify_hmac_sha256(as_bytes("key"), "text", {}));
  EXPECT_FALSE(verify_hmac_sha256(as_bytes("kez"), "text", mac));
}

TEST(HmacSha1, MatchesRfc2202) {
  EXPECT_EQ(hex_encode(hmac_sha1(Bytes(20, 0x0b), "Hi There")),
            "b617318655057264e28bc0b6fb378c8ef146be00");
  EXPECT_EQ(hex_encode(hmac_sha1(as_bytes("Jefe"), "what do ya want for nothing?")),
            "effcdf6ae5eb2fa2d27416d5f184df9c259a7c79");
  EXPECT_EQ(hex_encode(hmac_sha1(Bytes(80, 0xaa),
                                 "Test Using Larger Than Block-Size Key - Hash Key First")),
            "aa4ae5e15272d00e95705637ce8a3b55ed402112");
}

TEST(HmacMd5, MatchesRfc2202) {
  EXPECT_EQ(hex_encode(hmac_md5(Bytes(16, 0x0b), "Hi There")), "9294727a3638bb1c13f48ef8158bfc9d");
  EXPECT_EQ(hex_encode(hmac_md5(as_bytes("Jefe"), "what do ya want for nothing?")),
            "750c783e6ab0b503eaa86e310a5db738");
  EXPECT_EQ(hex_encode(hmac_md5(Bytes(16, 0xaa), std::string(50, '\xdd'))),
            "56be34521d144c88dbb8c733f0e8b3f6");
  EXPECT_EQ(hex_encode(hmac_md5(Bytes(16, 0x0c), "Test With Truncation")),
            "56461ef2342edc00f9bab995690efd4c");
  EXPECT_EQ(hex_encode(hmac_md5(Bytes(80, 0xaa),
                                "Test Using Larger Than Block-Size Key - Hash Key First")),
            "6b1ab7fe4bd7bf8f0b62e6ce61b9d0cd");
  EXPECT_EQ(hex_encode(hmac_md5(Bytes(80, 0xaa),
                                "Test Using Larger Than Block-Size Key and Larger "
                                "Than One Block-Size Data")),
            "6f630fad67cda0ee1fb1f562db3aa53e");
}

TEST(HmacSha1, AndTheOthersAreKeyedApart) {
  const Sha1Mac first = hmac_sha1(as_bytes("a"), "text");
  const Sha256 longer = hmac_sha256(as_bytes("b"), "text");
  const Md5Mac shorter = hmac_md5(as_bytes("c"), "text");
  EXPECT_EQ(hmac_sha1(as_bytes("a"), "text"), first);
  EXPECT_EQ(hmac_sha256(as_bytes("b"), "text"), longer);
  EXPECT_EQ(hmac_md5(as_bytes("c"), "text"), shorter);
}

struct SignedVector {
  std::string_view key;
  std::string_view text;
  std::string_view mac;
};

TEST(HmacSha1, MatchesTheRegistrationVectorsOfTheProtocol) {
  const SignedVector vectors[] = {
      {"8XzjN8rfgFVGDTNTUGau4snA",
       "deviceName=device_1234&nonce=1439928322&productId=S3EUVBRJLB&timestamp=1568692235",
       "ec8a121a6851c953d40769cf7aa185ec58811cd5"},
      {"hzvf5LF9S0isvBhDSauWMaIk",
       "deviceName=dev_keynotls&nonce=1327088122&productId=S3EUVBRJLB&timestamp=1795300494",
       "6ede1378ac37994cc08c030e93a0a0c7bcd56a70"},
      {"hzvf5LF9S0isvBhDSauWMaIk",
       "deviceName=cert_dev_1&nonce=326168543&productId=S3EUVBRJLB&timestamp=1795300740",
       "d5b32298f713a5b2c7197c4be9f4afe065ca065d"},
      {"0123456789abcdefghijklmn",
       "deviceName=aa:bb-cc_01&nonce=1&productId=ABCDE12345&timestamp=1700000000",
       "0c8f279447628183097a3ac1aacc0299b2cf1bce"},
  };
  for (const SignedVector& vector : vectors) {
    EXPECT_EQ(hex_encode(hmac_sha1(as_bytes(vector.key), vector.text)), vector.mac) << vector.text;
  }
}

TEST(Hmac, MatchesThePasswordVectorsOfTheProtocol) {
  const Bytes counting = *base::base64_decode("AAECAwQFBgcICQoLDA0ODw==");
  const std::string_view user = "ABCDE12345xyz;12010126;A1b2C;1700003600";
  EXPECT_EQ(hex_encode(hmac_sha1(counting, user)), "aae302bedfd6bd4b8fda8f9bc2e179028360f13e");
  EXPECT_EQ(hex_encode(hmac_sha256(counting, user)),
            "952c4f7ffa017cb1682b5ce28de646ef69f7221d717380a828a021179c9b08da");
  const std::string_view sent = "S3EUVBRJLBdev1;21010406;rfozK;9223372036854775807";
  EXPECT_EQ(hex_encode(hmac_sha1(Bytes(16, 0x41), sent)),
            "47b507744ee9937a23d2f6e93c1a71035ff78ee8");
}

TEST(Cbc, MatchesSp80038a) {
  const Bytes key = *base::hex_decode("2b7e151628aed2a6abf7158809cf4f3c");
  const Bytes iv = *base::hex_decode("000102030405060708090a0b0c0d0e0f");
  const Bytes plain =
      *base::hex_decode("6bc1bee22e409f96e93d7e117393172aae2d8a571e03ac9c9eb76fac45af8e51");
  const Bytes sealed =
      encrypt_aes128_cbc(std::span(key).first<16>(), std::span(iv).first<16>(), plain);
  EXPECT_EQ(hex_encode(sealed), "7649abac8119b246cee98e9b12e9197d5086cb9b507219ee95db113a917678b2");
}

struct SealedVector {
  std::string_view secret;
  std::string plain;
  std::string_view sealed;
};

TEST(Cbc, MatchesThePayloadVectorsOfTheProtocol) {
  const SealedVector vectors[] = {
      {"8XzjN8rfgFVGDTNTUGau4snA", R"({"encryptionType":2,"psk":"7WmFA/MEs+Fy+32QwJWtYw=="})",
       "eHGRUBar9LBPI+mcaHnVEZsj05mSdoZLPhd54hDJXv/2va2rXSpfddgRy5XE/FIS835NjUr5Mhw1AJSg4yGC/w=="},
      {"hzvf5LF9S0isvBhDSauWMaIk", R"({"encryptionType":2,"psk":"lDZ6Uqt+I9E0wW7rvDUs7Q=="})",
       "s6FB3a1BA/YYbcmSE12XpeDVmQNDcf1QgVD141RRbmmAnFwQfp1ECAu5O016mCOvYlJJ6V59yM4OqQSiWphfTg=="},
      {"0123456789abcdefghijklmn", R"({"encryptionType":2,"psk":"AAECAwQFBgcICQoLDA0ODw=="})",
       "utkU+JMoQ9Xlnldd66IE8rjBp6endM6AZzzmzxkBOjjlQzJt8IVc/3zpvsDI34TlyII2wv6fFH+XhEpwdRJU0g=="},
      {"0123456789abcdefghijklmn",
       R"({"encryptionType":2,"psk":"AAECAwQFBgcICQoLDA0ODxAREhMUFRYX"})",
       "utkU+JMoQ9Xlnldd66IE8rjBp6endM6AZzzmzxkBOjjlQzJt8IVc/3zpvsDI34TlroI7Emnye9vPIRia0MbVOw=="},
      {"0123456789abcdefghijklmn", R"({"encryptionType":1,"clientCert":"C","clientKey":"K"})",
       "utkU+JMoQ9Xlnldd66IE8jZg65z0pEWvmwZEHFMElrg5LxXiIwhoQzfZ8z+HjD5STAY4QLUPtooGyciBnYQRPQ=="},
  };
  const Bytes iv(16, '0');
  for (const SealedVector& vector : vectors) {
    const auto key = as_bytes(vector.secret).first<16>();
    std::string padded = vector.plain;
    padded.resize((padded.size() + 15) / 16 * 16, '\0');
    const Bytes sealed = encrypt_aes128_cbc(key, std::span(iv).first<16>(), as_bytes(padded));
    EXPECT_EQ(base::base64_encode(sealed), vector.sealed) << vector.plain;
    const auto opened = decrypt_aes128_cbc(key, std::span(iv).first<16>(), sealed);
    ASSERT_TRUE(opened);
    EXPECT_EQ(opened->text(), padded);
  }
}

TEST(Cbc, OpensWholeBlocksOnly) {
  const Bytes key(16, 1);
  const Bytes iv(16, 2);
  const auto fixed = std::span(key).first<16>();
  EXPECT_FALSE(decrypt_aes128_cbc(fixed, std::span(iv).first<16>(), Bytes(17, 0)));
  const auto none = decrypt_aes128_cbc(fixed, std::span(iv).first<16>(), {});
  ASSERT_TRUE(none);
  EXPECT_TRUE(none->empty());
  EXPECT_TRUE(encrypt_aes128_cbc(fixed, std::span(iv).first<16>(), {}).empty());
}

TEST(Hkdf, MatchesRfc5869) {
  const Secret input(Bytes(22, 0x0b));
  const Bytes salt = *base::hex_decode("000102030405060708090a0b0c");
  const std::string info = "\xf0\xf1\xf2\xf3\xf4\xf5\xf6\xf7\xf8\xf9";
  EXPECT_EQ(hex_encode(hkdf_sha256(input, salt, info, 42).bytes()),
            "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865");
  EXPECT_EQ(hex_encode(hkdf_sha256(input, {}, "", 42).bytes()),
            "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8");
}

TEST(Aead, MatchesTheGcmSpecification) {
  const Bytes key(32, 0);
  const Bytes nonce(12, 0);
  Bytes out(16 + kTagBytes);
  encrypt({key, nonce, {}}, Bytes(16, 0), out);
  EXPECT_EQ(hex_encode(out), "cea7403d4d606b6e074ec5d3baf39d18d0d1c8a799996bf0265b98b5d48ab919");
  Bytes tag(kTagBytes);
  encrypt({key, nonce, {}}, {}, tag);
  EXPECT_EQ(hex_encode(tag), "530f8afbc74536b9a963b4f1c4cb738b");
}

TEST(Aead, OpensNothingThatWasChanged) {
  const Bytes key(32, 7);
  const Bytes nonce(12, 9);
  Bytes sealed(5 + kTagBytes);
  encrypt({key, nonce, "context"}, as_bytes("hello"), sealed);
  const std::optional<Secret> opened = decrypt({key, nonce, "context"}, sealed);
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->text(), "hello");
  EXPECT_FALSE(decrypt({key, nonce, "contexT"}, sealed));
  EXPECT_FALSE(decrypt({Bytes(32, 8), nonce, "context"}, sealed));
  EXPECT_FALSE(decrypt({key, Bytes(12, 8), "context"}, sealed));
  for (std::size_t i = 0; i < sealed.size(); ++i) {
    Bytes changed = sealed;
    changed[i] ^= 1;
    EXPECT_FALSE(decrypt({key, nonce, "context"}, changed)) << i;
  }
  EXPECT_FALSE(decrypt({key, nonce, "context"}, std::span(sealed).first(10)));
}

struct Derived {
  std::string group_key;
  std::string id;
  std::string device_key;
};

const std::string kCountingKey =
    "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIjJCUmJygpKissLS4vMDEyMzQ1Njc4OTo7PD0+Pw==";
const std::string kTextKey = "Z3JvdXAtc2Vjb25kYXJ5LWtleS0wMTIzNDU2Nzg5YWI=";

TEST(DeviceKey, MatchesTheVectorsOfTheProtocol) {
  const std::vector<Derived> vectors = {
      {kCountingKey, "device-01", "4mnWPt8Zt2l+dGRNpd2grurMijx75QG0Gw4rgHMHFgA="},
      {kCountingKey, "Device-01", "pZOXooiZPI65HPo3uswvw8m+ZjNJjvOs8RkzQRiDNQA="},
      {kCountingKey, std::string(128, 'x'), "DzzjBNRTLNCBIHIE9t6UWqqkVytDE0WYh0esEM+Lw+U="},
      {kTextKey, "device-01", "yE5lkZO5kxfa5jSfSVt4qGSwj2THw/HcIxDr8ZnmeZo="},
      {kTextKey, "sn-007:abc.DEF_9", "uUP3JSYgoM8B7U6YOI7OUJaO3M8EHHBCAE5qY0sTngc="},
      {"qqqqqqqqqqqqqqqqqqqqqg==", "a", "eXaowz4UV/obDfPOfsTCqKBx4135OejM45a1WkHfm4s="},
  };
  for (const Derived& vector : vectors) {
    const Bytes key = *base::base64_decode(vector.group_key);
    EXPECT_EQ(base::base64_encode(derive_device_key(key, vector.id).bytes()), vector.device_key)
        << vector.id;
  }
}

TEST(Hmac, MatchesTheSignatureVectorsOfTheProtocol) {
  const Bytes key = *base::base64_decode("4mnWPt8Zt2l+dGRNpd2grurMijx75QG0Gw4rgHMHFgA=");
  const auto sign = [&](std::string_view resource) {
    return base::base64_encode(hmac_sha256(key, std::string(resource) + "\n1900000000"));
  };
  EXPECT_EQ(sign("0ne00ABCDEF%2Fregistrations%2Fdevice-01"),
            "Q1z8G9Q8YwWucS/5AE4a2G3KGDb0PuXfA7WwNrIgJpk=");
  EXPECT_EQ(sign("0ne00ABCDEF%2fregistrations%2fdevice-01"),
            "RW64h+vq4njV0NGumqAcXqf+0MxIr5LBmi632Jz4L6A=");
  EXPECT_EQ(sign("0ne00ABCDEF/registrations/device-01"),
            "DncWMWZgiNWqgb2g9lz4M0b0QZtqPSt2Umz4dX9KI10=");
  const Bytes service_key = *base::base64_decode(kCountingKey);
  EXPECT_EQ(base::base64_encode(
                hmac_sha256(service_key, "mydps.azure-devices-provisioning.net\n1900000000")),
            "Id+KnD+eEEkYetOS9j5AQgN5XtW5gtlTTkXhiSrFijc=");
}

}  // namespace
}  // namespace berth::crypto
