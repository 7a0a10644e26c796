#include "dialects/tencent/http_step.h"

#include "dialects/tencent/register_v1.h"
#include "dialects/tencent/tests/register_harness.h"

#include <gtest/gtest.h>

namespace berth::dialects::tencent {
namespace {

using domain::Reason;
using testing::accepted_with;
using testing::ask;
using testing::issued_secret;
using testing::kLoggedBody;
using testing::kLoggedSecret;
using testing::kV2Body;
using testing::outcome_of;
using testing::response_of;
using testing::Turn;
using testing::v1_request;
using testing::v2_headers;
using testing::v2_request;

constexpr std::string_view kPsk = "7WmFA/MEs+Fy+32QwJWtYw==";
constexpr std::string_view kInternalV1 = R"({"code":1500,"message":"internal error"})";

domain::Outcome accepted() { return outcome_of(accepted_with(issued_secret(kPsk), kLoggedSecret)); }

domain::Outcome accepted_certificate(std::size_t pem_bytes) {
  domain::IssuedCertificate issued{std::string(pem_bytes, 'C'), Secret::from_text("K")};
  return outcome_of(accepted_with(std::move(issued), kLoggedSecret));
}

std::string body_of(wire::HttpRequest request, domain::Outcome outcome) {
  return response_of(ask(std::move(request), std::move(outcome))).body;
}

// The published log of a registration with the vendor's cloud: a request and its reply, to the
// byte. The document prints two product secrets; the one of the saved device file made both (§5.1),
// and the device secret at its end was altered: the payload holds the true one.
TEST(TencentLog, ItsRequestVerifiesAndItsReplyIsOurs) {
  const Turn turn = ask(v1_request(kLoggedBody), accepted(), wire::Transport::kHttps);
  ASSERT_TRUE(turn.claim);
  const domain::SignedText& text = testing::signed_text_in(*turn.claim);
  EXPECT_EQ(testing::verifying_text(text, kLoggedSecret), 0U);
  EXPECT_EQ(testing::verifying_text(text, "8Xz56tyfgQAZEDCTUGau4snA"), std::nullopt);

  // The log has an empty message where we write "success": the C SDK ignores it, some Lua clients
  // want that word (§2.4). All else is as logged.
  std::string logged =
      R"({"code":0,"message":"","len":53,"payload":"eHGRUBar9LBPI+mcaHnVEZsj05mSdoZLPhd54hDJXv/2va)"
      R"(2rXSpfddgRy5XE/FIS835NjUr5Mhw1AJSg4yGC/w=="})";
  const std::string_view empty = R"("message":"")";
  logged.replace(logged.find(empty), empty.size(), R"("message":"success")");
  EXPECT_EQ(response_of(turn).body, logged);
}

TEST(TencentHttp, AnswersAreShortAndPlain) {
  for (const bool second : {false, true}) {
    const Turn turn =
        ask(second ? v2_request(kV2Body, v2_headers()) : v1_request(kLoggedBody), accepted());
    const wire::HttpResponse& response = response_of(turn);
    EXPECT_EQ(response.status, 200);
    ASSERT_EQ(response.headers.size(), 1U);
    EXPECT_EQ(response.headers[0].name, "Content-Type");
    EXPECT_EQ(response.headers[0].value, "application/json; charset=utf-8");
    EXPECT_EQ(response.body.find_first_of(" \n\t\\"), std::string::npos) << response.body;
  }
}

TEST(TencentHttp, SecondGenerationsAnswerNamesItsTrail) {
  EXPECT_EQ(
      body_of(v2_request(kV2Body, v2_headers()), accepted()),
      R"({"Response":{"Len":53,"Payload":"eHGRUBar9LBPI+mcaHnVEZsj05mSdoZLPhd54hDJXv/2va2rXSpfdd)"
      R"(gRy5XE/FIS835NjUr5Mhw1AJSg4yGC/w==",)"
      R"("RequestId":"7a000000-0000-4000-8000-000000000001"}})");
  EXPECT_EQ(body_of(v2_request(kV2Body, v2_headers()),
                    outcome_of(domain::Refused{Reason::kProofRejected, {}})),
            R"({"Response":{"Error":{"Code":"AuthFailure.SignatureFailure",)"
            R"("Message":"Check signature failed"},)"
            R"("RequestId":"7a000000-0000-4000-8000-000000000001"}})");
}

TEST(TencentHttp, AnAnswerWithoutTrailNamesItsRequest) {
  domain::Outcome outcome = outcome_of(domain::Refused{Reason::kStoreUnavailable, {}});
  outcome.trail_id.clear();
  EXPECT_NE(body_of(v2_request(kV2Body, v2_headers()), std::move(outcome))
                .find(R"("RequestId":"5e000000-0000-4000-8000-000000000001")"),
            std::string::npos);
}

// A plain answer is read to its end, an encrypted one is lost when its connection ends (§10.1).
TEST(TencentHttp, OnlyPlainConnectionsAreClosedAfterTheAnswer) {
  const Turn encrypted = ask(v1_request(kLoggedBody), accepted(), wire::Transport::kHttps);
  EXPECT_EQ(encrypted.actions.size(), 1U);
  const Turn plain = ask(v1_request(kLoggedBody), accepted(), wire::Transport::kHttp);
  ASSERT_EQ(plain.actions.size(), 2U);
  EXPECT_TRUE(std::holds_alternative<wire::HttpResponse>(plain.actions[0]));
  EXPECT_TRUE(std::holds_alternative<wire::Close>(plain.actions[1]));
  EXPECT_EQ(plain.claim->transport, "http");
  EXPECT_EQ(plain.claim->host, "gateway.tencentdevices.com");  // without SNI: of the Host header
}

TEST(TencentHttp, RefusalsArePlainTwoHundreds) {
  for (const Reason reason : domain::kReasons) {
    for (const bool second : {false, true}) {
      const Turn turn =
          ask(second ? v2_request(kV2Body, v2_headers()) : v1_request(kLoggedBody),
              outcome_of(domain::Refused{reason, std::chrono::seconds(3)}), wire::Transport::kHttp);
      EXPECT_EQ(response_of(turn).status, 200);
      EXPECT_EQ(response_of(turn).headers.size(), 1U);
      EXPECT_EQ(response_of(turn).body.find("ayload"), std::string::npos);
      EXPECT_EQ(turn.actions.size(), 2U);
    }
  }
}

// A signature in another encoding is a wrong signature to the vendor, not a bad request.
TEST(TencentHttp, AnUnreadableSignatureIsAWrongOne) {
  wire::HttpRequest request = v2_request(kV2Body, v2_headers());
  request.headers.back().value = "0a0b0c";
  EXPECT_NE(body_of(std::move(request), outcome_of(domain::Refused{Reason::kProofMalformed, {}}))
                .find("AuthFailure.SignatureFailure"),
            std::string::npos);
}

TEST(TencentHttp, CertificatesFitTheClientsBufferOrAreNotSent) {
  // 51 bytes around a certificate and a key of one byte.
  const std::string whole = body_of(v1_request(kLoggedBody), accepted_certificate(3790 - 52));
  EXPECT_TRUE(whole.starts_with(R"({"code":0,"message":"success","len":3790,"payload":")"));
  EXPECT_LE(whole.size(), kCertificateBodyBytesMax);
  EXPECT_EQ(body_of(v1_request(kLoggedBody), accepted_certificate(3790 - 51)), kInternalV1);
}

TEST(TencentHttp, EverySecretThatFitsTheClientFitsTheAnswer) {
  domain::IssuedSecret longest{Secret::of_size(48)};
  const std::string body = body_of(v1_request(kLoggedBody),
                                   outcome_of(accepted_with(std::move(longest), kLoggedSecret)));
  EXPECT_TRUE(body.starts_with(R"({"code":0,)"));
  EXPECT_LE(body.size(), kKeyBodyBytesMax);
  domain::IssuedSecret longer{Secret::of_size(49)};
  EXPECT_EQ(
      body_of(v1_request(kLoggedBody), outcome_of(accepted_with(std::move(longer), kLoggedSecret))),
      kInternalV1);
}

TEST(TencentHttp, SuccessAlwaysCarriesACredential) {
  EXPECT_EQ(body_of(v1_request(kLoggedBody), outcome_of(accepted_with({}, kLoggedSecret))),
            kInternalV1);
  EXPECT_EQ(body_of(v1_request(kLoggedBody), outcome_of(accepted_with(issued_secret(kPsk), ""))),
            kInternalV1);
  EXPECT_EQ(body_of(v1_request(kLoggedBody), outcome_of(domain::Authenticated{})), kInternalV1);
  EXPECT_EQ(body_of(v1_request(kLoggedBody), outcome_of(domain::CurrentState{})), kInternalV1);
}

TEST(TencentHttp, ARegistrationThatFailedTellsWhy) {
  domain::Accepted failed = accepted_with(issued_secret(kPsk), kLoggedSecret);
  failed.registration.status = domain::RegistrationStatus::kFailed;
  failed.registration.reason = Reason::kNoHub;
  EXPECT_EQ(body_of(v1_request(kLoggedBody), outcome_of(std::move(failed))),
            R"({"code":1012,"message":"product has no hub"})");
  domain::Accepted disabled = accepted_with(issued_secret(kPsk), kLoggedSecret);
  disabled.registration.status = domain::RegistrationStatus::kDisabled;
  EXPECT_EQ(body_of(v1_request(kLoggedBody), outcome_of(std::move(disabled))),
            R"({"code":1009,"message":"device disabled"})");
  domain::Accepted waiting = accepted_with(issued_secret(kPsk), kLoggedSecret);
  waiting.registration.status = domain::RegistrationStatus::kAssigning;
  EXPECT_EQ(body_of(v1_request(kLoggedBody), outcome_of(std::move(waiting))),
            R"({"code":1503,"message":"service unavailable"})");
}

TEST(TencentHttp, AnAnswerOfAnotherKindIsAnError) {
  const auto dialect = make_tencent();
  Session session;
  const StepResult result = dialect->step(testing::peer_of(wire::Transport::kHttps), session,
                                          Answer{Inspection{}, std::any()});
  ASSERT_EQ(result.actions.size(), 1U);
  EXPECT_EQ(std::get<wire::HttpResponse>(result.actions[0]).body, kInternalV1);
}

TEST(TencentHttp, OtherMethodsAreNotAllowed) {
  for (const std::string_view method : {"GET", "PUT", "HEAD", "DELETE", "post"}) {
    wire::HttpRequest request = v1_request("");
    request.method = method;
    const Turn turn = ask(std::move(request), accepted());
    EXPECT_FALSE(turn.claim) << method;
    EXPECT_EQ(response_of(turn).status, 405) << method;
    EXPECT_EQ(response_of(turn).body, R"({"code":1016,"message":"method not allowed"})");
  }
}

TEST(TencentHttp, ClaimsItsTwoPathsOnly) {
  const auto dialect = make_tencent();
  const auto claims = [&](wire::Transport transport, std::string_view path) {
    wire::HttpRequest request;
    request.path = path;
    return dialect->claims(testing::peer_of(transport), request);
  };
  for (const auto transport : {wire::Transport::kHttps, wire::Transport::kHttp}) {
    EXPECT_TRUE(claims(transport, "/register/dev"));
    EXPECT_TRUE(claims(transport, "/device/register"));
    for (const std::string_view other : {"/", "/register", "/register/dev/", "/Register/dev",
                                         "/device/publish", "/device%2Fregister", "/api/v1"}) {
      EXPECT_FALSE(claims(transport, other)) << other;
    }
  }
  for (const auto transport :
       {wire::Transport::kMqtt, wire::Transport::kMqttPlain, wire::Transport::kMqttWebSocket}) {
    EXPECT_FALSE(claims(transport, "/register/dev"));
  }
  EXPECT_TRUE(dialect->serves_plain());
  EXPECT_FALSE(dialect->for_operators());
  EXPECT_EQ(dialect->name(), "tencent");
}

}  // namespace
}  // namespace berth::dialects::tencent
