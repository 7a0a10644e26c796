#include "berth/device/agent_store.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <sys/stat.h>
#include <unistd.h>

namespace berth::device {
namespace {

namespace fs = std::filesystem;
using ::testing::HasSubstr;
using ::testing::Not;

class Store : public ::testing::Test {
 protected:
  Store() {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    folder_ = fs::temp_directory_path() /
              (std::string("berth-agent-store-") + test->name() + "-" + std::to_string(::getpid()));
    fs::create_directories(folder_);
  }
  ~Store() override { fs::remove_all(folder_); }

  fs::path state() const { return folder_ / "smartplug.state"; }
  fs::path key() const { return folder_ / "smartplug.key"; }
  AgentStore open() {
    Result<AgentStore> store = AgentStore::open({state(), key()}, rng_);
    EXPECT_TRUE(store) << store.error().what;
    return *std::move(store);
  }
  Result<std::optional<AgentState>> load() {
    AgentStore store = open();
    return store.load();
  }
  Error error() {
    Result<std::optional<AgentState>> loaded = load();
    EXPECT_FALSE(loaded);
    return loaded ? Error() : std::move(loaded).error();
  }
  void keep(const std::string& id, const std::string& password) {
    AgentStore store = open();
    ASSERT_TRUE(store.load());
    ASSERT_TRUE(store.save({"mod-1", "SN 1", id, Secret::from_text(password)}));
  }
  static std::string read(const fs::path& path) {
    std::ifstream in(path);
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
  }
  static void write(const fs::path& path, const std::string& text) {
    std::ofstream(path, std::ios::trunc) << text;
  }
  static unsigned mode(const fs::path& path) {
    struct stat found {};
    ::stat(path.c_str(), &found);
    return found.st_mode & 0777U;
  }

  base::SystemRng rng_;
  fs::path folder_;
};

TEST_F(Store, AtFirstThereIsNothingButAKey) {
  const auto loaded = load();
  ASSERT_TRUE(loaded) << loaded.error().what;
  EXPECT_FALSE(*loaded);
  EXPECT_FALSE(fs::exists(state()));
  EXPECT_EQ(mode(key()), 0600U);
}

TEST_F(Store, WhatIsKeptComesBackAndIsNotReadable) {
  keep("dev-1", "connection-1");
  const auto loaded = load();
  ASSERT_TRUE(loaded && *loaded);
  EXPECT_EQ((*loaded)->model, "mod-1");
  EXPECT_EQ((*loaded)->serial, "SN 1");
  EXPECT_EQ((*loaded)->id, "dev-1");
  EXPECT_EQ((*loaded)->connection.text(), "connection-1");
  EXPECT_EQ(mode(state()), 0600U);
  EXPECT_THAT(read(state()), Not(HasSubstr("connection-1")));
  EXPECT_THAT(read(state()), Not(HasSubstr("dev-1")));
  EXPECT_FALSE(fs::exists(state().string() + ".new"));
}

TEST_F(Store, TheKeyStaysAndEachStateIsEncryptedAnew) {
  keep("dev-1", "connection-1");
  const std::string first_key = read(key());
  const std::string first_state = read(state());
  keep("dev-1", "connection-1");
  EXPECT_EQ(read(key()), first_key);
  EXPECT_NE(read(state()), first_state);
}

TEST_F(Store, AStateWhoseKeyIsGoneIsNoNewBeginning) {
  keep("dev-1", "connection-1");
  fs::remove(key());
  const Error wrong = error();
  EXPECT_EQ(wrong.kind, ErrorKind::kInvalid);
  EXPECT_THAT(wrong.what, HasSubstr("its key, the file " + key().string() + ", is gone"));
  EXPECT_THAT(wrong.mend, HasSubstr("--reset-state"));
  EXPECT_FALSE(fs::exists(key()));
}

TEST_F(Store, AnotherKeyDoesNotOpenIt) {
  keep("dev-1", "connection-1");
  write(key(), std::string(64, 'a') + "\n");
  EXPECT_THAT(error().what, HasSubstr("encrypted with another key"));
}

TEST_F(Store, ADamagedKeyIsNotReplacedSilently) {
  for (const char* text :
       {"", "abc", "not hex not hex not hex not hex not hex not hex not hex 64"}) {
    write(key(), text);
    EXPECT_THAT(error().what, HasSubstr("it holds no key")) << text;
    EXPECT_EQ(read(key()), text);
  }
}

TEST_F(Store, EveryChangedByteOfTheStateIsNoticed) {
  keep("dev-1", "connection-1");
  const std::string whole = read(state());
  for (std::size_t at = 0; at + 1 < whole.size(); ++at) {
    std::string changed = whole;
    changed[at] = changed[at] == 'A' ? 'B' : 'A';
    write(state(), changed);
    EXPECT_EQ(error().kind, ErrorKind::kInvalid) << at;
  }
  for (const std::string& text : {std::string(), whole.substr(0, whole.size() / 2),
                                  std::string("berth agent state 1\n"), std::string("{}")}) {
    write(state(), text);
    EXPECT_EQ(error().kind, ErrorKind::kInvalid) << text;
  }
  write(state(), std::string(20'000, 'x'));
  EXPECT_EQ(error().kind, ErrorKind::kTooLarge);
}

TEST_F(Store, WhatIsResetBeginsAnewAndKeepsAGoodKey) {
  keep("dev-1", "connection-1");
  const std::string good = read(key());
  write(state(), "rubbish");
  ASSERT_TRUE(open().reset());
  ASSERT_TRUE(load());
  EXPECT_EQ(read(key()), good);
  write(key(), "rubbish");
  ASSERT_TRUE(open().reset());
  const auto loaded = load();
  ASSERT_TRUE(loaded) << loaded.error().what;
  EXPECT_FALSE(*loaded);
  EXPECT_EQ(read(key()).size(), 65U);
}

TEST_F(Store, OnlyOneUsesItAtATime) {
  const AgentStore mine = open();
  const Result<AgentStore> second = AgentStore::open({state(), key()}, rng_);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().kind, ErrorKind::kConflict);
}

TEST_F(Store, AFolderThatIsNotThereIsToldBeforeAnythingIsAsked) {
  const Result<AgentStore> store =
      AgentStore::open({folder_ / "none" / "a.state", folder_ / "none" / "a.key"}, rng_);
  ASSERT_FALSE(store);
  EXPECT_EQ(store.error().kind, ErrorKind::kUnavailable);
  EXPECT_THAT(store.error().what, HasSubstr("a.state.lock cannot be written: No such file"));
}

TEST_F(Store, AStateThatIsAFolderIsNotRead) {
  fs::create_directories(state());
  const Error wrong = error();
  EXPECT_THAT(wrong.what, HasSubstr("no ordinary file"));
}

}  // namespace
}  // namespace berth::device
