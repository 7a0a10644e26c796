#include "dialects/cloudplugs/enroll_request.h"

#include "dialects/cloudplugs/device_text.h"
#include "dialects/cloudplugs/json_in.h"
#include "dialects/cloudplugs/json_out.h"
#include "dialects/cloudplugs/plug_id.h"
#include "dialects/cloudplugs/property_text.h"
#include "domain/json_text.h"

#include <optional>
#include <utility>

namespace berth::dialects::cloudplugs {
namespace {

namespace json = boost::json;

constexpr std::size_t kPropertyLinksBytesMax = 16 * 1024;
constexpr TextRule kSerialRule{.size_min = 1, .size_max = 256};
constexpr TextRule kPasswordRule{.size_min = 1, .size_max = kPasswordBytesMax};
constexpr TextRule kNameRule{.size_min = 0, .size_max = kDisplayNameBytesMax};

domain::Password password_for(domain::PasswordUse use, std::string_view text) {
  domain::Password password;
  password.use = use;
  password.text = secret_of(text);
  return password;
}

// The thing's template and serial; for what is wrong there are problems.
Enrollment read_enrollment(JsonFields& fields, std::string_view serial_name) {
  fields.require("model");
  fields.require(serial_name);
  fields.require("pass");
  Enrollment enrollment;
  const std::optional<std::string> model = fields.text("model");
  enrollment.model = parse_template_id(model.value_or("")).value_or("");
  if (model && enrollment.model.empty()) {
    fields.problem("model", "expected mod- and 24 hex digits");
  }
  enrollment.serial = fields.text(serial_name, kSerialRule).value_or("");
  return enrollment;
}

// What a new identity starts with. `props` of another type than an object is somebody's business
// but ours: one library puts a serial there (§9.8).
Result<void> read_start(const json::object& body, domain::Claim& claim) {
  std::vector<JsonProblem> problems;
  JsonFields fields(body, kLenient, problems);
  claim.display_name = fields.text("name", kNameRule).value_or("");
  if (!fields.ok()) return Fail(to_error(problems));
  const json::value* props = find(body, "props");
  if (props != nullptr && props->is_object()) {
    BERTH_TRY(claim.properties, read_first_properties(props->get_object()));
  }
  if (const json::value* links = find(body, "prop_links")) {
    claim.property_links = domain::to_json_text(*links);
    if (claim.property_links.size() > kPropertyLinksBytesMax) {
      return Fail(ErrorKind::kInvalid, "prop_links: too large");
    }
  }
  return {};
}

// A claim of malformed evidence that still says whom it is about.
domain::Claim unreadable(domain::Claim claim, const Error& error) {
  claim.evidence = domain::MalformedEvidence{error.what};
  return claim;
}

domain::Claim finished(domain::Claim claim, const json::object& body,
                       const std::vector<JsonProblem>& problems) {
  if (!problems.empty()) return unreadable(std::move(claim), to_error(problems));
  const Result<void> start = read_start(body, claim);
  return start ? claim : unreadable(std::move(claim), start.error());
}

// Its own serial: `hwid`, or what one library sends as `props` (§9.8).
std::string controller_serial(JsonFields& fields, const json::object& body) {
  if (const json::value* hwid = find(body, "hwid")) {
    if (hwid->is_string() && hwid->get_string().empty()) return {};
    return fields.text("hwid", kSerialRule).value_or("");
  }
  const json::value* props = find(body, "props");
  if (props == nullptr || !props->is_string() || props->get_string().empty()) return {};
  return fields.text("props", kSerialRule).value_or("");
}

}  // namespace

domain::Claim thing_claim(const Enrollment& enrollment, std::string_view password) {
  domain::Claim claim;
  claim.membership = domain::Membership{enrollment.model, enrollment.serial};
  claim.registration_id = enrollment.model + enrollment.serial;  // domain::member_device_id
  claim.evidence = password_for(domain::PasswordUse::kEnroll, password);
  return claim;
}

domain::Claim controller_claim(const Enrollment& enrollment, std::string_view password,
                               std::string_view serial) {
  domain::Claim claim;
  claim.membership = domain::Membership{enrollment.model, enrollment.serial};
  claim.controller = domain::Controller{std::string(serial)};
  if (!serial.empty()) claim.registration_id = domain::controller_registration_id(serial);
  claim.evidence = password_for(domain::PasswordUse::kControl, password);
  return claim;
}

domain::Claim malformed_claim(std::string what) {
  domain::Claim claim;
  claim.membership = domain::Membership{};
  claim.evidence = domain::MalformedEvidence{std::move(what)};
  return claim;
}

domain::Claim read_thing(const json::object& body) {
  std::vector<JsonProblem> problems;
  JsonFields fields(body, kLenient, problems);
  const Enrollment enrollment = read_enrollment(fields, "hwid");
  const Secret password = Secret::from_text(fields.text("pass", kPasswordRule).value_or(""));
  return finished(thing_claim(enrollment, password.text()), body, problems);
}

domain::Claim read_controller(const json::object& body) {
  std::vector<JsonProblem> problems;
  JsonFields fields(body, kLenient, problems);
  const Enrollment enrollment = read_enrollment(fields, "ctrl");
  const Secret password = Secret::from_text(fields.text("pass", kPasswordRule).value_or(""));
  const std::string serial = controller_serial(fields, body);
  return finished(controller_claim(enrollment, password.text(), serial), body, problems);
}

Result<domain::CreatePrototype> read_prototype(const json::object& body) {
  std::vector<JsonProblem> problems;
  JsonFields fields(body, kLenient, problems);
  domain::CreatePrototype create;
  create.display_name = fields.text("name", kNameRule).value_or("");
  create.serial = fields.text("hwid", {.size_max = kSerialRule.size_max}).value_or("");
  const std::optional<std::string> password = fields.text("pass", kPasswordRule);
  if (!fields.ok()) return Fail(to_error(problems));
  if (password) create.password = secret_of(*password);
  if (const json::value* perm = find(body, "perm")) {
    if (!perm->is_object()) return Fail(ErrorKind::kInvalid, "perm: expected an object");
    BERTH_TRY(create.permissions, read_permissions(perm->get_object()));
  }
  if (const json::value* props = find(body, "props")) {
    if (!props->is_object()) return Fail(ErrorKind::kInvalid, "props: expected an object");
    BERTH_TRY(create.properties, read_properties(props->get_object()));
    std::erase_if(create.properties, [](const auto& each) { return each.second.empty(); });
  }
  if (const json::value* links = find(body, "prop_links")) {
    create.property_links = domain::to_json_text(*links);
  }
  if (create.property_links.size() > kPropertyLinksBytesMax) {
    return Fail(ErrorKind::kInvalid, "prop_links: too large");
  }
  return create;
}

std::string credentials_body(std::string_view id, std::string_view auth) {
  return JsonObject().text("id", id).text("auth", auth).take();
}

}  // namespace berth::dialects::cloudplugs
