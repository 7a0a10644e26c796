// The paths of the device API (azure-dps.md §1.1), matched without case and percent-decoded once:
// some clients escape ids, others send them raw (§9.13).
//
// Room dialects/azure_dps. Thread rule: pure functions.
#pragma once

#include "dialects/azure_dps/reason_table.h"
#include "dialects/azure_dps/reply.h"

#include <string>
#include <string_view>
#include <variant>

namespace berth::dialects::azure_dps {

struct Route {
  Operation operation = Operation::kRegister;
  std::string scope;
  std::string registration_id;
  std::string operation_id;  // of a poll
};

struct NoRoute {
  Fault fault;
  std::string_view allow;  // for 405: the method that would do; empty if none
};

// Whether the path is one of this API's: /<anything>/registrations[/…].
bool is_device_path(std::string_view path);

// `path` is raw; is_device_path(path) holds.
std::variant<Route, NoRoute> find_route(std::string_view method, std::string_view path);

}  // namespace berth::dialects::azure_dps
