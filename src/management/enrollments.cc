// Enrollments: standing permission for one device or many to register.
#include "management/changes.h"
#include "management/enrollment_edit.h"
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

// The two records the rules look at beside the enrollment.
struct Loaded {
  domain::Scope scope;
  std::vector<domain::HubLink> links;
};

Task<Result<Loaded>> load(const Call& call, std::string scope_id) {
  Loaded loaded;
  Result<domain::Scope> scope = co_await find_scope(call, std::move(scope_id));
  if (!scope) co_return Fail(std::move(scope).error());
  loaded.scope = *std::move(scope);
  Result<domain::Listing<domain::HubLink>> links =
      co_await call.ports.catalog.list_hub_links(loaded.scope.id.text());
  if (!links) co_return Fail(std::move(links).error());
  loaded.links = std::move(links->items);
  co_return loaded;
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
    BERTH_TRY(enrollment.id, domain::EnrollmentId::parse(given.value_or("")));
  }
  enrollment.display_name = enrollment.id.text();
  return enrollment;
}

// Whether the edit may leave the id out: it is made up then.
static bool id_is_made(const domain::CreateEnrollment& command) {
  const bool has_roster = command.edit.product || command.edit.passwords;
  return !command.edit.id && has_roster && command.kind == domain::EnrollmentKind::kGroup;
}

Task<Answer> run(const Call& call, domain::CreateEnrollment command) {
  if (command.edit.product && command.edit.passwords) {
    co_return Fail(ErrorKind::kInvalid, "a product secret and member passwords are both given",
                   "a group has one of the two: make a group for each");
  }
  if (!command.edit.id && !id_is_made(command)) {
    co_return Fail(ErrorKind::kInvalid, "id is missing",
                   command.kind == domain::EnrollmentKind::kGroup
                       ? "give the group a name such as line-7"
                       : "give the registration id of the device");
  }
  Result<Loaded> loaded = co_await load(call, command.scope);
  if (!loaded) co_return Fail(std::move(loaded).error());
  const Surroundings surroundings{loaded->scope, loaded->links};
  for (int attempt = 1;; ++attempt) {
    BERTH_CO_TRY(Enrollment enrollment, begun(call, command, loaded->scope));
    BERTH_CO_TRY(const Differences changed,
                 edit_enrollment(call, enrollment, command.edit, surroundings));
    enrollment.created_at = enrollment.updated_at = call.ports.clock.wall();
    auto change = make_change(call, PutEnrollment{enrollment}, MustNotExist{},
                              act("enrollment.create", enrollment, changed.text()));
    Result<std::uint64_t> version = co_await apply(call, std::move(change));
    if (version) {
      enrollment.version = *version;
      co_return enrollment;
    }
    const bool taken = version.error().kind == ErrorKind::kConflict;
    if (!taken || !id_is_made(command) || attempt == kIdsMadeMax) {
      co_return Fail(std::move(version).error());
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
    Result<Loaded> loaded = co_await load(call, command.scope);
    if (!loaded) co_return Fail(std::move(loaded).error());
    const Surroundings surroundings{loaded->scope, loaded->links};
    BERTH_CO_TRY(const Differences changed,
                 edit_enrollment(call, *found, command.edit, surroundings));
    if (changed.empty()) co_return *std::move(found);
    found->updated_at = call.ports.clock.wall();
    auto change = make_change(call, PutEnrollment{*found}, MustBeVersion{found->version},
                              act("enrollment.update", *found, changed.text()));
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

Task<Answer> run(const Call& call, domain::DeleteEnrollment command) {
  Result<Enrollment> found =
      co_await find_enrollment(call, std::move(command.scope), command.kind, std::move(command.id));
  if (!found) co_return Fail(std::move(found).error());
  RemoveEnrollment removal{found->scope, {found->kind, found->id}};
  auto change = make_change(call, std::move(removal), expected(command.precondition, MustExist{}),
                            act("enrollment.delete", *found));
  Result<std::uint64_t> gone = co_await apply(call, std::move(change));
  if (!gone) co_return Fail(std::move(gone).error());
  co_return domain::Done{};
}

}  // namespace berth::management
