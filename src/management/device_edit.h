// What an edit makes of a device: every rule about identities made by hand, without the store.
//
// Room management. Errors: kInvalid naming the member; kInternal when a sealed key does not open.
// Thread rule: pure functions beside the vault and the random generator.
#pragma once

#include "management/changes.h"

namespace berth::management {

// Applies the edit to a record whose hub, id and scope are set; times and version are not touched.
// A new record (of version 0) gets keys made where the edit gives none.
Result<Differences> edit_device(const Call& call, domain::Device& device,
                                const domain::DeviceEdit& edit);

// A key for the device, made up.
Secret made_up_key(const Call& call, const domain::Device& device);

}  // namespace berth::management
