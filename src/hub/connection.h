// A live connection of a device, as the hub's tables and operators' requests see it: what it is,
// what it listens to, and the way to tell it something.
//
// Room hub. Shared by its Attachment, the directory and whoever is talking to it. Thread rule: any
// thread, except that subscriptions() and subscribe() belong to the holder of the device's turn.
#pragma once

#include "domain/hub_operations.h"
#include "hub/deliveries.h"
#include "hub/device_key.h"
#include "hub/methods.h"
#include "hub/ports/subscriber.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace berth::hub {

class Connection {
 public:
  // What never changes.
  struct About {
    DeviceKey key;
    domain::ScopeId scope;
    std::string proof;                      // "primary key"
    std::string credential;                 // Authenticated::credential
    std::vector<base::Bytes> certificates;  // Authenticated::certificates
    std::optional<TimePoint> expires_at;
    bool keeps_session = false;
    bool resumed = false;  // subscriptions of an earlier connection were restored
    std::string model_id;
    std::string dialect;
    std::string transport;
    std::string source;
    std::string host;
    std::string client;
    TimePoint since;
  };

  Connection(About what, std::shared_ptr<Subscriber> subscriber,
             std::vector<domain::Subscription> subscriptions);

  const About about;

  // Tells the connection to end and fails the calls it has not answered. Only the first reason
  // counts; false for a later one.
  bool end(domain::EndReason reason);
  bool ended() const { return ended_.load(std::memory_order_acquire) != kLive; }
  // The connection is gone by itself: nothing reaches it any more.
  void gone();
  std::optional<domain::EndReason> end_reason() const;

  bool listens(domain::Channel channel) const { return (channels_.load() & bit(channel)) != 0; }
  const std::vector<domain::Subscription>& subscriptions() const { return subscriptions_; }
  void subscribe(std::vector<domain::Subscription> subscriptions);

  // False when it was dropped.
  bool deliver(domain::HubEvent event);

  PendingCalls calls;
  InFlight in_flight;

 private:
  static constexpr int kLive = -1;
  static constexpr int kGone = -2;
  static constexpr std::uint32_t bit(domain::Channel channel) {
    return std::uint32_t{1} << static_cast<unsigned>(channel);
  }

  const std::shared_ptr<Subscriber> subscriber_;
  std::vector<domain::Subscription> subscriptions_;
  std::atomic<std::uint32_t> channels_{0};
  std::atomic<int> ended_{kLive};  // or kGone, or an EndReason
};

}  // namespace berth::hub
