#include "cli/roster_report.h"

#include "base/codec.h"
#include "cli/csv.h"
#include "cli/private_file.h"

#include <boost/json.hpp>

#include <algorithm>
#include <array>
#include <ostream>

namespace berth::cli {
namespace {

constexpr std::size_t kBatchMax = 500;
constexpr std::array kAddings{Adding::kAdded,   Adding::kPresent, Adding::kUpdated,
                              Adding::kInvalid, Adding::kFull,    Adding::kUnsent};

// As the API words it.
std::string_view word(Adding adding) {
  switch (adding) {
    case Adding::kAdded:
      return "added";
    case Adding::kPresent:
      return "present";
    case Adding::kUpdated:
      return "updated";
    case Adding::kInvalid:
      return "invalid";
    case Adding::kFull:
      return "full";
    case Adding::kUnsent:
      return "unsent";
  }
  return {};
}

std::string_view phrase(Adding adding) {
  switch (adding) {
    case Adding::kAdded:
      return "added";
    case Adding::kPresent:
      return "already there";
    case Adding::kUpdated:
      return "given other passwords";
    case Adding::kInvalid:
      return "invalid";
    case Adding::kFull:
      return "not added";
    case Adding::kUnsent:
      return "not tried";
  }
  return {};
}

Try<Adding> adding_of(const json::value& row) {
  const std::string result = member_text(row, "result");
  for (const Adding each : kAddings) {
    if (word(each) == result && each != Adding::kUnsent) return each;
  }
  return Refuse("the server says `" + base::printable(result, 80) + "` of a name", {},
                "use a berth command of the server's own version");
}

// One line that is written over as long as it grows.
class Progress {
 public:
  Progress(World& world, std::size_t all, std::string what)
      : world_(world), all_(all), what_(std::move(what)) {}
  ~Progress() {
    if (shown_) world_.err << "\r\x1b[K" << std::flush;
  }
  Progress(const Progress&) = delete;
  Progress& operator=(const Progress&) = delete;

  void show(std::size_t done) {
    if (!world_.shows_progress || all_ <= kBatchMax) return;
    world_.err << '\r' << done << " of " << all_ << ' ' << what_ << std::flush;
    shown_ = true;
  }

 private:
  World& world_;
  std::size_t all_;
  std::string what_;
  bool shown_ = false;
};

// Takes the server's verdict on the rows that `batch` points at.
Try<void> take_verdicts(const json::value& answer, const std::vector<std::size_t>& batch,
                        RosterReport& report) {
  const json::value* rows = member(answer, "rows");
  if (rows == nullptr || !rows->is_array() || rows->get_array().size() != batch.size()) {
    return Refuse("the server did not say what became of each name", {},
                  "use a berth command of the server's own version");
  }
  for (std::size_t i = 0; i < batch.size(); ++i) {
    const json::value& verdict = rows->get_array()[i];
    ReportRow& row = report.rows[batch[i]];
    BERTH_TRY(row.adding, adding_of(verdict));
    row.what = member_text(verdict, "what");
  }
  return {};
}

bool has_password(const RosterName& name) {
  return !name.enrolment.empty() || !name.control.empty();
}

json::object member_of(const RosterName& name) {
  json::object one{{"name", name.name}};
  if (!name.enrolment.empty()) one["enrollPassword"] = name.enrolment.text();
  if (!name.control.empty()) one["controlPassword"] = name.control.text();
  return one;
}

json::object body_of(const std::vector<RosterName>& names, const std::vector<std::size_t>& batch) {
  const bool has_passwords = std::any_of(
      batch.begin(), batch.end(), [&](std::size_t index) { return has_password(names[index]); });
  json::array list;
  for (const std::size_t index : batch) {
    if (has_passwords) {
      list.push_back(member_of(names[index]));
    } else {
      list.emplace_back(names[index].name);
    }
  }
  json::object body;
  body[has_passwords ? "members" : "names"] = std::move(list);
  return body;
}

ReportRow row_of(const RosterName& name) {
  ReportRow row{name.line, name.name, Adding::kUnsent, {}};
  if (!name.problem.empty()) {
    row.adding = Adding::kInvalid;
    row.what = name.problem;
  }
  return row;
}

// A name that stands in the file twice shares the fate of its first mention.
void settle_repeats(const std::vector<RosterName>& names, RosterReport& report) {
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (!names[i].repeats) continue;
    const ReportRow& first = report.rows[*names[i].repeats];
    ReportRow& row = report.rows[i];
    const bool was_done = first.adding == Adding::kAdded || first.adding == Adding::kUpdated;
    row.adding = was_done ? Adding::kPresent : first.adding;
    row.what = first.line == 0 ? "named twice" : "as line " + std::to_string(first.line);
  }
}

std::vector<std::string> cells_of(const ReportRow& row, bool has_line) {
  std::vector<std::string> cells;
  if (has_line) cells.push_back(std::to_string(row.line));
  cells.push_back(row.name.empty() ? "-" : base::printable(row.name, 200));
  cells.emplace_back(phrase(row.adding));
  cells.push_back(base::printable(row.what, 400));
  return cells;
}

}  // namespace

std::size_t RosterReport::count(Adding adding) const {
  return static_cast<std::size_t>(std::count_if(
      rows.begin(), rows.end(), [&](const ReportRow& row) { return row.adding == adding; }));
}

bool RosterReport::is_good() const {
  return count(Adding::kAdded) + count(Adding::kPresent) + count(Adding::kUpdated) == rows.size();
}

static Try<void> send_all(Invocation& run, const std::string& group_path,
                          const std::vector<RosterName>& names, RosterReport& report) {
  BERTH_TRY(Api * api, run.api());
  Progress progress(run.world, names.size(), report.one + "s");
  std::vector<std::size_t> batch;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i].problem.empty() && !names[i].repeats) batch.push_back(i);
    if (batch.size() < kBatchMax && i + 1 < names.size()) continue;
    if (!batch.empty()) {
      BERTH_TRY(const Answer answer, api->post(group_path + "/members", body_of(names, batch)));
      BERTH_STEP(take_verdicts(answer.value, batch, report));
    }
    batch.clear();
    progress.show(i + 1);
  }
  return {};
}

Try<void> add_names(Invocation& run, const std::string& group_path,
                    const std::vector<RosterName>& names, RosterReport& report) {
  report.rows.reserve(names.size());
  for (const RosterName& name : names) report.rows.push_back(row_of(name));
  Try<void> done = send_all(run, group_path, names, report);
  settle_repeats(names, report);
  return done;
}

static Try<void> tell(Invocation& run, const RosterReport& report) {
  const auto file = run.args.text("report");
  if (file) BERTH_STEP(write_plain_file(*file, report_csv(report)));
  if (!file || run.wants_json()) {
    print_report(run, report);
    return {};
  }
  print_sums(run, report);
  run.say("each " + report.one + " with what became of it: " + *file);
  return {};
}

Try<int> import_names(Invocation& run, const std::string& group_path,
                      const std::vector<RosterName>& names, RosterReport report) {
  report.has_lines = true;
  Try<void> done = add_names(run, group_path, names, report);
  const std::size_t unsent = report.count(Adding::kUnsent);
  if (!done && unsent == report.rows.size()) return Fail(std::move(done).error());
  BERTH_STEP(tell(run, report));
  if (done) return report.is_good() ? kDone : kFailed;
  Failure failure = std::move(done).error();
  failure.what += "; " + std::to_string(unsent) + " " + report.one + "s were not tried";
  failure.mend += failure.mend.empty() ? "import" : "; then import";
  failure.mend += " the file again: " + report.one + "s that are there stay as they are";
  return Fail(std::move(failure));
}

std::string report_csv(const RosterReport& report) {
  std::string text = csv_line({"line", report.one, "result", "why"});
  for (const ReportRow& row : report.rows) {
    text += csv_line({std::to_string(row.line), base::printable(row.name, 200),
                      std::string(word(row.adding)), base::printable(row.what, 400)});
  }
  return text;
}

void print_sums(Invocation& run, const RosterReport& report) {
  std::string text;
  for (const Adding each : kAddings) {
    const std::size_t count = report.count(each);
    if (count == 0 && each != Adding::kAdded) continue;
    text += (text.empty() ? "" : ", ") + std::to_string(count) + " " + std::string(phrase(each));
  }
  run.world.out << text << '\n';
}

void print_report(Invocation& run, const RosterReport& report) {
  if (run.wants_json()) {
    json::object out;
    json::array& rows = out["rows"].emplace_array();
    for (const ReportRow& row : report.rows) {
      json::object item;
      if (report.has_lines) item["line"] = row.line;
      item["name"] = base::printable(row.name, 200);
      item["result"] = word(row.adding);
      item["what"] = row.what.empty() ? json::value() : json::value(row.what);
      rows.push_back(std::move(item));
    }
    for (const Adding each : kAddings) out[word(each)] = report.count(each);
    run.world.out << json::serialize(out) << '\n';
    return;
  }
  std::vector<std::string> header{"LINE", base::ascii_upper(report.one), "RESULT", "WHY"};
  if (!report.has_lines) header.erase(header.begin());
  std::vector<std::vector<std::string>> rows;
  rows.reserve(report.rows.size());
  for (const ReportRow& row : report.rows) rows.push_back(cells_of(row, report.has_lines));
  print_rows(run.world.out, header, rows);
  print_sums(run, report);
}

}  // namespace berth::cli
