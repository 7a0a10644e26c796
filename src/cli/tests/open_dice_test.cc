// `berth dice open-dice …` and `berth dice inspect`, with files of their own and no server.
#include "cli/tests/fake_world.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <unistd.h>

namespace berth::cli {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

const std::string kZeroUds(64, '0');
constexpr const char* kAttest = "fbfc679771342eeacb908659ce49d6b63b4535da2c51433d7f04efa6319e0c19";
constexpr const char* kSeal = "8ff8b22571325e7defefbfea8df1c9f34bf4d9ee03b75b788219c6b1ef49bdc5";

std::string content(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

bool is_private(const std::filesystem::path& path) {
  using std::filesystem::perms;
  return std::filesystem::status(path).permissions() == (perms::owner_read | perms::owner_write);
}

class OpenDiceVerbs : public ::testing::Test {
 protected:
  OpenDiceVerbs() {
    const auto* const test = ::testing::UnitTest::GetInstance()->current_test_info();
    folder_ = std::filesystem::path(::testing::TempDir()) /
              (std::string("open-dice-") + test->name() + "-" + std::to_string(::getpid()));
    std::filesystem::create_directories(folder_);
  }
  ~OpenDiceVerbs() override { std::filesystem::remove_all(folder_); }

  std::string path(const std::string& name) const { return (folder_ / name).string(); }
  void write(const std::string& name, const std::string& text) const {
    std::ofstream(folder_ / name, std::ios::binary) << text;
  }
  int run(std::vector<std::string> words) {
    words.insert(words.begin(), "dice");
    return world_.run(std::move(words));
  }

  testing::FakeWorld world_;
  std::filesystem::path folder_;
};

TEST_F(OpenDiceVerbs, DeriveShowsIdsAndKeepsSecretsInPrivateFiles) {
  ASSERT_EQ(run({"open-dice", "derive", "--uds", kZeroUds, "--out", path("layer")}), 0)
      << world_.err.str();
  EXPECT_THAT(world_.out.str(), HasSubstr("7a06eee41b789f4863d86b8778b1a201a6fedd56"));
  EXPECT_THAT(world_.out.str(), HasSubstr("67c22a8859062b986818e8e72b0bcd9f59349c89"));
  EXPECT_THAT(world_.out.str() + world_.err.str(), Not(HasSubstr(kAttest)));
  EXPECT_EQ(content(path("layer.cdi-attest")), kAttest);
  EXPECT_EQ(content(path("layer.cdi-seal")), kSeal);
  EXPECT_TRUE(is_private(path("layer.cdi-attest")));
  EXPECT_TRUE(is_private(path("layer.cdi-seal")));
}

TEST_F(OpenDiceVerbs, CertifyMakesAChainThatInspectVerifies) {
  write("boot", "boot loader");
  ASSERT_EQ(run({"open-dice", "certify", "--uds", kZeroUds, "--code", path("boot"), "--mode",
                 "normal", "--algorithm", "p256", "--profile", "opendice.example", "--out",
                 path("chain.pem"), "--leaf-cn", "gate-7", "--key-out", path("gate.key")}),
            0)
      << world_.err.str();
  EXPECT_TRUE(is_private(path("gate.key")));
  EXPECT_THAT(content(path("gate.key")), HasSubstr("PRIVATE KEY"));
  ASSERT_EQ(run({"inspect", path("chain.pem")}), 0) << world_.err.str();
  EXPECT_THAT(world_.out.str(), HasSubstr("gate-7"));
  EXPECT_THAT(world_.out.str(), HasSubstr("signed by certificate 2"));
  EXPECT_THAT(world_.out.str(), HasSubstr("signed by certificate 3"));
  EXPECT_THAT(world_.out.str(), HasSubstr("signed by itself"));
  EXPECT_THAT(world_.out.str(), HasSubstr("opendice.example"));
}

TEST_F(OpenDiceVerbs, ALayerStandsOnTheOneBefore) {
  for (const std::string format : {"x509", "cbor"}) {
    const std::string chain = path("chain." + format);
    ASSERT_EQ(run({"open-dice", "certify", "--uds", kZeroUds, "--format", format, "--out", chain}),
              0);
    ASSERT_EQ(run({"open-dice", "derive", "--uds", kZeroUds, "--out", path("one")}), 0);
    const std::string longer = path("longer." + format);
    ASSERT_EQ(
        run({"open-dice", "certify", "--cdi-attest", "@" + path("one.cdi-attest"), "--cdi-seal",
             "@" + path("one.cdi-seal"), "--format", format, "--chain", chain, "--out", longer}),
        0)
        << world_.err.str();
    ASSERT_EQ(run({"inspect", longer, "--json"}), 0) << world_.err.str();
    const std::string report = world_.out.str();
    EXPECT_THAT(report, HasSubstr(R"("verdict":"signed by certificate )"));
    EXPECT_THAT(report, Not(HasSubstr("not signed"))) << report;
  }
}

TEST_F(OpenDiceVerbs, WrongInputsAreWrongUsage) {
  const std::string out = path("out");
  const std::vector<std::string> base = {"open-dice", "certify", "--out", out};
  const auto code = [&](std::vector<std::string> more) {
    more.insert(more.begin(), base.begin(), base.end());
    return run(more);
  };
  EXPECT_EQ(code({}), 2) << "nothing to derive from";
  EXPECT_EQ(code({"--uds", kZeroUds, "--cdi-attest", kZeroUds}), 2);
  EXPECT_EQ(code({"--cdi-attest", kZeroUds}), 2) << "no CDI_Seal";
  EXPECT_EQ(code({"--uds", "00"}), 2);
  EXPECT_EQ(code({"--uds", kZeroUds, "--hidden", "00"}), 2);
  EXPECT_EQ(code({"--uds", kZeroUds, "--leaf-cn", "a"}), 2) << "no place for the key";
  EXPECT_EQ(code({"--uds", kZeroUds, "--leaf-cn", "a", "--key-out", path("k"), "--days", "0"}), 2);
  EXPECT_EQ(code({"--uds", kZeroUds, "--format", "cbor", "--leaf-cn", "a"}), 2);
  EXPECT_EQ(code({"--uds", kZeroUds, "--code", path("none")}), 1) << "no such file";
  EXPECT_FALSE(std::filesystem::exists(out));
}

TEST_F(OpenDiceVerbs, InspectRefusesOtherFilesAndBrokenChains) {
  write("text", "hello");
  EXPECT_EQ(run({"inspect", path("text")}), 1);
  EXPECT_THAT(world_.err.str(), HasSubstr("neither PEM, nor DER, nor a CBOR certificate"));

  ASSERT_EQ(run({"open-dice", "certify", "--uds", kZeroUds, "--out", path("one.pem")}), 0);
  const std::string other(64, '1');
  ASSERT_EQ(run({"open-dice", "certify", "--uds", other, "--out", path("two.pem")}), 0);
  write("both.pem", content(path("one.pem")) + content(path("two.pem")));
  EXPECT_EQ(run({"inspect", path("both.pem")}), 1);
  EXPECT_THAT(world_.err.str(), HasSubstr("a signature of the chain does not verify"));
}

}  // namespace
}  // namespace berth::cli
