// The texts by which a device says who it is when it connects: the MQTT user name and password
// (tencent.md §7.2), and the client id that both begin with (§1.2).
//
// Room dialects/tencent. Views point into what was read. Thread rule: pure functions.
#pragma once

#include "domain/claim.h"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace berth::dialects::tencent {

// A ProductID is always this long, so that a client id needs no separator (§10.3.4).
inline constexpr std::size_t kProductIdBytes = 10;
// Far more than any client sends.
inline constexpr std::size_t kUserNameBytesMax = 512;

// "<ClientID>;<sdkappid>;<connid>;<expiry>", each part as sent.
struct UserName {
  std::string_view client_id;
  std::string_view app_id;
  std::string_view connection_id;
  std::string_view expiry;
};
// Nothing when it has another number of parts, or a slash in the first: then it is another
// vendor's.
std::optional<UserName> parse_user_name(std::string_view text);

// When a user name ends to be good. Clients write what they like: the largest 64-bit number, a cut
// one, or milliseconds; more than about 10^11 never ends.
struct Expiry {
  bool readable = false;
  std::optional<std::int64_t> at_seconds;  // none: never
};
Expiry parse_expiry(std::string_view digits);

// "<hex>;hmacsha1" or "<hex>;hmacsha256", over `user_name` as it was received.
domain::Evidence parse_password(std::string_view password, std::string_view user_name,
                                std::optional<std::int64_t> expires_at_seconds);

// What a client id says: the product's first kProductIdBytes, the device's rest.
domain::Membership split_client_id(std::string_view client_id);

}  // namespace berth::dialects::tencent
