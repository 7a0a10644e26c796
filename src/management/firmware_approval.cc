// Firmware that was held: an operator lets the enrollment accept it, for this device and all
// others.
#include "domain/mend.h"
#include "management/changes.h"
#include "management/dice_policy.h"
#include "management/lookup.h"
#include "management/use_cases.h"

#include <fmt/format.h>

#include <utility>

namespace berth::management {
namespace {

using domain::Enrollment;
using domain::Registration;

Error no_policy(const Enrollment& enrollment) {
  return {ErrorKind::kInvalid,
          fmt::format("{} '{}' says nothing of firmware, so that nothing is to be approved",
                      noun(enrollment.kind), enrollment.id.text()),
          "let the device register again; see: " + domain::mend::show(enrollment)};
}

// The digests that were not accepted before; none when they all were.
Result<std::vector<std::string>> accept(Enrollment& enrollment, const Registration& registration) {
  auto* trust = std::get_if<domain::CertificateTrust>(&enrollment.attestation);
  if (trust == nullptr || !trust->dice) return Fail(no_policy(enrollment));
  domain::DicePolicy policy = *trust->dice;
  BERTH_TRY(std::vector<std::string> added, accept_digests(policy, registration.measured));
  const bool held = registration.reason == domain::Reason::kFirmwareHeld;
  const bool known = added.empty() && !registration.measured.empty();
  if ((!held && !known) || registration.measured.empty()) {
    return Fail(
        ErrorKind::kInvalid,
        fmt::format("registration '{}' does not wait for an approval of its firmware",
                    registration.id.text()),
        "see why it is as it is: " +
            domain::mend::show_registration(registration.scope.text(), registration.id.text()));
  }
  trust->dice = std::move(policy);
  return added;
}

}  // namespace

Task<Answer> run(const Call& call, domain::ApproveFirmware command) {
  for (int attempt = 1;; ++attempt) {
    Result<Registration> held =
        co_await find_registration(call, command.scope, command.registration);
    if (!held) co_return Fail(std::move(held).error());
    Result<Enrollment> owner = co_await find_enrollment(call, command.scope, held->enrollment.kind,
                                                        held->enrollment.id.text());
    if (!owner) co_return Fail(std::move(owner).error());
    BERTH_CO_TRY(const std::vector<std::string> added, accept(*owner, *held));
    if (added.empty()) co_return *std::move(owner);
    owner->updated_at = call.ports.clock.wall();
    Differences changed;
    changed.note("dice.digests", "", fmt::format("{}", fmt::join(added, ",")));
    changed.note("registration", "", held->id.text());
    Act approved{"firmware.approve", owner->scope.text(),
                 fmt::format("{}/{}", to_string(owner->kind), owner->id.text()), changed.text()};
    auto change = make_change(call, PutEnrollment{*owner}, MustBeVersion{owner->version},
                              std::move(approved));
    Result<std::uint64_t> version = co_await apply(call, std::move(change));
    if (version) {
      owner->version = *version;
      co_return *std::move(owner);
    }
    if (!may_retry(version.error(), std::nullopt, attempt)) {
      co_return Fail(std::move(version).error());
    }
  }
}

}  // namespace berth::management
