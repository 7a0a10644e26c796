// Completion scripts for shells, made from the table of verbs: complete in themselves, so a shell
// never starts berth to complete a word.
// Room cli, private to it. Thread rule: pure functions.
#pragma once

#include <string>

namespace berth::cli {

std::string bash_completion();
std::string zsh_completion();
std::string fish_completion();

}  // namespace berth::cli
