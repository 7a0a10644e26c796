#include "hub/tests/world.h"

#include <gtest/gtest.h>

namespace berth::hub {
namespace {

using domain::EndReason;
using domain::Reason;
using std::chrono::milliseconds;
using std::chrono::seconds;

using Ends = std::vector<EndReason>;

TEST(Expiry, EndsAConnectionWhoseProofHasExpired) {
  World world;
  domain::ConnectDevice command = World::request();
  std::get<domain::MacOverText>(command.claim.evidence).expires_at_seconds =
      base::to_unix_seconds(world.clock.wall()) + 10;
  Client client = world.connect(std::move(command));
  world.clock.advance(seconds(9));
  world.chores();
  EXPECT_TRUE(client.events->ends.empty());
  world.clock.advance(seconds(1));
  world.chores();
  EXPECT_EQ(client.events->ends, Ends{EndReason::kProofExpired});
  EXPECT_EQ(client.refused(domain::SendTelemetry{}), Reason::kProofExpired);
  world.clock.advance(seconds(5));
  world.chores();
  EXPECT_EQ(client.events->ends.size(), 1U);
}

TEST(IdentityChange, EndsTheConnectionOfADisabledDevice) {
  World world;
  Client client = world.connect();
  world.boiler().enabled = false;
  world.hub().identity_changed(World::key().hub, World::key().device);
  world.chores();
  EXPECT_EQ(client.events->ends, Ends{EndReason::kIdentityChanged});
  EXPECT_EQ(client.refused(domain::SendTelemetry{}), Reason::kDeviceDisabled);
  EXPECT_EQ(client.refused(domain::PatchReported{"{}", {}}), Reason::kDeviceDisabled);
  EXPECT_EQ(client.refused(domain::Subscribe{}), Reason::kDeviceDisabled);
  EXPECT_TRUE(client.does(domain::Farewell()));
}

TEST(IdentityChange, EndsTheConnectionOfADeletedDevice) {
  World world;
  const Client client = world.connect();
  world.store.devices.clear();
  world.hub().identity_changed(World::key().hub, World::key().device);
  world.chores();
  EXPECT_EQ(client.events->ends, Ends{EndReason::kIdentityChanged});
}

TEST(IdentityChange, KeepsAConnectionWhoseKeyIsStillGood) {
  World world;
  const Client client = world.connect();
  world.boiler().keys->secondary = sealed(kKey);
  world.boiler().keys->primary = sealed("new");
  world.hub().identity_changed(World::key().hub, World::key().device);
  world.chores();
  EXPECT_TRUE(client.events->ends.empty());
  world.boiler().keys->secondary = sealed("new, too");
  world.hub().identity_changed(World::key().hub, World::key().device);
  world.chores();
  EXPECT_EQ(client.events->ends, Ends{EndReason::kIdentityChanged});
}

TEST(IdentityChange, OfADeviceThatIsJustConnectingIsNotMissed) {
  World world;
  // Its records are read, then an operator disables it, and then it takes its place.
  world.store.after_dossier = [&] {
    world.boiler().enabled = false;
    world.hub().identity_changed(World::key().hub, World::key().device);
  };
  const Client client = world.connect();
  ASSERT_TRUE(client.connected());
  world.chores();
  EXPECT_EQ(client.events->ends, Ends{EndReason::kIdentityChanged});
}

TEST(IdentityChange, IsLookedAtAgainWhenTheStoreWasDown) {
  World world;
  const Client client = world.connect();
  world.boiler().enabled = false;
  world.store.down = true;
  world.hub().identity_changed(World::key().hub, World::key().device);
  world.chores();
  EXPECT_TRUE(client.events->ends.empty());
  world.store.down = false;
  world.chores();
  EXPECT_EQ(client.events->ends, Ends{EndReason::kIdentityChanged});
}

TEST(HubChange, ANewHubServesAtOnce) {
  World world;
  world.add_hub("annex", "annex.example.test");
  world.add_device("annex", "pump", "key-of-pump");
  domain::ConnectDevice command = World::request("pump", "key-of-pump");
  command.claim.host = "annex.example.test";
  EXPECT_EQ(world.connect(command).refusal().reason, Reason::kHostUnknown);
  world.hub().hubs_changed();
  EXPECT_TRUE(world.connect(command).connected());
}

TEST(HubChange, TheTableIsReadOnlyWhenItChanged) {
  World world;
  for (int i = 0; i < 5; ++i) {
    EXPECT_TRUE(world.connect().connected());
    world.chores();
  }
  EXPECT_EQ(world.store.hub_reads, 1);
}

TEST(HubChange, APolicysNewKeyEndsConnectionsMadeWithTheOld) {
  World world;
  world.store.hubs[0].policies.push_back({"device", {}, {sealed("policy key"), {}, {}}});
  world.hub().hubs_changed();
  domain::ConnectDevice command = World::request("boiler", "policy key");
  std::get<domain::MacOverText>(command.claim.evidence).key_name = "device";
  const Client by_policy = world.connect(std::move(command));
  ASSERT_TRUE(by_policy.connected());
  world.add_device("plant", "pump", "key-of-pump");
  const Client by_key = world.connect(World::request("pump", "key-of-pump"));
  world.store.hubs[0].policies[0].keys.primary = sealed("new policy key");
  world.hub().hubs_changed();
  world.chores();
  EXPECT_EQ(by_policy.events->ends, Ends{EndReason::kIdentityChanged});
  EXPECT_TRUE(by_key.events->ends.empty());
}

TEST(HubChange, OtherChangesOfAHubDisturbNobody) {
  World world;
  const Client client = world.connect();
  const int reads = world.store.dossier_reads;
  world.store.hubs[0].display_name = "Plant";
  world.hub().hubs_changed();
  world.chores();
  EXPECT_EQ(world.store.dossier_reads, reads);
}

TEST(HubChange, TheEventsOfADeletedHubAreDropped) {
  World world;
  world.add_hub("annex", "annex.example.test");
  world.hub().hubs_changed();
  world.chores();
  world.store.hubs.pop_back();
  world.hub().hubs_changed();
  world.chores();
  EXPECT_EQ(world.log.forgotten, std::vector<std::string>{"annex"});
  // Deleted and made again between two looks: its events are of another hub.
  world.clock.advance(seconds(5));
  world.store.hubs[0].created_at = world.clock.wall();
  world.hub().hubs_changed();
  world.chores();
  EXPECT_EQ(world.log.forgotten.back(), "plant");
}

TEST(Chores, SweepOnceASecondHoweverOftenTheyAreDone) {
  World world;
  world.chores();
  const Client client = world.connect();
  ASSERT_TRUE(world.send("a", domain::FeedbackWanted::kNegative, seconds(60)));
  world.clock.advance(seconds(60) - milliseconds(100));
  world.chores();
  world.clock.advance(milliseconds(200));
  world.chores();
  EXPECT_TRUE(world.log.events.empty());
  world.clock.advance(seconds(1));
  world.chores();
  EXPECT_EQ(world.log.events.size(), 1U);
}

}  // namespace
}  // namespace berth::hub
