#include "dialects/admin/routes.h"

#include "dialects/admin/nouns.h"

#include <algorithm>

namespace berth::dialects::admin {
namespace {

// A thousand names, each with two passwords of any length.
constexpr std::size_t kMembersBodyBytesMax = 768 * 1024;

// A model and the twin beside it; a text may need two bytes for one.
constexpr std::size_t kModelBodyBytesMax = 2 * domain::kModelBytesMax;

constexpr Route kRoutes[] = {
    {"GET", "/healthz", "none", Inspect::What::kHealth},
    {"GET", "/readyz", "none", Inspect::What::kReadiness},
    {"GET", "/metrics", "none", Inspect::What::kMetrics},
    {"GET", "/api/v1/openapi.json", "none", Document()},
    {"GET", "/api/v1/status", "viewer", get_status},

    {"GET", "/api/v1/scopes", "viewer", list_scopes},
    {"POST", "/api/v1/scopes", "admin", create_scope, 201},
    {"GET", "/api/v1/scopes/{scope}", "viewer", get_scope},
    {"PATCH", "/api/v1/scopes/{scope}", "admin", update_scope},
    {"DELETE", "/api/v1/scopes/{scope}", "admin", delete_scope, 204},

    {"GET", "/api/v1/scopes/{scope}/hubs", "viewer", list_hub_links},
    {"POST", "/api/v1/scopes/{scope}/hubs", "admin", link_hub_by_string},
    {"PUT", "/api/v1/scopes/{scope}/hubs/{hub}", "admin", link_hub},
    {"DELETE", "/api/v1/scopes/{scope}/hubs/{hub}", "admin", unlink_hub, 204},

    {"GET", "/api/v1/scopes/{scope}/enrollments", "viewer", Individuals::list},
    {"POST", "/api/v1/scopes/{scope}/enrollments", "operator", Individuals::create, 201},
    {"GET", "/api/v1/scopes/{scope}/enrollments/{enrollment}", "viewer", Individuals::get},
    {"PATCH", "/api/v1/scopes/{scope}/enrollments/{enrollment}", "operator", Individuals::update},
    {"DELETE", "/api/v1/scopes/{scope}/enrollments/{enrollment}", "operator", Individuals::remove,
     204},
    {"GET", "/api/v1/scopes/{scope}/enrollments/{enrollment}/keys", "operator",
     Individuals::get_keys},
    {"POST", "/api/v1/scopes/{scope}/enrollments/{enrollment}/keys/{slot}/regenerate", "operator",
     Individuals::regenerate_key},

    {"GET", "/api/v1/scopes/{scope}/enrollment-groups", "viewer", Groups::list},
    {"POST", "/api/v1/scopes/{scope}/enrollment-groups", "operator", Groups::create, 201},
    {"GET", "/api/v1/scopes/{scope}/enrollment-groups/{enrollment}", "viewer", Groups::get},
    {"PATCH", "/api/v1/scopes/{scope}/enrollment-groups/{enrollment}", "operator", Groups::update},
    {"DELETE", "/api/v1/scopes/{scope}/enrollment-groups/{enrollment}", "operator", Groups::remove,
     204},
    {"GET", "/api/v1/scopes/{scope}/enrollment-groups/{enrollment}/keys", "operator",
     Groups::get_keys},
    {"POST", "/api/v1/scopes/{scope}/enrollment-groups/{enrollment}/keys/{slot}/regenerate",
     "operator", Groups::regenerate_key},
    {"POST", "/api/v1/scopes/{scope}/enrollment-groups/{enrollment}/rotate-product-secret",
     "operator", rotate_product_secret},
    {"GET", "/api/v1/scopes/{scope}/enrollment-groups/{enrollment}/members", "viewer",
     list_members},
    {"POST", "/api/v1/scopes/{scope}/enrollment-groups/{enrollment}/members", "operator",
     add_members, 200, kMembersBodyBytesMax},
    {"GET", "/api/v1/scopes/{scope}/enrollment-groups/{enrollment}/members/{member}", "viewer",
     get_member},
    {"PATCH", "/api/v1/scopes/{scope}/enrollment-groups/{enrollment}/members/{member}", "operator",
     update_member},
    {"DELETE", "/api/v1/scopes/{scope}/enrollment-groups/{enrollment}/members/{member}", "operator",
     delete_member, 204},
    {"POST", "/api/v1/scopes/{scope}/enrollment-groups/{enrollment}/members/{member}/reset",
     "operator", reset_member},
    {"POST", "/api/v1/scopes/{scope}/enrollment-groups/{enrollment}/members/{member}/unlock",
     "operator", unlock_member},
    {"POST", "/api/v1/scopes/{scope}/enrollment-groups/{enrollment}/members/{member}/enroll",
     "operator", Enroll()},

    {"GET", "/api/v1/scopes/{scope}/accounts", "viewer", list_accounts},
    {"POST", "/api/v1/scopes/{scope}/accounts", "operator", create_account, 201},
    {"GET", "/api/v1/scopes/{scope}/accounts/{account}", "viewer", get_account},
    {"PATCH", "/api/v1/scopes/{scope}/accounts/{account}", "operator", update_account},
    {"DELETE", "/api/v1/scopes/{scope}/accounts/{account}", "operator", delete_account, 204},

    {"GET", "/api/v1/scopes/{scope}/certificates", "viewer", list_cas},
    {"POST", "/api/v1/scopes/{scope}/certificates", "operator", create_ca, 201},
    {"GET", "/api/v1/scopes/{scope}/certificates/{certificate}", "viewer", get_ca},
    {"PATCH", "/api/v1/scopes/{scope}/certificates/{certificate}", "operator", update_ca},
    {"DELETE", "/api/v1/scopes/{scope}/certificates/{certificate}", "operator", delete_ca, 204},
    {"POST", "/api/v1/scopes/{scope}/certificates/{certificate}/verification-code", "operator",
     make_verification_code},
    {"POST", "/api/v1/scopes/{scope}/certificates/{certificate}/verify", "operator", verify_ca},
    {"GET", "/api/v1/scopes/{scope}/revoked-certificates", "viewer", list_revoked},
    {"POST", "/api/v1/scopes/{scope}/revoked-certificates", "operator", revoke_certificate, 201},
    {"DELETE", "/api/v1/scopes/{scope}/revoked-certificates/{sha256}", "operator",
     restore_certificate, 204},
    {"GET", "/api/v1/scopes/{scope}/issued-certificates", "viewer", list_issued},

    {"GET", "/api/v1/scopes/{scope}/registrations", "viewer", list_registrations},
    {"GET", "/api/v1/scopes/{scope}/registrations/{registration}", "viewer", get_registration},
    {"DELETE", "/api/v1/scopes/{scope}/registrations/{registration}", "operator",
     delete_registration, 204},
    {"POST", "/api/v1/scopes/{scope}/registrations/{registration}/transfer", "operator",
     transfer_registration},
    {"POST", "/api/v1/scopes/{scope}/registrations/{registration}/approve-firmware", "operator",
     approve_firmware},

    {"POST", "/api/v1/scopes/{scope}/registrations/{registration}/approve", "operator",
     approve_registration},
    {"POST", "/api/v1/scopes/{scope}/registrations/{registration}/block", "operator",
     block_registration},

    {"GET", "/api/v1/scopes/{scope}/templates", "viewer", list_templates},
    {"POST", "/api/v1/scopes/{scope}/templates", "operator", create_template, 201,
     kModelBodyBytesMax},
    {"GET", "/api/v1/scopes/{scope}/templates/{template}", "viewer", get_template},
    {"PATCH", "/api/v1/scopes/{scope}/templates/{template}", "operator", update_template, 200,
     kModelBodyBytesMax},
    {"DELETE", "/api/v1/scopes/{scope}/templates/{template}", "operator", delete_template, 204},
    {"POST", "/api/v1/templates/check", "viewer", check_model, 200, kModelBodyBytesMax},

    {"GET", "/api/v1/hubs", "viewer", list_hubs},
    {"POST", "/api/v1/hubs", "admin", create_hub, 201},
    {"GET", "/api/v1/hubs/{hub}", "viewer", get_hub},
    {"PATCH", "/api/v1/hubs/{hub}", "admin", update_hub},
    {"DELETE", "/api/v1/hubs/{hub}", "admin", delete_hub, 204},
    {"GET", "/api/v1/hubs/{hub}/keys", "operator", get_hub_keys},
    {"POST", "/api/v1/hubs/{hub}/policies/{policy}/keys/{slot}/regenerate", "admin",
     regenerate_hub_key},
    {"GET", "/api/v1/hubs/{hub}/events", "viewer", read_events},
    {"GET", "/api/v1/hubs/{hub}/devices", "viewer", list_devices},
    {"POST", "/api/v1/hubs/{hub}/devices", "operator", create_device, 201},
    {"GET", "/api/v1/hubs/{hub}/devices/{device}", "viewer", get_device},
    {"PATCH", "/api/v1/hubs/{hub}/devices/{device}", "operator", update_device},
    {"DELETE", "/api/v1/hubs/{hub}/devices/{device}", "operator", delete_device, 204},
    {"GET", "/api/v1/hubs/{hub}/devices/{device}/keys", "operator", get_device_keys},
    {"POST", "/api/v1/hubs/{hub}/devices/{device}/keys/{slot}/regenerate", "operator",
     regenerate_device_key},
    {"GET", "/api/v1/hubs/{hub}/devices/{device}/twin", "viewer", get_twin},
    {"PATCH", "/api/v1/hubs/{hub}/devices/{device}/twin", "operator", patch_twin},
    {"PUT", "/api/v1/hubs/{hub}/devices/{device}/twin", "operator", put_twin},
    {"POST", "/api/v1/hubs/{hub}/devices/{device}/methods", "operator", call_method},
    {"POST", "/api/v1/hubs/{hub}/devices/{device}/messages", "operator", send_message, 202},

    {"GET", "/api/v1/fleet", "viewer", find_devices},
    {"GET", "/api/v1/overview", "viewer", get_overview},
    {"GET", "/api/v1/live", "viewer", follow_live},

    {"GET", "/api/v1/trails", "viewer", list_trails},
    {"GET", "/api/v1/trails/{trail}", "viewer", get_trail},
    {"GET", "/api/v1/audit", "viewer", list_audit},

    {"GET", "/api/v1/credentials", "operator", list_codes},
    {"POST", "/api/v1/credentials", "operator", create_code, 201},
    {"GET", "/api/v1/credentials/{code}", "operator", get_code},
    {"DELETE", "/api/v1/credentials/{code}", "operator", revoke_code, 204},

    {"GET", "/api/v1/session", "anybody", get_session},
    {"POST", "/api/v1/session", "anybody", sign_in, 201},
    {"DELETE", "/api/v1/session", "viewer", sign_out, 204},
    {"POST", "/api/v1/session/password", "viewer", change_password, 204},
    {"GET", "/api/v1/operators", "admin", list_operators},
    {"POST", "/api/v1/operators", "admin", create_operator, 201},
    {"GET", "/api/v1/operators/{operator}", "admin", get_operator},
    {"PATCH", "/api/v1/operators/{operator}", "admin", update_operator},
    {"DELETE", "/api/v1/operators/{operator}", "admin", delete_operator, 204},

    {"GET", "/api/v1/tokens", "admin", list_tokens},
    {"POST", "/api/v1/tokens", "admin", create_token, 201},
    {"DELETE", "/api/v1/tokens/{token}", "admin", delete_token, 204},
};

constexpr std::size_t kSegmentBytesMax = 512;

// The path's first segment, which is taken off it.
std::string_view next_segment(std::string_view& path) {
  if (path.starts_with('/')) path.remove_prefix(1);
  const std::size_t end = std::min(path.find('/'), path.size());
  const std::string_view segment = path.substr(0, end);
  path.remove_prefix(end);
  return segment;
}

bool is_parameter(std::string_view segment) { return segment.starts_with('{'); }

// No allocation: most patterns do not fit, and fail early. An empty segment fits nothing.
bool fits(std::string_view pattern, std::string_view path) {
  while (!pattern.empty() && !path.empty()) {
    const std::string_view wanted = next_segment(pattern);
    const std::string_view given = next_segment(path);
    if (is_parameter(wanted) ? given.empty() : given != wanted) return false;
  }
  return pattern.empty() && path.empty();
}

// Of a path that fits. False when a value is broken.
bool read_parameters(std::string_view pattern, std::string_view path, PathParameters& parameters) {
  while (!pattern.empty()) {
    const std::string_view name = next_segment(pattern);
    const std::string_view given = next_segment(path);
    if (!is_parameter(name)) continue;
    std::optional<std::string> value = base::percent_decode(given);
    if (!value || value->size() > kSegmentBytesMax) return false;
    if (base::printable(*value, kSegmentBytesMax) != *value) return false;
    parameters.emplace_back(name.substr(1, name.size() - 2), *std::move(value));
  }
  return true;
}

}  // namespace

std::span<const Route> routes() { return kRoutes; }

Match match(std::string_view method, std::string_view path) {
  Match found;
  for (const Route& route : kRoutes) {
    if (!fits(route.pattern, path)) continue;
    if (route.method != method) {
      if (!found.allow.empty()) found.allow += ", ";
      found.allow += route.method;
      continue;
    }
    found.malformed = !read_parameters(route.pattern, path, found.parameters);
    if (!found.malformed) found.route = &route;
    return found;
  }
  return found;
}

}  // namespace berth::dialects::admin
