// Verbs that need no server: settings and completion.
#include "base/codec.h"
#include "cli/completion.h"
#include "cli/serve_flags.h"
#include "cli/verb_groups.h"

#include <boost/json.hpp>

#include <ostream>

namespace berth::cli {
namespace {

Try<int> config_check(Invocation& run) {
  BERTH_TRY(const config::Loaded loaded, load_settings(run));
  if (run.wants_json()) {
    json::array settings;
    for (const config::Origin& origin : loaded.origins) {
      settings.push_back(json::object{
          {"key", origin.key}, {"value", origin.value}, {"source", to_string(origin.source)}});
    }
    json::object out{{"file", loaded.file ? json::value(loaded.file->string()) : json::value()},
                     {"settings", std::move(settings)}};
    run.world.out << json::serialize(out) << '\n';
    return kDone;
  }
  run.world.out << "the settings are good; file: "
                << (loaded.file ? base::printable(loaded.file->string(), 1000) : "none") << "\n\n";
  std::vector<std::vector<std::string>> rows;
  for (const config::Origin& origin : loaded.origins) {
    const std::string value = origin.value.empty() ? "-" : base::printable(origin.value, 400);
    rows.push_back({origin.key, value, std::string(to_string(origin.source))});
  }
  print_rows(run.world.out, {"KEY", "VALUE", "SOURCE"}, rows);
  return kDone;
}

Try<int> config_reference(Invocation& run) {
  run.world.out << config::reference();
  return kDone;
}

Try<int> completion(Invocation& run) {
  const std::string shell = run.args.text_or("shell", "");
  if (shell == "bash") run.world.out << bash_completion();
  if (shell == "zsh") run.world.out << zsh_completion();
  if (shell == "fish") run.world.out << fish_completion();
  return kDone;
}

}  // namespace

std::vector<Verb> local_verbs() {
  std::vector<Flag> settings = setting_flags();
  settings.push_back({"json", "", "Print JSON.", FlagKind::kSwitch});
  return {
      {"config check",
       "Reads all settings the way `berth serve` does, says what is wrong and where, and shows "
       "where each value came from.",
       std::move(settings), "berth config check", &config_check, false},
      {"config reference",
       "Prints the page that describes every setting, as Markdown.",
       {},
       "berth config reference",
       &config_reference,
       false},
      {"completion",
       "Prints a completion script for a shell; its first lines say where to put it.",
       {{"shell", "SHELL", "The shell.", FlagKind::kText, {}, {"bash", "zsh", "fish"}, true, true}},
       "berth completion bash",
       &completion,
       false}};
}

}  // namespace berth::cli
