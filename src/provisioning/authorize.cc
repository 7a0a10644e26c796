#include "provisioning/steps.h"

#include <fmt/format.h>

namespace berth::provisioning {
namespace {

using domain::Reason;

bool owns(const domain::Enrollment& enrollment, const domain::EnrollmentRef& owner) {
  return enrollment.kind == owner.kind && enrollment.id.key() == owner.id.key();
}

}  // namespace

Result<void, Refusal> authorize(const domain::Claim& claim, const Identified& identified,
                                const domain::Enrollment& enrollment,
                                std::size_t payload_bytes_max) {
  const domain::Scope& scope = *identified.dossier.scope;
  if (!scope.enabled) {
    return Fail(
        Refusal{Reason::kScopeDisabled, "an enabled scope", scope.id.text() + " is disabled", {}});
  }
  if (!enrollment.enabled) {
    return Fail(Refusal{Reason::kEnrollmentDisabled,
                        "an enabled enrollment",
                        name_text(enrollment) + " is disabled",
                        {}});
  }
  const auto& current = identified.dossier.current;
  if (current && !owns(enrollment, current->enrollment)) {
    return Fail(
        Refusal{Reason::kOwnedByOther,
                fmt::format("the owner of '{}', {} '{}'", current->id.text(),
                            to_string(current->enrollment.kind), current->enrollment.id.text()),
                name_text(enrollment),
                {}});
  }
  if (claim.payload.size() > payload_bytes_max) {
    return Fail(Refusal{Reason::kPayloadInvalid,
                        fmt::format("a payload of at most {} bytes", payload_bytes_max),
                        fmt::format("{} bytes", claim.payload.size()),
                        {}});
  }
  return {};
}

}  // namespace berth::provisioning
