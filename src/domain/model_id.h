// Ids of device models: digital twin model identifiers (DTMI) and the older `urn:` names. Here is
// their grammar, and nowhere else.
//
//   dtmi:com:example:Thermostat;1        version 2 of the language: a version, 1..999999999
//   dtmi:com:example:Thermostat;1.2      from version 3: a minor part of up to six digits too
//   dtmi:com:example:Thermostat          from version 3: none at all
//   urn:example:Smart_Knee_Brace:1       from before; an opaque text
//
// Two ids are the same when their bytes are (upper and lower case differ).
// Room domain. Thread rule: pure functions.
#pragma once

#include "base/result.h"

#include <cstddef>
#include <string_view>

namespace berth::domain {

inline constexpr std::size_t kInterfaceIdSizeMax = 128;
inline constexpr std::size_t kElementIdSizeMax = 2048;  // of everything else in a model
inline constexpr std::size_t kUrnSizeMax = 256;

// Which versions a DTMI may have.
enum class DtmiVersions {
  kRequired,  // one part, and it must be there
  kMinor,     // one or two parts, and it must be there
  kOptional,  // one or two parts, or none
};

struct DtmiRules {
  DtmiVersions versions = DtmiVersions::kOptional;
  std::size_t size_max = kElementIdSizeMax;
  // A segment that begins with an underscore belongs to the language; nobody may define such an id.
  bool system_segments = false;
};

// Says what is wrong with the text as a DTMI; quotes at most a few characters of it.
Result<void> check_dtmi(std::string_view text, DtmiRules rules);

// What a template may be called and a device may say it is: a DTMI that an interface can have, of
// either version, or `urn:` and 1..252 printable ASCII characters without blanks.
Result<void> check_model_id(std::string_view text);

}  // namespace berth::domain
