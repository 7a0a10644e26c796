#include "base/nearest.h"

#include "base/codec.h"

#include <algorithm>
#include <utility>

namespace berth::base {
namespace {

constexpr std::size_t kComparedMax = 128;  // bytes

}  // namespace

// Optimal string alignment distance, keeping the last two rows of the table.
std::size_t edit_distance(std::string_view a, std::string_view b) {
  const std::string from = ascii_lower(a.substr(0, kComparedMax));
  const std::string to = ascii_lower(b.substr(0, kComparedMax));
  std::vector<std::size_t> older(to.size() + 1), above(to.size() + 1), row(to.size() + 1);
  for (std::size_t j = 0; j <= to.size(); ++j) above[j] = j;
  for (std::size_t i = 1; i <= from.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= to.size(); ++j) {
      const std::size_t replaced = above[j - 1] + (from[i - 1] == to[j - 1] ? 0 : 1);
      row[j] = std::min({above[j] + 1, row[j - 1] + 1, replaced});
      const bool swapped = i > 1 && j > 1 && from[i - 1] == to[j - 2] && from[i - 2] == to[j - 1];
      if (swapped) row[j] = std::min(row[j], older[j - 2] + 1);
    }
    older.swap(above);
    above.swap(row);
  }
  return above[to.size()];
}

std::optional<std::string> nearest(std::string_view word, const std::vector<std::string>& known) {
  std::optional<std::pair<std::size_t, const std::string*>> best;
  for (const std::string& each : known) {
    const std::size_t edits = edit_distance(word, each);
    if (!best || edits < best->first) best = std::pair(edits, &each);
  }
  if (!best || best->first > std::max<std::size_t>(1, best->second->size() / 3)) return {};
  return *best->second;
}

}  // namespace berth::base
