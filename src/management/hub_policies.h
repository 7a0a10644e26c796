// The policies of hubs: named pairs of keys that services sign with (azure-iot-hub.md §1.3). Every
// hub has the five that its clients expect; which further ones there may be is not ours to say.
//
// Room management. Thread rule: pure functions beside the vault and the random generator.
#pragma once

#include "management/call.h"

#include <string_view>

namespace berth::management {

inline constexpr std::size_t kPolicyKeyBytes = 32;

// Gives the hub those default policies that it lacks, with random keys; false when it lacks none.
bool add_default_policies(const Means& ports, domain::Hub& hub);

// None when the hub has no such policy.
domain::HubPolicy* find_policy(domain::Hub& hub, std::string_view name);
// kNotFound with the names there are.
Error unknown_policy(const domain::Hub& hub, std::string_view name);

// Whether a connection string holds a key of a policy that may link the hub, which takes
// registryWrite and serviceConnect (azure-dps.md §6.7). kInvalid says what is wrong: the host, the
// policy, its permissions, or the key, and of a key that it was replaced. Keys are compared in
// constant time.
Result<void> check_proof(const Means& ports, const domain::Hub& hub, const domain::HubProof& proof);

}  // namespace berth::management
