// Who controls whom: relations between identities, each of which goes with either of the two.
//
// Room store/sql. Plain synchronous functions over a Connection, safe to run again. Functions that
// note "one statement" may run outside a transaction (Lane::kRead); the others need one.
// Thread rule: the thread of the connection.
#pragma once

#include "provisioning/ports/registrations.h"
#include "store/sql/connection.h"

#include <string>
#include <vector>

namespace berth::store::sql {

Result<std::unique_ptr<provisioning::Dossier>> read_control_dossier(
    Connection& connection, const std::string& group_key, const std::string& member,
    const std::string& registration_key, const std::string& controller);

struct Control {
  domain::HubName controller_hub;
  domain::DeviceId controller;
  domain::HubName hub;
  domain::DeviceId device;
};
// Also when it is there already. kNotFound when one of the two is gone, kTooMany beyond
// kControlledMax or kControllersMax.
Result<void> add_control(Connection& connection, const Control& control);
Result<void> take_control(Connection& connection, const provisioning::ControlTaken& taken);

// Where an identity is; no id: nowhere.
struct Place {
  domain::HubName hub;
  domain::DeviceId id;
  bool operator==(const Place&) const = default;
};
// An identity that moves takes along whom it controls and who controls it. Both its places must be
// there.
Result<void> move_controls(Connection& connection, const Place& from, const Place& to);

// One statement.
Result<std::vector<domain::DeviceId>> read_controlled(Connection& connection,
                                                      const domain::HubName& hub,
                                                      const domain::DeviceId& controller);
// One statement; of devices that connect without naming a hub.
Result<bool> does_control(Connection& connection, const domain::DeviceId& controller,
                          const domain::DeviceId& device);
struct Release {
  domain::HubName hub;
  domain::DeviceId controller;
  std::vector<domain::DeviceId> devices;  // none: all
  domain::AuditRecord audit;              // written when there was anything to release
};
Result<std::uint64_t> release_control(Connection& connection, const Release& release);

}  // namespace berth::store::sql
