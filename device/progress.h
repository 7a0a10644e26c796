// What the provisioning service says of a registration, whatever carried it (azure-dps.md §1.3).
//
// Room device, private to it. Thread rule: pure functions over bytes of a server.
#pragma once

#include <optional>
#include <string>

namespace berth::device {

// An answer to register or to a poll.
struct Progress {
  std::string operation_id;
  std::string status;
  std::string hub;
  std::string device_id;
  std::string error;
};

// Nothing when it is no JSON object.
std::optional<Progress> read_state(const std::string& body);
// The message of an error's body, else the body, printable.
std::string error_text(const std::string& body);

}  // namespace berth::device
