// How many wrong tokens one source address may present, and how fast it is forgiven: a token bucket
// an address, in a table of bounded size. Addresses that do not fit share one bucket.
//
// Room management. Thread rule: one owner, no lock.
#pragma once

#include "base/clock.h"

#include <cstdint>
#include <string>
#include <unordered_map>

namespace berth::management {

struct GuessLimits {
  std::uint32_t per_source_max = 30;
  double refilled_per_second = 0.5;
  std::size_t sources_max = 10'000;
};

class GuessBudget {
 public:
  GuessBudget(const Clock& clock, GuessLimits limits) : clock_(clock), limits_(limits) {}

  // Takes one guess from the source's budget; false when there is none left.
  bool spend(const std::string& source);
  // Gives it back: the guess was right.
  void refund(const std::string& source);
  std::size_t tracked() const { return buckets_.size(); }

 private:
  struct Bucket {
    double guesses = 0;
    Instant at;
  };
  Bucket& bucket(const std::string& source);
  double refilled(const Bucket& bucket) const;

  const Clock& clock_;
  GuessLimits limits_;
  std::unordered_map<std::string, Bucket> buckets_;
};

}  // namespace berth::management
