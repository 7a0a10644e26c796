#include "management/tests/desk.h"

namespace berth::management::testing {
namespace {

using domain::AllocationPolicy;
using domain::Hub;
using domain::HubLink;
using domain::Listing;
using domain::Scope;

class Places : public Desk {};

TEST_F(Places, AScopeGetsAnIdANameAndAnAuditRecord) {
  const auto scope = expect<Scope>(ask(admin, domain::CreateScope()));
  ASSERT_EQ(scope.id.text().size(), 11U);
  EXPECT_TRUE(scope.id.text().starts_with("0ne"));
  EXPECT_EQ(scope.id.text().substr(3).find_first_not_of("0123456789ABCDEF"), std::string::npos);
  EXPECT_EQ(scope.display_name, scope.id.text());
  EXPECT_EQ(scope.version, 1U);
  EXPECT_EQ(scope.created_at, clock.wall());
  const domain::AuditRecord& audit = catalog.audit.back();
  EXPECT_EQ(audit.action, "scope.create");
  EXPECT_EQ(audit.scope, scope.id.text());
  EXPECT_EQ(audit.actor, "token:" + admin.substr(6, 10));
  EXPECT_EQ(audit.source, "192.0.2.1");
}

TEST_F(Places, AScopeThatExistsIsNotMadeAgain) {
  domain::CreateScope command;
  command.edit.id = kScope;
  command.edit.display_name = "another";
  EXPECT_EQ(refused(ask(admin, std::move(command))).kind, ErrorKind::kConflict);
  EXPECT_EQ(catalog.scopes.at(kScope).display_name, kScope);
  EXPECT_TRUE(catalog.audit.empty());
}

TEST_F(Places, BadScopesAreRefusedByMember) {
  domain::CreateScope id;
  id.edit.id = "a b";
  domain::CreateScope host;
  host.edit.service_host = "not a host";
  domain::CreateScope name;
  name.edit.display_name = std::string(129, 'x');
  domain::CreateScope control;
  control.edit.display_name = "a\nb";
  const std::pair<domain::CreateScope, const char*> table[] = {
      {id, "scope id"}, {host, "serviceHost"}, {name, "displayName"}, {control, "displayName"}};
  for (const auto& [command, member] : table) {
    const Error error = refused(ask(admin, command));
    EXPECT_EQ(error.kind, ErrorKind::kInvalid);
    EXPECT_NE(error.what.find(member), std::string::npos) << error.what;
    EXPECT_FALSE(error.mend.empty());
  }
  EXPECT_EQ(catalog.scopes.size(), 2U);
}

TEST_F(Places, AnUpdateChangesWhatIsGivenAndSaysSoInTheAudit) {
  domain::UpdateScope command{kScope, {}, 1};
  command.edit.display_name = "Plant 1";
  command.edit.service_host = "Plant-1.Example.net";
  command.edit.allocation_policy = AllocationPolicy::kStatic;
  const auto scope = expect<Scope>(ask(admin, std::move(command)));
  EXPECT_EQ(scope.display_name, "Plant 1");
  EXPECT_EQ(scope.service_host, "plant-1.example.net");
  EXPECT_TRUE(scope.enabled);
  EXPECT_EQ(scope.version, 2U);
  EXPECT_EQ(catalog.audit.back().detail, R"({"displayName":{"from":"0ne00000001","to":"Plant 1"},)"
                                         R"("serviceHost":{"from":"","to":"plant-1.example.net"},)"
                                         R"("allocationPolicy":{"from":"hashed","to":"static"}})");
}

TEST_F(Places, AnEmptyDisplayNameRestoresTheId) {
  domain::UpdateScope rename{kScope, {}, {}};
  rename.edit.display_name = "Plant 1";
  ASSERT_TRUE(ask(admin, std::move(rename)).has_value());
  domain::UpdateScope clear{kScope, {}, {}};
  clear.edit.display_name = "";
  EXPECT_EQ(expect<Scope>(ask(admin, std::move(clear))).display_name, kScope);
}

TEST_F(Places, AnUpdateThatChangesNothingWritesNothing) {
  domain::UpdateScope command{kScope, {}, {}};
  command.edit.enabled = true;
  EXPECT_EQ(expect<Scope>(ask(admin, std::move(command))).version, 1U);
  EXPECT_TRUE(catalog.audit.empty());
}

TEST_F(Places, AStaleVersionIsRefused) {
  domain::UpdateScope command{kScope, {}, 7};
  command.edit.enabled = false;
  const Error error = refused(ask(admin, std::move(command)));
  EXPECT_EQ(error.kind, ErrorKind::kPreconditionFailed);
  EXPECT_EQ(error.what, "version 7 was expected, but the current one is 1");
  EXPECT_EQ(refused(ask(admin, domain::DeleteScope{kScope, 7})).kind,
            ErrorKind::kPreconditionFailed);
}

TEST_F(Places, WithoutAVersionALostRaceIsRunAgainOnWhatIsThereNow) {
  int races = 2;
  catalog.before_apply = [&] {
    if (races-- <= 0) return;
    Scope& scope = catalog.scopes.at(kScope);
    scope.service_host = "somebody.else.example";
    ++scope.version;
  };
  domain::UpdateScope command{kScope, {}, {}};
  command.edit.enabled = false;
  const auto scope = expect<Scope>(ask(admin, std::move(command)));
  EXPECT_EQ(scope.version, 4U);
  EXPECT_FALSE(scope.enabled);
  EXPECT_EQ(scope.service_host, "somebody.else.example");
}

TEST_F(Places, ARaceThatNeverEndsIsGivenUp) {
  catalog.before_apply = [&] { ++catalog.scopes.at(kScope).version; };
  domain::UpdateScope command{kScope, {}, {}};
  command.edit.enabled = false;
  EXPECT_EQ(refused(ask(admin, std::move(command))).kind, ErrorKind::kPreconditionFailed);
}

TEST_F(Places, AnUnknownScopeIsToldWithTheNearest) {
  const Error error = refused(ask(viewer, domain::GetScope{"0ne0000001"}));
  EXPECT_EQ(error.kind, ErrorKind::kNotFound);
  EXPECT_EQ(error.what, "there is no scope '0ne0000001'");
  EXPECT_EQ(error.mend, "did you mean '0ne00000001'? see: berth scope list");
}

TEST_F(Places, AScopeInUseIsNotDeleted) {
  make_group("line-7");
  EXPECT_EQ(refused(ask(admin, domain::DeleteScope{kScope, {}})).kind, ErrorKind::kConflict);
  EXPECT_TRUE(ask(admin, domain::DeleteScope{kOtherScope, 1}).has_value());
  EXPECT_FALSE(catalog.scopes.contains(kOtherScope));
  EXPECT_EQ(catalog.audit.back().action, "scope.delete");
}

TEST_F(Places, ListsArePagedAndBounded) {
  domain::ListScopes first;
  first.page.limit = 1;
  const auto page = expect<Listing<Scope>>(ask(viewer, first));
  ASSERT_EQ(page.items.size(), 1U);
  domain::ListScopes second = first;
  second.page.cursor = page.next_cursor;
  const auto rest = expect<Listing<Scope>>(ask(viewer, second));
  ASSERT_EQ(rest.items.size(), 1U);
  EXPECT_TRUE(rest.next_cursor.empty());
  first.page.limit = 1000;
  EXPECT_TRUE(ask(viewer, first).has_value());
  first.page.limit = 1001;
  EXPECT_EQ(refused(ask(viewer, first)).kind, ErrorKind::kInvalid);
  first.page.limit = 1;
  first.page.cursor = std::string(1025, 'x');
  EXPECT_EQ(refused(ask(viewer, first)).kind, ErrorKind::kInvalid);
}

TEST_F(Places, AHubTakesTheServersHostWhileNoHubHasIt) {
  domain::CreateHub command;
  command.edit.name = "hub-3";
  const auto made = expect<Hub>(ask(admin, std::move(command)));
  EXPECT_EQ(made.host, "berth.example.net");
  EXPECT_EQ(made.display_name, "hub-3");
  EXPECT_EQ(hub.hubs_changes, 1);
  domain::CreateHub another;
  another.edit.name = "hub-4";
  const Error error = refused(ask(admin, std::move(another)));
  EXPECT_EQ(error.kind, ErrorKind::kConflict);
  EXPECT_EQ(error.what, "the server's own host berth.example.net is that of hub 'hub-3'");
  EXPECT_NE(error.mend.find("--host"), std::string::npos);
}

TEST_F(Places, NoTwoHubsHaveOneHost) {
  domain::CreateHub command;
  command.edit.name = "hub-3";
  command.edit.host = "HUB-2.example.net";
  const Error error = refused(ask(admin, std::move(command)));
  EXPECT_EQ(error.kind, ErrorKind::kConflict);
  EXPECT_EQ(error.what, "hub 'hub-2' has the host hub-2.example.net");
  EXPECT_FALSE(catalog.hubs.contains("hub-3"));
}

TEST_F(Places, AHubNeedsAName) {
  domain::CreateHub nameless;
  EXPECT_EQ(refused(ask(admin, std::move(nameless))).kind, ErrorKind::kInvalid);
  domain::CreateHub upper;
  upper.edit.name = "Hub-3";
  EXPECT_EQ(refused(ask(admin, std::move(upper))).kind, ErrorKind::kInvalid);
}

TEST_F(Places, AHubKeepsItsHost) {
  domain::UpdateHub move{"hub-1", {}, {}};
  move.edit.host = "elsewhere.example.net";
  EXPECT_EQ(refused(ask(admin, std::move(move))).kind, ErrorKind::kInvalid);
  domain::UpdateHub rename{"hub-1", {}, 1};
  rename.edit.display_name = "First hub";
  const auto renamed = expect<Hub>(ask(admin, std::move(rename)));
  EXPECT_EQ(renamed.display_name, "First hub");
  EXPECT_EQ(renamed.host, "hub-1.example.net");
}

TEST_F(Places, ALinkIsSetAsAWhole) {
  domain::LinkHub command{kScope, "hub-1", {}, {}};
  command.edit.weight = 7;
  command.edit.apply_allocation = false;
  const auto set = expect<HubLink>(ask(admin, std::move(command)));
  EXPECT_EQ(set.weight, 7U);
  EXPECT_FALSE(set.apply_allocation);
  EXPECT_EQ(set.version, 2U);
  const auto reset = expect<HubLink>(ask(admin, domain::LinkHub{kScope, "hub-1", {}, 2}));
  EXPECT_EQ(reset.weight, 1U);
  EXPECT_TRUE(reset.apply_allocation);
  EXPECT_EQ(refused(ask(admin, domain::LinkHub{kScope, "hub-1", {}, 2})).kind,
            ErrorKind::kPreconditionFailed);
}

TEST_F(Places, AWeightIsFrom1To1000) {
  for (const auto& [weight, good] : {std::pair(0U, false), std::pair(1U, true),
                                     std::pair(1000U, true), std::pair(1001U, false)}) {
    domain::LinkHub command{kScope, "hub-2", {}, {}};
    command.edit.weight = weight;
    EXPECT_EQ(ask(admin, std::move(command)).has_value(), good) << weight;
  }
}

TEST_F(Places, UnlinkingWhatIsNotLinkedSaysSo) {
  const Error error = refused(ask(admin, domain::UnlinkHub{kScope, "hub-2", {}}));
  EXPECT_EQ(error.kind, ErrorKind::kNotFound);
  EXPECT_EQ(error.what, "hub 'hub-2' is not linked to scope 0ne00000001");
  EXPECT_TRUE(ask(admin, domain::UnlinkHub{kScope, "hub-1", 1}).has_value());
  EXPECT_TRUE(catalog.links.empty());
}

TEST_F(Places, StatusCountsAndWarns) {
  const auto status = expect<domain::ServerStatus>(ask(viewer, domain::GetServerStatus()));
  EXPECT_EQ(status.version, "0.1.0");
  EXPECT_EQ(status.scope_count, 2U);
  ASSERT_EQ(status.warnings.size(), 1U);
  EXPECT_NE(status.warnings[0].find("scope 0ne00000002 has no linked hub"), std::string::npos);
  const auto limited = expect<domain::ServerStatus>(ask(limited_viewer, domain::GetServerStatus()));
  EXPECT_EQ(limited.scope_count, 1U);
  EXPECT_EQ(limited.hub_count, 1U);
  EXPECT_TRUE(limited.warnings.empty());
}

TEST_F(Places, StatusWarnsOfHubsThatDevicesCannotTellApart) {
  catalog.hubs.at("hub-2").host = catalog.hubs.at("hub-1").host;
  const auto status = expect<domain::ServerStatus>(ask(viewer, domain::GetServerStatus()));
  ASSERT_EQ(status.warnings.size(), 2U);
  EXPECT_NE(status.warnings[1].find("hub-1 and hub-2 have the same host"), std::string::npos);
}

}  // namespace
}  // namespace berth::management::testing
