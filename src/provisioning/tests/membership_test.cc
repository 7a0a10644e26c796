// Members of groups with a product secret on the one path: who is admitted, what happens the second
// time, and what a refusal says.
#include "provisioning/explain.h"
#include "provisioning/tests/world.h"

#include <gtest/gtest.h>

namespace berth::provisioning {
namespace {

using domain::Reason;

constexpr const char* kGroup = "S3EUVBRJLB";

class MembershipTest : public testing::Test {
 protected:
  void SetUp() override {
    group_ = &world_.product(kGroup, "secret");
    world_.list(*group_, "dev1");
  }
  domain::ProductSecret& product() {
    ++world_.store.catalog_version;
    return std::get<domain::ProductSecret>(group_->attestation);
  }
  domain::Outcome register_as(const std::string& name, const std::string& secret = "secret") {
    return world_.handle(domain::Register{world_.member_claim(kGroup, name, secret)});
  }
  Reason refused(const std::string& name, const std::string& secret = "secret") {
    return reason_in(register_as(name, secret));
  }
  std::string secret_in(const domain::Outcome& outcome) {
    const auto* accepted = std::get_if<domain::Accepted>(&outcome.result);
    if (accepted == nullptr) return "refused: " + std::string(to_string(reason_in(outcome)));
    const auto* issued = std::get_if<domain::IssuedSecret>(&accepted->credential);
    return issued == nullptr ? "none" : std::string(issued->secret.text());
  }
  domain::Registration& registration(const std::string& name) {
    return world_.store.registrations.at({std::string(kScope), base::ascii_lower(kGroup + name)});
  }
  void activate(const std::string& name) {
    registration(name).activated_at = world_.clock.wall();
    ++registration(name).version;
  }

  World world_;
  domain::Enrollment* group_ = nullptr;
};

TEST_F(MembershipTest, ListedMemberIsIssuedACredentialWithoutNamingAScope) {
  const domain::Outcome outcome = register_as("dev1");
  EXPECT_EQ(secret_in(outcome), "1");
  EXPECT_EQ(std::get<domain::Accepted>(outcome.result).proven_with.text(), "secret");
  const domain::Registration& registered = registration("dev1");
  EXPECT_EQ(registered.device_id.text(), "S3EUVBRJLBdev1");
  EXPECT_EQ(registered.member->text(), "dev1");
  const domain::Device& device = world_.store.devices.at({"hub-a", "S3EUVBRJLBdev1"});
  EXPECT_EQ(device.group->text(), kGroup);
  EXPECT_TRUE(device.awaits_activation);
  EXPECT_EQ(world_.observer.trails.back().scope, kScope);
}

TEST_F(MembershipTest, UnlistedNameIsRefusedUnlessAnybodyIsAdmitted) {
  EXPECT_EQ(refused("dev2"), Reason::kMemberUnknown);
  product().admits = domain::Admits::kAnybody;
  EXPECT_EQ(refused("dev2"), Reason::kNone);
  const domain::Member& made = world_.store.members.at({"s3euvbrjlb", "dev2"});
  EXPECT_TRUE(made.requested);
}

TEST_F(MembershipTest, QuotaCountsOnlyMembersMadeByRequest) {
  product().admits = domain::Admits::kAnybody;
  product().created_max = 1;
  EXPECT_EQ(refused("dev1"), Reason::kNone);
  EXPECT_EQ(refused("dev2"), Reason::kNone);
  EXPECT_EQ(refused("dev3"), Reason::kMembersExhausted);
  EXPECT_EQ(refused("dev2"), Reason::kNone);  // it is there already
  EXPECT_FALSE(world_.store.members.contains({"s3euvbrjlb", "dev3"}));
}

TEST_F(MembershipTest, SwitchedOffGroupAdmitsNobody) {
  product().admits = domain::Admits::kNobody;
  EXPECT_EQ(refused("dev1"), Reason::kRegistrationOff);
}

TEST_F(MembershipTest, WrongSecretLearnsNothingAboutNames) {
  EXPECT_EQ(refused("dev1", "other"), Reason::kProofRejected);
  EXPECT_EQ(refused("dev2", "other"), Reason::kProofRejected);
  product().admits = domain::Admits::kNobody;
  EXPECT_EQ(refused("dev1", "other"), Reason::kProofRejected);
}

TEST_F(MembershipTest, UnknownGroupAndOneOfAnotherKindAreTheSame) {
  world_.group("OTHERGROUP");
  const auto reason = [&](const std::string& group) {
    return reason_in(world_.handle(domain::Register{world_.member_claim(group, "dev1", "secret")}));
  };
  EXPECT_EQ(reason("NOSUCHGRP1"), Reason::kGroupUnknown);
  EXPECT_EQ(reason("OTHERGROUP"), Reason::kGroupUnknown);
  EXPECT_EQ(reason("s3euvbrjlb"), Reason::kGroupUnknown);
  EXPECT_EQ(reason(""), Reason::kGroupUnknown);
  EXPECT_EQ(reason("a b"), Reason::kGroupUnknown);
}

TEST_F(MembershipTest, NameThatIsNoneIsRefusedAsSuch) {
  EXPECT_EQ(refused(""), Reason::kIdInvalid);
  EXPECT_EQ(refused("a/b"), Reason::kIdInvalid);
  EXPECT_EQ(refused(std::string(65, 'a')), Reason::kIdInvalid);
}

TEST_F(MembershipTest, UnreadableRequestIsRefusedBeforeAnythingIsLookedUp) {
  domain::Claim claim = world_.member_claim("", "", "");
  claim.evidence = domain::MalformedEvidence{"no JSON"};
  EXPECT_EQ(reason_in(world_.handle(domain::Register{std::move(claim)})), Reason::kProofMalformed);
}

TEST_F(MembershipTest, BeforeItConnectsAMemberMayRegisterAgainAndGetsAnotherSecret) {
  EXPECT_EQ(secret_in(register_as("dev1")), "1");
  EXPECT_EQ(secret_in(register_as("dev1")), "2");
}

TEST_F(MembershipTest, AfterItConnectedTheRuleOfTheGroupDecides) {
  EXPECT_EQ(secret_in(register_as("dev1")), "1");
  activate("dev1");
  EXPECT_EQ(refused("dev1"), Reason::kAlreadyActivated);
  product().reissue = domain::Reissue::kSame;
  EXPECT_EQ(secret_in(register_as("dev1")), "1");
  EXPECT_TRUE(registration("dev1").activated_at);
  product().reissue = domain::Reissue::kNew;
  EXPECT_EQ(secret_in(register_as("dev1")), "2");
  EXPECT_FALSE(registration("dev1").activated_at);
}

TEST_F(MembershipTest, ResetMemberMayRegisterAgain) {
  register_as("dev1");
  activate("dev1");
  registration("dev1").activated_at.reset();
  EXPECT_EQ(secret_in(register_as("dev1")), "2");
}

TEST_F(MembershipTest, ActivationInTheSameMomentWinsOverASecondRegistration) {
  register_as("dev1");
  world_.store.before_commit = [this] {
    world_.store.before_commit = nullptr;
    activate("dev1");
  };
  EXPECT_EQ(refused("dev1"), Reason::kAlreadyActivated);
}

TEST_F(MembershipTest, DisabledMemberAndDisabledIdentityAreRefused) {
  register_as("dev1");
  world_.store.devices.at({"hub-a", "S3EUVBRJLBdev1"}).enabled = false;
  EXPECT_EQ(refused("dev1"), Reason::kDeviceDisabled);
  world_.store.members.at({"s3euvbrjlb", "dev1"}).enabled = false;
  EXPECT_EQ(refused("dev1"), Reason::kMemberDisabled);
}

TEST_F(MembershipTest, DisabledGroupAndScopeRefuse) {
  group_->enabled = false;
  ++world_.store.catalog_version;
  EXPECT_EQ(refused("dev1"), Reason::kEnrollmentDisabled);
}

TEST_F(MembershipTest, WantingTheOtherKindOfCredentialIsRefused) {
  domain::Claim claim = world_.member_claim(kGroup, "dev1", "secret");
  claim.wants = domain::CredentialKind::kCertificate;
  EXPECT_EQ(reason_in(world_.handle(domain::Register{std::move(claim)})),
            Reason::kCredentialMismatch);
}

TEST_F(MembershipTest, EqualRequestIsAnsweredAgainUnlessTheGroupForbidsIt) {
  EXPECT_EQ(refused("dev1"), Reason::kNone);
  EXPECT_EQ(refused("dev1"), Reason::kNone);
  product().replay_window = std::chrono::seconds(300);
  EXPECT_EQ(refused("dev1"), Reason::kNone);
  EXPECT_EQ(refused("dev1"), Reason::kRequestRepeated);
  domain::Claim other = world_.member_claim(kGroup, "dev1", "secret");
  std::get<domain::SignedText>(other.evidence).nonce = "2";
  EXPECT_EQ(reason_in(world_.handle(domain::Register{std::move(other)})), Reason::kNone);
}

TEST_F(MembershipTest, RequestsWithoutATimeAreToldApartByTheirNonce) {
  product().replay_window = std::chrono::seconds(300);
  domain::Claim timeless = world_.member_claim(kGroup, "dev1", "secret");
  std::get<domain::SignedText>(timeless.evidence).made_at_seconds.reset();
  EXPECT_EQ(reason_in(world_.handle(domain::Register{timeless})), Reason::kNone);
  EXPECT_EQ(reason_in(world_.handle(domain::Register{timeless})), Reason::kRequestRepeated);
  std::get<domain::SignedText>(timeless.evidence).nonce = "2";
  EXPECT_EQ(reason_in(world_.handle(domain::Register{timeless})), Reason::kNone);
}

TEST_F(MembershipTest, RepetitionsAreForgottenAfterTheWindow) {
  product().replay_window = std::chrono::seconds(300);
  domain::Claim recorded = world_.member_claim(kGroup, "dev1", "secret");
  EXPECT_EQ(reason_in(world_.handle(domain::Register{recorded})), Reason::kNone);
  world_.clock.advance(std::chrono::seconds(299));
  EXPECT_EQ(reason_in(world_.handle(domain::Register{recorded})), Reason::kRequestRepeated);
  world_.clock.advance(std::chrono::seconds(2));
  EXPECT_EQ(reason_in(world_.handle(domain::Register{recorded})), Reason::kNone);
}

TEST_F(MembershipTest, NamesThatDifferInCaseAreTwoAndOnlyTheFirstMayRegister) {
  world_.list(*group_, "DEV1");
  EXPECT_EQ(refused("dev1"), Reason::kNone);
  EXPECT_EQ(refused("DEV1"), Reason::kOwnedByOther);
}

TEST_F(MembershipTest, WithoutAHubItIsRefusedAndNothingIsLeftBehind) {
  world_.store.hubs.clear();
  ++world_.store.catalog_version;
  EXPECT_EQ(refused("dev1"), Reason::kNoHub);
  EXPECT_TRUE(world_.store.registrations.empty());
  EXPECT_EQ(world_.refusals.trails.back().findings.front().cause, domain::Cause::kNoHubLinked);
}

TEST_F(MembershipTest, OtherDevicesDoNotSeeTheGroup) {
  EXPECT_EQ(reason_in(world_.register_as("S3EUVBRJLBdev1", "group/S3EUVBRJLB")),
            Reason::kNotEnrolled);
  world_.individual("S3EUVBRJLBdev1");
  EXPECT_EQ(reason_in(world_.register_as("S3EUVBRJLBdev1", "individual/S3EUVBRJLBdev1")),
            Reason::kNone);
  EXPECT_EQ(refused("dev1"), Reason::kOwnedByOther);
}

class MembershipExplainTest : public MembershipTest {
 protected:
  domain::Trail explain(const domain::Outcome&) {
    std::vector<std::unique_ptr<Attestor>> attestors;
    attestors.push_back(std::make_unique<SecretAttestor>());
    Explainer explainer({world_.store, world_.clock, std::move(attestors)}, {}, [] {});
    explainer.refused(world_.refusals.claims.back(), world_.refusals.trails.back());
    base::run_task(explainer.drain());
    return world_.store.trails.back();
  }
  domain::Finding first(const domain::Outcome& outcome) { return explain(outcome).findings.at(0); }
};

TEST_F(MembershipExplainTest, NamesWhatMendsIt) {
  domain::Finding found = first(register_as("dev2"));
  EXPECT_EQ(found.cause, domain::Cause::kMemberNotListed);
  EXPECT_EQ(found.mend,
            "berth product device add --id-scope 0ne00ABCDEF --product-id S3EUVBRJLB dev2");
  register_as("dev1");
  activate("dev1");
  found = first(register_as("dev1"));
  EXPECT_EQ(found.cause, domain::Cause::kActivated);
  EXPECT_EQ(found.mend,
            "berth product device reset --id-scope 0ne00ABCDEF --product-id S3EUVBRJLB dev1");
  product().admits = domain::Admits::kNobody;
  EXPECT_EQ(first(register_as("dev1")).cause, domain::Cause::kAdmitsNobody);
}

TEST_F(MembershipExplainTest, FindsTheNameAndTheGroupThatWereMeant) {
  world_.list(*group_, "device_1234");
  const domain::Trail trail = explain(register_as("device_1243"));
  ASSERT_EQ(trail.findings.size(), 2U);
  EXPECT_EQ(trail.findings.back().cause, domain::Cause::kMemberSpelling);
  const domain::Outcome outcome =
      world_.handle(domain::Register{world_.member_claim("S3EUVBRJLA", "dev1", "secret")});
  EXPECT_EQ(first(outcome).cause, domain::Cause::kGroupSpelling);
}

TEST_F(MembershipExplainTest, FindsTheGroupOfAnotherKind) {
  world_.group("OTHERGROUP");
  const domain::Outcome outcome =
      world_.handle(domain::Register{world_.member_claim("OTHERGROUP", "dev1", "secret")});
  EXPECT_EQ(first(outcome).cause, domain::Cause::kNotProductGroup);
}

TEST_F(MembershipExplainTest, HypothesesSeeTheOtherProducts) {
  world_.product("OTHERPROD1", "other");
  EXPECT_EQ(first(register_as("dev1", "other")).cause, domain::Cause::kKeyOfOtherEnrollment);
}

TEST_F(MembershipExplainTest, KeepsWhatThePathFoundItself) {
  world_.store.hubs.clear();
  ++world_.store.catalog_version;
  EXPECT_EQ(first(register_as("dev1")).cause, domain::Cause::kNoHubLinked);
}

}  // namespace
}  // namespace berth::provisioning
