// Rules that hold for all inputs of a kind over MQTT. What one client sees in one conversation is
// in transcripts/.
#include "dialects/tencent/result_codes.h"
#include "dialects/tencent/shadow.h"
#include "dialects/tencent/tests/mqtt_harness.h"
#include "domain/json_text.h"

#include <boost/json.hpp>
#include <fmt/format.h>
#include <gtest/gtest.h>

namespace berth::dialects::tencent {
namespace {

using testing::all_of;
using testing::body_of;
using testing::Connection;
using testing::is;
using testing::publish_packet;
using testing::refused;

const std::string kData = "S3EUVBRJLB/dev1/data";
const std::string kShadow = "$shadow/operation/S3EUVBRJLB/dev1";
const std::string kShadowResult = "$shadow/operation/result/S3EUVBRJLB/dev1";
const std::string kProperty = "$thing/up/property/S3EUVBRJLB/dev1";
const std::string kPropertyDown = "$thing/down/property/S3EUVBRJLB/dev1";

boost::json::object object_in(const wire::Actions& actions) {
  const auto messages = all_of<wire::MqttPublish>(actions);
  EXPECT_EQ(messages.size(), 1U);
  return messages.empty() ? boost::json::object()
                          : boost::json::parse(messages[0].payload).as_object();
}

domain::DeliverMessage delivery(std::uint64_t number) {
  domain::DeliverMessage event;
  event.delivery = number;
  event.message.device = domain::DeviceId::trusted(std::string(testing::kDevice));
  event.message.message.body = "body";
  return event;
}

// Only 0 is success to a client, whatever else it is.
TEST(TencentResults, EveryReasonIsANumberThatIsNotSuccess) {
  for (const domain::Reason reason : domain::kReasons) {
    if (reason == domain::Reason::kNone) continue;
    EXPECT_NE(result_code_for(reason).code, 0) << to_string(reason);
    EXPECT_FALSE(result_code_for(reason).message.empty()) << to_string(reason);
    EXPECT_NE(gateway_result_for(reason), 0) << to_string(reason);
  }
  EXPECT_EQ(result_code_for(domain::Reason::kNone).code, 0);
}

TEST(TencentResults, EveryRefusalOfTheHubIsToldOnTheTopicThatAsked) {
  for (const domain::Reason reason : domain::kReasons) {
    if (reason == domain::Reason::kNone) continue;
    Connection connection;
    connection.open({kShadowResult, kPropertyDown});
    connection.send(publish_packet(kShadow, R"({"type":"get","clientToken":"t"})"));
    const wire::Actions shadow = connection.answer(refused(reason));
    EXPECT_EQ(all_of<wire::MqttPuback>(shadow).size(), 1U);
    const boost::json::object result = object_in(shadow);
    EXPECT_EQ(result.at("result").as_int64(), result_code_for(reason).code);
    EXPECT_EQ(result.at("clientToken").as_string(), "t");
    EXPECT_EQ(result.at("type").as_string(), "get");

    connection.send(
        publish_packet(kProperty, R"({"method":"report","clientToken":"u","params":{}})"));
    const boost::json::object reply = object_in(connection.answer(refused(reason)));
    EXPECT_EQ(reply.at("code").as_int64(), result_code_for(reason).code);
    EXPECT_EQ(reply.at("status").as_string(), result_code_for(reason).message);
    EXPECT_EQ(reply.at("method").as_string(), "report_reply");
    EXPECT_EQ(reply.at("clientToken").as_string(), "u");
  }
}

TEST(TencentResults, AnAnswerOfTheWrongKindIsOurFaultAndSaidSo) {
  Connection connection;
  connection.open({kShadowResult, kPropertyDown});
  connection.send(publish_packet(kShadow, R"({"type":"get","clientToken":"t"})"));
  EXPECT_EQ(object_in(connection.answer(domain::HubDone{})).at("result").as_int64(), 500);
  connection.send(publish_packet(kProperty, R"({"method":"get_status","clientToken":"t"})"));
  EXPECT_EQ(object_in(connection.answer(domain::HubDone{})).at("code").as_int64(), 500);
}

TEST(TencentJson, WhatIsNoObjectOrTooDeepIsAcknowledgedAndForgotten) {
  std::string deep = R"({"type":"update","state":{"reported":)";
  for (int i = 0; i < 40; ++i) deep += R"({"a":)";
  deep += "1" + std::string(42, '}');
  const std::string inputs[] = {"",
                                "null",
                                "[]",
                                "7",
                                "\"text\"",
                                "{",
                                R"({"type":"get"}x)",
                                deep,
                                std::string("{\"type\":\"\xff\"}"),
                                std::string(70'000, ' ')};
  for (const std::string& topic :
       {kShadow, kProperty, std::string("$thing/up/event/S3EUVBRJLB/dev1"),
        std::string("$thing/up/action/S3EUVBRJLB/dev1"), std::string("$ota/report/S3EUVBRJLB/dev1"),
        std::string("$config/operation/S3EUVBRJLB/dev1"),
        std::string("$log/operation/S3EUVBRJLB/dev1")}) {
    for (const std::string& input : inputs) {
      Connection connection;
      connection.open({kShadowResult, kPropertyDown, "$config/operation/result/S3EUVBRJLB/dev1"});
      const wire::Actions actions = connection.send(publish_packet(topic, input));
      EXPECT_EQ(actions.size(), 1U) << topic << ' ' << input.substr(0, 40);
      EXPECT_EQ(all_of<wire::MqttPuback>(actions).size(), 1U) << topic;
      EXPECT_TRUE(connection.commands.empty()) << topic;
    }
  }
}

TEST(TencentJson, TokensAreEchoedWhateverIsInThem) {
  const std::pair<std::string, std::string> cases[] = {
      {R"("a\"b\\\/\u0000é")", std::string("a\"b\\/\0é", 8)},
      {R"("")", ""},
      {"8480", "8480"},
      {"18446744073709551615", "18446744073709551615"},
      {"-3", "-3"},
      {"1.5", ""},
      {"null", ""},
      {"{}", ""},
      {"\"" + std::string(256, 'x') + "\"", std::string(256, 'x')},
      {"\"" + std::string(257, 'x') + "\"", ""},
  };
  for (const auto& [token, echoed] : cases) {
    Connection connection;
    connection.open({kShadowResult});
    const wire::Actions actions =
        connection.send(publish_packet(kShadow, R"({"type":"no","clientToken":)" + token + "}", 0));
    EXPECT_EQ(object_in(actions).at("clientToken").as_string(), echoed) << token;
  }
}

// A client un-escapes nothing (§2.6): a slash stays a slash.
TEST(TencentJson, SlashesAreNotEscaped) {
  Connection connection;
  connection.open({kShadowResult});
  connection.send(publish_packet(
      kShadow, R"({"type":"update","state":{"reported":{"p":"a/b"}},"clientToken":"c/d"})"));
  const auto messages = all_of<wire::MqttPublish>(connection.answer(domain::ReportedPatched{2}));
  ASSERT_EQ(messages.size(), 1U);
  EXPECT_EQ(messages[0].payload.find('\\'), std::string::npos) << messages[0].payload;
}

TEST(TencentShadow, DifferenceIsWhatIsDesiredAndNotReported) {
  struct Case {
    std::string desired;
    std::string reported;
    std::string delta;
  };
  const Case cases[] = {
      {"{}", "{}", "{}"},
      {R"({"a":1})", "{}", R"({"a":1})"},
      {R"({"a":1})", R"({"a":1})", "{}"},
      {R"({"a":1})", R"({"a":2,"b":3})", R"({"a":1})"},
      {R"({"a":{"x":1,"y":2}})", R"({"a":{"x":1,"y":3,"z":4}})", R"({"a":{"y":2}})"},
      {R"({"a":{"x":1}})", R"({"a":{"x":1}})", "{}"},
      {R"({"a":{"x":1}})", R"({"a":7})", R"({"a":{"x":1}})"},
      {R"({"a":7})", R"({"a":{"x":1}})", R"({"a":7})"},
      {R"({"a":[1,2]})", R"({"a":[1,2]})", "{}"},
      {R"({"a":[1,2]})", R"({"a":[2,1]})", R"({"a":[1,2]})"},
      {R"({"a":true})", R"({"a":1})", R"({"a":true})"},
      {R"({"a":0.1})", R"({"a":0.1})", "{}"},
      {"", "no JSON", "{}"},
  };
  for (const Case& each : cases) {
    const boost::json::value delta = difference(each.desired, each.reported);
    EXPECT_EQ(domain::to_json_text(delta), each.delta) << each.desired << each.reported;
  }
}

TEST(TencentShadow, DeletionsAreNoWishes) {
  const std::pair<std::string, std::string> cases[] = {
      {R"({"a":1})", R"({"a":1})"},
      {R"({"a":null})", ""},
      {R"({"a":null,"b":2})", R"({"b":2})"},
      {R"({"a":{"b":null}})", ""},
      {R"({"a":{"b":null,"c":3}})", R"({"a":{"c":3}})"},
      {R"({"a":{}})", R"({"a":{}})"},
      {"{}", ""},
      {"", ""},
  };
  for (const auto& [patch, set] : cases) {
    const std::optional<boost::json::object> kept = what_is_set(patch);
    EXPECT_EQ(kept ? domain::to_json_text(boost::json::value(*kept)) : "", set) << patch;
  }
}

TEST(TencentMessages, AreLoopedBackOnlyWhereBothDirectionsAreAllowed) {
  Connection connection;
  connection.open({"S3EUVBRJLB/dev1/#"}, 1);
  connection.send(publish_packet("S3EUVBRJLB/dev1/event", "e"));
  EXPECT_TRUE(all_of<wire::MqttPublish>(connection.answer(domain::HubDone{})).empty());
  connection.send(publish_packet(kData, "d"));
  const wire::Actions actions = connection.answer(domain::HubDone{});
  ASSERT_EQ(actions.size(), 2U);
  EXPECT_TRUE(std::holds_alternative<wire::MqttPuback>(actions[0])) << "first the acknowledgement";
  const auto messages = all_of<wire::MqttPublish>(actions);
  EXPECT_EQ(messages[0].topic, kData);
  EXPECT_EQ(messages[0].payload, "d");
  EXPECT_EQ(messages[0].qos, 1);
  EXPECT_TRUE(connection.send(wire::MqttDelivered{messages[0].packet_id}).empty());
  EXPECT_TRUE(connection.commands.empty()) << "it is no message of the queue";
}

TEST(TencentMessages, ForADeviceSettleWhenItHasThem) {
  for (const std::uint8_t qos : {std::uint8_t{0}, std::uint8_t{1}, std::uint8_t{2}}) {
    Connection connection;
    connection.open({kData}, qos);
    domain::DeliverMessage event = delivery(9);
    event.redelivered = true;
    const auto sent = all_of<wire::MqttPublish>(connection.tell(std::move(event)));
    ASSERT_EQ(sent.size(), 1U);
    EXPECT_EQ(sent[0].qos, std::min<int>(qos, 1)) << "QoS 2 is granted 1";
    EXPECT_EQ(sent[0].duplicate, qos > 0);
    if (qos > 0) connection.send(wire::MqttDelivered{sent[0].packet_id});
    ASSERT_EQ(connection.commands.size(), 1U);
    const auto settle = body_of<domain::SettleMessage>(connection.commands[0]);
    EXPECT_EQ(settle.delivery, 9U);
    EXPECT_EQ(settle.settlement, domain::Settlement::kComplete);
  }
}

TEST(TencentMessages, TopicNamesFromOutsideCannotLeaveTheDevice) {
  for (const std::string name : {"../dev2/data", "#", "+", "data/#", "", "control/x"}) {
    Connection connection;
    connection.open({"S3EUVBRJLB/dev1/#"});
    domain::DeliverMessage event = delivery(1);
    event.message.message.properties.push_back({"topic", name});
    EXPECT_TRUE(connection.tell(std::move(event)).empty()) << name;
    ASSERT_EQ(connection.commands.size(), 1U);
    EXPECT_EQ(body_of<domain::SettleMessage>(connection.commands[0]).settlement,
              domain::Settlement::kReject);
  }
}

TEST(TencentMessages, AreBytesAndKeptAsTheyCame) {
  const std::string bytes("\0\xff{", 3);
  for (const std::string topic : {"S3EUVBRJLB/dev1/event", "$thing/up/raw/S3EUVBRJLB/dev1"}) {
    Connection connection;
    connection.open();
    connection.send(publish_packet(topic, bytes));
    ASSERT_EQ(connection.commands.size(), 1U);
    EXPECT_EQ(body_of<domain::SendTelemetry>(connection.commands[0]).message.body, bytes);
  }
}

// §7.6: the C SDK's buffers hold 2048 bytes. Larger ones are sent all the same: other clients take
// them, and a queue that is stuck helps nobody.
TEST(TencentMessages, LargeOnesAreSent) {
  Connection connection;
  connection.open({kData});
  domain::DeliverMessage event = delivery(1);
  event.message.message.body = std::string(60'000, 'x');
  const auto sent = all_of<wire::MqttPublish>(connection.tell(std::move(event)));
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(sent[0].payload.size(), 60'000U);
}

TEST(TencentEvents, AreNotSentToADeviceThatDoesNotListen) {
  Connection connection;
  connection.send(testing::connect_packet("S3EUVBRJLBdev1;1;a;1"));
  EXPECT_TRUE(connection.tell(domain::DesiredChanged{1, R"({"a":1})"}).empty()) << "no CONNACK yet";
  connection.answer(testing::connected());
  EXPECT_TRUE(connection.tell(domain::DesiredChanged{1, R"({"a":1})"}).empty());
  EXPECT_TRUE(connection.tell(domain::CallMethod{"1", "m", ""}).empty());
  EXPECT_TRUE(connection.commands.empty());
}

TEST(TencentSession, SubscriptionsOfBeforeAreHeardAgainButNotThoseOfOthers) {
  Connection connection;
  connection.send(testing::connect_packet("S3EUVBRJLBdev1;1;a;1"));
  domain::DeviceConnected connected = testing::connected();
  connected.session_present = true;
  connected.restored = {{domain::Channel::kDesired, 1, kShadowResult},
                        {domain::Channel::kMessages, 1, "S3EUVBRJLB/dev2/data"},
                        {domain::Channel::kMessages, 1, "nonsense"},
                        {domain::Channel::kMessages, 0, kData}};
  const auto connacks = all_of<wire::MqttConnack>(connection.answer(std::move(connected)));
  ASSERT_EQ(connacks.size(), 1U);
  EXPECT_TRUE(connacks[0].session_present);
  EXPECT_EQ(connacks[0].idle_seconds_max, 1'035U);
  const auto delta =
      all_of<wire::MqttPublish>(connection.tell(domain::DesiredChanged{2, R"({"a":1})"}));
  ASSERT_EQ(delta.size(), 1U);
  EXPECT_EQ(delta[0].qos, 1);
  const auto message = all_of<wire::MqttPublish>(connection.tell(delivery(1)));
  ASSERT_EQ(message.size(), 1U);
  EXPECT_EQ(message[0].topic, kData);
}

TEST(TencentSession, SubscribingAgainReplacesTheQos) {
  Connection connection;
  connection.open({kData}, 1);
  connection.send(wire::MqttSubscribe{2, {{kData, 0}}});
  connection.answer(domain::HubDone{});
  const auto sent = all_of<wire::MqttPublish>(connection.tell(delivery(1)));
  ASSERT_EQ(sent.size(), 1U);
  EXPECT_EQ(sent[0].qos, 0);
}

TEST(TencentMisuse, RefusedFiltersLeaveFewTrails) {
  Connection connection;
  connection.open();
  for (int i = 0; i < 100; ++i) {
    const auto subacks = all_of<wire::MqttSuback>(
        connection.send(wire::MqttSubscribe{3, {{"no/such/filter", 0}, {"nor/this", 1}}}));
    ASSERT_EQ(subacks.size(), 1U);
    EXPECT_EQ(subacks[0].codes, (std::vector<std::uint8_t>{0x80, 0x80}));
  }
  EXPECT_EQ(connection.commands.size(), 16U);
}

TEST(TencentMisuse, FiltersWithMalformedWildcardsAreRefused) {
  for (const char* filter : {"S3EUVBRJLB/dev1/a+b/c#d", "S3EUVBRJLB/dev1/#/x", "+a", "##"}) {
    Connection connection;
    connection.open();
    const auto subacks =
        all_of<wire::MqttSuback>(connection.send(wire::MqttSubscribe{3, {{filter, 1}}}));
    ASSERT_EQ(subacks.size(), 1U) << filter;
    EXPECT_EQ(subacks[0].codes, std::vector<std::uint8_t>{0x80}) << filter;
  }
}

TEST(TencentMisuse, EveryTopicOfAnotherDeviceIsTheEnd) {
  for (const std::string& topic :
       {std::string("S3EUVBRJLB/dev2/data"), std::string("S3EUVBRJLB/dev/1data"),
        std::string("S3EUVBRJLC/dev1/data"), std::string("$sys/operation/S3EUVBRJLB/dev2"),
        std::string("$shadow/operation/S3EUVBRJLB/dev2"),
        std::string("$gateway/operation/S3EUVBRJLB/dev2"),
        std::string("$rrpc/txd/S3EUVBRJLB/dev2/1a"), std::string("$ota/report/S3EUVBRJLB/dev2"),
        std::string("$future/S3EUVBRJLB/dev2"), std::string("elsewhere")}) {
    for (const std::uint8_t qos : {std::uint8_t{0}, std::uint8_t{1}}) {
      Connection connection;
      connection.open();
      EXPECT_TRUE(connection.send(publish_packet(topic, "{}", qos)).empty()) << topic;
      ASSERT_EQ(connection.commands.size(), 1U) << topic;
      const auto misuse = body_of<domain::ReportMisuse>(connection.commands[0]);
      EXPECT_EQ(misuse.reason, domain::Reason::kTopicForbidden);
      EXPECT_EQ(misuse.received, topic);
      const wire::Actions end = connection.answer(refused(misuse.reason));
      EXPECT_EQ(all_of<wire::Close>(end).size(), 1U);
      EXPECT_TRUE(all_of<wire::MqttPuback>(end).empty());
      EXPECT_TRUE(connection.send(publish_packet(kData)).empty()) << "it is over";
    }
  }
}

TEST(TencentMisuse, TextsOfTheDeviceReachTheTrailPrintableAndCut) {
  Connection connection;
  connection.open();
  connection.send(publish_packet("no\x01" + std::string(10'000, 'x'), "", 0));
  ASSERT_EQ(connection.commands.size(), 1U);
  const auto misuse = body_of<domain::ReportMisuse>(connection.commands[0]);
  EXPECT_TRUE(misuse.received.starts_with("no?xxx")) << misuse.received;
  EXPECT_LE(misuse.received.size(), 130U);
}

TEST(TencentOrder, AcknowledgementsLeaveInTheOrderOfTheRequests) {
  Connection connection;
  connection.open({kShadowResult});
  wire::MqttPublish first = publish_packet(kData, "1");
  first.packet_id = 11;
  wire::MqttPublish second = publish_packet(kShadow, "no JSON");
  second.packet_id = 12;
  connection.send(std::move(first));
  EXPECT_TRUE(connection.send(std::move(second)).empty()) << "ready, but not its turn";
  const auto pubacks = all_of<wire::MqttPuback>(connection.answer(domain::HubDone{}));
  ASSERT_EQ(pubacks.size(), 2U);
  EXPECT_EQ(pubacks[0].packet_id, 11);
  EXPECT_EQ(pubacks[1].packet_id, 12);
}

// A clock that is set by a late answer is wrong.
TEST(TencentOrder, TheTimeWaitsForNobody) {
  for (const std::uint8_t qos : {std::uint8_t{0}, std::uint8_t{1}}) {
    Connection connection;
    connection.open({"$sys/operation/result/S3EUVBRJLB/dev1"});
    connection.send(publish_packet(kData));
    const wire::Actions actions = connection.send(publish_packet(
        "$sys/operation/S3EUVBRJLB/dev1", R"({"type":"get","resource":["time"]})", qos));
    EXPECT_EQ(object_in(actions).at("time").as_int64(), 1767225600);
    EXPECT_TRUE(all_of<wire::MqttPuback>(actions).empty()) << "that one does";
    const std::size_t acknowledged =
        all_of<wire::MqttPuback>(connection.answer(domain::HubDone{})).size();
    EXPECT_EQ(acknowledged, qos == 0 ? 1U : 2U);
  }
}

TEST(TencentOrder, AThousandOpenRequestsAreTheEnd) {
  Connection connection;
  connection.open();
  wire::Actions actions;
  int sent = 0;
  for (; actions.empty() && sent < 2'000; ++sent) actions = connection.send(publish_packet(kData));
  EXPECT_EQ(all_of<wire::Close>(actions).size(), 1U);
  EXPECT_EQ(sent, 1'025);
  EXPECT_TRUE(connection.answer(domain::HubDone{}).empty()) << "nobody listens any more";
}

TEST(TencentMethods, AnswersWithoutAQuestionAreForgotten) {
  for (const std::string& reply :
       {std::string(R"({"method":"action_reply","code":0})"),
        R"({"method":"action_reply","clientToken":")" + std::string(65, '1') + R"(","code":0})",
        std::string(R"({"method":"action","clientToken":"1"})")}) {
    Connection connection;
    connection.open();
    connection.send(publish_packet("$thing/up/action/S3EUVBRJLB/dev1", reply));
    for (const Command& each : connection.commands) {
      EXPECT_TRUE(is<domain::AnswerMethod>(each));
      EXPECT_LE(body_of<domain::AnswerMethod>(each).request.size(), 64U);
    }
  }
}

TEST(TencentMethods, AnswersOverTheLimitAreTheEnd) {
  Connection connection;
  connection.open();
  connection.send(publish_packet("$rrpc/txd/S3EUVBRJLB/dev1/1a", std::string(131'073, 'x')));
  ASSERT_EQ(connection.commands.size(), 1U);
  EXPECT_EQ(body_of<domain::ReportMisuse>(connection.commands[0]).reason,
            domain::Reason::kMessageTooLarge);
}

}  // namespace
}  // namespace berth::dialects::tencent
