#include "management/issuance.h"

#include "management/lookup.h"

#include <fmt/format.h>

#include <utility>

namespace berth::management {
namespace {

using domain::CertificateIssuance;

std::string text_of(const std::optional<CertificateIssuance>& issuance) {
  return issuance ? fmt::format("{} days", issuance->lifetime.count()) : std::string("off");
}

}  // namespace

Result<void> edit_issuance(domain::Enrollment& enrollment, const domain::EnrollmentEdit& edit,
                           Differences& changed) {
  if (!edit.issuance_days) return {};
  std::optional<CertificateIssuance> wanted;
  if (*edit.issuance_days) {
    const std::uint32_t days = **edit.issuance_days;
    if (days < domain::kIssuedLifetimeMin.count() || days > domain::kIssuedLifetimeMax.count()) {
      return Fail(
          ErrorKind::kInvalid, fmt::format("certificateLifetimeDays is {}", days),
          fmt::format("use {} to {} days, or null to issue none",
                      domain::kIssuedLifetimeMin.count(), domain::kIssuedLifetimeMax.count()));
    }
    if (has_roster(enrollment)) {
      return Fail(ErrorKind::kInvalid,
                  fmt::format("group '{}' has attestation of type {}, whose devices have no way to "
                              "ask for a certificate",
                              enrollment.id.text(), attestation_name(enrollment.attestation)),
                  "leave certificateLifetimeDays out");
    }
    wanted = CertificateIssuance{std::chrono::days(days)};
  }
  if (wanted == enrollment.issuance) return {};
  changed.note("certificateLifetimeDays", text_of(enrollment.issuance), text_of(wanted));
  enrollment.issuance = wanted;
  return {};
}

Task<Result<void>> ensure_issuing_authority(const Call& call, domain::ScopeId id) {
  for (int attempt = 1;; ++attempt) {
    Result<domain::Scope> scope = co_await find_scope(call, id.text());
    if (!scope) co_return Fail(std::move(scope).error());
    if (scope->issuing_authority) co_return Result<void>();
    BERTH_CO_TRY(scope->issuing_authority, call.ports.certificates.make_issuing_authority(id));
    scope->updated_at = call.ports.clock.wall();
    Act act{"scope.issuing_authority.create", id.text(), id.text()};
    auto change =
        make_change(call, PutScope{*scope}, MustBeVersion{scope->version}, std::move(act));
    Result<std::uint64_t> version = co_await apply(call, std::move(change));
    if (version) co_return Result<void>();
    if (!may_retry(version.error(), std::nullopt, attempt)) {
      co_return Fail(std::move(version).error());
    }
  }
}

}  // namespace berth::management
