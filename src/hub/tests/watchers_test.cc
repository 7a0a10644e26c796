// Records told to those who watch, as they are published.
#include "hub/watchers.h"

#include "hub/tests/data_world.h"

#include <atomic>
#include <thread>

namespace berth::hub {
namespace {

using domain::Reason;
using domain::WatchRecords;

class WatchersTest : public testing::Test {
 protected:
  static WatchRecords watch(std::string of = {}, std::string mask = "#", std::string filter = "f") {
    return {std::move(filter), std::move(of), std::move(mask)};
  }
  void publish(std::string_view id, std::string channel, std::string data, std::string of = {}) {
    ASSERT_FALSE(
        world_.published(id, DataWorld::publish(std::move(channel), std::move(data), std::move(of)))
            .empty());
  }
  static Data heard(const Client& client) {
    Data data;
    for (const auto& each : client.events->records) data.push_back(each.record.data);
    return data;
  }

  DataWorld world_;
};

TEST_F(WatchersTest, DeviceHearsItsOwnRecordsOfTheMaskWithItsFilter) {
  Client pump = world_.connect_as("dev-pump");
  ASSERT_TRUE(pump.does(watch("", "cmd/#", "/data/cmd/#")));
  publish("dev-pump", "cmd/valve", "1");
  publish("dev-pump", "temp", "2");
  publish("dev-phone", "cmd", "3", "dev-pump");
  publish("dev-fan", "cmd", "4");
  EXPECT_EQ(heard(pump), (Data{"1", "3"}));
  const domain::DeliverRecord& first = pump.events->records.front();
  EXPECT_EQ(first.filter, "/data/cmd/#");
  EXPECT_EQ(first.record.publisher, "dev-pump");
  EXPECT_EQ(first.record.channel, "cmd/valve");
  EXPECT_EQ(first.record.id, world_.records.records.front().id);
}

TEST_F(WatchersTest, ControllerHearsWhatItControlsByNameOrAllOfIt) {
  Client phone = world_.connect_as("dev-phone");
  ASSERT_TRUE(phone.does(watch("dev-pump", "#", "one")));
  ASSERT_TRUE(phone.does(watch("", "#", "all")));
  publish("dev-pump", "t", "1");
  publish("dev-fan", "t", "2");
  publish("dev-phone", "t", "3");
  EXPECT_EQ(heard(phone), (Data{"1", "1", "3"}));
}

TEST_F(WatchersTest, NamingADeviceThatItMayNotReadIsRefused) {
  Client phone = world_.connect_as("dev-phone");
  for (const std::string of :
       {"dev-fan", "dev-alien", "dev-none", "com-aaaaaaaaaaaaaaaaaaaaaaaa"}) {
    EXPECT_EQ(phone.refused(watch(of)), Reason::kNotPermitted) << of;
  }
  EXPECT_EQ(world_.refusals.trails.back().operation, "ask");
  EXPECT_TRUE(phone.does(watch("")));
}

TEST_F(WatchersTest, MasksAndTheNumberOfWatchesAreChecked) {
  Client pump = world_.connect_as("dev-pump");
  EXPECT_EQ(pump.refused(watch("", "a#")), Reason::kTopicForbidden);
  EXPECT_EQ(pump.refused(watch("", "#", "")), Reason::kTopicForbidden);
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(pump.does(watch("", "#", std::to_string(i))));
  EXPECT_EQ(pump.refused(watch("", "#", "one more")), Reason::kTopicForbidden);
  EXPECT_TRUE(pump.does(watch("", "#", "49")));
}

TEST_F(WatchersTest, ReleasedControlStopsTheDelivery) {
  Client phone = world_.connect_as("dev-phone");
  ASSERT_TRUE(phone.does(watch("dev-pump")));
  ASSERT_TRUE(phone.does(watch("", "#", "all")));
  world_.ask("dev-phone", domain::ReleaseControl{"", {}});
  publish("dev-pump", "t", "1");
  EXPECT_TRUE(heard(phone).empty());
}

TEST_F(WatchersTest, DeviceThatClosesItselfIsNotHeardAnyMore) {
  Client phone = world_.connect_as("dev-phone");
  ASSERT_TRUE(phone.does(watch("dev-pump")));
  world_.device("dev-pump").permissions.control = domain::ControlAccess::kNone;
  publish("dev-pump", "t", "1");
  EXPECT_TRUE(heard(phone).empty());
}

TEST_F(WatchersTest, NewControlIsHeardSoon) {
  Client phone = world_.connect_as("dev-phone");
  ASSERT_TRUE(phone.does(watch()));
  world_.identities.control.insert({"dev-phone", "dev-fan"});
  world_.identities.control.erase({"dev-phone", "dev-pump"});
  world_.clock.advance(std::chrono::seconds(1));
  world_.chores();
  publish("dev-fan", "t", "1");
  publish("dev-pump", "t", "2");
  EXPECT_EQ(heard(phone), Data{"1"});
}

TEST_F(WatchersTest, PrototypeHearsItsScopeAsFarAsItsListsGoNow) {
  Client proto = world_.connect_as("dev-proto");
  ASSERT_TRUE(proto.does(watch()));
  publish("dev-fan", "t", "1");
  publish("dev-alien", "t", "2");
  world_.ask(DataWorld::account_claim(), DataWorld::publish("t", "3"));
  world_.device("dev-proto").permissions.reads = {"dev-pump"};
  publish("dev-fan", "t", "4");
  publish("dev-pump", "t", "5");
  EXPECT_EQ(heard(proto), (Data{"1", "3", "5"}));
}

TEST_F(WatchersTest, PrivateRecordsAreHeardByTheirPublisherAlone) {
  Client pump = world_.connect_as("dev-pump");
  Client phone = world_.connect_as("dev-phone");
  Client proto = world_.connect_as("dev-proto");
  for (Client* each : {&pump, &phone, &proto}) ASSERT_TRUE(each->does(watch()));
  domain::PublishRecords request = DataWorld::publish("t", "1");
  request.records.front().is_private = true;
  ASSERT_FALSE(world_.published("dev-pump", request).empty());
  EXPECT_EQ(heard(pump), Data{"1"});
  EXPECT_TRUE(heard(phone).empty());
  EXPECT_TRUE(heard(proto).empty());
}

TEST_F(WatchersTest, EndsWithUnwatchAndWithTheConnection) {
  Client pump = world_.connect_as("dev-pump");
  Client again = world_.connect_as("dev-fan");
  ASSERT_TRUE(pump.does(watch("", "#", "a")));
  ASSERT_TRUE(pump.does(watch("", "t", "b")));
  ASSERT_TRUE(pump.does(domain::UnwatchRecords{"a"}));
  publish("dev-pump", "t", "1");
  ASSERT_TRUE(pump.does(domain::UnwatchRecords{"b"}));
  ASSERT_TRUE(pump.does(domain::UnwatchRecords{"never"}));
  publish("dev-pump", "t", "2");
  EXPECT_EQ(heard(pump), Data{"1"});
  ASSERT_TRUE(pump.does(watch()));
  const std::shared_ptr<CollectedEvents> events = pump.events;
  pump.attachment.reset();
  publish("dev-pump", "t", "3");
  EXPECT_EQ(events->records.size(), 1U);
}

TEST_F(WatchersTest, SlowListenerMissesARecordAndStays) {
  Client pump = world_.connect_as("dev-pump");
  ASSERT_TRUE(pump.does(watch()));
  pump.events->full = true;
  publish("dev-pump", "t", "1");
  pump.events->full = false;
  publish("dev-pump", "t", "2");
  EXPECT_EQ(heard(pump), Data{"2"});
  EXPECT_EQ(world_.hub().stats().events_dropped, 1U);
  EXPECT_TRUE(pump.events->ends.empty());
}

WatchPtr watch_of(std::string_view id, domain::DeviceRole role = domain::DeviceRole::kController) {
  auto watch = std::make_shared<Watch>();
  watch->device.id = *domain::DeviceId::parse(id);
  watch->device.scope = *domain::ScopeId::parse("0ne00ABCDEF");
  watch->device.role = role;
  return watch;
}

TEST(WatcherIndex, FindsEachOnceByPublisherAndScopeAndLeavesNothingBehind) {
  Watchers watchers;
  const domain::ScopeId scope = *domain::ScopeId::parse("0ne00ABCDEF");
  const WatchPtr both = watch_of("a");
  const WatchPtr one = watch_of("b");
  watchers.begin(both, {"p", "p", "q"}, true);
  watchers.begin(one, {"p"}, false);
  EXPECT_EQ(watchers.of("p", scope), (std::vector{both, one}));
  EXPECT_EQ(watchers.of("r", scope), std::vector{both});
  EXPECT_TRUE(watchers.of("r", domain::ScopeId::trusted("other")).empty());
  watchers.follow(one, {"r"});
  EXPECT_EQ(watchers.of("p", scope), std::vector{both});
  watchers.end(both);
  watchers.end(both);
  EXPECT_EQ(watchers.of("r", scope), std::vector{one});
  watchers.end(one);
  watchers.follow(one, {"p"});
  EXPECT_TRUE(watchers.of("p", scope).empty());
  EXPECT_TRUE(watchers.roaming(10).empty());
}

TEST(WatcherIndex, ThoseWhoRoamComeInTurn) {
  Watchers watchers;
  const WatchPtr a = watch_of("a");
  const WatchPtr b = watch_of("b");
  const WatchPtr fixed = watch_of("c", domain::DeviceRole::kPrototype);
  for (const WatchPtr& each : {a, b, fixed}) watchers.begin(each, {"p"}, false);
  EXPECT_EQ(watchers.roaming(1), std::vector{a});
  EXPECT_EQ(watchers.roaming(1), std::vector{b});
  EXPECT_EQ(watchers.roaming(5), (std::vector{a, b}));
  watchers.end(a);
  EXPECT_EQ(watchers.roaming(5), std::vector{b});
}

TEST(WatcherIndex, IsReadWhileItChanges) {
  Watchers watchers;
  const domain::ScopeId scope = *domain::ScopeId::parse("0ne00ABCDEF");
  const WatchPtr lasting = watch_of("z");
  watchers.begin(lasting, {"p"}, false);
  std::atomic<bool> done{false};
  std::atomic<int> missed{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([&] {
      while (!done) {
        const std::vector<WatchPtr> found = watchers.of("p", scope);
        if (std::find(found.begin(), found.end(), lasting) == found.end()) ++missed;
      }
    });
  }
  for (int i = 0; i < 2; ++i) {
    threads.emplace_back([&] {
      for (int round = 0; round < 500; ++round) {
        const WatchPtr watch = watch_of("a");
        watchers.begin(watch, {"p", "q"}, true);
        watchers.follow(watch, {"p", "r"});
        watchers.roaming(3);
        watchers.end(watch);
      }
    });
  }
  for (std::size_t i = 2; i < threads.size(); ++i) threads[i].join();
  done = true;
  threads[0].join();
  threads[1].join();
  EXPECT_EQ(missed, 0);
  EXPECT_EQ(watchers.of("p", scope), std::vector{lasting});
}

}  // namespace
}  // namespace berth::hub
