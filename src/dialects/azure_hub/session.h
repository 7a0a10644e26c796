// What the dialect keeps of one connection, and what it notes with each command. Small, because
// many thousand connections sit idle.
//
// Room dialects/azure_hub. Thread rule: plain values of one connection.
#pragma once

#include "dialects/dialect.h"

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace berth::dialects::azure_hub {

// Answers leave in the order of the requests they answer, whatever the order the hub finishes in:
// clients count on PUBACKs in order (azure-iot-hub.md §8.10).
class ReplyLine {
 public:
  // A place at the end, to be filled later.
  std::uint32_t open();
  // Its actions; without any, too, it must be filled. A place that is gone is ignored.
  void fill(std::uint32_t place, wire::Actions actions);
  // What nobody waits before any more.
  wire::Actions take_ready();

  bool empty() const { return waiting_.empty(); }
  std::size_t size() const { return waiting_.size(); }

 private:
  struct Reply {
    std::uint32_t place = 0;
    bool ready = false;
    wire::Actions actions;
  };
  std::vector<Reply> waiting_;
  std::uint32_t last_place_ = 0;
};

// The messages sent with QoS 1 and not acknowledged: our tag of each is 16 bit, the hub's delivery
// is 64.
class Deliveries {
 public:
  // Never 0, the tag of messages that need no settling.
  std::uint16_t add(std::uint64_t delivery);
  // The delivery with that tag, which is then forgotten.
  std::optional<std::uint64_t> take(std::uint16_t tag);

 private:
  struct Sent {
    std::uint16_t tag = 0;
    std::uint64_t delivery = 0;
  };
  std::optional<std::size_t> find(std::uint16_t tag) const;

  std::vector<Sent> sent_;
  std::uint16_t last_tag_ = 0;
};

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
