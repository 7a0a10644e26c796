// The state of the server, and what an operator should mend.
#include "domain/mend.h"
#include "management/use_cases.h"

#include <fmt/format.h>

#include <map>

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

// Hubs made before hosts had to differ, or by two operators in the same instant.
Task<Result<std::vector<std::string>>> shared_hosts(const Call& call) {
  std::vector<std::string> warnings;
  std::map<std::string, std::string> hub_of_host;
  domain::Page page;
  do {
    page.limit = call.ports.settings.page_limit_max;
    Result<domain::Listing<domain::Hub>> hubs = co_await call.ports.catalog.list_hubs(page);
    if (!hubs) co_return Fail(std::move(hubs).error());
    for (const domain::Hub& hub : hubs->items) {
      const auto [first, is_new] = hub_of_host.emplace(hub.host, hub.name.text());
      if (is_new) continue;
      warnings.push_back(fmt::format(
          "hubs {} and {} have the same host {}, so devices cannot tell them apart: make another "
          "hub with a host of its own and delete one of these",
          first->second, hub.name.text(), hub.host));
    }
    page.cursor = hubs->next_cursor;
  } while (!page.cursor.empty());
  co_return warnings;
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
    co_return *std::move(status);
  }
  if (scopes->empty()) status->warnings.push_back("there is no scope: berth scope create");
  Result<std::vector<std::string>> shared = co_await shared_hosts(call);
  if (!shared) co_return Fail(std::move(shared).error());
  status->warnings.insert(status->warnings.end(), shared->begin(), shared->end());
  co_return *std::move(status);
}

}  // namespace berth::management
