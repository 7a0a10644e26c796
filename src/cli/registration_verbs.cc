// Registrations: what became of the devices' requests.
#include "cli/body.h"
#include "cli/invocation.h"
#include "cli/verb_groups.h"

#include <boost/json.hpp>

namespace berth::cli {
namespace {

const std::vector<Column> kColumns{{"REGISTRATION", "id"},
                                   {"STATUS", "status"},
                                   {"HUB", "hub"},
                                   {"DEVICE", "deviceId"},
                                   {"ENROLLMENT", "enrollment", Show::kRef},
                                   {"UPDATED", "updatedAt", Show::kTime}};

std::string id_of(const Invocation& run) { return run.args.text_or("registration-id", ""); }

Try<std::string> target(Invocation& run) {
  BERTH_TRY(const std::string scope, run.scope());
  return path_of({"scopes", scope, "registrations", id_of(run)});
}

Try<int> list(Invocation& run) {
  if (run.args.has("enrollment-id") && run.args.has("group-id")) {
    return WrongUsage("--enrollment-id and --group-id cannot be given together",
                      "registrations belong to one enrollment or one group");
  }
  BERTH_TRY(auto query, run.page_query());
  query.emplace_back("enrollment", run.args.text_or("enrollment-id", ""));
  query.emplace_back("enrollmentGroup", run.args.text_or("group-id", ""));
  BERTH_TRY(const std::string scope, run.scope());
  BERTH_TRY(Api * api, run.api());
  const std::string path = with_query(path_of({"scopes", scope, "registrations"}), query);
  BERTH_TRY(const Answer answer, api->get(path));
  return run.show_list(answer, kColumns);
}

Try<int> show(Invocation& run) {
  BERTH_TRY(const std::string path, target(run));
  BERTH_TRY(Api * api, run.api());
  BERTH_TRY(const Answer answer, api->get(path));
  return run.show(answer);
}

Try<int> remove(Invocation& run) {
  BERTH_TRY(const std::string path, target(run));
  if (!run.confirmed("Delete registration " + id_of(run) + " and the device it made?")) {
    return kFailed;
  }
  BERTH_TRY(Api * api, run.api());
  BERTH_STEP(api->remove(path, run.etag()));
  run.say("deleted registration " + id_of(run));
  return kDone;
}

// --to group/line-7, or one of the two longer flags.
Try<json::object> new_owner(Invocation& run) {
  auto individual = run.args.text("to-enrollment");
  auto group = run.args.text("to-group");
  const std::string to = run.args.text_or("to", "");
  if (to.starts_with("group/")) group = to.substr(6);
  if (to.starts_with("individual/")) individual = to.substr(11);
  const bool misread = !to.empty() && run.args.has("to-enrollment") + run.args.has("to-group") > 0;
  if (misread || individual.has_value() == group.has_value()) {
    return WrongUsage(
        "`berth registration transfer` needs one of --to group/ID, --to "
        "individual/ID, --to-group ID, --to-enrollment ID",
        "for example: " + run.verb.example);
  }
  json::object body;
  body["kind"] = group ? "group" : "individual";
  body["id"] = group ? *group : *individual;
  return body;
}

std::string owner(const json::value& registration) {
  const json::value* ref = member(registration, "enrollment");
  return ref == nullptr ? "?" : member_text(*ref, "kind") + "/" + member_text(*ref, "id");
}

Try<int> transfer(Invocation& run) {
  BERTH_TRY(const json::object body, new_owner(run));
  BERTH_TRY(const std::string path, target(run));
  BERTH_TRY(Api * api, run.api());
  BERTH_TRY(const Answer answer, api->post(path + "/transfer", body, run.etag()));
  run.say("registration " + id_of(run) + " now belongs to " + owner(answer.value));
  return run.show(answer);
}

Flag id_flag() {
  return {"registration-id",
          "ID",
          "The registration id, in any spelling of its case.",
          FlagKind::kText,
          {"rid"},
          {},
          true,
          true};
}

}  // namespace

std::vector<Verb> registration_verbs() {
  return {
      {"registration list", "Lists the devices that registered in a scope.",
       flags_of(
           {{scope_flag(),
             {"enrollment-id", "ID", "Only those of this enrollment.", FlagKind::kText, {"eid"}},
             {"group-id", "ID", "Only those of this enrollment group.", FlagKind::kText, {"gid"}}},
            page_flags()}),
       "berth registration list --group-id line-7", &list},
      {"registration show",
       "Shows where one device was assigned.",
       {id_flag(), scope_flag()},
       "berth registration show sn-7001",
       &show},
      {"registration transfer",
       "Gives a registration id to another enrollment; until then it belongs to the first.",
       {id_flag(),
        scope_flag(),
        {"to", "KIND/ID", "The new owner: group/ID or individual/ID."},
        {"to-enrollment", "ID", "The enrollment that shall own it."},
        {"to-group", "ID", "The enrollment group that shall own it."},
        etag_flag()},
       "berth registration transfer sn-7001 --to group/line-7",
       &transfer},
      {"registration delete",
       "Deletes a registration and the device it made.",
       {id_flag(), scope_flag(), etag_flag(), yes_flag()},
       "berth registration delete sn-7002 --yes",
       &remove}};
}

}  // namespace berth::cli
