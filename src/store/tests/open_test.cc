#include "store/sqlite/connection.h"
#include "store/sqlite/tests/temporary_folder.h"
#include "store/store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <thread>

namespace berth::store {
namespace {

using sqlite::TemporaryFolder;
using testing::HasSubstr;
using testing::Not;

class Open : public testing::Test {
 protected:
  Result<std::unique_ptr<Store>> open(const std::string& url, bool inline_runner = false) {
    StoreOptions options;
    options.url = url;
    options.inline_runner = inline_runner;
    options.postgres_connect_timeout = std::chrono::milliseconds(2000);
    return store::open(std::move(options), clock_);
  }
  Error error_of(const std::string& url) {
    const auto opened = open(url);
    return opened ? Error{ErrorKind::kInternal, "opened", ""} : opened.error();
  }
  // Changes a database behind the store's back.
  void script(const std::string& path, std::string_view statements) {
    sqlite::Options options;
    options.path = path;
    auto connection = sqlite::Connection::open(options);
    ASSERT_TRUE(connection);
    ASSERT_TRUE((*connection)->script(statements));
  }

  base::SystemClock clock_;
  TemporaryFolder folder_;
};

TEST_F(Open, UrlOfNoKnownDatabaseIsRefused) {
  for (const char* url : {"", "berth.db", "mysql://host/db", "sqlite", "sqlite:", "SQLITE:x"}) {
    const Error error = error_of(url);
    EXPECT_EQ(error.kind, ErrorKind::kInvalid) << url;
    EXPECT_FALSE(error.mend.empty());
  }
}

TEST_F(Open, MemoryNeedsTheInlineRunner) {
  EXPECT_EQ(error_of("sqlite::memory:").kind, ErrorKind::kInvalid);
  EXPECT_TRUE(open("sqlite::memory:", true));
}

TEST_F(Open, FolderThatIsMissingIsNamed) {
  const Error error = error_of("sqlite:" + folder_.file("missing/berth.db"));
  EXPECT_EQ(error.kind, ErrorKind::kUnavailable);
  EXPECT_THAT(error.what, HasSubstr("missing/berth.db"));
}

TEST_F(Open, FileThatIsNoDatabaseIsRefused) {
  const std::string path = folder_.file("notes.txt");
  std::ofstream(path) << std::string(5000, 'x');
  EXPECT_EQ(error_of("sqlite:" + path).kind, ErrorKind::kConflict);
}

TEST_F(Open, DatabaseOfSomebodyElseIsRefused) {
  script(folder_.file("other.db"), "CREATE TABLE devices (a)");
  const Error error = error_of("sqlite:" + folder_.file("other.db"));
  EXPECT_EQ(error.kind, ErrorKind::kConflict);
  EXPECT_THAT(error.what, HasSubstr("devices"));
}

TEST_F(Open, NewerSchemaIsRefusedAndLeftAlone) {
  const std::string path = folder_.file("berth.db");
  ASSERT_TRUE(open("sqlite:" + path));
  script(path, "INSERT INTO berth_schema (number, name) VALUES (999, 'future')");
  const Error error = error_of("sqlite:" + path);
  EXPECT_EQ(error.kind, ErrorKind::kConflict);
  EXPECT_THAT(error.what, HasSubstr("schema 999"));
  EXPECT_FALSE(error.mend.empty());
}

TEST_F(Open, FilesAreReadableByTheOwnerOnly) {
  const std::string path = folder_.file("berth.db");
  const auto store = open("sqlite:" + path);
  ASSERT_TRUE(store);
  const auto others = std::filesystem::perms::group_all | std::filesystem::perms::others_all;
  for (const std::string& file : {path, path + "-wal", path + "-shm"}) {
    ASSERT_TRUE(std::filesystem::exists(file)) << file;
    EXPECT_EQ(std::filesystem::status(file).permissions() & others, std::filesystem::perms::none);
  }
}

TEST_F(Open, ServersThatStartAtOnceMigrateOnce) {
  std::vector<std::thread> threads;
  std::vector<Result<std::unique_ptr<Store>>> stores(6);
  for (auto& store : stores) {
    threads.emplace_back([&] { store = open("sqlite:" + folder_.file("berth.db")); });
  }
  for (std::thread& thread : threads) thread.join();
  for (const auto& store : stores) EXPECT_TRUE(store) << store.error().what;
}

TEST_F(Open, UnreachablePostgresIsUnavailableAndThePasswordStaysHidden) {
  const Error error = error_of("postgresql://u:s3cret@127.0.0.1:1/berth");
  EXPECT_EQ(error.kind, ErrorKind::kUnavailable);
  EXPECT_THAT(error.what + error.mend, Not(HasSubstr("s3cret")));
}

TEST_F(Open, BrokenPostgresUrlIsInvalidAndThePasswordStaysHidden) {
  for (const char* url : {"postgresql://u:s3cret%zz@host/db", "postgres://host/db?s3cret=1",
                          "postgresql://[s3cret", "postgresql://u@host/db?password=s3cret%g"}) {
    const Error error = error_of(url);
    EXPECT_EQ(error.kind, ErrorKind::kInvalid) << url;
    EXPECT_THAT(error.what + error.mend, Not(HasSubstr("s3cret")));
  }
}

TEST(Describe, LeavesPasswordsOut) {
  EXPECT_EQ(describe("sqlite:/var/berth.db"), "sqlite:/var/berth.db");
  EXPECT_EQ(describe("postgresql://u:p@h:5432/db"), "postgresql://u@h:5432/db");
  EXPECT_EQ(describe("postgres://u@h/db"), "postgres://u@h/db");
  EXPECT_EQ(describe("postgresql://h1,h2/db?password=p"), "postgresql://h1,h2/db");
  EXPECT_EQ(describe("nonsense"), "unknown");
  for (const char* url :
       {"postgresql://u:s3@cret@h/db", "postgresql://u:s3cr?et@h/db", "postgresql://u:/s3cret@h/db",
        "postgresql://h/?password=s3cret", "postgresql://u:s3cret@@h"}) {
    EXPECT_THAT(describe(url), Not(HasSubstr("s3"))) << url;
  }
}

}  // namespace
}  // namespace berth::store
