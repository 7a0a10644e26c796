#include "dialects/tencent/register_v2.h"

#include "base/codec.h"
#include "crypto/hash.h"
#include "dialects/tencent/tests/register_harness.h"

#include <fmt/format.h>
#include <gtest/gtest.h>

namespace berth::dialects::tencent {
namespace {

using testing::claim_of;
using testing::kPlainSecret;
using testing::kV2Body;
using testing::kWorkedSecret;
using testing::malformed_in;
using testing::signed_text_in;
using testing::v2_headers;
using testing::v2_request;
using testing::verifying_text;

wire::HttpRequest request_with(std::string_view name, std::string_view value) {
  wire::HttpRequest request = v2_request(kV2Body, v2_headers());
  std::erase_if(request.headers, [&](const auto& each) { return each.name == name; });
  if (!value.empty()) request.headers.push_back({std::string(name), std::string(value)});
  return request;
}

TEST(RegisterV2, RebuildsWhatThePythonSdkSigned) {
  const domain::Claim claim =
      claim_of(v2_request(R"({"ProductId":"S3EUVBRJLB","DeviceName":"pydev1"})",
                          {{"x-tc-algorithm", "hmacsha256"},
                           {"x-tc-timestamp", "1795301238"},
                           {"x-tc-nonce", "312895262"},
                           {"x-tc-signature", "mV7sTNX+PnF6tbRiL6o4QjaqdhDoBoHj1QEg8krIOag="}}));
  const domain::SignedText& text = signed_text_in(claim);
  ASSERT_EQ(text.texts.size(), 1U);  // its host is the vendor's, its algorithm in lower case
  EXPECT_EQ(text.texts[0],
            "POST\nap-guangzhou.gateway.tencentdevices.com\n/device/register\n\nhmacsha256\n"
            "1795301238\n312895262\n"
            "13bfb8e5fadcdc22406dd5f6c0b73a432ab338a7508e4df9e6f7d976cec84184");
  EXPECT_EQ(verifying_text(text, kWorkedSecret), 0U);
  EXPECT_EQ(text.algorithm, domain::MacAlgorithm::kHmacSha256);
  EXPECT_EQ(text.key_form, domain::KeyForm::kBytes);
  EXPECT_EQ(text.nonce, "312895262");
  EXPECT_EQ(text.made_at_seconds, 1795301238);
}

TEST(RegisterV2, VerifiesWhatWasRecordedOfThePythonSdk) {
  const domain::Claim claim =
      claim_of(v2_request(R"({"ProductId":"S3EUVBRJLB","DeviceName":"pydev1"})",
                          {{"x-tc-algorithm", "hmacsha256"},
                           {"x-tc-timestamp", "1795340106"},
                           {"x-tc-nonce", "62799199"},
                           {"x-tc-signature", "sBoBNOdwtWZn5IoW8dTxW/QnwoiEcGYX6x7C8HRG7XY="}}));
  EXPECT_EQ(verifying_text(signed_text_in(claim), kWorkedSecret), 0U);
}

TEST(RegisterV2, ReadsBothAlgorithms) {
  const domain::Claim sha256 = claim_of(v2_request(kV2Body, v2_headers()));
  EXPECT_EQ(verifying_text(signed_text_in(sha256), kPlainSecret), 0U);

  std::vector<wire::Header> headers = v2_headers();
  headers[0].value = "hmacsha1";
  headers[3].value = "ONeBXwDSP38rH9xshlAcygdki3M=";
  const domain::Claim sha1 = claim_of(v2_request(kV2Body, std::move(headers)));
  EXPECT_EQ(signed_text_in(sha1).algorithm, domain::MacAlgorithm::kHmacSha1);
  EXPECT_EQ(signed_text_in(sha1).mac.size(), 20U);
  EXPECT_EQ(verifying_text(signed_text_in(sha1), kPlainSecret), 0U);
}

TEST(RegisterV2, SaysWhoAsks) {
  const domain::Claim claim = claim_of(v2_request(kV2Body, v2_headers()));
  ASSERT_TRUE(claim.membership);
  EXPECT_EQ(claim.membership->group, "ABCDE12345");
  EXPECT_EQ(claim.membership->member, "xyz");
  EXPECT_EQ(claim.registration_id, "ABCDE12345xyz");
  EXPECT_EQ(claim.client, "Python-urllib/3.11");
  EXPECT_FALSE(claim.wants);
}

TEST(RegisterV2, HashesTheBodyAsItCame) {
  const std::string_view body = "{ \"DeviceName\":\"xyz\",\r\n\"ProductId\":\"ABCDE12345\" }";
  const domain::Claim claim = claim_of(v2_request(body, v2_headers()));
  EXPECT_TRUE(signed_text_in(claim).texts[0].ends_with(
      base::hex_encode(crypto::sha256(base::as_bytes(body)))));
}

std::vector<std::string> hosts_signed(std::string_view host) {
  std::vector<std::string> hosts;
  const domain::Claim claim = claim_of(request_with("host", host));
  for (const std::string& text : signed_text_in(claim).texts) {
    hosts.push_back(text.substr(5, text.find('\n', 5) - 5));
  }
  return hosts;
}

TEST(RegisterV2, TriesTheHostsThatClientsSign) {
  const std::string vendor(testing::kVendorHost);
  using Hosts = std::vector<std::string>;
  EXPECT_EQ(hosts_signed("berth.example.net:8443"),
            (Hosts{"berth.example.net", "berth.example.net:8443", vendor}));
  EXPECT_EQ(hosts_signed("berth.example.net"), (Hosts{"berth.example.net", vendor}));
  EXPECT_EQ(hosts_signed("Berth.Example.net:80"),
            (Hosts{"Berth.Example.net", "Berth.Example.net:80", "berth.example.net", vendor}));
  EXPECT_EQ(hosts_signed("[::1]:8443"), (Hosts{"::1", "[::1]:8443", vendor}));
  EXPECT_EQ(hosts_signed(vendor + ":443"), (Hosts{vendor, vendor + ":443"}));
  EXPECT_EQ(hosts_signed(""), Hosts{vendor});
  EXPECT_EQ(hosts_signed(std::string(256, 'h')), Hosts{vendor});
}

TEST(RegisterV2, TriesTheAlgorithmAsSentAndInLowerCase) {
  const domain::Claim claim = claim_of(request_with("x-tc-algorithm", "HmacSha256"));
  const domain::SignedText& text = signed_text_in(claim);
  ASSERT_EQ(text.texts.size(), 2U);
  EXPECT_NE(text.texts[0].find("\nHmacSha256\n"), std::string::npos);
  EXPECT_NE(text.texts[1].find("\nhmacsha256\n"), std::string::npos);
  // The documentation's headers with the signature of the lower-case form.
  EXPECT_EQ(verifying_text(text, kPlainSecret), 1U);
}

TEST(RegisterV2, NeverMakesMoreThanEightTexts) {
  wire::HttpRequest request = request_with("host", "Berth.Example.net:8443");
  for (wire::Header& each : request.headers) {
    if (each.name == "x-tc-algorithm") each.value = "HMACSHA256";
  }
  const domain::Claim claim = claim_of(std::move(request));
  EXPECT_EQ(signed_text_in(claim).texts.size(), 8U);
}

TEST(RegisterV2, WantsWhatEncryptionTypeSays) {
  const auto claim_with_type = [](std::string_view type) {
    return claim_of(v2_request(
        fmt::format(R"({{"ProductId":"ABCDE12345","DeviceName":"xyz","EncryptionType":{}}})", type),
        v2_headers()));
  };
  EXPECT_EQ(claim_with_type("1").wants, domain::CredentialKind::kCertificate);
  EXPECT_EQ(claim_with_type("2").wants, domain::CredentialKind::kSecret);
  EXPECT_FALSE(claim_with_type("null").wants);
  for (const std::string_view bad : {"0", "3", "\"1\"", "1.0"}) {
    EXPECT_NE(malformed_in(claim_with_type(bad)), "") << bad;
  }
}

TEST(RegisterV2, AMissingSignatureIsNoEvidence) {
  const domain::Claim claim = claim_of(request_with("x-tc-signature", ""));
  EXPECT_TRUE(std::holds_alternative<domain::NoEvidence>(claim.evidence));
}

TEST(RegisterV2, SignaturesOfAnotherFormAreKeptForTheirExplanation) {
  const std::string_view unreadable[] = {
      "1c3b9ebdea8e1453bbe3be0f7f4a1e7fab9a1e0c8b0b9b1e0c8b0b9b1e0c8b0b",  // hex
      "ONeBXwDSP38rH9xshlAcygdki3M=",                                      // of the other algorithm
      "HDuveo6OFDu474Pf0oG0xyfL_aHjl4MQlTVpZHBR8L0=",                      // base64url
      "HDuveo6OFDu474Pf0oG0xyfL/aHjl4MQlTVpZHBR8L0",
  };
  for (const std::string_view each : unreadable) {
    const domain::Claim claim = claim_of(request_with("x-tc-signature", each));
    EXPECT_TRUE(signed_text_in(claim).mac.empty()) << each;
    EXPECT_EQ(signed_text_in(claim).raw_signature, each);
  }
}

struct Bad {
  wire::HttpRequest request;
  std::string_view word;
  std::string what;
};

std::vector<Bad> bad_requests() {
  const auto body = [](std::string_view text) { return v2_request(text, v2_headers()); };
  const std::string digits = ": expected decimal digits";
  return {
      {body(""), "InvalidParameter", "not JSON at byte 0: incomplete JSON"},
      {body("ProductId=ABCDE12345&DeviceName=xyz"), "InvalidParameter",
       "the body is a form; it must be JSON"},
      {body("{}"), "MissingParameter", "/ProductId: is required; /DeviceName: is required"},
      {body(R"({"ProductId":"ABCDE12345"})"), "MissingParameter", "/DeviceName: is required"},
      {body(R"({"ProductId":"ABCDE1234","DeviceName":"xyz"})"), "InvalidParameter",
       "/ProductId: expected text of 10..10 bytes without control characters, found 9 bytes"},
      {body(std::string(kBodyBytesMax + 1, ' ')), "InvalidParameter",
       "the body has 8193 bytes; at most 8192 are read"},
      {body(R"({"ProductId":"ABCDE12345","DeviceName":"xyz","EncryptionType":1,"ClientCert":"C"})"),
       "UnsupportedOperation",
       "/ClientCert: certificates that a device brings along are not taken"},
      {request_with("x-tc-algorithm", ""), "MissingParameter",
       "X-TC-Algorithm: expected hmacsha256 or hmacsha1"},
      {request_with("x-tc-algorithm", "hmacmd5"), "InvalidParameter",
       "X-TC-Algorithm: expected hmacsha256 or hmacsha1"},
      {request_with("x-tc-algorithm", "rsa-sha256"), "InvalidParameter",
       "X-TC-Algorithm: expected hmacsha256 or hmacsha1"},
      {request_with("x-tc-algorithm", std::string(5000, 'h')), "InvalidParameter",
       "X-TC-Algorithm: expected hmacsha256 or hmacsha1"},
      {request_with("x-tc-timestamp", ""), "MissingParameter", "X-TC-Timestamp" + digits},
      {request_with("x-tc-timestamp", "yesterday"), "InvalidParameter", "X-TC-Timestamp" + digits},
      {request_with("x-tc-timestamp", "-1"), "InvalidParameter", "X-TC-Timestamp" + digits},
      {request_with("x-tc-timestamp", "9223372036854775808"), "InvalidParameter",
       "X-TC-Timestamp" + digits},
      {request_with("x-tc-nonce", ""), "MissingParameter", "X-TC-Nonce" + digits},
      {request_with("x-tc-nonce", "abc"), "InvalidParameter", "X-TC-Nonce" + digits},
      {request_with("x-tc-nonce", "1 2"), "InvalidParameter", "X-TC-Nonce" + digits},
      {request_with("x-tc-nonce", std::string(5000, '1')), "InvalidParameter",
       "X-TC-Nonce" + digits},
      {request_with("x-tc-signature", std::string(129, 'A')), "InvalidParameter",
       "X-TC-Signature: expected at most 128 characters"},
  };
}

TEST(RegisterV2, RequestsThatCannotBeReadLeaveATrailAndGetACode) {
  for (Bad& each : bad_requests()) {
    const testing::Turn turn =
        testing::ask(std::move(each.request),
                     testing::outcome_of(domain::Refused{domain::Reason::kProofMalformed, {}}));
    ASSERT_TRUE(turn.claim) << each.what;
    EXPECT_TRUE(turn.claim->membership) << each.what;
    EXPECT_EQ(malformed_in(*turn.claim), each.what);
    EXPECT_EQ(testing::response_of(turn).status, 200);
    EXPECT_NE(testing::response_of(turn).body.find(fmt::format("\"Code\":\"{}\"", each.word)),
              std::string::npos)
        << each.what << ": " << testing::response_of(turn).body;
  }
}

TEST(RegisterV2, TheNonceIsSignedAsItIsSpelled) {
  const domain::Claim claim = claim_of(request_with("x-tc-nonce", "007"));
  EXPECT_EQ(signed_text_in(claim).nonce, "007");
  EXPECT_NE(signed_text_in(claim).texts[0].find("\n007\n"), std::string::npos);
}

}  // namespace
}  // namespace berth::dialects::tencent
