// Connection strings of hub policies (azure-iot-hub.md §1.1), which prove that who links a hub
// holds a key of it: "HostName=…;SharedAccessKeyName=…;SharedAccessKey=…".
//
// Room dialects. Thread rule: pure function.
#pragma once

#include "base/result.h"
#include "domain/operations.h"

#include <string_view>

namespace berth::dialects::admin {

inline constexpr std::size_t kConnectionStringBytesMax = 1024;

// kInvalid names the part that is missing or wrong and quotes nothing of the string. Parts that
// another kind of connection string has are named as such.
Result<domain::HubProof> read_hub_connection_string(std::string_view text);

}  // namespace berth::dialects::admin
