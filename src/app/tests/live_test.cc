#include "app/live.h"

#include <gtest/gtest.h>

#include <vector>

namespace berth::app {
namespace {

using domain::FollowLive;

class Listening final : public Follower {
 public:
  void tell(std::shared_ptr<const domain::LiveEvent> event) override {
    events.push_back(std::move(event));
  }
  std::vector<std::shared_ptr<const domain::LiveEvent>> events;
};

domain::Trail attempt(std::string scope, std::string registration) {
  domain::Trail trail;
  trail.id = "t-1";
  trail.scope = std::move(scope);
  trail.registration_id = std::move(registration);
  trail.hub = "hub-1";
  trail.steps.emplace_back();
  return trail;
}

domain::ConnectionNews connected(std::string scope, std::string device) {
  domain::ConnectionNews news;
  news.hub = domain::HubName::trusted("hub-1");
  news.device = domain::DeviceId::trusted(std::move(device));
  news.scope = domain::ScopeId::trusted(std::move(scope));
  news.connected = true;
  return news;
}

hub::LoggedEvent telemetry(std::string scope, std::string device) {
  hub::LoggedEvent logged;
  logged.event.hub = domain::HubName::trusted("hub-1");
  logged.event.device = domain::DeviceId::trusted(std::move(device));
  logged.event.scope = domain::ScopeId::trusted(std::move(scope));
  logged.event.message.body = "{}";
  return logged;
}

class Live : public testing::Test {
 protected:
  struct Seat {
    std::shared_ptr<Listening> listener = std::make_shared<Listening>();
    std::unique_ptr<LiveFeed::Place> place;
    std::size_t heard() const { return listener->events.size(); }
  };
  Seat follow(FollowLive filter, std::string who = "token:a") {
    Seat seat;
    auto place = feed.follow({std::move(filter), {}, std::move(who)}, seat.listener);
    EXPECT_TRUE(place) << place.error().what;
    if (place) seat.place = *std::move(place);
    return seat;
  }
  void all_happens() {
    feed.attempt_finished(attempt("0ne1", "Pump-1"));
    feed.connection_changed(connected("0ne1", "pump-1"));
    feed.stored(telemetry("0ne1", "pump-1"));
    feed.attempt_finished(attempt("0ne2", "pump-2"));
    feed.connection_changed(connected("0ne2", "pump-2"));
    feed.stored(telemetry("0ne2", "pump-2"));
  }

  LiveFeed feed{LiveFeed::Limits{3, 2}};
};

TEST_F(Live, TellsEverythingToWhoAsksForAll) {
  const Seat seat = follow({});
  all_happens();
  EXPECT_EQ(seat.heard(), 6U);
  EXPECT_EQ(feed.stats().told, 6U);
  EXPECT_EQ(feed.stats().followers, 1U);
}

TEST_F(Live, NarrowsByScopeHubAndDevice) {
  const Seat scoped = follow({"0ne1", "", ""});
  const Seat elsewhere = follow({"", "hub-2", ""});
  const Seat one = follow({"", "", "pump-1"}, "token:b");
  all_happens();
  EXPECT_EQ(scoped.heard(), 3U);
  EXPECT_EQ(elsewhere.heard(), 0U);
  EXPECT_EQ(one.heard(), 3U);  // a registration id is the same in any case
}

TEST_F(Live, AnAttemptComesWithoutItsSteps) {
  const Seat seat = follow({});
  feed.attempt_finished(attempt("0ne1", "pump-1"));
  const auto& told = std::get<domain::Trail>(seat.listener->events.at(0)->what);
  EXPECT_EQ(told.id, "t-1");
  EXPECT_TRUE(told.steps.empty());
}

TEST_F(Live, ADeviceOfAnUnknownScopeIsNotShownToAScope) {
  const Seat seat = follow({"0ne1", "", ""});
  feed.stored(telemetry("", "pump-1"));
  EXPECT_EQ(seat.heard(), 0U);
}

TEST_F(Live, WhoLeavesHearsNothingMore) {
  Seat seat = follow({});
  seat.place.reset();
  all_happens();
  EXPECT_EQ(seat.heard(), 0U);
  EXPECT_EQ(feed.stats().followers, 0U);
}

TEST_F(Live, ThereIsRoomForSoManyAndForSoManyOfOne) {
  const Seat first = follow({});
  Seat second = follow({});
  const auto listener = std::make_shared<Listening>();
  const auto third = feed.follow({{}, {}, "token:a"}, listener);
  ASSERT_FALSE(third);
  EXPECT_EQ(third.error().kind, ErrorKind::kTooMany);
  const Seat other = follow({}, "token:b");
  const auto fourth = feed.follow({{}, {}, "token:c"}, listener);
  ASSERT_FALSE(fourth);
  EXPECT_EQ(fourth.error().kind, ErrorKind::kTooMany);
  EXPECT_EQ(feed.stats().turned_away, 2U);
  second.place.reset();
  EXPECT_TRUE(feed.follow({{}, {}, "token:a"}, listener));
}

}  // namespace
}  // namespace berth::app
