// Scopes: the tenants.
#include "management/authorise.h"
#include "management/changes.h"
#include "management/lookup.h"
#include "management/use_cases.h"
#include "management/validation.h"

namespace berth::management {
namespace {

using domain::Scope;
using domain::ScopeEdit;
using domain::ScopeId;

std::string made_up_id(Rng& rng) { return "0ne" + base::ascii_upper(rng.hex(4)); }

// Applies the edit; the id is not touched.
Result<Differences> edit_scope(Scope& scope, const ScopeEdit& edit) {
  Differences changed;
  if (edit.display_name) {
    BERTH_TRY(std::string name, display_name(*edit.display_name, scope.id.text()));
    changed.set("displayName", scope.display_name, std::move(name));
  }
  if (edit.service_host) {
    BERTH_TRY(std::string host, host_name("serviceHost", *edit.service_host));
    changed.set("serviceHost", scope.service_host, std::move(host));
  }
  if (edit.allocation_policy && *edit.allocation_policy != scope.allocation_policy) {
    changed.note("allocationPolicy", to_string(scope.allocation_policy),
                 to_string(*edit.allocation_policy));
    scope.allocation_policy = *edit.allocation_policy;
  }
  if (edit.enabled) changed.set("enabled", scope.enabled, *edit.enabled);
  if (edit.compatible_codes) {
    changed.set("compatibleCodes", scope.compatible_codes, *edit.compatible_codes);
  }
  if (edit.auto_approve) changed.set("autoApprove", scope.auto_approve, *edit.auto_approve);
  if (edit.hold_unknown_models) {
    changed.set("holdUnknownModels", scope.hold_unknown_models, *edit.hold_unknown_models);
  }
  return changed;
}

Act act(std::string_view action, const std::string& id, std::string detail = "{}") {
  return {action, id, id, std::move(detail)};
}

}  // namespace

Task<Answer> run(const Call& call, domain::CreateScope command) {
  Scope scope;
  BERTH_CO_TRY(scope.id, ScopeId::parse(command.edit.id.value_or(made_up_id(call.ports.rng))));
  scope.display_name = scope.id.text();
  BERTH_CO_TRY(const Differences changed, edit_scope(scope, command.edit));
  scope.created_at = scope.updated_at = call.ports.clock.wall();
  auto change = make_change(call, PutScope{scope}, MustNotExist{},
                            act("scope.create", scope.id.text(), changed.text()));
  Result<std::uint64_t> version = co_await apply(call, std::move(change));
  if (!version) co_return Fail(std::move(version).error());
  scope.version = *version;
  co_return scope;
}

Task<Answer> run(const Call& call, domain::GetScope command) {
  Result<Scope> scope = co_await find_scope(call, std::move(command.id));
  if (!scope) co_return Fail(std::move(scope).error());
  co_return *std::move(scope);
}

Task<Answer> run(const Call& call, domain::ListScopes command) {
  BERTH_CO_TRY(domain::Page page, checked_page(std::move(command.page), call.ports.settings));
  domain::Listing<Scope> own;
  if (call.actor.scope) {
    Result<Scope> scope = co_await find_scope(call, call.actor.scope->text());
    if (!scope) co_return Fail(std::move(scope).error());
    own.items.push_back(*std::move(scope));
    co_return own;
  }
  Result<domain::Listing<Scope>> list = co_await call.ports.catalog.list_scopes(std::move(page));
  if (!list) co_return Fail(std::move(list).error());
  co_return *std::move(list);
}

Task<Answer> run(const Call& call, domain::UpdateScope command) {
  for (int attempt = 1;; ++attempt) {
    Result<Scope> scope = co_await find_scope(call, command.id);
    if (!scope) co_return Fail(std::move(scope).error());
    Result<void> current = check_version(command.precondition, scope->version);
    if (!current) co_return Fail(std::move(current).error());
    BERTH_CO_TRY(const Differences changed, edit_scope(*scope, command.edit));
    if (changed.empty()) co_return *std::move(scope);
    scope->updated_at = call.ports.clock.wall();
    auto change = make_change(call, PutScope{*scope}, MustBeVersion{scope->version},
                              act("scope.update", scope->id.text(), changed.text()));
    Result<std::uint64_t> version = co_await apply(call, std::move(change));
    if (version) {
      scope->version = *version;
      co_return *std::move(scope);
    }
    if (!may_retry(version.error(), command.precondition, attempt)) {
      co_return Fail(std::move(version).error());
    }
  }
}

Task<Answer> run(const Call& call, domain::DeleteScope command) {
  Result<Scope> scope = co_await find_scope(call, std::move(command.id));
  if (!scope) co_return Fail(std::move(scope).error());
  auto change =
      make_change(call, RemoveScope{scope->id}, expected(command.precondition, MustExist{}),
                  act("scope.delete", scope->id.text()));
  Result<std::uint64_t> gone = co_await apply(call, std::move(change));
  if (!gone) co_return Fail(std::move(gone).error());
  co_return domain::Done{};
}

}  // namespace berth::management
