#include "management/tests/fake_catalog.h"

#include "management/tests/fake_tables.h"

namespace berth::management::testing {

using domain::EnrollmentKind;
using domain::Listing;
using domain::Page;

Result<void> FakeCatalog::working() const {
  if (broken) return Fail(ErrorKind::kUnavailable, "the store is broken", "mend it");
  return {};
}

Result<std::uint64_t> FakeCatalog::write(const PutScope& change, const Expectation& expectation) {
  return put(scopes, change.record.id.text(), change.record, expectation);
}
Result<std::uint64_t> FakeCatalog::write(const RemoveScope& change,
                                         const Expectation& expectation) {
  for (const auto& [key, enrollment] : enrollments) {
    if (enrollment.scope == change.id) {
      return Fail(ErrorKind::kConflict, "it still has enrollments", "delete them first");
    }
  }
  return remove(scopes, change.id.text(), expectation);
}
Result<std::uint64_t> FakeCatalog::write(const PutHub& change, const Expectation& expectation) {
  return put(hubs, change.record.name.text(), change.record, expectation);
}
Result<std::uint64_t> FakeCatalog::write(const RemoveHub& change, const Expectation& expectation) {
  return remove(hubs, change.name.text(), expectation);
}
Result<std::uint64_t> FakeCatalog::write(const PutHubLink& change, const Expectation& expectation) {
  const Pair key(change.record.scope.text(), change.record.hub.text());
  return put(links, key, change.record, expectation);
}
Result<std::uint64_t> FakeCatalog::write(const RemoveHubLink& change,
                                         const Expectation& expectation) {
  return remove(links, Pair(change.scope.text(), change.hub.text()), expectation);
}
Result<std::uint64_t> FakeCatalog::write(const PutEnrollment& change,
                                         const Expectation& expectation) {
  const domain::Enrollment& record = change.record;
  const EnrollmentKey key(record.scope.text(), record.kind, record.id.key());
  const auto has_roster = [](const domain::Enrollment& each) {
    return std::holds_alternative<domain::ProductSecret>(each.attestation) ||
           std::holds_alternative<domain::MemberPasswords>(each.attestation);
  };
  for (const auto& [other, enrollment] : enrollments) {
    if (!has_roster(record) || !has_roster(enrollment) || other == key) continue;
    const std::string theirs = enrollment.id.key();
    const std::string ours = record.id.key();
    if (ours == theirs) return Fail(ErrorKind::kConflict, "another scope has it");
    if (ours.starts_with(theirs) || theirs.starts_with(ours)) {
      return Fail(ErrorKind::kConflict, "one begins with the other");
    }
  }
  return put(enrollments, key, record, expectation);
}
Result<std::uint64_t> FakeCatalog::write(const RemoveEnrollment& change,
                                         const Expectation& expectation) {
  const EnrollmentKey key(change.scope.text(), change.ref.kind, change.ref.id.key());
  return remove(enrollments, key, expectation);
}
Result<std::uint64_t> FakeCatalog::write(const RemoveRegistration& change,
                                         const Expectation& expectation) {
  return remove(registrations, Pair(change.scope.text(), change.id.key()), expectation);
}
Result<std::uint64_t> FakeCatalog::write(const PutRegistrationOwner& change,
                                         const Expectation& expectation) {
  const Pair key(change.scope.text(), change.id.key());
  BERTH_TRY(domain::Registration record, find(registrations, key));
  record.enrollment = change.owner;
  return put(registrations, key, record, expectation);
}
Result<std::uint64_t> FakeCatalog::write(const PutDevice& change, const Expectation& expectation) {
  const Pair key(change.record.hub.text(), change.record.id.text());
  if (change.new_member && check(devices, key, expectation)) list(*change.new_member);
  return put(devices, key, change.record, expectation);
}
Result<std::uint64_t> FakeCatalog::write(const RemoveDevice& change,
                                         const Expectation& expectation) {
  return remove(devices, Pair(change.hub.text(), change.id.text()), expectation);
}
Result<std::uint64_t> FakeCatalog::write(const PutMember& change, const Expectation& expectation) {
  const domain::Member& record = change.record;
  const MemberKey key(record.scope.text(), record.group.key(), record.name.text());
  Result<std::uint64_t> version = put(members, key, record, expectation);
  domain::Device* identity = version ? identity_of(record) : nullptr;
  if (identity != nullptr) identity->enabled = record.enabled;
  return version;
}
Result<std::uint64_t> FakeCatalog::write(const RemoveMember& change,
                                         const Expectation& expectation) {
  const MemberKey key(change.scope.text(), change.group.key(), change.name.text());
  BERTH_TRY(const domain::Member member, find(members, key));
  BERTH_TRY(const std::uint64_t gone, remove(members, key, expectation));
  const domain::MemberView view = view_of(member);
  if (domain::Device* identity = identity_of(member)) {
    devices.erase(Pair(identity->hub.text(), identity->id.text()));
  }
  if (view.registration) {
    registrations.erase(Pair(change.scope.text(), view.registration->id.key()));
  }
  return gone;
}
Result<std::uint64_t> FakeCatalog::write(const ResetActivation& change,
                                         const Expectation& expectation) {
  const Pair key(change.scope.text(), change.id.key());
  BERTH_TRY(domain::Registration record, find(registrations, key));
  record.activated_at.reset();
  record.answered.clear();
  if (change.voids_password) {
    record.reset = true;
    const auto device = devices.find(Pair(record.hub.text(), record.device_id.text()));
    if (device != devices.end() && device->second.password) {
      device->second.password->digest.clear();
    }
  }
  return put(registrations, key, record, expectation);
}
Result<std::uint64_t> FakeCatalog::write(const ForgetGuesses& change,
                                         const Expectation& expectation) {
  const MemberKey key(change.scope.text(), change.group.key(), change.name.text());
  BERTH_TRY(domain::Member record, find(members, key));
  record.enroll_guesses = record.control_guesses = {};
  return put(members, key, record, expectation);
}
Result<std::uint64_t> FakeCatalog::write(const PutAccount& change, const Expectation& expectation) {
  const std::string email = base::ascii_lower(change.record.email);
  for (const auto& [key, account] : accounts) {
    if (key.second == email && account.scope != change.record.scope) {
      return Fail(ErrorKind::kConflict, "another scope has it");
    }
  }
  return put(accounts, Pair(change.record.scope.text(), email), change.record, expectation);
}
Result<std::uint64_t> FakeCatalog::write(const RemoveAccount& change,
                                         const Expectation& expectation) {
  return remove(accounts, Pair(change.scope.text(), base::ascii_lower(change.email)), expectation);
}
Result<std::uint64_t> FakeCatalog::write(const PutCa& change, const Expectation& expectation) {
  const Pair key(change.record.scope.text(), base::ascii_lower(change.record.name));
  return put(cas, key, change.record, expectation);
}
Result<std::uint64_t> FakeCatalog::write(const RemoveCa& change, const Expectation& expectation) {
  return remove(cas, Pair(change.scope.text(), base::ascii_lower(change.name)), expectation);
}
Result<std::uint64_t> FakeCatalog::write(const PutRevoked& change, const Expectation& expectation) {
  const Pair key(change.record.scope.text(), base::hex_encode(change.record.sha256));
  if (std::holds_alternative<MustNotExist>(expectation) && revoked.contains(key)) {
    return Fail(ErrorKind::kConflict, "it exists already");
  }
  revoked.insert_or_assign(key, change.record);
  return 1;
}
Result<std::uint64_t> FakeCatalog::write(const RemoveRevoked& change, const Expectation&) {
  const Pair key(change.scope.text(), base::hex_encode(change.sha256));
  if (revoked.erase(key) == 0) return Fail(ErrorKind::kNotFound, "it is not there");
  return 0;
}
Result<std::uint64_t> FakeCatalog::write(const PutToken& change, const Expectation& expectation) {
  if (!change.record.operator_name.empty()) {
    Result<void> room = make_way_for_session(change);
    if (!room) return Fail(std::move(room).error());
  }
  return put(tokens, change.record.id, change.record, expectation);
}
Result<std::uint64_t> FakeCatalog::write(const RemoveToken& change,
                                         const Expectation& expectation) {
  return remove(tokens, change.id, expectation);
}

Task<Result<std::uint64_t>> FakeCatalog::apply(std::unique_ptr<Change> change) {
  if (before_apply) before_apply();
  BERTH_CO_TRY(std::uint64_t version, [&]() -> Result<std::uint64_t> {
    Result<void> up = working();
    if (!up) return Fail(std::move(up).error());
    return std::visit([&](const auto& what) { return write(what, change->expectation); },
                      change->what);
  }());
  change->audit.sequence = audit.size() + 1;
  audit.push_back(change->audit);
  co_return version;
}

domain::MemberAdding FakeCatalog::list(domain::Member member) {
  const MemberKey key(member.scope.text(), member.group.key(), member.name.text());
  if (members.contains(key)) return domain::MemberAdding::kPresent;
  if (members.size() >= members_max) return domain::MemberAdding::kFull;
  member.version = 1;
  members.emplace(key, std::move(member));
  return domain::MemberAdding::kAdded;
}

domain::MemberAdding FakeCatalog::add(domain::Member member) {
  const MemberKey key(member.scope.text(), member.group.key(), member.name.text());
  const auto found = members.find(key);
  if (found == members.end()) return list(std::move(member));
  bool changed = false;
  const auto give = [&](base::Bytes& present, const base::Bytes& given) {
    if (given.empty() || given == present) return;
    present = given;
    changed = true;
  };
  give(found->second.enroll_password, member.enroll_password);
  give(found->second.control_password, member.control_password);
  return changed ? domain::MemberAdding::kUpdated : domain::MemberAdding::kPresent;
}

domain::MemberView FakeCatalog::view_of(const domain::Member& member) const {
  domain::MemberView view{member, std::nullopt};
  for (const auto& [key, each] : registrations) {
    const bool of_group =
        each.scope == member.scope && each.enrollment.id.key() == member.group.key();
    if (of_group && each.member == member.name) view.registration = each;
  }
  return view;
}

domain::Device* FakeCatalog::identity_of(const domain::Member& member) {
  const domain::MemberView view = view_of(member);
  const std::string id = view.registration ? view.registration->device_id.text()
                                           : member_device_id(member.group, member.name);
  for (auto& [key, each] : devices) {
    if (each.id.text() == id && each.group && each.group->key() == member.group.key()) return &each;
  }
  return nullptr;
}

Task<Result<std::vector<domain::MemberAdding>>> FakeCatalog::add_members(
    std::unique_ptr<MembersToAdd> given) {
  Result<void> up = working();
  if (!up) co_return Fail(std::move(up).error());
  std::vector<domain::MemberAdding> results;
  for (MembersToAdd::Line& line : given->lines) {
    domain::Member member;
    member.scope = given->scope;
    member.group = given->group;
    member.name = std::move(line.name);
    member.enroll_password = std::move(line.enroll_password);
    member.control_password = std::move(line.control_password);
    member.created_at = member.updated_at = given->at;
    results.push_back(add(std::move(member)));
  }
  audit.push_back(given->audit);
  co_return results;
}

Task<Result<void>> FakeCatalog::append_audit(domain::AuditRecord record) {
  Result<void> up = working();
  if (up) audit.push_back(std::move(record));
  co_return up;
}

Task<Result<domain::Scope>> FakeCatalog::get_scope(std::string id) { co_return find(scopes, id); }
Task<Result<Listing<domain::Scope>>> FakeCatalog::list_scopes(Page page) {
  co_return page_of(scopes, page, kAll);
}
Task<Result<domain::Hub>> FakeCatalog::get_hub(std::string name) { co_return find(hubs, name); }
Task<Result<Listing<domain::Hub>>> FakeCatalog::list_hubs(Page page) {
  co_return page_of(hubs, page, kAll);
}
Task<Result<domain::HubLink>> FakeCatalog::get_hub_link(std::string scope, std::string hub) {
  co_return find(links, Pair(scope, hub));
}
Task<Result<Listing<domain::HubLink>>> FakeCatalog::list_hub_links(std::string scope) {
  Page all;
  all.limit = 1000;
  co_return page_of(links, all, [&](const auto& link) { return link.scope.text() == scope; });
}
Task<Result<domain::Enrollment>> FakeCatalog::get_enrollment(std::string scope, EnrollmentKind kind,
                                                             std::string key) {
  co_return find(enrollments, EnrollmentKey(scope, kind, key));
}
Task<Result<Listing<domain::Enrollment>>> FakeCatalog::list_enrollments(std::string scope,
                                                                        EnrollmentKind kind,
                                                                        Page page) {
  co_return page_of(enrollments, page, [&](const domain::Enrollment& each) {
    return each.scope.text() == scope && each.kind == kind;
  });
}
Task<Result<domain::MemberView>> FakeCatalog::get_member(std::string scope, std::string group,
                                                         std::string name) {
  BERTH_CO_TRY(const domain::Member member, find(members, MemberKey(scope, group, name)));
  co_return view_of(member);
}
Task<Result<Listing<domain::MemberView>>> FakeCatalog::list_members(std::string scope,
                                                                    std::string group, Page page) {
  const auto own = page_of(members, page, [&](const domain::Member& each) {
    return each.scope.text() == scope && each.group.key() == group;
  });
  Listing<domain::MemberView> views;
  for (const domain::Member& each : own.items) views.items.push_back(view_of(each));
  views.next_cursor = own.next_cursor;
  co_return views;
}
Task<Result<domain::Registration>> FakeCatalog::get_registration(std::string scope,
                                                                 std::string key) {
  co_return find(registrations, Pair(scope, key));
}
Task<Result<Listing<domain::Registration>>> FakeCatalog::list_registrations(
    std::string scope, std::optional<domain::EnrollmentRef> enrollment, Page page) {
  co_return page_of(registrations, page, [&](const domain::Registration& each) {
    return each.scope.text() == scope && (!enrollment || each.enrollment == *enrollment);
  });
}
Task<Result<domain::Device>> FakeCatalog::get_device(std::string hub, std::string id) {
  co_return find(devices, Pair(hub, id));
}
Task<Result<Listing<domain::Device>>> FakeCatalog::list_devices(std::string hub, Page page) {
  co_return page_of(devices, page, [&](const auto& each) { return each.hub.text() == hub; });
}
Task<Result<domain::Account>> FakeCatalog::get_account(std::string scope, std::string email) {
  co_return find(accounts, Pair(scope, email));
}
Task<Result<Listing<domain::Account>>> FakeCatalog::list_accounts(std::string scope) {
  Page all;
  all.limit = 1000;
  co_return page_of(accounts, all, [&](const auto& each) { return each.scope.text() == scope; });
}
Task<Result<domain::CaCertificate>> FakeCatalog::get_ca(std::string scope, std::string name) {
  co_return find(cas, Pair(scope, name));
}
Task<Result<Listing<domain::CaCertificate>>> FakeCatalog::list_cas(std::string scope) {
  Page all;
  all.limit = 1000;
  co_return page_of(cas, all, [&](const auto& each) { return each.scope.text() == scope; });
}
Task<Result<Listing<domain::RevokedCertificate>>> FakeCatalog::list_revoked(std::string scope,
                                                                            Page page) {
  co_return page_of(revoked, page, [&](const auto& each) { return each.scope.text() == scope; });
}
Task<Result<Listing<domain::CertificateRecord>>> FakeCatalog::list_issued(
    std::string scope, std::string registration_key, Page page) {
  Listing<domain::CertificateRecord> listing;
  for (const domain::CertificateRecord& each : issued) {
    const bool wanted = registration_key.empty() || each.registration.key() == registration_key;
    if (each.scope.text() != scope || !wanted) continue;
    if (listing.items.size() < page.limit) listing.items.push_back(each);
  }
  co_return listing;
}
Task<Result<domain::Trail>> FakeCatalog::get_trail(std::string id) { co_return find(trails, id); }
Task<Result<Listing<domain::Trail>>> FakeCatalog::list_trails(domain::ListTrails query) {
  co_return page_of(trails, query.page, [&](const domain::Trail& each) {
    return query.scope.empty() || each.scope == query.scope;
  });
}
Task<Result<Listing<domain::AuditRecord>>> FakeCatalog::list_audit(std::string scope, Page page) {
  Listing<domain::AuditRecord> listing;
  for (auto each = audit.rbegin(); each != audit.rend(); ++each) {
    if (!scope.empty() && each->scope != scope) continue;
    if (listing.items.size() < page.limit) listing.items.push_back(*each);
  }
  co_return listing;
}
Task<Result<domain::Token>> FakeCatalog::get_token(std::string id) {
  ++token_reads;
  Result<void> up = working();
  if (!up) co_return Fail(std::move(up).error());
  co_return find(tokens, id);
}
Task<Result<Listing<domain::Token>>> FakeCatalog::list_tokens(Page page) {
  co_return page_of(tokens, page, [](const auto& each) { return each.operator_name.empty(); });
}
Task<Result<domain::ServerStatus>> FakeCatalog::status() {
  domain::ServerStatus status;
  status.store = "memory";
  status.scope_count = scopes.size();
  status.hub_count = hubs.size();
  co_return status;
}

}  // namespace berth::management::testing
