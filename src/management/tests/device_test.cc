// Devices made by hand, and how devices are connected.
#include "management/tests/desk.h"

namespace berth::management::testing {
namespace {

using domain::Device;
using domain::DeviceView;
using domain::KeySlot;

class DevicesByHand : public Desk {
 protected:
  DevicesByHand() { catalog.scopes.erase(kOtherScope); }

  Result<domain::ManagementResult> create(domain::DeviceEdit edit, const std::string& token = {}) {
    if (!edit.id) edit.id = "pump-9";
    domain::CreateDevice command{"hub-1", std::move(edit)};
    return ask(token.empty() ? operator_ : token, std::move(command));
  }
  Secret key(const std::string& id, KeySlot slot) {
    auto keys = expect<domain::Keys>(ask(operator_, domain::GetDeviceKeys{"hub-1", id}));
    return std::move(slot == KeySlot::kPrimary ? keys.primary : keys.secondary);
  }
  const Device& stored(const std::string& id) { return catalog.devices.at({"hub-1", id}); }
};

TEST_F(DevicesByHand, OneMadeByHandGetsKeysAndTheOnlyScope) {
  domain::DeviceEdit edit;
  edit.tags = R"({"site":"north"})";
  edit.desired = R"({"interval":5})";
  const auto made = expect<DeviceView>(create(std::move(edit)));
  EXPECT_EQ(made.device.scope.text(), kScope);
  EXPECT_TRUE(made.device.registration.empty());
  EXPECT_EQ(made.device.display_name, "pump-9");
  EXPECT_TRUE(made.device.enabled);
  EXPECT_EQ(made.device.version, 1U);
  EXPECT_EQ(made.device.twin.tags, R"({"site":"north"})");
  EXPECT_FALSE(made.connection.has_value());
  EXPECT_EQ(key("pump-9", KeySlot::kPrimary).size(), 64U);
  EXPECT_FALSE(key("pump-9", KeySlot::kPrimary).equals(key("pump-9", KeySlot::kSecondary)));
  ASSERT_FALSE(hub.changed_identities.empty());
  EXPECT_EQ(hub.changed_identities.back(), FakeHub::Pair("hub-1", "pump-9"));
  EXPECT_EQ(catalog.audit.front().action, "device.create");
  EXPECT_EQ(catalog.audit.front().target, "hub-1/pump-9");
  EXPECT_EQ(catalog.audit.front().scope, kScope);
}

TEST_F(DevicesByHand, TheScopeMustBeSaidWhileThereAreSeveral) {
  domain::Scope other;
  other.id = domain::ScopeId::trusted(kOtherScope);
  catalog.scopes.emplace(kOtherScope, other);
  const Error error = refused(create({}));
  EXPECT_EQ(error.kind, ErrorKind::kInvalid);
  EXPECT_EQ(error.what, "scope is missing, and there is more than one");
  domain::DeviceEdit theirs;
  theirs.scope = kOtherScope;
  EXPECT_EQ(expect<DeviceView>(create(std::move(theirs))).device.scope.text(), kOtherScope);
  domain::DeviceEdit mine;
  mine.id = "pump-10";
  EXPECT_EQ(expect<DeviceView>(create(std::move(mine), limited_operator)).device.scope.text(),
            kScope);
  domain::DeviceEdit not_mine;
  not_mine.id = "pump-11";
  not_mine.scope = kOtherScope;
  EXPECT_EQ(refused(create(std::move(not_mine), limited_operator)).kind, ErrorKind::kForbidden);
  catalog.scopes.clear();
  domain::DeviceEdit none;
  none.id = "pump-12";
  EXPECT_NE(refused(create(std::move(none))).mend.find("scope create"), std::string::npos);
}

TEST_F(DevicesByHand, BadOnesAreRefused) {
  domain::DeviceEdit nameless;
  domain::CreateDevice command{"hub-1", std::move(nameless)};
  EXPECT_EQ(refused(ask(operator_, std::move(command))).kind, ErrorKind::kInvalid);
  domain::DeviceEdit blank;
  blank.id = "pump 9";
  EXPECT_EQ(refused(create(std::move(blank))).kind, ErrorKind::kInvalid);
  domain::DeviceEdit short_key;
  short_key.primary_key = Secret::of_size(15);
  EXPECT_EQ(refused(create(std::move(short_key))).kind, ErrorKind::kInvalid);
  domain::DeviceEdit list;
  list.tags = "[]";
  EXPECT_EQ(refused(create(std::move(list))).kind, ErrorKind::kInvalid);
  EXPECT_TRUE(catalog.devices.empty());
  add_device("pump-9");
  EXPECT_EQ(refused(create({})).kind, ErrorKind::kConflict);
  domain::CreateDevice nowhere{"hub-9", {}};
  nowhere.edit.id = "a";
  EXPECT_EQ(refused(ask(operator_, std::move(nowhere))).kind, ErrorKind::kNotFound);
}

TEST_F(DevicesByHand, AnUpdateChangesWhatIsGivenAndRetiresReplacedKeys) {
  add_device("pump-9");
  const Secret before = key("pump-9", KeySlot::kPrimary);
  domain::UpdateDevice command{"hub-1", "pump-9", {}, 1};
  command.edit.enabled = false;
  command.edit.primary_key = Secret::from_text("0123456789abcdef");
  const auto view = expect<DeviceView>(ask(operator_, std::move(command)));
  EXPECT_FALSE(view.device.enabled);
  EXPECT_EQ(view.device.version, 2U);
  EXPECT_EQ(key("pump-9", KeySlot::kPrimary).text(), "0123456789abcdef");
  ASSERT_EQ(stored("pump-9").keys->retired.size(), 1U);
  const std::string context = domain::device_key_context(view.device.hub, view.device.id);
  EXPECT_TRUE(vault.open(stored("pump-9").keys->retired[0].key, context)->equals(before));
  EXPECT_EQ(hub.changed_identities.size(), 1U);
  EXPECT_EQ(catalog.audit[1].detail,
            R"({"primaryKey":"changed","enabled":{"from":"true","to":"false"}})");

  domain::UpdateDevice stale{"hub-1", "pump-9", {}, 1};
  stale.edit.enabled = true;
  EXPECT_EQ(refused(ask(operator_, std::move(stale))).kind, ErrorKind::kPreconditionFailed);
  domain::UpdateDevice same{"hub-1", "pump-9", {}, {}};
  same.edit.enabled = false;
  EXPECT_EQ(expect<DeviceView>(ask(operator_, std::move(same))).device.version, 2U);
}

TEST_F(DevicesByHand, TagsOfOneThatExistsBelongToItsTwin) {
  add_device("pump-9");
  domain::UpdateDevice command{"hub-1", "pump-9", {}, {}};
  command.edit.tags = "{}";
  const Error error = refused(ask(operator_, std::move(command)));
  EXPECT_EQ(error.kind, ErrorKind::kInvalid);
  EXPECT_NE(error.mend.find("berth twin update pump-9"), std::string::npos);
}

TEST_F(DevicesByHand, OneWithoutKeysCanBeGivenSome) {
  add_device("pump-9").keys.reset();
  EXPECT_EQ(refused(ask(operator_, domain::GetDeviceKeys{"hub-1", "pump-9"})).kind,
            ErrorKind::kNotFound);
  EXPECT_EQ(
      refused(ask(operator_, domain::RegenerateDeviceKey{"hub-1", "pump-9", KeySlot::kPrimary, {}}))
          .kind,
      ErrorKind::kNotFound);
  domain::UpdateDevice command{"hub-1", "pump-9", {}, {}};
  command.edit.primary_key = Secret::from_text("0123456789abcdef");
  ASSERT_TRUE(ask(operator_, std::move(command)));
  EXPECT_EQ(key("pump-9", KeySlot::kPrimary).text(), "0123456789abcdef");
  EXPECT_EQ(key("pump-9", KeySlot::kSecondary).size(), 64U);
}

TEST_F(DevicesByHand, RegeneratingAKeyRetiresTheOldOne) {
  add_device("pump-9");
  const Secret before = key("pump-9", KeySlot::kSecondary);
  const auto view = expect<DeviceView>(
      ask(operator_, domain::RegenerateDeviceKey{"hub-1", "pump-9", KeySlot::kSecondary, 1}));
  EXPECT_EQ(view.device.version, 2U);
  EXPECT_FALSE(before.equals(key("pump-9", KeySlot::kSecondary)));
  EXPECT_EQ(stored("pump-9").keys->retired.at(0).slot, KeySlot::kSecondary);
  EXPECT_EQ(hub.changed_identities.size(), 1U);
}

TEST_F(DevicesByHand, ALostRaceIsRunAgain) {
  add_device("pump-9");
  int races = 2;
  catalog.before_apply = [&] {
    if (races-- > 0) ++catalog.devices.at({"hub-1", "pump-9"}).version;
  };
  domain::UpdateDevice command{"hub-1", "pump-9", {}, {}};
  command.edit.display_name = "Pump 9";
  EXPECT_EQ(expect<DeviceView>(ask(operator_, std::move(command))).device.version, 4U);
  races = 2;
  EXPECT_TRUE(
      ask(operator_, domain::RegenerateDeviceKey{"hub-1", "pump-9", KeySlot::kPrimary, {}}));
  races = 1;
  const auto stale = domain::RegenerateDeviceKey{"hub-1", "pump-9", KeySlot::kPrimary, 7};
  EXPECT_EQ(refused(ask(operator_, stale)).kind, ErrorKind::kPreconditionFailed);
}

TEST_F(DevicesByHand, DeletingOneTellsTheHub) {
  add_device("pump-9");
  EXPECT_EQ(refused(ask(operator_, domain::DeleteDevice{"hub-1", "pump-9", 7})).kind,
            ErrorKind::kPreconditionFailed);
  EXPECT_TRUE(hub.changed_identities.empty());
  EXPECT_TRUE(ask(operator_, domain::DeleteDevice{"hub-1", "pump-9", 1}));
  EXPECT_TRUE(catalog.devices.empty());
  EXPECT_EQ(hub.changed_identities.size(), 1U);
  EXPECT_EQ(catalog.audit.back().action, "device.delete");
  const Error gone = refused(ask(operator_, domain::DeleteDevice{"hub-1", "pump-9", {}}));
  EXPECT_EQ(gone.kind, ErrorKind::kNotFound);
}

TEST_F(DevicesByHand, DeletingARegistrationTellsTheHubOfItsDevice) {
  domain::Registration registration;
  registration.scope = domain::ScopeId::trusted(kScope);
  registration.id = domain::RegistrationId::trusted("sn-1");
  registration.hub = domain::HubName::trusted("hub-1");
  registration.device_id = domain::DeviceId::trusted("d-1");
  registration.version = 1;
  catalog.registrations.emplace(FakeCatalog::Pair(kScope, "sn-1"), registration);
  ASSERT_TRUE(ask(operator_, domain::DeleteRegistration{kScope, "sn-1", {}}));
  ASSERT_EQ(hub.changed_identities.size(), 1U);
  EXPECT_EQ(hub.changed_identities[0], FakeHub::Pair("hub-1", "d-1"));
}

TEST_F(DevicesByHand, OneShowsHowItIsConnected) {
  add_device("pump-9");
  hub::ConnectionRecord record;
  record.connected = true;
  record.changed_at = clock.wall();
  record.transport = "mqtt";
  record.node = "n1";
  hub.connections.emplace(FakeHub::Pair("hub-1", "pump-9"), record);
  const auto view = expect<DeviceView>(ask(viewer, domain::GetDevice{"hub-1", "pump-9"}));
  ASSERT_TRUE(view.connection.has_value());
  EXPECT_TRUE(view.connection->connected);
  EXPECT_EQ(view.connection->transport, "mqtt");
  EXPECT_EQ(view.connection->node, "n1");
  hub.trouble = Error{ErrorKind::kUnavailable, "the store is away", ""};
  EXPECT_EQ(refused(ask(viewer, domain::GetDevice{"hub-1", "pump-9"})).kind,
            ErrorKind::kUnavailable);
}

}  // namespace
}  // namespace berth::management::testing
