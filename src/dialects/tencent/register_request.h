// What the readers of both generations make of a request to register, and what they share in
// reading it: names, bounds, and how a request that cannot be read is told.
//
// Room dialects/tencent. Nothing of what was received is quoted. Thread rule: pure functions.
#pragma once

#include "base/result.h"
#include "dialects/json_fields.h"
#include "dialects/tencent/reason_table.h"
#include "domain/claim.h"
#include "wire/http.h"

#include <optional>
#include <string>
#include <string_view>

namespace berth::dialects::tencent {

inline constexpr std::size_t kBodyBytesMax = 8 * 1024;
inline constexpr std::size_t kProductIdBytes = 10;  // always; client ids are cut there (§1.2)
inline constexpr std::size_t kDeviceNameBytesMax = 48;
inline constexpr std::size_t kSignatureBytesMax = 128;  // as text; the longest good one has 56

struct RegisterRequest {
  domain::Membership membership;  // as sent; a name that cannot be read is empty
  std::optional<domain::CredentialKind> wants;
  // Malformed when the request itself is; so even that leaves a trail.
  domain::Evidence evidence;
  Fault if_malformed;  // the answer, should the evidence be refused as malformed
};

// The names of a body's members in one generation.
struct NameMembers {
  std::string_view product;
  std::string_view device;
};

// The body as an object, whatever its content type says: the C SDK calls its JSON a form.
Result<boost::json::object> read_body(std::string_view body);
// The names it could read; for the others there are problems.
domain::Membership read_names(JsonFields& fields, const NameMembers& members);

// Evidence of what cannot be read: "/nonce: expected …".
RegisterRequest malformed(domain::Membership membership, const Fault& fault, std::string what);

// "host:443" → "host", "[::1]:443" → "::1".
std::string_view host_without_port(std::string_view host);

// Decimal digits only, as sent, up to the greatest 63-bit number.
std::optional<std::int64_t> read_digits(std::string_view text);

}  // namespace berth::dialects::tencent
