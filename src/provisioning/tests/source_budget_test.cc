#include "provisioning/tests/world.h"

#include <gtest/gtest.h>

namespace berth::provisioning {
namespace {

using domain::Outcome;
using domain::Reason;

Settings small() {
  Settings settings;
  settings.failures_per_source_max = 3;
  settings.failures_refilled_per_second = 0.5;
  return settings;
}

class BudgetTest : public testing::Test {
 protected:
  void fail(int times) {
    for (int i = 0; i < times; ++i) world_.register_as("guess" + std::to_string(i), "nobody");
  }
  World world_{small()};
};

TEST_F(BudgetTest, ExhaustedSourceIsToldToWait) {
  world_.group("line-1");
  fail(3);
  EXPECT_EQ(world_.refusals.trails.back().reason, Reason::kNotEnrolled);
  const Outcome outcome = world_.register_as("guess", "nobody");
  EXPECT_EQ(reason_in(outcome), Reason::kTooManyAttempts);
  EXPECT_EQ(std::get<domain::Refused>(outcome.result).retry_after.count(), 2);
}

TEST_F(BudgetTest, ExhaustedSourceCausesNoSearch) {
  for (int i = 0; i < 10; ++i) world_.group("line-" + std::to_string(i));
  fail(3);
  world_.attestor->tried = 0;
  fail(5);
  EXPECT_EQ(world_.attestor->tried, 0);
}

TEST_F(BudgetTest, GoodDevicesBehindTheSameAddressAreServed) {
  world_.group("line-1");
  world_.individual("good");
  EXPECT_EQ(reason_in(world_.register_as("known", "group/line-1")), Reason::kNone);
  fail(10);
  EXPECT_EQ(reason_in(world_.register_as("known", "group/line-1")), Reason::kNone);
  EXPECT_EQ(reason_in(world_.register_as("good", "individual/good")), Reason::kNone);
}

TEST_F(BudgetTest, SuccessCostsNothing) {
  world_.individual("good");
  for (int i = 0; i < 50; ++i) {
    EXPECT_EQ(reason_in(world_.register_as("good", "individual/good")), Reason::kNone);
  }
  fail(3);
  EXPECT_EQ(world_.refusals.trails.back().reason, Reason::kNotEnrolled);
}

TEST_F(BudgetTest, RefillsWithTime) {
  world_.group("line-1");
  fail(5);
  world_.clock.advance(std::chrono::seconds(2));
  EXPECT_EQ(reason_in(world_.register_as("new", "group/line-1")), Reason::kNone);
}

TEST_F(BudgetTest, TroubleOfOursIsNotHeldAgainstTheSource) {
  world_.individual("good");
  world_.store.fail_reads = Error{ErrorKind::kUnavailable, "gone", ""};
  fail(20);
  world_.store.fail_reads.reset();
  EXPECT_EQ(reason_in(world_.register_as("bad", "nobody")), Reason::kNotEnrolled);
}

}  // namespace
}  // namespace berth::provisioning
