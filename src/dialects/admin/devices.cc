#include "dialects/admin/members.h"
#include "dialects/admin/nouns.h"

namespace berth::dialects::admin {

domain::ManagementCommand get_device(Incoming& in) {
  return domain::GetDevice{in.path("hub"), in.path("device")};
}

domain::ManagementCommand get_device_keys(Incoming& in) {
  return domain::GetDeviceKeys{in.path("hub"), in.path("device")};
}

domain::ManagementCommand list_devices(Incoming& in) {
  return domain::ListDevices{in.path("hub"), in.page()};
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
  out["attestation"] = text_or_null(device.keys ? domain::attestation_name(*device.keys) : "");
  out["tags"] = document(device.twin.tags);
  out["desired"] = document(device.twin.desired);
  out["createdAt"] = time(device.created_at);
  out["updatedAt"] = time(device.updated_at);
  out["version"] = device.version;
  return out;
}

}  // namespace berth::dialects::admin
