// What enrollments, groups and products have in common: status, hubs, policies, the first twin.
// Room cli, private to it. Thread rule: as Invocation.
#pragma once

#include "cli/invocation.h"

#include <boost/json/object.hpp>

#include <vector>

namespace berth::cli {

// The flags, with those that say how devices prove themselves in their midst.
std::vector<Flag> enrollment_flags(std::vector<Flag> proof);
// What they say, as members of the API.
Try<void> put_enrollment(json::object& body, Invocation& run);

}  // namespace berth::cli
