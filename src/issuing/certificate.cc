#include "issuing/certificate.h"

#include "base/log.h"
#include "crypto/certificate.h"
#include "issuing/retired_certificates.h"

#include <utility>

namespace berth::issuing {
namespace {

using provisioning::Refusal;

auto cannot_sign(const domain::Device& device, const Error& error) {
  log::error("issue.no_certificate",
             {{"device", device.id.text()}, {"what", error.what}, {"mend", error.mend}});
  return Fail(Refusal{domain::Reason::kInternal,
                      "a CA that can sign the device's certificate",
                      "one that cannot; the log has more",
                      {}});
}

// An id that is too long for a CN is in it as its SHA-256.
std::string common_name_of(const domain::DeviceId& id) {
  const std::string& text = id.text();
  if (text.size() <= crypto::Authority::kCommonNameMax) return text;
  return base::hex_encode(crypto::sha256(base::as_bytes(text)));
}

Result<domain::PinnedCertificate> pinned(std::string_view pem) {
  BERTH_TRY(const base::Bytes der, crypto::certificate_der(pem));
  BERTH_TRY(const crypto::CertificateFacts facts, crypto::read_certificate(der));
  domain::PinnedCertificate certificate;
  certificate.sha256.assign(facts.sha256.begin(), facts.sha256.end());
  certificate.subject = facts.common_name;
  certificate.not_before = facts.not_before;
  certificate.not_after = facts.not_after;
  return certificate;
}

}  // namespace

bool Certificate::issues_for(const domain::Enrollment& enrollment, const domain::Claim&) const {
  const auto* secret = std::get_if<domain::ProductSecret>(&enrollment.attestation);
  return secret != nullptr && secret->issues == domain::CredentialKind::kCertificate;
}

Result<crypto::CertifiedKey> Certificate::certify(std::string_view common_name) {
  if (!authority_) {
    return Fail(ErrorKind::kPreconditionFailed, "this server has no CA of its own",
                "let it make one: it is kept in the data folder");
  }
  return authority_->issue_client(common_name, rng_, clock_);
}

Result<domain::Credential, Refusal> Certificate::issue(const provisioning::IssueInput& input,
                                                       domain::Device& device) {
  Result<crypto::CertifiedKey> made = certify(common_name_of(device.id));
  if (!made) return cannot_sign(device, made.error());
  Result<domain::PinnedCertificate> pin = pinned(made->certificate_pem);
  if (!pin) return cannot_sign(device, pin.error());
  device.keys.reset();
  device.certificate = *std::move(pin);
  device.awaits_activation = true;
  if (input.before != nullptr) {
    device.retired_certificates = retire_certificates(*input.before, device);
  }
  return domain::Credential{domain::IssuedCertificate{std::move(made->certificate_pem),
                                                      std::move(made->private_key_pem)}};
}

}  // namespace berth::issuing
