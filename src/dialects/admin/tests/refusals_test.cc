// Requests that are not well-formed, and what they are told.
#include "dialects/admin/tests/clerk.h"

namespace berth::dialects::admin::testing {
namespace {

struct Refusal {
  Ask ask;
  int status;
  const char* code;
  const char* says;  // part of detail
};

void check(Clerk& clerk, const Refusal& expected) {
  SCOPED_TRACE(expected.ask.line + " " + expected.ask.body.substr(0, 80));
  const wire::HttpResponse response = clerk.refused(expected.ask);
  EXPECT_EQ(response.status, expected.status);
  EXPECT_EQ(header_of(response, "Content-Type"), "application/problem+json");
  EXPECT_EQ(header_of(response, "Cache-Control"), "no-store");
  const boost::json::value problem = json_of(response);
  EXPECT_EQ(problem.at("status").as_int64(), expected.status);
  EXPECT_EQ(problem.at("code").as_string(), expected.code);
  EXPECT_EQ(problem.at("requestId").as_string(), "request-1");
  const std::string detail = problem.at("detail").as_string().c_str();
  EXPECT_NE(detail.find(expected.says), std::string::npos) << detail;
}

class AdminRefusals : public ::testing::Test {
 protected:
  Clerk clerk;
  void check_all(const std::vector<Refusal>& table) {
    for (const Refusal& each : table) check(clerk, each);
  }
};

constexpr const char* kGroups = "/api/v1/scopes/0ne1/enrollment-groups";

TEST_F(AdminRefusals, RoutesAndMethods) {
  check_all({
      {{"GET /api"}, 404, "not_found", "there is no route /api"},
      {{"GET /api/v1"}, 404, "not_found", "no route"},
      {{"GET /api/v1/"}, 404, "not_found", "no route"},
      {{"GET /api/v2/scopes"}, 404, "not_found", "no route"},
      {{"GET /api/v1/scopes/"}, 404, "not_found", "no route"},
      {{"GET /api/v1//scopes"}, 404, "not_found", "no route"},
      {{"GET /api/v1/scopes/a/hubs/b/c/d/e/f/g/h/i/j/k/l/m/n"}, 404, "not_found", "no route"},
      {{"GET /api/v1/%0a\x01"}, 404, "not_found", "/api/v1/%0a?"},
      {{"PUT /api/v1/scopes", "{}"}, 405, "method_not_allowed", "GET, POST"},
      {{"POST /healthz"}, 405, "method_not_allowed", "GET"},
      {{"get /api/v1/scopes"}, 405, "method_not_allowed", "GET, POST"},
      {{"OPTIONS /api/v1/scopes/0ne1"}, 405, "method_not_allowed", "GET, PATCH, DELETE"},
      {{"GET /api/v1/scopes/%zz"}, 400, "invalid", "percent-encoded"},
      {{"GET /api/v1/scopes/a%00b"}, 400, "invalid", "percent-encoded"},
      {{"GET /api/v1/scopes/%ff"}, 400, "invalid", "percent-encoded"},
      {{"GET /api/v1/scopes/" + std::string(513, 'a')}, 400, "invalid", "percent-encoded"},
  });
  const wire::HttpResponse response = clerk.refused({"PUT /api/v1/scopes", "{}"});
  EXPECT_EQ(header_of(response, "Allow"), "GET, POST");
}

TEST_F(AdminRefusals, MissingTokensBeforeAnythingElseIsRead) {
  for (const char* header : {"", "Basic abc", "Bearer", "Bearer ", "Token x"}) {
    Ask ask{"POST /api/v1/scopes", "this is not JSON"};
    ask.with_token = false;
    if (*header != '\0') ask.headers = {{"authorization", header}};
    check(clerk, {ask, 401, "unauthenticated", "no token was presented"});
    EXPECT_EQ(header_of(clerk.refused(ask), "WWW-Authenticate"), "Bearer realm=\"berth\"");
  }
  Ask longer{"GET /api/v1/scopes", "", {{"authorization", "Bearer " + std::string(300, 'x')}}};
  longer.with_token = false;
  check(clerk, {longer, 401, "unauthenticated", "no token"});
}

TEST_F(AdminRefusals, Bodies) {
  Ask untyped{"POST /api/v1/scopes", "{}"};
  untyped.with_type = false;
  Ask form = untyped;
  form.headers = {{"content-type", "application/x-www-form-urlencoded"}};
  Ask merge = untyped;
  merge.headers = {{"content-type", "application/merge-patch+json"}};
  check_all({
      {untyped, 415, "unsupported_media_type", "not declared as JSON"},
      {form, 415, "unsupported_media_type", "not declared as JSON"},
      {merge, 415, "unsupported_media_type", "not declared as JSON"},
      {{"POST /api/v1/scopes"}, 400, "invalid", "the body is empty"},
      {{"POST /api/v1/scopes", "nonsense"}, 400, "invalid", "not JSON at byte"},
      {{"POST /api/v1/scopes", "[]"}, 400, "invalid", "expected a JSON object, found an array"},
      {{"POST /api/v1/scopes", "{} {}"}, 400, "invalid", "not JSON at byte"},
      {{"POST /api/v1/scopes", "{\"a\":\"\xff\"}"}, 400, "invalid", "not JSON"},
      {{"POST /api/v1/scopes", std::string(10'000, '[')}, 400, "invalid", "deeper than"},
      {{"POST /api/v1/scopes", std::string(96 * 1024 + 1, ' ')}, 413, "too_large", "98305 bytes"},
      {{"GET /api/v1/scopes", "{}"}, 400, "invalid", "takes no body"},
      {{std::string("POST ") + kGroups + "/a/keys/primary/regenerate", "{}"},
       400,
       "invalid",
       "takes no body"},
  });
  Ask charset = untyped;
  charset.headers = {{"content-type", "Application/JSON ; charset=utf-8"}};
  EXPECT_EQ(clerk.step(charset).commands.size(), 1U);
}

TEST_F(AdminRefusals, Members) {
  const std::string create = std::string("POST ") + kGroups;
  check_all({
      {{"POST /api/v1/scopes/0ne1/certificates", "{}"}, 400, "invalid", "/name: is required"},
      {{create, R"({"id":7})"}, 400, "invalid", "/id: expected text"},
      {{create, R"({"id":"a","enabled":"yes"})"}, 400, "invalid", "/enabled: expected true or"},
      {{create, R"({"id":"a","displayname":"x"})"}, 400, "invalid", "did you mean 'displayName'?"},
      {{create, R"({"id":"a","hubs":"hub-1"})"}, 400, "invalid", "/hubs: expected an array"},
      {{create, R"({"id":"a","hubs":[1]})"}, 400, "invalid", "/hubs/0"},
      {{create, R"({"id":"a","tags":[]})"}, 400, "invalid", "/tags: expected an object"},
      {{create, R"({"id":"a","allocationPolicy":"geo"})"}, 400, "invalid", "hashed, static or"},
      {{create, R"({"id":"a","reprovision":{"x":1}})"}, 400, "invalid", "/reprovision/x"},
      {{create, R"({"id":"a","attestation":{"type":"oath"}})"}, 400, "invalid", "symmetric_key"},
      {{create, R"({"id":"a","attestation":{"primaryKey":"!!"}})"},
       400,
       "invalid",
       "/attestation/primaryKey: expected base64 of 16..64 bytes"},
      {{create, R"({"id":"a","attestation":{"primaryKey":"c2hvcnQ="}})"},
       400,
       "invalid",
       "5 bytes"},
      {{"PATCH /api/v1/scopes/0ne1", R"({"id":"0ne2"})"}, 400, "invalid", "/id: no such field"},
      {{"PATCH /api/v1/hubs/h", R"({"host":"x"})"}, 400, "invalid", "/host: no such field"},
      {{"PUT /api/v1/scopes/0ne1/hubs/h", R"({"weight":0})"}, 400, "invalid", "from 1 to 1000"},
      {{"PUT /api/v1/scopes/0ne1/hubs/h", R"({"weight":1.5})"}, 400, "invalid", "whole number"},
      {{"POST /api/v1/tokens", R"({"role":"root"})"}, 400, "invalid", "viewer, operator or admin"},
      {{"POST /api/v1/tokens", R"({"expiresAt":"tomorrow"})"}, 400, "invalid", "expected a time"},
      {{"POST /api/v1/scopes/0ne1/registrations/a/transfer", R"({"kind":"group"})"},
       400,
       "invalid",
       "/id: is required"},
      {{"POST /api/v1/scopes/0ne1/registrations/a/transfer", R"({"kind":"both","id":"a"})"},
       400,
       "invalid",
       "individual or group"},
      {{"POST /api/v1/scopes/0ne1/registrations/a/transfer", R"({"kind":"group","id":"a b"})"},
       400,
       "invalid",
       "enrollment id 'a b'"},
  });
}

TEST_F(AdminRefusals, QueriesAndHeaders) {
  check_all({
      {{"GET /api/v1/scopes?limit=0"}, 400, "invalid", "from 1 to 1000"},
      {{"GET /api/v1/scopes?limit=1001"}, 400, "invalid", "from 1 to 1000"},
      {{"GET /api/v1/scopes?limit=-1"}, 400, "invalid", "from 1 to 1000"},
      {{"GET /api/v1/scopes?limit=5x"}, 400, "invalid", "from 1 to 1000"},
      {{"GET /api/v1/scopes?limit=99999999999"}, 400, "invalid", "from 1 to 1000"},
      {{"GET /api/v1/scopes?limt=5"}, 400, "invalid", "'limt'; did you mean 'limit'?"},
      {{"GET /api/v1/scopes?sort=id"}, 400, "invalid", "'sort'; known: cursor, limit"},
      {{"GET /api/v1/scopes/0ne1?x=1"}, 400, "invalid", "'x'; this route takes none"},
      {{"GET /api/v1/scopes?limit=1&limit=2"}, 400, "invalid", "'limit' is given twice"},
      {{"GET /api/v1/scopes?cursor=%zz"}, 400, "invalid", "percent-encoded"},
      {{"GET /api/v1/scopes?cursor=" + std::string(2049, 'a')}, 400, "invalid", "2048 bytes"},
      {{"GET /api/v1/scopes?a&b&c&d&e&f&g&h&i&j&k&l&m&n&o&p&q"}, 400, "invalid", "17 parameters"},
      {{"GET /api/v1/trails?failed=yes"}, 400, "invalid", "true or false"},
      {{"GET /api/v1/scopes/0ne1/registrations?enrollment=a&enrollmentGroup=b"},
       400,
       "invalid",
       "exclude each other"},
      {{"GET /api/v1/scopes/0ne1/registrations?enrollment=a%20b"}, 400, "invalid", "'a b'"},
      {{std::string("POST ") + kGroups + "/a/keys/third/regenerate"},
       400,
       "invalid",
       "primary or secondary"},
  });
  for (const char* etag : {"3", "\"\"", "\"x\"", "W/\"3\"", "\"3\", \"4\"", "\"-3\"", "\"3 \""}) {
    check(clerk,
          {{"DELETE /api/v1/scopes/0ne1", "", {{"if-match", etag}}}, 400, "invalid", "ETag"});
  }
  check_all({
      {{"GET /api/v1/scopes/0ne1", "", {{"if-match", "\"3\""}}}, 400, "invalid", "no If-Match"},
      {{"DELETE /api/v1/tokens/a", "", {{"if-match", "\"3\""}}}, 400, "invalid", "no If-Match"},
      {{"PATCH /api/v1/scopes/0ne1", "{}", {{"if-none-match", "*"}}},
       400,
       "invalid",
       "If-None-Match is understood with GET"},
  });
  EXPECT_EQ(clerk.step({"POST /api/v1/scopes", "{}", {{"if-none-match", "*"}}}).commands.size(),
            1U);
}

TEST_F(AdminRefusals, NeverRepeatSecretsOrControlCharacters) {
  const std::string key =
      "c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0c2VjcmV0LXRvby1sb25nLXRvLWJlLWEta2V5LWJ5LW"
      "ZhcixpbmRlZWQtaXQtaXM=";
  const std::string body = R"({"id":"a\u0007","attestation":{"primaryKey":")" + key +
                           R"(","secondaryKey":"hunter2"},"evil\u001b[31m":1})";
  const wire::HttpResponse response = clerk.refused({std::string("POST ") + kGroups, body});
  EXPECT_EQ(response.body.find("c2VjcmV0"), std::string::npos);
  EXPECT_EQ(response.body.find("hunter2"), std::string::npos);
  EXPECT_EQ(response.body.find('\x1b'), std::string::npos);
  EXPECT_EQ(response.body.find("\\u001b"), std::string::npos) << response.body;
}

TEST_F(AdminRefusals, PlainListenersAndOtherPathsAreNotClaimed) {
  const std::unique_ptr<Dialect> dialect = make_admin();
  const auto claims = [&](wire::Transport transport, const char* path) {
    wire::Peer peer;
    peer.transport = transport;
    wire::HttpRequest request;
    request.method = "GET";
    request.path = path;
    return dialect->claims(peer, request);
  };
  for (const char* path : {"/api/v1/scopes", "/healthz", "/readyz", "/metrics"}) {
    EXPECT_TRUE(claims(wire::Transport::kHttps, path)) << path;
    EXPECT_FALSE(claims(wire::Transport::kHttp, path)) << path;
  }
  for (const char* path : {"/", "/apis", "/enrollments", "/0ne1/registrations/a", "/healthz/x"}) {
    EXPECT_FALSE(claims(wire::Transport::kHttps, path)) << path;
  }
  EXPECT_FALSE(dialect->claims(wire::Peer(), wire::MqttConnect()));
}

TEST_F(AdminRefusals, ConnectionStrings) {
  const auto link = [](const std::string& text) {
    return Ask{"POST /api/v1/scopes/0ne1/hubs", R"({"connectionString":")" + text + R"("})"};
  };
  const char* owner = "HostName=h;SharedAccessKeyName=iothubowner;SharedAccessKey=";
  check_all({
      {link(""), 400, "invalid", "the part HostName is missing"},
      {link("HostName=h"), 400, "invalid", "the part SharedAccessKeyName is missing"},
      {link(owner), 400, "invalid", "the part SharedAccessKey is missing"},
      {link(std::string(owner) + "ab!d"), 400, "invalid", "SharedAccessKey is not base64"},
      {link("HostName=h;DeviceId=d;SharedAccessKey=YWJj"), 400, "invalid", "is of a device"},
      {link("Endpoint=sb://x/;SharedAccessKeyName=a"), 400, "invalid", "is of an event endpoint"},
      {link(std::string(1025, 'x')), 400, "invalid", "/connectionString"},
      {{"POST /api/v1/scopes/0ne1/hubs", "{}"}, 400, "invalid", "/connectionString: is required"},
  });
  const std::string said = clerk.refused(link(std::string(owner) + "c2VjcmV0!")).body;
  EXPECT_EQ(said.find("c2VjcmV0"), std::string::npos) << said;
}

TEST_F(AdminRefusals, TwinsMethodsMessagesAndEvents) {
  const std::string device = "/api/v1/hubs/hub-1/devices/d";
  check_all({
      {{"PATCH " + device + "/twin", R"({"tags":null})"}, 400, "invalid", "PUT replaces"},
      {{"PATCH " + device + "/twin", R"({"desired":[]})"}, 400, "invalid", "an object"},
      {{"PUT " + device + "/twin", R"({"reported":{}})"}, 400, "invalid", "no such field"},
      {{"POST " + device + "/methods", "{}"}, 400, "invalid", "/method: is required"},
      {{"POST " + device + "/methods", R"({"method":"a","responseTimeout":4})"},
       400,
       "invalid",
       "5 to 300"},
      {{"POST " + device + "/messages", R"({"body":"a","bodyBase64":"YQ=="})"},
       400,
       "invalid",
       "together"},
      {{"POST " + device + "/messages", R"({"bodyBase64":"?"})"}, 400, "invalid", "base64"},
      {{"POST " + device + "/messages", R"({"ack":"some"})"}, 400, "invalid", "none, positive"},
      {{"POST " + device + "/messages", R"({"expiresIn":59})"}, 400, "invalid", "60 to 172800"},
      {{"POST " + device + "/messages", R"({"properties":{"a":1}})"}, 400, "invalid", "a number"},
      {{"GET /api/v1/hubs/hub-1/events?wait=61"}, 400, "invalid", "0 to 60"},
      {{"GET /api/v1/hubs/hub-1/events?wait=-1"}, 400, "invalid", "0 to 60"},
  });
}

}  // namespace
}  // namespace berth::dialects::admin::testing
