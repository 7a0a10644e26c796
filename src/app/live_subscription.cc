#include "app/live_subscription.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <utility>

namespace berth::app {

namespace asio = boost::asio;

namespace {

using std::chrono::milliseconds;

// Of a session whose end is near: clocks may differ by a little.
constexpr milliseconds kWaitMin{100};

std::string why_of(const Error& error) {
  const bool over =
      error.kind == ErrorKind::kUnauthenticated || error.kind == ErrorKind::kForbidden;
  return over ? "session" : "unavailable";
}

}  // namespace

Result<void> LiveSubscription::start(domain::Following allowed) {
  allowed_ = allowed;
  BERTH_TRY(place_, parts_.feed.follow(std::move(allowed), shared_from_this()));
  asio::co_spawn(parts_.executor, beat(shared_from_this()), asio::detached);
  return {};
}

void LiveSubscription::stop(std::optional<std::string> why) {
  place_.reset();
  const Hear hear = std::exchange(hear_, nullptr);
  if (waiter_) waiter_->wake();
  if (hear && why) hear(domain::LiveEnd{*std::move(why)});
}

void LiveSubscription::tell(std::shared_ptr<const domain::LiveEvent> event) {
  const std::size_t bytes = size_of(*event);
  const std::size_t before = waiting_.fetch_add(1);
  const std::size_t bytes_before = waiting_bytes_.fetch_add(bytes);
  const bool full = before >= kNewsWaitingMax || bytes_before >= kNewsWaitingBytesMax;
  if (full && too_slow_.exchange(true)) return;  // it is being told already
  asio::post(parts_.executor, [self = shared_from_this(), event = std::move(event), bytes, full] {
    self->waiting_ -= 1;
    self->waiting_bytes_ -= bytes;
    if (full) return self->cut_off();
    self->say(*event);
  });
}

void LiveSubscription::cut_off() {
  if (!hear_) return;
  parts_.feed.count_too_slow();
  stop("slow");
}

// Whoever hears may stop it.
void LiveSubscription::say(domain::LiveNews news) {
  const Hear hear = hear_;
  if (hear) hear(std::move(news));
}

milliseconds LiveSubscription::until_next_beat() const {
  if (!allowed_.until) return kLiveBeatEvery;
  const auto left = std::chrono::ceil<milliseconds>(*allowed_.until - parts_.clock.wall());
  return std::clamp<milliseconds>(left, kWaitMin, kLiveBeatEvery);
}

Task<void> LiveSubscription::beat(std::shared_ptr<LiveSubscription> self) {
  while (self->hear_) {
    const std::shared_ptr<hub::Waiter> waiter = self->parts_.waiting.make_waiter();
    self->waiter_ = waiter;
    const milliseconds time = self->until_next_beat();
    co_await waiter->wait(time);
    if (!self->hear_) co_return;
    Result<void> allowed = co_await self->still_allowed();
    if (!self->hear_) co_return;
    if (!allowed) {
      self->stop(why_of(allowed.error()));
      co_return;
    }
    self->say(domain::LiveBeat{});
  }
}

Task<Result<void>> LiveSubscription::still_allowed() {
  domain::Caller again{caller_.token.clone(), caller_.source};
  domain::FollowLive same = allowed_.filter;
  Result<domain::ManagementResult> answer =
      co_await parts_.management.handle(std::move(again), std::move(same));
  if (!answer) co_return Fail(std::move(answer).error());
  const auto* allowed = std::get_if<domain::Following>(&*answer);
  if (allowed == nullptr || allowed->filter.scope != allowed_.filter.scope) {
    co_return Fail(ErrorKind::kForbidden, "the token reaches another scope than before");
  }
  allowed_.until = allowed->until;
  co_return Result<void>();
}

}  // namespace berth::app
