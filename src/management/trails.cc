// Trails and audit: what devices tried, and what operators did.
#include "domain/mend.h"
#include "management/authorise.h"
#include "management/use_cases.h"
#include "management/validation.h"

#include <fmt/format.h>

namespace berth::management {

Task<Answer> run(const Call& call, domain::GetTrail command) {
  Result<domain::Trail> found = co_await call.ports.catalog.get_trail(command.id);
  if (!found && found.error().kind != ErrorKind::kNotFound) {
    co_return Fail(std::move(found).error());
  }
  if (!found || !may_see(call.actor, found->scope)) {
    co_return Fail(ErrorKind::kNotFound,
                   fmt::format("there is no trail '{}'", base::printable(command.id, 64)),
                   "old trails are dropped; see: " + domain::mend::list_trails());
  }
  co_return *std::move(found);
}

Task<Answer> run(const Call& call, domain::ListTrails command) {
  BERTH_CO_TRY(command.page, checked_page(std::move(command.page), call.ports.settings));
  BERTH_CO_TRY(command.scope, narrowed_scope(call.actor, std::move(command.scope)));
  Result<domain::Listing<domain::Trail>> list =
      co_await call.ports.catalog.list_trails(std::move(command));
  if (!list) co_return Fail(std::move(list).error());
  co_return *std::move(list);
}

Task<Answer> run(const Call& call, domain::ListAudit command) {
  BERTH_CO_TRY(domain::Page page, checked_page(std::move(command.page), call.ports.settings));
  BERTH_CO_TRY(std::string scope, narrowed_scope(call.actor, std::move(command.scope)));
  Result<domain::Listing<domain::AuditRecord>> list =
      co_await call.ports.catalog.list_audit(std::move(scope), std::move(page));
  if (!list) co_return Fail(std::move(list).error());
  co_return *std::move(list);
}

}  // namespace berth::management
