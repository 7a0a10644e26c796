#include "management/authorise.h"

#include "management/tests/desk.h"

#include <boost/json.hpp>

#include <fstream>
#include <map>
#include <sstream>

namespace berth::management::testing {
namespace {

using domain::EnrollmentKind;
using domain::Role;

constexpr const char* kHere = "0ne00000001";
constexpr EnrollmentKind kGroup = EnrollmentKind::kGroup;
constexpr EnrollmentKind kIndividual = EnrollmentKind::kIndividual;

void add_rosters(std::map<std::string, domain::ManagementCommand>& all) {
  all["rotateProductSecret"] = domain::RotateProductSecret{kHere, "a", {}, {}, {}};
  all["addMembers"] = domain::AddMembers{kHere, "a", {}};
  all["getMember"] = domain::GetMember{kHere, "a", "b"};
  all["listMembers"] = domain::ListMembers{kHere, "a", {}};
  all["updateMember"] = domain::UpdateMember{kHere, "a", "b", {}, {}};
  all["deleteMember"] = domain::DeleteMember{kHere, "a", "b", {}};
  all["resetMember"] = domain::ResetMember{kHere, "a", "b"};
  all["unlockMember"] = domain::UnlockMember{kHere, "a", "b"};
  all["enrollMember"] = domain::VouchForMember{kHere, "a", "b"};
  all["createAccount"] = domain::CreateAccount{kHere, {}};
  all["getAccount"] = domain::GetAccount{kHere, "a@b"};
  all["listAccounts"] = domain::ListAccounts{kHere};
  all["updateAccount"] = domain::UpdateAccount{kHere, "a@b", {}, {}};
  all["deleteAccount"] = domain::DeleteAccount{kHere, "a@b", {}};
}

void add_certificates(std::map<std::string, domain::ManagementCommand>& all) {
  all["createCa"] = domain::CreateCa{kHere, {}};
  all["getCa"] = domain::GetCa{kHere, "a"};
  all["listCas"] = domain::ListCas{kHere};
  all["updateCa"] = domain::UpdateCa{kHere, "a", {}, {}};
  all["deleteCa"] = domain::DeleteCa{kHere, "a", {}};
  all["makeVerificationCode"] = domain::MakeVerificationCode{kHere, "a", {}};
  all["verifyCa"] = domain::VerifyCa{kHere, "a", "p", {}};
  all["revokeCertificate"] = domain::RevokeCertificate{kHere, "a", {}, {}};
  all["restoreCertificate"] = domain::RestoreCertificate{kHere, "a"};
  all["listRevoked"] = domain::ListRevoked{kHere, {}};
  all["listIssued"] = domain::ListIssued{kHere, {}, {}};
  all["approveFirmware"] = domain::ApproveFirmware{kHere, "a"};
}

void add_operators(std::map<std::string, domain::ManagementCommand>& all) {
  all["createOperator"] = domain::CreateOperator();
  all["getOperator"] = domain::GetOperator{"a"};
  all["listOperators"] = domain::ListOperators();
  all["updateOperator"] = domain::UpdateOperator{"a", {}, {}};
  all["deleteOperator"] = domain::DeleteOperator{"a", {}};
  all["signIn"] = domain::SignIn();
  all["signOut"] = domain::SignOut();
  all["getSession"] = domain::GetSession();
  all["changePassword"] = domain::ChangePassword();
  all["createToken"] = domain::CreateToken();
  all["listTokens"] = domain::ListTokens();
  all["deleteToken"] = domain::DeleteToken();
}

void add_console(std::map<std::string, domain::ManagementCommand>& all) {
  all["listTemplates"] = domain::ListTemplates{kHere, {}};
  all["createTemplate"] = domain::CreateTemplate{kHere, {}};
  all["getTemplate"] = domain::GetTemplate{kHere, "a"};
  all["updateTemplate"] = domain::UpdateTemplate{kHere, "a", {}, {}};
  all["deleteTemplate"] = domain::DeleteTemplate{kHere, "a", {}};
  all["checkModel"] = domain::CheckModel{"{}"};
  all["approveRegistration"] = domain::DecideApproval{kHere, "a", false, {}};
  all["blockRegistration"] = domain::DecideApproval{kHere, "a", true, {}};
  all["findDevices"] = domain::FindDevices();
  all["getOverview"] = domain::GetOverview();
  all["followLive"] = domain::FollowLive();
  all["listCredentials"] = domain::ListCodes();
  all["createCredential"] = domain::CreateCode();
  std::get<domain::CreateCode>(all["createCredential"]).request.scope = kHere;
  all["getCredential"] = domain::GetCode{"a"};
  all["revokeCredential"] = domain::RevokeCode{"a"};
}

// One command per operationId of docs/openapi.json.
std::map<std::string, domain::ManagementCommand> commands() {
  std::map<std::string, domain::ManagementCommand> all;
  all["createScope"] = domain::CreateScope();
  all["getScope"] = domain::GetScope{kHere};
  all["listScopes"] = domain::ListScopes();
  all["updateScope"] = domain::UpdateScope{kHere, {}, {}};
  all["deleteScope"] = domain::DeleteScope{kHere, {}};
  all["createHub"] = domain::CreateHub();
  all["getHub"] = domain::GetHub();
  all["listHubs"] = domain::ListHubs();
  all["updateHub"] = domain::UpdateHub();
  all["deleteHub"] = domain::DeleteHub();
  all["linkHub"] = domain::LinkHub{kHere, "hub-2", {}, {}};
  all["unlinkHub"] = domain::UnlinkHub{kHere, "hub-1", {}};
  all["getHubKeys"] = domain::GetHubKeys();
  all["regenerateHubKey"] = domain::RegenerateHubKey{"hub-1", "a", domain::KeySlot::kPrimary, {}};
  all["linkHubByConnectionString"] = domain::LinkHub{kHere, "", {}, {}};
  all["listHubLinks"] = domain::ListHubLinks{kHere};
  for (const auto& [kind, name] :
       {std::pair(kIndividual, "Enrollment"), std::pair(kGroup, "EnrollmentGroup")}) {
    const std::string noun = name;
    all["create" + noun] = domain::CreateEnrollment{kHere, kind, {}};
    all["get" + noun] = domain::GetEnrollment{kHere, kind, "a"};
    all["get" + noun + "Keys"] = domain::GetEnrollmentKeys{kHere, kind, "a"};
    all["list" + noun + "s"] = domain::ListEnrollments{kHere, kind, {}};
    all["update" + noun] = domain::UpdateEnrollment{kHere, kind, "a", {}, {}};
    all["delete" + noun] = domain::DeleteEnrollment{kHere, kind, "a", {}};
    all["regenerate" + noun + "Key"] =
        domain::RegenerateEnrollmentKey{kHere, kind, "a", domain::KeySlot::kPrimary, {}};
  }
  add_rosters(all);
  add_certificates(all);
  all["getRegistration"] = domain::GetRegistration{kHere, "a"};
  all["listRegistrations"] = domain::ListRegistrations{kHere, {}, {}};
  all["deleteRegistration"] = domain::DeleteRegistration{kHere, "a", {}};
  all["transferRegistration"] = domain::TransferRegistration{kHere, "a", {}, {}};
  all["getDevice"] = domain::GetDevice();
  all["getDeviceKeys"] = domain::GetDeviceKeys();
  all["listDevices"] = domain::ListDevices();
  all["createDevice"] = domain::CreateDevice();
  all["updateDevice"] = domain::UpdateDevice();
  all["deleteDevice"] = domain::DeleteDevice();
  all["regenerateDeviceKey"] =
      domain::RegenerateDeviceKey{"hub-1", "a", domain::KeySlot::kPrimary, {}};
  all["getTwin"] = domain::GetTwin();
  all["patchTwin"] = domain::UpdateTwin();
  all["putTwin"] = domain::UpdateTwin();
  all["callDeviceMethod"] = domain::CallDeviceMethod();
  all["sendToDevice"] = domain::SendToDevice();
  all["listEvents"] = domain::ReadEvents();
  all["getTrail"] = domain::GetTrail();
  all["listTrails"] = domain::ListTrails();
  all["listAudit"] = domain::ListAudit();
  add_operators(all);
  add_console(all);
  all["getServerStatus"] = domain::GetServerStatus();
  return all;
}

std::map<std::string, std::string> documented_roles() {
  std::ifstream file("docs/openapi.json");
  std::stringstream text;
  text << file.rdbuf();
  std::map<std::string, std::string> roles;
  const boost::json::value document = boost::json::parse(text.str());
  for (const auto& path : document.at("paths").as_object()) {
    for (const auto& operation : path.value().as_object()) {
      const boost::json::object& about = operation.value().as_object();
      roles[about.at("operationId").as_string().c_str()] =
          about.at("x-berth-role").as_string().c_str();
    }
  }
  return roles;
}

TEST(Authorise, EveryOperationTakesTheRoleThatTheDocumentSays) {
  std::map<std::string, std::string> roles = documented_roles();
  for (const auto& [operation, command] : commands()) {
    const Requirement needed = requirement(command);
    const bool anybody = needed.reach == Reach::kAnybody;
    EXPECT_EQ(roles[operation], anybody ? "anybody" : to_string(needed.role)) << operation;
    roles.erase(operation);
  }
  for (const auto& [operation, role] : roles) EXPECT_EQ(role, "none") << operation;
}

TEST(Authorise, AWeakerRoleIsRefusedAndToldWhichItTakes) {
  for (const auto& [operation, command] : commands()) {
    const Requirement needed = requirement(command);
    for (const Role role : {Role::kViewer, Role::kOperator, Role::kAdmin}) {
      const Actor actor{"t1", "", role, {}};
      const Result<void> allowed = authorise(actor, command);
      EXPECT_EQ(allowed.has_value(), role >= needed.role) << operation;
      if (allowed) continue;
      EXPECT_EQ(allowed.error().kind, ErrorKind::kForbidden);
      EXPECT_NE(allowed.error().what.find(to_string(needed.role)), std::string::npos);
    }
  }
}

TEST(Authorise, ALimitedTokenReachesItsScopeAndNotTheServer) {
  const Actor here{"t1", "", Role::kAdmin, domain::ScopeId::trusted(kHere)};
  const Actor there{"t1", "", Role::kAdmin, domain::ScopeId::trusted("0ne00000002")};
  for (const auto& [operation, command] : commands()) {
    const Reach reach = requirement(command).reach;
    EXPECT_EQ(authorise(here, command).has_value(), reach != Reach::kServer) << operation;
    const bool asks_for_no_scope = reach == Reach::kNarrowed || reach == Reach::kAnybody;
    EXPECT_EQ(authorise(there, command).has_value(), asks_for_no_scope) << operation;
  }
}

class LimitedTokens : public Desk {};

TEST_F(LimitedTokens, SeeTheirScopeItsHubsAndItsDevices) {
  add_device("mine", kScope);
  add_device("theirs", kOtherScope);
  const auto scopes =
      expect<domain::Listing<domain::Scope>>(ask(limited_viewer, domain::ListScopes()));
  ASSERT_EQ(scopes.items.size(), 1U);
  EXPECT_EQ(scopes.items[0].id.text(), kScope);
  const auto hubs = expect<domain::Listing<domain::Hub>>(ask(limited_viewer, domain::ListHubs()));
  ASSERT_EQ(hubs.items.size(), 1U);
  EXPECT_EQ(hubs.items[0].name.text(), "hub-1");
  EXPECT_TRUE(ask(limited_viewer, domain::GetHub{"hub-1"}).has_value());
  const auto devices = expect<domain::Listing<domain::Device>>(
      ask(limited_viewer, domain::ListDevices{"hub-1", {}}));
  ASSERT_EQ(devices.items.size(), 1U);
  EXPECT_EQ(devices.items[0].id.text(), "mine");
  EXPECT_TRUE(ask(limited_viewer, domain::GetDevice{"hub-1", "mine"}).has_value());
}

TEST_F(LimitedTokens, DoNotLearnThatOtherThingsExist) {
  add_device("theirs", kOtherScope);
  domain::Trail trail;
  trail.id = "t-1";
  trail.scope = kOtherScope;
  catalog.trails.emplace("t-1", trail);
  const Error device = refused(ask(limited_operator, domain::GetDeviceKeys{"hub-1", "theirs"}));
  const Error absent = refused(ask(limited_operator, domain::GetDeviceKeys{"hub-1", "theirx"}));
  EXPECT_EQ(device.kind, ErrorKind::kNotFound);
  EXPECT_EQ(absent.kind, ErrorKind::kNotFound);
  EXPECT_EQ(device.mend, absent.mend);
  EXPECT_EQ(refused(ask(limited_viewer, domain::GetHub{"hub-2"})).kind, ErrorKind::kNotFound);
  EXPECT_EQ(refused(ask(limited_viewer, domain::GetTrail{"t-1"})).kind, ErrorKind::kNotFound);
  EXPECT_TRUE(ask(viewer, domain::GetTrail{"t-1"}).has_value());
}

TEST_F(LimitedTokens, GetTheirScopesTrailsAndAuditWhenTheyAskForAll) {
  for (const char* scope : {kScope, kOtherScope}) {
    domain::Trail trail;
    trail.id = std::string("t-") + scope;
    trail.scope = scope;
    catalog.trails.emplace(trail.id, trail);
    domain::AuditRecord record;
    record.scope = scope;
    catalog.audit.push_back(record);
  }
  const auto trails =
      expect<domain::Listing<domain::Trail>>(ask(limited_viewer, domain::ListTrails()));
  ASSERT_EQ(trails.items.size(), 1U);
  EXPECT_EQ(trails.items[0].scope, kScope);
  const auto audit =
      expect<domain::Listing<domain::AuditRecord>>(ask(limited_viewer, domain::ListAudit()));
  ASSERT_EQ(audit.items.size(), 1U);
  domain::ListTrails theirs;
  theirs.scope = kOtherScope;
  EXPECT_EQ(refused(ask(limited_viewer, std::move(theirs))).kind, ErrorKind::kForbidden);
  EXPECT_EQ(refused(ask(limited_viewer, domain::ListAudit{kOtherScope, {}})).kind,
            ErrorKind::kForbidden);
}

}  // namespace
}  // namespace berth::management::testing
