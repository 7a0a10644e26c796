#include "hub/deliveries.h"

#include "base/log.h"
#include "hub/core.h"

#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace berth::hub {
namespace {

using domain::FeedbackWanted;

constexpr std::string_view kSuccess = "Success";
constexpr std::string_view kExpired = "Expired";
constexpr std::string_view kRejected = "Rejected";
constexpr std::string_view kGivenUp = "DeliveryCountExceeded";

constexpr std::size_t kExpiredPerRound = 200;
constexpr int kExpiredRoundsMax = 10;

// The round of whoever hands out, broken off when its coroutine is.
class Round {
 public:
  explicit Round(InFlight& of) : in_flight_(of), open_(of.begin_round()) {}
  ~Round() {
    if (open_) in_flight_.break_off();
  }
  Round(const Round&) = delete;
  Round& operator=(const Round&) = delete;
  bool open() const { return open_; }
  void next() { open_ = in_flight_.next_round(); }

 private:
  InFlight& in_flight_;
  bool open_;
};

bool wants(FeedbackWanted wanted, bool success) {
  switch (wanted) {
    case FeedbackWanted::kNone:
      return false;
    case FeedbackWanted::kPositive:
      return success;
    case FeedbackWanted::kNegative:
      return !success;
    case FeedbackWanted::kFull:
      return true;
  }
  return false;
}

struct Outcome {
  DeviceKey key;
  std::string message_id;
  FeedbackWanted feedback = FeedbackWanted::kNone;
  std::string_view status;
};

Task<void> tell(std::shared_ptr<Core> core, Outcome outcome) {
  if (!wants(outcome.feedback, outcome.status == kSuccess)) co_return;
  const TimePoint now = core->ports.clock.wall();
  auto event = std::make_unique<domain::Event>();
  event->hub = outcome.key.hub;
  event->device = outcome.key.device;
  event->kind = domain::EventKind::kFeedback;
  event->enqueued_at = now;
  event->message.content_type = "application/json";
  event->message.content_encoding = "utf-8";
  event->message.correlation_id = outcome.message_id;
  boost::json::object body;
  body["originalMessageId"] = outcome.message_id;
  body["statusCode"] = boost::json::string_view(outcome.status.data(), outcome.status.size());
  body["deviceId"] = outcome.key.device.text();
  body["enqueuedTimeUtc"] = base::format_utc(now, 7);
  event->message.body = boost::json::serialize(body);
  const std::shared_ptr<Connection> connection = core->directory.find(outcome.key);
  if (connection) event->scope = connection->about.scope;
  Result<domain::EventPosition> stored = co_await core->ports.log.append(std::move(event));
  if (!stored) {
    log::warn("message.feedback_lost", {{"hub", outcome.key.hub.text()},
                                        {"device", outcome.key.device.text()},
                                        {"status", std::string(outcome.status)},
                                        {"why", stored.error().what}});
  }
}

Result<void> check(const MessageToDevice& message) {
  using std::chrono::seconds;
  if (domain::size_of(message.message) > domain::kQueuedMessageBytesMax) {
    return Fail(ErrorKind::kTooLarge,
                fmt::format("the message has {} bytes with its properties; at most {}",
                            domain::size_of(message.message), domain::kQueuedMessageBytesMax));
  }
  if (message.lifetime < seconds(60) || message.lifetime > seconds(2 * 24 * 3600)) {
    return Fail(ErrorKind::kInvalid, "a message lives from one minute to two days",
                "choose a lifetime from 60 to 172800 seconds");
  }
  for (const domain::Property& each : message.message.properties) {
    if (each.name.empty()) return Fail(ErrorKind::kInvalid, "a property without a name");
  }
  return {};
}

bool redelivered(const Core& core, const Connection& connection, const InFlight::Delivery& delivery,
                 const domain::QueuedMessage& message) {
  if (delivery.count > 1) return true;
  if (delivery.sequence <= connection.in_flight.delivered_before()) return true;
  // Before the last start it may have been delivered, and nobody remembers.
  return connection.about.resumed && message.enqueued_at < core.started_at;
}

void hand_out(Core& core, const std::shared_ptr<Connection>& connection,
              std::vector<domain::QueuedMessage> messages) {
  for (domain::QueuedMessage& each : messages) {
    if (!connection->listens(domain::Channel::kMessages) || connection->ended()) return;
    std::optional<InFlight::Delivery> delivery =
        connection->in_flight.take(each, core.settings.deliveries_max);
    if (!delivery) continue;
    const bool again = redelivered(core, *connection, *delivery, each);
    if (!connection->deliver(domain::DeliverMessage{delivery->id, std::move(each), again})) {
      // It stays in the queue; the connection may have room a little later.
      connection->in_flight.take_back(*delivery);
      ++core.count.events_dropped;
      if (!connection->ended()) core.to_hand_out.add(connection);
      return;
    }
    ++core.count.messages_out;
  }
}

}  // namespace

void take_in(Core& core, const std::shared_ptr<Connection>& connection,
             Result<std::vector<domain::QueuedMessage>> messages, std::size_t asked_for) {
  if (messages) {
    connection->in_flight.set_more(messages->size() >= asked_for);
    hand_out(core, connection, *std::move(messages));
    return;
  }
  log::warn("message.queue_unread", {{"hub", connection->about.key.hub.text()},
                                     {"device", connection->about.key.device.text()},
                                     {"why", messages.error().what}});
  core.to_hand_out.add(connection);
}

Task<void> hand_out_waiting(std::shared_ptr<Core> core, std::shared_ptr<Connection> connection) {
  if (connection->ended() || !connection->listens(domain::Channel::kMessages)) co_return;
  Round round(connection->in_flight);
  const DeviceKey& key = connection->about.key;
  while (round.open()) {
    const InFlight::Window window = connection->in_flight.window(core->settings.deliveries_max);
    connection->in_flight.set_more(true);
    if (window.count != 0) {
      Result<std::vector<domain::QueuedMessage>> messages = co_await core->ports.store.waiting(
          key.hub, key.device, window.after, core->ports.clock.wall(), window.count);
      take_in(*core, connection, std::move(messages), window.count);
    }
    round.next();
  }
}

Task<domain::HubResult> settle(std::shared_ptr<Core> core, std::shared_ptr<Connection> connection,
                               domain::SettleMessage command) {
  InFlight& in_flight = connection->in_flight;
  const DeviceKey key = connection->about.key;
  // A settlement that comes twice, or after the message expired, changes nothing.
  const std::optional<InFlight::Delivery> delivery = in_flight.begin_settling(command.delivery);
  if (!delivery) co_return domain::HubDone();
  Outcome outcome{key, delivery->message_id, delivery->feedback, kSuccess};
  switch (command.settlement) {
    case domain::Settlement::kComplete:
      break;
    case domain::Settlement::kReject:
      outcome.status = kRejected;
      break;
    case domain::Settlement::kAbandon:
      outcome.status = kGivenUp;
      if (delivery->count >= kDeliveriesPerMessageMax) break;
      in_flight.abandon(*delivery);
      co_await hand_out_waiting(core, connection);
      co_return domain::HubDone();
  }
  Result<bool> removed = co_await core->ports.store.settle(key.hub, key.device, delivery->sequence);
  if (!removed) {
    // It is still in the queue, so the device will see it again.
    in_flight.set_delivered_before(std::max(in_flight.delivered_before(), delivery->sequence));
    in_flight.take_back(*delivery);
    core->to_hand_out.add(connection);
    co_return refusal_of(*core, removed.error());
  }
  in_flight.settled(delivery->id);
  if (*removed) co_await tell(core, std::move(outcome));
  if (in_flight.more()) co_await hand_out_waiting(core, connection);
  co_return domain::HubDone();
}

Task<Result<domain::QueuedMessage>> send(std::shared_ptr<Core> core,
                                         std::unique_ptr<MessageToDevice> message) {
  Result<void> valid = check(*message);
  if (!valid) co_return Fail(std::move(valid).error());
  const DeviceKey key{message->hub, message->device};
  const TimePoint now = core->ports.clock.wall();
  domain::QueuedMessage queued{key.hub,
                               key.device,
                               0,
                               std::move(message->message),
                               message->feedback,
                               now,
                               now + message->lifetime};
  // Feedback names the message.
  if (queued.message.id.empty() && queued.feedback != FeedbackWanted::kNone) {
    queued.message.id = core->ports.rng.uuid();
  }
  auto write = std::make_unique<MessageWrite>();
  write->message = queued;
  write->depth_max = core->settings.queue_depth_max;
  write->audit = std::move(message->audit);
  Result<std::uint64_t> sequence = co_await core->ports.store.enqueue(std::move(write));
  if (!sequence) co_return Fail(std::move(sequence).error());
  queued.sequence = *sequence;
  const std::shared_ptr<Connection> connection = core->directory.reach(key);
  if (connection) co_await hand_out_waiting(core, connection);
  co_return queued;
}

Task<void> drop_expired(std::shared_ptr<Core> core) {
  for (int round = 0; round < kExpiredRoundsMax; ++round) {
    Result<std::vector<domain::QueuedMessage>> expired =
        co_await core->ports.store.take_expired(core->ports.clock.wall(), kExpiredPerRound);
    if (!expired) {
      log::warn("message.expired_not_dropped", {{"why", expired.error().what}});
      co_return;
    }
    for (const domain::QueuedMessage& each : *expired) {
      const DeviceKey key{each.hub, each.device};
      const std::shared_ptr<Connection> connection = core->directory.find(key);
      const bool room = connection && connection->in_flight.drop_sequence(each.sequence);
      if (room && connection->in_flight.more()) core->to_hand_out.add(connection);
      co_await tell(core, {key, each.message.id, each.feedback, kExpired});
    }
    if (expired->size() < kExpiredPerRound) co_return;
  }
}

}  // namespace berth::hub
