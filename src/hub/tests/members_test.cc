// Members of a group: found without naming a hub, first use recorded, keys for keyed connections,
// and gateways that speak for others.
#include "hub/tests/world.h"

namespace berth::hub {
namespace {

using domain::Reason;

class MembersTest : public testing::Test {
 protected:
  std::optional<SharedKey> key_of(std::string identity, std::string source = "192.0.2.7") {
    return base::run_task(world_.hub().shared_key(std::move(source), std::move(identity)));
  }
  void keying_fails(std::string identity, bool found) {
    domain::Claim claim;
    claim.registration_id = std::move(identity);
    claim.source = "192.0.2.7";
    base::run_task(world_.hub().keying_failed(std::move(claim), found));
  }
  Reason last_reason() const { return world_.refusals.trails.back().reason; }

  World world_;
};

TEST_F(MembersTest, ConnectsWithoutAHostAndLearnsItsTopics) {
  world_.add_member("dev1", "k1");
  const Client client = world_.connect(World::member_request("dev1", "k1"));
  ASSERT_TRUE(client.connected());
  EXPECT_EQ(client.greeting().hub.text(), "plant");
  EXPECT_EQ(client.greeting().topics,
            (std::vector<domain::TopicPermission>{{"event", true, false}}));
}

TEST_F(MembersTest, FirstConnectionIsRecordedOnceBeforeTheAnswer) {
  world_.add_member("dev1", "k1");
  ASSERT_TRUE(world_.connect(World::member_request("dev1", "k1")).connected());
  EXPECT_EQ(world_.store.activations.size(), 1U);
  ASSERT_TRUE(world_.connect(World::member_request("dev1", "k1")).connected());
  EXPECT_EQ(world_.store.activations.size(), 1U);
}

TEST_F(MembersTest, IsNotLetInWhenItWasIssuedAnewMeanwhile) {
  domain::Device& device = world_.add_member("dev1", "k1");
  world_.store.after_dossier = [&device] { ++device.version; };
  const Client client = world_.connect(World::member_request("dev1", "k1"));
  ASSERT_FALSE(client.connected());
  EXPECT_EQ(client.refusal().reason, Reason::kStoreUnavailable);
  EXPECT_TRUE(world_.store.activations.empty());
}

TEST_F(MembersTest, WrongProofDoesNotCountAsFirstUse) {
  world_.add_member("dev1", "k1");
  const Client client = world_.connect(World::member_request("dev1", "k2"));
  ASSERT_FALSE(client.connected());
  EXPECT_EQ(client.refusal().reason, Reason::kProofRejected);
  EXPECT_TRUE(world_.store.activations.empty());
}

TEST_F(MembersTest, DeviceOfNoGroupOrOfAnotherIsUnknown) {
  world_.add_member("dev1", "k1");
  domain::ConnectDevice other = World::member_request("dev1", "k1");
  other.claim.membership->group = "s3euvbrjlb";
  EXPECT_EQ(world_.connect(std::move(other)).refusal().reason, Reason::kDeviceUnknown);
  domain::ConnectDevice by_hand = World::request();
  by_hand.claim.membership = domain::Membership{"boi", "ler"};
  EXPECT_EQ(world_.connect(std::move(by_hand)).refusal().reason, Reason::kDeviceUnknown);
}

TEST_F(MembersTest, ChangeWhileItConnectsIsLookedAtAgain) {
  domain::Device& device = world_.add_member("dev1", "k1");
  device.awaits_activation = false;
  world_.store.after_dossier = [this, &device] {
    device.keys->primary = sealed("k2");
    world_.hub().identity_changed(device.hub, device.id);
  };
  const Client client = world_.connect(World::member_request("dev1", "k1"));
  ASSERT_TRUE(client.connected());
  world_.chores();
  EXPECT_EQ(client.events->ends, std::vector{domain::EndReason::kIdentityChanged});
}

TEST_F(MembersTest, SharedKeyIsThatOfTheMemberAndItsCredentialStaysGood) {
  world_.add_member("dev1", "k1");
  const std::optional<SharedKey> key = key_of("S3EUVBRJLBdev1");
  ASSERT_TRUE(key);
  EXPECT_EQ(key->key.text(), "k1");
  EXPECT_EQ(key->credential, "|k1");
}

TEST_F(MembersTest, NobodyElseHasASharedKey) {
  world_.add_member("dev1", "k1").enabled = false;
  EXPECT_FALSE(key_of("S3EUVBRJLBdev1"));
  EXPECT_FALSE(key_of("S3EUVBRJLBdev2"));
  EXPECT_FALSE(key_of("boiler"));  // a device of a hub that devices have to name
  EXPECT_FALSE(key_of(""));
  EXPECT_FALSE(key_of(std::string("S3EUVBRJLBdev1\0x", 16)));
}

TEST_F(MembersTest, FailedKeyingLeavesATrailThatSaysWhatFailed) {
  world_.add_member("dev1", "k1");
  keying_fails("S3EUVBRJLBdev1", true);
  EXPECT_EQ(last_reason(), Reason::kProofRejected);
  EXPECT_EQ(world_.refusals.trails.back().device_id, "S3EUVBRJLBdev1");
  keying_fails("S3EUVBRJLBdev9", false);
  EXPECT_EQ(last_reason(), Reason::kDeviceUnknown);
  world_.store.devices.at({hub_name("plant"), device_id("S3EUVBRJLBdev1")}).enabled = false;
  keying_fails("S3EUVBRJLBdev1", false);
  EXPECT_EQ(last_reason(), Reason::kDeviceDisabled);
}

TEST_F(MembersTest, WhoGuessesIdentitiesIsNotLookedUpAnyMore) {
  Settings few;
  few.failures = {3, 0.0, 10};
  World world(few);
  world.add_member("dev1", "k1");
  const auto key = [&world](std::string source) {
    return base::run_task(world.hub().shared_key(std::move(source), "S3EUVBRJLBdev1"));
  };
  for (int i = 0; i < 3; ++i) {
    domain::Claim claim;
    claim.registration_id = "S3EUVBRJLBdev9";
    claim.source = "192.0.2.7";
    base::run_task(world.hub().keying_failed(std::move(claim), false));
  }
  EXPECT_FALSE(key("192.0.2.7"));
  EXPECT_TRUE(key("192.0.2.8"));
}

class GatewayTest : public MembersTest {
 protected:
  void SetUp() override {
    world_.add_member("gate", "kg");
    world_.add_member("sub1", "ks");
    gateway_ = world_.connect(World::member_request("gate", "kg"));
    ASSERT_TRUE(gateway_.connected());
  }
  static domain::BindDevice bind(std::string_view name, std::string_view signed_by) {
    return {World::member_request(name, signed_by).claim};
  }
  static domain::SendTelemetry message(std::string of) {
    domain::SendTelemetry send;
    send.message.body = "21.5";
    send.of_device = std::move(of);
    return send;
  }
  std::vector<domain::DeviceId> bound() {
    const domain::HubResult result = gateway_.handle(domain::ListBound{});
    return std::get<domain::BoundDevices>(result).devices;
  }

  Client gateway_;
};

TEST_F(GatewayTest, BindsAMemberThatProvesItselfAndSpeaksForIt) {
  ASSERT_TRUE(gateway_.does(bind("sub1", "ks")));
  EXPECT_EQ(bound(), std::vector{device_id("S3EUVBRJLBsub1")});
  ASSERT_TRUE(gateway_.does(message("S3EUVBRJLBsub1")));
  EXPECT_EQ(world_.log.events.back().device.text(), "S3EUVBRJLBsub1");
}

TEST_F(GatewayTest, BindingIsTheFirstUseOfAMember) {
  ASSERT_TRUE(gateway_.does(bind("sub1", "ks")));
  EXPECT_EQ(world_.store.activations.size(), 2U);  // the gateway's own, and this one
}

TEST_F(GatewayTest, ProofOfAnotherKeyBindsNothingAndLeavesATrail) {
  EXPECT_EQ(gateway_.refused(bind("sub1", "kg")), Reason::kProofRejected);
  EXPECT_EQ(world_.refusals.trails.back().device_id, "S3EUVBRJLBsub1");
  EXPECT_EQ(gateway_.refused(bind("sub9", "ks")), Reason::kDeviceUnknown);
  EXPECT_TRUE(bound().empty());
}

TEST_F(GatewayTest, MemberOfAnotherScopeIsUnknown) {
  world_.store.devices.at({hub_name("plant"), device_id("S3EUVBRJLBsub1")}).scope =
      *domain::ScopeId::parse("0ne00FFFFFF");
  EXPECT_EQ(gateway_.refused(bind("sub1", "ks")), Reason::kDeviceUnknown);
}

TEST_F(GatewayTest, DisabledMemberIsNotBound) {
  world_.store.devices.at({hub_name("plant"), device_id("S3EUVBRJLBsub1")}).enabled = false;
  EXPECT_EQ(gateway_.refused(bind("sub1", "ks")), Reason::kDeviceDisabled);
}

TEST_F(GatewayTest, SpeaksForNobodyWhoIsNotBound) {
  EXPECT_EQ(gateway_.refused(message("S3EUVBRJLBsub1")), Reason::kNotBound);
  ASSERT_TRUE(gateway_.does(bind("sub1", "ks")));
  ASSERT_TRUE(gateway_.does(domain::UnbindDevice{"S3EUVBRJLBsub1"}));
  EXPECT_EQ(gateway_.refused(message("S3EUVBRJLBsub1")), Reason::kNotBound);
  EXPECT_EQ(last_reason(), Reason::kNotBound);
  EXPECT_TRUE(world_.log.events.empty());
}

TEST_F(GatewayTest, TopicOfAnotherDeviceIsNamedInTheTrail) {
  gateway_.handle(domain::ReportMisuse{Reason::kTopicForbidden, "its own topics",
                                       "S3EUVBRJLB/sub1/event", "S3EUVBRJLBsub1"});
  const std::vector<domain::Finding>& findings = world_.refusals.trails.back().findings;
  ASSERT_EQ(findings.size(), 1U);
  EXPECT_EQ(findings.front().cause, domain::Cause::kTopicOfOtherDevice);
}

TEST_F(GatewayTest, UnbindingByOthersIsSeenSoon) {
  ASSERT_TRUE(gateway_.does(bind("sub1", "ks")));
  ASSERT_TRUE(gateway_.does(message("S3EUVBRJLBsub1")));
  world_.store.bindings.clear();
  world_.clock.advance(std::chrono::seconds(3));
  EXPECT_EQ(gateway_.refused(message("S3EUVBRJLBsub1")), Reason::kNotBound);
}

TEST_F(GatewayTest, TroubleOfTheStoreIsNoOffence) {
  const std::size_t trails = world_.refusals.trails.size();
  world_.store.down = true;
  EXPECT_EQ(gateway_.refused(bind("sub1", "ks")), Reason::kStoreUnavailable);
  EXPECT_EQ(gateway_.refused(domain::ListBound{}), Reason::kStoreUnavailable);
  EXPECT_EQ(gateway_.refused(domain::UnbindDevice{"S3EUVBRJLBsub1"}), Reason::kStoreUnavailable);
  EXPECT_EQ(world_.refusals.trails.size(), trails);
}

}  // namespace
}  // namespace berth::hub
