#include "store/sql/fleet.h"

#include "store/sql/fleet_feed.h"
#include "store/sql/paging.h"

#include <algorithm>
#include <memory>
#include <vector>

namespace berth::store::sql {
namespace {

using domain::FleetRow;
using domain::Listing;

constexpr Sql kScopeIds = "SELECT id FROM scopes ORDER BY id";

// A scope without a line costs statements, too.
constexpr std::size_t kCostOfScope = 16;

Result<std::vector<std::string>> scopes_of(Connection& connection, const std::string& scope) {
  std::vector<std::string> ids;
  if (!scope.empty()) {
    if (can_be_stored(scope)) ids.push_back(scope);
    return ids;
  }
  BERTH_TRY(Cursor rows, connection.run(kScopeIds, {}));
  while (true) {
    BERTH_TRY(const bool found, rows.next());
    if (!found) return ids;
    ids.push_back(rows.string(0));
  }
}

class Walk {
 public:
  Walk(Connection& connection, const domain::FindDevices& query, FleetRanking ranking,
       std::size_t limit)
      : connection_(connection), filter_(query), ranking_(ranking), limit_(limit) {}

  // The lines of `scopes`, behind `after`, until the page is full.
  Result<void> merge(std::span<const std::string> scopes, const std::optional<FleetPlace>& after);
  bool full() const { return listing_.items.size() >= limit_ || looked_at_ >= kFleetLookedAtMax; }
  Listing<FleetRow> finish(bool more);

 private:
  void open(std::span<const std::string> scopes, const std::optional<FleetPlace>& after);
  Result<FleetFeed*> first();

  Connection& connection_;
  const FleetFilter filter_;
  const FleetRanking ranking_;
  const std::size_t limit_;
  std::vector<std::unique_ptr<FleetFeed>> feeds_;
  std::size_t looked_at_ = 0;
  std::optional<FleetPlace> last_;
  bool more_here_ = false;
  Listing<FleetRow> listing_;
};

void Walk::open(std::span<const std::string> scopes, const std::optional<FleetPlace>& after) {
  feeds_.clear();
  for (const std::string& scope : scopes) {
    for (std::size_t i = 0; i < kFleetSources; ++i) {
      const auto source = static_cast<FleetSource>(i);
      if (!filter_.reaches(source)) continue;
      feeds_.push_back(std::make_unique<FleetFeed>(source, scope, filter_, ranking_, after));
    }
  }
  looked_at_ += kCostOfScope * scopes.size();
}

// The feed whose next line comes first; null at the end.
Result<FleetFeed*> Walk::first() {
  const std::size_t whole_page = filter_.filters() ? kFleetLookedAtMax : limit_ + 1;
  const std::size_t count = feeds_.size() > kFleetSources ? limit_ / 8 : whole_page;
  FleetFeed* best = nullptr;
  const FleetPlace* place = nullptr;
  for (const std::unique_ptr<FleetFeed>& feed : feeds_) {
    BERTH_TRY(FleetHead* const head, feed->head(connection_, count));
    if (head == nullptr) continue;
    if (place != nullptr && !ranking_.before(head->place, *place)) continue;
    best = feed.get();
    place = &head->place;
  }
  return best;
}

Result<void> Walk::merge(std::span<const std::string> scopes,
                         const std::optional<FleetPlace>& after) {
  open(scopes, after);
  while (true) {
    BERTH_TRY(FleetFeed* const feed, first());
    more_here_ = feed != nullptr;
    if (!more_here_ || full()) return {};
    BERTH_TRY(FleetHead* const head, feed->head(connection_, 1));
    if (head->row) listing_.items.push_back(*std::move(head->row));
    last_ = std::move(head->place);
    feed->pop();
    ++looked_at_;
  }
}

Listing<FleetRow> Walk::finish(bool more) {
  if ((more || more_here_) && last_) listing_.next_cursor = ranking_.cursor_of(*last_);
  return std::move(listing_);
}

}  // namespace

Result<Listing<FleetRow>> find_devices(Connection& connection, const domain::FindDevices& query) {
  for (const std::string* text : {&query.hub, &query.template_id, &query.enrollment}) {
    if (!can_be_stored(*text)) return Listing<FleetRow>();
  }
  BERTH_TRY(const std::vector<std::string> scopes, scopes_of(connection, query.scope));
  const FleetRanking ranking(query.order, scopes.size() > kFleetScopesMerged);
  BERTH_TRY(const std::optional<FleetPlace> after, ranking.read_cursor(query.page));
  BERTH_TRY(const PageStart page, read_page(query.page));
  Walk walk(connection, query, ranking, page.limit);
  if (!ranking.by_scope()) {
    Result<void> done = walk.merge(scopes, after);
    if (!done) return Fail(std::move(done).error());
    return walk.finish(false);
  }
  auto scope =
      after ? std::lower_bound(scopes.begin(), scopes.end(), after->scope) : scopes.begin();
  while (scope != scopes.end() && !walk.full()) {
    const bool begun = after && *scope == after->scope;
    Result<void> done = walk.merge({&*scope, 1}, begun ? after : std::nullopt);
    if (!done) return Fail(std::move(done).error());
    ++scope;
  }
  return walk.finish(scope != scopes.end());
}

}  // namespace berth::store::sql
