#include "management/tests/desk.h"

namespace berth::management::testing {
namespace {

using domain::EnrollmentKind;

class X509EnrollmentTest : public Desk {
 protected:
  static domain::EnrollmentEdit trusting(const std::string& certificate,
                                         const std::string& ca = {}) {
    domain::EnrollmentEdit edit;
    edit.x509.emplace();
    edit.x509->primary = domain::TrustSlotEdit{certificate, ca};
    return edit;
  }
  Result<domain::ManagementResult> create(EnrollmentKind kind, domain::EnrollmentEdit edit,
                                          std::optional<std::string> id = {}) {
    edit.id = std::move(id);
    return ask(operator_, domain::CreateEnrollment{kScope, kind, std::move(edit)});
  }
  domain::Enrollment make_device(domain::EnrollmentEdit edit = trusting("leaf Dev-1 root")) {
    return expect<domain::Enrollment>(create(EnrollmentKind::kIndividual, std::move(edit)));
  }
  Result<domain::ManagementResult> update(domain::EnrollmentEdit edit) {
    return ask(operator_, domain::UpdateEnrollment{
                              kScope, EnrollmentKind::kIndividual, "dev-1", std::move(edit), {}});
  }
  void add_ca(const std::string& name, const std::string& text, bool verified) {
    domain::CreateCa command{kScope, {}};
    command.edit.name = name;
    command.edit.certificate = text;
    command.edit.verified = verified;
    expect<domain::CaCertificate>(ask(admin, std::move(command)));
  }
  static const domain::CertificateTrust& trust(const domain::Enrollment& enrollment) {
    return std::get<domain::CertificateTrust>(enrollment.attestation);
  }
};

TEST_F(X509EnrollmentTest, TheIdMayBeLeftOut_ItIsTheCommonName) {
  const domain::Enrollment made = make_device();
  EXPECT_EQ(made.id.text(), "Dev-1");
  EXPECT_EQ(trust(made).primary->certificate->common_name, "Dev-1");
  EXPECT_TRUE(made.warnings.empty());
}

TEST_F(X509EnrollmentTest, ACommonNameThatIsNoIdIsRefused) {
  for (const char* text : {"leaf - root", "leaf dev/1 root"}) {
    EXPECT_EQ(refused(create(EnrollmentKind::kIndividual, trusting(text))).kind,
              ErrorKind::kInvalid);
  }
}

TEST_F(X509EnrollmentTest, TheCommonNameMustBeTheId_InAnyCase) {
  const Error error = refused(create(EnrollmentKind::kIndividual, trusting("leaf a root"), "b"));
  EXPECT_EQ(error.kind, ErrorKind::kInvalid);
  EXPECT_NE(error.what.find("'a'"), std::string::npos) << error.what;
  EXPECT_TRUE(create(EnrollmentKind::kIndividual, trusting("leaf DEV-9 root"), "dev-9"));
}

TEST_F(X509EnrollmentTest, AnIndividualNamesNoCa_AndAGroupNoDevice) {
  add_ca("root", "ca root root", true);
  EXPECT_EQ(refused(create(EnrollmentKind::kIndividual, trusting("", "root"), "a")).kind,
            ErrorKind::kInvalid);
  EXPECT_EQ(refused(create(EnrollmentKind::kGroup, trusting("leaf a root"), "g")).kind,
            ErrorKind::kInvalid);
  EXPECT_EQ(refused(create(EnrollmentKind::kGroup, trusting("", "other"), "g")).kind,
            ErrorKind::kInvalid);
  EXPECT_TRUE(catalog.enrollments.empty());
}

TEST_F(X509EnrollmentTest, AGroupKeepsTheNameOfItsCaAsTheCaSpellsIt) {
  add_ca("Factory", "ca root root", true);
  const auto group =
      expect<domain::Enrollment>(create(EnrollmentKind::kGroup, trusting("", "FACTORY"), "line-7"));
  EXPECT_EQ(trust(group).primary->ca, "Factory");
  EXPECT_TRUE(group.warnings.empty());
}

TEST_F(X509EnrollmentTest, AGroupWithNoVerifiedCaBehindItIsMadeWithAWarning) {
  const auto alone = expect<domain::Enrollment>(
      create(EnrollmentKind::kGroup, trusting("ca line root"), "line-7"));
  ASSERT_EQ(alone.warnings.size(), 1u);
  EXPECT_NE(alone.warnings[0].find("CN=line"), std::string::npos) << alone.warnings[0];
  add_ca("root", "ca root root", false);
  add_ca("middle", "ca middle root", false);
  EXPECT_EQ(expect<domain::Enrollment>(
                create(EnrollmentKind::kGroup, trusting("ca line middle"), "line-8"))
                .warnings.size(),
            1u);
  domain::UpdateCa verify{kScope, "root", {}, {}};
  verify.edit.verified = true;
  expect<domain::CaCertificate>(ask(admin, std::move(verify)));
  EXPECT_TRUE(expect<domain::Enrollment>(
                  create(EnrollmentKind::kGroup, trusting("ca line middle"), "line-9"))
                  .warnings.empty());
  EXPECT_TRUE(catalog.enrollments.begin()->second.warnings.empty()) << "kept with the record";
}

TEST_F(X509EnrollmentTest, NamesThatGoInACircleLeadNowhere) {
  add_ca("a", "ca a b", false);
  add_ca("b", "ca b a", false);
  EXPECT_EQ(expect<domain::Enrollment>(create(EnrollmentKind::kGroup, trusting("ca x a"), "line-7"))
                .warnings.size(),
            1u);
}

TEST_F(X509EnrollmentTest, OneAttestationEach) {
  domain::EnrollmentEdit both = trusting("leaf dev-1 root");
  both.tpm.emplace();
  both.tpm->endorsement_key = "EK1";
  EXPECT_EQ(refused(create(EnrollmentKind::kIndividual, std::move(both), "dev-1")).kind,
            ErrorKind::kInvalid);
  domain::EnrollmentEdit keyed = trusting("leaf dev-1 root");
  keyed.primary_key = Secret::from_text("0123456789abcdef");
  EXPECT_EQ(refused(create(EnrollmentKind::kIndividual, std::move(keyed), "dev-1")).kind,
            ErrorKind::kInvalid);
  domain::EnrollmentEdit named;
  EXPECT_TRUE(create(EnrollmentKind::kIndividual, std::move(named), "dev-1"));
  const Error error = refused(update(trusting("leaf dev-1 root")));
  EXPECT_NE(error.what.find("symmetric keys"), std::string::npos) << error.what;
}

TEST_F(X509EnrollmentTest, OneSlotAtLeastIsFilled) {
  domain::EnrollmentEdit none;
  none.x509.emplace();
  EXPECT_EQ(refused(create(EnrollmentKind::kIndividual, std::move(none), "dev-1")).kind,
            ErrorKind::kInvalid);
  make_device();
  EXPECT_EQ(refused(update(trusting(""))).kind, ErrorKind::kInvalid);
  EXPECT_EQ(trust(catalog.enrollments.begin()->second).primary->certificate->common_name, "Dev-1");
}

TEST_F(X509EnrollmentTest, ACertificateIsReplacedThroughTheOtherSlot_AndTheAuditNamesBoth) {
  make_device();
  domain::EnrollmentEdit second;
  second.x509.emplace();
  second.x509->secondary = domain::TrustSlotEdit{"leaf dev-1 root2", ""};
  expect<domain::Enrollment>(update(std::move(second)));
  const auto swapped = expect<domain::Enrollment>(update(trusting("")));
  EXPECT_FALSE(trust(swapped).primary);
  EXPECT_TRUE(trust(swapped).secondary);
  const std::string& detail = catalog.audit.back().detail;
  EXPECT_NE(detail.find(fake_fingerprint("leaf Dev-1 root")), std::string::npos) << detail;
  EXPECT_EQ(hub.changed_trust.size(), 2u);
}

TEST_F(X509EnrollmentTest, DisablingAndDeletingEndsTrust_AnotherNameDoesNot) {
  make_device();
  domain::EnrollmentEdit renamed;
  renamed.display_name = "Pump";
  expect<domain::Enrollment>(update(std::move(renamed)));
  EXPECT_TRUE(hub.changed_trust.empty());
  domain::EnrollmentEdit disabled;
  disabled.enabled = false;
  expect<domain::Enrollment>(update(std::move(disabled)));
  EXPECT_EQ(hub.changed_trust.size(), 1u);
  expect<domain::Done>(
      ask(operator_, domain::DeleteEnrollment{kScope, EnrollmentKind::kIndividual, "dev-1", {}}));
  EXPECT_EQ(hub.changed_trust.size(), 2u);
}

TEST_F(X509EnrollmentTest, ItHasNoKeysToShowOrReplace) {
  make_device();
  EXPECT_EQ(refused(ask(operator_,
                        domain::GetEnrollmentKeys{kScope, EnrollmentKind::kIndividual, "dev-1"}))
                .kind,
            ErrorKind::kInvalid);
  domain::RegenerateEnrollmentKey command{
      kScope, EnrollmentKind::kIndividual, "dev-1", domain::KeySlot::kPrimary, {}};
  EXPECT_EQ(refused(ask(operator_, std::move(command))).kind, ErrorKind::kInvalid);
}

TEST_F(X509EnrollmentTest, AWarningOfTheCertificateIsTold) {
  certificates.warns_of = "Dev-1";
  EXPECT_EQ(make_device().warnings, std::vector<std::string>{"watch out"});
}

TEST_F(X509EnrollmentTest, APolicyForFirmwareIsCheckedAndMerged) {
  domain::EnrollmentEdit edit = trusting("leaf dev-1 root");
  domain::DicePolicyEdit dice;
  dice.digests = {std::string(64, 'A'), std::string(64, 'a')};
  dice.version_min = "1.2.0";
  edit.x509->dice.emplace(std::move(dice));
  make_device(std::move(edit));
  domain::EnrollmentEdit more;
  more.x509.emplace();
  domain::DicePolicyEdit held;
  held.unknown = domain::UnknownFirmware::kHeld;
  more.x509->dice.emplace(std::move(held));
  const domain::DicePolicy policy =
      *trust(expect<domain::Enrollment>(update(std::move(more)))).dice;
  EXPECT_EQ(policy.digests, std::vector<std::string>{std::string(64, 'a')});
  EXPECT_EQ(policy.version_min, "1.2.0");
  EXPECT_EQ(policy.unknown, domain::UnknownFirmware::kHeld);
  domain::EnrollmentEdit off;
  off.x509.emplace();
  off.x509->dice.emplace(std::nullopt);
  EXPECT_FALSE(trust(expect<domain::Enrollment>(update(std::move(off)))).dice);
}

TEST_F(X509EnrollmentTest, WhatIsNoDigestOrNoVersionIsRefused) {
  make_device();
  const auto with = [&](domain::DicePolicyEdit dice) {
    domain::EnrollmentEdit edit;
    edit.x509.emplace();
    edit.x509->dice.emplace(std::move(dice));
    return update(std::move(edit));
  };
  for (const char* version : {"1..2", ".1", "1.", "v1", "1234567890", "1 2"}) {
    domain::DicePolicyEdit dice;
    dice.version_min = version;
    EXPECT_EQ(refused(with(std::move(dice))).kind, ErrorKind::kInvalid) << version;
  }
  for (const std::string& digest : {std::string(40, 'a'), std::string(64, 'g'), std::string()}) {
    domain::DicePolicyEdit dice;
    dice.digests = {digest};
    EXPECT_EQ(refused(with(std::move(dice))).kind, ErrorKind::kInvalid) << digest;
  }
  domain::DicePolicyEdit many;
  many.digests.emplace(domain::kAcceptedDigestsMax + 1, std::string(64, 'a'));
  EXPECT_EQ(refused(with(std::move(many))).kind, ErrorKind::kInvalid);
}

class IssuanceTest : public X509EnrollmentTest {
 protected:
  static domain::EnrollmentEdit issuing(std::optional<std::uint32_t> days) {
    domain::EnrollmentEdit edit;
    edit.issuance_days.emplace(days);
    return edit;
  }
  const std::optional<domain::IssuingAuthority>& authority() {
    return catalog.scopes.at(kScope).issuing_authority;
  }
};

TEST_F(IssuanceTest, TheScopeGetsItsCaWithTheFirstEnrollmentThatIssues_AndOnlyOnce) {
  make_group("line-6");
  EXPECT_FALSE(authority());
  make_group("line-7", issuing(30));
  ASSERT_TRUE(authority());
  make_group("line-8", issuing(90));
  EXPECT_EQ(certificates.authorities_made, 1);
}

TEST_F(IssuanceTest, OfTwoThatMakeItAtOnceTheFirstWins) {
  catalog.before_apply = [this] {
    domain::Scope& scope = catalog.scopes.at(kScope);
    if (scope.issuing_authority) return;
    scope.issuing_authority.emplace().certificate = {7};
    ++scope.version;
  };
  make_group("line-7", issuing(30));
  EXPECT_EQ(authority()->certificate, base::Bytes{7});
}

TEST_F(IssuanceTest, DaysAreBounded_AndNothingInsideSwitchesItOff) {
  for (const std::uint32_t days : {0u, 91u}) {
    EXPECT_EQ(refused(create(EnrollmentKind::kGroup, issuing(days), "line-7")).kind,
              ErrorKind::kInvalid);
  }
  EXPECT_FALSE(authority());
  make_group("line-7", issuing(1));
  const auto off = expect<domain::Enrollment>(
      ask(operator_, domain::UpdateEnrollment{
                         kScope, EnrollmentKind::kGroup, "line-7", issuing(std::nullopt), {}}));
  EXPECT_FALSE(off.issuance);
}

TEST_F(IssuanceTest, GroupsWithARosterIssueNone) {
  domain::EnrollmentEdit edit = issuing(30);
  edit.product.emplace();
  EXPECT_EQ(refused(create(EnrollmentKind::kGroup, std::move(edit))).kind, ErrorKind::kInvalid);
}

class TpmEnrollmentTest : public X509EnrollmentTest {
 protected:
  static domain::EnrollmentEdit keys(std::optional<std::string> ek,
                                     std::optional<std::string> srk = {}) {
    domain::EnrollmentEdit edit;
    edit.tpm.emplace();
    edit.tpm->endorsement_key = std::move(ek);
    edit.tpm->storage_root_key = std::move(srk);
    return edit;
  }
};

TEST_F(TpmEnrollmentTest, TheEndorsementKeyIsRequired_AndAGroupHasNone) {
  EXPECT_EQ(refused(create(EnrollmentKind::kIndividual, keys({}, "SRK"), "dev-1")).kind,
            ErrorKind::kInvalid);
  EXPECT_EQ(refused(create(EnrollmentKind::kIndividual, keys("rubbish"), "dev-1")).kind,
            ErrorKind::kInvalid);
  EXPECT_EQ(refused(create(EnrollmentKind::kGroup, keys("EK"), "line-7")).kind,
            ErrorKind::kInvalid);
  EXPECT_TRUE(create(EnrollmentKind::kIndividual, keys("EK"), "dev-1"));
}

TEST_F(TpmEnrollmentTest, AnotherTpmHasAnotherStorageRootKey) {
  EXPECT_TRUE(create(EnrollmentKind::kIndividual, keys("EK1", "SRK1"), "dev-1"));
  const auto other = expect<domain::Enrollment>(update(keys("EK2")));
  EXPECT_TRUE(std::get<domain::TpmKeys>(other.attestation).storage_root_key.empty());
  EXPECT_EQ(refused(ask(operator_,
                        domain::GetEnrollmentKeys{kScope, EnrollmentKind::kIndividual, "dev-1"}))
                .kind,
            ErrorKind::kInvalid);
}

class ApprovalTest : public X509EnrollmentTest {
 protected:
  ApprovalTest() {
    domain::EnrollmentEdit edit = trusting("leaf dev-1 root");
    edit.x509->dice.emplace(domain::DicePolicyEdit());
    const domain::Enrollment made = make_device(std::move(edit));
    domain::Registration held;
    held.scope = made.scope;
    held.id = domain::RegistrationId::trusted("dev-1");
    held.enrollment = {made.kind, made.id};
    held.reason = domain::Reason::kFirmwareHeld;
    held.measured = {std::string(64, 'a'), std::string(64, 'b')};
    held.version = 1;
    catalog.registrations.emplace(FakeCatalog::Pair(kScope, "dev-1"), held);
  }
  domain::Registration& held() { return catalog.registrations.begin()->second; }
  Result<domain::ManagementResult> approve() {
    return ask(operator_, domain::ApproveFirmware{kScope, "DEV-1"});
  }
};

TEST_F(ApprovalTest, TheDigestsOfHeldFirmwareAreAccepted_OnceAndForAll) {
  const auto first = expect<domain::Enrollment>(approve());
  EXPECT_EQ(trust(first).dice->digests, held().measured);
  EXPECT_EQ(catalog.audit.back().action, "firmware.approve");
  const std::size_t records = catalog.audit.size();
  held().reason = domain::Reason::kNone;
  const auto again = expect<domain::Enrollment>(approve());
  EXPECT_EQ(again.version, first.version);
  EXPECT_EQ(catalog.audit.size(), records);
}

TEST_F(ApprovalTest, WhatIsNotHeldIsNotApproved) {
  held().reason = domain::Reason::kFirmwareTooOld;
  EXPECT_EQ(refused(approve()).kind, ErrorKind::kInvalid);
  held().reason = domain::Reason::kFirmwareHeld;
  held().measured.clear();
  EXPECT_EQ(refused(approve()).kind, ErrorKind::kInvalid);
  EXPECT_TRUE(trust(catalog.enrollments.begin()->second).dice->digests.empty());
}

TEST_F(ApprovalTest, WithoutAPolicyThereIsNothingToApprove) {
  std::get<domain::CertificateTrust>(catalog.enrollments.begin()->second.attestation).dice.reset();
  EXPECT_EQ(refused(approve()).kind, ErrorKind::kInvalid);
}

}  // namespace
}  // namespace berth::management::testing
