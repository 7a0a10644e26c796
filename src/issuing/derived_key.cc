#include "issuing/derived_key.h"

#include "base/log.h"
#include "crypto/device_key.h"

#include <utility>

namespace berth::issuing {

using domain::EnrollmentKind;
using provisioning::Refusal;

Result<domain::Sealed> DerivedKey::reseal(const domain::Sealed& from,
                                          const domain::Enrollment& enrollment,
                                          const std::string& derivation_id,
                                          const domain::Device& device) {
  const std::string context = key_context(enrollment.scope, enrollment.kind, enrollment.id);
  BERTH_TRY(const Secret key, vault_.open(from, context));
  const std::string device_context = device_key_context(device.hub, device.id);
  if (enrollment.kind == EnrollmentKind::kIndividual) return vault_.seal(key, device_context);
  return vault_.seal(crypto::derive_device_key(key.bytes(), derivation_id), device_context);
}

Result<void, Refusal> DerivedKey::issue(const domain::Enrollment& enrollment,
                                        const std::string& derivation_id, domain::Device& device) {
  const auto* keys = std::get_if<domain::SymmetricKeys>(&enrollment.attestation);
  if (keys == nullptr) {
    return Fail(
        Refusal{domain::Reason::kInternal, "an enrollment with symmetric keys", "another", {}});
  }
  Result<domain::Sealed> primary = reseal(keys->primary, enrollment, derivation_id, device);
  Result<domain::Sealed> secondary = reseal(keys->secondary, enrollment, derivation_id, device);
  if (!primary || !secondary) {
    const Error& error = primary ? secondary.error() : primary.error();
    log::error("issue.key_unreadable",
               {{"enrollment", enrollment.id.text()}, {"what", error.what}, {"mend", error.mend}});
    return Fail(Refusal{domain::Reason::kInternal,
                        "keys that open under the server's master key",
                        "a key that does not; the log has more",
                        {}});
  }
  device.keys.emplace();
  device.keys->primary = *std::move(primary);
  device.keys->secondary = *std::move(secondary);
  return {};
}

}  // namespace berth::issuing
