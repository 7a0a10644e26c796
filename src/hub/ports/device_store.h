// What the hub needs of the store: one read that fetches all a connection needs, twins with an
// optimistic lock, durable sessions, and the queues of messages for devices. Implemented in store/.
//
// Room hub/ports. Errors: kNotFound, kConflict and kPreconditionFailed as named, kUnavailable,
// kInternal. Thread rule: called from any io_context; the Task completes on the caller's executor.
#pragma once

#include "base/task.h"
#include "domain/hub_operations.h"
#include "domain/records.h"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace berth::hub {

// What a device that connects left behind; also what another server would need to know.
struct StoredSession {
  domain::HubName hub;
  domain::DeviceId device;
  std::vector<domain::Subscription> subscriptions;
  TimePoint updated_at;
  std::string node;         // the server that wrote it, as in ConnectionRecord
  std::uint64_t epoch = 0;  // and which of its starts
};

struct Dossier {
  std::optional<domain::Device> device;  // none: all else is empty
  std::optional<StoredSession> session;
  bool has_messages = false;                // something may wait in its queue
  std::optional<domain::Enrollment> group;  // of open_member_dossier: Device::group, if it is there
  // Of a device with certificates (Device::certificate, ca_signed), what they hang on: the verified
  // CAs of its scope (ca_signed only), and the enrollment through which it was provisioned.
  std::vector<domain::CaCertificate> authorities = {};
  // False: that enrollment is switched off or, with ca_signed, gone. True for devices made by hand.
  bool enrollment_enabled = true;
};

// A device that may speak for another over its own connection.
struct Binding {
  domain::HubName gateway_hub;
  domain::DeviceId gateway;
  domain::HubName hub;
  domain::DeviceId device;
};
inline constexpr std::size_t kBoundMax = 2'000;  // to one gateway

// Who holds a device's connection. `node` is this server's id, `epoch` grows with each of its
// starts: a record of an epoch that is over speaks of a connection that is over.
struct ConnectionRecord {
  domain::HubName hub;
  domain::DeviceId device;
  std::string node;
  std::uint64_t epoch = 0;
  bool connected = false;
  TimePoint changed_at;
  std::string dialect;
  std::string transport;
  std::string source;
};

// A change of a twin, with the audit record of the operator who made it, if one did.
struct TwinWrite {
  domain::Twin twin;                   // version ignored
  std::uint64_t expected_version = 0;  // of the stored record; 0: it must not exist yet
  std::optional<domain::AuditRecord> audit;
};

struct MessageWrite {
  domain::QueuedMessage message;  // sequence ignored
  std::size_t depth_max = 50;     // kTooMany when so many wait already
  std::optional<domain::AuditRecord> audit;
};

class DeviceStore {
 public:
  virtual ~DeviceStore() = default;

  // A new, higher epoch for this node; durable.
  virtual Task<Result<std::uint64_t>> begin_epoch(std::string node) = 0;

  // All hubs; for the hub's own table of host names. At most 1000.
  virtual Task<Result<std::vector<domain::Hub>>> all_hubs() = 0;
  virtual Task<Result<Dossier>> open_dossier(domain::HubName hub, domain::DeviceId device) = 0;

  // The same for a device that names no hub: the one with a Device::group and that id, wherever it
  // is.
  virtual Task<Result<Dossier>> open_member_dossier(domain::DeviceId device) = 0;
  // The device has connected with what it was issued: awaits_activation ends and the registration's
  // activated_at is set, durable, in one transaction that gives both a new version. False: the
  // identity is no longer of that version, or is gone, and nothing was written.
  virtual Task<Result<bool>> activate(domain::HubName hub, domain::DeviceId device,
                                      std::uint64_t version, TimePoint at) = 0;

  // The device named that model when it connected: the identity remembers it and gets the template
  // of that id, if its scope has one. Durable; nothing happens without the device.
  virtual Task<Result<void>> note_model(domain::HubName hub, domain::DeviceId device,
                                        std::string model) = 0;

  // The first of these certificates, by SHA-256, that is revoked in the scope.
  virtual Task<Result<std::optional<domain::RevokedCertificate>>> find_revoked(
      domain::ScopeId scope, std::vector<base::Bytes> certificates) = 0;

  // Durable; replaces any other gateway of the device. kNotFound when one of the two is gone,
  // kTooMany beyond kBoundMax.
  virtual Task<Result<void>> bind(Binding binding) = 0;
  // Durable; also when there is nothing to undo.
  virtual Task<Result<void>> unbind(Binding binding) = 0;
  // What is bound to that gateway, ordered by device id.
  virtual Task<Result<std::vector<Binding>>> bound_to(domain::HubName hub,
                                                      domain::DeviceId gateway) = 0;

  // The stored twin, or none when nobody has written it yet. kNotFound without the device.
  virtual Task<Result<std::optional<domain::Twin>>> get_twin(domain::HubName hub,
                                                             domain::DeviceId device) = 0;
  // The record's new version; durable. kNotFound without the device; kConflict when
  // expected_version is not current (read again and decide again).
  virtual Task<Result<std::uint64_t>> put_twin(std::unique_ptr<TwinWrite> write) = 0;

  // Replaces; durable. kNotFound without the device.
  virtual Task<Result<void>> put_session(StoredSession session) = 0;
  virtual Task<Result<void>> remove_session(domain::HubName hub, domain::DeviceId device) = 0;

  // Written with the next commit or within a second, without an fsync of its own; never waits.
  virtual void note_connection(ConnectionRecord record) = 0;
  virtual Task<Result<std::optional<ConnectionRecord>>> get_connection(domain::HubName hub,
                                                                       domain::DeviceId device) = 0;

  // The sequence; durable. kNotFound without the device, kTooMany when the queue is full (expired
  // messages do not count).
  virtual Task<Result<std::uint64_t>> enqueue(std::unique_ptr<MessageWrite> write) = 0;
  // Messages after that sequence that have not expired at `now`, in order.
  virtual Task<Result<std::vector<domain::QueuedMessage>>> waiting(domain::HubName hub,
                                                                   domain::DeviceId device,
                                                                   std::uint64_t after,
                                                                   TimePoint now,
                                                                   std::size_t count_max) = 0;
  // Removes; durable. False when it was not there.
  virtual Task<Result<bool>> settle(domain::HubName hub, domain::DeviceId device,
                                    std::uint64_t sequence) = 0;
  // Removes what has expired and gives it back, so that feedback can be sent.
  virtual Task<Result<std::vector<domain::QueuedMessage>>> take_expired(TimePoint now,
                                                                        std::size_t count_max) = 0;
};

}  // namespace berth::hub
