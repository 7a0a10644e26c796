// Individual enrollments and groups: the same verbs, one noun apart.
#include "base/codec.h"
#include "cli/body.h"
#include "cli/certificate_file.h"
#include "cli/enrollment_body.h"
#include "cli/enrollment_proof.h"
#include "cli/invocation.h"
#include "cli/keys_shown.h"
#include "cli/verb_groups.h"

#include <boost/json.hpp>

namespace berth::cli {
namespace {

const std::vector<Column> kColumns{{"ENROLLMENT", "id"},
                                   {"NAME", "displayName"},
                                   {"STATUS", "enabled", Show::kEnabled},
                                   {"ALLOCATION", "allocationPolicy", Show::kPlain, "of scope"},
                                   {"HUBS", "hubs", Show::kList},
                                   {"UPDATED", "updatedAt", Show::kTime}};

bool is_group(const Verb& verb) { return verb.name.starts_with("enrollment-group "); }
std::string noun(const Verb& verb) { return is_group(verb) ? "enrollment group" : "enrollment"; }
std::string_view collection(const Verb& verb) {
  return is_group(verb) ? "enrollment-groups" : "enrollments";
}
std::string id_of(const Invocation& run) { return run.args.text_or("enrollment-id", ""); }

Try<std::string> target(Invocation& run) {
  BERTH_TRY(const std::string scope, run.scope());
  return path_of({"scopes", scope, collection(run.verb), id_of(run)});
}

Try<json::object> body_of(Invocation& run) {
  json::object body;
  put_text(body, "deviceId", run.args, "device-id");
  BERTH_STEP(put_enrollment(body, run));
  put_boolean(body, "iotEdge", run.args, "edge-enabled");
  BERTH_STEP(put_json_object(body, "deviceInformation", run, "device-information"));
  BERTH_STEP(put_proof(body, run));
  return body;
}

Try<int> show_one(Invocation& run, Answer answer) {
  BERTH_TRY(const std::string scope, run.scope());
  // Of a new one the server may have found the id in its certificate.
  const std::string id = member_text(answer.value, "id");
  const std::string path = path_of({"scopes", scope, collection(run.verb), id});
  say_warnings(run, answer.value);
  return show_with_keys(run, path, std::move(answer));
}

Try<int> create(Invocation& run) {
  BERTH_TRY(json::object body, body_of(run));
  if (run.args.has("enrollment-id")) {
    body["id"] = id_of(run);
  } else if (is_group(run.verb) || !run.args.has("certificate-path")) {
    return WrongUsage("`berth " + run.verb.name + "` needs --enrollment-id ID",
                      "for example: " + run.verb.example);
  }
  BERTH_TRY(const std::string scope, run.scope());
  BERTH_TRY(Api * api, run.api());
  BERTH_TRY(Answer answer, api->post(path_of({"scopes", scope, collection(run.verb)}), body));
  run.say("created " + noun(run.verb) + " " + base::printable(member_text(answer.value, "id")) +
          " in scope " + scope);
  return show_one(run, std::move(answer));
}

Try<int> list(Invocation& run) {
  BERTH_TRY(const auto query, run.page_query());
  BERTH_TRY(const std::string scope, run.scope());
  BERTH_TRY(Api * api, run.api());
  const std::string path = path_of({"scopes", scope, collection(run.verb)});
  BERTH_TRY(const Answer answer, api->get(with_query(path, query)));
  return run.show_list(answer, kColumns);
}

Try<int> show(Invocation& run) {
  BERTH_TRY(const std::string path, target(run));
  BERTH_TRY(Api * api, run.api());
  BERTH_TRY(Answer answer, api->get(path));
  return show_one(run, std::move(answer));
}

Try<int> update(Invocation& run) {
  BERTH_TRY(const json::object body, body_of(run));
  BERTH_STEP(require_change(body, run.verb));
  BERTH_TRY(const std::string path, target(run));
  BERTH_TRY(Api * api, run.api());
  BERTH_TRY(Answer answer, api->patch(path, body, run.etag()));
  run.say("updated " + noun(run.verb) + " " + id_of(run));
  return show_one(run, std::move(answer));
}

Try<int> remove(Invocation& run) {
  BERTH_TRY(const std::string path, target(run));
  const std::string what = noun(run.verb) + " " + id_of(run);
  if (!run.confirmed("Delete " + what + "? Its devices cannot register any more.")) return kFailed;
  BERTH_TRY(Api * api, run.api());
  BERTH_STEP(api->remove(path, run.etag()));
  run.say("deleted " + what);
  return kDone;
}

Try<int> regenerate(Invocation& run) {
  BERTH_TRY(const std::string path, target(run));
  const std::string slot = run.args.text_or("key", "primary");
  if (!run.confirmed("Replace the " + slot + " key of " + noun(run.verb) + " " + id_of(run) +
                     "? Devices that use it are refused from then on.")) {
    return kFailed;
  }
  BERTH_TRY(Api * api, run.api());
  BERTH_TRY(Answer answer, api->act(path + "/keys/" + slot + "/regenerate", run.etag()));
  run.say("replaced the " + slot + " key of " + noun(run.verb) + " " + id_of(run));
  return show_one(run, std::move(answer));
}

Flag id_flag(bool group) {
  return {"enrollment-id",
          "ID",
          group ? "Id of the group." : "Id of the enrollment: the device's registration id.",
          FlagKind::kText,
          {"eid"},
          {},
          true,
          true};
}

std::vector<Flag> edit_flags(bool group) {
  std::vector<Flag> flags = enrollment_flags(flags_of({key_flags(), certificate_flags(group)}));
  flags.push_back(
      {"edge-enabled", "BOOL", "Whether it is an edge device; false.", FlagKind::kBoolean, {"ee"}});
  if (group) return flags;
  flags.push_back({"device-id",
                   "ID",
                   "Device id at the hub; the registration id when empty.",
                   FlagKind::kText,
                   {"did"}});
  flags.push_back({"device-information",
                   "JSON",
                   "Anything to remember with it, or @FILE.",
                   FlagKind::kText,
                   {"info"}});
  return flags;
}

// The certificate of a device says which it is.
Flag id_flag_of_new(bool group) {
  Flag flag = id_flag(group);
  flag.required = false;
  if (!group) flag.help += " May be left out with --certificate-path: its common name is it.";
  return flag;
}

std::vector<Verb> verbs_of(bool group) {
  const std::string name = group ? "enrollment-group " : "enrollment ";
  const std::string a = group ? "an enrollment group: permission for every device whose key is "
                                "derived from the group's"
                              : "an enrollment: permission for one device";
  const std::string each = group ? "enrollment groups" : "enrollments";
  const std::string one = group ? "enrollment group" : "enrollment";
  const std::string id = group ? "line-7" : "sn-100";
  const std::string berth = "berth " + name;
  const Flag slot = key_slot_flag("Which key to replace; primary.");
  return {{name + "create", "Makes " + a + ".",
           flags_of({{id_flag_of_new(group), scope_flag(), attestation_flag(group)},
                     edit_flags(group),
                     {show_keys_flag()}}),
           group ? berth + "create --enrollment-id line-7 --display-name \"Line 7\" --show-keys"
                 : berth + "create --enrollment-id sn-100 --device-id pump-100",
           &create},
          {name + "list", "Lists the " + each + " of a scope.",
           flags_of({{scope_flag()}, page_flags()}), berth + "list", &list},
          {name + "show",
           "Shows one " + one + ".",
           {id_flag(group), scope_flag(), show_keys_flag()},
           berth + "show " + id + " --show-keys",
           &show},
          {name + "update", "Changes what the flags name and leaves the rest.",
           flags_of({{id_flag(group), scope_flag()},
                     edit_flags(group),
                     {remove_certificate_flag(), etag_flag(), show_keys_flag()}}),
           berth + "update " + id + " --initial-twin-tags '{\"site\": \"north\"}'", &update},
          {name + "regenerate-key",
           "Puts a new random key into one slot; the other slot stays as it is.",
           {id_flag(group), scope_flag(), slot, etag_flag(), yes_flag(), show_keys_flag()},
           berth + "regenerate-key " + id + " --key secondary --yes",
           &regenerate},
          {name + "delete",
           "Deletes one " + one + "; registrations made through it stay until they are deleted.",
           {id_flag(group), scope_flag(), etag_flag(), yes_flag()},
           berth + "delete " + id + " --yes",
           &remove}};
}

}  // namespace

std::vector<Verb> enrollment_verbs() {
  std::vector<Verb> verbs = verbs_of(false);
  std::vector<Verb> groups = verbs_of(true);
  verbs.insert(verbs.end(), groups.begin(), groups.end());
  return verbs;
}

}  // namespace berth::cli
