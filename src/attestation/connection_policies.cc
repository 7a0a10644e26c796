#include "attestation/connection_hypotheses.h"
#include "domain/mend.h"

#include <fmt/format.h>

#include <algorithm>
#include <optional>

namespace berth::attestation {
namespace {

namespace mend = domain::mend;
using domain::Cause;
using domain::HubPermission;
using domain::HubPolicy;
using domain::KeySlot;

bool lets_connect(const HubPolicy& policy) {
  return std::find(policy.permissions.begin(), policy.permissions.end(),
                   HubPermission::kDeviceConnect) != policy.permissions.end();
}

std::optional<KeySlot> verifying_slot(ConnectionBench& bench, const HubPolicy& policy) {
  const std::string context = hub_policy_context(bench.input.hub->name, policy.name);
  for (const KeySlot slot : {KeySlot::kPrimary, KeySlot::kSecondary}) {
    const Result<Secret> key = bench.tools.vault.open(
        slot == KeySlot::kPrimary ? policy.keys.primary : policy.keys.secondary, context);
    if (key && bench.test.verifies(key->bytes())) return slot;
  }
  return std::nullopt;
}

std::optional<std::size_t> retired_index(ConnectionBench& bench, const HubPolicy& policy) {
  const std::string context = hub_policy_context(bench.input.hub->name, policy.name);
  for (std::size_t i = 0; i < policy.keys.retired.size(); ++i) {
    const Result<Secret> key = bench.tools.vault.open(policy.keys.retired[i].key, context);
    if (key && bench.test.verifies(key->bytes())) return i;
  }
  return std::nullopt;
}

std::string own_connection(const ConnectionBench& bench) {
  return bench.input.device == nullptr ? std::string("give the device its connection string")
                                       : mend::connection_string(*bench.input.device);
}

// The key of a policy that is not the one the token names, or of any when it names none.
Findings key_of_policy(ConnectionBench& bench, std::string_view named) {
  for (const HubPolicy& policy : bench.input.hub->policies) {
    if (policy.name == named) continue;
    const std::optional<KeySlot> slot = verifying_slot(bench, policy);
    if (!slot) continue;
    const std::string mistake =
        named.empty() ? std::string("but the token does not name the policy")
                      : fmt::format("but the token names '{}'", base::printable(named, 64));
    return {
        {Cause::kKeyOfHubPolicy, true,
         fmt::format("The device signs with the {} key of the hub's policy '{}', {}. A policy's "
                     "key opens every device; better give it its own key.",
                     to_string(*slot), policy.name, mistake),
         own_connection(bench)}};
  }
  return {};
}

}  // namespace

Findings policy_not_named(ConnectionBench& bench) {
  if (bench.input.hub == nullptr || !bench.mac.key_name.empty()) return {};
  return key_of_policy(bench, {});
}

Findings policy_named(ConnectionBench& bench) {
  const domain::Hub* hub = bench.input.hub;
  if (hub == nullptr || bench.mac.key_name.empty()) return {};
  const std::string name = base::printable(bench.mac.key_name, 64);
  const std::vector<DeviceKey> keys = own_keys(bench);
  if (verifying(bench.test, keys) != nullptr) {
    return {
        {Cause::kHubPolicyUnfit, true,
         fmt::format("The token names policy '{}', but is signed with the device's own key.", name),
         "leave `skn` out of the token"}};
  }
  const auto policy =
      std::find_if(hub->policies.begin(), hub->policies.end(),
                   [&](const HubPolicy& each) { return each.name == bench.mac.key_name; });
  if (policy == hub->policies.end()) {
    return {{Cause::kHubPolicyUnfit, true,
             fmt::format("The token names policy '{}', which hub '{}' does not have.", name,
                         hub->name.text()),
             mend::show_hub(hub->name.text())}};
  }
  if (!lets_connect(*policy)) {
    return {{Cause::kHubPolicyUnfit, true,
             fmt::format("The token names policy '{}' of hub '{}', which does not let devices "
                         "connect.",
                         name, hub->name.text()),
             own_connection(bench)}};
  }
  const std::optional<std::size_t> retired = retired_index(bench, *policy);
  if (retired) {
    return {{Cause::kRetiredKey, true,
             fmt::format("The token is signed with the {} key that policy '{}' of hub '{}' had {}.",
                         to_string(policy->keys.retired[*retired].slot), name, hub->name.text(),
                         to_text(retirement_of(policy->keys, *retired))),
             mend::show_hub(hub->name.text())}};
  }
  return key_of_policy(bench, bench.mac.key_name);
}

}  // namespace berth::attestation
