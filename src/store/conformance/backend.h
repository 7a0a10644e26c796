// What the conformance suite runs on. Each driver's tests add a Backend; every test of the suite is
// then run on each, and the run says at its end which stores it ran on and which it did not.
//
// Room store/conformance. Thread rule: the main thread of the test program.
#pragma once

#include "store/sql/connection.h"
#include "store/store.h"

#include <functional>
#include <memory>
#include <ostream>
#include <string>
#include <vector>

namespace berth::store::conformance {

// A database of its own, empty at first; opened as often as the test likes, removed at the end.
class Database {
 public:
  virtual ~Database() = default;
  // `options.url` and inline_runner are the database's own; the rest is the test's.
  virtual Result<std::unique_ptr<Store>> open(StoreOptions options, const Clock& clock) = 0;
  // The driver's connection alone, without a look at the schema.
  virtual Result<std::unique_ptr<sql::Connection>> connect() = 0;
};

struct Backend {
  std::string name;     // letters and digits
  bool threads = true;  // false: the inline runner
  std::function<std::unique_ptr<Database>()> make;
  std::string skipped;  // why it cannot run here; empty: it can
};

inline void PrintTo(const Backend& backend, std::ostream* out) { *out << backend.name; }

// Called by the drivers' tests, before main.
bool add_backend(Backend backend);
std::vector<Backend> runnable_backends();
// For the report at the end.
void count_test(const std::string& backend);

}  // namespace berth::store::conformance
