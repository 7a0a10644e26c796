#include "provisioning/connection_file.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <utility>

namespace berth::provisioning {
namespace {

using domain::Device;
using domain::DeviceId;
using domain::HubName;

void append(std::vector<Device>& to, std::vector<Device> from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

const domain::Hub* find_hub(const std::vector<domain::Hub>& hubs, const HubName& name,
                            const std::string& host) {
  const auto found = std::find_if(hubs.begin(), hubs.end(), [&](const domain::Hub& each) {
    return name.empty() ? base::equals_ignoring_case(each.host, host) : each.name == name;
  });
  return found == hubs.end() ? nullptr : &*found;
}

Task<std::vector<Device>> find_same_id(RegistrationStore& store, std::vector<domain::Hub> hubs,
                                       HubName not_at, DeviceId id) {
  std::vector<Device> found;
  for (const domain::Hub& each : hubs) {
    if (each.name == not_at) continue;
    Result<std::optional<Device>> device = co_await store.find_device(each.name, id);
    if (device && *device) found.push_back(**std::move(device));
  }
  co_return found;
}

// Those that come after a text which sorts a little before the id (its first half), those with the
// id in lower case, as ids tell upper from lower, and the first ones.
Task<std::vector<Device>> find_same_hub(RegistrationStore& store, ExplainSettings settings,
                                        HubName hub, std::string id) {
  std::vector<Device> found;
  const std::size_t third = settings.devices_read_max / 3;
  const std::string half = id.substr(0, id.size() / 2);
  const std::array<std::string, 3> places = {half, base::ascii_lower(half), std::string()};
  for (const std::string& after : places) {
    Result<std::vector<Device>> some = co_await store.devices_of(hub, after, third);
    if (some) append(found, *std::move(some));
  }
  std::sort(found.begin(), found.end(),
            [](const Device& a, const Device& b) { return a.id.text() < b.id.text(); });
  const auto same = [](const Device& a, const Device& b) { return a.id == b.id; };
  found.erase(std::unique(found.begin(), found.end(), same), found.end());
  std::erase_if(found, [&](const Device& each) { return each.id.text() == id; });
  co_return found;
}

// The scope in which somebody registered under the device's id and got an identity at that hub or
// another.
Task<std::optional<CaseFile>> find_registered(RegistrationStore& store, ExplainSettings settings,
                                              std::vector<domain::Scope> scopes, std::string id) {
  for (const domain::Scope& each : scopes) {
    CaseFile file = co_await gather_scope(store, settings, each.id.text(), id);
    if (file.current && file.current->device_id.text() == id) co_return file;
  }
  co_return std::nullopt;
}

// Its line in the roster of a group whose members have passwords.
Task<std::optional<domain::Member>> find_member(RegistrationStore& store, Device device,
                                                std::optional<domain::Registration> current) {
  const bool listed = device.password && device.group && current && current->member;
  if (!listed) co_return std::nullopt;
  Result<std::unique_ptr<Dossier>> dossier =
      co_await store.open_member_dossier(device.group->key(), current->member->text());
  if (!dossier || !(*dossier)->member) co_return std::nullopt;
  co_return *(*dossier)->member;
}

}  // namespace

Task<ConnectionFile> gather_connection(RegistrationStore& store, ExplainSettings settings,
                                       domain::Claim claim, domain::HubName hub,
                                       std::optional<domain::Device> device) {
  ConnectionFile file;
  const std::string& id = claim.registration_id;
  Result<std::vector<domain::Hub>> hubs = co_await store.all_hubs(settings.hubs_read_max);
  if (hubs) file.hubs = *std::move(hubs);
  const domain::Hub* own = find_hub(file.hubs, hub, claim.host);
  if (own != nullptr) file.hub = *own;
  const HubName here = own == nullptr ? hub : own->name;

  file.device = std::move(device);
  file.same_id = co_await find_same_id(store, file.hubs, here, DeviceId::trusted(id));
  if (!here.empty()) file.same_hub = co_await find_same_hub(store, settings, here, id);

  if (file.device) {
    const std::string registered =
        file.device->registration.empty() ? id : file.device->registration.text();
    const std::string scope = file.device->scope.text();
    file.enrolled = co_await gather_scope(store, settings, scope, registered);
    file.enrolled.member = co_await find_member(store, *file.device, file.enrolled.current);
    co_return file;
  }
  Result<std::vector<domain::Scope>> scopes = co_await store.all_scopes(settings.scopes_read_max);
  if (scopes) file.scopes = *std::move(scopes);
  std::optional<CaseFile> registered = co_await find_registered(store, settings, file.scopes, id);
  if (registered) file.enrolled = *std::move(registered);
  co_return file;
}

}  // namespace berth::provisioning
