// What a gateway may speak for: the devices bound to it, as last read from the store, and the acts
// of binding and unbinding.
//
// Room hub. One for each connection that has used any of it, owned by its attachment and used by it
// alone; shares the Core. Thread rule: as the attachment.
#pragma once

#include "base/clock.h"
#include "base/task.h"
#include "domain/hub_operations.h"
#include "hub/admission.h"
#include "hub/device_key.h"
#include "hub/ports/device_store.h"

#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace berth::hub {

struct Core;

class Bindings {
 public:
  // `gateway` and `scope` are those of the connection.
  Bindings(std::shared_ptr<Core> core, DeviceKey gateway, domain::ScopeId scope);

  struct Bound {
    std::optional<Rejection> rejection;         // nothing was bound: leaves a trail
    std::optional<domain::HubRefused> trouble;  // of the store
    std::optional<domain::Device> device;       // that the claim names
  };
  // Reasons: kDeviceUnknown (also when it is in another scope), kDeviceDisabled, those of
  // Authenticator::authenticate.
  Task<Bound> bind(domain::Claim claim);
  // None: done, also when it was not bound.
  Task<std::optional<domain::HubRefused>> unbind(std::string device);
  // All, ordered by device id.
  Task<Result<std::vector<Binding>>> all();
  // The device of that id, if it is bound.
  Task<Result<std::optional<DeviceKey>>> find(std::string device);

 private:
  Task<Result<void>> read();

  const std::shared_ptr<Core> core_;
  const DeviceKey gateway_;
  const domain::ScopeId scope_;
  std::optional<Instant> read_at_;
  std::vector<Binding> bound_;
};

}  // namespace berth::hub
