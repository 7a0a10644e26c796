// The `$` topics that need no more than an answer (tencent.md §7.6): the time, firmware reports,
// remote configuration, the level of log uploads.
//
// Room dialects/tencent, internal. Thread rule: pure functions.
#pragma once

#include "dialects/tencent/mqtt_steps.h"

namespace berth::dialects::tencent {

// Devices set their clocks by it: the time is that of the packet's arrival, or there is no answer.
StepResult on_time(const Incoming& incoming);
// A version becomes the reported property "firmware_version"; progress is telemetry.
StepResult on_ota(const Incoming& incoming);
// There is none for the product. Answered on whichever result topic the device listens to.
StepResult on_config(const Incoming& incoming);
// No uploads are wanted.
StepResult on_log(const Incoming& incoming);

// Of Pending::What::kOtaVersion, as the vendor confirms it.
std::string ota_version_answer(const domain::HubResult& result, const Pending& pending);

}  // namespace berth::dialects::tencent
