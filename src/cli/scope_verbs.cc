#include "cli/body.h"
#include "cli/invocation.h"
#include "cli/verb_groups.h"

namespace berth::cli {
namespace {

const std::vector<Column> kColumns{{"SCOPE", "id"},
                                   {"NAME", "displayName"},
                                   {"SERVICE HOST", "serviceHost", Show::kPlain, "any"},
                                   {"ALLOCATION", "allocationPolicy"},
                                   {"STATUS", "enabled", Show::kEnabled},
                                   {"CREATED", "createdAt", Show::kTime}};

// "on" or "off".
void put_switch(json::object& body, const char* member, const Arguments& args, const char* flag) {
  if (const auto word = args.text(flag)) body[member] = *word == "on";
}

json::object body_of(const Arguments& args) {
  json::object body;
  put_text(body, "displayName", args, "display-name");
  put_text(body, "serviceHost", args, "service-host");
  put_text(body, "allocationPolicy", args, "allocation-policy");
  put_boolean(body, "enabled", args, "enabled");
  put_switch(body, "autoApprove", args, "auto-approve");
  put_switch(body, "holdUnknownModels", args, "hold-unknown-models");
  put_switch(body, "compatibleCodes", args, "compatible-codes");
  if (args.is_set("enable")) body["enabled"] = true;
  if (args.is_set("disable")) body["enabled"] = false;
  return body;
}

Try<int> create(Invocation& run) {
  json::object body = body_of(run.args);
  if (const auto id = run.args.text("scope")) body["id"] = *id;
  BERTH_TRY(Api * api, run.api());
  BERTH_TRY(const Answer answer, api->post(path_of({"scopes"}), body));
  run.say("created scope " + member_text(answer.value, "id"));
  return run.show(answer);
}

Try<int> list(Invocation& run) {
  BERTH_TRY(const auto query, run.page_query());
  BERTH_TRY(Api * api, run.api());
  BERTH_TRY(const Answer answer, api->get(with_query(path_of({"scopes"}), query)));
  return run.show_list(answer, kColumns);
}

Try<int> show(Invocation& run) {
  BERTH_TRY(const std::string scope, run.scope());
  BERTH_TRY(Api * api, run.api());
  BERTH_TRY(const Answer answer, api->get(path_of({"scopes", scope})));
  return run.show(answer);
}

Try<int> update(Invocation& run) {
  const json::object body = body_of(run.args);
  BERTH_STEP(require_change(body, run.verb));
  BERTH_TRY(const std::string scope, run.scope());
  BERTH_TRY(Api * api, run.api());
  BERTH_TRY(const Answer answer, api->patch(path_of({"scopes", scope}), body, run.etag()));
  run.say("updated scope " + scope);
  return run.show(answer);
}

Try<int> remove(Invocation& run) {
  const std::string scope = run.args.text_or("scope", "");
  if (!run.confirmed("Delete scope " + scope + "?")) return kFailed;
  BERTH_TRY(Api * api, run.api());
  BERTH_STEP(api->remove(path_of({"scopes", scope}), run.etag()));
  run.say("deleted scope " + scope);
  return kDone;
}

Flag id_flag(std::string help, bool required) {
  Flag flag = scope_flag();
  flag.help = std::move(help);
  flag.positional = true;
  flag.required = required;
  return flag;
}

Flag on_off_flag(std::string name, std::string help) {
  return {std::move(name), "on|off", std::move(help), FlagKind::kText, {}, {"on", "off"}};
}

std::vector<Flag> edit_flags() {
  return {display_name_flag(),
          {"service-host", "HOST",
           "Host name that serves this scope alone; any when left out or empty."},
          {"allocation-policy",
           "POLICY",
           "How its enrollments choose a hub; hashed.",
           FlagKind::kText,
           {"ap"},
           {"hashed", "static"}},
          {"enabled", "BOOL", "false refuses every device of the scope.", FlagKind::kBoolean},
          on_off_flag("auto-approve",
                      "off: devices of groups that nobody has created wait for an operator; on."),
          on_off_flag("hold-unknown-models",
                      "on: devices that name a model without a template wait, too; off."),
          on_off_flag("compatible-codes",
                      "on: codes for old apps may be made. Whoever sees one can break it; off."),
          {"enable", "", "The same as --enabled true.", FlagKind::kSwitch},
          {"disable", "", "The same as --enabled false.", FlagKind::kSwitch}};
}

}  // namespace

std::vector<Verb> scope_verbs() {
  return {
      {"scope create", "Makes a scope: a tenant with an ID scope that its devices send.",
       flags_of({{id_flag("ID scope, 1 to 32 letters and digits; made up when left out.", false)},
                 edit_flags()}),
       "berth scope create --scope 0ne0000BEEF --display-name \"Second tenant\"", &create},
      {"scope list", "Lists the scopes.", page_flags(), "berth scope list", &list},
      {"scope show",
       "Shows one scope.",
       {id_flag("ID scope; may be left out while there is only one.", false)},
       "berth scope show 0ne0000BEEF",
       &show},
      {"scope update", "Changes what the flags name and leaves the rest.",
       flags_of({{id_flag("ID scope; may be left out while there is only one.", false)},
                 edit_flags(),
                 {etag_flag()}}),
       "berth scope update 0ne0000BEEF --allocation-policy static", &update},
      {"scope delete",
       "Deletes a scope that has no enrollments any more.",
       {id_flag("ID scope.", true), etag_flag(), yes_flag()},
       "berth scope delete 0ne0000BEEF --yes",
       &remove}};
}

}  // namespace berth::cli
