// One test for each entry of azure-dps.md §9 that touches symmetric keys over HTTPS and MQTT, by
// its number. Left to others: 9, 10 (AMQP), 11 (WebSocket handshake, net), 17 (TLS, net), 18..21
// (service API), 23 (TPM).
#include "dialects/azure_dps/tests/harness.h"

#include <boost/json.hpp>
#include <gtest/gtest.h>

#include <algorithm>

namespace berth::dialects::azure_dps {
namespace {

namespace json = boost::json;
using domain::Accepted;
using domain::CurrentState;
using domain::Refused;
using domain::RegistrationStatus;
using testing::all_of;
using testing::ask_http;
using testing::copy_of;
using testing::device_request;
using testing::header_of;
using testing::kPollTopic;
using testing::kRegisterTopic;
using testing::MqttClient;
using testing::outcome_of;
using testing::publish_packet;
using testing::response_of;
using testing::sample_registration;

// Everything that can be answered: each state, each reason.
std::vector<domain::Outcome> all_outcomes() {
  std::vector<domain::Outcome> outcomes;
  for (const auto status : {RegistrationStatus::kUnassigned, RegistrationStatus::kAssigning,
                            RegistrationStatus::kAssigned, RegistrationStatus::kFailed,
                            RegistrationStatus::kDisabled}) {
    outcomes.push_back(outcome_of(Accepted{sample_registration(status)}));
    outcomes.push_back(outcome_of(CurrentState{sample_registration(status)}));
  }
  for (const domain::Reason reason : domain::kReasons) {
    outcomes.push_back(outcome_of(Refused{reason, std::chrono::seconds(0)}));
    outcomes.push_back(outcome_of(Refused{reason, std::chrono::seconds(7200)}));
  }
  outcomes.push_back(outcome_of(domain::Authenticated{}));
  return outcomes;
}

std::vector<wire::HttpResponse> all_responses() {
  std::vector<wire::HttpResponse> responses;
  for (const domain::Outcome& outcome : all_outcomes()) {
    for (const auto& [method, rest] :
         {std::pair("PUT", "/register"), std::pair("GET", "/operations/4.x"),
          std::pair("POST", "")}) {
      responses.push_back(response_of(ask_http(device_request(method, rest), copy_of(outcome))));
    }
  }
  // And those without an outcome.
  responses.push_back(response_of(ask_http(device_request("PUT", "/nowhere"), {})));
  responses.push_back(response_of(ask_http(device_request("PUT", ""), {})));
  responses.push_back(response_of(ask_http(device_request("PUT", "/register", "{"), {})));
  return responses;
}

std::vector<wire::MqttPublish> all_messages() {
  std::vector<wire::MqttPublish> messages;
  for (const domain::Outcome& outcome : all_outcomes()) {
    MqttClient client;
    client.connect();
    for (const std::string& topic :
         {std::string(kRegisterTopic) + "5", std::string(kPollTopic) + "5&operationId=4.x"}) {
      const testing::Turn turn = client.ask(publish_packet(topic), copy_of(outcome));
      for (const auto& message : all_of<wire::MqttPublish>(turn.actions)) {
        messages.push_back(message);
      }
    }
  }
  MqttClient client;
  client.connect();
  const testing::Turn broken = client.ask(publish_packet(std::string(kRegisterTopic) + "5", "{"));
  messages.push_back(all_of<wire::MqttPublish>(broken.actions).at(0));
  return messages;
}

json::object object_in(std::string_view text) {
  json::error_code error;
  json::value value = json::parse({text.data(), text.size()}, error);
  EXPECT_FALSE(error) << text;
  EXPECT_TRUE(value.is_object()) << text;
  return value.is_object() ? value.get_object() : json::object();
}

int status_in(const wire::MqttPublish& message) {
  return std::stoi(message.topic.substr(std::string_view("$dps/registrations/res/").size()));
}

TEST(Gotcha01, EveryHttpAnswerIsLowerCaseApplicationJson) {
  for (const wire::HttpResponse& response : all_responses()) {
    EXPECT_EQ(header_of(response, "Content-Type"), "application/json; charset=utf-8");
  }
}

TEST(Gotcha02, EveryAnswerHasAJsonObjectAsBody) {
  for (const wire::HttpResponse& response : all_responses()) object_in(response.body);
  const std::vector<wire::MqttPublish> messages = all_messages();
  EXPECT_EQ(messages.size(), all_outcomes().size() * 2 + 1) << "one answer for each request";
  for (const wire::MqttPublish& message : messages) object_in(message.payload);
}

TEST(Gotcha03, StatusWordsAreTheExactLowerCaseOnes) {
  const std::string_view words[] = {"unassigned", "assigning", "assigned", "failed"};
  for (const wire::HttpResponse& response : all_responses()) {
    if (response.status >= 300) continue;
    const json::object body = object_in(response.body);
    const std::string_view word = body.at("status").as_string();
    EXPECT_NE(std::find(std::begin(words), std::end(words), word), std::end(words)) << word;
  }
}

TEST(Gotcha04, AssigningNamesTheOperationAndAssignedNamesHubAndDevice) {
  for (const auto status : {RegistrationStatus::kAssigning, RegistrationStatus::kAssigned,
                            RegistrationStatus::kFailed, RegistrationStatus::kUnassigned}) {
    auto outcome = outcome_of(CurrentState{sample_registration(status)});
    const auto turn = ask_http(device_request("GET", "/operations/4.x"), std::move(outcome));
    const json::object body = object_in(response_of(turn).body);
    EXPECT_FALSE(body.at("operationId").as_string().empty());
    if (status == RegistrationStatus::kAssigning) continue;
    const json::object& state = body.at("registrationState").as_object();
    const bool assigned = status == RegistrationStatus::kAssigned;
    EXPECT_EQ(state.contains("assignedHub"), assigned);
    EXPECT_EQ(state.contains("deviceId"), assigned);
  }
}

// Seen with azure-iot-device 2.14: without it, register() never returns.
TEST(Python, AnAssignedStateAlwaysHasASubstatus) {
  domain::Registration registration = sample_registration();
  registration.substatus = domain::Substatus::kNone;
  const auto turn =
      ask_http(device_request("GET", "/operations/4.x"), outcome_of(CurrentState{registration}));
  const json::object body = object_in(response_of(turn).body);
  EXPECT_EQ(body.at("registrationState").at("substatus").as_string(), "initialAssignment");
}

// Seen with provisioning-device-client 2.1.3: it publishes with QoS 0 and begins to wait
// afterwards.
TEST(Java, AnswersToQosZeroComeAfterAPauseThatNetAllows) {
  MqttClient client;
  client.connect();
  for (const std::string body : {"", "{"}) {  // answered by provisioning, answered at once
    wire::MqttPublish packet = publish_packet(std::string(kRegisterTopic) + "1", body);
    packet.qos = 0;
    const testing::Turn turn = client.ask(packet);
    ASSERT_EQ(turn.actions.size(), 2U);
    const auto pause = std::get<wire::Pause>(turn.actions[0]);
    EXPECT_GT(pause.duration.count(), 0);
    EXPECT_LE(pause.duration, wire::kPauseMax);
    EXPECT_TRUE(std::holds_alternative<wire::MqttPublish>(turn.actions[1]));
  }
}

TEST(Gotcha05, UnauthorizedStillHasABodyAndNoTpmChallenge) {
  const auto turn = ask_http(device_request("PUT", "/register"),
                             outcome_of(Refused{domain::Reason::kProofRejected, {}}));
  EXPECT_EQ(response_of(turn).status, 401);
  const json::object body = object_in(response_of(turn).body);
  EXPECT_EQ(body.at("errorCode").as_int64(), 401002);
  EXPECT_FALSE(body.contains("authenticationKey"));
  EXPECT_FALSE(body.contains("status"));
}

TEST(Gotcha06, RequestIdComesFirstSpelledWithDollarAndIsEchoed) {
  for (const std::string rid :
       {"1", "", "6b1d8d0a-5b0c-4f8e-9b0a-2f1f6f7d9e01", "%20a/b", "grün"}) {
    MqttClient client;
    client.connect();
    const auto turn = client.ask(publish_packet(std::string(kRegisterTopic) + rid));
    const auto messages = all_of<wire::MqttPublish>(turn.actions);
    ASSERT_EQ(messages.size(), 1U) << rid;
    EXPECT_EQ(messages[0].topic, "$dps/registrations/res/202/?$rid=" + rid + "&retry-after=1");
    EXPECT_EQ(std::count(messages[0].topic.begin(), messages[0].topic.end(), '$'), 2);
  }
}

// What a busy server asks for is heard over both transports; one digit in a topic (§2.3).
TEST(Errors, ABusyServerPutsPollsOff) {
  domain::Outcome busy = outcome_of(Accepted{sample_registration()});
  busy.poll_after = std::chrono::seconds(17);
  const auto http = ask_http(device_request("PUT", "/register"), copy_of(busy));
  EXPECT_EQ(header_of(response_of(http), "Retry-After"), "17");
  MqttClient client;
  client.connect();
  const auto mqtt = client.ask(publish_packet(std::string(kRegisterTopic) + "1"), copy_of(busy));
  EXPECT_EQ(all_of<wire::MqttPublish>(mqtt.actions).at(0).topic,
            "$dps/registrations/res/202/?$rid=1&retry-after=9");
  domain::Outcome polled = outcome_of(CurrentState{sample_registration()});
  polled.poll_after = std::chrono::seconds(17);
  const auto done = ask_http(device_request("GET", "/operations/4.x"), std::move(polled));
  EXPECT_EQ(response_of(done).status, 200);
  EXPECT_EQ(header_of(response_of(done), "Retry-After"), "");
}

TEST(Overloaded, IsA429WithATime) {
  const auto turn =
      ask_http(device_request("PUT", "/register"),
               outcome_of(Refused{domain::Reason::kOverloaded, std::chrono::seconds(12)}));
  EXPECT_EQ(response_of(turn).status, 429);
  EXPECT_EQ(header_of(response_of(turn), "Retry-After"), "12");
}

TEST(Gotcha06, TheSameRequestIdMayBeUsedForEverything) {
  MqttClient client;
  client.connect();
  const std::string poll = std::string(kPollTopic) + "1&operationId=4.x";
  for (const std::string& topic : {std::string(kRegisterTopic) + "1", poll, poll}) {
    EXPECT_EQ(all_of<wire::MqttPublish>(client.ask(publish_packet(topic)).actions).size(), 1U);
  }
}

TEST(Gotcha07, AcknowledgesBeforeAnsweringWithQosOne) {
  MqttClient client;
  const auto connack = all_of<wire::MqttConnack>(client.ask(testing::connect_packet()).actions);
  EXPECT_FALSE(connack.at(0).session_present);
  for (const std::uint8_t asked : {std::uint8_t{1}, std::uint8_t{2}}) {
    const auto turn = client.ask(testing::subscribe_packet("$dps/registrations/res/#", asked));
    EXPECT_EQ(all_of<wire::MqttSuback>(turn.actions).at(0).codes, std::vector<std::uint8_t>{1});
  }
  const auto turn = client.ask(publish_packet(std::string(kRegisterTopic) + "1"));
  ASSERT_EQ(turn.actions.size(), 2U);
  EXPECT_EQ(std::get<wire::MqttPuback>(turn.actions[0]).packet_id, 9);
  EXPECT_EQ(std::get<wire::MqttPublish>(turn.actions[1]).qos, 1);
}

TEST(Gotcha07, SessionPresentIsZeroAlsoWithoutCleanSession) {
  MqttClient client;
  wire::MqttConnect packet = testing::connect_packet();
  packet.clean_session = false;
  const auto turn = client.ask(std::move(packet));
  EXPECT_FALSE(all_of<wire::MqttConnack>(turn.actions).at(0).session_present);
}

TEST(Gotcha08, RegisterIsAnsweredAssigningEvenWhenAllIsDone) {
  for (const auto status : {RegistrationStatus::kAssigning, RegistrationStatus::kAssigned,
                            RegistrationStatus::kFailed}) {
    const auto turn = ask_http(device_request("PUT", "/register"),
                               outcome_of(Accepted{sample_registration(status)}));
    EXPECT_EQ(response_of(turn).status, 202);
    EXPECT_EQ(object_in(response_of(turn).body).at("status").as_string(), "assigning");
  }
}

TEST(Gotcha12, PollsMayHaveABodyHostAPortAndUserAgentNoHyphen) {
  for (const std::string body : {"", "{}", " ", "not json", "[1"}) {
    wire::HttpRequest request = device_request("GET", "/operations/4.x", body);
    request.headers[0].value = "DPS.Example.Net:443";
    request.headers.push_back({"useragent", "prov_device_client/1.0"});
    const auto turn = ask_http(std::move(request), outcome_of(CurrentState{sample_registration()}));
    EXPECT_EQ(response_of(turn).status, 200);
    const auto& claim = std::get<domain::PollOperation>(turn.command.value()).claim;
    EXPECT_EQ(claim.client, "prov_device_client/1.0");
    EXPECT_EQ(claim.host, "dps.example.net");
  }
}

TEST(Gotcha13, IdsAreDecodedOnceWhicheverWayTheyAreSent) {
  const std::pair<std::string, std::string> cases[] = {
      {"sn-007:abc.DEF_9", "sn-007:abc.DEF_9"},
      {"sn-007%3aabc.DEF_9", "sn-007:abc.DEF_9"},
      {"sn-007%3Aabc%2EDEF%5F9", "sn-007:abc.DEF_9"},
      {"a%253ab", "a%3ab"},
      {"a+b", "a+b"},
  };
  for (const auto& [sent, meant] : cases) {
    const auto turn =
        ask_http(testing::http_request("PUT", "/0ne00%41BCDEF/registrations/" + sent + "/register"),
                 outcome_of(Accepted{sample_registration()}));
    const auto& claim = std::get<domain::Register>(turn.command.value()).claim;
    EXPECT_EQ(claim.registration_id, meant);
    EXPECT_EQ(claim.scope, "0ne00ABCDEF");
  }
}

TEST(Gotcha14, ResourceOfATokenIsKeptAsSent) {
  wire::HttpRequest request = device_request("PUT", "/register");
  request.headers[1].value = "SharedAccessSignature se=7&sig=AAAA&sr=0ne00ABCDEF%2fRegistrations/X";
  const auto turn = ask_http(std::move(request), outcome_of(Accepted{sample_registration()}));
  const auto& claim = std::get<domain::Register>(turn.command.value()).claim;
  const auto& mac = std::get<domain::MacOverText>(claim.evidence);
  EXPECT_EQ(mac.signed_text, "0ne00ABCDEF%2fRegistrations/X\n7");
  EXPECT_EQ(mac.audience, "0ne00ABCDEF/Registrations/X");
  EXPECT_EQ(mac.expected_audience, "0ne00ABCDEF/registrations/device-01");
}

TEST(Gotcha15, UserNameIsCutAtItsFirstThreeSlashes) {
  MqttClient client;
  wire::MqttConnect packet = testing::connect_packet();
  packet.user_name =
      "0ne00ABCDEF/registrations/device-01/api-version=2019-03-31&ClientVersion=a/b%2Fc/d";
  const auto turn = client.ask(std::move(packet));
  const auto& claim = std::get<domain::Authenticate>(turn.command.value()).claim;
  EXPECT_EQ(claim.registration_id, "device-01");
  EXPECT_EQ(claim.client, "a/b/c/d");
}

TEST(Gotcha16, KeepAliveZeroIsAcceptedAndPollsShareTheConnection) {
  MqttClient client;
  wire::MqttConnect packet = testing::connect_packet();
  packet.keep_alive_seconds = 0;
  const auto opened = client.ask(std::move(packet));
  EXPECT_EQ(all_of<wire::MqttConnack>(opened.actions).at(0).code, wire::MqttConnectCode::kAccepted);
  client.ask(testing::subscribe_packet("$dps/registrations/res/#"));
  for (int poll = 0; poll < 100; ++poll) {
    const auto turn = client.ask(publish_packet(std::string(kPollTopic) + "1&operationId=4.x"));
    EXPECT_EQ(status_in(all_of<wire::MqttPublish>(turn.actions).at(0)), 200);
  }
}

TEST(Gotcha22, TheDevicesOwnPayloadNeverComesBack) {
  for (const std::string payload : {"7", "[1]", "\"text\"", "{\"model\":\"m1\"}"}) {
    domain::Registration registration = sample_registration();
    registration.payload = payload;
    const auto turn =
        ask_http(device_request("GET", "/operations/4.x"), outcome_of(CurrentState{registration}));
    const json::object body = object_in(response_of(turn).body);
    EXPECT_FALSE(body.at("registrationState").as_object().contains("payload")) << payload;
  }
}

TEST(Gotcha24, DatesHaveSevenFractionalDigitsAndZ) {
  const auto turn =
      ask_http(device_request("POST", ""), outcome_of(CurrentState{sample_registration()}));
  const json::object state = object_in(response_of(turn).body);
  EXPECT_EQ(state.at("createdDateTimeUtc").as_string(), "2026-01-01T00:00:00.0000000Z");
  EXPECT_EQ(state.at("lastUpdatedDateTimeUtc").as_string(), "2026-01-01T00:00:01.5163350Z");
}

TEST(Gotcha25, RegisterBodiesMayBeEmptyOrLackTheId) {
  for (const std::string body : {"", " ", "\r\n", "{}", "{\"payload\":null}"}) {
    const auto http = ask_http(device_request("PUT", "/register", body),
                               outcome_of(Accepted{sample_registration()}));
    EXPECT_EQ(response_of(http).status, 202) << body;
    MqttClient client;
    client.connect();
    const auto mqtt = client.ask(publish_packet(std::string(kRegisterTopic) + "1", body));
    EXPECT_EQ(status_in(all_of<wire::MqttPublish>(mqtt.actions).at(0)), 202) << body;
  }
}

// §1.6: several clients compute errorCode / 1000.
TEST(Errors, CodesAreAThousandTimesTheStatus) {
  for (const wire::HttpResponse& response : all_responses()) {
    if (response.status < 300) continue;
    const json::object body = object_in(response.body);
    EXPECT_EQ(body.at("errorCode").as_int64() / 1000, response.status);
    EXPECT_EQ(header_of(response, "x-ms-error-code"),
              std::to_string(body.at("errorCode").as_int64()));
    EXPECT_EQ(header_of(response, "x-ms-request-id"),
              std::string_view(body.at("trackingId").as_string()));
    EXPECT_EQ(body.size(), 4U) << "errorCode, trackingId, message, timestampUtc and nothing more";
  }
}

// §2.3: an old client reads one digit only and waits for ever otherwise.
TEST(Errors, RetryAfterInATopicIsOneDigitAndComesLast) {
  for (const wire::MqttPublish& message : all_messages()) {
    const std::size_t at = message.topic.find("&retry-after=");
    const bool wanted = status_in(message) == 202 || status_in(message) >= 429;
    EXPECT_EQ(at != std::string::npos, wanted) << message.topic;
    if (at == std::string::npos) continue;
    const std::string value = message.topic.substr(at + std::string_view("&retry-after=").size());
    ASSERT_EQ(value.size(), 1U) << message.topic;
    EXPECT_TRUE(value[0] >= '1' && value[0] <= '9') << message.topic;
  }
}

// A stranger learns from refusals neither what is enrolled nor what was wrong with the proof.
TEST(Errors, EveryRefusalOfAProofReadsTheSame) {
  std::string first;
  for (const auto reason : {domain::Reason::kNotEnrolled, domain::Reason::kEnrollmentDisabled,
                            domain::Reason::kAttestationMismatch, domain::Reason::kProofMissing,
                            domain::Reason::kProofMalformed, domain::Reason::kProofExpired,
                            domain::Reason::kProofExpiryTooFar,
                            domain::Reason::kProofAudienceMismatch, domain::Reason::kProofRejected,
                            domain::Reason::kOwnedByOther, domain::Reason::kScopeDisabled}) {
    const auto turn = ask_http(device_request("PUT", "/register"), outcome_of(Refused{reason, {}}));
    if (first.empty()) first = response_of(turn).body;
    EXPECT_EQ(response_of(turn).body, first) << to_string(reason);
  }
}

}  // namespace
}  // namespace berth::dialects::azure_dps
