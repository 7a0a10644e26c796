#include "device/http_exchange.h"

namespace berth::device {
namespace {

constexpr std::size_t kStep = 4096;

auto trouble(Trouble kind, std::string what) {
  RegistrationError error;
  error.trouble = kind;
  error.what = std::move(what);
  return Fail(std::move(error));
}

}  // namespace

Task<Result<HttpReply, RegistrationError>> exchange(Stream& stream, const std::string& request,
                                                    std::string& buffer) {
  Result<void, RegistrationError> sent = co_await stream.write(request);
  if (!sent) co_return Fail(std::move(sent).error());
  for (;;) {
    HttpReply reply;
    const Reading reading = read_reply(buffer, reply);
    if (reading == Reading::kBroken) {
      co_return trouble(Trouble::kProtocol, "the answer is not HTTP/1.1");
    }
    if (reading == Reading::kDone) {
      buffer.erase(0, reply.consumed);
      if (reply.closes) stream.close();
      co_return reply;
    }
    const std::size_t before = buffer.size();
    buffer.resize(before + kStep);
    const std::span<char> room(buffer.data() + before, kStep);
    Result<std::size_t, RegistrationError> read = co_await stream.read(room);
    buffer.resize(before + read.value_or(0));
    if (!read) co_return Fail(std::move(read).error());
    if (*read == 0) co_return trouble(Trouble::kClosed, "the connection ended before the answer");
  }
}

}  // namespace berth::device
