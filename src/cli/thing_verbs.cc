// Things: accounts of their owners, templates that let them enrol, and the serials of a template,
// which have a file of their own.
#include "base/codec.h"
#include "cli/body.h"
#include "cli/enrollment_body.h"
#include "cli/json_text.h"
#include "cli/keys_shown.h"
#include "cli/product_flags.h"
#include "cli/thing_flags.h"
#include "cli/verb_groups.h"

#include <boost/json.hpp>

#include <ostream>

namespace berth::cli {
namespace {

// ---- Templates -------------------------------------------------------------------------------

json::value attestation_of(const json::value& group) {
  const json::value* found = member(group, "attestation");
  return found == nullptr ? json::value() : *found;
}

std::string reenrolment(const json::value& group) {
  const std::string rule = member_text(attestation_of(group), "reissue");
  if (rule == "new") return "reissue";
  return rule == "refused" ? "refuse" : rule;
}

std::string derivation(const json::value& group) {
  if (member_text(attestation_of(group), "derived") != "true") return "no";
  const std::string order = member_text(attestation_of(group), "order");
  return order == "name_first" ? "serial-first" : "secret-first";
}

// The group in the words of its flags.
json::object template_card(const json::value& group) {
  json::object card;
  if (!group.is_object()) return card;
  for (const auto& pair : group.get_object()) {
    if (pair.key() == "attestation") {
      const json::value proof = attestation_of(group);
      card["derivedPasswords"] = derivation(group);
      card["enrollingAgain"] = reenrolment(group);
      card["guesses"] = member_text(proof, "guessesMax");
      card["lock"] = member_text(proof, "lockSeconds") + " s";
    } else if (pair.key() != "kind" && pair.key() != "deviceId" && pair.key() != "iotEdge" &&
               pair.key() != "deviceInformation" && pair.key() != "topics") {
      card[pair.key()] = pair.value();
    }
  }
  return card;
}

Try<int> show_template(Invocation& run, const std::string& path, Answer answer) {
  if (!run.wants_json()) answer.value = template_card(answer.value);
  return show_with_keys(run, path, std::move(answer));
}

// At most one of the flags says something of the secret.
Try<void> put_derivation(json::object& attestation, Invocation& run) {
  const auto file = run.args.text("derivation-secret-file");
  const bool makes = run.args.is_set("make-derivation-secret");
  const bool removes = run.args.is_set("no-derivation-secret");
  if (static_cast<int>(file.has_value()) + makes + removes > 1) {
    return WrongUsage("more than one flag says what the derivation secret is to be",
                      "give one of them");
  }
  if (makes) attestation["derivationSecret"] = made_up_password();
  if (removes) attestation["derivationSecret"] = "";
  if (!file) return {};
  BERTH_TRY(const std::string text, text_or_file(run, "@" + *file));
  if (text.empty()) {
    return WrongUsage("the file of --derivation-secret-file is empty",
                      "write the secret that the things' passwords are made of into it");
  }
  attestation["derivationSecret"] = text;
  return {};
}

Try<json::object> template_body(Invocation& run) {
  json::object attestation;
  BERTH_STEP(put_derivation(attestation, run));
  if (const auto order = run.args.text("order")) {
    attestation["order"] = *order == "serial-first" ? "name_first" : "secret_first";
  }
  if (const auto again = run.args.text("reenroll")) {
    attestation["reissue"] = *again == "reissue" ? "new" : "refused";
  }
  if (const auto guesses = run.args.number("guesses")) attestation["guessesMax"] = *guesses;
  if (const auto lock = run.args.text("lock")) {
    BERTH_TRY(const std::uint64_t seconds, seconds_of("lock", *lock));
    attestation["lockSeconds"] = seconds;
  }
  json::object body;
  BERTH_STEP(put_enrollment(body, run));
  if (!attestation.empty()) {
    attestation["type"] = "member_passwords";
    body["attestation"] = std::move(attestation);
  }
  return body;
}

Try<int> create_template(Invocation& run) {
  BERTH_TRY(json::object body, template_body(run));
  if (!body.contains("attestation")) {
    body["attestation"] = json::object{{"type", "member_passwords"}};
  }
  if (const auto id = run.args.text("id")) body["id"] = *id;
  BERTH_TRY(const std::string scope, run.scope());
  BERTH_TRY(Api * api, run.api());
  BERTH_TRY(Answer answer, api->post(path_of({"scopes", scope, "enrollment-groups"}), body));
  const std::string id = member_text(answer.value, "id");
  run.say("created template " + id + " in scope " + scope);
  if (run.args.is_set("make-derivation-secret")) {
    run.say("`berth thing template show " + id + " --show-keys` prints the derivation secret");
  }
  return show_template(run, path_of({"scopes", scope, "enrollment-groups", id}), std::move(answer));
}

Try<int> list_templates(Invocation& run) {
  BERTH_TRY(const std::string scope, run.scope());
  json::array templates;
  BERTH_STEP(read_pages(run, path_of({"scopes", scope, "enrollment-groups"}),
                        [&](const json::array& groups) {
                          for (const json::value& group : groups) {
                            if (is_thing_template(group)) templates.push_back(group);
                          }
                          return true;
                        }));
  if (run.wants_json()) {
    const json::object page{{"items", std::move(templates)}, {"nextCursor", nullptr}};
    run.world.out << json_text(page) << '\n';
    return kDone;
  }
  std::vector<std::vector<std::string>> rows;
  for (const json::value& each : templates) {
    rows.push_back({shown(each, {"", "id"}), shown(each, {"", "displayName"}),
                    shown(each, {"", "enabled", Show::kEnabled}), derivation(each),
                    base::printable(reenrolment(each)),
                    shown(each, {"", "updatedAt", Show::kTime})});
  }
  print_rows(run.world.out, {"TEMPLATE", "NAME", "STATUS", "DERIVED", "REENROLL", "UPDATED"}, rows);
  return kDone;
}

Try<int> get_template(Invocation& run) {
  BERTH_TRY(const TemplateAnd named, template_and(run, "template"));
  BERTH_TRY(Api * api, run.api());
  BERTH_TRY(Answer answer, api->get(named.path));
  return show_template(run, named.path, std::move(answer));
}

Try<int> update_template(Invocation& run) {
  BERTH_TRY(const json::object body, template_body(run));
  BERTH_STEP(require_change(body, run.verb));
  const std::string id = run.args.text_or("template", "");
  const json::value* proof = body.if_contains("attestation");
  const bool derives_anew =
      proof != nullptr && (member(*proof, "derivationSecret") || member(*proof, "order"));
  if (derives_anew && !run.confirmed("Change how the passwords of " + id +
                                     " are derived? Those that were derived until now are no "
                                     "longer good for enrolling.")) {
    return kFailed;
  }
  BERTH_TRY(const std::string scope, run.scope());
  const std::string path = path_of({"scopes", scope, "enrollment-groups", id});
  BERTH_TRY(Api * api, run.api());
  BERTH_TRY(Answer answer, api->patch(path, body, run.etag()));
  run.say("updated template " + id);
  return show_template(run, path, std::move(answer));
}

Try<int> delete_template(Invocation& run) {
  const std::string id = run.args.text_or("template", "");
  if (!run.confirmed("Delete template " + id + "? Its things cannot enrol any more.")) {
    return kFailed;
  }
  BERTH_TRY(const std::string scope, run.scope());
  BERTH_TRY(Api * api, run.api());
  BERTH_STEP(api->remove(path_of({"scopes", scope, "enrollment-groups", id}), run.etag()));
  run.say("deleted template " + id);
  return kDone;
}

std::vector<Flag> template_edit_flags() {
  std::vector<Flag> flags = enrollment_flags(
      {{"derivation-secret-file", "FILE",
        "Secret that passwords of serials without their own are derived from; - for standard "
        "input."},
       {"make-derivation-secret", "", "Make such a secret up.", FlagKind::kSwitch},
       {"order",
        "ORDER",
        "What comes first when an enrol password is derived, the secret or the serial; for control "
        "passwords it is the other one. secret-first.",
        FlagKind::kText,
        {},
        {"secret-first", "serial-first"}},
       {"reenroll",
        "RULE",
        "What a thing gets that enrols again: nothing, or a new connection password; refuse.",
        FlagKind::kText,
        {},
        {"refuse", "reissue"}},
       {"guesses", "N", "After so many wrong passwords in a row a serial is locked; 10.",
        FlagKind::kNumber},
       {"lock", "SECONDS", "For how long, also like 15m; 900."}});
  for (Flag& flag : flags) {
    if (flag.name == "provisioning-status") flag.aliases.emplace_back("status");
  }
  return flags;
}

std::vector<Verb> production_template_verbs() {
  const Flag id{"id", "ID", "Its id, mod- and 24 hex digits; made up when left out."};
  const std::vector<Flag> removes{
      {"no-derivation-secret", "", "Derive no passwords any more.", FlagKind::kSwitch}};
  return {{"thing template create",
           "Makes a template: permission for things with listed serials to enrol by password.",
           flags_of({{id, scope_flag()}, template_edit_flags(), {show_keys_flag()}}),
           "berth thing template create --id mod-588acc123945ec8436bde3aa --display-name Plugs "
           "--make-derivation-secret",
           &create_template},
          {"thing template list",
           "Lists all templates of a scope.",
           {scope_flag()},
           "berth thing template list",
           &list_templates},
          {"thing template show",
           "Shows one template.",
           {template_flag(), scope_flag(), show_keys_flag()},
           "berth thing template show mod-588acc123945ec8436bde3aa --show-keys",
           &get_template},
          {"thing template update", "Changes what the flags name and leaves the rest.",
           flags_of({{template_id_flag(), scope_flag()},
                     template_edit_flags(),
                     removes,
                     {etag_flag(), yes_flag(), show_keys_flag()}}),
           "berth thing template update mod-588acc123945ec8436bde3aa --reenroll reissue",
           &update_template}};
}

}  // namespace

std::vector<Verb> thing_verbs() {
  std::vector<Verb> verbs = thing_account_verbs();
  for (Verb& each : production_template_verbs()) verbs.push_back(std::move(each));
  for (Verb& each : thing_serial_verbs()) verbs.push_back(std::move(each));
  verbs.push_back({"thing template delete",
                   "Deletes a template with its list of serials.",
                   {template_id_flag(), scope_flag(), etag_flag(), yes_flag()},
                   "berth thing template delete mod-588acc123945ec8436bde3aa --yes",
                   &delete_template});
  return verbs;
}

}  // namespace berth::cli
