#include "hub/keying.h"

#include "base/codec.h"
#include "base/log.h"
#include "hub/admission.h"
#include "hub/core.h"

#include <fmt/format.h>

#include <utility>

namespace berth::hub {
namespace {

using domain::Reason;
using domain::Step;

Rejection why(const std::optional<domain::Device>& device, const std::string& identity,
              bool found) {
  if (!device) {
    return {Step::kIdentify,
            Reason::kDeviceUnknown,
            "the id of a device that has a key",
            base::printable(identity, 160),
            {}};
  }
  if (!device->enabled) {
    return {Step::kAuthorize, Reason::kDeviceDisabled, "an enabled device", "a disabled one", {}};
  }
  if (!found) {
    return {
        Step::kAttest,
        Reason::kAttestationMismatch,
        fmt::format("another kind of proof than a shared key for device '{}'", device->id.text()),
        "a shared key",
        {}};
  }
  return {Step::kAttest,
          Reason::kProofRejected,
          fmt::format("the key of device '{}'", device->id.text()),
          "another key: the TLS handshake failed",
          {}};
}

}  // namespace

Task<std::optional<SharedKey>> shared_key(std::shared_ptr<Core> core, std::string source,
                                          std::string identity) {
  if (core->stopping) co_return std::nullopt;
  if (core->failures.exhausted(source, core->ports.clock.monotonic())) co_return std::nullopt;
  Result<domain::DeviceId> id = domain::DeviceId::parse(identity);
  if (!id) co_return std::nullopt;
  Result<Dossier> dossier = co_await core->ports.store.open_member_dossier(*std::move(id));
  if (!dossier) {
    log::warn("hub.key_unread", {{"what", dossier.error().what}});
    co_return std::nullopt;
  }
  if (!dossier->device || !dossier->device->enabled) co_return std::nullopt;
  co_return core->ports.authenticator.shared_key(*dossier->device);
}

Task<void> keying_failed(std::shared_ptr<Core> core, domain::Claim claim, bool found) {
  if (core->stopping) co_return;
  ++core->count.connects_refused;
  std::optional<domain::Device> device;
  Result<domain::DeviceId> id = domain::DeviceId::parse(claim.registration_id);
  if (id) {
    Result<Dossier> dossier = co_await core->ports.store.open_member_dossier(*std::move(id));
    if (dossier) device = std::move(dossier->device);
  }
  Rejection rejection = why(device, claim.registration_id, found);
  Admission admission(*core, std::move(claim));
  if (device) admission.pass(Step::kIdentify, fmt::format("device '{}'", device->id.text()));
  admission.refuse(std::move(rejection), std::move(device));
}

}  // namespace berth::hub
