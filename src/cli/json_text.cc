#include "cli/json_text.h"

#include <boost/json.hpp>

#include <array>
#include <charconv>
#include <cmath>

namespace berth::cli {
namespace {

namespace json = boost::json;

void write(std::string& out, const json::value& value);

void write_number(std::string& out, double number) {
  std::array<char, 32> text{};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), number).ptr;
  const std::string_view shortest(text.data(), static_cast<std::size_t>(end - text.data()));
  out += std::isfinite(number) ? shortest : "null";
  // Stays a number with a fraction for whoever reads it.
  if (shortest.find_first_not_of("-0123456789") == shortest.npos) out += ".0";
}

void write_members(std::string& out, const json::object& object) {
  out += '{';
  bool first = true;
  for (const auto& member : object) {
    if (!first) out += ',';
    first = false;
    out += json::serialize(member.key());
    out += ':';
    write(out, member.value());
  }
  out += '}';
}

void write_items(std::string& out, const json::array& items) {
  out += '[';
  for (std::size_t i = 0; i < items.size(); ++i) {
    if (i > 0) out += ',';
    write(out, items[i]);
  }
  out += ']';
}

void write(std::string& out, const json::value& value) {
  if (const json::object* object = value.if_object()) {
    write_members(out, *object);
  } else if (const json::array* items = value.if_array()) {
    write_items(out, *items);
  } else if (const double* number = value.if_double()) {
    write_number(out, *number);
  } else {
    out += json::serialize(value);
  }
}

}  // namespace

std::string json_text(const json::value& value) {
  std::string out;
  write(out, value);
  return out;
}

}  // namespace berth::cli
