// Accounts: the addresses and passwords of who owns a scope.
#include "management/tests/desk.h"

#include <utility>

namespace berth::management::testing {
namespace {

using domain::Account;

constexpr const char* kOwner = "owner@example.com";

domain::AccountEdit edit_of(std::string email, std::string_view password) {
  domain::AccountEdit edit;
  edit.email = std::move(email);
  edit.password = Secret::from_text(password);
  return edit;
}

class Accounts : public Desk {
 protected:
  Result<domain::ManagementResult> make(std::string email, std::string_view password = "correct-7",
                                        const std::string& scope = kScope) {
    return ask(operator_, domain::CreateAccount{scope, edit_of(std::move(email), password)});
  }
  Result<domain::ManagementResult> update(domain::AccountEdit edit,
                                          domain::Precondition precondition = {}) {
    return ask(operator_, domain::UpdateAccount{kScope, kOwner, std::move(edit), precondition});
  }
  Account& stored() { return catalog.accounts.at({kScope, kOwner}); }
};

TEST_F(Accounts, AreMadeWithAHashedPasswordAndAnIdOfTheirOwn) {
  const auto made = expect<Account>(make("Owner@Example.com"));
  EXPECT_EQ(made.email, "Owner@Example.com");
  EXPECT_EQ(made.scope.text(), kScope);
  EXPECT_TRUE(domain::ObjectId::parse(made.id.text()).has_value()) << made.id.text();
  EXPECT_EQ(made.argon2id, "$argon2id$1");
  EXPECT_EQ(hasher.hashed, std::vector<std::string>{"correct-7"});
  EXPECT_TRUE(made.enabled);
  EXPECT_EQ(made.created_at, clock.wall());
  EXPECT_EQ(made.version, 1U);
  EXPECT_EQ(catalog.audit.back().action, "account.create");
  EXPECT_EQ(catalog.audit.back().target, "Owner@Example.com");
  EXPECT_EQ(catalog.audit.back().detail, R"({"id":{"from":"","to":")" + made.id.text() + R"("}})");
  EXPECT_NE(expect<Account>(make("second@example.com")).id.text(), made.id.text());
}

TEST_F(Accounts, AreFoundInAnyCaseAndListedByScope) {
  expect<Account>(make("Owner@Example.com"));
  expect<Account>(make("theirs@example.com", "correct-7", kOtherScope));
  EXPECT_EQ(expect<Account>(ask(viewer, domain::GetAccount{kScope, "OWNER@example.com"})).email,
            "Owner@Example.com");
  const auto list =
      expect<domain::Listing<Account>>(ask(limited_viewer, domain::ListAccounts{kScope}));
  ASSERT_EQ(list.items.size(), 1U);
  EXPECT_EQ(list.items[0].email, "Owner@Example.com");
  const Error near = refused(ask(viewer, domain::GetAccount{kScope, "ownr@example.com"}));
  EXPECT_EQ(near.kind, ErrorKind::kNotFound);
  EXPECT_TRUE(near.mend.starts_with("did you mean 'Owner@Example.com'?")) << near.mend;
  EXPECT_EQ(refused(ask(viewer, domain::ListAccounts{"0ne00000009"})).kind, ErrorKind::kNotFound);
}

TEST_F(Accounts, AnAddressIsUniqueInTheWholeServer) {
  expect<Account>(make(kOwner));
  EXPECT_EQ(refused(make("OWNER@example.com")).kind, ErrorKind::kConflict);
  EXPECT_EQ(refused(make(kOwner, "correct-7", kOtherScope)).kind, ErrorKind::kConflict);
}

TEST_F(Accounts, AnAddressHasOneAtAndNoBlanks) {
  const std::string longest = std::string(250, 'a') + "@b.c";
  for (const std::string& email : {std::string("a@b"), longest, std::string("o'neil+x@b.c")}) {
    EXPECT_TRUE(make(email).has_value()) << email;
  }
  for (const std::string& email :
       {std::string(), std::string("a@"), std::string("@bc"), std::string("abc"),
        std::string("a@b@c"), std::string("a b@c"), std::string("a@b\n"), std::string("a\x01@b"),
        std::string("\xff\xfe@b"), longest + "d"}) {
    const Error error = refused(make(email));
    EXPECT_EQ(error.kind, ErrorKind::kInvalid) << email;
    EXPECT_TRUE(error.what.starts_with("email ")) << error.what;
  }
}

TEST_F(Accounts, APasswordSurvivesAHeader) {
  const std::size_t audits = catalog.audit.size();
  for (const std::string& password :
       {std::string("1234567"), std::string(128, 'p'), std::string("1234\n678"),
        std::string(" 12345678"), std::string("12345678 "), std::string("1234567\xff"),
        std::string("1234567\x7f")}) {
    const Error error = refused(make(kOwner, password));
    EXPECT_EQ(error.kind, ErrorKind::kInvalid);
    EXPECT_TRUE(error.what.starts_with("password ")) << error.what;
    EXPECT_EQ((error.what + error.mend).find(password), std::string::npos);
  }
  EXPECT_TRUE(hasher.hashed.empty());
  EXPECT_EQ(catalog.audit.size(), audits);
  EXPECT_TRUE(make(kOwner, "gr\xc3\xbc\xc3\x9f dich"));
  EXPECT_TRUE(make("b@c", std::string(127, '"')));
}

TEST_F(Accounts, BothAreNeededToMakeOne) {
  domain::AccountEdit nameless = edit_of("", "correct-7");
  nameless.email.reset();
  EXPECT_EQ(refused(ask(operator_, domain::CreateAccount{kScope, std::move(nameless)})).what,
            "email is missing");
  domain::AccountEdit open = edit_of(kOwner, "");
  open.password.reset();
  EXPECT_EQ(refused(ask(operator_, domain::CreateAccount{kScope, std::move(open)})).what,
            "password is missing");
}

TEST_F(Accounts, ANewPasswordIsHashedAndForgetsWrongOnes) {
  expect<Account>(make(kOwner));
  stored().guesses = {10, clock.wall()};
  domain::AccountEdit edit;
  edit.password = Secret::from_text("another-8");
  const auto after = expect<Account>(update(std::move(edit), 1));
  EXPECT_EQ(after.argon2id, "$argon2id$2");
  EXPECT_EQ(after.guesses, domain::Guesses());
  EXPECT_EQ(after.version, 2U);
  EXPECT_EQ(catalog.audit.back().action, "account.update");
  EXPECT_EQ(catalog.audit.back().detail,
            R"({"password":"changed","guesses":{"from":"10 wrong","to":"0 wrong"}})");
  domain::AccountEdit stale;
  stale.password = Secret::from_text("another-9");
  EXPECT_EQ(refused(update(std::move(stale), 1)).kind, ErrorKind::kPreconditionFailed);
  domain::AccountEdit bad;
  bad.password = Secret::from_text("short");
  EXPECT_EQ(refused(update(std::move(bad))).kind, ErrorKind::kInvalid);
}

TEST_F(Accounts, SwitchingOneOnUnlocksItAndSwitchingItOffDoesNot) {
  expect<Account>(make(kOwner));
  stored().guesses = {10, clock.wall()};
  domain::AccountEdit off;
  off.enabled = false;
  const auto disabled = expect<Account>(update(std::move(off)));
  EXPECT_FALSE(disabled.enabled);
  EXPECT_EQ(disabled.guesses.wrong, 10U);
  domain::AccountEdit on;
  on.enabled = true;
  const auto enabled = expect<Account>(update(std::move(on)));
  EXPECT_TRUE(enabled.enabled);
  EXPECT_EQ(enabled.guesses, domain::Guesses());
  const std::size_t audits = catalog.audit.size();
  EXPECT_EQ(expect<Account>(update({})).version, enabled.version);
  EXPECT_EQ(catalog.audit.size(), audits);
}

TEST_F(Accounts, AnUpdateThatLosesARaceIsRunAgainWithOneHash) {
  expect<Account>(make(kOwner));
  bool raced = false;
  catalog.before_apply = [&] {
    if (!std::exchange(raced, true)) ++stored().version;
  };
  domain::AccountEdit edit;
  edit.password = Secret::from_text("another-8");
  EXPECT_EQ(expect<Account>(update(std::move(edit))).version, 3U);
  EXPECT_EQ(hasher.hashed.size(), 2U);
}

TEST_F(Accounts, OneIsDeletedWithItsVersion) {
  expect<Account>(make(kOwner));
  EXPECT_EQ(refused(ask(operator_, domain::DeleteAccount{kScope, kOwner, 9})).kind,
            ErrorKind::kPreconditionFailed);
  EXPECT_TRUE(ask(operator_, domain::DeleteAccount{kScope, "OWNER@example.com", 1}));
  EXPECT_TRUE(catalog.accounts.empty());
  EXPECT_EQ(catalog.audit.back().action, "account.delete");
  EXPECT_EQ(catalog.audit.back().target, kOwner);
}

TEST_F(Accounts, AScopeHasAHundredAtMost) {
  for (std::size_t i = 0; i < domain::kAccountsMax; ++i) {
    ASSERT_TRUE(make("a" + std::to_string(i) + "@example.com"));
  }
  const Error full = refused(make(kOwner));
  EXPECT_EQ(full.kind, ErrorKind::kConflict);
  EXPECT_NE(full.what.find("100 accounts"), std::string::npos) << full.what;
  EXPECT_TRUE(make(kOwner, "correct-7", kOtherScope));
}

TEST_F(Accounts, NothingIsStoredWhenThereIsNoHash) {
  hasher.busy = true;
  EXPECT_EQ(refused(make(kOwner)).kind, ErrorKind::kUnavailable);
  EXPECT_TRUE(catalog.accounts.empty());
}

TEST_F(Accounts, ViewersChangeNoneAndOtherScopesSeeNone) {
  expect<Account>(make(kOwner));
  EXPECT_EQ(refused(ask(viewer, domain::DeleteAccount{kScope, kOwner, {}})).kind,
            ErrorKind::kForbidden);
  const std::string theirs = make_token(domain::Role::kAdmin, kOtherScope);
  EXPECT_EQ(refused(ask(theirs, domain::GetAccount{kScope, kOwner})).kind, ErrorKind::kForbidden);
  EXPECT_EQ(refused(ask(theirs, domain::GetAccount{kOtherScope, kOwner})).kind,
            ErrorKind::kNotFound);
}

}  // namespace
}  // namespace berth::management::testing
