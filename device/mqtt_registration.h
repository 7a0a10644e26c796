// Registering over MQTT: the same service and answers as registration.h, by topics (azure-dps.md
// §2.2, §2.3).
//
// Room device, private to it. Thread rule: belongs to the executor of whoever awaits it.
#pragma once

#include "base/clock.h"
#include "berth/device/registration.h"
#include "device/mqtt_client.h"

namespace berth::device {

// Connects, registers, polls until the device is assigned, disconnects. Timing::handshake stays
// zero. Everything passed outlives the call.
Task<Result<Registered, RegistrationError>> register_over_mqtt(const TlsContext& tls,
                                                               const MqttClient::Target& target,
                                                               const Credentials& credentials,
                                                               const RegistrationOptions& options,
                                                               const Clock& clock);

}  // namespace berth::device
