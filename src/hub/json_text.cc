#include "hub/json_text.h"

#include <boost/json/basic_parser_impl.hpp>
#include <boost/json/value_stack.hpp>
#include <fmt/format.h>

#include <charconv>
#include <cmath>
#include <utility>

namespace berth::hub {
namespace {

namespace json = boost::json;

// What the parser calls, piece by piece. Builds the value; numbers are read from their text.
class Builder {
 public:
  static constexpr std::size_t max_object_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_array_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_key_size = static_cast<std::size_t>(-1);
  static constexpr std::size_t max_string_size = static_cast<std::size_t>(-1);

  explicit Builder(bool any_integer) : any_integer_(any_integer) { stack_.reset(); }

  bool on_document_begin(json::error_code&) { return true; }
  bool on_document_end(json::error_code&) { return true; }
  bool on_object_begin(json::error_code&) { return true; }
  bool on_object_end(std::size_t count, json::error_code&) {
    stack_.push_object(count);
    return true;
  }
  bool on_array_begin(json::error_code&) { return true; }
  bool on_array_end(std::size_t count, json::error_code&) {
    stack_.push_array(count);
    return true;
  }
  bool on_key_part(json::string_view text, std::size_t, json::error_code&) {
    stack_.push_chars(text);
    return true;
  }
  bool on_key(json::string_view text, std::size_t, json::error_code&) {
    stack_.push_key(text);
    return true;
  }
  bool on_string_part(json::string_view text, std::size_t, json::error_code&) {
    stack_.push_chars(text);
    return true;
  }
  bool on_string(json::string_view text, std::size_t, json::error_code&) {
    stack_.push_string(text);
    return true;
  }
  bool on_number_part(json::string_view text, json::error_code&) {
    number_.append(text.data(), text.size());
    return true;
  }
  bool on_int64(std::int64_t number, json::string_view, json::error_code& error) {
    number_.clear();
    if (number < kIntegerMin || number > kIntegerMax) return big_integer(error, number);
    stack_.push_int64(number);
    return true;
  }
  bool on_uint64(std::uint64_t number, json::string_view, json::error_code& error) {
    number_.clear();
    return big_integer(error, number);
  }
  bool on_double(double approximate, json::string_view text, json::error_code& error) {
    number_.append(text.data(), text.size());
    const std::string digits = std::exchange(number_, {});
    if (!any_integer_ && digits.find_first_of(".eE") == std::string::npos) {
      return refuse(error, "an integer outside -4503599627370496..4503599627370495");
    }
    double exact = approximate;
    const auto read = std::from_chars(digits.data(), digits.data() + digits.size(), exact);
    if (read.ec != std::errc()) exact = approximate;  // too small to tell from zero, or too big
    if (!std::isfinite(exact)) return refuse(error, "a number too big for a double");
    stack_.push_double(exact);
    return true;
  }
  bool on_bool(bool flag, json::error_code&) {
    stack_.push_bool(flag);
    return true;
  }
  bool on_null(json::error_code&) {
    stack_.push_null();
    return true;
  }
  bool on_comment_part(json::string_view, json::error_code&) { return true; }
  bool on_comment(json::string_view, json::error_code&) { return true; }

  json::value release() { return stack_.release(); }
  const std::string& refused() const { return refused_; }

 private:
  template <class Integer>
  bool big_integer(json::error_code& error, Integer number) {
    if (!any_integer_) {
      return refuse(error, "an integer outside -4503599627370496..4503599627370495");
    }
    if constexpr (std::is_signed_v<Integer>) {
      stack_.push_int64(number);
    } else {
      stack_.push_uint64(number);
    }
    return true;
  }
  bool refuse(json::error_code& error, std::string why) {
    refused_ = std::move(why);
    error = json::error::exponent_overflow;
    return false;
  }

  const bool any_integer_;
  json::value_stack stack_;
  std::string number_;   // of a number that comes in pieces
  std::string refused_;  // why this room refused it
};

}  // namespace

Result<json::value> read_json(std::string_view text, const JsonBounds& bounds) {
  if (text.size() > bounds.bytes_max) {
    return Fail(ErrorKind::kTooLarge, fmt::format("the text has {} bytes; at most {} are read",
                                                  text.size(), bounds.bytes_max));
  }
  json::parse_options options;
  options.max_depth = kJsonDepthMax;
  json::basic_parser<Builder> parser(options, bounds.any_integer);
  json::error_code error;
  const std::size_t read = parser.write_some(false, text.data(), text.size(), error);
  if (!error && read == text.size()) return parser.handler().release();
  if (!parser.handler().refused().empty()) {
    return Fail(ErrorKind::kInvalid,
                fmt::format("{} at byte {}", parser.handler().refused(), read));
  }
  if (error == json::error::too_deep) {
    return Fail(ErrorKind::kInvalid,
                fmt::format("the JSON is nested deeper than {} levels", kJsonDepthMax));
  }
  return Fail(ErrorKind::kInvalid, fmt::format("not JSON at byte {}: {}", read,
                                               error ? error.message() : "text after the end"));
}

Result<void> check_json(std::string_view text, std::size_t bytes_max) {
  Result<json::value> value = read_json(text, {.bytes_max = bytes_max, .any_integer = true});
  if (!value) return Fail(std::move(value).error());
  return {};
}

}  // namespace berth::hub
