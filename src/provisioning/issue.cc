#include "provisioning/steps.h"

#include <algorithm>
#include <utility>

namespace berth::provisioning {

Task<Result<std::optional<domain::Device>, Refusal>> identity_before(RegistrationStore& store,
                                                                     const Identified& identified) {
  const auto& current = identified.dossier.current;
  if (!current || current->hub.empty() || current->device_id.empty()) {
    co_return std::optional<domain::Device>();
  }
  Result<std::optional<domain::Device>> found =
      co_await store.find_device(current->hub, current->device_id);
  if (!found) co_return Fail(store_refusal(found.error()));
  // An operator may have deleted it, and somebody else may have made another of that id.
  const bool own = *found && (*found)->scope == current->scope &&
                   (*found)->registration.key() == current->id.key();
  if (!own) co_return std::optional<domain::Device>();
  co_return *std::move(found);
}

Result<domain::Device, Refusal> issue(const IssueWith& with, const Identified& identified,
                                      const Proven& proven, const Placement& placement) {
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
  device.created_at = with.now;
  device.updated_at = with.now;

  const std::string_view attestation = attestation_name(enrollment.attestation);
  const auto issuer = std::find_if(with.issuers.begin(), with.issuers.end(), [&](const auto& each) {
    return each->attestation() == attestation;
  });
  if (issuer == with.issuers.end()) {
    return Fail(Refusal{domain::Reason::kInternal,
                        "an issuer for the enrollment's attestation",
                        std::string(attestation),
                        {}});
  }
  Result<void, Refusal> issued =
      (*issuer)->issue(enrollment, proven.attested.derivation_id, with.before, device);
  if (!issued) return Fail(std::move(issued).error());
  return device;
}

}  // namespace berth::provisioning
