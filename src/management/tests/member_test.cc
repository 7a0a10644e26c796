// The rosters of groups with a product secret, and devices made by hand as members.
#include "management/tests/desk.h"

namespace berth::management::testing {
namespace {

using domain::DeviceView;
using domain::Member;
using domain::MemberAdding;
using domain::MembersAdded;
using domain::MemberView;

class Rosters : public Desk {
 protected:
  Rosters() { make_product("PUMPS7"); }

  Result<domain::ManagementResult> add(std::vector<std::string> names) {
    return ask(operator_, domain::AddMembers{kScope, "PUMPS7", named(names)});
  }
  void list(const std::string& name) { expect<MembersAdded>(add({name})); }
  Member& stored(const std::string& name) { return catalog.members.at({kScope, "pumps7", name}); }
  bool is_listed(const std::string& name) const {
    return catalog.members.contains({kScope, "pumps7", name});
  }
  // What a registration of the listed member leaves.
  domain::Registration& registered(const std::string& name, bool activated = false) {
    domain::Registration registration;
    registration.scope = domain::ScopeId::trusted(kScope);
    registration.id = domain::RegistrationId::trusted("PUMPS7" + name);
    registration.enrollment = {domain::EnrollmentKind::kGroup, stored(name).group};
    registration.member = stored(name).name;
    registration.hub = domain::HubName::trusted("hub-1");
    registration.device_id = domain::DeviceId::trusted("PUMPS7" + name);
    registration.version = 1;
    if (activated) {
      registration.activated_at = clock.wall();
      registration.answered.push_back({"1", 2, clock.wall()});
    }
    domain::Device& device = add_device("PUMPS7" + name);
    device.group = stored(name).group;
    const FakeCatalog::Pair key(kScope, registration.id.key());
    return catalog.registrations.insert_or_assign(key, registration).first->second;
  }
  Result<domain::ManagementResult> set_enabled(const std::string& name, bool enabled,
                                               domain::Precondition precondition = {}) {
    return ask(operator_, domain::UpdateMember{kScope, "PUMPS7", name, enabled, precondition});
  }
  Result<domain::ManagementResult> make_device(domain::DeviceEdit edit,
                                               const std::string& hub = "hub-1") {
    if (!edit.id) edit.id = "dev1";
    edit.scope = kScope;
    if (!edit.group) edit.group = "PUMPS7";
    return ask(operator_, domain::CreateDevice{hub, std::move(edit)});
  }

  const FakeHub::Pair kDev1{"hub-1", "PUMPS7dev1"};
};

TEST_F(Rosters, EveryNameHasItsRowAndABadOneStopsNoOther) {
  list("dev2");
  const auto added = expect<MembersAdded>(
      add({"dev1", "dev 3", "dev2", "", "dev1", std::string(65, 'x'), "DEV1"}));
  ASSERT_EQ(added.rows.size(), 7U);
  const MemberAdding expected[] = {MemberAdding::kAdded,   MemberAdding::kInvalid,
                                   MemberAdding::kPresent, MemberAdding::kInvalid,
                                   MemberAdding::kPresent, MemberAdding::kInvalid,
                                   MemberAdding::kAdded};
  for (std::size_t i = 0; i < added.rows.size(); ++i) {
    EXPECT_EQ(added.rows[i].result, expected[i]) << i;
    const bool bad = expected[i] == MemberAdding::kInvalid;
    EXPECT_EQ(added.rows[i].what.empty(), !bad) << added.rows[i].what;
  }
  EXPECT_EQ(added.rows[1].name, "dev 3");
  EXPECT_NE(added.rows[1].what.find("not allowed at position 4"), std::string::npos);
  EXPECT_EQ(catalog.members.size(), 3U);
  EXPECT_EQ(stored("dev1").created_at, clock.wall());
  EXPECT_FALSE(stored("dev1").requested);
  EXPECT_EQ(catalog.audit.back().action, "member.add");
  EXPECT_EQ(catalog.audit.back().target, "PUMPS7");
  EXPECT_EQ(catalog.audit.back().detail, R"({"count":3,"names":["dev1","dev2","DEV1"]})");
}

TEST_F(Rosters, AFullGroupSaysSoInTheRow) {
  catalog.members_max = 1;
  const auto added = expect<MembersAdded>(add({"dev1", "dev2", "dev1", "dev2"}));
  EXPECT_EQ(added.rows[0].result, MemberAdding::kAdded);
  EXPECT_EQ(added.rows[1].result, MemberAdding::kFull);
  EXPECT_NE(added.rows[1].what.find("200000 members"), std::string::npos);
  EXPECT_EQ(added.rows[2].result, MemberAdding::kPresent);
  EXPECT_EQ(added.rows[3].result, MemberAdding::kFull);
}

TEST_F(Rosters, OnlyBadNamesAreNoChange) {
  const std::size_t audits = catalog.audit.size();
  const auto added = expect<MembersAdded>(add({"a b"}));
  EXPECT_EQ(added.rows[0].result, MemberAdding::kInvalid);
  EXPECT_EQ(catalog.audit.size(), audits);
}

TEST_F(Rosters, AHostileNameIsShownPrintableAndCut) {
  const auto added = expect<MembersAdded>(add({"\x1b[2J", std::string(10'000, 'y')}));
  EXPECT_EQ(added.rows[0].name.find('\x1b'), std::string::npos);
  EXPECT_LE(added.rows[1].name.size(), 140U);
  EXPECT_LE(added.rows[1].what.size(), 300U);
}

TEST_F(Rosters, OneToAThousandNamesAtATime) {
  EXPECT_EQ(refused(add({})).what, "names has 0 names");
  EXPECT_EQ(refused(add(std::vector<std::string>(1001, "a"))).kind, ErrorKind::kInvalid);
  EXPECT_TRUE(add(std::vector<std::string>(1000, "a")).has_value());
  EXPECT_EQ(catalog.members.size(), 1U);
}

TEST_F(Rosters, AGroupWithSymmetricKeysHasNone) {
  make_group("line-7");
  const Error error =
      refused(ask(operator_, domain::AddMembers{kScope, "line-7", named({"dev1"})}));
  EXPECT_EQ(error.kind, ErrorKind::kInvalid);
  EXPECT_NE(error.what.find("group 'line-7' has symmetric keys"), std::string::npos);
  EXPECT_EQ(refused(ask(viewer, domain::ListMembers{kScope, "line-7", {}})).kind,
            ErrorKind::kInvalid);
  EXPECT_EQ(refused(ask(viewer, domain::ListMembers{kScope, "PUMPS8", {}})).kind,
            ErrorKind::kNotFound);
}

TEST_F(Rosters, AreListedByNameInPages) {
  expect<MembersAdded>(add({"c", "a", "b"}));
  registered("b");
  domain::Page page;
  page.limit = 2;
  const auto first =
      expect<domain::Listing<MemberView>>(ask(viewer, domain::ListMembers{kScope, "pumps7", page}));
  ASSERT_EQ(first.items.size(), 2U);
  EXPECT_EQ(first.items[0].member.name.text(), "a");
  EXPECT_FALSE(first.items[0].registration.has_value());
  EXPECT_TRUE(first.items[1].registration.has_value());
  page.cursor = first.next_cursor;
  const auto last =
      expect<domain::Listing<MemberView>>(ask(viewer, domain::ListMembers{kScope, "pumps7", page}));
  ASSERT_EQ(last.items.size(), 1U);
  EXPECT_TRUE(last.next_cursor.empty());
  page.limit = 1001;
  EXPECT_EQ(refused(ask(viewer, domain::ListMembers{kScope, "PUMPS7", page})).kind,
            ErrorKind::kInvalid);
}

TEST_F(Rosters, AnUnknownMemberIsToldWithTheNearest) {
  list("dev1");
  EXPECT_EQ(expect<MemberView>(ask(viewer, domain::GetMember{kScope, "pumps7", "dev1"}))
                .member.name.text(),
            "dev1");
  const Error error = refused(ask(viewer, domain::GetMember{kScope, "PUMPS7", "dev2"}));
  EXPECT_EQ(error.kind, ErrorKind::kNotFound);
  EXPECT_EQ(error.what, "group 'PUMPS7' lists no member 'dev2'");
  EXPECT_TRUE(error.mend.starts_with("did you mean 'dev1'? see: berth product device list"))
      << error.mend;
}

TEST_F(Rosters, SwitchingAMemberOffEndsItsConnection) {
  list("dev1");
  registered("dev1");
  const auto off = expect<MemberView>(set_enabled("dev1", false, 1));
  EXPECT_FALSE(off.member.enabled);
  EXPECT_EQ(off.member.version, 2U);
  EXPECT_TRUE(off.registration.has_value());
  EXPECT_FALSE(catalog.devices.at(kDev1).enabled);
  EXPECT_EQ(hub.changed_identities, std::vector<FakeHub::Pair>{kDev1});
  EXPECT_EQ(catalog.audit.back().action, "member.update");
  EXPECT_EQ(catalog.audit.back().target, "PUMPS7/dev1");
  EXPECT_EQ(catalog.audit.back().detail, R"({"enabled":{"from":"true","to":"false"}})");
  EXPECT_EQ(refused(set_enabled("dev1", true, 1)).kind, ErrorKind::kPreconditionFailed);
  EXPECT_EQ(expect<MemberView>(set_enabled("dev1", false)).member.version, 2U);
  EXPECT_EQ(hub.changed_identities.size(), 1U);
  expect<MemberView>(set_enabled("dev1", true));
  EXPECT_TRUE(catalog.devices.at(kDev1).enabled);
  EXPECT_EQ(hub.changed_identities.size(), 2U);
}

TEST_F(Rosters, AMemberThatNeverRegisteredHasNoConnectionToEnd) {
  list("dev1");
  expect<MemberView>(set_enabled("dev1", false));
  EXPECT_TRUE(hub.changed_identities.empty());
}

TEST_F(Rosters, AnUpdateThatLosesARaceIsRunAgain) {
  list("dev1");
  bool raced = false;
  catalog.before_apply = [&] {
    if (!std::exchange(raced, true)) ++stored("dev1").version;
  };
  EXPECT_EQ(expect<MemberView>(set_enabled("dev1", false)).member.version, 3U);
}

TEST_F(Rosters, DeletingAMemberTakesItsRegistrationAndDevice) {
  list("dev1");
  registered("dev1");
  EXPECT_EQ(refused(ask(operator_, domain::DeleteMember{kScope, "PUMPS7", "dev1", 9})).kind,
            ErrorKind::kPreconditionFailed);
  EXPECT_TRUE(hub.changed_identities.empty());
  EXPECT_TRUE(ask(operator_, domain::DeleteMember{kScope, "PUMPS7", "dev1", 1}));
  EXPECT_FALSE(is_listed("dev1"));
  EXPECT_TRUE(catalog.registrations.empty());
  EXPECT_TRUE(catalog.devices.empty());
  EXPECT_EQ(hub.changed_identities, std::vector<FakeHub::Pair>{kDev1});
  EXPECT_EQ(catalog.audit.back().action, "member.delete");
  EXPECT_EQ(catalog.audit.back().detail, R"({"device":{"from":"hub-1/PUMPS7dev1","to":""}})");
}

TEST_F(Rosters, AResetLetsAMemberRegisterAgainAndLeavesItsConnection) {
  list("dev1");
  registered("dev1", true);
  const auto after =
      expect<MemberView>(ask(operator_, domain::ResetMember{kScope, "PUMPS7", "dev1"}));
  ASSERT_TRUE(after.registration.has_value());
  EXPECT_FALSE(after.registration->activated_at.has_value());
  EXPECT_TRUE(after.registration->answered.empty());
  EXPECT_TRUE(hub.changed_identities.empty());
  EXPECT_EQ(catalog.audit.back().action, "member.reset");
  EXPECT_EQ(catalog.audit.back().target, "PUMPS7/dev1");
  EXPECT_NE(catalog.audit.back().detail.find("activatedAt"), std::string::npos);
}

TEST_F(Rosters, AResetOfOneThatNeverRegisteredChangesNothing) {
  list("dev1");
  const std::size_t audits = catalog.audit.size();
  const auto after =
      expect<MemberView>(ask(operator_, domain::ResetMember{kScope, "PUMPS7", "dev1"}));
  EXPECT_FALSE(after.registration.has_value());
  EXPECT_EQ(catalog.audit.size(), audits);
}

TEST_F(Rosters, ATokenOfAnotherScopeReachesNone) {
  list("dev1");
  const std::string theirs = make_token(domain::Role::kAdmin, kOtherScope);
  EXPECT_EQ(refused(ask(theirs, domain::GetMember{kScope, "PUMPS7", "dev1"})).kind,
            ErrorKind::kForbidden);
  EXPECT_EQ(refused(ask(theirs, domain::GetMember{kOtherScope, "PUMPS7", "dev1"})).kind,
            ErrorKind::kNotFound);
  EXPECT_EQ(refused(ask(theirs, domain::AddMembers{kScope, "PUMPS7", named({"x"})})).kind,
            ErrorKind::kForbidden);
  EXPECT_EQ(refused(ask(viewer, domain::AddMembers{kScope, "PUMPS7", named({"x"})})).kind,
            ErrorKind::kForbidden);
  EXPECT_TRUE(ask(limited_operator, domain::AddMembers{kScope, "PUMPS7", named({"x"})}));
}

TEST_F(Rosters, ABrokenStoreIsUnavailable) {
  catalog.broken = true;
  EXPECT_EQ(refused(add({"dev1"})).kind, ErrorKind::kUnavailable);
}

// ---- devices made by hand

TEST_F(Rosters, ADeviceMadeByHandIsListedAndGetsTheGroupsBeginnings) {
  domain::EnrollmentEdit beginnings;
  beginnings.iot_edge = true;
  beginnings.tags = R"({"site":"north"})";
  ASSERT_TRUE(ask(
      operator_, domain::UpdateEnrollment{
                     kScope, domain::EnrollmentKind::kGroup, "PUMPS7", std::move(beginnings), {}}));
  domain::DeviceEdit edit;
  edit.group = "pumps7";
  edit.desired = R"({"interval":5})";
  const auto made = expect<DeviceView>(make_device(std::move(edit)));
  EXPECT_EQ(made.device.id.text(), "PUMPS7dev1");
  EXPECT_EQ(made.device.display_name, "PUMPS7dev1");
  EXPECT_EQ(made.device.scope.text(), kScope);
  ASSERT_TRUE(made.device.group.has_value());
  EXPECT_EQ(made.device.group->text(), "PUMPS7");
  EXPECT_TRUE(made.device.iot_edge);
  EXPECT_EQ(made.device.twin.tags, R"({"site":"north"})");
  EXPECT_EQ(made.device.twin.desired, R"({"interval":5})");
  EXPECT_FALSE(made.device.awaits_activation);
  ASSERT_TRUE(is_listed("dev1"));
  EXPECT_FALSE(stored("dev1").requested);
  EXPECT_EQ(catalog.audit.back().action, "device.create");
  EXPECT_NE(catalog.audit.back().detail.find(R"("group":{"from":"","to":"PUMPS7"})"),
            std::string::npos);
  const auto keys =
      expect<domain::Keys>(ask(operator_, domain::GetDeviceKeys{"hub-1", "PUMPS7dev1"}));
  EXPECT_EQ(keys.primary.size(), 16U);
}

TEST_F(Rosters, ItsNewKeysAreAsShortAsIssuedOnes) {
  expect<DeviceView>(make_device({}));
  expect<DeviceView>(ask(operator_, domain::RegenerateDeviceKey{
                                        "hub-1", "PUMPS7dev1", domain::KeySlot::kSecondary, {}}));
  const auto keys =
      expect<domain::Keys>(ask(operator_, domain::GetDeviceKeys{"hub-1", "PUMPS7dev1"}));
  EXPECT_EQ(keys.secondary.size(), 16U);
}

TEST_F(Rosters, SwitchingAMemberOffReachesItsDeviceMadeByHand) {
  expect<DeviceView>(make_device({}));
  hub.changed_identities.clear();
  expect<MemberView>(set_enabled("dev1", false));
  EXPECT_EQ(hub.changed_identities, std::vector<FakeHub::Pair>{kDev1});
  EXPECT_FALSE(catalog.devices.at(kDev1).enabled);
  EXPECT_TRUE(ask(operator_, domain::DeleteMember{kScope, "PUMPS7", "dev1", {}}));
  EXPECT_EQ(hub.changed_identities.size(), 2U);
  EXPECT_TRUE(catalog.devices.empty());
}

TEST_F(Rosters, AnotherDeviceWithAMembersIdIsLeftAlone) {
  list("dev1");
  add_device("PUMPS7dev1");  // of no group
  expect<MemberView>(set_enabled("dev1", false));
  EXPECT_TRUE(hub.changed_identities.empty());
}

TEST_F(Rosters, ADeviceMadeByHandNeedsAHubOfTheGroup) {
  domain::HubLink link;
  link.scope = domain::ScopeId::trusted(kScope);
  link.hub = domain::HubName::trusted("hub-2");
  link.apply_allocation = false;
  link.version = 1;
  const Error unlinked = refused(make_device({}, "hub-2"));
  EXPECT_EQ(unlinked.kind, ErrorKind::kInvalid);
  EXPECT_EQ(unlinked.what, "group 'PUMPS7' does not use hub 'hub-2'");
  catalog.links.emplace(FakeCatalog::Pair(kScope, "hub-2"), link);
  EXPECT_EQ(refused(make_device({}, "hub-2")).mend, "make the device at one of its hubs: hub-1");

  domain::EnrollmentEdit named;
  named.hubs = {"hub-2"};
  ASSERT_TRUE(
      ask(operator_, domain::UpdateEnrollment{
                         kScope, domain::EnrollmentKind::kGroup, "PUMPS7", std::move(named), {}}));
  EXPECT_TRUE(make_device({}, "hub-2"));
  domain::DeviceEdit other;
  other.id = "dev2";
  EXPECT_EQ(refused(make_device(std::move(other), "hub-1")).kind, ErrorKind::kInvalid);
  EXPECT_FALSE(is_listed("dev2"));
}

TEST_F(Rosters, ADeviceIsNotMadeByHandWhereItCouldNotConnect) {
  domain::DeviceEdit bad_name;
  bad_name.id = "dev#1";
  EXPECT_NE(refused(make_device(std::move(bad_name))).what.find("member name"), std::string::npos);
  domain::DeviceEdit unknown;
  unknown.group = "PUMPS8";
  EXPECT_EQ(refused(make_device(std::move(unknown))).kind, ErrorKind::kNotFound);
  make_group("line-7");
  domain::DeviceEdit keyed;
  keyed.group = "line-7";
  EXPECT_EQ(refused(make_device(std::move(keyed))).kind, ErrorKind::kInvalid);
  domain::ProductSecretEdit certificates;
  certificates.issues = domain::CredentialKind::kCertificate;
  make_product("CERTS7", std::move(certificates));
  domain::DeviceEdit certified;
  certified.group = "CERTS7";
  EXPECT_NE(refused(make_device(std::move(certified))).what.find("issues certificates"),
            std::string::npos);
  list("dev1");
  expect<MemberView>(set_enabled("dev1", false));
  EXPECT_EQ(refused(make_device({})).kind, ErrorKind::kConflict);
  EXPECT_TRUE(catalog.devices.empty());
}

TEST_F(Rosters, AMembersRegistrationDoesNotChangeItsOwner) {
  list("dev1");
  registered("dev1");
  const domain::Enrollment other = make_group("line-7");
  const domain::EnrollmentRef to{domain::EnrollmentKind::kGroup, other.id};
  const Error away =
      refused(ask(operator_, domain::TransferRegistration{kScope, "PUMPS7dev1", to, {}}));
  EXPECT_EQ(away.kind, ErrorKind::kInvalid);
  EXPECT_NE(away.what.find("its id is made of both"), std::string::npos);
  catalog.registrations.begin()->second.member.reset();
  const domain::EnrollmentRef in{domain::EnrollmentKind::kGroup,
                                 domain::EnrollmentId::trusted("PUMPS7")};
  EXPECT_EQ(
      refused(ask(operator_, domain::TransferRegistration{kScope, "PUMPS7dev1", in, {}})).kind,
      ErrorKind::kInvalid);
}

}  // namespace
}  // namespace berth::management::testing
