#include "store/sql/fleet_place.h"

#include "store/sql/paging.h"

#include <fmt/format.h>

#include <charconv>
#include <tuple>
#include <vector>

namespace berth::store::sql {
namespace {

using domain::FleetOrder;

// order, time, source, scope, more, key: ids hold no line ends, and a key that did would be last.
constexpr std::size_t kFields = 6;

std::vector<std::string> split(const std::string& text) {
  std::vector<std::string> fields;
  std::size_t begin = 0;
  while (fields.size() + 1 < kFields) {
    const std::size_t end = text.find('\n', begin);
    if (end == std::string::npos) break;
    fields.push_back(text.substr(begin, end - begin));
    begin = end + 1;
  }
  fields.push_back(text.substr(begin));
  return fields;
}

bool read_number(const std::string& text, std::int64_t& number) {
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  return error == std::errc() && stop == text.data() + text.size();
}

auto rank_of(const FleetPlace& place) {
  return std::tie(place.at, place.key, place.scope, place.source, place.more);
}

}  // namespace

bool FleetRanking::by_time() const {
  return order_ == FleetOrder::kUpdated || order_ == FleetOrder::kUpdatedDown;
}

bool FleetRanking::down() const {
  return order_ == FleetOrder::kIdDown || order_ == FleetOrder::kUpdatedDown;
}

bool FleetRanking::before(const FleetPlace& a, const FleetPlace& b) const {
  if (by_scope_ && a.scope != b.scope) return a.scope < b.scope;
  return down() ? rank_of(b) < rank_of(a) : rank_of(a) < rank_of(b);
}

std::string FleetRanking::name() const {
  return fmt::format("{}{}", to_string(order_), by_scope_ ? "/scope" : "");
}

std::string FleetRanking::cursor_of(const FleetPlace& last) const {
  return make_cursor(fmt::format("{}\n{}\n{}\n{}\n{}\n{}", name(), last.at,
                                 static_cast<int>(last.source), last.scope, last.more, last.key));
}

Result<std::optional<FleetPlace>> FleetRanking::read_cursor(const domain::Page& page) const {
  BERTH_TRY(const PageStart start, read_page(page));
  if (start.after.empty()) return std::optional<FleetPlace>();
  const std::vector<std::string> fields = split(start.after);
  FleetPlace place;
  std::int64_t source = 0;
  const bool whole = fields.size() == kFields && fields[0] == name() &&
                     read_number(fields[1], place.at) && read_number(fields[2], source) &&
                     source >= 0 && source < static_cast<std::int64_t>(kFleetSources);
  if (!whole) {
    return Fail(ErrorKind::kInvalid, "the cursor is not one of this list in this order",
                "start again without a cursor");
  }
  place.source = static_cast<FleetSource>(source);
  place.scope = fields[3];
  place.more = fields[4];
  place.key = fields[5];
  return std::optional<FleetPlace>(std::move(place));
}

}  // namespace berth::store::sql
