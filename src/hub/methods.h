// Methods: an operator calls, the device answers. A call waits for the device to come when it is
// asked to, then for the answer; nobody else is kept waiting.
//
// Room hub. Thread rule: any thread; a short lock for each connection's open calls and one for the
// list of those who wait for a device.
#pragma once

#include "base/task.h"
#include "domain/hub_operations.h"
#include "hub/device_key.h"
#include "hub/ports/service.h"
#include "hub/ports/waiting.h"

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

inline constexpr std::size_t kMethodPayloadBytesMax = std::size_t{128} * 1024;
inline constexpr std::size_t kMethodNameBytesMax = 100;

// The calls that one connection has not answered yet.
class PendingCalls {
 public:
  struct Call {
    std::string request;  // CallMethod::request
    std::shared_ptr<Waiter> waiter;
    std::optional<Result<MethodAnswer>> answer;  // set before the waiter is woken
  };

  // None when there are `count_max` already, or the connection is ending.
  std::shared_ptr<Call> begin(std::shared_ptr<Waiter> waiter, std::size_t count_max);
  // What was answered, or nothing yet; either way the call is over.
  std::optional<Result<MethodAnswer>> finish(const Call& call);
  // False when nobody waits for it (any more).
  bool answer(const std::string& request, Result<MethodAnswer> answer);
  // All fail with kOffline, and no new one begins.
  void close();

 private:
  std::mutex mutex_;
  std::vector<std::shared_ptr<Call>> calls_;
  std::uint64_t last_ = 0;
  bool closed_ = false;
};

// Who waits for a device to come and listen to methods.
class Arrivals {
 public:
  void expect(const DeviceKey& key, std::shared_ptr<Waiter> waiter);
  void forget(const DeviceKey& key, const std::shared_ptr<Waiter>& waiter);
  void arrived(const DeviceKey& key);

 private:
  std::atomic<std::size_t> count_{0};  // so that a connection costs no lock when nobody waits
  std::mutex mutex_;
  std::unordered_multimap<DeviceKey, std::shared_ptr<Waiter>, DeviceKeyHash> waiting_;
};

Task<Result<MethodAnswer>> call_method(std::shared_ptr<Core> core,
                                       std::unique_ptr<MethodCall> call);

// What the device sent. Refused: kMessageTooLarge or kDocumentInvalid; the caller fails, too.
std::optional<domain::HubRefused> take_answer(Core& core, Connection& connection,
                                              domain::AnswerMethod answer);

}  // namespace berth::hub
