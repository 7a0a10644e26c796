// Accounts, templates and serials of things on the command line.
#include "cli/tests/fake_world.h"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <unistd.h>

namespace berth::cli {
namespace {

namespace fs = std::filesystem;
namespace json = boost::json;
using ::testing::ElementsAre;
using testing::FakeWorld;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;
using ::testing::Not;

constexpr const char* kAccounts = "/api/v1/scopes/s/accounts";
constexpr const char* kGroups = "/api/v1/scopes/s/enrollment-groups";
constexpr const char* kId = "mod-588acc123945ec8436bde3aa";
constexpr const char* kAccount =
    R"({"email":"owner@example.com","id":"com-588acc123945ec8436bde3b0","enabled":true,)"
    R"("guesses":{"wrong":2,"lockedUntil":null},"createdAt":"2026-01-01T00:00:00Z","etag":3})";
constexpr const char* kTemplate =
    R"({"scope":"s","kind":"group","id":"mod-588acc123945ec8436bde3aa","displayName":"Plugs",)"
    R"("enabled":true,"deviceId":null,"iotEdge":false,)"
    R"("attestation":{"type":"member_passwords","derived":true,"order":"name_first",)"
    R"("reissue":"new","guessesMax":10,"lockSeconds":900,"devicePrefix":"dev-"},)"
    R"("updatedAt":"2026-01-02T00:00:00Z","version":7})";
constexpr const char* kEnrolled =
    R"({"name":"SN0001","deviceId":"dev-588acc123945ec8436bde3c1","state":"registered",)"
    R"("enabled":true,"requested":false,"ownPasswords":{"enroll":true,"control":false},)"
    R"("guesses":{"enroll":{"wrong":10,"lockedUntil":"2026-01-03T00:15:00Z"},)"
    R"("control":{"wrong":0,"lockedUntil":null}},"createdAt":"2026-01-01T00:00:00Z","etag":1,)"
    R"("registration":{"createdAt":"2026-01-02T00:00:00Z","activatedAt":null}})";

std::string page_of(const std::string& items) {
  return R"({"items":[)" + items + R"(],"nextCursor":null})";
}

class Things : public ::testing::Test {
 protected:
  Things() {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    directory_ = fs::temp_directory_path() /
                 (std::string("berth-thing-") + test->name() + "-" + std::to_string(::getpid()));
    fs::create_directories(directory_);
  }
  ~Things() override { fs::remove_all(directory_); }

  int run(std::vector<std::string> words) {
    world.server.calls.clear();
    words.insert(words.begin(), "thing");
    words.insert(words.end(), {"--scope", "s"});
    return world.run(words);
  }
  int serial(std::vector<std::string> words) {
    words.insert(words.begin(), "serial");
    return run(std::move(words));
  }
  // Of the last call.
  json::value body() const { return json::parse(world.server.calls.back().body.value_or("null")); }
  json::value proof() const { return body().at("attestation"); }
  std::string path(const std::string& name) const { return (directory_ / name).string(); }
  std::string file(const std::string& name, const std::string& text) const {
    std::ofstream(directory_ / name, std::ios::binary) << text;
    return path(name);
  }
  static std::string content(const std::string& path) {
    std::ifstream stream(path, std::ios::binary);
    std::stringstream text;
    text << stream.rdbuf();
    return text.str();
  }
  static std::string members() { return std::string(kGroups) + "/" + kId + "/members"; }
  void answer_rows(const std::string& rows) {
    world.server.answer("POST " + members(), R"({"rows":[)" + rows + "]}");
  }
  std::string out() const { return world.out.str(); }
  std::string err() const { return world.err.str(); }

  FakeWorld world;
  fs::path directory_;
};

TEST_F(Things, AnAccountGetsThePasswordOfAFileWhichIsNotShown) {
  world.server.answer(std::string("POST ") + kAccounts, kAccount, 201);
  EXPECT_EQ(run({"account", "create", "owner@example.com", "--password-file",
                 file("pw", "s3cret pass\n")}),
            kDone)
      << err();
  EXPECT_EQ(body(), (json::object{{"email", "owner@example.com"}, {"password", "s3cret pass"}}));
  EXPECT_THAT(out(), HasSubstr("created account owner@example.com in scope s\n"));
  EXPECT_THAT(out(), HasSubstr("com-588acc123945ec8436bde3b0"));
  EXPECT_THAT(out(), Not(HasSubstr("s3cret")));
  world.in.str("from input\n");
  EXPECT_EQ(run({"account", "create", "owner@example.com", "--password-file", "-"}), kDone);
  EXPECT_EQ(body().at("password"), "from input");
}

TEST_F(Things, APasswordThatIsMadeUpIsShownOnce) {
  world.server.answer(std::string("POST ") + kAccounts, kAccount, 201);
  EXPECT_EQ(run({"account", "create", "owner@example.com", "--make-password"}), kDone);
  const std::string made(body().at("password").as_string());
  EXPECT_THAT(made, MatchesRegex("[A-Za-z0-9]{24}"));
  EXPECT_THAT(out(), HasSubstr("password: " + made + "\nit is not shown again\n"));
  EXPECT_EQ(run({"account", "create", "owner@example.com", "--make-password", "--json"}), kDone);
  EXPECT_EQ(json::parse(out()).at("password"), body().at("password"));
  EXPECT_NE(body().at("password"), json::value(made));
  world.server.answer(std::string("PATCH ") + kAccounts + "/owner%40example.com", kAccount);
  EXPECT_EQ(run({"account", "set-password", "owner@example.com", "--make-password"}), kDone);
  EXPECT_THAT(out(), HasSubstr(std::string(body().at("password").as_string())));
}

TEST_F(Things, APasswordNeedsExactlyOneSource) {
  EXPECT_EQ(run({"account", "create", "o@e"}), kUsage);
  EXPECT_EQ(run({"account", "create", "o@e", "--make-password", "--password-file", "f"}), kUsage);
  EXPECT_EQ(run({"account", "set-password", "o@e"}), kUsage);
  EXPECT_THAT(world.server.calls, IsEmpty());
  EXPECT_EQ(run({"account", "create", "o@e", "--password-file", path("none")}), kFailed);
  EXPECT_THAT(world.server.calls, IsEmpty());
}

TEST_F(Things, AccountsAreListedSwitchedAndDeleted) {
  const std::string one = std::string(kAccounts) + "/owner%40example.com";
  world.server.answer(std::string("GET ") + kAccounts, page_of(kAccount));
  EXPECT_EQ(run({"account", "list"}), kDone);
  EXPECT_EQ(out(),
            "EMAIL              ID                            STATUS   CREATED\n"
            "owner@example.com  com-588acc123945ec8436bde3b0  enabled  2026-01-01 00:00:00Z\n");
  world.server.answer("GET " + one, kAccount);
  EXPECT_EQ(run({"account", "show", "owner@example.com", "--json"}), kDone);
  EXPECT_EQ(out(), std::string(kAccount) + "\n");
  world.server.answer("PATCH " + one, kAccount);
  EXPECT_EQ(run({"account", "disable", "owner@example.com", "--etag", "3"}), kDone);
  EXPECT_EQ(body(), (json::object{{"enabled", false}}));
  EXPECT_EQ(world.server.calls.back().if_match, "\"3\"");
  EXPECT_EQ(run({"account", "enable", "owner@example.com"}), kDone);
  EXPECT_EQ(body(), (json::object{{"enabled", true}}));
  world.server.answer("DELETE " + one, "", 204);
  world.asks = true;
  world.in.str("n\n");
  EXPECT_EQ(run({"account", "delete", "owner@example.com"}), kFailed);
  EXPECT_THAT(world.server.calls, IsEmpty());
  EXPECT_EQ(run({"account", "delete", "owner@example.com", "--yes"}), kDone);
  EXPECT_THAT(world.server.sent(), ElementsAre("DELETE " + one));
}

TEST_F(Things, ATemplateIsMadeWithWhatItsFlagsSay) {
  world.server.answer(std::string("POST ") + kGroups, kTemplate, 201);
  EXPECT_EQ(run({"template", "create"}), kDone) << err();
  EXPECT_EQ(body(), json::parse(R"({"attestation":{"type":"member_passwords"}})"));
  EXPECT_EQ(run({"template", "create", "--id", kId, "--display-name", "Plugs", "--status",
                 "disabled", "--derivation-secret-file", file("secret", "s3cr3t\n"), "--order",
                 "serial-first", "--reenroll", "reissue", "--guesses", "5", "--lock", "15m"}),
            kDone)
      << err();
  EXPECT_EQ(body(), json::parse(R"({"displayName":"Plugs","enabled":false,"attestation":)"
                                R"({"derivationSecret":"s3cr3t","order":"name_first",)"
                                R"("reissue":"new","guessesMax":5,"lockSeconds":900,)"
                                R"("type":"member_passwords"},)"
                                R"("id":"mod-588acc123945ec8436bde3aa"})"));
  EXPECT_THAT(out(), Not(HasSubstr("s3cr3t")));
  EXPECT_EQ(run({"template", "create", "--order", "secret-first", "--reenroll", "refuse"}), kDone);
  EXPECT_EQ(proof().at("order"), "secret_first");
  EXPECT_EQ(proof().at("reissue"), "refused");
}

TEST_F(Things, ASecretThatIsMadeUpIsShownOnlyOnRequest) {
  world.server.answer(std::string("POST ") + kGroups, kTemplate, 201);
  EXPECT_EQ(run({"template", "create", "--make-derivation-secret"}), kDone);
  const std::string made(proof().at("derivationSecret").as_string());
  EXPECT_THAT(made, MatchesRegex("[A-Za-z0-9]{24}"));
  EXPECT_THAT(out(), Not(HasSubstr(made)));
  EXPECT_THAT(out(), HasSubstr("--show-keys` prints the derivation secret"));
  const std::string one = std::string(kGroups) + "/" + kId;
  world.server.answer("GET " + one, kTemplate);
  world.server.answer("GET " + one + "/keys", R"({"derivationSecret":"theSecret"})");
  EXPECT_EQ(run({"template", "show", kId}), kDone);
  EXPECT_THAT(world.server.sent(), ElementsAre("GET " + one));
  EXPECT_THAT(out(), HasSubstr("derived passwords  serial-first\n"));
  EXPECT_THAT(out(), HasSubstr("enrolling again    reissue\n"));
  EXPECT_EQ(run({"template", "show", kId, "--show-keys"}), kDone);
  EXPECT_THAT(out(), HasSubstr("theSecret\n"));
}

TEST_F(Things, AtMostOneFlagSaysWhatTheSecretIs) {
  EXPECT_EQ(run({"template", "create", "--make-derivation-secret", "--derivation-secret-file",
                 file("secret", "s")}),
            kUsage);
  EXPECT_EQ(run({"template", "create", "--derivation-secret-file", file("secret", " \n")}), kUsage);
  EXPECT_EQ(run({"template", "update", kId, "--make-derivation-secret", "--no-derivation-secret"}),
            kUsage);
  EXPECT_THAT(world.server.calls, IsEmpty());
}

TEST_F(Things, ATemplateIsChangedAndAskedForWhenPasswordsChange) {
  const std::string one = std::string(kGroups) + "/" + kId;
  world.server.answer("PATCH " + one, kTemplate);
  world.server.answer("DELETE " + one, "", 204);
  world.asks = true;
  EXPECT_EQ(run({"template", "update", kId, "--guesses", "3", "--etag", "7"}), kDone) << err();
  EXPECT_EQ(proof(), (json::object{{"guessesMax", 3}, {"type", "member_passwords"}}));
  world.in.str("n\n");
  EXPECT_EQ(run({"template", "update", kId, "--no-derivation-secret"}), kFailed);
  EXPECT_THAT(world.server.calls, IsEmpty());
  EXPECT_EQ(run({"template", "update", kId, "--no-derivation-secret", "--yes"}), kDone);
  EXPECT_EQ(proof().at("derivationSecret"), "");
  EXPECT_EQ(run({"template", "update", kId}), kUsage);
  EXPECT_EQ(run({"template", "update"}), kUsage);
  EXPECT_EQ(run({"template", "delete", kId, "--yes"}), kDone);
  EXPECT_THAT(world.server.sent(), ElementsAre("DELETE " + one));
}

TEST_F(Things, OnlyTemplatesAreListedAmongTheGroups) {
  world.server.answer(
      std::string("GET ") + kGroups,
      page_of(std::string(kTemplate) + R"(,{"id":"g","attestation":{"type":"product_secret"}})"));
  EXPECT_EQ(run({"template", "list"}), kDone);
  EXPECT_EQ(out(),
            "TEMPLATE                      NAME   STATUS   DERIVED       REENROLL  UPDATED\n"
            "mod-588acc123945ec8436bde3aa  Plugs  enabled  serial-first  reissue   "
            "2026-01-02 00:00:00Z\n");
  EXPECT_EQ(run({"template", "list", "--json"}), kDone);
  EXPECT_EQ(json::parse(out()).at("items").as_array().size(), 1U);
}

TEST_F(Things, ASerialIsAddedWithOrWithoutPasswordsOfItsOwn) {
  answer_rows(R"({"name":"SN0001","result":"added","what":null})");
  EXPECT_EQ(serial({"add", kId, "SN0001"}), kDone) << err();
  EXPECT_EQ(body(), json::parse(R"({"names":["SN0001"]})"));
  EXPECT_EQ(out(), "SERIAL  RESULT  WHY\nSN0001  added\n1 added\n");
  answer_rows(R"({"name":"SN0001","result":"updated","what":null})");
  EXPECT_EQ(serial({"add", kId, "SN0001", "--enroll-password", "pass-1", "--control-password",
                    "@" + file("pw", "pass-2\n")}),
            kDone);
  EXPECT_EQ(body(), json::parse(R"({"members":[{"name":"SN0001","enrollPassword":"pass-1",)"
                                R"("controlPassword":"pass-2"}]})"));
  EXPECT_THAT(out(), HasSubstr("SN0001  given other passwords\n"));
  EXPECT_THAT(out(), Not(HasSubstr("pass-")));
  EXPECT_EQ(serial({"add", kId, "SN0001", "--enroll-password", ""}), kUsage);
}

TEST_F(Things, TheOnlyTemplateNeedNotBeNamed) {
  world.server.answer(std::string("GET ") + kGroups, page_of(kTemplate));
  answer_rows(R"({"name":"SN0001","result":"added","what":null})");
  EXPECT_EQ(serial({"add", "SN0001"}), kDone) << err();
  EXPECT_EQ(world.server.calls.back().target, members());
  EXPECT_EQ(serial({"add"}), kUsage);
  EXPECT_THAT(err(), HasSubstr("needs SERIAL"));
  EXPECT_EQ(serial({"add", kId}), kUsage);
  world.server.answer(std::string("GET ") + kGroups, page_of(R"({"id":"g"})"));
  EXPECT_EQ(serial({"add", "SN0001"}), kFailed);
  EXPECT_THAT(err(), HasSubstr("`berth thing template create`"));
  world.server.answer(std::string("GET ") + kGroups,
                      page_of(std::string(kTemplate) + "," + kTemplate));
  EXPECT_EQ(serial({"add", "SN0001"}), kUsage);
  EXPECT_THAT(err(), HasSubstr("more than one template"));
}

TEST_F(Things, ImportTakesAHeaderInAnyOrderAndTellsOfEachRow) {
  answer_rows(R"({"name":"SN1","result":"added","what":null},)"
              R"({"name":"SN2","result":"present","what":null})");
  EXPECT_EQ(serial({"import", kId,
                    file("s.csv",
                         "Control_Password,site,serial,enroll_password\r\n"
                         "c;1,x,SN1,\"e,1\"\r\n,y,SN2,\r\n,z,,e3\r\n"
                         ",y,SN2,\r\nother,y,SN2,\r\n,y,SN4, e4\r\n")}),
            kFailed)
      << err();
  EXPECT_EQ(body(), json::parse(R"({"members":[{"name":"SN1","enrollPassword":"e,1",)"
                                R"("controlPassword":"c;1"},{"name":"SN2"}]})"));
  EXPECT_EQ(out(),
            "LINE  SERIAL  RESULT         WHY\n"
            "2     SN1     added\n"
            "3     SN2     already there\n"
            "4     -       invalid        the name is empty\n"
            "5     SN2     already there  as line 3\n"
            "6     SN2     invalid        line 3 lists it with other passwords\n"
            "7     SN4     invalid        its enroll password begins or ends with a blank\n"
            "1 added, 2 already there, 3 invalid\n");
}

TEST_F(Things, ImportTakesThreeColumnsWithoutAHeader) {
  answer_rows(R"({"name":"SN1","result":"updated","what":null},)"
              R"({"name":"SN2","result":"added","what":null})");
  EXPECT_EQ(serial({"import", kId, file("s.csv", "SN1,e1,c1\nSN2\n"), "--json"}), kDone) << err();
  EXPECT_EQ(body(), json::parse(R"({"members":[{"name":"SN1","enrollPassword":"e1",)"
                                R"("controlPassword":"c1"},{"name":"SN2"}]})"));
  EXPECT_EQ(json::parse(out()).at("updated"), 1);
  EXPECT_THAT(out(), Not(HasSubstr("e1")));
  EXPECT_EQ(serial({"import", kId, file("s.csv", "SN1,e1,c1\nSN2,a,b,c\n")}), kFailed);
  EXPECT_THAT(err(), HasSubstr("s.csv, line 2 has 4 columns"));
  EXPECT_THAT(world.server.calls, IsEmpty());
  EXPECT_EQ(serial({"import", kId, file("s.csv", "serial\n")}), kFailed);
  EXPECT_THAT(err(), HasSubstr("lists no serials"));
  EXPECT_EQ(serial({"import", kId}), kUsage);
}

TEST_F(Things, ImportReportsToAFileAndShowsProgress) {
  std::string rows;
  std::string text;
  for (int i = 0; i < 500; ++i) {
    text += "SN" + std::to_string(i) + ",e" + std::to_string(i) + "\n";
    rows += std::string(i > 0 ? "," : "") + R"({"result":"added"})";
  }
  answer_rows(rows);
  world.shows_progress = true;
  const std::string report = path("report.csv");
  // The second batch has as many rows as the first.
  for (int i = 500; i < 1'000; ++i) text += "SN" + std::to_string(i) + ",e\n";
  EXPECT_EQ(serial({"import", kId, file("s.csv", text), "--report", report}), kDone) << err();
  EXPECT_EQ(err(), "\r500 of 1000 serials\r1000 of 1000 serials\r\x1b[K");
  EXPECT_EQ(out(), "1000 added\neach serial with what became of it: " + report + "\n");
  EXPECT_THAT(content(report), HasSubstr("line,serial,result,why\n1,SN0,added,\n"));
  EXPECT_THAT(content(report), Not(HasSubstr("e1")));
}

TEST_F(Things, SerialsAreListedAndExported) {
  world.server.answer(
      "GET " + members(),
      page_of(std::string(kEnrolled) + R"(,{"name":"SN2","deviceId":null,"state":"expected",)"
                                       R"("ownPasswords":{"enroll":false,"control":false},)"
                                       R"("registration":null})"));
  EXPECT_EQ(serial({"list", kId}), kDone) << err();
  EXPECT_EQ(out(),
            "SERIAL  STATE     PLUG-ID                       PASSWORDS      LOCKED"
            "                             ENROLLED              ACTIVATED\n"
            "SN0001  enrolled  dev-588acc123945ec8436bde3c1  own to enroll  enroll until "
            "2026-01-03 00:15:00Z  2026-01-02 00:00:00Z  -\n"
            "SN2     expected  -                             derived        -"
            "                                  -                     -\n");
  EXPECT_EQ(serial({"list", kId, "--state", "enrolled", "--json"}), kDone);
  EXPECT_EQ(json::parse(out()).at("items").as_array().size(), 1U);
  EXPECT_EQ(serial({"export", kId}), kDone);
  EXPECT_EQ(out(),
            "serial,state,device_id,created_at,registered_at,activated_at\n"
            "SN0001,registered,dev-588acc123945ec8436bde3c1,2026-01-01T00:00:00Z,"
            "2026-01-02T00:00:00Z,\n"
            "SN2,expected,,,,\n");
  EXPECT_EQ(serial({"export", kId, path("things.csv")}), kDone);
  EXPECT_EQ(out(), "wrote 2 serials to " + path("things.csv") + "\n");
  answer_rows(R"({"result":"present"},{"result":"present"})");
  EXPECT_EQ(serial({"import", kId, path("things.csv")}), kDone) << err();
  EXPECT_EQ(body(), json::parse(R"({"names":["SN0001","SN2"]})"));
}

TEST_F(Things, EnrollingByHandPrintsIdAndPasswordOnce) {
  const std::string one = members() + "/SN%3A1";
  world.server.answer("POST " + one + "/enroll",
                      R"({"deviceId":"dev-588acc123945ec8436bde3c1","password":"pw","hub":"h"})");
  EXPECT_EQ(serial({"enroll", kId, "SN:1"}), kDone) << err();
  EXPECT_EQ(body(), (json::object{{"reissue", false}}));
  EXPECT_THAT(world.server.sent(), ElementsAre("POST " + one + "/enroll"));
  EXPECT_THAT(out(), HasSubstr("enrolled serial SN:1\n"));
  EXPECT_THAT(out(), HasSubstr("dev-588acc123945ec8436bde3c1\n"));
  EXPECT_THAT(out(), HasSubstr("connection password  pw\n"));
  EXPECT_THAT(out(), HasSubstr("the password is not shown again\n"));
  world.asks = true;
  world.in.str("n\n");
  EXPECT_EQ(serial({"enroll", kId, "SN:1", "--reissue"}), kFailed);
  EXPECT_THAT(world.server.calls, IsEmpty());
  EXPECT_EQ(serial({"enroll", kId, "SN:1", "--reissue", "--yes", "--json"}), kDone);
  EXPECT_EQ(body(), (json::object{{"reissue", true}}));
  EXPECT_EQ(json::parse(out()).at("password"), "pw");
  world.server.refuse("POST " + one + "/enroll", 409, "conflict", "it is enrolled");
  EXPECT_EQ(serial({"enroll", kId, "SN:1"}), kFailed);
  EXPECT_THAT(err(), HasSubstr("it is enrolled"));
}

TEST_F(Things, OneSerialIsLookedAfter) {
  const std::string one = members() + "/SN0001";
  for (const char* method : {"GET ", "PATCH "}) world.server.answer(method + one, kEnrolled);
  world.server.answer("POST " + one + "/reset", kEnrolled);
  world.server.answer("POST " + one + "/unlock", kEnrolled);
  world.server.answer("DELETE " + one, "", 204);
  EXPECT_EQ(serial({"show", kId, "SN0001"}), kDone) << err();
  EXPECT_THAT(out(), MatchesRegex("(.|\n)*state +enrolled\n(.|\n)*"));
  EXPECT_EQ(serial({"show", kId, "SN0001", "--json"}), kDone);
  EXPECT_EQ(out(), std::string(kEnrolled) + "\n");
  EXPECT_EQ(serial({"reset", kId, "SN0001"}), kDone);
  EXPECT_THAT(out(), HasSubstr("serial SN0001 must enroll again"));
  EXPECT_EQ(serial({"unlock", kId, "SN0001"}), kDone);
  EXPECT_EQ(world.server.calls.back().body, std::nullopt);
  EXPECT_THAT(out(), HasSubstr("serial SN0001 is not locked"));
  EXPECT_EQ(serial({"revoke", kId, "SN0001", "--etag", "1"}), kDone);
  EXPECT_EQ(body(), (json::object{{"enabled", false}}));
  EXPECT_EQ(world.server.calls.back().if_match, "\"1\"");
  EXPECT_EQ(serial({"restore", kId, "SN0001"}), kDone);
  EXPECT_EQ(body(), (json::object{{"enabled", true}}));
  world.asks = true;
  world.in.str("n\n");
  EXPECT_EQ(serial({"delete", kId, "SN0001"}), kFailed);
  EXPECT_EQ(serial({"delete", kId, "SN0001", "--yes"}), kDone);
  EXPECT_THAT(world.server.sent(), ElementsAre("DELETE " + one));
}

}  // namespace
}  // namespace berth::cli
