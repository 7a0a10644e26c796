#include "dialects/cloudplugs/cloudplugs.h"
#include "dialects/cloudplugs/id_list.h"
#include "dialects/cloudplugs/json_in.h"
#include "dialects/cloudplugs/json_out.h"
#include "dialects/cloudplugs/property_text.h"
#include "dialects/cloudplugs/reason_table.h"
#include "dialects/cloudplugs/record_filter.h"
#include "dialects/cloudplugs/record_text.h"
#include "dialects/cloudplugs/times.h"

#include <gtest/gtest.h>

#include <set>
#include <string>

namespace berth::dialects::cloudplugs {
namespace {

using domain::Reason;

const std::set<int> kKnownCodes = {400, 401, 402, 403, 404, 405, 500, 503};

wire::HttpRequest request(std::string method, std::string path) {
  wire::HttpRequest made;
  made.method = std::move(method);
  made.path = std::move(path);
  made.headers = {{"x-plug-id", "dev-588acc123945ec8436bde3c1"}, {"x-plug-auth", "secret"}};
  return made;
}

// The status that a request is answered with at once; 0: it became a command.
int status_at_once(wire::HttpRequest asked) {
  const std::unique_ptr<Dialect> dialect = make_cloudplugs();
  wire::Peer peer;
  peer.transport = wire::Transport::kHttp;
  Session session;
  const StepResult result = dialect->step(peer, session, Arrival{std::move(asked), {}, "id"});
  if (result.actions.empty()) return 0;
  return std::get<wire::HttpResponse>(result.actions.front()).status;
}

TEST(CloudPlugsReasons, GuessersCannotTellWhatTheyGotWrong) {
  const Failure wrong = enrollment_failure(Reason::kProofRejected);
  EXPECT_EQ(wrong.code, 403);
  for (const Reason reason : {Reason::kGroupUnknown, Reason::kMemberUnknown, Reason::kMemberLocked,
                              Reason::kIdInvalid, Reason::kAttestationMismatch}) {
    EXPECT_EQ(enrollment_failure(reason), wrong) << to_string(reason);
  }
  const Failure unauthorized = data_failure(Reason::kProofRejected);
  EXPECT_EQ(unauthorized.code, 401);
  for (const Reason reason : {Reason::kDeviceUnknown, Reason::kMemberLocked, Reason::kIdInvalid}) {
    EXPECT_EQ(data_failure(reason), unauthorized) << to_string(reason);
  }
}

TEST(CloudPlugsReasons, HaveCodesThatClientsKnowAndNoEnrolmentIs401) {
  for (const Reason reason : domain::kReasons) {
    EXPECT_TRUE(kKnownCodes.contains(enrollment_failure(reason).code)) << to_string(reason);
    EXPECT_NE(enrollment_failure(reason).code, 401) << to_string(reason);
    EXPECT_TRUE(kKnownCodes.contains(data_failure(reason).code)) << to_string(reason);
  }
}

TEST(CloudPlugsReasons, AreBoundedAndEscapedInBodies) {
  EXPECT_EQ(failure_body(kUnreadable), R"({"err":400,"msg":"malformed request"})");
  EXPECT_EQ(failure_body(kUnreadable, "a \"b\"\\\n"), R"({"err":400,"msg":"a \"b\"\\?"})");
  EXPECT_LE(failure_body(kUnreadable, std::string(10'000, 'x')).size(), 240U);
}

TEST(CloudPlugsJson, KeepsItsOrderAndEscapes) {
  EXPECT_EQ(JsonObject().text("id", "z").text("auth", "a").take(), R"({"id":"z","auth":"a"})");
  EXPECT_EQ(quoted("\x01\t\"\\é"), "\"\\u0001\\u0009\\\"\\\\é\"");
  EXPECT_EQ(quoted("\xFF"), "\"?\"");
}

TEST(CloudPlugsTimes, AreReadInEverySpelling) {
  const struct {
    std::string_view text;
    std::int64_t milliseconds;
  } expected[] = {
      {"0", 0},
      {"1514764800123", 1'514'764'800'123},
      {"1.51476e+12", 1'514'760'000'000},
      {"1.5e 12", 1'500'000'000'000},
      {"1.5E12", 1'500'000'000'000},
      {"1514764800.25", 1'514'764'800'250},
      {"99999999999", 99'999'999'999'000},
      {"100000000000", 100'000'000'000},
      {"2018-01-01", 1'514'764'800'000},
      {"2018-01-01T00:00:00", 1'514'764'800'000},
      {"2018-01-01 00:00:00.125Z", 1'514'764'800'125},
      {"2018-01-01T02:00:00+02:00", 1'514'764'800'000},
      {"2018-01-01T02:00:00+0200", 1'514'764'800'000},
  };
  for (const auto& each : expected) {
    const std::optional<TimePoint> time = parse_time(each.text);
    ASSERT_TRUE(time) << each.text;
    EXPECT_EQ(epoch_milliseconds(*time), each.milliseconds) << each.text;
  }
  for (const std::string_view text :
       {"", "-1", "inf", "nan", "1e99", "1e400", "12x", "2018-13-01", "1969-12-31", " 5"}) {
    EXPECT_FALSE(parse_time(text)) << text;
  }
}

TEST(CloudPlugsBounds, NamesOfTenKilobytesAreRefused) {
  const std::string name(10'000, 'n');
  EXPECT_EQ(status_at_once(request("GET", "/iot/device/dev-588acc123945ec8436bde3c1/" + name)),
            400);
  wire::HttpRequest patch = request("PATCH", "/iot/device/dev-588acc123945ec8436bde3c1/");
  patch.body = "{\"" + name + "\":1}";
  EXPECT_EQ(status_at_once(patch), 400);
  EXPECT_EQ(status_at_once(request("GET", "/iot/device/dev-588acc123945ec8436bde3c1/x")), 0);
}

TEST(CloudPlugsBounds, ListsAreRefusedBeyondTheirSize) {
  std::string ids;
  for (int i = 0; i < 1'001; ++i) {
    const std::string number = std::to_string(100'000 + i);
    ids += "dev-588acc123945ec8436" + number + ",";
  }
  EXPECT_FALSE(read_unenrolled("\"" + ids + "\""));
  EXPECT_TRUE(read_unenrolled("\"" + ids.substr(29) + "\""));

  std::string records = "[{\"data\":0}";
  for (int i = 1; i < 1'000; ++i) records += ",{\"data\":0}";
  EXPECT_TRUE(read_publish(records + "]", "a", IfNoJson::kRefuse));
  EXPECT_FALSE(read_publish(records + ",{\"data\":0}]", "a", IfNoJson::kRefuse));

  std::string tests;
  for (int i = 0; i < 16; ++i) tests += "value=1&";
  EXPECT_TRUE(read_query("#", tests));
  EXPECT_FALSE(read_query("#", tests + "value=1"));
}

TEST(CloudPlugsBounds, DeepJsonIsRefusedEverywhere) {
  const std::string deep = std::string(40, '[') + std::string(40, ']');
  EXPECT_FALSE(read_property_body(deep));
  EXPECT_FALSE(read_publish(deep, "a", IfNoJson::kRefuse));
  EXPECT_FALSE(read_json(std::string(100'000, '[')));
  // Beyond what is looked at again it is no JSON, and too long for a text.
  EXPECT_FALSE(read_property_body(std::string(100'000, '[')));
}

TEST(CloudPlugsBodies, PublishingMayBeLargeAndOnlyDeletesUnframed) {
  const std::unique_ptr<Dialect> dialect = make_cloudplugs();
  EXPECT_EQ(dialect->body_rules(request("PUT", "/iot/data/a")).bytes_max, 2U * 1024 * 1024);
  EXPECT_EQ(dialect->body_rules(request("PUT", "/iot/data")).bytes_max, 2U * 1024 * 1024);
  EXPECT_EQ(dialect->body_rules(request("PUT", "/iot/database")).bytes_max, 0U);
  EXPECT_EQ(dialect->body_rules(request("PUT", "/iot/device")).bytes_max, 0U);
  EXPECT_TRUE(dialect->body_rules(request("DELETE", "/iot/data/a")).unframed_delete);
  EXPECT_TRUE(dialect->body_rules(request("DELETE", "/iot/device")).unframed_delete);
  EXPECT_FALSE(dialect->body_rules(request("DELETE", "/iot/channel/a")).unframed_delete);
  EXPECT_FALSE(dialect->body_rules(request("POST", "/iot/device")).unframed_delete);
}

TEST(CloudPlugsRecords, TextThatIsNoJsonIsDataOnlyWhereItMayBe) {
  EXPECT_FALSE(read_publish("hello", "a", IfNoJson::kRefuse));
  const Result<PublishRequest> text = read_publish("hello", "a", IfNoJson::kIsText);
  ASSERT_TRUE(text);
  EXPECT_EQ(text->records.records.front().data, "\"hello\"");
}

}  // namespace
}  // namespace berth::dialects::cloudplugs
