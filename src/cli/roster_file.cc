#include "cli/roster_file.h"

#include "base/codec.h"
#include "cli/csv.h"

#include <algorithm>
#include <unordered_map>

namespace berth::cli {
namespace {

// Far above what the server takes, which has the last word on names.
constexpr std::size_t kNameSentMax = 128;

std::string trimmed(std::string_view text) {
  constexpr std::string_view kBlank = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kBlank);
  if (first == text.npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(kBlank) - first + 1));
}

bool is_header_of_names(const std::string& cell) {
  const std::string word = base::ascii_lower(trimmed(cell));
  return word == "name" || word == "device_name" || word == "devicename";
}

std::string joined(const std::vector<std::string>& cells) {
  std::string text;
  for (const std::string& cell : cells) text += (text.empty() ? "`" : ", `") + cell + "`";
  return base::printable(text, 200);
}

struct Layout {
  std::size_t column = 0;
  std::size_t first_row = 0;
};

Try<Layout> layout_of(const std::vector<CsvRow>& rows, const std::string& file) {
  const CsvRow& first = rows.front();
  const auto header = std::find_if(first.cells.begin(), first.cells.end(), is_header_of_names);
  if (header != first.cells.end()) {
    return Layout{static_cast<std::size_t>(header - first.cells.begin()), 1};
  }
  const bool is_list = std::all_of(rows.begin(), rows.end(),
                                   [](const CsvRow& row) { return row.cells.size() == 1; });
  if (is_list) return Layout{};
  return Refuse(
      base::printable(file) + ", line " + std::to_string(first.line) + " names no column `name`",
      "it has " + joined(first.cells),
      "begin the file with a line of column names, one of them `name`");
}

void mark_repeats(std::vector<RosterName>& names) {
  std::unordered_map<std::string_view, std::size_t> seen;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (!names[i].problem.empty()) continue;
    const auto [first, is_new] = seen.emplace(names[i].name, i);
    if (!is_new) names[i].repeats = first->second;
  }
}

}  // namespace

std::string name_problem(std::string_view name) {
  if (name.empty()) return "the name is empty";
  const auto is_visible = [](char c) { return c > ' ' && c <= '~' && c != '"' && c != '\\'; };
  if (!std::all_of(name.begin(), name.end(), is_visible)) {
    return "it has characters that no name has; use letters, digits and - . _ :";
  }
  if (name.size() <= kNameSentMax) return {};
  return "it has " + std::to_string(name.size()) + " characters, too many for a name";
}

std::vector<RosterName> roster_of(const std::vector<std::string>& names) {
  std::vector<RosterName> roster;
  for (const std::string& name : names) roster.push_back({0, name, name_problem(name), {}});
  mark_repeats(roster);
  return roster;
}

Try<std::vector<RosterName>> read_roster(std::string_view text, const std::string& file) {
  BERTH_TRY(const std::vector<CsvRow> rows, read_csv(text, file));
  std::vector<RosterName> names;
  if (!rows.empty()) {
    BERTH_TRY(const Layout layout, layout_of(rows, file));
    for (std::size_t i = layout.first_row; i < rows.size(); ++i) {
      const CsvRow& row = rows[i];
      RosterName name;
      name.line = row.line;
      if (layout.column < row.cells.size()) name.name = trimmed(row.cells[layout.column]);
      name.problem = name_problem(name.name);
      names.push_back(std::move(name));
    }
  }
  mark_repeats(names);
  if (!names.empty()) return names;
  return Refuse(base::printable(file) + " lists no names", {},
                "write one a line, below a line `name`");
}

}  // namespace berth::cli
