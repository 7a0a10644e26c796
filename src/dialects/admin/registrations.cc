#include "crypto/hash.h"
#include "dialects/admin/members.h"
#include "dialects/admin/nouns.h"

namespace berth::dialects::admin {
namespace {

using domain::EnrollmentKind;
using domain::EnrollmentRef;
using domain::Registration;

// An id from outside: a bad one becomes a problem.
EnrollmentRef read_ref(Incoming& in, EnrollmentKind kind, const std::string& id) {
  Result<domain::EnrollmentId> parsed = domain::EnrollmentId::parse(id);
  if (!parsed) {
    in.problem(parsed.error().what);
    return {};
  }
  return {kind, *std::move(parsed)};
}

boost::json::value issued_json(const Registration& registration) {
  if (registration.issued_chain.empty()) return nullptr;
  boost::json::object out;
  out["sha256"] = text(base::hex_encode(crypto::sha256(registration.issued_chain.front())));
  return out;
}

}  // namespace

domain::ManagementCommand approve_firmware(Incoming& in) {
  return domain::ApproveFirmware{in.path("scope"), in.path("registration")};
}

domain::ManagementCommand get_registration(Incoming& in) {
  return domain::GetRegistration{in.path("scope"), in.path("registration")};
}

domain::ManagementCommand list_registrations(Incoming& in) {
  domain::ListRegistrations command;
  command.scope = in.path("scope");
  const std::string individual = in.query("enrollment");
  const std::string group = in.query("enrollmentGroup");
  if (!individual.empty() && !group.empty()) {
    in.problem("enrollment and enrollmentGroup exclude each other");
  } else if (!individual.empty()) {
    command.enrollment = read_ref(in, EnrollmentKind::kIndividual, individual);
  } else if (!group.empty()) {
    command.enrollment = read_ref(in, EnrollmentKind::kGroup, group);
  }
  command.page = in.page();
  return command;
}

domain::ManagementCommand delete_registration(Incoming& in) {
  return domain::DeleteRegistration{in.path("scope"), in.path("registration"), in.precondition()};
}

domain::ManagementCommand transfer_registration(Incoming& in) {
  domain::TransferRegistration command;
  command.scope = in.path("scope");
  command.id = in.path("registration");
  command.precondition = in.precondition();
  JsonFields& fields = in.body().fields;
  fields.require("kind");
  fields.require("id");
  const auto kind = fields.word("kind", domain::parse_enrollment_kind, "individual or group");
  const std::optional<std::string> id = fields.text("id", kNameRule);
  if (kind && id) command.to = read_ref(in, *kind, *id);
  return command;
}

boost::json::object to_json(const domain::Registration& registration) {
  boost::json::object enrollment;
  enrollment["kind"] = text(to_string(registration.enrollment.kind));
  enrollment["id"] = text(registration.enrollment.id.text());
  const bool failed = registration.reason != domain::Reason::kNone;

  boost::json::object out;
  out["scope"] = text(registration.scope.text());
  out["id"] = text(registration.id.text());
  out["enrollment"] = std::move(enrollment);
  out["status"] = text(to_string(registration.status));
  out["substatus"] = text_or_null(to_string(registration.substatus));
  out["reason"] = text_or_null(failed ? to_string(registration.reason) : "");
  out["hub"] = text_or_null(registration.hub.text());
  out["hubHost"] = text_or_null(registration.hub_host);
  out["deviceId"] = text_or_null(registration.device_id.text());
  out["operationId"] = text_or_null(registration.operation_id);
  out["payload"] = document(registration.payload);
  out["member"] = text_or_null(registration.member ? registration.member->text() : "");
  out["activatedAt"] = nullptr;
  if (registration.activated_at) out["activatedAt"] = time(*registration.activated_at);
  out["reset"] = registration.reset;
  out["model"] = text_or_null(registration.model);
  out["template"] = text_or_null(registration.template_id);
  out["approval"] = text(to_string(registration.approval));
  out["attestation"] = text_or_null(registration.attestation);
  out["measured"] = texts_json(registration.measured);
  out["issuedCertificate"] = issued_json(registration);
  out["createdAt"] = time(registration.created_at);
  out["updatedAt"] = time(registration.updated_at);
  out["version"] = registration.version;
  return out;
}

}  // namespace berth::dialects::admin
