// Devices: the identities at the hubs, as operators see them.
#include "management/authorise.h"
#include "management/changes.h"
#include "management/lookup.h"
#include "management/use_cases.h"
#include "management/validation.h"

#include <fmt/format.h>

namespace berth::management {

using domain::Device;

Task<Answer> run(const Call& call, domain::GetDevice command) {
  Result<Device> found = co_await find_device(call, std::move(command.hub), std::move(command.id));
  if (!found) co_return Fail(std::move(found).error());
  co_return *std::move(found);
}

Task<Answer> run(const Call& call, domain::GetDeviceKeys command) {
  Result<Device> found = co_await find_device(call, std::move(command.hub), std::move(command.id));
  if (!found) co_return Fail(std::move(found).error());
  if (!found->keys) {
    co_return Fail(ErrorKind::kNotFound,
                   fmt::format("device '{}' has no symmetric keys", found->id.text()));
  }
  const std::string context = domain::device_key_context(found->hub, found->id);
  domain::Keys keys;
  BERTH_CO_TRY(keys.primary, call.ports.vault.open(found->keys->primary, context));
  BERTH_CO_TRY(keys.secondary, call.ports.vault.open(found->keys->secondary, context));
  Act act{"device.keys.show", found->scope.text(),
          fmt::format("{}/{}", found->hub.text(), found->id.text())};
  domain::AuditRecord audit = audit_record(call, std::move(act));
  Result<void> remembered = co_await call.ports.catalog.append_audit(std::move(audit));
  if (!remembered) co_return Fail(std::move(remembered).error());
  co_return keys;
}

Task<Answer> run(const Call& call, domain::ListDevices command) {
  BERTH_CO_TRY(domain::Page page, checked_page(std::move(command.page), call.ports.settings));
  Result<domain::Hub> hub = co_await find_hub(call, std::move(command.hub));
  if (!hub) co_return Fail(std::move(hub).error());
  Result<domain::Listing<Device>> list =
      co_await call.ports.catalog.list_devices(hub->name.text(), std::move(page));
  if (!list) co_return Fail(std::move(list).error());
  // A hub may serve several scopes: a limited token gets shorter pages, never other scopes'
  // devices.
  std::erase_if(list->items,
                [&](const Device& each) { return !may_see(call.actor, each.scope.text()); });
  co_return *std::move(list);
}

}  // namespace berth::management
