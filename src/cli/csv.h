// Comma-separated values as spreadsheets write them (RFC 4180): quoted cells, CRLF, a byte order
// mark, blank lines, and semicolons or tabs where a spreadsheet's locale puts them for commas.
//
// Room cli, private to it. Thread rule: pure functions.
#pragma once

#include "cli/failure.h"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace berth::cli {

inline constexpr std::size_t kCsvRowsMax = 1'000'000;
inline constexpr std::size_t kCsvCellsMax = 200;  // of one row

struct CsvRow {
  std::size_t line = 0;  // where it begins, from 1; a quoted cell may go on over several
  std::vector<std::string> cells;
};

// All rows that have a cell which is not empty. What the first line separates its cells by, the
// whole text does. `file` is what a failure calls the text; it says the line, too.
Try<std::vector<CsvRow>> read_csv(std::string_view text, const std::string& file);

// One line with its end, cells quoted where they must be.
std::string csv_line(const std::vector<std::string>& cells);

}  // namespace berth::cli
