// Properties of devices: the reported section of their twins, one property at a time.
//
// Room hub. Thread rule: any io_context; shares the Core; writes of one device take turns. `caller`
// is kept by whoever awaits.
#pragma once

#include "base/task.h"
#include "hub/callers.h"
#include "hub/device_key.h"
#include "hub/property_text.h"
#include "hub/records.h"

#include <memory>

namespace berth::hub {

struct Core;

inline constexpr std::size_t kPropertiesPerRequestMax = 1'000;

// PropertiesRead. Rejections: kNotPermitted, kPropertyUnknown.
Task<Answer> read_properties(std::shared_ptr<Core> core, const Caller& caller,
                             domain::ReadProperties request);
// HubDone. Rejections: kNotPermitted, kRequestInvalid, kDocumentInvalid, kDocumentTooLarge.
Task<Answer> write_properties(std::shared_ptr<Core> core, const Caller& caller,
                              domain::WriteProperties request);

// Of a device that may be read or written.
Task<Result<domain::PropertiesRead, Rejection>> properties_of_device(std::shared_ptr<Core> core,
                                                                     DeviceKey key);
Task<Result<void, Rejection>> write_properties_of(std::shared_ptr<Core> core, DeviceKey key,
                                                  PropertyValues values, bool replaces);
// As Device::first_reported, checked.
Result<std::string, Rejection> first_properties(const PropertyValues& values, TimePoint now);

}  // namespace berth::hub
