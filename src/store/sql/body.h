// The `body` column: what is not queried of a record, as one JSON object. A writer that leaves out
// what is empty, and a reader that checks the shape of every field and never throws.
//
// Room store/sql. A missing field reads as its default, so that a later version may add fields
// without rewriting rows; a field of the wrong shape is an error (kInternal) that names record and
// field, never its value.
// Thread rule: plain values.
#pragma once

#include "base/codec.h"
#include "base/result.h"
#include "domain/records.h"

#include <boost/json/monotonic_resource.hpp>
#include <boost/json/object.hpp>

#include <array>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace berth::store::sql {

class BodyArray;

// Writes text as it goes: a tree of values would cost a commit more than its SQL. No name twice.
class BodyWriter {
 public:
  BodyWriter() {
    text_.reserve(512);
    text_ = '{';
  }
  void text(std::string_view name, std::string_view value);
  // Kept when it is empty, left out when there is none.
  void optional_text(std::string_view name, const std::optional<std::string>& value);
  void number(std::string_view name, std::int64_t value);
  void flag(std::string_view name, bool value);
  void time(std::string_view name, const std::optional<TimePoint>& value);
  void bytes(std::string_view name, std::span<const std::uint8_t> value);
  // Left out when it is empty.
  void array(std::string_view name, BodyArray value);
  void object(std::string_view name, BodyWriter value);
  // The writer is used up.
  std::string finish();

 private:
  void begin(std::string_view name);

  std::string text_;
};

class BodyArray {
 public:
  BodyArray() { text_ = '['; }
  void add(BodyWriter object);
  void add(std::string_view text);
  bool empty() const { return text_.size() == 1; }
  // The array is used up.
  std::string finish();

 private:
  void begin();

  std::string text_;
};

class BodyReader {
 public:
  // `record` names the record in errors: "scope 0ne000000AB".
  BodyReader(std::string_view body, std::string record);
  // Likewise, as "scope" and the id; both stay where they are as long as the reader.
  BodyReader(std::string_view body, std::string_view kind, const std::string& id);
  BodyReader(std::string_view body, std::string_view kind, std::string&& id) = delete;
  BodyReader(const BodyReader&) = delete;
  BodyReader& operator=(const BodyReader&) = delete;

  std::string text(std::string_view name);
  std::optional<std::string> optional_text(std::string_view name);
  std::int64_t number(std::string_view name, std::int64_t fallback = 0);
  bool flag(std::string_view name, bool fallback);
  std::optional<TimePoint> time(std::string_view name);
  base::Bytes bytes(std::string_view name);
  bool has(std::string_view name) const;
  // Calls `read` with a reader of each object of the array, or of the object.
  void each(std::string_view name, const std::function<void(BodyReader&)>& read);
  void within(std::string_view name, const std::function<void(BodyReader&)>& read);
  std::vector<std::string> texts(std::string_view name);
  // The enumerator that `parse` finds for the text; `fallback` when the field is missing.
  template <class Enum, class Parse>
  Enum choice(std::string_view name, Parse parse, Enum fallback) {
    const std::optional<std::string_view> word = view(name);
    if (!word) return fallback;
    const std::optional<Enum> value = parse(*word);
    if (!value) fail(name, "a known word");
    return value.value_or(fallback);
  }

  void fail(std::string_view name, std::string_view expected);
  // The first thing that was wrong, if any.
  Result<void> done() const;

 private:
  BodyReader(const boost::json::object& object, BodyReader& parent, std::string path);
  void parse(std::string_view body);
  const boost::json::value* find(std::string_view name) const;
  // A text where it is.
  std::optional<std::string_view> view(std::string_view name);
  std::string record() const;

  std::string record_;
  std::string_view kind_;
  std::string_view id_;
  // What is read lives here, and grows beyond only when it is large.
  std::array<unsigned char, 2048> buffer_;
  boost::json::monotonic_resource memory_{buffer_.data(), buffer_.size()};
  boost::json::value value_ =
      boost::json::value(boost::json::storage_ptr(&memory_));  // of the outermost reader
  const boost::json::object* object_ = nullptr;
  BodyReader* parent_ = nullptr;
  std::string path_;
  std::optional<Error> error_;
};

}  // namespace berth::store::sql
