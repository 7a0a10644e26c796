#include "issuing/retired_keys.h"

#include "base/log.h"

#include <algorithm>
#include <optional>
#include <utility>

namespace berth::issuing {
namespace {

using domain::KeySlot;
using domain::RetiredKey;

struct OpenKey {
  Secret key;
  KeySlot slot = KeySlot::kPrimary;
  TimePoint retired_at;
};

// Opens what was sealed for `before`.
class Opener {
 public:
  Opener(provisioning::Vault& vault, const domain::Device& before)
      : vault_(vault),
        device_(before.id.text()),
        context_(device_key_context(before.hub, before.id)) {}

  std::optional<Secret> open(const domain::Sealed& sealed) const {
    Result<Secret> key = vault_.open(sealed, context_);
    if (key) return *std::move(key);
    log::warn("issue.old_key_unreadable", {{"device", device_}, {"what", key.error().what}});
    return std::nullopt;
  }

 private:
  provisioning::Vault& vault_;
  const std::string& device_;
  std::string context_;
};

bool in_use(const Secret& key, const FreshKeys& fresh) {
  const bool primary = key.equals(fresh.primary);
  const bool secondary = key.equals(fresh.secondary);
  return primary || secondary;
}

bool among(const Secret& key, const std::vector<OpenKey>& keys) {
  return std::any_of(keys.begin(), keys.end(),
                     [&](const OpenKey& each) { return each.key.equals(key); });
}

}  // namespace

std::vector<RetiredKey> retire_keys(provisioning::Vault& vault, const domain::Device& before,
                                    const FreshKeys& fresh, const domain::Device& device) {
  if (!before.keys) return {};
  const Opener opener(vault, before);
  const std::optional<Secret> primary = opener.open(before.keys->primary);
  const std::optional<Secret> secondary = opener.open(before.keys->secondary);
  const bool same_place = before.hub == device.hub && before.id == device.id;
  const bool same_keys =
      primary && secondary && primary->equals(fresh.primary) && secondary->equals(fresh.secondary);
  // The usual case: it registers again and nothing has changed.
  if (same_place && same_keys) return before.keys->retired;

  std::vector<OpenKey> open;
  const auto add = [&](Secret key, KeySlot slot, TimePoint at) {
    if (!in_use(key, fresh) && !among(key, open)) open.push_back({std::move(key), slot, at});
  };
  if (primary) add(primary->clone(), KeySlot::kPrimary, device.updated_at);
  if (secondary) add(secondary->clone(), KeySlot::kSecondary, device.updated_at);
  for (const RetiredKey& each : before.keys->retired) {
    std::optional<Secret> key = opener.open(each.key);
    if (key) add(*std::move(key), each.slot, each.retired_at);
  }
  if (open.size() > domain::kRetiredKeysMax) open.resize(domain::kRetiredKeysMax);

  const std::string context = device_key_context(device.hub, device.id);
  std::vector<RetiredKey> retired;
  for (const OpenKey& each : open) {
    retired.push_back({vault.seal(each.key, context), each.slot, each.retired_at});
  }
  return retired;
}

}  // namespace berth::issuing
