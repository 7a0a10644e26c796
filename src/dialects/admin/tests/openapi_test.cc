// docs/openapi.json and docs/api.md against what the dialect does: routes, roles, parameters,
// request members, answers. Neither side may know something the other does not.
#include "dialects/admin/routes.h"
#include "dialects/admin/tests/clerk.h"
#include "dialects/admin/tests/records.h"
#include "dialects/admin/tests/schema.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <map>
#include <set>
#include <sstream>

namespace berth::dialects::admin::testing {
namespace {

namespace json = boost::json;
using Names = std::set<std::string>;

struct Operation {
  std::string method;
  std::string path;
  const json::object* about = nullptr;

  std::string line() const { return method + " " + path; }
  bool manages() const { return about->at("x-berth-role").as_string() != "none"; }
  bool has_body() const { return about->contains("requestBody"); }
  const json::value& body_schema() const {
    return about->at("requestBody").at("content").at("application/json").at("schema");
  }
};

std::string upper(std::string_view text) { return base::ascii_upper(text); }

class OpenApi : public ::testing::Test {
 protected:
  OpenApi() {
    for (const auto& path : document.at("paths").as_object()) {
      for (const auto& operation : path.value().as_object()) {
        operations.push_back({upper(operation.key()), path.key(), &operation.value().as_object()});
      }
    }
  }

  // Names of the operation's parameters in "path", "query" or "header".
  Names parameters(const Operation& operation, std::string_view in) const {
    Names names;
    const json::value* list = operation.about->if_contains("parameters");
    if (list == nullptr) return names;
    for (const json::value& each : list->as_array()) {
      const json::object& parameter = resolved(each, document);
      if (parameter.at("in").as_string() == in) names.emplace(parameter.at("name").as_string());
    }
    return names;
  }

  Names properties(const json::value& schema) const {
    Names names;
    for (const auto& each : resolved(schema, document).at("properties").as_object()) {
      names.emplace(each.key());
    }
    return names;
  }

  Names required(const json::value& schema) const {
    Names names;
    const json::value* list = resolved(schema, document).if_contains("required");
    if (list == nullptr) return names;
    for (const json::value& each : list->as_array()) names.emplace(each.as_string());
    return names;
  }

  // The operation's line with values in place of its parameters.
  static std::string filled(const Operation& operation) {
    std::string line = operation.line();
    for (std::size_t at = line.find('{'); at != std::string::npos; at = line.find('{')) {
      const std::size_t end = line.find('}', at);
      const bool slot = line.substr(at, end - at) == "{slot";
      line.replace(at, end - at + 1, slot ? "primary" : "a");
    }
    return line;
  }

  std::string detail(const Ask& ask) {
    return std::string(json_of(clerk.refused(ask)).at("detail").as_string());
  }

  const json::value document = document_on_disk();
  std::vector<Operation> operations;
  Clerk clerk;
};

// The names after "known: " up to the end of that problem.
Names known_in(const std::string& problem, const std::string& about) {
  constexpr std::string_view kKnown = "known: ";
  Names names;
  const std::size_t member = problem.find(about);
  const std::size_t start = problem.find(kKnown, member);
  if (member == std::string::npos || start == std::string::npos) return names;
  const std::size_t from = start + kKnown.size();
  std::stringstream list(problem.substr(from, problem.find(';', from) - from));
  for (std::string name; std::getline(list, name, ',');) {
    names.insert(name.substr(name.find_first_not_of(' ')));
  }
  return names;
}

TEST_F(OpenApi, TheProgramHandsOutThisDocument) {
  std::ifstream file("docs/openapi.json");
  std::stringstream text;
  text << file.rdbuf();
  Ask ask{"GET /api/v1/openapi.json"};
  ask.with_token = false;
  const wire::HttpResponse response = clerk.refused(ask);
  EXPECT_EQ(response.status, 200);
  EXPECT_TRUE(response.body == text.str()) << "configure and build again";
}

TEST_F(OpenApi, RoutesAndRolesAreThoseOfTheTable) {
  std::map<std::string, std::string> documented;
  for (const Operation& each : operations) {
    documented[each.line()] = std::string(each.about->at("x-berth-role").as_string());
  }
  std::map<std::string, std::string> served;
  for (const Route& route : routes()) {
    served[fmt::format("{} {}", route.method, route.pattern)] = route.role;
  }
  EXPECT_EQ(documented, served);
}

TEST_F(OpenApi, TheGuideListsEveryRouteWithItsMethodsAndRoles) {
  std::ifstream file("docs/api.md");
  std::map<std::string, Names> rows;
  for (std::string line; std::getline(file, line);) {
    const std::size_t bar = line.find(" | ");
    if (!line.starts_with("| `/") || bar == std::string::npos) continue;
    std::stringstream cells(line.substr(bar + 3, line.size() - bar - 5));
    std::stringstream paths(line.substr(2, bar - 2));
    Names methods;
    for (std::string cell; std::getline(cells, cell, ',');) {
      methods.insert(cell.substr(cell.find_first_not_of(' ')));
    }
    for (std::string path; std::getline(paths, path, ',');) {
      const std::size_t from = path.find('`') + 1;
      rows[path.substr(from, path.rfind('`') - from)] = methods;
    }
  }
  std::map<std::string, Names> served;
  for (const Route& route : routes()) {
    served[std::string(route.pattern)].insert(fmt::format("{} {}", route.method, route.role));
  }
  EXPECT_EQ(rows, served);
}

TEST_F(OpenApi, OperationIdsAreUniqueAndSuccessIsTheRoutes) {
  Names ids;
  for (const Operation& each : operations) {
    EXPECT_TRUE(ids.emplace(each.about->at("operationId").as_string()).second) << each.line();
    const auto route = std::find_if(routes().begin(), routes().end(), [&](const Route& one) {
      return one.method == each.method && one.pattern == each.path;
    });
    ASSERT_NE(route, routes().end()) << each.line();
    EXPECT_TRUE(each.about->at("responses").as_object().contains(std::to_string(route->status)))
        << each.line();
  }
}

TEST_F(OpenApi, PathParametersAreThoseOfThePath) {
  for (const Operation& each : operations) {
    Names in_path;
    for (std::size_t at = each.path.find('{'); at != std::string::npos;
         at = each.path.find('{', at + 1)) {
      in_path.insert(each.path.substr(at + 1, each.path.find('}', at) - at - 1));
    }
    EXPECT_EQ(parameters(each, "path"), in_path) << each.line();
  }
}

TEST_F(OpenApi, QueryParametersAreThoseThatAreRead) {
  for (const Operation& each : operations) {
    if (!each.manages()) continue;
    const std::string body = each.has_body() ? "{}" : "";
    const std::string problem = detail({filled(each) + "?zzzzzzzzzzzz=1", body});
    EXPECT_EQ(known_in(problem, "'zzzzzzzzzzzz'"), parameters(each, "query"))
        << each.line() << ": " << problem;
  }
}

TEST_F(OpenApi, IfMatchIsTakenWhereTheDocumentSays) {
  for (const Operation& each : operations) {
    if (!each.manages()) continue;
    const std::string body = each.has_body() ? "{}" : "";
    const std::string problem =
        detail({filled(each) + "?zzzzzzzzzzzz=1", body, {{"if-match", "\"1\""}}});
    const bool taken = problem.find("takes no If-Match") == std::string::npos;
    EXPECT_EQ(taken, parameters(each, "header").contains("If-Match")) << each.line();
  }
}

TEST_F(OpenApi, BodyMembersAreThoseThatAreRead) {
  for (const Operation& each : operations) {
    if (!each.manages()) continue;
    if (!each.has_body()) {
      EXPECT_NE(detail({filled(each), "{}"}).find("takes no body"), std::string::npos)
          << each.line();
      continue;
    }
    const std::string problem = detail({filled(each), R"({"zzzzzzzzzzzz":1})"});
    EXPECT_EQ(known_in(problem, "/zzzzzzzzzzzz"), properties(each.body_schema()))
        << each.line() << ": " << problem;
    for (const std::string& name : properties(each.body_schema())) {
      const bool refused = problem.find("/" + name + ": is required") != std::string::npos;
      EXPECT_EQ(refused, required(each.body_schema()).contains(name)) << each.line() << name;
    }
  }
}

TEST_F(OpenApi, MembersInsideBodyMembersAreThoseThatAreRead) {
  const std::string device = R"({"id":"a","attestation":{"zzzzzzzzzzzz":1}})";
  EXPECT_EQ(known_in(detail({"POST /api/v1/hubs/a/devices", device}), "/zzzzzzzzzzzz"),
            properties(document.at("components").at("schemas").at("DeviceAttestationEdit")));
  const std::string members = R"({"members":[{"name":"a","zzzzzzzzzzzz":1}]})";
  EXPECT_EQ(known_in(detail({"POST /api/v1/scopes/a/enrollment-groups/a/members", members}),
                     "/zzzzzzzzzzzz"),
            properties(document.at("components").at("schemas").at("MemberAdd")));
  const std::string create = "POST /api/v1/scopes/a/enrollments";
  for (const auto& [member, schema] :
       {std::pair("primary", "TrustSlotEdit"), std::pair("dice", "DicePolicyEdit")}) {
    const std::string body =
        fmt::format(R"({{"attestation":{{"{}":{{"zzzzzzzzzzzz":1}}}}}})", member);
    EXPECT_EQ(known_in(detail({create, body}), "/zzzzzzzzzzzz"),
              properties(document.at("components").at("schemas").at(schema)))
        << member;
  }
  for (const auto& [member, schema] :
       {std::pair("attestation", "AttestationEdit"), std::pair("reprovision", "Reprovision")}) {
    const std::string body = fmt::format(R"({{"id":"a","{}":{{"zzzzzzzzzzzz":1}}}})", member);
    EXPECT_EQ(known_in(detail({create, body}), "/zzzzzzzzzzzz"),
              properties(document.at("components").at("schemas").at(schema)))
        << member;
  }
}

template <class T>
domain::ManagementResult one_of(T item) {
  domain::Listing<T> listing;
  listing.items.push_back(std::move(item));
  listing.next_cursor = "more";
  return listing;
}

domain::ManagementResult sample_keys_result() {
  domain::Keys keys;
  keys.primary = Secret::from_text("0123456789abcdef");
  keys.secondary = Secret::from_text("0123456789abcdef");
  return keys;
}

// A result for every schema that answers use.
domain::ManagementResult sample(const std::string& schema) {
  static const std::map<std::string, domain::ManagementResult (*)()> kSamples{
      {"Scope", [] { return domain::ManagementResult(sample_scope()); }},
      {"ScopeList", [] { return one_of(sample_scope()); }},
      {"Hub", [] { return domain::ManagementResult(sample_hub()); }},
      {"HubList", [] { return one_of(sample_hub()); }},
      {"HubLink", [] { return domain::ManagementResult(sample_link()); }},
      {"HubLinkList", [] { return one_of(sample_link()); }},
      {"Enrollment", [] { return domain::ManagementResult(sample_enrollment()); }},
      {"EnrollmentList", [] { return one_of(sample_enrollment()); }},
      {"Keys", sample_keys_result},
      {"EnrollmentGroupKeys", [] { return domain::ManagementResult(sample_product_keys()); }},
      {"CaCertificate", [] { return domain::ManagementResult(sample_ca()); }},
      {"CaCertificateList", [] { return one_of(sample_ca()); }},
      {"RevokedCertificate", [] { return domain::ManagementResult(sample_revoked()); }},
      {"RevokedCertificateList", [] { return one_of(sample_revoked()); }},
      {"IssuedCertificateList", [] { return one_of(sample_issued()); }},
      {"Account", [] { return domain::ManagementResult(sample_account()); }},
      {"AccountList", [] { return one_of(sample_account()); }},
      {"MemberEnrolled", [] { return domain::ManagementResult(domain::Vouched()); }},
      {"Member", [] { return domain::ManagementResult(sample_member()); }},
      {"MemberList", [] { return one_of(sample_member()); }},
      {"MembersAdded", [] { return domain::ManagementResult(sample_added()); }},
      {"HubKeys", [] { return domain::ManagementResult(sample_hub_keys()); }},
      {"DeviceDetails", [] { return domain::ManagementResult(sample_device_view()); }},
      {"Twin", [] { return domain::ManagementResult(sample_twin()); }},
      {"MethodAnswer",
       [] {
         return domain::ManagementResult(domain::MethodAnswer{200, R"({"ok":true})"});
       }},
      {"QueuedMessage", [] { return domain::ManagementResult(sample_queued()); }},
      {"EventList", [] { return domain::ManagementResult(sample_events()); }},
      {"Registration", [] { return domain::ManagementResult(sample_registration()); }},
      {"RegistrationList", [] { return one_of(sample_registration()); }},
      {"DeviceList", [] { return one_of(sample_device()); }},
      {"Template", [] { return domain::ManagementResult(sample_template()); }},
      {"TemplateList", [] { return one_of(sample_template()); }},
      {"ModelCheck", [] { return domain::ManagementResult(sample_check()); }},
      {"Trail", [] { return domain::ManagementResult(sample_trail()); }},
      {"TrailList", [] { return one_of(sample_trail()); }},
      {"AuditRecordList", [] { return one_of(sample_audit()); }},
      {"Credential", [] { return domain::ManagementResult(sample_code()); }},
      {"CredentialList", [] { return one_of(sample_code()); }},
      {"NewCredential", [] { return domain::ManagementResult(sample_new_code()); }},
      {"TokenList", [] { return one_of(sample_token()); }},
      {"NewToken",
       [] {
         return domain::ManagementResult(
             domain::NewToken{sample_token(), Secret::from_text(kToken)});
       }},
      {"Operator", [] { return domain::ManagementResult(sample_operator()); }},
      {"OperatorList", [] { return one_of(sample_operator()); }},
      {"Session", [] { return domain::ManagementResult(sample_session()); }},
      {"Status", [] { return domain::ManagementResult(sample_status()); }},
      {"FleetList", [] { return one_of(sample_fleet_row()); }},
      {"Overview", [] { return domain::ManagementResult(sample_overview()); }},
  };
  const auto found = kSamples.find(schema);
  EXPECT_NE(found, kSamples.end()) << "no sample of " << schema;
  return found == kSamples.end() ? domain::ManagementResult() : found->second();
}

// A body with which the operation is accepted.
std::string accepted_body(const Operation& operation) {
  if (!operation.has_body()) return "";
  static const std::map<std::string, std::string> kBodies{
      {"transferRegistration", R"({"kind":"group","id":"a"})"},
      {"createToken", "{}"},
      {"createCredential", R"({"scope":"a","deviceId":"b"})"},
      {"checkModel", R"({"model":{}})"},
      {"createOperator", R"({"name":"a","password":"twelve letters"})"},
      {"signIn", R"({"operator":"a","password":"twelve letters"})"},
      {"createHub", R"({"name":"a"})"},
      {"linkHubByConnectionString",
       R"({"connectionString":"HostName=a;SharedAccessKeyName=b;SharedAccessKey=YWJj"})"},
      {"addMembers", R"({"names":["a"]})"},
      {"enrollMember", "{}"},
      {"createAccount", R"({"email":"a@b","password":"12345678"})"},
      {"rotateProductSecret", R"({"overlapSeconds":0})"},
      {"createCa", R"({"name":"a","certificate":"b"})"},
      {"verifyCa", R"({"certificate":"b"})"},
      {"revokeCertificate", R"({"sha256":"a"})"},
      {"callDeviceMethod", R"({"method":"a"})"},
      {"sendToDevice", "{}"}};
  const auto found = kBodies.find(operation.about->at("operationId").as_string().c_str());
  if (found != kBodies.end()) return found->second;
  return operation.method == "POST" ? R"({"id":"a"})" : "{}";
}

TEST_F(OpenApi, AnswersFitTheirSchemas) {
  for (const Operation& each : operations) {
    if (!each.manages() || each.method == "DELETE") continue;
    const json::object& responses = each.about->at("responses").as_object();
    if (responses.contains("204")) continue;  // no answer to look at
    const json::object& content = responses.begin()->value().at("content").as_object();
    if (content.contains("text/event-stream")) continue;  // live_events_test.cc
    const json::value& schema =
        responses.begin()->value().at("content").at("application/json").at("schema");
    const std::string ref(schema.at("$ref").as_string());
    const std::string name = ref.substr(ref.rfind('/') + 1);
    const wire::HttpResponse response =
        clerk.answered({filled(each), accepted_body(each)}, sample(name));
    EXPECT_EQ(std::to_string(response.status), responses.begin()->key()) << each.line();
    for (const std::string& misfit : misfits(json_of(response), schema, document)) {
      ADD_FAILURE() << each.line() << ": " << misfit;
    }
    const bool documented = responses.begin()->value().as_object().contains("headers");
    EXPECT_EQ(documented, !header_of(response, "ETag").empty()) << each.line();
  }
}

TEST_F(OpenApi, WhatHasTwoFormsFitsItsSchemaInBoth) {
  const json::value& schemas = document.at("components").at("schemas");
  domain::DeviceView certified = sample_device_view();
  certified.device.keys.reset();
  certified.device.group = sample_product_group().id;
  certified.device.certificate =
      domain::PinnedCertificate{base::Bytes(32, 7), "dev1", sample_time(), sample_time()};
  certified.device.secondary_certificate = certified.device.certificate;
  domain::DeviceView vouched = sample_device_view();
  vouched.device.keys.reset();
  vouched.device.ca_signed = true;
  domain::DeviceView guarded = sample_device_view();
  guarded.device.keys.reset();
  guarded.device.password = domain::DevicePassword();
  guarded.device.role = domain::DeviceRole::kPrototype;
  guarded.device.serial = "SN1";
  guarded.device.permissions.reads = std::vector<std::string>{"dev-1"};
  domain::MemberView expected = sample_member();
  expected.registration.reset();
  std::pair<const char*, domain::ManagementResult> table[] = {
      {"Enrollment", sample_product_group()},
      {"Enrollment", sample_password_group()},
      {"Enrollment", sample_trust_group()},
      {"Enrollment", sample_tpm_enrollment()},
      {"DeviceDetails", vouched},
      {"EnrollmentGroupKeys", sample_keys_result()},
      {"EnrollmentGroupKeys", sample_derivation_keys()},
      {"DeviceDetails", guarded},
      {"Member", sample_password_member()},
      {"DeviceDetails", certified},
      {"Member", expected}};
  for (auto& [name, result] : table) {
    const auto answer = json_of(clerk.answered({"GET /api/v1/status"}, std::move(result)));
    for (const std::string& misfit : misfits(answer, schemas.at(name), document)) {
      ADD_FAILURE() << name << ": " << misfit;
    }
  }
}

TEST_F(OpenApi, ProblemsFitTheirSchema) {
  const json::value& schema = document.at("components").at("schemas").at("Problem");
  for (const Ask& ask : {Ask{"GET /api/v1/none"}, Ask{"PUT /healthz"},
                         Ask{"POST /api/v1/hubs", "x"}, Ask{"GET /api/v1/hubs?limit=0"}}) {
    for (const std::string& misfit : misfits(json_of(clerk.refused(ask)), schema, document)) {
      ADD_FAILURE() << ask.line << ": " << misfit;
    }
  }
}

TEST_F(OpenApi, EverySchemaAndParameterIsUsed) {
  const std::string text = json::serialize(document);
  for (const char* kind : {"schemas", "parameters"}) {
    for (const auto& each : document.at("components").at(kind).as_object()) {
      const std::string ref = fmt::format("\"#/components/{}/{}\"", kind, std::string(each.key()));
      EXPECT_NE(text.find(ref), std::string::npos) << ref;
    }
  }
}

}  // namespace
}  // namespace berth::dialects::admin::testing
