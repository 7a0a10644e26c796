// The ports of the hub in memory: a store that can fail or be held up, a log, an authenticator that
// compares texts, and waiters that run what the test wants to happen meanwhile.
//
// Room hub, tests. Thread rule: the store, the log and what is collected may be used from several
// threads; the rest belongs to one test.
#pragma once

#include "hub/device_key.h"
#include "hub/ports/authenticator.h"
#include "hub/ports/device_store.h"
#include "hub/ports/refusals.h"
#include "hub/ports/subscriber.h"
#include "hub/ports/waiting.h"
#include "hub/tests/memory_log.h"

#include <algorithm>
#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

namespace berth::hub {

// What is to happen inside a call of the store, once, or while somebody waits.
using Hook = std::function<void()>;

class MemoryStore final : public DeviceStore {
 public:
  Task<Result<std::uint64_t>> begin_epoch(std::string node) override {
    node_ = std::move(node);
    co_return ++epoch;
  }
  Task<Result<std::vector<domain::Hub>>> all_hubs() override {
    const std::lock_guard lock(mutex);
    ++hub_reads;
    if (down) co_return unavailable();
    co_return hubs;
  }
  Task<Result<Dossier>> open_dossier(domain::HubName hub, domain::DeviceId device) override {
    Result<Dossier> dossier = read_dossier({hub, device});
    run(after_dossier);
    co_return dossier;
  }
  Task<Result<Dossier>> open_member_dossier(domain::DeviceId device) override {
    std::optional<DeviceKey> key;
    {
      const std::lock_guard lock(mutex);
      for (const auto& [where, each] : devices) {
        if (hubless(each) && where.device == device) key = where;
      }
    }
    if (!key) {
      if (down) co_return unavailable();
      co_return Dossier();
    }
    Result<Dossier> dossier = read_dossier(*key);
    if (dossier && dossier->device && dossier->device->group) dossier->group = group;
    run(after_dossier);
    co_return dossier;
  }
  Task<Result<bool>> activate(domain::HubName hub, domain::DeviceId device, std::uint64_t version,
                              TimePoint at) override {
    run(before_activate);
    const std::lock_guard lock(mutex);
    if (down) co_return unavailable();
    const auto found = devices.find({hub, device});
    if (found == devices.end() || found->second.version != version) co_return false;
    found->second.awaits_activation = false;
    ++found->second.version;
    activations.push_back(at);
    co_return true;
  }
  Task<Result<void>> note_model(domain::HubName, domain::DeviceId device,
                                std::string model) override {
    models_noted.emplace_back(device.text(), std::move(model));
    co_return Result<void>();
  }
  Task<Result<std::optional<domain::RevokedCertificate>>> find_revoked(
      domain::ScopeId scope, std::vector<base::Bytes> certificates) override {
    const std::lock_guard lock(mutex);
    if (down) co_return unavailable();
    for (const domain::RevokedCertificate& each : revoked) {
      if (each.scope != scope) continue;
      if (std::find(certificates.begin(), certificates.end(), each.sha256) != certificates.end()) {
        co_return each;
      }
    }
    co_return std::nullopt;
  }
  Task<Result<void>> bind(Binding binding) override {
    const std::lock_guard lock(mutex);
    if (down) co_return unavailable();
    std::erase_if(bindings, [&](const auto& each) { return each.device == binding.device; });
    bindings.push_back(std::move(binding));
    co_return Result<void>();
  }
  Task<Result<void>> unbind(Binding binding) override {
    const std::lock_guard lock(mutex);
    if (down) co_return unavailable();
    std::erase_if(bindings, [&](const auto& each) { return each.device == binding.device; });
    co_return Result<void>();
  }
  Task<Result<std::vector<Binding>>> bound_to(domain::HubName hub,
                                              domain::DeviceId gateway) override {
    const std::lock_guard lock(mutex);
    if (down) co_return unavailable();
    std::vector<Binding> found;
    for (const Binding& each : bindings) {
      if (each.gateway_hub == hub && each.gateway == gateway) found.push_back(each);
    }
    co_return found;
  }
  Task<Result<std::optional<domain::Twin>>> get_twin(domain::HubName hub,
                                                     domain::DeviceId device) override {
    const std::lock_guard lock(mutex);
    if (down) co_return unavailable();
    const DeviceKey key{hub, device};
    if (!devices.contains(key)) co_return missing();
    if (!twins.contains(key)) co_return std::nullopt;
    co_return twins[key];
  }
  Task<Result<std::uint64_t>> put_twin(std::unique_ptr<TwinWrite> write) override {
    run(during_put_twin);
    const std::lock_guard lock(mutex);
    if (down) co_return unavailable();
    const DeviceKey key{write->twin.hub, write->twin.device};
    if (!devices.contains(key)) co_return missing();
    const std::uint64_t current = twins.contains(key) ? twins[key].version : 0;
    if (conflicts > 0) {
      --conflicts;
      co_return Fail(ErrorKind::kConflict, "another server was faster");
    }
    if (current != write->expected_version) co_return Fail(ErrorKind::kConflict, "not current");
    domain::Twin twin = std::move(write->twin);
    twin.version = current + 1;
    twins[key] = std::move(twin);
    if (write->audit) audits.push_back(*std::move(write->audit));
    co_return current + 1;
  }
  Task<Result<void>> put_session(StoredSession session) override {
    const std::lock_guard lock(mutex);
    ++session_writes;
    if (down) co_return unavailable();
    const DeviceKey key{session.hub, session.device};
    sessions[key] = std::move(session);
    co_return Result<void>();
  }
  Task<Result<void>> remove_session(domain::HubName hub, domain::DeviceId device) override {
    const std::lock_guard lock(mutex);
    ++session_writes;
    if (down) co_return unavailable();
    sessions.erase({hub, device});
    co_return Result<void>();
  }
  void note_connection(ConnectionRecord record) override {
    const std::lock_guard lock(mutex);
    notes.push_back(std::move(record));
  }
  Task<Result<std::optional<ConnectionRecord>>> get_connection(domain::HubName hub,
                                                               domain::DeviceId device) override {
    const std::lock_guard lock(mutex);
    std::optional<ConnectionRecord> last;
    for (const ConnectionRecord& each : notes) {
      if (each.hub == hub && each.device == device) last = each;
    }
    co_return last;
  }
  Task<Result<std::uint64_t>> enqueue(std::unique_ptr<MessageWrite> write) override {
    const std::lock_guard lock(mutex);
    if (down) co_return unavailable();
    domain::QueuedMessage message = std::move(write->message);
    const DeviceKey key{message.hub, message.device};
    if (!devices.contains(key)) co_return missing();
    if (queues[key].size() >= write->depth_max) co_return Fail(ErrorKind::kTooMany, "full");
    message.sequence = ++last_sequence;
    queues[key].push_back(std::move(message));
    co_return last_sequence;
  }
  Task<Result<std::vector<domain::QueuedMessage>>> waiting(domain::HubName hub,
                                                           domain::DeviceId device,
                                                           std::uint64_t after, TimePoint now,
                                                           std::size_t count_max) override {
    const std::lock_guard lock(mutex);
    ++queue_reads;
    if (down) co_return unavailable();
    std::vector<domain::QueuedMessage> found;
    for (const domain::QueuedMessage& each : queues[{hub, device}]) {
      if (each.sequence <= after || each.expires_at <= now || found.size() == count_max) continue;
      found.push_back(each);
    }
    co_return found;
  }
  Task<Result<bool>> settle(domain::HubName hub, domain::DeviceId device,
                            std::uint64_t sequence) override {
    const std::lock_guard lock(mutex);
    if (down) co_return unavailable();
    auto& queue = queues[{hub, device}];
    co_return std::erase_if(queue, [&](const auto& each) { return each.sequence == sequence; }) !=
        0;
  }
  Task<Result<std::vector<domain::QueuedMessage>>> take_expired(TimePoint now,
                                                                std::size_t count_max) override {
    const std::lock_guard lock(mutex);
    if (down) co_return unavailable();
    std::vector<domain::QueuedMessage> expired;
    for (auto& [key, queue] : queues) {
      std::deque<domain::QueuedMessage> left;
      for (domain::QueuedMessage& each : queue) {
        const bool takes = each.expires_at <= now && expired.size() < count_max;
        if (takes) expired.push_back(std::move(each));
        if (!takes) left.push_back(std::move(each));
      }
      queue = std::move(left);
    }
    co_return expired;
  }

  // It connects without naming a hub.
  static bool hubless(const domain::Device& device) {
    return device.group || device.role != domain::DeviceRole::kDevice;
  }

  std::mutex mutex;
  bool down = false;
  int conflicts = 0;  // of the next writes of twins
  Hook after_dossier;
  Hook before_activate;
  Hook during_put_twin;
  std::vector<domain::Hub> hubs;
  std::unordered_map<DeviceKey, domain::Device, DeviceKeyHash> devices;
  std::unordered_map<DeviceKey, domain::Twin, DeviceKeyHash> twins;
  std::unordered_map<DeviceKey, StoredSession, DeviceKeyHash> sessions;
  std::unordered_map<DeviceKey, std::deque<domain::QueuedMessage>, DeviceKeyHash> queues;
  std::optional<domain::Enrollment> group;  // of every member
  std::vector<Binding> bindings;
  std::vector<domain::RevokedCertificate> revoked;
  std::vector<std::pair<std::string, std::string>> models_noted;  // by device id
  bool enrollment_enabled = true;
  std::vector<TimePoint> activations;
  std::vector<ConnectionRecord> notes;
  std::vector<domain::AuditRecord> audits;
  std::uint64_t epoch = 6;
  std::uint64_t last_sequence = 0;
  int hub_reads = 0;
  int dossier_reads = 0;
  int session_writes = 0, queue_reads = 0;

 private:
  static tl::unexpected<Error> unavailable() { return Fail(ErrorKind::kUnavailable, "down"); }
  static tl::unexpected<Error> missing() { return Fail(ErrorKind::kNotFound, "no such device"); }
  Result<Dossier> read_dossier(const DeviceKey& key) {
    const std::lock_guard lock(mutex);
    ++dossier_reads;
    if (down) return unavailable();
    Dossier dossier;
    dossier.enrollment_enabled = enrollment_enabled;
    const auto found = devices.find(key);
    if (found == devices.end()) return dossier;
    dossier.device = found->second;
    if (sessions.contains(key)) dossier.session = sessions[key];
    dossier.has_messages = !queues[key].empty();
    return dossier;
  }
  void run(Hook& hook) {
    Hook now;
    {
      const std::lock_guard lock(mutex);
      now = std::exchange(hook, nullptr);
    }
    if (now) now();
  }
  std::string node_;
};

// A password is kept as it is. A certificate is its own fingerprint, pinned by the device. A claim
// "signed by" a text is proven by the device, or the policy it names, that has this text as its
// primary or secondary key.
class TextAuthenticator final : public Authenticator {
 public:
  Result<Authenticated, ProofRefusal> authenticate(const domain::Claim& claim,
                                                   const domain::Hub& hub, const Standing& standing,
                                                   TimePoint now) override {
    const domain::Device& device = standing.device;
    const auto* password = std::get_if<domain::Password>(&claim.evidence);
    if (password != nullptr) return check(password->text->text(), device);
    if (const auto* chain = std::get_if<domain::CertificateChain>(&claim.evidence)) {
      Authenticated proven{"a certificate", {}, {}, chain->certificates};
      if (still_good(proven, hub, standing)) return proven;
      return Fail(ProofRefusal{domain::Reason::kProofRejected, "its certificate", "another"});
    }
    const auto* mac = std::get_if<domain::MacOverText>(&claim.evidence);
    if (mac == nullptr) return Fail(ProofRefusal{domain::Reason::kProofMissing, "a proof", "none"});
    Authenticated proven{"a key", mac->key_name + '|' + mac->signed_text, {}};
    if (mac->expires_at_seconds != 0) {
      proven.expires_at = base::from_unix_seconds(mac->expires_at_seconds);
      if (*proven.expires_at <= now) {
        return Fail(ProofRefusal{domain::Reason::kProofExpired, "later", "earlier"});
      }
    }
    if (still_good(proven, hub, standing)) return proven;
    return Fail(ProofRefusal{domain::Reason::kProofRejected, "a key of its", "another"});
  }
  domain::DevicePassword keep_password(const domain::DeviceId& device,
                                       const Secret& password) override {
    static_cast<void>(device);
    return {base::Bytes(password.bytes().begin(), password.bytes().end()), {}};
  }
  std::optional<SharedKey> shared_key(const domain::Device& device) override {
    if (!device.keys) return std::nullopt;
    const base::Bytes& key = device.keys->primary.bytes;
    const std::string text(key.begin(), key.end());
    return SharedKey{Secret::from_text(text), '|' + text};
  }
  bool still_good(const Authenticated& proven, const domain::Hub& hub,
                  const Standing& standing) override {
    const std::string& credential = proven.credential;
    const domain::Device& device = standing.device;
    if (!proven.certificates.empty()) {
      return standing.enrollment_enabled && device.certificate &&
             device.certificate->sha256 == proven.certificates.front();
    }
    const std::size_t bar = credential.find('|');
    const std::string policy = credential.substr(0, bar);
    if (policy == kPasswordCredential) {
      return check(std::string_view(credential).substr(bar + 1), device).has_value();
    }
    const base::Bytes key(credential.begin() + static_cast<std::ptrdiff_t>(bar) + 1,
                          credential.end());
    if (policy.empty()) return device.keys && has(*device.keys, key);
    return std::any_of(
        hub.policies.begin(), hub.policies.end(),
        [&](const domain::HubPolicy& each) { return each.name == policy && has(each.keys, key); });
  }

 private:
  static constexpr std::string_view kPasswordCredential = "password";

  static Result<Authenticated, ProofRefusal> check(std::string_view text,
                                                   const domain::Device& device) {
    const base::Bytes bytes(text.begin(), text.end());
    if (device.password && device.password->digest == bytes) {
      return Authenticated{
          "password", std::string(kPasswordCredential) + '|' + std::string(text), {}};
    }
    return Fail(ProofRefusal{domain::Reason::kProofRejected, "its password", "another"});
  }
  static bool has(const domain::SymmetricKeys& keys, const base::Bytes& key) {
    return keys.primary.bytes == key || keys.secondary.bytes == key;
  }
};

class CollectedRefusals final : public Refusals {
 public:
  void connection_refused(domain::Claim claim, domain::Trail trail,
                          std::optional<domain::Device> device) override {
    const std::lock_guard lock(mutex);
    claims.push_back(std::move(claim));
    trails.push_back(std::move(trail));
    devices.push_back(std::move(device));
  }
  std::mutex mutex;
  std::vector<domain::Claim> claims;
  std::vector<domain::Trail> trails;
  std::vector<std::optional<domain::Device>> devices;
};

// Time passes only when somebody waits: first what the test has planned happens, one thing after
// the other, until the waiter is woken; else the clock moves to the end of the wait.
class PlannedWaiting final : public Waiting {
 public:
  explicit PlannedWaiting(base::FakeClock& clock) : clock_(clock) {}
  std::shared_ptr<Waiter> make_waiter() override { return std::make_shared<Planned>(*this); }

  void plan(Hook hook) { plans_.push_back(std::move(hook)); }
  int waits = 0;

 private:
  class Planned final : public Waiter {
   public:
    explicit Planned(PlannedWaiting& in) : in_(in) {}
    Task<bool> wait(std::chrono::milliseconds up_to) override {
      ++in_.waits;
      while (!woken_ && !in_.plans_.empty()) {
        const Hook hook = std::move(in_.plans_.front());
        in_.plans_.pop_front();
        hook();
      }
      if (!woken_) in_.clock_.advance(up_to);
      co_return woken_;
    }
    void wake() override { woken_ = true; }

   private:
    PlannedWaiting& in_;
    bool woken_ = false;
  };

  base::FakeClock& clock_;
  std::deque<Hook> plans_;
};

// Really waits, each on a thread of its own.
class ThreadWaiting final : public Waiting {
 public:
  std::shared_ptr<Waiter> make_waiter() override { return std::make_shared<Blocking>(*this); }
  // Returns when `count` threads wait.
  void await_waiting(int count) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return waiting_ >= count; });
  }

 private:
  class Blocking final : public Waiter {
   public:
    explicit Blocking(ThreadWaiting& in) : in_(in) {}
    Task<bool> wait(std::chrono::milliseconds up_to) override {
      static_cast<void>(up_to);  // a test that hangs is stopped from outside
      std::unique_lock lock(in_.mutex_);
      ++in_.waiting_;
      in_.changed_.notify_all();
      in_.changed_.wait(lock, [this] { return woken_; });
      --in_.waiting_;
      co_return true;
    }
    void wake() override {
      const std::lock_guard lock(in_.mutex_);
      woken_ = true;
      in_.changed_.notify_all();
    }

   private:
    ThreadWaiting& in_;
    bool woken_ = false;
  };

  std::mutex mutex_;
  std::condition_variable changed_;
  int waiting_ = 0;
};

class CollectedEvents final : public Subscriber {
 public:
  bool deliver(domain::HubEvent event) override {
    const std::lock_guard lock(mutex);
    const auto* end = std::get_if<domain::EndConnection>(&event);
    if (end != nullptr) ends.push_back(end->reason);
    if (end != nullptr) return true;
    if (full) return false;
    if (auto* message = std::get_if<domain::DeliverMessage>(&event)) messages.push_back(*message);
    if (auto* call = std::get_if<domain::CallMethod>(&event)) calls.push_back(*call);
    if (auto* change = std::get_if<domain::DesiredChanged>(&event)) changes.push_back(*change);
    if (auto* record = std::get_if<domain::DeliverRecord>(&event)) records.push_back(*record);
    return true;
  }
  std::mutex mutex;
  bool full = false;
  std::vector<domain::DeliverMessage> messages;
  std::vector<domain::CallMethod> calls;
  std::vector<domain::DesiredChanged> changes;
  std::vector<domain::DeliverRecord> records;
  std::vector<domain::EndReason> ends;
};

}  // namespace berth::hub
