// The conformance suite on SQLite: with threads on a file, and inline in memory.
#include "store/conformance/backend.h"
#include "store/sqlite/connection.h"
#include "store/sqlite/tests/temporary_folder.h"

#include <gtest/gtest.h>

namespace berth::store::sqlite {
namespace {

class FileDatabase final : public conformance::Database {
 public:
  explicit FileDatabase(bool inline_runner) : inline_(inline_runner) {}
  Result<std::unique_ptr<Store>> open(StoreOptions options, const Clock& clock) override {
    options.url = "sqlite:" + folder_.file("berth.db");
    options.inline_runner = inline_;
    return store::open(std::move(options), clock);
  }
  Result<std::unique_ptr<sql::Connection>> connect() override {
    Options options;
    options.path = folder_.file("berth.db");
    return Connection::open(options);
  }

 private:
  TemporaryFolder folder_{TemporaryFolder::Place::kMemory};  // durability has tests of its own
  bool inline_;
};

const bool kFile = conformance::add_backend(
    {"sqlite", true, [] { return std::make_unique<FileDatabase>(false); }, ""});
const bool kInline = conformance::add_backend(
    {"sqlite_inline", false, [] { return std::make_unique<FileDatabase>(true); }, ""});

}  // namespace
}  // namespace berth::store::sqlite
