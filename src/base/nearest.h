// Which known word somebody most likely meant: for "unknown …, did you mean …?" messages.
//
//   edit_distance("lime-7", "line-7") == 1
//   nearest("Line-8", names)             → "line-7"
//
// Thread rule: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace berth::base {

// Fewest insertions, deletions, replacements and swaps of neighbours, ASCII case aside. Costs
// |a|·|b|; at most the first 128 bytes of each count.
std::size_t edit_distance(std::string_view a, std::string_view b);

// The candidate with the fewest edits, the first of equals; none when even that one differs in
// more than a third of its length (one edit is always near enough).
std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& known);

}  // namespace berth::base
