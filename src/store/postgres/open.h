// Opens a PostgreSQL store: migrates the schema under an advisory lock, then starts the runner that
// the options ask for.
//
// Room store/postgres. Thread rule: any thread; blocks while it connects.
#pragma once

#include "store/sql/runner.h"

namespace berth::store::postgres {

// `options.url` begins with "postgresql://" or "postgres://". Errors: see store/store.h.
Result<std::unique_ptr<Store>> open(const StoreOptions& options, const Clock& clock);

}  // namespace berth::store::postgres
