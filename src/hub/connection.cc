#include "hub/connection.h"

#include <utility>

namespace berth::hub {

Connection::Connection(About what, std::shared_ptr<Subscriber> subscriber,
                       std::vector<domain::Subscription> subscriptions)
    : about(std::move(what)), subscriber_(std::move(subscriber)) {
  subscribe(std::move(subscriptions));
}

bool Connection::end(domain::EndReason reason) {
  int live = kLive;
  if (!ended_.compare_exchange_strong(live, static_cast<int>(reason))) return false;
  calls.close();
  subscriber_->deliver(domain::EndConnection{reason});
  return true;
}

void Connection::gone() {
  int live = kLive;
  ended_.compare_exchange_strong(live, kGone);
  calls.close();
}

std::optional<domain::EndReason> Connection::end_reason() const {
  const int reason = ended_.load(std::memory_order_acquire);
  if (reason == kLive || reason == kGone) return std::nullopt;
  return static_cast<domain::EndReason>(reason);
}

void Connection::subscribe(std::vector<domain::Subscription> subscriptions) {
  std::uint32_t channels = 0;
  for (const domain::Subscription& each : subscriptions) channels |= bit(each.channel);
  subscriptions_ = std::move(subscriptions);
  channels_.store(channels);
}

bool Connection::deliver(domain::HubEvent event) {
  if (ended()) return false;
  return subscriber_->deliver(std::move(event));
}

}  // namespace berth::hub
