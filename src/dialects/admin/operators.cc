// Operators, and their sessions.
#include "dialects/admin/members.h"
#include "dialects/admin/nouns.h"

#include <string.h>

namespace berth::dialects::admin {
namespace {

// Of any characters; management has the exact rules.
constexpr TextRule kPasswordRule{0, 4 * domain::kPasswordMax, true};

std::optional<Secret> read_password(JsonFields& fields, std::string_view name) {
  std::optional<std::string> given = fields.text(name, kPasswordRule);
  if (!given) return std::nullopt;
  Secret secret = Secret::from_text(*given);
  ::explicit_bzero(given->data(), given->size());
  return secret;
}

domain::OperatorEdit read_edit(Body& body) {
  domain::OperatorEdit edit;
  edit.display_name = body.text_or_cleared("displayName", kNameRule);
  edit.password = read_password(body.fields, "password");
  edit.role = body.fields.word("role", domain::parse_role, "viewer, operator or admin");
  edit.scope = body.text_or_cleared("scope", kNameRule);
  edit.enabled = body.fields.flag("enabled");
  return edit;
}

}  // namespace

domain::ManagementCommand create_operator(Incoming& in) {
  Body& body = in.body();
  body.fields.require("name");
  body.fields.require("password");
  domain::CreateOperator command{read_edit(body)};
  if (body.is_null("scope")) command.edit.scope.reset();
  command.edit.name = body.fields.text("name", kNameRule);
  return command;
}

domain::ManagementCommand get_operator(Incoming& in) {
  return domain::GetOperator{in.path("operator")};
}

domain::ManagementCommand list_operators(Incoming& in) { return domain::ListOperators{in.page()}; }

domain::ManagementCommand update_operator(Incoming& in) {
  domain::Precondition precondition = in.precondition();
  return domain::UpdateOperator{in.path("operator"), read_edit(in.body()), precondition};
}

domain::ManagementCommand delete_operator(Incoming& in) {
  return domain::DeleteOperator{in.path("operator"), in.precondition()};
}

domain::ManagementCommand sign_in(Incoming& in) {
  JsonFields& fields = in.body().fields;
  fields.require("operator");
  fields.require("password");
  domain::SignIn command;
  command.name = fields.text("operator", kNameRule).value_or("");
  std::optional<Secret> password = read_password(fields, "password");
  if (password) command.password = *std::move(password);
  return command;
}

domain::ManagementCommand sign_out(Incoming&) { return domain::SignOut{}; }

domain::ManagementCommand get_session(Incoming&) { return domain::GetSession{}; }

domain::ManagementCommand change_password(Incoming& in) {
  JsonFields& fields = in.body().fields;
  fields.require("currentPassword");
  fields.require("password");
  domain::ChangePassword command;
  std::optional<Secret> current = read_password(fields, "currentPassword");
  std::optional<Secret> password = read_password(fields, "password");
  if (current) command.current = *std::move(current);
  if (password) command.password = *std::move(password);
  return command;
}

boost::json::object to_json(const domain::Operator& record) {
  boost::json::object out;
  out["name"] = text(record.name);
  out["displayName"] = text(record.display_name);
  out["role"] = text(to_string(record.role));
  out["scope"] = text_or_null(record.scope ? record.scope->text() : "");
  out["enabled"] = record.enabled;
  out["locked"] = record.guesses.locked_until.has_value();
  out["createdAt"] = time(record.created_at);
  out["updatedAt"] = time(record.updated_at);
  out["version"] = record.version;
  return out;
}

boost::json::object to_json(const domain::SessionView& view) {
  boost::json::object out;
  out["signedIn"] = view.who.has_value();
  out["firstRun"] = view.first_run;
  if (!view.who) return out;
  boost::json::object who;
  who["name"] = text(view.who->name);
  who["displayName"] = text(view.who->display_name);
  who["role"] = text(to_string(view.who->role));
  who["scope"] = text_or_null(view.who->scope ? view.who->scope->text() : "");
  out["operator"] = std::move(who);
  if (view.expires_at) out["expiresAt"] = time(*view.expires_at);
  return out;
}

// The secret goes into the cookie alone, where no script reads it.
boost::json::object to_json(const domain::NewSession& made) { return to_json(made.view); }

}  // namespace berth::dialects::admin
