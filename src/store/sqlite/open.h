// Opens a SQLite store: migrates the schema, then starts the runner that the options ask for.
//
// Room store/sqlite. Thread rule: any thread.
#pragma once

#include "store/sql/runner.h"
#include "store/sqlite/connection.h"

namespace berth::store::sqlite {

// `path` is what follows "sqlite:". Errors: see store/store.h.
Result<std::unique_ptr<Store>> open(std::string_view path, const StoreOptions& options,
                                    const Clock& clock);

// The same with every setting of the connection; for tests.
Result<std::unique_ptr<Store>> open(const Options& connection, const StoreOptions& options,
                                    const Clock& clock);

}  // namespace berth::store::sqlite
