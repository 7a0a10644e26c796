#include "wire/wire.h"

#include <gtest/gtest.h>

namespace berth::wire {
namespace {

using Pairs = std::vector<std::pair<std::string_view, std::string_view>>;

TEST(SplitQuery, KeepsOrderAndLeavesEscapesAlone) {
  EXPECT_EQ(split_query("b=2&a=%31&b=3"), (Pairs{{"b", "2"}, {"a", "%31"}, {"b", "3"}}));
}

TEST(SplitQuery, CutsEachPartAtItsFirstEqualsSign) {
  EXPECT_EQ(split_query("sig=ab==&x=a=b"), (Pairs{{"sig", "ab=="}, {"x", "a=b"}}));
}

TEST(SplitQuery, GivesPartsWithoutEqualsSignAnEmptyValue) {
  EXPECT_EQ(split_query("flag&x="), (Pairs{{"flag", ""}, {"x", ""}}));
}

TEST(SplitQuery, SkipsEmptyPartsAndKeepsEmptyNames) {
  EXPECT_EQ(split_query(""), Pairs{});
  EXPECT_EQ(split_query("&&a=1&"), (Pairs{{"a", "1"}}));
  EXPECT_EQ(split_query("=v"), (Pairs{{"", "v"}}));
}

TEST(HttpRequest, FindsTheFirstHeaderOfALowerCaseName) {
  HttpRequest request;
  request.headers = {{"host", "one"}, {"accept", "x"}, {"host", "two"}};
  ASSERT_NE(request.header("host"), nullptr);
  EXPECT_EQ(*request.header("host"), "one");
  EXPECT_EQ(request.header("authorization"), nullptr);
  EXPECT_EQ(request.header("Host"), nullptr) << "net lower-cases names, callers ask for those";
}

TEST(Transport, HasTheWordsThatTrailsShow) {
  EXPECT_EQ(to_string(Transport::kHttps), "https");
  EXPECT_EQ(to_string(Transport::kMqtt), "mqtt");
  EXPECT_EQ(to_string(Transport::kMqttWebSocket), "mqtt-ws");
  EXPECT_EQ(to_string(Transport::kHttp), "http");
  EXPECT_EQ(to_string(Transport::kMqttPlain), "mqtt-plain");
}

TEST(MqttPackets, StartWithTheMildestDefaults) {
  EXPECT_FALSE(MqttConnack{}.session_present);
  EXPECT_EQ(MqttConnack{}.code, MqttConnectCode::kAccepted);
  EXPECT_EQ(MqttPublish{}.qos, 0);
  EXPECT_FALSE(MqttPublish{}.retain);
  EXPECT_FALSE(MqttConnect{}.password.has_value());
}

TEST(MqttFilters, HaveWildcardsOnlyAsWholeLevels) {
  for (const char* good :
       {"#", "+", "/", "a", "a/#", "+/+", "a/+/b", "/+", "$dps/registrations/res/#"}) {
    EXPECT_TRUE(is_mqtt_filter(good)) << good;
  }
  for (const char* bad : {"", "a#", "#/a", "a/#/", "a/#/b", "a+", "+a", "a/b+/c", "##", "++"}) {
    EXPECT_FALSE(is_mqtt_filter(bad)) << bad;
  }
}

TEST(MqttConnectCode, HasTheNumbersOfTheStandard) {
  EXPECT_EQ(static_cast<int>(MqttConnectCode::kIdentifierRejected), 2);
  EXPECT_EQ(static_cast<int>(MqttConnectCode::kServerUnavailable), 3);
  EXPECT_EQ(static_cast<int>(MqttConnectCode::kBadUserNameOrPassword), 4);
  EXPECT_EQ(static_cast<int>(MqttConnectCode::kNotAuthorized), 5);
}

}  // namespace
}  // namespace berth::wire
