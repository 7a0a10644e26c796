#include "attestation/device_key.h"

#include "attestation/credentials.h"
#include "attestation/device_certificates.h"
#include "attestation/device_proofs.h"
#include "attestation/signature_rules.h"
#include "base/log.h"
#include "crypto/hmac.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace berth::attestation {
namespace {

using domain::HubPermission;
using domain::MacOverText;
using domain::Reason;
using hub::Authenticated;
using hub::ProofRefusal;

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

template <class... Each>
struct Overloaded : Each... {
  using Each::operator()...;
};
template <class... Each>
Overloaded(Each...) -> Overloaded<Each...>;

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

ProofRefusal refusal_of(Broken broken) {
  return {broken.reason, std::move(broken.expected), std::move(broken.received)};
}

// A signature with one of the two keys.
Result<Authenticated, ProofRefusal> verify_token(provisioning::Vault& vault, const MacOverText& mac,
                                                 const KeyRing& ring) {
  return verify(vault, ring, "a signature made", [&](const Secret& key) {
    return crypto::verify_hmac_sha256(key.bytes(), mac.signed_text, mac.mac);
  });
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
    const domain::Claim& claim, const domain::Hub& hub, const hub::Standing& standing,
    TimePoint now) {
  const domain::Device& device = standing.device;
  const DeviceProofTools tools{vault_, now, settings_.clock_skew};
  const auto by_shape = Overloaded{
      [](const domain::NoEvidence&) -> DeviceProof {
        return Fail(ProofRefusal{Reason::kProofMissing, "a proof of the device", "none"});
      },
      [](const domain::MalformedEvidence& malformed) -> DeviceProof {
        return Fail(ProofRefusal{Reason::kProofMalformed, "a proof that can be read",
                                 base::printable(malformed.what)});
      },
      [&](const MacOverText& mac) {
        return check_token(claim, mac, {hub, device, now});
      },
      [&](const domain::SignedText& proof) { return check_signed_text(tools, proof, device); },
      [&](const domain::SharedKeyChannel& channel) {
        return check_channel(tools, channel, device);
      },
      [&](const domain::CertificateChain& chain) {
        return check_certificates(tools, cas_, chain, standing);
      },
      [&](const domain::Password& password) { return check_password(tools, password, device); },
      [&](const domain::Voucher&) -> DeviceProof {
        return Fail(ProofRefusal{Reason::kAttestationMismatch, "a proof of the device",
                                 "an operator's word, which is for registering"});
      },
      [&](const domain::TpmIdentity&) -> DeviceProof {
        return Fail(ProofRefusal{Reason::kAttestationMismatch, "a proof of the device",
                                 "the public keys of a TPM, which are for registering"});
      },
  };
  return std::visit(by_shape, claim.evidence);
}

Result<Authenticated, ProofRefusal> DeviceKeyAuthenticator::check_token(const domain::Claim& claim,
                                                                        const MacOverText& mac,
                                                                        const Place& place) {
  const auto& [hub, device, now] = place;
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
  return verify_token(vault_, mac, ring_of(device));
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
  return verify_token(vault_, mac, ring_of(hub, *policy));
}

domain::DevicePassword DeviceKeyAuthenticator::keep_password(const domain::DeviceId& device,
                                                             const Secret& password) {
  return {vault_.digest(password.bytes(), device_password_purpose(device)), {}};
}

std::optional<hub::SharedKey> DeviceKeyAuthenticator::shared_key(const domain::Device& device) {
  if (!device.keys) return std::nullopt;
  const KeyRing ring = ring_of(device);
  Result<hub::SharedKey> key = primary_of(vault_, ring);
  if (key) return *std::move(key);
  log::error("connect.key_unreadable", {{"whose", ring.whose}, {"what", key.error().what}});
  return std::nullopt;
}

bool DeviceKeyAuthenticator::still_good(const hub::Authenticated& proven, const domain::Hub& hub,
                                        const hub::Standing& standing) {
  const std::string& credential = proven.credential;
  const domain::Device& device = standing.device;
  if (credential.starts_with(kOwnMark)) {
    return device.keys && holds(vault_, ring_of(device), credential);
  }
  if (credential.starts_with(kCertificateMark)) {
    return certificate_still_good(vault_, proven, standing);
  }
  if (credential.starts_with(kPasswordMark)) {
    return device.password && !device.password->digest.empty() &&
           password_credential(vault_, *device.password) == credential;
  }
  return std::any_of(
      hub.policies.begin(), hub.policies.end(), [&](const domain::HubPolicy& policy) {
        return lets_connect(policy) && holds(vault_, ring_of(hub, policy), credential);
      });
}

}  // namespace berth::attestation
