#include "store/sql/body.h"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <boost/json/serialize.hpp>
#include <fmt/format.h>

namespace berth::store::sql {
namespace json = boost::json;

void BodyWriter::text(std::string_view name, std::string_view value) {
  if (!value.empty()) object_.emplace(name, value);
}

void BodyWriter::optional_text(std::string_view name, const std::optional<std::string>& value) {
  if (value) object_.emplace(name, *value);
}

void BodyWriter::number(std::string_view name, std::int64_t value) { object_.emplace(name, value); }

void BodyWriter::flag(std::string_view name, bool value) { object_.emplace(name, value); }

void BodyWriter::time(std::string_view name, const std::optional<TimePoint>& value) {
  if (value) object_.emplace(name, base::to_unix_micros(*value));
}

void BodyWriter::bytes(std::string_view name, std::span<const std::uint8_t> value) {
  text(name, base::base64_encode(value));
}

void BodyWriter::array(std::string_view name, json::array value) {
  if (!value.empty()) object_.emplace(name, std::move(value));
}

void BodyWriter::object(std::string_view name, BodyWriter value) {
  object_.emplace(name, value.take());
}

std::string BodyWriter::finish() const { return json::serialize(object_); }

BodyReader::BodyReader(std::string_view body, std::string record) : record_(std::move(record)) {
  json::error_code error;
  json::parse_options options;
  options.max_depth = 8;
  value_ = json::parse(body, error, {}, options);
  object_ = error ? nullptr : value_.if_object();
  if (object_ == nullptr) fail("", "a JSON object");
}

BodyReader::BodyReader(const json::object& object, BodyReader& parent, std::string path)
    : object_(&object), parent_(&parent), path_(std::move(path)) {}

void BodyReader::fail(std::string_view name, std::string_view expected) {
  if (parent_ != nullptr) {
    parent_->fail(fmt::format("{}/{}", path_, name), expected);
    return;
  }
  if (error_) return;
  error_ = Error{ErrorKind::kInternal,
                 fmt::format("the store's record of {} cannot be read: /{}: expected {}", record_,
                             name, expected),
                 "the database was changed from outside or is damaged; restore a backup"};
}

Result<void> BodyReader::done() const {
  if (error_) return Fail(*error_);
  return {};
}

const json::value* BodyReader::find(std::string_view name) const {
  return object_ == nullptr ? nullptr : object_->if_contains(name);
}

bool BodyReader::has(std::string_view name) const { return find(name) != nullptr; }

std::optional<std::string> BodyReader::optional_text(std::string_view name) {
  const json::value* value = find(name);
  if (value == nullptr) return std::nullopt;
  const json::string* text = value->if_string();
  if (text == nullptr) {
    fail(name, "a string");
    return std::nullopt;
  }
  return std::string(text->data(), text->size());
}

std::string BodyReader::text(std::string_view name) {
  return optional_text(name).value_or(std::string());
}

std::int64_t BodyReader::number(std::string_view name, std::int64_t fallback) {
  const json::value* value = find(name);
  if (value == nullptr) return fallback;
  const std::int64_t* number = value->if_int64();
  if (number == nullptr) fail(name, "an integer");
  return number == nullptr ? fallback : *number;
}

bool BodyReader::flag(std::string_view name, bool fallback) {
  const json::value* value = find(name);
  if (value == nullptr) return fallback;
  const bool* flag = value->if_bool();
  if (flag == nullptr) fail(name, "true or false");
  return flag == nullptr ? fallback : *flag;
}

std::optional<TimePoint> BodyReader::time(std::string_view name) {
  if (!has(name)) return std::nullopt;
  return base::from_unix_micros(number(name));
}

base::Bytes BodyReader::bytes(std::string_view name) {
  std::optional<base::Bytes> bytes = base::base64_decode(text(name));
  if (!bytes) fail(name, "base64");
  return bytes.value_or(base::Bytes());
}

void BodyReader::each(std::string_view name, const std::function<void(BodyReader&)>& read) {
  const json::value* value = find(name);
  if (value == nullptr) return;
  const json::array* array = value->if_array();
  if (array == nullptr) return fail(name, "an array");
  for (std::size_t i = 0; i < array->size(); ++i) {
    const std::string path = fmt::format("{}/{}", name, i);
    const json::object* object = (*array)[i].if_object();
    if (object == nullptr) return fail(path, "an object");
    BodyReader reader(*object, *this, path);
    read(reader);
  }
}

void BodyReader::within(std::string_view name, const std::function<void(BodyReader&)>& read) {
  const json::value* value = find(name);
  if (value == nullptr) return;
  const json::object* object = value->if_object();
  if (object == nullptr) return fail(name, "an object");
  BodyReader reader(*object, *this, std::string(name));
  read(reader);
}

std::vector<std::string> BodyReader::texts(std::string_view name) {
  const json::value* value = find(name);
  std::vector<std::string> texts;
  if (value == nullptr) return texts;
  const json::array* array = value->if_array();
  if (array == nullptr) {
    fail(name, "an array");
    return texts;
  }
  for (const json::value& each : *array) {
    const json::string* text = each.if_string();
    if (text == nullptr) {
      fail(name, "an array of strings");
      return texts;
    }
    texts.emplace_back(text->data(), text->size());
  }
  return texts;
}

}  // namespace berth::store::sql
