#include "hub/twins.h"

#include "hub/core.h"
#include "hub/property_text.h"
#include "hub/twin_document.h"

#include <fmt/format.h>

#include <utility>

namespace berth::hub {
namespace {

using domain::Twin;

Error to_error(const DocumentFault& fault) {
  const bool large = fault.reason == domain::Reason::kDocumentTooLarge;
  return {large ? ErrorKind::kTooLarge : ErrorKind::kInvalid, fault.detail,
          "correct the document and send it again"};
}

Error too_busy(const DeviceKey& key) {
  return {
      ErrorKind::kUnavailable,
      fmt::format("the twin of device '{}' changed again and again meanwhile", key.device.text()),
      "try again"};
}

// What an update makes of a twin.
struct Updated {
  Twin twin;
  std::optional<std::string> told;  // to the device, when desired was written
};

Result<Updated> apply(const Twin& current, const TwinUpdate& update, TimePoint now) {
  if (update.etag && *update.etag != current.etag) {
    return Fail(ErrorKind::kPreconditionFailed,
                fmt::format("the twin's etag is {}, not {}", current.etag, *update.etag),
                "read the twin again and decide again");
  }
  Updated updated{current, {}};
  ++updated.twin.etag;
  updated.twin.updated_at = now;
  if (update.tags) {
    domain::TwinSection tags;
    tags.document = current.tags;
    Result<SectionWritten, DocumentFault> written =
        write_section(tags, {Section::kTags, *update.tags, update.replaces, now});
    if (!written) return Fail(to_error(written.error()));
    updated.twin.tags = std::move(written->section.document);
  }
  if (update.desired) {
    Result<SectionWritten, DocumentFault> written =
        write_section(current.desired, {Section::kDesired, *update.desired, update.replaces, now});
    if (!written) return Fail(to_error(written.error()));
    updated.twin.desired = std::move(written->section);
    updated.told = std::move(written->told);
  }
  return updated;
}

// Puts the twin under the version it was read with. True when it is stored; false when somebody
// else, on another server, was faster.
Task<Result<bool>> store(std::shared_ptr<Core> core, Twin& twin,
                         const std::optional<domain::AuditRecord>& audit) {
  auto write = std::make_unique<TwinWrite>();
  write->twin = twin;
  write->expected_version = twin.version;
  write->audit = audit;
  Result<std::uint64_t> version = co_await core->ports.store.put_twin(std::move(write));
  if (version) {
    twin.version = *version;
    ++core->count.twin_writes;
    co_return true;
  }
  if (version.error().kind == ErrorKind::kConflict) co_return false;
  co_return Fail(std::move(version).error());
}

void announce(Core& core, const Twin& twin, std::string told) {
  const std::shared_ptr<Connection> connection = core.directory.find({twin.hub, twin.device});
  if (!connection || !connection->listens(domain::Channel::kDesired)) return;
  if (connection->deliver(domain::DesiredChanged{twin.desired.version, std::move(told)})) return;
  ++core.count.events_dropped;
  connection->end(domain::EndReason::kTooSlow);
}

domain::HubRefused stale(Core& core, std::uint64_t based_on, std::uint64_t current) {
  return refusal(
      core, domain::Reason::kVersionNotCurrent,
      fmt::format("the reported properties are at version {}, not {}", current, based_on));
}

}  // namespace

Twin first_twin(const domain::Device& device) {
  Twin twin;
  twin.hub = device.hub;
  twin.device = device.id;
  twin.tags = first_section(Section::kTags, device.twin.tags, device.created_at).document;
  twin.desired = first_section(Section::kDesired, device.twin.desired, device.created_at);
  twin.reported = first_section(Section::kReported, reported_document(device.first_reported),
                                device.created_at);
  twin.updated_at = device.created_at;
  return twin;
}

Task<Result<Twin>> load_twin(std::shared_ptr<Core> core, DeviceKey key) {
  Result<std::optional<Twin>> stored = co_await core->ports.store.get_twin(key.hub, key.device);
  if (!stored) co_return Fail(std::move(stored).error());
  if (*stored) co_return **std::move(stored);
  Result<Dossier> dossier = co_await core->ports.store.open_dossier(key.hub, key.device);
  if (!dossier) co_return Fail(std::move(dossier).error());
  if (!dossier->device) co_return Fail(no_such_device(key));
  co_return first_twin(*dossier->device);
}

Task<Result<Twin>> update_twin(std::shared_ptr<Core> core, std::unique_ptr<TwinUpdate> update) {
  const DeviceKey key{update->hub, update->device};
  const bool changes = update->tags || update->desired;
  // Until the device has been told, so that it never hears of an older change after a newer one.
  const Turns::Turn turn = co_await core->turns.take(key, kTurnWaitMax);
  if (!turn) co_return Fail(too_busy(key));
  for (int round = 0; round < kRoundsMax; ++round) {
    Result<Twin> twin = co_await load_twin(core, key);
    if (!twin) co_return twin;
    Result<Updated> updated = apply(*twin, *update, core->ports.clock.wall());
    if (!updated) co_return Fail(std::move(updated).error());
    if (!changes) co_return twin;
    Result<bool> stored = co_await store(core, updated->twin, update->audit);
    if (!stored) co_return Fail(std::move(stored).error());
    if (!*stored) continue;
    if (updated->told) announce(*core, updated->twin, *std::move(updated->told));
    co_return std::move(updated->twin);
  }
  co_return Fail(too_busy(key));
}

Task<domain::HubResult> read_own_twin(std::shared_ptr<Core> core, DeviceKey key) {
  const Turns::Turn turn = co_await core->turns.take(key, kTurnWaitMax);
  if (!turn) co_return refusal_of(*core, too_busy(key));
  Result<Twin> twin = co_await load_twin(core, key);
  if (!twin) co_return refusal_of(*core, twin.error());
  ++core->count.twin_reads;
  co_return domain::TwinRead{*std::move(twin)};
}

Task<Result<Twin, domain::HubRefused>> write_reported(std::shared_ptr<Core> core, DeviceKey key,
                                                      ReportedWrite write) {
  const Turns::Turn turn = co_await core->turns.take(key, kTurnWaitMax);
  if (!turn) co_return Fail(refusal_of(*core, too_busy(key)));
  for (int round = 0; round < kRoundsMax; ++round) {
    Result<Twin> twin = co_await load_twin(core, key);
    if (!twin) co_return Fail(refusal_of(*core, twin.error()));
    if (write.base_version && *write.base_version != twin->reported.version) {
      co_return Fail(stale(*core, *write.base_version, twin->reported.version));
    }
    const TimePoint now = core->ports.clock.wall();
    Result<SectionWritten, DocumentFault> written = write_section(
        twin->reported, {Section::kReported, write.text, write.replaces, now, write.whole_members});
    if (!written) {
      co_return Fail(refusal(*core, written.error().reason, written.error().detail));
    }
    twin->reported = std::move(written->section);
    twin->updated_at = now;
    Result<bool> stored = co_await store(core, *twin, std::nullopt);
    if (!stored) co_return Fail(refusal_of(*core, stored.error()));
    if (*stored) co_return *std::move(twin);
  }
  co_return Fail(refusal_of(*core, too_busy(key)));
}

Task<domain::HubResult> patch_reported(std::shared_ptr<Core> core, DeviceKey key,
                                       domain::PatchReported command) {
  ReportedWrite write{std::move(command.patch), false, false, command.base_version};
  Result<Twin, domain::HubRefused> twin =
      co_await write_reported(core, std::move(key), std::move(write));
  if (!twin) co_return std::move(twin).error();
  co_return domain::ReportedPatched{twin->reported.version};
}

}  // namespace berth::hub
