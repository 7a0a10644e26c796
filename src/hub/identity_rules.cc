#include "hub/identity_rules.h"

#include "base/codec.h"
#include "hub/callers.h"
#include "hub/identity_requests.h"
#include "hub/json_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace berth::hub {
namespace {

using List = std::optional<std::vector<std::string>>;

Result<void, Rejection> check_name(const std::string& name) {
  const bool good =
      name.size() <= kDisplayNameBytesMax && base::is_utf8(name) && base::printable(name) == name;
  if (good) return {};
  return Fail(invalid_request(
      fmt::format("a name of at most {} bytes of printable text", kDisplayNameBytesMax), name));
}

Result<void, Rejection> check_list(const List& list) {
  if (!list) return {};
  if (list->size() > domain::kPermittedMax) {
    return Fail(invalid_request(fmt::format("lists of at most {} ids", domain::kPermittedMax),
                                fmt::format("one of {}", list->size())));
  }
  for (const std::string& each : *list) {
    Result<domain::DeviceId> id = domain::DeviceId::parse(each);
    if (!id) return Fail(invalid_request("ids of devices", id.error().what));
  }
  return {};
}

Result<void, Rejection> check_kept_json(const std::string& text) {
  if (text.empty()) return {};
  Result<void> json = check_json(text, kKeptJsonBytesMax);
  if (json) return {};
  return Fail(invalid_request(fmt::format("JSON of at most {} bytes", kKeptJsonBytesMax),
                              json.error().what));
}

Result<void, Rejection> check_password(const Secret& password) {
  bool printable = true;
  for (const char c : password.text()) {
    printable = printable && c >= 0x20 && c <= 0x7e && c != '"' && c != '\\';
  }
  const bool fits = password.size() >= kPasswordBytesMin && password.size() <= kPasswordBytesMax;
  if (printable && fits) return {};
  return Fail(invalid_request(
      fmt::format("a password of {}..{} printable characters without quotes and backslashes",
                  kPasswordBytesMin, kPasswordBytesMax),
      "another password"));
}

bool can_register_again(const Identity& identity) {
  return identity.registration.has_value() && identity.device.password.has_value();
}

void make_void(domain::DevicePassword& password, TimePoint now) {
  if (password.digest.empty()) return;
  password.retired.emplace(password.retired.begin(), std::move(password.digest), now);
  password.digest.clear();
  if (password.retired.size() > domain::kRetiredKeysMax) {
    password.retired.resize(domain::kRetiredKeysMax);
  }
}

Result<void, Rejection> set_status(Edited& edited, domain::DeviceStatus status, TimePoint now) {
  domain::Device& device = edited.identity.device;
  switch (status) {
    case domain::DeviceStatus::kOk:
      device.enabled = true;
      return {};
    case domain::DeviceStatus::kDisabled:
      device.enabled = false;
      return {};
    case domain::DeviceStatus::kMustRegister:
      break;
  }
  if (!can_register_again(edited.identity)) {
    return Fail(invalid_request("a device that has registered", "one that was made"));
  }
  make_void(*device.password, now);
  edited.identity.registration->reset = true;
  edited.resets = true;
  return {};
}

bool same(const domain::Device& a, const domain::Device& b) {
  return a.display_name == b.display_name && a.enabled == b.enabled &&
         a.permissions == b.permissions && a.property_links == b.property_links &&
         a.password.has_value() == b.password.has_value() &&
         (!a.password || a.password->digest == b.password->digest);
}

}  // namespace

domain::DeviceStatus status_of(const Identity& identity) {
  const domain::Device& device = identity.device;
  if (!device.enabled) return domain::DeviceStatus::kDisabled;
  const bool reset = identity.registration && identity.registration->reset;
  const bool lost = can_register_again(identity) && device.password->digest.empty();
  return reset || lost ? domain::DeviceStatus::kMustRegister : domain::DeviceStatus::kOk;
}

Result<void, Rejection> check_edit(const domain::EditIdentity& edit) {
  Result<void, Rejection> valid;
  if (edit.display_name) valid = check_name(*edit.display_name);
  if (valid && edit.reads) valid = check_list(*edit.reads);
  if (valid && edit.writes) valid = check_list(*edit.writes);
  if (valid && edit.more_permissions) valid = check_kept_json(*edit.more_permissions);
  if (valid && edit.property_links) valid = check_kept_json(*edit.property_links);
  return valid;
}

Result<void, Rejection> check_prototype(const domain::CreatePrototype& request) {
  Result<void, Rejection> valid = check_name(request.display_name);
  if (valid && !request.serial.empty()) {
    Result<domain::MemberName> serial = domain::MemberName::parse(request.serial);
    if (!serial) valid = Fail(invalid_request("a serial number", serial.error().what));
  }
  if (valid && request.password) valid = check_password(*request.password);
  if (valid) valid = check_list(request.permissions.reads);
  if (valid) valid = check_list(request.permissions.writes);
  if (valid) valid = check_kept_json(request.permissions.more);
  if (valid) valid = check_kept_json(request.property_links);
  return valid;
}

Result<Edited, Rejection> apply_edit(const Identity& current, const domain::EditIdentity& edit,
                                     TimePoint now) {
  Edited edited{current, false, false};
  domain::Device& device = edited.identity.device;
  if (edit.display_name) device.display_name = *edit.display_name;
  if (edit.reads) device.permissions.reads = *edit.reads;
  if (edit.writes) device.permissions.writes = *edit.writes;
  if (edit.control) device.permissions.control = *edit.control;
  if (edit.more_permissions) device.permissions.more = *edit.more_permissions;
  if (edit.property_links) device.property_links = *edit.property_links;
  if (edit.status) {
    Result<void, Rejection> set = set_status(edited, *edit.status, now);
    if (!set) return Fail(std::move(set).error());
  }
  edited.changed = edited.resets || !same(device, current.device);
  device.updated_at = now;
  return edited;
}

}  // namespace berth::hub
