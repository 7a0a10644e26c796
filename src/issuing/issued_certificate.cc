#include "issuing/issued_certificate.h"

#include "base/log.h"
#include "crypto/authority.h"
#include "crypto/csr.h"
#include "crypto/hash.h"
#include "issuing/retired_certificates.h"

#include <algorithm>
#include <utility>

namespace berth::issuing {
namespace {

using domain::Reason;
using provisioning::IssueInput;
using provisioning::Refusal;

Refusal cannot_sign(const IssueInput& input, const Error& error) {
  log::error("issue.cannot_sign", {{"scope", input.enrollment.scope.text()},
                                   {"registration", input.derivation_id},
                                   {"what", error.what},
                                   {"mend", error.mend}});
  return {Reason::kInternal,
          "an issuing CA of the scope that can sign",
          "one that cannot; the log has more",
          {}};
}

// An id that is too long for a CN is in it as its SHA-256.
std::string common_name_of(const std::string& id) {
  if (id.size() <= crypto::Authority::kCommonNameMax) return id;
  return base::hex_encode(crypto::sha256(base::as_bytes(id)));
}

Result<crypto::CertificateRequest, Refusal> read_request(const IssueInput& input) {
  Result<crypto::CertificateRequest> request = crypto::read_csr(input.claim->certificate_request);
  if (!request) {
    const std::string& mend = request.error().mend;
    return Fail(Refusal{Reason::kCertificateRequestInvalid,
                        mend.empty() ? "a signing request (PKCS #10) with its own signature" : mend,
                        base::printable(request.error().what),
                        {}});
  }
  const std::string& name = request->common_name;
  const bool own = base::equals_ignoring_case(name, input.derivation_id) ||
                   name == common_name_of(input.derivation_id);
  if (own) return *std::move(request);
  return Fail(Refusal{Reason::kCertificateRequestInvalid,
                      "a request whose CN is the registration id '" + input.derivation_id + "'",
                      "one for '" + base::printable(name, 128) + "'",
                      {}});
}

Result<domain::IssuedChain> sign(const crypto::Authority& authority, const IssueInput& input,
                                 const crypto::CertificateRequest& request, Rng& rng,
                                 const Clock& clock) {
  const std::string common_name = common_name_of(input.derivation_id);
  const std::chrono::days lifetime = std::clamp(
      input.enrollment.issuance->lifetime, domain::kIssuedLifetimeMin, domain::kIssuedLifetimeMax);
  BERTH_TRY(crypto::IssuedLeaf leaf,
            authority.issue_for_request(request, {common_name, lifetime}, rng, clock));
  const crypto::Sha256 print = crypto::sha256(leaf.der);
  domain::IssuedChain issued;
  issued.record.sha256.assign(print.begin(), print.end());
  issued.record.serial = std::move(leaf.serial);
  issued.record.subject = common_name;
  issued.record.not_before = leaf.not_before;
  issued.record.not_after = leaf.not_after;
  issued.record.issued_at = clock.wall();
  issued.certificates.push_back(std::move(leaf.der));
  for (const base::Bytes& above : authority.chain()) issued.certificates.push_back(above);
  return issued;
}

}  // namespace

bool IssuedCertificate::issues_for(const domain::Enrollment& enrollment,
                                   const domain::Claim& claim) const {
  return enrollment.issuance.has_value() && !claim.certificate_request.empty();
}

Result<domain::Credential, Refusal> IssuedCertificate::issue(const IssueInput& input,
                                                             domain::Device& device) {
  BERTH_TRY(const crypto::CertificateRequest request, read_request(input));
  const Result<const crypto::Authority*> authority = authorities_.open(*input.scope);
  if (!authority) return Fail(cannot_sign(input, authority.error()));
  Result<domain::IssuedChain> issued = sign(**authority, input, request, rng_, clock_);
  if (!issued) return Fail(cannot_sign(input, issued.error()));
  domain::CertificateRecord& record = issued->record;
  record.scope = input.enrollment.scope;
  record.registration = device.registration;
  record.hub = device.hub;
  record.device = device.id;
  device.keys.reset();
  device.secondary_certificate.reset();
  device.ca_signed = false;
  device.certificate = domain::PinnedCertificate{
      record.sha256, record.subject, record.not_before, record.not_after, {}};
  if (input.before != nullptr) {
    device.retired_certificates = retire_certificates(*input.before, device);
  }
  return domain::Credential{*std::move(issued)};
}

}  // namespace berth::issuing
