// Reads a write-ahead log of RocksDB record by record, over damage: blocks of 32 KiB, in them
// fragments of records, each with a CRC-32C. RocksDB's own reader, in the mode that goes on behind
// damage, takes the next good record for damaged when both are longer than a block (7.8), and
// cannot be used without a database around it.
//
// Room store/rocksdb. A record is given only when each of its fragments is whole and follows the
// one before; everything else up to the next beginning of a record is left out and counted. Thread
// rule: pure function.
#pragma once

#include <cstdint>
#include <functional>
#include <istream>
#include <string>

namespace berth::store::rocksdb {

// Returns how many stretches were left out; a torn end is none. `each` returns false to stop.
std::uint64_t read_wal(std::istream& in,
                       const std::function<bool(const std::string& record)>& each);

}  // namespace berth::store::rocksdb
