#include "provisioning/case_file.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace berth::provisioning {
namespace {

using domain::Enrollment;

constexpr std::size_t kSameIdMax = 20;

void append(std::vector<Enrollment>& to, std::vector<Enrollment> from) {
  to.insert(to.end(), std::make_move_iterator(from.begin()), std::make_move_iterator(from.end()));
}

bool same(const Enrollment& a, const Enrollment& b) {
  return a.scope == b.scope && a.kind == b.kind && a.id.key() == b.id.key();
}

// A text that sorts a little before the id, so that ids like it come soon after: its first half.
std::string shortly_before(const std::string& key) { return key.substr(0, key.size() / 2); }

void set_candidates(CaseFile& file, const Dossier& dossier, const std::vector<Enrollment>& groups) {
  if (dossier.individual) {
    file.candidates.push_back(*dossier.individual);
    return;
  }
  if (dossier.owner_group) file.candidates.push_back(*dossier.owner_group);
  for (const Enrollment& group : groups) {
    const bool there = !file.candidates.empty() && same(file.candidates.front(), group);
    if (!there) file.candidates.push_back(group);
  }
}

}  // namespace

Task<CaseFile> gather_scope(RegistrationStore& store, ExplainSettings settings, std::string scope,
                            std::string registration_id) {
  CaseFile file;
  const std::string key = base::ascii_lower(registration_id);
  Result<std::unique_ptr<Dossier>> opened = co_await store.open_dossier(scope, key);
  if (!opened || !(*opened)->scope) co_return file;
  const std::unique_ptr<Dossier> dossier = *std::move(opened);
  file.scope = *dossier->scope;
  file.current = dossier->current;
  if (dossier->challenge) file.challenge = *dossier->challenge;
  const domain::ScopeId id = dossier->scope->id;
  Result<std::vector<domain::CaCertificate>> authorities =
      co_await store.all_authorities(id, settings.authorities_read_max);
  if (authorities) file.authorities = *std::move(authorities);

  Result<ScopeSnapshot> snapshot = co_await store.scope_snapshot(id);
  if (snapshot) file.same_scope = snapshot->groups;
  set_candidates(file, *dossier, file.same_scope);

  const std::size_t half = settings.enrollments_read_max / 2;
  Result<std::vector<Enrollment>> near = co_await store.individuals(id, shortly_before(key), half);
  if (near) append(file.same_scope, *std::move(near));
  Result<std::vector<Enrollment>> first = co_await store.individuals(id, std::string(), half);
  if (first) append(file.same_scope, *std::move(first));
  co_return file;
}

namespace {

// A group of that name in whatever scope.
Task<std::optional<Enrollment>> find_namesake(RegistrationStore& store, ExplainSettings settings,
                                              std::string key) {
  Result<std::vector<domain::Scope>> scopes = co_await store.all_scopes(settings.scopes_read_max);
  if (!scopes) co_return std::nullopt;
  for (const domain::Scope& each : *scopes) {
    Result<ScopeSnapshot> snapshot = co_await store.scope_snapshot(each.id);
    if (!snapshot) continue;
    const auto found = std::find_if(snapshot->groups.begin(), snapshot->groups.end(),
                                    [&](const auto& group) { return group.id.key() == key; });
    if (found != snapshot->groups.end()) co_return *found;
  }
  co_return std::nullopt;
}

}  // namespace

Task<CaseFile> gather_membership(RegistrationStore& store, ExplainSettings settings,
                                 domain::Membership membership) {
  CaseFile file;
  const std::string key = base::ascii_lower(membership.group);
  const std::size_t half = settings.enrollments_read_max / 2;
  Result<std::vector<Enrollment>> products = co_await store.product_groups(std::string(), half);
  if (products) file.products = *std::move(products);

  Result<std::unique_ptr<Dossier>> opened =
      co_await store.open_member_dossier(key, membership.member);
  if (!opened) co_return file;
  const std::unique_ptr<Dossier> dossier = *std::move(opened);
  if (!dossier->scope) {
    file.namesake = co_await find_namesake(store, settings, key);
    co_return file;
  }
  file.scope = *dossier->scope;
  file.current = dossier->current;
  if (dossier->member) file.member = *dossier->member;
  const domain::ScopeId scope = dossier->scope->id;
  Result<ScopeSnapshot> snapshot = co_await store.scope_snapshot(scope);
  if (snapshot) file.same_scope = std::move(snapshot->groups);
  if (!dossier->named_group) co_return file;
  file.candidates.push_back(*dossier->named_group);

  const domain::EnrollmentId group = file.candidates.front().id;
  const std::string before = shortly_before(membership.member);
  Result<std::vector<domain::Member>> near = co_await store.roster(scope, group, before, half);
  if (near) file.roster = *std::move(near);
  Result<std::vector<domain::Member>> first =
      co_await store.roster(scope, group, std::string(), half);
  if (first) file.roster.insert(file.roster.end(), first->begin(), first->end());
  co_return file;
}

Task<Neighbours> gather_neighbours(RegistrationStore& store, ExplainSettings settings,
                                   std::string scope, std::string registration_id) {
  Neighbours neighbours;
  Result<std::vector<domain::Scope>> scopes = co_await store.all_scopes(settings.scopes_read_max);
  if (scopes) {
    neighbours.scopes = *std::move(scopes);
    std::erase_if(neighbours.scopes, [&](const auto& each) { return each.id.text() == scope; });
  }
  const std::string key = base::ascii_lower(registration_id);
  Result<std::vector<Enrollment>> individuals =
      co_await store.individuals_anywhere(key, kSameIdMax);
  if (individuals) {
    std::erase_if(*individuals, [&](const auto& each) { return each.scope.text() == scope; });
    neighbours.enrollments = *std::move(individuals);
  }
  for (const domain::Scope& each : neighbours.scopes) {
    Result<ScopeSnapshot> snapshot = co_await store.scope_snapshot(each.id);
    if (snapshot) append(neighbours.enrollments, std::move(snapshot->groups));
  }
  co_return neighbours;
}

}  // namespace berth::provisioning
