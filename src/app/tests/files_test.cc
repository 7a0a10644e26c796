#include "app/files.h"

#include "app/authority.h"
#include "app/certificates.h"
#include "app/data_directory.h"
#include "app/vault.h"
#include "base/clock.h"
#include "base/rng.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <stdlib.h>
#include <string>
#include <sys/stat.h>
#include <unistd.h>

namespace berth::app {
namespace {

class FilesTest : public testing::Test {
 protected:
  void SetUp() override {
    std::string pattern = (std::filesystem::temp_directory_path() / "berth-app-XXXXXX").string();
    ASSERT_NE(::mkdtemp(pattern.data()), nullptr);
    folder_ = pattern;
  }
  void TearDown() override { std::filesystem::remove_all(folder_); }

  int mode_of(const std::filesystem::path& path) {
    struct stat status {};
    EXPECT_EQ(::stat(path.c_str(), &status), 0);
    return static_cast<int>(status.st_mode & 07777);
  }

  std::filesystem::path folder_;
};

TEST_F(FilesTest, Write_ReplacesTheWholeFileWithTheModeGiven) {
  const auto path = folder_ / "a";
  ASSERT_TRUE(write_file(path, "first, and longer", 0600));
  ASSERT_TRUE(write_file(path, "second", 0644));
  const Result<Secret> content = read_file(path);
  ASSERT_TRUE(content);
  EXPECT_EQ(content->text(), "second");
  EXPECT_EQ(mode_of(path), 0644);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "a.new"));
}

TEST_F(FilesTest, Read_TellsMissingFromTooLarge) {
  EXPECT_EQ(read_file(folder_ / "none").error().kind, ErrorKind::kNotFound);
  ASSERT_TRUE(write_file(folder_ / "b", "12345", 0600));
  EXPECT_TRUE(read_file(folder_ / "b", 5));
  EXPECT_EQ(read_file(folder_ / "b", 4).error().kind, ErrorKind::kTooLarge);
}

TEST_F(FilesTest, MasterKey_IsMadeOnceAndReadBack) {
  base::SeededRng rng(1);
  const auto path = folder_ / "master.key";
  const Result<Secret> made = load_master_key(path, std::nullopt, true, rng);
  ASSERT_TRUE(made);
  EXPECT_EQ(made->size(), 32U);
  EXPECT_EQ(mode_of(path), 0600);
  const Result<Secret> again = load_master_key(path, std::nullopt, true, rng);
  ASSERT_TRUE(again);
  EXPECT_TRUE(made->equals(*again));
}

TEST_F(FilesTest, MasterKey_ThatOthersCanReadIsRefusedWithTheChmod) {
  base::SeededRng rng(1);
  const auto path = folder_ / "master.key";
  ASSERT_TRUE(load_master_key(path, std::nullopt, true, rng));
  ASSERT_EQ(::chmod(path.c_str(), 0640), 0);
  const Result<Secret> refused = load_master_key(path, std::nullopt, true, rng);
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().mend.find("chmod 600"), std::string::npos);
}

TEST_F(FilesTest, MasterKey_FromTheEnvironmentMustBe32Bytes) {
  base::SeededRng rng(1);
  const Result<Secret> refused =
      load_master_key(folder_ / "k", Secret::from_text("c2hvcnQ="), true, rng);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::kInvalid);
  EXPECT_FALSE(std::filesystem::exists(folder_ / "k"));
}

TEST_F(FilesTest, Vault_OpensOnlyUnderTheContextItSealedWith) {
  base::SeededRng rng(7);
  auto vault = make_vault(rng.secret(32), rng);
  ASSERT_TRUE(vault);
  const domain::Sealed sealed = (*vault)->seal(Secret::from_text("key"), "enrollment/a");
  EXPECT_TRUE((*vault)->open(sealed, "enrollment/a"));
  EXPECT_FALSE((*vault)->open(sealed, "enrollment/b"));
}

TEST_F(FilesTest, DataDirectory_IsHeldByOneServerAtATime) {
  const auto path = folder_ / "data";
  {
    Result<DataDirectory> first = DataDirectory::open(path);
    ASSERT_TRUE(first);
    EXPECT_EQ(mode_of(path), 0700);
    const Result<DataDirectory> second = DataDirectory::open(path);
    ASSERT_FALSE(second);
    EXPECT_EQ(second.error().kind, ErrorKind::kConflict);
    DataDirectory::Addresses addresses;
    addresses.url = "https://localhost:8443";
    addresses.mqtt_plain_url = "mqtt://localhost:1883";
    ASSERT_TRUE(first->announce(addresses));
    EXPECT_TRUE(std::filesystem::exists(path / "mqtt-plain-url"));
    EXPECT_FALSE(std::filesystem::exists(path / "http-url"));
    EXPECT_TRUE(std::filesystem::exists(path / "url"));
  }
  EXPECT_FALSE(std::filesystem::exists(path / "url"));
  EXPECT_FALSE(std::filesystem::exists(path / "mqtt-plain-url"));
  EXPECT_FALSE(std::filesystem::exists(path / "berth.pid"));
  EXPECT_TRUE(DataDirectory::open(path));
}

class CertificatesTest : public FilesTest {
 protected:
  Result<std::unique_ptr<Certificates>> open(std::vector<std::string> names) {
    auto authority = open_authority(folder_, clock_, rng_);
    if (!authority) return Fail(std::move(authority).error());
    return Certificates::open({folder_, {}, {}, *authority}, std::move(names), net::Limits{},
                              clock_, rng_);
  }
  std::string stored() { return std::string(read_file(folder_ / "server.pem")->text()); }

  base::FakeClock clock_;
  base::SystemRng rng_;
};

TEST_F(CertificatesTest, FirstStart_MakesACaAndASecondStartKeepsIt) {
  ASSERT_TRUE(open({"a.test"}));
  const std::string ca(read_file(folder_ / "ca.pem")->text());
  const std::string server = stored();
  EXPECT_EQ(mode_of(folder_ / "ca.key"), 0600);
  EXPECT_EQ(mode_of(folder_ / "server.pem"), 0600);
  ASSERT_TRUE(open({"a.test"}));
  EXPECT_EQ(read_file(folder_ / "ca.pem")->text(), ca);
  EXPECT_EQ(stored(), server);
}

TEST_F(CertificatesTest, Cover_ReissuesForANewNameOnly) {
  auto certificates = open({"a.test"});
  ASSERT_TRUE(certificates);
  const std::string before = stored();
  ASSERT_TRUE((*certificates)->cover({"a.test"}));
  EXPECT_EQ(stored(), before);
  ASSERT_TRUE((*certificates)->cover({"b.test"}));
  EXPECT_NE(stored(), before);
}

TEST_F(CertificatesTest, Cover_ReissuesBeforeTheEnd) {
  auto certificates = open({"a.test"});
  ASSERT_TRUE(certificates);
  const std::string before = stored();
  clock_.advance(crypto::Authority::kServerLifetime - crypto::Authority::kRenewBefore +
                 std::chrono::hours(48));
  ASSERT_TRUE((*certificates)->cover({}));
  EXPECT_NE(stored(), before);
}

TEST_F(CertificatesTest, OwnCertificateNeedsBothFiles) {
  const auto refused = Certificates::open({folder_, folder_ / "mine.pem", {}, nullptr}, {"a.test"},
                                          net::Limits{}, clock_, rng_);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().kind, ErrorKind::kInvalid);
}

}  // namespace
}  // namespace berth::app
