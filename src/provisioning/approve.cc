// Whether a device that is proven must wait for an operator, and the template of the model it
// names.
#include "domain/mend.h"
#include "domain/model_id.h"
#include "provisioning/steps.h"

#include <fmt/format.h>

#include <algorithm>

namespace berth::provisioning {
namespace {

using domain::Approval;
using domain::Cause;
using domain::Reason;

constexpr std::size_t kModelTextMax = 256;

// It has had a place: whatever the scope says of new devices, it is none.
bool was_assigned(const std::optional<domain::Registration>& current) {
  return current && !current->hub.empty();
}

Approval said_of(const std::optional<domain::Registration>& current) {
  return current ? current->approval : Approval::kNone;
}

}  // namespace

std::string model_of(const domain::Claim& claim) {
  if (domain::check_model_id(claim.model)) return claim.model;
  return base::printable(claim.model, kModelTextMax);
}

const domain::TemplateTwin* find_template(const ScopeSnapshot& snapshot, std::string_view model) {
  const auto found = std::lower_bound(
      snapshot.templates.begin(), snapshot.templates.end(), model,
      [](const domain::TemplateTwin& each, std::string_view id) { return each.id < id; });
  if (found == snapshot.templates.end() || found->id != model) return nullptr;
  return &*found;
}

std::optional<Refusal> withhold(const domain::Claim& claim, const Identified& identified,
                                const domain::Enrollment& enrollment) {
  const domain::Scope& scope = *identified.dossier->scope;
  const auto& current = identified.dossier->current;
  const std::string& id = identified.registration.text();
  const Approval said = said_of(current);
  if (said == Approval::kBlocked) {
    return Refusal{Reason::kDeviceBlocked,
                   "a device that nobody blocked",
                   fmt::format("'{}', which an operator blocked", id),
                   {}};
  }
  if (said == Approval::kApproved) return std::nullopt;
  // Groups with a roster say themselves whom they admit.
  const bool is_new = enrollment.kind == domain::EnrollmentKind::kGroup && !claim.membership &&
                      !was_assigned(current);
  if (is_new && !scope.auto_approve) {
    return Refusal{Reason::kApprovalAwaited,
                   "a device that an operator has created or approved",
                   fmt::format("'{}', which nobody has created", id),
                   {}};
  }
  if (!scope.hold_unknown_models || claim.model.empty()) return std::nullopt;
  const std::string model = model_of(claim);
  const bool goes_on = was_assigned(current) && current->model == model;
  if (goes_on || find_template(*identified.snapshot, model) != nullptr) return std::nullopt;
  return Refusal{Reason::kModelUnknown,
                 "a model that the scope has a template for",
                 fmt::format("model '{}'", model),
                 {}};
}

std::vector<domain::Finding> explain_withheld(const Identified& identified,
                                              const Refusal& refusal) {
  const std::string& scope = identified.dossier->scope->id.text();
  const std::string& id = identified.registration.text();
  const std::string approve = domain::mend::approve_device(scope, id);
  if (refusal.reason == Reason::kApprovalAwaited) {
    return {{Cause::kNobodyCreatedIt, true,
             fmt::format("Scope '{}' approves no devices by itself, and nobody has created '{}'.",
                         scope, id),
             approve}};
  }
  if (refusal.reason == Reason::kModelUnknown) {
    return {{Cause::kTemplateMissing, true,
             fmt::format("Scope '{}' has no template for {}.", scope, refusal.received),
             domain::mend::create_template(scope)}};
  }
  if (refusal.reason != Reason::kDeviceBlocked) return {};
  return {{Cause::kBlockedByOperator, true, fmt::format("An operator blocked '{}'.", id), approve}};
}

}  // namespace berth::provisioning
