#include "dialects/admin/connection_string.h"

#include "base/codec.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <map>

namespace berth::dialects::admin {
namespace {

using Parts = std::map<std::string_view, std::string_view>;

constexpr std::string_view kHost = "HostName";
constexpr std::string_view kPolicy = "SharedAccessKeyName";
constexpr std::string_view kKey = "SharedAccessKey";

// Parts without `=` are ignored, an empty value counts as absent, the last of a name counts.
Parts split(std::string_view text) {
  Parts parts;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find(';'), text.size());
    const std::string_view part = text.substr(0, end);
    text.remove_prefix(std::min(end + 1, text.size()));
    const std::size_t equals = part.find('=');
    if (equals == std::string_view::npos) continue;
    const std::string_view value = part.substr(equals + 1);
    if (!value.empty()) parts[part.substr(0, equals)] = value;
  }
  return parts;
}

// A port is no part of a hub's name.
std::string_view without_port(std::string_view host) { return host.substr(0, host.find(':')); }

auto wrong(std::string what) {
  return Fail(ErrorKind::kInvalid, "expected a hub's connection string: " + std::move(what));
}

}  // namespace

Result<domain::HubProof> read_hub_connection_string(std::string_view text) {
  const Parts parts = split(text);
  if (parts.contains("DeviceId")) return wrong("this one is of a device, it has DeviceId");
  if (parts.contains("Endpoint")) return wrong("this one is of an event endpoint");
  for (const std::string_view name : {kHost, kPolicy, kKey}) {
    if (!parts.contains(name)) {
      return wrong(
          fmt::format("the part {} is missing of {}=…;{}=…;{}=…", name, kHost, kPolicy, kKey));
    }
  }
  domain::HubProof proof;
  proof.host = without_port(parts.at(kHost));
  proof.policy = parts.at(kPolicy);
  std::optional<Secret> key = base::base64_decode_secret(parts.at(kKey));
  if (!key || key->empty()) {
    return wrong(fmt::format("its {} is not base64; perhaps it was cut off", kKey));
  }
  proof.key = *std::move(key);
  return proof;
}

}  // namespace berth::dialects::admin
