// One HTTP request on a connection of its own, from resolving the name to the whole answer, within
// a time.
//
// Room device, private to it. Thread rule: blocks the caller and runs on its thread.
#pragma once

#include "berth/device/registration.h"
#include "device/http_reply.h"

#include <chrono>
#include <cstdint>
#include <string>

namespace berth::device {

struct HttpTarget {
  std::string host;  // also the server's name in TLS
  std::uint16_t port = 443;
  bool plain = false;  // without TLS
  std::chrono::milliseconds timeout{30'000};
};

// For the header Host and for people: the port only where it is not the usual one.
std::string host_and_port(const HttpTarget& target);

// `request` is the whole of it, head and body. `tls` decides whether there is TLS at all.
Result<HttpReply, RegistrationError> call_http(const HttpTarget& target, const TlsContext& tls,
                                               std::string request);

}  // namespace berth::device
