// What became of each name that was to be added to a product's list of devices, or of each serial
// to a template's.
// Room cli, private to it. Thread rule: as Invocation.
#pragma once

#include "cli/invocation.h"
#include "cli/roster_file.h"

#include <string>
#include <vector>

namespace berth::cli {

enum class Adding { kAdded, kPresent, kUpdated, kInvalid, kFull, kUnsent };

struct ReportRow {
  std::size_t line = 0;  // 0: it came from no file
  std::string name;
  Adding adding = Adding::kUnsent;
  std::string what;  // why it was not added
};

struct RosterReport {
  std::vector<ReportRow> rows;
  bool has_lines = false;
  std::string one = "name";  // what a row is called

  std::size_t count(Adding adding) const;
  bool is_good() const;  // every one is on the list now
};

// Adds the names a batch at a time, those that cannot be sent aside; progress goes to standard
// error where somebody watches it. `report` is filled as far as it came even when this fails; the
// rows that were not reached are kUnsent.
Try<void> add_names(Invocation& run, const std::string& group_path,
                    const std::vector<RosterName>& names, RosterReport& report);

// The same with the names of a file, and tells of each: to the file of --report, if it is given,
// and to standard output what that leaves.
Try<int> import_names(Invocation& run, const std::string& group_path,
                      const std::vector<RosterName>& names, RosterReport report);

// The rows as a table and their sums, or all of it as JSON.
void print_report(Invocation& run, const RosterReport& report);
// The sums alone.
void print_sums(Invocation& run, const RosterReport& report);
// "line,name,result,why", or what a row is called for "name"
std::string report_csv(const RosterReport& report);

}  // namespace berth::cli
