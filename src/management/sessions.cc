// Signing in and out. A session is a token of its own that ends by itself, so that the rest of the
// server need not know how somebody came in.
#include "management/changes.h"
#include "management/operator_password.h"
#include "management/token_check.h"
#include "management/use_cases.h"

#include <fmt/format.h>

namespace berth::management {
namespace {

using domain::Operator;

constexpr std::size_t kSessionIdBytes = 8;

// Whatever was wrong of what was given: nothing of it is told.
Error wrong() {
  return {ErrorKind::kUnauthenticated, "the name or the password is wrong",
          "try again; an admin can set a new password: berth operator update --name NAME "
          "--generate-password"};
}

Result<void> spend_try(const Call& call) {
  SourceBudget& tries = call.ports.sign_ins;
  const Instant now = call.ports.clock.monotonic();
  if (tries.exhausted(call.actor.source, now)) {
    return Fail(ErrorKind::kTooMany, "too many tries to sign in from this address",
                fmt::format("try again in {} seconds", tries.wait(call.actor.source, now).count()));
  }
  // Ahead of the check, so that many at once are no more than one after another.
  tries.failed(call.actor.source, now);
  return {};
}

// None when nobody has the name.
Task<Result<std::optional<Operator>>> known(const Call& call, std::string name) {
  if (!is_operator_name(name)) co_return std::optional<Operator>();
  Result<Operator> found = co_await call.ports.catalog.get_operator(std::move(name));
  if (found) co_return std::optional<Operator>(*std::move(found));
  if (found.error().kind == ErrorKind::kNotFound) co_return std::optional<Operator>();
  co_return Fail(std::move(found).error());
}

// The operator who has that name and password and may come in; all other cases are one error.
Task<Result<Operator>> recognise(const Call& call, std::string name, SharedSecret password) {
  Result<std::optional<Operator>> found = co_await known(call, name);
  if (!found) co_return Fail(std::move(found).error());
  std::optional<Operator>& who = *found;
  if (who && is_locked(*who, call.ports.clock.wall())) co_return Fail(locked_error());
  const std::string stored = who ? who->argon2id : std::string();
  Result<bool> right = co_await call.ports.password_check.matches(std::move(password), stored);
  if (!right) co_return Fail(std::move(right).error());
  if (who && who->enabled && *right) co_return *std::move(who);
  if (is_operator_name(name)) {
    Result<void> counted = co_await count_wrong_password(call, std::move(name));
    if (!counted) co_return Fail(std::move(counted).error());
  }
  co_return Fail(wrong());
}

domain::Token session_of(const Call& call, const Operator& who) {
  domain::Token token;
  token.id = call.ports.rng.hex(kSessionIdBytes);
  token.display_name = who.name;
  token.role = who.role;
  token.scope = who.scope;
  token.operator_name = who.name;
  token.created_at = call.ports.clock.wall();
  token.expires_at = token.created_at + domain::kSessionLifetime;
  return token;
}

Act act(std::string_view action, const Operator& who, std::string detail = "{}") {
  return {action, who.scope ? who.scope->text() : "", who.name, std::move(detail)};
}

Error no_session() {
  return {ErrorKind::kInvalid, "this is for those who signed in with a name and a password",
          "a token ends with: berth token delete ID"};
}

// What a session that could not be made says: the operator may have been changed meanwhile.
Error not_begun(Error error) {
  if (error.kind == ErrorKind::kTooMany) return locked_error();
  const bool changed =
      error.kind == ErrorKind::kNotFound || error.kind == ErrorKind::kPreconditionFailed;
  return changed ? wrong() : error;
}

}  // namespace

Task<Answer> run(const Call& call, domain::SignIn command) {
  Result<void> spent = spend_try(call);
  if (!spent) co_return Fail(std::move(spent).error());
  auto password = std::make_shared<const Secret>(std::move(command.password));
  std::string name = base::ascii_lower(command.name);
  Result<Operator> who = co_await recognise(call, std::move(name), std::move(password));
  if (!who) co_return Fail(std::move(who).error());

  domain::NewSession made;
  PutToken put{session_of(call, *who), who->version};
  if (!call.actor.operator_name.empty()) put.in_place_of = call.actor.token_id;
  made.view.expires_at = put.record.expires_at;
  made.secret = make_token_text(put.record.id, call.ports.rng);
  put.record.digest = token_digest(call.ports.vault, put.record.id, made.secret.text());
  Differences detail;
  if (who->guesses.wrong > 0) {
    detail.note("wrongPasswords", std::to_string(who->guesses.wrong), "0");
  }
  auto change =
      make_change(call, std::move(put), MustNotExist{}, act("session.begin", *who, detail.text()));
  change->audit.actor = "operator:" + who->name;
  Result<std::uint64_t> version = co_await apply(call, std::move(change));
  if (!version) co_return Fail(not_begun(std::move(version).error()));
  made.view.who = *std::move(who);
  co_return made;
}

Task<Answer> run(const Call& call, domain::SignOut) {
  if (call.actor.operator_name.empty()) co_return Fail(no_session());
  Act ended{"session.end", call.actor.scope ? call.actor.scope->text() : "",
            call.actor.operator_name};
  auto change = make_change(call, RemoveToken{call.actor.token_id}, Whatever{}, std::move(ended));
  Result<std::uint64_t> gone = co_await apply(call, std::move(change));
  if (!gone) co_return Fail(std::move(gone).error());
  co_return domain::Done{};
}

// Never fails: a page that cannot be told who is there shows its sign-in.
Task<Answer> run(const Call& call, domain::GetSession) {
  domain::SessionView view;
  if (call.actor.operator_name.empty()) {
    domain::Page one;
    one.limit = 1;
    Result<domain::Listing<Operator>> any =
        co_await call.ports.catalog.list_operators(std::move(one));
    view.first_run = any && any->items.empty();
    co_return view;
  }
  Result<Operator> who = co_await call.ports.catalog.get_operator(call.actor.operator_name);
  if (!who) co_return view;
  view.who = *std::move(who);
  view.expires_at = call.actor.expires_at;
  co_return view;
}

Task<Answer> run(const Call& call, domain::ChangePassword command) {
  if (call.actor.operator_name.empty()) co_return Fail(no_session());
  Result<Operator> who = co_await call.ports.catalog.get_operator(call.actor.operator_name);
  if (!who) co_return Fail(std::move(who).error());
  if (is_locked(*who, call.ports.clock.wall())) co_return Fail(locked_error());
  auto current = std::make_shared<const Secret>(std::move(command.current));
  auto password = std::make_shared<const Secret>(std::move(command.password));
  Result<bool> right = co_await call.ports.password_check.matches(current, who->argon2id);
  if (!right) co_return Fail(std::move(right).error());
  if (!*right) {
    Result<void> counted = co_await count_wrong_password(call, who->name);
    if (!counted) co_return Fail(std::move(counted).error());
    co_return Fail(ErrorKind::kForbidden, "the current password is wrong", "type it again");
  }
  Result<std::string> hash = co_await hash_new_password(call, who->name, std::move(password));
  if (!hash) co_return Fail(std::move(hash).error());
  who->argon2id = *std::move(hash);
  who->guesses = domain::Guesses();
  who->updated_at = call.ports.clock.wall();
  PutOperator put{*who, true, call.actor.token_id};
  auto change = make_change(call, std::move(put), MustBeVersion{who->version},
                            act("operator.password", *who));
  Result<std::uint64_t> version = co_await apply(call, std::move(change));
  if (!version) co_return Fail(std::move(version).error());
  co_return domain::Done{};
}

}  // namespace berth::management
