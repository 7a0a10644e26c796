#include "dialects/json_fields.h"

#include "base/codec.h"
#include "base/nearest.h"
#include "domain/json_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace berth::dialects {
namespace {

namespace json = boost::json;

constexpr std::size_t kProblemsMax = 32;  // more would only repeat themselves
constexpr std::size_t kNameShownMax = 64;

std::string_view view(const json::string& text) { return {text.data(), text.size()}; }
std::string_view view(json::string_view text) { return {text.data(), text.size()}; }

bool has_control_character(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20 || byte == 0x7F;
  });
}

// RFC 6901 §3.
std::string pointer_token(std::string_view name) {
  std::string token;
  for (const char c : base::printable(name, kNameShownMax)) {
    if (c == '~') {
      token += "~0";
    } else if (c == '/') {
      token += "~1";
    } else {
      token += c;
    }
  }
  return token;
}

std::string text_expectation(const TextRule& rule) {
  return fmt::format("text of {}..{} bytes{}", rule.size_min, rule.size_max,
                     rule.control_characters ? "" : " without control characters");
}

// What is wrong with the value as text, or nothing.
std::optional<std::string> text_fault(const json::value& value, const TextRule& rule) {
  const json::string* text = value.if_string();
  if (text == nullptr) {
    return fmt::format("expected {}, found {}", text_expectation(rule), json_type(value));
  }
  if (text->size() < rule.size_min || text->size() > rule.size_max) {
    return fmt::format("expected {}, found {} bytes", text_expectation(rule), text->size());
  }
  if (!rule.control_characters && has_control_character(view(*text))) {
    return fmt::format("expected {}, found a control character", text_expectation(rule));
  }
  return std::nullopt;
}

}  // namespace

Result<json::value> parse_json(std::string_view text, const JsonLimits& limits) {
  if (text.size() > limits.bytes_max) {
    return Fail(ErrorKind::kTooLarge, fmt::format("the body has {} bytes; at most {} are read",
                                                  text.size(), limits.bytes_max));
  }
  json::parse_options options;
  options.max_depth = limits.depth_max;
  std::array<unsigned char, 1024> scratch;  // for what is under way, before the heap
  json::parser parser({}, options, scratch.data(), scratch.size());
  json::error_code error;
  const std::size_t read = parser.write_some({text.data(), text.size()}, error);
  if (error == json::error::too_deep) {
    return Fail(ErrorKind::kInvalid,
                fmt::format("the JSON is nested deeper than {} levels", limits.depth_max));
  }
  if (error || read != text.size()) {
    return Fail(ErrorKind::kInvalid, fmt::format("not JSON at byte {}: {}", read,
                                                 error ? error.message() : "text after the end"));
  }
  return parser.release();
}

Result<json::object> parse_json_object(std::string_view text, const JsonLimits& limits) {
  BERTH_TRY(json::value value, parse_json(text, limits));
  if (!value.is_object()) {
    return Fail(ErrorKind::kInvalid,
                fmt::format("expected a JSON object, found {}", json_type(value)));
  }
  return std::move(value.get_object());
}

std::string_view json_type(const json::value& value) {
  switch (value.kind()) {
    case json::kind::null:
      return "null";
    case json::kind::bool_:
      return "true or false";
    case json::kind::int64:
    case json::kind::uint64:
    case json::kind::double_:
      return "a number";
    case json::kind::string:
      return "text";
    case json::kind::array:
      return "an array";
    case json::kind::object:
      return "an object";
  }
  return "null";
}

Error to_error(const std::vector<JsonProblem>& problems) {
  std::string what;
  for (const JsonProblem& each : problems) {
    if (!what.empty()) what += "; ";
    what += each.path.empty() ? each.what : each.path + ": " + each.what;
  }
  return {ErrorKind::kInvalid, std::move(what), "correct the named fields and send it again"};
}

const json::value* JsonFields::find(std::string_view name) {
  if (policy_.unknown == UnknownFields::kRefuse) known_.push_back(name);  // finish() asks for them
  const json::value* value = object_->if_contains({name.data(), name.size()});
  if (value != nullptr && value->is_null() && policy_.nulls == NullFields::kAbsent) return nullptr;
  return value;
}

void JsonFields::problem(std::string_view name, std::string what) {
  if (problems_->size() >= kProblemsMax) return;
  problems_->push_back({name.empty() ? path_ : path_ + "/" + pointer_token(name), std::move(what)});
}

void JsonFields::mismatch(std::string_view name, std::string_view expected,
                          const json::value& found) {
  problem(name, fmt::format("expected {}, found {}", expected, json_type(found)));
}

bool JsonFields::has(std::string_view name) { return find(name) != nullptr; }

bool JsonFields::is_null(std::string_view name) const {
  const json::value* value = object_->if_contains({name.data(), name.size()});
  return value != nullptr && value->is_null();
}

void JsonFields::require(std::string_view name) {
  if (find(name) == nullptr) problem(name, "is required");
}

std::optional<std::string> JsonFields::text(std::string_view name, const TextRule& rule) {
  const json::value* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (std::optional<std::string> fault = text_fault(*value, rule)) {
    problem(name, *std::move(fault));
    return std::nullopt;
  }
  return std::string(view(value->get_string()));
}

std::optional<bool> JsonFields::flag(std::string_view name) {
  const json::value* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (value->is_bool()) return value->get_bool();
  mismatch(name, "true or false", *value);
  return std::nullopt;
}

std::optional<std::int64_t> JsonFields::integer(std::string_view name, std::int64_t min,
                                                std::int64_t max) {
  const json::value* value = find(name);
  if (value == nullptr) return std::nullopt;
  const std::int64_t* number = value->if_int64();
  if (number != nullptr && *number >= min && *number <= max) return *number;
  const std::string expected = fmt::format("a whole number from {} to {}", min, max);
  if (value->is_number()) {
    problem(name, "expected " + expected);
  } else {
    mismatch(name, expected, *value);
  }
  return std::nullopt;
}

std::optional<TimePoint> JsonFields::time(std::string_view name) {
  constexpr std::string_view kExpected = "a time such as 2026-01-31T12:00:00Z";
  const json::value* value = find(name);
  if (value == nullptr) return std::nullopt;
  const json::string* text = value->if_string();
  if (text == nullptr) {
    mismatch(name, kExpected, *value);
    return std::nullopt;
  }
  const Result<TimePoint> parsed = base::parse_utc(view(*text));
  if (parsed) return *parsed;
  problem(name, "expected " + std::string(kExpected));
  return std::nullopt;
}

std::optional<Secret> JsonFields::secret(std::string_view name, std::size_t size_min,
                                         std::size_t size_max) {
  const json::value* value = find(name);
  if (value == nullptr) return std::nullopt;
  const std::string expected = fmt::format("base64 of {}..{} bytes", size_min, size_max);
  const json::string* text = value->if_string();
  if (text == nullptr) {
    mismatch(name, expected, *value);
    return std::nullopt;
  }
  std::optional<Secret> decoded = base::base64_decode_secret(view(*text));
  if (!decoded) {
    problem(name, fmt::format("expected {}, found text that is not base64", expected));
    return std::nullopt;
  }
  if (decoded->size() < size_min || decoded->size() > size_max) {
    problem(name, fmt::format("expected {}, found {} bytes", expected, decoded->size()));
    return std::nullopt;
  }
  return decoded;
}

std::optional<std::vector<std::string>> JsonFields::texts(std::string_view name,
                                                          std::size_t count_max,
                                                          const TextRule& each) {
  const json::value* value = find(name);
  if (value == nullptr) return std::nullopt;
  const json::array* array = value->if_array();
  if (array == nullptr) {
    mismatch(name, "an array of text", *value);
    return std::nullopt;
  }
  if (array->size() > count_max) {
    problem(name, fmt::format("expected at most {} elements, found {}", count_max, array->size()));
    return std::nullopt;
  }
  std::vector<std::string> all;
  for (std::size_t i = 0; i < array->size(); ++i) {
    if (std::optional<std::string> fault = text_fault((*array)[i], each)) {
      if (problems_->size() < kProblemsMax) {
        problems_->push_back({fmt::format("{}/{}/{}", path_, pointer_token(name), i), *fault});
      }
      return std::nullopt;
    }
    all.emplace_back(view((*array)[i].get_string()));
  }
  return all;
}

std::optional<JsonFields> JsonFields::object(std::string_view name) {
  const json::value* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (!value->is_object()) {
    mismatch(name, "an object", *value);
    return std::nullopt;
  }
  return JsonFields(value->get_object(), policy_, *problems_, path_ + "/" + pointer_token(name));
}

std::optional<std::string> JsonFields::object_text(std::string_view name) {
  const json::value* value = find(name);
  if (value == nullptr) return std::nullopt;
  if (value->is_object()) return domain::to_json_text(*value);
  mismatch(name, "an object", *value);
  return std::nullopt;
}

std::optional<std::string> JsonFields::value_text(std::string_view name) {
  const json::value* value = find(name);
  if (value == nullptr) return std::nullopt;
  return domain::to_json_text(*value);
}

void JsonFields::finish() {
  if (policy_.unknown == UnknownFields::kIgnore) return;
  for (const auto& member : *object_) {
    const std::string_view name = view(member.key());
    if (std::find(known_.begin(), known_.end(), name) != known_.end()) continue;
    std::vector<std::string_view> names = known_;
    std::sort(names.begin(), names.end());
    names.erase(std::unique(names.begin(), names.end()), names.end());
    const std::optional<std::string> near =
        base::nearest(name, std::vector<std::string>(names.begin(), names.end()));
    const std::string hint = near ? fmt::format("did you mean '{}'? ", *near) : std::string();
    problem(name, fmt::format("no such field here; {}known: {}", hint, fmt::join(names, ", ")));
  }
}

}  // namespace berth::dialects
