#include "management/tests/desk.h"

namespace berth::management::testing {
namespace {

class FirstStart : public Desk {
 protected:
  FirstStart() {
    catalog.scopes.clear();
    catalog.hubs.clear();
    catalog.links.clear();
    catalog.tokens.clear();
  }
  bool start() { return base::run_task(management->create_first_scope()).has_value(); }
  std::string only_scope() const { return catalog.scopes.begin()->first; }
};

TEST_F(FirstStart, MakesAHubAScopeAndTheLink) {
  ASSERT_TRUE(start());
  ASSERT_EQ(catalog.scopes.size(), 1U);
  EXPECT_TRUE(domain::ScopeId::parse(only_scope()).has_value());
  EXPECT_TRUE(only_scope().starts_with("0ne"));
  EXPECT_EQ(catalog.hubs.at("hub-1").host, "berth.example.net");
  EXPECT_TRUE(catalog.links.contains({only_scope(), "hub-1"}));
  EXPECT_EQ(catalog.audit.back().actor, "server");
}

TEST_F(FirstStart, LeavesAServerAloneThatHasAScope) {
  ASSERT_TRUE(start());
  catalog.links.clear();  // as an operator may
  domain::AuditRecord record;
  record.actor = "token:t1";
  record.action = "link.remove";
  record.scope = only_scope();
  catalog.audit.push_back(record);
  ASSERT_TRUE(start());
  EXPECT_EQ(catalog.scopes.size(), 1U);
  EXPECT_TRUE(catalog.links.empty());
}

TEST_F(FirstStart, IsFinishedByTheNextStartWhereverItWasCutOff) {
  for (const int writes : {0, 1, 2}) {
    catalog.scopes.clear();
    catalog.hubs.clear();
    catalog.links.clear();
    catalog.audit.clear();
    int left = writes;
    catalog.before_apply = [&] { catalog.broken = left-- <= 0; };
    EXPECT_FALSE(start());
    catalog.before_apply = nullptr;
    catalog.broken = false;
    ASSERT_TRUE(start()) << writes;
    EXPECT_EQ(catalog.scopes.size(), 1U);
    EXPECT_EQ(catalog.hubs.size(), 1U);
    EXPECT_EQ(catalog.links.size(), 1U) << writes;
  }
}

TEST_F(FirstStart, OfTwoReplicasAtOnceMakesOneScope) {
  bool raced = false;
  catalog.before_apply = [&] {
    if (std::exchange(raced, true)) return;
    EXPECT_TRUE(start());  // the other replica overtakes
  };
  EXPECT_TRUE(start());
  EXPECT_EQ(catalog.scopes.size(), 1U);
  EXPECT_EQ(catalog.links.size(), 1U);
}

TEST_F(FirstStart, TheFirstTokenIsAnAdminsAndWorks) {
  ASSERT_TRUE(start());
  auto made = base::run_task(management->create_first_token());
  ASSERT_TRUE(made.has_value());
  EXPECT_EQ(made->token.role, domain::Role::kAdmin);
  EXPECT_TRUE(ask(std::string(made->secret.text()), domain::CreateScope()).has_value());
}

TEST_F(FirstStart, TheFirstHubHasItsPolicies) {
  ASSERT_TRUE(start());
  EXPECT_EQ(catalog.hubs.at("hub-1").policies.size(), 5U);
  EXPECT_GT(hub.hubs_changes, 0);
}

class OlderStore : public Desk {
 protected:
  bool complete() { return base::run_task(management->complete_hubs()).has_value(); }
  const domain::Hub& first() const { return catalog.hubs.at("hub-1"); }
};

TEST_F(OlderStore, ItsHubsGetThePoliciesOnce) {
  ASSERT_TRUE(complete());
  EXPECT_EQ(first().policies.size(), 5U);
  EXPECT_EQ(catalog.hubs.at("hub-2").policies.size(), 5U);
  EXPECT_EQ(first().version, 2U);
  EXPECT_EQ(catalog.audit.back().actor, "server");
  EXPECT_EQ(catalog.audit.back().action, "hub.update");
  const domain::Sealed before = first().policies[1].keys.primary;
  ASSERT_TRUE(complete());
  EXPECT_EQ(first().version, 2U);
  EXPECT_EQ(first().policies[1].keys.primary, before);
}

TEST_F(OlderStore, APolicyThatIsThereKeepsItsKeys) {
  domain::HubPolicy policy{"iothubowner", {}, {}};
  policy.keys.primary = vault.seal(rng.secret(32), "hub-policy/hub-1/iothubowner");
  catalog.hubs.at("hub-1").policies.push_back(policy);
  ASSERT_TRUE(complete());
  ASSERT_EQ(first().policies.size(), 5U);
  EXPECT_EQ(first().policies[1].name, "iothubowner");
  EXPECT_EQ(first().policies[1].keys.primary, policy.keys.primary);
}

TEST_F(OlderStore, AnotherServerThatIsFasterDecidesTheKeys) {
  domain::Sealed theirs;
  catalog.before_apply = [&] {
    if (!theirs.bytes.empty()) return;
    domain::Hub& hub = catalog.hubs.at("hub-1");
    for (const char* name :
         {"device", "iothubowner", "registryRead", "registryReadWrite", "service"}) {
      domain::HubPolicy policy{name, {}, {}};
      policy.keys.primary = vault.seal(rng.secret(32), domain::hub_policy_context(hub.name, name));
      hub.policies.push_back(policy);
    }
    ++hub.version;
    theirs = hub.policies[1].keys.primary;
  };
  ASSERT_TRUE(complete());
  EXPECT_EQ(first().policies.size(), 5U);
  EXPECT_EQ(first().policies[1].keys.primary, theirs);
}

TEST_F(OlderStore, AStoreThatFailsIsSaidToFail) {
  catalog.broken = true;
  EXPECT_FALSE(complete());
}

}  // namespace
}  // namespace berth::management::testing
