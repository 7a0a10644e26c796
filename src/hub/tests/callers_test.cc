// Who asks: devices by their password, accounts by theirs, devices that the account vouches for.
#include "hub/tests/data_world.h"

namespace berth::hub {
namespace {

using domain::DescribeDevice;
using domain::Reason;

class CallersTest : public testing::Test {
 protected:
  const domain::Trail& trail() const { return world_.refusals.trails.back(); }

  DataWorld world_;
};

TEST_F(CallersTest, DeviceIsItsPassword) {
  EXPECT_EQ(world_.refused("dev-pump", DescribeDevice{}), Reason::kNone);
  EXPECT_TRUE(world_.refusals.trails.empty());
}

TEST_F(CallersTest, WrongPasswordIsRefusedWithATrailOfTheRequest) {
  EXPECT_EQ(world_.refused(DataWorld::claim_of("dev-pump", "guess"), DescribeDevice{}),
            Reason::kProofRejected);
  EXPECT_EQ(trail().operation, "ask");
  EXPECT_EQ(trail().reason, Reason::kProofRejected);
  EXPECT_EQ(trail().device_id, "dev-pump");
  EXPECT_EQ(trail().steps.back().step, domain::Step::kAttest);
  ASSERT_TRUE(world_.refusals.devices.back());
}

TEST_F(CallersTest, UnknownDevicesAreUnknown) {
  EXPECT_EQ(world_.refused("dev-none", DescribeDevice{}), Reason::kDeviceUnknown);
  EXPECT_EQ(world_.refused("b oiler", DescribeDevice{}), Reason::kIdInvalid);
  // It has to name its hub.
  EXPECT_EQ(world_.refused("boiler", DescribeDevice{}), Reason::kDeviceUnknown);
}

TEST_F(CallersTest, DisabledDeviceIsToldOnlyWithItsPassword) {
  world_.device("dev-pump").enabled = false;
  EXPECT_EQ(world_.refused("dev-pump", DescribeDevice{}), Reason::kDeviceDisabled);
  EXPECT_EQ(world_.refused(DataWorld::claim_of("dev-pump", "guess"), DescribeDevice{}),
            Reason::kProofRejected);
}

TEST_F(CallersTest, VoidPasswordIsNoPassword) {
  world_.device("dev-pump").password->digest.clear();
  EXPECT_EQ(world_.refused(DataWorld::claim_of("dev-pump", ""), DescribeDevice{}),
            Reason::kProofRejected);
  EXPECT_EQ(world_.refused("dev-pump", DescribeDevice{}), Reason::kProofRejected);
}

TEST_F(CallersTest, FirstRequestActivates) {
  world_.device("dev-pump").awaits_activation = true;
  EXPECT_EQ(world_.refused("dev-pump", DescribeDevice{}), Reason::kNone);
  EXPECT_EQ(world_.store.activations.size(), 1U);
  EXPECT_EQ(world_.refused("dev-pump", DescribeDevice{}), Reason::kNone);
  EXPECT_EQ(world_.store.activations.size(), 1U);
}

TEST_F(CallersTest, FirstRequestsSideBySideAreAllServed) {
  world_.device("dev-pump").awaits_activation = true;
  world_.store.before_activate = [this] {
    domain::Device& device = world_.device("dev-pump");
    device.awaits_activation = false;
    ++device.version;
  };
  EXPECT_EQ(world_.refused("dev-pump", DescribeDevice{}), Reason::kNone);
}

TEST_F(CallersTest, WrongPasswordDoesNotActivate) {
  world_.device("dev-pump").awaits_activation = true;
  world_.refused(DataWorld::claim_of("dev-pump", "guess"), DescribeDevice{});
  EXPECT_TRUE(world_.store.activations.empty());
}

TEST_F(CallersTest, AccountIsItsPasswordWhateverTheCaseOfItsAddress) {
  EXPECT_EQ(world_.refused(DataWorld::account_claim("master", "Owner@Example.Test"),
                           DescribeDevice{"dev-pump"}),
            Reason::kNone);
  EXPECT_EQ(world_.refused(DataWorld::account_claim(), DescribeDevice{}), Reason::kRequestInvalid);
}

TEST_F(CallersTest, UnknownAccountTakesAsLongAsAWrongPassword) {
  EXPECT_EQ(world_.refused(DataWorld::account_claim("guess"), DescribeDevice{"dev-pump"}),
            Reason::kProofRejected);
  EXPECT_EQ(world_.passwords.checks, 1);
  EXPECT_EQ(world_.refused(DataWorld::account_claim("master", "nobody@example.test"),
                           DescribeDevice{"dev-pump"}),
            Reason::kProofRejected);
  EXPECT_EQ(world_.passwords.checks, 2);
}

TEST_F(CallersTest, WrongPasswordsInARowLockTheAccountForATime) {
  for (int i = 0; i < 10; ++i) {
    EXPECT_EQ(world_.refused(DataWorld::account_claim("guess"), DescribeDevice{"dev-pump"}),
              Reason::kProofRejected);
  }
  EXPECT_EQ(world_.refused(DataWorld::account_claim(), DescribeDevice{"dev-pump"}),
            Reason::kMemberLocked);
  EXPECT_EQ(trail().findings.front().cause, domain::Cause::kMemberLocked);
  EXPECT_EQ(world_.passwords.checks, 11);  // a locked one takes as long
  world_.clock.advance(std::chrono::seconds(901));
  EXPECT_EQ(world_.refused(DataWorld::account_claim(), DescribeDevice{"dev-pump"}), Reason::kNone);
  EXPECT_EQ(world_.identities.accounts.at(std::string(kEmail)).guesses, domain::Guesses());
}

TEST_F(CallersTest, RightPasswordForgetsWrongOnes) {
  world_.refused(DataWorld::account_claim("guess"), DescribeDevice{"dev-pump"});
  EXPECT_EQ(world_.identities.accounts.at(std::string(kEmail)).guesses.wrong, 1U);
  world_.refused(DataWorld::account_claim(), DescribeDevice{"dev-pump"});
  EXPECT_EQ(world_.identities.accounts.at(std::string(kEmail)).guesses.wrong, 0U);
}

TEST_F(CallersTest, DisabledAccountMayDoNothing) {
  world_.identities.accounts.at(std::string(kEmail)).enabled = false;
  EXPECT_EQ(world_.refused(DataWorld::account_claim(), DescribeDevice{"dev-pump"}),
            Reason::kNotPermitted);
  EXPECT_EQ(world_.refused(DataWorld::account_claim("guess"), DescribeDevice{"dev-pump"}),
            Reason::kProofRejected);
}

TEST_F(CallersTest, AccountVouchesForADeviceOfItsScopeThatThenActsAsItself) {
  const domain::Claim claim = DataWorld::account_claim("master", "", "dev-proto");
  EXPECT_EQ(world_.refused(claim, DescribeDevice{}), Reason::kNone);
  const domain::Claim thing = DataWorld::account_claim("master", "", "dev-pump");
  EXPECT_EQ(world_.refused(thing, DescribeDevice{"dev-fan"}), Reason::kNotPermitted);
  const domain::Claim alien = DataWorld::account_claim("master", "", "dev-alien");
  EXPECT_EQ(world_.refused(alien, DescribeDevice{}), Reason::kProofRejected);
}

TEST_F(CallersTest, OneOfSeveralAccountsIsEnoughAndCountsNoGuessOfTheOthers) {
  domain::Account second = world_.identities.accounts.at(std::string(kEmail));
  second.email = "zoe@example.test";
  second.argon2id = "other";
  world_.identities.accounts[second.email] = second;
  EXPECT_EQ(world_.refused(DataWorld::account_claim("other", "", "dev-proto"), DescribeDevice{}),
            Reason::kNone);
  EXPECT_EQ(world_.identities.accounts.at(std::string(kEmail)).guesses.wrong, 0U);
  EXPECT_EQ(world_.refused(DataWorld::account_claim("guess", "", "dev-proto"), DescribeDevice{}),
            Reason::kProofRejected);
  EXPECT_EQ(world_.identities.accounts.at(std::string(kEmail)).guesses.wrong, 1U);
  EXPECT_EQ(world_.identities.accounts.at("zoe@example.test").guesses.wrong, 1U);
}

TEST_F(CallersTest, PrototypeWithoutAPasswordUsesThatOfTheAccount) {
  world_.device("dev-proto").password->digest.clear();
  EXPECT_EQ(world_.refused(DataWorld::claim_of("dev-proto", "master"), DescribeDevice{}),
            Reason::kNone);
  EXPECT_EQ(world_.refused(DataWorld::claim_of("dev-proto", "guess"), DescribeDevice{}),
            Reason::kProofRejected);
}

TEST_F(CallersTest, SourceThatFailsTooOftenMayTryNoMoreAccounts) {
  DataWorld world({.failures = {3, 0.1, 10}, .account_guesses_max = 100});
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(world.refused(DataWorld::account_claim("guess"), DescribeDevice{"dev-pump"}),
              Reason::kProofRejected);
  }
  const int checks = world.passwords.checks;
  EXPECT_EQ(world.refused(DataWorld::account_claim(), DescribeDevice{"dev-pump"}),
            Reason::kTooManyAttempts);
  EXPECT_EQ(world.passwords.checks, checks);
  // A device that proves itself is let in all the same.
  EXPECT_EQ(world.refused("dev-pump", DescribeDevice{}), Reason::kNone);
}

TEST_F(CallersTest, BusyWorkersAreNoWrongPassword) {
  world_.passwords.busy = true;
  EXPECT_EQ(world_.refused(DataWorld::account_claim(), DescribeDevice{"dev-pump"}),
            Reason::kStoreUnavailable);
  EXPECT_EQ(world_.identities.accounts.at(std::string(kEmail)).guesses.wrong, 0U);
}

TEST_F(CallersTest, NobodyIsAnsweredOnceTheServerStops) {
  world_.hub().stop();
  EXPECT_EQ(world_.refused("dev-pump", DescribeDevice{}), Reason::kStoreUnavailable);
  EXPECT_TRUE(world_.refusals.trails.empty());
}

TEST_F(CallersTest, ConnectedDeviceAsksWithoutAClaim) {
  Client client = world_.connect_as("dev-pump");
  ASSERT_TRUE(client.connected());
  EXPECT_EQ(client.refused(domain::AskData{DescribeDevice{}, {}}), Reason::kNone);
  EXPECT_EQ(client.refused(domain::AskData{DescribeDevice{"dev-fan"}, {}}), Reason::kNotPermitted);
  EXPECT_EQ(trail().operation, "ask");
  EXPECT_EQ(trail().device_id, "dev-pump");
  EXPECT_EQ(trail().findings.front().cause, domain::Cause::kPermissionMissing);
}

TEST_F(CallersTest, ControllersAndPrototypesConnectWithoutAGroup) {
  EXPECT_TRUE(world_.connect_as("dev-phone").connected());
  EXPECT_TRUE(world_.connect_as("dev-proto").connected());
  EXPECT_EQ(world_.connect_as("boiler").refusal().reason, Reason::kDeviceUnknown);
}

TEST_F(CallersTest, PrototypeWithoutAPasswordConnectsWithThatOfTheAccount) {
  world_.device("dev-proto").password->digest.clear();
  domain::ConnectDevice command;
  command.claim = DataWorld::claim_of("dev-proto", "master");
  command.claim.membership = domain::Membership{};
  EXPECT_TRUE(world_.connect(command).connected());
}

}  // namespace
}  // namespace berth::hub
