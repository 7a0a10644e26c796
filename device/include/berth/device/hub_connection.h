// A device at its hub over MQTT and TLS (azure-iot-hub.md §2): telemetry, twin, methods, messages.
// Works against Berth and against the service it stands in for.
//
//   HubConnection hub(executor, tls, clock, listener);
//   Result<bool, HubError> session = co_await hub.connect(connection_string, options);
//   Result<void, HubError> done = co_await hub.send(telemetry);
//   co_await hub.disconnect();
//
// Room device. Thread rule: belongs to one executor, on which the listener is called; that must
// still run for a moment after the connection is destroyed. Several operations may wait at the same
// time; each ends within options.timeout, or with the reason when the connection ends before. One
// object is one connection: to connect again, make another. The process must ignore SIGPIPE.
#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "base/task.h"
#include "berth/device/connection_string.h"
#include "berth/device/registration.h"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/address.hpp>

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace berth::device {

// kRefused: `status` is the CONNACK code, or that of a twin's answer.
using HubError = RegistrationError;

inline constexpr std::uint16_t kHubPort = 8883;

// Decoded. System properties have names like "$.mid" (§2.4).
using Properties = std::vector<std::pair<std::string, std::string>>;

struct Telemetry {
  std::string body;
  Properties properties;
};

struct CloudMessage {
  std::string body;
  Properties properties;
  bool redelivered = false;
};

struct MethodAnswer {
  int status = 200;
  std::string payload;  // JSON text, may be empty
};

// What the hub says unasked; called between other work, so each returns soon.
class HubListener {
 public:
  virtual ~HubListener() = default;
  // `patch` is JSON; nulls delete, "$version" is the version again.
  virtual void on_desired(std::uint64_t version, const std::string& patch) = 0;
  virtual MethodAnswer on_method(const std::string& name, const std::string& payload) = 0;
  // Acknowledged, and so gone from the hub, once it returns.
  virtual void on_message(const CloudMessage& message) = 0;
  // The connection ended by itself; nothing is called after it.
  virtual void on_closed(const HubError& error) = 0;
};

struct HubOptions {
  std::optional<boost::asio::ip::address> address;  // instead of resolving the host
  std::optional<std::uint16_t> port;                // else that of the connection string, or 8883
  bool clean_session = false;
  std::chrono::seconds keep_alive{60};
  std::chrono::milliseconds timeout{30'000};  // to connect, and for every answer
  std::chrono::seconds token_lifetime{3'600};
  std::string agent = "berth-device";  // what the device says it is
  std::string model_id;                // of what it is one, said on connecting; may be empty
  std::optional<Telemetry> will;
};

enum class Channel { kDesired, kMethods, kMessages };

class HubConnection {
 public:
  HubConnection(boost::asio::any_io_executor executor, const TlsContext& tls, const Clock& clock,
                HubListener& listener);
  ~HubConnection();
  HubConnection(const HubConnection&) = delete;
  HubConnection& operator=(const HubConnection&) = delete;

  // True: the hub remembers this device's session. Both arguments outlive the call.
  Task<Result<bool, HubError>> connect(const ConnectionString& to, const HubOptions& options);
  Task<Result<void, HubError>> subscribe(std::vector<Channel> channels);
  // Returns when the hub has acknowledged the message.
  Task<Result<void, HubError>> send(Telemetry telemetry);
  // {"desired":{…,"$version":4},"reported":{…,"$version":7}}
  Task<Result<std::string, HubError>> twin();
  // The new version of the reported properties, 0 when the hub did not say.
  Task<Result<std::uint64_t, HubError>> report(std::string patch);

  Task<void> disconnect();
  void close();  // at once, without a word: the will is published
  bool is_open() const;

 private:
  struct State;
  std::shared_ptr<State> state_;
};

}  // namespace berth::device
