// Scopes and enrollments that a connection has decoded before. Each request of a device reads the
// rows of its scope and its group, which change rarely; a row that says what it said last time is
// not decoded again.
//
// Room store/sql. A remembered record is used only if all that the row says is equal, byte by byte:
// so it is as right as decoding, also when a row is removed and made again, when several servers
// write, and when no clock goes. Bounded by the count of rows and by their text, the oldest give
// way; what cannot be decoded is not remembered. Bodies hold secrets only as they are sealed.
// Thread rule: the thread of the connection; the records, which nobody can change, may go anywhere.
#pragma once

#include "domain/records.h"
#include "store/sql/connection.h"

#include <cstddef>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <unordered_map>

namespace berth::store::sql {

// A row as the database gives it.
template <class Text>
struct RawRow {
  std::int64_t version = 0;
  std::int64_t created_at = 0;
  std::int64_t updated_at = 0;
  Text scope = {};  // of an enrollment, like the next
  Text kind = {};
  Text id = {};
  Text body = {};
};

// Rows of one table.
template <class Record>
class RememberedRows {
 public:
  // Room for the groups of a large scope; some megabytes for a connection that meets them all.
  static constexpr std::size_t kRowsMax = 2048;
  static constexpr std::size_t kBytesMax = 1024 * 1024;

  // What the row was decoded to; none: it was not, or it said something else.
  std::shared_ptr<const Record> find(const RawRow<std::string_view>& row) const;
  // Replaces what is remembered of that row.
  void keep(const RawRow<std::string_view>& row, const std::shared_ptr<const Record>& record);

 private:
  struct Kept {
    RawRow<std::string> row;
    std::shared_ptr<const Record> record;
  };

  using Rows = std::list<Kept>;  // the oldest first
  using Places = std::unordered_multimap<std::size_t, typename Rows::iterator>;

  void drop(typename Places::iterator place);
  void drop_oldest();

  Rows kept_;
  Places by_record_;       // by a hash of what tells records apart
  std::size_t bytes_ = 0;  // of their texts
};

class RowMemo {
 public:
  // As scope_row() and enrollment_row().
  Result<std::shared_ptr<const domain::Scope>> scope(const Cursor& row, int at = 0);
  Result<std::shared_ptr<const domain::Enrollment>> enrollment(const Cursor& row, int at = 0);

 private:
  RememberedRows<domain::Scope> scopes_;
  RememberedRows<domain::Enrollment> enrollments_;
};

}  // namespace berth::store::sql
