// Requests about certificates: what each becomes, and what is refused.
#include "dialects/admin/tests/clerk.h"
#include "dialects/admin/tests/records.h"

namespace berth::dialects::admin::testing {
namespace {

constexpr const char* kCas = "/api/v1/scopes/0ne1/certificates";
constexpr const char* kDevices = "/api/v1/scopes/0ne1/enrollments";
constexpr const char* kGroups = "/api/v1/scopes/0ne1/enrollment-groups";

class Certificates : public ::testing::Test {
 protected:
  std::string line(const char* method, std::string path) { return method + (" " + path); }
  domain::EnrollmentEdit edit(const std::string& attestation) {
    const std::string body = R"({"attestation":)" + attestation + "}";
    return clerk.operation<domain::CreateEnrollment>({line("POST", kDevices), body}).edit;
  }
  int refused(const std::string& attestation) {
    return clerk.refused({line("POST", kDevices), R"({"attestation":)" + attestation + "}"}).status;
  }
  Clerk clerk;
};

TEST_F(Certificates, ACaIsGivenWithItsPem) {
  const auto create = clerk.operation<domain::CreateCa>(
      {line("POST", kCas), R"({"name":"root","certificate":"-----BEGIN\nx","verified":true})"});
  EXPECT_EQ(create.scope, "0ne1");
  EXPECT_EQ(create.edit.name, "root");
  EXPECT_EQ(create.edit.certificate, "-----BEGIN\nx");
  EXPECT_EQ(create.edit.verified, true);
  EXPECT_EQ(clerk.refused({line("POST", kCas), R"({"name":"root"})"}).status, 400);
}

TEST_F(Certificates, OfOneCaTheEtagIsTaken) {
  const std::string one = std::string(kCas) + "/root";
  const std::vector<wire::Header> etag{{"if-match", "\"3\""}};
  EXPECT_EQ(clerk.operation<domain::GetCa>({line("GET", one)}).name, "root");
  EXPECT_EQ(clerk.operation<domain::UpdateCa>({line("PATCH", one), "{}", etag}).precondition, 3u);
  EXPECT_EQ(clerk.operation<domain::DeleteCa>({line("DELETE", one), "", etag}).precondition, 3u);
  EXPECT_EQ(clerk
                .operation<domain::MakeVerificationCode>(
                    {line("POST", one + "/verification-code"), "", etag})
                .precondition,
            3u);
  const auto verify = clerk.operation<domain::VerifyCa>(
      {line("POST", one + "/verify"), R"({"certificate":"p"})", etag});
  EXPECT_EQ(verify.certificate, "p");
  EXPECT_EQ(verify.precondition, 3u);
}

TEST_F(Certificates, AreRevokedByFingerprintOrWhole_AndRestored) {
  const std::string path = "/api/v1/scopes/0ne1/revoked-certificates";
  const auto by_hex = clerk.operation<domain::RevokeCertificate>(
      {line("POST", path), R"({"sha256":"aa","reason":"stolen"})"});
  EXPECT_EQ(by_hex.sha256, "aa");
  EXPECT_EQ(by_hex.reason, "stolen");
  EXPECT_EQ(
      clerk.operation<domain::RevokeCertificate>({line("POST", path), R"({"certificate":"p"})"})
          .certificate,
      "p");
  EXPECT_EQ(clerk.operation<domain::RestoreCertificate>({line("DELETE", path + "/aa")}).sha256,
            "aa");
  EXPECT_EQ(clerk
                .operation<domain::ListIssued>(
                    {"GET /api/v1/scopes/0ne1/issued-certificates?registration=pump-1"})
                .registration,
            "pump-1");
}

TEST_F(Certificates, ARevokedOneHasAPlace) {
  const auto response =
      clerk.answered({"POST /api/v1/scopes/0ne1/revoked-certificates", R"({"sha256":"aa"})"},
                     domain::ManagementResult(sample_revoked()));
  EXPECT_EQ(response.status, 201);
  EXPECT_TRUE(header_of(response, "Location")
                  .ends_with("/revoked-certificates/" + base::hex_encode(base::Bytes(32, 7))));
}

TEST_F(Certificates, AnEnrollmentTrustsTwo_AndNullEmptiesASlot) {
  const domain::EnrollmentEdit given =
      edit(R"({"type":"x509","primary":{"certificate":"p"},"secondary":null})");
  ASSERT_TRUE(given.x509);
  EXPECT_EQ(given.x509->primary->certificate, "p");
  ASSERT_TRUE(given.x509->secondary);
  EXPECT_TRUE(given.x509->secondary->certificate.empty());
  EXPECT_FALSE(given.x509->dice);
  EXPECT_FALSE(given.id);
}

TEST_F(Certificates, ASlotHoldsACertificateOrACa) {
  for (const char* slot : {R"({})", R"({"certificate":"p","ca":"c"})", R"("p")"}) {
    EXPECT_EQ(refused(R"({"primary":)" + std::string(slot) + "}"), 400) << slot;
  }
  EXPECT_EQ(edit(R"({"primary":{"ca":"root"}})").x509->primary->ca, "root");
}

TEST_F(Certificates, RulesForFirmwareAreReadWhole_AndNullTakesThemAway) {
  const auto dice = edit(R"({"dice":{"digests":["aa"],"vendor":"V","model":"M","versionMin":"1.2",
      "svnMin":null,"debug":true,"unknown":"held"}})")
                        .x509->dice;
  ASSERT_TRUE(dice && *dice);
  EXPECT_EQ((*dice)->digests, std::vector<std::string>{"aa"});
  EXPECT_EQ((*dice)->version_min, "1.2");
  EXPECT_TRUE((*dice)->svn_min && !*(*dice)->svn_min);
  EXPECT_EQ((*dice)->debug, true);
  EXPECT_EQ((*dice)->unknown, domain::UnknownFirmware::kHeld);
  const auto off = edit(R"({"dice":null})").x509->dice;
  EXPECT_TRUE(off && !*off);
  EXPECT_EQ(refused(R"({"dice":{"unknown":"maybe"}})"), 400);
}

TEST_F(Certificates, ATpmIsKnownByItsKeys) {
  const domain::EnrollmentEdit given =
      edit(R"({"type":"tpm","endorsementKey":"RUs=","storageRootKey":null})");
  ASSERT_TRUE(given.tpm);
  EXPECT_EQ(given.tpm->endorsement_key, "RUs=");
  EXPECT_EQ(given.tpm->storage_root_key, "");
}

TEST_F(Certificates, MembersOfAnotherTypeAreRefused) {
  EXPECT_EQ(refused(R"({"type":"x509","endorsementKey":"RUs="})"), 400);
  EXPECT_EQ(refused(R"({"type":"tpm","primary":{"certificate":"p"}})"), 400);
  EXPECT_EQ(refused(R"({"type":"symmetric_key","dice":{}})"), 400);
  EXPECT_EQ(refused(R"({"type":"x509","reissue":"new"})"), 400);
}

TEST_F(Certificates, DaysOfIssuedOnes_AndNullForNone) {
  const auto days = [&](const char* body) {
    return clerk.operation<domain::CreateEnrollment>({line("POST", kGroups), body})
        .edit.issuance_days;
  };
  EXPECT_EQ(days(R"({"id":"a","certificateLifetimeDays":30})").value(), 30u);
  EXPECT_EQ(days(R"({"id":"a","certificateLifetimeDays":null})").value(), std::nullopt);
  EXPECT_FALSE(days(R"({"id":"a"})").has_value());
}

TEST_F(Certificates, ADeviceProvesItselfByThumbprintsOrACa) {
  const std::string path = "POST /api/v1/hubs/hub-1/devices";
  const auto made = clerk.operation<domain::CreateDevice>(
      {path, R"({"id":"a","attestation":{"primaryThumbprint":"AA","secondaryThumbprint":null}})"});
  EXPECT_EQ(made.edit.primary_thumbprint, "AA");
  EXPECT_EQ(made.edit.secondary_thumbprint, "");
  EXPECT_FALSE(made.edit.ca_signed);
  EXPECT_EQ(
      clerk
          .operation<domain::CreateDevice>({path, R"({"id":"a","attestation":{"type":"x509_ca"}})"})
          .edit.ca_signed,
      true);
  for (const char* attestation :
       {R"({"type":"x509_ca","primaryThumbprint":"AA"})", R"({"type":"x509_thumbprint"})"}) {
    const std::string body = R"({"id":"a","attestation":)" + std::string(attestation) + "}";
    EXPECT_EQ(clerk.refused({path, body}).status, 400) << attestation;
  }
}

TEST_F(Certificates, ApprovalTakesNoBody) {
  const std::string path = "POST /api/v1/scopes/0ne1/registrations/pump-1/approve-firmware";
  EXPECT_EQ(clerk.operation<domain::ApproveFirmware>({path}).registration, "pump-1");
  EXPECT_EQ(clerk.refused({path, "{}"}).status, 400);
}

}  // namespace
}  // namespace berth::dialects::admin::testing
