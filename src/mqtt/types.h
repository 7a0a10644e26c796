// Control packet types of MQTT 3.1.1 §2.2.1, shared by the two halves of the codec.
//
// Room mqtt, internal. Thread rule: constants.
#pragma once

#include <cstdint>

namespace berth::mqtt {

enum PacketType : std::uint8_t {
  kConnect = 1,
  kConnack = 2,
  kPublish = 3,
  kPuback = 4,
  kPubrec = 5,
  kPubrel = 6,
  kPubcomp = 7,
  kSubscribe = 8,
  kSuback = 9,
  kUnsubscribe = 10,
  kUnsuback = 11,
  kPingreq = 12,
  kPingresp = 13,
  kDisconnect = 14,
};

}  // namespace berth::mqtt
