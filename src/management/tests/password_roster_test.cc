// The rosters of groups whose members have passwords: lines with passwords, locks, vouching.
#include "management/tests/desk.h"

namespace berth::management::testing {
namespace {

using domain::Member;
using domain::MemberAdding;
using domain::MembersAdded;
using domain::MemberView;
using domain::NewMember;
using domain::PasswordUse;

NewMember line(std::string name, std::string_view enroll = {}, std::string_view control = {}) {
  NewMember member;
  member.name = std::move(name);
  if (!enroll.empty()) member.enroll_password = Secret::from_text(enroll);
  if (!control.empty()) member.control_password = Secret::from_text(control);
  return member;
}

template <class... Lines>
std::vector<NewMember> lines(Lines... each) {
  std::vector<NewMember> all;
  (all.push_back(std::move(each)), ...);
  return all;
}

class PasswordRosters : public Desk {
 protected:
  PasswordRosters() {
    domain::MemberPasswordsEdit derived;
    derived.derivation_secret = Secret::from_text("s3cr3t");
    group = make_password_group(std::move(derived)).id.text();
    bare = make_password_group().id.text();
  }

  MembersAdded add(std::vector<NewMember> members, const std::string& to) {
    return expect<MembersAdded>(ask(operator_, domain::AddMembers{kScope, to, std::move(members)}));
  }
  Member& stored(const std::string& name) { return catalog.members.at({kScope, group, name}); }
  base::Bytes digest_of(const std::string& name, std::string_view password, PasswordUse use) {
    const std::string purpose = domain::member_password_purpose(
        stored(name).scope, stored(name).group, stored(name).name, use);
    return vault.digest(base::as_bytes(password), purpose);
  }
  // What a registration of the listed member leaves.
  domain::Registration& registered(const std::string& name) {
    domain::Registration registration;
    registration.scope = domain::ScopeId::trusted(kScope);
    registration.id = domain::RegistrationId::trusted(group + name);
    registration.enrollment = {domain::EnrollmentKind::kGroup, stored(name).group};
    registration.member = stored(name).name;
    registration.hub = domain::HubName::trusted("hub-1");
    registration.device_id = domain::DeviceId::trusted("dev-1");
    registration.activated_at = clock.wall();
    registration.version = 1;
    domain::Device& device = add_device("dev-1");
    device.group = stored(name).group;
    device.keys.reset();
    device.password = domain::DevicePassword{base::Bytes(32, 1), {}};
    const FakeCatalog::Pair key(kScope, registration.id.key());
    return catalog.registrations.insert_or_assign(key, registration).first->second;
  }
  domain::VouchForMember vouch(const std::string& name) { return {kScope, group, name}; }

  std::string group;  // has a secret to derive passwords from
  std::string bare;   // has none
  const FakeHub::Pair kDev1{"hub-1", "dev-1"};
};

TEST_F(PasswordRosters, OwnPasswordsAreKeptOneWayForTheirUse) {
  const auto added = add(lines(line("SN1", "first-1", "second-1"), line("SN2")), group);
  EXPECT_EQ(added.rows[0].result, MemberAdding::kAdded);
  EXPECT_TRUE(added.rows[0].what.empty());
  EXPECT_TRUE(added.rows[1].what.empty());  // derived
  EXPECT_EQ(stored("SN1").enroll_password, digest_of("SN1", "first-1", PasswordUse::kEnroll));
  EXPECT_EQ(stored("SN1").control_password, digest_of("SN1", "second-1", PasswordUse::kControl));
  EXPECT_TRUE(stored("SN2").enroll_password.empty());
  EXPECT_TRUE(stored("SN2").control_password.empty());
  EXPECT_EQ(catalog.audit.back().action, "member.add");
  EXPECT_EQ(catalog.audit.back().detail, R"({"count":2,"withPasswords":1,"names":["SN1","SN2"]})");
}

TEST_F(PasswordRosters, OtherPasswordsOfAListedMemberUpdateIt) {
  add(lines(line("SN1", "first-1", "second-1")), group);
  const auto again = add(lines(line("SN1", "first-1"), line("SN1")), group);
  EXPECT_EQ(again.rows[0].result, MemberAdding::kPresent);
  EXPECT_EQ(again.rows[1].result, MemberAdding::kPresent);
  const auto other = add(lines(line("SN1", "first-2")), group);
  EXPECT_EQ(other.rows[0].result, MemberAdding::kUpdated);
  EXPECT_EQ(stored("SN1").enroll_password, digest_of("SN1", "first-2", PasswordUse::kEnroll));
  EXPECT_EQ(stored("SN1").control_password, digest_of("SN1", "second-1", PasswordUse::kControl));
}

TEST_F(PasswordRosters, AMemberWithoutAnyIsListedAndToldWhatItLacks) {
  const auto added =
      add(lines(line("SN1"), line("SN2", "first-2"), line("SN3", "first-3", "second-3")), bare);
  for (const domain::MemberAdded& row : added.rows) EXPECT_EQ(row.result, MemberAdding::kAdded);
  EXPECT_TRUE(added.rows[0].what.starts_with("it cannot enrol until it gets an enrol password"))
      << added.rows[0].what;
  EXPECT_TRUE(added.rows[1].what.starts_with("it cannot be controlled until"))
      << added.rows[1].what;
  EXPECT_TRUE(added.rows[2].what.empty());
  EXPECT_TRUE(add(lines(line("SN1")), bare).rows[0].what.empty());  // present
}

TEST_F(PasswordRosters, ABadPasswordIsToldInItsRowAndStopsNoOther) {
  const auto added = add(lines(line("SN1", "abc"), line("SN2", std::string(128, 'p')),
                               line("SN3", "good", "a\tbc"), line("SN4", "p\xc3\xa4sswort"),
                               line("SN5", std::string(127, '~'), "    "), line("SN5", "again")),
                         group);
  const std::pair<MemberAdding, const char*> expected[] = {
      {MemberAdding::kInvalid, "enrollPassword has 3 characters; give 4 to 127 printable"},
      {MemberAdding::kInvalid, "enrollPassword has 128 characters"},
      {MemberAdding::kInvalid, "controlPassword has characters that are not printable ASCII"},
      {MemberAdding::kInvalid, "enrollPassword has characters that are not printable ASCII"},
      {MemberAdding::kAdded, ""},
      {MemberAdding::kInvalid, "an earlier row has this name"}};
  for (std::size_t i = 0; i < added.rows.size(); ++i) {
    EXPECT_EQ(added.rows[i].result, expected[i].first) << i;
    EXPECT_TRUE(added.rows[i].what.starts_with(expected[i].second)) << added.rows[i].what;
  }
  EXPECT_EQ(catalog.members.size(), 1U);
}

TEST_F(PasswordRosters, AGroupWithAProductSecretTakesNone) {
  make_product("PUMPS7");
  const auto added = add(lines(line("dev1", "first-1"), line("dev2")), "PUMPS7");
  EXPECT_EQ(added.rows[0].result, MemberAdding::kInvalid);
  EXPECT_TRUE(added.rows[0].what.starts_with("group 'PUMPS7' has a product secret"));
  EXPECT_EQ(added.rows[1].result, MemberAdding::kAdded);
  EXPECT_TRUE(added.rows[1].what.empty());
}

TEST_F(PasswordRosters, ViewsSayWhetherTheGroupHasPasswords) {
  add(lines(line("SN1", "first-1")), group);
  EXPECT_TRUE(
      expect<MemberView>(ask(viewer, domain::GetMember{kScope, group, "SN1"})).has_passwords);
  const auto all =
      expect<domain::Listing<MemberView>>(ask(viewer, domain::ListMembers{kScope, group, {}}));
  ASSERT_EQ(all.items.size(), 1U);
  EXPECT_TRUE(all.items[0].has_passwords);
  make_product("PUMPS7");
  add(lines(line("dev1")), "PUMPS7");
  EXPECT_FALSE(
      expect<MemberView>(ask(viewer, domain::GetMember{kScope, "PUMPS7", "dev1"})).has_passwords);
  const Error unknown = refused(ask(viewer, domain::GetMember{kScope, group, "SN2"}));
  EXPECT_EQ(unknown.kind, ErrorKind::kNotFound);
  EXPECT_NE(unknown.mend.find("berth thing serial list"), std::string::npos) << unknown.mend;
}

TEST_F(PasswordRosters, SwitchingAMemberOffReachesTheIdentityItRegistered) {
  add(lines(line("SN1")), group);
  registered("SN1");
  const auto off =
      expect<MemberView>(ask(operator_, domain::UpdateMember{kScope, group, "SN1", false, {}}));
  EXPECT_FALSE(off.member.enabled);
  EXPECT_TRUE(off.has_passwords);
  EXPECT_FALSE(catalog.devices.at(kDev1).enabled);
  EXPECT_EQ(hub.changed_identities, std::vector<FakeHub::Pair>{kDev1});
  EXPECT_TRUE(ask(operator_, domain::UpdateMember{kScope, group, "SN1", true, {}}));
  EXPECT_TRUE(catalog.devices.at(kDev1).enabled);
  EXPECT_EQ(hub.changed_identities.size(), 2U);
}

TEST_F(PasswordRosters, AResetVoidsWhatTheDeviceHasAtOnce) {
  add(lines(line("SN1")), group);
  registered("SN1");
  const auto after = expect<MemberView>(ask(operator_, domain::ResetMember{kScope, group, "SN1"}));
  ASSERT_TRUE(after.registration.has_value());
  EXPECT_TRUE(after.registration->reset);
  EXPECT_TRUE(catalog.devices.at(kDev1).password->digest.empty());
  EXPECT_EQ(hub.changed_identities, std::vector<FakeHub::Pair>{kDev1});
  EXPECT_EQ(catalog.audit.back().action, "member.reset");
  EXPECT_NE(catalog.audit.back().detail.find(R"("password":{"from":"issued","to":"void"})"),
            std::string::npos);
}

TEST_F(PasswordRosters, DeletingAMemberTakesWhatItRegistered) {
  add(lines(line("SN1")), group);
  registered("SN1");
  EXPECT_TRUE(ask(operator_, domain::DeleteMember{kScope, group, "SN1", {}}));
  EXPECT_TRUE(catalog.members.empty());
  EXPECT_TRUE(catalog.devices.empty());
  EXPECT_EQ(hub.changed_identities, std::vector<FakeHub::Pair>{kDev1});
}

TEST_F(PasswordRosters, UnlockingForgetsWrongPasswords) {
  add(lines(line("SN1")), group);
  stored("SN1").enroll_guesses = {10, clock.wall()};
  stored("SN1").control_guesses = {2, std::nullopt};
  const auto after = expect<MemberView>(ask(operator_, domain::UnlockMember{kScope, group, "SN1"}));
  EXPECT_EQ(after.member.enroll_guesses, domain::Guesses());
  EXPECT_EQ(after.member.control_guesses, domain::Guesses());
  EXPECT_TRUE(after.has_passwords);
  EXPECT_EQ(catalog.audit.back().action, "member.unlock");
  EXPECT_EQ(catalog.audit.back().target, group + "/SN1");
  EXPECT_EQ(catalog.audit.back().detail, R"({"enroll":{"from":"10 wrong","to":"0 wrong"},)"
                                         R"("control":{"from":"2 wrong","to":"0 wrong"}})");
  EXPECT_EQ(refused(ask(viewer, domain::UnlockMember{kScope, group, "SN1"})).kind,
            ErrorKind::kForbidden);
}

TEST_F(PasswordRosters, AVouchedClaimIsGoodForTheMemberAMinuteAndSaysWhoGaveIt) {
  add(lines(line("SN1")), bare);  // it has no password at all
  const domain::VouchForMember command{kScope, bare, "SN1"};
  const auto vouched = expect<domain::Vouched>(ask(operator_, command, "192.0.2.7"));
  const domain::Claim& claim = vouched.claim;
  ASSERT_TRUE(claim.membership.has_value());
  EXPECT_EQ(claim.membership->group, bare);
  EXPECT_EQ(claim.membership->member, "SN1");
  EXPECT_EQ(claim.registration_id, bare + "SN1");
  EXPECT_EQ(claim.dialect, "admin");
  EXPECT_EQ(claim.transport, "https");
  EXPECT_EQ(claim.source, "192.0.2.7");
  EXPECT_TRUE(claim.scope.empty());
  EXPECT_FALSE(claim.controller.has_value());

  const domain::AuditRecord& audit = catalog.audit.back();
  EXPECT_EQ(audit.action, "member.enroll");
  EXPECT_EQ(audit.target, bare + "/SN1");
  const std::int64_t until = base::to_unix_seconds(clock.wall()) + 60;
  const std::string message =
      domain::voucher_message(domain::ScopeId::trusted(kScope), domain::EnrollmentId::trusted(bare),
                              domain::MemberName::trusted("SN1"), until, audit.actor);
  const std::string digest =
      base::hex_encode(vault.digest(base::as_bytes(message), domain::kVoucherPurpose));
  const std::string& text = std::get<domain::Voucher>(claim.evidence).text;
  EXPECT_EQ(text, std::to_string(until) + "." + digest + "." + audit.actor);
  EXPECT_EQ(audit.detail.find(digest), std::string::npos);
}

TEST_F(PasswordRosters, NobodyVouchesForAMemberThatMayNotRegister) {
  add(lines(line("SN1")), group);
  const std::size_t audits = catalog.audit.size();
  EXPECT_EQ(refused(ask(viewer, vouch("SN1"))).kind, ErrorKind::kForbidden);
  EXPECT_EQ(refused(ask(operator_, vouch("SN2"))).kind, ErrorKind::kNotFound);
  stored("SN1").enabled = false;
  const Error disabled = refused(ask(operator_, vouch("SN1")));
  EXPECT_EQ(disabled.kind, ErrorKind::kConflict);
  EXPECT_NE(disabled.mend.find("berth thing serial restore"), std::string::npos);
  stored("SN1").enabled = true;
  catalog.enrollments.at({kScope, domain::EnrollmentKind::kGroup, group}).enabled = false;
  EXPECT_EQ(refused(ask(operator_, vouch("SN1"))).kind, ErrorKind::kConflict);
  EXPECT_EQ(catalog.audit.size(), audits);
}

TEST_F(PasswordRosters, AGroupWithAProductSecretHasNothingToUnlockOrVouchFor) {
  make_product("PUMPS7");
  add(lines(line("dev1")), "PUMPS7");
  const Error unlock = refused(ask(operator_, domain::UnlockMember{kScope, "PUMPS7", "dev1"}));
  EXPECT_EQ(unlock.kind, ErrorKind::kInvalid);
  EXPECT_NE(unlock.what.find("its members have no passwords"), std::string::npos);
  EXPECT_EQ(refused(ask(operator_, domain::VouchForMember{kScope, "PUMPS7", "dev1"})).kind,
            ErrorKind::kInvalid);
}

TEST_F(PasswordRosters, ATokenOfAnotherScopeReachesNone) {
  add(lines(line("SN1")), group);
  const std::string theirs = make_token(domain::Role::kAdmin, kOtherScope);
  EXPECT_EQ(refused(ask(theirs, vouch("SN1"))).kind, ErrorKind::kForbidden);
  const domain::VouchForMember elsewhere{kOtherScope, group, "SN1"};
  EXPECT_EQ(refused(ask(theirs, elsewhere)).kind, ErrorKind::kNotFound);
}

}  // namespace
}  // namespace berth::management::testing
