// Registrations: what became of the devices' requests, and who owns their ids.
#include "management/changes.h"
#include "management/lookup.h"
#include "management/use_cases.h"
#include "management/validation.h"

#include <fmt/format.h>

namespace berth::management {
namespace {

using domain::Registration;

std::string text_of(const domain::EnrollmentRef& ref) {
  return fmt::format("{}/{}", to_string(ref.kind), ref.id.text());
}

// The id of a member is made of its group's: it cannot move, and no other id can move in.
Result<void> check_roster(const Registration& registration, const domain::Enrollment& owner) {
  const bool has_product = std::holds_alternative<domain::ProductSecret>(owner.attestation);
  if (!registration.member && !has_roster(owner)) return {};
  return Fail(ErrorKind::kInvalid,
              registration.member
                  ? fmt::format("'{}' is member '{}' of group '{}', and its id is made of both",
                                registration.id.text(), registration.member->text(),
                                registration.enrollment.id.text())
                  : fmt::format("group '{}' has {}: only its members can register", owner.id.text(),
                                has_product ? "a product secret" : "member passwords"),
              "let the device register with the secret of the group that it belongs to");
}

}  // namespace

Task<Answer> run(const Call& call, domain::GetRegistration command) {
  Result<Registration> found =
      co_await find_registration(call, std::move(command.scope), std::move(command.id));
  if (!found) co_return Fail(std::move(found).error());
  co_return *std::move(found);
}

Task<Answer> run(const Call& call, domain::ListRegistrations command) {
  BERTH_CO_TRY(domain::Page page, checked_page(std::move(command.page), call.ports.settings));
  Result<domain::Scope> scope = co_await find_scope(call, std::move(command.scope));
  if (!scope) co_return Fail(std::move(scope).error());
  // Not checked to exist: the registrations of a deleted enrollment can still be listed.
  Result<domain::Listing<Registration>> list = co_await call.ports.catalog.list_registrations(
      scope->id.text(), std::move(command.enrollment), std::move(page));
  if (!list) co_return Fail(std::move(list).error());
  co_return *std::move(list);
}

Task<Answer> run(const Call& call, domain::DeleteRegistration command) {
  Result<Registration> found =
      co_await find_registration(call, std::move(command.scope), std::move(command.id));
  if (!found) co_return Fail(std::move(found).error());
  RemoveRegistration removal{found->scope, found->id};
  Differences lost;
  if (!found->hub.empty()) {
    lost.note("device", fmt::format("{}/{}", found->hub.text(), found->device_id.text()), "");
  }
  Act act{"registration.delete", found->scope.text(), found->id.text(), lost.text()};
  auto change = make_change(call, std::move(removal), expected(command.precondition, MustExist{}),
                            std::move(act));
  Result<std::uint64_t> gone = co_await apply(call, std::move(change));
  if (!gone) co_return Fail(std::move(gone).error());
  if (!found->hub.empty()) call.ports.hub.identity_changed(found->hub, found->device_id);
  co_return domain::Done{};
}

Task<Answer> run(const Call& call, domain::TransferRegistration command) {
  Result<Registration> found = co_await find_registration(call, command.scope, command.id);
  if (!found) co_return Fail(std::move(found).error());
  Result<domain::Enrollment> owner =
      co_await find_enrollment(call, command.scope, command.to.kind, command.to.id.text());
  if (!owner) co_return Fail(std::move(owner).error());
  if (owner->kind == domain::EnrollmentKind::kIndividual && owner->id.key() != found->id.key()) {
    co_return Fail(ErrorKind::kInvalid,
                   fmt::format("individual enrollment '{}' can only own the registration id "
                               "'{}', not '{}'",
                               owner->id.text(), owner->id.text(), found->id.text()),
                   "transfer it to a group, or to the individual enrollment with the same id");
  }
  Result<void> movable = check_roster(*found, *owner);
  if (!movable) co_return Fail(std::move(movable).error());
  const domain::EnrollmentRef to{owner->kind, owner->id};
  Differences changed;
  changed.note("enrollment", text_of(found->enrollment), text_of(to));
  Act act{"registration.transfer", found->scope.text(), found->id.text(), changed.text()};
  PutRegistrationOwner write{found->scope, found->id, to};
  auto change = make_change(call, std::move(write), expected(command.precondition, MustExist{}),
                            std::move(act));
  Result<std::uint64_t> version = co_await apply(call, std::move(change));
  if (!version) co_return Fail(std::move(version).error());
  Result<Registration> after = co_await find_registration(call, command.scope, command.id);
  if (!after) co_return Fail(std::move(after).error());
  co_return *std::move(after);
}

}  // namespace berth::management
