// One allocation policy: which of the candidate hubs gets the device. Implementations live in
// allocation/ and are listed in app/registry.cc.
//
// Room provisioning/ports. Thread rule: const, any thread, no I/O.
#pragma once

#include "domain/records.h"
#include "provisioning/ports/attestor.h"
#include "provisioning/ports/registrations.h"

#include <span>

namespace berth::provisioning {

class Allocator {
 public:
  virtual ~Allocator() = default;
  virtual domain::AllocationPolicy policy() const = 0;
  // `candidates` is never empty, ordered by hub name, already filtered by the enrollment's hub list
  // and by apply_allocation. The same inputs give the same hub.
  virtual Result<std::size_t, Refusal> choose(const domain::RegistrationId& registration,
                                              const domain::Enrollment& enrollment,
                                              std::span<const HubCandidate> candidates) const = 0;
};

}  // namespace berth::provisioning
