#include "cli/body.h"
#include "cli/invocation.h"
#include "cli/verb_groups.h"

#include <boost/json.hpp>

namespace berth::cli {
namespace {

const std::vector<Column> kColumns{{"HUB", "name"},
                                   {"HOST", "host"},
                                   {"NAME", "displayName"},
                                   {"CREATED", "createdAt", Show::kTime}};
const std::vector<Column> kLinkColumns{{"SCOPE", "scope"},
                                       {"HUB", "hub"},
                                       {"WEIGHT", "weight"},
                                       {"ALLOCATION", "applyAllocation"},
                                       {"VERSION", "version"}};

Try<int> create(Invocation& run) {
  json::object body;
  body["name"] = run.args.text_or("hub-name", "");
  if (const auto host = run.args.text("host")) body["host"] = *host;
  put_text(body, "displayName", run.args, "display-name");
  BERTH_TRY(Api * api, run.api());
  BERTH_TRY(const Answer answer, api->post(path_of({"hubs"}), body));
  run.say("created hub " + member_text(answer.value, "name") +
          "; scopes assign devices to it once it is linked: berth hub link");
  return run.show(answer);
}

// All hubs, or with --scope the hubs linked to it.
Try<int> list(Invocation& run) {
  BERTH_TRY(const auto query, run.page_query());
  BERTH_TRY(Api * api, run.api());
  if (const auto scope = run.args.text("scope")) {
    BERTH_TRY(const Answer answer, api->get(path_of({"scopes", *scope, "hubs"})));
    return run.show_list(answer, kLinkColumns);
  }
  BERTH_TRY(const Answer answer, api->get(with_query(path_of({"hubs"}), query)));
  return run.show_list(answer, kColumns);
}

Try<int> show(Invocation& run) {
  BERTH_TRY(const std::string hub, run.hub());
  BERTH_TRY(Api * api, run.api());
  BERTH_TRY(const Answer answer, api->get(path_of({"hubs", hub})));
  return run.show(answer);
}

Try<int> update(Invocation& run) {
  json::object body;
  put_text(body, "displayName", run.args, "display-name");
  BERTH_STEP(require_change(body, run.verb));
  BERTH_TRY(const std::string hub, run.hub());
  BERTH_TRY(Api * api, run.api());
  BERTH_TRY(const Answer answer, api->patch(path_of({"hubs", hub}), body, run.etag()));
  run.say("updated hub " + hub);
  return run.show(answer);
}

Try<int> remove(Invocation& run) {
  const std::string hub = run.args.text_or("hub-name", "");
  if (!run.confirmed("Delete hub " + hub + "?")) return kFailed;
  BERTH_TRY(Api * api, run.api());
  BERTH_STEP(api->remove(path_of({"hubs", hub}), run.etag()));
  run.say("deleted hub " + hub);
  return kDone;
}

Try<int> link(Invocation& run) {
  json::object body;
  if (const auto weight = run.args.number("allocation-weight")) body["weight"] = *weight;
  put_boolean(body, "applyAllocation", run.args, "apply-allocation-policy");
  BERTH_TRY(const std::string scope, run.scope());
  BERTH_TRY(const std::string hub, run.hub());
  BERTH_TRY(Api * api, run.api());
  BERTH_TRY(const Answer answer,
            api->put(path_of({"scopes", scope, "hubs", hub}), body, run.etag()));
  run.say("linked hub " + hub + " to scope " + scope);
  return run.show(answer);
}

Try<int> unlink(Invocation& run) {
  BERTH_TRY(const std::string scope, run.scope());
  const std::string hub = run.args.text_or("hub-name", "");
  if (!run.confirmed("Stop scope " + scope + " from assigning devices to hub " + hub + "?")) {
    return kFailed;
  }
  BERTH_TRY(Api * api, run.api());
  BERTH_STEP(api->remove(path_of({"scopes", scope, "hubs", hub}), run.etag()));
  run.say("unlinked hub " + hub + " from scope " + scope);
  return kDone;
}

Flag name_flag(bool required) {
  return {"hub-name",
          "HUB",
          required ? "Short name of the hub."
                   : "Short name of the hub; may be left out while there is only one.",
          FlagKind::kText,
          {"hub"},
          {},
          required,
          true};
}

}  // namespace

std::vector<Verb> hub_verbs() {
  Flag listed_scope = scope_flag();
  listed_scope.help = "Only the hubs linked to this scope, with their weights.";
  return {{"hub create",
           "Makes a hub built into this server.",
           {name_flag(true),
            {"host", "HOST", "Host name devices are told to connect to; the server's own."},
            display_name_flag()},
           "berth hub create hub-2 --host hub-2.example.net",
           &create},
          {"hub list", "Lists the hubs, or those linked to a scope.",
           flags_of({{listed_scope}, page_flags()}), "berth hub list", &list},
          {"hub show", "Shows one hub.", {name_flag(false)}, "berth hub show hub-2", &show},
          {"hub update",
           "Changes what the flags name and leaves the rest.",
           {name_flag(false), display_name_flag(), etag_flag()},
           "berth hub update hub-2 --display-name \"Hall 2\"",
           &update},
          {"hub link",
           "Lets a scope assign devices to a hub, or changes how.",
           {name_flag(false),
            scope_flag(),
            {"allocation-weight",
             "N",
             "Share of the devices under the hashed policy, 1 to 1000; 1.",
             FlagKind::kNumber,
             {"aw"}},
            {"apply-allocation-policy",
             "BOOL",
             "false: only enrollments that name the hub get it; true.",
             FlagKind::kBoolean,
             {"aap"}},
            etag_flag()},
           "berth hub link hub-2 --allocation-weight 2",
           &link},
          {"hub unlink",
           "Stops a scope from assigning devices to a hub; those it has stay.",
           {name_flag(true), scope_flag(), etag_flag(), yes_flag()},
           "berth hub unlink hub-2 --yes",
           &unlink},
          {"hub delete",
           "Deletes a hub that has no devices any more.",
           {name_flag(true), etag_flag(), yes_flag()},
           "berth hub delete hub-2 --yes",
           &remove}};
}

}  // namespace berth::cli
