#include "store/rocksdb/record.h"

#include "store/rocksdb/bytes.h"

#include <array>

namespace berth::store::rocksdb {
namespace {

constexpr std::uint8_t kVersion = 1;
constexpr std::uint8_t kNoValue = 0;
constexpr std::uint8_t kValue = 1;

// The texts of a message in the order in which they are kept.
template <class Message>
auto texts_of(Message& message) {
  return std::array{&message.id,        &message.correlation_id, &message.user_id,
                    &message.to,        &message.content_type,   &message.content_encoding,
                    &message.component, &message.interface_id,   &message.created_at,
                    &message.expires_at};
}

// Kept for ever: an enumerator's number may change, these may not.
std::uint8_t code_of(domain::EventKind kind) {
  switch (kind) {
    case domain::EventKind::kTelemetry:
      return 1;
    case domain::EventKind::kFeedback:
      return 2;
  }
  return 0;
}

std::optional<domain::EventKind> kind_of(std::uint8_t code) {
  if (code == 1) return domain::EventKind::kTelemetry;
  if (code == 2) return domain::EventKind::kFeedback;
  return std::nullopt;
}

void write_head(ByteWriter& out, const domain::Event& event,
                const domain::EventPosition& position) {
  out.byte(kVersion);
  out.fixed(static_cast<std::uint64_t>(base::to_unix_micros(event.enqueued_at)));
  out.varint(position.partition);
  out.varint(position.sequence);
  out.text(event.device.text());
}

std::optional<RecordHead> read_head(ByteReader& in) {
  RecordHead head;
  if (in.byte() != kVersion) return std::nullopt;
  head.enqueued_at = base::from_unix_micros(static_cast<std::int64_t>(in.fixed()));
  const std::uint64_t partition = in.varint();
  head.position.partition = static_cast<std::uint32_t>(partition);
  head.position.sequence = in.varint();
  head.device = in.text();
  if (!in.ok() || head.position.partition != partition) return std::nullopt;
  return head;
}

bool read_property(ByteReader& in, domain::Property& property) {
  property.name = in.text();
  const std::uint8_t mark = in.byte();
  if (mark == kValue) property.value = std::string(in.text());
  return in.ok() && (mark == kValue || mark == kNoValue);
}

bool read_properties(ByteReader& in, std::vector<domain::Property>& properties) {
  const std::uint64_t count = in.varint();
  if (count > in.left() / 2) return false;  // each takes two bytes at least
  properties.resize(count);
  for (domain::Property& each : properties) {
    if (!read_property(in, each)) return false;
  }
  return true;
}

}  // namespace

std::string encode_ordinal(std::uint64_t ordinal) {
  std::string key;
  ByteWriter(key).fixed(ordinal);
  return key;
}

std::optional<std::uint64_t> decode_ordinal(std::string_view key) {
  ByteReader in(key);
  const std::uint64_t ordinal = in.fixed();
  if (!in.done()) return std::nullopt;
  return ordinal;
}

std::string encode_event(const domain::Event& event, const domain::EventPosition& position) {
  std::string record;
  record.reserve(domain::size_of(event.message) + 96);
  ByteWriter out(record);
  write_head(out, event, position);
  out.byte(code_of(event.kind));
  out.text(event.model_id);
  for (const std::string* each : texts_of(event.message)) out.text(*each);
  out.varint(event.message.properties.size());
  for (const domain::Property& each : event.message.properties) {
    out.text(each.name);
    out.byte(each.value ? kValue : kNoValue);
    if (each.value) out.text(*each.value);
  }
  out.text(event.message.body);
  return record;
}

std::optional<RecordHead> decode_head(std::string_view record) {
  ByteReader in(record);
  return read_head(in);
}

std::optional<Record> decode_event(std::string_view bytes) {
  ByteReader in(bytes);
  const std::optional<RecordHead> head = read_head(in);
  if (!head) return std::nullopt;
  Record record;
  record.position = head->position;
  record.event.enqueued_at = head->enqueued_at;
  record.event.device = domain::DeviceId::trusted(std::string(head->device));
  const std::optional<domain::EventKind> kind = kind_of(in.byte());
  if (!kind) return std::nullopt;
  record.event.kind = *kind;
  record.event.model_id = in.text();
  for (std::string* each : texts_of(record.event.message)) *each = in.text();
  if (!read_properties(in, record.event.message.properties)) return std::nullopt;
  record.event.message.body = in.text();
  if (!in.done()) return std::nullopt;
  return record;
}

std::uint32_t partition_of(const domain::DeviceId& device, std::uint32_t partitions) {
  std::uint64_t hash = 0xcbf29ce484222325;  // FNV-1a, 64 bits
  for (const char each : device.text()) {
    hash = (hash ^ static_cast<std::uint8_t>(each)) * 0x100000001b3;
  }
  hash ^= hash >> 32;  // its low bits alone are weak
  return static_cast<std::uint32_t>(hash % partitions);
}

}  // namespace berth::store::rocksdb
