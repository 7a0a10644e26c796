#include "cli/csv.h"

#include "base/codec.h"

#include <algorithm>

namespace berth::cli {
namespace {

constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";

char separator_of(std::string_view text) {
  text.remove_prefix(std::min(text.find_first_not_of("\r\n"), text.size()));
  const std::string_view line = text.substr(0, text.find_first_of("\r\n"));
  for (const char each : {',', ';', '\t'}) {
    if (line.find(each) != line.npos) return each;
  }
  return ',';
}

bool is_blank(const CsvRow& row) {
  return std::all_of(row.cells.begin(), row.cells.end(), [](const std::string& cell) {
    return cell.find_first_not_of(" \t") == cell.npos;
  });
}

class Reader {
 public:
  Reader(std::string_view text, const std::string& file)
      : text_(text), file_(base::printable(file)), separator_(separator_of(text)) {}

  Try<std::vector<CsvRow>> read();

 private:
  bool is_done() const { return at_ >= text_.size(); }
  bool is_at(char c) const { return !is_done() && text_[at_] == c; }
  bool ends_cell() const { return is_done() || is_at(separator_) || is_at('\r') || is_at('\n'); }
  // Steps over one end of line, if there is one.
  bool take_line_end();
  Try<std::string> cell();
  Try<std::string> quoted_cell();
  Try<CsvRow> row();
  std::string place(std::size_t line) const { return file_ + ", line " + std::to_string(line); }

  std::string_view text_;
  std::string file_;
  char separator_;
  std::size_t at_ = 0;
  std::size_t line_ = 1;
};

bool Reader::take_line_end() {
  if (!is_at('\r') && !is_at('\n')) return false;
  if (is_at('\r') && at_ + 1 < text_.size() && text_[at_ + 1] == '\n') ++at_;
  ++at_;
  ++line_;
  return true;
}

Try<std::string> Reader::quoted_cell() {
  const std::size_t begin = line_;
  std::string cell;
  ++at_;
  while (true) {
    if (is_done()) {
      return Refuse(place(begin) + ": a quote is opened and never closed", {},
                    "close it, or double a quote that belongs to the text");
    }
    if (is_at('"') && at_ + 1 < text_.size() && text_[at_ + 1] == '"') {
      ++at_;
    } else if (is_at('"')) {
      break;
    }
    const std::size_t before = at_;
    if (!take_line_end()) ++at_;
    cell += text_.substr(before, at_ - before);
  }
  ++at_;
  while (is_at(' ')) ++at_;
  if (!ends_cell()) {
    return Refuse(place(line_) + ": text follows the closing quote of a cell", {},
                  "double a quote that belongs to the text");
  }
  return cell;
}

Try<std::string> Reader::cell() {
  if (is_at('"')) return quoted_cell();
  const std::size_t begin = at_;
  while (!ends_cell()) ++at_;
  return std::string(text_.substr(begin, at_ - begin));
}

Try<CsvRow> Reader::row() {
  CsvRow row;
  row.line = line_;
  while (true) {
    BERTH_TRY(std::string text, cell());
    row.cells.push_back(std::move(text));
    if (row.cells.size() > kCsvCellsMax) {
      return Refuse(place(row.line) + " has more than " + std::to_string(kCsvCellsMax) + " cells",
                    {}, "name the file that was meant");
    }
    if (!is_at(separator_)) break;
    ++at_;
  }
  take_line_end();
  return row;
}

Try<std::vector<CsvRow>> Reader::read() {
  const std::size_t zero = text_.find('\0');
  if (zero != text_.npos) {
    const auto lines =
        std::count(text_.begin(), text_.begin() + static_cast<std::ptrdiff_t>(zero), '\n');
    return Refuse(place(static_cast<std::size_t>(lines) + 1) + " holds bytes that are no text",
                  "it may be UTF-16 or a spreadsheet's own format", "save it as CSV in UTF-8");
  }
  std::vector<CsvRow> rows;
  while (!is_done()) {
    BERTH_TRY(CsvRow next, row());
    if (is_blank(next)) continue;
    if (rows.size() == kCsvRowsMax) {
      return Refuse(
          place(next.line) + ": there are more than " + std::to_string(kCsvRowsMax) + " rows", {},
          "split the file");
    }
    rows.push_back(std::move(next));
  }
  return rows;
}

}  // namespace

Try<std::vector<CsvRow>> read_csv(std::string_view text, const std::string& file) {
  if (text.starts_with(kByteOrderMark)) text.remove_prefix(kByteOrderMark.size());
  return Reader(text, file).read();
}

std::string csv_line(const std::vector<std::string>& cells) {
  std::string line;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (i > 0) line += ',';
    const std::string& cell = cells[i];
    if (cell.find_first_of(",;\t\"\r\n") == cell.npos) {
      line += cell;
      continue;
    }
    line += '"';
    for (const char c : cell) line += c == '"' ? std::string("\"\"") : std::string(1, c);
    line += '"';
  }
  return line + '\n';
}

}  // namespace berth::cli
