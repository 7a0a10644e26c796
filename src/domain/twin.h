// The twin of a device: tags for operators only, desired properties from operators to the device,
// reported properties back (azure-iot-hub.md §6).
//
// Room domain. Documents are JSON objects as text that was validated when it entered. Until
// somebody writes it, a twin is not stored: it is made from the identity's initial twin.
// Thread rule: plain values.
#pragma once

#include "base/clock.h"
#include "domain/ids.h"

#include <cstdint>
#include <string>

namespace berth::domain {

// One of the two sections that a device sees. `metadata` mirrors `document`: every node has
// "$lastUpdated" (and, for desired, "$lastUpdatedVersion"). Never sent to devices.
struct TwinSection {
  std::string document = "{}";
  std::string metadata = "{}";
  std::uint64_t version = 1;  // +1 with every accepted write
  bool operator==(const TwinSection&) const = default;
};

struct Twin {
  HubName hub;
  DeviceId device;
  std::string tags = "{}";
  TwinSection desired;
  TwinSection reported;
  std::uint64_t etag = 1;  // +1 with every write of tags or desired; the operator's lock
  TimePoint updated_at;
  std::uint64_t version = 0;  // of the stored record; 0: not stored yet
};

}  // namespace berth::domain
