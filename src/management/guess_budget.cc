#include "management/guess_budget.h"

#include <algorithm>

namespace berth::management {

double GuessBudget::refilled(const Bucket& bucket) const {
  const std::chrono::duration<double> passed = clock_.monotonic() - bucket.at;
  return std::min<double>(limits_.per_source_max,
                          bucket.guesses + passed.count() * limits_.refilled_per_second);
}

GuessBudget::Bucket& GuessBudget::bucket(const std::string& source) {
  const std::string shared;  // the bucket of everyone who does not fit
  auto found = buckets_.find(source);
  if (found == buckets_.end() && buckets_.size() >= limits_.sources_max) {
    std::erase_if(buckets_, [this](const auto& each) {
      return refilled(each.second) >= limits_.per_source_max;
    });
    if (buckets_.size() >= limits_.sources_max) found = buckets_.find(shared);
  }
  if (found == buckets_.end()) {
    const bool fits = buckets_.size() < limits_.sources_max;
    const Bucket full{static_cast<double>(limits_.per_source_max), clock_.monotonic()};
    found = buckets_.try_emplace(fits ? source : shared, full).first;
  }
  found->second.guesses = refilled(found->second);
  found->second.at = clock_.monotonic();
  return found->second;
}

bool GuessBudget::spend(const std::string& source) {
  Bucket& mine = bucket(source);
  if (mine.guesses < 1) return false;
  mine.guesses -= 1;
  return true;
}

void GuessBudget::refund(const std::string& source) { bucket(source).guesses += 1; }

}  // namespace berth::management
