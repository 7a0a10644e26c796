// Notices, while RocksDB replays its write-ahead log, that events are missing in it: RocksDB goes
// on behind damage without a word.
//
// Room store/rocksdb. Thread rule: used by one opening.
#pragma once

#include "store/rocksdb/engine_options.h"
#include "store/rocksdb/record.h"

#include <rocksdb/wal_filter.h>
#include <rocksdb/write_batch.h>

#include <map>

namespace berth::store::rocksdb {

class WalWatch final : public rdb::WalFilter, private rdb::WriteBatch::Handler {
 public:
  const char* Name() const override { return "berth.watch"; }
  // Events that are not there although later ones of the same hub are.
  std::uint64_t missing() const { return missing_; }

  WalProcessingOption LogRecordFound(unsigned long long, const std::string&,
                                     const rdb::WriteBatch& batch, rdb::WriteBatch*,
                                     bool*) override {
    batch.Iterate(this).PermitUncheckedError();
    return WalProcessingOption::kContinueProcessing;
  }

 private:
  rdb::Status PutCF(std::uint32_t family, const rdb::Slice& key, const rdb::Slice&) override {
    const auto ordinal = family == 0 ? std::nullopt : decode_ordinal(key.ToStringView());
    if (!ordinal) return rdb::Status::OK();
    const auto [last, first] = last_.try_emplace(family, *ordinal);
    if (!first && *ordinal > last->second + 1) missing_ += *ordinal - last->second - 1;
    last->second = *ordinal;
    return rdb::Status::OK();
  }
  rdb::Status DeleteCF(std::uint32_t, const rdb::Slice&) override { return rdb::Status::OK(); }
  void LogData(const rdb::Slice&) override {}

  std::map<std::uint32_t, std::uint64_t> last_;  // by family
  std::uint64_t missing_ = 0;
};

}  // namespace berth::store::rocksdb
