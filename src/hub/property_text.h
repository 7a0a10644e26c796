// Properties as texts: how they lie in the reported section of a twin, and what of a twin they are.
//
// A property's name may hold what a key of a twin may not ('.', '$', blanks); these characters, and
// '%', are percent-encoded in keys, at every level. Room hub. Thread rule: pure functions.
#pragma once

#include "domain/data.h"
#include "domain/twin.h"
#include "hub/twin_document.h"

#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace berth::hub {

using PropertyValues = std::vector<std::pair<std::string, std::string>>;  // name, JSON text

// A JSON object for write_section(): empty text or null deletes. kDocumentInvalid or
// kDocumentTooLarge.
Result<std::string, DocumentFault> reported_patch(const PropertyValues& values);

// The same of a JSON object of properties; "{}" for what cannot be read as one.
std::string reported_document(std::string_view properties);

// The reported section, but for what an operator desired later.
domain::PropertiesRead properties_of(const domain::Twin& twin);

}  // namespace berth::hub
