// Who may do what to whom: every rule of it, and nothing else.
//
// A device reads and writes itself. A controller reads what it controls, and writes it unless the
// permissions of the controlled device say otherwise. A prototype reads and writes the devices of
// its scope that its own permissions list, or all. An account may do everything in its scope.
// Nobody crosses scopes.
// Room hub. Thread rule: pure functions.
#pragma once

#include "domain/data.h"
#include "domain/ids.h"
#include "domain/records.h"

#include <string>
#include <string_view>

namespace berth::hub {

enum class Access { kRead, kWrite };

enum class Verdict {
  kAllowed,
  kOtherScope,
  kNotControlled,      // it would have to control it
  kPermissionMissing,  // the permissions of one of the two do not allow it
};

// What `device` may do to `target`; `controls` is whether it controls it, and counts for
// controllers only.
Verdict may(Access access, const domain::Device& device, const domain::Device& target,
            bool controls);
inline bool needs_control(const domain::Device& device, const domain::DeviceId& target) {
  return device.role == domain::DeviceRole::kController && device.id != target;
}
// Whether `device` may read what the account of its scope publishes as `publisher`.
bool may_read_account(const domain::Device& device, std::string_view publisher);

// Whether a device that may write `target` may change this of it. What says who may do what is the
// account's affair, and the device's own as far as it does not widen what it may do itself.
Verdict may_edit(const domain::EditIdentity& edit, const domain::Device& device,
                 const domain::Device& target);

}  // namespace berth::hub
