// Operators: people who sign in to the console with a name and a password. A session is a Token
// that says whose it is, so that everything a token may do is checked in one way.
//
// Room domain. Passwords come in as Secret and are kept as Argon2id. Thread rule: plain values
// (move-only where they hold a Secret).
#pragma once

#include "domain/paging.h"
#include "domain/records.h"

#include <optional>
#include <string>

namespace berth::domain {

struct Operator {
  std::string name;  // 1..64 of a-z 0-9 . _ - @ +, lower-case
  std::string display_name;
  Role role = Role::kViewer;
  std::optional<ScopeId> scope;  // limits the operator to one scope
  std::string argon2id;          // in its usual text form
  bool enabled = true;
  Guesses guesses = {};
  TimePoint created_at;
  TimePoint updated_at;
  std::uint64_t version = 0;
};
inline constexpr std::size_t kOperatorsMax = 1'000;
inline constexpr std::size_t kSessionsMax = 20;  // of one operator; the oldest ends
inline constexpr std::size_t kPasswordMin = 12;
inline constexpr std::size_t kPasswordMax = 256;
inline constexpr std::chrono::hours kSessionLifetime{12};
inline constexpr std::uint32_t kSignInGuessesMax = 10;  // in a row, then locked
inline constexpr std::chrono::seconds kSignInLock{300};

struct OperatorEdit {
  std::optional<std::string> name;  // creation only
  std::optional<std::string> display_name;
  std::optional<Secret> password;  // required on creation; ends the sessions there are
  std::optional<Role> role;
  std::optional<std::string> scope;  // empty: no limit
  std::optional<bool> enabled;
};
struct CreateOperator {
  OperatorEdit edit;
};
struct GetOperator {
  std::string name;
};
struct ListOperators {
  Page page;
};
struct UpdateOperator {
  std::string name;
  OperatorEdit edit;
  Precondition precondition;
};
struct DeleteOperator {
  std::string name;
  Precondition precondition;
};
// Needs no token; one that is sent along (a session's) ends when this succeeds.
struct SignIn {
  std::string name;
  Secret password;
};
struct SignOut {};
// Needs no token: says who one is, if anybody.
struct GetSession {};
// One's own. Other sessions of the operator end.
struct ChangePassword {
  Secret current;
  Secret password;
};

struct SessionView {
  bool first_run = false;  // no operator exists yet
  std::optional<Operator> who;
  std::optional<TimePoint> expires_at;
};
// The only time the session's secret is seen.
struct NewSession {
  SessionView view;
  Secret secret;
};

}  // namespace berth::domain
