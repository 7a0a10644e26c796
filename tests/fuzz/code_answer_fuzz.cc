// rooms: device
// What a server may answer to those who redeem codes: reading ends, and a device that comes of it
// has an id, a scope and a server within their bounds.
#include "base/check.h"
#include "device/code_messages.h"

#include <cstdint>
#include <string_view>

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  namespace device = berth::device;
  const std::string_view body(reinterpret_cast<const char*>(data), size);
  const auto claimed = device::read_claim_answer(body, {"berth.test", 8443});
  if (claimed) {
    BERTH_CHECK(!claimed->device_id.empty() && claimed->device_id.size() <= 512);
    BERTH_CHECK(!claimed->id_scope.empty() && !claimed->service.host.empty());
    BERTH_CHECK(claimed->service.port != 0 && claimed->key.empty());
  }
  const auto code = device::picked_up_code(body);
  if (code) BERTH_CHECK(!code->empty() || size > 0);
  const auto server = device::read_code_server(body);
  if (server) {
    const auto again = device::read_code_server(device::to_string(*server));
    BERTH_CHECK(again && again->host == server->host && again->port == server->port);
  }
  device::HttpReply reply;
  reply.body = body;
  for (const int status : {400, 401, 404, 429, 500}) {
    reply.status = status;
    const berth::Error error = device::refused({"berth.test", 8443, false, {}}, reply);
    BERTH_CHECK(!error.what.empty() && error.what.size() < 512);
  }
  return 0;
}
