#include "attestation/device_proofs.h"

#include "attestation/credentials.h"
#include "attestation/passwords.h"
#include "attestation/signed_text.h"
#include "base/codec.h"

#include <fmt/format.h>

#include <utility>

namespace berth::attestation {
namespace {

using domain::Reason;
using hub::Authenticated;
using hub::ProofRefusal;

std::string received_text(const domain::DevicePassword& kept, const base::Bytes& received) {
  for (const auto& [digest, at] : kept.retired) {
    if (base::equal_constant_time(digest, received)) {
      return fmt::format("one that it had until {} (digest {})", base::format_utc(at, 0),
                         short_digest(received));
    }
  }
  return fmt::format("another (digest {})", short_digest(received));
}

}  // namespace

ProofRefusal other_proof(const domain::Device& device, std::string received) {
  const bool by_certificate = device.certificate || device.secondary_certificate;
  const std::string expected = device.ca_signed  ? "a certificate that a CA of its scope signed"
                               : by_certificate  ? "a certificate of the device"
                               : device.keys     ? "a proof made with the device's key"
                               : device.password ? "the device's password"
                                                 : "another kind of proof";
  return {Reason::kAttestationMismatch, expected, std::move(received)};
}

DeviceProof check_signed_text(const DeviceProofTools& tools, const domain::SignedText& proof,
                              const domain::Device& device) {
  std::optional<Broken> broken = check_shape(proof);
  if (!broken && !device.keys) return Fail(other_proof(device, "a signature"));
  if (!broken) {
    DeviceProof verified = verify(tools.vault, ring_of(device), describe(proof),
                                  [&](const Secret& key) { return verifies(proof, key); });
    if (!verified) return verified;
    broken = check_expiry(proof, tools.now, tools.clock_skew);
    if (!broken) return verified;
  }
  return Fail(
      ProofRefusal{broken->reason, std::move(broken->expected), std::move(broken->received)});
}

DeviceProof check_channel(const DeviceProofTools& tools, const domain::SharedKeyChannel& channel,
                          const domain::Device& device) {
  if (!device.keys) return Fail(other_proof(device, "a connection keyed with a secret"));
  if (channel.identity != device.id.text()) {
    return Fail(ProofRefusal{Reason::kProofAudienceMismatch,
                             fmt::format("a connection of '{}'", device.id.text()),
                             fmt::format("one of '{}'", base::printable(channel.identity, 128))});
  }
  const KeyRing ring = ring_of(device);
  if (!holds(tools.vault, ring, channel.credential)) {
    return Fail(
        ProofRefusal{Reason::kProofRejected,
                     fmt::format("a connection keyed with a key that {} has now", ring.whose),
                     "one keyed with a key that it had a moment ago"});
  }
  return Authenticated{
      fmt::format("key of {}, in the handshake", ring.whose), channel.credential, {}};
}

DeviceProof check_password(const DeviceProofTools& tools, const domain::Password& password,
                           const domain::Device& device) {
  if (!device.password || password.use != domain::PasswordUse::kConnect) {
    return Fail(other_proof(device, fmt::format("its {}", name_of(password.use))));
  }
  const domain::DevicePassword& kept = *device.password;
  const std::string purpose = device_password_purpose(device.id);
  const std::string detail = fmt::format("password of device '{}'", device.id.text());
  // A void one costs as much as any other.
  const base::Bytes received = tools.vault.digest(password.text->bytes(), purpose);
  if (!kept.digest.empty() && base::equal_constant_time(received, kept.digest)) {
    return Authenticated{detail, password_credential(tools.vault, kept), {}};
  }
  if (kept.digest.empty()) {
    return Fail(ProofRefusal{Reason::kProofRejected,
                             fmt::format("a {} that was issued after it was made void", detail),
                             fmt::format("one (digest {}), while it has none until it registers "
                                         "again",
                                         short_digest(received))});
  }
  return Fail(ProofRefusal{Reason::kProofRejected,
                           fmt::format("the {} (digest {})", detail, short_digest(kept.digest)),
                           received_text(kept, received)});
}

}  // namespace berth::attestation
