// `berth device dynreg` and `berth device connect` with a device's file.
#include "cli/local_server.h"
#include "cli/tests/fake_world.h"
#include "device/tests/fake_hub.h"
#include "device/tests/sealing.h"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <sys/stat.h>
#include <unistd.h>

namespace berth::cli {
namespace {

namespace json = boost::json;
using device::testing::FakeHub;
using device::testing::first_answer;
using device::testing::http;
using device::testing::Protection;
using testing::FakeWorld;
using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kProductSecret = "8Xz56tyfgQAZEDCTUGau4snA";
constexpr const char* kDeviceSecret = "7WmFA/MEs+Fy+32QwJWtYw==";

constexpr const char* kFile = R"({
    "auth_mode":"KEY",
    "productId":"S3EUVBRJLB",
    "comment": [1.50, "kept"],
    "productSecret":"8Xz56tyfgQAZEDCTUGau4snA",
    "deviceName":"device_1234",
    "key_deviceinfo":{
        "deviceSecret":"YOUR_IOT_PSK"
    }
}
)";

class Onboard : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    path_ = std::filesystem::temp_directory_path() /
            (std::string("berth-onboard-") + test->name() + "-" + std::to_string(::getpid()));
    std::filesystem::create_directories(path_);
    path_ = std::filesystem::canonical(path_);
    world_.environment = {{"BERTH_DATA", path_.string()}};
    write("info.json", kFile);
    give(R"({"encryptionType":2,"psk":"7WmFA/MEs+Fy+32QwJWtYw=="})");
  }
  void TearDown() override { std::filesystem::remove_all(path_); }

  void give(const std::string& text) {
    cloud_.provision = [text](const std::string&) {
      return http(200, first_answer(text, kProductSecret));
    };
  }
  std::string file(const std::string& name) const { return (path_ / name).string(); }
  void write(const std::string& name, const std::string& text) {
    std::ofstream(path_ / name) << text;
  }
  std::string read(const std::string& name) const {
    std::ifstream in(path_ / name);
    std::stringstream text;
    text << in.rdbuf();
    return text.str();
  }
  unsigned mode(const std::string& name) const {
    struct stat found {};
    ::stat(file(name).c_str(), &found);
    return found.st_mode & 0777U;
  }
  static std::string replaced(std::string text, const std::string& what, const std::string& with) {
    return text.replace(text.find(what), what.size(), with);
  }
  int run(const std::string& verb, std::vector<std::string> more = {}) {
    std::vector<std::string> words{"device", verb, "-c", file("info.json")};
    words.insert(words.end(), more.begin(), more.end());
    return world_.run(words);
  }
  // At the fake server, by name and port.
  int run_there(const std::string& verb, std::vector<std::string> more = {}) {
    more.insert(more.end(), {"--host", "localhost", "--port", std::to_string(cloud_.port()),
                             "--ca-file", cloud_.ca()});
    return run(verb, std::move(more));
  }
  std::string out() const { return world_.out.str(); }
  std::string err() const { return world_.err.str(); }

  FakeWorld world_;
  FakeHub cloud_;
  std::filesystem::path path_;
};

TEST_F(Onboard, ANewDeviceRegistersAndKeepsItsSecretAlone) {
  EXPECT_EQ(run_there("dynreg"), kDone) << err();
  EXPECT_THAT(out(), HasSubstr("registering device device_1234 of product S3EUVBRJLB at "));
  EXPECT_THAT(out(), HasSubstr("registered: " + file("info.json") +
                               " now holds the device's own secret (mode 0600)\n"));
  EXPECT_THAT(out(), Not(HasSubstr(kDeviceSecret)));
  EXPECT_EQ(read("info.json"), replaced(kFile, "YOUR_IOT_PSK", kDeviceSecret));
  EXPECT_EQ(mode("info.json"), 0600U);
  EXPECT_FALSE(std::filesystem::exists(file("info.json.new")));
}

TEST_F(Onboard, ADeviceThatIsRegisteredIsLeftAloneUnlessForced) {
  write("info.json", replaced(kFile, "YOUR_IOT_PSK", "AAECAwQFBgcICQoLDA0ODw=="));
  EXPECT_EQ(run_there("dynreg"), kDone);
  EXPECT_THAT(out(), HasSubstr("is registered already; --force registers it again\n"));
  EXPECT_EQ(cloud_.connections(), 0);
  EXPECT_EQ(run_there("dynreg", {"--force"}), kDone) << err();
  EXPECT_EQ(read("info.json"), replaced(kFile, "YOUR_IOT_PSK", kDeviceSecret));
}

TEST_F(Onboard, ACertificateGoesIntoTwoPrivateFilesBesideIt) {
  base::SystemRng rng;
  const base::SystemClock clock;
  const auto authority = crypto::Authority::create("Test CA", rng, clock);
  const auto mine = authority->issue_client("S3EUVBRJLBdevice_1234", rng, clock);
  give(json::serialize(json::object{{"encryptionType", 1},
                                    {"clientCert", mine->certificate_pem},
                                    {"clientKey", mine->private_key_pem.text()}}));
  const std::string certificates =
      replaced(replaced(kFile, "KEY", "CERT"),
               "\"key_deviceinfo\":{\n        \"deviceSecret\":\"YOUR_IOT_PSK\"",
               "\"cert_deviceinfo\":{\"devPrivateKeyFile\":\"YOUR_DEVICE_NAME_private.key\","
               "\"devCertFile\":\"YOUR_DEVICE_NAME_cert.crt\"");
  write("info.json", certificates);
  ASSERT_EQ(run_there("dynreg"), kDone) << err();
  EXPECT_EQ(read("info.json"),
            replaced(replaced(certificates, "YOUR_DEVICE_NAME_private", "device_1234_private"),
                     "YOUR_DEVICE_NAME_cert", "device_1234_cert"));
  EXPECT_EQ(read("device_1234_cert.crt"), mine->certificate_pem);
  EXPECT_EQ(read("device_1234_private.key"), mine->private_key_pem.text());
  EXPECT_EQ(mode("device_1234_private.key"), 0600U);
  EXPECT_EQ(mode("info.json"), 0600U);
  EXPECT_EQ(run_there("connect", {"--once"}), kDone) << err();
  EXPECT_THAT(out(), HasSubstr(" as S3EUVBRJLBdevice_1234 with its certificate\n"));

  // Where programs of the vendor put them.
  std::filesystem::create_directory(path_ / "certs");
  std::filesystem::rename(file("device_1234_cert.crt"), file("certs/device_1234_cert.crt"));
  EXPECT_EQ(run_there("connect", {"--once"}), kDone) << err();
  std::filesystem::remove(file("device_1234_private.key"));
  EXPECT_EQ(run_there("connect", {"--once"}), kFailed);
  EXPECT_THAT(err(), HasSubstr("device_1234_private.key"));
}

TEST_F(Onboard, ALinkStaysOneAndItsFileIsReplaced) {
  std::filesystem::rename(file("info.json"), file("real.json"));
  std::filesystem::create_symlink("real.json", file("info.json"));
  ASSERT_EQ(run_there("dynreg"), kDone) << err();
  EXPECT_TRUE(std::filesystem::is_symlink(file("info.json")));
  EXPECT_THAT(read("real.json"), HasSubstr(kDeviceSecret));
}

TEST_F(Onboard, AFileThatCannotBeReadIsRefusedWithItsPlace) {
  write("info.json", replaced(kFile, "\"KEY\",", "\"KEY\""));
  EXPECT_EQ(run_there("dynreg"), kFailed);
  EXPECT_THAT(err(), HasSubstr("info.json: line 3, column 5: expected `,` or `}` after a member, "
                               "found `\"`\n"));
  write("info.json", replaced(kFile, "productSecret", "secret"));
  EXPECT_EQ(run_there("dynreg"), kFailed);
  EXPECT_THAT(err(), HasSubstr("line 10, column 1: expected `productSecret` somewhere before"));
  std::filesystem::remove(file("info.json"));
  EXPECT_EQ(run_there("dynreg"), kFailed);
  EXPECT_THAT(err(), HasSubstr("info.json cannot be read\n"));
  EXPECT_EQ(world_.run({"device", "dynreg"}), kUsage);
  EXPECT_EQ(cloud_.connections(), 0);
}

TEST_F(Onboard, ARefusalLeavesTheFileAsItWas) {
  cloud_.provision = [](const std::string&) {
    return http(200, R"({"code":1006,"message":"Pre create mode: device not exists"})");
  };
  EXPECT_EQ(run_there("dynreg"), kFailed);
  EXPECT_THAT(err(), HasSubstr("refused to register device_1234: code 1006, Pre create mode: "
                               "device not exists\n"));
  EXPECT_THAT(err(), HasSubstr("  mend: add the name with "));
  EXPECT_EQ(read("info.json"), kFile);
}

TEST_F(Onboard, TheServerOfThisMachineIsFoundByItsDataDirectory) {
  const std::string here = "localhost:" + std::to_string(cloud_.port());
  std::filesystem::copy(cloud_.ca(), file("ca.pem"));
  write("url", "https://" + here + "\n");
  EXPECT_EQ(run("dynreg"), kDone) << err();
  EXPECT_EQ(run("connect", {"--password", "--once"}), kFailed);
  EXPECT_THAT(err(), HasSubstr("has no port for MQTT over TLS\n"));
  write("mqtt-url", "mqtts://" + here + "\n");
  EXPECT_EQ(run("connect", {"--password", "--once"}), kDone) << err();
  EXPECT_EQ(run("connect", {"--plain", "--once"}), kFailed);
  EXPECT_THAT(err(), HasSubstr("  mend: set its mqtt_plain_port, or name a port with --port\n"));
  EXPECT_EQ(run("dynreg", {"--plain", "--force"}), kFailed);
  EXPECT_THAT(err(), HasSubstr("http_port"));
}

TEST_F(Onboard, WithoutAServerOneMustBeNamed) {
  EXPECT_EQ(run("dynreg"), kFailed);
  EXPECT_THAT(err(), HasSubstr("no server is known\n"));
  EXPECT_EQ(run("dynreg", {"--url", "localhost"}), kUsage);
  EXPECT_EQ(run("dynreg", {"--host", "localhost", "--port", "70000"}), kUsage);
  EXPECT_EQ(run("dynreg", {"--protocol", "v3"}), kUsage);
  EXPECT_EQ(run("connect", {"--once"}), kFailed);
  EXPECT_THAT(err(), HasSubstr("  mend: register the device first: `berth device dynreg -c "));
}

TEST_F(Onboard, ConnectingPublishesAndPrints) {
  write("info.json", replaced(kFile, "YOUR_IOT_PSK", kDeviceSecret));
  cloud_.after_message = FakeHub::published("S3EUVBRJLB/device_1234/control", "on\x1b[2J");
  EXPECT_EQ(
      run_there("connect", {"--password", "--mac", "sha1", "--message", "{\"t\": 21}", "--once"}),
      kDone)
      << err();
  EXPECT_THAT(out(), HasSubstr("the server acknowledged the message to "
                               "S3EUVBRJLB/device_1234/event\n"));
  EXPECT_THAT(cloud_.seen(),
              ::testing::Contains("PUBLISH S3EUVBRJLB/device_1234/event {\"t\": 21}"));
  EXPECT_THAT(out(), Not(HasSubstr("\x1b")));
}

TEST(ReadPlace, TakesHostAndPortOutOfAUrl) {
  const auto shown = [](const std::string& url) {
    const std::optional<Place> place = read_place(url);
    return place ? place->host + " " + std::to_string(place->port) : "-";
  };
  EXPECT_EQ(shown("https://localhost:8443"), "localhost 8443");
  EXPECT_EQ(shown("https://a.example/"), "a.example 443");
  EXPECT_EQ(shown("mqtts://[::1]:8883"), "::1 8883");
  EXPECT_EQ(shown("https://[::1]"), "::1 443");
  for (const char* none : {"", "localhost:1", "mqtt://h", "https://h:x", "https://:1", "http://h:0",
                           "mqtt://h:70000"}) {
    EXPECT_EQ(shown(none), "-") << none;
  }
}

}  // namespace
}  // namespace berth::cli
