#include "issuing/derived_key.h"

#include "base/log.h"
#include "crypto/device_key.h"
#include "issuing/retired_keys.h"

#include <utility>

namespace berth::issuing {

using domain::EnrollmentKind;
using provisioning::Refusal;

Result<Secret> DerivedKey::key_from(const domain::Sealed& from,
                                    const domain::Enrollment& enrollment,
                                    const std::string& derivation_id) {
  const std::string context = key_context(enrollment.scope, enrollment.kind, enrollment.id);
  // An individual registers once; nothing is gained by keeping its keys.
  if (enrollment.kind == EnrollmentKind::kIndividual) return vault_.open(from, context);
  BERTH_TRY(const SharedSecret key, opened_.open(from, context));
  return crypto::derive_device_key(key->bytes(), derivation_id);
}

bool DerivedKey::issues_for(const domain::Enrollment& enrollment, const domain::Claim&) const {
  return std::holds_alternative<domain::SymmetricKeys>(enrollment.attestation);
}

Result<domain::Credential, Refusal> DerivedKey::issue(const provisioning::IssueInput& input,
                                                      domain::Device& device) {
  const domain::Enrollment& enrollment = input.enrollment;
  const auto* keys = std::get_if<domain::SymmetricKeys>(&enrollment.attestation);
  if (keys == nullptr) {
    return Fail(
        Refusal{domain::Reason::kInternal, "an enrollment with symmetric keys", "another", {}});
  }
  Result<Secret> primary = key_from(keys->primary, enrollment, input.derivation_id);
  Result<Secret> secondary = key_from(keys->secondary, enrollment, input.derivation_id);
  if (!primary || !secondary) {
    const Error& error = primary ? secondary.error() : primary.error();
    log::error("issue.key_unreadable",
               {{"enrollment", enrollment.id.text()}, {"what", error.what}, {"mend", error.mend}});
    return Fail(Refusal{domain::Reason::kInternal,
                        "keys that open under the server's master key",
                        "a key that does not; the log has more",
                        {}});
  }
  const FreshKeys fresh{*std::move(primary), *std::move(secondary)};
  const std::string context = device_key_context(device.hub, device.id);
  device.keys.emplace();
  device.keys->primary = vault_.seal(fresh.primary, context);
  device.keys->secondary = vault_.seal(fresh.secondary, context);
  if (input.before != nullptr) {
    device.keys->retired = retire_keys(vault_, *input.before, fresh, device);
  }
  return domain::Credential{};
}

}  // namespace berth::issuing
