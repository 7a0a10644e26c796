// What the dialect keeps of one MQTT connection, and what it notes with each command. Small,
// because many thousand connections sit idle.
//
// Room dialects/cloudplugs. Thread rule: plain values of one connection.
#pragma once

#include "dialects/dialect.h"
#include "dialects/reply_line.h"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace berth::dialects::cloudplugs {

// A SUBSCRIBE that is answered when the hub has answered for each of its filters.
struct OpenSubscribe {
  std::uint32_t place = 0;
  std::uint16_t packet_id = 0;
  std::vector<std::uint8_t> codes;
  std::size_t open = 0;  // commands the hub has not answered
};

struct MqttSession {
  enum class Phase : std::uint8_t {
    kConnecting,
    kConnected,
    kLeaving,    // it broke a rule; the hub is told, then the connection is closed
    kAnonymous,  // accepted without credentials, for one enrolment and nothing else
    kEnrolling,  // that was asked for; nothing more is taken
    kEnded,
  } phase = Phase::kConnecting;
  std::string device;
  std::string serial;                 // kAnonymous: the client id
  std::vector<std::string> watching;  // filters
  std::vector<OpenSubscribe> subscribes;
  ReplyLine replies;
  std::uint8_t misuses_noted = 0;

  bool watches(std::string_view filter) const;
  void forget(std::string_view filter);
};

// More requests under way than any client has; app hands on far fewer at once.
inline constexpr std::size_t kRepliesMax = 1'024;
// Commands of one packet: app carries out few of them, and a trail may come on top.
inline constexpr std::size_t kCommandsPerPacketMax = 14;
// Refusals that one connection can leave trails of without being closed.
inline constexpr std::uint8_t kMisusesNotedMax = 16;
// An enrolment needs no longer.
inline constexpr std::uint32_t kAnonymousSecondsMax = 30;

// What the answer to a command needs of the packet that brought it.
struct MqttPending {
  enum class What : std::uint8_t {
    kConnect,
    kEnroll,
    kPublish,
    kWatch,
    kSetProperties,
    kGetProperties,
    kEnd,      // a misuse after which the connection ends
    kNothing,  // nobody waits for it
  } what = What::kNothing;
  std::uint8_t qos = 0;
  std::uint16_t packet_id = 0;
  std::uint32_t place = 0;         // in the line; 0: none
  std::size_t entry = 0;           // kWatch: which code of the SUBACK
  std::string topic;               // to answer on; kWatch: the filter
  std::vector<std::string> names;  // kGetProperties
  std::string why;                 // kEnd, for the log
};

}  // namespace berth::dialects::cloudplugs
