// An MQTT 3.1.1 client over a Stream: connects, publishes, subscribes and waits for the answer to
// each, keeps the connection alive, hands on what comes. Knows no topic.
//
// Room device, private to it. Thread rule: belongs to one executor, which must still run for a
// moment after the client is destroyed. Several operations may wait at the same time; each ends
// within its timeout, or with the reason when the connection ends before. One client is one
// connection: to connect again, make another.
#pragma once

#include "base/task.h"
#include "berth/device/registration.h"
#include "mqtt/codec.h"
#include "wire/mqtt.h"

#include <boost/asio/any_io_executor.hpp>
#include <boost/asio/ip/tcp.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace berth::device {

// kRefused carries the CONNACK code in `status`.
template <class T>
using MqttResult = Result<T, RegistrationError>;

class MqttClient {
 public:
  struct Handlers {
    // A QoS 1 message is acknowledged after it returns.
    std::function<void(const wire::MqttPublish&)> on_publish;
    // The connection ended by itself; never for close() and disconnect(), and not before it was
    // accepted. The last that is called.
    std::function<void(const RegistrationError&)> on_closed;
  };

  MqttClient(boost::asio::any_io_executor executor, const TlsContext& tls, Handlers handlers);
  ~MqttClient();
  MqttClient(const MqttClient&) = delete;
  MqttClient& operator=(const MqttClient&) = delete;

  struct Target {
    std::vector<boost::asio::ip::tcp::endpoint> endpoints;  // tried in order
    std::string name;                                       // for SNI and the certificate
    std::chrono::milliseconds timeout{30'000};  // of the whole connect, and of each later answer
  };
  // `target` outlives the call. The keep-alive of `packet` is kept; 0: none.
  Task<MqttResult<wire::MqttConnack>> connect(const Target& target, wire::MqttConnect packet);

  // QoS 0: handed to the socket's queue; QoS 1: acknowledged. The packet id is chosen here.
  Task<MqttResult<void>> publish(wire::MqttPublish message);
  // QoS 0 without waiting; false when the connection is over.
  bool post(wire::MqttPublish message);
  // Refused when the server grants one of them not.
  Task<MqttResult<void>> subscribe(std::vector<wire::MqttSubscription> subscriptions);
  Task<MqttResult<void>> unsubscribe(std::vector<std::string> filters);

  // DISCONNECT, then the end of TLS and TCP.
  Task<void> disconnect();
  void close();  // at once, without DISCONNECT
  bool is_open() const;

 private:
  struct State;
  std::shared_ptr<State> state_;  // shared with the coroutines that read and write
};

}  // namespace berth::device
