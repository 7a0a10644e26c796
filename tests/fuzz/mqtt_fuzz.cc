// rooms: mqtt
// MQTT bytes at the decoder, as a server reads them. The same stream gives the same packets whether
// it comes at once or is cut anywhere; a packet that was accepted can be encoded, and decoding
// that gives it back; nothing over the limits is accepted.
#include "base/check.h"
#include "base/codec.h"
#include "mqtt/codec.h"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace {

using namespace berth::mqtt;

constexpr MqttLimits kLimits{.connect_bytes = 512, .packet_bytes = 1024, .filter_count = 8};
constexpr std::size_t kWholeSplitMax = 64;  // beyond, only some offsets: the work is quadratic

struct Read {
  std::vector<std::string> packets;  // each encoded again
  std::string end;                   // "more" or the fault's reason
};

std::string encoded(const MqttPacket& packet) {
  std::string out;
  BERTH_CHECK(encode_mqtt(packet, out));
  return out;
}

void check_round_trip(const MqttPacket& packet) {
  const std::string once = encoded(packet);
  const MqttDecoded again = decode_mqtt(berth::base::as_bytes(once), kLimits);
  const auto* back = std::get_if<MqttPacket>(&again.outcome);
  BERTH_CHECK(back != nullptr);
  BERTH_CHECK(again.consumed == once.size());
  BERTH_CHECK(back->index() == packet.index());
  BERTH_CHECK(encoded(*back) == once);
}

// Takes packets off `stream` until it needs more or breaks; appends to `read`.
void take(std::string& stream, Read& read) {
  while (true) {
    const MqttDecoded decoded = decode_mqtt(berth::base::as_bytes(stream), kLimits);
    if (const auto* broken = std::get_if<MqttBroken>(&decoded.outcome)) {
      read.end = broken->why;
      BERTH_CHECK(decoded.consumed == 0 && !read.end.empty());
      return;
    }
    if (std::holds_alternative<MqttIncomplete>(decoded.outcome)) {
      read.end = "more";
      BERTH_CHECK(decoded.consumed == 0 && stream.size() < kLimits.packet_bytes);
      return;
    }
    const MqttPacket& packet = std::get<MqttPacket>(decoded.outcome);
    BERTH_CHECK(decoded.consumed > 0 && decoded.consumed <= kLimits.packet_bytes);
    check_round_trip(packet);
    read.packets.push_back(encoded(packet));
    stream.erase(0, decoded.consumed);
  }
}

Read read_split(std::string_view bytes, std::size_t at) {
  Read read;
  std::string stream(bytes.substr(0, at));
  take(stream, read);
  if (read.end != "more") return read;
  stream += bytes.substr(at);
  take(stream, read);
  return read;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  const Read whole = read_split(bytes, size);
  const std::size_t step = 1 + size / kWholeSplitMax;
  for (std::size_t at = 0; at < size; at += step) {
    const Read split = read_split(bytes, at);
    BERTH_CHECK(split.packets == whole.packets);
    BERTH_CHECK(split.end == whole.end);
  }
  return 0;
}
