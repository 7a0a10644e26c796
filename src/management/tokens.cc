// Tokens: who may use the admin API.
#include "domain/mend.h"
#include "management/authorise.h"
#include "management/changes.h"
#include "management/lookup.h"
#include "management/token_check.h"
#include "management/use_cases.h"
#include "management/validation.h"

#include <fmt/format.h>

namespace berth::management {
namespace {

using domain::Token;

// A limited admin manages the tokens of its scope and no others.
bool manages(const Actor& actor, const Token& token) {
  return !actor.scope || token.scope == actor.scope;
}

}  // namespace

Task<Answer> run(const Call& call, domain::CreateToken command) {
  domain::NewToken made;
  Token& token = made.token;
  token.id = call.ports.rng.hex(5);
  BERTH_CO_TRY(token.display_name, display_name(command.edit.display_name.value_or(""), token.id));
  token.role = command.edit.role.value_or(domain::Role::kViewer);
  token.created_at = call.ports.clock.wall();
  token.expires_at = command.edit.expires_at;
  if (token.expires_at && *token.expires_at <= token.created_at) {
    co_return Fail(ErrorKind::kInvalid, "expiresAt is in the past",
                   "give a time to come, or leave it out for a token that does not expire");
  }
  BERTH_CO_TRY(std::string limit, narrowed_scope(call.actor, command.edit.scope.value_or("")));
  if (!limit.empty()) {
    Result<domain::Scope> scope = co_await find_scope(call, std::move(limit));
    if (!scope) co_return Fail(std::move(scope).error());
    token.scope = scope->id;
  }
  made.secret = make_token_text(token.id, call.ports.rng);
  token.digest = token_digest(call.ports.vault, token.id, made.secret.text());

  Differences detail;
  detail.note("role", "", to_string(token.role));
  Act act{"token.create", token.scope ? token.scope->text() : "", token.id, detail.text()};
  auto change = make_change(call, PutToken{token}, MustNotExist{}, std::move(act));
  Result<std::uint64_t> version = co_await apply(call, std::move(change));
  if (!version) co_return Fail(std::move(version).error());
  token.version = *version;
  co_return made;
}

Task<Answer> run(const Call& call, domain::ListTokens command) {
  BERTH_CO_TRY(domain::Page page, checked_page(std::move(command.page), call.ports.settings));
  Result<domain::Listing<Token>> list = co_await call.ports.catalog.list_tokens(std::move(page));
  if (!list) co_return Fail(std::move(list).error());
  std::erase_if(list->items, [&](const Token& each) { return !manages(call.actor, each); });
  co_return *std::move(list);
}

Task<Answer> run(const Call& call, domain::DeleteToken command) {
  Result<Token> found = co_await call.ports.catalog.get_token(command.id);
  if (!found && found.error().kind != ErrorKind::kNotFound) {
    co_return Fail(std::move(found).error());
  }
  if (!found || !manages(call.actor, *found)) {
    co_return Fail(ErrorKind::kNotFound,
                   fmt::format("there is no token '{}'", base::printable(command.id, 64)),
                   "see: " + domain::mend::list_tokens());
  }
  Act act{"token.delete", found->scope ? found->scope->text() : "", found->id};
  auto change = make_change(call, RemoveToken{found->id}, MustExist{}, std::move(act));
  Result<std::uint64_t> gone = co_await apply(call, std::move(change));
  if (!gone) co_return Fail(std::move(gone).error());
  co_return domain::Done{};
}

}  // namespace berth::management
