#include "management/tests/desk.h"

namespace berth::management::testing {
namespace {

constexpr const char* kRoot = "ca root root";

class CaTest : public Desk {
 protected:
  domain::CaCertificate make_ca(const std::string& name = "Root", const std::string& text = kRoot) {
    domain::CreateCa command{kScope, {}};
    command.edit.name = name;
    command.edit.certificate = text;
    return expect<domain::CaCertificate>(ask(operator_, std::move(command)));
  }
  domain::CaCertificate make_verified(const std::string& name = "Root") {
    make_ca(name);
    domain::UpdateCa command{kScope, name, {}, {}};
    command.edit.verified = true;
    domain::CaCertificate ca = expect<domain::CaCertificate>(ask(admin, std::move(command)));
    hub.changed_trust.clear();
    return ca;
  }
  domain::CaCertificate with_code() {
    return expect<domain::CaCertificate>(
        ask(operator_, domain::MakeVerificationCode{kScope, "root", {}}));
  }
};

TEST_F(CaTest, ANewCaIsNotVerified_AndTheAuditNamesItsFingerprint) {
  const domain::CaCertificate ca = make_ca();
  EXPECT_EQ(ca.name, "Root");
  EXPECT_FALSE(ca.verified);
  EXPECT_TRUE(ca.verification_code.empty());
  EXPECT_EQ(ca.version, 1u);
  EXPECT_EQ(catalog.audit.back().action, "ca.create");
  EXPECT_NE(catalog.audit.back().detail.find(fake_fingerprint(kRoot)), std::string::npos);
}

TEST_F(CaTest, OnlyAnAdminMaySayWithoutProofThatItIsVerified) {
  domain::CreateCa command{kScope, {}};
  command.edit.name = "root";
  command.edit.certificate = kRoot;
  command.edit.verified = true;
  const Error error = refused(ask(operator_, command));
  EXPECT_EQ(error.kind, ErrorKind::kForbidden);
  EXPECT_NE(error.what.find("without a proof of possession"), std::string::npos) << error.what;
  const auto ca = expect<domain::CaCertificate>(ask(limited_admin, command));
  EXPECT_TRUE(ca.verified);
  EXPECT_NE(catalog.audit.back().detail.find("asserted without a proof"), std::string::npos);
}

TEST_F(CaTest, TheNameAndTheCertificateAreChecked) {
  for (const auto& [name, text] :
       {std::pair("a b", kRoot), {"", kRoot}, {"root", "rubbish"}, {"root", "leaf dev root"}}) {
    domain::CreateCa command{kScope, {}};
    command.edit.name = name;
    command.edit.certificate = text;
    EXPECT_EQ(refused(ask(operator_, std::move(command))).kind, ErrorKind::kInvalid) << name;
  }
  EXPECT_TRUE(catalog.cas.empty());
  make_ca(std::string(64, 'n'));
  domain::CreateCa longer{kScope, {}};
  longer.edit.name = std::string(65, 'n');
  longer.edit.certificate = kRoot;
  EXPECT_EQ(refused(ask(operator_, std::move(longer))).kind, ErrorKind::kInvalid);
}

TEST_F(CaTest, TheNameIsFoundInAnyCase_AndOneThatIsNotThereSuggestsTheNearest) {
  make_ca("Factory-Root");
  EXPECT_EQ(expect<domain::CaCertificate>(ask(viewer, domain::GetCa{kScope, "factory-root"})).name,
            "Factory-Root");
  const Error error = refused(ask(viewer, domain::GetCa{kScope, "Factory-Rot"}));
  EXPECT_EQ(error.kind, ErrorKind::kNotFound);
  EXPECT_NE(error.mend.find("Factory-Root"), std::string::npos) << error.mend;
}

TEST_F(CaTest, TheCodeHas48UpperCaseHexDigits_AndIsAnotherEachTime) {
  make_ca();
  const std::string code = with_code().verification_code;
  EXPECT_EQ(code.size(), 48u);
  EXPECT_EQ(code.find_first_not_of("0123456789ABCDEF"), std::string::npos);
  EXPECT_NE(with_code().verification_code, code);
}

TEST_F(CaTest, ACertificateWithTheCodeThatTheCaSignedVerifiesIt) {
  make_ca();
  const std::string proof = "leaf " + with_code().verification_code + " root";
  const auto ca =
      expect<domain::CaCertificate>(ask(operator_, domain::VerifyCa{kScope, "root", proof, {}}));
  EXPECT_TRUE(ca.verified);
  EXPECT_TRUE(ca.verification_code.empty());
  EXPECT_EQ(catalog.audit.back().action, "ca.verify");
  EXPECT_NE(catalog.audit.back().detail.find(fake_fingerprint(proof)), std::string::npos);
  EXPECT_EQ(hub.changed_trust.size(), 1u);
}

TEST_F(CaTest, AProofOfAnotherCodeOrAnotherCaIsRefused_AndNothingChanges) {
  make_ca();
  const std::string code = with_code().verification_code;
  for (const std::string& proof : {std::string("leaf 1234 root"), "leaf " + code + " other"}) {
    EXPECT_EQ(refused(ask(operator_, domain::VerifyCa{kScope, "root", proof, {}})).kind,
              ErrorKind::kInvalid);
  }
  const auto ca = expect<domain::CaCertificate>(ask(viewer, domain::GetCa{kScope, "root"}));
  EXPECT_FALSE(ca.verified);
  EXPECT_EQ(ca.verification_code, code);
}

TEST_F(CaTest, WithoutACodeNothingCanBeProven) {
  make_ca();
  const Error error = refused(ask(operator_, domain::VerifyCa{kScope, "root", "leaf x root", {}}));
  EXPECT_EQ(error.kind, ErrorKind::kInvalid);
  EXPECT_NE(error.mend.find("generate-verification-code"), std::string::npos);
}

TEST_F(CaTest, AnotherCertificateMustBeVerifiedAnew_AndTheHubLooksAgain) {
  make_verified();
  domain::UpdateCa command{kScope, "root", {}, {}};
  command.edit.certificate = "ca root2 root2";
  const auto ca = expect<domain::CaCertificate>(ask(operator_, std::move(command)));
  EXPECT_FALSE(ca.verified);
  EXPECT_EQ(ca.certificate.common_name, "root2");
  EXPECT_EQ(hub.changed_trust, std::vector<std::string>{kScope});
}

TEST_F(CaTest, TheSameCertificateChangesNothing) {
  const std::uint64_t version = make_verified().version;
  domain::UpdateCa command{kScope, "root", {}, {}};
  command.edit.certificate = kRoot;
  const auto ca = expect<domain::CaCertificate>(ask(operator_, std::move(command)));
  EXPECT_TRUE(ca.verified);
  EXPECT_EQ(ca.version, version);
  EXPECT_TRUE(hub.changed_trust.empty());
}

TEST_F(CaTest, AnOldVersionIsRefused) {
  make_ca();
  with_code();
  domain::UpdateCa command{kScope, "root", {}, 1};
  command.edit.certificate = "ca other other";
  EXPECT_EQ(refused(ask(operator_, std::move(command))).kind, ErrorKind::kPreconditionFailed);
}

TEST_F(CaTest, ACaThatAGroupNamesCannotBeDeleted) {
  make_verified();
  domain::EnrollmentEdit edit;
  edit.x509.emplace();
  edit.x509->secondary = domain::TrustSlotEdit{"", "ROOT"};
  make_group("line-7", std::move(edit));
  const Error error = refused(ask(operator_, domain::DeleteCa{kScope, "root", {}}));
  EXPECT_EQ(error.kind, ErrorKind::kConflict);
  EXPECT_NE(error.what.find("line-7"), std::string::npos) << error.what;
  EXPECT_EQ(catalog.cas.size(), 1u);
}

TEST_F(CaTest, ADeletedCaVouchesForNobody) {
  make_verified();
  expect<domain::Done>(ask(operator_, domain::DeleteCa{kScope, "root", {}}));
  EXPECT_TRUE(catalog.cas.empty());
  EXPECT_EQ(catalog.audit.back().action, "ca.delete");
  EXPECT_EQ(hub.changed_trust, std::vector<std::string>{kScope});
}

TEST_F(CaTest, ARevokedCertificateIsListedWithItsReason_AndTheHubLooksAgain) {
  domain::RevokeCertificate command;
  command.scope = kScope;
  command.certificate = "leaf dev-1 root";
  command.reason = "stolen";
  const auto revoked = expect<domain::RevokedCertificate>(ask(operator_, command));
  EXPECT_EQ(revoked.subject, "CN=dev-1");
  const auto list = expect<domain::Listing<domain::RevokedCertificate>>(
      ask(viewer, domain::ListRevoked{kScope, {}}));
  ASSERT_EQ(list.items.size(), 1u);
  EXPECT_EQ(list.items[0].reason, "stolen");
  EXPECT_EQ(hub.changed_trust, std::vector<std::string>{kScope});
  EXPECT_EQ(catalog.audit.back().action, "certificate.revoke");
  EXPECT_EQ(refused(ask(operator_, command)).kind, ErrorKind::kConflict);
}

TEST_F(CaTest, AFingerprintMayHaveColons_AndThatOfACaIsKnownByItsSubject) {
  make_ca();
  std::string colons;
  const std::string hex = base::ascii_upper(fake_fingerprint(kRoot));
  for (std::size_t i = 0; i < hex.size(); i += 2) colons += (i > 0 ? ":" : "") + hex.substr(i, 2);
  domain::RevokeCertificate command;
  command.scope = kScope;
  command.sha256 = colons;
  const auto revoked = expect<domain::RevokedCertificate>(ask(operator_, std::move(command)));
  EXPECT_EQ(base::hex_encode(revoked.sha256), fake_fingerprint(kRoot));
  EXPECT_EQ(revoked.subject, "CN=root");
}

TEST_F(CaTest, WhatIsNoFingerprintIsRefused_AndASha1Apart) {
  for (const std::string& text :
       {std::string(63, 'a'), std::string(66, 'a'), std::string(64, 'x'), std::string(40, 'a'),
        "aa:" + std::string(62, 'a'), std::string(5000, 'a')}) {
    domain::RevokeCertificate command;
    command.scope = kScope;
    command.sha256 = text;
    const Error error = refused(ask(operator_, std::move(command)));
    EXPECT_EQ(error.kind, ErrorKind::kInvalid);
    EXPECT_EQ(error.what.find("SHA-1") != std::string::npos, text.size() == 40) << error.what;
  }
  domain::RevokeCertificate neither;
  neither.scope = kScope;
  EXPECT_EQ(refused(ask(operator_, neither)).kind, ErrorKind::kInvalid);
  neither.sha256 = std::string(64, 'a');
  neither.certificate = "leaf a b";
  EXPECT_EQ(refused(ask(operator_, neither)).kind, ErrorKind::kInvalid);
}

TEST_F(CaTest, ARestoredCertificateIsNotRevokedAnyMore) {
  domain::RevokeCertificate command;
  command.scope = kScope;
  command.certificate = "leaf dev-1 root";
  expect<domain::RevokedCertificate>(ask(operator_, std::move(command)));
  const std::string sha256 = fake_fingerprint("leaf dev-1 root");
  expect<domain::Done>(ask(operator_, domain::RestoreCertificate{kScope, sha256}));
  EXPECT_TRUE(catalog.revoked.empty());
  EXPECT_EQ(hub.changed_trust.size(), 2u);
  EXPECT_EQ(refused(ask(operator_, domain::RestoreCertificate{kScope, sha256})).kind,
            ErrorKind::kNotFound);
}

TEST_F(CaTest, IssuedCertificatesAreListedByRegistrationInAnyCase) {
  for (const char* id : {"dev-1", "dev-2"}) {
    domain::CertificateRecord record;
    record.scope = domain::ScopeId::trusted(kScope);
    record.registration = domain::RegistrationId::trusted(id);
    catalog.issued.push_back(record);
  }
  const auto list = expect<domain::Listing<domain::CertificateRecord>>(
      ask(viewer, domain::ListIssued{kScope, "DEV-2", {}}));
  ASSERT_EQ(list.items.size(), 1u);
  EXPECT_EQ(list.items[0].registration.text(), "dev-2");
}

}  // namespace
}  // namespace berth::management::testing
