// The state of the server, and what an operator should mend.
#include "domain/mend.h"
#include "management/use_cases.h"

#include <fmt/format.h>

namespace berth::management {
namespace {

constexpr std::uint32_t kScopesInspected = 50;

Task<Result<std::vector<domain::Scope>>> inspected_scopes(const Call& call) {
  std::vector<domain::Scope> scopes;
  if (call.actor.scope) {
    Result<domain::Scope> own = co_await call.ports.catalog.get_scope(call.actor.scope->text());
    if (!own) co_return Fail(std::move(own).error());
    scopes.push_back(*std::move(own));
    co_return scopes;
  }
  domain::Page page;
  page.limit = kScopesInspected;
  Result<domain::Listing<domain::Scope>> list =
      co_await call.ports.catalog.list_scopes(std::move(page));
  if (!list) co_return Fail(std::move(list).error());
  co_return std::move(list->items);
}

}  // namespace

Task<Answer> run(const Call& call, domain::GetServerStatus) {
  Result<domain::ServerStatus> status = co_await call.ports.catalog.status();
  if (!status) co_return Fail(std::move(status).error());
  status->version = call.ports.settings.version;
  status->started_at = call.ports.settings.started_at;
  status->now = call.ports.clock.wall();

  Result<std::vector<domain::Scope>> scopes = co_await inspected_scopes(call);
  if (!scopes) co_return Fail(std::move(scopes).error());
  std::uint64_t link_count = 0;
  for (const domain::Scope& scope : *scopes) {
    const std::string& id = scope.id.text();
    Result<domain::Listing<domain::HubLink>> links = co_await call.ports.catalog.list_hub_links(id);
    if (!links) co_return Fail(std::move(links).error());
    link_count += links->items.size();
    if (links->items.empty()) {
      status->warnings.push_back(
          fmt::format("scope {} has no linked hub, so no device can be assigned: {}", id,
                      domain::mend::link_hub(id, "NAME")));
    }
    if (!scope.enabled) {
      status->warnings.push_back(
          fmt::format("scope {} is disabled, so all its devices are refused: {}", id,
                      domain::mend::enable_scope(id)));
    }
  }
  if (call.actor.scope) {
    status->scope_count = 1;
    status->hub_count = link_count;
  } else if (scopes->empty()) {
    status->warnings.push_back("there is no scope: berth scope create");
  }
  co_return *std::move(status);
}

}  // namespace berth::management
