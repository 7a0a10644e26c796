// Operators: who may make, see and change whom, and what ends with a change.
#include "management/operator_password.h"
#include "management/tests/desk.h"

namespace berth::management::testing {
namespace {

using domain::CreateOperator;
using domain::Operator;
using domain::OperatorEdit;
using domain::Role;
using domain::UpdateOperator;

constexpr const char* kPassword = "sails at half past five";

OperatorEdit edit_of(const std::string& name, Role role = Role::kViewer,
                     const std::string& scope = {}) {
  OperatorEdit edit;
  edit.name = name;
  edit.password = Secret::from_text(kPassword);
  edit.role = role;
  if (!scope.empty()) edit.scope = scope;
  return edit;
}

class Operators : public Desk {
 protected:
  Operator make(const std::string& name, Role role = Role::kViewer, const std::string& scope = {}) {
    return expect<Operator>(ask(admin, CreateOperator{edit_of(name, role, scope)}));
  }
  // A session of the operator made directly in the catalog; its text.
  std::string session_of(const std::string& name) {
    const Operator& who = catalog.operators.at(name);
    const std::string text = make_token(who.role, who.scope ? who.scope->text() : "");
    catalog.tokens.at(text.substr(6, 10)).operator_name = name;
    return text;
  }
  Result<domain::ManagementResult> change(const std::string& name, OperatorEdit edit) {
    return ask(admin, UpdateOperator{name, std::move(edit), {}});
  }
  bool works(const std::string& session) {
    return ask(session, domain::GetScope{kScope}).has_value();
  }
};

TEST_F(Operators, AreKeptWithTheirNameInLowerCaseAndAHash) {
  const Operator made = make("Ada@Example.com", Role::kOperator, kScope);
  EXPECT_EQ(made.name, "ada@example.com");
  EXPECT_EQ(made.display_name, "ada@example.com");
  EXPECT_EQ(made.version, 1U);
  const Operator& stored = catalog.operators.at("ada@example.com");
  EXPECT_EQ(stored.argon2id, "$argon2id$1");
  EXPECT_EQ(hasher.hashed.back(), kPassword);
  EXPECT_EQ(stored.scope->text(), kScope);
  const domain::AuditRecord& audit = catalog.audit.back();
  EXPECT_EQ(audit.action, "operator.create");
  EXPECT_EQ(audit.target, "ada@example.com");
  EXPECT_EQ(audit.detail.find(kPassword), std::string::npos);
  const auto seen = expect<Operator>(ask(admin, domain::GetOperator{"ADA@example.com"}));
  EXPECT_EQ(seen.name, "ada@example.com");
}

TEST_F(Operators, NamesOfOtherCharactersAreRefused) {
  for (const std::string& name :
       {std::string(), std::string("a b"), std::string("a/b"), std::string("<b>"), std::string("ä"),
        std::string(65, 'a'), std::string("a\0", 2), std::string("a\n")}) {
    EXPECT_EQ(refused(ask(admin, CreateOperator{edit_of(name)})).kind, ErrorKind::kInvalid) << name;
  }
  EXPECT_EQ(make(std::string(64, 'a')).name.size(), 64U);
}

TEST_F(Operators, ANameIsGivenOnce) {
  make("ada");
  EXPECT_EQ(refused(ask(admin, CreateOperator{edit_of("ADA")})).kind, ErrorKind::kConflict);
}

TEST(OperatorPasswords, AreLongEnoughAndNotWhatEverybodyTries) {
  const auto valid = [](const std::string& password) {
    return check_new_password("ada.lovelace.1815", Secret::from_text(password)).has_value();
  };
  EXPECT_TRUE(valid("twelve chars"));
  EXPECT_FALSE(valid("eleven char"));
  EXPECT_FALSE(valid(""));
  EXPECT_TRUE(valid("\u00e4\u00f6\u00fc\u00e4\u00f6\u00fc\u00e4\u00f6\u00fc\u00e4\u00f6\u00fc"));
  EXPECT_FALSE(valid("\u00e4\u00f6\u00fc\u00e4\u00f6\u00fc"));  // twelve bytes, six characters
  EXPECT_TRUE(valid("ab" + std::string(254, 'c')));
  EXPECT_FALSE(valid("ab" + std::string(255, 'c')));
  EXPECT_FALSE(valid("aaaaaaaaaaaa"));
  EXPECT_FALSE(valid("Password1234"));
  EXPECT_FALSE(valid("ADA.Lovelace.1815"));
  EXPECT_FALSE(valid("not utf-8: \xff\xfe"));
}

TEST_F(Operators, APasswordThatIsRefusedIsNotHashed) {
  OperatorEdit edit = edit_of("ada");
  edit.password = Secret::from_text("short");
  const Error error = refused(ask(admin, CreateOperator{std::move(edit)}));
  EXPECT_EQ(error.kind, ErrorKind::kInvalid);
  EXPECT_EQ(error.what.find("short"), std::string::npos);
  EXPECT_TRUE(hasher.hashed.empty());
  OperatorEdit none = edit_of("ada");
  none.password.reset();
  EXPECT_EQ(refused(ask(admin, CreateOperator{std::move(none)})).kind, ErrorKind::kInvalid);
}

TEST_F(Operators, ThoseBelowAdminManageNobody) {
  make("ada");
  for (const std::string& token : {viewer, operator_}) {
    EXPECT_EQ(refused(ask(token, CreateOperator{edit_of("eve", Role::kAdmin)})).kind,
              ErrorKind::kForbidden);
    EXPECT_EQ(refused(ask(token, domain::ListOperators())).kind, ErrorKind::kForbidden);
    EXPECT_EQ(refused(ask(token, domain::DeleteOperator{"ada", {}})).kind, ErrorKind::kForbidden);
  }
}

TEST_F(Operators, ALimitedAdminManagesItsScopeAndGivesNoMore) {
  make("server-wide");
  make("elsewhere", Role::kViewer, kOtherScope);
  const auto made =
      expect<Operator>(ask(limited_admin, CreateOperator{edit_of("mine", Role::kAdmin)}));
  EXPECT_EQ(made.scope->text(), kScope);
  EXPECT_EQ(
      refused(ask(limited_admin, CreateOperator{edit_of("theirs", Role::kViewer, kOtherScope)}))
          .kind,
      ErrorKind::kForbidden);
  for (const char* limit : {"", kOtherScope}) {
    OperatorEdit wider;
    wider.scope = limit;
    EXPECT_EQ(refused(ask(limited_admin, UpdateOperator{"mine", std::move(wider), {}})).kind,
              ErrorKind::kForbidden)
        << limit;
  }
  for (const char* name : {"server-wide", "elsewhere", "nobody"}) {
    EXPECT_EQ(refused(ask(limited_admin, domain::GetOperator{name})).kind, ErrorKind::kNotFound);
    EXPECT_EQ(refused(ask(limited_admin, UpdateOperator{name, {}, {}})).kind, ErrorKind::kNotFound);
    EXPECT_EQ(refused(ask(limited_admin, domain::DeleteOperator{name, {}})).kind,
              ErrorKind::kNotFound);
  }
  const auto seen = expect<domain::Listing<Operator>>(ask(limited_admin, domain::ListOperators()));
  ASSERT_EQ(seen.items.size(), 1U);
  EXPECT_EQ(seen.items[0].name, "mine");
}

TEST_F(Operators, AScopeThatIsNotThereIsRefused) {
  EXPECT_EQ(refused(ask(admin, CreateOperator{edit_of("ada", Role::kViewer, "0ne0000000F")})).kind,
            ErrorKind::kNotFound);
}

TEST_F(Operators, AnotherPasswordRoleOrScopeAndSwitchingOffEndTheSessions) {
  make("ada", Role::kOperator);
  std::vector<std::function<void(OperatorEdit&)>> changes{
      [](OperatorEdit& edit) { edit.password = Secret::from_text("another password"); },
      [](OperatorEdit& edit) { edit.role = Role::kViewer; },
      [](OperatorEdit& edit) { edit.scope = kScope; },
      [](OperatorEdit& edit) { edit.enabled = false; }};
  for (std::size_t i = 0; i < changes.size(); ++i) {
    const std::string session = session_of("ada");
    ASSERT_TRUE(works(session)) << i;  // and is remembered from now on
    OperatorEdit edit;
    changes[i](edit);
    ASSERT_TRUE(change("ADA", std::move(edit)).has_value()) << i;
    EXPECT_FALSE(works(session)) << i;
    clock.advance(std::chrono::seconds(10));  // a dead session costs its address a try
  }
}

TEST_F(Operators, AnotherDisplayNameEndsNothing) {
  make("ada");
  const std::string session = session_of("ada");
  OperatorEdit edit;
  edit.display_name = "Ada Lovelace";
  edit.role = Role::kViewer;  // as it is
  ASSERT_TRUE(change("ada", std::move(edit)).has_value());
  EXPECT_TRUE(works(session));
  EXPECT_EQ(catalog.operators.at("ada").display_name, "Ada Lovelace");
}

TEST_F(Operators, DeletingOneEndsItsSessionsAtOnceAndNobodyElses) {
  make("ada");
  make("eve");
  const std::string ada = session_of("ada");
  const std::string eve = session_of("eve");
  ASSERT_TRUE(works(ada) && works(eve));
  ASSERT_TRUE(ask(admin, domain::DeleteOperator{"ada", {}}).has_value());
  EXPECT_FALSE(works(ada));
  EXPECT_TRUE(works(eve));
  EXPECT_EQ(refused(ask(admin, domain::GetOperator{"ada"})).kind, ErrorKind::kNotFound);
  EXPECT_EQ(catalog.audit.back().action, "operator.delete");
}

TEST_F(Operators, AVersionThatIsOldIsRefusedAndARaceWithoutOneIsRunAgain) {
  make("ada");
  OperatorEdit stale;
  stale.display_name = "X";
  EXPECT_EQ(refused(ask(admin, UpdateOperator{"ada", std::move(stale), 7})).kind,
            ErrorKind::kPreconditionFailed);
  int races = 2;
  catalog.before_apply = [&] {
    if (races-- > 0) ++catalog.operators.at("ada").version;
  };
  OperatorEdit edit;
  edit.display_name = "Ada";
  edit.password = Secret::from_text("another password");
  ASSERT_TRUE(change("ada", std::move(edit)).has_value());
  EXPECT_EQ(hasher.hashed.size(), 2U);  // of making it, and of this
}

TEST_F(Operators, SwitchingOnForgetsWrongPasswordsAndALockThatIsOverIsNotShown) {
  make("ada");
  catalog.operators.at("ada").guesses = {10, clock.wall() + std::chrono::seconds(60)};
  const auto shown = [&] { return expect<Operator>(ask(admin, domain::GetOperator{"ada"})); };
  EXPECT_TRUE(shown().guesses.locked_until.has_value());
  clock.advance(std::chrono::seconds(60));
  EXPECT_FALSE(shown().guesses.locked_until.has_value());
  EXPECT_TRUE(catalog.operators.at("ada").guesses.locked_until.has_value());
  OperatorEdit edit;
  edit.enabled = true;
  ASSERT_TRUE(change("ada", std::move(edit)).has_value());
  EXPECT_EQ(catalog.operators.at("ada").guesses, domain::Guesses());
}

}  // namespace
}  // namespace berth::management::testing
