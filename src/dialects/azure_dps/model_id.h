// The device model that a registration payload names, in all the forms that devices of the last
// years use: `modelId` (plug-and-play), `iotcModelId` (older samples, dps-keygen), and the
// `__iot:interfaces` of the 2019 preview (iot-central.md, "How the model id picks the template").
//
// Room dialects/azure_dps. Thread rule: pure function.
#pragma once

#include <string>
#include <string_view>

namespace berth::dialects::azure_dps {

// One byte more than any id may have, so that one that is too long is not taken for a shorter one.
inline constexpr std::size_t kModelBytesMax = 257;

// Of the JSON text of `payload` or `data`, an object or a JSON string that holds one; the first
// form that is there wins. Empty if it names none. Whether it is a model id is judged elsewhere: a
// bad one must not fail the registration.
std::string model_of_payload(std::string_view payload);

}  // namespace berth::dialects::azure_dps
