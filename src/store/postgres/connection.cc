#include "store/postgres/connection.h"

#include "base/check.h"
#include "base/codec.h"

#include <fmt/format.h>
#include <libpq-fe.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <vector>

namespace berth::store::postgres {
namespace {

// Any number that other programs in the same database are unlikely to use.
constexpr std::string_view kMigrationLock = "SELECT pg_advisory_xact_lock(4774451407313061736)";
constexpr std::size_t kMessageBytesMax = 300;
constexpr sql::SchemaWords kWords{
    .text = "TEXT COLLATE \"C\"",
    .serial = "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
    .lasting_serial = "BIGINT GENERATED ALWAYS AS IDENTITY PRIMARY KEY",
    .clustered = "",
};

std::string message_of(const char* text) {
  std::string message = base::printable(text == nullptr ? "" : text, kMessageBytesMax);
  while (!message.empty() && (message.back() == '?' || message.back() == ' ')) message.pop_back();
  return message;
}

bool is_one_of(std::string_view state, std::initializer_list<std::string_view> states) {
  return std::find(states.begin(), states.end(), state) != states.end();
}

// SQLSTATE, https://www.postgresql.org/docs/15/errcodes-appendix.html
Failure failure_of(std::string_view state) {
  if (is_one_of(state, {"40001", "40P01"})) return Failure::kRace;
  // Class 08: connection; 57P0x: the server is stopping or starting; 25006: read-only, so it has
  // become a standby.
  if (state.starts_with("08") || state.starts_with("57P0") || state == "25006") {
    return Failure::kLost;
  }
  return Failure::kStatement;
}

struct Class {
  ErrorKind kind;
  std::string_view mend;
};

Class classify(std::string_view state) {
  // Statements look up what they refer to in the value itself, and find NULL.
  if (state == "23502") return {ErrorKind::kNotFound, "read again and repeat"};
  if (state.starts_with("23")) return {ErrorKind::kConflict, "read again and repeat"};
  if (state == "42501") {
    return {ErrorKind::kUnavailable, "let the server's database user own its database"};
  }
  if (state.starts_with("53")) {
    return {ErrorKind::kUnavailable, "give PostgreSQL more disk, memory or connections"};
  }
  if (state == "57014") return {ErrorKind::kUnavailable, "try again; look for long transactions"};
  if (failure_of(state) != Failure::kStatement) return {ErrorKind::kUnavailable, "try again"};
  return {ErrorKind::kInternal, "report this as a bug"};
}

// Values in the formats that need no knowledge of the parameter's type: numbers as decimal text,
// texts as bytes.
class Parameters {
 public:
  explicit Parameters(std::span<const sql::Value> values) {
    numbers_.reserve(values.size());
    for (const sql::Value& value : values) {
      if (const std::int64_t* number = value.number()) {
        numbers_.push_back(std::to_string(*number));
        add(numbers_.back(), 0);
      } else {
        add(*value.text(), 1);
      }
    }
  }
  int count() const { return static_cast<int>(values_.size()); }
  const char* const* values() const { return values_.data(); }
  const int* lengths() const { return lengths_.data(); }
  const int* formats() const { return formats_.data(); }

 private:
  void add(std::string_view text, int format) {
    values_.push_back(text.data() == nullptr ? "" : text.data());
    lengths_.push_back(static_cast<int>(text.size()));
    formats_.push_back(format);
  }

  std::vector<std::string> numbers_;
  std::vector<const char*> values_;
  std::vector<int> lengths_;
  std::vector<int> formats_;
};

constexpr int kBinary = 1;

}  // namespace

void Connection::ResultFree::operator()(pg_result* result) const { PQclear(result); }

// libpq hands over a result whole; next() walks through it.
class Connection::Statement final : public sql::Statement {
 public:
  Statement(Connection& owner, std::string name) : owner_(owner), name_(std::move(name)) {}

  Result<void> start(std::span<const sql::Value> values, bool) override {
    BERTH_CHECK(!running_);  // the same literal inside its own loop
    running_ = true;
    row_ = -1;
    const Parameters parameters(values);
    result_.reset(PQexecPrepared(owner_.connection_, name_.c_str(), parameters.count(),
                                 parameters.values(), parameters.lengths(), parameters.formats(),
                                 kBinary));
    return owner_.check(result_.get());
  }
  Result<bool> next() override { return ++row_ < PQntuples(result_.get()); }
  bool is_null(int column) const override { return PQgetisnull(result_.get(), row_, column) != 0; }
  // Big-endian; BIGINT and count(*) have 8 bytes, an integer literal has 4.
  std::int64_t number(int column) const override {
    std::uint64_t bits = 0;
    const std::string_view bytes = text(column);
    for (const char byte : bytes) bits = (bits << 8) | static_cast<std::uint8_t>(byte);
    return bytes.size() == 4 ? static_cast<std::int32_t>(bits) : static_cast<std::int64_t>(bits);
  }
  std::string_view text(int column) const override {
    return {PQgetvalue(result_.get(), row_, column),
            static_cast<std::size_t>(PQgetlength(result_.get(), row_, column))};
  }
  std::uint64_t changed() const override {
    return std::strtoull(PQcmdTuples(result_.get()), nullptr, 10);
  }
  void reset() override {
    result_.reset();
    running_ = false;
  }

 private:
  Connection& owner_;
  const std::string name_;
  ResultPointer result_;
  int row_ = -1;
  bool running_ = false;
};

Connection::Connection(pg_conn* connection) : connection_(connection) {}

Connection::~Connection() {
  statements_.clear();
  PQfinish(connection_);
}

Result<std::unique_ptr<Connection>> Connection::open(const Settings& settings) {
  // What comes before "dbname" (the URL) gives way to it, what comes after overrides it.
  const auto seconds = std::chrono::ceil<std::chrono::seconds>(settings.connect_timeout);
  const std::string timeout = std::to_string(seconds.count());
  const std::string user_timeout = std::to_string(settings.statement_timeout.count() * 2);
  const std::array<const char*, 8> keywords{
      "connect_timeout",      "tcp_user_timeout", "keepalives_idle", "fallback_application_name",
      "target_session_attrs", "dbname",           "client_encoding", nullptr};
  const std::array<const char*, 8> values{timeout.c_str(), user_timeout.c_str(), "30",   "berth",
                                          "read-write",    settings.url.c_str(), "UTF8", nullptr};
  std::unique_ptr<Connection> connection(
      new Connection(PQconnectdbParams(keywords.data(), values.data(), 1)));
  if (PQstatus(connection->connection_) != CONNECTION_OK) {
    return Fail(ErrorKind::kUnavailable,
                fmt::format("store: cannot connect to PostgreSQL: {}",
                            message_of(PQerrorMessage(connection->connection_))),
                "check that the server runs, and host, port, user and password in the URL");
  }
  Result<void> ready = connection->set_up(settings);
  if (!ready) return Fail(std::move(ready).error());
  return connection;
}

Result<void> Connection::set_up(const Settings& settings) {
  PQsetNoticeProcessor(
      connection_, [](void*, const char*) {}, nullptr);
  BERTH_TRY(const std::string encoding, show("SHOW server_encoding"));
  if (encoding != "UTF8") {
    return Fail(ErrorKind::kConflict, fmt::format("the database has encoding {}", encoding),
                "make a database with encoding UTF8: createdb -E UTF8 -T template0 NAME");
  }
  BERTH_TRY(const std::string durability, show("SHOW synchronous_commit"));
  // Anything else waits for the local disk at least, and the operator may want more than "on".
  if (durability == "off") {
    Result<void> raised = simple("SET synchronous_commit = on");
    if (!raised) return raised;
  }
  const auto timeout = settings.statement_timeout.count();
  return simple(
      fmt::format("SET statement_timeout = {}; "
                  "SET idle_in_transaction_session_timeout = {}",
                  timeout, timeout * 2));
}

Result<void> Connection::check(const pg_result* result) {
  const ExecStatusType status = PQresultStatus(result);
  if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return {};
  const char* state_text =
      result == nullptr ? nullptr : PQresultErrorField(result, PG_DIAG_SQLSTATE);
  const bool gone = PQstatus(connection_) != CONNECTION_OK || state_text == nullptr;
  const std::string state = gone ? "08006" : state_text;
  failure_ = failure_of(state);
  const char* message =
      gone ? PQerrorMessage(connection_) : PQresultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  const Class found = classify(state);
  return Fail(found.kind, fmt::format("store: PostgreSQL {}: {}", state, message_of(message)),
              std::string(found.mend));
}

Result<void> Connection::simple(const std::string& command) {
  const ResultPointer result(PQexec(connection_, command.c_str()));
  return check(result.get());
}

Result<std::string> Connection::show(const std::string& command) {
  const ResultPointer result(PQexec(connection_, command.c_str()));
  Result<void> done = check(result.get());
  if (!done) return Fail(std::move(done).error());
  return std::string(PQntuples(result.get()) > 0 ? PQgetvalue(result.get(), 0, 0) : "");
}

Result<sql::Statement*> Connection::prepare(sql::Sql sql) {
  const auto found = statements_.find(sql.text());
  if (found != statements_.end()) return found->second.get();
  const std::string name = "b" + std::to_string(statements_.size() + 1);
  const ResultPointer result(PQprepare(connection_, name.c_str(), sql.text(), 0, nullptr));
  Result<void> done = check(result.get());
  if (!done) return Fail(std::move(done).error());
  auto statement = std::make_unique<Statement>(*this, name);
  sql::Statement* pointer = statement.get();
  statements_.emplace(sql.text(), std::move(statement));
  return pointer;
}

Result<void> Connection::begin(sql::Access access) {
  switch (access) {
    case sql::Access::kRead:
      return simple("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY");
    case sql::Access::kWrite:
      return simple("BEGIN ISOLATION LEVEL READ COMMITTED");
    case sql::Access::kSchema:
      break;
  }
  // Waits as long as another server migrates.
  return simple(
      fmt::format("BEGIN ISOLATION LEVEL READ COMMITTED; "
                  "SET LOCAL statement_timeout = 0; {}",
                  kMigrationLock));
}

Result<void> Connection::commit() { return simple("COMMIT"); }

void Connection::rollback() {
  if (PQtransactionStatus(connection_) == PQTRANS_IDLE) return;
  const Failure before = failure_;
  const Result<void> done = simple("ROLLBACK");
  if (done) failure_ = before;  // the reason for the rollback, not its success, is of interest
}

Result<void> Connection::freeze(sql::Table table) {
  switch (table) {
    case sql::Table::kRegistrations:
      return simple("LOCK TABLE registrations IN SHARE MODE");
    case sql::Table::kDevices:
      return simple("LOCK TABLE devices IN SHARE MODE");
  }
  return {};
}

Result<void> Connection::lock(std::string_view name) {
  Result<bool> held =
      execute("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))", {sql::Value(name)});
  if (!held) return Fail(std::move(held).error());
  return {};
}

Result<void> Connection::script(std::string_view statements) {
  return simple(sql::fill_words(statements, kWords));
}

Result<bool> Connection::has_table(std::string_view name) {
  return execute(
      "SELECT 1 FROM pg_catalog.pg_tables "
      "WHERE schemaname = current_schema() AND tablename = $1",
      {sql::Value(name)});
}

Result<void> Connection::relax_durability() { return simple("SET LOCAL synchronous_commit = off"); }

}  // namespace berth::store::postgres
