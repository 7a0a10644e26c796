// Links: which hubs a scope may assign its devices to, and in what shares.
#include "domain/mend.h"
#include "management/changes.h"
#include "management/hub_policies.h"
#include "management/lookup.h"
#include "management/use_cases.h"
#include "management/validation.h"

#include <fmt/format.h>

namespace berth::management {

using domain::HubLink;

// The hub that is meant: by name, or by the host that the proof is for.
static Task<Result<domain::Hub>> hub_to_link(const Call& call, std::string name, std::string host) {
  if (!name.empty() || host.empty()) {
    Result<domain::Hub> named = co_await find_hub(call, std::move(name));
    co_return named;
  }
  Result<std::optional<domain::Hub>> found =
      co_await find_hub_by_host(call, base::ascii_lower(host));
  if (!found) co_return Fail(std::move(found).error());
  if (*found) co_return **std::move(found);
  co_return Fail(ErrorKind::kInvalid,
                 fmt::format("no hub of this server has the host {}, which the connection string "
                             "names",
                             base::printable(host, 253)),
                 "the hubs and their hosts: " + domain::mend::list_hubs());
}

Task<Answer> run(const Call& call, domain::LinkHub command) {
  HubLink link;
  link.weight = command.edit.weight.value_or(link.weight);
  link.apply_allocation = command.edit.apply_allocation.value_or(link.apply_allocation);
  if (link.weight < 1 || link.weight > kWeightMax) {
    co_return Fail(ErrorKind::kInvalid, fmt::format("weight is {}", link.weight),
                   fmt::format("use 1 to {}", kWeightMax));
  }
  Result<domain::Scope> scope = co_await find_scope(call, std::move(command.scope));
  if (!scope) co_return Fail(std::move(scope).error());
  const std::optional<domain::HubProof>& proof = command.edit.proof;
  const std::string host = proof ? proof->host : std::string();
  Result<domain::Hub> hub = co_await hub_to_link(call, std::move(command.hub), host);
  if (!hub) co_return Fail(std::move(hub).error());
  if (proof) {
    Result<void> proven = check_proof(call.ports, *hub, *proof);
    if (!proven) co_return Fail(std::move(proven).error());
  }
  link.scope = scope->id;
  link.hub = hub->name;

  Differences set;
  set.note("weight", "", std::to_string(link.weight));
  set.note("applyAllocation", "", link.apply_allocation ? "true" : "false");
  if (proof) set.note("policy", "", proof->policy);
  Act act{"link.set", link.scope.text(), link.hub.text(), set.text()};
  const Expectation expectation = expected(command.precondition, Whatever{});
  auto change = make_change(call, PutHubLink{link}, expectation, std::move(act));
  Result<std::uint64_t> version = co_await apply(call, std::move(change));
  if (!version) co_return Fail(std::move(version).error());
  link.version = *version;
  co_return link;
}

Task<Answer> run(const Call& call, domain::UnlinkHub command) {
  Result<domain::Scope> scope = co_await find_scope(call, std::move(command.scope));
  if (!scope) co_return Fail(std::move(scope).error());
  Result<HubLink> link = co_await call.ports.catalog.get_hub_link(scope->id.text(), command.hub);
  if (!link && link.error().kind == ErrorKind::kNotFound) {
    co_return Fail(ErrorKind::kNotFound,
                   fmt::format("hub '{}' is not linked to scope {}",
                               base::printable(command.hub, 64), scope->id.text()),
                   "see: " + domain::mend::list_links(scope->id.text()));
  }
  if (!link) co_return Fail(std::move(link).error());
  RemoveHubLink removal{link->scope, link->hub};
  Act act{"link.remove", link->scope.text(), link->hub.text()};
  const Expectation expectation = expected(command.precondition, MustExist{});
  auto change = make_change(call, std::move(removal), expectation, std::move(act));
  Result<std::uint64_t> gone = co_await apply(call, std::move(change));
  if (!gone) co_return Fail(std::move(gone).error());
  co_return domain::Done{};
}

Task<Answer> run(const Call& call, domain::ListHubLinks command) {
  Result<domain::Scope> scope = co_await find_scope(call, std::move(command.scope));
  if (!scope) co_return Fail(std::move(scope).error());
  Result<domain::Listing<HubLink>> links =
      co_await call.ports.catalog.list_hub_links(scope->id.text());
  if (!links) co_return Fail(std::move(links).error());
  co_return *std::move(links);
}

}  // namespace berth::management
