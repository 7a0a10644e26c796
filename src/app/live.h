// The live feed: what happens on this server, told to those who follow it. One feed for all cores.
// Publishing costs one read of a counter while nobody follows; else a shared lock, and for each
// follower that may hear of it a post to its executor.
//
// Room app. Thread rule: any thread; no call blocks. Shares its followers until their Place goes.
#pragma once

#include "base/result.h"
#include "domain/fleet.h"
#include "domain/trail.h"
#include "hub/ports/connection_sink.h"
#include "hub/ports/telemetry_log.h"

#include <atomic>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <shared_mutex>
#include <string>
#include <vector>

namespace berth::app {

// Bytes that a happening takes while it waits for a follower, about.
std::size_t size_of(const domain::LiveEvent& event);

class Follower {
 public:
  virtual ~Follower() = default;
  // Any thread; must not block and must not call the feed.
  virtual void tell(std::shared_ptr<const domain::LiveEvent> event) = 0;
};

class LiveFeed final : public hub::EventSink, public hub::ConnectionSink {
 public:
  struct Limits {
    std::size_t followers_max = 200;
    std::size_t followers_of_one_max = 20;  // of one operator or token
  };
  struct Stats {
    std::size_t followers = 0;      // now
    std::uint64_t told = 0;         // happenings, once for each follower
    std::uint64_t too_slow = 0;     // followers that were sent away
    std::uint64_t turned_away = 0;  // for whom there was no room
  };

  explicit LiveFeed(Limits limits) : limits_(limits) {}
  LiveFeed() : LiveFeed(Limits{}) {}

  // As long as it lives the follower is told; none of it after the destructor has returned, but for
  // what is under way.
  class Place;
  // kTooMany. `following` says who it is and what may be told.
  Result<std::unique_ptr<Place>> follow(domain::Following following,
                                        std::shared_ptr<Follower> follower);

  void attempt_finished(const domain::Trail& trail);
  void connection_changed(const domain::ConnectionNews& news) override;
  void stored(const hub::LoggedEvent& event) override;

  void count_too_slow() { too_slow_.fetch_add(1, std::memory_order_relaxed); }
  Stats stats() const;

 private:
  struct Entry {
    domain::Following following;
    std::shared_ptr<Follower> follower;
  };
  // What filters look at.
  struct About {
    const std::string& scope;
    const std::string& hub;
    const std::string& device;
    const std::string* registration = nullptr;
  };

  bool nobody() const { return count_.load(std::memory_order_acquire) == 0; }
  static bool wants(const domain::FollowLive& filter, const About& about);
  template <class Make>
  void publish(const About& about, Make make);
  void leave(std::uint64_t number);

  const Limits limits_;
  std::atomic<std::size_t> count_{0};
  std::atomic<std::uint64_t> told_{0};
  std::atomic<std::uint64_t> too_slow_{0};
  std::atomic<std::uint64_t> turned_away_{0};
  mutable std::shared_mutex mutex_;
  std::map<std::uint64_t, Entry> entries_;  // guarded by mutex_
  std::uint64_t next_number_ = 1;           // guarded by mutex_
};

class LiveFeed::Place {
 public:
  Place(LiveFeed& feed, std::uint64_t number) : feed_(feed), number_(number) {}
  ~Place() { feed_.leave(number_); }
  Place(const Place&) = delete;
  Place& operator=(const Place&) = delete;

 private:
  LiveFeed& feed_;
  const std::uint64_t number_;
};

}  // namespace berth::app
