// The program: the command line, with the server hooked in. Everything else is in cli/ and app/.
#include "app/serve.h"
#include "cli/cli.h"

int main(int argc, char** argv) {
  berth::cli::Hooks hooks;
  hooks.serve = berth::app::serve;
  hooks.version = berth::app::kVersion;
  return berth::cli::run(argc, argv, hooks);
}
