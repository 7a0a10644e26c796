// Which of the known words somebody may have meant.
//
// Room provisioning. Thread rule: pure functions.
#pragma once

#include <string>
#include <utility>
#include <vector>

namespace berth::provisioning {

// Known words that differ by no more than two edits, fewest edits first, at most three; case does
// not count as a difference, so 0 edits may be another spelling.
std::vector<std::pair<std::size_t, std::string>> nearest_of(const std::string& word,
                                                            std::vector<std::string> known);

}  // namespace berth::provisioning
