#include "base/source_budget.h"

#include <algorithm>
#include <arpa/inet.h>
#include <array>
#include <cmath>

namespace berth::base {

SourceBudget::SourceBudget(Limits limits) : limits_(limits) {
  limits_.sources_max = std::max<std::size_t>(1, limits_.sources_max);
  limits_.refilled_per_second = std::max(1e-6, limits_.refilled_per_second);
}

double SourceBudget::left(const Entry& entry, Instant now) const {
  const std::chrono::duration<double> since = now - entry.at;
  return std::min<double>(limits_.failures_max,
                          entry.left + since.count() * limits_.refilled_per_second);
}

bool SourceBudget::exhausted(const std::string& source, Instant now) const {
  const auto found = by_source_.find(counted_source(source));
  return found != by_source_.end() && left(*found->second, now) < 1.0;
}

void SourceBudget::failed(const std::string& source, Instant now) {
  std::string counted = counted_source(source);
  const auto found = by_source_.find(counted);
  if (found == by_source_.end()) {
    if (entries_.size() >= limits_.sources_max) {
      by_source_.erase(entries_.back().source);
      entries_.pop_back();
    }
    entries_.push_front({counted, static_cast<double>(limits_.failures_max) - 1.0, now});
    by_source_.emplace(std::move(counted), entries_.begin());
    return;
  }
  const Entries::iterator entry = found->second;
  entry->left = std::max(0.0, left(*entry, now) - 1.0);
  entry->at = now;
  entries_.splice(entries_.begin(), entries_, entry);
}

std::chrono::seconds SourceBudget::wait(const std::string& source, Instant now) const {
  const auto found = by_source_.find(counted_source(source));
  if (found == by_source_.end()) return std::chrono::seconds(1);
  const double missing = 1.0 - left(*found->second, now);
  const double seconds = std::ceil(missing / limits_.refilled_per_second);
  return std::chrono::seconds(
      std::clamp<std::int64_t>(static_cast<std::int64_t>(seconds), 1, 3600));
}

std::string counted_source(const std::string& address) {
  std::array<std::uint8_t, 16> bytes{};
  if (::inet_pton(AF_INET6, address.c_str(), bytes.data()) != 1) return address;
  // An IPv4 address in IPv6 clothes (RFC 4291 §2.5.5.2) is counted whole.
  const std::array<std::uint8_t, 12> mapped = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xFF, 0xFF};
  if (std::equal(mapped.begin(), mapped.end(), bytes.begin())) return address;
  std::fill(bytes.begin() + 8, bytes.end(), std::uint8_t{0});
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (::inet_ntop(AF_INET6, bytes.data(), text.data(), text.size()) == nullptr) return address;
  return std::string(text.data()) + "/64";
}

}  // namespace berth::base
