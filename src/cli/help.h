// Help texts and docs/cli.md, made from the table of verbs.
// Room cli, private to it. Thread rule: pure functions.
#pragma once

#include "cli/verb.h"

#include <string>

namespace berth::cli {

// `topic` is "", the first words of verbs ("enrollment") or a whole verb.
std::string help_text(const std::string& topic);
// The page docs/cli.md.
std::string help_markdown();

}  // namespace berth::cli
