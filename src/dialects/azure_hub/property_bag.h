// The property bag: system and application properties of a message as the end of its topic
// (azure-iot-hub.md §2.4, §2.5). "%24.mid=m-1&alert=yes".
//
// Room dialects/azure_hub. Thread rule: pure functions.
#pragma once

#include "domain/message.h"

#include <string>
#include <string_view>

namespace berth::dialects::azure_hub {

// A topic can hold a bag of 32,000 bare keys; nobody sends so many on purpose.
inline constexpr std::size_t kPropertiesMax = 1'000;

// Reads what follows "messages/events/" into the message's properties. Nothing is malformed: a bad
// escape stays as it is, a system property that is not known becomes an ordinary one, of a repeated
// system property the last counts. False, and the message half read, when there are more than
// kPropertiesMax.
bool read_property_bag(std::string_view bag, domain::Message& message);

// The bag of a message for `device`: system properties as "%24.name" exactly, no raw slash, no
// property without a value, because clients stumble over each (§2.5, §8.6).
std::string property_bag_of(const domain::QueuedMessage& queued);

}  // namespace berth::dialects::azure_hub
