// What both directions of reading share: the bounded cursor over a packet's content, its fixed
// header, and PUBLISH, which goes both ways.
//
// Room mqtt, internal. Thread rule: plain values, pure functions. Nothing owns bytes: views point
// into what the caller passed.
#pragma once

#include "base/codec.h"
#include "mqtt/codec.h"
#include "mqtt/types.h"

#include <optional>
#include <variant>

namespace berth::mqtt {

// Bounds are checked here and nowhere else. Once a read fails, every later one fails too.
class Cursor {
 public:
  explicit Cursor(std::span<const std::uint8_t> bytes) : bytes_(bytes) {}

  bool ok() const { return ok_; }
  bool at_end() const { return bytes_.empty(); }

  std::uint8_t byte() {
    const auto taken = take(1);
    return taken.empty() ? std::uint8_t{0} : taken[0];
  }
  std::uint16_t number() {
    const auto taken = take(2);
    return taken.empty() ? std::uint16_t{0}
                         : static_cast<std::uint16_t>((taken[0] << 8) | taken[1]);
  }
  std::span<const std::uint8_t> binary() {
    const std::size_t size = number();
    return take(size);
  }
  // UTF-8 without U+0000, §1.5.3.
  std::string_view text() {
    const auto taken = binary();
    const std::string_view view(reinterpret_cast<const char*>(taken.data()), taken.size());
    if (view.find('\0') != std::string_view::npos || !base::is_utf8(view)) ok_ = false;
    return view;
  }
  std::string_view rest() {
    const auto taken = take(bytes_.size());
    return {reinterpret_cast<const char*>(taken.data()), taken.size()};
  }

 private:
  std::span<const std::uint8_t> take(std::size_t size) {
    if (!ok_ || size > bytes_.size()) {
      ok_ = false;
      return {};
    }
    const auto taken = bytes_.first(size);
    bytes_ = bytes_.subspan(size);
    return taken;
  }

  std::span<const std::uint8_t> bytes_;
  bool ok_ = true;
};

struct FixedHeader {
  std::uint8_t type = 0;
  std::uint8_t flags = 0;
  std::size_t remaining = 0;
  std::size_t size = 0;  // of the header itself
};

enum class Sender { kClient, kServer };

// `bytes` is not empty. Nothing while the header is incomplete and so far right.
std::optional<std::variant<FixedHeader, MqttBroken>> read_header(
    Sender sender, std::span<const std::uint8_t> bytes, const MqttLimits& limits);

std::variant<MqttBroken, wire::MqttPublish> read_publish(Cursor cursor, std::uint8_t flags);

}  // namespace berth::mqtt
