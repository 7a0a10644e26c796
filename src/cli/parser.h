// From argv to a verb and its arguments. The only user of CLI11.
// Room cli. Thread rule: pure functions.
#pragma once

#include "cli/verb.h"

#include <optional>
#include <string>
#include <vector>

namespace berth::cli {

struct Parsed {
  const Verb* verb = nullptr;       // none: help, or the version, was asked for
  std::optional<std::string> help;  // the words to explain ("", "enrollment", "enrollment list")
  bool wants_version = false;
  bool wants_markdown = false;  // the whole of docs/cli.md
  Arguments arguments;
};

// `words` without the program's name. Flags may stand before, between and after the words of the
// verb. The failure is always wrong usage and names the nearest verb or flag.
Try<Parsed> parse(const std::vector<std::string>& words);

}  // namespace berth::cli
