// The server itself: starting it, and asking how it is.
#include "base/codec.h"
#include "cli/doctor.h"
#include "cli/serve_flags.h"
#include "cli/verb_groups.h"
#include "config/keys.h"

#include <algorithm>
#include <ostream>

namespace berth::cli {
namespace {

Try<int> serve(Invocation& run) {
  BERTH_TRY(const config::Loaded loaded, load_settings(run));
  if (!run.world.hooks.serve) return Refuse("this program cannot serve: it was built without");
  return run.world.hooks.serve(loaded.config);
}

Try<int> status(Invocation& run) {
  BERTH_TRY(Api * api, run.api());
  BERTH_TRY(const Answer answer, api->get(path_of({"status"})));
  if (!run.wants_json()) {
    run.world.out << "server" << std::string(7, ' ') << base::printable(api->url()) << '\n';
  }
  return run.show(answer);
}

}  // namespace

std::vector<Flag> setting_flags() {
  std::vector<Flag> flags{{"config", "FILE",
                           "Settings file; else BERTH_CONFIG, else berth.toml in the data "
                           "directory."}};
  for (const config::Key& key : config::keys()) {
    if (config::is_secret(key)) continue;
    Flag flag;
    flag.name = config::flag_name(key);
    flag.value = "VALUE";
    flag.help = std::string(key.sentence);
    flag.repeated = std::holds_alternative<config::ListAt>(key.place);
    flags.push_back(std::move(flag));
  }
  return flags;
}

Try<config::Loaded> load_settings(const Invocation& run) {
  config::Inputs inputs;
  if (const auto file = run.args.text("config")) inputs.file = *file;
  inputs.environment = run.world.environment;
  for (const config::Key& key : config::keys()) {
    for (std::string& value : run.args.texts(config::flag_name(key))) {
      inputs.flags.emplace_back(key.name, std::move(value));
    }
  }
  Result<config::Loaded> loaded = config::load(inputs);
  if (loaded) return *std::move(loaded);
  Failure failure(std::move(loaded).error());
  // Each mistake is a line that begins with its place; a flag's begins with dashes.
  failure.is_usage = ("\n" + failure.what).find("\n--") != std::string::npos;
  return Fail(std::move(failure));
}

std::vector<Verb> server_verbs() {
  return {{"serve",
           "Runs the server until SIGTERM. The first start makes the data directory, a CA, a "
           "scope, a hub and a token.",
           setting_flags(), "berth serve --data ./berth-data", &serve, false,
           "it runs until it is told to stop"},
          {"status",
           "Shows version, store, clock and counts of a running server.",
           {},
           "berth status",
           &status},
          {"doctor",
           "Looks for what would keep devices from registering, and says how to mend it.",
           {},
           "berth doctor",
           &doctor}};
}

}  // namespace berth::cli
