// Certificates on the command line: CAs, revocation, enrollments and devices that have them.
#include "cli/tests/fake_world.h"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <unistd.h>

namespace berth::cli {
namespace {

using ::testing::ElementsAre;
using testing::FakeWorld;
using ::testing::HasSubstr;
namespace fs = std::filesystem;
namespace json = boost::json;

constexpr const char* kScope = "/api/v1/scopes/s";

class CertificateVerbs : public ::testing::Test {
 protected:
  CertificateVerbs() {
    fs::create_directories(directory);
    write("ca.pem", "PEM");
  }
  ~CertificateVerbs() override { fs::remove_all(directory); }

  std::string write(const std::string& name, const std::string& content) {
    std::ofstream(directory / name, std::ios::binary) << content;
    return file(name);
  }
  std::string file(const std::string& name) const { return (directory / name).string(); }
  int run(std::vector<std::string> words, const std::string& body = "{}") {
    for (const char* method : {"GET", "POST", "PATCH", "DELETE"}) {
      world.server.otherwise[method] = body;
    }
    words.insert(words.end(), {"--scope", "s"});
    return world.run(words);
  }
  json::value sent() const { return json::parse(world.server.calls.back().body.value()); }
  std::string sent_text() const { return json::serialize(sent()); }
  std::string err() const { return world.err.str(); }

  const fs::path directory =
      fs::temp_directory_path() / ("berth-certificates-" + std::to_string(getpid()));
  FakeWorld world;
};

TEST_F(CertificateVerbs, ACaIsSentAsItIsInTheFile) {
  EXPECT_EQ(run({"certificate", "create", "--name", "root", "--path", file("ca.pem")},
                R"({"verified":false})"),
            kDone);
  EXPECT_THAT(world.server.sent(), ElementsAre(std::string("POST ") + kScope + "/certificates"));
  EXPECT_EQ(sent_text(), R"({"name":"root","certificate":"PEM"})");
  EXPECT_THAT(world.out.str(), HasSubstr("generate-verification-code root"));
}

TEST_F(CertificateVerbs, DerIsSentAsBase64) {
  const std::string der = write("ca.der", std::string("\x30\x82\x00\xff", 4));
  EXPECT_EQ(run({"certificate", "create", "root", "-p", der, "--verified"}), kDone);
  EXPECT_EQ(sent_text(), R"({"name":"root","certificate":"MIIA/w==","verified":true})");
}

TEST_F(CertificateVerbs, WhatIsNoFileOrNoCertificateIsSaidBeforeAnythingIsSent) {
  EXPECT_EQ(run({"certificate", "create", "root", "--path", file("none.pem")}), kFailed);
  EXPECT_THAT(err(), HasSubstr("none.pem"));
  EXPECT_EQ(run({"certificate", "create", "root", "--path", write("empty", "")}), kFailed);
  EXPECT_EQ(run({"certificate", "create", "root", "--path", write("raw", std::string(3, '\0'))}),
            kFailed);
  EXPECT_EQ(run({"certificate", "create", "root", "--path",
                 write("large", std::string(64 * 1024 + 1, 'a'))}),
            kFailed);
  EXPECT_EQ(run({"certificate", "create", "root"}), kUsage);
  EXPECT_TRUE(world.server.calls.empty());
}

TEST_F(CertificateVerbs, TheListShowsWhoseCertificateItIs) {
  EXPECT_EQ(
      run({"certificate", "list"}, R"({"items":[{"name":"root","verified":true,"certificate":)"
                                   R"({"subject":"CN=Root","notAfter":"2030-01-02T03:04:05Z"}}]})"),
      kDone);
  EXPECT_THAT(world.out.str(), HasSubstr("CN=Root"));
  EXPECT_THAT(world.out.str(), HasSubstr("2030-01-02 03:04:05Z"));
}

TEST_F(CertificateVerbs, PossessionIsProvenInTwoSteps) {
  EXPECT_EQ(run({"certificate", "generate-verification-code", "root"},
                R"({"verificationCode":"ABC123"})"),
            kDone);
  EXPECT_THAT(world.out.str(), HasSubstr("CN=ABC123"));
  EXPECT_EQ(run({"certificate", "verify", "root", "--path", file("ca.pem")}), kDone);
  EXPECT_EQ(world.server.sent().back(),
            std::string("POST ") + kScope + "/certificates/root/verify");
}

TEST_F(CertificateVerbs, OneOfFileAndFingerprintIsRevoked) {
  EXPECT_EQ(run({"certificate", "revoke", "--yes"}), kUsage);
  EXPECT_EQ(run({"certificate", "revoke", "--path", file("ca.pem"), "--sha256", "aa", "--yes"}),
            kUsage);
  EXPECT_TRUE(world.server.calls.empty());
  EXPECT_EQ(run({"certificate", "revoke", "--path", file("ca.pem"), "--reason", "lost", "--yes"}),
            kDone);
  EXPECT_EQ(sent_text(), R"({"certificate":"PEM","reason":"lost"})");
}

TEST_F(CertificateVerbs, AnEnrollmentIsKnownByItsCertificate_ItsIdMayBeLeftOut) {
  EXPECT_EQ(run({"enrollment", "create", "--certificate-path", file("ca.pem")},
                R"({"id":"dev-1","warnings":["watch out"]})"),
            kDone);
  EXPECT_EQ(sent_text(), R"({"attestation":{"primary":{"certificate":"PEM"},"type":"x509"}})");
  EXPECT_THAT(world.out.str(), HasSubstr("created enrollment dev-1"));
  EXPECT_THAT(err(), HasSubstr("warning: watch out"));
  EXPECT_EQ(run({"enrollment", "create"}), kUsage);
  EXPECT_EQ(run({"enrollment-group", "create", "--certificate-path", file("ca.pem")}), kUsage);
}

TEST_F(CertificateVerbs, WhatAnAttestationNeedsIsSaidHere) {
  EXPECT_EQ(run({"enrollment", "create", "e", "--attestation-type", "x509"}), kUsage);
  EXPECT_EQ(run({"enrollment", "create", "e", "--attestation-type", "tpm"}), kUsage);
  EXPECT_EQ(run({"enrollment-group", "create", "g", "--attestation-type", "tpm"}), kUsage);
  EXPECT_EQ(run({"enrollment-group", "create", "g", "--root-ca-name", "r", "--certificate-path",
                 file("ca.pem")}),
            kUsage);
  EXPECT_EQ(run({"enrollment", "update", "e", "--issue-certificates", "many"}), kUsage);
  EXPECT_EQ(run({"enrollment", "update", "e", "--dice-off", "--dice-vendor", "v"}), kUsage);
  EXPECT_TRUE(world.server.calls.empty());
}

TEST_F(CertificateVerbs, CertificatesChangeOverBySlots) {
  EXPECT_EQ(run({"enrollment-group", "update", "g", "--secondary-root-ca-name", "new",
                 "--remove-certificate", "primary"}),
            kDone);
  EXPECT_EQ(sent_text(),
            R"({"attestation":{"primary":null,"secondary":{"ca":"new"},"type":"x509"}})");
}

TEST_F(CertificateVerbs, RulesForFirmwareGoWithTheCertificates) {
  EXPECT_EQ(run({"enrollment", "update", "e", "--dice-digest", "aa", "--dice-digest", "bb",
                 "--dice-min-version", "1.2", "--dice-min-svn", "3", "--dice-unknown", "hold",
                 "--dice-debug", "true"}),
            kDone);
  EXPECT_EQ(sent_text(), R"({"attestation":{"dice":{"digests":["aa","bb"],"versionMin":"1.2",)"
                         R"("svnMin":3,"debug":true,"unknown":"held"},"type":"x509"}})");
  EXPECT_EQ(run({"enrollment", "update", "e", "--dice-off"}), kDone);
  EXPECT_EQ(sent_text(), R"({"attestation":{"dice":null,"type":"x509"}})");
}

TEST_F(CertificateVerbs, IssuingIsSwitchedOnForDays_AndOff) {
  EXPECT_EQ(run({"enrollment", "update", "e", "--issue-certificates", "30"}), kDone);
  EXPECT_EQ(sent_text(), R"({"certificateLifetimeDays":30})");
  EXPECT_EQ(run({"enrollment", "update", "e", "--issue-certificates", "off"}), kDone);
  EXPECT_EQ(sent_text(), R"({"certificateLifetimeDays":null})");
}

TEST_F(CertificateVerbs, ATpmIsKnownByItsKeys) {
  const std::string key = "@" + write("ek", "RUs=\n");
  EXPECT_EQ(run({"enrollment", "create", "e", "--endorsement-key", key}), kDone);
  EXPECT_EQ(sent_text(), R"({"attestation":{"endorsementKey":"RUs=","type":"tpm"},"id":"e"})");
}

TEST_F(CertificateVerbs, ADeviceProvesItselfInOneWay) {
  const auto create = [&](std::vector<std::string> more) {
    std::vector<std::string> words{"device", "create", "d", "--hub", "h"};
    words.insert(words.end(), more.begin(), more.end());
    return run(words);
  };
  EXPECT_EQ(create({"--auth", "x509-thumbprint"}), kUsage);
  EXPECT_EQ(create({"--auth", "x509-ca", "--primary-thumbprint", "aa"}), kUsage);
  EXPECT_TRUE(world.server.calls.empty());
  EXPECT_EQ(create({"--auth", "x509-thumbprint", "--primary-thumbprint", "aa"}), kDone);
  EXPECT_EQ(json::serialize(sent().at("attestation")),
            R"({"primaryThumbprint":"aa","type":"x509_thumbprint"})");
  EXPECT_EQ(create({"--auth", "x509-ca"}), kDone);
  EXPECT_EQ(json::serialize(sent().at("attestation")), R"({"type":"x509_ca"})");
}

TEST_F(CertificateVerbs, ApprovalNamesTheEnrollment) {
  EXPECT_EQ(run({"dice", "approve", "dev-1"}, R"({"id":"line-7"})"), kDone);
  EXPECT_THAT(world.server.sent(),
              ElementsAre(std::string("POST ") + kScope + "/registrations/dev-1/approve-firmware"));
  EXPECT_THAT(world.out.str(), HasSubstr("enrollment line-7 accepts"));
}

}  // namespace
}  // namespace berth::cli
