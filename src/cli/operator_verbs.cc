// Operators: people who sign in to the console with a name and a password.
#include "cli/body.h"
#include "cli/dice_questions.h"
#include "cli/json_text.h"
#include "cli/thing_flags.h"
#include "cli/verb_groups.h"

#include <boost/json.hpp>

#include <ostream>

namespace berth::cli {
namespace {

const std::vector<Column> kColumns{{"OPERATOR", "name"},
                                   {"NAME", "displayName"},
                                   {"ROLE", "role"},
                                   {"SCOPE", "scope", Show::kPlain, "all"},
                                   {"STATUS", "enabled", Show::kEnabled},
                                   {"LOCKED", "locked"},
                                   {"CREATED", "createdAt", Show::kTime}};

std::string name_of(const Invocation& run) { return run.args.text_or("name", ""); }

std::string path_to(const Invocation& run) { return path_of({"operators", name_of(run)}); }

// Twice, because nobody sees it.
Try<std::string> asked_password(Invocation& run) {
  const std::string flag = "--password-file or --generate-password";
  BERTH_TRY(const Secret first,
            ask_secret(run, "Password of operator " + name_of(run) + ": ", flag));
  BERTH_TRY(const Secret second, ask_secret(run, "The same again: ", flag));
  if (first.equals(second)) return std::string(first.text());
  return WrongUsage("the two passwords differ", "type the same twice");
}

bool says_password(const Invocation& run) {
  return run.args.has("password-file") || run.args.is_set("generate-password") ||
         run.args.is_set("ask-password");
}

// Never from the command line, which others can see.
Try<std::string> new_password(Invocation& run) {
  const auto file = run.args.text("password-file");
  const bool makes = run.args.is_set("generate-password");
  if (file && makes) {
    return WrongUsage("--password-file and --generate-password exclude each other",
                      "for example: " + run.verb.example);
  }
  if (makes) return made_up_password();
  if (file) return text_or_file(run, "@" + *file);
  return asked_password(run);
}

void put_members(json::object& body, const Invocation& run) {
  put_text(body, "displayName", run.args, "display-name");
  put_text(body, "role", run.args, "role");
  put_text(body, "scope", run.args, "scope");
  put_boolean(body, "enabled", run.args, "enabled");
}

// With a password that was made up, which nobody can see again.
int show_operator(Invocation& run, const Answer& answer, const json::object& sent) {
  if (!run.args.is_set("generate-password")) return run.show(answer);
  const std::string password(sent.at("password").as_string());
  if (run.wants_json() && answer.value.is_object()) {
    json::object document = answer.value.get_object();
    document["password"] = password;
    run.world.out << json_text(document) << '\n';
    return kDone;
  }
  print_card(run.world.out, answer.value);
  run.world.out << "password: " << password << "\nit is not shown again\n";
  return kDone;
}

Try<int> create(Invocation& run) {
  json::object body{{"name", name_of(run)}};
  put_members(body, run);
  BERTH_TRY(body["password"], new_password(run));
  BERTH_TRY(Api * api, run.api());
  BERTH_TRY(const Answer answer, api->post(path_of({"operators"}), body));
  run.say("created operator " + name_of(run));
  return show_operator(run, answer, body);
}

Try<int> list(Invocation& run) {
  BERTH_TRY(const auto query, run.page_query());
  BERTH_TRY(Api * api, run.api());
  BERTH_TRY(const Answer answer, api->get(with_query(path_of({"operators"}), query)));
  return run.show_list(answer, kColumns);
}

Try<int> show(Invocation& run) {
  BERTH_TRY(Api * api, run.api());
  BERTH_TRY(const Answer answer, api->get(path_to(run)));
  return run.show(answer);
}

Try<int> update(Invocation& run) {
  json::object body;
  put_members(body, run);
  if (says_password(run)) {
    BERTH_TRY(body["password"], new_password(run));
  }
  BERTH_STEP(require_change(body, run.verb));
  BERTH_TRY(Api * api, run.api());
  BERTH_TRY(const Answer answer, api->patch(path_to(run), body, run.etag()));
  run.say("updated operator " + name_of(run));
  return show_operator(run, answer, body);
}

Try<int> remove(Invocation& run) {
  if (!run.confirmed("Delete operator " + name_of(run) + " and end its sessions?")) return kFailed;
  BERTH_TRY(Api * api, run.api());
  BERTH_STEP(api->remove(path_to(run), run.etag()));
  run.say("deleted operator " + name_of(run));
  return kDone;
}

Flag name_flag() {
  Flag flag{"name", "NAME", "What the operator signs in with, such as ada@example.com."};
  flag.required = true;
  flag.positional = true;
  return flag;
}

std::vector<Flag> member_flags() {
  Flag role{"role", "ROLE", "What the operator may do; viewer."};
  role.choices = {"viewer", "operator", "admin"};
  Flag scope = scope_flag();
  scope.help = "Limits the operator to this scope; the whole server when left out or empty.";
  return {role,
          scope,
          display_name_flag(),
          {"enabled", "BOOL", "Whether the operator may sign in; true ends a lock.",
           FlagKind::kBoolean},
          {"password-file", "FILE", "The password is in this file; - for standard input."},
          {"generate-password", "", "Make a password up and print it, once.", FlagKind::kSwitch}};
}

}  // namespace

std::vector<Verb> operator_verbs() {
  const Flag asks{"ask-password", "", "Ask for a new password at the terminal.", FlagKind::kSwitch};
  return {
      {"operator create",
       "Makes an operator, who signs in to the console; asks for the password if no flag says it.",
       flags_of({{name_flag()}, member_flags()}),
       "berth operator create ada@example.com --role admin --generate-password", &create},
      {"operator list", "Lists the operators.", page_flags(), "berth operator list", &list},
      {"operator show",
       "Shows one operator, and whether too many wrong passwords keep it out.",
       {name_flag()},
       "berth operator show ada@example.com",
       &show},
      {"operator update", "Changes an operator; another password, role or scope ends its sessions.",
       flags_of({{name_flag()}, member_flags(), {asks, etag_flag()}}),
       "berth operator update ada@example.com --role viewer", &update},
      {"operator delete",
       "Deletes an operator and ends its sessions.",
       {name_flag(), etag_flag(), yes_flag()},
       "berth operator delete ada@example.com --yes",
       &remove}};
}

}  // namespace berth::cli
