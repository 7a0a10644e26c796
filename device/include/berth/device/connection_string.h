// What a device needs to know to connect to a hub, in the one line that every tool passes around
// (azure-iot-hub.md §1.1), and the token that is made from it (§1.2).
//
//   Result<ConnectionString> hub = parse_connection_string("HostName=…;DeviceId=…;…");
//   Secret password = hub_token(*hub, clock.wall() + std::chrono::hours(1));
//
// Room device. Thread rule: plain values, pure functions. Errors never quote the text: it holds a
// key.
#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "base/secret.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace berth::device {

struct ConnectionString {
  std::string host;  // without port
  std::optional<std::uint16_t> port;
  std::string device_id;
  std::string gateway;          // connect to this host instead; the token keeps `host`
  std::string policy;           // the key is that of a hub's policy, not the device's
  Secret key;                   // decoded; empty when there is a token
  Secret ready_token;           // "SharedAccessSignature sr=…", made by somebody else
  bool by_certificate = false;  // instead of both: the certificate that TLS presents
};

// kInvalid says which part is missing, doubled or broken. Devices with a key or a ready token only:
// modules and certificates are refused by name.
Result<ConnectionString> parse_connection_string(std::string_view text);

// "HostName=…;DeviceId=…;SharedAccessKey=…" for a key in base64.
Secret connection_string(std::string_view host, std::string_view device_id,
                         const Secret& key_base64);

// "SharedAccessSignature sr=…&sig=…&se=…[&skn=…]", or the ready token.
Secret hub_token(const ConnectionString& hub, TimePoint expires);

}  // namespace berth::device
