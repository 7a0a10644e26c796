#include "base/codec.h"
#include "cli/body.h"
#include "cli/invocation.h"
#include "cli/json_text.h"
#include "cli/keys_shown.h"
#include "cli/verb_groups.h"

#include <boost/json.hpp>

#include <ostream>

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

const json::array& policies_of(const json::value& keys) {
  static const json::array kNone;
  const json::value* policies = member(keys, "policies");
  return policies != nullptr && policies->is_array() ? policies->get_array() : kNone;
}

void print_keys(std::ostream& out, const json::value& keys) {
  std::vector<std::vector<std::string>> rows;
  for (const json::value& each : policies_of(keys)) {
    rows.push_back({base::printable(member_text(each, "name")),
                    base::printable(member_text(each, "primaryKey")),
                    base::printable(member_text(each, "secondaryKey"))});
  }
  out << '\n';
  print_rows(out, {"POLICY", "PRIMARY KEY", "SECONDARY KEY"}, rows);
}

// With --show-keys the keys of all policies.
Try<int> show_hub(Invocation& run, const std::string& hub, Answer answer) {
  if (!run.args.is_set("show-keys")) return run.show(answer);
  BERTH_TRY(Api * api, run.api());
  BERTH_TRY(const Answer keys, api->get(path_of({"hubs", hub, "keys"})));
  if (run.wants_json()) {
    answer.value.as_object()["keys"] = keys.value;
    run.world.out << json_text(answer.value) << '\n';
    return kDone;
  }
  print_card(run.world.out, answer.value);
  print_keys(run.world.out, keys.value);
  return kDone;
}

Try<int> show(Invocation& run) {
  BERTH_TRY(const std::string hub, run.hub());
  BERTH_TRY(Api * api, run.api());
  BERTH_TRY(Answer answer, api->get(path_of({"hubs", hub})));
  return show_hub(run, hub, std::move(answer));
}

Try<int> connection_string(Invocation& run) {
  BERTH_TRY(const std::string hub, run.hub());
  const std::string wanted = run.args.text_or("policy", "iothubowner");
  BERTH_TRY(Api * api, run.api());
  BERTH_TRY(const Answer keys, api->get(path_of({"hubs", hub, "keys"})));
  std::string known;
  for (const json::value& each : policies_of(keys.value)) {
    const std::string name = member_text(each, "name");
    if (name == wanted) {
      return show_connection_string(
          run, "HostName=" + member_text(keys.value, "host") + ";SharedAccessKeyName=" + name +
                   ";SharedAccessKey=" + member_text(each, key_member(run)));
    }
    known += (known.empty() ? "" : ", ") + name;
  }
  return Refuse("hub " + hub + " has no policy `" + base::printable(wanted, 80) + "`", {},
                "it has: " + base::printable(known, 1000));
}

Try<int> regenerate(Invocation& run) {
  BERTH_TRY(const std::string hub, run.hub());
  const std::string policy = run.args.text_or("policy", "");
  const std::string slot = run.args.text_or("key", "primary");
  if (!run.confirmed("Replace the " + slot + " key of policy " + policy + " of hub " + hub +
                     "? Whoever uses it is refused from then on.")) {
    return kFailed;
  }
  BERTH_TRY(Api * api, run.api());
  const std::string path = path_of({"hubs", hub, "policies", policy, "keys", slot, "regenerate"});
  BERTH_TRY(Answer answer, api->act(path, run.etag()));
  run.say("replaced the " + slot + " key of policy " + policy + " of hub " + hub);
  return show_hub(run, hub, std::move(answer));
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

// By its connection string alone: the server finds the hub that it is of.
Try<int> link_by_string(Invocation& run, const json::object& body) {
  BERTH_TRY(const std::string scope, run.scope());
  BERTH_TRY(Api * api, run.api());
  BERTH_TRY(const Answer answer, api->post(path_of({"scopes", scope, "hubs"}), body));
  run.say("linked hub " + member_text(answer.value, "hub") + " to scope " + scope);
  return run.show(answer);
}

Try<int> link(Invocation& run) {
  json::object body;
  if (const auto weight = run.args.number("allocation-weight")) body["weight"] = *weight;
  put_boolean(body, "applyAllocation", run.args, "apply-allocation-policy");
  if (const auto given = run.args.text("connection-string")) {
    BERTH_TRY(const std::string text, text_or_file(run, *given));
    body["connectionString"] = text;
    if (!run.args.has("hub-name") && !run.args.has("etag")) return link_by_string(run, body);
  }
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

std::vector<Verb> verbs_about_keys() {
  return {{"hub connection-string",
           "Prints what services connect to a hub with; the audit remembers it.",
           {name_flag(false),
            {"policy", "POLICY", "Which policy's key; iothubowner.", FlagKind::kText, {"pn"}},
            key_slot_flag("With which key; primary.")},
           "berth hub connection-string hub-2 --policy service",
           &connection_string},
          {"hub regenerate-key",
           "Puts a new random key into one slot of a policy; the other slot stays as it is.",
           {name_flag(true),
            {"policy", "POLICY", "Whose key to replace.", FlagKind::kText, {"pn"}, {}, true},
            key_slot_flag("Which key to replace; primary."),
            etag_flag(),
            yes_flag(),
            show_keys_flag()},
           "berth hub regenerate-key hub-2 --policy service --key secondary --yes",
           &regenerate}};
}

std::vector<Verb> verbs_that_end() {
  return {{"hub unlink",
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

}  // namespace

std::vector<Verb> hub_verbs() {
  Flag listed_scope = scope_flag();
  listed_scope.help = "Only the hubs linked to this scope, with their weights.";
  std::vector<Verb> verbs{
      {"hub create",
       "Makes a hub built into this server.",
       {name_flag(true),
        {"host", "HOST",
         "Host name devices are told to connect to; the server's own, while no hub has it."},
        display_name_flag()},
       "berth hub create hub-2 --host hub-2.example.net",
       &create},
      {"hub list", "Lists the hubs, or those linked to a scope.",
       flags_of({{listed_scope}, page_flags()}), "berth hub list", &list},
      {"hub show",
       "Shows one hub.",
       {name_flag(false), show_keys_flag()},
       "berth hub show hub-2",
       &show},
      {"hub update",
       "Changes what the flags name and leaves the rest.",
       {name_flag(false), display_name_flag(), etag_flag()},
       "berth hub update hub-2 --display-name \"Hall 2\"",
       &update},
      {"hub link",
       "Lets a scope assign devices to a hub, or changes how.",
       {name_flag(false),
        scope_flag(),
        {"connection-string",
         "STRING",
         "Link the hub whose connection string this is, or @FILE; its key is checked.",
         FlagKind::kText,
         {"cs"}},
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
       "berth hub link --connection-string \"$(berth hub connection-string hub-2)\" "
       "--allocation-weight 2",
       &link}};
  for (Verb& each : verbs_about_keys()) verbs.push_back(std::move(each));
  for (Verb& each : verbs_that_end()) verbs.push_back(std::move(each));
  return verbs;
}

}  // namespace berth::cli
