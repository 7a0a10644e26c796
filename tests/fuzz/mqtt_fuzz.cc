// rooms: mqtt
// MQTT bytes at the decoders, as a server reads them and as a client does. The same stream gives
// the same packets whether it comes at once or is cut anywhere; a packet that was accepted can be
// encoded, and decoding that gives it back; nothing over the limits is accepted.
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

// What a server reads.
struct FromClient {
  using Packet = MqttPacket;
  static MqttDecoded decode(std::string_view bytes) {
    return decode_mqtt(berth::base::as_bytes(bytes), kLimits);
  }
  static std::string encoded(const Packet& packet) {
    std::string out;
    BERTH_CHECK(encode_mqtt(packet, out));
    return out;
  }
};

struct ServerEncoder {
  std::string& out;
  void operator()(const MqttPingresp&) const { encode_mqtt_pingresp(out); }
  template <class Packet>
  void operator()(const Packet& packet) const {
    encode_mqtt(packet, out);
  }
};

// What a client reads.
struct FromServer {
  using Packet = MqttServerPacket;
  static MqttReceived decode(std::string_view bytes) {
    return decode_mqtt_from_server(berth::base::as_bytes(bytes), kLimits);
  }
  static std::string encoded(const Packet& packet) {
    std::string out;
    std::visit(ServerEncoder{out}, packet);
    BERTH_CHECK(!out.empty());
    return out;
  }
};

template <class Side>
void check_round_trip(const typename Side::Packet& packet) {
  const std::string once = Side::encoded(packet);
  const auto again = Side::decode(once);
  const auto* back = std::get_if<typename Side::Packet>(&again.outcome);
  BERTH_CHECK(back != nullptr);
  BERTH_CHECK(again.consumed == once.size());
  BERTH_CHECK(back->index() == packet.index());
  BERTH_CHECK(Side::encoded(*back) == once);
}

// Takes packets off `stream` until it needs more or breaks; appends to `read`.
template <class Side>
void take(std::string& stream, Read& read) {
  while (true) {
    const auto decoded = Side::decode(stream);
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
    const auto& packet = std::get<typename Side::Packet>(decoded.outcome);
    BERTH_CHECK(decoded.consumed > 0 && decoded.consumed <= kLimits.packet_bytes);
    check_round_trip<Side>(packet);
    read.packets.push_back(Side::encoded(packet));
    stream.erase(0, decoded.consumed);
  }
}

template <class Side>
Read read_split(std::string_view bytes, std::size_t at) {
  Read read;
  std::string stream(bytes.substr(0, at));
  take<Side>(stream, read);
  if (read.end != "more") return read;
  stream += bytes.substr(at);
  take<Side>(stream, read);
  return read;
}

template <class Side>
void check_splits(std::string_view bytes) {
  const Read whole = read_split<Side>(bytes, bytes.size());
  const std::size_t step = 1 + bytes.size() / kWholeSplitMax;
  for (std::size_t at = 0; at < bytes.size(); at += step) {
    const Read split = read_split<Side>(bytes, at);
    BERTH_CHECK(split.packets == whole.packets);
    BERTH_CHECK(split.end == whole.end);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes(reinterpret_cast<const char*>(data), size);
  check_splits<FromClient>(bytes);
  check_splits<FromServer>(bytes);
  return 0;
}
