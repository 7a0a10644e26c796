#include "management/first_start.h"

#include "base/log.h"
#include "management/changes.h"
#include "management/hub_policies.h"
#include "management/token_check.h"

#include <span>

namespace berth::management {
namespace {

constexpr std::string_view kFirstHub = "hub-1";
constexpr std::string_view kCreateScope = "scope.create";
constexpr std::string_view kServer = "server";

std::unique_ptr<Change> server_change(const Means& ports, Write what, Act act,
                                      Expectation expectation = MustNotExist{}) {
  auto change = std::make_unique<Change>();
  change->what = std::move(what);
  change->expectation = expectation;
  change->audit.at = ports.clock.wall();
  change->audit.actor = std::string(kServer);
  change->audit.action = std::string(act.action);
  change->audit.scope = std::move(act.scope);
  change->audit.target = std::move(act.target);
  change->audit.detail = std::move(act.detail);
  return change;
}

// Another replica, or the start before this one, may have been here: that is no failure.
Task<Result<void>> ensure(const Means& ports, std::unique_ptr<Change> change) {
  Result<std::uint64_t> version = co_await ports.catalog.apply(std::move(change));
  if (!version && version.error().kind != ErrorKind::kConflict) {
    co_return Fail(std::move(version).error());
  }
  co_return Result<void>();
}

Task<Result<domain::Hub>> first_hub(const Means& ports) {
  domain::Hub hub;
  hub.name = domain::HubName::trusted(std::string(kFirstHub));
  hub.host = ports.settings.server_host;
  hub.display_name = hub.name.text();
  add_default_policies(ports, hub);
  hub.created_at = hub.updated_at = ports.clock.wall();
  auto change = server_change(ports, PutHub{hub}, {"hub.create", "", hub.name.text()});
  Result<void> made = co_await ensure(ports, std::move(change));
  if (!made) co_return Fail(std::move(made).error());
  Result<domain::Hub> stored = co_await ports.catalog.get_hub(hub.name.text());
  co_return stored;
}

// Replicas that start at the same time on the same empty store agree on the id, because they agree
// on the hub; to anybody without the server's key it is random.
domain::ScopeId first_scope_id(const Means& ports, const domain::Hub& hub) {
  const std::string born = base::format_utc(hub.created_at);
  const base::Bytes digest = ports.vault.digest(base::as_bytes(born), "first scope");
  const std::string hex = base::hex_encode(std::span(digest).first(4));
  return domain::ScopeId::trusted("0ne" + base::ascii_upper(hex));
}

Task<Result<void>> link(const Means& ports, domain::ScopeId scope, domain::HubName hub) {
  domain::HubLink link;
  link.scope = std::move(scope);
  link.hub = std::move(hub);
  Act act{"link.set", link.scope.text(), link.hub.text()};
  auto change = server_change(ports, PutHubLink{link}, std::move(act));
  Result<void> made = co_await ensure(ports, std::move(change));
  co_return made;
}

// Whether the only scope is one that a start made and did not live to link.
Task<Result<bool>> is_unfinished(const Means& ports, const std::vector<domain::Scope>& scopes) {
  if (scopes.size() != 1) co_return false;
  domain::Page newest;
  newest.limit = 1;
  Result<domain::Listing<domain::AuditRecord>> last =
      co_await ports.catalog.list_audit(scopes.front().id.text(), std::move(newest));
  if (!last) co_return Fail(std::move(last).error());
  if (last->items.empty()) co_return false;
  const domain::AuditRecord& record = last->items.front();
  co_return record.actor == kServer&& record.action == kCreateScope;
}

}  // namespace

Task<Result<domain::NewToken>> make_first_token(const Means& ports) {
  domain::NewToken made;
  domain::Token& token = made.token;
  token.id = ports.rng.hex(5);
  token.display_name = "first token";
  token.role = domain::Role::kAdmin;
  token.created_at = ports.clock.wall();
  made.secret = make_token_text(token.id, ports.rng);
  token.digest = token_digest(ports.vault, token.id, made.secret.text());
  auto change = server_change(ports, PutToken{token}, {"token.create", "", token.id});
  Result<std::uint64_t> version = co_await ports.catalog.apply(std::move(change));
  if (!version) co_return Fail(std::move(version).error());
  token.version = *version;
  co_return made;
}

Task<Result<void>> make_first_scope(const Means& ports) {
  domain::Page page;
  page.limit = 2;
  Result<domain::Listing<domain::Scope>> scopes =
      co_await ports.catalog.list_scopes(std::move(page));
  if (!scopes) co_return Fail(std::move(scopes).error());
  Result<bool> unfinished = co_await is_unfinished(ports, scopes->items);
  if (!unfinished) co_return Fail(std::move(unfinished).error());
  if (!scopes->items.empty() && !*unfinished) co_return Result<void>();

  Result<domain::Hub> hub = co_await first_hub(ports);
  if (!hub) co_return Fail(std::move(hub).error());
  domain::Scope scope;
  scope.id = *unfinished ? scopes->items.front().id : first_scope_id(ports, *hub);
  if (!*unfinished) {
    scope.display_name = scope.id.text();
    scope.created_at = scope.updated_at = ports.clock.wall();
    Act act{kCreateScope, scope.id.text(), scope.id.text()};
    auto change = server_change(ports, PutScope{scope}, std::move(act));
    Result<void> made = co_await ensure(ports, std::move(change));
    if (!made) co_return Fail(std::move(made).error());
  }
  Result<void> linked = co_await link(ports, scope.id, hub->name);
  ports.hub.hubs_changed();
  co_return linked;
}

// False when another replica changed the hub first: then it is read again.
static Task<Result<bool>> complete(const Means& ports, domain::Hub hub) {
  if (!add_default_policies(ports, hub)) co_return true;
  hub.updated_at = ports.clock.wall();
  Differences added;
  added.note("policies");
  Act act{"hub.update", "", hub.name.text(), added.text()};
  const Expectation unchanged = MustBeVersion{hub.version};
  auto change = server_change(ports, PutHub{hub}, std::move(act), unchanged);
  Result<std::uint64_t> version = co_await ports.catalog.apply(std::move(change));
  if (version) {
    log::info("hub.policies_added", {{"hub", hub.name.text()}});
    co_return true;
  }
  const ErrorKind kind = version.error().kind;
  if (kind == ErrorKind::kNotFound) co_return true;  // deleted meanwhile
  if (kind == ErrorKind::kPreconditionFailed) co_return false;
  co_return Fail(std::move(version).error());
}

static Task<Result<void>> complete_hub(const Means& ports, domain::Hub hub) {
  for (int attempt = 1;; ++attempt) {
    Result<bool> done = co_await complete(ports, hub);
    if (!done) co_return Fail(std::move(done).error());
    if (*done || attempt == kRacesMax) co_return Result<void>();
    Result<domain::Hub> again = co_await ports.catalog.get_hub(hub.name.text());
    if (!again) co_return Fail(std::move(again).error());
    hub = *std::move(again);
  }
}

Task<Result<void>> add_missing_policies(const Means& ports) {
  domain::Page page;
  do {
    page.limit = ports.settings.page_limit_max;
    Result<domain::Listing<domain::Hub>> hubs = co_await ports.catalog.list_hubs(page);
    if (!hubs) co_return Fail(std::move(hubs).error());
    for (const domain::Hub& hub : hubs->items) {
      Result<void> completed = co_await complete_hub(ports, hub);
      if (!completed) co_return Fail(std::move(completed).error());
    }
    page.cursor = hubs->next_cursor;
  } while (!page.cursor.empty());
  ports.hub.hubs_changed();
  co_return Result<void>();
}

}  // namespace berth::management
