// rooms: device
// The reader of HTTP answers in the device library: whatever a server sends, it ends, stays within
// the buffer and never finds more in a shorter text than in a longer one.
#include "base/check.h"
#include "device/http_reply.h"

#include <cstdint>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  berth::device::HttpReply reply;
  const berth::device::Reading reading = berth::device::read_reply(text, reply);
  if (reading != berth::device::Reading::kDone) return 0;
  BERTH_CHECK(reply.consumed <= size);
  BERTH_CHECK(reply.status >= 200);
  berth::device::HttpReply again;
  BERTH_CHECK(berth::device::read_reply(text.substr(0, reply.consumed), again) ==
              berth::device::Reading::kDone);
  BERTH_CHECK(again.body == reply.body);
  return 0;
}
