// What operators can do to the devices of a hub. Implemented by the hub, used by management, which
// has checked who asks and what they may.
//
// Room hub/ports. Errors: kNotFound, kInvalid (the document or message breaks a rule: `what` says
// which), kTooLarge, kTooMany (the queue is full), kPreconditionFailed, kUnavailable,
// kOffline and kTimeout where named. Thread rule: any io_context; the Task completes on the
// caller's executor.
#pragma once

#include "base/task.h"
#include "domain/hub_operations.h"
#include "domain/records.h"
#include "hub/ports/device_store.h"
#include "hub/ports/telemetry_log.h"

#include <chrono>
#include <memory>
#include <optional>
#include <string>

namespace berth::hub {

struct TwinUpdate {
  domain::HubName hub;
  domain::DeviceId device;
  // JSON objects as text: merged, or with `replaces` taken as the whole section.
  std::optional<std::string> tags;
  std::optional<std::string> desired;
  bool replaces = false;
  std::optional<std::uint64_t> etag;  // Twin::etag that must be current
  domain::AuditRecord audit;
};

struct MethodCall {
  domain::HubName hub;
  domain::DeviceId device;
  std::string method;
  std::string payload;                        // JSON text or empty
  std::chrono::seconds connect_timeout{0};    // 0..300: how long to wait for the device to connect
  std::chrono::seconds response_timeout{30};  // 5..300
};
struct MethodAnswer {
  int status = 0;
  std::string payload;  // JSON text or empty
};

struct MessageToDevice {
  domain::HubName hub;
  domain::DeviceId device;
  domain::Message message;
  domain::FeedbackWanted feedback = domain::FeedbackWanted::kNone;
  std::chrono::seconds lifetime{3600};  // 1 min .. 2 days
  domain::AuditRecord audit;
};

class Service {
 public:
  virtual ~Service() = default;
  virtual Task<Result<domain::Twin>> read_twin(domain::HubName hub, domain::DeviceId device) = 0;
  virtual Task<Result<domain::Twin>> update_twin(std::unique_ptr<TwinUpdate> update) = 0;
  // kOffline: the device is not connected or does not listen to methods; kTimeout: it did not
  // answer in time.
  virtual Task<Result<MethodAnswer>> call_method(std::unique_ptr<MethodCall> call) = 0;
  // As queued, with its sequence.
  virtual Task<Result<domain::QueuedMessage>> send(std::unique_ptr<MessageToDevice> message) = 0;
  virtual Task<Result<EventBatch>> read_events(EventQuery query) = 0;
  // How the device is connected; none: it never was. A connection of an epoch that is over is given
  // as not connected.
  virtual Task<Result<std::optional<ConnectionRecord>>> connection(domain::HubName hub,
                                                                   domain::DeviceId device) = 0;
  // The identity was changed or removed: a live connection of it ends within a second unless its
  // credential is still good. Does not wait.
  virtual void identity_changed(const domain::HubName& hub, const domain::DeviceId& device) = 0;
  // What vouches for devices of the scope was changed or revoked: connections made with a
  // certificate end within a second unless it still is good. Does not wait.
  virtual void trust_changed(const domain::ScopeId& scope) = 0;
  // A hub was made, changed or deleted. Does not wait.
  virtual void hubs_changed() = 0;
};

}  // namespace berth::hub
