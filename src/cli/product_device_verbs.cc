// The devices of a product: the list of names that may register, and what became of each.
#include "base/codec.h"
#include "cli/json_text.h"
#include "cli/private_file.h"
#include "cli/product_flags.h"
#include "cli/roster_export.h"
#include "cli/roster_report.h"
#include "cli/verb_groups.h"

#include <boost/json.hpp>

#include <ostream>

namespace berth::cli {
namespace {

std::string name_of(const Invocation& run) { return run.args.text_or("device-name", ""); }

Try<std::string> member_path(Invocation& run) {
  BERTH_TRY(const std::string product, product_path(run));
  return product + "/members/" + base::percent_encode(name_of(run));
}

Try<int> add(Invocation& run) {
  BERTH_TRY(const std::string product, product_path(run));
  RosterReport report;
  BERTH_STEP(add_names(run, product, roster_of(run.args.texts("device-name")), report));
  print_report(run, report);
  return report.is_good() ? kDone : kFailed;
}

Try<int> import(Invocation& run) {
  const std::string file = run.args.text_or("file", "");
  const std::string shown = file == "-" ? "standard input" : file;
  BERTH_TRY(const std::string text, read_input(run, file, kRosterFileMax));
  BERTH_TRY(const std::vector<RosterName> names, read_roster(text, shown));
  BERTH_TRY(const std::string product, product_path(run));
  return import_names(run, product, names, {});
}

Try<int> export_names(Invocation& run) {
  const std::string file = run.args.text_or("file", "-");
  BERTH_TRY(const std::string product, product_path(run));
  RosterExport csv("name");
  BERTH_STEP(read_pages(run, product + "/members", [&](const json::array& members) {
    csv.add(members);
    return true;
  }));
  if (file == "-") {
    run.world.out << csv.text();
    return kDone;
  }
  BERTH_STEP(write_plain_file(file, csv.text()));
  run.say("wrote " + std::to_string(csv.count()) + " names to " + file);
  return kDone;
}

Try<int> list(Invocation& run) {
  BERTH_TRY(const std::string product, product_path(run));
  const auto state = run.args.text("state");
  json::array found;
  BERTH_STEP(read_pages(run, product + "/members", [&](const json::array& members) {
    for (const json::value& each : members) {
      if (!state || member_text(each, "state") == *state) found.push_back(each);
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
    rows.push_back({shown(each, {"", "name"}), shown(each, {"", "state"}),
                    shown(each, {"", "deviceId"}), was_requested(each) ? "itself" : "operator",
                    short_time(base::printable(registered_at(each))),
                    short_time(base::printable(activated_at(each)))});
    for (std::string& cell : rows.back()) {
      if (cell.empty()) cell = "-";
    }
  }
  print_rows(run.world.out, {"NAME", "STATE", "DEVICE", "ADDED BY", "REGISTERED", "ACTIVATED"},
             rows);
  return kDone;
}

Try<int> show(Invocation& run) {
  BERTH_TRY(const std::string path, member_path(run));
  BERTH_TRY(Api * api, run.api());
  BERTH_TRY(const Answer answer, api->get(path));
  return run.show(answer);
}

Try<int> reset(Invocation& run) {
  BERTH_TRY(const std::string path, member_path(run));
  BERTH_TRY(Api * api, run.api());
  BERTH_TRY(const Answer answer, api->act(path + "/reset", {}));
  const bool is_new = member_text(answer.value, "registration").empty();
  run.say("device " + name_of(run) +
          (is_new ? " has not registered yet and may"
                  : " may register again; what it has stays good until it does"));
  return run.show(answer);
}

Try<int> switch_to(Invocation& run, bool enabled) {
  BERTH_TRY(const std::string path, member_path(run));
  json::object body;
  body["enabled"] = enabled;
  BERTH_TRY(Api * api, run.api());
  BERTH_TRY(const Answer answer, api->patch(path, body, run.etag()));
  run.say((enabled ? "enabled device " : "disabled device ") + name_of(run));
  return run.show(answer);
}

Try<int> enable(Invocation& run) { return switch_to(run, true); }
Try<int> disable(Invocation& run) { return switch_to(run, false); }

Try<int> remove(Invocation& run) {
  BERTH_TRY(const std::string path, member_path(run));
  if (!run.confirmed("Delete device " + name_of(run) + " with its registration and identity?")) {
    return kFailed;
  }
  BERTH_TRY(Api * api, run.api());
  BERTH_STEP(api->remove(path, run.etag()));
  run.say("deleted device " + name_of(run));
  return kDone;
}

Flag name_flag() {
  return {"device-name", "NAME", "The device's name in its product.", FlagKind::kText, {"name"}, {},
          true,          true};
}

Flag file_flag(std::string help, bool required) {
  return {"file", "FILE", std::move(help), FlagKind::kText, {}, {}, required, true};
}

std::vector<Verb> list_verbs() {
  Flag names = name_flag();
  names.help = "A name; any number of them.";
  names.repeated = true;
  return {{"product device add",
           "Puts names on the list of a product's devices.",
           {names, product_flag(), scope_flag()},
           "berth product device add dev001 dev002",
           &add},
          {"product device import",
           "Puts the names of a CSV file on the list and says what became of each.",
           {file_flag("CSV with a column `name`, or one name a line; - for standard input.", true),
            product_flag(),
            scope_flag(),
            {"report", "FILE", "Write what became of each name there, as CSV."}},
           "berth product device import names.csv",
           &import},
          {"product device export",
           "Writes the list with the state of each device as CSV, which import reads, too.",
           {file_flag("Where to write it; standard output.", false), product_flag(), scope_flag()},
           "berth product device export devices.csv",
           &export_names},
          {"product device list",
           "Lists all devices of a product.",
           {product_flag(),
            scope_flag(),
            {"state",
             "STATE",
             "Only those in this state.",
             FlagKind::kText,
             {},
             {"expected", "registered", "activated", "disabled"}}},
           "berth product device list",
           &list}};
}

}  // namespace

std::vector<Verb> product_device_verbs() {
  std::vector<Verb> verbs = list_verbs();
  const std::vector<Flag> one{name_flag(), product_flag(), scope_flag()};
  verbs.push_back({"product device show", "Shows one device of a product, and its registration.",
                   one, "berth product device show dev001", &show});
  verbs.push_back({"product device reset",
                   "Lets a device register once more that has connected with what it was given.",
                   one, "berth product device reset dev001", &reset});
  verbs.push_back(
      {"product device disable", "Refuses a device: it can neither register nor connect.",
       flags_of({one, {etag_flag()}}), "berth product device disable dev001", &disable});
  verbs.push_back({"product device enable", "Gives a device back what `disable` took.",
                   flags_of({one, {etag_flag()}}), "berth product device enable dev001", &enable});
  verbs.push_back({"product device delete",
                   "Takes a name off the list, with its registration and identity.",
                   flags_of({one, {etag_flag(), yes_flag()}}),
                   "berth product device delete dev002 --yes", &remove});
  return verbs;
}

}  // namespace berth::cli
