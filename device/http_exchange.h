// One HTTP request and its answer on a connection that stands.
//
// Room device, private to it. Thread rule: belongs to the stream's executor.
#pragma once

#include "device/http_reply.h"
#include "device/stream.h"

#include <string>

namespace berth::device {

// Sends `request`, reads one response. `buffer` keeps what was read beyond it; both outlive the
// call. Closes the stream when the peer said that it will.
Task<Result<HttpReply, RegistrationError>> exchange(Stream& stream, const std::string& request,
                                                    std::string& buffer);

}  // namespace berth::device
