// What management and app answer, and what the client gets.
#include "dialects/admin/tests/clerk.h"
#include "dialects/admin/tests/records.h"

namespace berth::dialects::admin::testing {
namespace {

class AdminAnswers : public ::testing::Test {
 protected:
  Clerk clerk;
};

TEST_F(AdminAnswers, AScope) {
  const wire::HttpResponse response = clerk.answered({"GET /api/v1/scopes/0ne1"}, sample_scope());
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(header_of(response, "ETag"), "\"3\"");
  EXPECT_EQ(header_of(response, "Content-Type"), "application/json");
  EXPECT_EQ(header_of(response, "Cache-Control"), "no-store");
  EXPECT_EQ(response.body,
            R"({"id":"0ne1","displayName":"Plant","serviceHost":null,"allocationPolicy":"hashed",)"
            R"("enabled":true,"autoApprove":true,"holdUnknownModels":false,)"
            R"("compatibleCodes":false,"createdAt":"2026-01-01T00:00:00.000000Z",)"
            R"("updatedAt":"2026-01-01T00:00:00.000000Z","version":3})");
}

TEST_F(AdminAnswers, WhatWasMadeIs201WithItsPlace) {
  const wire::HttpResponse scope = clerk.answered({"POST /api/v1/scopes", "{}"}, sample_scope());
  EXPECT_EQ(scope.status, 201);
  EXPECT_EQ(header_of(scope, "Location"), "/api/v1/scopes/0ne1");
  const wire::HttpResponse group = clerk.answered(
      {"POST /api/v1/scopes/0ne1/enrollment-groups", R"({"id":"line:7"})"}, sample_enrollment());
  EXPECT_EQ(header_of(group, "Location"), "/api/v1/scopes/0ne1/enrollment-groups/line%3A7");
  EXPECT_EQ(header_of(group, "ETag"), "\"4\"");
}

TEST_F(AdminAnswers, WhatIsGoneIs204WithoutBody) {
  const wire::HttpResponse response =
      clerk.answered({"DELETE /api/v1/scopes/0ne1"}, domain::Done());
  EXPECT_EQ(response.status, 204);
  EXPECT_TRUE(response.body.empty());
  EXPECT_EQ(header_of(response, "Content-Type"), "");
}

TEST_F(AdminAnswers, ListsHaveItemsAndACursorOrNull) {
  domain::Listing<domain::Hub> hubs;
  hubs.items.push_back(sample_hub());
  hubs.next_cursor = "more";
  const auto page = json_of(clerk.answered({"GET /api/v1/hubs"}, hubs));
  EXPECT_EQ(page.at("items").as_array().size(), 1U);
  EXPECT_EQ(page.at("nextCursor").as_string(), "more");
  const auto empty = clerk.answered({"GET /api/v1/hubs"}, domain::Listing<domain::Hub>());
  EXPECT_EQ(empty.body, R"({"items":[],"nextCursor":null})");
  EXPECT_EQ(header_of(empty, "ETag"), "");
}

TEST_F(AdminAnswers, AnEnrollmentShowsNoKeys) {
  const wire::HttpResponse response =
      clerk.answered({"GET /api/v1/scopes/0ne1/enrollment-groups/line-7"}, sample_enrollment());
  const auto json = json_of(response);
  EXPECT_EQ(json.at("attestation").at("type").as_string(), "symmetric_key");
  EXPECT_EQ(json.at("attestation").at("retiredKeys").at(0).at("slot").as_string(), "secondary");
  EXPECT_EQ(json.at("tags").at("floor").as_int64(), 2);
  EXPECT_TRUE(json.at("allocationPolicy").is_null());
  EXPECT_EQ(response.body.find("SEALED"), std::string::npos);
  EXPECT_EQ(response.body.find(base::base64_encode(base::as_bytes("SEALED"))), std::string::npos);
}

TEST_F(AdminAnswers, KeysAreBase64) {
  domain::Keys keys;
  keys.primary = Secret::from_text("0123456789abcdef");
  keys.secondary = Secret::from_text("fedcba9876543210");
  const wire::HttpResponse response =
      clerk.answered({"GET /api/v1/scopes/0ne1/enrollments/a/keys"}, std::move(keys));
  EXPECT_EQ(response.body, R"({"primaryKey":"MDEyMzQ1Njc4OWFiY2RlZg==",)"
                           R"("secondaryKey":"ZmVkY2JhOTg3NjU0MzIxMA=="})");
}

TEST_F(AdminAnswers, APayloadIsTheJsonThatTheDeviceSent) {
  domain::Registration registration = sample_registration();
  registration.payload = R"({"modelId":"dtmi:x;1","n":1.5})";
  const Ask ask{"GET /api/v1/scopes/0ne1/registrations/pump-1"};
  EXPECT_EQ(json_of(clerk.answered(ask, registration)).at("payload").at("n").as_double(), 1.5);
  registration.payload = "";
  EXPECT_TRUE(json_of(clerk.answered(ask, registration)).at("payload").is_null());
  registration.payload = "7";
  EXPECT_EQ(json_of(clerk.answered(ask, registration)).at("payload").as_int64(), 7);
}

TEST_F(AdminAnswers, ATrailHasItsStepsAndFindings) {
  const auto json = json_of(clerk.answered({"GET /api/v1/trails/t-1"}, sample_trail()));
  EXPECT_EQ(json.at("reason").as_string(), "proof_rejected");
  EXPECT_EQ(json.at("steps").at(1).at("step").as_string(), "attest");
  EXPECT_EQ(json.at("steps").at(1).at("expected").as_string(), "key 1234");
  EXPECT_EQ(json.at("steps").at(1).at("tookNanoseconds").as_int64(), 1500);
  EXPECT_EQ(json.at("findings").at(0).at("cause").as_string(), "group_key_underived");
  EXPECT_TRUE(json.at("hub").is_null());
}

TEST_F(AdminAnswers, ANewTokenShowsItsSecretAndNoOtherAnswerDoes) {
  domain::NewToken made;
  made.token = sample_token();
  made.secret = Secret::from_text(kToken);
  const auto created = json_of(clerk.answered({"POST /api/v1/tokens", "{}"}, std::move(made)));
  EXPECT_EQ(created.at("secret").as_string(), kToken);
  domain::Listing<domain::Token> listing;
  listing.items.push_back(sample_token());
  const wire::HttpResponse list = clerk.answered({"GET /api/v1/tokens"}, listing);
  EXPECT_EQ(list.body.find("secret"), std::string::npos);
  EXPECT_EQ(list.body.find("digest"), std::string::npos);
}

TEST_F(AdminAnswers, ErrorsBecomeProblems) {
  const std::tuple<ErrorKind, int, const char*> table[] = {
      {ErrorKind::kInvalid, 400, "invalid"},
      {ErrorKind::kNotFound, 404, "not_found"},
      {ErrorKind::kConflict, 409, "conflict"},
      {ErrorKind::kPreconditionFailed, 412, "precondition_failed"},
      {ErrorKind::kUnauthenticated, 401, "unauthenticated"},
      {ErrorKind::kForbidden, 403, "forbidden"},
      {ErrorKind::kTooLarge, 413, "too_large"},
      {ErrorKind::kTooMany, 429, "too_many"},
      {ErrorKind::kOffline, 409, "offline"},
      {ErrorKind::kTimeout, 504, "timeout"},
      {ErrorKind::kUnavailable, 503, "unavailable"},
      {ErrorKind::kInternal, 500, "internal"}};
  for (const auto& [kind, status, code] : table) {
    const Error error{kind, "what and why", "do this"};
    const wire::HttpResponse response = clerk.answered({"GET /api/v1/status"}, Fail(error));
    EXPECT_EQ(response.status, status);
    const auto problem = json_of(response);
    EXPECT_EQ(problem.at("code").as_string(), code);
    EXPECT_EQ(problem.at("detail").as_string(), "what and why");
    EXPECT_EQ(problem.at("mend").as_string(), "do this");
    EXPECT_EQ(problem.at("requestId").as_string(), "request-1");
    const bool retry = status == 429 || status == 503;
    EXPECT_EQ(header_of(response, "Retry-After").empty(), !retry) << status;
  }
}

TEST_F(AdminAnswers, AHubNamesItsPoliciesAndShowsNoKeys) {
  const wire::HttpResponse response = clerk.answered({"GET /api/v1/hubs/hub-1"}, sample_hub());
  const auto json = json_of(response);
  EXPECT_EQ(json.at("policies").at(0).at("name").as_string(), "service");
  EXPECT_EQ(json.at("policies").at(0).at("permissions").at(0).as_string(), "serviceConnect");
  EXPECT_EQ(json.at("policies").at(0).at("retiredKeys").as_array().size(), 1U);
  EXPECT_EQ(response.body.find(base::base64_encode(base::as_bytes("SEALED"))), std::string::npos);
  const auto keys = json_of(clerk.answered({"GET /api/v1/hubs/hub-1/keys"}, sample_hub_keys()));
  EXPECT_EQ(keys.at("host").as_string(), "berth.example.net");
  EXPECT_EQ(keys.at("policies").at(0).at("primaryKey").as_string(), "MDEyMzQ1Njc4OWFiY2RlZg==");
  EXPECT_EQ(keys.at("policies").at(0).at("secondaryKey").as_string(), "ZmVkY2JhOTg3NjU0MzIxMA==");
}

TEST_F(AdminAnswers, ADeviceSaysHowItIsConnected) {
  const Ask ask{"GET /api/v1/hubs/hub-1/devices/pump-1"};
  const wire::HttpResponse response = clerk.answered(ask, sample_device_view());
  EXPECT_EQ(header_of(response, "ETag"), "\"1\"");
  const auto json = json_of(response);
  EXPECT_EQ(json.at("connection").at("connected").as_bool(), true);
  EXPECT_EQ(json.at("connection").at("transport").as_string(), "mqtt");
  EXPECT_EQ(json.at("retiredKeys").at(0).at("slot").as_string(), "secondary");
  domain::DeviceView never = sample_device_view();
  never.connection.reset();
  never.device.keys.reset();
  const auto bare = json_of(clerk.answered(ask, never));
  EXPECT_TRUE(bare.at("connection").is_null());
  EXPECT_TRUE(bare.at("attestation").is_null());
  const wire::HttpResponse made =
      clerk.answered({"POST /api/v1/hubs/hub-1/devices", R"({"id":"a"})"}, sample_device_view());
  EXPECT_EQ(made.status, 201);
  EXPECT_EQ(header_of(made, "Location"), "/api/v1/hubs/hub-1/devices/pump-1");
}

TEST_F(AdminAnswers, TheETagOfATwinIsTheOperatorsLock) {
  const Ask ask{"GET /api/v1/hubs/hub-1/devices/pump-1/twin"};
  const wire::HttpResponse response = clerk.answered(ask, sample_twin());
  EXPECT_EQ(header_of(response, "ETag"), "\"9\"");
  const auto json = json_of(response);
  EXPECT_EQ(json.at("desired").at("interval").as_int64(), 5);
  EXPECT_EQ(json.at("desiredVersion").as_int64(), 4);
  EXPECT_EQ(json.at("reportedMetadata").at("$lastUpdated").as_string(), "now");
  Ask again = ask;
  again.headers = {{"if-none-match", "\"9\""}};
  EXPECT_EQ(clerk.answered(again, sample_twin()).status, 304);
}

TEST_F(AdminAnswers, WhatADeviceAnsweredToAMethodIsItsJson) {
  const Ask ask{"POST /api/v1/hubs/hub-1/devices/pump-1/methods", R"({"method":"reboot"})"};
  EXPECT_EQ(clerk.answered(ask, domain::MethodAnswer{200, R"({"ok":true})"}).body,
            R"({"status":200,"payload":{"ok":true}})");
  EXPECT_EQ(clerk.answered(ask, domain::MethodAnswer{501, ""}).body,
            R"({"status":501,"payload":null})");
  const auto odd = json_of(clerk.answered(ask, domain::MethodAnswer{200, "\xff{"}));
  EXPECT_EQ(odd.at("payload").as_string(), "?{");
}

TEST_F(AdminAnswers, AQueuedMessageIs202) {
  const Ask ask{"POST /api/v1/hubs/hub-1/devices/pump-1/messages", "{}"};
  const wire::HttpResponse response = clerk.answered(ask, sample_queued());
  EXPECT_EQ(response.status, 202);
  EXPECT_EQ(json_of(response).at("messageId").as_string(), "m-1");
  EXPECT_EQ(json_of(response).at("ack").as_string(), "full");
}

TEST_F(AdminAnswers, EventsAlwaysHaveACursorToReadOn) {
  const Ask ask{"GET /api/v1/hubs/hub-1/events"};
  const auto page = json_of(clerk.answered(ask, sample_events()));
  EXPECT_EQ(page.at("items").at(0).at("deviceId").as_string(), "pump-1");
  EXPECT_EQ(page.at("items").at(0).at("body").at("t").as_double(), 21.5);
  EXPECT_EQ(page.at("nextCursor").as_string(), "c-1");
  EXPECT_EQ(page.at("gap").as_bool(), true);
  EXPECT_EQ(clerk.answered(ask, domain::EventPage{{}, "c-2", false}).body,
            R"({"items":[],"nextCursor":"c-2","gap":false})");
}

TEST_F(AdminAnswers, IfNoneMatchIsAnswered304WhileNothingChanged) {
  for (const char* etags : {"\"3\"", "W/\"3\"", "\"1\", \"3\"", "*"}) {
    const Ask ask{"GET /api/v1/scopes/0ne1", "", {{"if-none-match", etags}}};
    const wire::HttpResponse response = clerk.answered(ask, sample_scope());
    EXPECT_EQ(response.status, 304) << etags;
    EXPECT_EQ(header_of(response, "ETag"), "\"3\"");
    EXPECT_TRUE(response.body.empty());
  }
  for (const char* etags : {"\"2\"", "3", ",", "\"3"}) {
    const Ask ask{"GET /api/v1/scopes/0ne1", "", {{"if-none-match", etags}}};
    EXPECT_EQ(clerk.answered(ask, sample_scope()).status, 200) << etags;
  }
}

TEST_F(AdminAnswers, Probes) {
  const std::unique_ptr<Dialect> dialect = make_admin();
  const auto answered = [&](const char* line, Inspection inspection) {
    Command command = clerk.command({line});
    Session session;
    Answer answer{std::move(inspection), std::move(command.correlation)};
    return response_of(dialect->step(wire::Peer(), session, std::move(answer)));
  };
  const wire::HttpResponse health = answered("GET /healthz", {true, ""});
  EXPECT_EQ(health.status, 200);
  EXPECT_EQ(health.body, R"({"status":"ok","detail":""})");
  const wire::HttpResponse ready = answered("GET /readyz", {false, "the store does not answer"});
  EXPECT_EQ(ready.status, 503);
  EXPECT_EQ(ready.body, R"({"status":"unavailable","detail":"the store does not answer"})");
  const wire::HttpResponse metrics = answered("GET /metrics", {true, "berth_up 1\n"});
  EXPECT_EQ(metrics.body, "berth_up 1\n");
  EXPECT_EQ(header_of(metrics, "Content-Type"), "text/plain; version=0.0.4; charset=utf-8");
}

}  // namespace
}  // namespace berth::dialects::admin::testing
