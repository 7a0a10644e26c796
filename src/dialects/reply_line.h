// The order of what a connection over MQTT is sent, and the tags of what it has to acknowledge: the
// same for every vendor.
//
// Room dialects. Thread rule: plain values of one connection.
#pragma once

#include "wire/wire.h"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

namespace berth::dialects {

// Answers leave in the order of the requests they answer, whatever the order the hub finishes in:
// clients count on PUBACKs in order (MQTT 3.1.1 §4.6).
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

}  // namespace berth::dialects
