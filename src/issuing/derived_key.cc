#include "issuing/derived_key.h"

#include "crypto/device_key.h"

#include <utility>

namespace berth::issuing {

Result<void, provisioning::Refusal> DerivedKey::issue(const domain::Enrollment& enrollment,
                                                      const std::string& derivation_id,
                                                      domain::Device& device) {
  const auto& keys = std::get<domain::SymmetricKeys>(enrollment.attestation);
  const std::string context = domain::device_key_context(device.hub, device.id);
  domain::SymmetricKeys issued;
  BERTH_TRY(issued.primary, device_key(enrollment, keys.primary, derivation_id, context));
  BERTH_TRY(issued.secondary, device_key(enrollment, keys.secondary, derivation_id, context));
  device.keys = std::move(issued);
  return {};
}

Result<domain::Sealed, provisioning::Refusal> DerivedKey::device_key(
    const domain::Enrollment& enrollment, const domain::Sealed& key,
    const std::string& derivation_id, const std::string& context) {
  Result<Secret> opened =
      vault_.open(key, domain::key_context(enrollment.scope, enrollment.kind, enrollment.id));
  if (!opened) {
    provisioning::Refusal refusal;
    refusal.reason = domain::Reason::kInternal;
    refusal.expected = "enrollment keys sealed under this server's master key";
    refusal.received = opened.error().what;
    return Fail(std::move(refusal));
  }
  if (enrollment.kind == domain::EnrollmentKind::kIndividual) return vault_.seal(*opened, context);
  const Secret derived = crypto::derive_device_key(opened->bytes(), derivation_id);
  return vault_.seal(derived, context);
}

}  // namespace berth::issuing
