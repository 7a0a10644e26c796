#include "management/lookup.h"

#include "base/nearest.h"
#include "domain/mend.h"
#include "management/authorise.h"

#include <fmt/format.h>

#include <vector>

namespace berth::management {
namespace {

using domain::EnrollmentKind;

constexpr std::uint32_t kNamesCompared = 200;

std::string shown(std::string_view text) { return base::printable(text, 128); }

domain::Page first_names() {
  domain::Page page;
  page.limit = kNamesCompared;
  return page;
}

// `names` may be a failed listing: then there is simply nothing to suggest.
template <class T, class NameOf>
std::vector<std::string> names_of(const Result<domain::Listing<T>>& list, NameOf name_of) {
  std::vector<std::string> names;
  if (!list) return names;
  for (const T& each : list->items) names.push_back(name_of(each));
  return names;
}

Error not_found(std::string what, std::string_view wanted, const std::vector<std::string>& names,
                std::string_view list_command) {
  std::string mend;
  if (const auto near = base::nearest(wanted, names))
    mend = fmt::format("did you mean '{}'? ", *near);
  mend += fmt::format("see: {}", list_command);
  return {ErrorKind::kNotFound, std::move(what), std::move(mend)};
}

// Whether a read failed for another reason than absence, which is then the answer.
template <class T>
bool broken(const Result<T>& read) {
  return !read && read.error().kind != ErrorKind::kNotFound;
}

Task<Error> unknown_hub(const Call& call, std::string name) {
  Result<domain::Listing<domain::Hub>> hubs = co_await call.ports.catalog.list_hubs(first_names());
  const auto names = names_of(hubs, [](const domain::Hub& hub) { return hub.name.text(); });
  const bool limited = call.actor.scope.has_value();
  co_return not_found(fmt::format("there is no hub '{}'", shown(name)), name,
                      limited ? std::vector<std::string>() : names, domain::mend::list_hubs());
}

std::string no_product(const domain::Enrollment& group) {
  if (std::holds_alternative<domain::MemberPasswords>(group.attestation)) {
    return fmt::format("the members of group '{}' have passwords; it has no product secret",
                       group.id.text());
  }
  const bool by_key = std::holds_alternative<domain::SymmetricKeys>(group.attestation);
  return fmt::format("group '{}' has {}, so no product secret and no members", group.id.text(),
                     by_key ? "symmetric keys" : "certificates");
}

// The command that lists a group's roster.
std::string list_of_members(const domain::Enrollment& group) {
  if (std::holds_alternative<domain::MemberPasswords>(group.attestation)) {
    return domain::mend::thing_serial("list", group, "");
  }
  return domain::mend::product("device list", group);
}

}  // namespace

bool has_roster(const domain::Enrollment& group) {
  return std::holds_alternative<domain::ProductSecret>(group.attestation) ||
         std::holds_alternative<domain::MemberPasswords>(group.attestation);
}

std::string_view noun(EnrollmentKind kind) {
  return kind == EnrollmentKind::kGroup ? "enrollment group" : "individual enrollment";
}

Task<Result<domain::Scope>> find_scope(const Call& call, std::string id) {
  Result<domain::Scope> found = co_await call.ports.catalog.get_scope(id);
  if (found || broken(found)) co_return found;
  Result<domain::Listing<domain::Scope>> scopes =
      co_await call.ports.catalog.list_scopes(first_names());
  const auto names = names_of(scopes, [](const domain::Scope& scope) { return scope.id.text(); });
  co_return Fail(not_found(fmt::format("there is no scope '{}'", shown(id)), id, names,
                           domain::mend::list_scopes()));
}

Task<Result<domain::Hub>> find_hub(const Call& call, std::string name) {
  if (call.actor.scope) {
    Result<domain::HubLink> link =
        co_await call.ports.catalog.get_hub_link(call.actor.scope->text(), name);
    if (broken(link)) co_return Fail(std::move(link).error());
    if (!link) {
      Error error = co_await unknown_hub(call, name);
      co_return Fail(std::move(error));
    }
  }
  Result<domain::Hub> found = co_await call.ports.catalog.get_hub(name);
  if (found || broken(found)) co_return found;
  Error error = co_await unknown_hub(call, name);
  co_return Fail(std::move(error));
}

Task<Result<std::optional<domain::Hub>>> find_hub_by_host(const Call& call, std::string host) {
  domain::Page page;
  do {
    page.limit = call.ports.settings.page_limit_max;
    Result<domain::Listing<domain::Hub>> hubs = co_await call.ports.catalog.list_hubs(page);
    if (!hubs) co_return Fail(std::move(hubs).error());
    for (domain::Hub& each : hubs->items) {
      if (each.host == host) co_return std::optional(std::move(each));
    }
    page.cursor = hubs->next_cursor;
  } while (!page.cursor.empty());
  co_return std::optional<domain::Hub>();
}

Task<Result<domain::Enrollment>> find_enrollment(const Call& call, std::string scope,
                                                 EnrollmentKind kind, std::string id) {
  Catalog& catalog = call.ports.catalog;
  const std::string key = base::ascii_lower(id);
  Result<domain::Enrollment> found = co_await catalog.get_enrollment(scope, kind, key);
  if (found || broken(found)) co_return found;
  Result<domain::Scope> exists = co_await find_scope(call, scope);
  if (!exists) co_return Fail(std::move(exists).error());

  const EnrollmentKind other =
      kind == EnrollmentKind::kGroup ? EnrollmentKind::kIndividual : EnrollmentKind::kGroup;
  Result<domain::Enrollment> of_other_kind = co_await catalog.get_enrollment(scope, other, key);
  std::string what = fmt::format("scope {} has no {} '{}'", scope, noun(kind), shown(id));
  if (of_other_kind) {
    co_return Fail(ErrorKind::kNotFound,
                   fmt::format("{}; it has an {} of that name", what, noun(other)),
                   "see: " + domain::mend::show(*of_other_kind));
  }
  Result<domain::Listing<domain::Enrollment>> list =
      co_await catalog.list_enrollments(scope, kind, first_names());
  const auto names = names_of(list, [](const domain::Enrollment& each) { return each.id.text(); });
  co_return Fail(
      not_found(std::move(what), id, names, domain::mend::list_enrollments(scope, kind)));
}

Task<Result<domain::Enrollment>> find_product_group(const Call& call, std::string scope,
                                                    std::string id) {
  const EnrollmentKind kind = EnrollmentKind::kGroup;
  Result<domain::Enrollment> found =
      co_await find_enrollment(call, std::move(scope), kind, std::move(id));
  if (!found || std::holds_alternative<domain::ProductSecret>(found->attestation)) co_return found;
  co_return Fail(ErrorKind::kInvalid, no_product(*found),
                 "name a group with a product secret; see: " + domain::mend::list_products());
}

Task<Result<domain::Enrollment>> find_roster_group(const Call& call, std::string scope,
                                                   std::string id) {
  const EnrollmentKind kind = EnrollmentKind::kGroup;
  Result<domain::Enrollment> found =
      co_await find_enrollment(call, std::move(scope), kind, std::move(id));
  if (!found || has_roster(*found)) co_return found;
  co_return Fail(ErrorKind::kInvalid, no_product(*found),
                 "name a group with a product secret or with member passwords; see: " +
                     domain::mend::list_products());
}

Task<Result<domain::MemberView>> find_member(const Call& call, domain::Enrollment group,
                                             std::string name) {
  Catalog& catalog = call.ports.catalog;
  const std::string scope = group.scope.text();
  Result<domain::MemberView> found = co_await catalog.get_member(scope, group.id.key(), name);
  if (found || broken(found)) co_return found;
  Result<domain::Listing<domain::MemberView>> list =
      co_await catalog.list_members(scope, group.id.key(), first_names());
  const auto names =
      names_of(list, [](const domain::MemberView& each) { return each.member.name.text(); });
  co_return Fail(
      not_found(fmt::format("group '{}' lists no member '{}'", group.id.text(), shown(name)), name,
                names, list_of_members(group)));
}

Task<Result<domain::Registration>> find_registration(const Call& call, std::string scope,
                                                     std::string id) {
  Catalog& catalog = call.ports.catalog;
  const std::string key = base::ascii_lower(id);
  Result<domain::Registration> found = co_await catalog.get_registration(scope, key);
  if (found || broken(found)) co_return found;
  Result<domain::Scope> exists = co_await find_scope(call, scope);
  if (!exists) co_return Fail(std::move(exists).error());
  const std::optional<domain::EnrollmentRef> any;
  Result<domain::Listing<domain::Registration>> list =
      co_await catalog.list_registrations(scope, any, first_names());
  const auto names =
      names_of(list, [](const domain::Registration& each) { return each.id.text(); });
  co_return Fail(
      not_found(fmt::format("no device has registered as '{}' in scope {}", shown(id), scope), id,
                names, domain::mend::list_registrations(scope)));
}

Task<Result<domain::Account>> find_account(const Call& call, std::string scope, std::string email) {
  Catalog& catalog = call.ports.catalog;
  const std::string key = base::ascii_lower(email);
  Result<domain::Account> found = co_await catalog.get_account(scope, key);
  if (found || broken(found)) co_return found;
  Result<domain::Scope> exists = co_await find_scope(call, scope);
  if (!exists) co_return Fail(std::move(exists).error());
  Result<domain::Listing<domain::Account>> list = co_await catalog.list_accounts(scope);
  const auto names = names_of(list, [](const domain::Account& each) { return each.email; });
  co_return Fail(not_found(fmt::format("scope {} has no account '{}'", scope, shown(email)), email,
                           names, domain::mend::thing_account("list", scope, "")));
}

Task<Result<domain::CaCertificate>> find_ca(const Call& call, std::string scope, std::string name) {
  Catalog& catalog = call.ports.catalog;
  const std::string key = base::ascii_lower(name);
  Result<domain::CaCertificate> found = co_await catalog.get_ca(scope, key);
  if (found || broken(found)) co_return found;
  Result<domain::Scope> exists = co_await find_scope(call, scope);
  if (!exists) co_return Fail(std::move(exists).error());
  Result<domain::Listing<domain::CaCertificate>> list = co_await catalog.list_cas(scope);
  const auto names = names_of(list, [](const domain::CaCertificate& each) { return each.name; });
  co_return Fail(not_found(fmt::format("scope {} has no CA certificate '{}'", scope, shown(name)),
                           name, names, domain::mend::certificate("list", scope)));
}

Task<Result<domain::Device>> find_device(const Call& call, std::string hub, std::string id) {
  Catalog& catalog = call.ports.catalog;
  Result<domain::Device> found = co_await catalog.get_device(hub, id);
  if (broken(found)) co_return found;
  if (found && may_see(call.actor, found->scope.text())) co_return found;
  Result<domain::Hub> exists = co_await find_hub(call, hub);
  if (!exists) co_return Fail(std::move(exists).error());
  Result<domain::Listing<domain::Device>> list = co_await catalog.list_devices(hub, first_names());
  if (list) {
    std::erase_if(list->items, [&](const domain::Device& each) {
      return !may_see(call.actor, each.scope.text());
    });
  }
  const auto names = names_of(list, [](const domain::Device& each) { return each.id.text(); });
  co_return Fail(not_found(fmt::format("hub '{}' has no device '{}'", hub, shown(id)), id, names,
                           domain::mend::list_devices(hub)));
}

}  // namespace berth::management
