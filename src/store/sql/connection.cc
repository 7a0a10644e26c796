#include "store/sql/connection.h"

#include "base/codec.h"
#include "store/sql/row_memo.h"

namespace berth::store::sql {
namespace {

Result<void> check_texts(std::span<const Value> values) {
  for (const Value& value : values) {
    const std::string_view* text = value.text();
    if (text == nullptr) continue;
    if (text->find('\0') != std::string_view::npos) {
      return Fail(ErrorKind::kInvalid, "a text holds a NUL byte", "leave the NUL byte out");
    }
    if (!base::is_utf8(*text)) {
      return Fail(ErrorKind::kInvalid, "a text is not valid UTF-8", "send it as UTF-8");
    }
  }
  return {};
}

void replace_all(std::string& text, std::string_view from, std::string_view to) {
  for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at)) {
    text.replace(at, from.size(), to);
    at += to.size();
  }
}

}  // namespace

bool can_be_stored(std::string_view text) {
  return text.find('\0') == std::string_view::npos && base::is_utf8(text);
}

Connection::Connection() : memo_(std::make_unique<RowMemo>()) {}
Connection::~Connection() = default;

Result<Cursor> Connection::start(Sql sql, std::span<const Value> values, bool lasting) {
  Result<void> valid = check_texts(values);
  if (!valid) return Fail(std::move(valid).error());
  BERTH_TRY(Statement * statement, prepare(sql));
  Result<void> started = statement->start(values, lasting);
  if (!started) {
    statement->reset();
    return Fail(std::move(started).error());
  }
  return Cursor(statement);
}

Result<Cursor> Connection::run(Sql sql, std::initializer_list<Value> values) {
  return start(sql, std::span(values.begin(), values.size()), false);
}

Result<bool> Connection::execute(Sql sql, std::initializer_list<Value> values) {
  BERTH_TRY(Cursor cursor, start(sql, std::span(values.begin(), values.size()), true));
  BERTH_TRY(const bool any, cursor.next());
  bool more = any;
  while (more) {
    BERTH_TRY(more, cursor.next());
  }
  return any;
}

Result<bool> Connection::change(Sql sql, std::initializer_list<Value> values) {
  BERTH_TRY(Cursor cursor, start(sql, std::span(values.begin(), values.size()), true));
  bool more = true;
  while (more) {
    BERTH_TRY(more, cursor.next());
  }
  return cursor.changed() > 0;
}

std::string fill_words(std::string_view script, const SchemaWords& words) {
  std::string filled(script);
  replace_all(filled, "{{text}}", words.text);
  replace_all(filled, "{{serial}}", words.serial);
  replace_all(filled, "{{lasting_serial}}", words.lasting_serial);
  replace_all(filled, "{{clustered}}", words.clustered);
  return filled;
}

}  // namespace berth::store::sql
