// rooms: cli
// A list of device names in a file: whatever it holds, reading it ends, each name knows its line,
// and rows that are written are read back as they were.
#include "cli/roster_file.h"

#include "base/check.h"
#include "cli/csv.h"

#include <cstdint>
#include <string>
#include <string_view>

namespace {

using namespace std::string_view_literals;
using berth::cli::CsvRow;
using berth::cli::RosterName;

void check_written(const std::vector<CsvRow>& rows) {
  std::string text = berth::cli::csv_line({"a", "b"});  // so that commas separate
  for (const CsvRow& row : rows) text += berth::cli::csv_line(row.cells);
  const auto again = berth::cli::read_csv(text, "f");
  BERTH_CHECK(again.has_value());
  BERTH_CHECK(again->size() == rows.size() + 1);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    BERTH_CHECK((*again)[i + 1].cells == rows[i].cells);
  }
}

void check_names(const std::vector<RosterName>& names) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    const RosterName& each = names[i];
    BERTH_CHECK(each.line >= 1 && (i == 0 || each.line > names[i - 1].line));
    if (each.repeats) BERTH_CHECK(*each.repeats < i && names[*each.repeats].name == each.name);
    if (each.problem.empty()) BERTH_CHECK(each.name.find_first_of(" \"\\\r\n"sv) == each.name.npos);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  if (const auto rows = berth::cli::read_csv(text, "f")) check_written(*rows);
  if (const auto names = berth::cli::read_roster(text, "f")) check_names(*names);
  return 0;
}
