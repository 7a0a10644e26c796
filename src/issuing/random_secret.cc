#include "issuing/random_secret.h"

#include "base/log.h"
#include "issuing/retired_certificates.h"

#include <utility>

namespace berth::issuing {
namespace {

// What fits everywhere: a TLS-PSK key of any client, and a text of 24 characters.
constexpr std::size_t kSecretBytes = 16;

}  // namespace

using provisioning::Refusal;

bool RandomSecret::issues_for(const domain::Enrollment& enrollment, const domain::Claim&) const {
  const auto* secret = std::get_if<domain::ProductSecret>(&enrollment.attestation);
  return secret != nullptr && secret->issues == domain::CredentialKind::kSecret;
}

Result<FreshKeys> RandomSecret::keys_of(const domain::Device& before) {
  const std::string context = device_key_context(before.hub, before.id);
  BERTH_TRY(Secret primary, vault_.open(before.keys->primary, context));
  BERTH_TRY(Secret secondary, vault_.open(before.keys->secondary, context));
  return FreshKeys{std::move(primary), std::move(secondary)};
}

Result<domain::Credential, Refusal> RandomSecret::issue(const provisioning::IssueInput& input,
                                                        domain::Device& device) {
  const bool keeps = input.keeps_credential && input.before != nullptr && input.before->keys;
  Result<FreshKeys> keys =
      keeps ? keys_of(*input.before)
            : Result<FreshKeys>(FreshKeys{rng_.secret(kSecretBytes), rng_.secret(kSecretBytes)});
  if (!keys) {
    log::error("issue.key_unreadable", {{"device", device.id.text()}, {"what", keys.error().what}});
    return Fail(Refusal{domain::Reason::kInternal,
                        "keys that open under the server's master key",
                        "a key that does not; the log has more",
                        {}});
  }
  const std::string context = device_key_context(device.hub, device.id);
  device.keys.emplace();
  device.keys->primary = vault_.seal(keys->primary, context);
  device.keys->secondary = vault_.seal(keys->secondary, context);
  device.certificate.reset();
  device.awaits_activation = keeps ? input.before->awaits_activation : true;
  if (input.before != nullptr) {
    device.keys->retired = retire_keys(vault_, *input.before, *keys, device);
    device.retired_certificates = retire_certificates(*input.before, device);
  }
  return domain::Credential{domain::IssuedSecret{std::move(keys->primary)}};
}

}  // namespace berth::issuing
