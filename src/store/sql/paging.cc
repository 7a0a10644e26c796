#include "store/sql/paging.h"

#include "base/codec.h"

#include <algorithm>

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

}  // namespace berth::store::sql
