// A hub with policies, a device of it and a client that connects to it, for the tests of
// attestation.
//
// Room attestation, tests. Thread rule: one test.
#pragma once

#include "attestation/tests/bench.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace berth::attestation {

inline constexpr std::int64_t kHubNow = 1'899'996'400;
inline constexpr std::int64_t kHubExpiry = 1'900'000'000;

// The key of a policy is its name, made long enough.
inline Secret policy_key(std::string_view name, domain::KeySlot slot) {
  return Secret::from_text(std::string(name) + '/' + std::string(to_string(slot)) + "/0123456789");
}

inline domain::Hub make_hub(TestVault& vault, const std::string& name = "hub-1") {
  using domain::HubPermission;
  using domain::KeySlot;
  domain::Hub hub;
  hub.name = *domain::HubName::parse(name);
  hub.host = name + ".example";
  const std::pair<const char*, std::vector<HubPermission>> policies[] = {
      {"device", {HubPermission::kDeviceConnect}},
      {"iothubowner", {HubPermission::kDeviceConnect, HubPermission::kServiceConnect}},
      {"service", {HubPermission::kServiceConnect}},
  };
  for (const auto& [policy, permissions] : policies) {
    const std::string context = domain::hub_policy_context(hub.name, policy);
    domain::HubPolicy made{policy, permissions, {}};
    made.keys.primary = vault.seal(policy_key(policy, KeySlot::kPrimary), context);
    made.keys.secondary = vault.seal(policy_key(policy, KeySlot::kSecondary), context);
    hub.policies.push_back(std::move(made));
  }
  return hub;
}

inline domain::Device make_device(TestVault& vault, const std::string& id, const Secret& primary,
                                  const Secret& secondary, const std::string& hub = "hub-1") {
  domain::Device device;
  device.hub = *domain::HubName::parse(hub);
  device.id = *domain::DeviceId::parse(id);
  device.scope = *domain::ScopeId::parse(std::string(kScope));
  const std::string context = domain::device_key_context(device.hub, device.id);
  device.keys.emplace();
  device.keys->primary = vault.seal(primary, context);
  device.keys->secondary = vault.seal(secondary, context);
  return device;
}

// Adds a key that was replaced, as the newest.
inline void retire(TestVault& vault, domain::Device& device, const Secret& key,
                   domain::KeySlot slot, std::int64_t at) {
  const std::string context = domain::device_key_context(device.hub, device.id);
  device.keys->retired.insert(device.keys->retired.begin(),
                              {vault.seal(key, context), slot, base::from_unix_seconds(at)});
}

struct HubTokenSpec {
  std::string id = "Dev-1";
  std::string host = "hub-1.example";  // the client connects to, and names in `sr`
  std::string resource;                // `sr` as sent; made from host and id when empty
  std::string key_name;
  std::int64_t expiry = kHubExpiry;
  std::string signed_text;
};

inline domain::Claim make_hub_claim(const HubTokenSpec& spec, std::span<const std::uint8_t> key) {
  const std::string audience = spec.host + "/devices/" + spec.id;
  TokenSpec token;
  token.id = spec.id;
  token.scope.clear();
  token.resource = spec.resource.empty() ? base::percent_encode(audience) : spec.resource;
  token.expiry = spec.expiry;
  token.signed_text = spec.signed_text;
  domain::Claim claim = make_claim(token, key);
  claim.host = spec.host;
  auto& mac = std::get<domain::MacOverText>(claim.evidence);
  mac.expected_audience = audience;
  mac.key_name = spec.key_name;
  return claim;
}

}  // namespace berth::attestation
