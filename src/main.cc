// The program: the command line, with the server hooked in. Everything else is in cli/ and app/.
#include "app/console_files.h"
#include "app/serve.h"
#include "cli/cli.h"

int main(int argc, char** argv) {
  berth::cli::Hooks hooks;
  hooks.serve = [](const berth::config::Config& config) {
    return berth::app::serve(config, berth::app::console_files());
  };
  hooks.version = berth::app::kVersion;
  return berth::cli::run(argc, argv, hooks);
}
