#include "store/sql/paging.h"

#include "base/codec.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace berth::store::sql {
namespace {

constexpr std::size_t kCursorBytesMax = 1024;

}  // namespace

Result<PageStart> read_page(const domain::Page& page) {
  PageStart start;
  start.limit = page.limit == 0 ? kPageDefault : std::min(page.limit, kPageMax);
  start.fetch = start.limit + 1;
  if (page.cursor.empty()) return start;
  const std::optional<base::Bytes> key =
      page.cursor.size() <= kCursorBytesMax ? base::hex_decode(page.cursor) : std::nullopt;
  if (key) start.after.assign(key->begin(), key->end());
  if (!key || start.after.find('\0') != std::string::npos || !base::is_utf8(start.after)) {
    return Fail(ErrorKind::kInvalid, "the cursor is not one that a listing gave out",
                "start again without a cursor");
  }
  return start;
}

std::string make_cursor(std::string_view last_key) {
  return base::hex_encode(base::as_bytes(last_key));
}

std::string timed_place(TimePoint at, std::string_view key) {
  return fmt::format("{} {}", base::to_unix_micros(at), key);
}

Result<TimedPlace> read_timed_place(const std::string& after, TimedPlace start) {
  if (after.empty()) return start;
  TimedPlace place;
  const std::size_t blank = after.find(' ');
  const char* end = after.data() + (blank == std::string::npos ? after.size() : blank);
  const auto [stop, error] = std::from_chars(after.data(), end, place.at);
  if (blank == std::string::npos || error != std::errc() || stop != end) {
    return Fail(ErrorKind::kInvalid, "the cursor is not one of this listing",
                "start again without a cursor");
  }
  place.key = after.substr(blank + 1);
  return place;
}

}  // namespace berth::store::sql
