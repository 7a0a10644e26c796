// What a line of the fleet must be to be shown, checked on the columns of a row before its body is
// read where that is possible.
//
// Room store/sql. Thread rule: the thread of the connection whose row it is.
#pragma once

#include "domain/fleet.h"
#include "store/sql/connection.h"
#include "store/sql/fleet_place.h"

#include <optional>
#include <string>
#include <string_view>

namespace berth::store::sql {

class FleetFilter {
 public:
  explicit FleetFilter(const domain::FindDevices& query);

  // Whether any line of that table can pass.
  bool reaches(FleetSource source) const;
  bool filters() const;  // anything at all
  // Whose registrations to read: a column that an index has.
  std::optional<domain::FleetStatus> approval() const;  // kWaiting or kBlocked
  const std::string& template_id() const { return query_.template_id; }
  const std::string& enrollment_key() const { return enrollment_key_; }

  // The line of a row of fleet_sql.h; none when it is not to be shown.
  Result<std::optional<domain::FleetRow>> registration(const Cursor& row) const;
  Result<std::optional<domain::FleetRow>> enrollment(const Cursor& row) const;
  Result<std::optional<domain::FleetRow>> member(const Cursor& row) const;
  Result<std::optional<domain::FleetRow>> identity(const Cursor& row) const;

 private:
  bool found_in(std::string_view text) const;
  // Whether the words of the query may be in a body: false is certain.
  bool may_be_in_body(std::string_view body) const;
  bool right_connection(bool connected) const;
  bool right_registration(const Cursor& row) const;
  bool shows(const domain::FleetRow& row) const;

  const domain::FindDevices& query_;
  std::string words_;           // of the query, lower-case
  std::string enrollment_key_;  // empty: any
};

}  // namespace berth::store::sql
