// `berth device agent` with a configuration file, from the first enrolment on.
#include "cli/tests/fake_world.h"
#include "device/tests/agent_server.h"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sys/stat.h>
#include <unistd.h>

namespace berth::cli {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using device::testing::AgentServerFake;
using device::testing::http;
using device::testing::kPlugId;
using testing::FakeWorld;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr const char* kConfig =
    "enroll_target = thing\nenroll_model = mod-588acc123945ec8436bde3aa\n"
    "enroll_thing = SN0001\nenroll_pass = enrol=pw#1\n";

class AgentVerb : public ::testing::Test {
 protected:
  AgentVerb() {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    folder_ = fs::temp_directory_path() /
              (std::string("berth-agent-verb-") + test->name() + "-" + std::to_string(::getpid()));
    fs::create_directories(folder_);
    configure(kConfig + here());
  }
  ~AgentVerb() override { fs::remove_all(folder_); }

  std::string here() { return "server = " + server_.url() + "\nca_file = " + server_.ca() + "\n"; }
  void configure(const std::string& text) {
    std::ofstream(folder_ / "smartplug.conf", std::ios::trunc) << text;
  }
  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  int run(std::vector<std::string> more = {}) {
    std::vector<std::string> words{"device", "agent", "--config", path("smartplug.conf")};
    words.insert(words.end(), more.begin(), more.end());
    return world_.run(words);
  }
  unsigned mode(const std::string& name) const {
    struct stat found {};
    ::stat(path(name).c_str(), &found);
    return found.st_mode & 0777U;
  }
  std::string out() const { return world_.out.str(); }
  std::string err() const { return world_.err.str(); }

  FakeWorld world_;
  AgentServerFake server_;
  fs::path folder_;
};

TEST_F(AgentVerb, EnrolsKeepsAndActivatesWithoutShowingAPassword) {
  EXPECT_EQ(run(), kDone) << err();
  EXPECT_THAT(out(), HasSubstr("enrolled as " + std::string(kPlugId) + "; credentials are in " +
                               path("smartplug.state") + ", encrypted\n"));
  EXPECT_THAT(out(), HasSubstr("active: Plug-ID " + std::string(kPlugId) + ", status ok\n"));
  EXPECT_THAT(out(), Not(HasSubstr("enrol=pw#1")));
  EXPECT_THAT(out(), Not(HasSubstr("connection-1")));
  EXPECT_EQ(mode("smartplug.state"), 0600U);
  EXPECT_EQ(mode("smartplug.key"), 0600U);
  EXPECT_EQ(run({"--once"}), kDone) << err();
  EXPECT_EQ(out(), "active: Plug-ID " + std::string(kPlugId) + ", status ok\n");
  EXPECT_EQ(server_.requests().size(), 3U);
}

TEST_F(AgentVerb, ShowsThePasswordOnlyWhenAsked) {
  EXPECT_EQ(run({"--json"}), kDone) << err();
  const json::value report = json::parse(out());
  EXPECT_EQ(report.at("id"), kPlugId);
  EXPECT_EQ(report.at("enrolment"), "first");
  EXPECT_EQ(report.at("name"), "pump");
  EXPECT_EQ(report.at("state"), json::value(path("smartplug.state")));
  EXPECT_FALSE(report.as_object().contains("password"));
  EXPECT_EQ(run({"--json", "--show-keys"}), kDone);
  EXPECT_EQ(json::parse(out()).at("password"), "connection-1");
  EXPECT_EQ(json::parse(out()).at("enrolment"), "kept");
  EXPECT_EQ(run({"--show-keys"}), kDone);
  EXPECT_THAT(out(), HasSubstr("connection password: connection-1\n"));
}

TEST_F(AgentVerb, UnknownKeysWarnByLine) {
  configure(kConfig + here() + "enroll_nam = Pump\n");
  EXPECT_EQ(run(), kDone);
  EXPECT_EQ(err(), "warning: " + path("smartplug.conf") +
                       ", line 7: unknown key `enroll_nam` is ignored; did you mean "
                       "`enroll_name`?\n");
}

TEST_F(AgentVerb, AConfigurationThatIsNoneIsWrongUsage) {
  configure("enroll_target = controller\n");
  EXPECT_EQ(run(), kUsage);
  EXPECT_THAT(err(), HasSubstr("line 1: enroll_target is `controller`"));
  configure("enroll_target = thing\n");
  EXPECT_EQ(run(), kUsage);
  EXPECT_THAT(err(), HasSubstr("does not set `enroll_model`, `enroll_thing`"));
  configure(kConfig + here() + "key_file = smartplug.state\n");
  EXPECT_EQ(run(), kUsage);
  EXPECT_THAT(err(), HasSubstr("are not three files"));
  configure(kConfig + here());
  EXPECT_EQ(run({"--attempts", "0"}), kUsage);
  EXPECT_EQ(run({"--timeout", "100000"}), kUsage);
  EXPECT_THAT(server_.requests(), IsEmpty());
  fs::remove(folder_ / "smartplug.conf");
  EXPECT_EQ(run(), kFailed);
}

TEST_F(AgentVerb, WithoutAServerInTheFileThatOfTheDataDirectoryIsMeant) {
  configure(kConfig);
  world_.environment = {{"BERTH_DATA", path("none")}};
  EXPECT_EQ(run(), kFailed);
  EXPECT_THAT(err(), HasSubstr("server = https://HOST:PORT"));
  std::ofstream(folder_ / "url") << server_.url() << "\n";
  fs::copy_file(server_.ca(), folder_ / "ca.pem");
  EXPECT_EQ(run({"--data", folder_.string()}), kDone) << err();
}

TEST_F(AgentVerb, FilesAreThoseTheConfigurationNames) {
  fs::create_directories(folder_ / "keys");
  configure(kConfig + here() + "state_file = my.state\nkey_file = keys/my.key\n");
  EXPECT_EQ(run(), kDone) << err();
  EXPECT_TRUE(fs::exists(folder_ / "my.state"));
  EXPECT_TRUE(fs::exists(folder_ / "keys" / "my.key"));
  EXPECT_FALSE(fs::exists(folder_ / "smartplug.key"));
}

TEST_F(AgentVerb, DamagedCredentialsAreNotReplacedUntilItIsToldTo) {
  EXPECT_EQ(run(), kDone);
  std::ofstream(folder_ / "smartplug.state", std::ios::trunc) << "rubbish";
  EXPECT_EQ(run(), kFailed);
  EXPECT_THAT(err(), HasSubstr("smartplug.state cannot be used"));
  EXPECT_EQ(server_.requests().size(), 2U);
  EXPECT_EQ(run({"--reset-state"}), kFailed);
  EXPECT_THAT(err(), HasSubstr("already enrolled"));
  EXPECT_THAT(err(), HasSubstr("`berth thing serial reset mod-588acc123945ec8436bde3aa SN0001`"));
  server_.must_enrol_again();
  EXPECT_EQ(run(), kDone) << err();
}

TEST_F(AgentVerb, ARefusalFailsAndABusyServerIsWaitedFor) {
  server_.script({http(503, ""), http(503, "")});
  EXPECT_EQ(run(), kDone) << err();
  EXPECT_EQ(world_.pauses, 2);
  server_.script({http(503, ""), http(503, "")});
  EXPECT_EQ(run({"--attempts", "2"}), kFailed);
  server_.script({http(403, R"({"err":403,"msg":"disabled"})")});
  EXPECT_EQ(run({"--json"}), kFailed);
  EXPECT_THAT(json::parse(err()).at("detail").as_string().c_str(), HasSubstr("disabled"));
}

TEST_F(AgentVerb, ItStaysAndEnrolsAgainWhenItMust) {
  std::size_t turns = 0;
  world_.interrupts = [&] {
    // Asked before and after each turn.
    ++turns;
    if (turns == 3) server_.must_enrol_again();
    return turns > 6;
  };
  EXPECT_EQ(run({"--every", "5"}), kDone) << err();
  EXPECT_THAT(out(), HasSubstr("no longer takes the credentials"));
  EXPECT_EQ(server_.connection(), "connection-2");
  EXPECT_EQ(run({"--every", "0"}), kUsage);
}

}  // namespace
}  // namespace berth::cli
