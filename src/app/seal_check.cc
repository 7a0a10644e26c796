#include "app/seal_check.h"

#include <utility>

namespace berth::app {
namespace {

constexpr std::uint32_t kScopesLookedAt = 100;
constexpr std::uint32_t kEnrollmentsLookedAt = 100;  // of each kind in a scope

// What is sealed in it; null when nothing is.
const domain::Sealed* seal_in(const domain::Attestation& attestation) {
  struct SealIn {
    const domain::Sealed* operator()(const domain::SymmetricKeys& keys) const {
      return &keys.primary;
    }
    const domain::Sealed* operator()(const domain::ProductSecret& product) const {
      return &product.current;
    }
    const domain::Sealed* operator()(const domain::MemberPasswords& passwords) const {
      return passwords.derivation_secret ? &*passwords.derivation_secret : nullptr;
    }
    const domain::Sealed* operator()(const domain::CertificateTrust&) const { return nullptr; }
    const domain::Sealed* operator()(const domain::TpmKeys&) const { return nullptr; }
  };
  return std::visit(SealIn{}, attestation);
}

Result<void> check(const domain::Sealed& seal, const std::string& context,
                   provisioning::Vault& vault) {
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
  page.limit = kEnrollmentsLookedAt;
  for (const domain::Scope& scope : scopes->items) {
    if (scope.issuing_authority) {
      co_return check(scope.issuing_authority->key, domain::issuing_context(scope.id), vault);
    }
    for (const auto kind : {domain::EnrollmentKind::kGroup, domain::EnrollmentKind::kIndividual}) {
      auto enrollments = co_await catalog.list_enrollments(scope.id.text(), kind, page);
      if (!enrollments) co_return Fail(std::move(enrollments).error());
      for (const domain::Enrollment& each : enrollments->items) {
        const domain::Sealed* seal = seal_in(each.attestation);
        if (seal == nullptr) continue;
        co_return check(*seal, domain::key_context(each.scope, each.kind, each.id), vault);
      }
    }
  }
  co_return Result<void>();
}

}  // namespace berth::app
