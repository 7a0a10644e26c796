#include "hub/tests/world.h"

#include <boost/json/parse.hpp>
#include <gtest/gtest.h>

namespace berth::hub {
namespace {

using domain::FeedbackWanted;
using domain::Reason;
using domain::Settlement;
using std::chrono::hours;
using std::chrono::seconds;

std::vector<std::string> bodies(const Client& client) {
  std::vector<std::string> all;
  for (const domain::DeliverMessage& each : client.events->messages) {
    all.push_back(each.message.message.body);
  }
  return all;
}

bool settle(Client& client, std::size_t index, Settlement how = Settlement::kComplete) {
  return client.does(domain::SettleMessage{client.events->messages[index].delivery, how});
}

using Bodies = std::vector<std::string>;

TEST(Messages, ReachADeviceThatListensAndLeaveTheQueueWhenSettled) {
  World world;
  Client client = world.connect();
  ASSERT_TRUE(client.listen(domain::Channel::kMessages));
  const Result<domain::QueuedMessage> sent = world.send("a");
  ASSERT_TRUE(sent);
  EXPECT_EQ(sent->sequence, 1U);
  EXPECT_EQ(sent->expires_at, world.clock.wall() + hours(1));
  ASSERT_EQ(bodies(client), Bodies{"a"});
  EXPECT_FALSE(client.events->messages[0].redelivered);
  EXPECT_EQ(world.store.queues[World::key()].size(), 1U);
  ASSERT_TRUE(settle(client, 0));
  EXPECT_TRUE(world.store.queues[World::key()].empty());
  EXPECT_EQ(world.hub().stats().messages_out, 1U);
}

TEST(Messages, WaitUntilTheDeviceListens) {
  World world;
  ASSERT_TRUE(world.send("a"));
  Client client = world.connect();
  ASSERT_TRUE(world.send("b"));
  ASSERT_TRUE(client.listen(domain::Channel::kDesired, "d"));
  EXPECT_TRUE(bodies(client).empty());
  ASSERT_TRUE(client.listen(domain::Channel::kMessages));
  EXPECT_EQ(bodies(client), (Bodies{"a", "b"}));
}

TEST(Messages, ThatWaitAreDeliveredToAResumedSessionAtOnce) {
  World world;
  {
    Client client = world.connect();
    ASSERT_TRUE(client.listen(domain::Channel::kMessages));
  }
  ASSERT_TRUE(world.send("a"));
  const Client client = world.connect();
  ASSERT_EQ(bodies(client), Bodies{"a"});
  EXPECT_FALSE(client.events->messages[0].redelivered);
}

TEST(Messages, AreMarkedWhenTheyWereDeliveredBefore) {
  World world;
  {
    Client client = world.connect();
    ASSERT_TRUE(client.listen(domain::Channel::kMessages));
    ASSERT_TRUE(world.send("a"));
  }
  ASSERT_TRUE(world.send("b"));
  const Client client = world.connect();
  ASSERT_EQ(bodies(client), (Bodies{"a", "b"}));
  EXPECT_TRUE(client.events->messages[0].redelivered);
  EXPECT_FALSE(client.events->messages[1].redelivered);
}

TEST(Messages, AreMarkedOnTakeOverToo) {
  World world;
  Client older = world.connect();
  ASSERT_TRUE(older.listen(domain::Channel::kMessages));
  ASSERT_TRUE(world.send("a"));
  Client newer = world.connect();
  ASSERT_EQ(bodies(newer), Bodies{"a"});
  EXPECT_TRUE(newer.events->messages[0].redelivered);
  // The older one's acknowledgement was on its way: it counts, and the newer one's is no error.
  EXPECT_TRUE(settle(older, 0));
  EXPECT_TRUE(settle(newer, 0));
}

TEST(Messages, OfBeforeARestartMayHaveBeenDeliveredBefore) {
  World world;
  {
    Client client = world.connect();
    ASSERT_TRUE(client.listen(domain::Channel::kMessages));
    ASSERT_TRUE(world.send("a"));
  }
  world.clock.advance(seconds(1));
  world.restart();
  ASSERT_TRUE(world.send("b"));
  const Client client = world.connect();
  ASSERT_EQ(bodies(client), (Bodies{"a", "b"}));
  EXPECT_TRUE(client.events->messages[0].redelivered);
  EXPECT_FALSE(client.events->messages[1].redelivered);
}

TEST(Messages, AQueueOfFiftyIsDeliveredAFewAtATimeInOrder) {
  World world({.deliveries_max = 16});
  for (int i = 0; i < 50; ++i) ASSERT_TRUE(world.send(std::to_string(i)));
  EXPECT_EQ(world.send("one too many").error().kind, ErrorKind::kTooMany);
  Client client = world.connect();
  ASSERT_TRUE(client.listen(domain::Channel::kMessages));
  EXPECT_EQ(bodies(client).size(), 16U);
  for (std::size_t i = 0; i < 50; ++i) {
    ASSERT_LT(i, client.events->messages.size());
    EXPECT_EQ(client.events->messages[i].message.message.body, std::to_string(i));
    ASSERT_TRUE(settle(client, i));
  }
  EXPECT_TRUE(world.store.queues[World::key()].empty());
  EXPECT_EQ(bodies(client).size(), 50U);
}

TEST(Messages, SettledOutOfOrderTheRestStaysInOrder) {
  World world({.deliveries_max = 2});
  for (const std::string body : {"a", "b", "c", "d"}) ASSERT_TRUE(world.send(body));
  Client client = world.connect();
  ASSERT_TRUE(client.listen(domain::Channel::kMessages));
  ASSERT_EQ(bodies(client), (Bodies{"a", "b"}));
  ASSERT_TRUE(settle(client, 1));
  ASSERT_EQ(bodies(client), (Bodies{"a", "b", "c"}));
  ASSERT_TRUE(settle(client, 0));
  EXPECT_EQ(bodies(client), (Bodies{"a", "b", "c", "d"}));
}

TEST(Messages, StayInTheQueueOfASlowConnectionUntilTheNextChores) {
  World world;
  Client client = world.connect();
  ASSERT_TRUE(client.listen(domain::Channel::kMessages));
  client.events->full = true;
  ASSERT_TRUE(world.send("a"));
  EXPECT_TRUE(client.events->ends.empty());
  client.events->full = false;
  world.chores();
  ASSERT_EQ(bodies(client), Bodies{"a"});
  EXPECT_FALSE(client.events->messages[0].redelivered);
}

TEST(Messages, ThatCannotBeSettledNowComeAgain) {
  World world;
  Client client = world.connect();
  ASSERT_TRUE(client.listen(domain::Channel::kMessages));
  ASSERT_TRUE(world.send("a"));
  world.store.down = true;
  EXPECT_FALSE(settle(client, 0));
  world.store.down = false;
  world.chores();
  ASSERT_EQ(bodies(client), (Bodies{"a", "a"}));
  EXPECT_TRUE(client.events->messages[1].redelivered);
  EXPECT_TRUE(settle(client, 1));
  EXPECT_TRUE(world.store.queues[World::key()].empty());
}

TEST(Messages, SettledTwiceOrNeverDeliveredChangeNothing) {
  World world;
  Client client = world.connect();
  ASSERT_TRUE(client.listen(domain::Channel::kMessages));
  ASSERT_TRUE(world.send("a", FeedbackWanted::kFull));
  EXPECT_TRUE(settle(client, 0));
  EXPECT_TRUE(settle(client, 0));
  EXPECT_TRUE(client.does(domain::SettleMessage{77, Settlement::kComplete}));
  EXPECT_EQ(world.log.events.size(), 1U);
}

TEST(Messages, AnAbandonedOneComesAgainAFewTimesAndIsThenGivenUp) {
  World world;
  Client client = world.connect();
  ASSERT_TRUE(client.listen(domain::Channel::kMessages));
  ASSERT_TRUE(world.send("a", FeedbackWanted::kNegative));
  for (std::size_t i = 0; i < 10; ++i) {
    ASSERT_EQ(client.events->messages.size(), i + 1);
    EXPECT_EQ(client.events->messages[i].redelivered, i > 0);
    ASSERT_TRUE(settle(client, i, Settlement::kAbandon));
  }
  EXPECT_EQ(client.events->messages.size(), 10U);
  EXPECT_TRUE(world.store.queues[World::key()].empty());
  ASSERT_EQ(world.log.events.size(), 1U);
  EXPECT_NE(world.log.events[0].message.body.find("DeliveryCountExceeded"), std::string::npos);
}

TEST(Messages, ExpireInTheQueueAndInFlight) {
  World world({.deliveries_max = 1});
  Client client = world.connect();
  ASSERT_TRUE(client.listen(domain::Channel::kMessages));
  ASSERT_TRUE(world.send("a", FeedbackWanted::kNegative, seconds(60)));
  ASSERT_TRUE(world.send("b", FeedbackWanted::kNone, seconds(60)));
  ASSERT_TRUE(world.send("c"));
  ASSERT_EQ(bodies(client), Bodies{"a"});
  world.clock.advance(seconds(61));
  world.chores();
  world.chores();  // there is room now
  EXPECT_EQ(bodies(client), (Bodies{"a", "c"}));
  EXPECT_TRUE(settle(client, 0));  // too late, and no harm
  ASSERT_EQ(world.log.events.size(), 1U);
  EXPECT_NE(world.log.events[0].message.body.find("Expired"), std::string::npos);
}

TEST(Messages, AreCheckedBeforeTheyAreQueued) {
  World world;
  EXPECT_EQ(world.send(std::string(domain::kQueuedMessageBytesMax + 1, 'x')).error().kind,
            ErrorKind::kTooLarge);
  EXPECT_EQ(world.send("a", FeedbackWanted::kNone, seconds(59)).error().kind, ErrorKind::kInvalid);
  EXPECT_EQ(world.send("a", FeedbackWanted::kNone, hours(49)).error().kind, ErrorKind::kInvalid);
  world.store.devices.clear();
  EXPECT_EQ(world.send("a").error().kind, ErrorKind::kNotFound);
}

TEST(Messages, SentWhileTheDeviceConnectsAreFoundByTheNextChores) {
  World world;
  {
    Client client = world.connect();
    ASSERT_TRUE(client.listen(domain::Channel::kMessages));
  }
  // Its dossier says that nothing waits, and whoever sends does not find it connected yet.
  world.store.after_dossier = [&] { EXPECT_TRUE(world.send("a")); };
  const Client client = world.connect();
  EXPECT_TRUE(bodies(client).empty());
  world.chores();
  EXPECT_EQ(bodies(client), Bodies{"a"});
}

struct FeedbackCase {
  FeedbackWanted wanted;
  Settlement how;
  std::string status;  // empty: none
};

TEST(Feedback, IsAnEventOfTheLogForWhoWantsIt) {
  const FeedbackCase cases[] = {
      {FeedbackWanted::kNone, Settlement::kComplete, ""},
      {FeedbackWanted::kPositive, Settlement::kComplete, "Success"},
      {FeedbackWanted::kNegative, Settlement::kComplete, ""},
      {FeedbackWanted::kFull, Settlement::kComplete, "Success"},
      {FeedbackWanted::kPositive, Settlement::kReject, ""},
      {FeedbackWanted::kNegative, Settlement::kReject, "Rejected"},
      {FeedbackWanted::kFull, Settlement::kReject, "Rejected"},
  };
  for (const FeedbackCase& each : cases) {
    World world;
    Client client = world.connect();
    ASSERT_TRUE(client.listen(domain::Channel::kMessages));
    const Result<domain::QueuedMessage> sent = world.send("a", each.wanted);
    ASSERT_TRUE(settle(client, 0, each.how));
    EXPECT_TRUE(world.store.queues[World::key()].empty());
    ASSERT_EQ(world.log.events.size(), each.status.empty() ? 0U : 1U);
    if (each.status.empty()) continue;
    const domain::Event& event = world.log.events[0];
    EXPECT_EQ(event.kind, domain::EventKind::kFeedback);
    EXPECT_EQ(event.device.text(), "boiler");
    const boost::json::value body = boost::json::parse(event.message.body);
    EXPECT_EQ(body.at("statusCode").as_string(), each.status);
    EXPECT_EQ(body.at("deviceId").as_string(), "boiler");
    EXPECT_EQ(body.at("originalMessageId").as_string(), sent->message.id);
    EXPECT_EQ(body.at("enqueuedTimeUtc").as_string(), "2026-01-01T00:00:00.0000000Z");
    EXPECT_FALSE(sent->message.id.empty());
  }
}

}  // namespace
}  // namespace berth::hub
