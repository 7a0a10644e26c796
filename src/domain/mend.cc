#include "domain/mend.h"

#include <fmt/format.h>

namespace berth::domain::mend {
namespace {

// In single quotes when the shell would read anything into it.
std::string quoted(std::string_view text) {
  constexpr std::string_view kPlain =
      "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-._:/@%+=,";
  if (!text.empty() && text.find_first_not_of(kPlain) == std::string_view::npos) {
    return std::string(text);
  }
  std::string out = "'";
  for (const char c : base::printable(text)) {
    if (c == '\'') {
      out += "'\\''";
    } else {
      out += c;
    }
  }
  return out + "'";
}

std::string_view noun(EnrollmentKind kind) {
  return kind == EnrollmentKind::kGroup ? "enrollment-group" : "enrollment";
}

std::string on_enrollment(std::string_view verb, const Enrollment& enrollment) {
  return fmt::format("berth {} {} --id-scope {} --enrollment-id {}", noun(enrollment.kind), verb,
                     quoted(enrollment.scope.text()), quoted(enrollment.id.text()));
}

std::string on_device(std::string_view verb, const Device& device) {
  return fmt::format("berth device {} {} --hub-name {}", verb, quoted(device.id.text()),
                     quoted(device.hub.text()));
}

}  // namespace

std::string show(const Enrollment& enrollment) { return on_enrollment("show", enrollment); }

std::string set_primary_key(const Enrollment& enrollment) {
  return on_enrollment("update", enrollment) + " --primary-key <base64 of the key>";
}

std::string update(const Enrollment& enrollment, std::string_view flags) {
  return on_enrollment("update", enrollment) + ' ' + std::string(flags);
}

std::string enable(const Enrollment& enrollment) {
  return on_enrollment("update", enrollment) + " --provisioning-status enabled";
}

std::string remove(const Enrollment& enrollment) { return on_enrollment("delete", enrollment); }

std::string create_individual(std::string_view scope, std::string_view registration_id) {
  return fmt::format("berth enrollment create --id-scope {} --enrollment-id {}", quoted(scope),
                     quoted(registration_id));
}

std::string derive_key(const Enrollment& group, std::string_view registration_id) {
  return fmt::format("berth key derive --id-scope {} --enrollment-id {} --registration-id {}",
                     quoted(group.scope.text()), quoted(group.id.text()), quoted(registration_id));
}

std::string show_registration(std::string_view scope, std::string_view registration_id) {
  return fmt::format("berth registration show --id-scope {} --registration-id {}", quoted(scope),
                     quoted(registration_id));
}

std::string transfer(std::string_view scope, std::string_view registration_id,
                     const Enrollment& to) {
  return fmt::format("berth registration transfer --id-scope {} --registration-id {} --to {}/{}",
                     quoted(scope), quoted(registration_id), to_string(to.kind),
                     quoted(to.id.text()));
}

std::string link_hub(std::string_view scope, std::string_view hub) {
  return fmt::format("berth hub link --id-scope {} --hub {}", quoted(scope), quoted(hub));
}

std::string enable_scope(std::string_view scope) {
  return fmt::format("berth scope update --id-scope {} --enable", quoted(scope));
}

std::string list_scopes() { return "berth scope list"; }

std::string list_hubs() { return "berth hub list"; }

std::string list_links(std::string_view scope) {
  return fmt::format("berth hub list --id-scope {}", quoted(scope));
}

std::string list_enrollments(std::string_view scope, EnrollmentKind kind) {
  return fmt::format("berth {} list --id-scope {}", noun(kind), quoted(scope));
}

std::string list_registrations(std::string_view scope) {
  return fmt::format("berth registration list --id-scope {}", quoted(scope));
}

std::string list_devices(std::string_view hub) {
  return fmt::format("berth device list --hub {}", quoted(hub));
}

std::string show_device(const Device& device) { return on_device("show", device); }

std::string enable_device(const Device& device) {
  return on_device("update", device) + " --status enabled";
}

std::string connection_string(const Device& device) {
  return on_device("connection-string", device);
}

std::string show_hub(std::string_view hub) { return fmt::format("berth hub show {}", quoted(hub)); }

std::string product(std::string_view verb, const Enrollment& group, std::string_view flags) {
  return fmt::format("berth product {} --id-scope {} --product-id {}{}{}", verb,
                     quoted(group.scope.text()), quoted(group.id.text()), flags.empty() ? "" : " ",
                     flags);
}

std::string product_device(std::string_view verb, const Enrollment& group, std::string_view name) {
  return fmt::format("berth product device {} --id-scope {} --product-id {} {}", verb,
                     quoted(group.scope.text()), quoted(group.id.text()), quoted(name));
}

std::string list_products() { return "berth product list"; }

std::string thing_template(std::string_view verb, const Enrollment& group, std::string_view flags) {
  return fmt::format("berth thing template {} --id-scope {} {}{}{}", verb,
                     quoted(group.scope.text()), quoted(group.id.text()), flags.empty() ? "" : " ",
                     flags);
}

std::string thing_serial(std::string_view verb, const Enrollment& group, std::string_view name,
                         std::string_view flags) {
  return fmt::format("berth thing serial {} --id-scope {} {}{}{}{}{}", verb,
                     quoted(group.scope.text()), quoted(group.id.text()), name.empty() ? "" : " ",
                     name.empty() ? "" : quoted(name), flags.empty() ? "" : " ", flags);
}

std::string thing_account(std::string_view verb, std::string_view scope, std::string_view email) {
  return fmt::format("berth thing account {} --id-scope {}{}{}", verb, quoted(scope),
                     email.empty() ? "" : " ", email.empty() ? "" : quoted(email));
}

std::string certificate(std::string_view verb, std::string_view scope, std::string_view name,
                        std::string_view flags) {
  return fmt::format("berth certificate {} --id-scope {}{}{}{}{}", verb, quoted(scope),
                     name.empty() ? "" : " --name ", name.empty() ? "" : quoted(name),
                     flags.empty() ? "" : " ", flags);
}

std::string approve_firmware(std::string_view scope, std::string_view registration) {
  return fmt::format("berth dice approve --id-scope {} --registration-id {}", quoted(scope),
                     quoted(registration));
}

std::string approve_device(std::string_view scope, std::string_view registration) {
  return fmt::format("berth device approve --id-scope {} --registration-id {}", quoted(scope),
                     quoted(registration));
}

std::string create_template(std::string_view scope) {
  return fmt::format("berth template create --id-scope {} --model-file <file>", quoted(scope));
}

std::string list_trails() { return "berth trail list"; }

std::string list_operators() { return "berth operator list"; }
std::string list_tokens() { return "berth token list"; }

std::string create_token(std::string_view role) {
  return fmt::format("berth token create --role {}", role);
}

}  // namespace berth::domain::mend
