// What a device hears: one total table from the pipeline's reason to the service's six-digit code
// (azure-dps.md §1.6), and the faults this dialect finds by itself before there is a claim.
//
// Everything that would tell a stranger which ids, keys or enrollments exist is the same 401002;
// the trail behind the tracking id says the rest.
//
// Room dialects/azure_dps. Thread rule: pure functions.
#pragma once

#include "domain/reason.h"
#include "wire/mqtt.h"

#include <string>

namespace berth::dialects::azure_dps {

struct Fault {
  int code = 500001;  // code / 1000 is the HTTP status; several SDKs compute it so
  std::string message;

  int status() const { return code / 1000; }
  // Whether trying again may help: clients retry these over MQTT (azure-dps.md §2.5).
  bool transient() const { return status() >= 429; }
};

Fault fault_for(domain::Reason reason);

// CONNACK of a refused CONNECT: 5 makes SDKs report their authorisation error, 3 makes those that
// retry do so (azure-dps.md §2.2).
wire::MqttConnectCode connect_code_for(domain::Reason reason);

// Found by this dialect itself. `what` is about the request's form only.
Fault bad_version();
Fault bad_request(std::string what);
Fault too_large(std::size_t bytes_max);
Fault no_such_route();
Fault wrong_method();

}  // namespace berth::dialects::azure_dps
