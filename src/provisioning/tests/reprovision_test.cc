// Registering again, having no place, and racing: azure-dps.md §7.1, §7.3.
#include "provisioning/tests/world.h"

#include <gtest/gtest.h>

namespace berth::provisioning {
namespace {

using domain::Outcome;
using domain::Reason;
using domain::Registration;
using domain::RegistrationStatus;
using domain::Substatus;

class ReprovisionTest : public testing::Test {
 protected:
  ReprovisionTest() { world_.individual("d"); }

  domain::Enrollment& enrollment() { return world_.individual("d"); }
  Registration again(const std::string& id = "d") {
    const Outcome outcome = world_.register_as(id, "individual/d");
    const Registration* registration = registration_in(outcome);
    EXPECT_NE(registration, nullptr) << to_string(reason_in(outcome));
    return registration == nullptr ? Registration() : *registration;
  }
  std::vector<HubCandidate>& hubs() { return world_.store.hubs[std::string(kScope)]; }
  void move_to(const std::string& hub) {
    hubs().clear();
    world_.link(hub);
  }
  domain::Device& device(const std::string& hub) { return world_.store.devices.at({hub, "d"}); }

  World world_;
};

TEST_F(ReprovisionTest, SameHubAgainKeepsTheTwinAndRenewsTheKeys) {
  const Registration first = again();
  device("hub-a").twin.desired = R"({"set":"by operator"})";
  device("hub-a").keys.reset();
  world_.clock.advance(std::chrono::hours(1));
  const Registration second = again();
  EXPECT_EQ(second.substatus, Substatus::kReprovisionedToInitialAssignment);
  EXPECT_EQ(second.version, 2U);
  EXPECT_EQ(second.created_at, first.created_at);
  EXPECT_GT(second.updated_at, first.updated_at);
  EXPECT_EQ(device("hub-a").twin.desired, R"({"set":"by operator"})");
  EXPECT_TRUE(device("hub-a").keys);
  EXPECT_EQ(world_.store.audits.back().action, "registration.reassign");
}

TEST_F(ReprovisionTest, IssuerSeesTheIdentityThereWas) {
  again();
  EXPECT_FALSE(world_.issuer->had);
  again();
  ASSERT_TRUE(world_.issuer->had);
  EXPECT_EQ(world_.issuer->had->id.text(), "d");
  move_to("hub-b");
  again();
  ASSERT_TRUE(world_.issuer->had);
  EXPECT_EQ(world_.issuer->had->hub.text(), "hub-a");
}

TEST_F(ReprovisionTest, IssuerDoesNotSeeAnIdentityOfSomebodyElse) {
  again();
  world_.store.devices.clear();  // deleted by hand
  again();
  EXPECT_FALSE(world_.issuer->had);
  device("hub-a").registration = {};  // and made by hand
  world_.handle(domain::Register{world_.claim("d", "individual/d")});
  EXPECT_FALSE(world_.issuer->had);
}

TEST_F(ReprovisionTest, FirstSpellingOfTheIdStays) {
  world_.store.individual_enrollments.clear();
  world_.group("line");
  EXPECT_EQ(registration_in(world_.register_as("Dev", "group/line"))->id.text(), "Dev");
  const Outcome again = world_.register_as("DEV", "group/line");
  EXPECT_EQ(registration_in(again)->id.text(), "Dev");
  EXPECT_EQ(registration_in(again)->device_id.text(), "Dev");
  EXPECT_EQ(world_.store.registrations.size(), 1U);
}

TEST_F(ReprovisionTest, ChangeOfHubMigratesTheTwinAndLeavesTheOldHub) {
  again();
  device("hub-a").twin.tags = R"({"kept":true})";
  move_to("hub-b");
  const Registration moved = again();
  EXPECT_EQ(moved.substatus, Substatus::kDeviceDataMigrated);
  EXPECT_EQ(moved.hub.text(), "hub-b");
  EXPECT_EQ(device("hub-b").twin.tags, R"({"kept":true})");
  EXPECT_EQ(world_.store.devices.size(), 1U);
}

TEST_F(ReprovisionTest, ChangeOfHubResetsTheTwinWhenThePolicySaysSo) {
  enrollment().reprovision.migrate_device_data = false;
  enrollment().initial_twin.tags = R"({"fresh":true})";
  again();
  device("hub-a").twin.tags = R"({"old":true})";
  move_to("hub-b");
  EXPECT_EQ(again().substatus, Substatus::kDeviceDataReset);
  EXPECT_EQ(device("hub-b").twin.tags, R"({"fresh":true})");
}

TEST_F(ReprovisionTest, StaysWhereItIsWithoutHubUpdates) {
  enrollment().reprovision.update_hub_assignment = false;
  again();
  move_to("hub-b");
  const Registration same = again();
  EXPECT_EQ(same.hub.text(), "hub-a");
  EXPECT_EQ(same.hub_host, "hub-a.example");
  EXPECT_EQ(same.substatus, Substatus::kReprovisionedToInitialAssignment);
}

TEST_F(ReprovisionTest, ChangedDeviceIdLeavesTheOldOne) {
  again();
  device("hub-a").twin.tags = R"({"kept":true})";
  enrollment().device_id = *domain::DeviceId::parse("renamed");
  EXPECT_EQ(again().device_id.text(), "renamed");
  ASSERT_EQ(world_.store.devices.size(), 1U);
  EXPECT_EQ(world_.store.devices.begin()->second.twin.tags, R"({"kept":true})");
}

TEST_F(ReprovisionTest, NoHubIsARecordedFailureThatThePollTells) {
  hubs().clear();
  ++world_.store.catalog_version;
  const Registration failed = again();
  EXPECT_EQ(failed.status, RegistrationStatus::kFailed);
  EXPECT_EQ(failed.reason, Reason::kNoHub);
  EXPECT_TRUE(failed.hub.empty());
  const Outcome poll =
      world_.handle(domain::PollOperation{world_.claim("d", "individual/d"), failed.operation_id});
  ASSERT_NE(registration_in(poll), nullptr);
  EXPECT_EQ(registration_in(poll)->status, RegistrationStatus::kFailed);
  ASSERT_EQ(world_.store.trails.size(), 1U);
  const domain::Trail& trail = world_.store.trails[0];
  EXPECT_EQ(trail.outcome, domain::TrailOutcome::kFailed);
  ASSERT_FALSE(trail.findings.empty());
  EXPECT_EQ(trail.findings[0].cause, domain::Cause::kNoHubLinked);
  EXPECT_EQ(world_.store.audits[0].action, "registration.fail");

  world_.link("hub-a");
  const Registration mended = again();
  EXPECT_EQ(mended.status, RegistrationStatus::kAssigned);
  EXPECT_EQ(mended.substatus, Substatus::kInitialAssignment);
  EXPECT_EQ(mended.reason, Reason::kNone);
}

TEST_F(ReprovisionTest, FailureKeepsTheIdentityThatIsThere) {
  again();
  hubs().clear();
  ++world_.store.catalog_version;
  const Registration failed = again();
  EXPECT_EQ(failed.status, RegistrationStatus::kFailed);
  EXPECT_EQ(failed.hub.text(), "hub-a");
  EXPECT_EQ(world_.store.devices.size(), 1U);
  world_.link("hub-a");
  EXPECT_EQ(again().substatus, Substatus::kReprovisionedToInitialAssignment);
}

TEST_F(ReprovisionTest, ExcludedAndUnlinkedHubsAreTold) {
  hubs()[0].link.apply_allocation = false;
  ++world_.store.catalog_version;
  EXPECT_EQ(again().reason, Reason::kNoHub);
  EXPECT_EQ(world_.store.trails.back().findings[0].cause, domain::Cause::kHubsExcluded);
  enrollment().hubs = {*domain::HubName::parse("hub-a")};
  EXPECT_EQ(again().status, RegistrationStatus::kAssigned);
  enrollment().hubs = {*domain::HubName::parse("hub-z")};
  EXPECT_EQ(again().reason, Reason::kHubUnknown);
  EXPECT_EQ(world_.store.trails.back().findings[0].cause, domain::Cause::kHubsExcluded);
}

TEST_F(ReprovisionTest, TakenDeviceIdIsARecordedFailure) {
  domain::Device other;
  other.hub = *domain::HubName::parse("hub-a");
  other.id = *domain::DeviceId::parse("d");
  other.registration = *domain::RegistrationId::parse("somebody");
  world_.store.devices[{"hub-a", "d"}] = other;
  const Registration failed = again();
  EXPECT_EQ(failed.status, RegistrationStatus::kFailed);
  EXPECT_EQ(failed.reason, Reason::kDeviceIdTaken);
  EXPECT_FALSE(world_.store.trails.back().findings.empty());
  EXPECT_EQ(device("hub-a").registration.text(), "somebody");
}

TEST_F(ReprovisionTest, LostRaceIsDecidedAgain) {
  int commits = 0;
  world_.store.before_commit = [&] {
    if (++commits != 1) return;
    // The same device, on another connection, gets in between.
    Registration racing;
    racing.scope = *domain::ScopeId::parse(kScope);
    racing.id = *domain::RegistrationId::parse("d");
    racing.enrollment = {domain::EnrollmentKind::kIndividual, *domain::EnrollmentId::parse("d")};
    racing.status = RegistrationStatus::kAssigned;
    racing.hub = *domain::HubName::parse("hub-a");
    racing.device_id = *domain::DeviceId::parse("d");
    racing.version = 1;
    world_.store.registrations[{std::string(kScope), "d"}] = racing;
  };
  const Registration registration = again();
  EXPECT_EQ(commits, 2);
  EXPECT_EQ(registration.version, 2U);
  EXPECT_EQ(registration.substatus, Substatus::kReprovisionedToInitialAssignment);
  ASSERT_EQ(world_.store.trails.size(), 1U);
  EXPECT_EQ(world_.store.trails[0].steps.size(), 6U);
}

TEST_F(ReprovisionTest, RaceThatIsAlwaysLostEndsAsTemporary) {
  int commits = 0;
  world_.store.before_commit = [&] { ++commits; };
  world_.store.fail_commits = Error{ErrorKind::kConflict, "lost_race: d", ""};
  const Outcome outcome = world_.register_as("d", "individual/d");
  EXPECT_EQ(reason_in(outcome), Reason::kStoreUnavailable);
  EXPECT_EQ(commits, 5);
}

}  // namespace
}  // namespace berth::provisioning
