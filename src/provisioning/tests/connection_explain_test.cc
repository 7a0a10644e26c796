// Refused connections to hubs: what is gathered, and the causes that records show.
#include "provisioning/explain.h"
#include "provisioning/tests/world.h"

#include <gtest/gtest.h>

namespace berth::provisioning {
namespace {

using domain::Cause;
using domain::Claim;
using domain::Device;
using domain::Finding;
using domain::Reason;
using domain::Trail;

class ConnectionExplainTest : public testing::Test {
 protected:
  ConnectionExplainTest() {
    std::vector<std::unique_ptr<Attestor>> attestors;
    auto named = std::make_unique<NamedAttestor>();
    attestor_ = named.get();
    attestors.push_back(std::move(named));
    explainer_.emplace(Explainer::Ports{world_.store, world_.clock, std::move(attestors)},
                       ExplainSettings{}, [this] { ++wakes_; });
  }

  Device& device(const std::string& id, const std::string& hub = "hub-a") {
    Device& made = world_.store.devices[{hub, id}];
    made.hub = *domain::HubName::parse(hub);
    made.id = *domain::DeviceId::parse(id);
    made.scope = *domain::ScopeId::parse(kScope);
    return made;
  }
  static Trail trail(Reason reason, const std::string& id, const std::string& hub = "hub-a") {
    Trail made;
    made.id = "trail-" + id + std::string(to_string(reason));
    made.operation = "connect";
    made.registration_id = id;
    made.hub = hub;
    made.reason = reason;
    made.source = "192.0.2.7";
    return made;
  }
  static domain::TrailStep failed(std::string expected, std::string received) {
    domain::TrailStep step;
    step.expected = std::move(expected);
    step.received = std::move(received);
    return step;
  }
  Claim claim(const std::string& id, const std::string& host = "hub-a.example",
              const std::string& signed_by = "a stranger") {
    Claim made = world_.claim(id, signed_by);
    made.scope.clear();
    made.host = host;
    return made;
  }
  std::vector<Finding> explained(Claim of, Trail with, std::optional<Device> known = {}) {
    explainer_->connection_refused(std::move(of), std::move(with), std::move(known));
    base::run_task(explainer_->drain());
    EXPECT_FALSE(world_.store.trails.empty());
    return world_.store.trails.empty() ? std::vector<Finding>()
                                       : world_.store.trails.back().findings;
  }
  Finding top(Claim of, Trail with, std::optional<Device> known = {}) {
    const std::vector<Finding> findings =
        explained(std::move(of), std::move(with), std::move(known));
    EXPECT_FALSE(findings.empty());
    return findings.empty() ? Finding() : findings.front();
  }
  Finding topic(const std::string& received) {
    Trail with = trail(Reason::kTopicForbidden, "d");
    with.id += received;
    with.source = received;  // another window
    with.steps = {failed("its own topics", received)};
    return top(claim("d"), with, device("d"));
  }

  World world_;
  NamedAttestor* attestor_ = nullptr;
  std::optional<Explainer> explainer_;
  int wakes_ = 0;
};

TEST_F(ConnectionExplainTest, HypothesesAreTestedOverTheDeviceItsOwnersAndItsLikes) {
  world_.group("line-1");
  world_.group("line-2");
  world_.register_as("d", "group/line-1");
  device("e");
  world_.link("hub-b");
  device("d", "hub-b");
  const Finding found = top(claim("d", "hub-a.example", "retired key"),
                            trail(Reason::kProofRejected, "d"), device("d"));
  EXPECT_EQ(found.cause, Cause::kRetiredKey);
  EXPECT_EQ(attestor_->seen_same_hub, 1U);
  EXPECT_EQ(attestor_->seen_same_id, 1U);
  EXPECT_EQ(attestor_->seen_candidates, 2U);
  EXPECT_EQ(wakes_, 1);
}

TEST_F(ConnectionExplainTest, KeyThatNobodyKnowsSaysSoAndWhereToLook) {
  const Finding found = top(claim("d"), trail(Reason::kProofRejected, "d"), device("d"));
  EXPECT_EQ(found.cause, Cause::kUnexplained);
  EXPECT_EQ(found.mend, "berth device connection-string d --hub-name hub-a");
}

TEST_F(ConnectionExplainTest, DisabledDeviceIsItsOwnCauseWithTheCommandThatMendsIt) {
  const Finding found = top(claim("d"), trail(Reason::kDeviceDisabled, "d"), device("d"));
  EXPECT_EQ(found.cause, Cause::kDeviceDisabled);
  EXPECT_TRUE(found.proven);
  EXPECT_EQ(found.mend, "berth device update d --hub-name hub-a --status enabled");
  EXPECT_EQ(attestor_->rivals_asked, 0);
}

TEST_F(ConnectionExplainTest, UnknownHostIsComparedWithKnownOnes) {
  device("d");
  Trail with = trail(Reason::kHostUnknown, "d", "");
  const std::vector<Finding> findings = explained(claim("d", "hub-q.example"), with);
  ASSERT_EQ(findings.size(), 2U);
  EXPECT_EQ(findings[0].cause, Cause::kHostSpelling);
  EXPECT_EQ(findings[0].mend, "set the device's host to 'hub-a.example'");
  EXPECT_EQ(findings[1].cause, Cause::kDeviceAtOtherHub);
  with.source = "192.0.2.8";
  EXPECT_TRUE(top(claim("d", "hub-a"), with).proven);  // the short name for the host
  world_.add_scope("0ne00000002").service_host = "dps.example";
  with.source = "192.0.2.9";
  EXPECT_EQ(top(claim("d", "dps.example"), with).cause, Cause::kHostOfProvisioning);
  with.source = "192.0.2.10";
  world_.store.devices.clear();
  EXPECT_EQ(top(claim("d", "somewhere.else.entirely"), with).cause, Cause::kUnexplained);
}

TEST_F(ConnectionExplainTest, UnknownDeviceIsLookedForElsewhereAndAmongItsLikes) {
  device("Dev-17");
  EXPECT_EQ(top(claim("dev-17"), trail(Reason::kDeviceUnknown, "dev-17")).mend,
            "set the device id in the device to 'Dev-17'");
  world_.link("hub-b");
  device("pump", "hub-b");
  const Finding elsewhere = top(claim("pump"), trail(Reason::kDeviceUnknown, "pump"));
  EXPECT_EQ(elsewhere.cause, Cause::kDeviceAtOtherHub);
  EXPECT_NE(elsewhere.mend.find("hub-b.example"), std::string::npos);
  EXPECT_EQ(top(claim("nobody-at-all"), trail(Reason::kDeviceUnknown, "nobody-at-all")).cause,
            Cause::kUnexplained);
}

TEST_F(ConnectionExplainTest, IdentityThatWasDeletedIsToldFromOneThatNeverWas) {
  world_.group("line-1");
  world_.register_as("d", "group/line-1");
  world_.store.devices.clear();
  const Finding found = top(claim("d"), trail(Reason::kDeviceUnknown, "d"));
  EXPECT_EQ(found.cause, Cause::kDeviceRemoved);
  EXPECT_TRUE(found.proven);
}

TEST_F(ConnectionExplainTest, TopicsAreToldApart) {
  EXPECT_EQ(topic("devices/e/messages/events/").cause, Cause::kTopicOfOtherDevice);
  EXPECT_EQ(topic("devices/d/messages/elsewhere").cause, Cause::kTopicUnknown);
  EXPECT_EQ(topic("$iothub/twin/GET").cause, Cause::kTopicUnknown);
  EXPECT_EQ(topic("QoS 2 to devices/d/messages/events/").cause, Cause::kQosUnsupported);
  EXPECT_EQ(topic("devices/").cause, Cause::kTopicUnknown);
}

TEST_F(ConnectionExplainTest, EveryReasonGetsAFindingWithAMend) {
  for (const Reason reason : domain::kReasons) {
    Trail with = trail(reason, "d");
    with.steps = {failed("this", "that")};
    for (const Finding& each : explained(claim("d"), with, device("d"))) {
      EXPECT_FALSE(each.text.empty()) << to_string(reason);
      EXPECT_FALSE(each.mend.empty()) << to_string(reason);
    }
    EXPECT_FALSE(world_.store.trails.back().findings.empty()) << to_string(reason);
  }
}

TEST_F(ConnectionExplainTest, EqualRefusalsAreOneTrailAndThoseOfOtherHubsAreNot) {
  for (int i = 0; i < 3; ++i) {
    explainer_->connection_refused(claim("d"), trail(Reason::kDeviceDisabled, "d"), device("d"));
  }
  Trail elsewhere = trail(Reason::kDeviceDisabled, "d", "hub-b");
  elsewhere.id = "elsewhere";
  explainer_->connection_refused(claim("d"), elsewhere, device("d", "hub-b"));
  base::run_task(explainer_->drain());
  ASSERT_EQ(world_.store.trails.size(), 2U);
  EXPECT_EQ(world_.store.trails[0].count, 3U);
  EXPECT_EQ(world_.store.trails[1].count, 1U);
}

TEST_F(ConnectionExplainTest, IdsThatDifferInCaseAreTwoDevices) {
  explainer_->connection_refused(claim("d"), trail(Reason::kProofMissing, "d"), device("d"));
  explainer_->connection_refused(claim("D"), trail(Reason::kProofMissing, "D"), device("D"));
  base::run_task(explainer_->drain());
  EXPECT_EQ(world_.store.trails.size(), 2U);
}

TEST_F(ConnectionExplainTest, StoreThatFailsLosesFindingsAndNothingElse) {
  world_.store.fail_reads = Error{ErrorKind::kUnavailable, "gone", ""};
  EXPECT_EQ(top(claim("d"), trail(Reason::kProofRejected, "d"), device("d")).cause,
            Cause::kUnexplained);
}

}  // namespace
}  // namespace berth::provisioning
