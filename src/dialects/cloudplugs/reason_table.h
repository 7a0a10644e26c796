// What a client hears when something is refused: total tables from domain reasons to the few
// status codes that clients know (cloudplugs.md §2.1) and terse texts. REST sends the code as the
// status and in the body, MQTT in the body alone.
//
// Room dialects/cloudplugs. Thread rule: pure functions.
#pragma once

#include "domain/reason.h"

#include <string>
#include <string_view>

namespace berth::dialects::cloudplugs {

struct Failure {
  int code = 500;
  std::string_view message = "internal error";  // a literal without anything that JSON escapes
  bool operator==(const Failure&) const = default;
};

// Enrolment of things and controllers: never 401, because of that Java hands on no body (§2.2).
// Whoever guesses cannot tell an unknown template or serial, a wrong password and a locked one
// apart (§4.4).
Failure enrollment_failure(domain::Reason reason);

// Everything that needs credentials.
Failure data_failure(domain::Reason reason);

inline constexpr Failure kUnreadable{400, "malformed request"};
inline constexpr Failure kUnknownPath{404, "not found"};
inline constexpr Failure kWrongMethod{405, "method not allowed"};
inline constexpr Failure kNoCredentials{401, "unauthorized"};
inline constexpr Failure kNotAllowed{403, "forbidden"};

// {"err":403,"msg":"…"} (§2.2).
std::string failure_body(const Failure& failure);
// The same with another text, printable and bounded.
std::string failure_body(const Failure& failure, std::string_view message);

}  // namespace berth::dialects::cloudplugs
