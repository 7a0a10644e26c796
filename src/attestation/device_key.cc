#include "attestation/device_key.h"

#include "attestation/signature_rules.h"
#include "base/log.h"
#include "crypto/hmac.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace berth::attestation {
namespace {

using domain::HubPermission;
using domain::KeySlot;
using domain::MacOverText;
using domain::Reason;
using hub::Authenticated;
using hub::ProofRefusal;

constexpr std::array kSlots = {KeySlot::kPrimary, KeySlot::kSecondary};
// What a credential was: told apart so that a device's key never passes for a policy's.
constexpr std::string_view kOwnMark = "d:";
constexpr std::string_view kPolicyMark = "p:";

const domain::Sealed& seal_of(const domain::SymmetricKeys& keys, KeySlot slot) {
  return slot == KeySlot::kPrimary ? keys.primary : keys.secondary;
}

std::string_view first_segment(std::string_view& rest) {
  const std::size_t end = rest.find('/');
  const std::string_view segment = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return segment;
}

// "host:8883" → "host"; an IPv6 address keeps its colons.
std::string_view without_port(std::string_view host) {
  const std::size_t colon = host.rfind(':');
  if (colon == std::string_view::npos || host.find(':') != colon) return host;
  const std::string_view port = host.substr(colon + 1);
  const bool digits = !port.empty() && port.size() <= 5 &&
                      port.find_first_not_of("0123456789") == std::string_view::npos;
  return digits ? host.substr(0, colon) : host;
}

struct Target {
  const domain::Claim& claim;
  const domain::Hub& hub;
  const domain::Device& device;
};

bool is_host(std::string_view segment, const Target& target) {
  for (const std::string_view host : {segment, without_port(segment)}) {
    if (host.empty()) continue;
    if (base::equals_ignoring_case(host, target.hub.host)) return true;
    // The name by which the hub was found.
    if (base::equals_ignoring_case(host, target.claim.host)) return true;
  }
  return false;
}

// Whether the resource is `<host>`, `<host>/devices` or `<host>/devices/<id>`.
bool covers(std::string_view resource, const Target& target, bool exact_id) {
  if (resource.ends_with('/')) resource.remove_suffix(1);
  if (!is_host(first_segment(resource), target)) return false;
  if (resource.empty()) return true;
  if (!base::equals_ignoring_case(first_segment(resource), "devices")) return false;
  if (resource.empty()) return true;
  const std::string& id = target.device.id.text();
  return exact_id ? resource == id : base::equals_ignoring_case(resource, id);
}

bool covers(const MacOverText& mac, const Target& target) {
  if (!mac.key_name.empty()) return covers(mac.audience, target, true);
  // Ids may hold per cent signs and a client may not escape them: then the text as sent is meant.
  return covers(mac.audience, target, false) || covers(mac.raw_audience, target, false);
}

std::optional<ProofRefusal> unreadable(const domain::Evidence& evidence) {
  if (std::holds_alternative<domain::NoEvidence>(evidence)) {
    return ProofRefusal{Reason::kProofMissing, "a token", "none"};
  }
  if (const auto* malformed = std::get_if<domain::MalformedEvidence>(&evidence)) {
    return ProofRefusal{Reason::kProofMalformed, "a token that can be read",
                        base::printable(malformed->what)};
  }
  return std::nullopt;
}

ProofRefusal refusal_of(Broken broken) {
  return {broken.reason, std::move(broken.expected), std::move(broken.received)};
}

ProofRefusal key_unreadable(std::string_view whose, const Error& error) {
  log::error("connect.key_unreadable", {{"whose", std::string(whose)}, {"what", error.what}});
  return {Reason::kInternal, "keys that open under the server's master key",
          "a key that does not; the log has more"};
}

struct KeyRing {
  const domain::SymmetricKeys& keys;
  std::string context;
  std::string whose;  // "device 'd'"
  std::string_view mark;
};

// The first of the two keys that verifies.
Result<Authenticated, ProofRefusal> verify(provisioning::Vault& vault, const MacOverText& mac,
                                           const KeyRing& ring) {
  std::string tried;
  for (const KeySlot slot : kSlots) {
    Result<Secret> key = vault.open(seal_of(ring.keys, slot), ring.context);
    if (!key) return Fail(key_unreadable(ring.whose, key.error()));
    const std::string fingerprint = vault.fingerprint(key->bytes());
    if (crypto::verify_hmac_sha256(key->bytes(), mac.signed_text, mac.mac)) {
      return Authenticated{fmt::format("{} key of {}", to_string(slot), ring.whose),
                           std::string(ring.mark) + fingerprint,
                           {}};
    }
    tried += fmt::format("{}{} {}", tried.empty() ? "" : ", ", to_string(slot), fingerprint);
  }
  return Fail(ProofRefusal{Reason::kProofRejected,
                           fmt::format("a signature made with a key of {} ({})", ring.whose, tried),
                           "a signature that neither verifies"});
}

bool holds(provisioning::Vault& vault, const KeyRing& ring, const std::string& credential) {
  return std::any_of(kSlots.begin(), kSlots.end(), [&](KeySlot slot) {
    const Result<Secret> key = vault.open(seal_of(ring.keys, slot), ring.context);
    return key && std::string(ring.mark) + vault.fingerprint(key->bytes()) == credential;
  });
}

KeyRing ring_of(const domain::Device& device) {
  return {*device.keys, device_key_context(device.hub, device.id),
          fmt::format("device '{}'", device.id.text()), kOwnMark};
}

KeyRing ring_of(const domain::Hub& hub, const domain::HubPolicy& policy) {
  return {policy.keys, hub_policy_context(hub.name, policy.name),
          fmt::format("policy '{}' of hub '{}'", policy.name, hub.name.text()), kPolicyMark};
}

bool lets_connect(const domain::HubPolicy& policy) {
  return std::find(policy.permissions.begin(), policy.permissions.end(),
                   HubPermission::kDeviceConnect) != policy.permissions.end();
}

}  // namespace

DeviceKeyAuthenticator::DeviceKeyAuthenticator(provisioning::Vault& vault,
                                               SymmetricKeySettings settings)
    : vault_(vault), settings_(settings) {}

Result<Authenticated, ProofRefusal> DeviceKeyAuthenticator::authenticate(
    const domain::Claim& claim, const domain::Hub& hub, const domain::Device& device,
    TimePoint now) {
  std::optional<ProofRefusal> unread = unreadable(claim.evidence);
  if (unread) return Fail(*std::move(unread));
  const auto& mac = std::get<MacOverText>(claim.evidence);
  std::optional<Broken> misshapen = check_shape(mac);
  if (misshapen) return Fail(refusal_of(*std::move(misshapen)));
  if (!covers(mac, {claim, hub, device})) {
    return Fail(ProofRefusal{Reason::kProofAudienceMismatch,
                             fmt::format("{}/devices/{}", hub.host, device.id.text()),
                             base::printable(mac.audience)});
  }
  Result<Authenticated, ProofRefusal> verified =
      mac.key_name.empty() ? verify_own(mac, device) : verify_policy(mac, hub);
  if (!verified) return verified;
  std::optional<Broken> untimely =
      check_expiry(mac, {now, settings_.clock_skew, settings_.expiry_ahead_max});
  if (untimely) return Fail(refusal_of(*std::move(untimely)));
  verified->expires_at = base::from_unix_seconds(mac.expires_at_seconds) + settings_.clock_skew;
  return verified;
}

Result<Authenticated, ProofRefusal> DeviceKeyAuthenticator::verify_own(
    const MacOverText& mac, const domain::Device& device) {
  if (!device.keys) {
    return Fail(ProofRefusal{Reason::kAttestationMismatch, "another kind of proof",
                             "a shared access signature"});
  }
  return verify(vault_, mac, ring_of(device));
}

Result<Authenticated, ProofRefusal> DeviceKeyAuthenticator::verify_policy(const MacOverText& mac,
                                                                          const domain::Hub& hub) {
  const auto policy =
      std::find_if(hub.policies.begin(), hub.policies.end(),
                   [&](const domain::HubPolicy& each) { return each.name == mac.key_name; });
  const std::string expected = fmt::format(
      "the device's own key, or a policy of hub '{}' that lets devices connect", hub.name.text());
  const std::string named = base::printable(mac.key_name, 64);
  if (policy == hub.policies.end()) {
    return Fail(ProofRefusal{Reason::kProofRejected, expected,
                             fmt::format("policy '{}', which it does not have", named)});
  }
  if (!lets_connect(*policy)) {
    return Fail(
        ProofRefusal{Reason::kProofRejected, expected,
                     fmt::format("policy '{}', which does not let devices connect", named)});
  }
  return verify(vault_, mac, ring_of(hub, *policy));
}

bool DeviceKeyAuthenticator::still_good(const std::string& credential, const domain::Hub& hub,
                                        const domain::Device& device) {
  if (credential.starts_with(kOwnMark)) {
    return device.keys && holds(vault_, ring_of(device), credential);
  }
  return std::any_of(
      hub.policies.begin(), hub.policies.end(), [&](const domain::HubPolicy& policy) {
        return lets_connect(policy) && holds(vault_, ring_of(hub, policy), credential);
      });
}

}  // namespace berth::attestation
