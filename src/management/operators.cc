// Operators: people who sign in with a name and a password.
#include "domain/mend.h"
#include "management/authorise.h"
#include "management/changes.h"
#include "management/lookup.h"
#include "management/operator_password.h"
#include "management/use_cases.h"
#include "management/validation.h"

#include <fmt/format.h>

namespace berth::management {
namespace {

using domain::Operator;
using Limit = std::optional<domain::ScopeId>;  // none: the whole server

// A limited admin manages the operators of its scope and no others.
bool manages(const Actor& actor, const Operator& who) {
  return !actor.scope || who.scope == actor.scope;
}

Act act(std::string_view action, const Operator& who, std::string detail = "{}") {
  return {action, who.scope ? who.scope->text() : "", who.name, std::move(detail)};
}

Task<Result<Operator>> find_operator(const Call& call, std::string name) {
  Error missing{ErrorKind::kNotFound,
                fmt::format("there is no operator '{}'", base::printable(name, 64)),
                "see: " + domain::mend::list_operators()};
  const std::string key = base::ascii_lower(name);
  if (!is_operator_name(key)) co_return Fail(std::move(missing));
  Result<Operator> found = co_await call.ports.catalog.get_operator(key);
  const bool unknown = !found && found.error().kind == ErrorKind::kNotFound;
  if (unknown || (found && !manages(call.actor, *found))) co_return Fail(std::move(missing));
  co_return found;
}

// kForbidden when the limit that is asked for is not the actor's to give.
Task<Result<Limit>> limit_for(const Call& call, std::string asked) {
  if (asked.empty() && call.actor.scope) {
    co_return Fail(ErrorKind::kForbidden,
                   fmt::format("you are limited to scope {}, and so are the operators you manage",
                               call.actor.scope->text()),
                   "leave scope out, or ask an admin without a limit");
  }
  if (asked.empty()) co_return Limit();
  BERTH_CO_TRY(std::string allowed, narrowed_scope(call.actor, std::move(asked)));
  Result<domain::Scope> scope = co_await find_scope(call, std::move(allowed));
  if (!scope) co_return Fail(std::move(scope).error());
  co_return Limit(scope->id);
}

// As it is shown: a lock that is over is none.
Operator seen(const Call& call, Operator who) {
  if (!is_locked(who, call.ports.clock.wall())) who.guesses.locked_until.reset();
  return who;
}

std::string limit_text(const Limit& limit) { return limit ? limit->text() : std::string(); }

// What an edit comes to, without the record.
struct Prepared {
  std::string hash;            // of a new password; empty: none
  std::optional<Limit> limit;  // none: as it is
};

struct Edited {
  Differences changed;
  bool ends_sessions = false;
};

Result<Edited> edit_operator(Operator& who, const domain::OperatorEdit& edit,
                             const Prepared& prepared) {
  Edited edited;
  Differences& changed = edited.changed;
  if (edit.display_name) {
    BERTH_TRY(std::string shown, display_name(*edit.display_name, who.name));
    changed.set("displayName", who.display_name, std::move(shown));
  }
  if (edit.role && *edit.role != who.role) {
    changed.note("role", to_string(who.role), to_string(*edit.role));
    who.role = *edit.role;
    edited.ends_sessions = true;
  }
  if (prepared.limit && *prepared.limit != who.scope) {
    changed.note("scope", limit_text(who.scope), limit_text(*prepared.limit));
    who.scope = *prepared.limit;
    edited.ends_sessions = true;
  }
  if (!prepared.hash.empty()) {
    changed.note("password");
    who.argon2id = prepared.hash;
    edited.ends_sessions = true;
  }
  if (edit.enabled) {
    edited.ends_sessions = edited.ends_sessions || (who.enabled && !*edit.enabled);
    changed.set("enabled", who.enabled, *edit.enabled);
  }
  const bool forgets = !prepared.hash.empty() || edit.enabled.value_or(false);
  if (forgets && who.guesses != domain::Guesses()) {
    changed.note("guesses", fmt::format("{} wrong", who.guesses.wrong), "0 wrong");
    who.guesses = domain::Guesses();
  }
  return edited;
}

// Takes the password out of the edit.
Task<Result<Prepared>> prepare(const Call& call, std::string name, domain::OperatorEdit& edit) {
  Prepared prepared;
  if (edit.scope) {
    Result<Limit> limit = co_await limit_for(call, *edit.scope);
    if (!limit) co_return Fail(std::move(limit).error());
    prepared.limit = *std::move(limit);
  }
  if (!edit.password) co_return prepared;
  SharedSecret password = std::make_shared<const Secret>(*std::move(edit.password));
  edit.password.reset();
  Result<std::string> hash = co_await hash_new_password(call, std::move(name), std::move(password));
  if (!hash) co_return Fail(std::move(hash).error());
  prepared.hash = *std::move(hash);
  co_return prepared;
}

Result<std::string> new_name(const domain::OperatorEdit& edit) {
  const std::string mend = "give 1 to 64 letters, digits and . _ - @ +, such as ada@example.com";
  if (!edit.name) return Fail(ErrorKind::kInvalid, "name is missing", mend);
  std::string name = base::ascii_lower(*edit.name);
  if (is_operator_name(name)) return name;
  return Fail(ErrorKind::kInvalid, "name has other characters, or too many", mend);
}

}  // namespace

Task<Answer> run(const Call& call, domain::CreateOperator command) {
  domain::OperatorEdit& edit = command.edit;
  Operator who;
  BERTH_CO_TRY(who.name, new_name(edit));
  if (!edit.password) {
    co_return Fail(ErrorKind::kInvalid, "password is missing", "give one to sign in with");
  }
  BERTH_CO_TRY(who.display_name, display_name(edit.display_name.value_or(""), who.name));
  if (!edit.scope && call.actor.scope) edit.scope = call.actor.scope->text();
  Result<Prepared> prepared = co_await prepare(call, who.name, edit);
  if (!prepared) co_return Fail(std::move(prepared).error());
  who.argon2id = std::move(prepared->hash);
  who.scope = prepared->limit.value_or(std::nullopt);
  who.role = edit.role.value_or(domain::Role::kViewer);
  who.enabled = edit.enabled.value_or(true);
  who.created_at = who.updated_at = call.ports.clock.wall();
  Differences made;
  made.note("role", "", to_string(who.role));
  if (!who.enabled) made.note("enabled", "true", "false");
  auto change =
      make_change(call, PutOperator{who}, MustNotExist{}, act("operator.create", who, made.text()));
  Result<std::uint64_t> version = co_await apply(call, std::move(change));
  if (!version) co_return Fail(std::move(version).error());
  who.version = *version;
  co_return who;
}

Task<Answer> run(const Call& call, domain::GetOperator command) {
  Result<Operator> found = co_await find_operator(call, std::move(command.name));
  if (!found) co_return Fail(std::move(found).error());
  co_return seen(call, *std::move(found));
}

Task<Answer> run(const Call& call, domain::ListOperators command) {
  BERTH_CO_TRY(domain::Page page, checked_page(std::move(command.page), call.ports.settings));
  Result<domain::Listing<Operator>> list =
      co_await call.ports.catalog.list_operators(std::move(page));
  if (!list) co_return Fail(std::move(list).error());
  std::erase_if(list->items, [&](const Operator& each) { return !manages(call.actor, each); });
  for (Operator& each : list->items) each = seen(call, std::move(each));
  co_return *std::move(list);
}

Task<Answer> run(const Call& call, domain::UpdateOperator command) {
  Result<Operator> exists = co_await find_operator(call, command.name);
  if (!exists) co_return Fail(std::move(exists).error());
  // Hashed once, whatever races there are.
  Result<Prepared> prepared = co_await prepare(call, exists->name, command.edit);
  if (!prepared) co_return Fail(std::move(prepared).error());
  for (int attempt = 1;; ++attempt) {
    Result<Operator> found = co_await find_operator(call, command.name);
    if (!found) co_return Fail(std::move(found).error());
    Result<void> current = check_version(command.precondition, found->version);
    if (!current) co_return Fail(std::move(current).error());
    BERTH_CO_TRY(const Edited edited, edit_operator(*found, command.edit, *prepared));
    if (edited.changed.empty()) co_return seen(call, *std::move(found));
    found->updated_at = call.ports.clock.wall();
    PutOperator put{*found, edited.ends_sessions};
    auto change = make_change(call, std::move(put), MustBeVersion{found->version},
                              act("operator.update", *found, edited.changed.text()));
    Result<std::uint64_t> version = co_await apply(call, std::move(change));
    if (version) {
      found->version = *version;
      co_return seen(call, *std::move(found));
    }
    if (!may_retry(version.error(), command.precondition, attempt)) {
      co_return Fail(std::move(version).error());
    }
  }
}

Task<Answer> run(const Call& call, domain::DeleteOperator command) {
  Result<Operator> found = co_await find_operator(call, std::move(command.name));
  if (!found) co_return Fail(std::move(found).error());
  RemoveOperator removal{found->name};
  auto change = make_change(call, std::move(removal), expected(command.precondition, MustExist{}),
                            act("operator.delete", *found));
  Result<std::uint64_t> gone = co_await apply(call, std::move(change));
  if (!gone) co_return Fail(std::move(gone).error());
  co_return domain::Done{};
}

}  // namespace berth::management
