// Keys of devices, derived where the group key is at hand: offline, or from a group of a server.
#include "base/codec.h"
#include "cli/invocation.h"
#include "cli/private_file.h"
#include "cli/verb_groups.h"
#include "factory/derive.h"

#include <boost/json.hpp>

#include <ostream>

namespace berth::cli {
namespace {

struct GroupKeys {
  Secret primary;
  Secret secondary;   // empty when only one key was given
  std::string scope;  // empty offline
};

Try<Secret> key_of(const std::string& text) {
  Result<Secret> key = factory::read_key(text);
  if (!key) return Fail(Failure(std::move(key).error()));
  return *std::move(key);
}

Try<GroupKeys> keys_of_group(Invocation& run, const std::string& group) {
  GroupKeys keys;
  BERTH_TRY(keys.scope, run.scope());
  BERTH_TRY(Api * api, run.api());
  const std::string path = path_of({"scopes", keys.scope, "enrollment-groups", group, "keys"});
  BERTH_TRY(const Answer answer, api->get(path));
  BERTH_TRY(keys.primary, key_of(member_text(answer.value, "primaryKey")));
  BERTH_TRY(keys.secondary, key_of(member_text(answer.value, "secondaryKey")));
  return keys;
}

Try<GroupKeys> find_keys(Invocation& run) {
  const auto key = run.args.text("group-key");
  const auto file = run.args.text("group-key-file");
  const auto group = run.args.text("from-group");
  if ((key ? 1 : 0) + (file ? 1 : 0) + (group ? 1 : 0) != 1) {
    return WrongUsage("`berth key derive` needs one of --group-key, --group-key-file, --from-group",
                      "for example: " + run.verb.example);
  }
  if (group) return keys_of_group(run, *group);
  GroupKeys keys;
  BERTH_TRY(const std::string text, text_or_file(run, key ? *key : "@" + *file));
  BERTH_TRY(keys.primary, key_of(text));
  keys.scope = run.args.text_or("scope", "");
  return keys;
}

Try<int> derive(Invocation& run) {
  const std::string id = run.args.text_or("registration-id", "");
  BERTH_TRY(const GroupKeys keys, find_keys(run));
  BERTH_TRY(const Secret primary, factory::derive_key(keys.primary, id));
  json::object out;
  if (!keys.scope.empty()) out["idScope"] = keys.scope;
  out["registrationId"] = id;
  out["primaryKey"] = primary.text();
  if (!keys.secondary.empty()) {
    BERTH_TRY(const Secret secondary, factory::derive_key(keys.secondary, id));
    out["secondaryKey"] = secondary.text();
  }
  const std::string text = json::serialize(out) + "\n";
  if (const auto path = run.args.text("out")) {
    BERTH_STEP(write_private_file(*path, text));
    run.say("wrote " + *path + " (mode 0600)");
    return kDone;
  }
  if (run.wants_json()) {
    run.world.out << text;
  } else {
    run.world.out << primary.text() << '\n';
  }
  return kDone;
}

}  // namespace

std::vector<Verb> key_verbs() {
  Flag scope = scope_flag();
  return {{"key derive",
           "Derives the key of one device from its group's key; offline unless --from-group is "
           "given.",
           {{"registration-id",
             "ID",
             "The device's registration id, spelled as it will send it.",
             FlagKind::kText,
             {"rid"},
             {},
             true,
             false},
            {"group-key",
             "KEY",
             "The group's key in base64, or @FILE, or @- for standard input.",
             FlagKind::kText,
             {"key"}},
            {"group-key-file", "FILE", "A file with the group's key in base64."},
            {"from-group",
             "ID",
             "An enrollment group of the server, whose keys are read.",
             FlagKind::kText,
             {"enrollment-id", "eid"}},
            scope,
            {"out", "FILE", "Write the keys there as JSON, mode 0600, instead of printing."}},
           "berth key derive --from-group line-7 --registration-id sn-7001",
           &derive}};
}

}  // namespace berth::cli
