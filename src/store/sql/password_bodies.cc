#include "store/sql/password_bodies.h"

namespace berth::store::sql {
namespace {

using domain::ControlAccess;
using domain::DerivationOrder;
using domain::DeviceRole;
using domain::Reissue;

BodyWriter write_password(const domain::DevicePassword& password) {
  BodyArray retired;
  for (const auto& [digest, at] : password.retired) {
    BodyWriter each;
    each.bytes("digest", digest);
    each.time("retired_at", at);
    retired.add(std::move(each));
  }
  BodyWriter body;
  body.bytes("digest", password.digest);
  body.array("retired", std::move(retired));
  return body;
}

domain::DevicePassword read_password(BodyReader& body) {
  domain::DevicePassword password;
  password.digest = body.bytes("digest");
  body.each("retired", [&password](BodyReader& each) {
    password.retired.emplace_back(each.bytes("digest"),
                                  each.time("retired_at").value_or(TimePoint()));
  });
  return password;
}

// An empty list is not the same as none.
void write_list(BodyWriter& body, std::string_view name,
                const std::optional<std::vector<std::string>>& list) {
  if (!list) return;
  BodyArray devices;
  for (const std::string& device : *list) devices.add(device);
  BodyWriter only;
  only.array("only", std::move(devices));
  body.object(name, std::move(only));
}

std::optional<std::vector<std::string>> read_list(BodyReader& body, std::string_view name) {
  std::optional<std::vector<std::string>> list;
  body.within(name, [&list](BodyReader& only) { list = only.texts("only"); });
  return list;
}

BodyWriter write_permissions(const domain::DevicePermissions& permissions) {
  BodyWriter body;
  write_list(body, "reads", permissions.reads);
  write_list(body, "writes", permissions.writes);
  body.text("control", domain::to_string(permissions.control));
  body.text("more", permissions.more);
  return body;
}

domain::DevicePermissions read_permissions(BodyReader& body) {
  domain::DevicePermissions permissions;
  permissions.reads = read_list(body, "reads");
  permissions.writes = read_list(body, "writes");
  permissions.control =
      body.choice("control", domain::parse_control_access, ControlAccess::kReadWrite);
  permissions.more = body.text("more");
  return permissions;
}

}  // namespace

BodyWriter write_member_passwords(const domain::MemberPasswords& passwords) {
  BodyWriter body;
  if (passwords.derivation_secret) {
    body.bytes("derivation_secret", passwords.derivation_secret->bytes);
  }
  body.text("order", domain::to_string(passwords.order));
  body.optional_text("device_prefix", passwords.device_prefix);
  body.text("reissue", domain::to_string(passwords.reissue));
  body.number("guesses_max", passwords.guesses_max);
  body.number("lock_time", passwords.lock_time.count());
  return body;
}

domain::MemberPasswords read_member_passwords(BodyReader& body) {
  domain::MemberPasswords passwords;
  if (body.has("derivation_secret")) {
    passwords.derivation_secret = domain::Sealed{body.bytes("derivation_secret")};
  }
  passwords.order =
      body.choice("order", domain::parse_derivation_order, DerivationOrder::kSecretFirst);
  passwords.device_prefix = body.optional_text("device_prefix").value_or(passwords.device_prefix);
  passwords.reissue = body.choice("reissue", domain::parse_reissue, Reissue::kRefused);
  passwords.guesses_max =
      static_cast<std::uint32_t>(body.number("guesses_max", passwords.guesses_max));
  passwords.lock_time = std::chrono::seconds(body.number("lock_time", passwords.lock_time.count()));
  return passwords;
}

void write_password_device(BodyWriter& body, const domain::Device& device) {
  if (device.password) body.object("password", write_password(*device.password));
  if (device.role != DeviceRole::kDevice) body.text("role", domain::to_string(device.role));
  body.text("serial", device.serial);
  if (device.permissions != domain::DevicePermissions()) {
    body.object("permissions", write_permissions(device.permissions));
  }
  body.text("property_links", device.property_links);
}

void read_password_device(BodyReader& body, domain::Device& device) {
  body.within("password", [&device](BodyReader& each) { device.password = read_password(each); });
  device.role = body.choice("role", domain::parse_device_role, DeviceRole::kDevice);
  device.serial = body.text("serial");
  body.within("permissions",
              [&device](BodyReader& each) { device.permissions = read_permissions(each); });
  device.property_links = body.text("property_links");
}

std::string account_body(const domain::Account& account) {
  BodyWriter body;
  body.text("password", account.argon2id);
  body.flag("enabled", account.enabled);
  return body.finish();
}

Result<domain::Account> read_account(std::string_view text, domain::Account account) {
  BodyReader body(text, "account " + account.id.text());
  account.argon2id = body.text("password");
  account.enabled = body.flag("enabled", true);
  Result<void> done = body.done();
  if (!done) return Fail(std::move(done).error());
  return account;
}

}  // namespace berth::store::sql
