// Members of groups with passwords, and the devices that control them: what authorize and record do
// for them beside what they do for every member of a named group.
#include "provisioning/steps.h"

#include <fmt/format.h>

#include <utility>

namespace berth::provisioning {
namespace {

using domain::Reason;

Refusal member_disabled(const domain::Claim& claim) {
  return {Reason::kMemberDisabled,
          "an enabled member",
          fmt::format("'{}' is disabled", base::printable(claim.membership->member)),
          {}};
}

Result<void, Refusal> authorize_thing(const Identified& identified,
                                      const domain::MemberPasswords& passwords) {
  const auto& current = identified.dossier->current;
  if (!current) return {};
  // Registrations do not tell upper from lower case, names of members do.
  if (current->id.text() != identified.registration.text()) {
    return Fail(Refusal{Reason::kOwnedByOther,
                        fmt::format("'{}', as it registered first", current->id.text()),
                        fmt::format("'{}'", identified.registration.text()),
                        {}});
  }
  const bool registered = current->status == domain::RegistrationStatus::kAssigned;
  const bool again = current->reset || passwords.reissue == domain::Reissue::kNew;
  if (!registered || again) return {};
  return Fail(
      Refusal{Reason::kAlreadyRegistered,
              "a member that is not registered, or was reset",
              fmt::format("one that is registered as '{}' since {}", current->device_id.text(),
                          base::format_utc(current->updated_at, 0)),
              {}});
}

Result<void, Refusal> authorize_controller(const domain::Claim& claim, const Identified& identified,
                                           bool proven) {
  const Dossier& dossier = *identified.dossier;
  const bool there = dossier.controlled && dossier.controlled_device &&
                     dossier.controlled->status == domain::RegistrationStatus::kAssigned;
  if (!there) {
    return Fail(Refusal{Reason::kNotYetRegistered,
                        "a member that has registered",
                        fmt::format("'{}' has not", base::printable(claim.membership->member)),
                        {}});
  }
  if (!dossier.controlled_device->enabled) {
    return Fail(Refusal{Reason::kDeviceDisabled,
                        "an enabled device to control",
                        fmt::format("'{}' is disabled", dossier.controlled_device->id.text()),
                        {}});
  }
  if (proven) return {};  // it keeps the credentials it has
  // A serial is no secret: without this, the control password of one thing would give away every
  // other thing that the controller of that serial works on.
  if (dossier.current && !dossier.controls) {
    return Fail(Refusal{
        Reason::kOwnedByOther,
        fmt::format("a serial that no other controller has; '{}' is that of '{}', which does not "
                    "control '{}'",
                    base::printable(claim.controller->serial), dossier.current->device_id.text(),
                    dossier.controlled_device->id.text()),
        "an enrollment anew under it",
        {}});
  }
  return {};
}

Assignment::GuessedMember guessed_member(const domain::Claim& claim,
                                         const domain::Enrollment& group) {
  const auto* password = std::get_if<domain::Password>(&claim.evidence);
  return {group.scope, group.id, domain::MemberName::trusted(claim.membership->member),
          password == nullptr ? domain::PasswordUse::kEnroll : password->use};
}

}  // namespace

Result<void, Refusal> authorize_password_member(const domain::Claim& claim,
                                                const Identified& identified,
                                                const domain::MemberPasswords& passwords,
                                                bool as_controller) {
  const auto& member = identified.dossier->member;
  if (!member) {
    return Fail(Refusal{Reason::kMemberUnknown,
                        "a name that the group's roster lists",
                        base::printable(claim.membership->member),
                        {}});
  }
  if (!member->enabled) return Fail(member_disabled(claim));
  if (identified.for_controller) return authorize_controller(claim, identified, as_controller);
  return authorize_thing(identified, passwords);
}

void record_password_member(Assignment& assignment, const Attempt& attempt,
                            const Identified& identified) {
  domain::Registration& registration = assignment.registration;
  registration.activated_at.reset();
  registration.reset = false;
  const Dossier& dossier = *identified.dossier;
  assignment.forgets_guesses = guessed_member(attempt.claim, *dossier.named_group);
  if (!identified.for_controller) {
    registration.member = dossier.member->name;
    return;
  }
  assignment.controls.emplace(dossier.controlled_device->hub, dossier.controlled_device->id);
}

std::unique_ptr<ControlTaken> make_control(const Attempt& attempt, const Identified& identified,
                                           const domain::Enrollment& enrollment) {
  const Dossier& dossier = *identified.dossier;
  auto taken = std::make_unique<ControlTaken>();
  taken->controller_hub = dossier.controller->hub;
  taken->controller = dossier.controller->id;
  taken->hub = dossier.controlled_device->hub;
  taken->device = dossier.controlled_device->id;
  taken->member = guessed_member(attempt.claim, enrollment);
  taken->trail = attempt.trail;
  taken->trail.outcome = domain::TrailOutcome::kAssigned;
  taken->trail.reason = Reason::kNone;
  taken->trail.enrollment = reference_text(enrollment);
  taken->trail.hub = taken->controller_hub.text();
  taken->trail.device_id = taken->controller.text();
  domain::AuditRecord& audit = taken->audit;
  audit.at = attempt.trail.started_at;
  audit.actor = fmt::format("device:{}/{}", enrollment.scope.text(), taken->controller.text());
  audit.source = attempt.trail.source;
  audit.action = "device.control";
  audit.scope = enrollment.scope.text();
  audit.target = taken->device.text();
  // Ids have no character that JSON would have to escape.
  audit.detail = fmt::format(R"({{"controller":"{}"}})", taken->controller.text());
  return taken;
}

std::optional<WrongGuess> wrong_guess(const Attempt& attempt, const Identified& identified,
                                      const Refusal& refusal) {
  const Dossier& dossier = *identified.dossier;
  if (refusal.reason != Reason::kProofRejected || !dossier.named_group || !dossier.member) {
    return std::nullopt;
  }
  const auto* passwords = std::get_if<domain::MemberPasswords>(&dossier.named_group->attestation);
  const bool guessed = std::holds_alternative<domain::Password>(attempt.claim.evidence);
  if (passwords == nullptr || !guessed) return std::nullopt;
  return WrongGuess{guessed_member(attempt.claim, *dossier.named_group), passwords->guesses_max,
                    passwords->lock_time, attempt.trail.started_at};
}

std::string actor_of(const Attempt& attempt, const domain::ScopeId& scope, std::string_view id) {
  const auto* voucher = std::get_if<domain::Voucher>(&attempt.claim.evidence);
  if (voucher == nullptr) return fmt::format("device:{}/{}", scope.text(), id);
  // "<expiry>.<digest>.<actor>", verified by attest.
  const std::size_t digest = voucher->text.find('.');
  const std::size_t actor =
      digest == std::string::npos ? digest : voucher->text.find('.', digest + 1);
  return actor == std::string::npos ? std::string("server") : voucher->text.substr(actor + 1);
}

}  // namespace berth::provisioning
