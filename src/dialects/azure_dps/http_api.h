// The device API over HTTPS (azure-dps.md §1): one request, one command, one response. Nothing is
// kept between requests; a poll proves itself like the register did.
//
// Room dialects/azure_dps. Thread rule: pure functions.
#pragma once

#include "dialects/dialect.h"

namespace berth::dialects::azure_dps {

bool claims_http(const wire::Request& request);

StepResult http_arrival(const wire::Peer& peer, const Arrival& arrival);
StepResult http_answer(const Answer& answer);

}  // namespace berth::dialects::azure_dps
