// The little that repositories need of a database: run a statement, read its rows, keep a
// transaction. SQL is written once, in what SQLite 3.40 and PostgreSQL 15 share, with $1
// placeholders; a driver implements Statement and Connection.
//
// Room store/sql. SQL reaches a driver only as a literal (class Sql), so no input can ever become
// part of a statement. Texts are bound as values; one with a NUL byte or broken UTF-8 is refused
// (kInvalid), because PostgreSQL could not keep it. Errors: kUnavailable (try later), kInternal.
// Thread rule: a Connection and its Cursors belong to one thread at a time.
#pragma once

#include "base/clock.h"
#include "base/result.h"

#include <cstdint>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>

namespace berth::store::sql {

// What a device sent may be anything; what cannot be a parameter is simply not in the database.
bool can_be_stored(std::string_view text);

// A statement, known at compile time. Statements are prepared once per connection and found again
// by the literal's address.
class Sql {
 public:
  consteval Sql(const char* literal) : text_(literal) {}
  constexpr const char* text() const { return text_; }

 private:
  const char* text_;
};

// A parameter. Views its text, which must live until run() returns.
class Value {
 public:
  Value(std::int64_t number) : value_(number) {}
  Value(std::uint64_t number) : value_(static_cast<std::int64_t>(number)) {}
  Value(TimePoint time) : value_(base::to_unix_micros(time)) {}
  Value(std::string_view text) : value_(text) {}
  Value(const std::string& text) : value_(std::string_view(text)) {}
  Value(const char* text) : value_(std::string_view(text)) {}

  const std::int64_t* number() const { return std::get_if<std::int64_t>(&value_); }
  const std::string_view* text() const { return std::get_if<std::string_view>(&value_); }

 private:
  std::variant<std::int64_t, std::string_view> value_;
};

// A prepared statement of one driver. Columns count from 0; a column's text is valid until the next
// call of next() or reset().
class Statement {
 public:
  virtual ~Statement() = default;
  // Binds and starts. `values` and the texts they view stay until reset() when `lasting`; otherwise
  // they are copied if the driver needs them later.
  virtual Result<void> start(std::span<const Value> values, bool lasting) = 0;
  // Whether there is another row.
  virtual Result<bool> next() = 0;
  virtual bool is_null(int column) const = 0;
  virtual std::int64_t number(int column) const = 0;
  virtual std::string_view text(int column) const = 0;
  // Rows inserted, updated or deleted, once next() has said that there is no other row.
  virtual std::uint64_t changed() const = 0;
  // Makes the statement ready for the next start().
  virtual void reset() = 0;
};

// A running statement; resets it when it goes out of scope.
class Cursor {
 public:
  explicit Cursor(Statement* statement) : statement_(statement) {}
  Cursor(Cursor&& other) noexcept : statement_(other.statement_) { other.statement_ = nullptr; }
  Cursor& operator=(Cursor&&) = delete;
  Cursor(const Cursor&) = delete;
  Cursor& operator=(const Cursor&) = delete;
  ~Cursor() {
    if (statement_ != nullptr) statement_->reset();
  }

  Result<bool> next() { return statement_->next(); }
  bool is_null(int column) const { return statement_->is_null(column); }
  std::int64_t number(int column) const { return statement_->number(column); }
  std::uint64_t count(int column) const { return static_cast<std::uint64_t>(number(column)); }
  TimePoint time(int column) const { return base::from_unix_micros(number(column)); }
  std::string_view text(int column) const { return statement_->text(column); }
  std::string string(int column) const { return std::string(statement_->text(column)); }
  std::uint64_t changed() const { return statement_->changed(); }

 private:
  Statement* statement_;
};

enum class Access {
  kRead,    // one snapshot for all that follows
  kWrite,   // may write
  kSchema,  // may change tables; nobody else does at the same time
};

enum class Table { kRegistrations, kDevices };

class RowMemo;

class Connection {
 public:
  Connection();
  virtual ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  Result<Cursor> run(Sql sql, std::initializer_list<Value> values);
  // Runs to the end; whether there was at least one row (of RETURNING).
  Result<bool> execute(Sql sql, std::initializer_list<Value> values);
  // Runs to the end; whether it changed at least one row. RETURNING says the same, but SQLite makes
  // a table of its own for the rows of each run.
  Result<bool> change(Sql sql, std::initializer_list<Value> values);

  virtual Result<void> begin(Access access) = 0;
  virtual Result<void> commit() = 0;
  // Gives up the transaction, if there is one; cannot fail.
  virtual void rollback() = 0;

  // Until the transaction ends, nobody else writes to the table: what a check "nobody uses it"
  // needs before a removal. Waits for writers under way.
  virtual Result<void> freeze(Table table) = 0;
  // Until the transaction ends, nobody else holds a lock of that name. Waits for those who do.
  virtual Result<void> lock(std::string_view name) = 0;

  // Several statements without parameters, for migrations; the words of SchemaWords in double
  // braces stand for those of the system.
  virtual Result<void> script(std::string_view statements) = 0;
  // Whether a table of that name exists.
  virtual Result<bool> has_table(std::string_view name) = 0;
  // "sqlite" or "postgresql".
  virtual std::string_view kind() const = 0;

  // Of rows that this connection has read.
  RowMemo& memo() { return *memo_; }

 protected:
  // Prepared on first use, kept as long as the connection.
  virtual Result<Statement*> prepare(Sql sql) = 0;

 private:
  Result<Cursor> start(Sql sql, std::span<const Value> values, bool lasting);

  const std::unique_ptr<RowMemo> memo_;
};

struct SchemaWords {
  std::string_view text;            // a text that orders by bytes
  std::string_view serial;          // a primary key that ascends
  std::string_view lasting_serial;  // the same, and the number of a removed row never comes again
  std::string_view clustered;       // behind a table of small rows: it is its primary key's index
};
// `script` with {{text}}, {{serial}}, … replaced.
std::string fill_words(std::string_view script, const SchemaWords& words);

}  // namespace berth::store::sql
