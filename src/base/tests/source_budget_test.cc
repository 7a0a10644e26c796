#include "base/source_budget.h"

#include <gtest/gtest.h>

namespace berth::base {
namespace {

TEST(SourceBudget, SourcesAreApartAndBounded) {
  SourceBudget budget({1, 1.0, 2});
  const Instant now{};
  budget.failed("192.0.2.1", now);
  EXPECT_TRUE(budget.exhausted("192.0.2.1", now));
  EXPECT_FALSE(budget.exhausted("192.0.2.2", now));
  budget.failed("192.0.2.2", now);
  budget.failed("192.0.2.3", now);
  EXPECT_FALSE(budget.exhausted("192.0.2.1", now));
  EXPECT_TRUE(budget.exhausted("192.0.2.3", now));
}

TEST(SourceBudget, Ipv6IsCountedByNetwork) {
  EXPECT_EQ(counted_source("2001:db8:1:2:3:4:5:6"), counted_source("2001:db8:1:2::1"));
  EXPECT_NE(counted_source("2001:db8:1:2::1"), counted_source("2001:db8:1:3::1"));
  EXPECT_EQ(counted_source("192.0.2.1"), "192.0.2.1");
  EXPECT_NE(counted_source("::ffff:192.0.2.1"), counted_source("::ffff:192.0.2.2"));
  EXPECT_EQ(counted_source("unix"), "unix");
}

TEST(SourceBudget, IsRefilledAndSaysWhen) {
  SourceBudget budget({2, 0.5, 10});
  Instant now{};
  budget.failed("192.0.2.1", now);
  EXPECT_FALSE(budget.exhausted("192.0.2.1", now));
  budget.failed("192.0.2.1", now);
  EXPECT_TRUE(budget.exhausted("192.0.2.1", now));
  EXPECT_EQ(budget.wait("192.0.2.1", now), std::chrono::seconds(2));
  now += std::chrono::seconds(2);
  EXPECT_FALSE(budget.exhausted("192.0.2.1", now));
}

}  // namespace
}  // namespace berth::base
