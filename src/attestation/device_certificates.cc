#include "attestation/device_certificates.h"

#include "attestation/chain_trouble.h"
#include "attestation/credentials.h"
#include "attestation/pinned_leaf.h"
#include "base/codec.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <utility>

namespace berth::attestation {
namespace {

using domain::Device;
using domain::KeySlot;
using domain::PinnedCertificate;
using domain::Reason;
using hub::Authenticated;
using hub::ProofRefusal;

struct PinOf {
  KeySlot slot;
  const PinnedCertificate* pinned;
};
std::array<PinOf, 2> pins_of(const Device& device) {
  return {PinOf{KeySlot::kPrimary, device.certificate ? &*device.certificate : nullptr},
          PinOf{KeySlot::kSecondary,
                device.secondary_certificate ? &*device.secondary_certificate : nullptr}};
}

ProofRefusal in_words(CertificateRefusal refusal, const Device& device) {
  const bool untimely = refusal.reason == Reason::kCertificateExpired ||
                        refusal.reason == Reason::kCertificateNotYetValid;
  if (untimely && device.group) refusal.reason = Reason::kCertificateInvalid;
  return {refusal.reason, std::move(refusal.expected), std::move(refusal.received)};
}

ProofRefusal switched_off() {
  return {Reason::kEnrollmentDisabled, "a device whose enrollment is there and switched on",
          "one whose enrollment is not"};
}

DeviceProof check_pins(const DeviceProofTools& tools, const domain::CertificateChain& chain,
                       const Device& device) {
  std::vector<Pin> pins;
  for (const auto& [slot, pinned] : pins_of(device)) {
    if (pinned != nullptr) pins.push_back({slot, pinned->sha256, pinned->spki_sha256});
  }
  const std::string whose = fmt::format("device '{}'", device.id.text());
  Result<PinnedLeaf, CertificateRefusal> leaf =
      check_pinned(chain, pins, {whose, {tools.now, tools.clock_skew}});
  if (!leaf) return Fail(in_words(std::move(leaf).error(), device));
  const bool two = pins.size() == 2;
  return Authenticated{
      fmt::format("{}certificate of {}{}", two ? fmt::format("{} ", to_string(leaf->slot)) : "",
                  whose, leaf->by_key ? ", known by its key" : ""),
      certificate_credential(tools.vault, leaf->by_key ? std::span(leaf->facts.spki_sha256)
                                                       : std::span(leaf->facts.sha256)),
      leaf->facts.not_after + tools.clock_skew, prints_of(chain)};
}

DeviceProof check_chain(const DeviceProofTools& tools, TrustCache& cas,
                        const domain::CertificateChain& chain, const hub::Standing& standing) {
  const Device& device = standing.device;
  const TrustedCas trusted = cas.of(standing.authorities, WhichCas::kVerified);
  Result<crypto::VerifiedChain, crypto::ChainTrouble> verified =
      crypto::chain_verifier_of_this_thread().verify(*trusted, chain.certificates, {},
                                                     {tools.now, tools.clock_skew});
  if (!verified) return Fail(in_words(refusal_of(verified.error()), device));
  std::optional<CertificateRefusal> misnamed =
      check_name(verified->leaf, device.id.text(), "device id");
  if (misnamed) return Fail(in_words(*std::move(misnamed), device));
  const domain::CaCertificate* top = find_ca(standing.authorities, verified->path.back());
  Authenticated authenticated{
      fmt::format("certificate of device '{}' that CA '{}' vouches for", device.id.text(),
                  top == nullptr ? std::string("?") : top->name),
      certificate_credential(tools.vault, verified->leaf.sha256),
      verified->leaf.not_after + tools.clock_skew};
  for (const crypto::Sha256& each : verified->path) {
    authenticated.certificates.emplace_back(each.begin(), each.end());
  }
  return authenticated;
}

}  // namespace

DeviceProof check_certificates(const DeviceProofTools& tools, TrustCache& cas,
                               const domain::CertificateChain& chain,
                               const hub::Standing& standing) {
  const Device& device = standing.device;
  if (chain.certificates.empty()) {
    return Fail(ProofRefusal{Reason::kProofMissing, "a client certificate", "none"});
  }
  const bool has_pins = device.certificate || device.secondary_certificate;
  if (!has_pins && !device.ca_signed) return Fail(other_proof(device, "a client certificate"));
  DeviceProof proof =
      has_pins ? check_pins(tools, chain, device) : check_chain(tools, cas, chain, standing);
  if (proof && !standing.enrollment_enabled) return Fail(switched_off());
  return proof;
}

bool certificate_still_good(provisioning::Vault& vault, const Authenticated& proven,
                            const hub::Standing& standing) {
  if (!standing.enrollment_enabled) return false;
  const Device& device = standing.device;
  const auto pins = pins_of(device);
  const bool pinned = std::any_of(pins.begin(), pins.end(), [&](const PinOf& pin) {
    if (pin.pinned == nullptr) return false;
    const base::Bytes& key = pin.pinned->spki_sha256;
    return certificate_credential(vault, pin.pinned->sha256) == proven.credential ||
           (!key.empty() && certificate_credential(vault, key) == proven.credential);
  });
  if (pinned || !device.ca_signed || proven.certificates.size() < 2) return pinned;
  const domain::CaCertificate* top = find_ca(standing.authorities, proven.certificates.back());
  return top != nullptr && top->verified;
}

}  // namespace berth::attestation
