// The brain of connected devices: who is connected, twins, methods, messages both ways.
// Vendor-blind; reaches the world through ports/.
//
//   Attached attached = co_await hub.connect(command, subscriber);
//   // events may reach the subscriber from now on, even before connect() has returned: hold them
//   // back until the device has been answered (posting each to the connection's executor does)
//   // then, for every later command of that connection, one at a time or several at once:
//   HubResult result = co_await attached.attachment->handle(command);
//   // the connection has ended, for whatever reason:
//   attached.attachment.reset();
//
// Room hub. Thread rule: one instance for the whole program, called from any io_context. What is
// shared is the table of live connections, a mutex a shard held for a few instructions and only
// when a connection begins or ends or an operator acts on a device; the path of a message takes no
// lock. Never throws, never fails: trouble is a HubRefused or an Error.
#pragma once

#include "base/clock.h"
#include "base/rng.h"
#include "base/source_budget.h"
#include "base/task.h"
#include "domain/hub_operations.h"
#include "hub/ports/authenticator.h"
#include "hub/ports/connection_sink.h"
#include "hub/ports/data_records.h"
#include "hub/ports/device_store.h"
#include "hub/ports/identities.h"
#include "hub/ports/password_check.h"
#include "hub/ports/refusals.h"
#include "hub/ports/service.h"
#include "hub/ports/subscriber.h"
#include "hub/ports/telemetry_log.h"
#include "hub/ports/waiting.h"

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace berth::hub {

struct Core;

struct Settings {
  std::string node;                                 // this server's id
  SourceBudget::Limits failures{200, 1.0, 10'000};  // of connections, per source address
  std::size_t queue_depth_max = 50;                 // messages that wait for one device
  std::size_t deliveries_max = 16;              // of them sent and not yet settled, per connection
  std::size_t methods_pending_max = 32;         // calls a device has not answered yet
  std::size_t subscriptions_max = 50;           // per device; vendors allow fewer
  std::size_t records_per_device_max = 10'000;  // the oldest beyond it are dropped; 0: no bound
  std::uint32_t account_guesses_max = 10;       // wrong passwords in a row that lock an account
  std::chrono::seconds account_lock_time{900};
};

struct Ports {
  DeviceStore& store;
  TelemetryLog& log;
  Authenticator& authenticator;
  Refusals& refusals;
  Waiting& waiting;
  const Clock& clock;
  Rng& rng;
  DataRecords& records;
  Identities& identities;
  PasswordCheck& passwords;
  ConnectionSink* connections = nullptr;  // nobody listens
};

// A device's connection, from ConnectDevice on. Destroying it ends the connection: the will is
// published unless the device said Farewell (or the server is stopping). It outlives every handle()
// that is under way.
class Attachment {
 public:
  virtual ~Attachment() = default;
  virtual Task<domain::HubResult> handle(domain::HubCommand command) = 0;
  // As handle() of each of them in their order, with one way to the log for all. The refusal of
  // each; none: it is stored.
  using Refusals = std::vector<std::optional<domain::HubRefused>>;
  virtual Task<Refusals> send(std::vector<domain::SendTelemetry> messages) = 0;
};

struct Attached {
  std::unique_ptr<Attachment> attachment;  // none when refused
  domain::HubResult result;                // DeviceConnected or HubRefused
};

struct Stats {
  std::uint64_t connected = 0;  // devices now
  std::uint64_t connects = 0;   // accepted since the start
  std::uint64_t connects_refused = 0;
  std::uint64_t taken_over = 0;
  std::uint64_t messages_in = 0;  // telemetry stored
  std::uint64_t bytes_in = 0;
  std::uint64_t messages_out = 0;  // queued messages delivered
  std::uint64_t methods_called = 0;
  std::uint64_t twin_reads = 0;
  std::uint64_t twin_writes = 0;
  std::uint64_t events_dropped = 0;  // a subscriber was too slow
};

class Hub final : public Service {
 public:
  Hub(Ports ports, Settings settings);
  ~Hub() override;
  Hub(const Hub&) = delete;
  Hub& operator=(const Hub&) = delete;

  // Begins this start's epoch and reads the hubs; before the first connect().
  Task<Result<void>> start();

  // A request that stands alone: `command` has a claim.
  Task<domain::HubResult> ask(domain::AskData command);

  Task<Attached> connect(domain::ConnectDevice command, std::shared_ptr<Subscriber> subscriber);

  // The key of the member device `identity`, for a connection that is keyed with it. None: there is
  // no such device, it has no key, or its source has failed too often.
  Task<std::optional<SharedKey>> shared_key(std::string source, std::string identity);
  // A connection came to nothing because of its key; `found` is whether shared_key() gave one.
  // Counted against claim.source, and leaves a trail.
  Task<void> keying_failed(domain::Claim claim, bool found);

  // A few times a second, from one place: looks again at identities that changed and delivers what
  // had to wait; once a second of these it ends connections whose proof has expired and drops
  // expired messages. Costs next to nothing when there is nothing to do.
  Task<void> do_chores();
  // From now on: ended connections publish no will, and nobody is let in.
  void stop();

  Stats stats() const;

  Task<Result<domain::Twin>> read_twin(domain::HubName hub, domain::DeviceId device) override;
  Task<Result<domain::Twin>> update_twin(std::unique_ptr<TwinUpdate> update) override;
  Task<Result<MethodAnswer>> call_method(std::unique_ptr<MethodCall> call) override;
  Task<Result<domain::QueuedMessage>> send(std::unique_ptr<MessageToDevice> message) override;
  Task<Result<EventBatch>> read_events(EventQuery query) override;
  Task<Result<std::optional<ConnectionRecord>>> connection(domain::HubName hub,
                                                           domain::DeviceId device) override;
  void identity_changed(const domain::HubName& hub, const domain::DeviceId& device) override;
  void trust_changed(const domain::ScopeId& scope) override;
  void hubs_changed() override;

 private:
  std::shared_ptr<Core> core_;  // shared with attachments
};

}  // namespace berth::hub
