#include "management/hub_policies.h"

#include "management/keys.h"

#include <fmt/format.h>

#include <algorithm>

namespace berth::management {
namespace {

using domain::Hub;
using domain::HubPermission;
using domain::HubPolicy;

std::vector<HubPolicy> default_policies() {
  using enum HubPermission;
  const auto policy = [](std::string name, std::vector<HubPermission> permissions) {
    return HubPolicy{std::move(name), std::move(permissions), {}};
  };
  return {policy("device", {kDeviceConnect}),
          policy("iothubowner", {kRegistryRead, kRegistryWrite, kServiceConnect, kDeviceConnect}),
          policy("registryRead", {kRegistryRead}),
          policy("registryReadWrite", {kRegistryRead, kRegistryWrite}),
          policy("service", {kServiceConnect})};
}

std::string names_of(const Hub& hub) {
  std::vector<std::string> names;
  for (const HubPolicy& each : hub.policies) names.push_back(each.name);
  return fmt::format("{}", fmt::join(names, ", "));
}

bool permits(const HubPolicy& policy, HubPermission permission) {
  return std::find(policy.permissions.begin(), policy.permissions.end(), permission) !=
         policy.permissions.end();
}

Error misproven(std::string what, std::string mend) {
  return {ErrorKind::kInvalid, std::move(what), std::move(mend)};
}

std::string show_mend(const Hub& hub) {
  return fmt::format("take it anew from `berth hub connection-string {}`", hub.name.text());
}

Result<void> check_permissions(const Hub& hub, const HubPolicy& policy) {
  for (const HubPermission needed :
       {HubPermission::kRegistryWrite, HubPermission::kServiceConnect}) {
    if (permits(policy, needed)) continue;
    return Fail(misproven(fmt::format("policy '{}' of hub '{}' does not have the permission {}, "
                                      "which linking takes",
                                      policy.name, hub.name.text(), to_string(needed)),
                          "use a policy that has it, such as iothubowner"));
  }
  return {};
}

// When the key was one of the policy's once; every retired key is compared.
Result<const domain::RetiredKey*> find_retired(const Means& ports, const HubPolicy& policy,
                                               const Secret& key, const std::string& context) {
  const domain::RetiredKey* found = nullptr;
  for (const domain::RetiredKey& each : policy.keys.retired) {
    BERTH_TRY(const Secret old, ports.vault.open(each.key, context));
    if (old.equals(key) && found == nullptr) found = &each;
  }
  return found;
}

Result<void> check_key(const Means& ports, const Hub& hub, const HubPolicy& policy,
                       const Secret& key) {
  const std::string context = domain::hub_policy_context(hub.name, policy.name);
  BERTH_TRY(const domain::Keys keys, open_keys(ports, policy.keys, context));
  const bool primary = keys.primary.equals(key);
  const bool secondary = keys.secondary.equals(key);
  if (primary || secondary) return {};
  BERTH_TRY(const domain::RetiredKey* retired, find_retired(ports, policy, key, context));
  if (retired != nullptr) {
    return Fail(misproven(fmt::format("the key is an old {} key of policy '{}', replaced at {}",
                                      to_string(retired->slot), policy.name,
                                      base::format_utc(retired->retired_at, 0)),
                          show_mend(hub)));
  }
  return Fail(misproven(fmt::format("the key is neither the primary nor the secondary key of "
                                    "policy '{}' of hub '{}'",
                                    policy.name, hub.name.text()),
                        show_mend(hub)));
}

}  // namespace

bool add_default_policies(const Means& ports, Hub& hub) {
  bool added = false;
  for (HubPolicy& each : default_policies()) {
    if (find_policy(hub, each.name) != nullptr) continue;
    const std::string context = domain::hub_policy_context(hub.name, each.name);
    for (const auto slot : {domain::KeySlot::kPrimary, domain::KeySlot::kSecondary}) {
      const Secret key = ports.rng.secret(kPolicyKeyBytes);
      slot_of(each.keys, slot) = ports.vault.seal(key, context);
    }
    hub.policies.push_back(std::move(each));
    added = true;
  }
  std::sort(hub.policies.begin(), hub.policies.end(),
            [](const HubPolicy& a, const HubPolicy& b) { return a.name < b.name; });
  return added;
}

HubPolicy* find_policy(Hub& hub, std::string_view name) {
  const auto found = std::find_if(hub.policies.begin(), hub.policies.end(),
                                  [&](const HubPolicy& each) { return each.name == name; });
  return found == hub.policies.end() ? nullptr : &*found;
}

Error unknown_policy(const Hub& hub, std::string_view name) {
  return {ErrorKind::kNotFound,
          fmt::format("hub '{}' has no policy '{}'", hub.name.text(), base::printable(name, 64)),
          fmt::format("it has: {}", names_of(hub))};
}

Result<void> check_proof(const Means& ports, const Hub& hub, const domain::HubProof& proof) {
  if (base::ascii_lower(proof.host) != hub.host) {
    return Fail(misproven(fmt::format("the connection string is for the host {}, and hub '{}' is "
                                      "at {}",
                                      base::printable(proof.host, 253), hub.name.text(), hub.host),
                          "name the hub that the string belongs to, or take the string of this "
                          "one: berth hub connection-string " +
                              hub.name.text()));
  }
  const auto policy =
      std::find_if(hub.policies.begin(), hub.policies.end(),
                   [&](const HubPolicy& each) { return each.name == proof.policy; });
  if (policy == hub.policies.end()) {
    Error error = unknown_policy(hub, proof.policy);
    error.kind = ErrorKind::kInvalid;
    return Fail(std::move(error));
  }
  Result<void> permitted = check_permissions(hub, *policy);
  if (!permitted) return permitted;
  return check_key(ports, hub, *policy, proof.key);
}

}  // namespace berth::management
