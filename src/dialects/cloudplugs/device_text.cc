#include "dialects/cloudplugs/device_text.h"

#include "dialects/cloudplugs/json_in.h"
#include "dialects/cloudplugs/json_out.h"
#include "dialects/cloudplugs/plug_id.h"
#include "dialects/cloudplugs/property_text.h"
#include "domain/json_text.h"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace berth::dialects::cloudplugs {
namespace {

namespace json = boost::json;

constexpr std::array<std::string_view, 5> kMembers = {"name", "status", "perm", "props",
                                                      "prop_links"};
constexpr std::size_t kPropertyLinksBytesMax = 16 * 1024;
constexpr std::size_t kMorePermissionsBytesMax = 16 * 1024;

using Ids = std::optional<std::vector<std::string>>;  // none: all

std::string_view role_word(domain::DeviceRole role) {
  switch (role) {
    case domain::DeviceRole::kDevice:
      return "iot_tg";
    case domain::DeviceRole::kController:
      return "iot_ctrl";
    case domain::DeviceRole::kPrototype:
      return "iot_pt";
  }
  return "iot_tg";
}

std::string_view status_word(domain::DeviceStatus status) {
  switch (status) {
    case domain::DeviceStatus::kOk:
      return "ok";
    case domain::DeviceStatus::kDisabled:
      return "disabled";
    case domain::DeviceStatus::kMustRegister:
      return "reactivate";
  }
  return "ok";
}

std::optional<domain::DeviceStatus> parse_status(std::string_view word) {
  for (const auto status : {domain::DeviceStatus::kOk, domain::DeviceStatus::kDisabled,
                            domain::DeviceStatus::kMustRegister}) {
    if (status_word(status) == word) return status;
  }
  return std::nullopt;
}

std::string_view control_word(domain::ControlAccess control) {
  switch (control) {
    case domain::ControlAccess::kNone:
      return "";
    case domain::ControlAccess::kRead:
      return "r";
    case domain::ControlAccess::kReadWrite:
      return "rw";
  }
  return "";
}

Result<domain::ControlAccess> read_control(const json::value& value) {
  if (value.is_null()) return domain::ControlAccess::kReadWrite;
  if (const json::string* text = value.if_string()) {
    for (const auto control : {domain::ControlAccess::kNone, domain::ControlAccess::kRead,
                               domain::ControlAccess::kReadWrite}) {
      if (control_word(control) == view(*text)) return control;
    }
  }
  return Fail(ErrorKind::kInvalid, "perm/ctrl: expected \"rw\", \"r\", \"\" or null");
}

std::string ids_json(const Ids& ids) { return ids ? text_array(*ids) : "null"; }

std::string permissions_json(const domain::DevicePermissions& permissions) {
  const std::string of = JsonObject()
                             .json("r", ids_json(permissions.reads))
                             .json("w", ids_json(permissions.writes))
                             .take();
  JsonObject perm;
  perm.json("of", of).text("ctrl", control_word(permissions.control));
  const Result<json::object> more =
      permissions.more.empty() ? json::object() : read_object(permissions.more);
  if (!more) return perm.take();
  for (const auto& member : *more) {
    perm.json(view(member.key()), domain::to_json_text(member.value()));
  }
  return perm.take();
}

Result<Ids> read_ids(const json::value& value) {
  if (value.is_null()) return Ids();
  const json::array* array = value.if_array();
  if (array == nullptr || array->size() > domain::kPermittedMax) {
    return Fail(ErrorKind::kInvalid, "perm/of: expected lists of Plug-IDs or null");
  }
  std::vector<std::string> ids;
  for (const json::value& each : *array) {
    const json::string* text = each.if_string();
    std::optional<std::string> id = text == nullptr ? std::nullopt : parse_device_id(view(*text));
    if (!id) return Fail(ErrorKind::kInvalid, "perm/of: expected lists of Plug-IDs or null");
    ids.push_back(*std::move(id));
  }
  return Ids(std::move(ids));
}

// The parts of a `perm` that are there; null lists mean all.
struct PermissionParts {
  std::optional<Ids> reads;
  std::optional<Ids> writes;
  std::optional<domain::ControlAccess> control;
  std::optional<std::string> more;
};

Result<void> read_of(const json::value& of, PermissionParts& parts) {
  if (of.is_null()) {
    parts.reads = Ids();
    parts.writes = Ids();
    return {};
  }
  const json::object* object = of.if_object();
  if (object == nullptr) return Fail(ErrorKind::kInvalid, "perm/of: expected an object or null");
  if (const json::value* reads = object->if_contains("r")) {
    BERTH_TRY(parts.reads, read_ids(*reads));
  }
  if (const json::value* writes = object->if_contains("w")) {
    BERTH_TRY(parts.writes, read_ids(*writes));
  }
  return {};
}

Result<PermissionParts> read_parts(const json::object& perm) {
  PermissionParts parts;
  JsonObject more;
  bool any_more = false;
  for (const auto& member : perm) {
    const std::string_view name = view(member.key());
    if (name == "of") {
      const Result<void> read = read_of(member.value(), parts);
      if (!read) return Fail(read.error());
    } else if (name == "ctrl") {
      BERTH_TRY(parts.control, read_control(member.value()));
    } else {
      more.json(name, domain::to_json_text(member.value()));
      any_more = true;
    }
  }
  if (any_more) parts.more = more.take();
  if (parts.more && parts.more->size() > kMorePermissionsBytesMax) {
    return Fail(ErrorKind::kInvalid, "perm: too large");
  }
  return parts;
}

Result<void> edit_permissions(const json::value& perm, domain::EditIdentity& edit) {
  PermissionParts parts{Ids(), Ids(), domain::ControlAccess::kReadWrite, {}};  // null: all
  if (!perm.is_null()) {
    const json::object* object = perm.if_object();
    if (object == nullptr) return Fail(ErrorKind::kInvalid, "perm: expected an object");
    BERTH_TRY(parts, read_parts(*object));
  }
  edit.reads = std::move(parts.reads);
  edit.writes = std::move(parts.writes);
  edit.control = parts.control;
  edit.more_permissions = std::move(parts.more);
  return {};
}

Result<void> edit_texts(const json::object& object, domain::EditIdentity& edit) {
  std::vector<JsonProblem> problems;
  JsonFields fields(object, kLenient, problems);
  edit.display_name = fields.text("name", {.size_max = kDisplayNameBytesMax});
  edit.status = fields.word("status", parse_status, "ok, disabled or reactivate");
  if (!fields.ok()) return Fail(to_error(problems));
  if (const json::value* links = object.if_contains("prop_links")) {
    edit.property_links = links->is_null() ? "" : domain::to_json_text(*links);
    if (edit.property_links->size() > kPropertyLinksBytesMax) {
      return Fail(ErrorKind::kInvalid, "prop_links: too large");
    }
  }
  return {};
}

Result<domain::DataRequest> read_edit(const std::string& device, const json::object& object) {
  domain::EditIdentity edit;
  edit.device = device;
  const Result<void> texts = edit_texts(object, edit);
  if (!texts) return Fail(texts.error());
  if (const json::value* perm = object.if_contains("perm")) {
    const Result<void> permissions = edit_permissions(*perm, edit);
    if (!permissions) return Fail(permissions.error());
  }
  if (const json::value* props = find(object, "props")) {
    if (!props->is_object()) return Fail(ErrorKind::kInvalid, "props: expected an object");
    BERTH_TRY(edit.properties, read_properties(props->get_object()));
  }
  return edit;
}

Result<domain::DataRequest> merge(const std::string& device, const json::object& object) {
  domain::WriteProperties write;
  write.device = device;
  BERTH_TRY(write.values, read_properties(object));
  return write;
}

}  // namespace

std::string device_json(const domain::IdentityDescribed& described) {
  const domain::Device& device = described.device;
  JsonObject object;
  object.text("id", device.id.text())
      .text("name", device.display_name)
      .text("role", role_word(device.role))
      .text("status", status_word(described.status));
  if (device.group) object.text("model", device.group->text());
  object.text("hwid", described.member.value_or(device.serial))
      .json("perm", permissions_json(device.permissions))
      .json("props", properties_json(described.properties));
  if (!device.property_links.empty()) object.json("prop_links", device.property_links);
  return object.take();
}

Result<domain::DataRequest> read_device_edit(const std::string& device, std::string_view body) {
  BERTH_TRY(const json::object object, read_object(body));
  const bool known = std::any_of(kMembers.begin(), kMembers.end(), [&](std::string_view name) {
    return object.contains({name.data(), name.size()});
  });
  return known ? read_edit(device, object) : merge(device, object);
}

Result<domain::DataRequest> read_property_edit(const std::string& device, std::string_view body) {
  BERTH_TRY(const json::value value, read_json(body));
  if (value.is_null()) return domain::WriteProperties{device, {}, true};
  if (!value.is_object()) {
    return Fail(ErrorKind::kInvalid, "expected an object of properties, or null");
  }
  return merge(device, value.get_object());
}

Result<domain::DevicePermissions> read_permissions(const json::object& perm) {
  BERTH_TRY(PermissionParts parts, read_parts(perm));
  domain::DevicePermissions permissions;
  permissions.reads = std::move(parts.reads).value_or(Ids());
  permissions.writes = std::move(parts.writes).value_or(Ids());
  permissions.control = parts.control.value_or(domain::ControlAccess::kReadWrite);
  permissions.more = std::move(parts.more).value_or("");
  return permissions;
}

}  // namespace berth::dialects::cloudplugs
