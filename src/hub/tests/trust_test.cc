// Connections made with a certificate: what is revoked or switched off ends them, and nothing else.
#include "hub/tests/world.h"

#include <gtest/gtest.h>

namespace berth::hub {
namespace {

using domain::EndReason;
using domain::Reason;

using Ends = std::vector<EndReason>;

const base::Bytes kLeaf = {1, 2, 3};
const base::Bytes kAbove = {4, 5, 6};

class TrustTest : public testing::Test {
 protected:
  TrustTest() {
    domain::Device& device = world_.add_device("plant", "pump", "unused");
    device.keys.reset();
    device.certificate = domain::PinnedCertificate{kLeaf, "pump", {}, {}};
    scope_ = device.scope;
  }
  static domain::ConnectDevice request() {
    domain::ConnectDevice command = World::request("pump");
    command.claim.evidence = domain::CertificateChain{{kLeaf, kAbove}};
    return command;
  }
  void revoke(const base::Bytes& sha256) {
    world_.store.revoked.push_back({scope_, sha256, "pump CA", "lost", world_.clock.wall()});
    world_.hub().trust_changed(scope_);
  }

  World world_;
  domain::ScopeId scope_;
};

TEST_F(TrustTest, RevokedCertificateOfTheChainEndsTheConnectionAndLetsNobodyIn) {
  const Client client = world_.connect(request());
  ASSERT_TRUE(client.connected());
  revoke(kAbove);
  world_.chores();
  EXPECT_EQ(client.events->ends, Ends{EndReason::kIdentityChanged});

  const Client again = world_.connect(request());
  ASSERT_FALSE(again.connected());
  EXPECT_EQ(again.refusal().reason, Reason::kCertificateRevoked);
}

TEST_F(TrustTest, RevocationInAnotherScopeChangesNothing) {
  const Client client = world_.connect(request());
  const domain::ScopeId other = *domain::ScopeId::parse("0ne00FFFFFF");
  world_.store.revoked.push_back({other, kLeaf, {}, {}, world_.clock.wall()});
  world_.hub().trust_changed(scope_);
  world_.chores();
  EXPECT_TRUE(client.events->ends.empty());
}

TEST_F(TrustTest, SwitchedOffEnrollmentEndsTheConnection) {
  const Client client = world_.connect(request());
  world_.store.enrollment_enabled = false;
  world_.hub().trust_changed(scope_);
  world_.chores();
  EXPECT_EQ(client.events->ends, Ends{EndReason::kIdentityChanged});
}

TEST_F(TrustTest, ConnectionsMadeWithAKeyAreLeftAlone) {
  const Client client = world_.connect();
  ASSERT_TRUE(client.connected());
  world_.store.enrollment_enabled = false;
  world_.store.revoked.push_back({scope_, kLeaf, {}, {}, world_.clock.wall()});
  world_.hub().trust_changed(scope_);
  world_.chores();
  EXPECT_TRUE(client.events->ends.empty());
}

TEST_F(TrustTest, RevokedWhileItConnectedIsSeenByTheNextRound) {
  world_.store.after_dossier = [this] {
    world_.store.after_dossier = nullptr;
    world_.store.enrollment_enabled = false;
    world_.hub().trust_changed(scope_);
  };
  const Client client = world_.connect(request());
  ASSERT_TRUE(client.connected());
  world_.chores();
  EXPECT_EQ(client.events->ends, Ends{EndReason::kIdentityChanged});
}

TEST_F(TrustTest, StoreThatDoesNotAnswerIsAskedAgain) {
  const Client client = world_.connect(request());
  revoke(kLeaf);
  world_.store.down = true;
  world_.chores();
  EXPECT_TRUE(client.events->ends.empty());
  world_.store.down = false;
  world_.chores();
  EXPECT_EQ(client.events->ends, Ends{EndReason::kIdentityChanged});
}

}  // namespace
}  // namespace berth::hub
