// One who follows the live feed over a connection: bounds what waits for it, beats while nothing
// happens, and looks with each beat whether it still may follow.
//
// Room app. Shared by its conversation, the feed and its own coroutine. Thread rule: the
// connection's io_context, tell() apart.
#pragma once

#include "app/live.h"
#include "base/clock.h"
#include "domain/operations.h"
#include "hub/ports/waiting.h"
#include "management/management.h"
#include "net/engine.h"

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace berth::app {

// With the few seconds for which a token is remembered, a session that was ended elsewhere is told
// so within 20 s.
inline constexpr std::chrono::seconds kLiveBeatEvery{15};
inline constexpr std::size_t kNewsWaitingMax = 256;
inline constexpr std::size_t kNewsWaitingBytesMax = 1024 * 1024;

class LiveSubscription final : public Follower,
                               public std::enable_shared_from_this<LiveSubscription> {
 public:
  struct Parts {
    LiveFeed& feed;
    hub::Waiting& waiting;
    management::Management& management;  // of `executor`
    const Clock& clock;
    net::Executor executor;
  };
  // What comes of it, one after the other on the executor; nothing after a LiveEnd or stop().
  using Hear = std::function<void(domain::LiveNews)>;

  LiveSubscription(const Parts& parts, domain::Caller caller, Hear hear)
      : parts_(parts), caller_(std::move(caller)), hear_(std::move(hear)) {}

  // kTooMany.
  Result<void> start(domain::Following allowed);
  // With a reason the last news says so; none: nobody is left to hear it.
  void stop(std::optional<std::string> why);
  // Its client takes the news more slowly than they come.
  void cut_off();

  void tell(std::shared_ptr<const domain::LiveEvent> event) override;

 private:
  void say(domain::LiveNews news);
  static Task<void> beat(std::shared_ptr<LiveSubscription> self);
  std::chrono::milliseconds until_next_beat() const;
  Task<Result<void>> still_allowed();

  const Parts parts_;
  const domain::Caller caller_;
  Hear hear_;  // none: it is over
  domain::Following allowed_;
  std::unique_ptr<LiveFeed::Place> place_;
  std::shared_ptr<hub::Waiter> waiter_;
  std::atomic<std::size_t> waiting_{0};        // posted, not heard yet
  std::atomic<std::size_t> waiting_bytes_{0};  // likewise
  std::atomic<bool> too_slow_{false};
};

}  // namespace berth::app
