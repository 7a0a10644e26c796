// Device templates, the check of a model, and what operators say of devices that wait.
#include "dialects/admin/members.h"
#include "dialects/admin/nouns.h"

#include <utility>

namespace berth::dialects::admin {
namespace {

constexpr TextRule kModelRule{0, domain::kModelBytesMax + 1,
                              true};  // management says what is wrong

// JSON as it is, or as a text, which is kept to the byte; null clears.
std::optional<std::string> read_model(Body& body) {
  std::optional<std::string> value = body.fields.value_text("model");
  if (value && value->starts_with('"')) return body.fields.text("model", kModelRule);
  if (body.is_null("model")) return std::string();
  return value;
}

domain::TemplateEdit read_edit(Body& body) {
  domain::TemplateEdit edit;
  edit.display_name = body.text_or_cleared("displayName", kNameRule);
  edit.model = read_model(body);
  std::optional<JsonFields> twin = body.fields.object("initialTwin");
  if (body.is_null("initialTwin")) edit.tags = edit.desired = "{}";
  if (!twin) return edit;
  edit.tags = twin->object_text("tags");
  if (std::optional<JsonFields> properties = twin->object("properties")) {
    edit.desired = properties->object_text("desired");
    properties->finish();
  }
  twin->finish();
  return edit;
}

}  // namespace

domain::ManagementCommand create_template(Incoming& in) {
  domain::CreateTemplate command;
  command.scope = in.path("scope");
  Body& body = in.body();
  command.edit = read_edit(body);
  command.edit.id = body.fields.text("id", kNameRule);
  return command;
}

domain::ManagementCommand get_template(Incoming& in) {
  return domain::GetTemplate{in.path("scope"), in.path("template")};
}

domain::ManagementCommand list_templates(Incoming& in) {
  return domain::ListTemplates{in.path("scope"), in.page()};
}

domain::ManagementCommand update_template(Incoming& in) {
  domain::UpdateTemplate command;
  command.scope = in.path("scope");
  command.id = in.path("template");
  command.precondition = in.precondition();
  command.edit = read_edit(in.body());
  return command;
}

domain::ManagementCommand delete_template(Incoming& in) {
  return domain::DeleteTemplate{in.path("scope"), in.path("template"), in.precondition()};
}

domain::ManagementCommand check_model(Incoming& in) {
  Body& body = in.body();
  body.fields.require("model");
  return domain::CheckModel{read_model(body).value_or("")};
}

domain::ManagementCommand approve_registration(Incoming& in) {
  return domain::DecideApproval{in.path("scope"), in.path("registration"), false,
                                in.precondition()};
}

domain::ManagementCommand block_registration(Incoming& in) {
  return domain::DecideApproval{in.path("scope"), in.path("registration"), true, in.precondition()};
}

boost::json::object to_json(const domain::Template& record) {
  boost::json::object properties;
  properties["desired"] = document(record.initial_twin.desired);
  boost::json::object twin;
  twin["tags"] = document(record.initial_twin.tags);
  twin["properties"] = std::move(properties);
  boost::json::object out;
  out["scope"] = text(record.scope.text());
  out["id"] = text(record.id);
  out["displayName"] = text(record.display_name);
  out["model"] = document(record.model);
  out["initialTwin"] = std::move(twin);
  out["createdAt"] = time(record.created_at);
  out["updatedAt"] = time(record.updated_at);
  out["version"] = record.version;
  return out;
}

boost::json::object to_json(const domain::ModelCheck& check) {
  boost::json::array problems;
  for (const domain::ModelProblem& each : check.problems) {
    boost::json::object problem;
    problem["where"] = text(each.where);
    problem["what"] = text(each.what);
    problem["mend"] = text(each.mend);
    problems.push_back(std::move(problem));
  }
  boost::json::object out;
  out["id"] = text_or_null(check.id);
  out["displayName"] = text_or_null(check.display_name);
  out["language"] = nullptr;
  if (check.language != 0) out["language"] = check.language;
  out["problems"] = std::move(problems);
  out["interfaces"] = check.interfaces;
  out["telemetry"] = check.telemetry;
  out["properties"] = check.properties;
  out["commands"] = check.commands;
  out["components"] = check.components;
  out["relationships"] = check.relationships;
  return out;
}

}  // namespace berth::dialects::admin
