// What a device hears when it may not register: one total table from the pipeline's reason to the
// numbers of the first generation and the code words of the second (tencent.md §2.5, §3.3). The
// messages are the same in both. The status is always 200: clients lose the body of any other.
//
// Room dialects/tencent. Thread rule: pure functions.
#pragma once

#include "domain/reason.h"

#include <string_view>

namespace berth::dialects::tencent {

// All of it literals. A message has at most kMessageBytesMax bytes and nothing that JSON escapes.
struct Fault {
  int code = 1500;                          // first generation
  std::string_view word = "InternalError";  // second generation
  std::string_view message = "internal error";
  bool operator==(const Fault&) const = default;
};
inline constexpr std::size_t kMessageBytesMax = 200;

Fault fault_for(domain::Reason reason);

// Found while reading; the answer to a claim of malformed evidence is one of these.
Fault invalid_parameter();
Fault missing_parameter();
Fault signature_failure();
// Certificates that devices bring along (§3.5).
Fault own_certificate();
Fault method_not_allowed();

}  // namespace berth::dialects::tencent
