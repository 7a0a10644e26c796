// What may stand in an identity that devices and accounts change, and what a change makes of it.
//
// Room hub. Thread rule: pure functions.
#pragma once

#include "base/clock.h"
#include "domain/data.h"
#include "hub/admission.h"
#include "hub/ports/identities.h"

namespace berth::hub {

domain::DeviceStatus status_of(const Identity& identity);

// kRequestInvalid. Properties have rules of their own.
Result<void, Rejection> check_edit(const domain::EditIdentity& edit);
Result<void, Rejection> check_prototype(const domain::CreatePrototype& request);

struct Edited {
  Identity identity;
  bool resets = false;
  bool changed = false;
};
// kRequestInvalid: a device that cannot register again is to do it.
Result<Edited, Rejection> apply_edit(const Identity& current, const domain::EditIdentity& edit,
                                     TimePoint now);

}  // namespace berth::hub
