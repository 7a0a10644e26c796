#include "store/sql/body.h"

#include <boost/json/array.hpp>
#include <boost/json/parse.hpp>
#include <fmt/format.h>

#include <cstring>

namespace berth::store::sql {
namespace json = boost::json;

namespace {

constexpr std::string_view kHexDigits = "0123456789abcdef";

bool is_plain(char c) { return static_cast<std::uint8_t>(c) >= 0x20 && c != '"' && c != '\\'; }

// The same of eight characters at once: nearly all are.
bool are_plain(const char* eight) {
  constexpr std::uint64_t kOnes = 0x0101010101010101;
  constexpr std::uint64_t kTops = kOnes * 0x80;
  std::uint64_t word = 0;
  std::memcpy(&word, eight, sizeof(word));
  // Subtracting borrows into the top bit of a byte that is smaller and has not that bit itself; a
  // byte above may borrow without cause, which only sends it to the slow way.
  const auto smaller = [](std::uint64_t bytes, std::uint64_t than) {
    return (bytes - kOnes * than) & ~bytes & kTops;
  };
  const std::uint64_t quotes = word ^ (kOnes * '"');
  const std::uint64_t backslashes = word ^ (kOnes * '\\');
  return (smaller(word, 0x20) | smaller(quotes, 1) | smaller(backslashes, 1)) == 0;
}

void append_escape(std::string& out, char c) {
  constexpr std::string_view kLetters = "\"\"\\\\\bb\ff\nn\rr\tt";  // what, and its letter
  for (std::size_t i = 0; i < kLetters.size(); i += 2) {
    if (kLetters[i] != c) continue;
    out += '\\';
    out += kLetters[i + 1];
    return;
  }
  out += "\\u00";
  out += kHexDigits[static_cast<std::uint8_t>(c) >> 4];
  out += kHexDigits[static_cast<std::uint8_t>(c) & 15];
}

void append_text(std::string& out, std::string_view text) {
  out += '"';
  std::size_t written = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    while (text.size() - i > 8 && are_plain(text.data() + i)) i += 8;
    if (is_plain(text[i])) continue;
    out += text.substr(written, i - written);
    append_escape(out, text[i]);
    written = i + 1;
  }
  out += text.substr(written);
  out += '"';
}

void append_number(std::string& out, std::int64_t value) {
  const fmt::format_int digits(value);
  out.append(digits.data(), digits.size());
}

}  // namespace

// Names are our own words and need no escapes.
void BodyWriter::begin(std::string_view name) {
  text_ += text_.size() == 1 ? "\"" : ",\"";
  text_ += name;
  text_ += "\":";
}

void BodyWriter::text(std::string_view name, std::string_view value) {
  if (value.empty()) return;
  begin(name);
  append_text(text_, value);
}

void BodyWriter::optional_text(std::string_view name, const std::optional<std::string>& value) {
  if (!value) return;
  begin(name);
  append_text(text_, *value);
}

void BodyWriter::number(std::string_view name, std::int64_t value) {
  begin(name);
  append_number(text_, value);
}

void BodyWriter::flag(std::string_view name, bool value) {
  begin(name);
  text_ += value ? "true" : "false";
}

void BodyWriter::time(std::string_view name, const std::optional<TimePoint>& value) {
  if (value) number(name, base::to_unix_micros(*value));
}

void BodyWriter::bytes(std::string_view name, std::span<const std::uint8_t> value) {
  text(name, base::base64_encode(value));
}

void BodyWriter::array(std::string_view name, BodyArray value) {
  if (value.empty()) return;
  begin(name);
  text_ += value.finish();
}

void BodyWriter::object(std::string_view name, BodyWriter value) {
  begin(name);
  text_ += value.finish();
}

std::string BodyWriter::finish() {
  text_ += '}';
  return std::move(text_);
}

void BodyArray::begin() {
  if (!empty()) text_ += ',';
}

void BodyArray::add(BodyWriter object) {
  begin();
  text_ += object.finish();
}

void BodyArray::add(std::string_view text) {
  begin();
  append_text(text_, text);
}

std::string BodyArray::finish() {
  text_ += ']';
  return std::move(text_);
}

BodyReader::BodyReader(std::string_view body, std::string record) : record_(std::move(record)) {
  parse(body);
}

BodyReader::BodyReader(std::string_view body, std::string_view kind, const std::string& id)
    : kind_(kind), id_(id) {
  parse(body);
}

void BodyReader::parse(std::string_view body) {
  json::error_code error;
  json::parse_options options;
  options.max_depth = 8;
  value_ = json::parse(body, error, &memory_, options);
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
                 fmt::format("the store's record of {} cannot be read: /{}: expected {}", record(),
                             name, expected),
                 "the database was changed from outside or is damaged; restore a backup"};
}

std::string BodyReader::record() const {
  return kind_.empty() ? record_ : fmt::format("{} {}", kind_, id_);
}

Result<void> BodyReader::done() const {
  if (error_) return Fail(*error_);
  return {};
}

const json::value* BodyReader::find(std::string_view name) const {
  return object_ == nullptr ? nullptr : object_->if_contains(name);
}

bool BodyReader::has(std::string_view name) const { return find(name) != nullptr; }

std::optional<std::string_view> BodyReader::view(std::string_view name) {
  const json::value* value = find(name);
  if (value == nullptr) return std::nullopt;
  const json::string* text = value->if_string();
  if (text == nullptr) {
    fail(name, "a string");
    return std::nullopt;
  }
  return std::string_view(text->data(), text->size());
}

std::optional<std::string> BodyReader::optional_text(std::string_view name) {
  const std::optional<std::string_view> text = view(name);
  if (!text) return std::nullopt;
  return std::string(*text);
}

std::string BodyReader::text(std::string_view name) {
  return std::string(view(name).value_or(std::string_view()));
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
  const std::optional<std::string_view> text = view(name);
  if (!text) return {};
  std::optional<base::Bytes> bytes = base::base64_decode(*text);
  if (!bytes) fail(name, "base64");
  return std::move(bytes).value_or(base::Bytes());
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
