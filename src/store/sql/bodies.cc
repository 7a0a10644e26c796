#include "store/sql/bodies.h"

#include "store/sql/body.h"
#include "store/sql/certificate_bodies.h"
#include "store/sql/password_bodies.h"

namespace berth::store::sql {
namespace {

using domain::AllocationPolicy;
using domain::KeySlot;

std::optional<KeySlot> parse_slot(std::string_view word) {
  for (const KeySlot slot : {KeySlot::kPrimary, KeySlot::kSecondary}) {
    if (domain::to_string(slot) == word) return slot;
  }
  return std::nullopt;
}

void write_retired(BodyWriter& body, const std::vector<domain::RetiredKey>& keys) {
  BodyArray retired;
  for (const domain::RetiredKey& key : keys) {
    BodyWriter each;
    each.bytes("key", key.key.bytes);
    each.text("slot", domain::to_string(key.slot));
    each.time("retired_at", key.retired_at);
    retired.add(std::move(each));
  }
  body.array("retired", std::move(retired));
}

std::vector<domain::RetiredKey> read_retired(BodyReader& body) {
  std::vector<domain::RetiredKey> keys;
  body.each("retired", [&keys](BodyReader& each) {
    domain::RetiredKey key;
    key.key.bytes = each.bytes("key");
    key.slot = each.choice("slot", parse_slot, KeySlot::kPrimary);
    key.retired_at = each.time("retired_at").value_or(TimePoint());
    keys.push_back(std::move(key));
  });
  return keys;
}

BodyWriter write_keys(const domain::SymmetricKeys& keys) {
  BodyWriter body;
  body.bytes("primary", keys.primary.bytes);
  body.bytes("secondary", keys.secondary.bytes);
  write_retired(body, keys.retired);
  return body;
}

domain::SymmetricKeys read_keys(BodyReader& body) {
  domain::SymmetricKeys keys;
  keys.primary.bytes = body.bytes("primary");
  keys.secondary.bytes = body.bytes("secondary");
  keys.retired = read_retired(body);
  return keys;
}

BodyWriter write_product(const domain::ProductSecret& product) {
  BodyWriter body;
  body.bytes("current", product.current.bytes);
  if (product.previous) {
    body.bytes("previous", product.previous->bytes);
    body.time("previous_until", product.previous_until);
  }
  write_retired(body, product.retired);
  body.text("issues", domain::to_string(product.issues));
  body.text("admits", domain::to_string(product.admits));
  body.number("created_max", product.created_max);
  body.text("reissue", domain::to_string(product.reissue));
  body.number("clock_window", product.clock_window.count());
  body.number("replay_window", product.replay_window.count());
  return body;
}

domain::ProductSecret read_product(BodyReader& body) {
  domain::ProductSecret product;
  product.current.bytes = body.bytes("current");
  if (body.has("previous")) {
    product.previous = domain::Sealed{body.bytes("previous")};
    product.previous_until = body.time("previous_until").value_or(TimePoint());
  }
  product.retired = read_retired(body);
  product.issues =
      body.choice("issues", domain::parse_credential_kind, domain::CredentialKind::kSecret);
  product.admits = body.choice("admits", domain::parse_admits, domain::Admits::kNobody);
  product.created_max = static_cast<std::uint32_t>(body.number("created_max", product.created_max));
  product.reissue = body.choice("reissue", domain::parse_reissue, domain::Reissue::kRefused);
  product.clock_window = std::chrono::seconds(body.number("clock_window"));
  product.replay_window = std::chrono::seconds(body.number("replay_window"));
  return product;
}

void write_attestation(BodyWriter& body, const domain::Attestation& attestation) {
  struct Write {
    BodyWriter& body;
    void operator()(const domain::SymmetricKeys& keys) const {
      body.object("symmetric_key", write_keys(keys));
    }
    void operator()(const domain::ProductSecret& product) const {
      body.object("product_secret", write_product(product));
    }
    void operator()(const domain::MemberPasswords& passwords) const {
      body.object("member_passwords", write_member_passwords(passwords));
    }
    void operator()(const domain::CertificateTrust& trust) const {
      body.object("x509", write_trust(trust));
    }
    void operator()(const domain::TpmKeys& keys) const { body.object("tpm", write_tpm_keys(keys)); }
  };
  std::visit(Write{body}, attestation);
}

domain::Attestation read_attestation(BodyReader& body) {
  domain::Attestation attestation;
  const bool known = body.has("symmetric_key") || body.has("product_secret") ||
                     body.has("member_passwords") || body.has("x509") || body.has("tpm");
  if (!known) body.fail("symmetric_key", "an object");
  body.within("symmetric_key", [&](BodyReader& keys) { attestation = read_keys(keys); });
  body.within("product_secret", [&](BodyReader& secret) { attestation = read_product(secret); });
  body.within("member_passwords",
              [&](BodyReader& each) { attestation = read_member_passwords(each); });
  body.within("x509", [&](BodyReader& trust) { attestation = read_trust(trust); });
  body.within("tpm", [&](BodyReader& keys) { attestation = read_tpm_keys(keys); });
  return attestation;
}

BodyArray write_topics(const std::vector<domain::TopicPermission>& topics) {
  BodyArray array;
  for (const domain::TopicPermission& topic : topics) {
    BodyWriter each;
    each.text("topic", topic.topic);
    if (topic.publish) each.flag("publish", true);
    if (topic.subscribe) each.flag("subscribe", true);
    array.add(std::move(each));
  }
  return array;
}

domain::TopicPermission read_topic(BodyReader& body) {
  domain::TopicPermission topic;
  topic.topic = body.text("topic");
  topic.publish = body.flag("publish", false);
  topic.subscribe = body.flag("subscribe", false);
  return topic;
}

BodyArray write_answered(const std::vector<domain::AnsweredRequest>& requests) {
  BodyArray array;
  for (const domain::AnsweredRequest& request : requests) {
    BodyWriter each;
    each.text("nonce", request.nonce);
    each.number("made_at", request.made_at_seconds);
    each.time("at", request.at);
    array.add(std::move(each));
  }
  return array;
}

domain::AnsweredRequest read_answered(BodyReader& body) {
  domain::AnsweredRequest request;
  request.nonce = body.text("nonce");
  request.made_at_seconds = body.number("made_at");
  request.at = body.time("at").value_or(TimePoint());
  return request;
}

BodyWriter write_policy(const domain::HubPolicy& policy) {
  BodyArray permissions;
  for (const domain::HubPermission each : policy.permissions) {
    permissions.add(domain::to_string(each));
  }
  BodyWriter body;
  body.text("name", policy.name);
  body.array("permissions", std::move(permissions));
  body.object("keys", write_keys(policy.keys));
  return body;
}

domain::HubPolicy read_policy(BodyReader& body) {
  domain::HubPolicy policy;
  policy.name = body.text("name");
  for (const std::string& word : body.texts("permissions")) {
    const std::optional<domain::HubPermission> permission = domain::parse_hub_permission(word);
    if (!permission) body.fail("permissions", "known words");
    if (permission) policy.permissions.push_back(*permission);
  }
  if (!body.has("keys")) body.fail("keys", "an object");
  body.within("keys", [&policy](BodyReader& keys) { policy.keys = read_keys(keys); });
  return policy;
}

void write_twin(BodyWriter& body, const domain::InitialTwin& twin) {
  if (twin.tags != "{}") body.text("tags", twin.tags);
  if (twin.desired != "{}") body.text("desired", twin.desired);
}

domain::InitialTwin read_twin(BodyReader& body) {
  domain::InitialTwin twin;
  twin.tags = body.optional_text("tags").value_or("{}");
  twin.desired = body.optional_text("desired").value_or("{}");
  return twin;
}

// The record, unless the reader stumbled.
template <class Record>
Result<Record> finish(const BodyReader& body, Record&& record) {
  Result<void> done = body.done();
  if (!done) return Fail(std::move(done).error());
  return std::move(record);
}

}  // namespace

std::string scope_body(const domain::Scope& scope) {
  BodyWriter body;
  body.text("display_name", scope.display_name);
  body.text("service_host", scope.service_host);
  body.text("allocation_policy", domain::to_string(scope.allocation_policy));
  body.flag("enabled", scope.enabled);
  if (scope.compatible_codes) body.flag("compatible_codes", true);
  if (!scope.auto_approve) body.flag("auto_approve", false);
  if (scope.hold_unknown_models) body.flag("hold_unknown_models", true);
  if (scope.issuing_authority) {
    body.object("issuing_authority", write_authority(*scope.issuing_authority));
  }
  return body.finish();
}

Result<domain::Scope> read_scope(std::string_view text, domain::Scope scope) {
  BodyReader body(text, "scope", scope.id.text());
  scope.display_name = body.text("display_name");
  scope.service_host = body.text("service_host");
  scope.allocation_policy =
      body.choice("allocation_policy", domain::parse_allocation_policy, AllocationPolicy::kHashed);
  scope.enabled = body.flag("enabled", true);
  scope.compatible_codes = body.flag("compatible_codes", false);
  scope.auto_approve = body.flag("auto_approve", true);
  scope.hold_unknown_models = body.flag("hold_unknown_models", false);
  body.within("issuing_authority",
              [&scope](BodyReader& each) { scope.issuing_authority = read_authority(each); });
  return finish(body, std::move(scope));
}

std::string hub_body(const domain::Hub& hub) {
  BodyArray policies;
  for (const domain::HubPolicy& policy : hub.policies) policies.add(write_policy(policy));
  BodyWriter body;
  body.text("host", hub.host);
  body.text("display_name", hub.display_name);
  body.array("policies", std::move(policies));
  return body.finish();
}

Result<domain::Hub> read_hub(std::string_view text, domain::Hub hub) {
  BodyReader body(text, "hub", hub.name.text());
  hub.host = body.text("host");
  hub.display_name = body.text("display_name");
  body.each("policies", [&hub](BodyReader& each) { hub.policies.push_back(read_policy(each)); });
  return finish(body, std::move(hub));
}

std::string link_body(const domain::HubLink& link) {
  BodyWriter body;
  body.number("weight", link.weight);
  body.flag("apply_allocation", link.apply_allocation);
  return body.finish();
}

Result<domain::HubLink> read_link(std::string_view text, domain::HubLink link) {
  BodyReader body(text, "link of hub " + link.hub.text() + " to scope " + link.scope.text());
  link.weight = static_cast<std::uint32_t>(body.number("weight", 1));
  link.apply_allocation = body.flag("apply_allocation", true);
  return finish(body, std::move(link));
}

std::string enrollment_body(const domain::Enrollment& enrollment) {
  BodyArray hubs;
  for (const domain::HubName& hub : enrollment.hubs) hubs.add(hub.text());
  BodyWriter body;
  body.text("display_name", enrollment.display_name);
  body.flag("enabled", enrollment.enabled);
  write_attestation(body, enrollment.attestation);
  if (enrollment.device_id) body.text("device_id", enrollment.device_id->text());
  if (enrollment.allocation_policy) {
    body.text("allocation_policy", domain::to_string(*enrollment.allocation_policy));
  }
  body.array("hubs", std::move(hubs));
  body.flag("update_hub_assignment", enrollment.reprovision.update_hub_assignment);
  body.flag("migrate_device_data", enrollment.reprovision.migrate_device_data);
  write_twin(body, enrollment.initial_twin);
  if (enrollment.iot_edge) body.flag("iot_edge", true);
  if (enrollment.device_information != "{}") {
    body.text("device_information", enrollment.device_information);
  }
  body.array("topics", write_topics(enrollment.topics));
  if (enrollment.issuance) body.number("issued_days", enrollment.issuance->lifetime.count());
  return body.finish();
}

Result<domain::Enrollment> read_enrollment(std::string_view text, domain::Enrollment enrollment) {
  BodyReader body(text, "enrollment", enrollment.id.text());
  enrollment.display_name = body.text("display_name");
  enrollment.enabled = body.flag("enabled", true);
  enrollment.attestation = read_attestation(body);
  std::optional<std::string> device_id = body.optional_text("device_id");
  if (device_id) enrollment.device_id = domain::DeviceId::trusted(std::move(*device_id));
  if (body.has("allocation_policy")) {
    enrollment.allocation_policy = body.choice("allocation_policy", domain::parse_allocation_policy,
                                               AllocationPolicy::kHashed);
  }
  for (std::string& hub : body.texts("hubs")) {
    enrollment.hubs.push_back(domain::HubName::trusted(std::move(hub)));
  }
  enrollment.reprovision.update_hub_assignment = body.flag("update_hub_assignment", true);
  enrollment.reprovision.migrate_device_data = body.flag("migrate_device_data", true);
  enrollment.initial_twin = read_twin(body);
  enrollment.iot_edge = body.flag("iot_edge", false);
  enrollment.device_information = body.optional_text("device_information").value_or("{}");
  body.each("topics",
            [&enrollment](BodyReader& each) { enrollment.topics.push_back(read_topic(each)); });
  if (body.has("issued_days")) {
    enrollment.issuance.emplace().lifetime = std::chrono::days(body.number("issued_days"));
  }
  return finish(body, std::move(enrollment));
}

std::string registration_body(const domain::Registration& registration) {
  BodyWriter body;
  body.text("enrollment", registration.enrollment.id.text());
  body.text("status", domain::to_string(registration.status));
  body.text("substatus", domain::to_string(registration.substatus));
  if (registration.reason != domain::Reason::kNone) {
    body.text("reason", domain::to_string(registration.reason));
  }
  body.text("hub_host", registration.hub_host);
  body.text("operation_id", registration.operation_id);
  body.text("payload", registration.payload);
  if (registration.member) body.text("member", registration.member->text());
  body.time("activated_at", registration.activated_at);
  body.array("answered", write_answered(registration.answered));
  if (registration.reset) body.flag("reset", true);
  body.text("model", registration.model);
  body.text("template", registration.template_id);
  if (registration.approval != domain::Approval::kNone) {
    body.text("approval", domain::to_string(registration.approval));
  }
  write_proof(body, registration);
  return body.finish();
}

Result<domain::Registration> read_registration(std::string_view text,
                                               domain::Registration registration) {
  BodyReader body(text, "registration", registration.id.text());
  registration.enrollment.id = domain::EnrollmentId::trusted(body.text("enrollment"));
  registration.status = body.choice("status", domain::parse_registration_status,
                                    domain::RegistrationStatus::kUnassigned);
  registration.substatus =
      body.choice("substatus", domain::parse_substatus, domain::Substatus::kNone);
  registration.reason = body.choice("reason", domain::parse_reason, domain::Reason::kNone);
  registration.hub_host = body.text("hub_host");
  registration.operation_id = body.text("operation_id");
  registration.payload = body.text("payload");
  std::optional<std::string> member = body.optional_text("member");
  if (member) registration.member = domain::MemberName::trusted(std::move(*member));
  registration.activated_at = body.time("activated_at");
  body.each("answered", [&registration](BodyReader& each) {
    registration.answered.push_back(read_answered(each));
  });
  registration.reset = body.flag("reset", false);
  registration.model = body.text("model");
  registration.template_id = body.text("template");
  registration.approval = body.choice("approval", domain::parse_approval, domain::Approval::kNone);
  read_proof(body, registration);
  return finish(body, std::move(registration));
}

std::string device_body(const domain::Device& device) {
  BodyWriter body;
  body.text("registration", device.registration.text());
  body.text("display_name", device.display_name);
  body.flag("enabled", device.enabled);
  if (device.iot_edge) body.flag("iot_edge", true);
  if (device.keys) body.object("keys", write_keys(*device.keys));
  write_device_certificates(body, device);
  if (device.group) body.text("group", device.group->text());
  if (device.awaits_activation) body.flag("awaits_activation", true);
  body.text("model", device.model);
  body.text("template", device.template_id);
  write_password_device(body, device);
  write_twin(body, device.twin);
  return body.finish();
}

Result<domain::Device> read_device(std::string_view text, domain::Device device) {
  BodyReader body(text, "device", device.id.text());
  device.registration = domain::RegistrationId::trusted(body.text("registration"));
  device.display_name = body.text("display_name");
  device.enabled = body.flag("enabled", true);
  device.iot_edge = body.flag("iot_edge", false);
  body.within("keys", [&device](BodyReader& keys) { device.keys = read_keys(keys); });
  read_device_certificates(body, device);
  std::optional<std::string> group = body.optional_text("group");
  if (group) device.group = domain::EnrollmentId::trusted(std::move(*group));
  device.awaits_activation = body.flag("awaits_activation", false);
  device.model = body.text("model");
  device.template_id = body.text("template");
  read_password_device(body, device);
  device.twin = read_twin(body);
  return finish(body, std::move(device));
}

std::string template_body(const domain::Template& record) {
  BodyWriter body;
  body.text("display_name", record.display_name);
  write_twin(body, record.initial_twin);
  return body.finish();
}

Result<domain::Template> read_template(std::string_view text, domain::Template record) {
  BodyReader body(text, "template " + record.id);
  record.display_name = body.text("display_name");
  record.initial_twin = read_twin(body);
  return finish(body, std::move(record));
}

std::string token_body(const domain::Token& token) {
  BodyWriter body;
  body.text("display_name", token.display_name);
  body.text("role", domain::to_string(token.role));
  body.bytes("digest", token.digest);
  body.time("expires_at", token.expires_at);
  return body.finish();
}

Result<domain::Token> read_token(std::string_view text, domain::Token token) {
  BodyReader body(text, "token " + token.id);
  token.display_name = body.text("display_name");
  token.role = body.choice("role", domain::parse_role, domain::Role::kViewer);
  token.digest = body.bytes("digest");
  token.expires_at = body.time("expires_at");
  return finish(body, std::move(token));
}

}  // namespace berth::store::sql
