#include "berth/device/agent.h"

#include "device/tests/agent_server.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <unistd.h>

namespace berth::device {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;
using testing::AgentServerFake;
using ::testing::ElementsAre;
using ::testing::EndsWith;
using ::testing::Ge;
using ::testing::HasSubstr;
using testing::http;
using testing::kModel;
using testing::kPlugId;
using ::testing::Le;
using ::testing::Not;
using testing::Protection;
using ::testing::StartsWith;

constexpr const char* kPost = "POST /iot/device";
const std::string kGet = std::string("GET /iot/device/") + kPlugId;

class Witness final : public AgentObserver {
 public:
  explicit Witness(base::FakeClock& clock) : clock_(clock) {}
  void say(std::string_view line) override { said.append(line).append("\n"); }
  bool pause(milliseconds time) override {
    pauses.push_back(time);
    clock_.advance(time);
    return goes_on;
  }

  std::string said;
  std::vector<milliseconds> pauses;
  bool goes_on = true;

 private:
  base::FakeClock& clock_;
};

class Agent : public ::testing::Test {
 protected:
  Agent() : witness_(clock_) {
    const auto* test = ::testing::UnitTest::GetInstance()->current_test_info();
    folder_ = fs::temp_directory_path() /
              (std::string("berth-agent-") + test->name() + "-" + std::to_string(::getpid()));
    fs::create_directories(folder_);
    config_.model = kModel;
    config_.serial = "SN0001";
    config_.enrolment = Secret::from_text("enrol=pw#1");
  }
  ~Agent() override { fs::remove_all(folder_); }

  void start(const Protection& protection = {}) {
    server_.emplace(protection);
    options_.server = {"localhost", server_->port(), !protection.tls};
    options_.ca = server_->ca();
  }
  // As after a restart: what it knows is what it kept.
  Result<AgentReport> run() {
    Result<AgentStore> store = AgentStore::open({folder_ / "a.state", folder_ / "a.key"}, rng_);
    EXPECT_TRUE(store) << store.error().what;
    return run_agent(config_, options_, {*store, witness_, clock_, rng_});
  }
  AgentReport well() {
    Result<AgentReport> done = run();
    EXPECT_TRUE(done) << done.error().what;
    return done ? *std::move(done) : AgentReport();
  }
  Error error() {
    Result<AgentReport> done = run();
    EXPECT_FALSE(done);
    return done ? Error() : std::move(done).error();
  }

  base::FakeClock clock_;
  base::SeededRng rng_{7};
  Witness witness_;
  fs::path folder_;
  AgentConfig config_;
  AgentOptions options_;
  std::optional<AgentServerFake> server_;
};

TEST_F(Agent, EnrolsAndActivatesWithOneRequestEach) {
  start();
  const AgentReport report = well();
  EXPECT_EQ(report.id, kPlugId);
  EXPECT_EQ(report.connection.text(), server_->connection());
  EXPECT_EQ(report.enrolment, AgentEnrolment::kFirst);
  EXPECT_EQ(report.name, "pump");
  EXPECT_EQ(report.status, "ok");
  EXPECT_THAT(server_->lines(), ElementsAre(kPost, kGet));
  const std::string enrolment = server_->requests().at(0);
  EXPECT_THAT(enrolment, HasSubstr("\r\nHost: localhost:" + std::to_string(server_->port())));
  EXPECT_THAT(enrolment,
              EndsWith("\r\n\r\n{\"model\":\"mod-588acc123945ec8436bde3aa\",\"hwid\":\"SN0001\","
                       "\"pass\":\"enrol=pw#1\"}"));
  EXPECT_THAT(enrolment, Not(HasSubstr("X-Plug")));
  EXPECT_THAT(witness_.said, Not(HasSubstr("enrol=pw#1")));
  EXPECT_THAT(witness_.said, Not(HasSubstr(server_->connection())));
}

TEST_F(Agent, ANameGoesAlong) {
  start();
  config_.display_name = "Pump \"1\"";
  well();
  EXPECT_THAT(server_->requests().at(0), EndsWith(R"(,"pass":"enrol=pw#1","name":"Pump \"1\""})"));
}

TEST_F(Agent, WithoutTlsToo) {
  start(Protection{.tls = false});
  EXPECT_EQ(well().id, kPlugId);
  EXPECT_THAT(witness_.said, HasSubstr("without TLS"));
}

TEST_F(Agent, RunAgainItUsesWhatItKeepsAndMakesNoSecondDevice) {
  start();
  well();
  config_.enrolment = Secret();  // no longer needed
  const AgentReport again = well();
  EXPECT_EQ(again.id, kPlugId);
  EXPECT_EQ(again.enrolment, AgentEnrolment::kKept);
  EXPECT_EQ(again.connection.text(), "connection-1");
  EXPECT_THAT(server_->lines(), ElementsAre(kPost, kGet, kGet));
}

TEST_F(Agent, CredentialsThatWereRevokedAreReplaced) {
  start();
  well();
  server_->must_enrol_again();
  const AgentReport again = well();
  EXPECT_EQ(again.enrolment, AgentEnrolment::kAgain);
  EXPECT_EQ(again.connection.text(), "connection-2");
  EXPECT_THAT(server_->lines(), ElementsAre(kPost, kGet, kGet, kPost, kGet));
  EXPECT_EQ(well().enrolment, AgentEnrolment::kKept);
}

TEST_F(Agent, CredentialsThatWereRevokedEndItWithoutAPassword) {
  start();
  well();
  server_->must_enrol_again();
  config_.enrolment = Secret();
  const Error wrong = error();
  EXPECT_EQ(wrong.kind, ErrorKind::kUnauthenticated);
  EXPECT_THAT(wrong.what, HasSubstr(std::string("no longer takes the credentials of ") + kPlugId));
  EXPECT_THAT(wrong.what, HasSubstr("`enroll_pass`"));
  EXPECT_THAT(server_->lines(), ElementsAre(kPost, kGet, kGet));
}

TEST_F(Agent, AFirstRunNeedsThePassword) {
  start();
  config_.enrolment = Secret();
  const Error wrong = error();
  EXPECT_EQ(wrong.kind, ErrorKind::kInvalid);
  EXPECT_THAT(wrong.what, HasSubstr("does not set `enroll_pass`"));
  EXPECT_THAT(server_->lines(), ElementsAre());
}

TEST_F(Agent, ARefusalIsToldWithItsReasonAndNotRepeated) {
  start();
  config_.enrolment = Secret::from_text("wrong");
  Error wrong = error();
  EXPECT_EQ(wrong.kind, ErrorKind::kForbidden);
  EXPECT_THAT(wrong.what, HasSubstr("refused to enrol SN0001: HTTP 403: wrong template, serial"));
  EXPECT_THAT(wrong.mend, HasSubstr("check enroll_model, enroll_thing and enroll_pass"));
  EXPECT_THAT(server_->lines(), ElementsAre(kPost));
  server_->script({http(400, R"({"err":400,"msg":"model"})")});
  wrong = error();
  EXPECT_THAT(wrong.what, HasSubstr("HTTP 400: model"));
  EXPECT_THAT(server_->lines(), ElementsAre(kPost, kPost));
  EXPECT_THAT(witness_.pauses, ElementsAre());
}

TEST_F(Agent, ASerialThatIsEnrolledElsewhereNeedsTheOperator) {
  start();
  well();
  fs::remove(folder_ / "a.state");
  const Error wrong = error();
  EXPECT_THAT(wrong.what, HasSubstr("HTTP 403: already enrolled"));
  EXPECT_THAT(wrong.mend,
              HasSubstr(std::string("`berth thing serial reset ") + kModel + " SN0001`"));
}

TEST_F(Agent, ADisabledThingStopsAndKeepsItsCredentials) {
  start();
  well();
  server_->script({http(403, R"({"err":403,"msg":"disabled"})")});
  const Error wrong = error();
  EXPECT_EQ(wrong.kind, ErrorKind::kForbidden);
  EXPECT_THAT(wrong.what, HasSubstr("HTTP 403: disabled"));
  EXPECT_THAT(wrong.mend, HasSubstr("serial restore"));
  EXPECT_EQ(well().enrolment, AgentEnrolment::kKept);
}

TEST_F(Agent, ABusyOrSilentServerIsAskedAgainWithGrowingPauses) {
  start();
  server_->script({http(503, ""), "", http(500, "oops")});
  EXPECT_EQ(well().enrolment, AgentEnrolment::kFirst);
  EXPECT_THAT(server_->lines(), ElementsAre(kPost, kPost, kPost, kPost, kGet));
  ASSERT_EQ(witness_.pauses.size(), 3U);
  milliseconds pause{1'000};
  for (const milliseconds each : witness_.pauses) {
    EXPECT_THAT(each, Ge(pause / 2));
    EXPECT_THAT(each, Le(pause));
    pause *= 2;
  }
  EXPECT_THAT(witness_.said, HasSubstr(" answered HTTP 503; trying again in "));
  EXPECT_THAT(witness_.said, HasSubstr(" answered HTTP 500: oops; trying again in "));
}

TEST_F(Agent, ItGivesUpAfterSoManyAttempts) {
  start();
  options_.attempts = 3;
  server_->script({http(503, ""), http(503, ""), http(503, R"({"err":503,"msg":"full"})"), ""});
  const Error wrong = error();
  EXPECT_EQ(wrong.kind, ErrorKind::kUnavailable);
  EXPECT_THAT(wrong.what, EndsWith(" answered HTTP 503: full"));
  EXPECT_EQ(server_->lines().size(), 3U);
}

TEST_F(Agent, ItGivesUpWhenTheTimeIsOver) {
  start();
  options_.attempts = 1'000;
  options_.timeout = milliseconds(60'000);
  server_->script(std::vector<std::string>(1'000, http(503, "")));
  EXPECT_EQ(error().kind, ErrorKind::kUnavailable);
  milliseconds waited{0};
  for (const milliseconds each : witness_.pauses) waited += each;
  EXPECT_THAT(waited, Le(milliseconds(60'000)));
  EXPECT_THAT(waited, Ge(milliseconds(20'000)));
}

TEST_F(Agent, ItGivesUpWhenTheObserverDoes) {
  start();
  witness_.goes_on = false;
  server_->script({http(503, "")});
  EXPECT_EQ(error().kind, ErrorKind::kUnavailable);
  EXPECT_EQ(server_->lines().size(), 1U);
}

TEST_F(Agent, NoServerAtAllIsANetworkErrorLikeOthers) {
  start();
  server_.reset();
  options_.ca.clear();  // its file went with the server
  options_.attempts = 2;
  const Error wrong = error();
  EXPECT_EQ(wrong.kind, ErrorKind::kUnavailable);
  EXPECT_THAT(wrong.mend, HasSubstr("check that the server runs"));
  EXPECT_EQ(witness_.pauses.size(), 1U);
}

TEST_F(Agent, ACertificateThatIsNotTrustedEndsItAtOnce) {
  start();
  options_.ca.clear();
  const Error wrong = error();
  EXPECT_THAT(wrong.mend, HasSubstr("`ca_file`"));
  EXPECT_THAT(witness_.pauses, ElementsAre());
  EXPECT_THAT(server_->lines(), ElementsAre());
}

TEST_F(Agent, AnAnswerThatIsNoneIsNotKept) {
  start();
  for (const std::string& body :
       {std::string(), std::string("null"), std::string(R"({"id":"dev-1","auth":"abcdef"})"),
        std::string(R"({"id":"dev-588acc123945ec8436bde3c1"})"),
        std::string(R"({"id":"dev-588acc123945ec8436bde3c1","auth":"abc"})"),
        std::string(R"({"id":"dev-588acc123945ec8436bde3c1","auth":"abcd\r\nX: y"})"),
        R"({"id":"dev-588acc123945ec8436bde3c1","auth":")" + std::string(128, 'a') + "\"}"}) {
    server_->script({http(200, body)});
    EXPECT_THAT(error().what, HasSubstr("without an id and a password of their form")) << body;
    EXPECT_FALSE(fs::exists(folder_ / "a.state"));
  }
}

TEST_F(Agent, TheRecordOfAnotherThingIsNotUsed) {
  start();
  well();
  config_.serial = "SN0002";
  const Error wrong = error();
  EXPECT_EQ(wrong.kind, ErrorKind::kInvalid);
  EXPECT_THAT(wrong.what, HasSubstr("belongs to serial SN0001 of mod-"));
  EXPECT_EQ(server_->lines().size(), 2U);
}

TEST_F(Agent, CredentialsThatAreRefusedAtOnceAreNotAskedForTwice) {
  start();
  server_->script(
      {http(200, std::string(R"({"id":")") + kPlugId + R"(","auth":"good"})"), http(401, "")});
  EXPECT_THAT(error().what, HasSubstr("refuses the credentials that it has just given"));
  EXPECT_THAT(server_->lines(), ElementsAre(kPost, kGet));
}

TEST_F(Agent, AServerThatDoesNotKnowSuchThingsIsNamed) {
  start();
  server_->script({http(404, "")});
  EXPECT_THAT(error().mend, StartsWith("check that `server`"));
  well();
  server_->script({http(200, "[]")});
  EXPECT_THAT(error().what, HasSubstr("does not show"));
}

}  // namespace
}  // namespace berth::device
