// The serials of a template: which things may enrol, and what became of each.
#include "base/codec.h"
#include "cli/json_text.h"
#include "cli/private_file.h"
#include "cli/product_flags.h"
#include "cli/roster_export.h"
#include "cli/roster_report.h"
#include "cli/thing_flags.h"
#include "cli/verb_groups.h"

#include <boost/json.hpp>

#include <ostream>

namespace berth::cli {
namespace {

RosterReport report_of_serials() {
  RosterReport report;
  report.one = "serial";
  return report;
}

Try<Secret> password_flag(Invocation& run, const char* flag) {
  const auto given = run.args.text(flag);
  if (!given) return Secret();
  BERTH_TRY(const std::string text, text_or_file(run, *given));
  if (!text.empty()) return Secret::from_text(text);
  return WrongUsage(std::string("--") + flag + " is empty",
                    "leave it out for the password that the template derives");
}

Try<int> add(Invocation& run) {
  BERTH_TRY(const SerialPlace place, serial_place(run));
  std::vector<RosterName> serials = roster_of({place.serial});
  BERTH_TRY(serials.front().enrolment, password_flag(run, "enroll-password"));
  BERTH_TRY(serials.front().control, password_flag(run, "control-password"));
  RosterReport report = report_of_serials();
  BERTH_STEP(add_names(run, place.group, serials, report));
  print_report(run, report);
  return report.is_good() ? kDone : kFailed;
}

Try<int> import(Invocation& run) {
  const std::string file = word_of(run, "file");
  if (file.empty()) {
    return WrongUsage("`berth " + run.verb.name + "` needs FILE",
                      "for example: " + run.verb.example);
  }
  const std::string shown = file == "-" ? "standard input" : file;
  BERTH_TRY(const std::string text, read_input(run, file, kRosterFileMax));
  BERTH_TRY(const std::vector<RosterName> serials, read_serials(text, shown));
  BERTH_TRY(const TemplateAnd named, template_and(run, "file"));
  return import_names(run, named.path, serials, report_of_serials());
}

Try<int> export_serials(Invocation& run) {
  BERTH_TRY(const TemplateAnd named, template_and(run, "file"));
  RosterExport csv("serial");
  BERTH_STEP(read_pages(run, named.path + "/members", [&](const json::array& members) {
    csv.add(members);
    return true;
  }));
  if (named.word.empty() || named.word == "-") {
    run.world.out << csv.text();
    return kDone;
  }
  BERTH_STEP(write_plain_file(named.word, csv.text()));
  run.say("wrote " + std::to_string(csv.count()) + " serials to " + named.word);
  return kDone;
}

// "own", "derived", or which of the two is its own.
std::string password_kinds(const json::value& item) {
  const json::value* own = member(item, "ownPasswords");
  if (own == nullptr) return "-";
  const bool enrol = member_text(*own, "enroll") == "true";
  const bool control = member_text(*own, "control") == "true";
  if (enrol && control) return "own";
  if (!enrol && !control) return "derived";
  return enrol ? "own to enroll" : "own to control";
}

Try<int> list(Invocation& run) {
  BERTH_TRY(const TemplateAnd named, template_and(run, "template"));
  const auto state = run.args.text("state");
  json::array found;
  BERTH_STEP(read_pages(run, named.path + "/members", [&](const json::array& members) {
    for (const json::value& each : members) {
      if (!state || thing_state(each) == *state) found.push_back(each);
    }
    return true;
  }));
  if (run.wants_json()) {
    const json::object page{{"items", std::move(found)}, {"nextCursor", nullptr}};
    run.world.out << json_text(page) << '\n';
    return kDone;
  }
  std::vector<std::vector<std::string>> rows;
  rows.reserve(found.size());
  for (const json::value& each : found) {
    rows.push_back({shown(each, {"", "name"}), base::printable(thing_state(each)),
                    shown(each, {"", "deviceId"}), password_kinds(each), thing_locks(each),
                    short_time(base::printable(registered_at(each))),
                    short_time(base::printable(activated_at(each)))});
    for (std::string& cell : rows.back()) {
      if (cell.empty()) cell = "-";
    }
  }
  print_rows(run.world.out,
             {"SERIAL", "STATE", "PLUG-ID", "PASSWORDS", "LOCKED", "ENROLLED", "ACTIVATED"}, rows);
  return kDone;
}

// The member in the words of the list.
int show_serial(const Invocation& run, Answer answer) {
  json::object* card = answer.value.if_object();
  if (card != nullptr && card->contains("state")) (*card)["state"] = thing_state(answer.value);
  return run.show(answer);
}

Try<int> show(Invocation& run) {
  BERTH_TRY(const SerialPlace place, serial_place(run));
  BERTH_TRY(Api * api, run.api());
  BERTH_TRY(Answer answer, api->get(place.path));
  return show_serial(run, std::move(answer));
}

Try<int> enroll(Invocation& run) {
  BERTH_TRY(const SerialPlace place, serial_place(run));
  const bool again = run.args.is_set("reissue");
  if (again && !run.confirmed("Give " + place.serial +
                              " another connection password? The one it has is no longer good.")) {
    return kFailed;
  }
  json::object body;
  body["reissue"] = again;
  BERTH_TRY(Api * api, run.api());
  BERTH_TRY(const Answer answer, api->post(place.path + "/enroll", body));
  if (run.wants_json()) return run.show(answer);
  run.say("enrolled serial " + place.serial);
  print_card(run.world.out,
             json::object{{"plugId", member_text(answer.value, "deviceId")},
                          {"connection password", member_text(answer.value, "password")},
                          {"hub", member_text(answer.value, "hub")}});
  run.say("the password is not shown again");
  return kDone;
}

Try<int> act(Invocation& run, const char* action, const std::string& told) {
  BERTH_TRY(const SerialPlace place, serial_place(run));
  BERTH_TRY(Api * api, run.api());
  BERTH_TRY(Answer answer, api->act(place.path + "/" + action, {}));
  run.say("serial " + place.serial + told);
  return show_serial(run, std::move(answer));
}

Try<int> reset(Invocation& run) {
  return act(run, "reset", " must enroll again; what its thing connected with is no longer good");
}

Try<int> unlock(Invocation& run) {
  return act(run, "unlock", " is not locked; its wrong passwords are forgotten");
}

Try<int> switch_to(Invocation& run, bool enabled) {
  BERTH_TRY(const SerialPlace place, serial_place(run));
  json::object body;
  body["enabled"] = enabled;
  BERTH_TRY(Api * api, run.api());
  BERTH_TRY(Answer answer, api->patch(place.path, body, run.etag()));
  run.say((enabled ? "restored serial " : "revoked serial ") + place.serial);
  return show_serial(run, std::move(answer));
}

Try<int> restore(Invocation& run) { return switch_to(run, true); }
Try<int> revoke(Invocation& run) { return switch_to(run, false); }

Try<int> remove(Invocation& run) {
  BERTH_TRY(const SerialPlace place, serial_place(run));
  if (!run.confirmed("Delete serial " + place.serial + " with its thing?")) return kFailed;
  BERTH_TRY(Api * api, run.api());
  BERTH_STEP(api->remove(place.path, run.etag()));
  run.say("deleted serial " + place.serial);
  return kDone;
}

Flag file_flag(std::string help) {
  Flag flag{"file", "FILE", std::move(help)};
  flag.positional = true;
  return flag;
}

std::vector<Verb> list_verbs() {
  const FlagKind text = FlagKind::kText;
  return {{"thing serial add",
           "Puts a serial on the list of a template; on it already, it gets these passwords.",
           flags_of({one_serial_flags(),
                     {{"enroll-password", "PASSWORD",
                       "What its thing enrols with, 4 to 127 characters, or @FILE; derived when "
                       "left out."},
                      {"control-password", "PASSWORD",
                       "What those enrol with that control it; likewise."}}}),
           "berth thing serial add SN0001 --enroll-password enrol-1 --control-password control-1",
           &add},
          {"thing serial import",
           "Puts the serials of a CSV file on the list and says what became of each.",
           {template_flag(),
            file_flag("CSV with columns serial, enroll_password, control_password, or with these "
                      "three and no header; - for standard input."),
            scope_flag(),
            {"report", "FILE", "Write what became of each serial there, as CSV."}},
           "berth thing serial import serials.csv",
           &import},
          {"thing serial export",
           "Writes the list with the state of each serial, without passwords, as CSV.",
           {template_flag(), file_flag("Where to write it; standard output."), scope_flag()},
           "berth thing serial export things.csv",
           &export_serials},
          {"thing serial list",
           "Lists all serials of a template.",
           {template_flag(),
            scope_flag(),
            {"state",
             "STATE",
             "Only those in this state.",
             text,
             {},
             {"expected", "enrolled", "active", "must-enroll", "disabled"}}},
           "berth thing serial list",
           &list}};
}

}  // namespace

std::vector<Verb> thing_serial_verbs() {
  std::vector<Verb> verbs = list_verbs();
  const std::vector<Flag> one = one_serial_flags();
  const std::vector<Flag> edit = flags_of({one, {etag_flag()}});
  const Flag again{"reissue", "", "Also when it is enrolled: it gets another password.",
                   FlagKind::kSwitch};
  verbs.push_back({"thing serial show", "Shows one serial, its locks and its registration.", one,
                   "berth thing serial show SN0001", &show});
  verbs.push_back({"thing serial enroll",
                   "Enrols a thing by hand: prints its Plug-ID and connection password, once.",
                   flags_of({one, {again, yes_flag()}}), "berth thing serial enroll SN0001",
                   &enroll});
  verbs.push_back({"thing serial reset",
                   "Ends what a thing connects with: it must enrol again, and may.", one,
                   "berth thing serial reset SN0001", &reset});
  verbs.push_back({"thing serial unlock", "Ends the lock that wrong passwords brought about.", one,
                   "berth thing serial unlock SN0001", &unlock});
  verbs.push_back({"thing serial revoke",
                   "Refuses a serial: its thing can neither enrol nor connect.", edit,
                   "berth thing serial revoke SN0001", &revoke});
  verbs.push_back({"thing serial restore", "Gives a serial back what `revoke` took.", edit,
                   "berth thing serial restore SN0001", &restore});
  verbs.push_back({"thing serial delete", "Takes a serial off the list, with its thing.",
                   flags_of({edit, {yes_flag()}}), "berth thing serial delete SN0002 --yes",
                   &remove});
  return verbs;
}

}  // namespace berth::cli
