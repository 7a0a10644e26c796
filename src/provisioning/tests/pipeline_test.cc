#include "provisioning/tests/world.h"

#include <gtest/gtest.h>

#include <regex>

namespace berth::provisioning {
namespace {

using domain::Outcome;
using domain::Reason;
using domain::Registration;
using domain::RegistrationStatus;
using domain::Substatus;

class PipelineTest : public testing::Test {
 protected:
  // Registers and expects an answer that is Accepted.
  Registration registered(const std::string& id, const std::string& signed_by) {
    const Outcome outcome = world_.register_as(id, signed_by);
    const Registration* registration = registration_in(outcome);
    EXPECT_NE(registration, nullptr) << to_string(reason_in(outcome));
    return registration == nullptr ? Registration() : *registration;
  }
  Reason refused(const std::string& id, const std::string& signed_by) {
    return reason_in(world_.register_as(id, signed_by));
  }
  const domain::Device& device(const std::string& hub, const std::string& id) {
    return world_.store.devices.at({hub, id});
  }

  World world_;
};

TEST_F(PipelineTest, FirstRegistrationIsAssignedAndWrittenAtOnce) {
  domain::Enrollment& enrollment = world_.individual("Device-1");
  enrollment.device_id = *domain::DeviceId::parse("pump");
  enrollment.iot_edge = true;
  enrollment.initial_twin.tags = R"({"site":"north"})";
  domain::Claim claim = world_.claim("Device-1", "individual/Device-1");
  claim.payload = R"({"model":1})";
  const Outcome outcome = world_.handle(domain::Register{claim});
  const auto* accepted = std::get_if<domain::Accepted>(&outcome.result);
  ASSERT_NE(accepted, nullptr);
  const Registration& registration = accepted->registration;
  EXPECT_EQ(registration.status, RegistrationStatus::kAssigned);
  EXPECT_EQ(registration.substatus, Substatus::kInitialAssignment);
  EXPECT_EQ(registration.hub_host, "hub-a.example");
  EXPECT_EQ(registration.device_id.text(), "pump");
  EXPECT_EQ(registration.payload, R"({"model":1})");
  EXPECT_EQ(registration.version, 1U);
  const domain::Device& made = device("hub-a", "pump");
  EXPECT_TRUE(made.iot_edge);
  EXPECT_EQ(made.twin.tags, R"({"site":"north"})");
  EXPECT_EQ(made.registration.text(), "Device-1");
  ASSERT_TRUE(made.keys);
}

TEST_F(PipelineTest, OperationIdHasTheShapeThatClientsPutIntoTopics) {
  world_.individual("d");
  const std::string id = registered("d", "individual/d").operation_id;
  EXPECT_TRUE(std::regex_match(id, std::regex("[0-9]\\.[0-9a-f]{16}\\.[0-9a-f]{8}(-[0-9a-f]{4}){3}"
                                              "-[0-9a-f]{12}")))
      << id;
  EXPECT_NE(registered("d", "individual/d").operation_id, id);
}

TEST_F(PipelineTest, SuccessLeavesOneTrailWithSixStepsAndOneAuditRecord) {
  world_.group("line-7");
  const Outcome outcome = world_.register_as("d1", "group/line-7");
  ASSERT_EQ(world_.store.trails.size(), 1U);
  const domain::Trail& trail = world_.store.trails[0];
  EXPECT_EQ(trail.id, outcome.trail_id);
  EXPECT_EQ(trail.outcome, domain::TrailOutcome::kAssigned);
  EXPECT_EQ(trail.enrollment, "group/line-7");
  EXPECT_EQ(trail.hub, "hub-a");
  ASSERT_EQ(trail.steps.size(), 6U);
  for (const domain::TrailStep& step : trail.steps) EXPECT_TRUE(step.passed);
  ASSERT_EQ(world_.store.audits.size(), 1U);
  EXPECT_EQ(world_.store.audits[0].actor, "device:0ne00ABCDEF/d1");
  EXPECT_EQ(world_.store.audits[0].action, "registration.assign");
  EXPECT_EQ(world_.store.audits[0].detail,
            R"({"hub":"hub-a","deviceId":"d1","enrollment":"group/line-7",)"
            R"("substatus":"initial_assignment"})");
  EXPECT_TRUE(world_.refusals.trails.empty());
}

TEST_F(PipelineTest, TrailIdsAreOrderedByTime) {
  world_.group("line-7");
  std::string last;
  for (int i = 0; i < 20; ++i) {
    world_.clock.advance(std::chrono::microseconds(700));
    const std::string id = world_.register_as("d" + std::to_string(i), "group/line-7").trail_id;
    EXPECT_LT(last, id);
    last = id;
  }
}

TEST_F(PipelineTest, AuthenticateAndPollLeaveNoTrailUnlessTheyFail) {
  world_.individual("d");
  const Registration registration = registered("d", "individual/d");
  const auto claim = world_.claim("d", "individual/d");
  EXPECT_TRUE(std::holds_alternative<domain::Authenticated>(
      world_.handle(domain::Authenticate{claim}).result));
  const Outcome poll = world_.handle(domain::PollOperation{claim, registration.operation_id});
  ASSERT_NE(registration_in(poll), nullptr);
  EXPECT_EQ(registration_in(poll)->hub_host, "hub-a.example");
  EXPECT_EQ(world_.store.trails.size(), 1U);
  EXPECT_TRUE(world_.refusals.trails.empty());

  world_.handle(domain::Authenticate{world_.claim("d", "somebody else")});
  ASSERT_EQ(world_.refusals.trails.size(), 1U);
  EXPECT_EQ(world_.refusals.trails[0].operation, "authenticate");
  EXPECT_EQ(world_.observer.trails.size(), 4U);
}

TEST_F(PipelineTest, PollTellsNothingOfForeignOrOldOperations) {
  world_.individual("a");
  world_.individual("b");
  const std::string of_a = registered("a", "individual/a").operation_id;
  registered("b", "individual/b");
  const auto poll = [&](const std::string& id, const std::string& operation) {
    return reason_in(
        world_.handle(domain::PollOperation{world_.claim(id, "individual/" + id), operation}));
  };
  EXPECT_EQ(poll("b", of_a), Reason::kOperationUnknown);
  EXPECT_EQ(poll("b", "4.0.0"), Reason::kOperationUnknown);
  EXPECT_EQ(poll("b", ""), Reason::kOperationUnknown);
  registered("a", "individual/a");
  EXPECT_EQ(poll("a", of_a), Reason::kOperationUnknown);
}

TEST_F(PipelineTest, PollMustProveTheClaimAgain) {
  world_.individual("a");
  const std::string operation = registered("a", "individual/a").operation_id;
  EXPECT_EQ(reason_in(world_.handle(
                domain::PollOperation{world_.claim("a", "individual/other"), operation})),
            Reason::kProofRejected);
}

TEST_F(PipelineTest, LookUpTellsTheStateOrThatThereIsNone) {
  world_.individual("a");
  const auto look = [&] {
    return world_.handle(domain::LookUpRegistration{world_.claim("a", "individual/a")});
  };
  EXPECT_EQ(reason_in(look()), Reason::kNotRegistered);
  registered("a", "individual/a");
  EXPECT_NE(registration_in(look()), nullptr);
}

TEST_F(PipelineTest, UnknownScopesAndBadIdsAreRefusedWithTheirReason) {
  world_.individual("d");
  domain::Claim claim = world_.claim("d", "individual/d");
  claim.scope = "0ne99999999";
  EXPECT_EQ(reason_in(world_.handle(domain::Register{claim})), Reason::kScopeUnknown);
  claim.scope = std::string(1000, 'x');
  EXPECT_EQ(reason_in(world_.handle(domain::Register{claim})), Reason::kScopeUnknown);
  EXPECT_EQ(refused(std::string(129, 'x'), "individual/d"), Reason::kIdInvalid);
  EXPECT_EQ(refused("a/b", "individual/d"), Reason::kIdInvalid);
  EXPECT_EQ(refused("", "individual/d"), Reason::kIdInvalid);
  EXPECT_EQ(refused("d\n", "individual/d"), Reason::kIdInvalid);
  for (const domain::Trail& trail : world_.refusals.trails) {
    EXPECT_EQ(trail.registration_id.find('\n'), std::string::npos);
    EXPECT_LE(trail.scope.size(), 64U);
  }
}

TEST_F(PipelineTest, NobodyEnrolledIsNotEnrolled) {
  EXPECT_EQ(refused("d", "anything"), Reason::kNotEnrolled);
  world_.group("line-7");
  EXPECT_EQ(refused("d", "anything"), Reason::kNotEnrolled);
}

TEST_F(PipelineTest, ScopeDisabledIsToldOnlyToTheProven) {
  world_.individual("d");
  world_.add_scope(kScope).enabled = false;
  EXPECT_EQ(refused("d", "individual/d"), Reason::kScopeDisabled);
  EXPECT_EQ(refused("d", "somebody"), Reason::kProofRejected);
}

TEST_F(PipelineTest, IndividualComesBeforeGroupEvenWhenDisabled) {
  world_.group("line-7");
  world_.individual("d").enabled = false;
  EXPECT_EQ(refused("d", "group/line-7"), Reason::kProofRejected);
  EXPECT_EQ(refused("d", "individual/d"), Reason::kEnrollmentDisabled);
  EXPECT_EQ(registered("e", "group/line-7").enrollment.id.text(), "line-7");
}

TEST_F(PipelineTest, DisabledGroupIsNamedAsTheReason) {
  world_.group("line-7").enabled = false;
  EXPECT_EQ(refused("d", "group/line-7"), Reason::kEnrollmentDisabled);
  EXPECT_EQ(world_.refusals.trails.back().enrollment, "group/line-7");
}

TEST_F(PipelineTest, ProofsThatCannotBeReadAreRefusedBeforeAnyKeyIsTried) {
  world_.individual("d");
  domain::Claim claim = world_.claim("d", "individual/d");
  claim.evidence = domain::NoEvidence{};
  EXPECT_EQ(reason_in(world_.handle(domain::Register{claim})), Reason::kProofMissing);
  claim.evidence = domain::MalformedEvidence{"no `se`"};
  EXPECT_EQ(reason_in(world_.handle(domain::Register{claim})), Reason::kProofMalformed);
  EXPECT_EQ(world_.refusals.trails.back().steps.back().received, "no `se`");
  EXPECT_EQ(world_.attestor->tried, 0);
}

TEST_F(PipelineTest, KnownDevicesGroupIsTriedFirstAndAlone) {
  for (int i = 0; i < 10; ++i) world_.group("line-" + std::to_string(i));
  registered("d", "group/line-9");
  EXPECT_EQ(world_.attestor->tried, 10);
  world_.attestor->tried = 0;
  registered("d", "group/line-9");
  EXPECT_EQ(world_.attestor->tried, 1);
}

TEST_F(PipelineTest, IdBelongsToItsFirstEnrollment) {
  world_.group("line-1");
  world_.group("line-2");
  registered("d", "group/line-1");
  EXPECT_EQ(refused("d", "group/line-2"), Reason::kOwnedByOther);
  world_.individual("d");
  EXPECT_EQ(refused("d", "individual/d"), Reason::kOwnedByOther);
  EXPECT_EQ(refused("D", "individual/d"), Reason::kOwnedByOther);
}

TEST_F(PipelineTest, IdStaysOwnedWhenItsEnrollmentIsDeleted) {
  world_.individual("d");
  registered("d", "individual/d");
  world_.store.individual_enrollments.clear();
  world_.group("line-1");
  EXPECT_EQ(refused("d", "group/line-1"), Reason::kOwnedByOther);
}

TEST_F(PipelineTest, PayloadIsBounded) {
  world_.individual("d");
  domain::Claim claim = world_.claim("d", "individual/d");
  claim.payload.assign(96 * 1024, ' ');
  EXPECT_EQ(reason_in(world_.handle(domain::Register{claim})), Reason::kNone);
  claim.payload += ' ';
  EXPECT_EQ(reason_in(world_.handle(domain::Register{claim})), Reason::kPayloadInvalid);
}

TEST_F(PipelineTest, StoreThatDoesNotAnswerIsTemporary) {
  world_.individual("d");
  world_.store.fail_reads = Error{ErrorKind::kUnavailable, "no connection", ""};
  const Outcome outcome = world_.register_as("d", "individual/d");
  EXPECT_EQ(reason_in(outcome), Reason::kStoreUnavailable);
  EXPECT_GT(std::get<domain::Refused>(outcome.result).retry_after.count(), 0);
  world_.store.fail_reads.reset();
  world_.store.fail_commits = Error{ErrorKind::kUnavailable, "no connection", ""};
  EXPECT_EQ(refused("d", "individual/d"), Reason::kStoreUnavailable);
  world_.store.fail_commits = Error{ErrorKind::kInternal, "disk full", ""};
  EXPECT_EQ(refused("d", "individual/d"), Reason::kInternal);
}

TEST_F(PipelineTest, ScopeIsReadOnceUntilItsCatalogChanges) {
  world_.group("line-1");
  for (int i = 0; i < 5; ++i) registered("d" + std::to_string(i), "group/line-1");
  EXPECT_EQ(world_.store.snapshots_read, 1);
  world_.group("line-2");
  registered("e", "group/line-2");
  EXPECT_EQ(world_.store.snapshots_read, 2);
}

TEST_F(PipelineTest, ObserverHearsOfEveryAttempt) {
  world_.individual("d");
  registered("d", "individual/d");
  refused("d", "nobody");
  ASSERT_EQ(world_.observer.trails.size(), 2U);
  EXPECT_EQ(world_.observer.trails[0].reason, Reason::kNone);
  EXPECT_EQ(world_.observer.trails[1].reason, Reason::kProofRejected);
  EXPECT_EQ(world_.observer.trails[1].steps.back().step, domain::Step::kAttest);
}

}  // namespace
}  // namespace berth::provisioning
