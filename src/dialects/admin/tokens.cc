#include "dialects/admin/members.h"
#include "dialects/admin/nouns.h"

namespace berth::dialects::admin {

domain::ManagementCommand create_token(Incoming& in) {
  domain::CreateToken command;
  Body& body = in.body();
  command.edit.display_name = body.text_or_cleared("displayName", kNameRule);
  command.edit.role = body.fields.word("role", domain::parse_role, "viewer, operator or admin");
  command.edit.scope = body.fields.text("scope", kNameRule);
  command.edit.expires_at = body.fields.time("expiresAt");
  return command;
}

domain::ManagementCommand list_tokens(Incoming& in) { return domain::ListTokens{in.page()}; }

domain::ManagementCommand delete_token(Incoming& in) {
  return domain::DeleteToken{in.path("token")};
}

boost::json::object to_json(const domain::Token& token) {
  boost::json::object out;
  out["id"] = text(token.id);
  out["displayName"] = text(token.display_name);
  out["role"] = text(to_string(token.role));
  out["scope"] = text_or_null(token.scope ? token.scope->text() : "");
  out["expiresAt"] = nullptr;
  if (token.expires_at) out["expiresAt"] = time(*token.expires_at);
  out["createdAt"] = time(token.created_at);
  return out;
}

boost::json::object to_json(const domain::NewToken& made) {
  boost::json::object out = to_json(made.token);
  out["secret"] = text(made.secret.text());
  return out;
}

}  // namespace berth::dialects::admin
