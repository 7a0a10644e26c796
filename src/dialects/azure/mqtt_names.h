// What the MQTT names of this vendor's services have in common: whose a user name is, and request
// ids that are echoed.
//
// Room dialects/azure. Thread rule: pure functions.
#pragma once

#include <string_view>

namespace berth::dialects::azure {

// "<scope>/registrations/<id>[/…]": a device that wants to be provisioned (azure-dps.md §2.2). Says
// so also of names that cannot be read in the end.
bool is_provisioning_user_name(std::string_view text);
// "<host>/<device>…" otherwise (azure-iot-hub.md §2.1). Never both.
bool is_hub_user_name(std::string_view text);

// Our own topics are made of the client's request ids, so they must be allowed in one (MQTT 3.1.1
// §1.5.3, §4.7.1) and bounded.
bool can_be_echoed(std::string_view request_id);

}  // namespace berth::dialects::azure
