#include "app/seal_check.h"

#include <utility>

namespace berth::app {
namespace {

constexpr std::uint32_t kScopesLookedAt = 100;

Result<void> check(const domain::Enrollment& enrollment, provisioning::Vault& vault) {
  const auto* product = std::get_if<domain::ProductSecret>(&enrollment.attestation);
  const domain::Sealed& seal =
      product != nullptr ? product->current
                         : std::get<domain::SymmetricKeys>(enrollment.attestation).primary;
  const std::string context = domain::key_context(enrollment.scope, enrollment.kind, enrollment.id);
  if (vault.open(seal, context)) return {};
  return Fail(ErrorKind::kInvalid, "the store's keys were sealed under another master key",
              "start with the master key of this store: its master.key file, or BERTH_MASTER_KEY; "
              "all servers on one store share one master key");
}

}  // namespace

Task<Result<void>> check_seals(management::Catalog& catalog, provisioning::Vault& vault) {
  domain::Page page;
  page.limit = kScopesLookedAt;
  auto scopes = co_await catalog.list_scopes(page);
  if (!scopes) co_return Fail(std::move(scopes).error());
  page.limit = 1;
  for (const domain::Scope& scope : scopes->items) {
    for (const auto kind : {domain::EnrollmentKind::kGroup, domain::EnrollmentKind::kIndividual}) {
      auto enrollments = co_await catalog.list_enrollments(scope.id.text(), kind, page);
      if (!enrollments) co_return Fail(std::move(enrollments).error());
      if (!enrollments->items.empty()) co_return check(enrollments->items.front(), vault);
    }
  }
  co_return Result<void>();
}

}  // namespace berth::app
