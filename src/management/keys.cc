#include "management/keys.h"

namespace berth::management {

using domain::KeySlot;
using domain::SymmetricKeys;

domain::Sealed& slot_of(SymmetricKeys& keys, KeySlot slot) {
  return slot == KeySlot::kPrimary ? keys.primary : keys.secondary;
}

static void retire(SymmetricKeys& keys, domain::Sealed key, KeySlot slot, TimePoint at) {
  domain::RetiredKey retired{std::move(key), slot, at};
  keys.retired.insert(keys.retired.begin(), std::move(retired));
  if (keys.retired.size() > domain::kRetiredKeysMax) keys.retired.resize(domain::kRetiredKeysMax);
}

Result<bool> replace_key(const Means& ports, SymmetricKeys& keys, KeySlot slot, const Secret& key,
                         const std::string& context) {
  domain::Sealed& sealed = slot_of(keys, slot);
  BERTH_TRY(const Secret before, ports.vault.open(sealed, context));
  if (before.equals(key)) return false;
  retire(keys, std::move(sealed), slot, ports.clock.wall());
  sealed = ports.vault.seal(key, context);
  return true;
}

Result<domain::Keys> open_keys(const Means& ports, const SymmetricKeys& keys,
                               const std::string& context) {
  domain::Keys open;
  BERTH_TRY(open.primary, ports.vault.open(keys.primary, context));
  BERTH_TRY(open.secondary, ports.vault.open(keys.secondary, context));
  return open;
}

}  // namespace berth::management
