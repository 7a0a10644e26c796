// The rosters of groups with a product secret or passwords: which names may register, and what
// became of them.
#include "domain/mend.h"
#include "management/changes.h"
#include "management/lookup.h"
#include "management/member_voucher.h"
#include "management/roster_adding.h"
#include "management/use_cases.h"
#include "management/validation.h"

#include <fmt/format.h>

namespace berth::management {
namespace {

using domain::Enrollment;
using domain::MemberAdding;
using domain::MemberView;

constexpr std::size_t kMembersAddedMax = 1000;  // by one request

// "line7/pump-1", the target of audit records.
Act act(std::string_view action, const domain::Member& member, std::string detail = "{}") {
  return {action, member.scope.text(),
          fmt::format("{}/{}", member.group.text(), member.name.text()), std::move(detail)};
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
  // Of a group with passwords each registers: its identity has a made-up id.
  if (view.has_passwords) co_return identities;
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

bool has_passwords(const Enrollment& group) {
  return std::holds_alternative<domain::MemberPasswords>(group.attestation);
}

// A member and the group whose roster lists it.
struct Listed {
  Enrollment group;
  MemberView view;
};

Task<Result<Listed>> load(const Call& call, std::string scope, std::string group,
                          std::string name) {
  Result<Enrollment> owner = co_await find_roster_group(call, std::move(scope), std::move(group));
  if (!owner) co_return Fail(std::move(owner).error());
  Result<MemberView> found = co_await find_member(call, *owner, std::move(name));
  if (!found) co_return Fail(std::move(found).error());
  found->has_passwords = has_passwords(*owner);
  co_return Listed{*std::move(owner), *std::move(found)};
}

// The same, of a group with passwords.
Task<Result<Listed>> load_with_passwords(const Call& call, std::string scope, std::string group,
                                         std::string name) {
  Result<Listed> found = co_await load(call, std::move(scope), std::move(group), std::move(name));
  if (!found || found->view.has_passwords) co_return found;
  co_return Fail(
      ErrorKind::kInvalid,
      fmt::format("group '{}' has a product secret, and its members have no passwords",
                  found->group.id.text()),
      "name a group with member passwords; its members can also be reset: " +
          domain::mend::product_device("reset", found->group, found->view.member.name.text()));
}

// Why a vouched registration of the member would be refused; nothing when it is allowed.
std::optional<Error> may_not_enroll(const Listed& listed) {
  const std::string& group = listed.group.id.text();
  const std::string& name = listed.view.member.name.text();
  if (!listed.group.enabled) {
    return Error{ErrorKind::kConflict, fmt::format("group '{}' is disabled", group),
                 "enable it first: " +
                     domain::mend::thing_template("update", listed.group, "--status enabled")};
  }
  if (listed.view.member.enabled) return std::nullopt;
  return Error{ErrorKind::kConflict,
               fmt::format("member '{}' of group '{}' is disabled", name, group),
               "enable it first: " + domain::mend::thing_serial("restore", listed.group, name)};
}

}  // namespace

Task<Answer> run(const Call& call, domain::AddMembers command) {
  if (command.members.empty() || command.members.size() > kMembersAddedMax) {
    co_return Fail(ErrorKind::kInvalid, fmt::format("names has {} names", command.members.size()),
                   fmt::format("give 1 to {} at a time", kMembersAddedMax));
  }
  Result<Enrollment> group =
      co_await find_roster_group(call, std::move(command.scope), std::move(command.group));
  if (!group) co_return Fail(std::move(group).error());
  Adding adding = prepare_adding(call, *group, command.members);
  command.members.clear();  // no password waits for the store
  if (!adding.lines.empty()) {
    auto members = std::make_unique<MembersToAdd>();
    members->scope = group->scope;
    members->group = group->id;
    members->lines = adding.lines;
    members->at = call.ports.clock.wall();
    members->audit = audit_record(
        call, {"member.add", group->scope.text(), group->id.text(), adding_detail(adding)});
    Result<std::vector<MemberAdding>> results =
        co_await call.ports.catalog.add_members(std::move(members));
    if (!results) co_return Fail(std::move(results).error());
    settle_adding(adding, *group, *results);
  }
  co_return domain::MembersAdded{std::move(adding.rows)};
}

Task<Answer> run(const Call& call, domain::GetMember command) {
  Result<Listed> found = co_await load(call, std::move(command.scope), std::move(command.group),
                                       std::move(command.name));
  if (!found) co_return Fail(std::move(found).error());
  co_return std::move(found->view);
}

Task<Answer> run(const Call& call, domain::ListMembers command) {
  BERTH_CO_TRY(domain::Page page, checked_page(std::move(command.page), call.ports.settings));
  Result<Enrollment> group =
      co_await find_roster_group(call, std::move(command.scope), std::move(command.group));
  if (!group) co_return Fail(std::move(group).error());
  Result<domain::Listing<MemberView>> list = co_await call.ports.catalog.list_members(
      group->scope.text(), group->id.key(), std::move(page));
  if (!list) co_return Fail(std::move(list).error());
  for (MemberView& each : list->items) each.has_passwords = has_passwords(*group);
  co_return *std::move(list);
}

Task<Answer> run(const Call& call, domain::UpdateMember command) {
  for (int attempt = 1;; ++attempt) {
    Result<Listed> found = co_await load(call, command.scope, command.group, command.name);
    if (!found) co_return Fail(std::move(found).error());
    MemberView& view = found->view;
    domain::Member& member = view.member;
    Result<void> current = check_version(command.precondition, member.version);
    if (!current) co_return Fail(std::move(current).error());
    Differences changed;
    if (command.enabled) changed.set("enabled", member.enabled, *command.enabled);
    if (changed.empty()) co_return std::move(view);
    Result<std::vector<Identity>> identities = co_await identities_of(call, view);
    if (!identities) co_return Fail(std::move(identities).error());
    member.updated_at = call.ports.clock.wall();
    auto change = make_change(call, PutMember{member}, MustBeVersion{member.version},
                              act("member.update", member, changed.text()));
    Result<std::uint64_t> version = co_await apply(call, std::move(change));
    if (version) {
      member.version = *version;
      tell_hub(call, *identities);
      co_return std::move(view);
    }
    if (!may_retry(version.error(), command.precondition, attempt)) {
      co_return Fail(std::move(version).error());
    }
  }
}

Task<Answer> run(const Call& call, domain::DeleteMember command) {
  Result<Listed> found = co_await load(call, std::move(command.scope), std::move(command.group),
                                       std::move(command.name));
  if (!found) co_return Fail(std::move(found).error());
  Result<std::vector<Identity>> identities = co_await identities_of(call, found->view);
  if (!identities) co_return Fail(std::move(identities).error());
  const domain::Member& member = found->view.member;
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
  Result<Listed> found = co_await load(call, command.scope, command.group, command.name);
  if (!found) co_return Fail(std::move(found).error());
  MemberView& view = found->view;
  // One that never registered has nothing that could keep it from registering.
  if (!view.registration) co_return std::move(view);
  const domain::Registration& registration = *view.registration;
  Differences forgotten;
  if (registration.activated_at) {
    forgotten.note("activatedAt", base::format_utc(*registration.activated_at), "");
  }
  ResetActivation reset{registration.scope, registration.id};
  reset.voids_password = view.has_passwords;
  if (reset.voids_password) forgotten.note("password", "issued", "void");
  auto change = make_change(call, std::move(reset), MustExist{},
                            act("member.reset", view.member, forgotten.text()));
  Result<std::uint64_t> done = co_await apply(call, std::move(change));
  if (!done) co_return Fail(std::move(done).error());
  if (view.has_passwords && !registration.hub.empty()) {
    call.ports.hub.identity_changed(registration.hub, registration.device_id);
  }
  Result<Listed> after = co_await load(call, command.scope, command.group, command.name);
  if (!after) co_return Fail(std::move(after).error());
  co_return std::move(after->view);
}

Task<Answer> run(const Call& call, domain::UnlockMember command) {
  Result<Listed> found =
      co_await load_with_passwords(call, command.scope, command.group, command.name);
  if (!found) co_return Fail(std::move(found).error());
  const domain::Member& member = found->view.member;
  Differences forgotten;
  const auto note = [&](std::string_view use, const domain::Guesses& guesses) {
    if (guesses.wrong > 0) forgotten.note(use, fmt::format("{} wrong", guesses.wrong), "0 wrong");
  };
  note("enroll", member.enroll_guesses);
  note("control", member.control_guesses);
  ForgetGuesses forget{member.scope, member.group, member.name};
  auto change = make_change(call, std::move(forget), MustExist{},
                            act("member.unlock", member, forgotten.text()));
  Result<std::uint64_t> done = co_await apply(call, std::move(change));
  if (!done) co_return Fail(std::move(done).error());
  Result<Listed> after = co_await load(call, command.scope, command.group, command.name);
  if (!after) co_return Fail(std::move(after).error());
  co_return std::move(after->view);
}

Task<Answer> run(const Call& call, domain::VouchForMember command) {
  Result<Listed> found = co_await load_with_passwords(
      call, std::move(command.scope), std::move(command.group), std::move(command.name));
  if (!found) co_return Fail(std::move(found).error());
  std::optional<Error> refusal = may_not_enroll(*found);
  if (refusal) co_return Fail(*std::move(refusal));
  // Remembered before it is given; what comes of it is in the trail of the registration.
  domain::AuditRecord audit = audit_record(call, act("member.enroll", found->view.member));
  Result<void> remembered = co_await call.ports.catalog.append_audit(std::move(audit));
  if (!remembered) co_return Fail(std::move(remembered).error());
  co_return domain::Vouched{vouched_claim(call, found->group, found->view.member.name)};
}

}  // namespace berth::management
