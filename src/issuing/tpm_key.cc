#include "issuing/tpm_key.h"

#include "base/log.h"
#include "crypto/tpm_activation.h"
#include "issuing/retired_certificates.h"

#include <utility>

namespace berth::issuing {
namespace {

using provisioning::Refusal;

// The key, wrapped for the TPM that proved itself.
Result<base::Bytes> wrap(const provisioning::IssueInput& input, const Secret& key, Rng& rng) {
  const auto* enrolled = std::get_if<domain::TpmKeys>(&input.enrollment.attestation);
  if (enrolled == nullptr || input.attested == nullptr) {
    return Fail(ErrorKind::kInternal, "no TPM has proven anything");
  }
  BERTH_TRY(const crypto::TpmPublic ek, crypto::read_endorsement_key(enrolled->endorsement_key));
  BERTH_TRY(const crypto::TpmPublic srk,
            crypto::read_storage_root_key(input.attested->storage_root_key));
  return crypto::make_activation(ek, srk, key, rng, {});
}

Refusal internal(const domain::Device& device, const Error& error) {
  log::error("issue.tpm_key", {{"device", device.id.text()}, {"what", error.what}});
  return {domain::Reason::kInternal,
          "keys that open under the server's master key, and a TPM to wrap one for",
          "something else; the log has more",
          {}};
}

}  // namespace

bool TpmKey::issues_for(const domain::Enrollment& enrollment, const domain::Claim& claim) const {
  return std::holds_alternative<domain::TpmKeys>(enrollment.attestation) &&
         claim.certificate_request.empty();
}

Result<FreshKeys> TpmKey::keys_for(const provisioning::IssueInput& input) {
  const domain::Device* before = input.before;
  const bool keeps = input.keeps_credential && before != nullptr && before->keys;
  if (!keeps) {
    return FreshKeys{rng_.secret(crypto::kActivationKeyBytes),
                     rng_.secret(crypto::kActivationKeyBytes)};
  }
  const std::string context = device_key_context(before->hub, before->id);
  BERTH_TRY(Secret primary, vault_.open(before->keys->primary, context));
  BERTH_TRY(Secret secondary, vault_.open(before->keys->secondary, context));
  return FreshKeys{std::move(primary), std::move(secondary)};
}

Result<domain::Credential, Refusal> TpmKey::issue(const provisioning::IssueInput& input,
                                                  domain::Device& device) {
  const Result<FreshKeys> keys = keys_for(input);
  if (!keys) return Fail(internal(device, keys.error()));
  Result<base::Bytes> activation = wrap(input, keys->primary, rng_);
  if (!activation) return Fail(internal(device, activation.error()));
  const std::string context = device_key_context(device.hub, device.id);
  device.keys.emplace();
  device.keys->primary = vault_.seal(keys->primary, context);
  device.keys->secondary = vault_.seal(keys->secondary, context);
  device.certificate.reset();
  device.secondary_certificate.reset();
  device.ca_signed = false;
  if (input.before != nullptr) {
    device.keys->retired = retire_keys(vault_, *input.before, *keys, device);
    device.retired_certificates = retire_certificates(*input.before, device);
  }
  return domain::Credential{domain::IssuedTpmKey{*std::move(activation)}};
}

}  // namespace berth::issuing
