#include "cli/roster_export.h"

#include "base/codec.h"
#include "cli/csv.h"

#include <boost/json.hpp>

namespace berth::cli {
namespace {

std::string of_registration(const json::value& item, std::string_view name) {
  const json::value* registration = member(item, "registration");
  return registration == nullptr ? "" : member_text(*registration, name);
}

}  // namespace

bool was_requested(const json::value& item) { return member_text(item, "requested") == "true"; }
std::string registered_at(const json::value& item) { return of_registration(item, "createdAt"); }
std::string activated_at(const json::value& item) { return of_registration(item, "activatedAt"); }

RosterExport::RosterExport(const std::string& one)
    : text_(csv_line({one, "state", "device_id", "created_at", "registered_at", "activated_at"})) {}

void RosterExport::add(const json::array& members) {
  for (const json::value& item : members) {
    std::vector<std::string> cells{member_text(item, "name"),     member_text(item, "state"),
                                   member_text(item, "deviceId"), member_text(item, "createdAt"),
                                   registered_at(item),           activated_at(item)};
    for (std::string& cell : cells) cell = base::printable(cell);
    text_ += csv_line(cells);
    ++count_;
  }
}

}  // namespace berth::cli
