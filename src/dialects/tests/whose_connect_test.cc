// Several dialects share the MQTT listener: a CONNECT has one owner at most.
#include "dialects/azure_dps/azure_dps.h"
#include "dialects/azure_hub/azure_hub.h"

#include <gtest/gtest.h>

#include <string>

namespace berth::dialects {
namespace {

// "provisioning", "hub", "both" or "nobody".
std::string owner_of(const std::string& user_name, wire::Transport transport) {
  wire::Peer peer;
  peer.transport = transport;
  wire::MqttConnect packet;
  packet.user_name = user_name;
  const wire::Request request = std::move(packet);
  const bool provisioning = azure_dps::make_azure_dps()->claims(peer, request);
  const bool hub = azure_hub::make_azure_hub()->claims(peer, request);
  if (provisioning && hub) return "both";
  if (provisioning) return "provisioning";
  return hub ? "hub" : "nobody";
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
      {"", "nobody"},
      {"/", "nobody"},
  };
  for (const auto& [user_name, owner] : cases) {
    EXPECT_EQ(owner_of(user_name, wire::Transport::kMqtt), owner) << user_name;
    EXPECT_EQ(owner_of(user_name, wire::Transport::kMqttWebSocket), owner) << user_name;
    EXPECT_EQ(owner_of(user_name, wire::Transport::kMqttPlain), "nobody") << user_name;
  }
}

}  // namespace
}  // namespace berth::dialects
