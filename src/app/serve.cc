#include "app/serve.h"

#include "app/program.h"
#include "app/spare_memory.h"
#include "base/log.h"

#include <csignal>
#include <cstdio>
#include <exception>
#include <string>

namespace berth::app {
namespace {

int explain(const Error& error) {
  std::fprintf(stderr, "berth: cannot start: %s\n", error.what.c_str());
  if (!error.mend.empty()) std::fprintf(stderr, "  to mend it: %s\n", error.mend.c_str());
  return 1;
}

log::Level level_of(config::LogLevel level) {
  switch (level) {
    case config::LogLevel::kDebug:
      return log::Level::kDebug;
    case config::LogLevel::kInfo:
      return log::Level::kInfo;
    case config::LogLevel::kWarn:
      return log::Level::kWarn;
    case config::LogLevel::kError:
      return log::Level::kError;
  }
  return log::Level::kInfo;
}

// Blocks the signals that end or reload the server, before any thread exists, so that only wait()
// sees them.
sigset_t block_signals() {
  sigset_t set;
  sigemptyset(&set);
  for (const int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&set, signal);
  pthread_sigmask(SIG_BLOCK, &set, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
  return set;
}

int run(const config::Config& config, std::span<const dialects::console::Asset> console) {
  keep_some_memory();
  const sigset_t signals = block_signals();
  Result<std::unique_ptr<Program>> program = Program::start(config, console);
  if (!program) return explain(program.error());
  std::fputs((*program)->welcome().c_str(), stdout);
  std::fflush(stdout);
  for (;;) {
    int signal = 0;
    if (sigwait(&signals, &signal) != 0) continue;
    if (signal != SIGHUP) break;
    (*program)->reload();
  }
  log::info("server.draining");
  const bool whole = (*program)->stop();
  log::info("server.stopped", {{"cut_connections", whole ? "no" : "yes"}});
  return 0;
}

}  // namespace

int serve(const config::Config& config, std::span<const dialects::console::Asset> console) {
  log::set_level(level_of(config.log.level));
  log::set_json(config.log.json);
  try {
    return run(config, console);
  } catch (const std::exception& error) {
    return explain({ErrorKind::kInternal, error.what(), ""});
  }
}

}  // namespace berth::app
