// Reading one HTTP/1.1 response out of a growing buffer: status, Content-Length or chunked body.
//
// Room device, private to it. Thread rule: pure function.
#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>

namespace berth::device {

inline constexpr std::size_t kReplyBytesMax = 256 * 1024;

struct HttpReply {
  int status = 0;
  std::string body;
  bool closes = false;       // the peer will close the connection
  std::size_t consumed = 0;  // bytes of the buffer that belonged to it
};

enum class Reading { kMore, kDone, kBroken };

// kMore: call again when the buffer has grown. kBroken: it never will be a response, or is larger
// than kReplyBytesMax. Only kDone sets `reply`.
Reading read_reply(std::string_view buffer, HttpReply& reply);

}  // namespace berth::device
