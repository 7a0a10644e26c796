// The makers of the plans, one for each case; main.cc has the table of them.
//
// Thread rule: plain functions.
#pragma once

#include "bench/fleet/plan.h"

namespace berth::fleet {

using MadePlan = Result<std::unique_ptr<Plan>>;

MadePlan make_static(const Options& options, const Clock& clock);

// Over HTTPS
MadePlan make_dps_http(const Options& options, const Clock& clock);
MadePlan make_dps_x509(const Options& options, const Clock& clock);
MadePlan make_unknown(const Options& options, const Clock& clock);
MadePlan make_poll(const Options& options, const Clock& clock);
MadePlan make_storm(const Options& options, const Clock& clock);

// Over MQTT
MadePlan make_dps_mqtt(const Options& options, const Clock& clock);
MadePlan make_mqtt_publish(const Options& options, const Clock& clock);
MadePlan make_telemetry(const Options& options, const Clock& clock);
MadePlan make_idle(const Options& options, const Clock& clock);

}  // namespace berth::fleet
