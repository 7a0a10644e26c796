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

bool has_same_passwords(const RosterName& a, const RosterName& b) {
  return a.enrolment.equals(b.enrolment) && a.control.equals(b.control);
}

void mark_repeats(std::vector<RosterName>& names) {
  std::unordered_map<std::string_view, std::size_t> seen;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (!names[i].problem.empty()) continue;
    const auto [first, is_new] = seen.emplace(names[i].name, i);
    if (is_new) continue;
    const RosterName& before = names[first->second];
    if (has_same_passwords(names[i], before)) {
      names[i].repeats = first->second;
    } else {
      names[i].problem = "line " + std::to_string(before.line) + " lists it with other passwords";
    }
  }
}

// Which columns hold what; the passwords' may be none.
struct SerialLayout {
  std::size_t serial = 0;
  std::size_t enrolment = 1;
  std::size_t control = 2;
  std::size_t first_row = 0;
};

constexpr std::size_t kNoColumn = kCsvCellsMax;

std::size_t column_of(const CsvRow& header, std::initializer_list<std::string_view> names) {
  for (std::size_t i = 0; i < header.cells.size(); ++i) {
    const std::string word = base::ascii_lower(trimmed(header.cells[i]));
    if (std::find(names.begin(), names.end(), word) != names.end()) return i;
  }
  return kNoColumn;
}

Try<SerialLayout> serial_layout_of(const std::vector<CsvRow>& rows, const std::string& file) {
  const CsvRow& first = rows.front();
  const std::size_t serial = column_of(first, {"serial", "hwid", "serial_number", "name"});
  if (serial != kNoColumn) {
    return SerialLayout{serial, column_of(first, {"enroll_password", "enrol_password"}),
                        column_of(first, {"control_password"}), 1};
  }
  const auto wide = std::find_if(rows.begin(), rows.end(),
                                 [](const CsvRow& row) { return row.cells.size() > 3; });
  if (wide == rows.end()) return SerialLayout{};
  return Refuse(base::printable(file) + ", line " + std::to_string(wide->line) + " has " +
                    std::to_string(wide->cells.size()) + " columns, and no line says what they are",
                {},
                "begin the file with a line of column names: serial, enroll_password, "
                "control_password");
}

// What a spreadsheet or a hand left around it is not part of a password, and not for us to drop.
std::string password_problem(std::string_view what, const Secret& password) {
  const std::string_view text = password.text();
  const auto is_blank = [](char c) { return c == ' ' || c == '\t' || c == '\r' || c == '\n'; };
  const bool touches_blank = !text.empty() && (is_blank(text.front()) || is_blank(text.back()));
  if (!touches_blank) return {};
  return "its " + std::string(what) + " password begins or ends with a blank";
}

RosterName serial_of(const CsvRow& row, const SerialLayout& layout) {
  const auto cell = [&](std::size_t column) {
    return column < row.cells.size() ? std::string_view(row.cells[column]) : std::string_view();
  };
  RosterName serial;
  serial.line = row.line;
  serial.name = trimmed(cell(layout.serial));
  serial.enrolment = Secret::from_text(cell(layout.enrolment));
  serial.control = Secret::from_text(cell(layout.control));
  serial.problem = name_problem(serial.name);
  if (serial.problem.empty()) serial.problem = password_problem("enroll", serial.enrolment);
  if (serial.problem.empty()) serial.problem = password_problem("control", serial.control);
  return serial;
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
  for (const std::string& name : names) {
    RosterName& listed = roster.emplace_back();
    listed.name = name;
    listed.problem = name_problem(name);
  }
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

Try<std::vector<RosterName>> read_serials(std::string_view text, const std::string& file) {
  BERTH_TRY(const std::vector<CsvRow> rows, read_csv(text, file));
  std::vector<RosterName> serials;
  if (!rows.empty()) {
    BERTH_TRY(const SerialLayout layout, serial_layout_of(rows, file));
    for (std::size_t i = layout.first_row; i < rows.size(); ++i) {
      serials.push_back(serial_of(rows[i], layout));
    }
  }
  mark_repeats(serials);
  if (!serials.empty()) return serials;
  return Refuse(base::printable(file) + " lists no serials", {},
                "write one a line, below a line `serial,enroll_password,control_password`");
}

}  // namespace berth::cli
