// What holds for any sequence of requests on a kept connection: seeded, so that a failure repeats.
#include "base/rng.h"
#include "dialects/azure_dps/tests/harness.h"

#include <gtest/gtest.h>

namespace berth::dialects::azure_dps {
namespace {

using testing::all_of;
using testing::kPollTopic;
using testing::kRegisterTopic;
using testing::MqttClient;
using testing::outcome_of;
using testing::publish_packet;

constexpr int kSequences = 8;
constexpr int kPackets = 25;

domain::Outcome some_outcome(base::SeededRng& rng) {
  if (rng.below(3) == 0) {
    const auto reason = domain::kReasons[rng.below(std::size(domain::kReasons))];
    return outcome_of(domain::Refused{reason, std::chrono::seconds(rng.below(20))});
  }
  const domain::RegistrationStatus statuses[] = {
      domain::RegistrationStatus::kAssigning, domain::RegistrationStatus::kAssigned,
      domain::RegistrationStatus::kFailed, domain::RegistrationStatus::kDisabled};
  return outcome_of(domain::CurrentState{testing::sample_registration(statuses[rng.below(4)])});
}

wire::HttpRequest some_http(base::SeededRng& rng) {
  const std::string_view rests[] = {"/register", "/operations/4.x", "", "/nowhere", "/register/"};
  const std::string methods[] = {"PUT", "GET", "POST"};
  const std::string bodies[] = {"", "{}", "{", R"({"payload":{"a":1}})", R"({"csr":"x"})"};
  wire::HttpRequest request =
      testing::device_request(methods[rng.below(3)], rests[rng.below(5)], bodies[rng.below(5)]);
  if (rng.below(4) == 0) request.headers.pop_back();
  return request;
}

std::string text_of(const wire::HttpResponse& response) {
  std::string text = std::to_string(response.status);
  for (const wire::Header& each : response.headers) text += each.name + each.value;
  return text + response.body;
}

struct Exchange {
  std::string response;
  bool asked = false;
};

Exchange exchange(const Dialect& dialect, Session& session, const wire::HttpRequest& request,
                  const domain::Outcome& outcome) {
  const wire::Peer peer = testing::peer_of(wire::Transport::kHttps);
  StepResult result = dialect.step(peer, session, Arrival{request, {}, "request"});
  const bool asked = !result.commands.empty();
  if (asked) {
    EXPECT_EQ(result.commands.size(), 1U);
    EXPECT_TRUE(result.actions.empty());
    Answer answer{testing::copy_of(outcome), std::move(result.commands[0].correlation)};
    result = dialect.step(peer, session, std::move(answer));
  }
  EXPECT_EQ(result.actions.size(), 1U);
  if (result.actions.size() != 1) return {};
  return {text_of(std::get<wire::HttpResponse>(result.actions[0])), asked};
}

TEST(KeptHttpConnection, EachAnswerDependsOnItsOwnRequestAlone) {
  const std::unique_ptr<Dialect> dialect = make_azure_dps();
  for (int seed = 0; seed < kSequences; ++seed) {
    base::SeededRng rng(static_cast<std::uint64_t>(seed));
    Session kept;
    for (int i = 0; i < kPackets; ++i) {
      const wire::HttpRequest request = some_http(rng);
      const domain::Outcome outcome = some_outcome(rng);
      Session fresh;
      const Exchange on_kept = exchange(*dialect, kept, request, outcome);
      const Exchange on_fresh = exchange(*dialect, fresh, request, outcome);
      ASSERT_EQ(on_kept.response, on_fresh.response) << "seed " << seed << ", request " << i;
      ASSERT_EQ(on_kept.asked, on_fresh.asked);
    }
    EXPECT_FALSE(kept.state.has_value()) << "nothing is kept between requests";
  }
}

TEST(KeptHttpConnection, PollingAgainIsAnsweredTheSame) {
  const std::unique_ptr<Dialect> dialect = make_azure_dps();
  Session session;
  const wire::HttpRequest poll = testing::device_request("GET", "/operations/4.x", "{}");
  const auto outcome = outcome_of(domain::CurrentState{testing::sample_registration()});
  const std::string first = exchange(*dialect, session, poll, outcome).response;
  for (int i = 0; i < 100; ++i) {
    ASSERT_EQ(exchange(*dialect, session, poll, outcome).response, first);
  }
}

// The `$rid` of an answer's topic.
std::string rid_of(const wire::MqttPublish& message) {
  const std::size_t at = message.topic.find("$rid=") + 5;
  return message.topic.substr(at, message.topic.find('&', at) - at);
}

const domain::Claim& claim_of(const domain::ProvisioningCommand& command) {
  return std::visit([](const auto& each) -> const domain::Claim& { return each.claim; }, command);
}

wire::MqttPublish some_request(base::SeededRng& rng, const std::string& rid) {
  const std::string topics[] = {
      std::string(kRegisterTopic) + rid,
      std::string(kPollTopic) + rid + "&operationId=4.x",
      std::string(kPollTopic) + rid,
      "$dps/registrations/GET/iotdps-get-registration/?$rid=" + rid,
  };
  const std::string payloads[] = {
      "", " ", "{}", "{", R"({"registrationId":"device-01"})", R"({"registrationId":"other"})"};
  wire::MqttPublish packet = publish_packet(topics[rng.below(4)], payloads[rng.below(6)]);
  packet.qos = static_cast<std::uint8_t>(rng.below(3));
  return packet;
}

TEST(KeptMqttConnection, EveryRequestGetsItsOneAnswerAfterItsPuback) {
  for (int seed = 0; seed < kSequences; ++seed) {
    base::SeededRng rng(static_cast<std::uint64_t>(seed));
    MqttClient client;
    client.connect();
    for (int i = 0; i < kPackets; ++i) {
      const std::string rid = rng.below(2) == 0 ? "1" : std::to_string(i);
      const wire::MqttPublish packet = some_request(rng, rid);
      const std::uint8_t qos = packet.qos;
      const testing::Turn turn = client.ask(packet, some_outcome(rng));
      const auto answers = all_of<wire::MqttPublish>(turn.actions);
      ASSERT_EQ(answers.size(), 1U) << "seed " << seed << ", packet " << i;
      EXPECT_EQ(rid_of(answers[0]), rid);
      // The answer comes last: after the PUBACK, or after the pause that stands in for one.
      ASSERT_EQ(turn.actions.size(), 2U);
      EXPECT_EQ(std::holds_alternative<wire::MqttPuback>(turn.actions[0]), qos > 0);
      EXPECT_EQ(std::holds_alternative<wire::Pause>(turn.actions[0]), qos == 0);
    }
  }
}

TEST(KeptMqttConnection, EveryCommandSpeaksForTheDeviceOfTheConnect) {
  base::SeededRng rng(7);
  MqttClient client;
  client.connect();
  int commands = 0;
  for (int i = 0; i < kSequences * kPackets; ++i) {
    const testing::Turn turn = client.ask(some_request(rng, "1"), some_outcome(rng));
    if (!turn.command) continue;
    ++commands;
    const domain::Claim& claim = claim_of(*turn.command);
    EXPECT_EQ(claim.scope, "0ne00ABCDEF");
    EXPECT_EQ(claim.registration_id, "device-01");
    const auto* mac = std::get_if<domain::MacOverText>(&claim.evidence);
    ASSERT_NE(mac, nullptr);
    EXPECT_EQ(mac->signed_text, "0ne00ABCDEF%2Fregistrations%2Fdevice-01\n1900000000");
  }
  EXPECT_GT(commands, 20);
}

TEST(KeptMqttConnection, APayloadIsForItsOwnRegisterOnly) {
  MqttClient client;
  client.connect();
  const auto with =
      client.ask(publish_packet(std::string(kRegisterTopic) + "1", R"({"payload":{"a":1}})"));
  EXPECT_EQ(claim_of(with.command.value()).payload, R"({"a":1})");
  for (const std::string& topic :
       {std::string(kRegisterTopic) + "2", std::string(kPollTopic) + "3&operationId=4.x"}) {
    EXPECT_EQ(claim_of(client.ask(publish_packet(topic)).command.value()).payload, "");
  }
}

TEST(KeptMqttConnection, KeepAliveAndCleanSessionChangeNoAnswer) {
  std::string first;
  for (const std::uint16_t keep_alive :
       {std::uint16_t{0}, std::uint16_t{60}, std::uint16_t{65535}}) {
    for (const bool clean : {true, false}) {
      MqttClient client;
      wire::MqttConnect packet = testing::connect_packet();
      packet.keep_alive_seconds = keep_alive;
      packet.clean_session = clean;
      client.ask(std::move(packet));
      client.ask(testing::subscribe_packet("$dps/registrations/res/#"));
      const auto turn = client.ask(publish_packet(std::string(kPollTopic) + "1&operationId=4.x"));
      const auto answer = all_of<wire::MqttPublish>(turn.actions).at(0);
      if (first.empty()) first = answer.topic + answer.payload;
      EXPECT_EQ(answer.topic + answer.payload, first);
    }
  }
}

TEST(KeptMqttConnection, IsSilentOnceItIsOver) {
  const std::vector<wire::Request (*)()> endings = {
      [] { return wire::Request(wire::MqttDisconnect{}); },
      [] { return wire::Request(publish_packet("elsewhere")); },
      [] { return wire::Request(testing::connect_packet()); },
  };
  for (const auto ending : endings) {
    MqttClient client;
    client.connect();
    client.ask(ending());
    base::SeededRng rng(3);
    for (int i = 0; i < kPackets; ++i) {
      const testing::Turn turn = client.ask(some_request(rng, "1"));
      EXPECT_TRUE(turn.actions.empty());
      EXPECT_FALSE(turn.command);
    }
  }
}

}  // namespace
}  // namespace berth::dialects::azure_dps
