#include "management/tests/code_desk_test.h"

namespace berth::management::testing {
namespace {

using domain::CodeMode;
using domain::PickupKind;

class CodesTest : public CodeDeskTest {};

TEST_F(CodesTest, AClaimOfANewDeviceHasALinkWithATokenAndNothingElse) {
  const domain::NewCode made = create(claim("dev-1"));
  EXPECT_EQ(made.text.text(), "https://berth.example.net:8443/claim/" + made.code.id + "#token-1");
  EXPECT_FALSE(made.pickup);
  EXPECT_FALSE(made.number);
  EXPECT_TRUE(made.warnings.empty());
  EXPECT_TRUE(made.code.content.bytes.empty());
  EXPECT_EQ(made.code.expires_at - made.code.created_at, std::chrono::seconds(900));
  EXPECT_EQ(made.code.created_by.substr(0, 6), "token:");
}

TEST_F(CodesTest, TheLinkNamesTheScopesOwnHost) {
  catalog.scopes.at(kScope).service_host = "dps.example.org";
  const domain::NewCode made = create(claim("dev-1"));
  EXPECT_TRUE(made.text.text().starts_with("https://dps.example.org:8443/claim/"));
}

TEST_F(CodesTest, NeitherTokenNorContentIsKeptInClear) {
  domain::CodeRequest request = claim("dev-1");
  request.pickup = PickupKind::kLetters;
  const domain::NewCode made = create(std::move(request));
  const domain::CredentialCode& kept = codes.codes.at(made.code.id);
  EXPECT_EQ(kept.token_digest.size(), 32U);
  EXPECT_EQ(kept.pickup_digest.size(), 32U);
  Result<Secret> opened = vault.open(kept.content, domain::code_context(kept.scope, kept.id));
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->text(), made.text.text());
  Result<Secret> elsewhere = vault.open(kept.content, domain::code_context(kept.scope, "another"));
  EXPECT_FALSE(elsewhere);
}

TEST_F(CodesTest, MakingIsAuditedWithoutTexts) {
  const domain::NewCode made = create(claim("dev-1"));
  ASSERT_EQ(codes.audit.size(), 1U);
  const domain::AuditRecord& record = codes.audit.front();
  EXPECT_EQ(record.action, "credential.create");
  EXPECT_EQ(record.target, made.code.id);
  EXPECT_NE(record.detail.find("\"device\":\"dev-1\""), std::string::npos) << record.detail;
  EXPECT_EQ(record.detail.find("token-1"), std::string::npos);
}

TEST_F(CodesTest, AViewerAndATokenOfAnotherScopeMakeNone) {
  EXPECT_EQ(refused(ask(viewer, domain::CreateCode{claim("dev-1")})).kind, ErrorKind::kForbidden);
  domain::CodeRequest elsewhere = claim("dev-1");
  elsewhere.scope = kOtherScope;
  EXPECT_EQ(refused(ask(limited_operator, domain::CreateCode{std::move(elsewhere)})).kind,
            ErrorKind::kForbidden);
}

TEST_F(CodesTest, AnEnvelopeWithoutAPassphraseHasLettersThatAreIt) {
  make_group("line-7");
  const domain::NewCode made = create(in_group(CodeMode::kEnvelope, "Dev-1", "line-7"));
  ASSERT_TRUE(made.pickup);
  EXPECT_EQ(made.code.pickup, PickupKind::kLetters);
  EXPECT_FALSE(made.code.pickup_digest.empty());
  EXPECT_TRUE(made.text.text().starts_with("https://berth.example.net:8443/c/" + made.code.id));
  EXPECT_EQ(made.code.enrollment->id.text(), "line-7");
  EXPECT_EQ(made.warnings.size(), 1U);
}

TEST_F(CodesTest, AnEnvelopeWithAPassphraseHasLettersOnlyOnRequest) {
  make_group("line-7");
  domain::CodeRequest request = in_group(CodeMode::kEnvelope, "dev-1", "line-7");
  request.passphrase = Secret::from_text("correct horse battery");
  const domain::NewCode made = create(std::move(request));
  EXPECT_FALSE(made.pickup);
  EXPECT_TRUE(made.code.content.bytes.empty());
  domain::CodeRequest another = in_group(CodeMode::kEnvelope, "dev-1", "line-7");
  another.passphrase = Secret::from_text("short");
  another.pickup = PickupKind::kLetters;
  const domain::NewCode picked = create(std::move(another));
  EXPECT_TRUE(picked.pickup);
  EXPECT_EQ(picked.warnings.size(), 2U) << "the short passphrase is a weakness of its own";
}

TEST_F(CodesTest, TheKeyIsDerivedForTheIdInLowerCase) {
  make_group("line-7");
  switch_compatible_on();
  domain::CodeRequest request = in_group(CodeMode::kCompatible, "Dev-1", "line-7");
  request.unencrypted = true;
  create(std::move(request));
  EXPECT_EQ(code_desk.derived_for, "dev-1");
}

TEST_F(CodesTest, AnEnvelopeOfCertificateDevicesIsRefusedAndSaysWhatFits) {
  domain::EnrollmentEdit edit;
  edit.x509.emplace();
  edit.x509->primary = domain::TrustSlotEdit{"leaf dev-1 root", ""};
  edit.id = "dev-1";
  expect<domain::Enrollment>(
      ask(operator_,
          domain::CreateEnrollment{kScope, domain::EnrollmentKind::kIndividual, std::move(edit)}));
  domain::CodeRequest request = claim("dev-1");
  request.mode = CodeMode::kEnvelope;
  const Error error = refuse(std::move(request));
  EXPECT_EQ(error.kind, ErrorKind::kInvalid);
  EXPECT_NE(error.mend.find("mode claim"), std::string::npos) << error.mend;
  EXPECT_EQ(create(claim("dev-1")).code.enrollment->kind, domain::EnrollmentKind::kIndividual);
}

TEST_F(CodesTest, AKeyThatIsGivenIsCheckedAndKeptAsItIs) {
  for (const char* bad : {"no base64!", "c2hvcnQ=", ""}) {
    domain::CodeRequest request = claim("dev-1");
    request.mode = CodeMode::kEnvelope;
    request.device_key = Secret::from_text(bad);
    const ErrorKind wanted = *bad == '\0' ? ErrorKind::kNotFound : ErrorKind::kInvalid;
    EXPECT_EQ(refuse(std::move(request)).kind, wanted) << bad;
  }
  domain::CodeRequest request = claim("dev-1");
  request.mode = CodeMode::kEnvelope;
  request.device_key = Secret::from_text("MTIzNDU2Nzg5MDEyMzQ1Ng==");
  create(std::move(request));
  EXPECT_EQ(code_desk.sealed_key, "MTIzNDU2Nzg5MDEyMzQ1Ng==");
}

TEST_F(CodesTest, AnIndividualEnrollmentGoesBeforeTheGroupThatIsNamed) {
  make_group("line-7");
  make_individual("dev-1");
  const Error error = refuse(in_group(CodeMode::kEnvelope, "dev-1", "line-7"));
  EXPECT_EQ(error.kind, ErrorKind::kConflict);
  domain::CodeRequest request = claim("dev-1");
  request.mode = CodeMode::kEnvelope;
  EXPECT_EQ(create(std::move(request)).code.enrollment->id.text(), "dev-1");
}

TEST_F(CodesTest, AnIdThatAnotherEnrollmentHasRegisteredIsRefused) {
  make_group("line-7");
  registered_by("dev-1", {domain::EnrollmentKind::kGroup, domain::EnrollmentId::trusted("line-7")});
  EXPECT_EQ(refuse(claim("dev-1")).kind, ErrorKind::kConflict)
      << "an individual enrollment could not have the id";
  EXPECT_EQ(create(in_group(CodeMode::kEnvelope, "dev-1", "line-7")).code.device.text(), "dev-1");
}

TEST_F(CodesTest, CompatibleCodesAreOffUntilTheScopeAllowsThem) {
  make_group("line-7");
  domain::CodeRequest request = in_group(CodeMode::kCompatible, "dev-1", "line-7");
  request.passphrase = Secret::from_text("correct horse");
  const Error error = refuse(std::move(request));
  EXPECT_EQ(error.kind, ErrorKind::kConflict);
  EXPECT_NE(error.what.find("guessed"), std::string::npos) << error.what;
  EXPECT_NE(error.mend.find("--compatible-codes"), std::string::npos) << error.mend;
}

TEST_F(CodesTest, ACompatibleCodeIsUnencryptedOnlyOnPurpose) {
  make_group("line-7");
  switch_compatible_on();
  EXPECT_EQ(refuse(in_group(CodeMode::kCompatible, "dev-1", "line-7")).kind, ErrorKind::kInvalid);
  domain::CodeRequest both = in_group(CodeMode::kCompatible, "dev-1", "line-7");
  both.unencrypted = true;
  both.passphrase = Secret::from_text("correct horse");
  EXPECT_EQ(refuse(std::move(both)).kind, ErrorKind::kInvalid);
  domain::CodeRequest plain = in_group(CodeMode::kCompatible, "dev-1", "line-7");
  plain.unencrypted = true;
  const domain::NewCode made = create(std::move(plain));
  EXPECT_FALSE(made.code.encrypted);
  EXPECT_EQ(made.text.text(), "compatible dev-1 false false");
  EXPECT_EQ(made.warnings.size(), 2U);
}

TEST_F(CodesTest, EachWeaknessOfACompatibleCodeIsAWarning) {
  make_group("line-7");
  switch_compatible_on();
  domain::CodeRequest request = in_group(CodeMode::kCompatible, "dev-1", "line-7");
  request.passphrase = Secret::from_text("correct horse");
  request.includes_passphrase = true;
  request.pickup = PickupKind::kNumber;
  const domain::NewCode made = create(std::move(request));
  EXPECT_EQ(made.warnings.size(), 5U);
  EXPECT_EQ(made.code.expires_at - made.code.created_at, std::chrono::seconds(600));
}

TEST_F(CodesTest, ANumberThatALiveCodeHasIsMadeAnew) {
  make_group("line-7");
  switch_compatible_on();
  code_desk.numbers = {"42", "42", "42", "43"};
  EXPECT_EQ(create(with_number("dev-1")).number->text(), "42");
  EXPECT_EQ(create(with_number("dev-2")).number->text(), "43");
}

TEST_F(CodesTest, FiveDigitsAreForCompatibleCodesAlone) {
  domain::CodeRequest request = claim("dev-1");
  request.pickup = PickupKind::kNumber;
  EXPECT_EQ(refuse(std::move(request)).kind, ErrorKind::kInvalid);
  switch_compatible_on();
  domain::CodeRequest letters = with_number("dev-1");
  letters.pickup = PickupKind::kLetters;
  EXPECT_EQ(refuse(std::move(letters)).kind, ErrorKind::kInvalid);
}

TEST_F(CodesTest, WhatDoesNotBelongToAClaimIsRefused) {
  domain::CodeRequest with_key = claim("dev-1");
  with_key.device_key = Secret::from_text("MTIzNDU2Nzg5MDEyMzQ1Ng==");
  domain::CodeRequest with_passphrase = claim("dev-1");
  with_passphrase.passphrase = Secret::from_text("correct horse");
  domain::CodeRequest unencrypted = claim("dev-1");
  unencrypted.unencrypted = true;
  for (domain::CodeRequest* each : {&with_key, &with_passphrase, &unencrypted}) {
    EXPECT_EQ(refuse(std::move(*each)).kind, ErrorKind::kInvalid);
  }
}

TEST_F(CodesTest, LifetimesHaveBounds) {
  for (const int bad : {0, 29, 7 * 86'400 + 1}) {
    domain::CodeRequest request = claim("dev-1");
    request.lifetime = std::chrono::seconds(bad);
    EXPECT_EQ(refuse(std::move(request)).kind, ErrorKind::kInvalid) << bad;
  }
  for (const int good : {30, 7 * 86'400}) {
    domain::CodeRequest request = claim("dev-1");
    request.lifetime = std::chrono::seconds(good);
    EXPECT_EQ(create(std::move(request)).code.expires_at - clock.wall(),
              std::chrono::seconds(good));
  }
}

TEST_F(CodesTest, BadIdsModelsAndPassphrasesAreRefused) {
  EXPECT_EQ(refuse(claim("no spaces")).kind, ErrorKind::kInvalid);
  domain::CodeRequest model = claim("dev-1");
  model.model = "dtmi:a\n;1";
  EXPECT_EQ(refuse(std::move(model)).kind, ErrorKind::kInvalid);
  make_group("line-7");
  domain::CodeRequest passphrase = in_group(CodeMode::kEnvelope, "dev-1", "line-7");
  passphrase.passphrase = Secret::from_text(std::string(257, 'a'));
  EXPECT_EQ(refuse(std::move(passphrase)).kind, ErrorKind::kInvalid);
  domain::CodeRequest nowhere = claim("dev-1");
  nowhere.scope = "0neFFFFFFFF";
  EXPECT_EQ(refuse(std::move(nowhere)).kind, ErrorKind::kNotFound);
}

TEST_F(CodesTest, AGroupThatIsSwitchedOffIsAWarning) {
  domain::EnrollmentEdit off;
  off.enabled = false;
  make_group("line-7", std::move(off));
  domain::CodeRequest request = claim("dev-1");
  request.group = "line-7";
  const domain::NewCode made = create(std::move(request));
  ASSERT_EQ(made.warnings.size(), 1U);
  EXPECT_NE(made.warnings.front().find("switched off"), std::string::npos);
}

TEST_F(CodesTest, ATokenOfOneScopeSeesItsCodesAndNoOthers) {
  const domain::NewCode mine = create(claim("dev-1"));
  domain::CodeRequest elsewhere = claim("dev-2");
  elsewhere.scope = kOtherScope;
  const domain::NewCode theirs = create(std::move(elsewhere));
  const auto list =
      expect<domain::Listing<domain::CredentialCode>>(ask(limited_operator, domain::ListCodes{}));
  ASSERT_EQ(list.items.size(), 1U);
  EXPECT_EQ(list.items.front().id, mine.code.id);
  EXPECT_EQ(refused(ask(limited_operator, domain::GetCode{theirs.code.id})).kind,
            ErrorKind::kNotFound);
  EXPECT_EQ(refused(ask(limited_operator, domain::RevokeCode{theirs.code.id})).kind,
            ErrorKind::kNotFound);
  EXPECT_EQ(refused(ask(operator_, domain::GetCode{"' OR 1=1"})).kind, ErrorKind::kNotFound);
}

TEST_F(CodesTest, RevokingIsAudited) {
  const domain::NewCode made = create(claim("dev-1"));
  expect<domain::Done>(ask(operator_, domain::RevokeCode{made.code.id}));
  EXPECT_EQ(expect<domain::CredentialCode>(ask(operator_, domain::GetCode{made.code.id})).state,
            domain::CodeState::kRevoked);
  EXPECT_EQ(codes.audit.back().action, "credential.revoke");
}

}  // namespace
}  // namespace berth::management::testing
