#include "berth/device/registration.h"

#include "base/codec.h"
#include "berth/device/fleet.h"
#include "berth/device/percentiles.h"
#include "device/tests/tls_server.h"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/io_context.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <set>

namespace berth::device {
namespace {

using ::testing::HasSubstr;
using testing::http;
using testing::TlsServer;
using Outcome = Result<Registered, RegistrationError>;

constexpr const char* kAssigning = R"({"operationId":"4.op","status":"assigning"})";
constexpr const char* kAssigned =
    R"({"operationId":"4.op","status":"assigned",)"
    R"("registrationState":{"assignedHub":"hub-1","deviceId":"d-1","status":"assigned"}})";

std::string first_line(const std::string& request) {
  return request.substr(0, request.find("\r\n"));
}

// PUT is answered "assigning", GET "assigned".
std::string well(const std::string& request) {
  return request.starts_with("PUT") ? http(202, kAssigning) : http(200, kAssigned);
}

Credentials credentials() {
  Credentials made;
  made.id_scope = "0ne00ABCDEF";
  made.registration_id = "device-01";
  made.key = *base::base64_decode_secret("4mnWPt8Zt2l+dGRNpd2grurMijx75QG0Gw4rgHMHFgA=");
  return made;
}

Task<void> run_into(RegistrationClient& client, const Credentials& who,
                    const RegistrationOptions& how, std::optional<Outcome>& outcome) {
  Outcome done = co_await client.run(who, how);
  outcome = std::move(done);
}

class Registration : public ::testing::Test {
 protected:
  void start(TlsServer::AnswerFunction answer) {
    server_.emplace(std::move(answer));
    tls_.emplace(*TlsContext::trusting(server_->ca()));
    where_ = {{boost::asio::ip::address_v4::loopback(), server_->port()}, "localhost"};
    client_.emplace(context_.get_executor(), *tls_, where_, clock_);
    options_.poll_delay = std::chrono::milliseconds(0);
  }
  Outcome run() {
    std::optional<Outcome> outcome;
    const Credentials who = credentials();
    Task<void> task = run_into(*client_, who, options_, outcome);
    boost::asio::co_spawn(context_, std::move(task), boost::asio::detached);
    context_.restart();
    context_.run();
    return *std::move(outcome);
  }
  Trouble trouble() {
    const Outcome outcome = run();
    EXPECT_FALSE(outcome);
    if (!outcome) what_ = outcome.error().what;
    return outcome ? Trouble::kConnect : outcome.error().trouble;
  }

  base::SystemClock clock_;
  boost::asio::io_context context_;
  std::optional<TlsServer> server_;
  std::optional<TlsContext> tls_;
  Server where_;
  std::optional<RegistrationClient> client_;
  RegistrationOptions options_;
  std::string what_;
};

TEST_F(Registration, RegistersThenPollsUntilAssigned) {
  std::vector<std::string> requests;
  start([&](const std::string& request) {
    requests.push_back(request);
    if (requests.size() < 4) return http(202, kAssigning);
    return http(200, kAssigned);
  });
  options_.payload = R"({"model":"m"})";
  const Outcome outcome = run();
  ASSERT_TRUE(outcome) << outcome.error().what;
  EXPECT_EQ(outcome->hub, "hub-1");
  EXPECT_EQ(outcome->device_id, "d-1");
  EXPECT_EQ(outcome->polls, 3u);
  EXPECT_GT(outcome->timing.handshake.count(), 0);
  EXPECT_GT(outcome->timing.total, outcome->timing.handshake);
  ASSERT_EQ(requests.size(), 4u);
  EXPECT_EQ(first_line(requests[0]),
            "PUT /0ne00ABCDEF/registrations/device-01/register?api-version=2021-06-01 HTTP/1.1");
  EXPECT_THAT(requests[0], HasSubstr("\r\nHost: localhost\r\n"));
  EXPECT_TRUE(requests[0].ends_with(R"({"registrationId":"device-01","payload":{"model":"m"}})"));
  EXPECT_EQ(first_line(requests[3]),
            "GET /0ne00ABCDEF/registrations/device-01/operations/4.op?api-version=2021-06-01 "
            "HTTP/1.1");
}

TEST_F(Registration, KeepsAConnectionOnlyWhenToldTo) {
  start(well);
  ASSERT_TRUE(run());
  ASSERT_TRUE(run());
  EXPECT_EQ(server_->connections(), 2);
  options_.keep_connection = true;
  ASSERT_TRUE(run());
  const Outcome kept = run();
  ASSERT_TRUE(kept);
  EXPECT_EQ(server_->connections(), 3);
  EXPECT_EQ(kept->timing.handshake.count(), 0);
}

TEST_F(Registration, ConnectsAgainWhenTheServerCloses) {
  start([](const std::string& request) {
    return request.starts_with("PUT") ? http(202, kAssigning, "Connection: close\r\n")
                                      : http(200, kAssigned);
  });
  EXPECT_TRUE(run());
  EXPECT_EQ(server_->connections(), 2);
}

TEST_F(Registration, ARefusalHasItsStatusAndMessage) {
  start(
      [](const std::string&) { return http(401, R"({"errorCode":401002,"message":"No\u001b"})"); });
  const Outcome outcome = run();
  ASSERT_FALSE(outcome);
  EXPECT_EQ(outcome.error().trouble, Trouble::kRefused);
  EXPECT_EQ(outcome.error().status, 401);
  EXPECT_EQ(outcome.error().what, "No?");
}

TEST_F(Registration, AFailedRegistrationIsNoSuccess) {
  start([](const std::string& request) {
    return request.starts_with("PUT")
               ? http(202, kAssigning)
               : http(200, R"({"operationId":"4.op","status":"failed","registrationState":)"
                           R"({"errorCode":400208,"errorMessage":"no hub"}})");
  });
  EXPECT_EQ(trouble(), Trouble::kFailed);
  EXPECT_THAT(what_, HasSubstr("no hub"));
}

TEST_F(Registration, PollsAreBounded) {
  start([](const std::string&) { return http(202, kAssigning); });
  options_.polls_max = 3;
  EXPECT_EQ(trouble(), Trouble::kTimeout);
}

TEST_F(Registration, TimeIsBounded) {
  start([](const std::string&) { return http(202, kAssigning); });
  options_.timeout = std::chrono::milliseconds(100);
  options_.poll_delay = std::chrono::hours(1);
  EXPECT_EQ(trouble(), Trouble::kTimeout);
}

TEST_F(Registration, AnswersThatAreNoneAreProtocolErrors) {
  for (const std::string& answer :
       {std::string("SSH-2.0\r\n\r\n"), http(202, "not json"), http(202, "[]"), http(200, "{}")}) {
    start([&](const std::string&) { return answer; });
    EXPECT_EQ(trouble(), Trouble::kProtocol) << answer;
  }
}

TEST_F(Registration, AHungUpConnectionIsClosed) {
  start([](const std::string&) { return std::string(); });
  EXPECT_EQ(trouble(), Trouble::kClosed);
}

TEST_F(Registration, NobodyThereIsAConnectError) {
  start(well);
  server_.reset();
  EXPECT_EQ(trouble(), Trouble::kConnect);
}

TEST_F(Registration, AnotherCaOrNameIsATlsError) {
  start(well);
  const TlsServer other(well);
  where_.endpoint.port(other.port());
  EXPECT_EQ(trouble(), Trouble::kTls);
  EXPECT_NE(what_, "");
  where_.endpoint.port(server_->port());
  where_.name = "elsewhere.example.net";
  EXPECT_EQ(trouble(), Trouble::kTls);
  EXPECT_THAT(what_, HasSubstr("ostname mismatch"));
  where_.name = "127.0.0.1";
  EXPECT_TRUE(run());
}

// azure-dps.md §4, computed with two other programs.
TEST(RegistrationToken, AgreesWithTheKnownVector) {
  EXPECT_EQ(registration_token(credentials(), base::from_unix_seconds(1'900'000'000)),
            "SharedAccessSignature sr=0ne00ABCDEF%2Fregistrations%2Fdevice-01&"
            "sig=Q1z8G9Q8YwWucS%2F5AE4a2G3KGDb0PuXfA7WwNrIgJpk%3D&se=1900000000&skn=registration");
}

TEST(TlsContext, AMissingCaIsAnError) {
  const Result<TlsContext> tls = TlsContext::trusting("/no/such/ca.pem");
  ASSERT_FALSE(tls);
  EXPECT_THAT(tls.error().what, HasSubstr("/no/such/ca.pem cannot be read"));
}

FleetOptions fleet_of(const TlsServer& server) {
  FleetOptions options;
  options.host = "localhost";
  options.port = server.port();
  options.ca = server.ca();
  options.id_scope = "0neA";
  options.group_key = Secret::of_size(32);
  options.prefix = "dev-";
  options.count = 20;
  return options;
}

TEST(Fleet, RegistersEachDeviceOnceOverAConnectionOfItsOwn) {
  std::multiset<std::string> ids;
  TlsServer server([&](const std::string& request) {
    if (request.starts_with("PUT")) ids.insert(request.substr(request.find("registrationId")));
    return well(request);
  });
  FleetOptions options = fleet_of(server);
  options.concurrency = 4;
  options.threads = 2;
  const base::SystemClock clock;
  const Result<FleetReport> report = register_fleet(options, clock);
  ASSERT_TRUE(report) << report.error().what;
  EXPECT_EQ(report->registered, 20u);
  EXPECT_EQ(report->handshakes, 20u);
  EXPECT_EQ(report->polls, 20u);
  EXPECT_TRUE(report->errors.empty());
  EXPECT_GE(report->total.max, report->total.p50);
  EXPECT_EQ(std::set<std::string>(ids.begin(), ids.end()).size(), 20u);
}

TEST(Fleet, KeepsConnectionsWhenToldTo) {
  TlsServer server(well);
  FleetOptions options = fleet_of(server);
  options.kept = true;
  options.concurrency = 1;
  const base::SystemClock clock;
  const Result<FleetReport> report = register_fleet(options, clock);
  ASSERT_TRUE(report) << report.error().what;
  EXPECT_EQ(report->registered, 20u);
  EXPECT_EQ(report->handshakes, 1u);
}

TEST(Fleet, CountsErrorsByKind) {
  TlsServer server([](const std::string&) { return http(401, R"({"message":"Unauthorized"})"); });
  const base::SystemClock clock;
  const Result<FleetReport> report = register_fleet(fleet_of(server), clock);
  ASSERT_TRUE(report) << report.error().what;
  EXPECT_EQ(report->registered, 0u);
  ASSERT_EQ(report->errors.size(), 1u);
  EXPECT_EQ(report->errors.at("refused 401").count, 20u);
  EXPECT_EQ(report->errors.at("refused 401").example, "Unauthorized");
}

TEST(Fleet, BeginsNothingAfterItsTime) {
  TlsServer server(well);
  FleetOptions options = fleet_of(server);
  options.time_max = std::chrono::seconds(0);
  const base::SystemClock clock;
  const Result<FleetReport> report = register_fleet(options, clock);
  ASSERT_TRUE(report) << report.error().what;
  EXPECT_EQ(report->registered, 0u);
}

TEST(Percentiles, AreOfTheNearestRank) {
  std::vector<std::chrono::nanoseconds> samples;
  for (int i = 100; i > 0; --i) samples.emplace_back(i);
  const Percentiles all = percentiles(samples);
  EXPECT_EQ(all.p50.count(), 50);
  EXPECT_EQ(all.p90.count(), 90);
  EXPECT_EQ(all.p99.count(), 99);
  EXPECT_EQ(all.max.count(), 100);
  const Percentiles one = percentiles({std::chrono::nanoseconds(7)});
  EXPECT_EQ(one.p50.count(), 7);
  EXPECT_EQ(one.p99.count(), 7);
  EXPECT_EQ(percentiles({}).max.count(), 0);
}

}  // namespace
}  // namespace berth::device
