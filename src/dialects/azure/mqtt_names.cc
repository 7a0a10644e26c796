#include "dialects/azure/mqtt_names.h"

#include "base/codec.h"

#include <algorithm>

namespace berth::dialects::azure {
namespace {

constexpr std::size_t kRequestIdBytesMax = 256;  // a UUID has 36

// The part before the next slash; `rest` loses it and the slash.
std::string_view take_part(std::string_view& rest) {
  const std::size_t slash = rest.find('/');
  const std::string_view part = rest.substr(0, slash);
  rest = slash == std::string_view::npos ? std::string_view() : rest.substr(slash + 1);
  return part;
}

}  // namespace

bool is_provisioning_user_name(std::string_view text) {
  if (std::count(text.begin(), text.end(), '/') < 2) return false;
  take_part(text);
  const std::string_view word = take_part(text);
  const std::string_view third = take_part(text);
  // A hub's user name is <host>/<device>[/<module>]/?api-version=…, and a device may be called
  // "registrations".
  return base::equals_ignoring_case(word, "registrations") && !third.starts_with('?') &&
         !text.starts_with('?');
}

bool is_hub_user_name(std::string_view text) {
  const std::size_t slash = text.find('/');
  return slash != std::string_view::npos && slash > 0 && !is_provisioning_user_name(text);
}

bool can_be_echoed(std::string_view request_id) {
  const bool plain = std::none_of(request_id.begin(), request_id.end(), [](char c) {
    return c == '#' || c == '+' || static_cast<unsigned char>(c) < 0x20 || c == 0x7F;
  });
  return plain && request_id.size() <= kRequestIdBytesMax && base::is_utf8(request_id);
}

}  // namespace berth::dialects::azure
