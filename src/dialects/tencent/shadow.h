// The device shadow (tencent.md §7.6) on the twin: `reported` and `desired` are its sections, the
// version is that of the reported one, and `delta` is what the device has not reported of what is
// desired. Desired belongs to operators: a device that clears it is told that it did.
//
// Room dialects/tencent, internal. Thread rule: pure functions.
#pragma once

#include "dialects/tencent/mqtt_steps.h"

namespace berth::dialects::tencent {

StepResult on_shadow(const Incoming& incoming);
// The text of the answer to a request that the hub has carried out, or not.
std::string shadow_answer(const domain::HubResult& result, const Pending& pending);
// The push of a change of what is desired; nothing when nothing was set.
std::optional<std::string> shadow_delta(const domain::DesiredChanged& change, TimePoint at);

// The members of `desired` that `reported` has not, or has otherwise. Both are the text of objects.
boost::json::object difference(std::string_view desired, std::string_view reported);
// The patch without the members that delete; nothing when nothing is left.
std::optional<boost::json::object> what_is_set(std::string_view patch);

}  // namespace berth::dialects::tencent
