// Keys of devices, derived where the group key is at hand: offline, or from a group of a server.
#include "base/codec.h"
#include "cli/invocation.h"
#include "cli/keys_shown.h"
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
  std::string endpoint;
};

Try<Secret> key_of(const std::string& text) {
  Result<Secret> key = factory::read_key(text);
  if (!key) return Fail(Failure(std::move(key).error()));
  return *std::move(key);
}

// "localhost:8443" of "https://localhost:8443/…": where the devices of that server register.
std::string authority_of(const std::string& url) {
  const std::size_t begin = url.find("://") + 3;
  return url.substr(begin, url.find('/', begin) - begin);
}

Try<GroupKeys> keys_of_group(Invocation& run, const std::string& group) {
  GroupKeys keys;
  BERTH_TRY(keys.scope, run.scope());
  BERTH_TRY(Api * api, run.api());
  const std::string path = path_of({"scopes", keys.scope, "enrollment-groups", group, "keys"});
  BERTH_TRY(const Answer answer, api->get(path));
  BERTH_TRY(const std::string primary, group_key_of(answer.value, group, "primaryKey"));
  BERTH_TRY(const std::string secondary, group_key_of(answer.value, group, "secondaryKey"));
  BERTH_TRY(keys.primary, key_of(primary));
  BERTH_TRY(keys.secondary, key_of(secondary));
  keys.endpoint = authority_of(api->url());
  return keys;
}

// Both from standard input: one a line.
Try<GroupKeys> read_both(Invocation& run) {
  GroupKeys keys;
  BERTH_TRY(const std::string text, text_or_file(run, "@-"));
  const std::size_t line = text.find('\n');
  if (line == text.npos) {
    return WrongUsage("standard input holds one line, and two keys are to be read from it",
                      "give the primary key on the first line and the secondary on the second");
  }
  BERTH_TRY(keys.primary, key_of(text.substr(0, line)));
  BERTH_TRY(keys.secondary, key_of(text.substr(line + 1)));
  return keys;
}

Try<GroupKeys> given_keys(Invocation& run, const std::string& primary) {
  const std::string secondary = run.args.text_or("secondary-key", "");
  if (primary == "@-" && secondary == "@-") return read_both(run);
  GroupKeys keys;
  BERTH_TRY(const std::string text, text_or_file(run, primary));
  BERTH_TRY(keys.primary, key_of(text));
  if (!secondary.empty()) {
    BERTH_TRY(const std::string other, text_or_file(run, secondary));
    BERTH_TRY(keys.secondary, key_of(other));
  }
  return keys;
}

Try<GroupKeys> find_keys(Invocation& run) {
  const auto key = run.args.text("primary-key");
  const auto file = run.args.text("group-key-file");
  const auto group = run.args.text("from-group");
  if ((key ? 1 : 0) + (file ? 1 : 0) + (group ? 1 : 0) != 1) {
    return WrongUsage(
        "`berth key derive` needs one of --primary-key, --group-key-file, --from-group",
        "for example: " + run.verb.example);
  }
  if (group && run.args.has("secondary-key")) {
    return WrongUsage("--from-group reads both keys, so --secondary-key has no place",
                      "leave one of the two out");
  }
  if (group) return keys_of_group(run, *group);
  BERTH_TRY(GroupKeys keys, given_keys(run, key ? *key : "@" + *file));
  keys.scope = run.args.text_or("scope", "");
  return keys;
}

// What a device needs to provision itself: `berth simulate device --secrets` reads it.
Try<json::object> derived(Invocation& run) {
  const std::string id = run.args.text_or("registration-id", "");
  BERTH_TRY(const GroupKeys keys, find_keys(run));
  BERTH_TRY(const Secret primary, factory::derive_key(keys.primary, id));
  json::object out;
  const std::string endpoint = run.args.text_or("endpoint", keys.endpoint);
  if (!keys.scope.empty()) out["idScope"] = keys.scope;
  out["registrationId"] = id;
  out["primaryKey"] = primary.text();
  if (!keys.secondary.empty()) {
    BERTH_TRY(const Secret secondary, factory::derive_key(keys.secondary, id));
    out["secondaryKey"] = secondary.text();
  }
  if (!endpoint.empty()) out["endpoint"] = endpoint;
  return out;
}

Try<int> derive(Invocation& run) {
  BERTH_TRY(const json::object out, derived(run));
  const std::string text = json::serialize(out) + "\n";
  if (const auto path = run.args.text("out")) {
    BERTH_STEP(write_private_file(*path, text));
    run.say("wrote " + *path + " (mode 0600)");
    return kDone;
  }
  if (run.wants_json()) {
    run.world.out << text;
  } else {
    run.world.out << member_text(out, "primaryKey") << '\n';
  }
  return kDone;
}

}  // namespace

std::vector<Verb> key_verbs() {
  Flag scope = scope_flag();
  return {{"key derive",
           "Derives the keys of one device from its group's keys; offline unless --from-group is "
           "given. --out writes all that the device needs to provision itself.",
           {{"registration-id",
             "ID",
             "The device's registration id, spelled as it will send it.",
             FlagKind::kText,
             {"rid"},
             {},
             true,
             false},
            {"primary-key",
             "KEY",
             "The group's key in base64, or @FILE, or @- for standard input.",
             FlagKind::kText,
             {"group-key", "key"}},
            {"secondary-key", "KEY",
             "The group's other key, the same way; both @-: two lines of standard input."},
            {"group-key-file", "FILE", "A file with the group's primary key in base64."},
            {"from-group",
             "ID",
             "An enrollment group of the server, whose keys are read.",
             FlagKind::kText,
             {"enrollment-id", "eid"}},
            scope,
            {"endpoint", "HOST[:PORT]",
             "Where the device will register, to be written down; with --from-group the server."},
            {"out", "FILE", "Write the device's secrets there as JSON, mode 0600."}},
           "berth key derive --from-group line-7 --registration-id sn-7001",
           &derive}};
}

}  // namespace berth::cli
