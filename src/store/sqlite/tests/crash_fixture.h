// What the tests of power failures share: a store on a disk that forgets, set up so that
// checkpoints and new logs are among the moments at which it fails.
//
// Room store/sqlite tests. Thread rule: the test's main thread.
#pragma once

#include "store/conformance/suite.h"
#include "store/sqlite/open.h"
#include "store/sqlite/tests/crash_vfs.h"
#include "store/sqlite/tests/temporary_folder.h"

#include <string>

namespace berth::store::sqlite {

inline Options crash_options(Sync sync, const CrashVfs& vfs, const TemporaryFolder& folder) {
  Options options;
  options.path = folder.file("berth.db");
  options.vfs = vfs.name();
  options.sync = sync;
  options.checkpoint_frames = 30;
  options.restart_frames = 90;
  options.busy_timeout = std::chrono::milliseconds(200);
  return options;
}

// Creates it; false once the store fails.
template <class What>
bool create(Store& store, What what) {
  auto change = std::make_unique<management::Change>();
  change->what = std::move(what);
  change->expectation = management::MustNotExist{};
  change->audit = conformance::make_audit("setup");
  return conformance::wait(store.catalog().apply(std::move(change))).has_value();
}

inline bool prepare(Store& store) {
  return create(store, management::PutScope{conformance::make_scope()}) &&
         create(store, management::PutHub{conformance::make_hub()});
}

// What is wrong with the file; empty: nothing.
inline std::string check_integrity(const TemporaryFolder& folder) {
  Options options;
  options.path = folder.file("berth.db");
  auto connection = Connection::open(options);
  if (!connection) return connection.error().what;
  for (const sql::Sql check :
       {sql::Sql("PRAGMA integrity_check"), sql::Sql("SELECT 'ok' WHERE NOT EXISTS "
                                                     "(SELECT 1 FROM pragma_foreign_key_check)")}) {
    auto row = (*connection)->run(check, {});
    if (!row) return row.error().what;
    const auto found = row->next();
    if (!found || !*found || row->text(0) != "ok") return "the file is damaged";
  }
  return "";
}

}  // namespace berth::store::sqlite
