#include "dialects/admin/members.h"
#include "dialects/admin/nouns.h"

#include <utility>

namespace berth::dialects::admin {
namespace {

using domain::EnrollmentEdit;
using domain::EnrollmentKind;

constexpr std::size_t kHubsMax = 100;

void read_reprovision(Body& body, EnrollmentEdit& edit) {
  std::optional<JsonFields> given = body.fields.object("reprovision");
  if (body.is_null("reprovision")) edit.reprovision = domain::ReprovisionPolicy();
  if (!given) return;
  domain::ReprovisionPolicy policy;
  policy.update_hub_assignment =
      given->flag("updateHubAssignment").value_or(policy.update_hub_assignment);
  policy.migrate_device_data =
      given->flag("migrateDeviceData").value_or(policy.migrate_device_data);
  given->finish();
  edit.reprovision = policy;
}

void read_allocation(Body& body, EnrollmentEdit& edit) {
  const auto policy = body.fields.word("allocationPolicy", domain::parse_allocation_policy,
                                       "hashed, static or null");
  if (policy || body.is_null("allocationPolicy")) edit.allocation_policy.emplace(policy);
  edit.hubs = body.fields.texts("hubs", kHubsMax, kNameRule);
  if (body.is_null("hubs")) edit.hubs.emplace();
}

void read_issuance(Body& body, EnrollmentEdit& edit) {
  constexpr std::int64_t kDaysMax = 100'000;  // management has the exact rule
  const auto days = body.fields.integer("certificateLifetimeDays", 0, kDaysMax);
  if (days) edit.issuance_days.emplace(static_cast<std::uint32_t>(*days));
  if (body.is_null("certificateLifetimeDays")) edit.issuance_days.emplace(std::nullopt);
}

EnrollmentEdit read_edit(Body& body, std::string_view id) {
  EnrollmentEdit edit;
  edit.display_name = body.text_or_cleared("displayName", kNameRule);
  edit.enabled = body.fields.flag("enabled");
  AttestationEdit attestation = read_enrollment_attestation(body, id);
  edit.primary_key = std::move(attestation.primary_key);
  edit.secondary_key = std::move(attestation.secondary_key);
  edit.device_id = body.text_or_cleared("deviceId", kNameRule);
  edit.product = std::move(attestation.product);
  edit.passwords = std::move(attestation.passwords);
  edit.x509 = std::move(attestation.x509);
  edit.tpm = std::move(attestation.tpm);
  edit.topics = read_topics(body);
  read_issuance(body, edit);
  read_allocation(body, edit);
  read_reprovision(body, edit);
  edit.tags = body.object_or_cleared("tags");
  edit.desired = body.object_or_cleared("desired");
  edit.iot_edge = body.fields.flag("iotEdge");
  edit.device_information = body.object_or_cleared("deviceInformation");
  return edit;
}

// The members beside the type.
struct AttestationMembers {
  boost::json::object operator()(const domain::SymmetricKeys& keys) const {
    boost::json::object out;
    out["retiredKeys"] = retired_json(keys);
    return out;
  }
  boost::json::object operator()(const domain::ProductSecret& product) const {
    return product_json(product);
  }
  boost::json::object operator()(const domain::MemberPasswords& passwords) const {
    return passwords_json(passwords);
  }
  boost::json::object operator()(const domain::CertificateTrust& trust) const {
    return trust_json(trust);
  }
  boost::json::object operator()(const domain::TpmKeys& keys) const { return tpm_json(keys); }
};

boost::json::object attestation_json(const domain::Attestation& attestation) {
  boost::json::object out;
  out["type"] = text(attestation_name(attestation));
  for (auto& member : std::visit(AttestationMembers{}, attestation)) {
    out[member.key()] = std::move(member.value());
  }
  return out;
}

}  // namespace

template <EnrollmentKind kind>
domain::ManagementCommand Enrollments<kind>::create(Incoming& in) {
  domain::CreateEnrollment command{in.path("scope"), kind, {}};
  Body& body = in.body();
  // A group with a roster gets an id made, a device with a certificate has it in there; management
  // knows which do not.
  std::optional<std::string> id = body.fields.text("id", kNameRule);
  command.edit = read_edit(body, id.value_or(""));
  command.edit.id = std::move(id);
  return command;
}

template <EnrollmentKind kind>
domain::ManagementCommand Enrollments<kind>::get(Incoming& in) {
  return domain::GetEnrollment{in.path("scope"), kind, in.path("enrollment")};
}

template <EnrollmentKind kind>
domain::ManagementCommand Enrollments<kind>::list(Incoming& in) {
  return domain::ListEnrollments{in.path("scope"), kind, in.page()};
}

template <EnrollmentKind kind>
domain::ManagementCommand Enrollments<kind>::update(Incoming& in) {
  domain::UpdateEnrollment command{in.path("scope"), kind, in.path("enrollment"), {}, {}};
  command.precondition = in.precondition();
  command.edit = read_edit(in.body(), in.path("enrollment"));
  return command;
}

template <EnrollmentKind kind>
domain::ManagementCommand Enrollments<kind>::remove(Incoming& in) {
  return domain::DeleteEnrollment{in.path("scope"), kind, in.path("enrollment"), in.precondition()};
}

template <EnrollmentKind kind>
domain::ManagementCommand Enrollments<kind>::get_keys(Incoming& in) {
  return domain::GetEnrollmentKeys{in.path("scope"), kind, in.path("enrollment")};
}

template <EnrollmentKind kind>
domain::ManagementCommand Enrollments<kind>::regenerate_key(Incoming& in) {
  return domain::RegenerateEnrollmentKey{in.path("scope"), kind, in.path("enrollment"),
                                         read_slot(in), in.precondition()};
}

template struct Enrollments<EnrollmentKind::kIndividual>;
template struct Enrollments<EnrollmentKind::kGroup>;

boost::json::object to_json(const domain::Enrollment& enrollment) {
  boost::json::array hubs;
  for (const domain::HubName& hub : enrollment.hubs) hubs.push_back(text(hub.text()));
  boost::json::object reprovision;
  reprovision["updateHubAssignment"] = enrollment.reprovision.update_hub_assignment;
  reprovision["migrateDeviceData"] = enrollment.reprovision.migrate_device_data;

  boost::json::object out;
  out["scope"] = text(enrollment.scope.text());
  out["kind"] = text(to_string(enrollment.kind));
  out["id"] = text(enrollment.id.text());
  out["displayName"] = text(enrollment.display_name);
  out["enabled"] = enrollment.enabled;
  out["attestation"] = attestation_json(enrollment.attestation);
  out["deviceId"] = text_or_null(enrollment.device_id ? enrollment.device_id->text() : "");
  out["allocationPolicy"] =
      text_or_null(enrollment.allocation_policy ? to_string(*enrollment.allocation_policy) : "");
  out["hubs"] = std::move(hubs);
  out["reprovision"] = std::move(reprovision);
  out["tags"] = document(enrollment.initial_twin.tags);
  out["desired"] = document(enrollment.initial_twin.desired);
  out["iotEdge"] = enrollment.iot_edge;
  out["topics"] = topics_json(enrollment.topics);
  out["deviceInformation"] = document(enrollment.device_information);
  out["certificateLifetimeDays"] = nullptr;
  if (enrollment.issuance) out["certificateLifetimeDays"] = enrollment.issuance->lifetime.count();
  out["warnings"] = texts_json(enrollment.warnings);
  out["createdAt"] = time(enrollment.created_at);
  out["updatedAt"] = time(enrollment.updated_at);
  out["version"] = enrollment.version;
  return out;
}

boost::json::object to_json(const domain::Keys& keys) {
  boost::json::object out;
  out["primaryKey"] = text(base::base64_encode_secret(keys.primary.bytes()).text());
  out["secondaryKey"] = text(base::base64_encode_secret(keys.secondary.bytes()).text());
  return out;
}

}  // namespace berth::dialects::admin
