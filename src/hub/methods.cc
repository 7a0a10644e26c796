#include "hub/methods.h"

#include "hub/core.h"
#include "hub/json_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace berth::hub {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

Error not_there(const DeviceKey& key, std::string_view why) {
  return {ErrorKind::kOffline,
          fmt::format("device '{}' of hub '{}' {}", key.device.text(), key.hub.text(), why),
          "connect the device and let it listen to methods, or allow more time for it to connect"};
}

Result<void> check(const MethodCall& call) {
  // The name becomes a segment of a topic or a path (azure-iot-hub.md §2.7).
  const bool plain = std::all_of(call.method.begin(), call.method.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte > 0x20 && byte != 0x7F &&
           std::string_view("/?#+").find(c) == std::string_view::npos;
  });
  if (call.method.empty() || call.method.size() > kMethodNameBytesMax || !plain ||
      !base::is_utf8(call.method)) {
    return Fail(ErrorKind::kInvalid,
                fmt::format("a method's name is 1..{} bytes without blanks, control characters "
                            "and any of / ? # +",
                            kMethodNameBytesMax));
  }
  if (call.connect_timeout < seconds(0) || call.connect_timeout > seconds(300)) {
    return Fail(ErrorKind::kInvalid, "the connect timeout is 0..300 seconds");
  }
  if (call.response_timeout < seconds(5) || call.response_timeout > seconds(300)) {
    return Fail(ErrorKind::kInvalid, "the response timeout is 5..300 seconds");
  }
  if (call.payload.size() > kMethodPayloadBytesMax) {
    return Fail(ErrorKind::kTooLarge, fmt::format("the payload has {} bytes; at most {}",
                                                  call.payload.size(), kMethodPayloadBytesMax));
  }
  if (call.payload.empty()) return {};
  Result<void> valid = check_json(call.payload, kMethodPayloadBytesMax);
  if (!valid) return Fail(ErrorKind::kInvalid, "the payload: " + valid.error().what);
  return {};
}

std::shared_ptr<Connection> listening(Core& core, const DeviceKey& key) {
  std::shared_ptr<Connection> connection = core.directory.find(key);
  if (connection && !connection->listens(domain::Channel::kMethods)) connection.reset();
  return connection;
}

// On the list of those who wait for a device, as long as this lives.
class Expecting {
 public:
  Expecting(Arrivals& arrivals, DeviceKey key, std::shared_ptr<Waiter> waiter)
      : arrivals_(arrivals), key_(std::move(key)), waiter_(std::move(waiter)) {
    arrivals_.expect(key_, waiter_);
  }
  ~Expecting() { arrivals_.forget(key_, waiter_); }
  Expecting(const Expecting&) = delete;
  Expecting& operator=(const Expecting&) = delete;

 private:
  Arrivals& arrivals_;
  const DeviceKey key_;
  const std::shared_ptr<Waiter> waiter_;
};

// The connection once it listens to methods; none when the time is up.
Task<std::shared_ptr<Connection>> await_listening(std::shared_ptr<Core> core, DeviceKey key,
                                                  seconds up_to) {
  const Instant deadline = core->ports.clock.monotonic() + up_to;
  while (true) {
    const std::shared_ptr<Waiter> waiter = core->ports.waiting.make_waiter();
    const Expecting expecting(core->arrivals, key, waiter);  // before looking: it may come now
    std::shared_ptr<Connection> connection = listening(*core, key);
    if (connection) co_return connection;
    const auto left = std::chrono::ceil<milliseconds>(deadline - core->ports.clock.monotonic());
    if (left <= milliseconds(0)) co_return nullptr;
    co_await waiter->wait(left);
  }
}

// An open call, closed even when its coroutine is broken off.
class OpenCall {
 public:
  OpenCall(std::shared_ptr<Connection> connection, std::shared_ptr<PendingCalls::Call> call)
      : connection_(std::move(connection)), call_(std::move(call)) {}
  ~OpenCall() {
    if (call_) connection_->calls.finish(*call_);
  }
  OpenCall(const OpenCall&) = delete;
  OpenCall& operator=(const OpenCall&) = delete;

 private:
  const std::shared_ptr<Connection> connection_;
  const std::shared_ptr<PendingCalls::Call> call_;
};

Task<Result<MethodAnswer>> call_on(std::shared_ptr<Core> core,
                                   std::shared_ptr<Connection> connection,
                                   std::unique_ptr<MethodCall> call) {
  const DeviceKey& key = connection->about.key;
  const std::shared_ptr<PendingCalls::Call> pending = connection->calls.begin(
      core->ports.waiting.make_waiter(), core->settings.methods_pending_max);
  const OpenCall open(connection, pending);
  if (!pending && connection->ended()) co_return Fail(not_there(key, "has just disconnected"));
  if (!pending) {
    co_return Fail(ErrorKind::kTooMany,
                   fmt::format("device '{}' has not answered {} calls yet", key.device.text(),
                               core->settings.methods_pending_max),
                   "wait for the answers or for their timeouts");
  }
  const bool told = connection->deliver(
      domain::CallMethod{pending->request, std::move(call->method), std::move(call->payload)});
  if (!told) {
    ++core->count.events_dropped;
    co_return Fail(not_there(key, "is too slow to take the call"));
  }
  ++core->count.methods_called;
  co_await pending->waiter->wait(call->response_timeout);
  std::optional<Result<MethodAnswer>> answer = connection->calls.finish(*pending);
  if (answer) co_return *std::move(answer);
  co_return Fail(ErrorKind::kTimeout,
                 fmt::format("device '{}' did not answer within {} s", key.device.text(),
                             call->response_timeout.count()),
                 "check that the device handles this method, or allow more time");
}

}  // namespace

std::shared_ptr<PendingCalls::Call> PendingCalls::begin(std::shared_ptr<Waiter> waiter,
                                                        std::size_t count_max) {
  const std::lock_guard lock(mutex_);
  if (closed_ || calls_.size() >= count_max) return nullptr;
  calls_.push_back(
      std::make_shared<Call>(Call{fmt::format("{:x}", ++last_), std::move(waiter), {}}));
  return calls_.back();
}

std::optional<Result<MethodAnswer>> PendingCalls::finish(const Call& call) {
  const std::lock_guard lock(mutex_);
  std::erase_if(calls_, [&](const auto& each) { return each.get() == &call; });
  return call.answer;
}

bool PendingCalls::answer(const std::string& request, Result<MethodAnswer> answer) {
  const std::lock_guard lock(mutex_);
  for (const std::shared_ptr<Call>& each : calls_) {
    if (each->request != request || each->answer) continue;
    each->answer = std::move(answer);
    each->waiter->wake();
    return true;
  }
  return false;
}

void PendingCalls::close() {
  const std::lock_guard lock(mutex_);
  closed_ = true;
  for (const std::shared_ptr<Call>& each : calls_) {
    if (each->answer) continue;
    each->answer = Fail(ErrorKind::kOffline, "the device disconnected before it answered",
                        "call again when it is connected; the call may have been carried out");
    each->waiter->wake();
  }
}

void Arrivals::expect(const DeviceKey& key, std::shared_ptr<Waiter> waiter) {
  const std::lock_guard lock(mutex_);
  waiting_.emplace(key, std::move(waiter));
  count_ = waiting_.size();
}

void Arrivals::forget(const DeviceKey& key, const std::shared_ptr<Waiter>& waiter) {
  const std::lock_guard lock(mutex_);
  const auto [first, last] = waiting_.equal_range(key);
  const auto found =
      std::find_if(first, last, [&](const auto& each) { return each.second == waiter; });
  if (found != last) waiting_.erase(found);
  count_ = waiting_.size();
}

void Arrivals::arrived(const DeviceKey& key) {
  if (count_ == 0) return;
  const std::lock_guard lock(mutex_);
  const auto [first, last] = waiting_.equal_range(key);
  for (auto each = first; each != last; ++each) each->second->wake();
}

Task<Result<MethodAnswer>> call_method(std::shared_ptr<Core> core,
                                       std::unique_ptr<MethodCall> call) {
  Result<void> valid = check(*call);
  if (!valid) co_return Fail(std::move(valid).error());
  const DeviceKey key{call->hub, call->device};
  std::shared_ptr<Connection> connection = listening(*core, key);
  if (!connection) {
    Result<Dossier> dossier = co_await core->ports.store.open_dossier(key.hub, key.device);
    if (!dossier) co_return Fail(std::move(dossier).error());
    if (!dossier->device) co_return Fail(no_such_device(key));
    connection = co_await await_listening(core, key, call->connect_timeout);
  }
  if (!connection) co_return Fail(not_there(key, "is not connected or does not listen to methods"));
  Result<MethodAnswer> answer = co_await call_on(core, connection, std::move(call));
  co_return answer;
}

std::optional<domain::HubRefused> take_answer(Core& core, Connection& connection,
                                              domain::AnswerMethod answer) {
  if (answer.payload.size() > kMethodPayloadBytesMax) {
    const std::string what = fmt::format("an answer of {} bytes; at most {}", answer.payload.size(),
                                         kMethodPayloadBytesMax);
    connection.calls.answer(answer.request,
                            Fail(ErrorKind::kUnavailable, "the device sent " + what));
    return refusal(core, domain::Reason::kMessageTooLarge, what);
  }
  Result<void> valid;
  if (!answer.payload.empty()) valid = check_json(answer.payload, kMethodPayloadBytesMax);
  if (!valid) {
    connection.calls.answer(
        answer.request,
        Fail(ErrorKind::kUnavailable,
             fmt::format("the device answered with status {} and a payload that is {}",
                         answer.status, valid.error().what),
             "mend the device's program: the payload of an answer is JSON or empty"));
    return refusal(core, domain::Reason::kDocumentInvalid,
                   "the payload of a method's answer: " + valid.error().what);
  }
  // Too late, or to a call of an earlier connection: nobody is harmed.
  connection.calls.answer(answer.request, MethodAnswer{answer.status, std::move(answer.payload)});
  return std::nullopt;
}

}  // namespace berth::hub
