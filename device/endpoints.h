// The addresses of a host. Names below .localhost are this machine's loopback whatever the resolver
// thinks (RFC 6761 §6.3), so that several hubs can be tried on one machine without a name server.
//
// Room device, private to it. Thread rule: belongs to the executor of whoever awaits it.
#pragma once

#include "base/task.h"
#include "berth/device/registration.h"

#include <boost/asio/ip/tcp.hpp>

#include <string>
#include <string_view>
#include <vector>

namespace berth::device {

// In the order to try them, at least one.
Task<Result<std::vector<boost::asio::ip::tcp::endpoint>, RegistrationError>> find_endpoints(
    std::string host, std::uint16_t port);

bool is_localhost(std::string_view host);

}  // namespace berth::device
