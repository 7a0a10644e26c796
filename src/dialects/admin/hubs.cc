#include "dialects/admin/connection_string.h"
#include "dialects/admin/members.h"
#include "dialects/admin/nouns.h"

#include <string.h>

namespace berth::dialects::admin {

domain::ManagementCommand create_hub(Incoming& in) {
  domain::CreateHub command;
  Body& body = in.body();
  body.fields.require("name");
  command.edit.name = body.fields.text("name", kNameRule);
  command.edit.host = body.fields.text("host", kNameRule);
  command.edit.display_name = body.text_or_cleared("displayName", kNameRule);
  return command;
}

domain::ManagementCommand get_hub(Incoming& in) { return domain::GetHub{in.path("hub")}; }

domain::ManagementCommand list_hubs(Incoming& in) { return domain::ListHubs{in.page()}; }

domain::ManagementCommand update_hub(Incoming& in) {
  domain::UpdateHub command;
  command.name = in.path("hub");
  command.precondition = in.precondition();
  command.edit.display_name = in.body().text_or_cleared("displayName", kNameRule);
  return command;
}

domain::ManagementCommand delete_hub(Incoming& in) {
  return domain::DeleteHub{in.path("hub"), in.precondition()};
}

static domain::HubLinkEdit read_link(Body& body) {
  constexpr std::int64_t kWeightMax = 1000;
  domain::HubLinkEdit edit;
  if (const auto weight = body.fields.integer("weight", 1, kWeightMax)) {
    edit.weight = static_cast<std::uint32_t>(*weight);
  }
  edit.apply_allocation = body.fields.flag("applyAllocation");
  constexpr TextRule kStringRule{0, kConnectionStringBytesMax, false};
  if (auto given = body.fields.text("connectionString", kStringRule)) {
    Result<domain::HubProof> proof = read_hub_connection_string(*given);
    ::explicit_bzero(given->data(), given->size());
    if (proof) {
      edit.proof = *std::move(proof);
    } else {
      body.fields.problem("connectionString", std::move(proof).error().what);
    }
  }
  return edit;
}

domain::ManagementCommand link_hub(Incoming& in) {
  domain::LinkHub command;
  command.scope = in.path("scope");
  command.hub = in.path("hub");
  command.precondition = in.precondition();
  command.edit = read_link(in.body());
  return command;
}

domain::ManagementCommand link_hub_by_string(Incoming& in) {
  domain::LinkHub command;
  command.scope = in.path("scope");
  Body& body = in.body();
  body.fields.require("connectionString");
  command.edit = read_link(body);
  return command;
}

domain::ManagementCommand get_hub_keys(Incoming& in) { return domain::GetHubKeys{in.path("hub")}; }

domain::ManagementCommand regenerate_hub_key(Incoming& in) {
  return domain::RegenerateHubKey{in.path("hub"), in.path("policy"), read_slot(in),
                                  in.precondition()};
}

domain::ManagementCommand unlink_hub(Incoming& in) {
  return domain::UnlinkHub{in.path("scope"), in.path("hub"), in.precondition()};
}

domain::ManagementCommand list_hub_links(Incoming& in) {
  return domain::ListHubLinks{in.path("scope")};
}

static boost::json::array permissions_json(const std::vector<domain::HubPermission>& permissions) {
  boost::json::array out;
  for (const domain::HubPermission each : permissions) out.push_back(text(to_string(each)));
  return out;
}

boost::json::object to_json(const domain::Hub& hub) {
  boost::json::array policies;
  for (const domain::HubPolicy& each : hub.policies) {
    boost::json::object policy;
    policy["name"] = text(each.name);
    policy["permissions"] = permissions_json(each.permissions);
    policy["retiredKeys"] = retired_json(each.keys);
    policies.push_back(std::move(policy));
  }
  boost::json::object out;
  out["name"] = text(hub.name.text());
  out["host"] = text(hub.host);
  out["displayName"] = text(hub.display_name);
  out["policies"] = std::move(policies);
  out["createdAt"] = time(hub.created_at);
  out["updatedAt"] = time(hub.updated_at);
  out["version"] = hub.version;
  return out;
}

boost::json::object to_json(const domain::HubKeys& keys) {
  boost::json::array policies;
  for (const domain::PolicyKeys& each : keys.policies) {
    boost::json::object policy;
    policy["name"] = text(each.policy);
    policy["permissions"] = permissions_json(each.permissions);
    for (auto& member : to_json(each.keys)) policy[member.key()] = std::move(member.value());
    policies.push_back(std::move(policy));
  }
  boost::json::object out;
  out["hub"] = text(keys.hub.text());
  out["host"] = text(keys.host);
  out["policies"] = std::move(policies);
  return out;
}

boost::json::object to_json(const domain::HubLink& link) {
  boost::json::object out;
  out["scope"] = text(link.scope.text());
  out["hub"] = text(link.hub.text());
  out["weight"] = link.weight;
  out["applyAllocation"] = link.apply_allocation;
  out["version"] = link.version;
  return out;
}

}  // namespace berth::dialects::admin
