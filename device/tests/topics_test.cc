#include "device/topics.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace berth::device {
namespace {

using ::testing::ElementsAre;
using ::testing::Pair;

TEST(Topics, TelemetryCarriesItsPropertiesEncoded) {
  EXPECT_EQ(telemetry_topic("d-1", {}), "devices/d-1/messages/events/");
  EXPECT_EQ(telemetry_topic("d-1", {{"$.ct", "application/json"}, {"al ert", "tr&ue=é"}}),
            "devices/d-1/messages/events/%24.ct=application%2Fjson&al%20ert=tr%26ue%3D%C3%A9");
}

TEST(Topics, TheUserNameSaysWhoConnects) {
  EXPECT_EQ(user_name("hub.localhost", "d-1", "berth device"),
            "hub.localhost/d-1/?api-version=2021-04-12&DeviceClientType=berth%20device");
}

TEST(Topics, RequestsCarryTheirId) {
  EXPECT_EQ(twin_get_topic("7"), "$iothub/twin/GET/?$rid=7");
  EXPECT_EQ(reported_topic("7"), "$iothub/twin/PATCH/properties/reported/?$rid=7");
  EXPECT_EQ(method_reply_topic(200, "1a"), "$iothub/methods/res/200/?$rid=1a");
  EXPECT_EQ(message_filter("d-1"), "devices/d-1/messages/devicebound/#");
}

TEST(Topics, ReadsTwinReplies) {
  const auto plain = std::get<TwinReply>(read_topic("$iothub/twin/res/200/?$rid=7", "d"));
  EXPECT_EQ(plain.status, 200);
  EXPECT_EQ(plain.request, "7");
  EXPECT_FALSE(plain.version);
  const auto patched =
      std::get<TwinReply>(read_topic("$iothub/twin/res/204/?$rid=a%20b&$version=12", "d"));
  EXPECT_EQ(patched.request, "a%20b") << "a request id counts byte for byte";
  EXPECT_EQ(patched.version, 12U);
}

TEST(Topics, ReadsDesiredChangesAndMethods) {
  const HubTopic desired =
      read_topic("$iothub/twin/PATCH/properties/desired/?$version=18446744073709551615", "d");
  EXPECT_EQ(std::get<DesiredTopic>(desired).version, 18446744073709551615U);
  const auto method =
      std::get<MethodTopic>(read_topic("$iothub/methods/POST/reboot/?$rid=1a", "d"));
  EXPECT_EQ(method.name, "reboot");
  EXPECT_EQ(method.request, "1a");
}

TEST(Topics, ReadsTheBagOfAMessage) {
  const auto message = std::get<MessageTopic>(
      read_topic("devices/d/messages/devicebound/%24.mid=m-1&a=b%26c&bare&=x&bad=%zz&&", "d"));
  EXPECT_THAT(message.properties, ElementsAre(Pair("$.mid", "m-1"), Pair("a", "b&c"),
                                              Pair("bare", ""), Pair("", "x"), Pair("bad", "%zz")));
  const auto none = std::get<MessageTopic>(read_topic("devices/d/messages/devicebound/", "d"));
  EXPECT_THAT(none.properties, ElementsAre());
}

TEST(Topics, ABagIsBounded) {
  std::string topic = "devices/d/messages/devicebound/";
  for (int i = 0; i < 1'000; ++i) topic += "k=v&";
  EXPECT_EQ(std::get<MessageTopic>(read_topic(topic, "d")).properties.size(), 256U);
}

TEST(Topics, AnythingElseIsUnknown) {
  for (const char* topic :
       {"", "$iothub", "$iothub/twin/res/", "$iothub/twin/res/200", "$iothub/twin/res/200/",
        "$iothub/twin/res/200/$rid=1", "$iothub/twin/res/x/?$rid=1", "$iothub/twin/res/20x/?$rid=1",
        "$iothub/twin/res/99999999999/?$rid=1", "$iothub/methods/POST/?$rid=1",
        "$iothub/methods/POST//?$rid=1", "$iothub/methods/POST/a/b/?$rid=1",
        "$iothub/methods/POST/a/", "$iothub/twin/PATCH/properties/desired/",
        "$iothub/twin/PATCH/properties/desired/?$version=-1",
        "$iothub/twin/PATCH/properties/desired/?$version=1.5", "devices/e/messages/devicebound/",
        "devices/d/messages/devicebound", "devices/d/messages/events/"}) {
    EXPECT_TRUE(std::holds_alternative<UnknownTopic>(read_topic(topic, "d"))) << topic;
  }
}

}  // namespace
}  // namespace berth::device
