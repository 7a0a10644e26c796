// A role and a schema of a test's own in the database that BERTH_TEST_POSTGRES names. The URL's
// role must be a superuser, and roles without password must be let in (`trust`).
//
// Room store/postgres tests. Thread rule: the test's main thread, but open(): any.
#pragma once

#include "store/conformance/backend.h"

#include <string>

namespace berth::store::postgres {

// Empty: not set.
std::string test_url();

// On a connection of its own, whatever happens to the store's.
void run_command(const std::string& command);

class SchemaDatabase final : public conformance::Database {
 public:
  explicit SchemaDatabase(bool inline_runner);
  ~SchemaDatabase() override;

  Result<std::unique_ptr<Store>> open(StoreOptions options, const Clock& clock) override;
  Result<std::unique_ptr<sql::Connection>> connect() override;
  // Also the name of the role.
  const std::string& schema() const { return schema_; }

  // As if the server were gone, for the store only: its role may not log in.
  void forbid_connections();
  void allow_connections();

 private:
  std::string url() const;

  std::string schema_;
  bool inline_;
};

}  // namespace berth::store::postgres
