// The command line: `berth VERB …`. Parses, talks to the admin API of a running server or does
// offline work, prints, and answers with the exit code.
//
// Room cli. What the command line may not see (the server itself) comes in through Hooks.
// Thread rule: run() once, from main. Owns nothing afterwards.
#pragma once

#include "config/config.h"

#include <functional>
#include <string>

namespace berth::cli {

struct Hooks {
  // Runs the server until it is told to stop; answers with the exit code.
  std::function<int(const config::Config&)> serve;
  std::string version;  // of the program
};

// Exit codes of every command.
inline constexpr int kDone = 0;
inline constexpr int kFailed = 1;  // refused or failed
inline constexpr int kUsage = 2;   // wrong usage

int run(int argc, char** argv, const Hooks& hooks);

}  // namespace berth::cli
