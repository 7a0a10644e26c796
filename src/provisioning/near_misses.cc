#include "provisioning/near_misses.h"

#include "base/nearest.h"

#include <algorithm>

namespace berth::provisioning {
namespace {

// Words that differ by no more than this are taken for slips of the same one.
constexpr std::size_t kEditsMax = 2;
constexpr std::size_t kNearMissesMax = 3;

}  // namespace

std::vector<std::pair<std::size_t, std::string>> nearest_of(const std::string& word,
                                                            std::vector<std::string> known) {
  std::vector<std::pair<std::size_t, std::string>> near;
  std::sort(known.begin(), known.end());
  known.erase(std::unique(known.begin(), known.end()), known.end());
  for (std::string& each : known) {
    const std::size_t edits = base::edit_distance(word, each);
    // Of very short ids everything is near.
    if (edits <= kEditsMax && edits * 3 <= word.size()) near.emplace_back(edits, std::move(each));
  }
  std::stable_sort(near.begin(), near.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  if (near.size() > kNearMissesMax) near.resize(kNearMissesMax);
  return near;
}

}  // namespace berth::provisioning
