// Records as they are when a device of a group has registered: what the pieces work on.
//
// Thread rule: pure functions.
#pragma once

#include "base/clock.h"
#include "domain/records.h"
#include "domain/trail.h"
#include "provisioning/ports/registrations.h"

#include <memory>
#include <string>

namespace berth::bench {

inline const domain::ScopeId kScope = domain::ScopeId::trusted("0neBE4C4001");
inline const domain::HubName kHub = domain::HubName::trusted("hub-1");

domain::Registration sample_registration(std::string id, TimePoint now);
// Of a registration that went well.
domain::Trail sample_trail(const domain::Registration& registration, std::uint64_t number);
// What is committed for a first registration.
std::unique_ptr<provisioning::Assignment> sample_assignment(std::string id, TimePoint now,
                                                            std::uint64_t number);

}  // namespace berth::bench
