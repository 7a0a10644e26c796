// The accounts of scopes.
#include "store/conformance/passwords.h"

#include <fmt/format.h>

#include <atomic>

namespace berth::store::conformance {
namespace {

using domain::Account;
using domain::Guesses;
using management::MustBeVersion;
using management::MustExist;
using management::PutAccount;
using testing::ElementsAre;
using testing::IsEmpty;

class Accounts : public PasswordSuite {
 protected:
  Result<Guesses> guess_account(std::string_view email, TimePoint when,
                                std::uint32_t guesses_max = 3) {
    return wait(identities().account_guessed(kScope, std::string(email), guesses_max,
                                             std::chrono::seconds(60), when));
  }
  Account get(const std::string& email) {
    const auto account = wait(catalog().get_account(kScope.text(), email));
    EXPECT_THAT(account, Succeeds());
    return account.value_or(Account());
  }
  std::vector<std::string> list() {
    const auto listing = wait(catalog().list_accounts(kScope.text()));
    EXPECT_THAT(listing, Succeeds());
    std::vector<std::string> emails;
    if (!listing) return emails;
    for (const Account& each : listing->items) emails.push_back(each.email);
    return emails;
  }
};

TEST_P(Accounts, KeepEveryFieldAndAreFoundWithoutCase) {
  Account in = make_account("Owner@Example.com");
  in.enabled = false;
  ASSERT_THAT(create(PutAccount{in}), Succeeds());
  const Account out = get("owner@EXAMPLE.com");
  EXPECT_EQ(out.scope, kScope);
  EXPECT_EQ(out.email, "Owner@Example.com");
  EXPECT_EQ(out.id, in.id);
  EXPECT_EQ(out.argon2id, in.argon2id);
  EXPECT_FALSE(out.enabled);
  EXPECT_EQ(out.guesses, Guesses());
  EXPECT_EQ(out.created_at, in.created_at);
  EXPECT_EQ(out.updated_at, in.updated_at);
  EXPECT_EQ(out.version, 1U);
  const auto found = wait(identities().account("OWNER@example.com"));
  ASSERT_THAT(found, Succeeds());
  ASSERT_TRUE(*found);
  EXPECT_EQ((*found)->id, in.id);
  EXPECT_FALSE(*wait(identities().account("nobody@example.com")));
  EXPECT_FALSE(*wait(identities().account(std::string("a\0b", 3))));
  EXPECT_THAT(wait(catalog().get_account(kOtherScope.text(), "owner@example.com")),
              FailsWith(ErrorKind::kNotFound));
}

TEST_P(Accounts, AddressIsTheOnlyOneInTheServer) {
  ASSERT_THAT(create(management::PutScope{make_scope(kOtherScope)}), Succeeds());
  ASSERT_THAT(create(PutAccount{make_account("a@x.de")}), Succeeds());
  EXPECT_THAT(create(PutAccount{make_account("A@x.de")}), FailsWith(ErrorKind::kConflict));
  EXPECT_THAT(create(PutAccount{make_account("A@X.de", kOtherScope)}),
              FailsWith(ErrorKind::kConflict));
  EXPECT_THAT(apply(PutAccount{make_account("a@x.de", kOtherScope)}, management::Whatever{}),
              FailsWith(ErrorKind::kConflict));
  EXPECT_THAT(create(PutAccount{make_account("b@x.de", domain::ScopeId::trusted("0neGONE"))}),
              FailsWith(ErrorKind::kNotFound));
}

TEST_P(Accounts, ChangeKeepsIdAndSpellingOfTheFirst) {
  Account record = make_account("a@x.de");
  ASSERT_THAT(create(PutAccount{record}), Succeeds());
  Account changed = make_account("A@x.de");
  changed.id = object_id(77);
  changed.argon2id = "$argon2id$other";
  changed.updated_at = at(999);
  EXPECT_THAT(apply(PutAccount{changed}, MustBeVersion{2}),
              FailsWith(ErrorKind::kPreconditionFailed));
  EXPECT_EQ(apply(PutAccount{changed}, MustBeVersion{1}).value_or(0), 2U);
  const Account out = get("a@x.de");
  EXPECT_EQ(out.id, record.id);
  EXPECT_EQ(out.email, "a@x.de");
  EXPECT_EQ(out.argon2id, "$argon2id$other");
  EXPECT_EQ(out.created_at, record.created_at);
  EXPECT_EQ(out.updated_at, at(999));
}

TEST_P(Accounts, AreListedInOrderUpToTheBoundOfAScope) {
  for (const std::string_view email : {"b@x.de", "C@x.de", "a@x.de"}) {
    ASSERT_THAT(create(PutAccount{make_account(email)}), Succeeds());
  }
  EXPECT_THAT(list(), ElementsAre("a@x.de", "b@x.de", "C@x.de"));
  EXPECT_EQ(wait(identities().accounts_of(kScope))->size(), 3U);
  EXPECT_THAT(*wait(identities().accounts_of(kOtherScope)), IsEmpty());
  for (std::size_t i = 3; i < domain::kAccountsMax; ++i) {
    ASSERT_THAT(create(PutAccount{make_account(fmt::format("{}@y.de", i))}), Succeeds());
  }
  EXPECT_THAT(create(PutAccount{make_account("more@x.de")}), FailsWith(ErrorKind::kTooMany));
  EXPECT_THAT(create(PutAccount{make_account("a@x.de")}), FailsWith(ErrorKind::kConflict));
  ASSERT_THAT(apply(management::RemoveAccount{kScope, "B@x.de"}, MustExist{}), Succeeds());
  EXPECT_THAT(create(PutAccount{make_account("more@x.de")}), Succeeds());
}

TEST_P(Accounts, WrongPasswordsAreCountedAndLock) {
  ASSERT_THAT(create(PutAccount{make_account("a@x.de")}), Succeeds());
  EXPECT_EQ(*guess_account("A@x.de", at(0)), (Guesses{1, {}}));
  EXPECT_EQ(*guess_account("a@x.de", at(0)), (Guesses{2, {}}));
  EXPECT_EQ(*guess_account("a@x.de", at(5)), (Guesses{3, at(65)}));
  EXPECT_EQ(*guess_account("a@x.de", at(9)), (Guesses{3, at(65)}));
  EXPECT_EQ(get("a@x.de").guesses, (Guesses{3, at(65)}));
  EXPECT_EQ(get("a@x.de").version, 1U);
  EXPECT_EQ(*guess_account("a@x.de", at(65)), (Guesses{1, {}}));
  EXPECT_EQ(*guess_account("a@x.de", at(66), 0), Guesses());
  EXPECT_EQ(get("a@x.de").guesses, Guesses());
  EXPECT_THAT(guess_account("nobody@x.de", at(0)), FailsWith(ErrorKind::kNotFound));
}

TEST_P(Accounts, ChangeForgetsGuessesWhenItSaysSo) {
  ASSERT_THAT(create(PutAccount{make_account("a@x.de")}), Succeeds());
  ASSERT_THAT(guess_account("a@x.de", at(0)), Succeeds());
  Account read = get("a@x.de");
  ASSERT_THAT(guess_account("a@x.de", at(0)), Succeeds());
  ASSERT_THAT(apply(PutAccount{read}, MustExist{}), Succeeds());
  EXPECT_EQ(get("a@x.de").guesses.wrong, 2U);  // also the one counted meanwhile
  read.guesses = {};
  ASSERT_THAT(apply(PutAccount{read}, MustExist{}), Succeeds());
  EXPECT_EQ(get("a@x.de").guesses, Guesses());
}

TEST_P(Accounts, NoGuessIsLostAmongManyAtOnce) {
  ASSERT_THAT(create(PutAccount{make_account("a@x.de")}), Succeeds());
  const auto often = [this] {
    for (int i = 0; i < 5; ++i) ASSERT_THAT(guess_account("a@x.de", at(0), 20), Succeeds());
  };
  together({often, often, often, often});
  EXPECT_EQ(get("a@x.de").guesses, (Guesses{20, at(60)}));
}

TEST_P(Accounts, TwoAtOnceNeverHaveOneAddress) {
  ASSERT_THAT(create(management::PutScope{make_scope(kOtherScope)}), Succeeds());
  std::atomic<int> made{0};
  const auto make = [&](const domain::ScopeId& scope) {
    const auto done = create(PutAccount{make_account("a@x.de", scope)});
    if (done) ++made;
    EXPECT_TRUE(done || done.error().kind == ErrorKind::kConflict) << error_of(done).what;
  };
  together({[&] { make(kScope); }, [&] { make(kOtherScope); }, [&] { make(kScope); }});
  EXPECT_EQ(made.load(), 1);
}

TEST_P(Accounts, GoWithTheirRecordsAndWithTheirScope) {
  const Account account = make_account("a@x.de");
  ASSERT_THAT(create(PutAccount{account}), Succeeds());
  const std::string publisher = std::string(domain::kAccountPrefix) + account.id.text();
  ASSERT_THAT(publish({make_record(1, publisher, "news", 0)}), Succeeds());
  EXPECT_THAT(data(of({publisher})), ElementsAre("1"));
  ASSERT_THAT(apply(management::RemoveAccount{kScope, "a@x.de"}, MustExist{}), Succeeds());
  EXPECT_THAT(data(of({publisher})), IsEmpty());
  EXPECT_THAT(apply(management::RemoveAccount{kScope, "a@x.de"}, MustExist{}),
              FailsWith(ErrorKind::kNotFound));
  EXPECT_THAT(publish({make_record(2, publisher, "news", 0)}), FailsWith(ErrorKind::kNotFound));

  ASSERT_THAT(create(management::PutScope{make_scope(kOtherScope)}), Succeeds());
  ASSERT_THAT(create(PutAccount{make_account("b@x.de", kOtherScope)}), Succeeds());
  ASSERT_THAT(apply(management::RemoveScope{kOtherScope}, MustExist{}), Succeeds());
  EXPECT_FALSE(*wait(identities().account("b@x.de")));
}

BERTH_CONFORMANCE(Accounts);

}  // namespace
}  // namespace berth::store::conformance
