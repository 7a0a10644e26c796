// A device as an object that clients read and change (cloudplugs.md §5.1, §5.8).
//
// Room dialects/cloudplugs. Thread rule: pure functions.
#pragma once

#include "base/result.h"
#include "domain/data.h"

#include <boost/json/object.hpp>

#include <string>
#include <string_view>

namespace berth::dialects::cloudplugs {

// No secrets.
std::string device_json(const domain::IdentityDescribed& described);

// The body of PATCH /device/ID: known members, or an object of properties (§5.1, Arduino).
Result<domain::DataRequest> read_device_edit(const std::string& device, std::string_view body);
// Of PATCH /device/ID/: an object of properties to merge, or null, which clears all.
Result<domain::DataRequest> read_property_edit(const std::string& device, std::string_view body);

// What `perm` asks for, on its own: of a prototype that is made.
Result<domain::DevicePermissions> read_permissions(const boost::json::object& perm);

}  // namespace berth::dialects::cloudplugs
