#include "store/postgres/tests/schema_database.h"

#include "store/postgres/connection.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <libpq-fe.h>

#include <atomic>
#include <cstdlib>
#include <unistd.h>

namespace berth::store::postgres {

std::string test_url() {
  const char* url = std::getenv("BERTH_TEST_POSTGRES");
  return url == nullptr ? "" : url;
}

void run_command(const std::string& command) {
  PGconn* connection = PQconnectdb(test_url().c_str());
  ASSERT_EQ(PQstatus(connection), CONNECTION_OK) << PQerrorMessage(connection);
  PQsetNoticeProcessor(
      connection, [](void*, const char*) {}, nullptr);
  PGresult* result = PQexec(connection, command.c_str());
  const ExecStatusType status = PQresultStatus(result);
  EXPECT_TRUE(status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK)
      << PQerrorMessage(connection);
  PQclear(result);
  PQfinish(connection);
}

SchemaDatabase::SchemaDatabase(bool inline_runner) : inline_(inline_runner) {
  static std::atomic<int> next{1};
  schema_ = fmt::format("berth_test_{}_{}", ::getpid(), next++);
  run_command(fmt::format("CREATE ROLE {0} LOGIN; CREATE SCHEMA {0} AUTHORIZATION {0}", schema_));
}

SchemaDatabase::~SchemaDatabase() {
  run_command(fmt::format("DROP OWNED BY {0} CASCADE; DROP ROLE {0}", schema_));
}

std::string SchemaDatabase::url() const {
  const std::string url = test_url();
  return fmt::format("{}{}user={}&options=-csearch_path%3D{}", url,
                     url.find('?') == std::string::npos ? '?' : '&', schema_, schema_);
}

Result<std::unique_ptr<sql::Connection>> SchemaDatabase::connect() {
  Settings settings;
  settings.url = url();
  return Connection::open(settings);
}

Result<std::unique_ptr<Store>> SchemaDatabase::open(StoreOptions options, const Clock& clock) {
  options.url = url();
  options.inline_runner = inline_;
  options.postgres_connections = 4;
  return store::open(std::move(options), clock);
}

void SchemaDatabase::forbid_connections() {
  run_command(fmt::format("ALTER ROLE {} NOLOGIN", schema_));
}

void SchemaDatabase::allow_connections() {
  run_command(fmt::format("ALTER ROLE {} LOGIN", schema_));
}

}  // namespace berth::store::postgres
