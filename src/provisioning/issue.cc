#include "provisioning/steps.h"

#include <algorithm>
#include <utility>

namespace berth::provisioning {

Result<domain::Device, Refusal> issue(std::span<const std::unique_ptr<Issuer>> issuers,
                                      const Identified& identified, const Proven& proven,
                                      const Placement& placement, TimePoint now) {
  const domain::Enrollment& enrollment = *proven.enrollment;
  domain::Device device;
  device.hub = placement.hub;
  device.id = placement.device_id;
  device.scope = enrollment.scope;
  device.registration =
      identified.dossier.current ? identified.dossier.current->id : identified.registration;
  device.display_name = placement.device_id.text();
  device.iot_edge = enrollment.iot_edge;
  device.twin = enrollment.initial_twin;
  device.created_at = now;
  device.updated_at = now;

  const std::string_view attestation = attestation_name(enrollment.attestation);
  const auto issuer = std::find_if(issuers.begin(), issuers.end(), [&](const auto& each) {
    return each->attestation() == attestation;
  });
  if (issuer == issuers.end()) {
    return Fail(Refusal{domain::Reason::kInternal,
                        "an issuer for the enrollment's attestation",
                        std::string(attestation),
                        {}});
  }
  Result<void, Refusal> issued =
      (*issuer)->issue(enrollment, proven.attested.derivation_id, device);
  if (!issued) return Fail(std::move(issued).error());
  return device;
}

}  // namespace berth::provisioning
