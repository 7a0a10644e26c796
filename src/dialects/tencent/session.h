// What the dialect keeps of one MQTT connection, and what it notes with each command. Small,
// because many thousand connections sit idle.
//
// Room dialects/tencent. Thread rule: plain values of one connection.
#pragma once

#include "dialects/reply_line.h"
#include "dialects/tencent/topics.h"
#include "domain/hub_operations.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace berth::dialects::tencent {

struct Listening {
  std::string filter;
  std::uint8_t qos = 0;
};

// A request of a gateway that is answered when the hub has answered for each of its devices.
struct GatewayRequest {
  struct Entry {
    std::string product;
    std::string name;
    int result = 0;
  };
  std::uint32_t place = 0;
  std::string type;
  std::vector<Entry> entries;
  std::size_t open = 0;  // commands the hub has not answered
};

struct MqttSession {
  // kLeaving: it broke a rule; the hub is told, then the connection is closed.
  enum class Phase { kConnecting, kConnected, kLeaving, kEnded } phase = Phase::kConnecting;
  std::string device;
  std::vector<domain::TopicPermission> topics;
  std::vector<Listening> listening;
  std::vector<std::string> online;  // ids of devices that this gateway speaks for now
  std::vector<GatewayRequest> gateway_requests;
  ReplyLine replies;
  Deliveries deliveries;
  std::uint8_t misuses_noted = 0;

  DeviceName name() const;
  // The QoS with which it hears the topic; none: it does not.
  std::optional<std::uint8_t> hears(std::string_view topic) const;
  // False when it would listen to too much.
  bool listen(std::string_view filter, std::uint8_t qos);
  void forget(std::string_view filter);
  bool is_online(std::string_view id) const;
  void go_online(std::string id);
  // With everything it listened to for that device.
  void go_offline(std::string_view id);
};

// More requests under way than any client has; app hands on far fewer at once.
inline constexpr std::size_t kRepliesMax = 1'024;
// Filters, those of a gateway's devices included.
inline constexpr std::size_t kListeningMax = 1'024;
inline constexpr std::size_t kOnlineMax = 1'024;
// Refusals that one connection can leave trails of without being closed.
inline constexpr std::uint8_t kMisusesNotedMax = 16;

// What the answer to a command needs of the packet that brought it.
struct Pending {
  enum class What {
    kConnect,
    kSubscribe,
    kUnsubscribe,
    kStored,       // a message of its own topics, with `body` to be looped back to `reply_to`
    kShadow,       // get or update, as `method` says
    kThing,        // done, and nothing to tell but that
    kThingStatus,  // the reported properties
    kOtaVersion,
    kMethodAnswered,
    kGatewayList,   // describe
    kGatewayState,  // online or offline
    kGatewayEntry,  // bind or unbind, one device
    kEnd,           // a misuse after which the connection ends
    kNothing,       // nobody waits for it
  } what = What::kNothing;
  std::uint32_t place = 0;  // in the line; 0: none
  std::uint16_t packet_id = 0;
  std::uint8_t qos = 0;
  TimePoint at;                             // when the packet came
  std::string reply_to;                     // topic
  std::string token;                        // the client's own, echoed
  std::string method;                       // of the reply
  std::string body;                         // to be looped back, or echoed
  std::size_t entry = 0;                    // of the gateway's request
  std::string of_device;                    // the bound device it was about
  std::string why;                          // of kEnd, for the log
  std::vector<std::string> filters;         // of kSubscribe, those the hub was told
  std::vector<std::uint8_t> codes;          // of kSubscribe, when it is stored
  std::vector<std::uint8_t> refused_codes;  // and when it is not
};

}  // namespace berth::dialects::tencent
