// Gateways and the devices behind them (tencent.md §9).
#include "dialects/tencent/tests/mqtt_harness.h"

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

const std::string kTopic = "$gateway/operation/S3EUVBRJLB/dev1";
const std::string kResult = "$gateway/operation/result/S3EUVBRJLB/dev1";

std::string bind_request(const std::string& members) {
  return R"({"type":"bind","payload":{"devices":[{"product_id":"SUBPROD001",)"
         R"("device_name":"sub1",)" +
         members + "}]}}";
}

int result_in(const wire::Actions& actions) {
  const auto messages = all_of<wire::MqttPublish>(actions);
  if (messages.size() != 1) {
    ADD_FAILURE() << messages.size() << " messages";
    return -1'000;
  }
  const boost::json::value value = boost::json::parse(messages[0].payload);
  return static_cast<int>(value.at_pointer("/payload/devices/0/result").as_int64());
}

std::vector<domain::DeviceId> ids(int count) {
  std::vector<domain::DeviceId> devices;
  for (int i = 0; i < count; ++i) {
    devices.push_back(domain::DeviceId::trusted(fmt::format("SUBPROD001sub{:04}", i)));
  }
  return devices;
}

TEST(TencentGateway, TheVectorsVerifyWithTheTextOfTheSecret) {
  const std::string cases[] = {
      R"("signature":"MT/KjHuPR1JqZ1w9zXz8uBQbLf8=","random":16425795,"timestamp":1795301837,)"
      R"("signmethod":"hmacsha1","authtype":"psk")",
      R"("signature":"RAqYXb14rj7EDrr6qJ+jP4r1KUg=","random":12345,"timestamp":1700000000,)"
      R"("signmethod":"hmacsha1","authtype":"psk")",
      R"("authtype":"psk","signmethod":"hmacsha1","timestamp":"1700000000","random":"12345",)"
      R"("signature":"RAqYXb14rj7EDrr6qJ+jP4r1KUg=")",
  };
  for (const std::string& members : cases) {
    Connection connection;
    connection.open({kResult});
    connection.send(publish_packet(kTopic, bind_request(members), 0));
    ASSERT_EQ(connection.commands.size(), 1U) << members;
    const domain::Claim claim = body_of<domain::BindDevice>(connection.commands[0]).claim;
    EXPECT_EQ(claim.registration_id, "SUBPROD001sub1");
    ASSERT_TRUE(claim.membership);
    EXPECT_EQ(claim.membership->group, "SUBPROD001");
    EXPECT_EQ(claim.membership->member, "sub1");
    EXPECT_EQ(claim.dialect, "tencent");
    EXPECT_EQ(claim.source, "192.0.2.7");
    const auto& text = std::get<domain::SignedText>(claim.evidence);
    EXPECT_EQ(text.key_form, domain::KeyForm::kBase64Text);
    EXPECT_TRUE(testing::verifies(text, "AAECAwQFBgcICQoLDA0ODw==")) << text.texts[0];
    EXPECT_FALSE(testing::verifies(text, "AAECAwQFBgcICQoLDA0OEA=="));
    EXPECT_TRUE(text.made_at_seconds);
    EXPECT_EQ(result_in(connection.answer(domain::HubDone{})), 0);
  }
}

TEST(TencentGateway, WhatCannotBeBoundIsToldWithoutAskingTheHub) {
  const std::string signature = R"("signature":"RAqYXb14rj7EDrr6qJ+jP4r1KUg=")";
  const std::string cases[] = {
      signature + R"(,"random":1,"timestamp":2,"signmethod":"hmacsha1","authtype":"certificate")",
      signature + R"(,"random":1,"timestamp":2,"signmethod":"md5","authtype":"psk")",
      signature + R"(,"random":1,"timestamp":2,"signmethod":"hmacmd5")",
      R"("signature":"AAECAwQFBgcICQoLDA0ODw==","random":1,"timestamp":2,"signmethod":"hmacmd5")",
      signature + R"(,"random":1,"timestamp":2,"authtype":"psk")",
      signature + R"(,"random":1.5,"timestamp":2,"signmethod":"hmacsha1")",
      signature + R"(,"timestamp":2,"signmethod":"hmacsha1")",
      signature + R"(,"random":1,"signmethod":"hmacsha1")",
      R"("random":1,"timestamp":2,"signmethod":"hmacsha1")",
      R"("signature":7,"random":1,"timestamp":2,"signmethod":"hmacsha1")",
  };
  for (const std::string& members : cases) {
    Connection connection;
    connection.open({kResult});
    EXPECT_NE(result_in(connection.send(publish_packet(kTopic, bind_request(members), 0))), 0)
        << members;
    EXPECT_TRUE(connection.commands.empty()) << members;
  }
}

TEST(TencentGateway, NamesThatAreNoneAreRefused) {
  const std::pair<std::string, std::string> cases[] = {
      {"", ""},
      {"SUBPROD001", ""},
      {"", "sub1"},
      {"SUBPROD00", "1sub1"},
      {"SUBPROD0011", "sub1"},
      {"SUBPROD001", std::string(65, 'x')},
  };
  for (const auto& [product, name] : cases) {
    for (const std::string type : {"bind", "unbind"}) {
      Connection connection;
      connection.open({kResult});
      const std::string request = fmt::format(
          R"({{"type":"{}","payload":{{"devices":[{{"product_id":"{}","device_name":"{}"}}]}}}})",
          type, product, name);
      EXPECT_NE(result_in(connection.send(publish_packet(kTopic, request, 0))), 0) << request;
      EXPECT_TRUE(connection.commands.empty());
    }
  }
}

TEST(TencentGateway, EveryReasonIsAResult) {
  const std::string members =
      R"("signature":"RAqYXb14rj7EDrr6qJ+jP4r1KUg=","random":12345,"timestamp":1700000000,)"
      R"("signmethod":"hmacsha1")";
  for (const domain::Reason reason : domain::kReasons) {
    if (reason == domain::Reason::kNone) continue;
    Connection connection;
    connection.open({kResult});
    connection.send(publish_packet(kTopic, bind_request(members), 0));
    EXPECT_NE(result_in(connection.answer(refused(reason))), 0) << to_string(reason);
  }
}

// The C SDK drops a message of more than 1024 bytes and adds up what several say.
TEST(TencentGateway, LongListsComeInSeveralMessages) {
  for (const int count : {0, 1, 15, 16, 17, 500}) {
    Connection connection;
    connection.open({kResult}, 1);
    connection.send(publish_packet(kTopic, R"({"type":"describe_sub_devices"})", 0));
    const auto messages =
        all_of<wire::MqttPublish>(connection.answer(domain::BoundDevices{ids(count)}));
    ASSERT_FALSE(messages.empty()) << count;
    std::size_t listed = 0;
    for (const wire::MqttPublish& each : messages) {
      EXPECT_LE(each.payload.size(), 1'024U);
      const boost::json::value value = boost::json::parse(each.payload);
      EXPECT_EQ(value.at("type").as_string(), "describe_sub_devices");
      listed += value.at_pointer("/payload/devices").as_array().size();
    }
    EXPECT_EQ(listed, static_cast<std::size_t>(count));
  }
}

TEST(TencentGateway, SpeaksForItsDevicesOnlyWhileTheyAreOnline) {
  Connection connection;
  connection.open({kResult});
  connection.bring_online("SUBPROD001sub1");
  connection.send(publish_packet("SUBPROD001/sub1/data", "x"));
  ASSERT_EQ(connection.commands.size(), 1U);
  const auto sent = body_of<domain::SendTelemetry>(connection.commands[0]);
  EXPECT_EQ(sent.of_device, "SUBPROD001sub1");
  EXPECT_EQ(sent.message.properties, (std::vector<domain::Property>{{"topic", "data"}}));
  EXPECT_EQ(all_of<wire::MqttPuback>(connection.answer(domain::HubDone{})).size(), 1U);

  connection.send(publish_packet("SUBPROD001/sub2/data", "x"));
  ASSERT_EQ(connection.commands.size(), 1U);
  EXPECT_TRUE(is<domain::ReportMisuse>(connection.commands[0])) << "another one is not";
}

TEST(TencentGateway, ItsDevicesHaveTheDefaultTopics) {
  const std::pair<std::string, bool> cases[] = {
      {"event", true}, {"data", true}, {"control", false}, {"user/log", false}};
  for (const auto& [topic, allowed] : cases) {
    Connection connection;
    connection.open({kResult});
    connection.bring_online("SUBPROD001sub1");
    connection.send(publish_packet("SUBPROD001/sub1/" + topic, "x"));
    ASSERT_EQ(connection.commands.size(), 1U);
    EXPECT_EQ(is<domain::SendTelemetry>(connection.commands[0]), allowed) << topic;
  }
}

TEST(TencentGateway, SubscriptionsForItsDevicesAreNotTheHubs) {
  Connection connection;
  connection.open({kResult});
  connection.bring_online("SUBPROD001sub1");
  const auto subacks = all_of<wire::MqttSuback>(
      connection.send(wire::MqttSubscribe{5,
                                          {{"SUBPROD001/sub1/data", 1},
                                           {"SUBPROD001/sub1/event", 1},
                                           {"$ota/update/SUBPROD001/sub1", 0}}}));
  ASSERT_EQ(subacks.size(), 1U) << "at once";
  EXPECT_EQ(subacks[0].codes, (std::vector<std::uint8_t>{1, 0x80, 0}));
  ASSERT_EQ(connection.commands.size(), 1U);
  EXPECT_TRUE(is<domain::ReportMisuse>(connection.commands[0]));
}

TEST(TencentGateway, AGatewayOfAGatewayIsNone) {
  Connection connection;
  connection.open({kResult});
  connection.bring_online("SUBPROD001sub1");
  connection.send(
      publish_packet("$gateway/operation/SUBPROD001/sub1", R"({"type":"describe_sub_devices"})"));
  ASSERT_EQ(connection.commands.size(), 1U);
  EXPECT_TRUE(is<domain::ReportMisuse>(connection.commands[0]));
}

TEST(TencentGateway, NoMoreGoOnlineThanASessionHolds) {
  Connection connection;
  connection.open({kResult});
  int online = 0;
  for (const domain::DeviceId& each : ids(1'100)) {
    connection.send(publish_packet(
        kTopic,
        fmt::format(R"({{"type":"online","payload":{{"devices":[{{"product_id":"SUBPROD001",)"
                    R"("device_name":"{}"}}]}}}})",
                    each.text().substr(10)),
        0));
    if (result_in(connection.answer(domain::BoundDevices{{each}})) == 0) ++online;
  }
  EXPECT_EQ(online, 1'024);
}

}  // namespace
}  // namespace berth::dialects::tencent
