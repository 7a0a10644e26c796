// An event as the JSON that people and other programs read: the same wherever it is shown or
// written (the admin API, files of sinks).
//
//   {"partition":2,"sequence":41,"hub":"hub-1","deviceId":"sn-7","kind":"telemetry",
//    "enqueuedAt":"2026-01-01T00:00:00.000000Z","modelId":"…","systemProperties":{"messageId":"…"},
//    "properties":{"alert":"true","flag":null},"body":{"t":21},"bodyEncoding":"json"}
//
// `body` is JSON where the body is JSON ("json"), else text where it is UTF-8 ("text"), else base64
// ("base64"); bodyEncoding says which. Members without a value are left out, `properties` and
// `systemProperties` never. Of several properties with one name the last one counts; bytes that are
// not UTF-8 in names and values become '?'. Numbers are kept as 64-bit integers or doubles, so a
// body that must stay as it was to the last digit does not belong in a JSON number.
//
// Room domain. Thread rule: pure functions.
#pragma once

#include "domain/message.h"

#include <boost/json/object.hpp>

namespace berth::domain {

boost::json::object event_json(const Event& event, const EventPosition& position);

}  // namespace berth::domain
