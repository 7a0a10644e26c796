// The service's answer to one operation, the same for every transport: a status and a JSON body.
// http_api and mqtt_api dress it as a response or as a topic.
//
// Room dialects/azure_dps. Thread rule: pure functions.
#pragma once

#include "base/clock.h"
#include "dialects/azure_dps/api_version.h"
#include "dialects/azure_dps/reason_table.h"
#include "domain/outcome.h"

#include <string>
#include <string_view>

namespace berth::dialects::azure_dps {

enum class Operation { kAuthenticate, kRegister, kPoll, kLookUp };

// Seconds until the next poll. Azure says 3. With the built-in hub the work is on disk before the
// register answer leaves, so the device need not wait for it: then 1, the least a client honours
// (§8). Always one digit: an old client cannot read two (§2.3).
inline constexpr int kPollAfterDoneSeconds = 1;
inline constexpr int kPollAfterSeconds = 3;
inline constexpr int kRetryTopicSecondsMax = 9;

struct Reply {
  int status = 200;
  int error_code = 0;           // 0: no error
  int retry_after_seconds = 0;  // 0: none
  std::string tracking_id;      // the trail to ask for; also x-ms-request-id
  std::string body;             // JSON, never empty (§9.2)
};

// `request_id` stands in for the trail id when the outcome has none. Total: an outcome that does
// not answer the operation becomes 500.
Reply reply_to(const domain::Outcome& outcome, Operation operation, const ApiVersion& version,
               std::string_view request_id);
// Of a fault this dialect found by itself: there is no trail, the request id is the tracking id.
Reply reply_with(const Fault& fault, std::string_view request_id, TimePoint at);

// DeviceRegistrationResult as JSON text, members in the order of §1.5.
std::string registration_state_text(const domain::Registration& registration);
// Base64 of a quoted GUID-like text, made of version and time: the same state has the same etag.
std::string etag_of(const domain::Registration& registration);

}  // namespace berth::dialects::azure_dps
