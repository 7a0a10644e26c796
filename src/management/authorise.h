// Who may do what: one table from command to the least role and to how far a token's limit to one
// scope lets it reach. The use cases need not think of roles at all.
//
// Room management. Thread rule: pure functions.
#pragma once

#include "management/call.h"

#include <string_view>

namespace berth::management {

enum class Reach {
  kServer,    // touches the whole server: a token limited to a scope may not
  kScope,     // names a scope, which must be the token's
  kNarrowed,  // the use case shows a limited token its own scope's part only
  kAnybody,   // needs no token: what is presented is its own proof
};

struct Requirement {
  domain::Role role = domain::Role::kAdmin;
  Reach reach = Reach::kServer;
  std::string_view scope;          // for kScope: as given in the command, which it borrows from
  std::string_view what = "this";  // for refusals: what takes the role
};
Requirement requirement(const domain::ManagementCommand& command);

// kForbidden, saying which role or scope it takes.
Result<void> authorise(const Actor& actor, const domain::ManagementCommand& command);

// For kNarrowed commands that filter by scope: the filter to use, empty for all scopes. A limited
// token that asks for all gets its own; kForbidden when it asks for another.
Result<std::string> narrowed_scope(const Actor& actor, std::string asked);
// Whether a record of `scope` may be shown to the actor.
bool may_see(const Actor& actor, std::string_view scope);

}  // namespace berth::management
