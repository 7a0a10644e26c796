// Groups with a product secret and their rosters: requests, answers, and what is refused at once.
#include "dialects/admin/tests/clerk.h"
#include "dialects/admin/tests/records.h"

namespace berth::dialects::admin::testing {
namespace {

using std::chrono::seconds;

const std::string kGroups = "/api/v1/scopes/0ne1/enrollment-groups";
const std::string kMembers = kGroups + "/PUMPS7/members";

class AdminRosters : public ::testing::Test {
 protected:
  domain::EnrollmentEdit edit_of(const std::string& body) {
    return clerk.operation<domain::CreateEnrollment>({"POST " + kGroups, body}).edit;
  }
  // What a refused request was told.
  std::string told(const Ask& ask) {
    const wire::HttpResponse response = clerk.refused(ask);
    EXPECT_EQ(response.status, 400) << ask.line;
    return json_of(response).at("detail").as_string().c_str();
  }
  void expect_told(const Ask& ask, const std::string& says) {
    const std::string detail = told(ask);
    EXPECT_NE(detail.find(says), std::string::npos) << ask.body << ": " << detail;
  }

  Clerk clerk;
};

TEST_F(AdminRosters, AGroupIsMadeWithAProductSecret) {
  const domain::EnrollmentEdit edit = edit_of(
      R"({"id":"PUMPS7","attestation":{"type":"product_secret","issues":"certificate",)"
      R"("productSecret":"0123456789abcdef","admits":"anybody","createdMax":5,"reissue":"new",)"
      R"("clockWindowSeconds":300,"replayWindowSeconds":60},)"
      R"("topics":[{"topic":"event","publish":true},{"topic":"a/b","subscribe":true}]})");
  EXPECT_EQ(edit.id, "PUMPS7");
  ASSERT_TRUE(edit.product.has_value());
  EXPECT_EQ(edit.product->secret->text(), "0123456789abcdef");
  EXPECT_EQ(edit.product->issues, domain::CredentialKind::kCertificate);
  EXPECT_EQ(edit.product->admits, domain::Admits::kAnybody);
  EXPECT_EQ(edit.product->created_max, 5U);
  EXPECT_EQ(edit.product->reissue, domain::Reissue::kNew);
  EXPECT_EQ(edit.product->clock_window, seconds(300));
  EXPECT_EQ(edit.product->replay_window, seconds(60));
  const std::vector<domain::TopicPermission> topics{{"event", true, false}, {"a/b", false, true}};
  EXPECT_EQ(edit.topics, topics);
}

TEST_F(AdminRosters, TheTypeAloneMakesOneAndItsIdMayBeLeftOut) {
  const domain::EnrollmentEdit bare = edit_of(R"({"attestation":{"type":"product_secret"}})");
  EXPECT_EQ(bare.id, std::nullopt);
  ASSERT_TRUE(bare.product.has_value());
  EXPECT_FALSE(bare.product->secret || bare.product->issues || bare.product->admits);
  EXPECT_EQ(bare.topics, std::nullopt);
  EXPECT_TRUE(edit_of(R"({"attestation":{"admits":"listed"}})").product.has_value());
  EXPECT_FALSE(edit_of(R"({"id":"a","attestation":{"type":"symmetric_key"}})").product);
  EXPECT_FALSE(edit_of(R"({"id":"a"})").product.has_value());
}

TEST_F(AdminRosters, AnIdThatOverlapsAnotherGroupsIsAConflictWithItsMend) {
  const Error overlap{ErrorKind::kConflict, "its id begins with that of group 'PUMPS7'",
                      "choose another id"};
  const wire::HttpResponse response = clerk.answered(
      {"POST " + kGroups, R"({"id":"PUMPS77","attestation":{"type":"product_secret"}})"},
      Fail(overlap));
  EXPECT_EQ(response.status, 409);
  EXPECT_EQ(json_of(response).at("detail").as_string(),
            "its id begins with that of group 'PUMPS7'");
  EXPECT_EQ(json_of(response).at("mend").as_string(), "choose another id");
}

TEST_F(AdminRosters, AnUpdateNeedsNoType) {
  const auto update = clerk.operation<domain::UpdateEnrollment>(
      {"PATCH " + kGroups + "/PUMPS7", R"({"attestation":{"admits":"nobody"},"topics":[]})"});
  ASSERT_TRUE(update.edit.product.has_value());
  EXPECT_EQ(update.edit.product->admits, domain::Admits::kNobody);
  EXPECT_EQ(update.edit.product->created_max, std::nullopt);
  ASSERT_TRUE(update.edit.topics.has_value());
  EXPECT_TRUE(update.edit.topics->empty());
}

TEST_F(AdminRosters, WrongMembersAreToldByPlace) {
  const std::string create = "POST " + kGroups;
  const std::pair<const char*, const char*> table[] = {
      {R"({"attestation":{"type":"symmetric_key","admits":"listed"}})",
       "/attestation/type: expected product_secret"},
      {R"({"attestation":{"issues":"key"}})", "/attestation/issues: expected secret or certifi"},
      {R"({"attestation":{"admits":"all"}})", "/attestation/admits: expected nobody, listed or"},
      {R"({"attestation":{"reissue":true}})", "/attestation/reissue"},
      {R"({"attestation":{"createdMax":-1}})", "/attestation/createdMax"},
      {R"({"attestation":{"clockWindowSeconds":"1"}})", "/attestation/clockWindowSeconds"},
      {R"({"attestation":{"productSecret":7}})", "/attestation/productSecret: expected text"},
      {R"({"topics":"event"})", "/topics: expected a list"},
      {R"({"topics":null})", "/topics: expected a list, found null"},
      {R"({"topics":[1]})", "/topics: entry 0: expected an object, found a number"},
      {R"({"topics":[{"topic":"a"},{"publish":true}]})", "/topics: entry 1/topic: is required"},
      {R"({"topics":[{"topic":"a","publsh":true}]})", "/topics: entry 0/publsh: no such field"},
  };
  for (const auto& [body, says] : table) expect_told({create, body}, says);
  expect_told({"POST /api/v1/hubs/h/devices", R"({"id":"a","attestation":{"admits":"listed"}})"},
              "/attestation/admits: no such field");
}

TEST_F(AdminRosters, ASecretThatIsTooLongIsNotRepeated) {
  const std::string secret(300, 'q');
  const std::string body = R"({"attestation":{"productSecret":")" + secret + "\"}}";
  EXPECT_EQ(told({"POST " + kGroups, body}).find("qq"), std::string::npos);
}

TEST_F(AdminRosters, AProductSecretIsRotatedWithAnOverlap) {
  const auto made = clerk.operation<domain::RotateProductSecret>(
      {"POST " + kGroups + "/PUMPS7/rotate-product-secret",
       R"({"overlapSeconds":604800})",
       {{"if-match", "\"4\""}}});
  EXPECT_EQ(made.scope, "0ne1");
  EXPECT_EQ(made.id, "PUMPS7");
  EXPECT_EQ(made.overlap, seconds(604800));
  EXPECT_FALSE(made.secret.has_value());
  EXPECT_EQ(made.precondition, 4U);
  const auto given = clerk.operation<domain::RotateProductSecret>(
      {"POST " + kGroups + "/PUMPS7/rotate-product-secret",
       R"({"overlapSeconds":0,"productSecret":"fedcba9876543210"})"});
  EXPECT_EQ(given.secret->text(), "fedcba9876543210");
  expect_told({"POST " + kGroups + "/PUMPS7/rotate-product-secret", "{}"},
              "/overlapSeconds: is required");
}

TEST_F(AdminRosters, RequestsAboutMembersNameTheGroupAndTheMember) {
  const auto add = clerk.operation<domain::AddMembers>(
      {"POST " + kMembers, R"({"names":["dev1","dev 2","dev\n3",""]})"});
  EXPECT_EQ(add.scope, "0ne1");
  EXPECT_EQ(add.group, "PUMPS7");
  std::vector<std::string> names;
  for (const domain::NewMember& each : add.members) names.push_back(each.name);
  EXPECT_EQ(names, (std::vector<std::string>{"dev1", "dev 2", "dev\n3", ""}));
  const auto list = clerk.operation<domain::ListMembers>({"GET " + kMembers + "?limit=7&cursor=x"});
  EXPECT_EQ(list.group, "PUMPS7");
  EXPECT_EQ(list.page.limit, 7U);
  EXPECT_EQ(clerk.operation<domain::GetMember>({"GET " + kMembers + "/a%3Ab"}).name, "a:b");
  const auto update = clerk.operation<domain::UpdateMember>(
      {"PATCH " + kMembers + "/dev1", R"({"enabled":false})", {{"if-match", "\"2\""}}});
  EXPECT_EQ(update.name, "dev1");
  EXPECT_EQ(update.enabled, false);
  EXPECT_EQ(update.precondition, 2U);
  const auto remove = clerk.operation<domain::DeleteMember>(
      {"DELETE " + kMembers + "/dev1", "", {{"if-match", "\"3\""}}});
  EXPECT_EQ(remove.name, "dev1");
  EXPECT_EQ(remove.precondition, 3U);
  EXPECT_EQ(clerk.operation<domain::ResetMember>({"POST " + kMembers + "/dev1/reset"}).group,
            "PUMPS7");
}

TEST_F(AdminRosters, ARequestListsAThousandNamesAtMost) {
  boost::json::array names;
  for (int i = 0; i < 1001; ++i) names.emplace_back("d" + std::to_string(i));
  boost::json::object body;
  body["names"] = names;
  expect_told({"POST " + kMembers, boost::json::serialize(body)}, "/names");
  names.pop_back();
  body["names"] = names;
  const auto add =
      clerk.operation<domain::AddMembers>({"POST " + kMembers, boost::json::serialize(body)});
  EXPECT_EQ(add.members.size(), 1000U);
  expect_told({"POST " + kMembers, "{}"}, "expected one of names and members");
  expect_told({"POST " + kMembers, R"({"names":[7]})"}, "/names/0");
}

TEST_F(AdminRosters, ADeviceCanBeMadeAMember) {
  const auto create = clerk.operation<domain::CreateDevice>(
      {"POST /api/v1/hubs/hub-1/devices", R"({"id":"dev1","group":"PUMPS7"})"});
  EXPECT_EQ(create.edit.id, "dev1");
  EXPECT_EQ(create.edit.group, "PUMPS7");
  expect_told({"PATCH /api/v1/hubs/hub-1/devices/dev1", R"({"group":"PUMPS7"})"},
              "/group: no such field");
}

TEST_F(AdminRosters, AGroupShowsItsRulesAndNoSecret) {
  const wire::HttpResponse response =
      clerk.answered({"GET " + kGroups + "/PUMPS7"}, sample_product_group());
  const auto json = json_of(response);
  EXPECT_EQ(boost::json::serialize(json.at("attestation")),
            R"({"type":"product_secret","issues":"secret","admits":"listed","createdMax":10000,)"
            R"("reissue":"refused","clockWindowSeconds":300,"replayWindowSeconds":0,)"
            R"("previousUntil":"2026-01-01T00:00:00.000000Z",)"
            R"("retiredSecrets":[{"retiredAt":"2026-01-01T00:00:00.000000Z"}]})");
  EXPECT_EQ(boost::json::serialize(json.at("topics")),
            R"([{"topic":"event","publish":true,"subscribe":false}])");
  EXPECT_EQ(response.body.find("SEALED"), std::string::npos);
  EXPECT_EQ(response.body.find(base::base64_encode(base::as_bytes("SEALED"))), std::string::npos);
}

TEST_F(AdminRosters, ItsKeysAreTextAndThePreviousOneWhileItIsGood) {
  const Ask ask{"GET " + kGroups + "/PUMPS7/keys"};
  EXPECT_EQ(clerk.answered(ask, sample_product_keys()).body,
            R"({"productSecret":"fedcba9876543210","previousSecret":"0123456789abcdef",)"
            R"("previousUntil":"2026-01-01T00:00:00.000000Z"})");
  domain::ProductKeys alone;
  alone.current = Secret::from_text("fedcba9876543210");
  EXPECT_EQ(clerk.answered(ask, std::move(alone)).body,
            R"({"productSecret":"fedcba9876543210","previousSecret":null,"previousUntil":null})");
}

TEST_F(AdminRosters, AMemberSaysWhatBecameOfIt) {
  const Ask ask{"GET " + kMembers + "/dev1"};
  const wire::HttpResponse response = clerk.answered(ask, sample_member());
  EXPECT_EQ(header_of(response, "ETag"), "\"5\"");
  const auto json = json_of(response);
  EXPECT_EQ(json.at("name").as_string(), "dev1");
  EXPECT_EQ(json.at("deviceId").as_string(), "PUMPS7dev1");
  EXPECT_EQ(json.at("requested").as_bool(), true);
  EXPECT_EQ(json.at("etag").as_int64(), 5);
  EXPECT_TRUE(json.at("ownPasswords").is_null());
  EXPECT_TRUE(json.at("guesses").is_null());
  EXPECT_EQ(json.at("registration").at("member").as_string(), "dev1");
  EXPECT_EQ(json.at("registration").at("activatedAt").as_string(), "2026-01-01T00:00:00.000000Z");

  domain::MemberView view = sample_member();
  const auto state = [&] {
    return std::string(json_of(clerk.answered(ask, view)).at("state").as_string());
  };
  EXPECT_EQ(state(), "activated");
  view.registration->activated_at.reset();
  EXPECT_EQ(state(), "registered");
  view.registration->hub = domain::HubName();
  EXPECT_EQ(state(), "expected");
  view.registration.reset();
  EXPECT_EQ(state(), "expected");
  view.member.enabled = false;
  EXPECT_EQ(state(), "disabled");
  EXPECT_TRUE(json_of(clerk.answered(ask, view)).at("registration").is_null());
}

TEST_F(AdminRosters, EveryAddedNameHasItsRow) {
  EXPECT_EQ(clerk.answered({"POST " + kMembers, R"({"names":["a"]})"}, sample_added()).body,
            R"({"rows":[{"name":"dev1","result":"added","what":null},)"
            R"({"name":"dev 2","result":"invalid","what":"it has a blank"}]})");
}

TEST_F(AdminRosters, ADeviceNamesItsGroupAndItsCertificate) {
  const Ask ask{"GET /api/v1/hubs/hub-1/devices/PUMPS7dev1"};
  domain::DeviceView view = sample_device_view();
  view.device.keys.reset();
  view.device.group = sample_product_group().id;
  view.device.awaits_activation = true;
  view.device.certificate =
      domain::PinnedCertificate{base::Bytes(2, 0xab), "PUMPS7dev1", sample_time(), sample_time()};
  const auto json = json_of(clerk.answered(ask, view));
  EXPECT_EQ(json.at("group").as_string(), "PUMPS7");
  EXPECT_EQ(json.at("awaitsActivation").as_bool(), true);
  EXPECT_EQ(json.at("attestation").as_string(), "x509_thumbprint");
  EXPECT_EQ(boost::json::serialize(json.at("certificate")),
            R"({"sha256":"abab","subject":"PUMPS7dev1","notBefore":"2026-01-01T00:00:00.000000Z",)"
            R"("notAfter":"2026-01-01T00:00:00.000000Z","byKey":false})");
  const auto plain = json_of(clerk.answered(ask, sample_device_view()));
  EXPECT_TRUE(plain.at("group").is_null());
  EXPECT_TRUE(plain.at("certificate").is_null());
  EXPECT_EQ(plain.at("awaitsActivation").as_bool(), false);
}

}  // namespace
}  // namespace berth::dialects::admin::testing
