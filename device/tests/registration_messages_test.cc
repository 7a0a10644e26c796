// The vectors are those of tencent.md §5; the first row of each table is the vendor's own.
#include "device/registration_messages.h"

#include "base/codec.h"
#include "berth/device/product_connection.h"
#include "device/registration_hints.h"
#include "device/tests/sealing.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace berth::device {
namespace {

using ::testing::HasSubstr;

constexpr const char* kLogged = "8XzjN8rfgFVGDTNTUGau4snA";
constexpr const char* kReal = "hzvf5LF9S0isvBhDSauWMaIk";
constexpr const char* kMade = "0123456789abcdefghijklmn";

DeviceInfo device(const char* product, const char* name, const char* secret) {
  DeviceInfo made;
  made.product_id = product;
  made.device_name = name;
  made.product_secret = Secret::from_text(secret);
  return made;
}

TEST(FirstSignature, IsThatOfTheVendorAndOfItsDevices) {
  EXPECT_EQ(first_signature(device("S3EUVBRJLB", "device_1234", kLogged), {1439928322, 1568692235}),
            "ZWM4YTEyMWE2ODUxYzk1M2Q0MDc2OWNmN2FhMTg1ZWM1ODgxMWNkNQ==");
  EXPECT_EQ(first_signature(device("S3EUVBRJLB", "dev_keynotls", kReal), {1327088122, 1795300494}),
            "NmVkZTEzNzhhYzM3OTk0Y2MwOGMwMzBlOTNhMGEwYzdiY2Q1NmE3MA==");
  EXPECT_EQ(first_signature(device("S3EUVBRJLB", "cert_dev_1", kReal), {326168543, 1795300740}),
            "ZDViMzIyOThmNzEzYTViMmM3MTk3YzRiZTlmNGFmZTA2NWNhMDY1ZA==");
  EXPECT_EQ(first_signature(device("ABCDE12345", "aa:bb-cc_01", kMade), {1, 1700000000}),
            "MGM4ZjI3OTQ0NzYyODE4MzA5N2EzYWMxYWFjYzAyOTliMmNmMWJjZQ==");
}

TEST(FirstBody, IsTheVendorsLoggedRequestToTheByte) {
  EXPECT_EQ(first_body(device("S3EUVBRJLB", "device_1234", kLogged), {1439928322, 1568692235}),
            R"({"deviceName":"device_1234","nonce":1439928322,"productId":"S3EUVBRJLB",)"
            R"("timestamp":1568692235,)"
            R"("signature":"ZWM4YTEyMWE2ODUxYzk1M2Q0MDc2OWNmN2FhMTg1ZWM1ODgxMWNkNQ=="})");
}

struct SecondVector {
  const char* path;
  const char* algorithm;
  const char* key;
  RequestMark mark;
  const char* body;
  const char* signature;
};

TEST(SecondSignature, IsThatOfTheVendorsLibrary) {
  const SecondVector vectors[] = {
      {"/device/register",
       "hmacsha256",
       kReal,
       {312895262, 1795301238},
       R"({"ProductId":"S3EUVBRJLB","DeviceName":"pydev1"})",
       "mV7sTNX+PnF6tbRiL6o4QjaqdhDoBoHj1QEg8krIOag="},
      {"/device/register",
       "hmacsha256",
       kMade,
       {5456, 1700000000},
       R"({"ProductId":"ABCDE12345","DeviceName":"xyz"})",
       "HDuveo6OFDu474Pf0oG0xyfL/aHjl4MQlTVpZHBR8L0="},
      {"/device/register",
       "hmacsha1",
       kMade,
       {5456, 1700000000},
       R"({"ProductId":"ABCDE12345","DeviceName":"xyz"})",
       "ONeBXwDSP38rH9xshlAcygdki3M="},
      {"/device/publish",
       "hmacsha256",
       "AAECAwQFBgcICQoLDA0ODw==",
       {5456, 1700000000},
       R"({"ProductId":"ABCDE12345","DeviceName":"xyz","TopicName":"ABCDE12345/xyz/data",)"
       R"("Payload":"123","Qos":1})",
       "zPbrsdvDyjG97qu1WgRo/HJt5+qBeE7SsoJbqMuZqQo="}};
  for (const SecondVector& each : vectors) {
    const SignedRequest request{"ap-guangzhou.gateway.tencentdevices.com", each.path,
                                each.algorithm, each.mark, each.body};
    EXPECT_EQ(second_signature(request, Secret::from_text(each.key)), each.signature) << each.path;
  }
  EXPECT_EQ(second_body(device("S3EUVBRJLB", "pydev1", kReal)), vectors[0].body);
}

struct SealedVector {
  const char* secret;
  std::uint64_t length;
  const char* payload;
  const char* device_secret;  // null: a certificate
};

TEST(OpenPayload, OpensWhatTheVendorSealed) {
  const SealedVector vectors[] = {
      {kLogged, 53,
       "eHGRUBar9LBPI+mcaHnVEZsj05mSdoZLPhd54hDJXv/2va2rXSpfddgRy5XE/FIS835NjUr5Mhw1AJSg4yGC/w==",
       "7WmFA/MEs+Fy+32QwJWtYw=="},
      {kReal, 53,
       "s6FB3a1BA/YYbcmSE12XpeDVmQNDcf1QgVD141RRbmmAnFwQfp1ECAu5O016mCOvYlJJ6V59yM4OqQSiWphfTg==",
       "lDZ6Uqt+I9E0wW7rvDUs7Q=="},
      {kMade, 53,
       "utkU+JMoQ9Xlnldd66IE8rjBp6endM6AZzzmzxkBOjjlQzJt8IVc/3zpvsDI34TlyII2wv6fFH+XhEpwdRJU0g==",
       "AAECAwQFBgcICQoLDA0ODw=="},
      {kMade, 61,
       "utkU+JMoQ9Xlnldd66IE8rjBp6endM6AZzzmzxkBOjjlQzJt8IVc/3zpvsDI34TlroI7Emnye9vPIRia0MbVOw==",
       "AAECAwQFBgcICQoLDA0ODxAREhMUFRYX"},
      {kMade, 53,
       "utkU+JMoQ9Xlnldd66IE8jZg65z0pEWvmwZEHFMElrg5LxXiIwhoQzfZ8z+HjD5STAY4QLUPtooGyciBnYQRPQ==",
       nullptr}};
  for (const SealedVector& each : vectors) {
    RegistrationAnswer answer;
    answer.payload = each.payload;
    answer.length = each.length;
    const Secret secret = Secret::from_text(each.secret);
    const auto opened = open_payload(answer, secret);
    ASSERT_TRUE(opened) << opened.error().what;
    if (each.device_secret != nullptr) {
      EXPECT_EQ(opened->mode, AuthMode::kKey);
      EXPECT_EQ(opened->credential.device_secret.text(), each.device_secret);
    } else {
      EXPECT_EQ(opened->mode, AuthMode::kCertificate);
      EXPECT_EQ(opened->credential.certificate_pem, "C");
      EXPECT_EQ(opened->credential.key_pem.text(), "K");
    }
    answer.length = std::nullopt;
    EXPECT_TRUE(open_payload(answer, secret)) << "the zeros tell the length, too";
  }
}

TEST(ProductPassword, IsThatOfTheVendorsDevices) {
  const Secret a = *base::base64_decode_secret("QUFBQUFBQUFBQUFBQUFBQQ==");
  const Secret b = *base::base64_decode_secret("AAECAwQFBgcICQoLDA0ODw==");
  const std::string first = "S3EUVBRJLBdev1;21010406;rfozK;9223372036854775807";
  const std::string second = "ABCDE12345xyz;12010126;A1b2C;1700003600";
  EXPECT_EQ(product_password(PasswordMac::kSha1, a, first).text(),
            "47b507744ee9937a23d2f6e93c1a71035ff78ee8;hmacsha1");
  EXPECT_EQ(product_password(PasswordMac::kSha256, a, first).text(),
            "603a804ea2630572eabdc3c5c9d6e74dd7a029b9b96144207ebb265d7024a442;hmacsha256");
  EXPECT_EQ(product_password(PasswordMac::kSha1, b, second).text(),
            "aae302bedfd6bd4b8fda8f9bc2e179028360f13e;hmacsha1");
  EXPECT_EQ(product_password(PasswordMac::kSha256, b, second).text(),
            "952c4f7ffa017cb1682b5ce28de646ef69f7221d717380a828a021179c9b08da;hmacsha256");
}

// With `padded` behind the text that its length counts.
RegistrationAnswer sealed(const std::string& text, const std::string& padded = "") {
  RegistrationAnswer answer;
  answer.length = text.size();
  answer.payload = testing::sealed(text + padded, kMade);
  return answer;
}

std::string why_not(const RegistrationAnswer& answer, const char* secret = kMade) {
  const auto opened = open_payload(answer, Secret::from_text(secret));
  return opened ? "it was opened" : opened.error().what;
}

TEST(OpenPayload, RefusesWhatCannotBeUsed) {
  const char* unopened = "the server's answer cannot be opened with this product secret";
  const std::string good = R"({"encryptionType":2,"psk":"AAECAwQFBgcICQoLDA0ODw=="})";
  EXPECT_EQ(why_not(sealed(good)), "it was opened");
  EXPECT_EQ(why_not(sealed(good), kReal), unopened);
  EXPECT_EQ(why_not(sealed(good), "short"), unopened);
  EXPECT_EQ(why_not(sealed(good, std::string(11, '\x0b'))), unopened);
  EXPECT_EQ(why_not(sealed("[]")), unopened);
  EXPECT_EQ(why_not(sealed(R"({"psk":"AAAA"})")), unopened);
  EXPECT_EQ(why_not(sealed(R"({"encryptionType":"2","psk":"AAAA"})")), unopened);
  EXPECT_THAT(why_not(sealed(R"({"encryptionType":3})")), HasSubstr("unknown type 3"));
  for (const std::string psk : {"", "not base64", "AA"}) {
    EXPECT_THAT(why_not(sealed(R"({"encryptionType":2,"psk":")" + psk + "\"}")),
                HasSubstr("no usable device secret"));
  }
  EXPECT_THAT(why_not(sealed(R"({"encryptionType":2,"psk":")" + std::string(68, 'A') + "\"}")),
              HasSubstr("no usable device secret"));
  EXPECT_THAT(why_not(sealed(R"({"encryptionType":1,"clientCert":"C"})")), HasSubstr("lacks"));
  RegistrationAnswer answer = sealed(good);
  answer.length = *answer.length - 1;
  EXPECT_EQ(why_not(answer), unopened) << "something stands behind the told length";
  answer.length = 65;
  EXPECT_EQ(why_not(answer), unopened) << "longer than what was sent";
  answer.payload = "AAAA";
  EXPECT_EQ(why_not(answer), unopened) << "not whole blocks";
  answer.payload = "%";
  EXPECT_THAT(why_not(answer), HasSubstr("is no Base64"));
}

TEST(OpenPayload, AWholeBlockOfZerosMayFollowAndNoMore) {
  const std::string text = R"({"encryptionType":2,"psk":"AAECAwQFBgcICQoLDA0ODw==","x":"1234"})";
  ASSERT_EQ(text.size(), 64U);
  EXPECT_EQ(why_not(sealed(text)), "it was opened");
  EXPECT_EQ(why_not(sealed(text, std::string(16, '\0'))), "it was opened");
  EXPECT_NE(why_not(sealed(text, std::string(32, '\0'))), "it was opened");
}

TEST(Answers, OfTheFirstGeneration) {
  const auto good = read_first_answer(R"({"code":0,"message":"","len":53,"payload":"eHGR"})");
  ASSERT_TRUE(good);
  EXPECT_EQ(good->refusal, "");
  EXPECT_EQ(good->payload, "eHGR");
  EXPECT_EQ(good->length, 53U);
  const auto refused = read_first_answer(R"({"code":1010,"message":"Check \u001bfailed"})");
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->refusal, "1010");
  EXPECT_EQ(refused->message, "Check ?failed");
  for (const std::string none : {"", "<html>", "[]", "{}", R"({"code":"0","payload":"eHGR"})",
                                 R"({"code":0})", R"({"Response":{"Len":53,"Payload":"eHGR"}})"}) {
    EXPECT_FALSE(read_first_answer(none)) << none;
  }
}

TEST(Answers, OfTheSecondGeneration) {
  const auto good =
      read_second_answer(R"({"Response":{"Len":53,"Payload":"eHGR","RequestId":"r"}})");
  ASSERT_TRUE(good);
  EXPECT_EQ(good->payload, "eHGR");
  EXPECT_EQ(good->length, 53U);
  const auto refused = read_second_answer(
      R"({"Response":{"Error":{"Code":"AuthFailure.SignatureFailure","Message":"no"}}})");
  ASSERT_TRUE(refused);
  EXPECT_EQ(refused->refusal, "AuthFailure.SignatureFailure");
  EXPECT_EQ(refused->message, "no");
  const auto nameless = read_second_answer(R"({"Response":{"Error":{}}})");
  ASSERT_TRUE(nameless);
  EXPECT_NE(nameless->refusal, "");
  for (const std::string none : {"", "[]", "{}", R"({"Response":[]})", R"({"Response":{"Len":53}})",
                                 R"({"code":0,"len":53,"payload":"eHGR"})"}) {
    EXPECT_FALSE(read_second_answer(none)) << none;
  }
}

TEST(Hints, FollowTheMessageThenTheCode) {
  const DeviceInfo who = device("ABCDE12345", "xyz", kMade);
  const auto hint = [&](const char* code, const char* message) {
    RegistrationAnswer refused;
    refused.refusal = code;
    refused.message = message;
    return hint_for(refused, who);
  };
  EXPECT_THAT(hint("1010", "Check signature failed"), HasSubstr("productSecret"));
  EXPECT_THAT(hint("1", "Pre create mode: device not exists"),
              HasSubstr("`berth product device add xyz --product ABCDE12345`"));
  EXPECT_THAT(hint("1", "product not exists"), HasSubstr("product list"));
  EXPECT_THAT(hint("1", "device already activated"),
              HasSubstr("`berth product device reset xyz --product ABCDE12345`"));
  EXPECT_THAT(hint("1", "Not support dynamic device register, please check setting first"),
              HasSubstr("`berth product update ABCDE12345 --dynamic-registration`"));
  EXPECT_THAT(hint("LimitExceeded", "too many requests"), HasSubstr("wait"));
  EXPECT_THAT(hint("LimitExceeded", "register limit exceeded"), HasSubstr("--quota"));
  EXPECT_THAT(hint("AuthFailure.SignatureFailure", "?"), HasSubstr("productSecret"));
  EXPECT_THAT(hint("7", "never heard of"), HasSubstr("`berth trail explain ABCDE12345xyz`"));
}

}  // namespace
}  // namespace berth::device
