#include "hub/record_filter.h"

#include "hub/json_text.h"

#include <fmt/format.h>

#include <compare>
#include <optional>
#include <utility>

namespace berth::hub {
namespace {

namespace json = boost::json;
using Compare = domain::ValueTest::Compare;

std::vector<std::string> levels_of(std::string_view field) {
  std::vector<std::string> levels;
  while (!field.empty()) {
    const std::size_t dot = field.find('.');
    levels.emplace_back(field.substr(0, dot));
    field = dot == std::string_view::npos ? std::string_view() : field.substr(dot + 1);
  }
  return levels;
}

const json::value* field_of(const json::value& data, const std::vector<std::string>& path) {
  const json::value* at = &data;
  for (const std::string& level : path) {
    const json::object* object = at->if_object();
    at = object == nullptr ? nullptr : object->if_contains(json_view(level));
    if (at == nullptr) return nullptr;
  }
  return at;
}

std::optional<double> number(const json::value& value) {
  if (value.is_int64()) return static_cast<double>(value.get_int64());
  if (value.is_uint64()) return static_cast<double>(value.get_uint64());
  if (value.is_double()) return value.get_double();
  return std::nullopt;
}

std::partial_ordering order(const json::value& left, const json::value& right) {
  if (left.is_int64() && right.is_int64()) return left.get_int64() <=> right.get_int64();
  const std::optional<double> a = number(left);
  const std::optional<double> b = number(right);
  if (a && b) return *a <=> *b;
  if (left.is_string() && right.is_string()) {
    return view(left.get_string()) <=> view(right.get_string());
  }
  return left == right ? std::partial_ordering::equivalent : std::partial_ordering::unordered;
}

bool holds(Compare compare, std::partial_ordering order) {
  switch (compare) {
    case Compare::kEqual:
      return order == 0;
    case Compare::kLess:
      return order < 0;
    case Compare::kLessEqual:
      return order <= 0;
    case Compare::kGreater:
      return order > 0;
    case Compare::kGreaterEqual:
      return order >= 0;
  }
  return false;
}

}  // namespace

Result<DataTests> DataTests::read(const domain::RecordFilter& filter) {
  if (filter.tests.size() > kValueTestsMax || filter.field.size() > kFieldBytesMax) {
    return Fail(ErrorKind::kInvalid, fmt::format("more than {} tests, or a field of over {} bytes",
                                                 kValueTestsMax, kFieldBytesMax));
  }
  DataTests tests;
  tests.path_ = levels_of(filter.field);
  for (const domain::ValueTest& each : filter.tests) {
    Result<json::value> value = read_json(each.value, {.any_integer = true});
    if (!value) return Fail(std::move(value).error());
    tests.tests_.push_back({each.compare, *std::move(value)});
  }
  return tests;
}

bool DataTests::pass(std::string_view data) const {
  if (tests_.empty()) return true;
  const Result<json::value> value = read_json(data, {.any_integer = true});
  if (!value) return false;
  const json::value* field = field_of(*value, path_);
  if (field == nullptr) return false;
  for (const Test& each : tests_) {
    if (!holds(each.compare, order(*field, each.value))) return false;
  }
  return true;
}

}  // namespace berth::hub
