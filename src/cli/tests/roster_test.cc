// The devices of a product on the command line: adding, importing, exporting, looking after one.
#include "cli/tests/fake_world.h"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <sstream>
#include <sys/stat.h>
#include <unistd.h>

namespace berth::cli {
namespace {

using ::testing::ElementsAre;
using testing::FakeWorld;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;
namespace fs = std::filesystem;
namespace json = boost::json;

constexpr const char* kMembers = "/api/v1/scopes/s/enrollment-groups/p/members";

class Roster : public ::testing::Test {
 protected:
  void SetUp() override {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    directory_ = fs::temp_directory_path() /
                 (std::string("berth-roster-") + test->name() + "-" + std::to_string(getpid()));
    fs::create_directories(directory_);
    // Answers the batch that was just sent: names that begin with a letter of `verdicts_`.
    world.server.before_answer = [this](std::size_t) { answer_batch(); };
  }
  void TearDown() override { fs::remove_all(directory_); }

  void answer_batch() {
    const HttpCall& call = world.server.calls.back();
    if (call.method != "POST" || !call.target.ends_with("/members")) return;
    batches_.push_back(0);
    json::array rows;
    const json::value body = json::parse(*call.body);
    for (const json::value& name : body.at("names").as_array()) {
      ++batches_.back();
      rows.push_back(verdict(std::string(name.as_string())));
    }
    if (batches_.size() == fails_at_) {
      world.server.refuse("POST " + call.target, 503, "unavailable", "it is closing");
      return;
    }
    world.server.answer("POST " + call.target, json::serialize(json::object{{"rows", rows}}));
  }
  static json::object verdict(const std::string& name) {
    json::object row{{"name", name}, {"result", "added"}, {"what", nullptr}};
    if (name.starts_with("old")) row["result"] = "present";
    if (name.starts_with("bad")) {
      row["result"] = "invalid";
      row["what"] = "it is bad";
    }
    if (name.starts_with("late")) {
      row["result"] = "full";
      row["what"] = "there are too many";
    }
    return row;
  }

  int run(std::vector<std::string> words) {
    words.insert(words.begin(), {"product", "device"});
    words.insert(words.end(), {"--product", "p", "--scope", "s"});
    return world.run(words);
  }
  std::string file(const std::string& text) {
    const fs::path path = directory_ / "names.csv";
    std::ofstream(path, std::ios::binary) << text;
    return path.string();
  }
  std::string path(const std::string& name) const { return (directory_ / name).string(); }
  static std::string content(const std::string& path) {
    std::ifstream stream(path, std::ios::binary);
    std::stringstream text;
    text << stream.rdbuf();
    return text.str();
  }
  std::string out() const { return world.out.str(); }
  std::string err() const { return world.err.str(); }

  FakeWorld world;
  fs::path directory_;
  std::vector<int> batches_;  // how many names each had
  std::size_t fails_at_ = 0;  // the how manieth batch is refused; 0: none
};

TEST_F(Roster, AddTakesAnyNumberOfNamesAndTellsOfEach) {
  EXPECT_EQ(run({"add", "d1", "old2"}), kDone) << err();
  EXPECT_THAT(world.server.sent(), ElementsAre(std::string("POST ") + kMembers));
  EXPECT_EQ(*world.server.calls[0].body, R"({"names":["d1","old2"]})");
  EXPECT_EQ(out(),
            "NAME  RESULT         WHY\n"
            "d1    added\n"
            "old2  already there\n"
            "1 added, 1 already there\n");
}

TEST_F(Roster, AddFailsWhenOneNameDoes) {
  EXPECT_EQ(run({"add", "d1", "bad2", "late3", "\xC3\xA9", "d1"}), kFailed);
  EXPECT_EQ(*world.server.calls[0].body, R"({"names":["d1","bad2","late3"]})");
  EXPECT_THAT(out(), HasSubstr("bad2   invalid        it is bad\n"));
  EXPECT_THAT(out(), HasSubstr("late3  not added      there are too many\n"));
  EXPECT_THAT(out(), HasSubstr("characters that no name has"));
  EXPECT_THAT(out(), HasSubstr("d1     already there  named twice\n"));
  EXPECT_THAT(out(), HasSubstr("1 added, 1 already there, 2 invalid, 1 not added\n"));
  EXPECT_EQ(run({"add", "d1", "bad2", "--json"}), kFailed);
  EXPECT_EQ(out(), R"({"rows":[{"name":"d1","result":"added","what":null},)"
                   R"({"name":"bad2","result":"invalid","what":"it is bad"}],)"
                   R"("added":1,"present":0,"updated":0,"invalid":1,"full":0,"unsent":0})"
                   "\n");
}

TEST_F(Roster, AddNeedsANameAndNothingIsSentForThoseThatCannotBe) {
  EXPECT_EQ(run({"add"}), kUsage);
  EXPECT_THAT(err(), HasSubstr("needs NAME"));
  EXPECT_EQ(run({"add", ""}), kFailed);
  EXPECT_THAT(world.server.calls, IsEmpty());
  EXPECT_THAT(out(), HasSubstr("the name is empty"));
}

TEST_F(Roster, ImportTellsOfEachRowByItsLine) {
  EXPECT_EQ(run({"import", file("\xEF\xBB\xBFname;site\r\nd1;x\r\n\r\nold2;y\r\n;z\r\nd1;w\r\n")}),
            kFailed);
  EXPECT_EQ(*world.server.calls[0].body, R"({"names":["d1","old2"]})");
  EXPECT_EQ(out(),
            "LINE  NAME  RESULT         WHY\n"
            "2     d1    added\n"
            "4     old2  already there\n"
            "5     -     invalid        the name is empty\n"
            "6     d1    already there  as line 2\n"
            "1 added, 2 already there, 1 invalid\n");
  EXPECT_THAT(err(), IsEmpty());
  EXPECT_EQ(run({"import", file("d1\nold2\n")}), kDone);
}

TEST_F(Roster, ImportReadsStandardInputAndTellsInJson) {
  world.in.str("name\nd1\nbad2\n");
  EXPECT_EQ(run({"import", "-", "--json"}), kFailed);
  EXPECT_EQ(out(), R"({"rows":[{"line":2,"name":"d1","result":"added","what":null},)"
                   R"({"line":3,"name":"bad2","result":"invalid","what":"it is bad"}],)"
                   R"("added":1,"present":0,"updated":0,"invalid":1,"full":0,"unsent":0})"
                   "\n");
}

TEST_F(Roster, ImportSendsBatchesAndShowsProgressToAPerson) {
  std::string names;
  for (int i = 0; i < 1'201; ++i) names += "d" + std::to_string(i) + "\n";
  EXPECT_EQ(run({"import", file(names)}), kDone);
  EXPECT_THAT(batches_, ElementsAre(500, 500, 201));
  EXPECT_THAT(err(), IsEmpty());
  EXPECT_THAT(out(), HasSubstr("1201 added\n"));
  world.shows_progress = true;
  EXPECT_EQ(run({"import", file(names)}), kDone);
  EXPECT_EQ(err(), "\r500 of 1201 names\r1000 of 1201 names\r1201 of 1201 names\r\x1b[K");
  EXPECT_EQ(run({"import", file("d1\n")}), kDone);
  EXPECT_THAT(err(), IsEmpty());
}

TEST_F(Roster, ImportWritesItsReportToAFile) {
  const std::string report = path("report.csv");
  EXPECT_EQ(run({"import", file("d1\nbad2\n\"a,b\"\"\"\n"), "--report", report}), kFailed);
  EXPECT_EQ(content(report),
            "line,name,result,why\n"
            "1,d1,added,\n"
            "2,bad2,invalid,it is bad\n"
            "3,\"a,b\"\"\",invalid,\"it has characters that no name has; use letters, digits and "
            "- . _ :\"\n");
  EXPECT_EQ(out(), "1 added, 2 invalid\neach name with what became of it: " + report + "\n");
  EXPECT_EQ(run({"import", file("d1\n"), "--report", directory_.string()}), kFailed);
  EXPECT_THAT(err(), HasSubstr("is no ordinary file"));
}

TEST_F(Roster, ImportThatBreaksOffTellsHowFarItCame) {
  std::string names;
  for (int i = 0; i < 700; ++i) names += "d" + std::to_string(i) + "\n";
  names += "d0\nd699\n";
  fails_at_ = 2;
  EXPECT_EQ(run({"import", file(names)}), kFailed);
  EXPECT_THAT(out(), HasSubstr("500 added, 1 already there, 201 not tried\n"));
  EXPECT_THAT(err(), HasSubstr("error: it is closing; 201 names were not tried\n"));
  EXPECT_THAT(err(), HasSubstr("import the file again: names that are there stay as they are"));
  batches_.clear();
  fails_at_ = 1;
  EXPECT_EQ(run({"import", file("d1\n")}), kFailed);
  EXPECT_THAT(out(), IsEmpty());
  EXPECT_THAT(err(), HasSubstr("error: it is closing\n"));
}

TEST_F(Roster, FilesThatCannotBeReadAreRefusedBeforeAnythingIsSent) {
  const auto refused = [&](const std::string& name) {
    EXPECT_EQ(run({"import", name}), kFailed);
    EXPECT_THAT(world.server.calls, IsEmpty());
    EXPECT_THAT(out(), IsEmpty());
    return err();
  };
  EXPECT_THAT(refused(path("none.csv")), HasSubstr("there is no such file"));
  EXPECT_THAT(refused(directory_.string()), HasSubstr("cannot be read"));
  EXPECT_THAT(refused(file("")), HasSubstr("lists no names"));
  EXPECT_THAT(refused(file("name\nd1\n\"d2\n")),
              HasSubstr("names.csv, line 3: a quote is opened and never closed"));
  EXPECT_THAT(refused(file("serial,site\n1,2\n")), HasSubstr("line 1 names no column `name`"));
  const std::string large = path("large.csv");
  std::ofstream(large).put('n');
  fs::resize_file(large, std::uintmax_t{64} * 1024 * 1024 + 1);
  EXPECT_THAT(refused(large), HasSubstr("is larger than 64 MiB"));
}

TEST_F(Roster, AServerThatDoesNotTellOfEachNameIsNotBelieved) {
  world.server.before_answer = nullptr;
  for (const char* body : {"{}", R"({"rows":[]})", R"({"rows":[{"name":"d","result":"maybe"}]})"}) {
    world.server.answer(std::string("POST ") + kMembers, body);
    EXPECT_EQ(run({"add", "d"}), kFailed) << body;
    EXPECT_THAT(err(), HasSubstr("berth command of the server's own version")) << body;
  }
}

constexpr const char* kPageOne =
    R"({"items":[{"name":"d1","deviceId":"pd1","state":"activated","enabled":true,)"
    R"("requested":true,"createdAt":"2026-01-01T00:00:00Z","updatedAt":"2026-01-01T00:00:00Z",)"
    R"("etag":1,"registration":{"createdAt":"2026-01-02T00:00:00.25Z",)"
    R"("activatedAt":"2026-01-03T00:00:00Z"}}],"nextCursor":"c"})";
constexpr const char* kPageTwo =
    R"({"items":[{"name":"d2","deviceId":"pd2","state":"expected","enabled":true,)"
    R"("requested":false,"createdAt":"2026-01-04T00:00:00Z","etag":1,"registration":null}],)"
    R"("nextCursor":null})";

class FilledRoster : public Roster {
 protected:
  void SetUp() override {
    Roster::SetUp();
    world.server.answer(std::string("GET ") + kMembers + "?limit=1000", kPageOne);
    world.server.answer(std::string("GET ") + kMembers + "?limit=1000&cursor=c", kPageTwo);
  }
};

TEST_F(FilledRoster, ListReadsEveryPage) {
  EXPECT_EQ(run({"list"}), kDone) << err();
  EXPECT_EQ(out(),
            "NAME  STATE      DEVICE  ADDED BY  REGISTERED            ACTIVATED\n"
            "d1    activated  pd1     itself    2026-01-02 00:00:00Z  2026-01-03 00:00:00Z\n"
            "d2    expected   pd2     operator  -                     -\n");
  EXPECT_EQ(run({"list", "--state", "expected"}), kDone);
  EXPECT_THAT(out(), Not(HasSubstr("d1")));
  EXPECT_EQ(run({"list", "--json"}), kDone);
  const json::value page = json::parse(out());
  EXPECT_EQ(page.at("items").as_array().size(), 2u);
  EXPECT_EQ(page.at("items").at(0), json::parse(kPageOne).at("items").at(0));
  EXPECT_TRUE(page.at("nextCursor").is_null());
}

TEST_F(FilledRoster, ExportIsCsvThatImportTakes) {
  const std::string expected =
      "name,state,device_id,created_at,registered_at,activated_at\n"
      "d1,activated,pd1,2026-01-01T00:00:00Z,2026-01-02T00:00:00.25Z,2026-01-03T00:00:00Z\n"
      "d2,expected,pd2,2026-01-04T00:00:00Z,,\n";
  EXPECT_EQ(run({"export"}), kDone) << err();
  EXPECT_EQ(out(), expected);
  const std::string target = path("devices.csv");
  EXPECT_EQ(run({"export", target}), kDone);
  EXPECT_EQ(content(target), expected);
  EXPECT_EQ(out(), "wrote 2 names to " + target + "\n");
  EXPECT_EQ(run({"import", target}), kDone);
  EXPECT_EQ(*world.server.calls.back().body, R"({"names":["d1","d2"]})");
}

TEST_F(FilledRoster, AListThatDoesNotEndIsGivenUp) {
  world.server.answer(std::string("GET ") + kMembers + "?limit=1000&cursor=c", kPageOne);
  EXPECT_EQ(run({"export"}), kFailed);
  EXPECT_THAT(err(), HasSubstr("does not come to an end"));
  EXPECT_THAT(out(), IsEmpty());
}

TEST_F(Roster, OneDeviceIsLookedAfterByItsName) {
  const std::string member = std::string(kMembers) + "/a%3Ab";
  const std::string body = R"({"name":"a:b","state":"activated","registration":{"id":"pa:b"}})";
  for (const char* method : {"GET ", "PATCH "}) world.server.answer(method + member, body);
  world.server.answer("POST " + member + "/reset", body);
  world.server.answer("DELETE " + member, "", 204);
  EXPECT_EQ(run({"show", "a:b"}), kDone) << err();
  EXPECT_EQ(out(),
            "name              a:b\n"
            "state             activated\n"
            "registration: id  pa:b\n");
  EXPECT_EQ(run({"reset", "a:b"}), kDone);
  EXPECT_THAT(out(), HasSubstr("device a:b may register again"));
  EXPECT_EQ(world.server.calls.back().body, std::nullopt);
  world.server.answer("POST " + member + "/reset", R"({"name":"a:b","registration":null})");
  EXPECT_EQ(run({"reset", "a:b"}), kDone);
  EXPECT_THAT(out(), HasSubstr("device a:b has not registered yet and may\n"));
  EXPECT_EQ(run({"disable", "a:b", "--etag", "2"}), kDone);
  EXPECT_EQ(*world.server.calls.back().body, R"({"enabled":false})");
  EXPECT_EQ(world.server.calls.back().if_match, "\"2\"");
  EXPECT_EQ(run({"enable", "a:b", "--json"}), kDone);
  EXPECT_EQ(*world.server.calls.back().body, R"({"enabled":true})");
  EXPECT_EQ(out(), body + "\n");
  world.asks = true;
  world.in.str("n\n");
  EXPECT_EQ(run({"delete", "a:b"}), kFailed);
  EXPECT_EQ(world.server.calls.size(), 5u);
  EXPECT_EQ(run({"delete", "a:b", "--yes"}), kDone);
  EXPECT_THAT(world.server.sent().back(), "DELETE " + member);
}

}  // namespace
}  // namespace berth::cli
