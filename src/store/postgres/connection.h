// One PostgreSQL connection over libpq: prepared statements, binary results, and what went wrong
// last, in the terms a runner decides by.
//
// Room store/postgres. Blocks; belongs to a thread of the store, never to an io_context. A host
// list in the URL is libpq's; the one that accepts writes is chosen unless the URL says otherwise.
// Thread rule: one thread at a time.
#pragma once

#include "store/sql/connection.h"

#include <chrono>
#include <memory>
#include <string>
#include <unordered_map>

struct pg_conn;
struct pg_result;

namespace berth::store::postgres {

struct Settings {
  std::string url;
  std::chrono::milliseconds connect_timeout{5000};
  std::chrono::milliseconds statement_timeout{10'000};
};

// What the last error means for the unit that met it.
enum class Failure {
  kNone,
  kStatement,  // the statement is at fault; running it again will not help
  kRace,       // serialization failure or deadlock: run it again
  kLost,       // the connection is gone, or its server no longer takes writes
};

class Connection final : public sql::Connection {
 public:
  // kInvalid (the URL), kUnavailable (cannot connect), kConflict (not UTF-8). Errors name neither
  // the URL nor a password.
  static Result<std::unique_ptr<Connection>> open(const Settings& settings);
  ~Connection() override;

  Result<void> begin(sql::Access access) override;
  Result<void> commit() override;
  void rollback() override;
  Result<void> freeze(sql::Table table) override;
  Result<void> lock(std::string_view name) override;
  Result<void> script(std::string_view statements) override;
  Result<bool> has_table(std::string_view name) override;
  std::string_view kind() const override { return "postgresql"; }

  // Of the transaction under way: its commit need not wait for the disk.
  Result<void> relax_durability();

  Failure failure() const { return failure_; }
  void forget_failure() { failure_ = Failure::kNone; }
  bool lost() const { return failure_ == Failure::kLost; }

 protected:
  Result<sql::Statement*> prepare(sql::Sql sql) override;

 private:
  class Statement;
  struct ResultFree {
    void operator()(pg_result* result) const;
  };
  using ResultPointer = std::unique_ptr<pg_result, ResultFree>;

  explicit Connection(pg_conn* connection);
  Result<void> set_up(const Settings& settings);
  Result<std::string> show(const std::string& command);
  Result<void> simple(const std::string& command);
  // Success, or the error in words; sets failure_.
  Result<void> check(const pg_result* result);

  pg_conn* connection_;
  Failure failure_ = Failure::kNone;
  std::unordered_map<const char*, std::unique_ptr<Statement>> statements_;
};

}  // namespace berth::store::postgres
