// What the verbs send against what the API's document says it takes.
#include "cli/tests/fake_world.h"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <set>
#include <sstream>

namespace berth::cli {
namespace {

using testing::FakeWorld;
namespace json = boost::json;

json::value document() {
  std::ifstream file("docs/openapi.json");
  std::stringstream text;
  text << file.rdbuf();
  return json::parse(text.str());
}

std::vector<std::string> parts_of(const std::string& path) {
  std::istringstream stream(path);
  std::vector<std::string> parts;
  for (std::string part; std::getline(stream, part, '/');) parts.push_back(part);
  return parts;
}

bool matches(const std::string& path, const std::string& pattern) {
  const auto a = parts_of(path);
  const auto b = parts_of(pattern);
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i) {
    if (!b[i].starts_with('{') && a[i] != b[i]) return false;
  }
  return true;
}

const json::value& resolved(const json::value& api, const json::value& value) {
  const json::value* ref = value.is_object() ? value.get_object().if_contains("$ref") : nullptr;
  return ref == nullptr ? value : api.at_pointer(std::string(ref->get_string()).substr(1));
}

// The operation of a call, or nullptr.
const json::object* operation(const json::value& api, const HttpCall& call) {
  const std::string path = call.target.substr(0, call.target.find('?'));
  std::string method = call.method;
  std::transform(method.begin(), method.end(), method.begin(),
                 [](char c) { return static_cast<char>(c | 0x20); });
  for (const bool exact : {true, false}) {
    for (const auto& entry : api.at("paths").as_object()) {
      const std::string pattern(entry.key());
      if (exact ? path != pattern : !matches(path, pattern)) continue;
      if (const json::value* found = entry.value().as_object().if_contains(method)) {
        return &found->as_object();
      }
    }
  }
  return nullptr;
}

std::set<std::string> query_names(const json::value& api, const json::object& operation) {
  std::set<std::string> names;
  const json::value* list = operation.if_contains("parameters");
  if (list == nullptr) return names;
  for (const json::value& each : list->as_array()) {
    const json::value& parameter = resolved(api, each);
    if (parameter.at("in") == "query") names.insert(std::string(parameter.at("name").as_string()));
  }
  return names;
}

void check_query(const json::value& api, const json::object& found, const HttpCall& call) {
  const std::size_t mark = call.target.find('?');
  if (mark == std::string::npos) return;
  const std::set<std::string> known = query_names(api, found);
  std::istringstream stream(call.target.substr(mark + 1));
  for (std::string pair; std::getline(stream, pair, '&');) {
    EXPECT_TRUE(known.contains(pair.substr(0, pair.find('=')))) << call.target;
  }
}

void check_body(const json::value& api, const json::object& found, const HttpCall& call) {
  const json::value* wanted = found.if_contains("requestBody");
  EXPECT_EQ(wanted != nullptr, call.body.has_value()) << call.method << " " << call.target;
  if (wanted == nullptr || !call.body) return;
  const json::value& schema =
      resolved(api, wanted->at("content").at("application/json").at("schema"));
  const json::value body = json::parse(*call.body);
  for (const auto& member : body.as_object()) {
    EXPECT_TRUE(schema.at("properties").as_object().contains(member.key()))
        << call.target << " sends " << member.key();
  }
}

constexpr const char* kTemplateId = "mod-588acc123945ec8436bde3aa";

// Each verb with about every flag it has.
const std::vector<std::vector<std::string>> kLines{
    {"status"},
    {"scope", "create", "--scope", "s", "--display-name", "n", "--service-host", "h",
     "--allocation-policy", "hashed", "--enabled", "true"},
    {"scope", "list", "--limit", "3", "--cursor", "c"},
    {"scope", "show", "s"},
    {"scope", "update", "s", "--enable", "--etag", "1"},
    {"scope", "delete", "s"},
    {"hub", "create", "h", "--host", "x", "--display-name", "n"},
    {"hub", "list", "--cursor", "c"},
    {"hub", "list", "--scope", "s"},
    {"hub", "show", "h"},
    {"hub", "update", "h", "--display-name", "n"},
    {"hub", "link", "h", "--scope", "s", "--allocation-weight", "2", "--apply-allocation-policy",
     "false"},
    {"hub", "link", "h", "--scope", "s", "--connection-string", "c", "--etag", "1"},
    {"hub", "link", "--scope", "s", "--connection-string", "c", "--allocation-weight", "2"},
    {"hub", "show", "h", "--show-keys"},
    {"hub", "connection-string", "h", "--policy", "p", "--key", "secondary"},
    {"hub", "regenerate-key", "h", "--policy", "p", "--key", "secondary", "--etag", "1"},
    {"hub", "events", "h", "--device", "d", "--limit", "1", "--cursor", "c"},
    {"hub", "unlink", "h", "--scope", "s"},
    {"hub", "delete", "h"},
    {"enrollment",
     "create",
     "e",
     "--scope",
     "s",
     "--display-name",
     "n",
     "--device-id",
     "d",
     "--primary-key",
     "qqqqqqqqqqqqqqqqqqqqqg==",
     "--iot-hubs",
     "h",
     "--reprovision-policy",
     "never",
     "--initial-twin-tags",
     "{}",
     "--initial-twin-properties",
     "{}",
     "--device-information",
     "{}",
     "--edge-enabled",
     "true",
     "--show-keys"},
    {"enrollment", "list", "--scope", "s"},
    {"enrollment", "show", "e", "--scope", "s", "--show-keys"},
    {"enrollment", "update", "e", "--scope", "s", "--provisioning-status", "enabled"},
    {"enrollment", "regenerate-key", "e", "--scope", "s", "--key", "secondary"},
    {"enrollment", "delete", "e", "--scope", "s"},
    {"enrollment-group", "create", "g", "--scope", "s", "--allocation-policy", "static"},
    {"enrollment-group", "create", "g", "--scope", "s", "--root-ca-name", "c", "--dice-digest",
     "aa", "--dice-vendor", "v", "--dice-unknown", "hold", "--issue-certificates", "30"},
    {"enrollment-group", "list", "--scope", "s"},
    {"enrollment-group", "show", "g", "--scope", "s", "--show-keys"},
    {"enrollment-group", "update", "g", "--scope", "s", "--display-name", "n"},
    {"enrollment-group", "regenerate-key", "g", "--scope", "s"},
    {"enrollment-group", "delete", "g", "--scope", "s"},
    {"enrollment", "create", "e", "--scope", "s", "--endorsement-key", "RUs=", "--storage-root-key",
     "U1JL"},
    {"certificate", "list", "--scope", "s"},
    {"certificate", "show", "c", "--scope", "s"},
    {"certificate", "update", "c", "--scope", "s", "--verified", "--etag", "1"},
    {"certificate", "generate-verification-code", "c", "--scope", "s", "--etag", "1"},
    {"certificate", "delete", "c", "--scope", "s", "--etag", "1"},
    {"certificate", "revoke", "--sha256", "aa", "--reason", "r", "--scope", "s"},
    {"certificate", "restore", "aa", "--scope", "s"},
    {"certificate", "revoked", "--scope", "s", "--limit", "3"},
    {"certificate", "issued", "--scope", "s", "--registration", "r", "--limit", "3"},
    {"dice", "approve", "r", "--scope", "s"},
    {"product",
     "create",
     "p",
     "--scope",
     "s",
     "--auth-mode",
     "cert",
     "--dynamic-registration",
     "--auto-create",
     "--product-secret",
     "0123456789abcdef",
     "--quota",
     "1",
     "--reregister",
     "new",
     "--clock-window",
     "1m",
     "--replay-window",
     "1m",
     "--topic",
     "event=pub",
     "--display-name",
     "n",
     "--reprovision-policy",
     "never",
     "--show-keys"},
    {"product", "list", "--scope", "s"},
    {"product", "show", "p", "--scope", "s", "--show-keys"},
    {"product", "update", "p", "--scope", "s", "--auto-create", "--provisioning-status",
     "disabled"},
    {"product", "rotate-secret", "p", "--scope", "s", "--overlap", "1d", "--product-secret",
     "0123456789abcdef"},
    {"product", "delete", "p", "--scope", "s"},
    {"product", "device", "add", "d", "e", "--product", "p", "--scope", "s"},
    {"product", "device", "list", "--product", "p", "--scope", "s"},
    {"product", "device", "export", "--product", "p", "--scope", "s"},
    {"product", "device", "show", "d", "--product", "p", "--scope", "s"},
    {"product", "device", "reset", "d", "--product", "p", "--scope", "s"},
    {"product", "device", "enable", "d", "--product", "p", "--scope", "s", "--etag", "1"},
    {"product", "device", "disable", "d", "--product", "p", "--scope", "s"},
    {"product", "device", "delete", "d", "--product", "p", "--scope", "s"},
    {"thing", "account", "create", "o@e", "--scope", "s", "--make-password"},
    {"thing", "account", "list", "--scope", "s"},
    {"thing", "account", "show", "o@e", "--scope", "s"},
    {"thing", "account", "set-password", "o@e", "--scope", "s", "--make-password", "--etag", "1"},
    {"thing", "account", "disable", "o@e", "--scope", "s"},
    {"thing", "account", "enable", "o@e", "--scope", "s"},
    {"thing", "account", "delete", "o@e", "--scope", "s"},
    {"thing", "template", "create", "--scope", "s", "--id", kTemplateId, "--display-name", "n",
     "--make-derivation-secret", "--order", "serial-first", "--reenroll", "reissue", "--guesses",
     "5", "--lock", "15m", "--show-keys"},
    {"thing", "template", "list", "--scope", "s"},
    {"thing", "template", "show", kTemplateId, "--scope", "s"},
    {"thing", "template", "update", kTemplateId, "--scope", "s", "--no-derivation-secret", "--etag",
     "1"},
    {"thing", "template", "delete", kTemplateId, "--scope", "s"},
    {"thing", "serial", "add", kTemplateId, "n", "--scope", "s"},
    {"thing", "serial", "add", kTemplateId, "n", "--scope", "s", "--enroll-password", "e1e1",
     "--control-password", "c1c1"},
    {"thing", "serial", "list", kTemplateId, "--scope", "s"},
    {"thing", "serial", "show", kTemplateId, "n", "--scope", "s"},
    {"thing", "serial", "enroll", kTemplateId, "n", "--scope", "s", "--reissue"},
    {"thing", "serial", "reset", kTemplateId, "n", "--scope", "s"},
    {"thing", "serial", "unlock", kTemplateId, "n", "--scope", "s"},
    {"thing", "serial", "revoke", kTemplateId, "n", "--scope", "s", "--etag", "1"},
    {"thing", "serial", "restore", kTemplateId, "n", "--scope", "s"},
    {"thing", "serial", "delete", kTemplateId, "n", "--scope", "s"},
    {"registration", "list", "--scope", "s", "--enrollment-id", "e"},
    {"registration", "list", "--scope", "s", "--group-id", "g"},
    {"registration", "show", "r", "--scope", "s"},
    {"registration", "transfer", "r", "--scope", "s", "--to", "group/g"},
    {"registration", "delete", "r", "--scope", "s"},
    {"device", "list", "--hub", "h"},
    {"device", "show", "d", "--hub", "h", "--show-keys"},
    {"device",
     "create",
     "d",
     "--hub",
     "h",
     "--scope",
     "s",
     "--display-name",
     "n",
     "--status",
     "disabled",
     "--primary-key",
     "qqqqqqqqqqqqqqqqqqqqqg==",
     "--edge-enabled",
     "true",
     "--tags",
     "{}",
     "--desired",
     "{}",
     "--show-keys"},
    {"device", "create", "d", "--hub", "h", "--product", "p"},
    {"device", "create", "d", "--hub", "h", "--primary-thumbprint", "aa", "--secondary-thumbprint",
     "bb"},
    {"device", "update", "d", "--hub", "h", "--auth", "x509-ca"},
    {"device", "update", "d", "--hub", "h", "--status", "enabled", "--secondary-key",
     "qqqqqqqqqqqqqqqqqqqqqg==", "--etag", "1"},
    {"device", "regenerate-key", "d", "--hub", "h", "--key", "secondary", "--etag", "1"},
    {"device", "connection-string", "d", "--hub", "h"},
    {"device", "call-method", "d", "m", "--hub", "h", "--payload", "{}", "--timeout", "5",
     "--connect-timeout", "3"},
    {"device",
     "send",
     "d",
     "b",
     "--hub",
     "h",
     "--property",
     "a=b",
     "--message-id",
     "m",
     "--correlation-id",
     "c",
     "--content-type",
     "t",
     "--content-encoding",
     "e",
     "--ack",
     "full",
     "--expires-in",
     "60"},
    {"device", "delete", "d", "--hub", "h"},
    {"twin", "show", "d", "--hub", "h"},
    {"twin", "update", "d", "--hub", "h", "--tags", "{}", "--desired", "{}", "--etag", "1"},
    {"twin", "update", "d", "--hub", "h", "--tags", "", "--replace"},
    {"key", "derive", "--from-group", "g", "--scope", "s", "--registration-id", "r"},
    {"trail", "list", "--failed", "--registration-id", "r", "--scope", "s"},
    {"trail", "show", "01a200fe-374d-7795-99f1-462cc218a6f8"},
    {"trail", "explain", "r", "--scope", "s"},
    {"audit", "list", "--scope", "s"},
    {"token", "create", "--role", "viewer", "--scope", "s", "--display-name", "n", "--expires-at",
     "2030-01-01T00:00:00Z"},
    {"token", "list"},
    {"token", "revoke", "t"},
    {"doctor"}};

TEST(Api, EveryVerbSendsWhatTheDocumentDescribes) {
  const json::value api = document();
  for (const std::vector<std::string>& line : kLines) {
    FakeWorld world;
    // Everything succeeds with an empty object, so that later calls of a verb are made, too.
    for (const char* method : {"GET", "POST", "PATCH", "PUT", "DELETE"}) {
      world.server.otherwise[method] = R"({"items":[{"id":"s","name":"h"}]})";
    }
    world.run(line);
    ASSERT_FALSE(world.server.calls.empty()) << line[0] << world.err.str();
    for (const HttpCall& call : world.server.calls) {
      const json::object* found = operation(api, call);
      ASSERT_NE(found, nullptr) << call.method << " " << call.target;
      check_query(api, *found, call);
      check_body(api, *found, call);
    }
  }
}

}  // namespace
}  // namespace berth::cli
