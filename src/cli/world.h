// What a command may touch beyond its arguments: streams, clock, environment, the network. Real in
// run(), replaced in tests.
//
// Room cli. Thread rule: belongs to one run. Everything referred to outlives it.
#pragma once

#include "base/clock.h"
#include "base/rng.h"
#include "cli/cli.h"
#include "cli/transport.h"
#include "config/config.h"

#include <chrono>
#include <functional>
#include <iosfwd>
#include <memory>
#include <string>
#include <vector>

namespace berth::cli {

struct World {
  std::istream& in;
  std::ostream& out;
  std::ostream& err;
  bool asks = false;  // somebody is there to answer: input and errors are a terminal
  const Clock& clock;
  std::vector<config::Setting> environment;
  const Hooks& hooks;
  std::function<std::unique_ptr<Transport>(Endpoint)> connect;
  std::function<bool(const std::string& host)> resolves;  // has the name an address?
  std::function<void(std::chrono::milliseconds)> pause;   // before asking again
  // Whether Ctrl-C (or SIGTERM) came. From the first call on it no longer ends the program but a
  // pause and a call that is under way.
  std::function<bool()> interrupted;
  bool shows_progress = false;  // errors are a terminal: a line there may be written over
};

// The whole command: parse, do, print; answers with the exit code.
int run_words(const std::vector<std::string>& words, World& world);

}  // namespace berth::cli
