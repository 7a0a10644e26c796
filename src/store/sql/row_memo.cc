#include "store/sql/row_memo.h"

#include "store/sql/rows.h"

#include <algorithm>

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
  for (const Kept& each : kept_) {
    if (says_the_same(each.row, row)) return each.record;
  }
  return nullptr;
}

template <class Record>
void RememberedRows<Record>::keep(const View& row, const std::shared_ptr<const Record>& record) {
  const auto old = std::find_if(kept_.begin(), kept_.end(),
                                [&](const Kept& each) { return same_record(each.row, row); });
  if (old != kept_.end()) {
    bytes_ -= size_of(old->row);
    kept_.erase(old);
  }
  const std::size_t size = size_of(row);
  if (size > kBytesMax) return;
  while (kept_.size() >= kRowsMax || bytes_ + size > kBytesMax) {
    bytes_ -= size_of(kept_.front().row);
    kept_.pop_front();
  }
  kept_.push_back({copy_of(row), record});
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
