#include "attestation/connection_hypotheses.h"
#include "domain/mend.h"

#include <fmt/format.h>

#include <algorithm>

namespace berth::attestation {
namespace {

using domain::Cause;
using domain::Device;

constexpr std::size_t kKeysTriedMax = 200;

// What a token is for: "<scope>/registrations/<id>" or "<host>/devices/<id>[/modules/<module>]".
struct Place {
  std::string host;
  std::string id;
  bool for_provisioning = false;
  bool for_module = false;
};

std::string segment(std::string_view& rest) {
  const std::size_t end = rest.find('/');
  std::string found(rest.substr(0, end));
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return found;
}

Place parse_place(std::string_view audience) {
  Place place;
  place.host = segment(audience);
  const std::string kind = base::ascii_lower(segment(audience));
  place.for_provisioning = kind == "registrations";
  place.id = segment(audience);
  place.for_module = base::ascii_lower(segment(audience)) == "modules";
  return place;
}

std::string without_port(const std::string& host) { return host.substr(0, host.find(':')); }

bool same_host(const ConnectionBench& bench, const std::string& host) {
  const auto same = [&](const std::string& other) {
    return base::equals_ignoring_case(host, other) ||
           base::equals_ignoring_case(without_port(host), other);
  };
  return same(bench.input.claim.host) ||
         (bench.input.hub != nullptr && same(bench.input.hub->host));
}

// Whether a key that this device may have made it: its own, its owner's, that of the same id at
// another hub, or that of the device which the token names.
bool has_known_maker(ConnectionBench& bench, const Place& place) {
  const std::vector<DeviceKey> own = own_keys(bench);
  if (verifying(bench.test, own) != nullptr) return true;
  const std::vector<DeviceKey> owners =
      bench.test.device_keys(bench.input.candidates, bench.registration_id, kKeysTriedMax);
  if (verifying(bench.test, owners) != nullptr) return true;
  const auto made_it = [&](const Device& device) {
    return verifying(bench.test, keys_of(bench.tools.vault, device)) != nullptr;
  };
  if (std::any_of(bench.input.same_id.begin(), bench.input.same_id.end(), made_it)) return true;
  return std::any_of(
      bench.input.same_hub.begin(), bench.input.same_hub.end(),
      [&](const Device& each) { return each.id.text() == place.id && made_it(each); });
}

std::string make_for(const ConnectionBench& bench) {
  return fmt::format("make the token for '{}'", base::printable(bench.mac.expected_audience));
}

domain::Finding for_other_hub(const ConnectionBench& bench, const Place& place, bool proven) {
  const std::string sent = base::printable(place.host, 128);
  for (const domain::Hub& each : bench.input.hubs) {
    if (!base::equals_ignoring_case(each.host, without_port(place.host))) continue;
    return {Cause::kTokenForOtherHub, proven,
            fmt::format("The token is made for hub '{}' ('{}'), the device connects to '{}'.",
                        each.name.text(), sent, base::printable(bench.input.claim.host, 128)),
            fmt::format("connect the device to '{}', or {}", each.host, make_for(bench))};
  }
  return {Cause::kTokenForOtherHub, proven,
          fmt::format("The token is made for '{}', which is no hub of this server; the device "
                      "connects to '{}'.",
                      sent, base::printable(bench.input.claim.host, 128)),
          make_for(bench)};
}

}  // namespace

Findings made_for_another_place(ConnectionBench& bench) {
  const Place place = parse_place(bench.mac.audience);
  const bool proven = has_known_maker(bench, place);
  const std::string sent = base::printable(bench.mac.audience);
  const std::string& own_id = bench.input.claim.registration_id;
  if (place.for_provisioning) {
    return {{Cause::kTokenForProvisioning, proven,
             fmt::format("The token is made for registering ('{}'), not for a hub.", sent),
             make_for(bench)}};
  }
  Findings findings;
  if (!same_host(bench, place.host)) findings.push_back(for_other_hub(bench, place, proven));
  if (!place.id.empty() && place.id != own_id) {
    const bool spelling = base::equals_ignoring_case(place.id, own_id);
    findings.push_back({Cause::kTokenForOtherDevice, proven,
                        fmt::format("The token is made for device '{}', the connection is that of "
                                    "'{}'{}.",
                                    base::printable(place.id), base::printable(own_id),
                                    spelling ? "; ids tell upper from lower case" : ""),
                        "use the same device id for the connection and in the token"});
  }
  if (findings.empty() && place.for_module) {
    findings.push_back({Cause::kTokenForOtherDevice, proven,
                        fmt::format("The token is made for a module of the device ('{}').", sent),
                        make_for(bench)});
  }
  return findings;
}

}  // namespace berth::attestation
