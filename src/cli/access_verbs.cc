// Who may do what, and who did.
#include "cli/body.h"
#include "cli/invocation.h"
#include "cli/verb_groups.h"

#include <boost/json.hpp>

#include <ostream>

namespace berth::cli {
namespace {

const std::vector<Column> kAuditColumns{
    {"AT", "at", Show::kTime}, {"ACTOR", "actor"},   {"ACTION", "action"}, {"TARGET", "target"},
    {"SCOPE", "scope"},        {"SOURCE", "source"}, {"DETAIL", "detail"}};
const std::vector<Column> kTokenColumns{{"TOKEN", "id"},
                                        {"NAME", "displayName"},
                                        {"ROLE", "role"},
                                        {"SCOPE", "scope", Show::kPlain, "all"},
                                        {"EXPIRES", "expiresAt", Show::kTime, "never"},
                                        {"CREATED", "createdAt", Show::kTime}};

Try<int> audit_list(Invocation& run) {
  BERTH_TRY(auto query, run.page_query());
  query.emplace_back("scope", run.args.text_or("scope", ""));
  BERTH_TRY(Api * api, run.api());
  BERTH_TRY(const Answer answer, api->get(with_query(path_of({"audit"}), query)));
  return run.show_list(answer, kAuditColumns);
}

Try<int> token_create(Invocation& run) {
  json::object body;
  put_text(body, "displayName", run.args, "display-name");
  put_text(body, "role", run.args, "role");
  put_text(body, "scope", run.args, "scope");
  put_text(body, "expiresAt", run.args, "expires-at");
  if (const auto days = run.args.number("expires-in-days")) {
    if (run.args.has("expires-at") || *days < 1 || *days > 36'500) {
      return WrongUsage("--expires-in-days takes 1 to 36500, and not together with --expires-at",
                        "for example: " + run.verb.example);
    }
    const auto span = std::chrono::hours(24) * static_cast<std::int64_t>(*days);
    body["expiresAt"] = base::format_utc(run.world.clock.wall() + span);
  }
  BERTH_TRY(Api * api, run.api());
  BERTH_TRY(const Answer answer, api->post(path_of({"tokens"}), body));
  if (run.wants_json()) return run.show(answer);
  run.say("created token " + member_text(answer.value, "id") +
          "; its secret is shown this once, keep it safe:");
  run.show(answer);
  return kDone;
}

Try<int> token_list(Invocation& run) {
  BERTH_TRY(const auto query, run.page_query());
  BERTH_TRY(Api * api, run.api());
  BERTH_TRY(const Answer answer, api->get(with_query(path_of({"tokens"}), query)));
  return run.show_list(answer, kTokenColumns);
}

Try<int> token_revoke(Invocation& run) {
  const std::string id = run.args.text_or("token-id", "");
  if (!run.confirmed("Revoke token " + id + "?")) return kFailed;
  BERTH_TRY(Api * api, run.api());
  BERTH_STEP(api->remove(path_of({"tokens", id}), std::nullopt));
  run.say("revoked token " + id);
  return kDone;
}

}  // namespace

std::vector<Verb> access_verbs() {
  Flag scope = scope_flag();
  scope.help = "Only changes in this scope.";
  Flag limited = scope_flag();
  limited.help = "Limits the token to this scope; the whole server when left out.";
  return {{"audit list", "Lists changes, the latest first: who did what, when, from where.",
           flags_of({{scope}, page_flags()}), "berth audit list --limit 20", &audit_list},
          {"token create",
           "Makes a token for the admin API and shows its secret, this once.",
           {{"role",
             "ROLE",
             "What it may do; viewer.",
             FlagKind::kText,
             {},
             {"viewer", "operator", "admin"}},
            limited,
            display_name_flag(),
            {"expires-at", "TIME", "When it ends, like 2030-01-31T12:00:00Z; never."},
            {"expires-in-days", "N", "The same, counted from now.", FlagKind::kNumber}},
           "berth token create --role operator --display-name \"Line 7 tools\" "
           "--expires-in-days 90",
           &token_create},
          {"token list", "Lists the tokens, without their secrets.", page_flags(),
           "berth token list", &token_list},
          {"token revoke",
           "Ends a token at once.",
           {{"token-id", "ID", "Id of the token, as listed.", FlagKind::kText, {}, {}, true, true},
            yes_flag()},
           "berth token revoke 5635f3e3df --yes",
           &token_revoke,
           true,
           "ids of tokens are random"}};
}

}  // namespace berth::cli
