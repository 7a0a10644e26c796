#include "provisioning/explain.h"

#include "provisioning/tests/world.h"

#include <gtest/gtest.h>

namespace berth::provisioning {
namespace {

using domain::Cause;
using domain::Claim;
using domain::Reason;
using domain::Trail;

// Explains what a World refuses.
class ExplainTest : public testing::Test {
 protected:
  ExplainTest() { start({}); }

  void start(ExplainSettings settings) {
    std::vector<std::unique_ptr<Attestor>> attestors;
    auto named = std::make_unique<NamedAttestor>();
    attestor_ = named.get();
    attestors.push_back(std::move(named));
    explainer_.emplace(Explainer::Ports{world_.store, world_.clock, std::move(attestors)}, settings,
                       [this] { ++wakes_; });
  }
  void drain() { base::run_task(explainer_->drain()); }
  // Hands over what the world has refused so far.
  void hand_over() {
    for (std::size_t i = 0; i < world_.refusals.trails.size(); ++i) {
      explainer_->refused(world_.refusals.claims[i], world_.refusals.trails[i]);
    }
    world_.refusals.trails.clear();
    world_.refusals.claims.clear();
  }
  // The recorded trail of a claim that is refused.
  Trail explained(Claim claim) {
    world_.handle(domain::Register{std::move(claim)});
    hand_over();
    drain();
    EXPECT_FALSE(world_.store.trails.empty());
    return world_.store.trails.empty() ? Trail() : world_.store.trails.back();
  }
  Trail explained(const std::string& id, const std::string& signed_by) {
    return explained(world_.claim(id, signed_by));
  }
  static Cause top(const Trail& trail) {
    return trail.findings.empty() ? Cause::kUnexplained : trail.findings[0].cause;
  }

  World world_;
  NamedAttestor* attestor_ = nullptr;
  std::optional<Explainer> explainer_;
  int wakes_ = 0;
};

TEST_F(ExplainTest, RefusalIsRecordedWithItsFindings) {
  world_.group("line-1");
  const Trail trail = explained("d", "derived wrongly");
  EXPECT_EQ(trail.reason, Reason::kNotEnrolled);
  ASSERT_EQ(trail.findings.size(), 1U);
  EXPECT_EQ(trail.findings[0].cause, Cause::kGroupKeyUnderived);
  EXPECT_TRUE(trail.findings[0].proven);
  EXPECT_EQ(explainer_->stats().explained, 1U);
  EXPECT_EQ(explainer_->stats().recorded, 1U);
}

TEST_F(ExplainTest, ReasonsThatAreTheirOwnCauseSaySo) {
  world_.individual("off").enabled = false;
  const Trail off = explained("off", "individual/off");
  EXPECT_EQ(top(off), Cause::kEnrollmentDisabled);
  EXPECT_NE(off.findings[0].mend.find("berth enrollment update"), std::string::npos);
  EXPECT_NE(off.findings[0].mend.find("--enrollment-id off"), std::string::npos);

  world_.group("line-1");
  world_.group("line-2");
  world_.register_as("d", "group/line-1");
  const Trail owned = explained("d", "group/line-2");
  EXPECT_EQ(top(owned), Cause::kOwnerDiffers);
  EXPECT_NE(owned.findings[0].text.find("line-1"), std::string::npos);
  EXPECT_NE(owned.findings[0].mend.find("berth registration transfer"), std::string::npos);

  Claim bare = world_.claim("d", "");
  bare.evidence = domain::NoEvidence{};
  EXPECT_EQ(top(explained(bare)), Cause::kNoCredential);
  EXPECT_EQ(attestor_->rivals_asked, 0);
}

TEST_F(ExplainTest, IdWithBlanksAroundIt) {
  const Trail trail = explained(" d-1\n", "anything");
  EXPECT_EQ(trail.reason, Reason::kIdInvalid);
  EXPECT_EQ(top(trail), Cause::kIdSpelling);
  EXPECT_NE(trail.findings[0].mend.find("'d-1'"), std::string::npos);
}

TEST_F(ExplainTest, NearlyEnrolledId) {
  world_.individual("pump-0042");
  world_.individual("zebra");
  world_.group("line-1");
  const Trail trail = explained("pump-0024", "anything");
  EXPECT_EQ(top(trail), Cause::kIdSpelling);
  EXPECT_FALSE(trail.findings[0].proven);
  EXPECT_NE(trail.findings[0].text.find("pump-0042"), std::string::npos);
}

TEST_F(ExplainTest, NearlyRightScope) {
  Claim claim = world_.claim("d", "anything");
  claim.scope = "0ne00ABCDFE";
  const Trail swapped = explained(claim);
  EXPECT_EQ(swapped.reason, Reason::kScopeUnknown);
  EXPECT_EQ(top(swapped), Cause::kScopeSpelling);
  claim.scope = "0NE00abcdef ";
  EXPECT_EQ(top(explained(claim)), Cause::kScopeSpelling);
  claim.scope = "zzzzzzzzzzz";
  EXPECT_EQ(top(explained(claim)), Cause::kUnexplained);
}

TEST_F(ExplainTest, HostOfAnotherScope) {
  world_.add_scope("0ne00999999").service_host = "tenant.example";
  Claim claim = world_.claim("d", "anything");
  claim.scope = "zzzzzzzzzzz";
  claim.host = "tenant.example";
  const Trail trail = explained(claim);
  EXPECT_EQ(top(trail), Cause::kScopeOfOtherHost);
  EXPECT_NE(trail.findings[0].mend.find("0ne00999999"), std::string::npos);
}

TEST_F(ExplainTest, KeyOfAnotherScopeIsLookedForOnlyWhenNothingNearerFits) {
  world_.group("line-1");
  world_.add_scope("0ne00999999");
  world_.group("elsewhere", "0ne00999999");
  EXPECT_EQ(top(explained("d", "group/elsewhere")), Cause::kKeyOfOtherScope);
  EXPECT_EQ(attestor_->rivals_asked, 2);
  explained("e", "derived wrongly");
  EXPECT_EQ(attestor_->rivals_asked, 3);
}

TEST_F(ExplainTest, NothingFittingIsSaid) {
  world_.individual("d");
  const Trail trail = explained("d", "a stranger");
  ASSERT_EQ(trail.findings.size(), 1U);
  EXPECT_EQ(trail.findings[0].cause, Cause::kUnexplained);
  EXPECT_FALSE(trail.findings[0].text.empty());
  EXPECT_FALSE(trail.findings[0].mend.empty());
}

TEST_F(ExplainTest, EqualRefusalsAreOneTrailWithACount) {
  world_.individual("d");
  for (int i = 0; i < 5; ++i) world_.register_as("d", "a stranger");
  world_.register_as("d2", "a stranger");
  hand_over();
  drain();
  ASSERT_EQ(world_.store.trails.size(), 2U);
  EXPECT_EQ(world_.store.trails[0].count + world_.store.trails[1].count, 6U);

  world_.register_as("d", "a stranger");
  hand_over();
  drain();  // within the second: counted, not written yet
  world_.clock.advance(std::chrono::seconds(1));
  drain();
  ASSERT_EQ(world_.store.trails.size(), 2U);
  EXPECT_EQ(world_.store.trails[0].count + world_.store.trails[1].count, 7U);
}

TEST_F(ExplainTest, ARepeatedRefusalIsLookedIntoOnlyWhileThereIsAllowanceToSpare) {
  ExplainSettings settings;
  settings.explained_burst = 10;
  settings.explained_per_second = 0;
  start(settings);
  world_.individual("d");
  for (int i = 0; i < 50; ++i) world_.register_as("d", "a stranger");
  hand_over();
  drain();
  EXPECT_EQ(explainer_->stats().explained, 5U);
  ASSERT_EQ(world_.store.trails.size(), 1U);
  EXPECT_EQ(world_.store.trails[0].count, 50U);
}

TEST_F(ExplainTest, WindowThatIsOverStartsANewTrail) {
  world_.individual("d");
  explained("d", "a stranger");
  world_.clock.advance(std::chrono::seconds(61));
  explained("d", "a stranger");
  EXPECT_EQ(world_.store.trails.size(), 2U);
}

TEST_F(ExplainTest, CountsOfWindowsThatLeaveAreNotLost) {
  ExplainSettings settings;
  settings.windows_max = 2;
  start(settings);
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 10; ++i) world_.register_as("d" + std::to_string(i), "a stranger");
  }
  hand_over();
  drain();
  std::uint32_t count = 0;
  for (const Trail& trail : world_.store.trails) count += trail.count;
  EXPECT_EQ(count, 30U);
}

TEST_F(ExplainTest, FullQueueDropsAndCounts) {
  ExplainSettings settings;
  settings.queue_count_max = 3;
  start(settings);
  for (int i = 0; i < 5; ++i) world_.register_as("d" + std::to_string(i), "a stranger");
  hand_over();
  EXPECT_EQ(explainer_->stats().dropped, 2U);
  drain();
  EXPECT_EQ(world_.store.trails.size(), 3U);
}

TEST_F(ExplainTest, WakesOnceForAQueueThatWaits) {
  for (int i = 0; i < 5; ++i) world_.register_as("d" + std::to_string(i), "a stranger");
  hand_over();
  EXPECT_EQ(wakes_, 1);
  drain();
  world_.register_as("e", "a stranger");
  hand_over();
  EXPECT_EQ(wakes_, 2);
}

TEST_F(ExplainTest, FloodIsRecordedButNotAllExplained) {
  ExplainSettings settings;
  settings.explained_per_second = 1;
  settings.explained_burst = 2;
  start(settings);
  world_.group("line-1");
  for (int i = 0; i < 10; ++i) world_.register_as("d" + std::to_string(i), "derived wrongly");
  hand_over();
  drain();
  EXPECT_EQ(explainer_->stats().explained, 2U);
  ASSERT_EQ(world_.store.trails.size(), 10U);
  EXPECT_NE(world_.store.trails[9].findings[0].text.find("not looked into"), std::string::npos);
  world_.clock.advance(std::chrono::seconds(1));
  EXPECT_EQ(top(explained("e", "derived wrongly")), Cause::kGroupKeyUnderived);
}

TEST_F(ExplainTest, StoppedExplainerDrops) {
  explainer_->stop();
  world_.register_as("d", "a stranger");
  hand_over();
  EXPECT_EQ(explainer_->stats().dropped, 1U);
  EXPECT_EQ(wakes_, 0);
}

TEST_F(ExplainTest, StoreThatFailsLosesFindingsAndNothingElse) {
  world_.group("line-1");
  world_.register_as("d", "derived wrongly");
  world_.store.fail_reads = Error{ErrorKind::kUnavailable, "gone", ""};
  hand_over();
  drain();
  ASSERT_EQ(world_.store.trails.size(), 1U);
  world_.store.fail_refusals = Error{ErrorKind::kUnavailable, "gone", ""};
  world_.register_as("e", "derived wrongly");
  hand_over();
  drain();
  EXPECT_EQ(explainer_->stats().recorded, 1U);
}

}  // namespace
}  // namespace berth::provisioning
