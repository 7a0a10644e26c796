#include "management/device_membership.h"

#include "domain/mend.h"
#include "management/lookup.h"

#include <fmt/format.h>

#include <algorithm>

namespace berth::management {
namespace {

using domain::Enrollment;
using domain::HubLink;
using domain::MemberName;

// The hubs that allocation would choose from: those the group names, or all that the scope's links
// leave to allocation; linked ones only.
std::vector<std::string> candidates(const Enrollment& group, const std::vector<HubLink>& links) {
  std::vector<std::string> names;
  for (const HubLink& link : links) {
    const bool named =
        std::find(group.hubs.begin(), group.hubs.end(), link.hub) != group.hubs.end();
    if (group.hubs.empty() ? link.apply_allocation : named) names.push_back(link.hub.text());
  }
  return names;
}

Result<void> check_hub(const Enrollment& group, const domain::HubName& hub,
                       const std::vector<HubLink>& links) {
  const std::vector<std::string> names = candidates(group, links);
  if (std::find(names.begin(), names.end(), hub.text()) != names.end()) return {};
  return Fail(
      ErrorKind::kInvalid,
      fmt::format("group '{}' does not use hub '{}'", group.id.text(), hub.text()),
      names.empty()
          ? "link it to the scope: " + domain::mend::link_hub(group.scope.text(), hub.text())
          : fmt::format("make the device at one of its hubs: {}", fmt::join(names, ", ")));
}

Result<void> check_issues(const Enrollment& group, const std::string& name) {
  const auto& product = std::get<domain::ProductSecret>(group.attestation);
  if (product.issues == domain::CredentialKind::kSecret) return {};
  return Fail(ErrorKind::kInvalid,
              fmt::format("group '{}' issues certificates, and a device made by hand has keys",
                          group.id.text()),
              "list its name, so that it can register: " +
                  domain::mend::product_device("add", group, name));
}

}  // namespace

Task<Result<void>> join_group(const Call& call, PutDevice& put, std::string group_id,
                              std::string member_name) {
  domain::Device& device = put.record;
  Result<Enrollment> group =
      co_await find_product_group(call, device.scope.text(), std::move(group_id));
  if (!group) co_return Fail(std::move(group).error());
  BERTH_CO_TRY(const MemberName name, MemberName::parse(member_name));
  Result<void> issues = check_issues(*group, name.text());
  if (!issues) co_return issues;
  Result<domain::Listing<HubLink>> links =
      co_await call.ports.catalog.list_hub_links(group->scope.text());
  if (!links) co_return Fail(std::move(links).error());
  Result<void> fits = check_hub(*group, device.hub, links->items);
  if (!fits) co_return fits;

  Result<domain::MemberView> listed =
      co_await call.ports.catalog.get_member(group->scope.text(), group->id.key(), name.text());
  if (!listed && listed.error().kind != ErrorKind::kNotFound) {
    co_return Fail(std::move(listed).error());
  }
  if (listed && !listed->member.enabled) {
    co_return Fail(
        ErrorKind::kConflict,
        fmt::format("member '{}' of group '{}' is disabled", name.text(), group->id.text()),
        "enable it first: " + domain::mend::product_device("enable", *group, name.text()));
  }

  BERTH_CO_TRY(device.id, domain::DeviceId::parse(member_device_id(group->id, name)));
  device.group = group->id;
  device.iot_edge = group->iot_edge;
  device.twin = group->initial_twin;
  domain::Member member;
  member.scope = group->scope;
  member.group = group->id;
  member.name = name;
  member.created_at = member.updated_at = call.ports.clock.wall();
  put.new_member = std::move(member);
  co_return Result<void>();
}

}  // namespace berth::management
