// The fleet: all devices in one list, what happened lately, and what happens now.
#include "base/codec.h"
#include "cli/invocation.h"
#include "cli/json_text.h"
#include "cli/verb_groups.h"

#include <boost/json.hpp>

#include <algorithm>
#include <ostream>

namespace berth::cli {
namespace {

const std::vector<Column> kColumns{{"ID", "id"},
                                   {"STATUS", "status"},
                                   {"REASON", "reason"},
                                   {"HUB", "hub"},
                                   {"CONNECTED", "connected"},
                                   {"TEMPLATE", "template"},
                                   {"NAME", "displayName"},
                                   {"UPDATED", "updatedAt", Show::kTime}};

// Pages that a filter leaves empty are read over: each has looked at many devices.
constexpr int kPagesMax = 1'000;
constexpr std::size_t kLineShownMax = 4000;
constexpr std::size_t kLineBytesMax = 4 * 1024 * 1024;
constexpr std::chrono::seconds kPause{1};

std::string shown(const json::value& value, std::string_view name) {
  return base::printable(member_text(value, name), kLineShownMax);
}

Try<int> find(Invocation& run) {
  BERTH_TRY(auto query, run.page_query());
  for (const char* each :
       {"query", "status", "hub", "template", "enrollment", "connected", "sort", "scope"}) {
    query.emplace_back(each, run.args.text_or(each, ""));
  }
  const std::uint64_t limit = run.args.number("limit").value_or(kListLimitDefault);
  BERTH_TRY(Api * api, run.api());
  json::array items;
  Answer page;
  for (int i = 0; i < kPagesMax; ++i) {
    BERTH_TRY(page, api->get(with_query(path_of({"fleet"}), query)));
    const json::value* more = member(page.value, "items");
    if (more != nullptr && more->is_array()) {
      for (const json::value& each : more->get_array()) items.push_back(each);
    }
    const std::string cursor = member_text(page.value, "nextCursor");
    if (cursor.empty() || items.size() >= limit) break;
    for (auto& [name, value] : query) {
      if (name == "cursor") value = cursor;
      if (name == "limit") value = std::to_string(limit - items.size());
    }
  }
  if (json::object* whole = page.value.if_object()) (*whole)["items"] = std::move(items);
  page.text = json_text(page.value);
  return run.show_list(page, kColumns);
}

void print_table(std::ostream& out, const json::value& overview) {
  const json::value* devices = member(overview, "devices");
  const json::value none = json::object();
  const json::value& counts = devices == nullptr ? none : *devices;
  out << "devices     " << shown(counts, "total") << " registered, " << shown(counts, "connected")
      << " connected, " << shown(counts, "waiting") << " waiting for approval\n";
  const json::value* attempts = member(overview, "attempts");
  if (attempts != nullptr && attempts->is_array()) {
    for (const json::value& each : attempts->get_array()) {
      out << short_time(shown(each, "at")) << "  assigned " << shown(each, "assigned")
          << "  refused " << shown(each, "refused") << "  failed " << shown(each, "failed") << '\n';
    }
  }
  const json::value* reasons = member(overview, "reasons");
  if (reasons == nullptr || !reasons->is_array()) return;
  for (const json::value& each : reasons->get_array()) {
    out << shown(each, "count") << " x " << shown(each, "reason") << '\n';
  }
}

Try<int> overview(Invocation& run) {
  BERTH_TRY(Api * api, run.api());
  const std::string target = with_query(
      path_of({"overview"}),
      {{"scope", run.args.text_or("scope", "")}, {"hours", run.args.text_or("hours", "")}});
  BERTH_TRY(const Answer answer, api->get(target));
  if (run.wants_json()) return run.show(answer);
  print_table(run.world.out, answer.value);
  return kDone;
}

// "2026-01-31 12:00:00Z  attempt  sn-7001  refused: proof_rejected"
std::string line_of(std::string_view event, const json::value& data) {
  const bool attempt = event == "attempt";
  const bool telemetry = event == "telemetry";
  std::string line = short_time(shown(data, telemetry ? "enqueuedAt" : "at")) + "  ";
  line += std::string(event) + "  ";
  line += shown(data, attempt ? "registrationId" : telemetry ? "deviceId" : "device") + "  ";
  if (attempt) {
    const std::string reason = shown(data, "reason");
    line += shown(data, "outcome") + (reason.empty() ? " at " + shown(data, "hub") : ": " + reason);
  } else if (telemetry) {
    const json::value* body = member(data, "body");
    line += body == nullptr ? "(empty)" : base::printable(json_text(*body), kLineShownMax);
  } else {
    line += member_text(data, "connected") == "true" ? "connected" : "left";
  }
  return line;
}

// Reads server-sent events line by line.
class LiveReader {
 public:
  explicit LiveReader(Invocation& run) : run_(run) {}

  bool take(std::string_view piece) {
    text_ += piece;
    for (std::size_t end = text_.find('\n'); end != std::string::npos; end = text_.find('\n')) {
      line(std::string_view(text_).substr(0, end));
      text_.erase(0, end + 1);
    }
    run_.world.out.flush();
    return text_.size() <= kLineBytesMax && run_.world.out && !run_.world.interrupted();
  }
  // Why the server ended it, if it said so.
  const std::string& bye() const { return bye_; }

 private:
  void line(std::string_view text) {
    constexpr std::string_view kEvent = "event: ";
    constexpr std::string_view kData = "data: ";
    if (text.starts_with(kEvent)) event_ = text.substr(kEvent.size());
    if (!text.starts_with(kData)) return;
    boost::system::error_code bad;
    const json::value data = json::parse(text.substr(kData.size()), bad);
    if (bad) return;
    if (event_ == "bye") {
      bye_ = shown(data, "reason");
    } else if (run_.wants_json()) {
      json::object both;
      both["event"] = event_;
      both["data"] = data;
      run_.world.out << json_text(both) << '\n';
    } else {
      run_.world.out << line_of(event_, data) << '\n';
    }
  }

  Invocation& run_;
  std::string text_;
  std::string event_;
  std::string bye_;
};

// Until Ctrl-C. A stream that ends for any reason but the token's is begun again.
Try<int> live(Invocation& run) {
  run.listen_for_interrupts();
  const std::string target =
      with_query(path_of({"live"}), {{"scope", run.args.text_or("scope", "")},
                                     {"hub", run.args.text_or("hub", "")},
                                     {"device", run.args.text_or("device", "")}});
  bool begun = false;
  while (!run.world.interrupted() && run.world.out) {
    LiveReader reader(run);
    Try<Api*> api = run.api();
    if (!api) return Fail(std::move(api).error());
    const Try<void> ended = (*api)->follow(target, [&reader, &begun](std::string_view piece) {
      begun = true;
      return reader.take(piece);
    });
    if (run.world.interrupted() || !run.world.out) return kDone;
    if (reader.bye() == "session") {
      return Refuse("the server ended the stream", "the token has expired or was revoked",
                    "give another with --token");
    }
    const bool refused = !ended && ended.error().kind != ErrorKind::kUnavailable;
    if (!ended && (refused || !begun)) return Fail(ended.error());
    run.world.err << "the stream ended; beginning it again\n";
    run.world.pause(std::chrono::duration_cast<std::chrono::milliseconds>(kPause));
    run.reconnect();
  }
  return kDone;
}

Flag only_scope() {
  Flag scope = scope_flag();
  scope.help = "Only this ID scope.";
  return scope;
}

}  // namespace

std::vector<Verb> fleet_verbs() {
  const Flag hub{"hub", "HUB", "Only what is at this hub.", FlagKind::kText, {"hub-name"}};
  Verb follow{
      "live",
      "Follows what happens from now on: attempts to register, connections, telemetry; until "
      "Ctrl-C.",
      {only_scope(),
       hub,
       {"device", "ID", "Only this registration or device.", FlagKind::kText, {"did"}}},
      "berth live --device sn-7000",
      &live};
  follow.untested = "it ends with Ctrl-C alone";
  return {{"device find",
           "Lists all devices: listed and not registered yet, registered, or made by hand.",
           flags_of({{{"query",
                       "TEXT",
                       "Part of the id or name; case does not count.",
                       FlagKind::kText,
                       {},
                       {},
                       false,
                       true},
                      {"status",
                       "STATUS",
                       "Only devices of this status.",
                       FlagKind::kText,
                       {},
                       {"registered", "waiting", "blocked", "unassigned", "assigning", "assigned",
                        "failed", "disabled", "identity"}},
                      hub,
                      {"template", "ID", "Only devices of this template."},
                      {"enrollment",
                       "ID",
                       "Only devices of this enrollment or group.",
                       FlagKind::kText,
                       {"enrollment-id", "eid"}},
                      {"connected", "BOOL", "Only devices that are connected, or only others.",
                       FlagKind::kBoolean},
                      {"sort",
                       "ORDER",
                       "The order; by id.",
                       FlagKind::kText,
                       {},
                       {"id", "-id", "updatedAt", "-updatedAt"}},
                      only_scope()},
                     page_flags()}),
           "berth device find --status assigned", &find},
          {"overview",
           "Counts attempts by the hour, failures by reason, and devices.",
           {only_scope(), {"hours", "N", "How far back, 1 to 168; 24.", FlagKind::kNumber}},
           "berth overview --hours 2",
           &overview},
          std::move(follow)};
}

}  // namespace berth::cli
