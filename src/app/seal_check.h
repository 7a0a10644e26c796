// Whether the master key is the one that the store's keys were sealed with. A server that started
// with another would refuse every device and seal new keys that its siblings cannot open.
//
// Room app. Thread rule: start-up.
#pragma once

#include "base/task.h"
#include "management/ports/catalog.h"
#include "provisioning/ports/vault.h"

namespace berth::app {

// Opens one sealed key of the store, if one is found among the first enrollments. kInvalid when it
// does not open. The arguments are the caller's and outlive the Task.
Task<Result<void>> check_seals(management::Catalog& catalog, provisioning::Vault& vault);

}  // namespace berth::app
