#include "store/conformance/members.h"

#include <thread>

namespace berth::store::conformance {

using management::MustExist;

domain::ProductSecret make_product_secret() {
  domain::ProductSecret secret;
  secret.current.bytes = {7, 7, 0, 255};
  secret.admits = domain::Admits::kListed;
  return secret;
}

domain::Enrollment make_product(const domain::EnrollmentId& id, const domain::ScopeId& scope) {
  domain::Enrollment enrollment = make_group(id.text(), scope);
  enrollment.attestation = make_product_secret();
  enrollment.topics = {{"event", true, false}, {"control", false, true}, {"data", true, true}};
  return enrollment;
}

domain::Member make_member(std::string_view name) {
  domain::Member member;
  member.scope = kScope;
  member.group = kProduct;
  member.name = domain::MemberName::trusted(std::string(name));
  member.created_at = at(150);
  member.updated_at = at(150);
  return member;
}

domain::DeviceId member_id(std::string_view name) {
  return domain::DeviceId::trusted(
      domain::member_device_id(kProduct, domain::MemberName::trusted(std::string(name))));
}

std::unique_ptr<provisioning::Assignment> make_member_assignment(std::string_view name) {
  auto assignment = make_assignment(member_id(name).text());
  assignment->registration.enrollment.id = kProduct;
  assignment->registration.member = domain::MemberName::trusted(std::string(name));
  assignment->device->group = kProduct;
  assignment->device->awaits_activation = true;
  return assignment;
}

std::unique_ptr<provisioning::Assignment> make_request(std::string_view name,
                                                       std::uint32_t created_max) {
  auto assignment = make_member_assignment(name);
  assignment->new_member = make_member(name);
  assignment->new_member->requested = true;
  assignment->created_max = created_max;
  return assignment;
}

void MemberSuite::SetUp() {
  Suite::SetUp();
  if (!HasFatalFailure()) create_scope_with_hub();
  ASSERT_THAT(create(management::PutEnrollment{make_product()}), Succeeds());
}

Result<std::vector<domain::MemberAdding>> MemberSuite::add(const std::vector<std::string>& names,
                                                           const domain::EnrollmentId& group,
                                                           const domain::ScopeId& scope) {
  auto members = std::make_unique<management::MembersToAdd>();
  members->scope = scope;
  members->group = group;
  for (const std::string& name : names) {
    members->lines.push_back({domain::MemberName::trusted(name)});
  }
  members->at = at(150);
  members->audit = make_audit("member.add");
  return wait(catalog().add_members(std::move(members)));
}

provisioning::Dossier MemberSuite::member_dossier(const std::string& member,
                                                  const std::string& group) {
  auto found = wait(registrations().open_member_dossier(group, member));
  EXPECT_THAT(found, Succeeds());
  return found ? std::move(**found) : provisioning::Dossier();
}

hub::Dossier MemberSuite::connecting(std::string_view member) {
  Result<hub::Dossier> found = wait(device_store().open_member_dossier(member_id(member)));
  EXPECT_THAT(found, Succeeds());
  return found.value_or(hub::Dossier());
}

Result<domain::MemberView> MemberSuite::member(const std::string& name) {
  return wait(catalog().get_member(kScope.text(), kProduct.key(), name));
}

std::vector<std::string> MemberSuite::listed() {
  const auto roster = wait(registrations().roster(kScope, kProduct, "", 1000));
  EXPECT_THAT(roster, Succeeds());
  std::vector<std::string> names;
  if (!roster) return names;
  for (const domain::Member& each : *roster) names.push_back(each.name.text());
  return names;
}

std::unique_ptr<provisioning::Assignment> MemberSuite::again(std::string_view name) {
  auto assignment = make_member_assignment(name);
  const provisioning::Dossier found = member_dossier(std::string(name));
  if (found.current) assignment->expected_version = found.current->version;
  return assignment;
}

Result<bool> MemberSuite::activate(std::string_view name, std::uint64_t version, TimePoint when) {
  return wait(device_store().activate(kHub, member_id(name), version, when));
}

void MemberSuite::register_member(std::string_view name) {
  ASSERT_THAT(add({std::string(name)}), Succeeds());
  ASSERT_THAT(commit(make_member_assignment(name)), Succeeds());
}

Result<std::uint64_t> MemberSuite::remove_member(std::string_view name) {
  return apply(
      management::RemoveMember{kScope, kProduct, domain::MemberName::trusted(std::string(name))},
      MustExist{});
}

void MemberSuite::together(const std::vector<std::function<void()>>& works) const {
  if (!GetParam().threads) {
    for (const std::function<void()>& work : works) work();
    return;
  }
  std::vector<std::thread> threads;
  for (const std::function<void()>& work : works) threads.emplace_back(work);
  for (std::thread& thread : threads) thread.join();
}

void MemberSuite::make_older_product(const domain::EnrollmentId& id, const domain::ScopeId& scope) {
  const auto renamed = domain::EnrollmentId::trusted("OLDER00001");
  ASSERT_THAT(create(management::PutEnrollment{make_product(renamed, scope)}), Succeeds());
  const std::string key = "'" + id.key() + "'";
  script("UPDATE enrollments SET id = '" + id.text() + "', key = " + key + ", product = " + key +
         " WHERE key = 'older00001'; UPDATE rosters SET group_key = " + key +
         " WHERE group_key = 'older00001'");
}

void MemberSuite::script(std::string_view statements) {
  auto connection = database_->connect();
  ASSERT_THAT(connection, Succeeds());
  ASSERT_THAT((*connection)->script(statements), Succeeds());
}

}  // namespace berth::store::conformance
