// A hub with one device, over the ports in memory, and the few calls that tests make over and over.
//
// Room hub, tests. Thread rule: one test; run() may be called from several threads of it.
#pragma once

#include "base/rng.h"
#include "base/tests/run_task.h"
#include "hub/hub.h"
#include "hub/tests/data_fakes.h"
#include "hub/tests/fakes.h"

#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace berth::hub {

inline constexpr std::string_view kKey = "key-of-boiler";

inline domain::HubName hub_name(std::string_view text) { return *domain::HubName::parse(text); }
inline domain::DeviceId device_id(std::string_view text) { return *domain::DeviceId::parse(text); }
inline domain::Sealed sealed(std::string_view text) {
  return {base::Bytes(text.begin(), text.end())};
}

// One connection as a test holds it.
struct Client {
  std::shared_ptr<CollectedEvents> events;
  std::unique_ptr<Attachment> attachment;
  domain::HubResult result;

  bool connected() const { return std::holds_alternative<domain::DeviceConnected>(result); }
  const domain::DeviceConnected& greeting() const {
    return std::get<domain::DeviceConnected>(result);
  }
  const domain::HubRefused& refusal() const { return std::get<domain::HubRefused>(result); }

  domain::HubResult handle(domain::HubCommand command) {
    return base::run_task(attachment->handle(std::move(command)));
  }
  bool does(domain::HubCommand command) {
    const domain::HubResult done = handle(std::move(command));
    return std::holds_alternative<domain::HubDone>(done);
  }
  domain::Reason refused(domain::HubCommand command) {
    const domain::HubResult done = handle(std::move(command));
    const auto* refusal = std::get_if<domain::HubRefused>(&done);
    return refusal == nullptr ? domain::Reason::kNone : refusal->reason;
  }
  bool listen(domain::Channel channel, std::string filter = "f") {
    return does(domain::Subscribe{{{channel, 1, std::move(filter)}}});
  }
};

class World {
 public:
  explicit World(Settings settings = {}) : settings_(std::move(settings)) {
    settings_.node = "node-1";
    add_hub("plant", "hub.example.test");
    add_device("plant", "boiler", kKey);
    restart();
  }

  // A new Hub over the same store and log. All clients must be gone.
  void restart() {
    hub_.emplace(Ports{store, log, authenticator, refusals, waiting(), clock, rng_, records,
                       identities, passwords},
                 settings_);
    EXPECT_TRUE(base::run_task(hub_->start()));
  }
  void wait_on_threads() {
    threads = std::make_unique<ThreadWaiting>();
    restart();
  }

  domain::Hub& add_hub(std::string_view name, std::string_view host) {
    domain::Hub hub;
    hub.name = hub_name(name);
    hub.host = host;
    hub.created_at = clock.wall();
    store.hubs.push_back(std::move(hub));
    return store.hubs.back();
  }
  domain::Device& add_device(std::string_view hub, std::string_view id, std::string_view key) {
    domain::Device device;
    device.hub = hub_name(hub);
    device.id = device_id(id);
    device.scope = *domain::ScopeId::parse("0ne00ABCDEF");
    device.keys.emplace();
    device.keys->primary = sealed(key);
    device.created_at = clock.wall();
    domain::Device& place = store.devices[{device.hub, device.id}];
    place = std::move(device);
    return place;
  }
  // A member of the group "S3EUVBRJLB", at a hub it does not name when it connects.
  domain::Device& add_member(std::string_view name, std::string_view key) {
    domain::Enrollment& group = store.group.emplace();
    group.scope = *domain::ScopeId::parse("0ne00ABCDEF");
    group.kind = domain::EnrollmentKind::kGroup;
    group.id = *domain::EnrollmentId::parse("S3EUVBRJLB");
    group.topics = {{"event", true, false}};
    domain::Device& device = add_device("plant", "S3EUVBRJLB" + std::string(name), key);
    device.group = group.id;
    device.version = 1;
    device.awaits_activation = true;
    return device;
  }
  static domain::ConnectDevice member_request(std::string_view name, std::string_view signed_by) {
    domain::ConnectDevice command = request("S3EUVBRJLB" + std::string(name), signed_by);
    command.claim.host.clear();
    command.claim.membership = domain::Membership{"S3EUVBRJLB", std::string(name)};
    return command;
  }
  domain::Device& boiler() { return store.devices[key()]; }
  static DeviceKey key() { return {hub_name("plant"), device_id("boiler")}; }

  static domain::ConnectDevice request(std::string_view id = "boiler",
                                       std::string_view signed_by = kKey) {
    domain::ConnectDevice command;
    command.claim.registration_id = id;
    command.claim.host = "hub.example.test";
    command.claim.source = "192.0.2.7";
    command.claim.dialect = "test";
    command.claim.transport = "mqtt";
    domain::MacOverText mac;
    mac.signed_text = signed_by;
    command.claim.evidence = mac;
    command.keeps_session = true;
    return command;
  }
  Client connect(domain::ConnectDevice command = request()) {
    Client client;
    client.events = std::make_shared<CollectedEvents>();
    Attached attached = base::run_task(hub_->connect(std::move(command), client.events));
    client.attachment = std::move(attached.attachment);
    client.result = std::move(attached.result);
    return client;
  }

  Hub& hub() { return *hub_; }
  void chores() { base::run_task(hub_->do_chores()); }

  Result<domain::Twin> update_twin(std::optional<std::string> desired,
                                   std::optional<std::string> tags = {}, bool replaces = false) {
    auto update = std::make_unique<TwinUpdate>();
    update->hub = key().hub;
    update->device = key().device;
    update->desired = std::move(desired);
    update->tags = std::move(tags);
    update->replaces = replaces;
    return base::run_task(hub_->update_twin(std::move(update)));
  }
  domain::Twin twin() { return *base::run_task(hub_->read_twin(key().hub, key().device)); }

  Result<domain::QueuedMessage> send(
      std::string body, domain::FeedbackWanted feedback = domain::FeedbackWanted::kNone,
      std::chrono::seconds lifetime = std::chrono::hours(1)) {
    auto message = std::make_unique<MessageToDevice>();
    message->hub = key().hub;
    message->device = key().device;
    message->message.body = std::move(body);
    message->feedback = feedback;
    message->lifetime = lifetime;
    return base::run_task(hub_->send(std::move(message)));
  }

  static std::unique_ptr<MethodCall> method(std::string name, std::string payload = "{}") {
    auto call = std::make_unique<MethodCall>();
    call->hub = key().hub;
    call->device = key().device;
    call->method = std::move(name);
    call->payload = std::move(payload);
    return call;
  }
  Result<MethodAnswer> call(std::unique_ptr<MethodCall> call) {
    return base::run_task(hub_->call_method(std::move(call)));
  }

  Waiting& waiting() {
    if (threads) return *threads;
    return planned;
  }

  base::FakeClock clock;
  MemoryStore store;
  MemoryLog log;
  TextAuthenticator authenticator;
  MemoryRecords records;
  MemoryIdentities identities{store};
  PlainPasswords passwords;
  CollectedRefusals refusals;
  PlannedWaiting planned{clock};
  std::unique_ptr<ThreadWaiting> threads;

 private:
  Settings settings_;
  base::SystemRng rng_;
  std::optional<Hub> hub_;
};

}  // namespace berth::hub
