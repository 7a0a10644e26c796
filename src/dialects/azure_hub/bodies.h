// The JSON that devices are sent (azure-iot-hub.md §2.6).
//
// Room dialects/azure_hub. Documents of the domain are JSON objects that were validated when they
// entered; they are spliced as text, so that a device reads its numbers as they were written.
// Thread rule: pure functions.
#pragma once

#include "domain/hub_operations.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace berth::dialects::azure_hub {

// The object with "$version" as its last member.
std::string with_version(std::string_view object, std::uint64_t version);

// {"desired":{…,"$version":4},"reported":{…,"$version":7}}: no metadata, no tags, no etag (§8.31).
std::string twin_body(const domain::Twin& twin);

// {"errorCode":400004,"trackingId":…,"message":…,"info":{},"timestampUtc":…}: the Node client looks
// at nothing else (§0.4).
struct ErrorBody {
  int code = 500001;
  std::string message;
  std::string tracking_id;
  TimePoint at;
};
std::string error_body(const ErrorBody& error);

}  // namespace berth::dialects::azure_hub
