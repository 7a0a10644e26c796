// What the devices of a hub send, as it comes.
#include "base/codec.h"
#include "cli/device_flags.h"
#include "cli/json_text.h"
#include "cli/verb_groups.h"

#include <boost/json.hpp>

#include <algorithm>
#include <ostream>

namespace berth::cli {
namespace {

// Short, because a server that stops lets calls under way end first.
constexpr std::chrono::seconds kWait{5};
constexpr std::chrono::seconds kMargin{10};  // the answer of a long wait may come that late
constexpr std::chrono::milliseconds kPauseMin{500};
constexpr std::chrono::milliseconds kPauseMax{5000};
constexpr std::size_t kBodyShownMax = 4000;
// Empty pages in a row that still move on: the server looks at a bounded stretch of the log at a
// time, and --device may skip many.
constexpr int kEmptyPagesMax = 10'000;

std::string shown_property(std::string_view name, const json::value& value) {
  std::string text = base::printable(name);
  if (const json::string* given = value.if_string()) text += "=" + base::printable(*given);
  return text;
}

std::string shown_body(const json::value& event) {
  const json::value* body = member(event, "body");
  if (body == nullptr) return {};
  const json::string* text = body->if_string();
  if (text == nullptr || member_text(event, "bodyEncoding") == "json") {
    return base::printable(json_text(*body), kBodyShownMax);
  }
  const bool encoded = member_text(event, "bodyEncoding") == "base64";
  return (encoded ? "base64:" : "") + base::printable(*text, kBodyShownMax);
}

// "2026-01-31 12:00:00Z  sn-7001  {"t":21}  alert=true"
std::string shown_event(const json::value& event) {
  std::string line = short_time(base::printable(member_text(event, "enqueuedAt"))) + "  " +
                     base::printable(member_text(event, "deviceId"));
  const std::string kind = member_text(event, "kind");
  if (kind != "telemetry") line += "  " + base::printable(kind);
  const std::string body = shown_body(event);
  line += "  " + (body.empty() ? "(empty)" : body);
  const json::value* properties = member(event, "properties");
  if (properties == nullptr || !properties->is_object()) return line;
  for (const auto& each : properties->get_object()) {
    line += "  " + shown_property(each.key(), each.value());
  }
  return line;
}

class Reader {
 public:
  explicit Reader(Invocation& run) : run_(run), cursor_(run.args.text_or("cursor", "")) {}

  Try<int> read_page();
  Try<int> follow();

 private:
  Try<std::size_t> read(std::uint64_t limit, std::chrono::seconds wait);
  void print(const json::value& page, const json::array& events);
  bool may_try_again(const Failure& failure);

  Invocation& run_;
  std::string hub_;
  std::string cursor_;
  bool has_read_ = false;
  bool is_away_ = false;
  std::chrono::milliseconds pause_ = kPauseMin;
};

void Reader::print(const json::value& page, const json::array& events) {
  const json::value* gap = member(page, "gap");
  if (gap != nullptr && gap->is_bool() && gap->get_bool()) {
    run_.world.out.flush();
    run_.world.err << "events before the next one are gone: retention took them\n";
  }
  for (const json::value& event : events) {
    run_.world.out << (run_.wants_json() ? json_text(event) : shown_event(event)) << '\n';
  }
  run_.world.out.flush();
}

// How many events came.
Try<std::size_t> Reader::read(std::uint64_t limit, std::chrono::seconds wait) {
  BERTH_TRY(Api * api, run_.api());
  if (hub_.empty()) {
    BERTH_TRY(hub_, run_.hub());
  }
  const std::string target =
      with_query(path_of({"hubs", hub_, "events"}),
                 {{"cursor", cursor_},
                  {"device", run_.args.text_or("device", "")},
                  {"limit", std::to_string(limit)},
                  {"wait", wait.count() == 0 ? "" : std::to_string(wait.count())}});
  BERTH_TRY(const Answer page, api->get(target));
  static const json::array kNone;
  const json::value* items = member(page.value, "items");
  const json::array& events = items != nullptr && items->is_array() ? items->get_array() : kNone;
  print(page.value, events);
  cursor_ = member_text(page.value, "nextCursor");
  has_read_ = true;
  return events.size();
}

Try<int> Reader::read_page() {
  BERTH_TRY(const auto query, run_.page_query());
  static_cast<void>(query);  // its limit was checked
  std::uint64_t left = run_.args.number("limit").value_or(kListLimitDefault);
  for (int empty = 0; left > 0 && empty < kEmptyPagesMax;) {
    const std::string before = cursor_;
    BERTH_TRY(const std::size_t count, read(left, std::chrono::seconds(0)));
    if (count == 0 && cursor_ == before) return kDone;
    empty = count == 0 ? empty + 1 : 0;
    left -= std::min<std::uint64_t>(left, count);
  }
  run_.world.err << "more may follow: add --cursor " << base::printable(cursor_, 1000) << '\n';
  return kDone;
}

bool Reader::may_try_again(const Failure& failure) {
  return has_read_ && failure.kind == ErrorKind::kUnavailable;
}

// Until Ctrl-C. A server that goes away is waited for, and read on from where it was left.
Try<int> Reader::follow() {
  run_.listen_for_interrupts();
  run_.be_patient(kWait + kMargin);
  if (cursor_.empty() && !run_.args.is_set("from-start")) cursor_ = "now";
  while (!run_.world.interrupted() && run_.world.out) {
    // The first answer comes at once: from then on it is known where to read on.
    const std::chrono::seconds wait = has_read_ ? kWait : std::chrono::seconds(0);
    Try<std::size_t> count = read(kListLimitMax, wait);
    if (run_.world.interrupted()) return kDone;
    if (count) {
      if (is_away_) run_.world.err << "the server is back\n";
      is_away_ = false;
      pause_ = kPauseMin;
      continue;
    }
    if (!is_away_ && !may_try_again(count.error())) return Fail(std::move(count).error());
    if (!is_away_) run_.world.err << "the server is away; waiting for it\n";
    is_away_ = true;
    run_.world.pause(pause_);
    pause_ = std::min(pause_ * 2, kPauseMax);
    run_.reconnect();
  }
  return kDone;
}

Try<int> events(Invocation& run) {
  if (run.args.is_set("from-start") && run.args.has("cursor")) {
    return WrongUsage("--from-start and --cursor cannot be given together",
                      "a cursor says where to start");
  }
  Reader reader(run);
  return run.args.is_set("follow") ? reader.follow() : reader.read_page();
}

}  // namespace

std::vector<Verb> event_verbs() {
  return {{"hub events",
           "Prints what devices sent, a line each; with --follow as it comes, until Ctrl-C.",
           flags_of({{{"hub-name",
                       "HUB",
                       "Short name of the hub; may be left out while there is only one.",
                       FlagKind::kText,
                       {"hub"},
                       {},
                       false,
                       true},
                      {"device", "ID", "Only what this device sent.", FlagKind::kText, {"did"}},
                      {"follow", "", "Wait for what comes from now on.", FlagKind::kSwitch},
                      {"from-start", "", "With --follow: first everything that is kept.",
                       FlagKind::kSwitch}},
                     page_flags()}),
           "berth hub events --limit 10", &events}};
}

}  // namespace berth::cli
