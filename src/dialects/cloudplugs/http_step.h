// The REST interface: a request, a command, an answer (cloudplugs.md §2 to §5). Nothing is kept
// between requests.
//
// Room dialects/cloudplugs. Thread rule: pure functions.
#pragma once

#include "dialects/dialect.h"

namespace berth::dialects::cloudplugs {

bool claims_http(const wire::Request& request);

StepResult http_arrival(const wire::Peer& peer, const Arrival& arrival);
StepResult http_answer(const Answer& answer);

}  // namespace berth::dialects::cloudplugs
