// The rosters of groups with a product secret: which names may register, and what became of them.
#include "management/changes.h"
#include "management/lookup.h"
#include "management/use_cases.h"
#include "management/validation.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>

namespace berth::management {
namespace {

using domain::Enrollment;
using domain::MemberAdded;
using domain::MemberAdding;
using domain::MemberName;
using domain::MemberView;

constexpr std::size_t kNamesMax = 1000;        // of one request
constexpr std::size_t kNamesAuditedMax = 100;  // the number of all is audited anyway
constexpr std::size_t kNameShownMax = 128;

// "line7/pump-1", the target of audit records.
Act act(std::string_view action, const domain::Member& member, std::string detail = "{}") {
  return {action, member.scope.text(),
          fmt::format("{}/{}", member.group.text(), member.name.text()), std::move(detail)};
}

// The rows as they are before the store is asked, and what it is asked: every valid name once.
struct Adding {
  std::vector<MemberAdded> rows;
  std::vector<MemberName> names;
  std::vector<std::optional<std::size_t>> of_row;  // its place in `names`; none: invalid
};

Adding prepared(const std::vector<std::string>& given) {
  Adding adding;
  std::map<std::string, std::size_t> places;
  for (const std::string& each : given) {
    MemberAdded row;
    row.name = base::printable(each, kNameShownMax);
    Result<MemberName> name = MemberName::parse(each);
    if (!name) {
      row.result = MemberAdding::kInvalid;
      row.what = fmt::format("{}; {}", name.error().what, name.error().mend);
      adding.of_row.emplace_back();
    } else {
      const auto [place, first] = places.emplace(each, adding.names.size());
      if (first) adding.names.push_back(*std::move(name));
      adding.of_row.emplace_back(place->second);
    }
    adding.rows.push_back(std::move(row));
  }
  return adding;
}

// What became of each name goes to its rows; a second row of a name finds it present.
void settle(Adding& adding, const std::vector<MemberAdding>& results) {
  std::vector<bool> seen(results.size(), false);
  for (std::size_t i = 0; i < adding.rows.size(); ++i) {
    if (!adding.of_row[i] || *adding.of_row[i] >= results.size()) continue;
    const std::size_t place = *adding.of_row[i];
    MemberAdded& row = adding.rows[i];
    row.result = results[place];
    if (seen[place] && row.result == MemberAdding::kAdded) row.result = MemberAdding::kPresent;
    if (row.result == MemberAdding::kFull) {
      row.what = fmt::format("a group has at most {} members", domain::kMembersMax);
    }
    seen[place] = true;
  }
}

std::string names_detail(const std::vector<MemberName>& names) {
  boost::json::array shown;
  for (const MemberName& each : names) {
    if (shown.size() == kNamesAuditedMax) break;
    shown.emplace_back(each.text());
  }
  boost::json::object detail;
  detail["count"] = names.size();
  detail["names"] = std::move(shown);
  return boost::json::serialize(detail);
}

struct Identity {
  domain::HubName hub;
  domain::DeviceId id;
};

// The identities by which hubs know the member: what it registered, and what was made by hand at a
// hub of the scope.
Task<Result<std::vector<Identity>>> identities_of(const Call& call, MemberView view) {
  std::vector<Identity> identities;
  const std::optional<domain::Registration>& registration = view.registration;
  if (registration && !registration->hub.empty()) {
    identities.push_back({registration->hub, registration->device_id});
  }
  Catalog& catalog = call.ports.catalog;
  const std::string id = member_device_id(view.member.group, view.member.name);
  Result<domain::Listing<domain::HubLink>> links =
      co_await catalog.list_hub_links(view.member.scope.text());
  if (!links) co_return Fail(std::move(links).error());
  for (const domain::HubLink& link : links->items) {
    const bool known = !identities.empty() && identities.front().hub == link.hub;
    if (known) continue;
    Result<domain::Device> device = co_await catalog.get_device(link.hub.text(), id);
    if (!device && device.error().kind == ErrorKind::kNotFound) continue;
    if (!device) co_return Fail(std::move(device).error());
    const bool is_members = device->group && device->group->key() == view.member.group.key();
    if (is_members) identities.push_back({device->hub, device->id});
  }
  co_return identities;
}

void tell_hub(const Call& call, const std::vector<Identity>& identities) {
  for (const Identity& each : identities) call.ports.hub.identity_changed(each.hub, each.id);
}

// The member of a group that has a roster.
Task<Result<MemberView>> load(const Call& call, std::string scope, std::string group,
                              std::string name) {
  Result<Enrollment> owner = co_await find_product_group(call, std::move(scope), std::move(group));
  if (!owner) co_return Fail(std::move(owner).error());
  Result<MemberView> found = co_await find_member(call, *std::move(owner), std::move(name));
  co_return found;
}

}  // namespace

Task<Answer> run(const Call& call, domain::AddMembers command) {
  if (command.names.empty() || command.names.size() > kNamesMax) {
    co_return Fail(ErrorKind::kInvalid, fmt::format("names has {} names", command.names.size()),
                   fmt::format("give 1 to {} at a time", kNamesMax));
  }
  Result<Enrollment> group =
      co_await find_product_group(call, std::move(command.scope), std::move(command.group));
  if (!group) co_return Fail(std::move(group).error());
  Adding adding = prepared(command.names);
  if (!adding.names.empty()) {
    auto members = std::make_unique<MembersToAdd>();
    members->scope = group->scope;
    members->group = group->id;
    members->names = adding.names;
    members->at = call.ports.clock.wall();
    members->audit = audit_record(
        call, {"member.add", group->scope.text(), group->id.text(), names_detail(adding.names)});
    Result<std::vector<MemberAdding>> results =
        co_await call.ports.catalog.add_members(std::move(members));
    if (!results) co_return Fail(std::move(results).error());
    settle(adding, *results);
  }
  co_return domain::MembersAdded{std::move(adding.rows)};
}

Task<Answer> run(const Call& call, domain::GetMember command) {
  Result<MemberView> found = co_await load(call, std::move(command.scope), std::move(command.group),
                                           std::move(command.name));
  if (!found) co_return Fail(std::move(found).error());
  co_return *std::move(found);
}

Task<Answer> run(const Call& call, domain::ListMembers command) {
  BERTH_CO_TRY(domain::Page page, checked_page(std::move(command.page), call.ports.settings));
  Result<Enrollment> group =
      co_await find_product_group(call, std::move(command.scope), std::move(command.group));
  if (!group) co_return Fail(std::move(group).error());
  Result<domain::Listing<MemberView>> list = co_await call.ports.catalog.list_members(
      group->scope.text(), group->id.key(), std::move(page));
  if (!list) co_return Fail(std::move(list).error());
  co_return *std::move(list);
}

Task<Answer> run(const Call& call, domain::UpdateMember command) {
  for (int attempt = 1;; ++attempt) {
    Result<MemberView> found = co_await load(call, command.scope, command.group, command.name);
    if (!found) co_return Fail(std::move(found).error());
    domain::Member& member = found->member;
    Result<void> current = check_version(command.precondition, member.version);
    if (!current) co_return Fail(std::move(current).error());
    Differences changed;
    if (command.enabled) changed.set("enabled", member.enabled, *command.enabled);
    if (changed.empty()) co_return *std::move(found);
    Result<std::vector<Identity>> identities = co_await identities_of(call, *found);
    if (!identities) co_return Fail(std::move(identities).error());
    member.updated_at = call.ports.clock.wall();
    auto change = make_change(call, PutMember{member}, MustBeVersion{member.version},
                              act("member.update", member, changed.text()));
    Result<std::uint64_t> version = co_await apply(call, std::move(change));
    if (version) {
      member.version = *version;
      tell_hub(call, *identities);
      co_return *std::move(found);
    }
    if (!may_retry(version.error(), command.precondition, attempt)) {
      co_return Fail(std::move(version).error());
    }
  }
}

Task<Answer> run(const Call& call, domain::DeleteMember command) {
  Result<MemberView> found = co_await load(call, std::move(command.scope), std::move(command.group),
                                           std::move(command.name));
  if (!found) co_return Fail(std::move(found).error());
  Result<std::vector<Identity>> identities = co_await identities_of(call, *found);
  if (!identities) co_return Fail(std::move(identities).error());
  const domain::Member& member = found->member;
  Differences lost;
  for (const Identity& each : *identities) {
    lost.note("device", fmt::format("{}/{}", each.hub.text(), each.id.text()), "");
  }
  RemoveMember removal{member.scope, member.group, member.name};
  auto change = make_change(call, std::move(removal), expected(command.precondition, MustExist{}),
                            act("member.delete", member, lost.text()));
  Result<std::uint64_t> gone = co_await apply(call, std::move(change));
  if (!gone) co_return Fail(std::move(gone).error());
  tell_hub(call, *identities);
  co_return domain::Done{};
}

Task<Answer> run(const Call& call, domain::ResetMember command) {
  Result<MemberView> found = co_await load(call, command.scope, command.group, command.name);
  if (!found) co_return Fail(std::move(found).error());
  // One that never registered has nothing that could keep it from registering.
  if (!found->registration) co_return *std::move(found);
  const domain::Registration& registration = *found->registration;
  Differences forgotten;
  if (registration.activated_at) {
    forgotten.note("activatedAt", base::format_utc(*registration.activated_at), "");
  }
  ResetActivation reset{registration.scope, registration.id};
  auto change = make_change(call, std::move(reset), MustExist{},
                            act("member.reset", found->member, forgotten.text()));
  Result<std::uint64_t> done = co_await apply(call, std::move(change));
  if (!done) co_return Fail(std::move(done).error());
  Result<MemberView> after = co_await load(call, command.scope, command.group, command.name);
  if (!after) co_return Fail(std::move(after).error());
  co_return *std::move(after);
}

}  // namespace berth::management
