// Requests that are well-formed, and what they become.
#include "dialects/admin/tests/clerk.h"

namespace berth::dialects::admin::testing {
namespace {

using domain::AllocationPolicy;
using domain::EnrollmentKind;
using domain::KeySlot;

constexpr const char* kKey = "AAECAwQFBgcICQoLDA0ODw==";  // 00..0f

class AdminRequests : public ::testing::Test {
 protected:
  Clerk clerk;
};

TEST_F(AdminRequests, CarryTheTokenAndTheSource) {
  Command command = clerk.command({"GET /api/v1/status"});
  const auto& manage = std::get<Manage>(command.body);
  EXPECT_EQ(manage.caller.token.text(), kToken);
  EXPECT_EQ(manage.caller.source, "192.0.2.1");
}

TEST_F(AdminRequests, Scopes) {
  const auto create = clerk.operation<domain::CreateScope>(
      {"POST /api/v1/scopes",
       R"({"id":"0ne1","displayName":"A","serviceHost":"a.example","allocationPolicy":"static",)"
       R"("enabled":false})"});
  EXPECT_EQ(create.edit.id, "0ne1");
  EXPECT_EQ(create.edit.display_name, "A");
  EXPECT_EQ(create.edit.service_host, "a.example");
  EXPECT_EQ(create.edit.allocation_policy, AllocationPolicy::kStatic);
  EXPECT_EQ(create.edit.enabled, false);

  EXPECT_EQ(clerk.operation<domain::GetScope>({"GET /api/v1/scopes/0ne1"}).id, "0ne1");
  const auto list =
      clerk.operation<domain::ListScopes>({"GET /api/v1/scopes?limit=7&cursor=a%2Bb%20c"});
  EXPECT_EQ(list.page.limit, 7U);
  EXPECT_EQ(list.page.cursor, "a+b c");
  EXPECT_EQ(clerk.operation<domain::ListScopes>({"GET /api/v1/scopes"}).page.limit, 0U);

  const auto update =
      clerk.operation<domain::UpdateScope>({"PATCH /api/v1/scopes/0ne1",
                                            R"({"displayName":null,"enabled":true})",
                                            {{"if-match", "\"3\""}}});
  EXPECT_EQ(update.id, "0ne1");
  EXPECT_EQ(update.precondition, 3U);
  EXPECT_EQ(update.edit.display_name, "");
  EXPECT_EQ(update.edit.service_host, std::nullopt);
  EXPECT_EQ(update.edit.enabled, true);

  const auto remove =
      clerk.operation<domain::DeleteScope>({"DELETE /api/v1/scopes/0ne1", "", {{"if-match", "*"}}});
  EXPECT_EQ(remove.id, "0ne1");
  EXPECT_EQ(remove.precondition, std::nullopt);
}

TEST_F(AdminRequests, HubsAndLinks) {
  const auto create = clerk.operation<domain::CreateHub>(
      {"POST /api/v1/hubs", R"({"name":"hub-2","host":"h.example","displayName":"H"})"});
  EXPECT_EQ(create.edit.name, "hub-2");
  EXPECT_EQ(create.edit.host, "h.example");
  EXPECT_EQ(clerk.operation<domain::GetHub>({"GET /api/v1/hubs/hub-2"}).name, "hub-2");
  EXPECT_EQ(clerk.operation<domain::ListHubs>({"GET /api/v1/hubs?limit=1000"}).page.limit, 1000U);
  const auto update =
      clerk.operation<domain::UpdateHub>({"PATCH /api/v1/hubs/hub-2", R"({"displayName":"X"})"});
  EXPECT_EQ(update.edit.display_name, "X");
  EXPECT_EQ(update.edit.host, std::nullopt);
  EXPECT_EQ(clerk.operation<domain::DeleteHub>({"DELETE /api/v1/hubs/hub-2"}).name, "hub-2");

  const auto link = clerk.operation<domain::LinkHub>({"PUT /api/v1/scopes/0ne1/hubs/hub-2",
                                                      R"({"weight":5,"applyAllocation":false})",
                                                      {{"if-match", "\"1\""}}});
  EXPECT_EQ(link.scope, "0ne1");
  EXPECT_EQ(link.hub, "hub-2");
  EXPECT_EQ(link.edit.weight, 5U);
  EXPECT_EQ(link.edit.apply_allocation, false);
  EXPECT_EQ(link.precondition, 1U);
  const auto unlink = clerk.operation<domain::UnlinkHub>({"DELETE /api/v1/scopes/0ne1/hubs/hub-2"});
  EXPECT_EQ(unlink.hub, "hub-2");
  EXPECT_EQ(clerk.operation<domain::ListHubLinks>({"GET /api/v1/scopes/0ne1/hubs"}).scope, "0ne1");
}

TEST_F(AdminRequests, CreatingAnEnrollmentWithEverything) {
  const std::string body = std::string(R"({"id":"pump-1","displayName":"Pump","enabled":false,)") +
                           R"("attestation":{"type":"symmetric_key","primaryKey":")" + kKey +
                           R"("},"deviceId":"d#1","allocationPolicy":"static","hubs":["hub-1"],)"
                           R"("reprovision":{"updateHubAssignment":false},"tags":{"a":1.50},)"
                           R"("desired":{"b":{}},"iotEdge":true,"deviceInformation":{"c":[]}})";
  const auto create =
      clerk.operation<domain::CreateEnrollment>({"POST /api/v1/scopes/0ne1/enrollments", body});
  EXPECT_EQ(create.scope, "0ne1");
  EXPECT_EQ(create.kind, EnrollmentKind::kIndividual);
  const domain::EnrollmentEdit& edit = create.edit;
  EXPECT_EQ(edit.id, "pump-1");
  EXPECT_EQ(edit.display_name, "Pump");
  EXPECT_EQ(edit.enabled, false);
  ASSERT_TRUE(edit.primary_key.has_value());
  EXPECT_EQ(base::hex_encode(edit.primary_key->bytes()), "000102030405060708090a0b0c0d0e0f");
  EXPECT_FALSE(edit.secondary_key.has_value());
  EXPECT_EQ(edit.device_id, "d#1");
  EXPECT_EQ(edit.allocation_policy, std::optional(AllocationPolicy::kStatic));
  EXPECT_EQ(edit.hubs, std::vector<std::string>{"hub-1"});
  EXPECT_EQ(edit.reprovision, (domain::ReprovisionPolicy{false, true}));
  EXPECT_EQ(edit.tags, R"({"a":1.5})");
  EXPECT_EQ(edit.desired, R"({"b":{}})");
  EXPECT_EQ(edit.iot_edge, true);
  EXPECT_EQ(edit.device_information, R"({"c":[]})");
}

TEST_F(AdminRequests, NullRestoresDefaultsOfAnEnrollment) {
  const auto update = clerk.operation<domain::UpdateEnrollment>(
      {"PATCH /api/v1/scopes/0ne1/enrollment-groups/Line%2D7",
       R"({"displayName":null,"deviceId":null,"allocationPolicy":null,"hubs":null,"tags":null,)"
       R"("desired":null,"deviceInformation":null,"reprovision":null})"});
  EXPECT_EQ(update.kind, EnrollmentKind::kGroup);
  EXPECT_EQ(update.id, "Line-7");
  EXPECT_EQ(update.edit.display_name, "");
  EXPECT_EQ(update.edit.device_id, "");
  ASSERT_TRUE(update.edit.allocation_policy.has_value());
  EXPECT_EQ(*update.edit.allocation_policy, std::nullopt);
  EXPECT_EQ(update.edit.hubs, std::vector<std::string>());
  EXPECT_EQ(update.edit.tags, "{}");
  EXPECT_EQ(update.edit.desired, "{}");
  EXPECT_EQ(update.edit.device_information, "{}");
  EXPECT_EQ(update.edit.reprovision, domain::ReprovisionPolicy());
}

TEST_F(AdminRequests, AnEmptyEditGivesNothing) {
  const auto update =
      clerk.operation<domain::UpdateEnrollment>({"PATCH /api/v1/scopes/0ne1/enrollments/p", "{}"});
  const domain::EnrollmentEdit& edit = update.edit;
  EXPECT_FALSE(edit.display_name || edit.enabled || edit.primary_key || edit.secondary_key ||
               edit.device_id || edit.allocation_policy || edit.hubs || edit.reprovision ||
               edit.tags || edit.desired || edit.iot_edge || edit.device_information);
}

TEST_F(AdminRequests, EnrollmentsOfBothKinds) {
  const std::pair<const char*, EnrollmentKind> kinds[] = {
      {"/api/v1/scopes/0ne1/enrollments", EnrollmentKind::kIndividual},
      {"/api/v1/scopes/0ne1/enrollment-groups", EnrollmentKind::kGroup}};
  for (const auto& [collection, kind] : kinds) {
    const std::string path = collection;
    EXPECT_EQ(clerk.operation<domain::ListEnrollments>({"GET " + path}).kind, kind);
    EXPECT_EQ(clerk.operation<domain::GetEnrollment>({"GET " + path + "/a"}).kind, kind);
    EXPECT_EQ(clerk.operation<domain::DeleteEnrollment>({"DELETE " + path + "/a"}).kind, kind);
    EXPECT_EQ(clerk.operation<domain::GetEnrollmentKeys>({"GET " + path + "/a/keys"}).kind, kind);
    const auto again = clerk.operation<domain::RegenerateEnrollmentKey>(
        {"POST " + path + "/a/keys/secondary/regenerate", "", {{"if-match", "\"2\""}}});
    EXPECT_EQ(again.kind, kind);
    EXPECT_EQ(again.slot, KeySlot::kSecondary);
    EXPECT_EQ(again.precondition, 2U);
  }
}

TEST_F(AdminRequests, Registrations) {
  const auto get =
      clerk.operation<domain::GetRegistration>({"GET /api/v1/scopes/0ne1/registrations/a%3Ab"});
  EXPECT_EQ(get.id, "a:b");
  const auto all =
      clerk.operation<domain::ListRegistrations>({"GET /api/v1/scopes/0ne1/registrations?limit=5"});
  EXPECT_FALSE(all.enrollment.has_value());
  const auto of_group = clerk.operation<domain::ListRegistrations>(
      {"GET /api/v1/scopes/0ne1/registrations?enrollmentGroup=line-7"});
  ASSERT_TRUE(of_group.enrollment.has_value());
  EXPECT_EQ(of_group.enrollment->kind, EnrollmentKind::kGroup);
  EXPECT_EQ(of_group.enrollment->id.text(), "line-7");
  EXPECT_EQ(clerk
                .operation<domain::DeleteRegistration>(
                    {"DELETE /api/v1/scopes/0ne1/registrations/a", "", {{"if-match", "\"1\""}}})
                .precondition,
            1U);
  const auto transfer = clerk.operation<domain::TransferRegistration>(
      {"POST /api/v1/scopes/0ne1/registrations/a/transfer", R"({"kind":"group","id":"line-8"})"});
  EXPECT_EQ(transfer.to.kind, EnrollmentKind::kGroup);
  EXPECT_EQ(transfer.to.id.text(), "line-8");
}

TEST_F(AdminRequests, Devices) {
  const auto get = clerk.operation<domain::GetDevice>({"GET /api/v1/hubs/hub-1/devices/d%231%25"});
  EXPECT_EQ(get.hub, "hub-1");
  EXPECT_EQ(get.id, "d#1%");
  const auto keys =
      clerk.operation<domain::GetDeviceKeys>({"GET /api/v1/hubs/hub-1/devices/d/keys"});
  EXPECT_EQ(keys.id, "d");
  EXPECT_EQ(clerk.operation<domain::ListDevices>({"GET /api/v1/hubs/hub-1/devices"}).hub, "hub-1");
}

TEST_F(AdminRequests, TrailsAndAudit) {
  EXPECT_EQ(clerk.operation<domain::GetTrail>({"GET /api/v1/trails/t-1"}).id, "t-1");
  const auto list = clerk.operation<domain::ListTrails>(
      {"GET /api/v1/trails?scope=0ne1&registrationId=a%2Fb&failed=true&cursor=c&limit=3"});
  EXPECT_EQ(list.scope, "0ne1");
  EXPECT_EQ(list.registration_id, "a/b");
  EXPECT_TRUE(list.failed_only);
  EXPECT_EQ(list.page.cursor, "c");
  EXPECT_FALSE(
      clerk.operation<domain::ListTrails>({"GET /api/v1/trails?failed=false"}).failed_only);
  EXPECT_EQ(clerk.operation<domain::ListAudit>({"GET /api/v1/audit?scope=0ne1"}).scope, "0ne1");
}

TEST_F(AdminRequests, AConnectionStringBecomesAProof) {
  const std::string body = std::string(R"({"weight":2,"connectionString":)") +
                           R"("HostName=Hub.example:8883;SharedAccessKeyName=iothubowner;)" +
                           "Junk;SharedAccessKey=" + kKey + R"("})";
  const auto put = clerk.operation<domain::LinkHub>({"PUT /api/v1/scopes/0ne1/hubs/hub-2", body});
  EXPECT_EQ(put.hub, "hub-2");
  ASSERT_TRUE(put.edit.proof.has_value());
  EXPECT_EQ(put.edit.proof->host, "Hub.example");
  EXPECT_EQ(put.edit.proof->policy, "iothubowner");
  EXPECT_EQ(put.edit.proof->key.size(), 16U);
  const auto post = clerk.operation<domain::LinkHub>({"POST /api/v1/scopes/0ne1/hubs", body});
  EXPECT_EQ(post.hub, "");
  EXPECT_EQ(post.edit.weight, 2U);
  EXPECT_TRUE(post.edit.proof.has_value());
}

TEST_F(AdminRequests, HubKeys) {
  EXPECT_EQ(clerk.operation<domain::GetHubKeys>({"GET /api/v1/hubs/hub-2/keys"}).name, "hub-2");
  const auto made = clerk.operation<domain::RegenerateHubKey>(
      {"POST /api/v1/hubs/hub-2/policies/service/keys/secondary/regenerate",
       "",
       {{"if-match", "\"4\""}}});
  EXPECT_EQ(made.policy, "service");
  EXPECT_EQ(made.slot, KeySlot::kSecondary);
  EXPECT_EQ(made.precondition, 4U);
}

TEST_F(AdminRequests, DevicesMadeByHand) {
  const auto create = clerk.operation<domain::CreateDevice>(
      {"POST /api/v1/hubs/hub-1/devices",
       std::string(R"({"id":"pump#1","scope":"0ne1","displayName":"P","enabled":false,)") +
           R"("iotEdge":true,"tags":{"a":1},"desired":null,"attestation":{"primaryKey":")" + kKey +
           R"("}})"});
  EXPECT_EQ(create.hub, "hub-1");
  EXPECT_EQ(create.edit.id, "pump#1");
  EXPECT_EQ(create.edit.scope, "0ne1");
  EXPECT_EQ(create.edit.enabled, false);
  EXPECT_EQ(create.edit.iot_edge, true);
  EXPECT_EQ(create.edit.tags, R"({"a":1})");
  EXPECT_EQ(create.edit.desired, "{}");
  ASSERT_TRUE(create.edit.primary_key.has_value());
  EXPECT_FALSE(create.edit.secondary_key.has_value());

  const auto update = clerk.operation<domain::UpdateDevice>(
      {"PATCH /api/v1/hubs/hub-1/devices/pump%231", R"({"enabled":true,"displayName":null})"});
  EXPECT_EQ(update.id, "pump#1");
  EXPECT_EQ(update.edit.enabled, true);
  EXPECT_EQ(update.edit.display_name, "");
  EXPECT_EQ(clerk.operation<domain::DeleteDevice>({"DELETE /api/v1/hubs/hub-1/devices/d"}).id, "d");
  const auto regenerate = clerk.operation<domain::RegenerateDeviceKey>(
      {"POST /api/v1/hubs/hub-1/devices/d/keys/primary/regenerate"});
  EXPECT_EQ(regenerate.id, "d");
  EXPECT_EQ(regenerate.slot, KeySlot::kPrimary);
}

TEST_F(AdminRequests, Twins) {
  const std::string path = "/api/v1/hubs/hub-1/devices/d/twin";
  EXPECT_EQ(clerk.operation<domain::GetTwin>({"GET " + path}).device, "d");
  const auto patch = clerk.operation<domain::UpdateTwin>(
      {"PATCH " + path, R"({"desired":{"a":null,"b":{"c":1.5}}})", {{"if-match", "\"9\""}}});
  EXPECT_EQ(patch.edit.desired, R"({"a":null,"b":{"c":1.5}})");
  EXPECT_EQ(patch.edit.tags, std::nullopt);
  EXPECT_FALSE(patch.edit.replaces);
  EXPECT_EQ(patch.precondition, 9U);
  const auto put = clerk.operation<domain::UpdateTwin>({"PUT " + path, R"({"tags":null})"});
  EXPECT_EQ(put.edit.tags, "{}");
  EXPECT_EQ(put.edit.desired, std::nullopt);
  EXPECT_TRUE(put.edit.replaces);
}

TEST_F(AdminRequests, MethodsAndMessages) {
  const std::string device = "POST /api/v1/hubs/hub-1/devices/d";
  const auto call = clerk.operation<domain::CallDeviceMethod>(
      {device + "/methods",
       R"({"method":"reboot","payload":[1],"connectTimeout":300,"responseTimeout":5})"});
  EXPECT_EQ(call.method, "reboot");
  EXPECT_EQ(call.payload, "[1]");
  EXPECT_EQ(call.connect_timeout.count(), 300);
  EXPECT_EQ(call.response_timeout.count(), 5);
  const auto bare =
      clerk.operation<domain::CallDeviceMethod>({device + "/methods", R"({"method":"x"})"});
  EXPECT_EQ(bare.payload, "");
  EXPECT_EQ(bare.response_timeout.count(), 30);

  const auto send = clerk.operation<domain::SendToDevice>(
      {device + "/messages",
       R"({"body":"a\nb","messageId":"m","correlationId":"c","userId":"u","contentType":"t",)"
       R"("contentEncoding":"e","ack":"full","expiresIn":60,"properties":{"k":"v","n":null}})"});
  EXPECT_EQ(send.message.body, "a\nb");
  EXPECT_EQ(send.message.id, "m");
  EXPECT_EQ(send.message.correlation_id, "c");
  EXPECT_EQ(send.message.content_type, "t");
  EXPECT_EQ(send.feedback, domain::FeedbackWanted::kFull);
  EXPECT_EQ(send.lifetime.count(), 60);
  const std::vector<domain::Property> properties{{"k", "v"}, {"n", std::nullopt}};
  EXPECT_EQ(send.message.properties, properties);
  const auto bytes =
      clerk.operation<domain::SendToDevice>({device + "/messages", R"({"bodyBase64":"AP8="})"});
  EXPECT_EQ(bytes.message.body, std::string("\0\xff", 2));
}

TEST_F(AdminRequests, Events) {
  const auto all = clerk.operation<domain::ReadEvents>({"GET /api/v1/hubs/hub-1/events"});
  EXPECT_EQ(all.hub, "hub-1");
  EXPECT_EQ(all.cursor, "");
  EXPECT_EQ(all.wait.count(), 0);
  const auto some = clerk.operation<domain::ReadEvents>(
      {"GET /api/v1/hubs/hub-1/events?cursor=now&device=pump%231&limit=7&wait=60"});
  EXPECT_EQ(some.cursor, "now");
  EXPECT_EQ(some.device, "pump#1");
  EXPECT_EQ(some.limit, 7U);
  EXPECT_EQ(some.wait.count(), 60);
}

TEST_F(AdminRequests, Tokens) {
  const auto create = clerk.operation<domain::CreateToken>(
      {"POST /api/v1/tokens", R"({"displayName":"CI","role":"operator","scope":"0ne1",)"
                              R"("expiresAt":"2027-01-01T00:00:00Z"})"});
  EXPECT_EQ(create.edit.display_name, "CI");
  EXPECT_EQ(create.edit.role, domain::Role::kOperator);
  EXPECT_EQ(create.edit.scope, "0ne1");
  ASSERT_TRUE(create.edit.expires_at.has_value());
  EXPECT_EQ(base::format_utc(*create.edit.expires_at, 0), "2027-01-01T00:00:00Z");
  EXPECT_EQ(clerk.operation<domain::DeleteToken>({"DELETE /api/v1/tokens/abc"}).id, "abc");
  EXPECT_EQ(clerk.operation<domain::ListTokens>({"GET /api/v1/tokens"}).page.limit, 0U);
}

TEST_F(AdminRequests, ProbesNeedNoToken) {
  const std::pair<const char*, Inspect::What> table[] = {{"GET /healthz", Inspect::What::kHealth},
                                                         {"GET /readyz", Inspect::What::kReadiness},
                                                         {"GET /metrics", Inspect::What::kMetrics}};
  for (const auto& [line, what] : table) {
    Ask ask{line};
    ask.with_token = false;
    Command command = clerk.command(ask);
    const auto* inspect = std::get_if<Inspect>(&command.body);
    ASSERT_NE(inspect, nullptr) << line;
    EXPECT_EQ(inspect->what, what) << line;
  }
}

TEST_F(AdminRequests, TheSchemeOfTheTokenMayBeInAnyCase) {
  Ask ask{"GET /api/v1/status", "", {{"authorization", "bEARER berth_x"}}};
  ask.with_token = false;
  Command command = clerk.command(ask);
  EXPECT_EQ(std::get<Manage>(command.body).caller.token.text(), "berth_x");
}

}  // namespace
}  // namespace berth::dialects::admin::testing
