// Why a device got in or was refused.
#include "base/codec.h"
#include "cli/body.h"
#include "cli/invocation.h"
#include "cli/verb_groups.h"

#include <boost/json.hpp>

#include <array>
#include <cstdio>
#include <ostream>

namespace berth::cli {
namespace {

const std::vector<Column> kColumns{{"STARTED", "startedAt", Show::kTime},
                                   {"OUTCOME", "outcome"},
                                   {"REASON", "reason"},
                                   {"REGISTRATION", "registrationId"},
                                   {"ENROLLMENT", "enrollment"},
                                   {"SOURCE", "source"},
                                   {"COUNT", "count"},
                                   {"TRAIL", "id"}};

std::string text(const json::value& value, std::string_view name) {
  return base::printable(member_text(value, name), 4000);
}

const json::array& items_of(const json::value& value, std::string_view name) {
  static const json::array kNone;
  const json::value* found = member(value, name);
  return found != nullptr && found->is_array() ? found->get_array() : kNone;
}

bool looks_like_trail_id(std::string_view text) {
  return text.size() == 36 && text[8] == '-' && text[13] == '-' && text[18] == '-' &&
         text[23] == '-';
}

// One look: the trail of that id, or the latest of that device; an empty answer when there is none.
Try<Answer> look(Invocation& run, const std::string& id, bool failed_only) {
  BERTH_TRY(Api * api, run.api());
  if (looks_like_trail_id(id)) {
    Try<Answer> trail = api->get(path_of({"trails", id}));
    if (trail || trail.error().kind != ErrorKind::kNotFound) return trail;
  }
  BERTH_TRY(const Answer list,
            api->get(with_query(path_of({"trails"}), {{"registrationId", id},
                                                      {"failed", failed_only ? "true" : ""},
                                                      {"scope", run.args.text_or("scope", "")},
                                                      {"limit", "1"}})));
  const json::array& items = items_of(list.value, "items");
  Answer answer;
  if (items.empty()) return answer;
  answer.value = items.front();
  answer.text = json::serialize(answer.value);
  return answer;
}

bool is_unexplained(const Answer& trail) {
  return member_text(trail.value, "outcome") != "assigned" &&
         items_of(trail.value, "findings").empty();
}

// Refused attempts are explained and written down a moment after the device has its answer, so what
// is not there yet is asked for again.
Try<Answer> find(Invocation& run, const std::string& id, bool failed_only) {
  constexpr int kLooks = 8;
  constexpr std::chrono::milliseconds kPause{250};
  Answer answer;
  for (int i = 0; i < kLooks; ++i) {
    if (i > 0) run.world.pause(kPause);
    BERTH_TRY(answer, look(run, id, failed_only));
    if (!answer.text.empty() && !(failed_only && is_unexplained(answer))) return answer;
  }
  if (!answer.text.empty()) return answer;
  return Refuse("there is no " + std::string(failed_only ? "failed attempt" : "attempt") + " of `" +
                    base::printable(id, 140) + "`, and no trail of that id",
                "the device never reached this server, or its trail is no longer kept",
                "`berth trail list` shows the latest attempts of all devices");
}

std::string ended(const json::value& trail) {
  const std::string reason = text(trail, "reason");
  if (member_text(trail, "outcome") == "assigned") {
    return "assigned to hub " + text(trail, "hub") + " as " + text(trail, "deviceId");
  }
  return text(trail, "outcome") + ": " + reason;
}

void print_head(std::ostream& out, const json::value& trail) {
  const std::array<std::pair<std::string_view, std::string>, 9> lines{
      {{"trail", text(trail, "id")},
       {"device", text(trail, "registrationId")},
       {"scope", text(trail, "scope")},
       {"ended", ended(trail)},
       {"enrollment", text(trail, "enrollment")},
       {"started", short_time(text(trail, "startedAt"))},
       {"asked", text(trail, "operation") + " over " + text(trail, "transport") + " (" +
                     text(trail, "dialect") + "), host " + text(trail, "host")},
       {"from", text(trail, "source")},
       {"client", text(trail, "client")}}};
  for (const auto& [name, value] : lines) {
    if (value.empty()) continue;
    out << name << std::string(12 - name.size(), ' ') << value << '\n';
  }
  const json::value* count = member(trail, "count");
  if (count != nullptr && count->is_int64() && count->get_int64() > 1) {
    out << "repeated    " << count->get_int64() << " equal refusals in a row\n";
  }
}

void print_step(std::ostream& out, const json::value& step, double started_ms) {
  const json::value* took = member(step, "tookNanoseconds");
  const json::value* passed = member(step, "passed");
  const bool went_well = passed != nullptr && passed->is_bool() && passed->get_bool();
  std::array<char, 80> line{};
  std::snprintf(line.data(), line.size(), "  %+9.3f ms  %-9s  %-7s  %12s  ", started_ms,
                text(step, "step").c_str(), went_well ? "passed" : "refused",
                short_duration(took == nullptr ? json::value() : *took).c_str());
  std::string shown = std::string(line.data()) + text(step, "detail");
  shown.erase(shown.find_last_not_of(' ') + 1);
  out << shown << '\n';
  const std::string indent(17, ' ');
  for (const char* name : {"expected", "received"}) {
    const std::string value = text(step, name);
    if (!value.empty()) out << indent << name << "  " << value << '\n';
  }
}

void print_timeline(std::ostream& out, const json::value& trail) {
  double at_ms = 0;
  for (const json::value& step : items_of(trail, "steps")) {
    print_step(out, step, at_ms);
    const json::value* took = member(step, "tookNanoseconds");
    if (took != nullptr && took->is_number()) at_ms += took->to_number<double>() / 1e6;
  }
  const json::value* took = member(trail, "tookNanoseconds");
  out << "  together " << short_duration(took == nullptr ? json::value() : *took) << '\n';
}

// The step that refused, or nullptr.
const json::value* failed_step(const json::value& trail) {
  for (const json::value& step : items_of(trail, "steps")) {
    const json::value* passed = member(step, "passed");
    if (passed != nullptr && passed->is_bool() && !passed->get_bool()) return &step;
  }
  return nullptr;
}

void print_finding(std::ostream& out, const json::value& finding) {
  const json::value* proven = member(finding, "proven");
  const bool is_proven = proven != nullptr && proven->is_bool() && proven->get_bool();
  out << (is_proven ? "proven      " : "possible    ") << text(finding, "text") << " ("
      << text(finding, "cause") << ")\n";
  const std::string mend = text(finding, "mend");
  if (!mend.empty()) out << "  mend      " << mend << '\n';
}

// Proven causes first, otherwise in the order of the API (likeliest first).
void print_findings(std::ostream& out, const json::value& trail) {
  const json::array& findings = items_of(trail, "findings");
  if (findings.empty()) {
    out << "cause       not known yet: refused attempts are explained shortly after; ask again\n";
    return;
  }
  for (const bool wanted : {true, false}) {
    for (const json::value& finding : findings) {
      const json::value* proven = member(finding, "proven");
      const bool is_proven = proven != nullptr && proven->is_bool() && proven->get_bool();
      if (is_proven == wanted) print_finding(out, finding);
    }
  }
}

void print_explanation(std::ostream& out, const json::value& trail) {
  const std::string device = text(trail, "registrationId");
  out << device << " " << ended(trail) << '\n';
  if (const json::value* step = failed_step(trail)) {
    out << "at step     " << text(*step, "step");
    const std::string detail = text(*step, "detail");
    out << (detail.empty() ? "" : ": " + detail) << '\n';
    for (const char* name : {"expected", "received"}) {
      const std::string value = text(*step, name);
      if (!value.empty()) out << name << "    " << value << '\n';
    }
  }
  if (member_text(trail, "outcome") != "assigned") print_findings(out, trail);
  out << "trail       " << text(trail, "id") << ", " << short_time(text(trail, "startedAt"))
      << '\n';
}

Try<int> list(Invocation& run) {
  BERTH_TRY(auto query, run.page_query());
  query.emplace_back("scope", run.args.text_or("scope", ""));
  query.emplace_back("registrationId", run.args.text_or("registration-id", ""));
  query.emplace_back("failed", run.args.is_set("failed") ? "true" : "");
  BERTH_TRY(Api * api, run.api());
  BERTH_TRY(const Answer answer, api->get(with_query(path_of({"trails"}), query)));
  return run.show_list(answer, kColumns);
}

Try<int> show(Invocation& run) {
  BERTH_TRY(const Answer trail, find(run, run.args.text_or("trail-id", ""), false));
  if (run.wants_json()) return run.show(trail);
  print_head(run.world.out, trail.value);
  print_timeline(run.world.out, trail.value);
  return kDone;
}

Try<int> explain(Invocation& run) {
  BERTH_TRY(const Answer trail, find(run, run.args.text_or("trail-id", ""), true));
  if (run.wants_json()) return run.show(trail);
  print_explanation(run.world.out, trail.value);
  return kDone;
}

Flag id_flag(std::string help) {
  return {
      "trail-id", "ID", std::move(help), FlagKind::kText, {"tracking-id", "registration-id"}, {},
      true,       true};
}

}  // namespace

std::vector<Verb> trail_verbs() {
  Flag scope = scope_flag();
  scope.help = "Only attempts at this ID scope.";
  return {
      {"trail list", "Lists attempts to register, the latest first.",
       flags_of({{{"failed", "", "Only those that were refused or failed.", FlagKind::kSwitch},
                  {"registration-id", "ID", "Only those of this device.", FlagKind::kText, {"rid"}},
                  scope},
                 page_flags()}),
       "berth trail list --failed", &list},
      {"trail show",
       "Shows every step of one attempt with its verdict and time.",
       {id_flag("A trail id, the tracking id a device was answered with, or a registration id for "
                "its latest attempt."),
        scope},
       "berth trail show sn-7000",
       &show},
      {"trail explain",
       "Says why an attempt failed: step, expected and received, likely causes, how to mend it.",
       {id_flag("A trail id, the tracking id a device was answered with, or a registration id for "
                "its latest failure."),
        scope},
       "berth trail explain sn-8000",
       &explain}};
}

}  // namespace berth::cli
