// What the dialect keeps of one connection, and what it notes with each command. Small, because
// many thousand connections sit idle.
//
// Room dialects/azure_hub. Thread rule: plain values of one connection.
#pragma once

#include "dialects/dialect.h"
#include "dialects/reply_line.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace berth::dialects::azure_hub {

struct HubSession {
  // kLeaving: it broke a rule; the hub is told, then the connection is closed.
  enum class Phase { kConnecting, kConnected, kLeaving, kEnded } phase = Phase::kConnecting;
  std::string device;
  std::array<std::optional<std::uint8_t>, 4> granted;  // QoS by domain::Channel; none: no one hears
  ReplyLine replies;
  Deliveries deliveries;
  std::uint8_t misuses_noted = 0;

  std::optional<std::uint8_t>& granted_for(domain::Channel channel) {
    return granted[static_cast<std::size_t>(channel)];
  }
};

// More requests under way than any client has; app hands on far fewer at once.
inline constexpr std::size_t kRepliesMax = 1'024;
// Refused filters that one connection can leave trails of.
inline constexpr std::uint8_t kMisusesNotedMax = 16;

// What the answer to a command needs of the packet that brought it.
struct Pending {
  enum class What {
    kConnect,
    kSubscribe,
    kUnsubscribe,
    kTelemetry,
    kReadTwin,
    kPatchReported,
    kAnswerMethod,
    kEnd,      // a misuse after which the connection ends
    kNothing,  // nobody waits for it
  } what = What::kNothing;
  std::uint32_t place = 0;  // in the line; 0: none
  std::uint16_t packet_id = 0;
  std::uint8_t qos = 0;
  std::string rid;
  std::string request_id;
  std::string why;                  // of kEnd, for the log
  std::vector<std::uint8_t> codes;  // of kSubscribe
};

}  // namespace berth::dialects::azure_hub
