// Accounts: who owns things and sees all of them, with an e-mail address and a password.
#include "base/codec.h"
#include "cli/json_text.h"
#include "cli/thing_flags.h"
#include "cli/verb_groups.h"

#include <boost/json.hpp>

#include <ostream>

namespace berth::cli {
namespace {

std::string email_of(const Invocation& run) { return run.args.text_or("email", ""); }

Try<std::string> account_path(Invocation& run) {
  BERTH_TRY(const std::string scope, run.scope());
  return path_of({"scopes", scope, "accounts", email_of(run)});
}

// From a file, or made up: never from the command line, which others can see.
Try<std::string> new_secret(Invocation& run) {
  const auto file = run.args.text("password-file");
  const bool makes = run.args.is_set("make-password");
  if (file.has_value() == makes) {
    return WrongUsage("either --password-file or --make-password must say what the password is",
                      "for example: " + run.verb.example);
  }
  if (makes) return made_up_password();
  return text_or_file(run, "@" + *file);
}

// With a password that was made up, which nobody can see again.
int show_account(Invocation& run, const Answer& answer, const std::string& secret) {
  if (!run.args.is_set("make-password")) return run.show(answer);
  if (run.wants_json() && answer.value.is_object()) {
    json::object document = answer.value.get_object();
    document["password"] = secret;
    run.world.out << json_text(document) << '\n';
    return kDone;
  }
  print_card(run.world.out, answer.value);
  run.world.out << "password: " << secret << "\nit is not shown again\n";
  return kDone;
}

Try<int> create(Invocation& run) {
  BERTH_TRY(const std::string secret, new_secret(run));
  BERTH_TRY(const std::string scope, run.scope());
  BERTH_TRY(Api * api, run.api());
  BERTH_TRY(const Answer answer,
            api->post(path_of({"scopes", scope, "accounts"}),
                      json::object{{"email", email_of(run)}, {"password", secret}}));
  run.say("created account " + email_of(run) + " in scope " + scope);
  return show_account(run, answer, secret);
}

Try<int> list(Invocation& run) {
  BERTH_TRY(const std::string scope, run.scope());
  BERTH_TRY(Api * api, run.api());
  BERTH_TRY(const Answer answer, api->get(path_of({"scopes", scope, "accounts"})));
  return run.show_list(answer, {{"EMAIL", "email"},
                                {"ID", "id"},
                                {"STATUS", "enabled", Show::kEnabled},
                                {"CREATED", "createdAt", Show::kTime}});
}

Try<int> show(Invocation& run) {
  BERTH_TRY(const std::string path, account_path(run));
  BERTH_TRY(Api * api, run.api());
  BERTH_TRY(const Answer answer, api->get(path));
  return run.show(answer);
}

Try<int> set_password(Invocation& run) {
  BERTH_TRY(const std::string secret, new_secret(run));
  BERTH_TRY(const std::string path, account_path(run));
  BERTH_TRY(Api * api, run.api());
  BERTH_TRY(const Answer answer, api->patch(path, json::object{{"password", secret}}, run.etag()));
  run.say("replaced the password of account " + email_of(run));
  return show_account(run, answer, secret);
}

Try<int> switch_to(Invocation& run, bool enabled) {
  BERTH_TRY(const std::string path, account_path(run));
  BERTH_TRY(Api * api, run.api());
  BERTH_TRY(const Answer answer, api->patch(path, json::object{{"enabled", enabled}}, run.etag()));
  run.say((enabled ? "enabled account " : "disabled account ") + email_of(run));
  return run.show(answer);
}

Try<int> enable(Invocation& run) { return switch_to(run, true); }
Try<int> disable(Invocation& run) { return switch_to(run, false); }

Try<int> remove(Invocation& run) {
  BERTH_TRY(const std::string path, account_path(run));
  if (!run.confirmed("Delete account " + email_of(run) + "?")) return kFailed;
  BERTH_TRY(Api * api, run.api());
  BERTH_STEP(api->remove(path, run.etag()));
  run.say("deleted account " + email_of(run));
  return kDone;
}

Flag email_flag() {
  Flag flag{"email", "EMAIL", "The e-mail address of the account."};
  flag.required = true;
  flag.positional = true;
  return flag;
}

std::vector<Flag> password_flags() {
  return {{"password-file", "FILE", "The password is in this file; - for standard input."},
          {"make-password", "", "Make a password up and print it, once.", FlagKind::kSwitch}};
}

}  // namespace

std::vector<Verb> thing_account_verbs() {
  const std::vector<Flag> one{email_flag(), scope_flag()};
  const std::vector<Flag> edit{email_flag(), scope_flag(), etag_flag()};
  return {{"thing account create", "Makes an account, which sees and owns all things of its scope.",
           flags_of({one, password_flags()}),
           "berth thing account create owner@example.com --make-password", &create},
          {"thing account list",
           "Lists the accounts of a scope.",
           {scope_flag()},
           "berth thing account list",
           &list},
          {"thing account show", "Shows one account, and whether it is locked.", one,
           "berth thing account show owner@example.com", &show},
          {"thing account set-password", "Gives an account another password.",
           flags_of({edit, password_flags()}),
           "berth thing account set-password owner@example.com --make-password", &set_password},
          {"thing account disable", "Refuses an account's requests.", edit,
           "berth thing account disable owner@example.com", &disable},
          {"thing account enable", "Gives an account back what `disable` took.", edit,
           "berth thing account enable owner@example.com", &enable},
          {"thing account delete", "Deletes one account; the things stay.",
           flags_of({edit, {yes_flag()}}), "berth thing account delete owner@example.com --yes",
           &remove}};
}

}  // namespace berth::cli
