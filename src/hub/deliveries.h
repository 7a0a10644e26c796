// Messages for devices: queued durably, delivered to a connection that listens, at most a few at a
// time, removed when the device settles them, and what becomes of them told to who wants to know.
//
// Room hub. Thread rule: any thread; InFlight has a short lock. One coroutine at a time hands out
// the messages of a connection, so they go out in the order of the queue.
#pragma once

#include "base/task.h"
#include "domain/hub_operations.h"
#include "hub/device_key.h"
#include "hub/ports/service.h"

#include <atomic>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

namespace berth::hub {

struct Core;
class Connection;

// What an abandoned message may go through before it is given up (azure-iot-hub.md §2.5).
inline constexpr std::uint32_t kDeliveriesPerMessageMax = 10;

// What was delivered on one connection and is not settled.
class InFlight {
 public:
  struct Delivery {
    std::uint64_t id = 0;
    std::uint64_t sequence = 0;
    domain::FeedbackWanted feedback = domain::FeedbackWanted::kNone;
    std::string message_id;
    std::uint32_t count = 1;  // deliveries on this connection, this one included
    bool settling = false;
  };

  // What to ask the queue for: messages after that sequence, so many; 0 when there is no room.
  struct Window {
    std::uint64_t after = 0;
    std::size_t count = 0;
  };
  Window window(std::size_t count_max) const;

  // None when it is in flight already or as many as may be are.
  std::optional<Delivery> take(const domain::QueuedMessage& message, std::size_t count_max);
  // None when there is no such delivery or it is being settled.
  std::optional<Delivery> begin_settling(std::uint64_t id);
  void settled(std::uint64_t id);
  // It could not be sent: as if it had never been taken.
  void take_back(const Delivery& delivery);
  // Lets go of it, to be delivered once more.
  void abandon(const Delivery& delivery);
  // True when it was in flight.
  bool drop_sequence(std::uint64_t sequence);
  // Of those in flight; 0 when there are none.
  std::uint64_t highest_sequence() const;

  // For the one who hands out. False when somebody else does it: he will go round again.
  bool begin_round();
  // True: go round again. False: the round is over.
  bool next_round();
  void break_off();

  // Whether the queue may hold more than was handed out.
  void set_more(bool more) { more_ = more; }
  bool more() const { return more_; }

  // Up to this sequence messages may have been delivered on an earlier connection.
  void set_delivered_before(std::uint64_t sequence) { delivered_before_ = sequence; }
  std::uint64_t delivered_before() const { return delivered_before_; }

 private:
  struct Abandoned {
    std::uint64_t sequence = 0;
    std::uint32_t count = 0;
  };

  void let_go(const Delivery& delivery);

  mutable std::mutex mutex_;
  std::vector<Delivery> deliveries_;
  std::uint64_t taken_up_to_ = 0;  // what is before was taken, apart from what was let go of
  std::vector<Abandoned> abandoned_;
  std::uint64_t last_id_ = 0;
  bool round_ = false;
  bool again_ = false;
  std::atomic<bool> more_{false};
  std::atomic<std::uint64_t> delivered_before_{0};
};

// The last sequence that was delivered and not settled when a device's connection ended, for a
// bounded number of devices: what its next connection gets of these was delivered before.
class Unsettled {
 public:
  void remember(const DeviceKey& key, std::uint64_t sequence);
  std::uint64_t take(const DeviceKey& key);

 private:
  static constexpr std::size_t kDevicesMax = 10'000;
  std::mutex mutex_;
  std::unordered_map<DeviceKey, std::uint64_t, DeviceKeyHash> sequences_;
};

// Delivers what waits, as far as the connection listens and has room.
Task<void> hand_out_waiting(std::shared_ptr<Core> core, std::shared_ptr<Connection> connection);
// The same with messages read beforehand, `asked_for` at most, without waiting for anything.
void take_in(Core& core, const std::shared_ptr<Connection>& connection,
             Result<std::vector<domain::QueuedMessage>> messages, std::size_t asked_for);

Task<domain::HubResult> settle(std::shared_ptr<Core> core, std::shared_ptr<Connection> connection,
                               domain::SettleMessage command);

Task<Result<domain::QueuedMessage>> send(std::shared_ptr<Core> core,
                                         std::unique_ptr<MessageToDevice> message);

// Removes what has expired everywhere.
Task<void> drop_expired(std::shared_ptr<Core> core);

}  // namespace berth::hub
