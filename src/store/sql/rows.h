// Reads one record from the columns of a running statement, in the order of the column lists below,
// beginning at column `at`.
//
// Room store/sql. Every SELECT names its columns in these orders, so each order exists once:
//   scope         id, version, created_at, updated_at, body
//   hub           name, version, created_at, updated_at, body
//   hub link      scope, hub, version, body
//   enrollment    scope, kind, id, version, created_at, updated_at, body
//   member        scope, group's id, name, enabled, requested, version, created_at, updated_at,
//                 enroll_password, enroll_wrong, enroll_locked_until, control_password,
//                 control_wrong, control_locked_until
//   registration  scope, id, enrollment_kind, hub, device_id, version, created_at, updated_at, body
//   device        hub, id, scope, version, created_at, updated_at, body
//   trail         id, scope, started_at, body
//   audit         sequence, at, scope, body
//   token         id, scope, version, created_at, body
// Thread rule: the thread of the connection. Errors: kInternal for a damaged record.
#pragma once

#include "domain/records.h"
#include "domain/trail.h"
#include "store/sql/connection.h"

#include <vector>

namespace berth::store::sql {

Result<domain::Scope> scope_row(const Cursor& row, int at = 0);
Result<domain::Hub> hub_row(const Cursor& row, int at = 0);
Result<domain::HubLink> link_row(const Cursor& row, int at = 0);
Result<domain::Enrollment> enrollment_row(const Cursor& row, int at = 0);
Result<domain::Member> member_row(const Cursor& row, int at = 0);
Result<domain::Registration> registration_row(const Cursor& row, int at = 0);
Result<domain::Device> device_row(const Cursor& row, int at = 0);
Result<domain::Trail> trail_row(const Cursor& row, int at = 0);
Result<domain::AuditRecord> audit_row(const Cursor& row, int at = 0);
Result<domain::Token> token_row(const Cursor& row, int at = 0);
// Two columns: how many, and until when; 0: not locked.
domain::Guesses guesses_of(const Cursor& row, int at);

// All rows of a running statement.
template <class Record>
Result<std::vector<Record>> all_rows(Cursor& rows, Result<Record> (*read)(const Cursor&, int)) {
  std::vector<Record> records;
  while (true) {
    BERTH_TRY(const bool found, rows.next());
    if (!found) return records;
    BERTH_TRY(Record record, read(rows, 0));
    records.push_back(std::move(record));
  }
}

}  // namespace berth::store::sql
