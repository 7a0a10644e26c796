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
                                const domain::Enrollment& enrollment, const AuthorizeWith& with) {
  const domain::Scope& scope = *identified.dossier->scope;
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
  const auto& current = identified.dossier->current;
  // A controller may be that of members of several groups.
  if (current && !identified.for_controller && !owns(enrollment, current->enrollment)) {
    return Fail(
        Refusal{Reason::kOwnedByOther,
                fmt::format("the owner of '{}', {} '{}'", current->id.text(),
                            to_string(current->enrollment.kind), current->enrollment.id.text()),
                name_text(enrollment),
                {}});
  }
  if (claim.payload.size() > with.payload_bytes_max) {
    return Fail(Refusal{Reason::kPayloadInvalid,
                        fmt::format("a payload of at most {} bytes", with.payload_bytes_max),
                        fmt::format("{} bytes", claim.payload.size()),
                        {}});
  }
  if (!claim.certificate_request.empty() && !enrollment.issuance) {
    return Fail(Refusal{Reason::kIssuanceOff,
                        "an enrollment that issues certificates, or a device that asks for none",
                        name_text(enrollment) + " issues none",
                        {}});
  }
  if (const auto* with_passwords = std::get_if<domain::MemberPasswords>(&enrollment.attestation)) {
    return authorize_password_member(claim, identified, *with_passwords, with.as_controller);
  }
  const auto* product = std::get_if<domain::ProductSecret>(&enrollment.attestation);
  if (product == nullptr) return {};
  return authorize_member(claim, identified, *product, with.now);
}

}  // namespace berth::provisioning
