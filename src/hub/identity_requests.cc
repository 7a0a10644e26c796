#include "hub/identity_requests.h"

#include "base/codec.h"
#include "hub/core.h"
#include "hub/identity_rules.h"
#include "hub/properties.h"

#include <fmt/format.h>

#include <utility>

namespace berth::hub {
namespace {

using domain::Reason;
using domain::Step;

DeviceKey key_of(const domain::Device& device) { return {device.hub, device.id}; }

// Its connection, if it has one, is looked at again.
void changed(Core& core, const DeviceKey& key) {
  const std::shared_ptr<Connection> connection = core.directory.reach(key);
  if (connection) core.to_look_at.add(connection);
}

domain::AuditRecord audit(const Core& core, const Caller& caller, std::string action,
                          const domain::Device& device) {
  domain::AuditRecord record;
  record.at = core.ports.clock.wall();
  record.actor = caller.actor();
  record.source = caller.source;
  record.action = std::move(action);
  record.scope = caller.scope.text();
  record.target = fmt::format("{}/{}", device.hub.text(), device.id.text());
  record.detail = "{}";
  return record;
}

bool edits_identity(const domain::EditIdentity& edit) {
  return edit.display_name || edit.status || edit.reads || edit.writes || edit.control ||
         edit.more_permissions || edit.property_links;
}

// False: the identity changed meanwhile, decide again.
Task<Result<bool, Rejection>> put_edit(std::shared_ptr<Core> core, const Caller& caller,
                                       const Identity& current, const domain::EditIdentity& edit) {
  Result<Edited, Rejection> edited = apply_edit(current, edit, core->ports.clock.wall());
  if (!edited) co_return Fail(std::move(edited).error());
  if (!edited->changed) co_return true;
  const DeviceKey key = key_of(current.device);
  auto write = std::make_unique<IdentityWrite>();
  write->device = std::move(edited->identity.device);
  write->expected_version = current.device.version;
  write->resets = edited->resets;
  write->audit =
      audit(*core, caller, edited->resets ? "device.reset" : "device.update", current.device);
  Result<std::uint64_t> version = co_await core->ports.identities.put(std::move(write));
  if (version) {
    changed(*core, key);
    co_return true;
  }
  if (version.error().kind == ErrorKind::kConflict) co_return false;
  co_return Fail(store_trouble(Step::kRecord, version.error()));
}

Rejection changes_too_often() {
  return {Step::kRecord, Reason::kStoreUnavailable, "an identity that stays as it is",
          "one that changed again and again", std::chrono::seconds(1)};
}

// The controller that gives up control.
Task<Result<Identity, Rejection>> find_controller(std::shared_ptr<Core> core, const Caller& caller,
                                                  std::string controller) {
  const bool own = controller.empty() || controller == caller.publisher;
  if (!caller.is_account() && !own) {
    co_return Fail(not_permitted(caller, controller, Verdict::kPermissionMissing));
  }
  Result<Identity, Rejection> found =
      co_await reach(core, caller, std::move(controller), Access::kWrite);
  if (!found) co_return found;
  if (found->device.role == domain::DeviceRole::kController) co_return found;
  co_return Fail(not_permitted(caller, found->device.id.text(), Verdict::kPermissionMissing));
}

// True: removed. False: there is none, or the caller may not.
Task<Result<bool, Rejection>> remove_one(std::shared_ptr<Core> core, const Caller& caller,
                                         const Identity& identity) {
  const DeviceKey key = key_of(identity.device);
  IdentityRemoval removal{key.hub, key.device,
                          audit(*core, caller, "device.delete", identity.device)};
  Result<bool> removed = co_await core->ports.identities.remove(std::move(removal));
  if (!removed) co_return Fail(store_trouble(Step::kRecord, removed.error()));
  if (*removed) changed(*core, key);
  co_return *removed;
}

Task<Result<domain::HubName, Rejection>> hub_for(std::shared_ptr<Core> core, const Caller& caller) {
  if (caller.identity) co_return caller.device().hub;
  Result<std::vector<domain::HubName>> hubs = co_await core->ports.identities.hubs_of(caller.scope);
  if (!hubs) co_return Fail(store_trouble(Step::kAllocate, hubs.error()));
  if (!hubs->empty()) co_return hubs->front();
  co_return Fail(
      Rejection{Step::kAllocate, Reason::kNoHub, "a hub that is linked to the scope", "none", {}});
}

domain::Device prototype_of(Core& core, const Caller& caller, domain::HubName hub,
                            domain::CreatePrototype& request) {
  domain::Device device;
  device.hub = std::move(hub);
  const std::string id = core.ports.rng.hex(domain::kObjectIdSize / 2);
  device.id = domain::DeviceId::trusted(std::string(kPrototypePrefix) + id);
  device.scope = caller.scope;
  device.display_name = std::move(request.display_name);
  device.role = domain::DeviceRole::kPrototype;
  device.serial = request.serial.empty() ? core.ports.rng.hex(8) : std::move(request.serial);
  device.permissions = std::move(request.permissions);
  device.property_links = std::move(request.property_links);
  device.password.emplace();
  if (request.password) {
    device.password = core.ports.authenticator.keep_password(device.id, *request.password);
  }
  device.created_at = core.ports.clock.wall();
  device.updated_at = device.created_at;
  return device;
}

}  // namespace

Task<Answer> describe_device(std::shared_ptr<Core> core, const Caller& caller,
                             domain::DescribeDevice request) {
  Result<Identity, Rejection> target =
      co_await reach(core, caller, std::move(request.device), Access::kRead);
  if (!target) co_return Fail(std::move(target).error());
  Result<domain::PropertiesRead, Rejection> properties =
      co_await properties_of_device(core, key_of(target->device));
  if (!properties) co_return Fail(std::move(properties).error());
  domain::IdentityDescribed described;
  described.status = status_of(*target);
  const std::optional<domain::Registration>& registration = target->registration;
  if (registration && registration->member) described.member = registration->member->text();
  described.properties = *std::move(properties);
  described.device = std::move(target->device);
  described.device.password.reset();  // nobody's affair
  described.device.keys.reset();
  co_return described;
}

Task<Answer> edit_identity(std::shared_ptr<Core> core, const Caller& caller,
                           domain::EditIdentity request) {
  Result<void, Rejection> valid = check_edit(request);
  if (!valid) co_return Fail(std::move(valid).error());
  Result<Identity, Rejection> target = co_await reach(core, caller, request.device, Access::kWrite);
  if (!target) co_return Fail(std::move(target).error());
  if (!caller.is_account()) {
    const Verdict verdict = may_edit(request, caller.device(), target->device);
    if (verdict != Verdict::kAllowed) {
      co_return Fail(not_permitted(caller, target->device.id.text(), verdict));
    }
  }
  if (!request.properties.empty()) {
    Result<void, Rejection> written = co_await write_properties_of(
        core, key_of(target->device), std::move(request.properties), false);
    if (!written) co_return Fail(std::move(written).error());
  }
  if (!edits_identity(request)) co_return domain::HubDone();
  for (int round = 0; round < kRoundsMax; ++round) {
    Result<std::optional<Identity>> now = co_await core->ports.identities.find(target->device.id);
    if (!now) co_return Fail(store_trouble(Step::kRecord, now.error()));
    if (!*now) break;
    Result<bool, Rejection> put = co_await put_edit(core, caller, **now, request);
    if (!put) co_return Fail(std::move(put).error());
    if (*put) co_return domain::HubDone();
  }
  co_return Fail(changes_too_often());
}

Task<Answer> release_control(std::shared_ptr<Core> core, const Caller& caller,
                             domain::ReleaseControl request) {
  Result<Identity, Rejection> controller =
      co_await find_controller(core, caller, std::move(request.controller));
  if (!controller) co_return Fail(std::move(controller).error());
  std::vector<domain::DeviceId> devices;
  for (const std::string& each : request.devices) {
    Result<domain::DeviceId> id = domain::DeviceId::parse(each);
    if (!id) co_return Fail(invalid_request("ids of devices", id.error().what));
    devices.push_back(*std::move(id));
  }
  domain::AuditRecord record = audit(*core, caller, "control.release", controller->device);
  Result<std::uint64_t> released = co_await core->ports.identities.release(
      controller->device.hub, controller->device.id, std::move(devices), std::move(record));
  if (!released) co_return Fail(store_trouble(Step::kRecord, released.error()));
  co_return domain::Counted{*released};
}

Task<Answer> remove_identities(std::shared_ptr<Core> core, const Caller& caller,
                               domain::RemoveIdentities request) {
  std::vector<std::string>& devices = request.devices;
  if (devices.size() > domain::kRecordsPerRequestMax) {
    co_return Fail(invalid_request(fmt::format("at most {} ids", domain::kRecordsPerRequestMax),
                                   fmt::format("{}", devices.size())));
  }
  if (devices.empty() && caller.is_account()) {
    co_return Fail(invalid_request("ids of devices", "none, and an account is no device"));
  }
  if (devices.empty()) devices.emplace_back();
  domain::Counted counted;
  std::optional<Rejection> refused;
  for (const std::string& each : devices) {
    const bool own = each.empty() || each == caller.publisher;
    if (!caller.is_account() && !own) {
      refused = not_permitted(caller, each, Verdict::kPermissionMissing);
      continue;
    }
    Result<Identity, Rejection> target = co_await reach(core, caller, each, Access::kWrite);
    if (!target && target.error().reason == Reason::kStoreUnavailable) {
      co_return Fail(std::move(target).error());
    }
    if (!target) refused = std::move(target).error();
    if (!target) continue;
    Result<bool, Rejection> removed = co_await remove_one(core, caller, *target);
    if (!removed) co_return Fail(std::move(removed).error());
    if (*removed) ++counted.count;
  }
  const bool none_allowed = counted.count == 0 && refused && !caller.is_account();
  if (none_allowed) co_return Fail(*std::move(refused));
  co_return counted;
}

Task<Answer> create_prototype(std::shared_ptr<Core> core, const Caller& caller,
                              domain::CreatePrototype request) {
  if (!caller.account) {
    co_return Fail(not_permitted(caller, caller.publisher, Verdict::kPermissionMissing));
  }
  Result<void, Rejection> valid = check_prototype(request);
  if (!valid) co_return Fail(std::move(valid).error());
  Result<std::string, Rejection> properties =
      first_properties(request.properties, core->ports.clock.wall());
  if (!properties) co_return Fail(std::move(properties).error());
  Result<domain::HubName, Rejection> hub = co_await hub_for(core, caller);
  if (!hub) co_return Fail(std::move(hub).error());
  domain::PrototypeCreated created;
  created.password = request.password;
  auto write = std::make_unique<IdentityWrite>();
  write->device = prototype_of(*core, caller, *std::move(hub), request);
  write->device.first_reported = *std::move(properties);
  write->audit = audit(*core, caller, "device.create", write->device);
  created.device = write->device.id;
  const std::string serial = write->device.serial;
  Result<std::uint64_t> version = co_await core->ports.identities.put(std::move(write));
  if (version) co_return created;
  if (version.error().kind != ErrorKind::kConflict) {
    co_return Fail(store_trouble(Step::kRecord, version.error()));
  }
  co_return Fail(Rejection{Step::kRecord,
                           Reason::kOwnedByOther,
                           "a serial number that no other prototype of the scope has",
                           fmt::format("'{}'", base::printable(serial, 64)),
                           {}});
}

}  // namespace berth::hub
