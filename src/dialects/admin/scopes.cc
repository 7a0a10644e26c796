#include "dialects/admin/members.h"
#include "dialects/admin/nouns.h"

namespace berth::dialects::admin {
namespace {

domain::ScopeEdit read_edit(Body& body) {
  domain::ScopeEdit edit;
  edit.display_name = body.text_or_cleared("displayName", kNameRule);
  edit.service_host = body.text_or_cleared("serviceHost", kNameRule);
  edit.allocation_policy =
      body.fields.word("allocationPolicy", domain::parse_allocation_policy, "hashed or static");
  edit.enabled = body.fields.flag("enabled");
  edit.auto_approve = body.fields.flag("autoApprove");
  edit.hold_unknown_models = body.fields.flag("holdUnknownModels");
  edit.compatible_codes = body.fields.flag("compatibleCodes");
  return edit;
}

}  // namespace

domain::ManagementCommand create_scope(Incoming& in) {
  domain::CreateScope command;
  Body& body = in.body();
  command.edit = read_edit(body);
  command.edit.id = body.fields.text("id", kNameRule);
  return command;
}

domain::ManagementCommand get_scope(Incoming& in) { return domain::GetScope{in.path("scope")}; }

domain::ManagementCommand list_scopes(Incoming& in) { return domain::ListScopes{in.page()}; }

domain::ManagementCommand update_scope(Incoming& in) {
  domain::UpdateScope command;
  command.id = in.path("scope");
  command.precondition = in.precondition();
  command.edit = read_edit(in.body());
  return command;
}

domain::ManagementCommand delete_scope(Incoming& in) {
  return domain::DeleteScope{in.path("scope"), in.precondition()};
}

boost::json::object to_json(const domain::Scope& scope) {
  boost::json::object out;
  out["id"] = text(scope.id.text());
  out["displayName"] = text(scope.display_name);
  out["serviceHost"] = text_or_null(scope.service_host);
  out["allocationPolicy"] = text(to_string(scope.allocation_policy));
  out["enabled"] = scope.enabled;
  out["autoApprove"] = scope.auto_approve;
  out["holdUnknownModels"] = scope.hold_unknown_models;
  out["compatibleCodes"] = scope.compatible_codes;
  out["createdAt"] = time(scope.created_at);
  out["updatedAt"] = time(scope.updated_at);
  out["version"] = scope.version;
  return out;
}

}  // namespace berth::dialects::admin
