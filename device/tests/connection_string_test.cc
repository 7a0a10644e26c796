#include "berth/device/connection_string.h"

#include "base/codec.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace berth::device {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr std::string_view kKey = "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=";

std::string with_key(std::string_view rest) {
  return "SharedAccessKey=" + std::string(kKey) + ";" + std::string(rest);
}

TEST(ConnectionString, IsReadWithItsKey) {
  const auto hub = parse_connection_string(with_key("HostName=hub-1.localhost;DeviceId=pump-1"));
  ASSERT_TRUE(hub) << hub.error().what;
  EXPECT_EQ(hub->host, "hub-1.localhost");
  EXPECT_FALSE(hub->port);
  EXPECT_EQ(hub->device_id, "pump-1");
  EXPECT_EQ(hub->policy, "");
  EXPECT_EQ(hub->key.size(), 32U);
}

TEST(ConnectionString, MayHoldAPortAGatewayAndAPolicy) {
  const auto hub = parse_connection_string(with_key(
      "HostName=h:8884;GatewayHostName=gw;SharedAccessKeyName=device;DeviceId=a=b;Unknown=1;x"));
  ASSERT_TRUE(hub) << hub.error().what;
  EXPECT_EQ(hub->host, "h");
  EXPECT_EQ(hub->port, 8884);
  EXPECT_EQ(hub->gateway, "gw");
  EXPECT_EQ(hub->policy, "device");
  EXPECT_EQ(hub->device_id, "a=b");
}

TEST(ConnectionString, TheLastOfARepeatedKeyCountsAndAnEmptyOneIsAbsent) {
  const auto hub =
      parse_connection_string(with_key("HostName=a;HostName=b;DeviceId=d;SharedAccessSignature="));
  ASSERT_TRUE(hub) << hub.error().what;
  EXPECT_EQ(hub->host, "b");
}

TEST(ConnectionString, WhatIsWrongIsNamedButNeverQuoted) {
  const std::vector<std::pair<std::string, std::string>> table = {
      {"", "HostName"},
      {"HostName=h", "DeviceId"},
      {with_key("DeviceId=d"), "HostName"},
      {with_key("HostName=h:0;DeviceId=d"), "port"},
      {with_key("HostName=h:70000;DeviceId=d"), "port"},
      {with_key("HostName=h/x;DeviceId=d"), "HostName"},
      {with_key("HostName=h;DeviceId=a/b"), "DeviceId"},
      {with_key("HostName=h;DeviceId=" + std::string(129, 'd')), "DeviceId"},
      {with_key("HostName=h;DeviceId=d;ModuleId=m"), "module"},
      {with_key("HostName=h;DeviceId=d;x509=true"), "certificate"},
      {with_key("HostName=h;DeviceId=d;SharedAccessSignature=s"), "either"},
      {"HostName=h;DeviceId=d", "either"},
      {"HostName=h;DeviceId=d;SharedAccessKey=not*base64", "base64"},
      {"hostname=h;DeviceId=d;SharedAccessKey=AAAA", "HostName"},
      {std::string(5'000, 'x'), "longer"},
  };
  for (const auto& [text, word] : table) {
    const auto hub = parse_connection_string(text);
    ASSERT_FALSE(hub) << text;
    EXPECT_EQ(hub.error().kind, ErrorKind::kInvalid);
    EXPECT_THAT(hub.error().what, HasSubstr(word)) << text;
    EXPECT_THAT(hub.error().what, Not(HasSubstr("AAEC"))) << text;
    EXPECT_THAT(hub.error().what, Not(HasSubstr("not*base64")));
  }
}

TEST(ConnectionString, IsWrittenAsItIsRead) {
  const Secret text = connection_string("hub", "d-1", Secret::from_text(kKey));
  EXPECT_EQ(text.text(), "HostName=hub;DeviceId=d-1;SharedAccessKey=" + std::string(kKey));
  EXPECT_TRUE(parse_connection_string(text.text()));
}

TEST(HubToken, SignsTheResourceAsWritten) {
  const auto hub = parse_connection_string(with_key("HostName=hub-1.localhost;DeviceId=pump-1"));
  EXPECT_EQ(hub_token(*hub, base::from_unix_seconds(1'767'229'200)).text(),
            "SharedAccessSignature sr=hub-1.localhost%2Fdevices%2Fpump-1"
            "&sig=nbrDDEwSg6eSLit7OKFkUxw9ig7cZEdOEEmWMdy21V4%3D&se=1767229200");
}

TEST(HubToken, NamesThePolicyItsKeyBelongsTo) {
  const auto hub =
      parse_connection_string(with_key("HostName=h;DeviceId=d;SharedAccessKeyName=a b"));
  EXPECT_THAT(std::string(hub_token(*hub, base::from_unix_seconds(1)).text()),
              ::testing::EndsWith("&se=1&skn=a%20b"));
}

TEST(HubToken, OfSomebodyElseIsUsedAsItIs) {
  const auto hub = parse_connection_string(
      "HostName=h;DeviceId=d;SharedAccessSignature=SharedAccessSignature sr=x&sig=y&se=1");
  ASSERT_TRUE(hub);
  EXPECT_EQ(hub_token(*hub, base::from_unix_seconds(9)).text(),
            "SharedAccessSignature sr=x&sig=y&se=1");
}

}  // namespace
}  // namespace berth::device
