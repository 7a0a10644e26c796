#include "store/rocksdb/engine_options.h"

#include "base/codec.h"

#include <fmt/format.h>
#include <rocksdb/cache.h>
#include <rocksdb/convenience.h>
#include <rocksdb/listener.h>
#include <rocksdb/table.h>

#include <algorithm>

namespace berth::store::rocksdb {
namespace {

constexpr std::size_t kMebibyte = 1024 * 1024;
constexpr std::size_t kBlockBytes = 16 * 1024;
constexpr std::size_t kBlockCacheBytes = 8 * kMebibyte;
constexpr std::size_t kWriteBufferBytes = 4 * kMebibyte;
constexpr std::size_t kAllWriteBuffersBytes = 64 * kMebibyte;
constexpr std::size_t kMarksBufferBytes = kMebibyte;
constexpr std::uint64_t kWalBytesMax = 64 * kMebibyte;
constexpr int kOpenFilesMax = 512;
// Small files, which a full write-ahead log forces quiet hubs to write, are merged in such numbers.
constexpr int kFilesToMerge = 8;

rdb::CompressionType compression() {
  const std::vector<rdb::CompressionType> known = rdb::GetSupportedCompressions();
  const bool has_lz4 = std::find(known.begin(), known.end(), rdb::kLZ4Compression) != known.end();
  return has_lz4 ? rdb::kLZ4Compression : rdb::kNoCompression;
}

rdb::BlockBasedTableOptions table_options(const std::shared_ptr<rdb::Cache>& cache) {
  rdb::BlockBasedTableOptions table;
  table.block_cache = cache;
  table.block_size = kBlockBytes;
  table.checksum = rdb::kXXH3;
  table.format_version = 5;
  // A scan then reads no block of a file that it does not come to: with FIFO all files are merged,
  // and a damaged one would otherwise stop readers of the others.
  table.index_type = rdb::BlockBasedTableOptions::kBinarySearchWithFirstKey;
  return table;
}

// The log asks RocksDB to go on, once a second; a thread of RocksDB that does so too gets in its
// way.
class NoRecoveryByItself final : public rdb::EventListener {
 public:
  void OnErrorRecoveryBegin(rdb::BackgroundErrorReason, rdb::Status, bool* auto_recovery) override {
    *auto_recovery = false;
  }
};

const std::shared_ptr<rdb::Cache>& block_cache() {
  static const std::shared_ptr<rdb::Cache> cache = rdb::NewLRUCache(kBlockCacheBytes);
  return cache;
}

}  // namespace

rdb::DBOptions database_options(rdb::Env* env) {
  rdb::DBOptions options;
  options.env = env;
  options.create_if_missing = true;
  options.paranoid_checks = true;
  options.max_open_files = kOpenFilesMax;
  options.max_background_jobs = 2;
  options.max_total_wal_size = kWalBytesMax;
  options.db_write_buffer_size = kAllWriteBuffersBytes;
  options.allow_concurrent_memtable_write = false;  // there is one writer
  options.enable_write_thread_adaptive_yield = false;
  // Past a damaged stretch of the write-ahead log there are good records: they are served, and the
  // ordinals tell readers what is missing. A torn end is no damage.
  options.wal_recovery_mode = rdb::WALRecoveryMode::kSkipAnyCorruptedRecords;
  options.listeners.push_back(std::make_shared<NoRecoveryByItself>());
  options.skip_stats_update_on_db_open = true;
  options.stats_dump_period_sec = 0;
  options.stats_persist_period_sec = 0;
  options.info_log_level = rdb::WARN_LEVEL;
  options.max_log_file_size = kMebibyte;
  options.keep_log_file_num = 2;
  options.max_manifest_file_size = 4 * kMebibyte;
  return options;
}

rdb::ColumnFamilyOptions marks_options() {
  rdb::ColumnFamilyOptions options;
  options.write_buffer_size = kMarksBufferBytes;
  options.compression = rdb::kNoCompression;
  options.table_factory.reset(rdb::NewBlockBasedTableFactory(table_options(block_cache())));
  return options;
}

rdb::ColumnFamilyOptions events_options(const LogOptions& options) {
  rdb::ColumnFamilyOptions family;
  family.compaction_style = rdb::kCompactionStyleFIFO;
  family.compaction_options_fifo.max_table_files_size = options.bytes_max;
  family.compaction_options_fifo.allow_compaction = true;
  family.level0_file_num_compaction_trigger = kFilesToMerge;
  // The log drops old files itself, by the time of the events in them. Both must be 0: with the
  // second at its default the engine makes the first 30 days, and then takes every file that is not
  // open for an old one. At a start it opens sixteen.
  family.ttl = 0;
  family.periodic_compaction_seconds = 0;
  family.num_levels = 1;
  family.write_buffer_size = kWriteBufferBytes;
  family.max_write_buffer_number = 2;
  family.arena_block_size = 64 * 1024;
  family.compression = compression();
  family.table_factory.reset(rdb::NewBlockBasedTableFactory(table_options(block_cache())));
  return family;
}

Error to_error(const rdb::Status& status, std::string_view what) {
  std::string text =
      fmt::format("telemetry log: {}: {}", what, base::printable(status.ToString(), 512));
  if (status.IsNoSpace()) {
    return {
        ErrorKind::kUnavailable, std::move(text),
        "free space on the disk of the telemetry log, or lower its limits; it goes on by itself"};
  }
  return {ErrorKind::kUnavailable, std::move(text),
          "check the disk and the rights of the telemetry log's directory"};
}

bool may_pass(const rdb::Status& status) {
  if (status.IsNoSpace() || status.IsMemoryLimit() || status.IsBusy() || status.IsTryAgain()) {
    return true;
  }
  if (!status.IsIOError()) return false;
  const std::string text = status.ToString();
  for (const std::string_view each :
       {"Permission denied", "Read-only file system", "Too many open files", "No space left",
        "Disk quota exceeded", "Cannot allocate memory", "lock "}) {
    if (text.find(each) != text.npos) return true;
  }
  return false;
}

}  // namespace berth::store::rocksdb

#if defined(__has_feature)
#if __has_feature(thread_sanitizer)
// The library is not built with ThreadSanitizer, which therefore sees some of its accesses (in
// inline functions that both sides have) but not the atomic counters that order them. Reports with
// one of its functions in a stack are no reports; everything of ours is watched.
extern "C" const char* __tsan_default_suppressions();
extern "C" const char* __tsan_default_suppressions() { return "race:librocksdb.so\n"; }
#endif
#endif
