#include "store/sql/guesses.h"

#include "base/codec.h"
#include "store/sql/rows.h"

#include <fmt/format.h>

namespace berth::store::sql {
namespace {

using domain::PasswordUse;

// $4: now, $5: the end of a lock that begins now, $6: how many lock.
constexpr Sql kEnrollWrong = R"sql(
UPDATE members
SET enroll_wrong = CASE WHEN enroll_locked_until > $4 THEN enroll_wrong
                        WHEN enroll_locked_until > 0 THEN 1
                        ELSE enroll_wrong + 1 END,
    enroll_locked_until = CASE WHEN enroll_locked_until > $4 THEN enroll_locked_until
                               WHEN (CASE WHEN enroll_locked_until > 0 THEN 1
                                     ELSE enroll_wrong + 1 END) >= $6 THEN $5
                               ELSE 0 END
WHERE scope = $1 AND group_key = $2 AND name = $3
RETURNING enroll_wrong, enroll_locked_until)sql";
constexpr Sql kControlWrong = R"sql(
UPDATE members
SET control_wrong = CASE WHEN control_locked_until > $4 THEN control_wrong
                         WHEN control_locked_until > 0 THEN 1
                         ELSE control_wrong + 1 END,
    control_locked_until = CASE WHEN control_locked_until > $4 THEN control_locked_until
                                WHEN (CASE WHEN control_locked_until > 0 THEN 1
                                      ELSE control_wrong + 1 END) >= $6 THEN $5
                                ELSE 0 END
WHERE scope = $1 AND group_key = $2 AND name = $3
RETURNING control_wrong, control_locked_until)sql";
// Nearly always there is nothing to forget, and then nothing is written.
constexpr Sql kForgetEnroll = R"sql(
UPDATE members SET enroll_wrong = 0, enroll_locked_until = 0
WHERE scope = $1 AND group_key = $2 AND name = $3
  AND (enroll_wrong > 0 OR enroll_locked_until > 0))sql";
constexpr Sql kForgetControl = R"sql(
UPDATE members SET control_wrong = 0, control_locked_until = 0
WHERE scope = $1 AND group_key = $2 AND name = $3
  AND (control_wrong > 0 OR control_locked_until > 0))sql";

// $3: now, $4: the end of a lock that begins now, $5: how many lock.
constexpr Sql kAccountWrong = R"sql(
UPDATE accounts
SET wrong = CASE WHEN locked_until > $3 THEN wrong
                 WHEN locked_until > 0 THEN 1
                 ELSE wrong + 1 END,
    locked_until = CASE WHEN locked_until > $3 THEN locked_until
                        WHEN (CASE WHEN locked_until > 0 THEN 1 ELSE wrong + 1 END) >= $5 THEN $4
                        ELSE 0 END
WHERE key = $1 AND scope = $2 RETURNING wrong, locked_until)sql";
constexpr Sql kForgetAccount = R"sql(
UPDATE accounts SET wrong = 0, locked_until = 0
WHERE key = $1 AND scope = $2 RETURNING wrong, locked_until)sql";

// The statement of the two that the use has; none: members have no such password.
std::optional<Sql> statement_for(PasswordUse use, Sql enroll, Sql control) {
  switch (use) {
    case PasswordUse::kEnroll:
      return enroll;
    case PasswordUse::kControl:
      return control;
    case PasswordUse::kConnect:
    case PasswordUse::kAccount:
      break;
  }
  return std::nullopt;
}

auto no_such_password(PasswordUse use) {
  return Fail(ErrorKind::kInvalid,
              fmt::format("members have no password of use '{}'", domain::to_string(use)),
              "report this as a bug");
}

Result<domain::Guesses> counted(Result<Cursor> row, std::string_view noun, std::string_view id) {
  if (!row) return Fail(std::move(row).error());
  BERTH_TRY(const bool found, row->next());
  if (found) return guesses_of(*row, 0);
  return Fail(ErrorKind::kNotFound,
              fmt::format("there is no {} '{}'", noun, base::printable(id, 128)),
              fmt::format("list the {}s there are", noun));
}

}  // namespace

Result<domain::Guesses> guessed_wrong(Connection& connection,
                                      const provisioning::WrongGuess& guess) {
  const provisioning::Assignment::GuessedMember& member = guess.member;
  const std::optional<Sql> statement = statement_for(member.use, kEnrollWrong, kControlWrong);
  if (!statement) return no_such_password(member.use);
  const std::string group = member.group.key();
  return counted(connection.run(*statement, {Value(member.scope.text()), Value(group),
                                             Value(member.name.text()), Value(guess.at),
                                             Value(guess.at + guess.lock_time),
                                             Value(std::uint64_t{guess.guesses_max})}),
                 "member", member.name.text());
}

Result<void> forget_guesses(Connection& connection,
                            const provisioning::Assignment::GuessedMember& member) {
  const std::optional<Sql> statement = statement_for(member.use, kForgetEnroll, kForgetControl);
  if (!statement) return no_such_password(member.use);
  Result<bool> forgotten = connection.execute(
      *statement,
      {Value(member.scope.text()), Value(member.group.key()), Value(member.name.text())});
  if (!forgotten) return Fail(std::move(forgotten).error());
  return {};
}

Result<domain::Guesses> account_guessed(Connection& connection, const AccountGuess& guess) {
  const std::string key = base::ascii_lower(guess.email);
  const std::string& scope = guess.scope.text();
  if (guess.guesses_max == 0) {
    return counted(connection.run(kForgetAccount, {Value(key), Value(scope)}), "account",
                   guess.email);
  }
  return counted(connection.run(kAccountWrong, {Value(key), Value(scope), Value(guess.at),
                                                Value(guess.at + guess.lock_time),
                                                Value(std::uint64_t{guess.guesses_max})}),
                 "account", guess.email);
}

}  // namespace berth::store::sql
