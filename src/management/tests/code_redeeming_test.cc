#include "management/tests/code_desk_test.h"

namespace berth::management::testing {
namespace {

using domain::CodeMode;
using domain::CodeState;
using domain::PickupKind;

class CodeRedeemingTest : public CodeDeskTest {
 protected:
  CodeRedeemingTest() {
    make_group("line-7");
    switch_compatible_on();
  }
  Result<domain::ManagementResult> pick_up(PickupKind kind, const std::string& typed,
                                           const std::string& source = "198.51.100.7") {
    return ask("", domain::PickUp{kind, Secret::from_text(typed)}, source);
  }
  Result<domain::ManagementResult> redeem(const domain::NewCode& made, const std::string& token,
                                          const std::string& csr = "dev-1/key",
                                          const std::string& source = "198.51.100.7") {
    domain::RedeemClaim command;
    command.id = made.code.id;
    command.token = Secret::from_text(token);
    command.key = domain::RequestedKey{{csr.begin(), csr.end()}};
    return ask("", std::move(command), source);
  }
  domain::NewCode make_claim(const std::string& group = "line-7") {
    domain::CodeRequest request = claim("dev-1");
    request.group = group;
    return create(std::move(request));
  }
  // Whether it is the one answer to everything that is wrong with a code.
  void expect_unknown(Result<domain::ManagementResult> answer) {
    const Error error = refused(std::move(answer));
    EXPECT_EQ(error.kind, ErrorKind::kNotFound);
    EXPECT_EQ(error.what, "there is no such code");
  }
};

TEST_F(CodeRedeemingTest, LettersHandOutTheEnvelopeOnce) {
  const domain::NewCode made = create(in_group(CodeMode::kEnvelope, "dev-1", "line-7"));
  const auto taken =
      expect<domain::PickedUp>(pick_up(PickupKind::kLetters, std::string(made.pickup->text())));
  EXPECT_EQ(taken.mode, CodeMode::kEnvelope);
  EXPECT_TRUE(taken.content.text().starts_with("envelope " + made.code.id));
  expect_unknown(pick_up(PickupKind::kLetters, std::string(made.pickup->text())));
  EXPECT_EQ(codes.codes.at(made.code.id).state, CodeState::kUsed);
  EXPECT_EQ(codes.codes.at(made.code.id).used_from, "198.51.100.7");
}

TEST_F(CodeRedeemingTest, PickingUpIsAuditedAndOnTheDevicesTrail) {
  const domain::NewCode made = create(in_group(CodeMode::kEnvelope, "dev-1", "line-7"));
  expect<domain::PickedUp>(pick_up(PickupKind::kLetters, std::string(made.pickup->text())));
  EXPECT_EQ(codes.audit.back().action, "credential.pickup");
  EXPECT_EQ(codes.audit.back().actor, "code:" + made.code.id);
  ASSERT_EQ(codes.trails.size(), 1U);
  EXPECT_EQ(codes.trails.front().operation, "pickup");
  EXPECT_EQ(codes.trails.front().registration_id, "dev-1");
  EXPECT_EQ(codes.trails.front().source, "198.51.100.7");
}

TEST_F(CodeRedeemingTest, ANumberIsNoLettersAndTheOtherWayRound) {
  const domain::NewCode made = create(with_number("dev-1"));
  expect_unknown(pick_up(PickupKind::kLetters, std::string(made.number->text())));
  const auto taken =
      expect<domain::PickedUp>(pick_up(PickupKind::kNumber, std::string(made.number->text())));
  EXPECT_EQ(taken.content.text(), "compatible dev-1 true false");
}

TEST_F(CodeRedeemingTest, UnknownExpiredAndRevokedOnesLookAlike) {
  const domain::NewCode expired = create(with_number("dev-1"));
  clock.advance(std::chrono::seconds(601));
  const domain::NewCode revoked = create(with_number("dev-2"));
  expect<domain::Done>(ask(operator_, domain::RevokeCode{revoked.code.id}));
  expect_unknown(pick_up(PickupKind::kNumber, "99999"));
  expect_unknown(pick_up(PickupKind::kNumber, ""));
  expect_unknown(pick_up(PickupKind::kNumber, std::string(expired.number->text())));
  expect_unknown(pick_up(PickupKind::kNumber, std::string(revoked.number->text())));
}

TEST_F(CodeRedeemingTest, ASourceHasFiveMissesAMinute) {
  const domain::NewCode made = create(with_number("dev-1"));
  for (int i = 0; i < 5; ++i) expect_unknown(pick_up(PickupKind::kNumber, "99999"));
  const std::string number(made.number->text());
  expect_unknown(pick_up(PickupKind::kNumber, number));
  EXPECT_EQ(codes.guards[PickupKind::kNumber].misses, 5U) << "what is not tried is not counted";
  clock.advance(std::chrono::seconds(13));
  expect<domain::PickedUp>(pick_up(PickupKind::kNumber, number));
}

TEST_F(CodeRedeemingTest, FiftyMissesOfAnybodyCloseThePickUpForTenMinutes) {
  domain::CodeRequest request = with_number("dev-1");
  request.lifetime = std::chrono::seconds(3600);
  const domain::NewCode made = create(std::move(request));
  for (int i = 0; i < 50; ++i) {
    expect_unknown(pick_up(PickupKind::kNumber, "99999", "203.0.113." + std::to_string(i)));
  }
  EXPECT_EQ(catalog.audit.back().action, "credential.refused");
  EXPECT_NE(catalog.audit.back().detail.find("closedSeconds"), std::string::npos);
  const std::string number(made.number->text());
  expect_unknown(pick_up(PickupKind::kNumber, number, "192.0.2.55"));
  EXPECT_EQ(codes.codes.at(made.code.id).state, CodeState::kActive);
  clock.advance(std::chrono::seconds(601));
  expect<domain::PickedUp>(pick_up(PickupKind::kNumber, number, "192.0.2.56"));
}

TEST_F(CodeRedeemingTest, LettersStayOpenWhileNumbersAreClosed) {
  const domain::NewCode made = create(in_group(CodeMode::kEnvelope, "dev-1", "line-7"));
  for (int i = 0; i < 50; ++i) {
    expect_unknown(pick_up(PickupKind::kNumber, "99999", "203.0.113." + std::to_string(i)));
  }
  expect<domain::PickedUp>(pick_up(PickupKind::kLetters, std::string(made.pickup->text())));
}

TEST_F(CodeRedeemingTest, AClaimMakesAnIndividualEnrollmentKnownByItsKey) {
  const domain::NewCode made = make_claim();
  const auto done = expect<domain::ClaimRedeemed>(redeem(made, token_of(made)));
  EXPECT_EQ(done.device.text(), "dev-1");
  EXPECT_EQ(done.scope.text(), kScope);
  EXPECT_EQ(done.endpoint, "berth.example.net:8443");
  EXPECT_EQ(done.hub_host, "hub-1.example.net");
  ASSERT_EQ(codes.redeemed.size(), 1U);
  const domain::Enrollment& written = codes.redeemed.front();
  EXPECT_EQ(written.kind, domain::EnrollmentKind::kIndividual);
  EXPECT_EQ(written.display_name, "dev-1");
  const auto& trust = std::get<domain::CertificateTrust>(written.attestation);
  EXPECT_TRUE(trust.primary->certificate->by_key);
  EXPECT_EQ(trust.primary->certificate->common_name, "dev-1");
  EXPECT_EQ(trust.primary->certificate->spki_sha256.size(), 32U);
}

TEST_F(CodeRedeemingTest, TheNewEnrollmentTakesTheSettingsOfTheGroup) {
  domain::EnrollmentEdit edit;
  edit.desired = R"({"rate":5})";
  edit.iot_edge = true;
  edit.hubs = std::vector<std::string>{"hub-1"};
  make_group("line-8", std::move(edit));
  const domain::NewCode made = make_claim("line-8");
  expect<domain::ClaimRedeemed>(redeem(made, token_of(made)));
  const domain::Enrollment& written = codes.redeemed.front();
  EXPECT_EQ(written.initial_twin.desired, R"({"rate":5})");
  EXPECT_TRUE(written.iot_edge);
  ASSERT_EQ(written.hubs.size(), 1U);
  EXPECT_EQ(written.hubs.front().text(), "hub-1");
}

TEST_F(CodeRedeemingTest, AClaimIsAuditedAndOnTheDevicesTrail) {
  const domain::NewCode made = make_claim();
  expect<domain::ClaimRedeemed>(redeem(made, token_of(made)));
  EXPECT_EQ(codes.audit.back().action, "credential.redeem");
  EXPECT_EQ(codes.audit.back().actor, "code:" + made.code.id);
  EXPECT_EQ(codes.audit.back().source, "198.51.100.7");
  ASSERT_EQ(codes.trails.size(), 1U);
  EXPECT_EQ(codes.trails.front().operation, "redeem");
  EXPECT_EQ(codes.trails.front().outcome, domain::TrailOutcome::kAssigned);
}

TEST_F(CodeRedeemingTest, AClaimIsGoodOnce) {
  const domain::NewCode made = make_claim();
  expect<domain::ClaimRedeemed>(redeem(made, token_of(made)));
  expect_unknown(redeem(made, token_of(made)));
}

TEST_F(CodeRedeemingTest, WrongTokensAndForeignIdsLookAlikeAndKnownOnesAreAudited) {
  const domain::NewCode made = make_claim();
  expect_unknown(redeem(made, "token-of-somebody"));
  EXPECT_EQ(catalog.audit.back().action, "credential.refused");
  EXPECT_EQ(catalog.audit.back().target, made.code.id);
  domain::NewCode foreign;
  foreign.code.id = std::string(32, 'a');
  expect_unknown(redeem(foreign, token_of(made)));
  foreign.code.id = "../../etc/passwd";
  expect_unknown(redeem(foreign, token_of(made)));
}

TEST_F(CodeRedeemingTest, TokensCannotBeTriedOut) {
  const domain::NewCode made = make_claim();
  for (int i = 0; i < 5; ++i) expect_unknown(redeem(made, "wrong"));
  expect_unknown(redeem(made, token_of(made)));
  clock.advance(std::chrono::seconds(13));
  expect<domain::ClaimRedeemed>(redeem(made, token_of(made)));
}

TEST_F(CodeRedeemingTest, AnExpiredClaimIsUnknown) {
  const domain::NewCode made = make_claim();
  clock.advance(std::chrono::seconds(900));
  expect_unknown(redeem(made, token_of(made)));
}

TEST_F(CodeRedeemingTest, ARequestOfAnotherNameIsRefusedAndTheClaimStaysGood) {
  const domain::NewCode made = make_claim();
  const Error error = refused(redeem(made, token_of(made), "dev-2/key"));
  EXPECT_EQ(error.kind, ErrorKind::kInvalid);
  EXPECT_NE(error.what.find("dev-2"), std::string::npos) << error.what;
  EXPECT_EQ(refused(redeem(made, token_of(made), "broken")).kind, ErrorKind::kInvalid);
  expect<domain::ClaimRedeemed>(redeem(made, token_of(made), "DEV-1/key"));
}

TEST_F(CodeRedeemingTest, ASymmetricKeyIsSealedWithTheEnrollmentsContext) {
  const domain::NewCode made = make_claim();
  domain::RedeemClaim command{made.code.id, Secret::from_text(token_of(made)), {}};
  command.key = domain::SymmetricKey{Secret::from_text("0123456789abcdef")};
  expect<domain::ClaimRedeemed>(ask("", std::move(command)));
  EXPECT_EQ(key_of(codes.redeemed.front(), domain::KeySlot::kPrimary).text(), "0123456789abcdef");
  EXPECT_EQ(key_of(codes.redeemed.front(), domain::KeySlot::kSecondary).size(), 64U);
}

TEST_F(CodeRedeemingTest, ShortSymmetricKeysAreRefused) {
  const domain::NewCode made = make_claim();
  domain::RedeemClaim command{made.code.id, Secret::from_text(token_of(made)), {}};
  command.key = domain::SymmetricKey{Secret::from_text("0123456789abcde")};
  EXPECT_EQ(refused(ask("", std::move(command))).kind, ErrorKind::kInvalid);
}

TEST_F(CodeRedeemingTest, AClaimForAnEnrolledDeviceReplacesItsProof) {
  make_individual("dev-9");
  const domain::NewCode made = create(claim("dev-9"));
  expect<domain::ClaimRedeemed>(redeem(made, token_of(made), "/key"));
  EXPECT_EQ(codes.redeemed.front().version, 1U);
  EXPECT_TRUE(std::holds_alternative<domain::CertificateTrust>(codes.redeemed.front().attestation));
}

TEST_F(CodeRedeemingTest, AnEnrollmentMadeMeanwhileIsNotReplaced) {
  const domain::NewCode made = make_claim();
  make_individual("dev-1");
  EXPECT_EQ(refused(redeem(made, token_of(made))).kind, ErrorKind::kConflict);
  EXPECT_TRUE(codes.redeemed.empty());
}

TEST_F(CodeRedeemingTest, AGroupThatIsGoneMakesTheClaimUseless) {
  const domain::NewCode made = make_claim();
  catalog.enrollments.erase({kScope, domain::EnrollmentKind::kGroup, "line-7"});
  EXPECT_EQ(refused(redeem(made, token_of(made))).kind, ErrorKind::kConflict);
}

TEST_F(CodeRedeemingTest, AnIdRegisteredMeanwhileThroughTheGroupIsRefused) {
  const domain::NewCode made = make_claim();
  registered_by("dev-1", {domain::EnrollmentKind::kGroup, domain::EnrollmentId::trusted("line-7")});
  EXPECT_EQ(refused(redeem(made, token_of(made))).kind, ErrorKind::kConflict);
}

TEST_F(CodeRedeemingTest, AClaimThatWasPickedUpIsStillToBeRedeemed) {
  domain::CodeRequest request = claim("dev-1");
  request.pickup = PickupKind::kLetters;
  const domain::NewCode made = create(std::move(request));
  const auto taken =
      expect<domain::PickedUp>(pick_up(PickupKind::kLetters, std::string(made.pickup->text())));
  EXPECT_EQ(taken.content.text(), made.text.text());
  expect_unknown(pick_up(PickupKind::kLetters, std::string(made.pickup->text())));
  expect<domain::ClaimRedeemed>(redeem(made, token_of(made)));
}

TEST_F(CodeRedeemingTest, ATokenOfNobodyDoesNotStandInTheWay) {
  const domain::NewCode made = create(with_number("dev-1"));
  const std::string number(made.number->text());
  expect<domain::PickedUp>(
      ask("berth_nonsense", domain::PickUp{PickupKind::kNumber, Secret::from_text(number)}));
}

}  // namespace
}  // namespace berth::management::testing
