#include "config/config.h"

#include "config/keys.h"
#include "config/value.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <set>
#include <sstream>

namespace berth::config {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

class ConfigFile : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    directory_ = std::filesystem::temp_directory_path() /
                 (std::string("berth-config-") + test->name() + "-" + std::to_string(getpid()));
    std::filesystem::create_directories(directory_);
  }
  void TearDown() override { std::filesystem::remove_all(directory_); }

  std::filesystem::path write(const std::string& text) {
    const std::filesystem::path file = directory_ / "berth.toml";
    std::ofstream(file) << text;
    return file;
  }
  Inputs with_file(const std::string& text) {
    Inputs inputs;
    inputs.file = write(text);
    inputs.environment = {{"HOME", "/home/someone"}};
    return inputs;
  }
  std::string mistake(const std::string& text) {
    const Result<Loaded> loaded = load(with_file(text));
    return loaded ? "it was accepted" : loaded.error().what;
  }

  std::filesystem::path directory_;
};

TEST_F(ConfigFile, LaterSourcesWin) {
  Inputs inputs =
      with_file("https_port = 1000\nmqtt_port = 1001\nadmin_port = 1002\nthreads = 3\n");
  inputs.environment.emplace_back("BERTH_MQTT_PORT", "2001");
  inputs.environment.emplace_back("BERTH_ADMIN_PORT", "2002");
  inputs.flags = {{"admin_port", "3002"}};
  const Result<Loaded> loaded = load(inputs);
  ASSERT_TRUE(loaded) << loaded.error().what;
  EXPECT_EQ(loaded->config.threads, 3u);
  EXPECT_EQ(loaded->config.https_port, 1000);
  EXPECT_EQ(loaded->config.mqtt_port, 2001);
  EXPECT_EQ(loaded->config.admin_port, 3002);
  for (const Origin& origin : loaded->origins) {
    if (origin.key == "admin_port") EXPECT_EQ(origin.source, Source::kFlag);
    if (origin.key == "mqtt_port") EXPECT_EQ(origin.source, Source::kEnvironment);
    if (origin.key == "https_port") EXPECT_EQ(origin.source, Source::kFile);
    if (origin.key == "listen") EXPECT_EQ(origin.source, Source::kDefault);
  }
}

TEST_F(ConfigFile, ReadsEveryTypeOfValue) {
  const Result<Loaded> loaded = load(with_file(R"(
data = "/srv/berth"
host = ["a.example.net", "10.0.0.1"]
store = "postgresql://berth@db/berth"
[net]
body_bytes_max = "2MiB"
header_bytes_max = 4096
idle_timeout = "2m"
[provisioning]
failures_refilled_per_second = 0.5
[log]
level = "DEBUG"
json = true
)"));
  ASSERT_TRUE(loaded) << loaded.error().what;
  const Config& config = loaded->config;
  EXPECT_EQ(config.data, "/srv/berth");
  EXPECT_THAT(config.host, ::testing::ElementsAre("a.example.net", "10.0.0.1"));
  EXPECT_EQ(config.store, "postgresql://berth@db/berth");
  EXPECT_EQ(config.net.body_bytes_max, 2u * 1024 * 1024);
  EXPECT_EQ(config.net.header_bytes_max, 4096u);
  EXPECT_EQ(config.net.idle_timeout, std::chrono::minutes(2));
  EXPECT_EQ(config.provisioning.failures_refilled_per_second, 0.5);
  EXPECT_EQ(config.log.level, LogLevel::kDebug);
  EXPECT_TRUE(config.log.json);
}

TEST_F(ConfigFile, UnknownKeyNamesTheNearestOneAndItsPlace) {
  EXPECT_THAT(mistake("threads = 1\nhtps_port = 443\n"),
              HasSubstr("berth.toml:2:1: key `htps_port` is unknown, did you mean `https_port`?"));
  EXPECT_THAT(mistake("[net]\nbody_byte_max = 1\n"),
              HasSubstr("berth.toml:2:1: key `net.body_byte_max` is unknown, did you mean "
                        "`net.body_bytes_max`?"));
  EXPECT_THAT(mistake("idle_timeout = \"5s\"\n"), HasSubstr("did you mean `net.idle_timeout`?"));
  EXPECT_THAT(mistake("zzzzzzzz = 1\n"), HasSubstr("`berth config reference` lists them all"));
}

TEST_F(ConfigFile, WrongValuesSayWhatIsAllowed) {
  EXPECT_THAT(mistake("https_port = 70000\n"),
              HasSubstr("berth.toml:1:1: https_port: `70000` must be a port, 0 to 65535"));
  EXPECT_THAT(mistake("https_port = \"443\"\n"), HasSubstr("must be a port, 0 to 65535"));
  EXPECT_THAT(mistake("https_port = -1\n"), HasSubstr("must be a port, 0 to 65535"));
  EXPECT_THAT(mistake("[net]\nbody_bytes_max = 12\n"),
              HasSubstr("`12` must be a size, 1KiB to 64MiB"));
  EXPECT_THAT(mistake("[net]\nidle_timeout = 12\n"), HasSubstr("must be a duration, 5s to 1d"));
  EXPECT_THAT(mistake("[net]\nidle_timeout = \"12\"\n"), HasSubstr("must be a duration"));
  EXPECT_THAT(mistake("[net]\nidle_timeout = \"99999999999999999999d\"\n"),
              HasSubstr("must be a duration"));
  EXPECT_THAT(mistake("[log]\nlevel = \"loud\"\n"),
              HasSubstr("must be a log level, debug, info, warn or error"));
  EXPECT_THAT(mistake("[log]\njson = 1\n"), HasSubstr("must be a switch, true or false"));
  EXPECT_THAT(mistake("host = [1]\n"), HasSubstr("must be a list of texts"));
  EXPECT_THAT(mistake("threads = [1]\n"), HasSubstr("must be a whole number, 0 to 256"));
  EXPECT_THAT(mistake("[provisioning]\nfailures_refilled_per_second = nan\n"),
              HasSubstr("must be a number"));
}

TEST_F(ConfigFile, EveryMistakeIsReportedAtOnce) {
  Inputs inputs = with_file("htps_port = 1\nthreads = 9999\n");
  inputs.environment.emplace_back("BERTH_MQT_PORT", "1");
  const Result<Loaded> loaded = load(inputs);
  ASSERT_FALSE(loaded);
  EXPECT_THAT(loaded.error().what, HasSubstr("htps_port"));
  EXPECT_THAT(loaded.error().what, HasSubstr("threads"));
  EXPECT_THAT(loaded.error().what, HasSubstr("`BERTH_MQT_PORT` is unknown, did you mean "
                                             "`BERTH_MQTT_PORT`?"));
}

TEST_F(ConfigFile, SyntaxErrorsHaveLineAndColumn) {
  EXPECT_THAT(mistake("a = \n"), HasSubstr("berth.toml:1:"));
  EXPECT_THAT(mistake("a = \n"), HasSubstr("is not TOML"));
}

TEST_F(ConfigFile, ANamedFileMustExist) {
  Inputs inputs;
  inputs.file = directory_ / "missing.toml";
  const Result<Loaded> loaded = load(inputs);
  ASSERT_FALSE(loaded);
  EXPECT_THAT(loaded.error().what, HasSubstr("there is no such file"));
}

TEST_F(ConfigFile, FileInTheDataDirectoryIsFoundButMayNotMoveIt) {
  write("threads = 2\n");
  Inputs inputs;
  inputs.flags = {{"data", directory_.string()}};
  const Result<Loaded> loaded = load(inputs);
  ASSERT_TRUE(loaded) << loaded.error().what;
  EXPECT_EQ(loaded->config.threads, 2u);
  EXPECT_EQ(loaded->file, directory_ / "berth.toml");
  write("data = \"/elsewhere\"\n");
  const Result<Loaded> moved = load(inputs);
  ASSERT_FALSE(moved);
  EXPECT_THAT(moved.error().what, HasSubstr("cannot name another"));
}

TEST_F(ConfigFile, SecretsComeFromTheEnvironmentAloneAndAreNeverShown) {
  EXPECT_THAT(mistake("master_key = \"c2VjcmV0\"\n"), HasSubstr("BERTH_MASTER_KEY"));
  EXPECT_THAT(mistake("master_key = \"c2VjcmV0\"\n"), Not(HasSubstr("c2VjcmV0")));
  Inputs inputs;
  inputs.environment = {{"BERTH_MASTER_KEY", "c2VjcmV0"}, {"HOME", "/h"}};
  const Result<Loaded> loaded = load(inputs);
  ASSERT_TRUE(loaded) << loaded.error().what;
  EXPECT_EQ(loaded->config.master_key.text(), "c2VjcmV0");
  for (const Origin& origin : loaded->origins) EXPECT_THAT(origin.value, Not(HasSubstr("c2V")));
}

TEST(Config, DefaultsFollowTheDataDirectory) {
  Inputs inputs;
  inputs.flags = {{"data", "/srv/b"}};
  const Result<Loaded> loaded = load(inputs);
  ASSERT_TRUE(loaded) << loaded.error().what;
  EXPECT_EQ(loaded->config.store, "sqlite:/srv/b/berth.db");
  EXPECT_EQ(loaded->config.master_key_file, "/srv/b/master.key");
  EXPECT_FALSE(loaded->config.https_port);
}

TEST(Config, DataDirectoryIsFlagThenVariableThenSystem) {
  const std::vector<Setting> environment{{"BERTH_DATA", "/a"}, {"STATE_DIRECTORY", "/s:/t"}};
  EXPECT_EQ(data_directory("/f", environment), "/f");
  EXPECT_EQ(data_directory(std::nullopt, environment), "/a");
  EXPECT_EQ(data_directory(std::nullopt, {{"STATE_DIRECTORY", "/s:/t"}}), "/s");
}

TEST(Config, ServiceLinksAndOwnVariablesAreNoMistakes) {
  Inputs inputs;
  inputs.environment = {{"BERTH_SERVICE_HOST", "10.0.0.1"},
                        {"BERTH_PORT", "tcp://10.0.0.1:443"},
                        {"BERTH_PORT_443_TCP_ADDR", "10.0.0.1"},
                        {"BERTH_SERVICE_PORT_HTTPS", "443"},
                        {"BERTH_URL", "https://x"},
                        {"BERTH_TOKEN", "t"},
                        {"BERTH_TEST_POSTGRES", "x"},
                        {"BERTH_HOST", ""}};
  const Result<Loaded> loaded = load(inputs);
  EXPECT_TRUE(loaded) << loaded.error().what;
}

TEST(Config, SettingsThatContradictEachOtherAreRefused) {
  const auto mistake = [](std::vector<Setting> flags) {
    Inputs inputs;
    inputs.flags = std::move(flags);
    const Result<Loaded> loaded = load(inputs);
    return loaded ? std::string("it was accepted") : loaded.error().what;
  };
  EXPECT_THAT(mistake({{"https_port", "5"}, {"mqtt_port", "5"}}), HasSubstr("must differ"));
  EXPECT_EQ(mistake({{"https_port", "0"}, {"mqtt_port", "0"}}), "it was accepted");
  EXPECT_THAT(mistake({{"http_port", "80"}, {"https_port", "80"}}),
              HasSubstr("http_port: must differ from https_port"));
  EXPECT_THAT(mistake({{"mqtt_plain_port", "5"}, {"mqtt_port", "5"}}),
              HasSubstr("mqtt_plain_port: must differ from mqtt_port"));
  EXPECT_THAT(mistake({{"http_port", "6"}, {"mqtt_plain_port", "6"}}),
              HasSubstr("mqtt_plain_port: must differ from http_port"));
  EXPECT_THAT(mistake({{"admin_port", "6"}, {"http_port", "6"}}),
              HasSubstr("admin_port: must differ from http_port"));
  EXPECT_EQ(mistake({{"http_port", "0"}, {"mqtt_plain_port", "0"}}), "it was accepted");
  EXPECT_THAT(mistake({{"tls.key_file", "/k"}}), HasSubstr("must be set together"));
  EXPECT_THAT(mistake({{"store", "mysql://x"}}), HasSubstr("must be sqlite:PATH or"));
  EXPECT_THAT(mistake({{"host", "https://a"}}), HasSubstr("without scheme or port"));
  EXPECT_THAT(mistake({{"provisioning.payload_bytes_max", "1MiB"}}),
              HasSubstr("must not exceed net.body_bytes_max"));
}

TEST(Config, PortsWithoutTlsAreOffUntilTheyAreGiven) {
  Inputs inputs;
  inputs.flags = {{"data", "/srv/b"}};
  const Result<Loaded> silent = load(inputs);
  ASSERT_TRUE(silent) << silent.error().what;
  EXPECT_FALSE(silent->config.http_port);
  EXPECT_FALSE(silent->config.mqtt_plain_port);
  inputs.environment = {{"BERTH_HTTP_PORT", "80"}};
  inputs.flags.emplace_back("mqtt_plain_port", "1883");
  const Result<Loaded> loaded = load(inputs);
  ASSERT_TRUE(loaded) << loaded.error().what;
  EXPECT_EQ(loaded->config.http_port, 80);
  EXPECT_EQ(loaded->config.mqtt_plain_port, 1883);
}

TEST(Config, ListsComeRepeatedOrSeparatedByCommas) {
  Inputs inputs;
  inputs.flags = {{"host", "a.example, b.example"}, {"host", "c.example"}};
  const Result<Loaded> loaded = load(inputs);
  ASSERT_TRUE(loaded) << loaded.error().what;
  EXPECT_THAT(loaded->config.host, ::testing::ElementsAre("a.example", "b.example", "c.example"));
}

TEST(Config, DialectsAreSwitchedOffByName) {
  Inputs inputs;
  inputs.environment = {{"BERTH_DIALECTS_OFF", "one, two-b"}, {"HOME", "/h"}};
  const Result<Loaded> loaded = load(inputs);
  ASSERT_TRUE(loaded) << loaded.error().what;
  EXPECT_THAT(loaded->config.dialects_off, ::testing::ElementsAre("one", "two-b"));
  EXPECT_TRUE(Config{}.dialects_off.empty());
}

TEST_F(ConfigFile, BoundsOfRecordsAndGuessesAreRead) {
  const Result<Loaded> loaded = load(with_file(R"(
[net]
http_unframed_delete = false
[hub]
records_per_device_max = 0
account_guesses_max = 3
account_lock_time = "2m"
)"));
  ASSERT_TRUE(loaded) << loaded.error().what;
  EXPECT_FALSE(loaded->config.net.http_unframed_delete);
  EXPECT_EQ(loaded->config.hub.records_per_device_max, 0u);
  EXPECT_EQ(loaded->config.hub.account_guesses_max, 3u);
  EXPECT_EQ(loaded->config.hub.account_lock_time, std::chrono::minutes(2));
  EXPECT_THAT(mistake("[hub]\naccount_guesses_max = 0\n"),
              HasSubstr("must be a whole number, 1 to 1000"));
  EXPECT_THAT(mistake("[hub]\naccount_lock_time = \"0s\"\n"), HasSubstr("must be a duration"));
}

TEST(Config, PasswordsInUrlsAreNotShown) {
  EXPECT_EQ(without_password("postgresql://u:p@h/db"), "postgresql://u:***@h/db");
  EXPECT_EQ(without_password("postgresql://u:p@x@h:5432/db?a=b:c@d"),
            "postgresql://u:***@h:5432/db?a=b:c@d");
  EXPECT_EQ(without_password("postgresql://h/db?user=u&password=p&x=y"),
            "postgresql://h/db?user=u&password=***&x=y");
  EXPECT_EQ(without_password("sqlite:/a:b@c"), "sqlite:/a:b@c");
}

TEST(Keys, NamesVariablesAndFlagsAreUnique) {
  std::set<std::string> names, variables, flags;
  for (const Key& key : keys()) {
    EXPECT_TRUE(names.insert(std::string(key.name)).second) << key.name;
    EXPECT_TRUE(variables.insert(variable_name(key)).second) << key.name;
    EXPECT_TRUE(flags.insert(flag_name(key)).second) << key.name;
    EXPECT_TRUE(key.sentence.ends_with('.')) << key.name;
  }
}

// What a key shows as its default must be a value it accepts, so the page cannot lie.
TEST(Keys, DefaultsAreWithinTheirOwnLimits) {
  for (const Key& key : keys()) {
    const std::string shown = show(Config{}, key);
    if (shown.empty()) continue;
    Config config;
    const Result<void> done = assign(config, key, {shown});
    EXPECT_TRUE(done) << key.name << " = " << shown << " " << done.error().what;
    EXPECT_EQ(show(config, key), shown);
  }
}

TEST(Reference, TheDocumentIsWhatTheProgramPrints) {
  std::ifstream file("docs/config.md");
  std::stringstream text;
  text << file.rdbuf();
  EXPECT_EQ(text.str(), reference())
      << "write it again: build/dev/berth config reference > docs/config.md";
}

TEST(Value, ShowsTimesAndSizesInTheirLargestUnit) {
  EXPECT_EQ(show_time(Milliseconds(500)), "500ms");
  EXPECT_EQ(show_time(std::chrono::minutes(90)), "90m");
  EXPECT_EQ(show_time(std::chrono::hours(48)), "2d");
  EXPECT_EQ(show_time(Milliseconds(0)), "0s");
  EXPECT_EQ(show_bytes(98'816), "98816B");
  EXPECT_EQ(show_bytes(96 * 1024), "96KiB");
}

}  // namespace
}  // namespace berth::config
