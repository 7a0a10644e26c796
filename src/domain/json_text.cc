#include "domain/json_text.h"

#include <boost/json/array.hpp>
#include <boost/json/object.hpp>
#include <boost/json/serialize.hpp>

#include <array>
#include <charconv>
#include <cmath>
#include <string_view>

namespace berth::domain {
namespace {

namespace json = boost::json;

void write_value(const json::value& value, std::string& out);

// The shortest digits that read as the same number.
void write_double(double number, std::string& out) {
  if (!std::isfinite(number)) {  // 1e999 reads as infinity, which JSON cannot write
    out += "null";
    return;
  }
  std::array<char, 32> digits{};
  const auto end = std::to_chars(digits.data(), digits.data() + digits.size(), number).ptr;
  const std::string_view text(digits.data(), static_cast<std::size_t>(end - digits.data()));
  out += text;
  // 1e20 would be written as an integer that cannot be read again.
  if (text.find_first_of(".e") == std::string_view::npos) out += ".0";
}

void write_object(const json::object& object, std::string& out) {
  out += '{';
  bool first = true;
  for (const auto& member : object) {
    if (!first) out += ',';
    first = false;
    out += json::serialize(member.key());
    out += ':';
    write_value(member.value(), out);
  }
  out += '}';
}

void write_array(const json::array& array, std::string& out) {
  out += '[';
  bool first = true;
  for (const json::value& element : array) {
    if (!first) out += ',';
    first = false;
    write_value(element, out);
  }
  out += ']';
}

void write_value(const json::value& value, std::string& out) {
  switch (value.kind()) {
    case json::kind::object:
      return write_object(value.get_object(), out);
    case json::kind::array:
      return write_array(value.get_array(), out);
    case json::kind::double_:
      return write_double(value.get_double(), out);
    case json::kind::null:
    case json::kind::bool_:
    case json::kind::int64:
    case json::kind::uint64:
    case json::kind::string:
      out += json::serialize(value);
      return;
  }
}

}  // namespace

std::string to_json_text(const json::value& value) {
  std::string out;
  write_value(value, out);
  return out;
}

}  // namespace berth::domain
