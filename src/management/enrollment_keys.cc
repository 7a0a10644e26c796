// The symmetric keys of enrollments: shown on purpose, and made anew.
#include "management/changes.h"
#include "management/enrollment_edit.h"
#include "management/keys.h"
#include "management/lookup.h"
#include "management/use_cases.h"
#include "management/validation.h"

#include <fmt/format.h>

namespace berth::management {
namespace {

using domain::Enrollment;

Act act(std::string_view action, const Enrollment& enrollment, std::string detail = "{}") {
  return {action, enrollment.scope.text(),
          fmt::format("{}/{}", to_string(enrollment.kind), enrollment.id.text()),
          std::move(detail)};
}

}  // namespace

Task<Answer> run(const Call& call, domain::GetEnrollmentKeys command) {
  Result<Enrollment> found =
      co_await find_enrollment(call, std::move(command.scope), command.kind, std::move(command.id));
  if (!found) co_return Fail(std::move(found).error());
  const auto& sealed = std::get<domain::SymmetricKeys>(found->attestation);
  const std::string context = domain::key_context(found->scope, found->kind, found->id);
  BERTH_CO_TRY(domain::Keys keys, open_keys(call.ports, sealed, context));
  // Remembered before they are shown.
  domain::AuditRecord audit = audit_record(call, act("enrollment.keys.show", *found));
  Result<void> remembered = co_await call.ports.catalog.append_audit(std::move(audit));
  if (!remembered) co_return Fail(std::move(remembered).error());
  co_return keys;
}

Task<Answer> run(const Call& call, domain::RegenerateEnrollmentKey command) {
  for (int attempt = 1;; ++attempt) {
    Result<Enrollment> found =
        co_await find_enrollment(call, command.scope, command.kind, command.id);
    if (!found) co_return Fail(std::move(found).error());
    Result<void> current = check_version(command.precondition, found->version);
    if (!current) co_return Fail(std::move(current).error());
    const Secret key = call.ports.rng.secret(kKeyBytesMade);
    Result<bool> replaced = replace_key(call, *found, command.slot, key);
    if (!replaced) co_return Fail(std::move(replaced).error());
    found->updated_at = call.ports.clock.wall();
    Differences changed;
    changed.note(to_string(command.slot));
    auto change = make_change(call, PutEnrollment{*found}, MustBeVersion{found->version},
                              act("enrollment.keys.regenerate", *found, changed.text()));
    Result<std::uint64_t> version = co_await apply(call, std::move(change));
    if (version) {
      found->version = *version;
      co_return *std::move(found);
    }
    if (!may_retry(version.error(), command.precondition, attempt)) {
      co_return Fail(std::move(version).error());
    }
  }
}

}  // namespace berth::management
