// Questions at a terminal for what was not given as flags, in words and order of the boards' own
// tool (dice-x509.md §2.1).
//
// Room cli, private to it. Thread rule: as Invocation; reading blocks.
#pragma once

#include "base/secret.h"
#include "cli/invocation.h"

#include <string>

namespace berth::cli {

// The answer without the space around it. Wrong usage, naming `flag`, when nobody is there.
Try<std::string> ask(Invocation& run, const std::string& question, const std::string& flag);
// The same, not shown while it is typed.
Try<Secret> ask_secret(Invocation& run, const std::string& question, const std::string& flag);

}  // namespace berth::cli
