// Devices that wait, and devices that are kept out: what an operator says of a registration.
#include "management/changes.h"
#include "management/lookup.h"
#include "management/use_cases.h"

#include <utility>

namespace berth::management {
namespace {

using domain::Approval;
using domain::Registration;

Act decided(const Registration& registration, Approval approval) {
  Differences changed;
  changed.note("approval", to_string(registration.approval), to_string(approval));
  return {approval == Approval::kBlocked ? "registration.block" : "registration.approve",
          registration.scope.text(), registration.id.text(), changed.text()};
}

}  // namespace

// A device that waits gets in with its next attempt. One that is blocked is refused from now on,
// and what it has at its hub is switched off.
Task<Answer> run(const Call& call, domain::DecideApproval command) {
  const Approval approval = command.blocks ? Approval::kBlocked : Approval::kApproved;
  for (int attempt = 1;; ++attempt) {
    Result<Registration> found =
        co_await find_registration(call, command.scope, command.registration);
    if (!found) co_return Fail(std::move(found).error());
    Result<void> current = check_version(command.precondition, found->version);
    if (!current) co_return Fail(std::move(current).error());
    if (found->approval == approval) co_return *std::move(found);
    auto change =
        make_change(call, PutApproval{found->scope, found->id, approval, call.ports.clock.wall()},
                    MustBeVersion{found->version}, decided(*found, approval));
    Result<std::uint64_t> version = co_await apply(call, std::move(change));
    if (version) {
      if (!found->hub.empty()) call.ports.hub.identity_changed(found->hub, found->device_id);
      found = co_await find_registration(call, command.scope, command.registration);
      if (!found) co_return Fail(std::move(found).error());
      co_return *std::move(found);
    }
    if (!may_retry(version.error(), command.precondition, attempt)) {
      co_return Fail(std::move(version).error());
    }
  }
}

}  // namespace berth::management
