#include "issuing/presented_certificate.h"

#include "crypto/certificate.h"
#include "issuing/retired_certificates.h"

#include <utility>

namespace berth::issuing {
namespace {

using provisioning::Refusal;

domain::PinnedCertificate pin(const domain::Certificate& certificate) {
  domain::PinnedCertificate pinned;
  pinned.sha256 = certificate.sha256;
  pinned.subject = certificate.common_name;
  pinned.not_before = certificate.not_before;
  pinned.not_after = certificate.not_after;
  if (certificate.by_key) pinned.spki_sha256 = certificate.spki_sha256;
  return pinned;
}

std::optional<domain::PinnedCertificate> pin(const std::optional<domain::TrustSlot>& slot) {
  if (!slot || !slot->certificate) return std::nullopt;
  return pin(*slot->certificate);
}

// The leaf that the claim was proven with.
Result<domain::PinnedCertificate, Refusal> pin_presented(const domain::Claim& claim) {
  const auto* chain = std::get_if<domain::CertificateChain>(&claim.evidence);
  if (chain != nullptr && !chain->certificates.empty()) {
    const Result<crypto::CertificateFacts> leaf =
        crypto::read_certificate(chain->certificates.front());
    if (leaf) {
      domain::PinnedCertificate pinned;
      pinned.sha256.assign(leaf->sha256.begin(), leaf->sha256.end());
      pinned.subject = leaf->common_name;
      pinned.not_before = leaf->not_before;
      pinned.not_after = leaf->not_after;
      return pinned;
    }
  }
  return Fail(Refusal{domain::Reason::kInternal, "a certificate that can be read", "none", {}});
}

}  // namespace

bool PresentedCertificate::issues_for(const domain::Enrollment& enrollment,
                                      const domain::Claim& claim) const {
  return claim.certificate_request.empty() &&
         std::holds_alternative<domain::CertificateTrust>(enrollment.attestation);
}

Result<domain::Credential, Refusal> PresentedCertificate::issue(
    const provisioning::IssueInput& input, domain::Device& device) {
  const auto* trust = std::get_if<domain::CertificateTrust>(&input.enrollment.attestation);
  if (trust == nullptr) {
    return Fail(Refusal{domain::Reason::kInternal, "an enrollment by certificate", "another", {}});
  }
  device.keys.reset();
  device.certificate.reset();
  device.secondary_certificate.reset();
  device.ca_signed = false;
  if (input.enrollment.kind == domain::EnrollmentKind::kIndividual) {
    device.certificate = pin(trust->primary);
    device.secondary_certificate = pin(trust->secondary);
    if (!device.certificate) std::swap(device.certificate, device.secondary_certificate);
  } else if (trust->dice) {
    Result<domain::PinnedCertificate, Refusal> presented = pin_presented(*input.claim);
    if (!presented) return Fail(std::move(presented).error());
    device.certificate = *std::move(presented);
  } else {
    device.ca_signed = true;
  }
  if (input.before != nullptr && device.certificate) {
    device.retired_certificates = retire_certificates(*input.before, device);
  }
  return domain::Credential{};
}

}  // namespace berth::issuing
