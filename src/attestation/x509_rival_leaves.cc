#include "attestation/chain_trouble.h"
#include "attestation/dice_policy.h"
#include "attestation/x509_hypotheses.h"
#include "crypto/dice_evidence.h"
#include "crypto/riot_leaf.h"
#include "domain/mend.h"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <optional>

namespace berth::attestation {
namespace {

namespace mend = domain::mend;
using domain::Cause;
using domain::Certificate;
using domain::CertificateTrust;
using domain::Enrollment;
using domain::EnrollmentKind;
using domain::Reason;

// The certificates of its own that an individual enrollment has.
std::vector<const Certificate*> own_certificates(const Enrollment& enrollment) {
  std::vector<const Certificate*> own;
  const auto* trust = std::get_if<CertificateTrust>(&enrollment.attestation);
  if (trust == nullptr || enrollment.kind != EnrollmentKind::kIndividual) return own;
  if (trust->primary && trust->primary->certificate) own.push_back(&*trust->primary->certificate);
  if (trust->secondary && trust->secondary->certificate) {
    own.push_back(&*trust->secondary->certificate);
  }
  return own;
}

const Enrollment* individual_of(const X509Case& of) {
  for (const Enrollment& each : of.candidates) {
    if (!own_certificates(each).empty()) return &each;
  }
  return nullptr;
}

bool equal(std::span<const std::uint8_t> a, std::span<const std::uint8_t> b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end());
}

// Another enrollment than the one that the device names.
const Enrollment* owner_among(std::span<const Enrollment> enrollments, X509Case& of) {
  for (const Enrollment& each : enrollments) {
    const bool named =
        each.scope.text() == of.scope && base::equals_ignoring_case(each.id.text(), of.id);
    if (named) continue;
    for (const Certificate* own : own_certificates(each)) {
      if (of.tools.budget == 0) return nullptr;
      --of.tools.budget;
      const bool same = equal(own->sha256, of.leaf.sha256) ||
                        (own->by_key && equal(own->spki_sha256, of.leaf.spki_sha256));
      if (same) return &each;
    }
  }
  return nullptr;
}

// The identity of the board, when OpenSSL's or our reader finds one and it signed the leaf.
std::optional<crypto::RiotLeaf> riot(std::span<const std::uint8_t> der) {
  if (!crypto::looks_like_riot_leaf(der)) return std::nullopt;
  Result<crypto::RiotLeaf> leaf = crypto::read_riot_leaf(der);
  if (!leaf || !crypto::verify_riot_leaf(*leaf)) return std::nullopt;
  return *std::move(leaf);
}

std::string days_text(std::chrono::microseconds span) {
  const auto hours = std::chrono::duration_cast<std::chrono::hours>(span).count();
  return hours >= 48 ? fmt::format("{} days", hours / 24) : fmt::format("{} hours", hours);
}

}  // namespace

Findings other_common_name(X509Case& of) {
  if (of.reason != Reason::kCertificateName) return {};
  const std::string name = base::printable(of.leaf.common_name, 128);
  return {{Cause::kCommonNameDiffers, true,
           name.empty()
               ? fmt::format("The certificate is good but has no CN; it should have '{}'.", of.id)
               : fmt::format("The certificate is good, for '{}', but the device calls itself '{}'.",
                             name, of.id),
           name.empty() ? "make the device a certificate whose CN is its id"
                        : fmt::format("let the device use the id '{}', or make it a certificate "
                                      "whose CN is '{}'",
                                      name, of.id)}};
}

Findings untimely(X509Case& of) {
  const bool late = of.reason == Reason::kCertificateExpired;
  const bool early = of.reason == Reason::kCertificateNotYetValid;
  if (!late && !early) return {};
  for (const base::Bytes& der : of.chain.certificates) {
    const Result<crypto::CertificateFacts> facts = crypto::read_certificate(der);
    if (!facts) continue;
    if (late && facts->not_after < of.now) {
      return {
          {Cause::kCertificateTimes, true,
           fmt::format("{} expired {} ago, at {}.", describe(*facts),
                       days_text(of.now - facts->not_after), base::format_utc(facts->not_after, 0)),
           "renew it; if it should still be good, compare this server's clock: berth doctor"}};
    }
    if (early && facts->not_before > of.now) {
      return {{Cause::kCertificateTimes, true,
               fmt::format("{} is good from {} on, in {}: the clock of whoever made it is ahead of "
                           "this server's, or it is for later.",
                           describe(*facts), base::format_utc(facts->not_before, 0),
                           days_text(facts->not_before - of.now)),
               "berth doctor"}};
    }
  }
  return {{Cause::kCertificateTimes, true,
           "A CA above the device's certificate is not good at this time.",
           mend::certificate("list", of.scope)}};
}

Findings misshapen(X509Case& of) {
  std::string_view text;
  std::string_view way;
  if (of.reason == Reason::kCertificateUsage) {
    text = "The chain is there, but one of its certificates was made for another use.";
    way =
        "devices need clientAuth, or no extended key usage; CAs CA:TRUE, keyCertSign and a path "
        "length that fits";
  } else if (of.reason == Reason::kCertificateWeak) {
    text = "One of the certificates has a key or a signature that can be forged these days.";
    way = "use P-256, P-384, Ed25519 or RSA with 2048 bits, signed with SHA-256 or better";
  } else if (of.reason == Reason::kCertificateExtension) {
    text = "One of the certificates demands something that this server does not know.";
    way = "leave that extension out, or do not mark it critical";
  } else if (of.reason == Reason::kChainTooLong) {
    text = "The device sends more certificates than a chain may have, or they lead too far.";
    way = "let the device send its certificate and the CAs above it, nothing else";
  } else {
    return {};
  }
  return {{Cause::kCertificateShape, true, std::string(text), std::string(way)}};
}

Findings revoked(X509Case& of) {
  if (of.reason != Reason::kCertificateRevoked) return {};
  return {{Cause::kCertificateRevoked, true,
           fmt::format("An operator revoked {} or a CA above it; the step above says which.",
                       describe(of.leaf)),
           "make the device a new certificate that no revoked CA vouches for"}};
}

Findings certificate_of_enrollment(X509Case& of) {
  if (of.reason != Reason::kProofRejected && of.reason != Reason::kNotEnrolled &&
      of.reason != Reason::kChainIncomplete && of.reason != Reason::kCaNotVerified) {
    return {};
  }
  const Enrollment* owner = owner_among(of.same_scope, of);
  if (owner != nullptr) {
    return {
        {Cause::kCertificateOfEnrollment, true,
         fmt::format("It is the certificate of individual '{}', but the device calls itself "
                     "'{}'.",
                     owner->id.text(), of.id),
         fmt::format("let the device register as '{}': {}", owner->id.text(), mend::show(*owner))}};
  }
  owner = owner_among(of.other_scopes, of);
  if (owner == nullptr) return {};
  return {{Cause::kCertificateOfEnrollment, true,
           fmt::format("It is a certificate that scope '{}' has enrolled; the device registers in "
                       "'{}'.",
                       owner->scope.text(), base::printable(of.scope)),
           "give the device the ID scope where its certificate is enrolled"}};
}

Findings renewed_with_its_key(X509Case& of) {
  if (of.reason != Reason::kProofRejected) return {};
  const Enrollment* enrollment = individual_of(of);
  if (enrollment == nullptr) return {};
  // A board's certificate that did not prove itself would prove itself nowhere.
  if (crypto::looks_like_riot_leaf(of.chain.certificates.front())) return {};
  for (const Certificate* own : own_certificates(*enrollment)) {
    if (!equal(own->spki_sha256, of.leaf.spki_sha256)) continue;
    const bool newer = own->not_before < of.leaf.not_before;
    return {{Cause::kCertificateReplaced, true,
             fmt::format("It has the key that is enrolled, but is {} certificate than the enrolled "
                         "one: good from {}, not from {}.",
                         newer ? "a newer" : "another", base::format_utc(of.leaf.not_before, 0),
                         base::format_utc(own->not_before, 0)),
             fmt::format("put it in the enrollment's other slot: {}", mend::show(*enrollment))}};
  }
  return {};
}

Findings replaced_in_enrollment(X509Case& of) {
  if (of.reason != Reason::kProofRejected && of.reason != Reason::kNotEnrolled &&
      of.reason != Reason::kChainIncomplete && of.reason != Reason::kCaNotVerified) {
    return {};
  }
  std::vector<crypto::Sha256> presented;
  for (const base::Bytes& each : of.chain.certificates) presented.push_back(crypto::sha256(each));
  for (const Enrollment& enrollment : of.candidates) {
    const auto* trust = std::get_if<CertificateTrust>(&enrollment.attestation);
    if (trust == nullptr) continue;
    for (const domain::RetiredCertificate& retired : trust->retired) {
      const bool there = std::any_of(presented.begin(), presented.end(), [&](const auto& sha256) {
        return equal(retired.sha256, sha256);
      });
      if (!there) continue;
      return {{Cause::kCertificateReplaced, true,
               fmt::format("{} '{}' had the certificate {}… until {}; it was replaced.",
                           to_string(enrollment.kind), enrollment.id.text(),
                           base::hex_encode(retired.sha256).substr(0, 16),
                           base::format_utc(retired.retired_at, 0)),
               fmt::format("bring the new certificate to the device, or put the old one into the "
                           "other slot: {}",
                           mend::show(enrollment))}};
    }
  }
  return {};
}

// What can be said of a board whose certificate names the device of the enrollment. Whoever has
// seen one certificate signed with the constant nonce can sign others for it, so such a signature
// proves nothing (dice-x509.md §2.6).
Findings changed_board(const Enrollment& enrollment, const crypto::RiotLeaf& presented,
                       const crypto::RiotLeaf& enrolled) {
  const bool known_to_all =
      crypto::has_constant_nonce(presented.r) || crypto::has_constant_nonce(enrolled.r);
  const bool proven = !known_to_all && crypto::verify_riot_leaf(presented).has_value();
  const std::string digests = fmt::format("{} was measured, {} when it was enrolled",
                                          base::hex_encode(presented.identity.fwid),
                                          base::hex_encode(enrolled.identity.fwid));
  const std::string mend = fmt::format(
      "if the firmware is meant, put the new certificate in the enrollment's secondary "
      "slot: {}",
      mend::show(enrollment));
  if (proven) {
    return {{Cause::kFirmwareChanged, true,
             fmt::format("It is the enrolled device with other firmware: {}.", digests), mend}};
  }
  return {{Cause::kFirmwareChanged, false,
           fmt::format("It says that it is the enrolled device with other firmware: {}. Its "
                       "signature does not prove that; compare the digest with that of the image "
                       "before you trust it.",
                       digests),
           mend}};
}

// The board is the enrolled one, and what it runs has changed, and with that its key
// (dice-x509.md §2.7). With the firmware that is enrolled it would have the key that is enrolled.
Findings firmware_changed(X509Case& of) {
  if (of.reason != Reason::kProofRejected) return {};
  const std::optional<crypto::RiotLeaf> presented = riot(of.chain.certificates.front());
  const Enrollment* enrollment = individual_of(of);
  if (!presented || enrollment == nullptr) return {};
  for (const Certificate* own : own_certificates(*enrollment)) {
    const std::optional<crypto::RiotLeaf> enrolled = riot(own->der);
    if (!enrolled) continue;
    if (enrolled->identity.device_id_point != presented->identity.device_id_point) continue;
    if (enrolled->identity.fwid == presented->identity.fwid) continue;
    return changed_board(*enrollment, *presented, *enrolled);
  }
  return {};
}

namespace {

// A device that waits is approved; of one that was refused nothing is kept, so its enrollment must
// be told. The flag replaces what is listed.
std::string accept_firmware(const X509Case& of, const std::vector<std::string>& measured) {
  if (of.reason == Reason::kFirmwareHeld) return mend::approve_firmware(of.scope, of.id);
  for (const Enrollment& each : of.candidates) {
    const auto* trust = std::get_if<CertificateTrust>(&each.attestation);
    if (trust == nullptr || !trust->dice) continue;
    std::string flags;
    for (const std::string& digest : trust->dice->digests) flags += " --dice-digest " + digest;
    for (const std::string& digest : measured) flags += " --dice-digest " + digest;
    return mend::update(each, std::string_view(flags).substr(1));
  }
  return "accept the digest in the enrollment";
}

}  // namespace

Findings firmware_not_listed(X509Case& of) {
  if (of.reason != Reason::kFirmwareUnknown && of.reason != Reason::kFirmwareHeld) return {};
  const Result<crypto::DiceEvidence> evidence = crypto::read_dice(of.chain.certificates);
  if (!evidence) return {};
  const std::vector<std::string> measured = measured_digests(*evidence);
  if (measured.empty()) return {};
  return {{Cause::kFirmwareNotListed, true,
           fmt::format("The device is who it says; the enrollment does not list what it runs: {}.",
                       fmt::join(measured, ", ")),
           accept_firmware(of, measured)}};
}

}  // namespace berth::attestation
