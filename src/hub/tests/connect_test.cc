#include "hub/tests/world.h"

#include <gtest/gtest.h>

#include <chrono>

namespace berth::hub {
namespace {

using domain::EndReason;
using domain::Reason;
using domain::Step;
using std::chrono::seconds;

TEST(Connect, LetsADeviceInAndSaysWhereItIs) {
  World world;
  const Client client = world.connect();
  ASSERT_TRUE(client.connected());
  EXPECT_EQ(client.greeting().hub.text(), "plant");
  EXPECT_EQ(client.greeting().hub_host, "hub.example.test");
  EXPECT_EQ(client.greeting().device.text(), "boiler");
  EXPECT_FALSE(client.greeting().session_present);
  EXPECT_EQ(world.hub().stats().connected, 1U);
  EXPECT_TRUE(world.refusals.trails.empty());
}

TEST(Connect, CostsOneReadAndNoWriteButTheNote) {
  World world;
  const Client client = world.connect();
  EXPECT_EQ(world.store.dossier_reads, 1);
  EXPECT_EQ(world.store.session_writes, 0);
  EXPECT_EQ(world.store.queue_reads, 0);
  ASSERT_EQ(world.store.notes.size(), 1U);
  EXPECT_EQ(world.store.notes[0].node, "node-1");
  EXPECT_EQ(world.store.notes[0].epoch, 7U);
  EXPECT_TRUE(world.store.notes[0].connected);
}

TEST(Connect, TakesHostNamesInAnyCaseAndWithAPort) {
  World world;
  for (const std::string host :
       {"HUB.Example.Test", "hub.example.test:8883", "hub.example.test."}) {
    domain::ConnectDevice command = World::request();
    command.claim.host = host;
    EXPECT_TRUE(world.connect(std::move(command)).connected()) << host;
  }
}

TEST(Connect, OfHubsAtOneHostTheOneThatHasTheDeviceServesIt) {
  World world;
  world.add_hub("annex", "hub.example.test");
  world.add_device("annex", "pump", "key-of-pump");
  world.add_device("annex", "boiler", "another-boiler");
  world.hub().hubs_changed();
  EXPECT_EQ(world.connect(World::request("pump", "key-of-pump")).greeting().hub.text(), "annex");
  EXPECT_EQ(world.connect().greeting().hub.text(), "plant");
  EXPECT_EQ(world.connect(World::request("boiler", "another-boiler")).greeting().hub.text(),
            "annex");
}

struct RefusalCase {
  std::string what;
  std::string id, host, signed_by;
  Step step;
  Reason reason;
};

TEST(Connect, RefusesWithATrailThatSaysWhy) {
  World world;
  world.add_device("plant", "idle", "key-of-idle").enabled = false;
  const RefusalCase cases[] = {
      {"id", "b oiler", "hub.example.test", "k", Step::kIdentify, Reason::kIdInvalid},
      {"host", "boiler", "other.example.test", "k", Step::kIdentify, Reason::kHostUnknown},
      {"device", "Boiler", "hub.example.test", "k", Step::kIdentify, Reason::kDeviceUnknown},
      {"key", "boiler", "hub.example.test", "k", Step::kAttest, Reason::kProofRejected},
      {"disabled", "idle", "hub.example.test", "key-of-idle", Step::kAuthorize,
       Reason::kDeviceDisabled},
  };
  for (const RefusalCase& each : cases) {
    SCOPED_TRACE(each.what);
    domain::ConnectDevice command = World::request(each.id, each.signed_by);
    command.claim.host = each.host;
    const Client client = world.connect(std::move(command));
    ASSERT_FALSE(client.connected());
    EXPECT_EQ(client.attachment, nullptr);
    EXPECT_EQ(client.refusal().reason, each.reason);
    const domain::Trail& trail = world.refusals.trails.back();
    EXPECT_EQ(trail.id, client.refusal().tracking_id);
    EXPECT_EQ(trail.operation, "connect");
    EXPECT_EQ(trail.reason, each.reason);
    EXPECT_EQ(trail.steps.back().step, each.step);
    EXPECT_FALSE(trail.steps.back().passed);
    EXPECT_FALSE(trail.steps.back().expected.empty());
    EXPECT_EQ(world.refusals.devices.back().has_value(), each.step != Step::kIdentify);
  }
  EXPECT_EQ(world.refusals.trails.back().scope, "0ne00ABCDEF");
  EXPECT_EQ(world.refusals.trails.back().device_id, "idle");
  EXPECT_EQ(world.hub().stats().connects_refused, 5U);
}

TEST(Connect, ADisabledDeviceWithAWrongKeyLearnsOnlyThatTheKeyIsWrong) {
  World world;
  world.boiler().enabled = false;
  EXPECT_EQ(world.connect(World::request("boiler", "guess")).refusal().reason,
            Reason::kProofRejected);
}

TEST(Connect, CountsFailuresBySourceAndLetsTheProvenInAllTheSame) {
  World world({.failures = {3, 1.0, 10}});
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(world.connect(World::request("boiler", "guess")).refusal().reason,
              Reason::kProofRejected);
  }
  const Client refused = world.connect(World::request("boiler", "guess"));
  EXPECT_EQ(refused.refusal().reason, Reason::kTooManyAttempts);
  EXPECT_GE(refused.refusal().retry_after, seconds(1));
  EXPECT_TRUE(world.connect().connected());
  world.clock.advance(seconds(10));
  EXPECT_EQ(world.connect(World::request("boiler", "guess")).refusal().reason,
            Reason::kProofRejected);
}

TEST(Connect, AStoreThatIsDownIsNoRefusalOfTheDevice) {
  World world;
  world.store.down = true;
  const Client client = world.connect();
  EXPECT_EQ(client.refusal().reason, Reason::kStoreUnavailable);
  EXPECT_GE(client.refusal().retry_after, seconds(1));
}

TEST(Connect, NobodyIsLetInOnceTheServerStops) {
  World world;
  world.hub().stop();
  EXPECT_EQ(world.connect().refusal().reason, Reason::kStoreUnavailable);
  EXPECT_TRUE(world.refusals.trails.empty());
}

TEST(Connect, RefusesAWillOverTheLimit) {
  World world;
  domain::ConnectDevice command = World::request();
  command.will.emplace().body.assign(domain::kDeviceMessageBytesMax + 1, 'x');
  EXPECT_EQ(world.connect(std::move(command)).refusal().reason, Reason::kMessageTooLarge);
}

TEST(TakeOver, EndsTheOlderConnectionAndItsLateEndLeavesTheNewerAlone) {
  World world;
  Client older = world.connect();
  Client newer = world.connect();
  EXPECT_EQ(older.events->ends, std::vector{EndReason::kTakenOver});
  EXPECT_TRUE(newer.events->ends.empty());
  EXPECT_EQ(world.hub().stats().taken_over, 1U);
  EXPECT_EQ(older.refused(domain::SendTelemetry{}), Reason::kStoreUnavailable);

  older.attachment.reset();
  EXPECT_EQ(world.hub().stats().connected, 1U);
  ASSERT_EQ(world.store.notes.size(), 2U);
  EXPECT_TRUE(world.store.notes.back().connected);
  ASSERT_TRUE(newer.listen(domain::Channel::kDesired));
  ASSERT_TRUE(world.update_twin(R"({"a":1})"));
  EXPECT_EQ(newer.events->changes.size(), 1U);

  newer.attachment.reset();
  EXPECT_EQ(world.hub().stats().connected, 0U);
  EXPECT_FALSE(world.store.notes.back().connected);
}

TEST(Session, SubscriptionsOutliveConnectionAndServer) {
  World world;
  {
    Client client = world.connect();
    ASSERT_TRUE(client.listen(domain::Channel::kMethods, "methods/#"));
    ASSERT_TRUE(client.listen(domain::Channel::kDesired, "desired/#"));
    ASSERT_TRUE(client.does(domain::Unsubscribe{{"methods/#", "never/#"}}));
  }
  world.restart();
  Client client = world.connect();
  ASSERT_TRUE(client.greeting().session_present);
  ASSERT_EQ(client.greeting().restored.size(), 1U);
  EXPECT_EQ(client.greeting().restored[0].filter, "desired/#");
  ASSERT_TRUE(world.update_twin(R"({"a":1})"));
  EXPECT_EQ(client.events->changes.size(), 1U);
}

TEST(Session, ACleanConnectionDropsWhatWasKeptAndKeepsNothing) {
  World world;
  {
    Client client = world.connect();
    ASSERT_TRUE(client.listen(domain::Channel::kDesired));
  }
  domain::ConnectDevice clean = World::request();
  clean.keeps_session = false;
  {
    Client client = world.connect(std::move(clean));
    EXPECT_FALSE(client.greeting().session_present);
    EXPECT_TRUE(client.greeting().restored.empty());
    ASSERT_TRUE(client.listen(domain::Channel::kDesired));
  }
  EXPECT_TRUE(world.store.sessions.empty());
  EXPECT_FALSE(world.connect().greeting().session_present);
}

TEST(Session, ASubscriptionIsAnsweredOnlyWhenItIsDurable) {
  World world;
  Client client = world.connect();
  world.store.down = true;
  EXPECT_EQ(client.refused(domain::Subscribe{{{domain::Channel::kDesired, 0, "d"}}}),
            Reason::kStoreUnavailable);
  world.store.down = false;
  ASSERT_TRUE(world.update_twin(R"({"a":1})"));
  EXPECT_TRUE(client.events->changes.empty());
}

TEST(Session, TheSameSubscriptionAgainIsNoWrite) {
  World world;
  Client client = world.connect();
  ASSERT_TRUE(client.listen(domain::Channel::kDesired));
  ASSERT_TRUE(client.listen(domain::Channel::kDesired));
  EXPECT_EQ(world.store.session_writes, 1);
}

TEST(Session, SubscriptionsAreBounded) {
  World world({.subscriptions_max = 2});
  Client client = world.connect();
  EXPECT_TRUE(client.listen(domain::Channel::kDesired, "a"));
  EXPECT_TRUE(client.listen(domain::Channel::kMethods, "b"));
  EXPECT_TRUE(client.listen(domain::Channel::kMessages, "b"));  // replaces
  EXPECT_FALSE(client.listen(domain::Channel::kMessages, "c"));
  EXPECT_FALSE(client.listen(domain::Channel::kMessages, std::string(2000, 'x')));
}

TEST(Connections, AreReportedWithNodeAndEpoch) {
  World world;
  const auto ask = [&] {
    return base::run_task(world.hub().connection(World::key().hub, World::key().device));
  };
  EXPECT_FALSE(ask()->has_value());
  {
    const Client client = world.connect();
    const auto record = *ask();
    ASSERT_TRUE(record);
    EXPECT_TRUE(record->connected);
    EXPECT_EQ(record->epoch, 7U);
    EXPECT_EQ(record->source, "192.0.2.7");
  }
  EXPECT_FALSE((*ask())->connected);
  // As a server leaves it that was killed.
  world.store.notes.back().connected = true;
  world.restart();
  EXPECT_FALSE((*ask())->connected);
}

}  // namespace
}  // namespace berth::hub
