// Twins: read, changed by operators, changed by their devices. What a write does to a document is
// in twin_document.h; here is when it may, who hears of it, and what happens when two write at
// once.
//
// Room hub. Thread rule: any thread; writes of one device take turns.
#pragma once

#include "base/task.h"
#include "domain/hub_operations.h"
#include "domain/records.h"
#include "hub/device_key.h"
#include "hub/ports/service.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace berth::hub {

struct Core;

// The twin of an identity that nobody has written yet.
domain::Twin first_twin(const domain::Device& device);

Task<Result<domain::Twin>> load_twin(std::shared_ptr<Core> core, DeviceKey key);

// Told to the device if it is connected and listens; a connection too slow to hear it ends, because
// one that has missed a change would never notice.
Task<Result<domain::Twin>> update_twin(std::shared_ptr<Core> core,
                                       std::unique_ptr<TwinUpdate> update);

// TwinRead, after the patches that the device sent before it.
Task<domain::HubResult> read_own_twin(std::shared_ptr<Core> core, DeviceKey key);
struct ReportedWrite {
  std::string text;            // a JSON object
  bool replaces = false;       // as SectionWrite
  bool whole_members = false;  // as SectionWrite
  std::optional<std::uint64_t> base_version;
};
// As stored. Refused: kDocumentInvalid, kDocumentTooLarge, kVersionNotCurrent, trouble of the
// store.
Task<Result<domain::Twin, domain::HubRefused>> write_reported(std::shared_ptr<Core> core,
                                                              DeviceKey key, ReportedWrite write);
// ReportedPatched.
Task<domain::HubResult> patch_reported(std::shared_ptr<Core> core, DeviceKey key,
                                       domain::PatchReported command);

}  // namespace berth::hub
