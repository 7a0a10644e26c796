#include "dialects/tencent/register_v1.h"

#include "base/codec.h"
#include "dialects/tencent/tests/register_harness.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace berth::dialects::tencent {
namespace {

using testing::claim_of;
using testing::kLoggedBody;
using testing::kLoggedSecret;
using testing::kPlainSecret;
using testing::kWorkedSecret;
using testing::malformed_in;
using testing::signed_text_in;
using testing::v1_request;
using testing::verifying_text;

std::string body_with(std::string_view member, std::string_view value) {
  const std::pair<std::string_view, std::string_view> members[] = {
      {"deviceName", R"("device_1234")"},
      {"nonce", "1439928322"},
      {"productId", R"("S3EUVBRJLB")"},
      {"timestamp", "1568692235"},
      {"signature", R"("ZWM4YTEyMWE2ODUxYzk1M2Q0MDc2OWNmN2FhMTg1ZWM1ODgxMWNkNQ==")"}};
  std::string body;
  for (const auto& [name, usual] : members) {
    const std::string_view shown = name == member ? value : usual;
    if (!shown.empty()) body += fmt::format(R"({}"{}":{})", body.empty() ? "" : ",", name, shown);
  }
  return "{" + body + "}";
}

domain::Claim claim_with(std::string_view member, std::string_view value) {
  return claim_of(v1_request(body_with(member, value)));
}

struct Vector {
  std::string_view secret;
  std::string_view body;
  std::string_view text;
  std::string_view mac;
};

// tencent.md §5.1: the vendor's log, two requests of the real C SDK, one made up; and the request
// of transcripts/register_v1_c_sdk_http.txt.
constexpr Vector kVectors[] = {
    {kLoggedSecret, kLoggedBody,
     "deviceName=device_1234&nonce=1439928322&productId=S3EUVBRJLB&timestamp=1568692235",
     "ec8a121a6851c953d40769cf7aa185ec58811cd5"},
    {kWorkedSecret,
     R"({"deviceName":"dev_keynotls","nonce":1327088122,"productId":"S3EUVBRJLB",)"
     R"("timestamp":1795300494,)"
     R"("signature":"NmVkZTEzNzhhYzM3OTk0Y2MwOGMwMzBlOTNhMGEwYzdiY2Q1NmE3MA=="})",
     "deviceName=dev_keynotls&nonce=1327088122&productId=S3EUVBRJLB&timestamp=1795300494",
     "6ede1378ac37994cc08c030e93a0a0c7bcd56a70"},
    {kWorkedSecret,
     R"({"deviceName":"cert_dev_1","nonce":326168543,"productId":"S3EUVBRJLB",)"
     R"("timestamp":1795300740,)"
     R"("signature":"ZDViMzIyOThmNzEzYTViMmM3MTk3YzRiZTlmNGFmZTA2NWNhMDY1ZA=="})",
     "deviceName=cert_dev_1&nonce=326168543&productId=S3EUVBRJLB&timestamp=1795300740",
     "d5b32298f713a5b2c7197c4be9f4afe065ca065d"},
    {kPlainSecret,
     R"({"deviceName":"aa:bb-cc_01","nonce":1,"productId":"ABCDE12345","timestamp":1700000000,)"
     R"("signature":"MGM4ZjI3OTQ0NzYyODE4MzA5N2EzYWMxYWFjYzAyOTliMmNmMWJjZQ=="})",
     "deviceName=aa:bb-cc_01&nonce=1&productId=ABCDE12345&timestamp=1700000000",
     "0c8f279447628183097a3ac1aacc0299b2cf1bce"},
    {kLoggedSecret,
     R"({"deviceName":"device_1234","nonce":1300254527,"productId":"S3EUVBRJLB",)"
     R"("timestamp":1795339599,)"
     R"("signature":"ZWVkMGZmZDNjYzJjMTliY2IwODUzNjgzNGEyNzgxNGE1MmNjNzVkZA=="})",
     "deviceName=device_1234&nonce=1300254527&productId=S3EUVBRJLB&timestamp=1795339599",
     "eed0ffd3cc2c19bcb08536834a27814a52cc75dd"},
};

TEST(RegisterV1, RebuildsTheSignedText) {
  for (const Vector& each : kVectors) {
    const domain::Claim claim = claim_of(v1_request(each.body));
    const domain::SignedText& text = signed_text_in(claim);
    ASSERT_EQ(text.texts, std::vector<std::string>{std::string(each.text)});
    EXPECT_EQ(base::hex_encode(text.mac), each.mac);
    EXPECT_EQ(text.algorithm, domain::MacAlgorithm::kHmacSha1);
    EXPECT_EQ(text.key_form, domain::KeyForm::kBytes);
    EXPECT_EQ(verifying_text(text, each.secret), 0U);
  }
}

TEST(RegisterV1, SaysWhoAsksAndWithWhat) {
  const domain::Claim claim = claim_of(v1_request(kLoggedBody));
  EXPECT_EQ(claim.scope, "");
  ASSERT_TRUE(claim.membership);
  EXPECT_EQ(claim.membership->group, "S3EUVBRJLB");
  EXPECT_EQ(claim.membership->member, "device_1234");
  EXPECT_EQ(claim.registration_id, "S3EUVBRJLBdevice_1234");
  EXPECT_FALSE(claim.wants);
  EXPECT_EQ(claim.dialect, "tencent");
  EXPECT_EQ(claim.transport, "https");
  EXPECT_EQ(claim.source, "192.0.2.7");
  EXPECT_EQ(claim.host, "gateway.tencentdevices.com");
  const domain::SignedText& text = signed_text_in(claim);
  EXPECT_EQ(text.nonce, "1439928322");
  EXPECT_EQ(text.made_at_seconds, 1568692235);
  EXPECT_FALSE(text.expires_at_seconds);
  EXPECT_EQ(text.raw_signature, "ZWM4YTEyMWE2ODUxYzk1M2Q0MDc2OWNmN2FhMTg1ZWM1ODgxMWNkNQ==");
}

TEST(RegisterV1, ReadsJsonWhateverItIsCalled) {
  for (const std::string_view type :
       {"application/json", "application/x-www-form-urlencoded", "text/plain", ""}) {
    wire::HttpRequest request = v1_request(kLoggedBody);
    request.headers = {{"content-type", std::string(type)}};
    EXPECT_EQ(verifying_text(signed_text_in(claim_of(std::move(request))), kLoggedSecret), 0U);
  }
}

TEST(RegisterV1, ReadsMembersInAnyOrderWithBlanksAndOthers) {
  const domain::Claim claim = claim_of(
      v1_request("{ \"timestamp\" : 1568692235,\n\t\"productId\":\"S3EUVBRJLB\", \"extra\":[1,{}],"
                 "\"signature\":\"ZWM4YTEyMWE2ODUxYzk1M2Q0MDc2OWNmN2FhMTg1ZWM1ODgxMWNkNQ==\","
                 "\"nonce\":1439928322, \"deviceName\":\"device_1234\" }"));
  EXPECT_EQ(verifying_text(signed_text_in(claim), kLoggedSecret), 0U);
}

TEST(RegisterV1, TakesTheClockAsItIs) {
  // Firmware registers before it has the time.
  EXPECT_EQ(signed_text_in(claim_with("timestamp", "0")).made_at_seconds, 0);
  EXPECT_EQ(signed_text_in(claim_with("timestamp", "12")).made_at_seconds, 12);
  EXPECT_EQ(signed_text_in(claim_with("nonce", "0")).nonce, "0");
  EXPECT_EQ(signed_text_in(claim_with("nonce", "9223372036854775807")).nonce,
            "9223372036854775807");
}

TEST(RegisterV1, NamesHaveTheVendorsSizes) {
  const auto quoted = [](std::size_t size) { return '"' + std::string(size, 'n') + '"'; };
  EXPECT_EQ(claim_with("deviceName", quoted(48)).membership->member, std::string(48, 'n'));
  EXPECT_NE(malformed_in(claim_with("deviceName", quoted(49))), "");
  EXPECT_NE(malformed_in(claim_with("deviceName", quoted(0))), "");
  EXPECT_EQ(claim_with("productId", quoted(10)).membership->group, std::string(10, 'n'));
  EXPECT_NE(malformed_in(claim_with("productId", quoted(9))), "");
  EXPECT_NE(malformed_in(claim_with("productId", quoted(11))), "");
}

TEST(RegisterV1, BodiesHaveALimit) {
  const std::string body(kLoggedBody);
  const std::string blanks(kBodyBytesMax - body.size(), ' ');
  EXPECT_EQ(malformed_in(claim_of(v1_request(body + blanks))), "");
  EXPECT_EQ(malformed_in(claim_of(v1_request(body + blanks + " "))),
            "the body has 8193 bytes; at most 8192 are read");
}

TEST(RegisterV1, AMissingSignatureIsNoEvidence) {
  for (const std::string_view value : {"", "null", "\"\""}) {
    EXPECT_TRUE(
        std::holds_alternative<domain::NoEvidence>(claim_with("signature", value).evidence));
  }
}

TEST(RegisterV1, SignaturesOfAnotherFormAreKeptForTheirExplanation) {
  const std::string_view unreadable[] = {
      "7IoSGmhRyVPUB2nPeqGF7FiBHNU=",                              // base64 of the MAC itself
      "ec8a121a6851c953d40769cf7aa185ec58811cd5",                  // its hex alone
      "RUM4QTEyMUE2ODUxQzk1M0Q0MDc2OUNGN0FBMTg1RUM1ODgxMUNENQ==",  // upper-case hex
      "ZWM4YTEyMWE2ODUxYzk1M2Q0MDc2OWNmN2FhMTg1ZWM1ODgxMWNkNQ",    // lost padding
      "ZWM4YTEyMWE2ODUxYzk1M2Q0MDc2OWNmN2FhMTg1ZWM1ODgxMWNkNQ==\\n",
      "?",
  };
  for (const std::string_view each : unreadable) {
    const domain::Claim claim = claim_with("signature", fmt::format("\"{}\"", each));
    if (each.ends_with("n")) {
      EXPECT_NE(malformed_in(claim), "") << each;  // a control character is not carried on
      continue;
    }
    const domain::SignedText& text = signed_text_in(claim);
    EXPECT_TRUE(text.mac.empty()) << each;
    EXPECT_EQ(text.raw_signature, each);
  }
}

struct Bad {
  std::string_view name;
  std::string body;
  int code;
  std::string what;
};

std::vector<Bad> bad_requests() {
  const std::string long_name(10 * 1024, 'n');
  return {
      {"nothing", "", 1001, "not JSON at byte 0: incomplete JSON"},
      {"a form", "deviceName=device_1234&nonce=1&productId=S3EUVBRJLB&timestamp=1&signature=x",
       1001, "the body is a form; it must be JSON"},
      {"an array", "[]", 1001, "expected a JSON object, found an array"},
      {"two objects", "{}{}", 1001, "not JSON at byte 2: text after the end"},
      {"deep", std::string(9, '[') + std::string(9, ']'), 1001,
       "the JSON is nested deeper than 8 levels"},
      {"an empty object", "{}", 1001,
       "/productId: is required; /deviceName: is required; /nonce: is required; "
       "/timestamp: is required"},
      {"no nonce", body_with("nonce", ""), 1001, "/nonce: is required"},
      {"no time", body_with("timestamp", "null"), 1001, "/timestamp: is required"},
      {"no product", body_with("productId", ""), 1001, "/productId: is required"},
      {"no name", body_with("deviceName", ""), 1001, "/deviceName: is required"},
      {"a nonce of letters", body_with("nonce", "\"abc\""), 1001,
       "/nonce: expected a whole number from 0 to 9223372036854775807, found text"},
      {"a nonce in quotes", body_with("nonce", "\"1439928322\""), 1001,
       "/nonce: expected a whole number from 0 to 9223372036854775807, found text"},
      {"a fraction", body_with("nonce", "1.5"), 1001,
       "/nonce: expected a whole number from 0 to 9223372036854775807"},
      {"an exponent", body_with("timestamp", "1e9"), 1001,
       "/timestamp: expected a whole number from 0 to 9223372036854775807"},
      {"a negative time", body_with("timestamp", "-1"), 1001,
       "/timestamp: expected a whole number from 0 to 9223372036854775807"},
      {"a number beyond all", body_with("nonce", "9223372036854775808"), 1001,
       "/nonce: expected a whole number from 0 to 9223372036854775807"},
      {"a product that is a number", body_with("productId", "1234567890"), 1001,
       "/productId: expected text of 10..10 bytes without control characters, found a number"},
      {"a line break in a name", body_with("deviceName", R"("a\nb")"), 1001,
       "/deviceName: expected text of 1..48 bytes without control characters, found a control "
       "character"},
      {"a name of 10 KB", body_with("deviceName", '"' + long_name + '"'), 1001,
       "the body has 10395 bytes; at most 8192 are read"},
      {"a name of 5 KB", body_with("deviceName", '"' + long_name.substr(5120) + '"'), 1001,
       "/deviceName: expected text of 1..48 bytes without control characters, found 5120 bytes"},
      {"a signature of 5 KB", body_with("signature", '"' + long_name.substr(5120) + '"'), 1001,
       "/signature: expected text of 0..128 bytes without control characters, found 5120 bytes"},
      {"bytes that are no text", std::string("{\"deviceName\":\"\xFF\"}"), 1001,
       "not JSON at byte 15: syntax error"},
  };
}

TEST(RegisterV1, RequestsThatCannotBeReadLeaveATrailAndGetACode) {
  for (const Bad& each : bad_requests()) {
    const testing::Turn turn =
        testing::ask(v1_request(each.body),
                     testing::outcome_of(domain::Refused{domain::Reason::kProofMalformed, {}}));
    ASSERT_TRUE(turn.claim) << each.name;
    EXPECT_TRUE(turn.claim->membership) << each.name;
    EXPECT_EQ(malformed_in(*turn.claim), each.what) << each.name;
    const wire::HttpResponse& response = testing::response_of(turn);
    EXPECT_EQ(response.status, 200) << each.name;
    EXPECT_EQ(response.body,
              fmt::format(R"({{"code":{},"message":"invalid parameter"}})", each.code))
        << each.name;
  }
}

TEST(RegisterV1, WhatCouldBeReadOfABadRequestIsInItsTrail) {
  const domain::Claim claim = claim_with("nonce", "\"abc\"");
  EXPECT_EQ(claim.membership->group, "S3EUVBRJLB");
  EXPECT_EQ(claim.membership->member, "device_1234");
  EXPECT_EQ(claim.registration_id, "S3EUVBRJLBdevice_1234");
}

}  // namespace
}  // namespace berth::dialects::tencent
