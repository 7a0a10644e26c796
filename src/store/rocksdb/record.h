// How an event is kept: its key and its record.
//
// The key is the event's ordinal in its hub's log, so one scan reads all partitions in the order of
// arrival; partition and sequence are in the record. RocksDB's checksums cover what is on disk; a
// record that still is not what encode_event() writes is refused, never guessed at.
// Room store/rocksdb. Thread rule: pure functions.
#pragma once

#include "domain/message.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace berth::store::rocksdb {

// Beside the message there are names and lengths; nothing that a hub lets in is larger.
inline constexpr std::size_t kRecordBytesMax = 1024 * 1024;

std::string encode_ordinal(std::uint64_t ordinal);
std::optional<std::uint64_t> decode_ordinal(std::string_view key);

// `event.hub` is not in the record: its family names it.
std::string encode_event(const domain::Event& event, const domain::EventPosition& position);

struct Record {
  domain::EventPosition position;
  domain::Event event;
};
// The first few fields, without copying.
struct RecordHead {
  domain::EventPosition position;
  TimePoint enqueued_at;
  std::string_view device;
};
std::optional<RecordHead> decode_head(std::string_view record);
std::optional<Record> decode_event(std::string_view record);

// A device's partition, the same for ever for the same count.
std::uint32_t partition_of(const domain::DeviceId& device, std::uint32_t partitions);

}  // namespace berth::store::rocksdb
