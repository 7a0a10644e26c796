#include "management/device_edit.h"

#include "management/device_certificates.h"
#include "management/keys.h"
#include "management/validation.h"

#include <fmt/format.h>

namespace berth::management {
namespace {

using domain::Device;
using domain::DeviceEdit;
using domain::KeySlot;

// As long as what members of groups are issued: their firmware takes 32 bytes at most as the key of
// a connection, and has little room for its text.
constexpr std::size_t kMemberKeyBytesMade = 16;

bool is_new(const Device& device) { return device.version == 0; }

Result<void> edit_key(const Call& call, Device& device, KeySlot slot,
                      const std::optional<Secret>& given, Differences& changed) {
  const std::string_view member = slot == KeySlot::kPrimary ? "primaryKey" : "secondaryKey";
  if (given) {
    Result<void> valid = check_key(member, *given);
    if (!valid) return valid;
  }
  const std::string context = domain::device_key_context(device.hub, device.id);
  domain::Sealed& sealed = slot_of(*device.keys, slot);
  if (sealed.bytes.empty()) {
    const Secret key = given ? given->clone() : made_up_key(call, device);
    sealed = call.ports.vault.seal(key, context);
    if (!is_new(device)) changed.note(member);
    return {};
  }
  if (!given) return {};
  BERTH_TRY(const bool replaced, replace_key(call.ports, *device.keys, slot, *given, context));
  if (replaced) changed.note(member);
  return {};
}

Result<void> edit_keys(const Call& call, Device& device, const DeviceEdit& edit,
                       Differences& changed) {
  const bool given = edit.primary_key || edit.secondary_key;
  if (!given && (!is_new(device) || wants_certificates(edit))) return {};
  if (device.password) {
    return Fail(
        ErrorKind::kInvalid,
        fmt::format("device '{}' has a password, and cannot have keys beside it", device.id.text()),
        "leave the keys out; it gets another password by registering again");
  }
  if (!device.keys) device.keys.emplace();
  Result<void> done = edit_key(call, device, KeySlot::kPrimary, edit.primary_key, changed);
  if (!done) return done;
  return edit_key(call, device, KeySlot::kSecondary, edit.secondary_key, changed);
}

Result<void> set_document(std::string_view member, std::string& field,
                          const std::optional<std::string>& given, std::size_t bytes_max) {
  if (!given) return {};
  Result<void> valid = check_json_object(member, *given, bytes_max);
  if (valid) field = *given;
  return valid;
}

Result<void> edit_twin(Device& device, const DeviceEdit& edit) {
  if (!edit.tags && !edit.desired) return {};
  if (!is_new(device)) {
    return Fail(ErrorKind::kInvalid, "tags and desired of a device that exists are its twin's",
                "change them there: berth twin update " + device.id.text());
  }
  Result<void> done = set_document("tags", device.twin.tags, edit.tags, kTagsBytesMax);
  if (!done) return done;
  return set_document("desired", device.twin.desired, edit.desired, kDesiredBytesMax);
}

}  // namespace

Secret made_up_key(const Call& call, const Device& device) {
  return call.ports.rng.secret(device.group ? kMemberKeyBytesMade : kKeyBytesMade);
}

Result<Differences> edit_device(const Call& call, Device& device, const DeviceEdit& edit) {
  Differences changed;
  Result<void> done = edit_device_certificates(call, device, edit, changed);
  if (!done) return Fail(std::move(done).error());
  done = edit_keys(call, device, edit, changed);
  if (!done) return Fail(std::move(done).error());
  done = edit_twin(device, edit);
  if (!done) return Fail(std::move(done).error());
  if (edit.display_name) {
    BERTH_TRY(std::string name, display_name(*edit.display_name, device.id.text()));
    changed.set("displayName", device.display_name, std::move(name));
  }
  if (edit.enabled) changed.set("enabled", device.enabled, *edit.enabled);
  if (edit.iot_edge) changed.set("iotEdge", device.iot_edge, *edit.iot_edge);
  return changed;
}

}  // namespace berth::management
