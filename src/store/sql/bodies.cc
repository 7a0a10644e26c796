#include "store/sql/bodies.h"

#include "store/sql/body.h"

#include <boost/json/array.hpp>

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

BodyWriter write_keys(const domain::SymmetricKeys& keys) {
  boost::json::array retired;
  for (const domain::RetiredKey& key : keys.retired) {
    BodyWriter each;
    each.bytes("key", key.key.bytes);
    each.text("slot", domain::to_string(key.slot));
    each.time("retired_at", key.retired_at);
    retired.push_back(each.take());
  }
  BodyWriter body;
  body.bytes("primary", keys.primary.bytes);
  body.bytes("secondary", keys.secondary.bytes);
  body.array("retired", std::move(retired));
  return body;
}

domain::SymmetricKeys read_keys(BodyReader& body) {
  domain::SymmetricKeys keys;
  keys.primary.bytes = body.bytes("primary");
  keys.secondary.bytes = body.bytes("secondary");
  body.each("retired", [&keys](BodyReader& each) {
    domain::RetiredKey key;
    key.key.bytes = each.bytes("key");
    key.slot = each.choice("slot", parse_slot, KeySlot::kPrimary);
    key.retired_at = each.time("retired_at").value_or(TimePoint());
    keys.retired.push_back(std::move(key));
  });
  return keys;
}

void write_attestation(BodyWriter& body, const domain::Attestation& attestation) {
  struct Write {
    BodyWriter& body;
    void operator()(const domain::SymmetricKeys& keys) const {
      body.object("symmetric_key", write_keys(keys));
    }
  };
  std::visit(Write{body}, attestation);
}

domain::Attestation read_attestation(BodyReader& body) {
  domain::Attestation attestation;
  if (!body.has("symmetric_key")) body.fail("symmetric_key", "an object");
  body.within("symmetric_key", [&](BodyReader& keys) { attestation = read_keys(keys); });
  return attestation;
}

boost::json::object write_policy(const domain::HubPolicy& policy) {
  boost::json::array permissions;
  for (const domain::HubPermission each : policy.permissions) {
    permissions.emplace_back(domain::to_string(each));
  }
  BodyWriter body;
  body.text("name", policy.name);
  body.array("permissions", std::move(permissions));
  body.object("keys", write_keys(policy.keys));
  return body.take();
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
Result<Record> finish(const BodyReader& body, Record record) {
  Result<void> done = body.done();
  if (!done) return Fail(std::move(done).error());
  return record;
}

}  // namespace

std::string scope_body(const domain::Scope& scope) {
  BodyWriter body;
  body.text("display_name", scope.display_name);
  body.text("service_host", scope.service_host);
  body.text("allocation_policy", domain::to_string(scope.allocation_policy));
  body.flag("enabled", scope.enabled);
  return body.finish();
}

Result<domain::Scope> read_scope(std::string_view text, domain::Scope scope) {
  BodyReader body(text, "scope " + scope.id.text());
  scope.display_name = body.text("display_name");
  scope.service_host = body.text("service_host");
  scope.allocation_policy =
      body.choice("allocation_policy", domain::parse_allocation_policy, AllocationPolicy::kHashed);
  scope.enabled = body.flag("enabled", true);
  return finish(body, std::move(scope));
}

std::string hub_body(const domain::Hub& hub) {
  boost::json::array policies;
  for (const domain::HubPolicy& policy : hub.policies) policies.push_back(write_policy(policy));
  BodyWriter body;
  body.text("host", hub.host);
  body.text("display_name", hub.display_name);
  body.array("policies", std::move(policies));
  return body.finish();
}

Result<domain::Hub> read_hub(std::string_view text, domain::Hub hub) {
  BodyReader body(text, "hub " + hub.name.text());
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
  boost::json::array hubs;
  for (const domain::HubName& hub : enrollment.hubs) hubs.emplace_back(hub.text());
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
  return body.finish();
}

Result<domain::Enrollment> read_enrollment(std::string_view text, domain::Enrollment enrollment) {
  BodyReader body(text, "enrollment " + enrollment.id.text());
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
  return body.finish();
}

Result<domain::Registration> read_registration(std::string_view text,
                                               domain::Registration registration) {
  BodyReader body(text, "registration " + registration.id.text());
  registration.enrollment.id = domain::EnrollmentId::trusted(body.text("enrollment"));
  registration.status = body.choice("status", domain::parse_registration_status,
                                    domain::RegistrationStatus::kUnassigned);
  registration.substatus =
      body.choice("substatus", domain::parse_substatus, domain::Substatus::kNone);
  registration.reason = body.choice("reason", domain::parse_reason, domain::Reason::kNone);
  registration.hub_host = body.text("hub_host");
  registration.operation_id = body.text("operation_id");
  registration.payload = body.text("payload");
  return finish(body, std::move(registration));
}

std::string device_body(const domain::Device& device) {
  BodyWriter body;
  body.text("registration", device.registration.text());
  body.text("display_name", device.display_name);
  body.flag("enabled", device.enabled);
  if (device.iot_edge) body.flag("iot_edge", true);
  if (device.keys) body.object("keys", write_keys(*device.keys));
  write_twin(body, device.twin);
  return body.finish();
}

Result<domain::Device> read_device(std::string_view text, domain::Device device) {
  BodyReader body(text, "device " + device.id.text());
  device.registration = domain::RegistrationId::trusted(body.text("registration"));
  device.display_name = body.text("display_name");
  device.enabled = body.flag("enabled", true);
  device.iot_edge = body.flag("iot_edge", false);
  body.within("keys", [&device](BodyReader& keys) { device.keys = read_keys(keys); });
  device.twin = read_twin(body);
  return finish(body, std::move(device));
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
