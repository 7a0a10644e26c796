#include "cli/keys_shown.h"

#include "base/codec.h"
#include "cli/json_text.h"

#include <boost/json.hpp>

#include <ostream>

namespace berth::cli {

Try<int> show_with_keys(Invocation& run, const std::string& path, Answer answer) {
  if (!run.args.is_set("show-keys")) return run.show(answer);
  BERTH_TRY(Api * api, run.api());
  BERTH_TRY(const Answer keys, api->get(path + "/keys"));
  json::object& card = answer.value.as_object();
  if (run.wants_json()) {
    card["keys"] = keys.value;
    run.world.out << json_text(answer.value) << '\n';
    return kDone;
  }
  for (const auto& key : keys.value.as_object()) card[key.key()] = key.value();
  print_card(run.world.out, answer.value);
  return kDone;
}

int show_connection_string(Invocation& run, const std::string& text) {
  if (run.wants_json()) {
    run.world.out << json::serialize(json::object{{"connectionString", text}}) << '\n';
  } else {
    run.world.out << base::printable(text, 4000) << '\n';
  }
  return kDone;
}

Try<std::string> group_key_of(const json::value& keys, std::string_view group,
                              std::string_view name) {
  if (member(keys, "derivationSecret") != nullptr) {
    return Refuse("group " + base::printable(group) + " is a template of things",
                  "they enrol with a password and are given another one to connect with",
                  "name a group with symmetric keys, from which devices' keys are derived");
  }
  if (member(keys, "productSecret") == nullptr) return member_text(keys, name);
  return Refuse("group " + base::printable(group) + " has a product secret",
                "its devices are issued a credential each when they register",
                "name a group with symmetric keys, from which devices' keys are derived");
}

Flag key_slot_flag(std::string help) {
  return {"key", "SLOT", std::move(help), FlagKind::kText, {}, {"primary", "secondary"}};
}

std::string key_member(const Invocation& run) {
  return run.args.text_or("key", "primary") == "secondary" ? "secondaryKey" : "primaryKey";
}

}  // namespace berth::cli
