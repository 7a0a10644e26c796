// Where refused connections go to be explained and recorded, off the request path. Implemented in
// app/ over the explainer.
//
// Room hub/ports. Thread rule: any thread; never blocks, drops and counts when its queue is full.
#pragma once

#include "domain/claim.h"
#include "domain/records.h"
#include "domain/trail.h"

#include <optional>

namespace berth::hub {

class Refusals {
 public:
  virtual ~Refusals() = default;
  // `device` is the identity the claim named, when it exists. `trail` has operation "connect", hub
  // and device_id set as far as they are known, and the scope of the device.
  virtual void connection_refused(domain::Claim claim, domain::Trail trail,
                                  std::optional<domain::Device> device) = 0;
};

}  // namespace berth::hub
