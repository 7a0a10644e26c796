#include "hub/bindings.h"

#include "base/codec.h"
#include "hub/core.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace berth::hub {
namespace {

using domain::Reason;
using domain::Step;

// Another gateway, another server or an operator may have changed it meanwhile.
constexpr std::chrono::seconds kReadAgainAfter{2};

Rejection unknown(const domain::Claim& claim) {
  return {Step::kIdentify,
          Reason::kDeviceUnknown,
          "a device of the gateway's scope that has an identity",
          base::printable(claim.registration_id, 160),
          {}};
}

}  // namespace

Bindings::Bindings(std::shared_ptr<Core> core, DeviceKey gateway, domain::ScopeId scope)
    : core_(std::move(core)), gateway_(std::move(gateway)), scope_(std::move(scope)) {}

Task<Bindings::Bound> Bindings::bind(domain::Claim claim) {
  Bound bound;
  Result<domain::DeviceId> id = domain::DeviceId::parse(claim.registration_id);
  if (!id) {
    bound.rejection = unknown(claim);
    co_return bound;
  }
  Result<Dossier> dossier = co_await core_->ports.store.open_member_dossier(*std::move(id));
  if (!dossier) {
    bound.trouble = refusal_of(*core_, dossier.error());
    co_return bound;
  }
  const HubTable::Entry hub =
      dossier->device ? core_->hubs.now()->find(dossier->device->hub) : nullptr;
  if (!hub || dossier->device->scope != scope_) {
    bound.rejection = unknown(claim);
    co_return bound;
  }
  const domain::Device& device = bound.device.emplace(*std::move(dossier->device));
  const TimePoint now = core_->ports.clock.wall();
  Result<Authenticated, ProofRefusal> proof =
      core_->ports.authenticator.authenticate(claim, *hub, {device}, now);
  if (!proof) {
    ProofRefusal& why = proof.error();
    bound.rejection =
        Rejection{Step::kAttest, why.reason, std::move(why.expected), std::move(why.received), {}};
    co_return bound;
  }
  if (!device.enabled) {
    bound.rejection = Rejection{
        Step::kAuthorize, Reason::kDeviceDisabled, "an enabled device", "a disabled one", {}};
    co_return bound;
  }
  // Its gateway is how it uses what it was issued.
  if (device.awaits_activation) {
    Result<bool> activated =
        co_await core_->ports.store.activate(device.hub, device.id, device.version, now);
    if (!activated) bound.trouble = refusal_of(*core_, activated.error());
    if (!activated) co_return bound;
  }
  Binding binding{gateway_.hub, gateway_.device, device.hub, device.id};
  Result<void> kept = co_await core_->ports.store.bind(std::move(binding));
  if (!kept) bound.trouble = refusal_of(*core_, kept.error());
  read_at_.reset();
  co_return bound;
}

Task<std::optional<domain::HubRefused>> Bindings::unbind(std::string device) {
  read_at_.reset();
  Result<void> known = co_await read();
  if (!known) co_return refusal_of(*core_, known.error());
  const auto found = std::find_if(bound_.begin(), bound_.end(), [&](const Binding& each) {
    return each.device.text() == device;
  });
  if (found == bound_.end()) co_return std::nullopt;
  Result<void> gone = co_await core_->ports.store.unbind(*found);
  read_at_.reset();
  if (!gone) co_return refusal_of(*core_, gone.error());
  co_return std::nullopt;
}

Task<Result<std::vector<Binding>>> Bindings::all() {
  read_at_.reset();
  Result<void> known = co_await read();
  if (!known) co_return Fail(std::move(known).error());
  co_return bound_;
}

Task<Result<std::optional<DeviceKey>>> Bindings::find(std::string device) {
  Result<void> known = co_await read();
  if (!known) co_return Fail(std::move(known).error());
  const auto found = std::find_if(bound_.begin(), bound_.end(), [&](const Binding& each) {
    return each.device.text() == device;
  });
  if (found == bound_.end()) co_return std::nullopt;
  co_return DeviceKey{found->hub, found->device};
}

Task<Result<void>> Bindings::read() {
  const Instant now = core_->ports.clock.monotonic();
  if (read_at_ && now - *read_at_ < kReadAgainAfter) co_return Result<void>();
  Result<std::vector<Binding>> bound =
      co_await core_->ports.store.bound_to(gateway_.hub, gateway_.device);
  if (!bound) co_return Fail(std::move(bound).error());
  bound_ = *std::move(bound);
  read_at_ = now;
  co_return Result<void>();
}

}  // namespace berth::hub
