#include "base/log.h"
#include "provisioning/steps.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace berth::provisioning {
namespace {

using domain::Reason;

// Longer than any scope id; the store is not asked for more.
constexpr std::size_t kScopeBytesMax = 64;
constexpr std::chrono::seconds kStoreRetry{3};

}  // namespace

Refusal store_refusal(const Error& error) {
  const bool unavailable = error.kind == ErrorKind::kUnavailable;
  log::error("provisioning.store_failed",
             {{"kind", std::string(to_string(error.kind))}, {"what", error.what}});
  return {unavailable ? Reason::kStoreUnavailable : Reason::kInternal, "an answer of the store",
          base::printable(error.what), unavailable ? kStoreRetry : std::chrono::seconds(0)};
}

std::string reference_text(const domain::Enrollment& enrollment) {
  return fmt::format("{}/{}", to_string(enrollment.kind), enrollment.id.text());
}

std::string name_text(const domain::Enrollment& enrollment) {
  return fmt::format("{} '{}'", to_string(enrollment.kind), enrollment.id.text());
}

Task<Result<Identified, Refusal>> identify(RegistrationStore& store, ScopeCache& scopes,
                                           const Attempt& attempt) {
  const domain::Claim& claim = attempt.claim;
  if (claim.membership) {
    Result<Identified, Refusal> member = co_await identify_member(store, scopes, attempt);
    co_return member;
  }
  Result<domain::RegistrationId> id = domain::RegistrationId::parse(claim.registration_id);
  if (!id) {
    co_return Fail(
        Refusal{Reason::kIdInvalid, id.error().mend, base::printable(id.error().what), {}});
  }
  Identified identified;
  identified.registration = *std::move(id);
  const Refusal unknown{Reason::kScopeUnknown,
                        "the ID scope of a scope of this server",
                        base::printable(claim.scope, kScopeBytesMax),
                        {}};
  if (claim.scope.empty() || claim.scope.size() > kScopeBytesMax) co_return Fail(unknown);

  Result<std::unique_ptr<Dossier>> dossier =
      co_await store.open_dossier(claim.scope, identified.registration.key());
  if (!dossier) co_return Fail(store_refusal(dossier.error()));
  identified.dossier = *std::move(dossier);
  if (!identified.dossier->scope) co_return Fail(unknown);

  Result<std::shared_ptr<const ScopeSnapshot>> snapshot =
      co_await scopes.get(identified.dossier->scope->id, identified.dossier->catalog_version);
  if (!snapshot) co_return Fail(store_refusal(snapshot.error()));
  identified.snapshot = *std::move(snapshot);
  const std::vector<domain::Enrollment>& groups = identified.snapshot->groups;
  if (!identified.dossier->individual && std::all_of(groups.begin(), groups.end(), is_named_only)) {
    co_return Fail(Refusal{
        Reason::kNotEnrolled,
        fmt::format("an individual enrollment '{}', or a group", identified.registration.text()),
        "neither: this scope has no group",
        {}});
  }
  co_return identified;
}

std::string describe(const Identified& identified) {
  const Dossier& dossier = *identified.dossier;
  if (dossier.named_group) return name_text(*dossier.named_group);
  if (dossier.individual) return name_text(*dossier.individual);
  if (dossier.owner_group) return fmt::format("owned by {}", name_text(*dossier.owner_group));
  return fmt::format(
      "no individual enrollment; {} groups to try",
      std::count_if(identified.snapshot->groups.begin(), identified.snapshot->groups.end(),
                    [](const auto& each) { return !is_named_only(each); }));
}

}  // namespace berth::provisioning
