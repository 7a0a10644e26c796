// One record by its key, and a page of records: what the typed reads of the catalog are made of.
//
// Room store/sql. Thread rule: the thread of the connection.
#pragma once

#include "base/codec.h"
#include "store/sql/paging.h"
#include "store/sql/rows.h"

#include <fmt/format.h>

#include <string_view>
#include <utility>
#include <vector>

namespace berth::store::sql {

// The one row of a running statement; kNotFound when there is none.
template <class Record>
Result<Record> one_row(Result<Cursor> row, Result<Record> (*read)(const Cursor&, int),
                       std::string_view noun, std::string_view id) {
  if (!row) return Fail(std::move(row).error());
  BERTH_TRY(const bool found, row->next());
  if (found) return read(*row, 0);
  return Fail(ErrorKind::kNotFound,
              fmt::format("there is no {} '{}'", noun, base::printable(id, 128)),
              fmt::format("list the {}s there are", noun));
}

template <class Record, class Key>
Result<domain::Listing<Record>> page_of(Result<Cursor> rows,
                                        Result<Record> (*read)(const Cursor&, int),
                                        const PageStart& page, Key key) {
  if (!rows) return Fail(std::move(rows).error());
  BERTH_TRY(std::vector<Record> records, all_rows(*rows, read));
  return make_listing(std::move(records), page, key);
}

}  // namespace berth::store::sql
