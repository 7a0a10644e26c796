// Semantic types of the model language and the units each may have: v2 "Semantic Type", and for
// version 3 the extension QuantitativeTypes 1, which has more of both.
//
// Room domain. Thread rule: pure functions.
#pragma once

#include <string_view>

namespace berth::domain {

// What a value with a semantic type means, or nothing when the type is unknown to that version.
struct UnitKind;
const UnitKind* unit_kind_of(std::string_view semantic_type, int version);

// Is this one of the units that a value of that kind may have? Terms, or `dtmi:standard:unit:…`.
bool has_unit(const UnitKind& kind, std::string_view unit, int version);

// A unit that fits, for a hint.
std::string_view some_unit(const UnitKind& kind);

}  // namespace berth::domain
