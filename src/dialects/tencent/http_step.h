// Registration over HTTP and HTTPS (tencent.md §2, §3): one request, one command, one answer.
// Nothing is kept between requests.
//
// Room dialects/tencent. Thread rule: pure functions.
#pragma once

#include "dialects/dialect.h"

namespace berth::dialects::tencent {

// By the path alone, whatever the method, host and content type.
bool claims_http(const wire::Request& request);

StepResult http_arrival(const wire::Peer& peer, const Arrival& arrival);
StepResult http_answer(const wire::Peer& peer, const Answer& answer);

}  // namespace berth::dialects::tencent
