// Enumerators and their words, as one table for both directions.
//
// Room domain, internal. Thread rule: pure functions.
#pragma once

#include "base/codec.h"

#include <array>
#include <optional>
#include <string_view>
#include <utility>

namespace berth::domain {

template <class Enum, std::size_t N>
using Names = std::array<std::pair<Enum, std::string_view>, N>;

// Empty for a value that is none of them.
template <class Enum, std::size_t N>
std::string_view name_of(const Names<Enum, N>& names, Enum value) {
  for (const auto& [each, name] : names) {
    if (each == value) return name;
  }
  return {};
}

// Ignores case.
template <class Enum, std::size_t N>
std::optional<Enum> value_of(const Names<Enum, N>& names, std::string_view text) {
  for (const auto& [each, name] : names) {
    if (base::equals_ignoring_case(name, text)) return each;
  }
  return std::nullopt;
}

}  // namespace berth::domain
