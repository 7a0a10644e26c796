// The policies of hubs, their keys, and linking a hub by a connection string.
#include "management/tests/desk.h"

namespace berth::management::testing {
namespace {

using domain::Hub;
using domain::HubLink;
using domain::HubPermission;
using domain::KeySlot;

class Policies : public Desk {
 protected:
  Policies() {
    domain::CreateHub command;
    command.edit.name = "hub-3";
    made = expect<Hub>(ask(admin, std::move(command)));
  }

  Secret key_of_policy(const std::string& policy, KeySlot slot = KeySlot::kPrimary) {
    auto keys = expect<domain::HubKeys>(ask(operator_, domain::GetHubKeys{"hub-3"}));
    for (domain::PolicyKeys& each : keys.policies) {
      if (each.policy != policy) continue;
      return std::move(slot == KeySlot::kPrimary ? each.keys.primary : each.keys.secondary);
    }
    ADD_FAILURE() << "no policy " << policy;
    return Secret();
  }
  domain::HubProof proof(const std::string& policy, Secret key) const {
    return {made.host, policy, std::move(key)};
  }
  Result<domain::ManagementResult> link(domain::HubProof given, const std::string& name = "") {
    domain::LinkHub command{kScope, name, {}, {}};
    command.edit.proof = std::move(given);
    return ask(admin, std::move(command));
  }

  Hub made;
};

TEST_F(Policies, ANewHubHasTheFiveWithKeysOfTheirOwn) {
  ASSERT_EQ(made.policies.size(), 5U);
  EXPECT_EQ(made.policies[0].name, "device");
  EXPECT_EQ(made.policies[1].name, "iothubowner");
  EXPECT_EQ(made.policies[1].permissions.size(), 4U);
  EXPECT_EQ(made.policies[2].permissions, std::vector{HubPermission::kRegistryRead});
  EXPECT_EQ(made.policies[3].name, "registryReadWrite");
  EXPECT_EQ(made.policies[4].permissions, std::vector{HubPermission::kServiceConnect});
  const Secret owner = key_of_policy("iothubowner");
  EXPECT_EQ(owner.size(), 32U);
  EXPECT_FALSE(owner.equals(key_of_policy("iothubowner", KeySlot::kSecondary)));
  EXPECT_FALSE(owner.equals(key_of_policy("service")));
}

TEST_F(Policies, ShowingTheirKeysIsRememberedAndNotForEverybody) {
  key_of_policy("device");
  EXPECT_EQ(catalog.audit.back().action, "hub.keys.show");
  EXPECT_EQ(catalog.audit.back().target, "hub-3");
  EXPECT_EQ(refused(ask(viewer, domain::GetHubKeys{"hub-3"})).kind, ErrorKind::kForbidden);
  EXPECT_EQ(refused(ask(limited_operator, domain::GetHubKeys{"hub-1"})).kind,
            ErrorKind::kForbidden);
}

TEST_F(Policies, ARegeneratedKeyIsNewAndTheOldOneRetired) {
  const Secret before = key_of_policy("service", KeySlot::kSecondary);
  const int changes = hub.hubs_changes;
  const auto after =
      expect<Hub>(ask(admin, domain::RegenerateHubKey{"hub-3", "service", KeySlot::kSecondary, 1}));
  EXPECT_EQ(after.version, 2U);
  EXPECT_EQ(hub.hubs_changes, changes + 1);
  ASSERT_EQ(after.policies[4].keys.retired.size(), 1U);
  EXPECT_EQ(after.policies[4].keys.retired[0].slot, KeySlot::kSecondary);
  EXPECT_EQ(catalog.audit.back().detail, R"({"service/secondary":"changed"})");
  EXPECT_FALSE(before.equals(key_of_policy("service", KeySlot::kSecondary)));
  const Error stale =
      refused(ask(admin, domain::RegenerateHubKey{"hub-3", "service", KeySlot::kPrimary, 1}));
  EXPECT_EQ(stale.kind, ErrorKind::kPreconditionFailed);
  const Error unknown =
      refused(ask(admin, domain::RegenerateHubKey{"hub-3", "owner", KeySlot::kPrimary, {}}));
  EXPECT_EQ(unknown.kind, ErrorKind::kNotFound);
  EXPECT_NE(unknown.mend.find("iothubowner"), std::string::npos);
}

TEST_F(Policies, AConnectionStringLinksTheHubItIsOf) {
  const auto linked = expect<HubLink>(link(proof("iothubowner", key_of_policy("iothubowner"))));
  EXPECT_EQ(linked.hub.text(), "hub-3");
  EXPECT_TRUE(catalog.links.contains({kScope, "hub-3"}));
  EXPECT_NE(catalog.audit.back().detail.find("iothubowner"), std::string::npos);
  Secret secondary = key_of_policy("iothubowner", KeySlot::kSecondary);
  domain::HubProof again{"BERTH.example.net", "iothubowner", std::move(secondary)};
  EXPECT_TRUE(link(std::move(again), "hub-3").has_value());
}

TEST_F(Policies, WhatIsWrongWithAConnectionStringIsSaid) {
  const auto wrong = [&](domain::HubProof given, const std::string& name = "") {
    const Error error = refused(link(std::move(given), name));
    EXPECT_EQ(error.kind, ErrorKind::kInvalid);
    EXPECT_FALSE(error.mend.empty());
    return error.what;
  };
  const auto owner = [&] { return proof("iothubowner", key_of_policy("iothubowner")); };
  domain::HubProof elsewhere = owner();
  elsewhere.host = "far.example.net";
  EXPECT_EQ(wrong(std::move(elsewhere)),
            "no hub of this server has the host far.example.net, which the connection string "
            "names");
  EXPECT_EQ(wrong(owner(), "hub-1"),
            "the connection string is for the host berth.example.net, and hub 'hub-1' is at "
            "hub-1.example.net");
  EXPECT_EQ(wrong(proof("owner", Secret())), "hub 'hub-3' has no policy 'owner'");
  EXPECT_EQ(wrong(proof("service", key_of_policy("service"))),
            "policy 'service' of hub 'hub-3' does not have the permission registryWrite, which "
            "linking takes");
  EXPECT_EQ(wrong(proof("registryReadWrite", key_of_policy("registryReadWrite"))),
            "policy 'registryReadWrite' of hub 'hub-3' does not have the permission "
            "serviceConnect, which linking takes");
  EXPECT_EQ(wrong(proof("iothubowner", key_of_policy("service"))),
            "the key is neither the primary nor the secondary key of policy 'iothubowner' of hub "
            "'hub-3'");
  EXPECT_FALSE(catalog.links.contains({kScope, "hub-3"}));
}

TEST_F(Policies, AnOldKeyIsSaidToBeOld) {
  Secret before = key_of_policy("iothubowner");
  ASSERT_TRUE(ask(admin, domain::RegenerateHubKey{"hub-3", "iothubowner", KeySlot::kPrimary, {}}));
  const Error error = refused(link(proof("iothubowner", std::move(before))));
  EXPECT_EQ(error.what, "the key is an old primary key of policy 'iothubowner', replaced at " +
                            base::format_utc(clock.wall(), 0));
}

}  // namespace
}  // namespace berth::management::testing
