// Devices made by hand that prove themselves with certificates: by fingerprint, or by whatever a CA
// of their scope vouches for. Every rule, without the store.
//
// Room management. Errors: kInvalid naming the member. Thread rule: pure functions.
#pragma once

#include "management/changes.h"

namespace berth::management {

// Whether the edit makes it a device that has certificates in place of keys.
bool wants_certificates(const domain::DeviceEdit& edit);

// Applies what the edit says of certificates; its keys are gone then. What was pinned before is
// remembered as retired.
Result<void> edit_device_certificates(const Call& call, domain::Device& device,
                                      const domain::DeviceEdit& edit, Differences& changed);

}  // namespace berth::management
