// SQLite writes each page of a transaction to its log with two calls of the system. Here these
// pages wait until SQLite syncs the log, and then go to the file in one write: a group of commits
// costs one call where it cost hundreds.
//
// Nothing is promised any later or earlier than before. SQLite publishes a transaction to readers
// after the sync of its commit, so what waits is never looked for by another connection; the
// connection's own reads write it first. A write that fails fails the sync, and with it the commit,
// which SQLite then undoes; what waits of a transaction that is undone is forgotten. Only for
// connections that sync each commit (PRAGMA synchronous=FULL): without the sync readers would be
// sent to pages that are not in the file.
//
// Room store/sqlite. Works with files opened by SQLITE_OPEN_WAL; every other file is the base's
// own. Thread rule: gathered_log_vfs() any thread; a log belongs to the connection that opened it.
#pragma once

#include <string>

struct sqlite3;

namespace berth::store::sqlite {

// The name, for sqlite3_open_v2, of a VFS whose logs can gather, over the one called `base` (empty:
// SQLite's default). Registered at the first call, for the life of the process. `base` itself where
// SQLite knows none of that name.
std::string gathered_log_vfs(const std::string& base);

// Whether what `database` writes to its log from now on waits for a sync. Not between a write and
// the end of its transaction. Without effect where there is no log, or one of another VFS. Takes
// the connection's rollback hook.
void gather_log(sqlite3* database, bool gather);

}  // namespace berth::store::sqlite
