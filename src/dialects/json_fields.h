// Reads JSON from outside: bounded, never throwing, and able to say what was wrong where.
//
// parse_json() bounds size and depth. JsonFields then takes the members of one object by name and
// type, collecting every problem instead of stopping at the first; each names its place as a JSON
// Pointer and what was expected ("/hubs/2: expected text of 1..253 bytes, found a number"). What
// happens to members nobody asked for, and to nulls, is the caller's JsonPolicy.
//
// Room dialects. No text of the input reaches a problem except member names, made printable and
// cut. Thread rule: plain values; a JsonFields borrows the object and the list of problems.
#pragma once

#include "base/clock.h"
#include "base/result.h"
#include "base/secret.h"

#include <boost/json.hpp>

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace berth::dialects {

struct JsonLimits {
  std::size_t bytes_max = 96 * 1024;
  std::size_t depth_max = 32;
};

// Exactly one JSON value (RFC 8259, UTF-8, no comments, no trailing commas); of a repeated member
// the last counts. kTooLarge: over bytes_max; kInvalid: not JSON or nested too deeply, with the
// byte where reading stopped.
Result<boost::json::value> parse_json(std::string_view text, const JsonLimits& limits = {});
// The same, and the value must be an object.
Result<boost::json::object> parse_json_object(std::string_view text, const JsonLimits& limits = {});

// "an object", "a number", …: a value's type in words.
std::string_view json_type(const boost::json::value& value);

struct JsonProblem {
  std::string path;  // JSON Pointer (RFC 6901): "/initialTwin/tags"; "" is the whole document
  std::string what;  // "expected true or false, found text"
};
// All problems in one Error of kind kInvalid; `problems` must not be empty.
Error to_error(const std::vector<JsonProblem>& problems);

enum class UnknownFields { kIgnore, kRefuse };
enum class NullFields {
  kAbsent,  // "a": null is the same as no "a"
  kRefuse,  // null is a value of the wrong type
};
struct JsonPolicy {
  UnknownFields unknown = UnknownFields::kRefuse;
  NullFields nulls = NullFields::kAbsent;
};

struct TextRule {
  std::size_t size_min = 0;  // bytes
  std::size_t size_max = 1024;
  bool control_characters = false;  // allowed (line breaks, tabs, NUL)
};

// The members of one object. Every reader returns nothing when the member is absent, and nothing
// plus a problem when it is there but wrong: ask ok() (or the list) once at the end. Names must
// outlive the reader (they are literals).
class JsonFields {
 public:
  JsonFields(const boost::json::object& object, JsonPolicy policy,
             std::vector<JsonProblem>& problems)
      : JsonFields(object, policy, problems, "") {}

  bool has(std::string_view name);
  // Whether the member is there, and null: for those that null means something for.
  bool is_null(std::string_view name) const;
  // A problem when the member is absent. Chain before reading: fields.require("id").
  void require(std::string_view name);

  std::optional<std::string> text(std::string_view name, const TextRule& rule = {});
  std::optional<bool> flag(std::string_view name);
  std::optional<std::int64_t> integer(std::string_view name, std::int64_t min, std::int64_t max);
  // "2026-01-31T12:00:00Z" (RFC 3339).
  std::optional<TimePoint> time(std::string_view name);
  // Base64 text of `size_min`..`size_max` bytes once decoded.
  std::optional<Secret> secret(std::string_view name, std::size_t size_min, std::size_t size_max);
  std::optional<std::vector<std::string>> texts(std::string_view name, std::size_t count_max,
                                                const TextRule& each = {});
  // An object's members, with the same policy; its problems join this list. Call finish() on it
  // too.
  std::optional<JsonFields> object(std::string_view name);
  // A free-form member as JSON text: an object, or any value at all.
  std::optional<std::string> object_text(std::string_view name);
  std::optional<std::string> value_text(std::string_view name);
  // Text that `parse` (string_view → optional<T>) understands; `expected` lists the words:
  // "hashed or static".
  template <class Parse>
  auto word(std::string_view name, Parse parse, std::string_view expected)
      -> decltype(parse(std::string_view())) {
    const std::optional<std::string> given = text(name);
    if (!given) return std::nullopt;
    auto value = parse(*given);
    if (!value) problem(name, "expected " + std::string(expected));
    return value;
  }

  // Adds a problem of the caller's own about a member ("" for the object itself).
  void problem(std::string_view name, std::string what);
  // Reports members nobody asked for, if the policy refuses them. Call after the last reader.
  void finish();
  bool ok() const { return problems_->empty(); }

 private:
  JsonFields(const boost::json::object& object, JsonPolicy policy,
             std::vector<JsonProblem>& problems, std::string path)
      : object_(&object), policy_(policy), problems_(&problems), path_(std::move(path)) {}

  const boost::json::value* find(std::string_view name);
  void mismatch(std::string_view name, std::string_view expected, const boost::json::value& found);

  const boost::json::object* object_;
  JsonPolicy policy_;
  std::vector<JsonProblem>* problems_;
  std::string path_;
  std::vector<std::string_view> known_;
};

}  // namespace berth::dialects
