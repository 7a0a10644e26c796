// CA certificates that operators give to a scope. Only verified ones vouch for devices.
#include "domain/mend.h"
#include "management/ca_edit.h"
#include "management/lookup.h"
#include "management/use_cases.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace berth::management {
namespace {

using domain::CaCertificate;
using domain::EnrollmentKind;

bool names(const domain::Enrollment& group, std::string_view ca) {
  const auto* trust = std::get_if<domain::CertificateTrust>(&group.attestation);
  if (trust == nullptr) return false;
  const auto is_named = [&](const std::optional<domain::TrustSlot>& slot) {
    return slot && base::equals_ignoring_case(slot->ca, ca);
  };
  return is_named(trust->primary) || is_named(trust->secondary);
}

// kConflict when a group of the scope names the CA.
Task<Result<void>> check_unused(const Call& call, domain::ScopeId scope, std::string ca) {
  domain::Page page;
  do {
    page.limit = call.ports.settings.page_limit_max;
    Result<domain::Listing<domain::Enrollment>> groups =
        co_await call.ports.catalog.list_enrollments(scope.text(), EnrollmentKind::kGroup, page);
    if (!groups) co_return Fail(std::move(groups).error());
    const auto user = std::find_if(groups->items.begin(), groups->items.end(),
                                   [&](const domain::Enrollment& each) { return names(each, ca); });
    if (user != groups->items.end()) {
      co_return Fail(ErrorKind::kConflict,
                     fmt::format("enrollment group '{}' names CA '{}'", user->id.text(), ca),
                     "give the group another certificate first: " + domain::mend::show(*user));
    }
    page.cursor = groups->next_cursor;
  } while (!page.cursor.empty());
  co_return Result<void>();
}

}  // namespace

Task<Answer> run(const Call& call, domain::CreateCa command) {
  CaCertificate ca;
  BERTH_CO_TRY(ca.name, ca_name(command.edit.name));
  Result<domain::Scope> scope = co_await find_scope(call, std::move(command.scope));
  if (!scope) co_return Fail(std::move(scope).error());
  ca.scope = scope->id;
  BERTH_CO_TRY(const Differences made, edit_ca(call, ca, command.edit));
  Act created = ca_act("ca.create", ca, made.text());
  const Expectation absent = MustNotExist{};
  Result<CaCertificate> stored = co_await store_ca(call, std::move(ca), absent, std::move(created));
  if (!stored) co_return Fail(std::move(stored).error());
  co_return *std::move(stored);
}

Task<Answer> run(const Call& call, domain::GetCa command) {
  Result<CaCertificate> found =
      co_await find_ca(call, std::move(command.scope), std::move(command.name));
  if (!found) co_return Fail(std::move(found).error());
  co_return *std::move(found);
}

Task<Answer> run(const Call& call, domain::ListCas command) {
  Result<domain::Scope> scope = co_await find_scope(call, std::move(command.scope));
  if (!scope) co_return Fail(std::move(scope).error());
  Result<domain::Listing<CaCertificate>> list =
      co_await call.ports.catalog.list_cas(scope->id.text());
  if (!list) co_return Fail(std::move(list).error());
  co_return *std::move(list);
}

Task<Answer> run(const Call& call, domain::UpdateCa command) {
  for (int attempt = 1;; ++attempt) {
    Result<CaCertificate> found = co_await find_ca(call, command.scope, command.name);
    if (!found) co_return Fail(std::move(found).error());
    Result<void> current = check_version(command.precondition, found->version);
    if (!current) co_return Fail(std::move(current).error());
    BERTH_CO_TRY(const Differences changed, edit_ca(call, *found, command.edit));
    if (changed.empty()) co_return *std::move(found);
    Act updated = ca_act("ca.update", *found, changed.text());
    const Expectation unchanged = MustBeVersion{found->version};
    found = co_await store_ca(call, *std::move(found), unchanged, std::move(updated));
    if (found) {
      call.ports.hub.trust_changed(found->scope);
      co_return *std::move(found);
    }
    if (!may_retry(found.error(), command.precondition, attempt)) {
      co_return Fail(std::move(found).error());
    }
  }
}

Task<Answer> run(const Call& call, domain::DeleteCa command) {
  Result<CaCertificate> found =
      co_await find_ca(call, std::move(command.scope), std::move(command.name));
  if (!found) co_return Fail(std::move(found).error());
  Result<void> unused = co_await check_unused(call, found->scope, found->name);
  if (!unused) co_return Fail(std::move(unused).error());
  Differences lost;
  lost.note("certificate", "sha256:" + base::hex_encode(found->certificate.sha256), "");
  RemoveCa removal{found->scope, found->name};
  auto change = make_change(call, std::move(removal), expected(command.precondition, MustExist{}),
                            ca_act("ca.delete", *found, lost.text()));
  Result<std::uint64_t> gone = co_await apply(call, std::move(change));
  if (!gone) co_return Fail(std::move(gone).error());
  call.ports.hub.trust_changed(found->scope);
  co_return domain::Done{};
}

}  // namespace berth::management
