// Pairs of symmetric keys, whatever record holds them: made, replaced with the old one retired,
// opened.
//
// Room management. `context` binds the seals to their record. Thread rule: pure functions beside
// the vault and the random generator.
#pragma once

#include "management/call.h"

#include <optional>
#include <string>

namespace berth::management {

domain::Sealed& slot_of(domain::SymmetricKeys& keys, domain::KeySlot slot);

// Puts `key` into the slot; what was there becomes the newest retired key. Nothing happens, and
// false is returned, when it is the same key. kInternal when a seal does not open.
Result<bool> replace_key(const Means& ports, domain::SymmetricKeys& keys, domain::KeySlot slot,
                         const Secret& key, const std::string& context);

// kInternal when a seal does not open.
Result<domain::Keys> open_keys(const Means& ports, const domain::SymmetricKeys& keys,
                               const std::string& context);

}  // namespace berth::management
