#include "attestation/x509_rivals.h"

#include "attestation/chain_trouble.h"
#include "attestation/x509_hypotheses.h"
#include "domain/mend.h"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <optional>

namespace berth::attestation {
namespace {

namespace mend = domain::mend;
using domain::Cause;
using domain::CertificateChain;
using domain::Device;
using domain::Reason;
using provisioning::ConnectionInput;
using provisioning::RivalInput;

// The leaf of the claim, if it has one that can be read.
std::optional<crypto::CertificateFacts> leaf_of(const domain::Claim& claim) {
  const auto* chain = std::get_if<CertificateChain>(&claim.evidence);
  if (chain == nullptr || chain->certificates.empty()) return std::nullopt;
  Result<crypto::CertificateFacts> leaf = crypto::read_certificate(chain->certificates.front());
  if (!leaf) return std::nullopt;
  return *std::move(leaf);
}

void append(Findings& all, Findings more) {
  std::move(more.begin(), more.end(), std::back_inserter(all));
}

// What explains a refusal by itself, wherever it happened.
Findings plain(X509Case& of) {
  Findings findings;
  for (const auto hypothesis : {other_common_name, untimely, misshapen, revoked}) {
    append(findings, hypothesis(of));
  }
  return findings;
}

Findings first_of(X509Case& of, std::initializer_list<Findings (*)(X509Case&)> hypotheses) {
  for (const auto hypothesis : hypotheses) {
    Findings findings = hypothesis(of);
    if (!findings.empty()) return findings;
  }
  return {};
}

bool is_pin(const std::optional<domain::PinnedCertificate>& pin,
            const crypto::CertificateFacts& leaf) {
  return pin &&
         std::equal(pin->sha256.begin(), pin->sha256.end(), leaf.sha256.begin(), leaf.sha256.end());
}

Findings replaced(const X509Case& of, const Device& device) {
  for (const domain::RetiredCertificate& each : device.retired_certificates) {
    const bool same = std::equal(each.sha256.begin(), each.sha256.end(), of.leaf.sha256.begin(),
                                 of.leaf.sha256.end());
    if (!same) continue;
    return {{Cause::kCertificateReplaced, true,
             fmt::format("It is the certificate that device '{}' had until {}.", device.id.text(),
                         base::format_utc(each.retired_at, 0)),
             "let the device use the certificate it was given then, or register again"}};
  }
  return {};
}

Findings of_other_device(const X509Case& of, const ConnectionInput& input, const Device& device) {
  for (const auto list : {input.same_id, input.same_hub}) {
    for (const Device& other : list) {
      const bool same =
          is_pin(other.certificate, of.leaf) || is_pin(other.secondary_certificate, of.leaf);
      if (!same) continue;
      const std::string whose = other.scope == device.scope
                                    ? fmt::format("device '{}'", other.id.text())
                                    : std::string("a device of another scope");
      return {{Cause::kCertificateOfOther, true,
               fmt::format("The certificate is that of {}, but the device calls itself '{}'.",
                           whose, device.id.text()),
               "give each device its own certificate"}};
    }
  }
  return {};
}

Findings enrollment_is_off(const X509Case& of, const ConnectionInput& input) {
  if (of.reason != Reason::kEnrollmentDisabled || !input.registration) return {};
  const domain::EnrollmentRef& owner = input.registration->enrollment;
  for (const auto list : {input.candidates, input.same_scope}) {
    for (const domain::Enrollment& each : list) {
      if (each.kind != owner.kind || each.id != owner.id || each.enabled) continue;
      return {{Cause::kEnrollmentDisabled, true,
               fmt::format("The device was provisioned through {} '{}', which is switched off.",
                           to_string(each.kind), each.id.text()),
               mend::enable(each)}};
    }
  }
  return {};
}

}  // namespace

std::vector<domain::Finding> test_x509_rivals(const RivalInput& input, X509RivalTools tools) {
  std::optional<crypto::CertificateFacts> leaf = leaf_of(input.claim);
  if (!leaf) return {};
  X509Case of{std::get<CertificateChain>(input.claim.evidence),
              *std::move(leaf),
              input.reason,
              input.now,
              base::printable(input.registration_id, 128),
              input.claim.scope,
              input.candidates,
              input.same_scope,
              input.other_scopes,
              input.authorities,
              tools};
  Findings findings = plain(of);
  if (!findings.empty()) return findings;
  return first_of(of, {firmware_not_listed, replaced_in_enrollment, renewed_with_its_key,
                       firmware_changed, group_is_shadowed, certificate_of_enrollment,
                       ca_not_verified, intermediate_not_sent, ca_of_other_scope});
}

std::vector<domain::Finding> test_x509_rivals(const ConnectionInput& input, X509RivalTools tools) {
  std::optional<crypto::CertificateFacts> leaf = leaf_of(input.claim);
  // Members of groups have rivals of their own (member_rivals.h).
  if (!leaf || input.device == nullptr || input.device->group) return {};
  const Device& device = *input.device;
  X509Case of{std::get<CertificateChain>(input.claim.evidence),
              *std::move(leaf),
              input.reason,
              input.now,
              device.id.text(),
              device.scope.text(),
              input.candidates,
              input.same_scope,
              {},
              input.authorities,
              tools};
  Findings findings = plain(of);
  if (!findings.empty()) return findings;
  findings = enrollment_is_off(of, input);
  if (!findings.empty()) return findings;
  if (of.reason == Reason::kProofRejected) findings = replaced(of, device);
  if (findings.empty() && of.reason == Reason::kProofRejected) {
    findings = of_other_device(of, input, device);
  }
  if (!findings.empty() || !device.ca_signed) return findings;
  return first_of(of, {ca_not_verified, intermediate_not_sent, ca_of_other_scope});
}

}  // namespace berth::attestation
