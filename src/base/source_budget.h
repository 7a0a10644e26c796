// How many failed attempts one source may make: a token bucket per source address, for failures
// only, so that it costs nothing for devices that succeed. IPv6 sources are counted by their /64.
// Bounded: the source that failed longest ago is forgotten first.
//
// For provisioning (devices) and management (tokens). Thread rule: one per io_context, used by it
// alone; so the budget of a source is this much on each core.
#pragma once

#include "base/clock.h"

#include <chrono>
#include <list>
#include <string>
#include <unordered_map>

namespace berth::base {

class SourceBudget {
 public:
  struct Limits {
    std::uint32_t failures_max = 200;
    double refilled_per_second = 1.0;
    std::size_t sources_max = 10'000;
  };

  explicit SourceBudget(Limits limits);

  bool exhausted(const std::string& source, Instant now) const;
  void failed(const std::string& source, Instant now);
  // How long until exhausted() turns false; at least one second.
  std::chrono::seconds wait(const std::string& source, Instant now) const;

 private:
  struct Entry {
    std::string source;
    double left;
    Instant at;
  };
  using Entries = std::list<Entry>;  // most recently failed first

  double left(const Entry& entry, Instant now) const;

  Limits limits_;
  Entries entries_;
  std::unordered_map<std::string, Entries::iterator> by_source_;
};

// The part of an address that is counted: all of an IPv4 address, the first 64 bits of an IPv6
// one, anything else as it is.
std::string counted_source(const std::string& address);

}  // namespace berth::base

namespace berth {
using base::SourceBudget;
}  // namespace berth
