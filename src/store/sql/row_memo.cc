#include "store/sql/row_memo.h"

#include "store/sql/rows.h"

#include <functional>
#include <iterator>

namespace berth::store::sql {
namespace {

using View = RawRow<std::string_view>;
using Copy = RawRow<std::string>;

std::size_t size_of(const auto& row) {
  return row.scope.size() + row.kind.size() + row.id.size() + row.body.size();
}

bool same_record(const Copy& a, const View& b) {
  return a.id == b.id && a.kind == b.kind && a.scope == b.scope;
}

std::size_t hash_of(const auto& row) {
  constexpr std::hash<std::string_view> kHash;
  return kHash(row.id) * 31 + kHash(row.scope);  // individual and group of one id are both found
}

// Numbers first: they nearly always tell two rows apart.
bool says_the_same(const Copy& a, const View& b) {
  return a.created_at == b.created_at && a.updated_at == b.updated_at && a.version == b.version &&
         same_record(a, b) && a.body == b.body;
}

Copy copy_of(const View& row) {
  return {row.version,           row.created_at,      row.updated_at,       std::string(row.scope),
          std::string(row.kind), std::string(row.id), std::string(row.body)};
}

// The remembered record, or the decoded one, which is remembered from now on.
template <class Record>
Result<std::shared_ptr<const Record>> recall(RememberedRows<Record>& rows, const View& raw,
                                             Result<Record> (*decode)(const Cursor&, int),
                                             const Cursor& row, int at) {
  std::shared_ptr<const Record> record = rows.find(raw);
  if (record) return record;
  BERTH_TRY(Record decoded, decode(row, at));
  record = std::make_shared<const Record>(std::move(decoded));
  rows.keep(raw, record);
  return record;
}

}  // namespace

template <class Record>
std::shared_ptr<const Record> RememberedRows<Record>::find(const View& row) const {
  const auto [first, last] = by_record_.equal_range(hash_of(row));
  for (auto place = first; place != last; ++place) {
    if (says_the_same(place->second->row, row)) return place->second->record;
  }
  return nullptr;
}

template <class Record>
void RememberedRows<Record>::drop(typename Places::iterator place) {
  bytes_ -= size_of(place->second->row);
  kept_.erase(place->second);
  by_record_.erase(place);
}

template <class Record>
void RememberedRows<Record>::drop_oldest() {
  auto place = by_record_.find(hash_of(kept_.front().row));
  while (place->second != kept_.begin()) ++place;
  drop(place);
}

template <class Record>
void RememberedRows<Record>::keep(const View& row, const std::shared_ptr<const Record>& record) {
  const std::size_t hash = hash_of(row);
  const auto [first, last] = by_record_.equal_range(hash);
  for (auto place = first; place != last; ++place) {
    if (!same_record(place->second->row, row)) continue;
    drop(place);
    break;
  }
  const std::size_t size = size_of(row);
  if (size > kBytesMax) return;
  while (kept_.size() >= kRowsMax || bytes_ + size > kBytesMax) drop_oldest();
  kept_.push_back({copy_of(row), record});
  by_record_.emplace(hash, std::prev(kept_.end()));
  bytes_ += size;
}

template class RememberedRows<domain::Scope>;
template class RememberedRows<domain::Enrollment>;

Result<std::shared_ptr<const domain::Scope>> RowMemo::scope(const Cursor& row, int at) {
  const View raw{.version = row.number(at + 1),
                 .created_at = row.number(at + 2),
                 .updated_at = row.number(at + 3),
                 .id = row.text(at),
                 .body = row.text(at + 4)};
  return recall(scopes_, raw, scope_row, row, at);
}

Result<std::shared_ptr<const domain::Enrollment>> RowMemo::enrollment(const Cursor& row, int at) {
  const View raw{.version = row.number(at + 3),
                 .created_at = row.number(at + 4),
                 .updated_at = row.number(at + 5),
                 .scope = row.text(at),
                 .kind = row.text(at + 1),
                 .id = row.text(at + 2),
                 .body = row.text(at + 6)};
  return recall(enrollments_, raw, enrollment_row, row, at);
}

}  // namespace berth::store::sql
