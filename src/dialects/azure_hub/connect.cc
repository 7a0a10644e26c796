#include "dialects/azure_hub/connect.h"

#include "dialects/azure/claim_parts.h"
#include "dialects/azure_hub/names.h"
#include "dialects/azure_hub/property_bag.h"

#include <fmt/format.h>

#include <optional>
#include <utility>

namespace berth::dialects::azure_hub {
namespace {

constexpr std::size_t kIdBytesMax = 512;  // ids have at most 128; longer ones are refused as such

Result<domain::Message, Excess> read_message(std::string_view bag, bool retain,
                                             std::string_view payload) {
  domain::Message message;
  if (!read_property_bag(bag, message)) {
    return Fail(Excess{fmt::format("at most {} properties", kPropertiesMax), "more"});
  }
  // Not stored as MQTT would; said to whoever reads it (§2.2).
  if (retain) message.properties.push_back({"mqtt-retain", "true"});
  message.body = payload;
  const std::size_t size = size_of(message);
  if (size > domain::kDeviceMessageBytesMax) {
    return Fail(Excess{fmt::format("at most {} bytes", domain::kDeviceMessageBytesMax),
                       fmt::format("{} bytes", size)});
  }
  return message;
}

// Nothing when the will is for another topic or no message.
std::optional<domain::Message> read_will(const wire::MqttWill& will, std::string_view device) {
  const std::optional<std::string_view> bag = telemetry_bag(will.topic, device);
  if (!bag) return std::nullopt;
  Result<domain::Message, Excess> message = read_message(*bag, will.retain, will.payload);
  if (!message) return std::nullopt;
  message->properties.push_back({"iothub-MessageType", "Will"});
  return *std::move(message);
}

}  // namespace

domain::ConnectDevice connect_command(const wire::Peer& peer, const wire::MqttConnect& packet) {
  const std::string text = packet.user_name.value_or("");
  UserName name = parse_user_name(text);
  domain::ConnectDevice command;
  command.model_id = std::move(name.model_id);
  command.keeps_session = !packet.clean_session;
  domain::Claim& claim = command.claim;
  claim.registration_id = name.id.substr(0, kIdBytesMax);
  claim.dialect = "azure-hub";
  claim.transport = wire::to_string(peer.transport);
  claim.source = peer.address;
  claim.host = azure::host_text(name.host);
  claim.client = azure::client_text(name.client);
  if (packet.will) command.will = read_will(*packet.will, name.id);

  if (packet.client_id != name.id) {
    claim.evidence =
        domain::MalformedEvidence{"the MQTT client id is not the device id of the user name"};
  } else if (packet.will && !command.will) {
    claim.evidence =
        domain::MalformedEvidence{"the will is not for the device's own telemetry topic"};
  } else {
    const std::optional<std::string_view> token =
        packet.password ? std::optional(packet.password->text()) : std::nullopt;
    claim.evidence = azure::evidence_of(
        peer, token, fmt::format("{}/devices/{}", name.host, claim.registration_id));
  }
  return command;
}

Result<domain::Message, Excess> read_telemetry(std::string_view bag,
                                               const wire::MqttPublish& packet) {
  return read_message(bag, packet.retain, packet.payload);
}

}  // namespace berth::dialects::azure_hub
