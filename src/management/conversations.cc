// Talking to a device: methods it answers at once, messages that wait for it.
#include "management/changes.h"
#include "management/device_view.h"
#include "management/lookup.h"
#include "management/use_cases.h"
#include "management/validation.h"

#include <fmt/format.h>

namespace berth::management {
namespace {

using domain::Device;
using std::chrono::seconds;

// azure-iot-hub.md §5.5 and §2.5.
constexpr seconds kConnectTimeoutMax{300};
constexpr seconds kResponseTimeoutMin{5};
constexpr seconds kResponseTimeoutMax{300};
constexpr seconds kLifetimeMin{60};
constexpr seconds kLifetimeMax{48 * 3600};
constexpr std::size_t kMethodNameBytesMax = 128;

Result<void> check_range(std::string_view member, seconds given, seconds min, seconds max) {
  if (given >= min && given <= max) return {};
  return Fail(ErrorKind::kInvalid, fmt::format("{} is {} s", member, given.count()),
              fmt::format("use {} to {}", min.count(), max.count()));
}

// One segment of a path, whatever the dialect: what devices are told goes into topics.
Result<void> check_method_name(const std::string& method) {
  const bool fits = !method.empty() && method.size() <= kMethodNameBytesMax;
  const bool plain = method.find_first_of("/?#+") == std::string::npos &&
                     base::printable(method, kMethodNameBytesMax) == method;
  if (fits && plain) return {};
  return Fail(ErrorKind::kInvalid, "method is not the name of a method",
              fmt::format("use 1 to {} printable characters without / ? # +", kMethodNameBytesMax));
}

Result<void> check_call(const domain::CallDeviceMethod& command) {
  Result<void> valid = check_method_name(command.method);
  if (!valid) return valid;
  valid = check_range("connectTimeout", command.connect_timeout, seconds(0), kConnectTimeoutMax);
  if (!valid) return valid;
  return check_range("responseTimeout", command.response_timeout, kResponseTimeoutMin,
                     kResponseTimeoutMax);
}

}  // namespace

Task<Answer> run(const Call& call, domain::CallDeviceMethod command) {
  Result<void> valid = check_call(command);
  if (!valid) co_return Fail(std::move(valid).error());
  Result<Device> found =
      co_await find_device(call, std::move(command.hub), std::move(command.device));
  if (!found) co_return Fail(std::move(found).error());
  // Remembered before the device hears of it; what is sent and answered is not.
  Differences detail;
  detail.note("method", "", command.method);
  Act act{"device.call_method", found->scope.text(), device_target(*found), detail.text()};
  domain::AuditRecord audit = audit_record(call, std::move(act));
  Result<void> remembered = co_await call.ports.catalog.append_audit(std::move(audit));
  if (!remembered) co_return Fail(std::move(remembered).error());

  auto wanted = std::make_unique<hub::MethodCall>();
  wanted->hub = found->hub;
  wanted->device = found->id;
  wanted->method = std::move(command.method);
  wanted->payload = std::move(command.payload);
  wanted->connect_timeout = command.connect_timeout;
  wanted->response_timeout = command.response_timeout;
  Result<hub::MethodAnswer> answer = co_await call.ports.hub.call_method(std::move(wanted));
  if (!answer) co_return Fail(std::move(answer).error());
  co_return domain::MethodAnswer{answer->status, std::move(answer->payload)};
}

Task<Answer> run(const Call& call, domain::SendToDevice command) {
  Result<void> valid = check_range("expiresIn", command.lifetime, kLifetimeMin, kLifetimeMax);
  if (!valid) co_return Fail(std::move(valid).error());
  if (command.message.id.empty()) command.message.id = call.ports.rng.uuid();
  const std::size_t size = domain::size_of(command.message);
  if (size > domain::kQueuedMessageBytesMax) {
    co_return Fail(ErrorKind::kTooLarge, fmt::format("the message has {} bytes", size),
                   fmt::format("a device takes at most {}, properties included",
                               domain::kQueuedMessageBytesMax));
  }
  Result<Device> found =
      co_await find_device(call, std::move(command.hub), std::move(command.device));
  if (!found) co_return Fail(std::move(found).error());
  Differences detail;
  detail.note("messageId", "", base::printable(command.message.id));
  Act act{"device.send", found->scope.text(), device_target(*found), detail.text()};
  auto message = std::make_unique<hub::MessageToDevice>();
  message->hub = found->hub;
  message->device = found->id;
  message->message = std::move(command.message);
  message->feedback = command.feedback;
  message->lifetime = command.lifetime;
  message->audit = audit_record(call, std::move(act));
  Result<domain::QueuedMessage> queued = co_await call.ports.hub.send(std::move(message));
  if (!queued) co_return Fail(std::move(queued).error());
  co_return *std::move(queued);
}

}  // namespace berth::management
