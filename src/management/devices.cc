// Devices: the identities at the hubs, as operators see them.
#include "management/authorise.h"
#include "management/changes.h"
#include "management/device_view.h"
#include "management/keys.h"
#include "management/lookup.h"
#include "management/use_cases.h"
#include "management/validation.h"

#include <fmt/format.h>

namespace berth::management {

using domain::Device;

std::string device_target(const Device& device) {
  return fmt::format("{}/{}", device.hub.text(), device.id.text());
}

Error no_keys(const Device& device) {
  if (device.password) {
    return {ErrorKind::kNotFound,
            fmt::format("device '{}' has a password, and no symmetric keys", device.id.text()),
            "passwords are kept one-way: let it register again to get another one"};
  }
  return {ErrorKind::kNotFound, fmt::format("device '{}' has no symmetric keys", device.id.text()),
          "give it keys: berth device update " + device.id.text() + " --primary-key KEY"};
}

Task<Answer> show_device(const Call& call, Device device) {
  Result<std::optional<hub::ConnectionRecord>> record =
      co_await call.ports.hub.connection(device.hub, device.id);
  if (!record) co_return Fail(std::move(record).error());
  domain::DeviceView view{std::move(device), std::nullopt};
  if (*record) {
    hub::ConnectionRecord& known = **record;
    view.connection = domain::DeviceConnection{known.connected,          known.changed_at,
                                               std::move(known.dialect), std::move(known.transport),
                                               std::move(known.source),  std::move(known.node)};
  }
  co_return view;
}

Task<Answer> run(const Call& call, domain::GetDevice command) {
  Result<Device> found = co_await find_device(call, std::move(command.hub), std::move(command.id));
  if (!found) co_return Fail(std::move(found).error());
  Answer shown = co_await show_device(call, *std::move(found));
  co_return shown;
}

Task<Answer> run(const Call& call, domain::GetDeviceKeys command) {
  Result<Device> found = co_await find_device(call, std::move(command.hub), std::move(command.id));
  if (!found) co_return Fail(std::move(found).error());
  if (!found->keys) co_return Fail(no_keys(*found));
  const std::string context = domain::device_key_context(found->hub, found->id);
  BERTH_CO_TRY(domain::Keys keys, open_keys(call.ports, *found->keys, context));
  Act act{"device.keys.show", found->scope.text(), device_target(*found)};
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
