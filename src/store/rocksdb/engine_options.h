// How RocksDB is set up for the log, and its errors in our words.
//
// Room store/rocksdb. Memory is small by default: one block cache of 8 MB for everything, write
// buffers of 4 MB, at most two for each hub and 64 MB for all, a few hundred open files.
// Thread rule: pure functions.
#pragma once

#include "base/result.h"
#include "store/rocksdb/open.h"

#include <rocksdb/db.h>

#include <string>
#include <string_view>

namespace berth::store::rocksdb {

namespace rdb = ::rocksdb;  // our namespace has the library's name

inline constexpr std::string_view kHubFamilyPrefix = "hub.";
inline constexpr std::string_view kMarksKeyPrefix = "hub/";

rdb::DBOptions database_options(rdb::Env* env);
// Of the default family, which holds the marks: few keys, written over and over.
rdb::ColumnFamilyOptions marks_options();
// Of a hub's family: FIFO, limited in size.
rdb::ColumnFamilyOptions events_options(const LogOptions& options);

Error to_error(const rdb::Status& status, std::string_view what);
// Whether trouble may pass by itself (no space, no permission, no descriptors), so that nothing
// must be done to the files.
bool may_pass(const rdb::Status& status);

}  // namespace berth::store::rocksdb
