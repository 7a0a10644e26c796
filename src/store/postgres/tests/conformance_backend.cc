// The conformance suite on PostgreSQL: when BERTH_TEST_POSTGRES holds the URL of a database in
// which it may make schemas. Each test has a schema of its own.
#include "store/conformance/backend.h"

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <libpq-fe.h>

#include <atomic>
#include <cstdlib>
#include <unistd.h>

namespace berth::store::postgres {
namespace {

std::string test_url() {
  const char* url = std::getenv("BERTH_TEST_POSTGRES");
  return url == nullptr ? "" : url;
}

void run(const std::string& command) {
  PGconn* connection = PQconnectdb(test_url().c_str());
  ASSERT_EQ(PQstatus(connection), CONNECTION_OK) << PQerrorMessage(connection);
  PQsetNoticeProcessor(
      connection, [](void*, const char*) {}, nullptr);
  PGresult* result = PQexec(connection, command.c_str());
  EXPECT_EQ(PQresultStatus(result), PGRES_COMMAND_OK) << PQerrorMessage(connection);
  PQclear(result);
  PQfinish(connection);
}

class SchemaDatabase final : public conformance::Database {
 public:
  explicit SchemaDatabase(bool inline_runner) : inline_(inline_runner) {
    static std::atomic<int> next{1};
    schema_ = fmt::format("berth_test_{}_{}", ::getpid(), next++);
    run(fmt::format("CREATE SCHEMA {}", schema_));
  }
  ~SchemaDatabase() override { run(fmt::format("DROP SCHEMA {} CASCADE", schema_)); }

  Result<std::unique_ptr<Store>> open(StoreOptions options, const Clock& clock) override {
    const std::string url = test_url();
    options.url = fmt::format("{}{}options=-csearch_path%3D{}", url,
                              url.find('?') == std::string::npos ? '?' : '&', schema_);
    options.inline_runner = inline_;
    options.postgres_connections = 4;
    return store::open(std::move(options), clock);
  }

 private:
  std::string schema_;
  bool inline_;
};

std::string why_not() { return test_url().empty() ? "BERTH_TEST_POSTGRES is not set" : ""; }

const bool kThreads = conformance::add_backend(
    {"postgresql", true, [] { return std::make_unique<SchemaDatabase>(false); }, why_not()});
const bool kInline = conformance::add_backend(
    {"postgresql_inline", false, [] { return std::make_unique<SchemaDatabase>(true); }, why_not()});

}  // namespace
}  // namespace berth::store::postgres
