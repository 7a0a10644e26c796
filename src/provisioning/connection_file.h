// What the store knows around one refused connection to a hub, gathered for the explainer: the hub
// and its like, the identity and its like, and the enrollment whose keys it should have. Every read
// is bounded; what cannot be read is left out.
//
// Room provisioning. Thread rule: plain values; the gathering coroutine belongs to the explainer.
#pragma once

#include "domain/claim.h"
#include "domain/trail.h"
#include "provisioning/case_file.h"

#include <optional>
#include <vector>

namespace berth::provisioning {

struct ConnectionFile {
  std::optional<domain::Device> device;  // the identity the claim names
  std::optional<domain::Hub> hub;        // that it connects to
  std::vector<domain::Hub> hubs;
  std::vector<domain::Device> same_id;   // at other hubs
  std::vector<domain::Device> same_hub;  // other devices of the hub, near in the order of ids
  std::vector<domain::Scope> scopes;     // only when there is no such device or no such host
  CaseFile enrolled;  // `current` is the registration of the device, if it has one
};

// `device` is the identity the claim names, if the hub has it.
Task<ConnectionFile> gather_connection(RegistrationStore& store, ExplainSettings settings,
                                       domain::Claim claim, domain::HubName hub,
                                       std::optional<domain::Device> device);

}  // namespace berth::provisioning
