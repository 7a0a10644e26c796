// The names of devices or the serials of things that a file lists, each with the line it stands on
// and with what is wrong with it as far as no server is needed to see it.
//
// Room cli, private to it. Thread rule: pure functions.
#pragma once

#include "base/secret.h"
#include "cli/failure.h"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace berth::cli {

inline constexpr std::size_t kRosterFileMax = std::size_t{64} * 1024 * 1024;

struct RosterName {
  std::size_t line = 0;
  std::string name;
  std::string problem;                 // not empty: it cannot be a name
  std::optional<std::size_t> repeats;  // which earlier one of the list has the same name
  Secret enrolment = {};               // things only: a password of its own; empty: none
  Secret control = {};
};

// From a column called `name` (or `device_name`, `deviceName`, `DeviceName`), or from a file of one
// column without a header. `file` is what a failure calls the text.
Try<std::vector<RosterName>> read_roster(std::string_view text, const std::string& file);

// Serials with passwords: from columns called `serial` (or `hwid`, `serial_number`, `name`),
// `enroll_password` and `control_password`, or from a file of at most these three, in this order,
// without a header.
Try<std::vector<RosterName>> read_serials(std::string_view text, const std::string& file);

// The names given by hand, looked at in the same way.
std::vector<RosterName> roster_of(const std::vector<std::string>& names);

// Why the text cannot even be sent as a name; empty when it can.
std::string name_problem(std::string_view name);

}  // namespace berth::cli
