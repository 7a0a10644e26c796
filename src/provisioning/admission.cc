#include "provisioning/admission.h"

#include <algorithm>
#include <cmath>

namespace berth::provisioning {

namespace {

using std::chrono::duration;
using std::chrono::duration_cast;
using std::chrono::nanoseconds;
using std::chrono::seconds;

// How much busy time makes one measurement of the rate, and how much the newest counts.
constexpr std::chrono::milliseconds kMeasureFor{100};
constexpr double kNewestCounts = 0.3;
// Polls are put off once registrations wait for so much of what they may wait at most.
constexpr int kPutOffAt = 4;
constexpr std::uint32_t kFew = 4;
// A poll is cheap, and a device that waits holds a connection: never more than 9 seconds.
constexpr seconds kPutOffBy{8};
constexpr seconds kTrailEvery{1};
// Assumed until it has been measured.
constexpr double kPerSecondUnknown = 1'000;

seconds rounded_up(nanoseconds time) { return std::chrono::ceil<seconds>(time); }

}  // namespace

Admission::Admission(const AdmissionSettings& settings, const Clock& clock,
                     const Pressure* pressure)
    : settings_(settings), clock_(clock), pressure_(pressure) {}

nanoseconds Admission::expected_wait() const {
  // A few say nothing: one alone is slower than its share of a group that is written together.
  if (per_second_ <= 0 || under_way_ <= settings_.at_once_min / kFew) return nanoseconds(0);
  return duration_cast<nanoseconds>(duration<double>(under_way_ / per_second_));
}

std::uint32_t Admission::places() const {
  const double soon = per_second_ * duration<double>(settings_.wait_max).count();
  const auto low = static_cast<double>(settings_.at_once_min);
  const auto high = static_cast<double>(settings_.at_once_max);
  return static_cast<std::uint32_t>(std::clamp(soon, low, std::max(low, high)));
}

std::variant<Admission::Place, Admission::Later> Admission::enter(const std::string& scope) {
  const Instant now = clock_.monotonic();
  const auto found = scopes_.find(scope);
  const std::uint32_t of_scope = found == scopes_.end() ? 0 : found->second;
  const std::uint32_t room = places();
  // Whose share is not used up gets in although all places are taken; at most twice as many.
  const auto sharing = static_cast<std::uint32_t>(scopes_.size() + (of_scope == 0 ? 1 : 0));
  const bool has_share = of_scope < std::max(room / std::max(sharing, 1U), 1U);
  const bool taken = under_way_ >= room / 2 && !has_share;
  if (taken || under_way_ >= 2 * room) {
    const bool recorded = trail_at_ && now - *trail_at_ < kTrailEvery;
    if (!recorded) trail_at_ = now;
    return Later{come_again(now), under_way_, !recorded};
  }
  if (under_way_ == 0) busy_since_ = now;
  ++under_way_;
  const auto entry = scopes_.try_emplace(scope, 0).first;
  ++entry->second;
  return Place(this, &entry->first);
}

void Admission::leave(const std::string* scope) {
  const auto entry = scopes_.find(*scope);
  if (--entry->second == 0) scopes_.erase(entry);
  ++ended_;
  measure(clock_.monotonic());
  --under_way_;
}

// Idle time says nothing about how fast the server is, so only time with something under way
// counts.
void Admission::measure(Instant now) {
  busy_ += now - busy_since_;
  busy_since_ = now;
  if (busy_ < kMeasureFor) return;
  const double newest = ended_ / duration<double>(busy_).count();
  per_second_ =
      per_second_ <= 0 ? newest : (1 - kNewestCounts) * per_second_ + kNewestCounts * newest;
  busy_ = nanoseconds(0);
  ended_ = 0;
}

// Devices that are sent away are given the coming seconds one after another, as many each as the
// server can serve. Beyond the longest time they are spread over its second half.
seconds Admission::come_again(Instant now) {
  const double rate = per_second_ > 0 ? per_second_ : kPerSecondUnknown;
  const auto apart = duration_cast<nanoseconds>(duration<double>(1 / rate));
  next_return_ = std::max(next_return_, now + expected_wait()) + apart;
  const seconds wait = rounded_up(next_return_ - now);
  if (wait <= settings_.stay_away_max) return std::max(wait, seconds(1));
  next_return_ -= apart;
  const auto half = std::max<std::int64_t>(settings_.stay_away_max.count() / 2, 1);
  return seconds(settings_.stay_away_max.count() - spread_++ % half);
}

seconds Admission::poll_after() {
  const nanoseconds before = pressure_ == nullptr ? nanoseconds(0) : pressure_->waiting();
  const nanoseconds wait = before + expected_wait();
  if (wait < settings_.wait_max / kPutOffAt) return seconds(0);
  // Not all in the same second: they would come back as the crowd that they are.
  const std::int64_t half = (std::min(rounded_up(wait), kPutOffBy).count() + 1) / 2;
  return seconds(1 + half + spread_++ % (half + 1));
}

}  // namespace berth::provisioning
