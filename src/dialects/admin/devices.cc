#include "dialects/admin/members.h"
#include "dialects/admin/nouns.h"

namespace berth::dialects::admin {
namespace {

domain::DeviceEdit read_edit(Body& body) {
  domain::DeviceEdit edit;
  edit.display_name = body.text_or_cleared("displayName", kNameRule);
  edit.enabled = body.fields.flag("enabled");
  edit.iot_edge = body.fields.flag("iotEdge");
  read_device_attestation(body, edit);
  return edit;
}

boost::json::value connection_json(const std::optional<domain::DeviceConnection>& connection) {
  if (!connection) return nullptr;
  boost::json::object out;
  out["connected"] = connection->connected;
  out["changedAt"] = time(connection->changed_at);
  out["dialect"] = text_or_null(connection->dialect);
  out["transport"] = text_or_null(connection->transport);
  out["source"] = text_or_null(connection->source);
  out["node"] = text_or_null(connection->node);
  return out;
}

boost::json::value pinned_json(const std::optional<domain::PinnedCertificate>& certificate) {
  if (!certificate) return nullptr;
  boost::json::object out;
  out["sha256"] = text(base::hex_encode(certificate->sha256));
  out["subject"] = text(certificate->subject);
  out["notBefore"] = time(certificate->not_before);
  out["notAfter"] = time(certificate->not_after);
  out["byKey"] = !certificate->spki_sha256.empty();
  return out;
}

std::string_view attestation_of(const domain::Device& device) {
  if (device.password) return "password";
  if (device.keys) return domain::attestation_name(*device.keys);
  if (device.certificate || device.secondary_certificate) return "x509_thumbprint";
  return device.ca_signed ? "x509_ca" : "";
}

// What a device with a password may do now; empty for others.
std::string_view status_of(const domain::Device& device) {
  if (!device.password) return "";
  if (!device.enabled) return "disabled";
  return device.password->digest.empty() ? "must_register" : "ok";
}

boost::json::value ids_json(const std::optional<std::vector<std::string>>& ids) {
  if (!ids) return nullptr;
  boost::json::array out;
  for (const std::string& each : *ids) out.push_back(text(each));
  return out;
}

boost::json::object permissions_json(const domain::DevicePermissions& permissions) {
  boost::json::object out;
  out["reads"] = ids_json(permissions.reads);
  out["writes"] = ids_json(permissions.writes);
  out["control"] = text(to_string(permissions.control));
  return out;
}

}  // namespace

domain::ManagementCommand get_device(Incoming& in) {
  return domain::GetDevice{in.path("hub"), in.path("device")};
}

domain::ManagementCommand get_device_keys(Incoming& in) {
  return domain::GetDeviceKeys{in.path("hub"), in.path("device")};
}

domain::ManagementCommand list_devices(Incoming& in) {
  return domain::ListDevices{in.path("hub"), in.page()};
}

domain::ManagementCommand create_device(Incoming& in) {
  domain::CreateDevice command;
  command.hub = in.path("hub");
  Body& body = in.body();
  body.fields.require("id");
  command.edit = read_edit(body);
  command.edit.id = body.fields.text("id", kNameRule);
  command.edit.scope = body.fields.text("scope", kNameRule);
  command.edit.group = body.fields.text("group", kNameRule);
  command.edit.tags = body.object_or_cleared("tags");
  command.edit.desired = body.object_or_cleared("desired");
  return command;
}

domain::ManagementCommand update_device(Incoming& in) {
  domain::UpdateDevice command;
  command.hub = in.path("hub");
  command.id = in.path("device");
  command.precondition = in.precondition();
  command.edit = read_edit(in.body());
  return command;
}

domain::ManagementCommand delete_device(Incoming& in) {
  return domain::DeleteDevice{in.path("hub"), in.path("device"), in.precondition()};
}

domain::ManagementCommand regenerate_device_key(Incoming& in) {
  return domain::RegenerateDeviceKey{in.path("hub"), in.path("device"), read_slot(in),
                                     in.precondition()};
}

boost::json::object to_json(const domain::Device& device) {
  boost::json::object out;
  out["hub"] = text(device.hub.text());
  out["id"] = text(device.id.text());
  out["scope"] = text(device.scope.text());
  out["registration"] = text_or_null(device.registration.text());
  out["displayName"] = text(device.display_name);
  out["enabled"] = device.enabled;
  out["iotEdge"] = device.iot_edge;
  out["attestation"] = text_or_null(attestation_of(device));
  out["certificate"] = pinned_json(device.certificate);
  out["secondaryCertificate"] = pinned_json(device.secondary_certificate);
  out["caSigned"] = device.ca_signed;
  out["group"] = text_or_null(device.group ? device.group->text() : "");
  out["awaitsActivation"] = device.awaits_activation;
  out["role"] = text(to_string(device.role));
  out["serial"] = text_or_null(device.serial);
  out["status"] = text_or_null(status_of(device));
  out["permissions"] = permissions_json(device.permissions);
  out["retiredKeys"] = device.keys ? retired_json(*device.keys) : boost::json::array();
  out["model"] = text_or_null(device.model);
  out["template"] = text_or_null(device.template_id);
  out["initialTags"] = document(device.twin.tags);
  out["initialDesired"] = document(device.twin.desired);
  out["createdAt"] = time(device.created_at);
  out["updatedAt"] = time(device.updated_at);
  out["version"] = device.version;
  return out;
}

boost::json::object to_json(const domain::DeviceView& view) {
  boost::json::object out = to_json(view.device);
  out["connection"] = connection_json(view.connection);
  return out;
}

}  // namespace berth::dialects::admin
