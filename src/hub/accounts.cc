#include "hub/accounts.h"

#include "base/log.h"
#include "hub/core.h"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace berth::hub {
namespace {

using domain::Account;
using domain::Reason;
using domain::Step;

bool locked(const Account& account, TimePoint now) {
  return account.guesses.locked_until && *account.guesses.locked_until > now;
}

Rejection wrong(std::size_t accounts) {
  return {Step::kAttest,
          Reason::kProofRejected,
          accounts == 0 ? "the password of an account that exists" : "the password of the account",
          "another password",
          {}};
}

Rejection locked_out(const Account& account) {
  Rejection rejection{Step::kAttest,
                      Reason::kMemberLocked,
                      "an account that is not locked",
                      fmt::format("one that is locked until {}",
                                  base::format_utc(*account.guesses.locked_until, 0)),
                      {}};
  rejection.findings = {{domain::Cause::kMemberLocked, true,
                         fmt::format("{} wrong passwords in a row locked account '{}'.",
                                     account.guesses.wrong, account.email),
                         "wait, or enable the account again to forget them"}};
  return rejection;
}

Rejection exhausted() {
  return {Step::kAttest, Reason::kTooManyAttempts, "a source that has not failed so often",
          "one more password of an account", std::chrono::seconds(1)};
}

// Each of them counts it, for it was tried with each.
Task<Result<void, Rejection>> count_wrong(std::shared_ptr<Core> core,
                                          std::vector<Account> accounts) {
  const TimePoint now = core->ports.clock.wall();
  for (const Account& each : accounts) {
    Result<domain::Guesses> counted = co_await core->ports.identities.account_guessed(
        each.scope, each.email, core->settings.account_guesses_max,
        core->settings.account_lock_time, now);
    if (!counted) co_return Fail(store_trouble(Step::kAttest, counted.error()));
  }
  co_return Result<void, Rejection>();
}

Task<void> forget_wrong(std::shared_ptr<Core> core, const Account& account) {
  if (account.guesses.wrong == 0) co_return;
  const TimePoint now = core->ports.clock.wall();
  Result<domain::Guesses> forgotten = co_await core->ports.identities.account_guessed(
      account.scope, account.email, 0, core->settings.account_lock_time, now);
  if (!forgotten) log::warn("hub.guesses_not_forgotten", {{"why", forgotten.error().what}});
}

}  // namespace

Task<Result<Account, Rejection>> prove_account(std::shared_ptr<Core> core,
                                               std::vector<Account> accounts, SharedSecret password,
                                               std::string source) {
  // Each try costs a lot.
  if (core->failures.exhausted(source, core->ports.clock.monotonic())) {
    co_return Fail(exhausted());
  }
  const TimePoint now = core->ports.clock.wall();
  const auto first_locked = std::stable_partition(
      accounts.begin(), accounts.end(), [now](const Account& each) { return !locked(each, now); });
  std::vector<Account> open(accounts.begin(), first_locked);
  if (open.size() > kAccountsTriedMax) open.resize(kAccountsTriedMax);
  for (const Account& each : open) {
    Result<bool> matches = co_await core->ports.passwords.matches(password, each.argon2id);
    if (!matches) co_return Fail(store_trouble(Step::kAttest, matches.error()));
    if (!*matches) continue;
    if (!each.enabled) {
      co_return Fail(Rejection{
          Step::kAuthorize, Reason::kNotPermitted, "an enabled account", "a disabled one", {}});
    }
    co_await forget_wrong(core, each);
    co_return each;
  }
  if (!open.empty()) {
    const std::size_t tried = open.size();
    Result<void, Rejection> counted = co_await count_wrong(core, std::move(open));
    if (!counted) co_return Fail(std::move(counted).error());
    co_return Fail(wrong(tried));
  }
  Result<bool> as_long = co_await core->ports.passwords.matches(password, {});
  if (!as_long) co_return Fail(store_trouble(Step::kAttest, as_long.error()));
  if (accounts.empty()) co_return Fail(wrong(0));
  co_return Fail(locked_out(accounts.front()));
}

}  // namespace berth::hub
