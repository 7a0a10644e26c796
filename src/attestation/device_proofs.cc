#include "attestation/device_proofs.h"

#include "attestation/credentials.h"
#include "attestation/passwords.h"
#include "attestation/signed_text.h"
#include "base/codec.h"
#include "crypto/certificate.h"

#include <fmt/format.h>

#include <utility>

namespace berth::attestation {
namespace {

using domain::Reason;
using hub::Authenticated;
using hub::ProofRefusal;

// What the device can be known by, when it came with something else.
ProofRefusal mismatch(const domain::Device& device, std::string received) {
  const std::string expected = device.certificate ? "the certificate that was issued to the device"
                               : device.keys      ? "a proof made with the device's key"
                               : device.password  ? "the device's password"
                                                  : "another kind of proof";
  return {Reason::kAttestationMismatch, expected, std::move(received)};
}

std::string short_hex(std::span<const std::uint8_t> sha256) {
  constexpr std::size_t kShownBytes = 8;
  return base::hex_encode(sha256.first(std::min(sha256.size(), kShownBytes)));
}

std::optional<ProofRefusal> untimely(const crypto::CertificateFacts& facts,
                                     const DeviceProofTools& tools) {
  const bool early = tools.now + tools.clock_skew < facts.not_before;
  const bool late = tools.now - tools.clock_skew > facts.not_after;
  if (!early && !late) return std::nullopt;
  return ProofRefusal{
      Reason::kCertificateInvalid,
      fmt::format("a certificate that is good at {} (this server's time)",
                  base::format_utc(tools.now, 0)),
      fmt::format("one that is good from {} until {}", base::format_utc(facts.not_before, 0),
                  base::format_utc(facts.not_after, 0))};
}

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

DeviceProof check_signed_text(const DeviceProofTools& tools, const domain::SignedText& proof,
                              const domain::Device& device) {
  std::optional<Broken> broken = check_shape(proof);
  if (!broken && !device.keys) return Fail(mismatch(device, "a signature"));
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
  if (!device.keys) return Fail(mismatch(device, "a connection keyed with a secret"));
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

DeviceProof check_certificates(const DeviceProofTools& tools, const domain::CertificateChain& chain,
                               const domain::Device& device) {
  if (chain.certificates.empty()) {
    return Fail(ProofRefusal{Reason::kProofMissing, "a client certificate", "none"});
  }
  const Result<crypto::CertificateFacts> leaf =
      crypto::read_certificate(chain.certificates.front());
  if (!leaf) {
    return Fail(ProofRefusal{Reason::kProofMalformed, "a certificate that can be read",
                             base::printable(leaf.error().what)});
  }
  if (!device.certificate) return Fail(mismatch(device, "a client certificate"));
  if (!base::equal_constant_time(leaf->sha256, device.certificate->sha256)) {
    return Fail(ProofRefusal{
        Reason::kProofRejected,
        fmt::format("the certificate that was issued to device '{}' (SHA-256 {}…)",
                    device.id.text(), short_hex(device.certificate->sha256)),
        fmt::format("one for '{}' (SHA-256 {}…)", base::printable(leaf->common_name, 128),
                    short_hex(leaf->sha256))});
  }
  std::optional<ProofRefusal> refusal = untimely(*leaf, tools);
  if (refusal) return Fail(*std::move(refusal));
  return Authenticated{fmt::format("certificate of device '{}'", device.id.text()),
                       certificate_credential(tools.vault, leaf->sha256),
                       {}};
}

DeviceProof check_password(const DeviceProofTools& tools, const domain::Password& password,
                           const domain::Device& device) {
  if (!device.password || password.use != domain::PasswordUse::kConnect) {
    return Fail(mismatch(device, fmt::format("its {}", name_of(password.use))));
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
