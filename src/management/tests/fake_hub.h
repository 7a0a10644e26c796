// A hub in memory, for tests of management: answers what it was told to, and remembers what it was
// asked.
//
// Room management, tests. Thread rule: one thread.
#pragma once

#include "hub/ports/service.h"

#include <map>
#include <string>
#include <utility>
#include <vector>

namespace berth::management::testing {

class FakeHub final : public hub::Service {
 public:
  using Pair = std::pair<std::string, std::string>;

  // --- what it answers
  std::map<Pair, hub::ConnectionRecord> connections;
  std::vector<hub::LoggedEvent> events;
  Result<hub::MethodAnswer> method_answer = hub::MethodAnswer{200, R"({"ok":true})"};
  std::optional<Error> trouble;  // of everything that can fail

  // --- what it was asked
  std::vector<Pair> changed_identities;
  int hubs_changes = 0;
  std::vector<std::string> changed_trust;  // of scopes
  std::vector<std::unique_ptr<hub::TwinUpdate>> twin_updates;
  std::vector<std::unique_ptr<hub::MethodCall>> calls;
  std::vector<std::unique_ptr<hub::MessageToDevice>> sent;
  std::vector<hub::EventQuery> queries;

  Task<Result<domain::Twin>> read_twin(domain::HubName hub, domain::DeviceId device) override {
    if (trouble) co_return Fail(*trouble);
    domain::Twin twin;
    twin.hub = std::move(hub);
    twin.device = std::move(device);
    co_return twin;
  }

  Task<Result<domain::Twin>> update_twin(std::unique_ptr<hub::TwinUpdate> update) override {
    if (trouble) co_return Fail(*trouble);
    domain::Twin twin;
    twin.hub = update->hub;
    twin.device = update->device;
    twin.etag = update->etag.value_or(0) + 1;
    twin_updates.push_back(std::move(update));
    co_return twin;
  }

  Task<Result<hub::MethodAnswer>> call_method(std::unique_ptr<hub::MethodCall> call) override {
    calls.push_back(std::move(call));
    co_return method_answer;
  }

  Task<Result<domain::QueuedMessage>> send(std::unique_ptr<hub::MessageToDevice> message) override {
    if (trouble) co_return Fail(*trouble);
    domain::QueuedMessage queued;
    queued.hub = message->hub;
    queued.device = message->device;
    queued.sequence = sent.size() + 1;
    queued.message = message->message;
    sent.push_back(std::move(message));
    co_return queued;
  }

  Task<Result<hub::EventBatch>> read_events(hub::EventQuery query) override {
    queries.push_back(query);
    if (trouble) co_return Fail(*trouble);
    co_return hub::EventBatch{events, "next", false};
  }

  Task<Result<std::optional<hub::ConnectionRecord>>> connection(domain::HubName hub,
                                                                domain::DeviceId device) override {
    if (trouble) co_return Fail(*trouble);
    const auto found = connections.find(Pair(hub.text(), device.text()));
    if (found == connections.end()) co_return std::optional<hub::ConnectionRecord>();
    co_return std::optional(found->second);
  }

  void identity_changed(const domain::HubName& hub, const domain::DeviceId& device) override {
    changed_identities.emplace_back(hub.text(), device.text());
  }
  void trust_changed(const domain::ScopeId& scope) override {
    changed_trust.push_back(scope.text());
  }
  void hubs_changed() override { ++hubs_changes; }
};

}  // namespace berth::management::testing
