#include "provisioning/admission.h"

#include "provisioning/tests/world.h"

#include <gtest/gtest.h>

#include <map>
#include <vector>

namespace berth::provisioning {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

class FixedPressure final : public Pressure {
 public:
  std::chrono::nanoseconds waiting() const override { return wait; }
  std::chrono::nanoseconds wait{0};
};

class AdmissionTest : public testing::Test {
 protected:
  static AdmissionSettings settings() {
    AdmissionSettings settings;
    settings.wait_max = milliseconds(500);
    settings.at_once_min = 8;
    settings.at_once_max = 1'000;
    settings.stay_away_max = seconds(20);
    return settings;
  }

  // Whether it was taken on; if not, `later` says more.
  bool enter(const std::string& scope = "one") {
    auto entry = admission.enter(scope);
    if (auto* place = std::get_if<Admission::Place>(&entry)) {
      places[scope].push_back(std::move(*place));
      return true;
    }
    later = std::get<Admission::Later>(entry);
    return false;
  }
  void leave(const std::string& scope = "one") { places[scope].pop_back(); }
  std::size_t enter_all(int count, const std::string& scope = "one") {
    std::size_t taken = 0;
    for (int i = 0; i < count; ++i) taken += enter(scope) ? 1 : 0;
    return taken;
  }
  // A second in which there was always something under way and `count` ended.
  void serve(int count) {
    for (int i = 0; i < count; ++i) {
      ASSERT_TRUE(enter());
      clock.advance(std::chrono::microseconds(1'000'000 / count));
      leave();
    }
  }

  base::FakeClock clock;
  FixedPressure pressure;
  Admission admission{settings(), clock, &pressure};
  std::map<std::string, std::vector<Admission::Place>>
      places;  // after the admission they belong to
  Admission::Later later{};
};

TEST_F(AdmissionTest, TakesOnAFewBeforeItKnowsItsRate) {
  EXPECT_EQ(enter_all(20), 8U);
  EXPECT_EQ(admission.under_way(), 8U);
  EXPECT_GE(later.retry_after, seconds(1));
  EXPECT_EQ(later.under_way, 8U);
}

TEST_F(AdmissionTest, TakesOnWhatItCanServeSoon) {
  serve(200);
  EXPECT_NEAR(admission.per_second(), 200, 1);
  EXPECT_EQ(enter_all(200), 100U);  // half a second's worth
}

TEST_F(AdmissionTest, NeverMoreThanTheBound) {
  serve(10'000);
  EXPECT_EQ(enter_all(3'000), 1'000U);
}

TEST_F(AdmissionTest, APlaceGivenBackIsTakenAgain) {
  ASSERT_EQ(enter_all(9), 8U);
  leave();
  EXPECT_TRUE(enter());
  EXPECT_FALSE(enter());
}

TEST_F(AdmissionTest, ACrowdOfOneScopeDoesNotKeepOutAnother) {
  serve(200);
  ASSERT_EQ(enter_all(200, "crowd"), 100U);
  EXPECT_EQ(enter_all(200, "few"), 50U);
  EXPECT_EQ(enter_all(200, "third"), 33U);
  EXPECT_FALSE(enter("crowd"));
}

TEST_F(AdmissionTest, NoNumberOfScopesTakesMoreThanTwiceThePlaces) {
  std::size_t taken = 0;
  for (int i = 0; i < 1'000; ++i) taken += enter("scope-" + std::to_string(i)) ? 1 : 0;
  EXPECT_EQ(taken, 16U);
}

TEST_F(AdmissionTest, WhoIsSentAwayGetsASecondOfItsOwn) {
  serve(200);
  ASSERT_EQ(enter_all(100), 100U);
  std::map<std::int64_t, int> seconds_told;
  for (int i = 0; i < 1'000; ++i) {
    ASSERT_FALSE(enter());
    ++seconds_told[later.retry_after.count()];
  }
  // 200 for each full second, and half of that in the first, which is for those under way.
  EXPECT_EQ(seconds_told.size(), 6U);
  EXPECT_NEAR(seconds_told[1], 100, 2);
  for (int second = 2; second <= 5; ++second) EXPECT_NEAR(seconds_told[second], 200, 2) << second;
}

TEST_F(AdmissionTest, NobodyIsSentAwayForLonger) {
  serve(200);
  enter_all(100);
  std::map<std::int64_t, int> told;
  for (int i = 0; i < 10'000; ++i) {
    ASSERT_FALSE(enter());
    ++told[later.retry_after.count()];
  }
  EXPECT_EQ(told.rbegin()->first, 20);
  EXPECT_GT(told[11], 200);  // those for whom there was no second are spread over the last half
  EXPECT_GT(told[20], 200);
}

TEST_F(AdmissionTest, OneInASecondIsWorthATrail) {
  enter_all(8);
  int worth = 0;
  for (int i = 0; i < 100; ++i) {
    ASSERT_FALSE(enter());
    worth += later.worth_a_trail ? 1 : 0;
    clock.advance(milliseconds(50));
  }
  EXPECT_EQ(worth, 5);
}

TEST_F(AdmissionTest, PollsAsUsualWhileNothingWaits) {
  serve(200);
  ASSERT_TRUE(enter());
  EXPECT_EQ(admission.poll_after(), seconds(0));
}

TEST_F(AdmissionTest, PollsArePutOffBeforeAnybodyIsSentAway) {
  serve(200);
  ASSERT_EQ(enter_all(60), 60U);
  EXPECT_GE(admission.poll_after(), seconds(2));
  EXPECT_TRUE(enter());
}

TEST_F(AdmissionTest, PollsArePutOffWhileOthersWaitToBeHeard) {
  pressure.wait = seconds(4);
  std::map<std::int64_t, int> told;
  for (int i = 0; i < 100; ++i) ++told[admission.poll_after().count()];
  EXPECT_EQ(told.begin()->first, 3);
  EXPECT_EQ(told.rbegin()->first, 5);
  EXPECT_EQ(told.size(), 3U);  // not all in the same second
  pressure.wait = seconds(300);
  for (int i = 0; i < 100; ++i) ++told[admission.poll_after().count()];
  EXPECT_EQ(told.rbegin()->first, 9);
}

TEST(Overload, IsAnsweredWithTheReasonAndATime) {
  Settings settings;
  settings.admission.at_once_min = 0;
  settings.admission.at_once_max = 0;
  World world(settings);
  world.individual("pump");
  const domain::Outcome outcome = world.register_as("pump", "individual/pump");
  EXPECT_EQ(reason_in(outcome), domain::Reason::kOverloaded);
  EXPECT_GE(std::get<domain::Refused>(outcome.result).retry_after, seconds(1));
  ASSERT_EQ(world.refusals.trails.size(), 1U);
  EXPECT_EQ(world.refusals.trails[0].reason, domain::Reason::kOverloaded);
  EXPECT_EQ(world.refusals.trails[0].id, outcome.trail_id);
  // What comes within the same second is counted, and leaves no trail.
  world.register_as("pump", "individual/pump");
  EXPECT_EQ(world.refusals.trails.size(), 1U);
}

TEST(Overload, LooksUpAsUsual) {
  Settings settings;
  settings.admission.at_once_min = 1;
  settings.admission.at_once_max = 1;
  World world(settings);
  world.individual("pump");
  EXPECT_EQ(reason_in(world.register_as("pump", "individual/pump")), domain::Reason::kNone);
  EXPECT_EQ(reason_in(world.register_as("pump", "individual/pump")), domain::Reason::kNone);
}

}  // namespace
}  // namespace berth::provisioning
