// The keys of a hub's policies: shown on purpose, and made anew.
#include "management/changes.h"
#include "management/hub_policies.h"
#include "management/keys.h"
#include "management/lookup.h"
#include "management/use_cases.h"

#include <fmt/format.h>

namespace berth::management {
namespace {

using domain::Hub;
using domain::HubPolicy;

Result<domain::HubKeys> opened(const Call& call, const Hub& hub) {
  domain::HubKeys all;
  all.hub = hub.name;
  all.host = hub.host;
  for (const HubPolicy& policy : hub.policies) {
    const std::string context = domain::hub_policy_context(hub.name, policy.name);
    BERTH_TRY(domain::Keys keys, open_keys(call.ports, policy.keys, context));
    all.policies.push_back({policy.name, policy.permissions, std::move(keys)});
  }
  return all;
}

}  // namespace

Task<Answer> run(const Call& call, domain::GetHubKeys command) {
  Result<Hub> hub = co_await find_hub(call, std::move(command.name));
  if (!hub) co_return Fail(std::move(hub).error());
  BERTH_CO_TRY(domain::HubKeys keys, opened(call, *hub));
  // Remembered before they are shown.
  domain::AuditRecord audit = audit_record(call, {"hub.keys.show", "", hub->name.text()});
  Result<void> remembered = co_await call.ports.catalog.append_audit(std::move(audit));
  if (!remembered) co_return Fail(std::move(remembered).error());
  co_return std::move(keys);
}

Task<Answer> run(const Call& call, domain::RegenerateHubKey command) {
  for (int attempt = 1;; ++attempt) {
    Result<Hub> hub = co_await find_hub(call, command.name);
    if (!hub) co_return Fail(std::move(hub).error());
    Result<void> current = check_version(command.precondition, hub->version);
    if (!current) co_return Fail(std::move(current).error());
    HubPolicy* policy = find_policy(*hub, command.policy);
    if (policy == nullptr) co_return Fail(unknown_policy(*hub, command.policy));
    const Secret key = call.ports.rng.secret(kPolicyKeyBytes);
    const std::string context = domain::hub_policy_context(hub->name, policy->name);
    BERTH_CO_TRY(const bool replaced,
                 replace_key(call.ports, policy->keys, command.slot, key, context));
    static_cast<void>(replaced);  // a random key is a new one
    hub->updated_at = call.ports.clock.wall();
    Differences changed;
    changed.note(fmt::format("{}/{}", policy->name, to_string(command.slot)));
    Act act{"hub.keys.regenerate", "", hub->name.text(), changed.text()};
    auto change = make_change(call, PutHub{*hub}, MustBeVersion{hub->version}, std::move(act));
    Result<std::uint64_t> version = co_await apply(call, std::move(change));
    if (version) {
      hub->version = *version;
      call.ports.hub.hubs_changed();
      co_return *std::move(hub);
    }
    if (!may_retry(version.error(), command.precondition, attempt)) {
      co_return Fail(std::move(version).error());
    }
  }
}

}  // namespace berth::management
