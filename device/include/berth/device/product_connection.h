// A device of a product at its hub over MQTT, as the vendor's samples connect (tencent.md §7): with
// the shared key in TLS, with a password made of it, or with the device's certificate. Listens to
// what is sent to it, publishes what it is told to.
//
// Room device. Thread rule: blocks the caller, runs on its thread and calls the observer there. It
// takes SIGINT and SIGTERM while it runs. The process must ignore SIGPIPE.
#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "base/rng.h"
#include "berth/device/device_info.h"

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

namespace berth::device {

enum class PasswordMac { kSha1, kSha256 };

// The password for a user name: "<hexadecimal MAC>;hmacsha256". `device_key` is decoded.
Secret product_password(PasswordMac mac, const Secret& device_key, std::string_view user_name);

struct ProductConnectionOptions {
  std::string host;  // also the server's name in TLS
  std::uint16_t port = 8883;
  bool plain = false;          // MQTT without TLS; a key product's device then needs the password
  std::filesystem::path ca;    // empty: the CAs of the system. Not used with the shared key
  bool with_password = false;  // AuthMode::kKey: instead of the shared key
  PasswordMac mac = PasswordMac::kSha256;
  std::optional<std::string> message;  // published once, QoS 1
  std::string topic = "event";         // of the message: whole, or one of the device's own
  bool once = false;  // ends when subscriptions, and the message if any, are acknowledged
  std::chrono::milliseconds timeout{15'000};  // of each step
  std::chrono::seconds keep_alive{240};
};

class ProductConnectionObserver {
 public:
  virtual ~ProductConnectionObserver() = default;
  // One readable line for each happening. Parts of it come from the server.
  virtual void say(std::string_view line) = 0;
};

// Outlives what is done with it.
struct RegisteredDevice {
  const DeviceInfo& info;
  const DeviceCredential& credential;
};

// Returns when it is done, or when a signal came. kUnauthenticated: the server refused the device.
// kUnavailable: it cannot be reached, or the connection was lost. kForbidden: the message was not
// taken. kInvalid: credential or CA file are unusable, or do not fit the options.
Result<void> connect_product_device(const RegisteredDevice& device,
                                    const ProductConnectionOptions& options,
                                    ProductConnectionObserver& observer, const Clock& clock,
                                    Rng& rng);

}  // namespace berth::device
