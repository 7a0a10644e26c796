#include "base/uuid.h"

#include "base/codec.h"

#include <array>

namespace berth::base {

std::string uuid_by_time(TimePoint now, Rng& rng) {
  std::array<std::uint8_t, 16> bytes{};
  rng.fill(bytes);
  const std::int64_t micros = to_unix_micros(now);
  const auto millis = static_cast<std::uint64_t>(micros < 0 ? 0 : micros / 1000);
  const auto rest = static_cast<std::uint64_t>(micros < 0 ? 0 : micros % 1000);
  for (std::size_t i = 0; i < 6; ++i) {
    bytes[i] = static_cast<std::uint8_t>(millis >> (8 * (5 - i)));
  }
  const std::uint64_t fraction = rest * 4096 / 1000;
  bytes[6] = static_cast<std::uint8_t>(0x70 | fraction >> 8);
  bytes[7] = static_cast<std::uint8_t>(fraction);
  bytes[8] = static_cast<std::uint8_t>((bytes[8] & 0x3F) | 0x80);
  std::string text = hex_encode(bytes);
  for (const std::size_t at : {8U, 13U, 18U, 23U}) text.insert(at, 1, '-');
  return text;
}

}  // namespace berth::base
