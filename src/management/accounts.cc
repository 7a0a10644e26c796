// Accounts: who owns a scope, to clients that act for all its devices with an address and a
// password.
#include "domain/mend.h"
#include "management/changes.h"
#include "management/lookup.h"
#include "management/use_cases.h"

#include <fmt/format.h>

#include <algorithm>

namespace berth::management {
namespace {

using domain::Account;

constexpr std::size_t kEmailBytesMin = 3;
constexpr std::size_t kEmailBytesMax = 254;
constexpr std::size_t kPasswordBytesMin = 8;
constexpr std::size_t kPasswordBytesMax = 127;
constexpr std::size_t kObjectIdBytes = domain::kObjectIdSize / 2;

Error invalid(std::string what, std::string mend) {
  return {ErrorKind::kInvalid, std::move(what), std::move(mend)};
}

Act act(std::string_view action, const Account& account, std::string detail = "{}") {
  return {action, account.scope.text(), account.email, std::move(detail)};
}

Result<void> check_email(std::string_view email) {
  const std::string mend =
      fmt::format("give an address such as owner@example.com, of {} to {} bytes", kEmailBytesMin,
                  kEmailBytesMax);
  if (email.size() < kEmailBytesMin || email.size() > kEmailBytesMax) {
    return Fail(invalid(fmt::format("email has {} bytes", email.size()), mend));
  }
  const bool plain =
      base::printable(email, email.size()) == email && email.find(' ') == std::string_view::npos;
  if (!plain) {
    return Fail(invalid("email has blanks, control characters or is not UTF-8", mend));
  }
  const std::size_t at = email.find('@');
  const bool one = at != std::string_view::npos && at == email.rfind('@');
  if (one && at > 0 && at + 1 < email.size()) return {};
  return Fail(invalid("email is not text, one @, and text", mend));
}

// It must survive a header: blanks at its ends would not.
Result<void> check_password(const Secret& password) {
  const std::string mend =
      fmt::format("give {} to {} printable characters", kPasswordBytesMin, kPasswordBytesMax);
  if (password.size() < kPasswordBytesMin || password.size() > kPasswordBytesMax) {
    return Fail(invalid(fmt::format("password has {} bytes", password.size()), mend));
  }
  const std::string_view text = password.text();
  const bool plain = base::is_utf8(text) && std::none_of(text.begin(), text.end(), [](char c) {
                       return static_cast<unsigned char>(c) < ' ' || c == 0x7f;
                     });
  if (!plain) return Fail(invalid("password has control characters or is not UTF-8", mend));
  if (text.front() != ' ' && text.back() != ' ') return {};
  return Fail(invalid("password begins or ends with a blank, which gets lost in headers", mend));
}

Task<Result<std::string>> hashed(const Call& call, SharedSecret password) {
  Result<void> valid = check_password(*password);
  if (!valid) co_return Fail(std::move(valid).error());
  Result<std::string> hash = co_await call.ports.passwords.hash(std::move(password));
  co_return hash;
}

SharedSecret shared(std::optional<Secret> password) {
  return std::make_shared<const Secret>(*std::move(password));
}

// What it takes for one more account.
Task<Result<domain::Scope>> room_in(const Call& call, std::string scope_id) {
  Result<domain::Scope> scope = co_await find_scope(call, std::move(scope_id));
  if (!scope) co_return scope;
  Result<domain::Listing<Account>> list =
      co_await call.ports.catalog.list_accounts(scope->id.text());
  if (!list) co_return Fail(std::move(list).error());
  if (list->items.size() < domain::kAccountsMax) co_return scope;
  co_return Fail(ErrorKind::kConflict,
                 fmt::format("scope {} has {} accounts, as many as one can have", scope->id.text(),
                             list->items.size()),
                 "delete one that is not used; see: " +
                     domain::mend::thing_account("list", scope->id.text(), ""));
}

// Applies the edit but for the password, whose hash is given when there is a new one.
Differences edit_account(Account& account, const domain::AccountEdit& edit, std::string hash) {
  Differences changed;
  const bool has_new = !hash.empty();
  if (has_new) {
    account.argon2id = std::move(hash);
    changed.note("password");
  }
  if (edit.enabled) changed.set("enabled", account.enabled, *edit.enabled);
  const bool forgets = has_new || edit.enabled.value_or(false);
  if (forgets && account.guesses != domain::Guesses()) {
    changed.note("guesses", fmt::format("{} wrong", account.guesses.wrong), "0 wrong");
    account.guesses = domain::Guesses();
  }
  return changed;
}

}  // namespace

Task<Answer> run(const Call& call, domain::CreateAccount command) {
  if (!command.edit.email || !command.edit.password) {
    co_return Fail(ErrorKind::kInvalid,
                   command.edit.email ? "password is missing" : "email is missing",
                   "give both: the account is known by them");
  }
  Account account;
  account.email = *command.edit.email;
  Result<void> valid = check_email(account.email);
  if (!valid) co_return Fail(std::move(valid).error());
  Result<domain::Scope> scope = co_await room_in(call, std::move(command.scope));
  if (!scope) co_return Fail(std::move(scope).error());
  account.scope = scope->id;
  SharedSecret password = shared(std::move(command.edit.password));
  Result<std::string> hash = co_await hashed(call, std::move(password));
  if (!hash) co_return Fail(std::move(hash).error());
  account.argon2id = *std::move(hash);
  account.id = domain::ObjectId::trusted(call.ports.rng.hex(kObjectIdBytes));
  account.enabled = command.edit.enabled.value_or(true);
  account.created_at = account.updated_at = call.ports.clock.wall();
  Differences made;
  made.note("id", "", account.id.text());
  if (!account.enabled) made.note("enabled", "true", "false");
  auto change = make_change(call, PutAccount{account}, MustNotExist{},
                            act("account.create", account, made.text()));
  Result<std::uint64_t> version = co_await apply(call, std::move(change));
  if (!version) co_return Fail(std::move(version).error());
  account.version = *version;
  co_return account;
}

Task<Answer> run(const Call& call, domain::GetAccount command) {
  Result<Account> found =
      co_await find_account(call, std::move(command.scope), std::move(command.email));
  if (!found) co_return Fail(std::move(found).error());
  co_return *std::move(found);
}

Task<Answer> run(const Call& call, domain::ListAccounts command) {
  Result<domain::Scope> scope = co_await find_scope(call, std::move(command.scope));
  if (!scope) co_return Fail(std::move(scope).error());
  Result<domain::Listing<Account>> list =
      co_await call.ports.catalog.list_accounts(scope->id.text());
  if (!list) co_return Fail(std::move(list).error());
  co_return *std::move(list);
}

Task<Answer> run(const Call& call, domain::UpdateAccount command) {
  // Hashed once, whatever races there are.
  std::string hash;
  if (command.edit.password) {
    Result<Account> exists = co_await find_account(call, command.scope, command.email);
    if (!exists) co_return Fail(std::move(exists).error());
    SharedSecret password = shared(std::move(command.edit.password));
    Result<std::string> made = co_await hashed(call, std::move(password));
    if (!made) co_return Fail(std::move(made).error());
    hash = *std::move(made);
  }
  for (int attempt = 1;; ++attempt) {
    Result<Account> found = co_await find_account(call, command.scope, command.email);
    if (!found) co_return Fail(std::move(found).error());
    Result<void> current = check_version(command.precondition, found->version);
    if (!current) co_return Fail(std::move(current).error());
    const Differences changed = edit_account(*found, command.edit, hash);
    if (changed.empty()) co_return *std::move(found);
    found->updated_at = call.ports.clock.wall();
    auto change = make_change(call, PutAccount{*found}, MustBeVersion{found->version},
                              act("account.update", *found, changed.text()));
    Result<std::uint64_t> version = co_await apply(call, std::move(change));
    if (version) {
      found->version = *version;
      co_return *std::move(found);
    }
    if (!may_retry(version.error(), command.precondition, attempt)) {
      co_return Fail(std::move(version).error());
    }
  }
}

Task<Answer> run(const Call& call, domain::DeleteAccount command) {
  Result<Account> found =
      co_await find_account(call, std::move(command.scope), std::move(command.email));
  if (!found) co_return Fail(std::move(found).error());
  RemoveAccount removal{found->scope, found->email};
  auto change = make_change(call, std::move(removal), expected(command.precondition, MustExist{}),
                            act("account.delete", *found));
  Result<std::uint64_t> gone = co_await apply(call, std::move(change));
  if (!gone) co_return Fail(std::move(gone).error());
  co_return domain::Done{};
}

}  // namespace berth::management
