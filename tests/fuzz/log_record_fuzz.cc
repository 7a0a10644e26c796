// rooms: store
// What the telemetry log reads back from disk: a record is either refused or exactly what would be
// written for what was read; so are marks and cursors; a write-ahead log of any bytes gives only
// records whose every fragment has its checksum.
#include "base/check.h"
#include "store/rocksdb/cursor.h"
#include "store/rocksdb/marks.h"
#include "store/rocksdb/record.h"
#include "store/rocksdb/wal_reader.h"

#include <cstddef>
#include <cstdint>
#include <sstream>

namespace {

namespace rocks = berth::store::rocksdb;

void check_record(std::string_view bytes) {
  const auto head = rocks::decode_head(bytes);
  const auto record = rocks::decode_event(bytes);
  if (!record) return;
  BERTH_CHECK(head.has_value() && "a whole record has a head");
  BERTH_CHECK((head->device == record->event.device.text()) && "of the same device");
  BERTH_CHECK((head->position.sequence == record->position.sequence) && "at the same place");
  BERTH_CHECK((rocks::encode_event(record->event, record->position) == bytes) &&
              "nothing else is written like this");
}

void check_others(std::string_view bytes) {
  if (const auto marks = rocks::decode_marks(bytes)) {
    BERTH_CHECK((rocks::encode_marks(*marks) == bytes) && "marks have one spelling");
  }
  const auto hub = berth::domain::HubName::trusted("hub-one");
  if (const auto cursor = rocks::decode_cursor(hub, bytes)) {
    BERTH_CHECK((rocks::encode_cursor(hub, *cursor) == bytes) && "cursors have one spelling");
  }
  if (const auto ordinal = rocks::decode_ordinal(bytes)) {
    BERTH_CHECK((rocks::encode_ordinal(*ordinal) == bytes) && "ordinals have one spelling");
  }
}

void check_wal(std::string_view bytes) {
  std::istringstream in{std::string(bytes)};
  std::size_t total = 0;
  rocks::read_wal(in, [&](const std::string& record) {
    total += record.size();
    return true;
  });
  BERTH_CHECK((total <= bytes.size()) && "records come from the file");
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  check_record(bytes);
  check_others(bytes);
  check_wal(bytes);
  return 0;
}
