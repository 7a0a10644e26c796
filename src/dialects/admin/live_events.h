// The stream of GET /live: server-sent events (HTML Living Standard §9.2), one JSON text a line.
//
// Room dialects. Thread rule: pure functions.
#pragma once

#include "dialects/dialect.h"

namespace berth::dialects::admin {

// What begins it.
wire::HttpStream live_stream();
// `attempt`, `telemetry`, `connection`, a comment for a beat, and `bye` with the end.
StepResult live_news(const domain::LiveNews& news);

}  // namespace berth::dialects::admin
