#include "store/rocksdb/cursor.h"

#include <fmt/format.h>

#include <charconv>
#include <optional>

namespace berth::store::rocksdb {
namespace {

constexpr std::string_view kPrefix = "c1.";

// Lower-case hexadecimal without leading zeros, as it is written.
std::optional<std::uint64_t> read_hex(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, 16);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  if (fmt::format("{:x}", value) != text) return std::nullopt;
  return value;
}

Error bad_cursor(std::string_view why) {
  return {ErrorKind::kInvalid, fmt::format("the cursor {}", why),
          "give the cursor of the batch before, or none to begin with the oldest event"};
}

}  // namespace

std::string encode_cursor(const domain::HubName& hub, const Cursor& cursor) {
  return fmt::format("{}{}.{:x}.{:x}", kPrefix, hub.text(), cursor.generation, cursor.ordinal);
}

Result<Cursor> decode_cursor(const domain::HubName& hub, std::string_view text) {
  if (text.size() > kCursorBytesMax) return Fail(bad_cursor("is too long"));
  if (!text.starts_with(kPrefix)) return Fail(bad_cursor("is not one of this log"));
  text.remove_prefix(kPrefix.size());
  const std::size_t hub_end = text.find('.');
  if (hub_end == text.npos) return Fail(bad_cursor("is not one of this log"));
  if (text.substr(0, hub_end) != hub.text()) return Fail(bad_cursor("belongs to another hub"));
  text.remove_prefix(hub_end + 1);
  const std::size_t generation_end = text.find('.');
  if (generation_end == text.npos) return Fail(bad_cursor("is not one of this log"));
  const std::optional<std::uint64_t> generation = read_hex(text.substr(0, generation_end));
  const std::optional<std::uint64_t> ordinal = read_hex(text.substr(generation_end + 1));
  if (!generation || !ordinal) return Fail(bad_cursor("is not one of this log"));
  return Cursor{*generation, *ordinal};
}

}  // namespace berth::store::rocksdb
