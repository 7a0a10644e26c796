#include "hub/permissions.h"

#include <gtest/gtest.h>

namespace berth::hub {
namespace {

using domain::ControlAccess;
using domain::DeviceRole;

domain::Device device(std::string_view id, DeviceRole role = DeviceRole::kDevice) {
  domain::Device made;
  made.hub = *domain::HubName::parse("plant");
  made.id = *domain::DeviceId::parse(id);
  made.scope = *domain::ScopeId::parse("0ne00ABCDEF");
  made.role = role;
  return made;
}

TEST(Permissions, ADeviceReadsAndWritesItselfAndNobodyElse) {
  const domain::Device pump = device("pump");
  EXPECT_EQ(may(Access::kRead, pump, pump, false), Verdict::kAllowed);
  EXPECT_EQ(may(Access::kWrite, pump, pump, false), Verdict::kAllowed);
  EXPECT_EQ(may(Access::kRead, pump, device("fan"), true), Verdict::kPermissionMissing);
}

TEST(Permissions, ADeviceThatIsClosedToControllersStillReadsAndWritesItself) {
  domain::Device pump = device("pump");
  pump.permissions.control = ControlAccess::kNone;
  EXPECT_EQ(may(Access::kWrite, pump, pump, false), Verdict::kAllowed);
}

struct ControlCase {
  bool controls;
  ControlAccess access;
  Verdict reads, writes;
};

TEST(Permissions, AControllerDoesToWhatItControlsWhatThatAllows) {
  const domain::Device phone = device("phone", DeviceRole::kController);
  const ControlCase cases[] = {
      {false, ControlAccess::kReadWrite, Verdict::kNotControlled, Verdict::kNotControlled},
      {true, ControlAccess::kNone, Verdict::kPermissionMissing, Verdict::kPermissionMissing},
      {true, ControlAccess::kRead, Verdict::kAllowed, Verdict::kPermissionMissing},
      {true, ControlAccess::kReadWrite, Verdict::kAllowed, Verdict::kAllowed},
  };
  for (const ControlCase& each : cases) {
    SCOPED_TRACE(to_string(each.access));
    domain::Device pump = device("pump");
    pump.permissions.control = each.access;
    EXPECT_EQ(may(Access::kRead, phone, pump, each.controls), each.reads);
    EXPECT_EQ(may(Access::kWrite, phone, pump, each.controls), each.writes);
  }
  EXPECT_EQ(may(Access::kWrite, phone, phone, false), Verdict::kAllowed);
}

TEST(Permissions, APrototypeWorksOnWhatItsListsNameOrOnAll) {
  domain::Device proto = device("proto", DeviceRole::kPrototype);
  const domain::Device pump = device("pump");
  EXPECT_EQ(may(Access::kRead, proto, pump, false), Verdict::kAllowed);
  EXPECT_EQ(may(Access::kWrite, proto, pump, false), Verdict::kAllowed);
  proto.permissions.reads = {"pump"};
  proto.permissions.writes.emplace();
  EXPECT_EQ(may(Access::kRead, proto, pump, false), Verdict::kAllowed);
  EXPECT_EQ(may(Access::kRead, proto, device("fan"), false), Verdict::kPermissionMissing);
  EXPECT_EQ(may(Access::kWrite, proto, pump, false), Verdict::kPermissionMissing);
  EXPECT_EQ(may(Access::kWrite, proto, proto, false), Verdict::kAllowed);
}

TEST(Permissions, NobodyCrossesScopes) {
  domain::Device alien = device("pump");
  alien.scope = *domain::ScopeId::parse("0ne00FFFFFF");
  for (const DeviceRole role :
       {DeviceRole::kDevice, DeviceRole::kController, DeviceRole::kPrototype}) {
    EXPECT_EQ(may(Access::kRead, device("phone", role), alien, true), Verdict::kOtherScope);
    EXPECT_EQ(may(Access::kRead, device("pump", role), alien, true), Verdict::kOtherScope);
  }
}

TEST(Permissions, OnlyPrototypesReadTheAccountAsFarAsTheirListGoes) {
  domain::Device proto = device("proto", DeviceRole::kPrototype);
  EXPECT_TRUE(may_read_account(proto, "com-1"));
  proto.permissions.reads = {"pump"};
  EXPECT_FALSE(may_read_account(proto, "com-1"));
  EXPECT_FALSE(may_read_account(device("pump"), "com-1"));
  EXPECT_FALSE(may_read_account(device("phone", DeviceRole::kController), "com-1"));
}

domain::EditIdentity edit_of(int part) {
  domain::EditIdentity edit;
  if (part == 0) edit.display_name = "n";
  if (part == 1) edit.status = domain::DeviceStatus::kDisabled;
  if (part == 2) edit.control = ControlAccess::kRead;
  if (part == 3) edit.property_links = "{}";
  if (part == 4) edit.reads.emplace();
  if (part == 5) edit.writes.emplace();
  return edit;
}

TEST(Permissions, WhoMayWriteADeviceRenamesItButItsRightsAreItsOwn) {
  const domain::Device phone = device("phone", DeviceRole::kController);
  const domain::Device pump = device("pump");
  EXPECT_EQ(may_edit(edit_of(0), phone, pump), Verdict::kAllowed);
  for (int part = 1; part <= 5; ++part) {
    EXPECT_EQ(may_edit(edit_of(part), phone, pump), Verdict::kPermissionMissing) << part;
    EXPECT_EQ(may_edit(edit_of(part), pump, pump), Verdict::kAllowed) << part;
  }
}

TEST(Permissions, APrototypeCannotWidenItsOwnLists) {
  const domain::Device proto = device("proto", DeviceRole::kPrototype);
  EXPECT_EQ(may_edit(edit_of(2), proto, proto), Verdict::kAllowed);
  EXPECT_EQ(may_edit(edit_of(4), proto, proto), Verdict::kPermissionMissing);
  EXPECT_EQ(may_edit(edit_of(5), proto, proto), Verdict::kPermissionMissing);
}

}  // namespace
}  // namespace berth::hub
