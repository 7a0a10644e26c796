// Several dialects share the MQTT listener: a CONNECT has one owner at most.
#include "dialects/azure_dps/azure_dps.h"
#include "dialects/azure_hub/azure_hub.h"
#include "dialects/cloudplugs/cloudplugs.h"
#include "dialects/tencent/tencent.h"

#include <gtest/gtest.h>

#include <optional>
#include <string>

namespace berth::dialects {
namespace {

// "provisioning", "hub", "member", "thing", several of them, or "nobody".
std::string owner_of(const std::optional<std::string>& user_name, wire::Transport transport) {
  wire::Peer peer;
  peer.transport = transport;
  wire::MqttConnect packet;
  packet.user_name = user_name;
  const wire::Request request = std::move(packet);
  std::string owners;
  if (azure_dps::make_azure_dps()->claims(peer, request)) owners += "provisioning";
  if (azure_hub::make_azure_hub()->claims(peer, request)) owners += "hub";
  if (tencent::make_tencent()->claims(peer, request)) owners += "member";
  if (cloudplugs::make_cloudplugs()->claims(peer, request)) owners += "thing";
  return owners.empty() ? "nobody" : owners;
}

TEST(WhoseConnect, IsToldByTheShapeOfTheUserName) {
  const std::pair<std::string, std::string> cases[] = {
      {"0ne00ABCDEF/registrations/d/api-version=2019-03-31", "provisioning"},
      {"0ne00ABCDEF/Registrations/d", "provisioning"},
      {"0ne00ABCDEF/registrations/", "provisioning"},
      {"//registrations/x", "nobody"},
      {"/registrations/x", "provisioning"},
      {"hub.example.net/d/?api-version=2021-04-12", "hub"},
      {"hub.example.net/d", "hub"},
      {"hub.example.net:8883/d/m/?api-version=2021-04-12", "hub"},
      {"hub.example.net/registrations", "hub"},
      {"hub.example.net/registrations/?api-version=2021-04-12", "hub"},
      {"hub.example.net/registrations/m/?api-version=2021-04-12", "hub"},
      {"hub.example.net//registrations/x", "hub"},
      {"nobody knows me/d", "hub"},
      {"hub.example.net", "nobody"},
      {"/d/?api-version=2021-04-12", "nobody"},
      {"hub.example.net/d/?api-version=2021-04-12&DeviceClientType=a;b;c", "hub"},
      {"hub.example.net/d/?api-version=2021-04-12&DeviceClientType=a;b;c;d", "hub"},
      {"0ne00ABCDEF/registrations/d/api-version=2019-03-31&ClientVersion=a;b;c;d", "provisioning"},
      {"S3EUVBRJLBdev1;21010406;rfozK", "nobody"},
      {"", "nobody"},
      {"/", "nobody"},
  };
  for (const auto& [user_name, owner] : cases) {
    EXPECT_EQ(owner_of(user_name, wire::Transport::kMqtt), owner) << user_name;
    EXPECT_EQ(owner_of(user_name, wire::Transport::kMqttWebSocket), owner) << user_name;
    EXPECT_EQ(owner_of(user_name, wire::Transport::kMqttPlain), "nobody") << user_name;
  }
}

// Their password is a MAC over the user name, so a plain wire gives no secret away.
TEST(WhoseConnect, MembersOfGroupsConnectOnPlainListenersToo) {
  for (const wire::Transport transport :
       {wire::Transport::kMqtt, wire::Transport::kMqttWebSocket, wire::Transport::kMqttPlain}) {
    EXPECT_EQ(owner_of("S3EUVBRJLBdev1;21010406;rfozK;9223372036854775807", transport), "member");
    EXPECT_EQ(owner_of("S3EUVBRJLBdev1;;;", transport), "member");
  }
}

// A library sends its password over a plain wire unless told otherwise.
TEST(WhoseConnect, ThingsSendTheirIdAndThoseThatEnrolNothing) {
  const std::optional<std::string> cases[] = {"dev-588acc123945ec8436bde3c1",
                                              "DEV-588ACC123945EC8436BDE3C1", std::nullopt};
  for (const std::optional<std::string>& user_name : cases) {
    for (const wire::Transport transport : {wire::Transport::kMqtt, wire::Transport::kMqttPlain}) {
      EXPECT_EQ(owner_of(user_name, transport), "thing") << user_name.value_or("none");
    }
    EXPECT_EQ(owner_of(user_name, wire::Transport::kMqttWebSocket), "nobody");
  }
  for (const char* user_name : {"dev-588acc123945ec8436bde3c", "mod-588acc123945ec8436bde3aa",
                                "com-588acc123945ec8436bde3aa", "me@example.org"}) {
    EXPECT_EQ(owner_of(user_name, wire::Transport::kMqtt), "nobody") << user_name;
  }
}

}  // namespace
}  // namespace berth::dialects
