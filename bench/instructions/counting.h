// What operations cost: callgrind counts the instructions between the beginning and the end of a
// phase (and writes them as a profile of that name), and we count calls of the allocator, by
// whichever library: malloc() and its relatives are this program's own, over the C library's.
//
// Thread rule: phases one after the other; allocations of all threads count.
#pragma once

#include "base/result.h"
#include "base/task.h"
#include "bench/instructions/world.h"

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

namespace berth::bench {

struct Phase {
  std::string name;
  std::size_t operations = 0;
  std::uint64_t allocations = 0;
  std::uint64_t bytes = 0;  // asked for
};

class Counter {
 public:
  // Operation i of a phase; its answer.
  using Operation = std::function<Task<std::string>(std::size_t)>;
  // The words an answer must have for the operation to have gone well.
  using Words = std::vector<std::string>;

  Counter(World& world, std::size_t warm_up, std::size_t operations)
      : world_(world), warm_up_(warm_up), operations_(operations) {}

  // Operations of a phase, those of its warm-up, which come first, included.
  std::size_t size() const { return warm_up_ + operations_; }
  // Runs a phase, one operation after the other. Returns all answers; an error when an answer lacks
  // one of the words, or anybody was refused.
  Result<std::vector<std::string>> run(const std::string& name, const Operation& operation,
                                       const Words& words);
  const std::vector<Phase>& phases() const { return phases_; }

 private:
  Result<void> check(const std::vector<std::string>& answers, const Words& words,
                     const std::string& name) const;

  World& world_;
  const std::size_t warm_up_;
  const std::size_t operations_;
  std::vector<Phase> phases_;
};

}  // namespace berth::bench
