// Twins: what operators want of a device, and what it reports. The hub keeps their rules.
#include "management/changes.h"
#include "management/device_view.h"
#include "management/lookup.h"
#include "management/use_cases.h"

namespace berth::management {

using domain::Device;
using domain::Twin;

Task<Answer> run(const Call& call, domain::GetTwin command) {
  Result<Device> found =
      co_await find_device(call, std::move(command.hub), std::move(command.device));
  if (!found) co_return Fail(std::move(found).error());
  Result<Twin> twin = co_await call.ports.hub.read_twin(found->hub, found->id);
  if (!twin) co_return Fail(std::move(twin).error());
  co_return *std::move(twin);
}

// Which sections, and how; never their values, which may be anything.
static std::string summary(const domain::TwinEdit& edit) {
  Differences changed;
  const std::string_view how = edit.replaces ? "replaced" : "merged";
  if (edit.tags) changed.note("tags", "", how);
  if (edit.desired) changed.note("desired", "", how);
  return changed.text();
}

Task<Answer> run(const Call& call, domain::UpdateTwin command) {
  if (!command.edit.tags && !command.edit.desired) {
    co_return Fail(ErrorKind::kInvalid, "there is nothing to change", "give tags, desired or both");
  }
  Result<Device> found =
      co_await find_device(call, std::move(command.hub), std::move(command.device));
  if (!found) co_return Fail(std::move(found).error());
  Act act{"twin.update", found->scope.text(), device_target(*found), summary(command.edit)};
  auto update = std::make_unique<hub::TwinUpdate>();
  update->hub = found->hub;
  update->device = found->id;
  update->tags = std::move(command.edit.tags);
  update->desired = std::move(command.edit.desired);
  update->replaces = command.edit.replaces;
  update->etag = command.precondition;
  update->audit = audit_record(call, std::move(act));
  Result<Twin> twin = co_await call.ports.hub.update_twin(std::move(update));
  if (!twin) co_return Fail(std::move(twin).error());
  co_return *std::move(twin);
}

}  // namespace berth::management
