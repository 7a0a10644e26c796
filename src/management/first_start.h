// What the server makes for itself when it starts: on an empty store a token, a hub and a scope; on
// an older one what its hubs lack.
//
// Room management. kConflict, kUnavailable. Thread rule: as use_cases.h; `ports` outlives the Task.
#pragma once

#include "management/call.h"

namespace berth::management {

// An admin token without limits.
Task<Result<domain::NewToken>> make_first_token(const Means& ports);

// `hub-1` at the server's own host, a scope, and the link between them; nothing when there is a
// scope. A crash in between is made good by the next start.
Task<Result<void>> make_first_scope(const Means& ports);

// The default policies of hubs that have none of that name.
Task<Result<void>> add_missing_policies(const Means& ports);

}  // namespace berth::management
