// `berth dice uds …`, `berth dice generate` and `berth simulate devkit`, with an image whose keys
// are known (dice-x509.md §2.10, K1).
#include "cli/tests/fake_world.h"
#include "device/tests/fake_hub.h"
#include "device/tests/swtpm.h"
#include "factory/riot_certificate.h"
#include "factory/tests/elf_file.h"
#include "factory/tests/riot_vectors.h"
#include "factory/tests/soft_token.h"

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
using device::testing::http;
using factory::testing::k1_image;
using factory::testing::k1_map;
using factory::testing::kBoardId;
using factory::testing::kUdsHex;
using factory::testing::SoftToken;
using ::testing::ContainsRegex;
using testing::FakeWorld;
using ::testing::HasSubstr;
using ::testing::MatchesRegex;
using ::testing::Not;

constexpr const char* kAliasKey =
    "d5f241aa210806b56f52505ead3cff40e552b2838a0a25d751c0fdeef4e12700";

class Dice : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    path_ = std::filesystem::temp_directory_path() /
            (std::string("berth-dice-") + test->name() + "-" + std::to_string(::getpid()));
    std::filesystem::create_directories(path_);
    const base::Bytes image = k1_image();
    write("kit.ino.bin", {image.begin(), image.end()});
    write("kit.ino.map", k1_map());
  }
  void TearDown() override { std::filesystem::remove_all(path_); }

  std::string file(const std::string& name) const { return (path_ / name).string(); }
  void write(const std::string& name, const std::string& text) {
    std::ofstream(path_ / name, std::ios::binary) << text;
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
  void write_elf(const base::Bytes& image) {
    factory::testing::ElfFile elf;
    elf.image = image;
    const base::Bytes bytes = elf.bytes();
    write("kit.ino.elf", {bytes.begin(), bytes.end()});
  }
  int run(std::vector<std::string> words, std::vector<std::string> more = {}) {
    words.insert(words.end(), more.begin(), more.end());
    return world_.run(words);
  }
  int generate(std::vector<std::string> more) {
    return run({"dice", "generate", "--out", file("cert.pem"), "--json"}, std::move(more));
  }
  int generate_k1(std::vector<std::string> more = {}) {
    more.insert(more.end(), {"--uds", kUdsHex, "--registration-id", kBoardId});
    if (std::find(more.begin(), more.end(), "--image") == more.end()) {
      more.insert(more.end(), {"--project", file("kit")});
    }
    return generate(std::move(more));
  }
  std::string shown(const char* name) {
    boost::system::error_code bad;
    const json::value value = json::parse(world_.out.str(), bad);
    return bad ? world_.out.str() + world_.err.str() : json::value_to<std::string>(value.at(name));
  }

  FakeWorld world_;
  std::filesystem::path path_;
};

TEST_F(Dice, GeneratesTheKeysOfTheVectorFromAProject) {
  ASSERT_EQ(generate({"--uds", kUdsHex, "--mac", "c8930123456a", "--firmware-version", "1.3.7",
                      "--project", file("kit")}),
            kDone)
      << world_.err.str();
  EXPECT_EQ(shown("registrationId"), kBoardId);
  EXPECT_EQ(shown("publicKeySha256"), kAliasKey);
  EXPECT_EQ(shown("firmwareSha256"),
            "7551f21161f49a5505ac642fa2983e09138a9dee81c6cd4133bcc9422d329227");
  EXPECT_THAT(read("cert.pem"), HasSubstr("-----BEGIN CERTIFICATE-----\n"));
  EXPECT_THAT(world_.out.str() + world_.err.str(), Not(HasSubstr(kUdsHex)));
}

TEST_F(Dice, TakesTheSecretInEitherCaseFromAFileOrStandardInput) {
  write("uds", base::ascii_upper(kUdsHex) + "\n");
  const std::vector<std::string> rest{"--registration-id", kBoardId, "--project", file("kit")};
  ASSERT_EQ(run({"dice", "generate", "--out", file("a.pem"), "--uds", "@" + file("uds")}, rest),
            kDone);
  world_.in.str(std::string(kUdsHex) + "\n");
  ASSERT_EQ(run({"dice", "generate", "--out", file("b.pem"), "--uds", "-"}, rest), kDone);
  EXPECT_EQ(read("a.pem"), read("b.pem"));
  EXPECT_NE(read("a.pem"), "");
}

TEST_F(Dice, AsksForWhatIsMissingInTheOrderOfTheBoardsTool) {
  world_.asks = true;
  world_.in.str(file("kit") + "\n" + kUdsHex + "\n\nc8930123456a\n1.3.7\n");
  ASSERT_EQ(generate({}), kDone) << world_.err.str();
  EXPECT_EQ(shown("registrationId"), kBoardId);
  EXPECT_EQ(shown("publicKeySha256"), kAliasKey);
  EXPECT_THAT(world_.err.str(),
              ContainsRegex("project.*UDS.*Registration id.*MAC address.*[Ff]irmware"));
}

TEST_F(Dice, AsksNothingMoreWhenTheIdIsGiven) {
  world_.asks = true;
  world_.in.str(file("kit") + "\n" + kUdsHex + "\nkit-7\n");
  ASSERT_EQ(generate({}), kDone) << world_.err.str();
  EXPECT_EQ(shown("registrationId"), "kit-7");
}

TEST_F(Dice, WithoutATerminalNamesTheFlagsItNeeds) {
  EXPECT_EQ(generate({}), kUsage);
  EXPECT_THAT(world_.err.str(), HasSubstr("needs --project"));
  EXPECT_EQ(generate({"--project", file("kit")}), kUsage);
  EXPECT_THAT(world_.err.str(), HasSubstr("needs --uds or --uds-store"));
  EXPECT_EQ(generate({"--project", file("kit"), "--uds", kUdsHex}), kUsage);
  EXPECT_THAT(world_.err.str(), HasSubstr("needs --registration-id, or --mac"));
  EXPECT_EQ(generate({"--project", file("kit"), "--uds", kUdsHex, "--mac", "c8930123456a"}),
            kUsage);
  EXPECT_THAT(world_.err.str(), HasSubstr("needs --firmware-version"));
}

TEST_F(Dice, FallsBackToTheSymbolsOfTheElfFile) {
  std::filesystem::remove(path_ / "kit.ino.map");
  EXPECT_EQ(generate_k1(), kFailed);
  EXPECT_THAT(world_.err.str(), HasSubstr("is there"));
  write_elf(k1_image());
  ASSERT_EQ(generate_k1(), kDone) << world_.err.str();
  EXPECT_EQ(shown("publicKeySha256"), kAliasKey);
}

TEST_F(Dice, TakesFilesOneByOne) {
  write_elf(k1_image());
  ASSERT_EQ(generate_k1({"--image", file("kit.ino.bin"), "--map", file("kit.ino.map")}), kDone);
  EXPECT_EQ(shown("publicKeySha256"), kAliasKey);
  ASSERT_EQ(generate_k1({"--image", file("kit.ino.bin"), "--elf", file("kit.ino.elf")}), kDone);
  EXPECT_EQ(shown("publicKeySha256"), kAliasKey);
  EXPECT_EQ(generate_k1({"--image", file("kit.ino.bin")}), kUsage);
}

TEST_F(Dice, WarnsWhenTheElfFileBesideTheMapIsOfAnotherBuild) {
  write_elf(k1_image());
  ASSERT_EQ(generate_k1(), kDone);
  EXPECT_EQ(world_.err.str(), "");
  base::Bytes other = k1_image();
  other[0x200] ^= 1U;
  write_elf(other);
  ASSERT_EQ(generate_k1(), kDone);
  EXPECT_THAT(world_.err.str(), HasSubstr("of two builds"));
}

TEST_F(Dice, ComparesWithACertificateThatAnotherToolMade) {
  const auto theirs = base::base64_decode(factory::testing::kK1Alias);
  write("theirs.pem", factory::certificate_pem(*theirs));
  ASSERT_EQ(generate_k1({"--compare", file("theirs.pem")}), kDone) << world_.err.str();
  EXPECT_THAT(world_.err.str(), HasSubstr("nonce that everybody knows"));
  ASSERT_EQ(generate_k1({"--compare", file("cert.pem")}), kDone);
  EXPECT_EQ(world_.err.str(), "");
  base::Bytes other = k1_image();
  other[0x200] ^= 1U;
  write("kit.ino.bin", {other.begin(), other.end()});
  EXPECT_EQ(generate_k1({"--compare", file("theirs.pem")}), kFailed);
  EXPECT_THAT(world_.err.str(), HasSubstr("certifies another key"));
}

TEST_F(Dice, EnrollsTheBoardWhenToldTo) {
  world_.server.answer("POST /api/v1/scopes/0neA/enrollments",
                       std::string(R"({"id":")") + kBoardId + "\"}", 201);
  ASSERT_EQ(generate_k1({}), kDone);
  EXPECT_TRUE(world_.server.calls.empty());
  ASSERT_EQ(generate_k1({"--enroll", "--scope", "0neA"}), kDone) << world_.err.str();
  ASSERT_EQ(world_.server.calls.size(), 1U);
  const json::value body = json::parse(world_.server.calls[0].body.value());
  EXPECT_EQ(body.at("id"), kBoardId);
  EXPECT_EQ(body.at("attestation").at("type"), "x509");
  EXPECT_EQ(json::value_to<std::string>(body.at("attestation").at("primary").at("certificate")),
            read("cert.pem"));
}

TEST_F(Dice, RefusesImagesThatAreCutShortAndMapsOfSomethingElse) {
  write("kit.ino.bin", std::string(0x33f, 'x'));
  EXPECT_EQ(generate_k1(), kFailed);
  EXPECT_THAT(world_.err.str(), HasSubstr("cut short, or belongs to another build"));
  write("kit.ino.map", "nothing of a board\n");
  EXPECT_EQ(generate_k1(), kFailed);
  EXPECT_THAT(world_.err.str(), HasSubstr("kit.ino.map: the map has no line with `FLASH"));
  EXPECT_FALSE(std::filesystem::exists(path_ / "cert.pem"));
}

TEST_F(Dice, RefusesSecretsAndNamesThatCannotBe) {
  const std::vector<std::string> rest{"--project", file("kit"), "--firmware-version", "1.3.7"};
  EXPECT_EQ(run({"dice", "generate", "--uds", "0011", "--mac", "c8930123456a"}, rest), kFailed);
  EXPECT_THAT(world_.err.str(), HasSubstr("4 characters were given"));
  EXPECT_EQ(run({"dice", "generate", "--uds", kUdsHex, "--mac", "C8930123456A"}, rest), kFailed);
  EXPECT_THAT(world_.err.str(), HasSubstr("capital letters"));
  EXPECT_EQ(generate({"--project", file("kit"), "--uds", kUdsHex, "--registration-id", "Kit_7"}),
            kFailed);
  EXPECT_EQ(generate({"--project", file("kit"), "--uds", kUdsHex, "--registration-id", "kit-7",
                      "--mac", "c8930123456a"}),
            kUsage);
}

TEST_F(Dice, KeepsASecretInASealedFileWithAKeyBesideIt) {
  ASSERT_EQ(run({"dice", "uds", "store", kUdsHex, "--store", file("board.uds")}), kDone)
      << world_.err.str();
  EXPECT_EQ(mode("board.uds"), 0600U);
  EXPECT_EQ(mode("board.uds.key"), 0600U);
  EXPECT_THAT(read("board.uds"), Not(HasSubstr(kUdsHex)));
  ASSERT_EQ(run({"dice", "uds", "show", "--store", file("board.uds")}), kDone);
  EXPECT_EQ(world_.out.str(), std::string(kUdsHex) + "\n");
  ASSERT_EQ(generate({"--uds-store", file("board.uds"), "--registration-id", kBoardId, "--project",
                      file("kit")}),
            kDone);
  EXPECT_EQ(shown("publicKeySha256"), kAliasKey);
  std::filesystem::remove(path_ / "board.uds.key");
  EXPECT_EQ(run({"dice", "uds", "show", "--store", file("board.uds")}), kFailed);
}

TEST_F(Dice, RefusesAKeyFileThatOthersCanRead) {
  ASSERT_EQ(run({"dice", "uds", "store", kUdsHex, "--store", file("board.uds")}), kDone);
  ::chmod(file("board.uds.key").c_str(), 0640);
  EXPECT_EQ(run({"dice", "uds", "show", "--store", file("board.uds")}), kFailed);
  EXPECT_THAT(world_.err.str(), HasSubstr("can be read by others"));
}

TEST_F(Dice, OverwritesASecretOnlyWhenToldTo) {
  const std::vector<std::string> where{"--store", file("board.uds")};
  ASSERT_EQ(run({"dice", "uds", "store", kUdsHex}, where), kDone);
  EXPECT_EQ(run({"dice", "uds", "generate"}, where), kFailed);
  EXPECT_THAT(world_.err.str(), HasSubstr("--replace"));
  EXPECT_EQ(world_.out.str(), "");
  ASSERT_EQ(run({"dice", "uds", "generate", "--replace"}, where), kDone);
  ASSERT_EQ(run({"dice", "uds", "show"}, where), kDone);
  EXPECT_NE(world_.out.str(), std::string(kUdsHex) + "\n");
}

TEST_F(Dice, SealsWithAPassphraseThatIsAskedTwice) {
  world_.asks = true;
  world_.in.str("four words for one\nfour words for two\n");
  const std::vector<std::string> where{"--store", file("board.uds")};
  EXPECT_EQ(run({"dice", "uds", "store", kUdsHex, "--passphrase"}, where), kFailed);
  EXPECT_THAT(world_.err.str(), HasSubstr("differ"));
  world_.in.clear();
  world_.in.str("four words for one\nfour words for one\nfour words for one\nanother guess\n");
  ASSERT_EQ(run({"dice", "uds", "store", kUdsHex, "--passphrase"}, where), kDone)
      << world_.err.str();
  ASSERT_EQ(run({"dice", "uds", "show"}, where), kDone);
  EXPECT_EQ(world_.out.str(), std::string(kUdsHex) + "\n");
  EXPECT_EQ(run({"dice", "uds", "show"}, where), kFailed);
  EXPECT_THAT(world_.err.str(), HasSubstr("passphrase is another"));
  world_.asks = false;
  EXPECT_EQ(run({"dice", "uds", "show"}, where), kFailed);
}

TEST_F(Dice, GeneratesAnotherSecretEachTime) {
  ASSERT_EQ(run({"dice", "uds", "generate"}), kDone);
  const std::string first = world_.out.str();
  EXPECT_THAT(first, MatchesRegex("[0-9a-f]{64}\n"));
  ASSERT_EQ(run({"dice", "uds", "generate", "--out", file("uds.txt")}), kDone);
  EXPECT_THAT(read("uds.txt"), MatchesRegex("[0-9a-f]{64}"));
  EXPECT_NE(read("uds.txt") + "\n", first);
  EXPECT_EQ(mode("uds.txt"), 0600U);
}

TEST_F(Dice, KeepsASecretInAToken) {
  const SoftToken token("desk");
  write("pin", std::string(SoftToken::kPin) + "\n");
  const std::vector<std::string> where{"--store", token.uri("desk"), "--pin-file", file("pin")};
  ASSERT_EQ(run({"dice", "uds", "store", kUdsHex}, where), kDone) << world_.err.str();
  ASSERT_EQ(run({"dice", "uds", "show"}, where), kDone);
  EXPECT_EQ(world_.out.str(), std::string(kUdsHex) + "\n");
  world_.asks = true;
  world_.in.str(std::string(SoftToken::kPin) + "\n");
  ASSERT_EQ(run({"dice", "uds", "show", "--store", token.uri("desk")}), kDone);
  EXPECT_THAT(world_.err.str(), HasSubstr("User PIN"));
}

TEST_F(Dice, KeepsASecretByATpm) {
  const device::testing::Swtpm tpm;
  if (!tpm.is_there()) GTEST_SKIP() << tpm.why_not();
  const std::vector<std::string> where{"--store", "tpm:" + file("board.tpm"), "--tcti", tpm.tcti()};
  EXPECT_EQ(run({"dice", "uds", "show"}, where), kFailed);
  ASSERT_EQ(run({"dice", "uds", "store", kUdsHex}, where), kDone) << world_.err.str();
  EXPECT_EQ(mode("board.tpm"), 0600U);
  ASSERT_EQ(run({"dice", "uds", "show"}, where), kDone) << world_.err.str();
  EXPECT_EQ(world_.out.str(), std::string(kUdsHex) + "\n");
  EXPECT_EQ(run({"dice", "uds", "generate"}, where), kFailed);
  EXPECT_THAT(world_.err.str(), HasSubstr("--replace"));
}

TEST_F(Dice, ABoardThatIsSimulatedRegistersWithItsDerivedKey) {
  std::string key;
  device::testing::Protection asking;
  asking.configure = [&key](SSL_CTX* context) {
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_cert_verify_callback(
        context,
        [](X509_STORE_CTX* check, void* into) {
          std::array<std::uint8_t, 65> point{};
          std::size_t size = 0;
          EVP_PKEY_get_octet_string_param(X509_get0_pubkey(X509_STORE_CTX_get0_cert(check)), "pub",
                                          point.data(), point.size(), &size);
          *static_cast<std::string*>(into) = base::hex_encode(point);
          return 1;
        },
        &key);
  };
  FakeHub cloud(asking);
  cloud.provision = [](const std::string& request) {
    return request.starts_with("PUT")
               ? http(202, R"({"operationId":"4.op","status":"assigning"})")
               : http(200, R"({"operationId":"4.op","status":"assigned","registrationState":)"
                           R"({"assignedHub":"hub.localhost","deviceId":"kit-7"}})");
  };
  const std::string port = std::to_string(cloud.port());
  const std::vector<std::string> board{"simulate",
                                       "devkit",
                                       "--uds",
                                       kUdsHex,
                                       "--project",
                                       file("kit"),
                                       "--mac",
                                       "c8930123456a",
                                       "--firmware-version",
                                       "1.3.7",
                                       "--scope",
                                       "0neA",
                                       "--host",
                                       "localhost",
                                       "--port",
                                       port,
                                       "--mqtt-port",
                                       port,
                                       "--ca",
                                       cloud.ca().string(),
                                       "--poll-delay",
                                       "0"};
  const std::string alias =
      "0489e4219d2b9fb2701a06bd1281236e3c7e5bca3807c9d2ed3289933544cc23ea"
      "4f6868d68147ce973091d53c9f7ce963798d4213499a6ece7c924ae9c9d7919c";
  for (const char* layout : {"", "--as-firmware"}) {
    key.clear();
    std::vector<std::string> words = board;
    if (*layout != '\0') words.emplace_back(layout);
    ASSERT_EQ(world_.run(words), kDone) << world_.err.str();
    EXPECT_EQ(key, alias) << layout;
    EXPECT_THAT(world_.out.str(), HasSubstr("Registration id: " + std::string(kBoardId) + "\n"));
    EXPECT_THAT(world_.out.str(), HasSubstr("DPS connected!\n"));
    EXPECT_THAT(world_.out.str(), HasSubstr("telemetry: 1 of 1 acknowledged\n"));
  }
  base::Bytes image = k1_image();
  image[0x210] ^= 1U;
  write("kit.ino.bin", {image.begin(), image.end()});
  ASSERT_EQ(world_.run(board), kDone);
  EXPECT_NE(key, alias);
}

}  // namespace
}  // namespace berth::cli
