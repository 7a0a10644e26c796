// The passwords a device had before it was given another, kept by digest so that a refusal can say
// that it still uses one of them.
//
// Room issuing. Thread rule: pure functions.
#pragma once

#include "domain/records.h"

#include <utility>
#include <vector>

namespace berth::issuing {

// What becomes of the passwords of `before` when `device` (its id, password and updated_at are set)
// takes its place: the one it no longer has, then those it had lost already, newest first; at most
// kRetiredKeysMax. Digests are bound to the id, so those of another id say nothing and are left
// out.
std::vector<std::pair<base::Bytes, TimePoint>> retire_passwords(const domain::Device& before,
                                                                const domain::Device& device);

}  // namespace berth::issuing
