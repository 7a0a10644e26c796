// Answers of the API as text for people: aligned tables for lists, a card for one thing. Everything
// that comes from outside passes printable(), so no byte of a device reaches the terminal raw.
//
// Room cli. Thread rule: pure functions that write to the stream they are given.
#pragma once

#include "cli/api.h"

#include <iosfwd>
#include <string>
#include <string_view>
#include <vector>

namespace berth::cli {

enum class Show {
  kPlain,    // text, numbers; yes/no; "-" for null
  kTime,     // "2026-01-31 12:00:00Z"
  kEnabled,  // "enabled", "disabled"
  kRef,      // {"kind", "id"} as "group/line-7"
  kList,     // items separated by commas, "all" when empty
};

struct Column {
  std::string_view header;
  std::string_view name;  // of the member
  Show show = Show::kPlain;
  std::string_view otherwise = "-";  // for null and absent
};

std::string shown(const json::value& item, const Column& column);

// Header and rows, columns two spaces apart, no trailing blanks. "(none)" when there are no rows.
void print_rows(std::ostream& out, const std::vector<std::string>& header,
                const std::vector<std::vector<std::string>>& rows);

void print_table(std::ostream& out, const json::value& list, const std::vector<Column>& columns);

// "display name  Line 7" for each member, in the order of the answer.
void print_card(std::ostream& out, const json::value& object);

// "2026-01-31T12:00:00.123456Z" → "2026-01-31 12:00:00Z"; anything else as it is.
std::string short_time(std::string_view text);
// Nanoseconds as "0.512 ms".
std::string short_duration(const json::value& nanoseconds);

}  // namespace berth::cli
