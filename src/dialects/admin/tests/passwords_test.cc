// Groups whose members have passwords, registering a member for its device, and accounts.
#include "dialects/admin/tests/clerk.h"
#include "dialects/admin/tests/records.h"

namespace berth::dialects::admin::testing {
namespace {

using std::chrono::seconds;

const std::string kGroups = "/api/v1/scopes/0ne1/enrollment-groups";
const std::string kGroup = kGroups + "/mod-0123456789abcdef01234567";
const std::string kMembers = kGroup + "/members";
const std::string kAccounts = "/api/v1/scopes/0ne1/accounts";

class AdminPasswords : public ::testing::Test {
 protected:
  domain::EnrollmentEdit edit_of(const std::string& body) {
    return clerk.operation<domain::CreateEnrollment>({"POST " + kGroups, body}).edit;
  }
  domain::EnrollmentEdit update_of(const std::string& group, const std::string& attestation) {
    const std::string body = R"({"attestation":)" + attestation + "}";
    return clerk.operation<domain::UpdateEnrollment>({"PATCH " + kGroups + "/" + group, body}).edit;
  }
  void expect_told(const Ask& ask, const std::string& says) {
    const wire::HttpResponse response = clerk.refused(ask);
    EXPECT_EQ(response.status, 400) << ask.body;
    const std::string detail = json_of(response).at("detail").as_string().c_str();
    EXPECT_NE(detail.find(says), std::string::npos) << ask.body << ": " << detail;
  }

  Clerk clerk;
};

TEST_F(AdminPasswords, AGroupIsMadeWithThem) {
  const domain::EnrollmentEdit edit =
      edit_of(R"({"attestation":{"type":"member_passwords","derivationSecret":"s3cr3t",)"
              R"("order":"name_first","reissue":"new","guessesMax":3,"lockSeconds":60}})");
  EXPECT_EQ(edit.id, std::nullopt);
  EXPECT_FALSE(edit.product.has_value());
  ASSERT_TRUE(edit.passwords.has_value());
  EXPECT_EQ(edit.passwords->derivation_secret->text(), "s3cr3t");
  EXPECT_EQ(edit.passwords->order, domain::DerivationOrder::kNameFirst);
  EXPECT_EQ(edit.passwords->reissue, domain::Reissue::kNew);
  EXPECT_EQ(edit.passwords->guesses_max, 3U);
  EXPECT_EQ(edit.passwords->lock_time, seconds(60));
  const domain::EnrollmentEdit bare = edit_of(R"({"attestation":{"type":"member_passwords"}})");
  ASSERT_TRUE(bare.passwords.has_value());
  EXPECT_FALSE(bare.passwords->derivation_secret || bare.passwords->reissue);
  EXPECT_TRUE(edit_of(R"({"attestation":{"order":"secret_first"}})").passwords.has_value());
}

TEST_F(AdminPasswords, AnUpdateNeedsNoType) {
  const auto removed = update_of("mod-1", R"({"derivationSecret":""})");
  ASSERT_TRUE(removed.passwords.has_value());
  EXPECT_TRUE(removed.passwords->derivation_secret->empty());
}

TEST_F(AdminPasswords, ReissueBelongsToTheKindThatTheRestOrTheIdSays) {
  const auto by_id = update_of("mod-0123456789abcdef01234567", R"({"reissue":"new"})");
  EXPECT_TRUE(by_id.passwords.has_value());
  EXPECT_FALSE(by_id.product.has_value());
  const auto product = update_of("PUMPS7", R"({"reissue":"new"})");
  EXPECT_FALSE(product.passwords.has_value());
  ASSERT_TRUE(product.product.has_value());
  EXPECT_EQ(product.product->reissue, domain::Reissue::kNew);
  const auto by_rest = update_of("line-7", R"({"reissue":"new","guessesMax":5})");
  EXPECT_FALSE(by_rest.product.has_value());
  ASSERT_TRUE(by_rest.passwords.has_value());
  EXPECT_EQ(by_rest.passwords->reissue, domain::Reissue::kNew);
}

TEST_F(AdminPasswords, WrongMembersAreToldByPlace) {
  const std::string create = "POST " + kGroups;
  const std::pair<const char*, const char*> table[] = {
      {R"({"attestation":{"type":"symmetric_key","order":"name_first"}})",
       "/attestation/type: expected member_passwords"},
      {R"({"attestation":{"type":"member_passwords","admits":"listed"}})",
       "/attestation/type: expected product_secret"},
      {R"({"attestation":{"type":"symmetric_key","reissue":"new"}})", "/attestation/type"},
      {R"({"attestation":{"order":"first"}})", "expected secret_first or name_first"},
      {R"({"attestation":{"guessesMax":"3"}})", "/attestation/guessesMax"},
      {R"({"attestation":{"lockSeconds":-1}})", "/attestation/lockSeconds"},
      {R"({"attestation":{"type":"member_passwords","derived":true}})", "/derived: no such field"},
  };
  for (const auto& [body, says] : table) expect_told({create, body}, says);
}

TEST_F(AdminPasswords, AGroupShowsItsRulesAndNoSecret) {
  const wire::HttpResponse response = clerk.answered({"GET " + kGroup}, sample_password_group());
  EXPECT_EQ(boost::json::serialize(json_of(response).at("attestation")),
            R"({"type":"member_passwords","derived":true,"order":"name_first",)"
            R"("reissue":"refused","guessesMax":10,"lockSeconds":900,"devicePrefix":"dev-"})");
  EXPECT_EQ(response.body.find("SEALED"), std::string::npos);
  const Ask keys{"GET " + kGroup + "/keys"};
  EXPECT_EQ(clerk.answered(keys, sample_derivation_keys()).body,
            R"({"derivationSecret":"s3cr3t"})");
  EXPECT_EQ(clerk.answered(keys, domain::DerivationKeys()).body, R"({"derivationSecret":null})");
}

TEST_F(AdminPasswords, MembersAreListedWithTheirs) {
  const auto add = clerk.operation<domain::AddMembers>(
      {"POST " + kMembers,
       R"({"members":[{"name":"SN1","enrollPassword":"first","controlPassword":"second"},)"
       R"({"name":"SN 2"},{"name":"SN3","enrollPassword":"a\nb"}]})"});
  ASSERT_EQ(add.members.size(), 3U);
  EXPECT_EQ(add.members[0].name, "SN1");
  EXPECT_EQ(add.members[0].enroll_password->text(), "first");
  EXPECT_EQ(add.members[0].control_password->text(), "second");
  EXPECT_EQ(add.members[1].name, "SN 2");
  EXPECT_FALSE(add.members[1].enroll_password || add.members[1].control_password);
  EXPECT_EQ(add.members[2].enroll_password->text(), "a\nb");  // told in its row
  expect_told({"POST " + kMembers, R"({"members":[],"names":[]})"}, "one of names and members");
  expect_told({"POST " + kMembers, R"({"members":[{"enrollPassword":"qqqq"}]})"},
              "/members: entry 0/name: is required");
  expect_told({"POST " + kMembers, R"({"members":[{"name":"a"},7]})"},
              "/members: entry 1: expected an object, found a number");
  expect_told({"POST " + kMembers, R"({"members":{"name":"a"}})"}, "expected a list of at most");
}

TEST_F(AdminPasswords, AThousandMembersWithLongPasswordsFitIntoARequest) {
  boost::json::array list;
  for (int i = 0; i < 1000; ++i) {
    boost::json::object member;
    member["name"] = std::string(60, 'n') + std::to_string(i);
    member["enrollPassword"] = std::string(127, '\\');
    member["controlPassword"] = std::string(127, 'c');
    list.push_back(std::move(member));
  }
  boost::json::object body;
  body["members"] = list;
  const Ask ask{"POST " + kMembers, boost::json::serialize(body)};
  EXPECT_EQ(clerk.operation<domain::AddMembers>(ask).members.size(), 1000U);
  wire::HttpRequest header;
  header.method = "POST";
  header.path = kMembers;
  const std::unique_ptr<Dialect> dialect = make_admin();
  EXPECT_GE(dialect->body_rules(header).bytes_max, ask.body.size());
  header.path = kGroups;
  EXPECT_EQ(dialect->body_rules(header).bytes_max, 0U);
  EXPECT_EQ(clerk.refused({"POST " + kGroups, std::string(100'000, ' ')}).status, 413);
}

TEST_F(AdminPasswords, AMemberSaysWhatItHasAndHowOftenItWasGuessedAt) {
  const Ask ask{"GET " + kMembers + "/SN0001"};
  domain::MemberView view = sample_password_member();
  const auto json = json_of(clerk.answered(ask, view));
  EXPECT_EQ(boost::json::serialize(json.at("ownPasswords")), R"({"enroll":true,"control":false})");
  EXPECT_EQ(boost::json::serialize(json.at("guesses")),
            R"({"enroll":{"wrong":10,"lockedUntil":"2026-01-01T00:00:00.000000Z"},)"
            R"("control":{"wrong":0,"lockedUntil":null}})");
  EXPECT_EQ(json.at("deviceId").as_string(), "dev-0123456789abcdef01234567");
  EXPECT_EQ(json.at("state").as_string(), "activated");
  view.registration->reset = true;
  const auto reset = json_of(clerk.answered(ask, view));
  EXPECT_EQ(reset.at("state").as_string(), "reset");
  EXPECT_EQ(reset.at("registration").at("reset").as_bool(), true);
  view.registration.reset();
  const auto expected = json_of(clerk.answered(ask, view));
  EXPECT_EQ(expected.at("state").as_string(), "expected");
  EXPECT_TRUE(expected.at("deviceId").is_null());
}

TEST_F(AdminPasswords, UnlockingNamesTheMember) {
  const auto unlock =
      clerk.operation<domain::UnlockMember>({"POST " + kMembers + "/SN0001/unlock"});
  EXPECT_EQ(unlock.scope, "0ne1");
  EXPECT_EQ(unlock.group, "mod-0123456789abcdef01234567");
  EXPECT_EQ(unlock.name, "SN0001");
}

TEST_F(AdminPasswords, ADeviceSaysWhetherItsPasswordIsGood) {
  const Ask ask{"GET /api/v1/hubs/hub-1/devices/dev-1"};
  domain::DeviceView view = sample_device_view();
  const auto keyed = json_of(clerk.answered(ask, view));
  EXPECT_TRUE(keyed.at("status").is_null());
  EXPECT_EQ(keyed.at("role").as_string(), "device");
  EXPECT_EQ(boost::json::serialize(keyed.at("permissions")),
            R"({"reads":null,"writes":null,"control":"read_write"})");
  domain::Device& device = view.device;
  device.keys.reset();
  device.password = domain::DevicePassword{base::Bytes(32, 0xab), {}};
  device.role = domain::DeviceRole::kController;
  device.serial = "C-7";
  device.permissions.reads = std::vector<std::string>{"dev-2"};
  device.permissions.control = domain::ControlAccess::kNone;
  const wire::HttpResponse response = clerk.answered(ask, view);
  const auto json = json_of(response);
  EXPECT_EQ(json.at("attestation").as_string(), "password");
  EXPECT_EQ(json.at("status").as_string(), "ok");
  EXPECT_EQ(json.at("role").as_string(), "controller");
  EXPECT_EQ(json.at("serial").as_string(), "C-7");
  EXPECT_EQ(boost::json::serialize(json.at("permissions")),
            R"({"reads":["dev-2"],"writes":null,"control":"none"})");
  EXPECT_EQ(response.body.find("abab"), std::string::npos);
  device.password->digest.clear();
  EXPECT_EQ(json_of(clerk.answered(ask, view)).at("status").as_string(), "must_register");
  device.enabled = false;
  EXPECT_EQ(json_of(clerk.answered(ask, view)).at("status").as_string(), "disabled");
}

// ---- accounts

TEST_F(AdminPasswords, AccountsAreMadeWithAnAddressAndAPassword) {
  const auto create = clerk.operation<domain::CreateAccount>(
      {"POST " + kAccounts, R"({"email":"owner@example.com","password":"correct-7"})"});
  EXPECT_EQ(create.scope, "0ne1");
  EXPECT_EQ(create.edit.email, "owner@example.com");
  EXPECT_EQ(create.edit.password->text(), "correct-7");
  const auto update =
      clerk.operation<domain::UpdateAccount>({"PATCH " + kAccounts + "/owner%40example.com",
                                              R"({"enabled":false})",
                                              {{"if-match", "\"2\""}}});
  EXPECT_EQ(update.email, "owner@example.com");
  EXPECT_EQ(update.edit.enabled, false);
  EXPECT_FALSE(update.edit.password.has_value());
  EXPECT_EQ(update.precondition, 2U);
  EXPECT_EQ(clerk.operation<domain::GetAccount>({"GET " + kAccounts + "/a@b"}).email, "a@b");
  EXPECT_EQ(clerk.operation<domain::ListAccounts>({"GET " + kAccounts}).scope, "0ne1");
  EXPECT_EQ(clerk.operation<domain::DeleteAccount>({"DELETE " + kAccounts + "/a@b"}).email, "a@b");
  expect_told({"POST " + kAccounts, R"({"email":"a@b"})"}, "/password: is required");
}

TEST_F(AdminPasswords, AnAccountIsShownWithoutItsPassword) {
  const wire::HttpResponse response = clerk.answered(
      {"POST " + kAccounts, R"({"email":"owner@example.com","password":"correct-7"})"},
      sample_account());
  EXPECT_EQ(response.status, 201);
  EXPECT_EQ(header_of(response, "Location"), kAccounts + "/owner%40example.com");
  EXPECT_EQ(header_of(response, "ETag"), "\"2\"");
  EXPECT_EQ(response.body,
            R"({"email":"owner@example.com","id":"com-0123456789abcdef01234567","enabled":true,)"
            R"("guesses":{"wrong":3,"lockedUntil":"2026-01-01T00:00:00.000000Z"},)"
            R"("createdAt":"2026-01-01T00:00:00.000000Z",)"
            R"("updatedAt":"2026-01-01T00:00:00.000000Z","etag":2})");
}

}  // namespace
}  // namespace berth::dialects::admin::testing
