// Hubs: the places devices connect to.
#include "management/authorise.h"
#include "management/changes.h"
#include "management/hub_policies.h"
#include "management/lookup.h"
#include "management/use_cases.h"
#include "management/validation.h"

#include <fmt/format.h>

namespace berth::management {
namespace {

using domain::Hub;
using domain::HubName;

Act act(std::string_view action, const std::string& name, std::string detail = "{}") {
  return {action, "", name, std::move(detail)};
}

}  // namespace

// Devices tell several hubs of one server apart by their host names. Two operators who make hubs of
// one host in the same instant may both succeed; the status then warns.
static Task<Result<void>> check_host_is_free(const Call& call, std::string host, bool was_given) {
  Result<std::optional<Hub>> holder = co_await find_hub_by_host(call, host);
  if (!holder) co_return Fail(std::move(holder).error());
  if (!*holder) co_return Result<void>();
  const std::string& name = (*holder)->name.text();
  if (was_given) {
    co_return Fail(ErrorKind::kConflict, fmt::format("hub '{}' has the host {}", name, host),
                   "give another one: devices tell hubs apart by their host names");
  }
  co_return Fail(ErrorKind::kConflict,
                 fmt::format("the server's own host {} is that of hub '{}'", host, name),
                 fmt::format("name another one that leads here, such as --host hub-2.{}: devices "
                             "tell hubs apart by their host names",
                             host));
}

Task<Answer> run(const Call& call, domain::CreateHub command) {
  Hub hub;
  if (!command.edit.name) {
    co_return Fail(ErrorKind::kInvalid, "name is missing", "give the hub a name such as hub-2");
  }
  BERTH_CO_TRY(hub.name, HubName::parse(*command.edit.name));
  BERTH_CO_TRY(hub.host, host_name("host", command.edit.host.value_or("")));
  const bool was_given = !hub.host.empty();
  if (!was_given) hub.host = call.ports.settings.server_host;
  BERTH_CO_TRY(hub.display_name,
               display_name(command.edit.display_name.value_or(""), hub.name.text()));
  Result<void> free = co_await check_host_is_free(call, hub.host, was_given);
  if (!free) co_return Fail(std::move(free).error());
  add_default_policies(call.ports, hub);
  hub.created_at = hub.updated_at = call.ports.clock.wall();
  Differences made;
  made.note("host", "", hub.host);
  auto change = make_change(call, PutHub{hub}, MustNotExist{},
                            act("hub.create", hub.name.text(), made.text()));
  Result<std::uint64_t> version = co_await apply(call, std::move(change));
  if (!version) co_return Fail(std::move(version).error());
  hub.version = *version;
  call.ports.hub.hubs_changed();
  co_return hub;
}

Task<Answer> run(const Call& call, domain::GetHub command) {
  Result<Hub> hub = co_await find_hub(call, std::move(command.name));
  if (!hub) co_return Fail(std::move(hub).error());
  co_return *std::move(hub);
}

// A token limited to a scope sees the hubs linked to it, which are few.
static Task<Answer> list_linked(const Call& call, std::string scope) {
  Result<domain::Listing<domain::HubLink>> links =
      co_await call.ports.catalog.list_hub_links(std::move(scope));
  if (!links) co_return Fail(std::move(links).error());
  domain::Listing<Hub> hubs;
  for (const domain::HubLink& link : links->items) {
    Result<Hub> hub = co_await call.ports.catalog.get_hub(link.hub.text());
    if (!hub) co_return Fail(std::move(hub).error());
    hubs.items.push_back(*std::move(hub));
  }
  co_return hubs;
}

Task<Answer> run(const Call& call, domain::ListHubs command) {
  BERTH_CO_TRY(domain::Page page, checked_page(std::move(command.page), call.ports.settings));
  if (call.actor.scope) {
    Answer linked = co_await list_linked(call, call.actor.scope->text());
    co_return linked;
  }
  Result<domain::Listing<Hub>> list = co_await call.ports.catalog.list_hubs(std::move(page));
  if (!list) co_return Fail(std::move(list).error());
  co_return *std::move(list);
}

Task<Answer> run(const Call& call, domain::UpdateHub command) {
  if (command.edit.host) {
    co_return Fail(ErrorKind::kInvalid, "the host of a hub cannot be changed: devices know it",
                   "make another hub and link it instead");
  }
  for (int attempt = 1;; ++attempt) {
    Result<Hub> hub = co_await find_hub(call, command.name);
    if (!hub) co_return Fail(std::move(hub).error());
    Result<void> current = check_version(command.precondition, hub->version);
    if (!current) co_return Fail(std::move(current).error());
    BERTH_CO_TRY(std::string name,
                 display_name(command.edit.display_name.value_or(""), hub->name.text()));
    Differences changed;
    if (command.edit.display_name) changed.set("displayName", hub->display_name, std::move(name));
    if (changed.empty()) co_return *std::move(hub);
    hub->updated_at = call.ports.clock.wall();
    auto change = make_change(call, PutHub{*hub}, MustBeVersion{hub->version},
                              act("hub.update", hub->name.text(), changed.text()));
    Result<std::uint64_t> version = co_await apply(call, std::move(change));
    if (version) {
      hub->version = *version;
      call.ports.hub.hubs_changed();
      co_return *std::move(hub);
    }
    if (!may_retry(version.error(), command.precondition, attempt)) {
      co_return Fail(std::move(version).error());
    }
  }
}

Task<Answer> run(const Call& call, domain::DeleteHub command) {
  Result<Hub> hub = co_await find_hub(call, std::move(command.name));
  if (!hub) co_return Fail(std::move(hub).error());
  auto change = make_change(call, RemoveHub{hub->name}, expected(command.precondition, MustExist{}),
                            act("hub.delete", hub->name.text()));
  Result<std::uint64_t> gone = co_await apply(call, std::move(change));
  if (!gone) co_return Fail(std::move(gone).error());
  call.ports.hub.hubs_changed();
  co_return domain::Done{};
}

}  // namespace berth::management
