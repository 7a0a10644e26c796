// Devices made, changed and deleted by hand. After every change the hub looks at the device's
// connection again.
#include "management/authorise.h"
#include "management/changes.h"
#include "management/device_edit.h"
#include "management/device_membership.h"
#include "management/device_view.h"
#include "management/keys.h"
#include "management/lookup.h"
#include "management/use_cases.h"
#include "management/validation.h"

#include <fmt/format.h>

namespace berth::management {
namespace {

using domain::Device;

Act act(std::string_view action, const Device& device, std::string detail = "{}") {
  return {action, device.scope.text(), device_target(device), std::move(detail)};
}

// The scope that a new device belongs to: the given one, the token's, or the only one there is.
Task<Result<domain::ScopeId>> scope_of(const Call& call, std::string asked) {
  BERTH_CO_TRY(std::string id, narrowed_scope(call.actor, std::move(asked)));
  if (!id.empty()) {
    Result<domain::Scope> scope = co_await find_scope(call, std::move(id));
    if (!scope) co_return Fail(std::move(scope).error());
    co_return scope->id;
  }
  domain::Page two;
  two.limit = 2;
  Result<domain::Listing<domain::Scope>> scopes = co_await call.ports.catalog.list_scopes(two);
  if (!scopes) co_return Fail(std::move(scopes).error());
  if (scopes->items.size() == 1) co_return scopes->items.front().id;
  if (scopes->items.empty()) {
    co_return Fail(ErrorKind::kInvalid, "there is no scope that the device could belong to",
                   "make one: berth scope create");
  }
  co_return Fail(ErrorKind::kInvalid, "scope is missing, and there is more than one",
                 "say which the device belongs to; see: berth scope list");
}

// Writes what was decided; the device as it is then.
Task<Result<Device>> store(const Call& call, PutDevice put, Expectation expectation, Act act) {
  put.record.updated_at = call.ports.clock.wall();
  Device device = put.record;
  auto change = make_change(call, std::move(put), expectation, std::move(act));
  Result<std::uint64_t> version = co_await apply(call, std::move(change));
  if (!version) co_return Fail(std::move(version).error());
  device.version = *version;
  call.ports.hub.identity_changed(device.hub, device.id);
  co_return device;
}

// The device as it is now, if it still has the version that the caller expects.
Task<Result<Device>> current_device(const Call& call, std::string hub, std::string id,
                                    domain::Precondition precondition) {
  Result<Device> found = co_await find_device(call, std::move(hub), std::move(id));
  if (!found) co_return found;
  Result<void> current = check_version(precondition, found->version);
  if (!current) co_return Fail(std::move(current).error());
  co_return found;
}

}  // namespace

Task<Answer> run(const Call& call, domain::CreateDevice command) {
  if (!command.edit.id) {
    co_return Fail(ErrorKind::kInvalid, "id is missing", "give the device an id such as pump-7");
  }
  PutDevice put;
  Device& device = put.record;
  if (!command.edit.group) {
    BERTH_CO_TRY(device.id, domain::DeviceId::parse(*command.edit.id));
  }
  Result<domain::Hub> hub = co_await find_hub(call, std::move(command.hub));
  if (!hub) co_return Fail(std::move(hub).error());
  device.hub = hub->name;
  std::string asked = command.edit.scope.value_or("");
  Result<domain::ScopeId> scope = co_await scope_of(call, std::move(asked));
  if (!scope) co_return Fail(std::move(scope).error());
  device.scope = *std::move(scope);
  if (command.edit.group) {
    Result<void> joined = co_await join_group(call, put, *command.edit.group, *command.edit.id);
    if (!joined) co_return Fail(std::move(joined).error());
  }
  device.display_name = device.id.text();
  BERTH_CO_TRY(Differences made, edit_device(call, device, command.edit));
  if (device.group) made.note("group", "", device.group->text());
  device.created_at = call.ports.clock.wall();
  Act created = act("device.create", device, made.text());
  const Expectation absent = MustNotExist{};
  Result<Device> stored = co_await store(call, std::move(put), absent, std::move(created));
  if (!stored) co_return Fail(std::move(stored).error());
  Answer shown = co_await show_device(call, *std::move(stored));
  co_return shown;
}

Task<Answer> run(const Call& call, domain::UpdateDevice command) {
  for (int attempt = 1;; ++attempt) {
    Result<Device> found =
        co_await current_device(call, command.hub, command.id, command.precondition);
    if (!found) co_return Fail(std::move(found).error());
    BERTH_CO_TRY(const Differences changed, edit_device(call, *found, command.edit));
    if (!changed.empty()) {
      Act updated = act("device.update", *found, changed.text());
      const Expectation unchanged = MustBeVersion{found->version};
      PutDevice put{*std::move(found), std::nullopt};
      found = co_await store(call, std::move(put), unchanged, std::move(updated));
    }
    if (found) {
      Answer shown = co_await show_device(call, *std::move(found));
      co_return shown;
    }
    if (!may_retry(found.error(), command.precondition, attempt)) {
      co_return Fail(std::move(found).error());
    }
  }
}

Task<Answer> run(const Call& call, domain::RegenerateDeviceKey command) {
  for (int attempt = 1;; ++attempt) {
    Result<Device> found =
        co_await current_device(call, command.hub, command.id, command.precondition);
    if (!found) co_return Fail(std::move(found).error());
    if (!found->keys) co_return Fail(no_keys(*found));
    const Secret key = made_up_key(call, *found);
    const std::string context = domain::device_key_context(found->hub, found->id);
    BERTH_CO_TRY(const bool replaced,
                 replace_key(call.ports, *found->keys, command.slot, key, context));
    static_cast<void>(replaced);  // a random key is a new one
    Differences changed;
    changed.note(to_string(command.slot));
    Act regenerated = act("device.keys.regenerate", *found, changed.text());
    const Expectation unchanged = MustBeVersion{found->version};
    PutDevice put{*std::move(found), std::nullopt};
    found = co_await store(call, std::move(put), unchanged, std::move(regenerated));
    if (found) {
      Answer shown = co_await show_device(call, *std::move(found));
      co_return shown;
    }
    if (!may_retry(found.error(), command.precondition, attempt)) {
      co_return Fail(std::move(found).error());
    }
  }
}

Task<Answer> run(const Call& call, domain::DeleteDevice command) {
  Result<Device> found = co_await find_device(call, std::move(command.hub), std::move(command.id));
  if (!found) co_return Fail(std::move(found).error());
  RemoveDevice removal{found->hub, found->id};
  auto change = make_change(call, std::move(removal), expected(command.precondition, MustExist{}),
                            act("device.delete", *found));
  Result<std::uint64_t> gone = co_await apply(call, std::move(change));
  if (!gone) co_return Fail(std::move(gone).error());
  call.ports.hub.identity_changed(found->hub, found->id);
  co_return domain::Done{};
}

}  // namespace berth::management
