// Signing in and out: who gets a session, what it is worth, and when it ends.
#include "management/tests/desk.h"
#include "management/token_check.h"

namespace berth::management::testing {
namespace {

using domain::ChangePassword;
using domain::GetScope;
using domain::GetSession;
using domain::NewSession;
using domain::Role;
using domain::SessionView;
using domain::SignIn;
using domain::SignOut;

constexpr const char* kPassword = "sails at half past five";
constexpr const char* kNewPassword = "anchors at a quarter to";

class Sessions : public Desk {
 protected:
  Sessions() { make("ada", Role::kOperator); }

  void make(const std::string& name, Role role, const std::string& scope = {}) {
    domain::OperatorEdit edit;
    edit.name = name;
    edit.password = Secret::from_text(kPassword);
    edit.role = role;
    if (!scope.empty()) edit.scope = scope;
    ASSERT_TRUE(ask(admin, domain::CreateOperator{std::move(edit)}).has_value());
  }
  Result<domain::ManagementResult> sign_in(const std::string& name, const std::string& password,
                                           const std::string& with = {}) {
    return ask(with, SignIn{name, Secret::from_text(password)}, next_source());
  }
  // The text of a new session.
  std::string session(const std::string& name = "ada", const std::string& with = {}) {
    return std::string(expect<NewSession>(sign_in(name, kPassword, with)).secret.text());
  }
  Result<domain::ManagementResult> change_password(const std::string& session,
                                                   const std::string& current,
                                                   const std::string& password) {
    return ask(session, ChangePassword{Secret::from_text(current), Secret::from_text(password)});
  }
  bool works(const std::string& token) { return ask(token, GetScope{kScope}).has_value(); }
  // Each from another address, so that no budget is in the way.
  std::string next_source() { return "198.51.100." + std::to_string(++sources_); }
  domain::Operator& ada() { return catalog.operators.at("ada"); }

 private:
  int sources_ = 0;
};

TEST_F(Sessions, ARightPasswordBeginsOneWithTheRoleAndScopeOfTheOperator) {
  make("eve", Role::kAdmin, kScope);
  const auto made = expect<NewSession>(sign_in("EVE", kPassword));
  ASSERT_TRUE(made.view.who);
  EXPECT_EQ(made.view.who->name, "eve");
  EXPECT_EQ(made.view.expires_at, clock.wall() + domain::kSessionLifetime);
  const std::string text(made.secret.text());
  const domain::Token& stored = catalog.tokens.at(text.substr(6, text.find('_', 6) - 6));
  EXPECT_EQ(stored.operator_name, "eve");
  EXPECT_EQ(stored.role, Role::kAdmin);
  EXPECT_EQ(stored.scope->text(), kScope);
  EXPECT_EQ(stored.digest, token_digest(vault, stored.id, text));
  EXPECT_TRUE(works(text));
  EXPECT_EQ(refused(ask(text, GetScope{kOtherScope})).kind, ErrorKind::kForbidden);
}

TEST_F(Sessions, WhatIsDoneInOneIsTheOperatorsInTheAudit) {
  const std::string text = session();
  const domain::AuditRecord begun = catalog.audit.back();
  EXPECT_EQ(begun.action, "session.begin");
  EXPECT_EQ(begun.actor, "operator:ada");
  EXPECT_EQ(begun.target, "ada");
  EXPECT_EQ(begun.detail.find(kPassword), std::string::npos);
  domain::EnrollmentEdit edit;
  edit.id = "line-7";
  ASSERT_TRUE(
      ask(text, domain::CreateEnrollment{kScope, domain::EnrollmentKind::kGroup, std::move(edit)})
          .has_value());
  EXPECT_EQ(catalog.audit.back().actor, "operator:ada");
}

TEST_F(Sessions, ARefusalNamesTheOperatorAndNotTheToken) {
  const std::string text = session();
  const Error error = refused(ask(text, domain::CreateScope()));
  EXPECT_NE(error.what.find("operator 'ada' has the role operator"), std::string::npos)
      << error.what;
  EXPECT_EQ(error.what.find(text.substr(6, 16)), std::string::npos);
}

TEST_F(Sessions, WhateverIsWrongIsRefusedInTheSameWordsAfterTheSameWork) {
  make("off", Role::kViewer);
  catalog.operators.at("off").enabled = false;
  const std::vector<std::pair<std::string, std::string>> wrong{
      {"ada", "wrong password"},  {"off", kPassword}, {"off", "wrong password"},
      {"nobody", kPassword},      {"", kPassword},    {"a/b", kPassword},
      {std::string(300, 'a'), ""}};
  for (const auto& [name, password] : wrong) {
    password_check.checks = 0;
    const Error error = refused(sign_in(name, password));
    EXPECT_EQ(error.kind, ErrorKind::kUnauthenticated) << name;
    EXPECT_EQ(error.what, "the name or the password is wrong") << name;
    EXPECT_EQ(password_check.checks, 1) << name;
  }
}

TEST_F(Sessions, TenWrongPasswordsLockAndOnlyThatIsAudited) {
  const std::size_t audited = catalog.audit.size();
  for (std::uint32_t i = 0; i < domain::kSignInGuessesMax; ++i) {
    EXPECT_EQ(refused(sign_in("ada", "wrong password")).kind, ErrorKind::kUnauthenticated) << i;
  }
  ASSERT_EQ(catalog.audit.size(), audited + 1);
  EXPECT_EQ(catalog.audit.back().action, "session.lock");
  EXPECT_EQ(catalog.audit.back().target, "ada");
  EXPECT_EQ(catalog.audit.back().actor, "nobody");
  password_check.checks = 0;
  EXPECT_EQ(refused(sign_in("ada", kPassword)).kind, ErrorKind::kTooMany);
  EXPECT_EQ(password_check.checks, 0);
  EXPECT_EQ(catalog.audit.size(), audited + 1);
  clock.advance(domain::kSignInLock);
  EXPECT_TRUE(sign_in("ada", kPassword).has_value());
  EXPECT_EQ(ada().guesses, domain::Guesses());
}

TEST_F(Sessions, ARightPasswordForgetsWrongOnesAndTheAuditSaysHowMany) {
  for (int i = 0; i < 3; ++i) refused(sign_in("ada", "wrong password"));
  EXPECT_EQ(ada().guesses.wrong, 3U);
  session();
  EXPECT_EQ(ada().guesses, domain::Guesses());
  EXPECT_NE(catalog.audit.back().detail.find(R"("wrongPasswords":{"from":"3","to":"0"})"),
            std::string::npos)
      << catalog.audit.back().detail;
}

TEST_F(Sessions, ALockThatBeganWhileThePasswordWasCheckedKeepsEvenTheRightOneOut) {
  catalog.before_apply = [&] { ada().guesses = {10, clock.wall() + domain::kSignInLock}; };
  EXPECT_EQ(refused(sign_in("ada", kPassword)).kind, ErrorKind::kTooMany);
  EXPECT_EQ(ada().guesses.wrong, 10U);
}

TEST_F(Sessions, AChangeWhileThePasswordWasCheckedKeepsItOut) {
  catalog.before_apply = [&] { ++ada().version; };
  EXPECT_EQ(refused(sign_in("ada", kPassword)).kind, ErrorKind::kUnauthenticated);
  catalog.before_apply = [&] { catalog.operators.clear(); };
  EXPECT_EQ(refused(sign_in("ada", kPassword)).kind, ErrorKind::kUnauthenticated);
}

TEST_F(Sessions, TriesFromOneAddressAreBoundedAndOthersGoOn) {
  const auto from = [&](const std::string& source) {
    return ask("", SignIn{"ada", Secret::from_text(kPassword)}, source);
  };
  const int bound = 30;
  for (int i = 0; i < bound; ++i) EXPECT_TRUE(from("203.0.113.9").has_value()) << i;
  password_check.checks = 0;
  EXPECT_EQ(refused(from("203.0.113.9")).kind, ErrorKind::kTooMany);
  EXPECT_EQ(password_check.checks, 0);
  EXPECT_TRUE(from("203.0.113.10").has_value());
  clock.advance(std::chrono::seconds(2));
  EXPECT_TRUE(from("203.0.113.9").has_value());
}

TEST_F(Sessions, BusyWorkersAndABrokenStoreAreNoWrongPassword) {
  hasher.busy = true;
  EXPECT_EQ(refused(sign_in("ada", kPassword)).kind, ErrorKind::kUnavailable);
  hasher.busy = false;
  catalog.broken = true;
  EXPECT_EQ(refused(sign_in("ada", kPassword)).kind, ErrorKind::kUnavailable);
  catalog.broken = false;
  EXPECT_EQ(ada().guesses.wrong, 0U);
}

TEST_F(Sessions, AnOldOneThatIsSentAlongEndsAndIsNeverTaken) {
  const std::string old = session();
  ASSERT_TRUE(works(old));
  const std::string next = session("ada", old);
  EXPECT_NE(next, old);
  EXPECT_FALSE(works(old));
  EXPECT_TRUE(works(next));
  // One that somebody planted: it is nobody's, and stays so.
  const std::string planted = "berth_0123456789abcdef_" + std::string(43, 'A');
  const std::string own = session("ada", planted);
  EXPECT_NE(own, planted);
  EXPECT_FALSE(works(planted));
}

TEST_F(Sessions, AnotherOperatorsThatIsSentAlongEndsToo) {
  make("eve", Role::kViewer);
  const std::string eve = session("eve");
  session("ada", eve);
  EXPECT_FALSE(works(eve));
}

TEST_F(Sessions, ATokenThatIsSentAlongStaysAndOneThatFailsEndsNothing) {
  session("ada", viewer);
  EXPECT_TRUE(works(viewer));
  const std::string text = session();
  refused(sign_in("ada", "wrong password", text));
  EXPECT_TRUE(works(text));
}

TEST_F(Sessions, OneEndsAfterTwelveHoursWhateverIsDoneWithIt) {
  const std::string text = session();
  clock.advance(domain::kSessionLifetime - std::chrono::seconds(1));
  EXPECT_TRUE(works(text));
  clock.advance(std::chrono::seconds(1));
  const Error error = refused(ask(text, GetScope{kScope}));
  EXPECT_EQ(error.kind, ErrorKind::kUnauthenticated);
  EXPECT_NE(error.what.find("session"), std::string::npos);
  EXPECT_EQ(error.mend, "sign in again");
}

TEST_F(Sessions, SigningOutEndsItAtOnce) {
  const std::string text = session();
  const std::string other = session();
  ASSERT_TRUE(works(text));
  EXPECT_TRUE(ask(text, SignOut{}).has_value());
  EXPECT_EQ(catalog.audit.back().action, "session.end");
  EXPECT_EQ(catalog.audit.back().actor, "operator:ada");
  EXPECT_FALSE(works(text));
  EXPECT_TRUE(works(other));
  EXPECT_EQ(refused(ask(text, SignOut{})).kind, ErrorKind::kUnauthenticated);
}

TEST_F(Sessions, ATokenIsNoSession) {
  EXPECT_EQ(refused(ask(viewer, SignOut{})).kind, ErrorKind::kInvalid);
  EXPECT_EQ(refused(change_password(viewer, kPassword, kNewPassword)).kind, ErrorKind::kInvalid);
  EXPECT_FALSE(expect<SessionView>(ask(viewer, GetSession{})).who);
  EXPECT_TRUE(works(viewer));
}

TEST_F(Sessions, TokensAreListedWithoutThem) {
  session();
  const auto seen = expect<domain::Listing<domain::Token>>(ask(admin, domain::ListTokens()));
  EXPECT_EQ(seen.items.size(), 6U);
}

TEST_F(Sessions, AskingWhoIsThereNeverFails) {
  const auto nobody = [&](const std::string& token) {
    const auto view = expect<SessionView>(ask(token, GetSession{}));
    return !view.who && !view.first_run && !view.expires_at;
  };
  EXPECT_TRUE(nobody(""));
  EXPECT_TRUE(nobody("rubbish"));
  const std::string text = session();
  const auto view = expect<SessionView>(ask(text, GetSession{}));
  ASSERT_TRUE(view.who);
  EXPECT_EQ(view.who->name, "ada");
  EXPECT_EQ(view.who->role, Role::kOperator);
  EXPECT_EQ(view.expires_at, clock.wall() + domain::kSessionLifetime);
  catalog.broken = true;
  EXPECT_TRUE(nobody(text));
  EXPECT_TRUE(nobody(""));
}

TEST_F(Sessions, TheFirstRunIsOverWithTheFirstOperator) {
  catalog.operators.clear();
  EXPECT_TRUE(expect<SessionView>(ask("", GetSession{})).first_run);
  make("eve", Role::kAdmin);
  EXPECT_FALSE(expect<SessionView>(ask("", GetSession{})).first_run);
}

TEST_F(Sessions, OnesOwnPasswordIsChangedAndOtherSessionsEnd) {
  const std::string mine = session();
  const std::string other = session();
  ASSERT_TRUE(works(other));
  EXPECT_TRUE(change_password(mine, kPassword, kNewPassword).has_value());
  EXPECT_EQ(catalog.audit.back().action, "operator.password");
  EXPECT_EQ(catalog.audit.back().detail, "{}");
  EXPECT_TRUE(works(mine));
  EXPECT_FALSE(works(other));
  EXPECT_EQ(refused(sign_in("ada", kPassword)).kind, ErrorKind::kUnauthenticated);
  EXPECT_TRUE(sign_in("ada", kNewPassword).has_value());
}

TEST_F(Sessions, AWrongCurrentPasswordIsCountedAndChangesNothing) {
  const std::string mine = session();
  for (std::uint32_t i = 0; i < domain::kSignInGuessesMax; ++i) {
    EXPECT_EQ(refused(change_password(mine, "wrong password", kNewPassword)).kind,
              ErrorKind::kForbidden);
  }
  EXPECT_EQ(refused(change_password(mine, kPassword, kNewPassword)).kind, ErrorKind::kTooMany);
  clock.advance(domain::kSignInLock);
  EXPECT_EQ(refused(change_password(mine, kPassword, "short")).kind, ErrorKind::kInvalid);
  EXPECT_TRUE(sign_in("ada", kPassword).has_value());
}

}  // namespace
}  // namespace berth::management::testing
