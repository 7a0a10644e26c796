// Identities: described, changed, removed, made; control given up.
#include "hub/tests/data_world.h"

namespace berth::hub {
namespace {

using domain::CreatePrototype;
using domain::DescribeDevice;
using domain::DeviceStatus;
using domain::EditIdentity;
using domain::Reason;
using domain::ReleaseControl;
using domain::RemoveIdentities;

class IdentitiesTest : public testing::Test {
 protected:
  domain::IdentityDescribed described(domain::Claim claim, std::string device = {}) {
    const domain::HubResult result = world_.ask(std::move(claim), DescribeDevice{device});
    const auto* found = std::get_if<domain::IdentityDescribed>(&result);
    return found == nullptr ? domain::IdentityDescribed() : *found;
  }
  DeviceStatus status(std::string device) {
    return described(DataWorld::account_claim(), std::move(device)).status;
  }
  static EditIdentity edit(std::string device, std::optional<DeviceStatus> status = {}) {
    EditIdentity request;
    request.device = std::move(device);
    request.status = status;
    return request;
  }
  std::uint64_t counted(domain::Claim claim, domain::DataRequest request) {
    const domain::HubResult result = world_.ask(std::move(claim), std::move(request));
    const auto* count = std::get_if<domain::Counted>(&result);
    return count == nullptr ? 9999 : count->count;
  }
  domain::PrototypeCreated created(CreatePrototype request,
                                   domain::Claim claim = DataWorld::account_claim()) {
    const domain::HubResult result = world_.ask(std::move(claim), std::move(request));
    const auto* made = std::get_if<domain::PrototypeCreated>(&result);
    return made == nullptr ? domain::PrototypeCreated() : *made;
  }

  DataWorld world_;
};

TEST_F(IdentitiesTest, DeviceIsDescribedWithoutSecrets) {
  world_.device("dev-pump").display_name = "Pump";
  world_.device("dev-pump").first_reported = R"({"fw":1})";
  const domain::IdentityDescribed found = described(DataWorld::claim_of("dev-pump"));
  EXPECT_EQ(found.device.id.text(), "dev-pump");
  EXPECT_EQ(found.device.display_name, "Pump");
  EXPECT_FALSE(found.device.password);
  EXPECT_EQ(found.member, "SN-dev-pump");
  EXPECT_EQ(found.status, DeviceStatus::kOk);
  ASSERT_EQ(found.properties.values.size(), 1U);
}

TEST_F(IdentitiesTest, WhoMayReadADeviceMayHaveItDescribed) {
  EXPECT_EQ(world_.refused("dev-phone", DescribeDevice{"dev-pump"}), Reason::kNone);
  EXPECT_EQ(world_.refused("dev-phone", DescribeDevice{"dev-fan"}), Reason::kNotPermitted);
  EXPECT_EQ(world_.refused("dev-proto", DescribeDevice{"dev-fan"}), Reason::kNone);
  EXPECT_EQ(world_.refused(DataWorld::account_claim(), DescribeDevice{"dev-fan"}), Reason::kNone);
}

TEST_F(IdentitiesTest, DeviceOfAnotherScopeIsLikeNoneAtAll) {
  for (const std::string id : {"dev-alien", "dev-none"}) {
    EXPECT_EQ(world_.refused(DataWorld::account_claim(), DescribeDevice{id}),
              Reason::kNotPermitted);
    EXPECT_EQ(world_.refused("dev-proto", DescribeDevice{id}), Reason::kNotPermitted);
  }
}

TEST_F(IdentitiesTest, AccountDisablesADeviceAndEnablesItAgain) {
  Client client = world_.connect_as("dev-pump");
  const domain::Claim account = DataWorld::account_claim();
  ASSERT_EQ(world_.refused(account, edit("dev-pump", DeviceStatus::kDisabled)), Reason::kNone);
  EXPECT_EQ(status("dev-pump"), DeviceStatus::kDisabled);
  world_.chores();
  EXPECT_EQ(client.events->ends, std::vector{domain::EndReason::kIdentityChanged});
  EXPECT_EQ(world_.refused("dev-pump", edit("", DeviceStatus::kOk)), Reason::kDeviceDisabled);
  ASSERT_EQ(world_.refused(account, edit("dev-pump", DeviceStatus::kOk)), Reason::kNone);
  EXPECT_EQ(world_.refused("dev-pump", DescribeDevice{}), Reason::kNone);
  EXPECT_EQ(world_.store.audits.back().actor, "account:0ne00ABCDEF/owner@example.test");
  EXPECT_EQ(world_.store.audits.back().action, "device.update");
  EXPECT_EQ(world_.store.audits.back().target, "plant/dev-pump");
}

TEST_F(IdentitiesTest, DeviceThatMustRegisterLosesItsPassword) {
  Client client = world_.connect_as("dev-pump");
  ASSERT_EQ(
      world_.refused(DataWorld::account_claim(), edit("dev-pump", DeviceStatus::kMustRegister)),
      Reason::kNone);
  EXPECT_TRUE(world_.identities.registrations.at("dev-pump").reset);
  EXPECT_EQ(world_.device("dev-pump").password->retired.size(), 1U);
  EXPECT_EQ(status("dev-pump"), DeviceStatus::kMustRegister);
  EXPECT_EQ(world_.refused("dev-pump", DescribeDevice{}), Reason::kProofRejected);
  world_.chores();
  EXPECT_EQ(client.events->ends.size(), 1U);
  EXPECT_EQ(world_.store.audits.back().action, "device.reset");
}

TEST_F(IdentitiesTest, PrototypeCannotRegisterAgain) {
  EXPECT_EQ(
      world_.refused(DataWorld::account_claim(), edit("dev-proto", DeviceStatus::kMustRegister)),
      Reason::kRequestInvalid);
  EXPECT_EQ(status("dev-proto"), DeviceStatus::kOk);
}

TEST_F(IdentitiesTest, ControllerRenamesWhatItControlsAndTouchesNoRights) {
  EditIdentity name = edit("dev-pump");
  name.display_name = "Well pump";
  name.properties = {{"a", "1"}};
  ASSERT_EQ(world_.refused("dev-phone", name), Reason::kNone);
  EXPECT_EQ(world_.device("dev-pump").display_name, "Well pump");
  EXPECT_EQ(world_.refused("dev-phone", edit("dev-pump", DeviceStatus::kDisabled)),
            Reason::kNotPermitted);
  EditIdentity rights = edit("dev-pump");
  rights.control = domain::ControlAccess::kReadWrite;
  EXPECT_EQ(world_.refused("dev-phone", rights), Reason::kNotPermitted);
  name.device = "dev-fan";
  EXPECT_EQ(world_.refused("dev-phone", name), Reason::kNotPermitted);
  EXPECT_TRUE(world_.device("dev-pump").enabled);
}

TEST_F(IdentitiesTest, PartsThatAreNotGivenStay) {
  world_.device("dev-proto").permissions.reads = {"dev-pump"};
  EditIdentity request = edit("dev-proto");
  request.writes.emplace(std::vector<std::string>{"dev-fan"});
  request.more_permissions = R"({"ch":1})";
  request.property_links = R"({"a":"b"})";
  ASSERT_EQ(world_.refused(DataWorld::account_claim(), request), Reason::kNone);
  const domain::DevicePermissions& now = world_.device("dev-proto").permissions;
  EXPECT_EQ(now.reads, (std::vector<std::string>{"dev-pump"}));
  EXPECT_EQ(now.writes, (std::vector<std::string>{"dev-fan"}));
  EXPECT_EQ(now.more, R"({"ch":1})");
  EXPECT_EQ(world_.device("dev-proto").property_links, R"({"a":"b"})");
}

TEST_F(IdentitiesTest, PrototypeKeepsTheListsThatHoldItBack) {
  EditIdentity request = edit("");
  request.reads.emplace();
  EXPECT_EQ(world_.refused("dev-proto", request), Reason::kNotPermitted);
}

TEST_F(IdentitiesTest, ChangeThatBreaksARuleChangesNothing) {
  EditIdentity request = edit("dev-pump");
  request.display_name = "new";
  request.properties = {{"a", "{"}};
  EXPECT_EQ(world_.refused("dev-pump", request), Reason::kDocumentInvalid);
  request.properties.clear();
  request.display_name = "a\nb";
  EXPECT_EQ(world_.refused("dev-pump", request), Reason::kRequestInvalid);
  request = edit("dev-pump");
  request.property_links = "{";
  EXPECT_EQ(world_.refused("dev-pump", request), Reason::kRequestInvalid);
  EXPECT_EQ(world_.device("dev-pump").version, 1U);
  EXPECT_TRUE(world_.device("dev-pump").display_name.empty());
}

TEST_F(IdentitiesTest, ChangeThatChangesNothingIsNoWrite) {
  ASSERT_EQ(world_.refused("dev-pump", edit("", DeviceStatus::kOk)), Reason::kNone);
  EXPECT_EQ(world_.device("dev-pump").version, 1U);
  EXPECT_TRUE(world_.store.audits.empty());
}

TEST_F(IdentitiesTest, LostRaceIsDecidedAnew) {
  world_.identities.conflicts = 2;
  EditIdentity request = edit("");
  request.display_name = "n";
  ASSERT_EQ(world_.refused("dev-pump", request), Reason::kNone);
  EXPECT_EQ(world_.device("dev-pump").display_name, "n");
}

TEST_F(IdentitiesTest, ControllerGivesUpControl) {
  world_.identities.control.insert({"dev-phone", "dev-fan"});
  const domain::Claim phone = DataWorld::claim_of("dev-phone");
  EXPECT_EQ(counted(phone, ReleaseControl{"", {"dev-fan", "dev-none"}}), 1U);
  EXPECT_EQ(world_.refused("dev-phone", DescribeDevice{"dev-fan"}), Reason::kNotPermitted);
  EXPECT_EQ(world_.refused("dev-phone", DescribeDevice{"dev-pump"}), Reason::kNone);
  EXPECT_EQ(counted(phone, ReleaseControl{"dev-phone", {}}), 1U);
  EXPECT_EQ(world_.refused("dev-phone", DescribeDevice{"dev-pump"}), Reason::kNotPermitted);
}

TEST_F(IdentitiesTest, OnlyTheAccountReleasesForAController) {
  EXPECT_EQ(world_.refused("dev-pump", ReleaseControl{"dev-phone", {}}), Reason::kNotPermitted);
  EXPECT_EQ(world_.refused("dev-pump", ReleaseControl{"", {}}), Reason::kNotPermitted);
  EXPECT_EQ(counted(DataWorld::account_claim(), ReleaseControl{"dev-phone", {"dev-pump"}}), 1U);
  EXPECT_EQ(world_.refused(DataWorld::account_claim(), ReleaseControl{"dev-pump", {}}),
            Reason::kNotPermitted);
}

TEST_F(IdentitiesTest, DeviceRemovesItselfAndItsConnectionEnds) {
  Client client = world_.connect_as("dev-pump");
  EXPECT_EQ(counted(DataWorld::claim_of("dev-pump"), RemoveIdentities{}), 1U);
  EXPECT_EQ(world_.refused("dev-pump", DescribeDevice{}), Reason::kDeviceUnknown);
  world_.chores();
  EXPECT_EQ(client.events->ends, std::vector{domain::EndReason::kIdentityChanged});
  EXPECT_EQ(world_.store.audits.back().action, "device.delete");
  EXPECT_EQ(world_.store.audits.back().actor, "device:0ne00ABCDEF/dev-pump");
}

TEST_F(IdentitiesTest, ThoseThatMayNotBeRemovedArePassedOver) {
  EXPECT_EQ(counted(DataWorld::claim_of("dev-phone"), RemoveIdentities{{"dev-pump", "dev-phone"}}),
            1U);
  EXPECT_EQ(world_.refused("dev-fan", RemoveIdentities{{"dev-pump"}}), Reason::kNotPermitted);
  EXPECT_EQ(counted(DataWorld::account_claim(),
                    RemoveIdentities{{"dev-pump", "dev-none", "dev-alien", "dev-fan"}}),
            2U);
  EXPECT_TRUE(world_.store.devices.contains({hub_name("plant"), device_id("dev-alien")}));
  EXPECT_EQ(counted(DataWorld::account_claim(), RemoveIdentities{{"dev-alien"}}), 0U);
  EXPECT_EQ(world_.refused(DataWorld::account_claim(), RemoveIdentities{}),
            Reason::kRequestInvalid);
}

TEST_F(IdentitiesTest, AccountMakesAPrototypeThatConnectsWithItsPassword) {
  CreatePrototype request;
  request.display_name = "Proto";
  request.serial = "P1";
  request.password = secret("protopass");
  request.properties = {{"a b", "1"}};
  const domain::PrototypeCreated made = created(request);
  ASSERT_TRUE(made.device.text().starts_with("dev-"));
  EXPECT_EQ(made.device.text().size(), 28U);
  ASSERT_TRUE(made.password);
  const domain::Claim claim = DataWorld::claim_of(made.device.text(), "protopass");
  const domain::IdentityDescribed found = described(claim);
  EXPECT_EQ(found.device.role, domain::DeviceRole::kPrototype);
  EXPECT_EQ(found.device.serial, "P1");
  EXPECT_EQ(found.device.hub.text(), "plant");
  EXPECT_EQ(found.properties.values,
            (std::vector<std::pair<std::string, std::string>>{{"a b", "1"}}));
  EXPECT_EQ(world_.refused("dev-fan", request), Reason::kNotPermitted);
}

TEST_F(IdentitiesTest, PrototypeWithoutSerialAndPasswordGetsBothFromElsewhere) {
  const domain::PrototypeCreated first = created({});
  const domain::PrototypeCreated second = created({});
  ASSERT_FALSE(second.device.empty());
  EXPECT_FALSE(first.password);
  const std::string serial = world_.device(first.device.text()).serial;
  EXPECT_FALSE(serial.empty());
  EXPECT_NE(serial, world_.device(second.device.text()).serial);
  EXPECT_EQ(world_.refused(DataWorld::claim_of(first.device.text(), "master"), DescribeDevice{}),
            Reason::kNone);
}

TEST_F(IdentitiesTest, SerialOfAPrototypeIsItsOwn) {
  CreatePrototype request;
  request.serial = "P1";
  ASSERT_FALSE(created(request).device.empty());
  EXPECT_EQ(world_.refused(DataWorld::account_claim(), request), Reason::kOwnedByOther);
}

TEST_F(IdentitiesTest, PrototypeThatTheAccountVouchesForMakesAnother) {
  const domain::PrototypeCreated made =
      created({}, DataWorld::account_claim("master", "", "dev-proto"));
  EXPECT_FALSE(made.device.empty());
}

TEST_F(IdentitiesTest, PrototypeNeedsAHubAndKeepsTheRules) {
  CreatePrototype request;
  request.password = secret("abc");
  EXPECT_EQ(world_.refused(DataWorld::account_claim(), request), Reason::kRequestInvalid);
  request.password = secret("ab\"cd");
  EXPECT_EQ(world_.refused(DataWorld::account_claim(), request), Reason::kRequestInvalid);
  request.password = nullptr;
  request.serial = "a/b";
  EXPECT_EQ(world_.refused(DataWorld::account_claim(), request), Reason::kRequestInvalid);
  request.serial.clear();
  world_.identities.linked.clear();
  EXPECT_EQ(world_.refused(DataWorld::account_claim(), request), Reason::kNoHub);
}

}  // namespace
}  // namespace berth::hub
