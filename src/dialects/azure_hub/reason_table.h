// What a device hears: one total table from the hub's reason to the service's six-digit code
// (azure-iot-hub.md §5.8).
//
// Room dialects/azure_hub. Thread rule: pure functions.
#pragma once

#include "domain/reason.h"
#include "wire/mqtt.h"

#include <string_view>

namespace berth::dialects::azure_hub {

struct Fault {
  int code = 500001;  // code / 1000 is the HTTP status
  std::string_view message;

  int status() const { return code / 1000; }
};

Fault fault_for(domain::Reason reason);

// CONNACK of a refused CONNECT: 5 for everything that is about the device, because 1, 2 and 4 make
// the C SDK give up for ever (§0.2); 3 where coming back later may help.
wire::MqttConnectCode connect_code_for(domain::Reason reason);

}  // namespace berth::dialects::azure_hub
