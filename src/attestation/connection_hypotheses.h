// The hypotheses of connection_rivals.h, one function each: about keys (connection_keys.cc), about
// policies of the hub (connection_policies.cc) and about whom the token is for
// (connection_places.cc). Each gives the findings it can support, likeliest first, or none.
//
// Room attestation. Thread rule: as the bench, one refusal and one thread.
#pragma once

#include "attestation/rival_hypotheses.h"
#include "attestation/signature_test.h"

#include <string>
#include <vector>

namespace berth::attestation {

struct ConnectionBench {
  const provisioning::ConnectionInput& input;
  const domain::MacOverText& mac;
  const RivalTools& tools;
  SignatureTest test;
  std::string registration_id;  // that a group's key is derived for
};

// The two keys of a device; those that do not open are left out.
std::vector<DeviceKey> keys_of(provisioning::Vault& vault, const domain::Device& device);
std::vector<DeviceKey> own_keys(ConnectionBench& bench);
// The one that verifies, or null.
const DeviceKey* verifying(SignatureTest& test, const std::vector<DeviceKey>& keys);
// "device 'd' of hub 'h'"; one of another scope is not named.
std::string name_of(const ConnectionBench& bench, const domain::Device& other);

// connection_keys.cc
Findings key_replaced_at_hub(ConnectionBench& bench);
Findings key_replaced_at_owner(ConnectionBench& bench);
Findings key_not_issued_yet(ConnectionBench& bench);
Findings owner_key_underived(ConnectionBench& bench);
Findings own_key_mistaken(ConnectionBench& bench);
Findings key_for_other_spelling(ConnectionBench& bench);
Findings key_of_other_device(ConnectionBench& bench);
Findings own_texts(ConnectionBench& bench);
// For a device or host that is not known: whose key it is.
Findings key_of_known_device(ConnectionBench& bench);

// connection_policies.cc
Findings policy_named(ConnectionBench& bench);
Findings policy_not_named(ConnectionBench& bench);

// connection_places.cc
Findings made_for_another_place(ConnectionBench& bench);

}  // namespace berth::attestation
