#include "cli/thing_flags.h"

#include "base/codec.h"
#include "base/rng.h"
#include "cli/print.h"
#include "cli/product_flags.h"
#include "cli/verb_groups.h"

#include <boost/json.hpp>

namespace berth::cli {
namespace {

constexpr std::string_view kTemplatePrefix = "mod-";
constexpr std::size_t kTemplateIdSize = 28;
constexpr std::size_t kPasswordSize = 24;
constexpr std::string_view kLettersAndDigits =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";

bool is_template_id(const std::string& word) {
  return word.size() == kTemplateIdSize && base::ascii_lower(word).starts_with(kTemplatePrefix);
}

Try<std::string> only_template(Invocation& run, const std::string& scope) {
  std::string found;
  int count = 0;
  BERTH_STEP(read_pages(run, path_of({"scopes", scope, "enrollment-groups"}),
                        [&](const json::array& groups) {
                          for (const json::value& group : groups) {
                            if (!is_thing_template(group)) continue;
                            found = member_text(group, "id");
                            ++count;
                          }
                          return count < 2;
                        }));
  if (count == 1) return found;
  if (count == 0) {
    return Refuse("there is no template in scope " + base::printable(scope), {},
                  "make one with `berth thing template create`");
  }
  return WrongUsage("there is more than one template, so its id must stand first",
                    "`berth thing template list` shows them");
}

std::string lock_of(const json::value& guesses, const char* use) {
  const json::value* one = member(guesses, use);
  const std::string until = one == nullptr ? "" : member_text(*one, "lockedUntil");
  return until.empty() ? "" : std::string(use) + " until " + short_time(base::printable(until));
}

}  // namespace

Flag template_flag() {
  Flag flag{"template", "TEMPLATE",
            "Id of the template, mod- and 24 hex digits; may be left out while the scope has only "
            "one."};
  flag.positional = true;
  return flag;
}

Flag template_id_flag() {
  Flag flag = template_flag();
  flag.help = "Id of the template, mod- and 24 hex digits.";
  flag.required = true;
  return flag;
}

Flag serial_flag() {
  Flag flag{"serial", "SERIAL", "The serial number, exactly as it is spelled."};
  flag.positional = true;
  return flag;
}

std::vector<Flag> one_serial_flags() { return {template_flag(), serial_flag(), scope_flag()}; }

bool is_thing_template(const json::value& group) {
  const json::value* attestation = member(group, "attestation");
  return attestation != nullptr && member_text(*attestation, "type") == "member_passwords";
}

std::string word_of(const Invocation& run, const char* flag) {
  const std::string first = run.args.text_or("template", "");
  const bool stands_alone = !run.args.has(flag) && !is_template_id(first);
  return stands_alone ? first : run.args.text_or(flag, "");
}

Try<TemplateAnd> template_and(Invocation& run, const char* flag) {
  TemplateAnd named;
  named.word = word_of(run, flag);
  std::string id = run.args.text_or("template", "");
  if (!run.args.has(flag) && id == named.word) id.clear();
  BERTH_TRY(const std::string scope, run.scope());
  if (id.empty()) {
    BERTH_TRY(id, only_template(run, scope));
  }
  named.path = path_of({"scopes", scope, "enrollment-groups", id});
  return named;
}

Try<SerialPlace> serial_place(Invocation& run) {
  if (word_of(run, "serial").empty()) {
    return WrongUsage("`berth " + run.verb.name + "` needs SERIAL",
                      "for example: " + run.verb.example);
  }
  BERTH_TRY(const TemplateAnd named, template_and(run, "serial"));
  return SerialPlace{named.path, named.path + "/members/" + base::percent_encode(named.word),
                     named.word};
}

std::string made_up_password() {
  base::SystemRng rng;
  std::string text;
  for (std::size_t i = 0; i < kPasswordSize; ++i) {
    text += kLettersAndDigits[rng.below(kLettersAndDigits.size())];
  }
  return text;
}

std::string thing_state(const json::value& item) {
  const std::string state = member_text(item, "state");
  if (state == "registered") return "enrolled";
  if (state == "activated") return "active";
  return state == "reset" ? "must-enroll" : state;
}

std::string thing_locks(const json::value& item) {
  const json::value* guesses = member(item, "guesses");
  if (guesses == nullptr) return {};
  const std::string enrol = lock_of(*guesses, "enroll");
  const std::string control = lock_of(*guesses, "control");
  return enrol + (enrol.empty() || control.empty() ? "" : ", ") + control;
}

}  // namespace berth::cli
