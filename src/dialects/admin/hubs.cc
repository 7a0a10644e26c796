#include "dialects/admin/members.h"
#include "dialects/admin/nouns.h"

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

domain::ManagementCommand link_hub(Incoming& in) {
  constexpr std::int64_t kWeightMax = 1000;
  domain::LinkHub command;
  command.scope = in.path("scope");
  command.hub = in.path("hub");
  command.precondition = in.precondition();
  Body& body = in.body();
  if (const auto weight = body.fields.integer("weight", 1, kWeightMax)) {
    command.edit.weight = static_cast<std::uint32_t>(*weight);
  }
  command.edit.apply_allocation = body.fields.flag("applyAllocation");
  return command;
}

domain::ManagementCommand unlink_hub(Incoming& in) {
  return domain::UnlinkHub{in.path("scope"), in.path("hub"), in.precondition()};
}

domain::ManagementCommand list_hub_links(Incoming& in) {
  return domain::ListHubLinks{in.path("scope")};
}

boost::json::object to_json(const domain::Hub& hub) {
  boost::json::object out;
  out["name"] = text(hub.name.text());
  out["host"] = text(hub.host);
  out["displayName"] = text(hub.display_name);
  out["createdAt"] = time(hub.created_at);
  out["updatedAt"] = time(hub.updated_at);
  out["version"] = hub.version;
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
