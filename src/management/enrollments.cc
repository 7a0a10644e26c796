// Enrollments: standing permission for one device or many to register.
#include "management/attestation_kind.h"
#include "management/certificate_trust.h"
#include "management/changes.h"
#include "management/enrollment_edit.h"
#include "management/issuance.h"
#include "management/lookup.h"
#include "management/member_passwords.h"
#include "management/product_secret.h"
#include "management/use_cases.h"
#include "management/validation.h"

#include <fmt/format.h>

namespace berth::management {
namespace {

using domain::Enrollment;

// "group/line-7": what the audit calls an enrollment.
std::string target_of(const Enrollment& enrollment) {
  return fmt::format("{}/{}", to_string(enrollment.kind), enrollment.id.text());
}

Act act(std::string_view action, const Enrollment& enrollment, std::string detail = "{}") {
  return {action, enrollment.scope.text(), target_of(enrollment), std::move(detail)};
}

// What the rules look at beside the enrollment.
struct Loaded {
  domain::Scope scope;
  std::vector<domain::HubLink> links;
  std::vector<domain::CaCertificate> cas;
  Surroundings surroundings() const { return {scope, links, cas}; }
};

Task<Result<Loaded>> load(const Call& call, std::string scope_id, bool with_cas) {
  Loaded loaded;
  Result<domain::Scope> scope = co_await find_scope(call, std::move(scope_id));
  if (!scope) co_return Fail(std::move(scope).error());
  loaded.scope = *std::move(scope);
  Result<domain::Listing<domain::HubLink>> links =
      co_await call.ports.catalog.list_hub_links(loaded.scope.id.text());
  if (!links) co_return Fail(std::move(links).error());
  loaded.links = std::move(links->items);
  if (!with_cas) co_return loaded;
  Result<domain::Listing<domain::CaCertificate>> cas =
      co_await call.ports.catalog.list_cas(loaded.scope.id.text());
  if (!cas) co_return Fail(std::move(cas).error());
  loaded.cas = std::move(cas->items);
  co_return loaded;
}

// Whether devices prove themselves to it, or to their hub because of it, with certificates.
bool uses_certificates(const Enrollment& enrollment) {
  return enrollment.issuance ||
         std::holds_alternative<domain::CertificateTrust>(enrollment.attestation);
}

// Whether certificates that were good because of it may no longer be.
bool trust_moved(const Enrollment& before, const Enrollment& after) {
  if (!uses_certificates(before)) return false;
  if (before.enabled != after.enabled) return true;
  const auto* old = std::get_if<domain::CertificateTrust>(&before.attestation);
  const auto* now = std::get_if<domain::CertificateTrust>(&after.attestation);
  if (old == nullptr || now == nullptr) return false;
  return old->primary != now->primary || old->secondary != now->secondary || old->dice != now->dice;
}

// Written, with its CA in place if it is to issue certificates; the enrollment as it is then.
Task<Result<Enrollment>> store(const Call& call, Enrollment enrollment, Expectation expectation,
                               Act act) {
  if (enrollment.issuance) {
    Result<void> ready = co_await ensure_issuing_authority(call, enrollment.scope);
    if (!ready) co_return Fail(std::move(ready).error());
  }
  enrollment.updated_at = call.ports.clock.wall();
  if (enrollment.version == 0) enrollment.created_at = enrollment.updated_at;
  auto change = make_change(call, PutEnrollment{enrollment}, expectation, std::move(act));
  Result<std::uint64_t> version = co_await apply(call, std::move(change));
  if (!version) co_return Fail(std::move(version).error());
  enrollment.version = *version;
  co_return enrollment;
}

}  // namespace

// How often an id is made up that turns out to exist.
static constexpr int kIdsMadeMax = 5;

// A record with scope, kind and id, as yet without what the edit says.
static Result<Enrollment> begun(const Call& call, const domain::CreateEnrollment& command,
                                const domain::Scope& scope) {
  Enrollment enrollment;
  enrollment.scope = scope.id;
  enrollment.kind = command.kind;
  const std::optional<std::string>& given = command.edit.id;
  const bool is_group = command.kind == domain::EnrollmentKind::kGroup;
  if (command.edit.product && is_group) {
    BERTH_TRY(enrollment.id, product_group_id(given ? *given : made_up_group_id(call.ports.rng)));
    begin_product_group(enrollment);
  } else if (command.edit.passwords && is_group) {
    BERTH_TRY(enrollment.id,
              password_group_id(given ? *given : made_up_password_group_id(call.ports.rng)));
    enrollment.attestation = domain::MemberPasswords();
  } else {
    if (command.edit.x509) enrollment.attestation = domain::CertificateTrust();
    if (command.edit.tpm) enrollment.attestation = domain::TpmKeys();
    const bool named_by_certificate = command.edit.x509 && !given && !is_group;
    BERTH_TRY(enrollment.id, named_by_certificate
                                 ? certificate_enrollment_id(call, *command.edit.x509)
                                 : domain::EnrollmentId::parse(given.value_or("")));
  }
  enrollment.display_name = enrollment.id.text();
  return enrollment;
}

// Whether the id is made up when the edit leaves it out.
static bool id_is_made(const domain::CreateEnrollment& command) {
  const bool has_roster = command.edit.product || command.edit.passwords;
  return !command.edit.id && has_roster && command.kind == domain::EnrollmentKind::kGroup;
}

static Result<void> check_id_given(const domain::CreateEnrollment& command) {
  const bool is_group = command.kind == domain::EnrollmentKind::kGroup;
  const bool from_certificate = command.edit.x509 && !is_group;
  if (command.edit.id || id_is_made(command) || from_certificate) return {};
  return Fail(
      ErrorKind::kInvalid, "id is missing",
      is_group ? "give the group a name such as line-7" : "give the registration id of the device");
}

Task<Answer> run(const Call& call, domain::CreateEnrollment command) {
  Result<void> fits = check_one_kind(command.edit);
  if (fits) fits = check_id_given(command);
  if (!fits) co_return Fail(std::move(fits).error());
  const bool with_cas = command.edit.x509.has_value();
  Result<Loaded> loaded = co_await load(call, command.scope, with_cas);
  if (!loaded) co_return Fail(std::move(loaded).error());
  for (int attempt = 1;; ++attempt) {
    BERTH_CO_TRY(Enrollment enrollment, begun(call, command, loaded->scope));
    BERTH_CO_TRY(const Differences changed,
                 edit_enrollment(call, enrollment, command.edit, loaded->surroundings()));
    Act created = act("enrollment.create", enrollment, changed.text());
    const Expectation absent = MustNotExist{};
    Result<Enrollment> stored =
        co_await store(call, std::move(enrollment), absent, std::move(created));
    if (stored) {
      stored->warnings = trust_warnings(call, *stored, loaded->cas);
      co_return *std::move(stored);
    }
    const bool taken = stored.error().kind == ErrorKind::kConflict;
    if (!taken || !id_is_made(command) || attempt == kIdsMadeMax) {
      co_return Fail(std::move(stored).error());
    }
  }
}

Task<Answer> run(const Call& call, domain::GetEnrollment command) {
  Result<Enrollment> found =
      co_await find_enrollment(call, std::move(command.scope), command.kind, std::move(command.id));
  if (!found) co_return Fail(std::move(found).error());
  co_return *std::move(found);
}

Task<Answer> run(const Call& call, domain::ListEnrollments command) {
  BERTH_CO_TRY(domain::Page page, checked_page(std::move(command.page), call.ports.settings));
  Result<domain::Scope> scope = co_await find_scope(call, std::move(command.scope));
  if (!scope) co_return Fail(std::move(scope).error());
  Result<domain::Listing<Enrollment>> list =
      co_await call.ports.catalog.list_enrollments(scope->id.text(), command.kind, std::move(page));
  if (!list) co_return Fail(std::move(list).error());
  co_return *std::move(list);
}

Task<Answer> run(const Call& call, domain::UpdateEnrollment command) {
  for (int attempt = 1;; ++attempt) {
    Result<Enrollment> found =
        co_await find_enrollment(call, command.scope, command.kind, command.id);
    if (!found) co_return Fail(std::move(found).error());
    Result<void> current = check_version(command.precondition, found->version);
    if (!current) co_return Fail(std::move(current).error());
    const bool with_cas = command.edit.x509.has_value();
    Result<Loaded> loaded = co_await load(call, command.scope, with_cas);
    if (!loaded) co_return Fail(std::move(loaded).error());
    const Enrollment before = *found;
    BERTH_CO_TRY(const Differences changed,
                 edit_enrollment(call, *found, command.edit, loaded->surroundings()));
    if (changed.empty()) co_return *std::move(found);
    Act updated = act("enrollment.update", *found, changed.text());
    const Expectation unchanged = MustBeVersion{found->version};
    Result<Enrollment> stored =
        co_await store(call, *std::move(found), unchanged, std::move(updated));
    if (stored) {
      if (trust_moved(before, *stored)) call.ports.hub.trust_changed(stored->scope);
      if (with_cas) stored->warnings = trust_warnings(call, *stored, loaded->cas);
      co_return *std::move(stored);
    }
    if (!may_retry(stored.error(), command.precondition, attempt)) {
      co_return Fail(std::move(stored).error());
    }
  }
}

Task<Answer> run(const Call& call, domain::DeleteEnrollment command) {
  Result<Enrollment> found =
      co_await find_enrollment(call, std::move(command.scope), command.kind, std::move(command.id));
  if (!found) co_return Fail(std::move(found).error());
  RemoveEnrollment removal{found->scope, {found->kind, found->id}};
  auto change = make_change(call, std::move(removal), expected(command.precondition, MustExist{}),
                            act("enrollment.delete", *found));
  Result<std::uint64_t> gone = co_await apply(call, std::move(change));
  if (!gone) co_return Fail(std::move(gone).error());
  if (uses_certificates(*found)) call.ports.hub.trust_changed(found->scope);
  co_return domain::Done{};
}

}  // namespace berth::management
