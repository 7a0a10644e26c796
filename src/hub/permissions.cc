#include "hub/permissions.h"

#include <algorithm>
#include <optional>
#include <vector>

namespace berth::hub {
namespace {

using List = std::optional<std::vector<std::string>>;

bool lists(const List& list, std::string_view id) {
  return !list || std::find(list->begin(), list->end(), id) != list->end();
}

Verdict of_controller(Access access, const domain::Device& target, bool controls) {
  if (!controls) return Verdict::kNotControlled;
  switch (target.permissions.control) {
    case domain::ControlAccess::kNone:
      return Verdict::kPermissionMissing;
    case domain::ControlAccess::kRead:
      return access == Access::kRead ? Verdict::kAllowed : Verdict::kPermissionMissing;
    case domain::ControlAccess::kReadWrite:
      return Verdict::kAllowed;
  }
  return Verdict::kPermissionMissing;
}

const List& list_for(Access access, const domain::DevicePermissions& permissions) {
  return access == Access::kRead ? permissions.reads : permissions.writes;
}

}  // namespace

Verdict may(Access access, const domain::Device& device, const domain::Device& target,
            bool controls) {
  if (device.scope != target.scope) return Verdict::kOtherScope;
  if (device.hub == target.hub && device.id == target.id) return Verdict::kAllowed;
  switch (device.role) {
    case domain::DeviceRole::kDevice:
      return Verdict::kPermissionMissing;
    case domain::DeviceRole::kController:
      return of_controller(access, target, controls);
    case domain::DeviceRole::kPrototype:
      return lists(list_for(access, device.permissions), target.id.text())
                 ? Verdict::kAllowed
                 : Verdict::kPermissionMissing;
  }
  return Verdict::kPermissionMissing;
}

bool may_read_account(const domain::Device& device, std::string_view publisher) {
  return device.role == domain::DeviceRole::kPrototype &&
         lists(device.permissions.reads, publisher);
}

Verdict may_edit(const domain::EditIdentity& edit, const domain::Device& device,
                 const domain::Device& target) {
  const bool own = device.hub == target.hub && device.id == target.id;
  const bool of_owner = edit.status || edit.control || edit.more_permissions || edit.property_links;
  if (of_owner && !own) return Verdict::kPermissionMissing;
  const bool lists_given = edit.reads || edit.writes;
  // A prototype's lists are what holds it back.
  if (lists_given && (!own || device.role == domain::DeviceRole::kPrototype)) {
    return Verdict::kPermissionMissing;
  }
  return Verdict::kAllowed;
}

}  // namespace berth::hub
