// The accounts of a scope.
#include "dialects/admin/members.h"
#include "dialects/admin/nouns.h"

namespace berth::dialects::admin {

domain::ManagementCommand create_account(Incoming& in) {
  domain::CreateAccount command;
  command.scope = in.path("scope");
  JsonFields& fields = in.body().fields;
  fields.require("email");
  fields.require("password");
  command.edit.email = fields.text("email", kNameRule);
  command.edit.password = read_secret_text(fields, "password");
  return command;
}

domain::ManagementCommand get_account(Incoming& in) {
  return domain::GetAccount{in.path("scope"), in.path("account")};
}

domain::ManagementCommand list_accounts(Incoming& in) {
  return domain::ListAccounts{in.path("scope")};
}

domain::ManagementCommand update_account(Incoming& in) {
  domain::UpdateAccount command;
  command.scope = in.path("scope");
  command.email = in.path("account");
  command.precondition = in.precondition();
  JsonFields& fields = in.body().fields;
  command.edit.password = read_secret_text(fields, "password");
  command.edit.enabled = fields.flag("enabled");
  return command;
}

domain::ManagementCommand delete_account(Incoming& in) {
  return domain::DeleteAccount{in.path("scope"), in.path("account"), in.precondition()};
}

boost::json::object to_json(const domain::Account& account) {
  boost::json::object out;
  out["email"] = text(account.email);
  out["id"] = text("com-" + account.id.text());  // as the publisher of its records
  out["enabled"] = account.enabled;
  out["guesses"] = guesses_json(account.guesses);
  out["createdAt"] = time(account.created_at);
  out["updatedAt"] = time(account.updated_at);
  out["etag"] = account.version;
  return out;
}

}  // namespace berth::dialects::admin
