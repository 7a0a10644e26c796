// Operators, their sessions, and wrong passwords.
#include "store/conformance/suite.h"

#include <fmt/format.h>

#include <atomic>
#include <thread>

namespace berth::store::conformance {
namespace {

using domain::Guesses;
using domain::Operator;
using domain::Token;
using management::MustBeVersion;
using management::MustExist;
using management::PutOperator;
using management::PutToken;
using management::RemoveOperator;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

Operator make_operator(std::string_view name) {
  Operator who;
  who.name = std::string(name);
  who.display_name = "Ada L.";
  who.role = domain::Role::kOperator;
  who.argon2id = "$argon2id$v=19$m=1,t=1,p=1$c2FsdA$aGFzaA";
  who.created_at = at(10);
  who.updated_at = at(11);
  return who;
}

class Operators : public Suite {
 protected:
  Operator get(const std::string& name) {
    const auto who = wait(catalog().get_operator(name));
    EXPECT_THAT(who, Succeeds());
    return who.value_or(Operator());
  }
  Result<Guesses> guess(const std::string& name, TimePoint when) {
    return wait(catalog().operator_guessed_wrong(name, when));
  }
  Result<std::uint64_t> begin_session(std::string_view id, const std::string& name,
                                      std::uint64_t version, TimePoint when = at(20),
                                      std::string in_place_of = {}) {
    Token token = make_token(id);
    token.operator_name = name;
    token.created_at = when;
    token.expires_at = when + domain::kSessionLifetime;
    return create(PutToken{std::move(token), version, std::move(in_place_of)});
  }
  bool has_token(const std::string& id) { return wait(catalog().get_token(id)).has_value(); }
  // Which of these are there.
  std::vector<std::string> live(const std::vector<std::string>& ids) {
    std::vector<std::string> there;
    for (const std::string& id : ids) {
      if (has_token(id)) there.push_back(id);
    }
    return there;
  }
};

TEST_P(Operators, KeepEveryField) {
  Operator in = make_operator("ada@example.com");
  in.scope = kScope;
  in.enabled = false;
  ASSERT_THAT(create(PutOperator{in}), Succeeds());
  const Operator out = get("ada@example.com");
  EXPECT_EQ(out.name, in.name);
  EXPECT_EQ(out.display_name, "Ada L.");
  EXPECT_EQ(out.role, domain::Role::kOperator);
  EXPECT_EQ(out.scope, kScope);
  EXPECT_EQ(out.argon2id, in.argon2id);
  EXPECT_FALSE(out.enabled);
  EXPECT_EQ(out.guesses, Guesses());
  EXPECT_EQ(out.created_at, at(10));
  EXPECT_EQ(out.updated_at, at(11));
  EXPECT_EQ(out.version, 1U);
  EXPECT_THAT(wait(catalog().get_operator("nobody")), FailsWith(ErrorKind::kNotFound));
}

TEST_P(Operators, ChangeOnlyWhatIsCurrentAndKeepWhenTheyWereMade) {
  ASSERT_THAT(create(PutOperator{make_operator("ada")}), Succeeds());
  EXPECT_THAT(create(PutOperator{make_operator("ada")}), FailsWith(ErrorKind::kConflict));
  Operator changed = make_operator("ada");
  changed.role = domain::Role::kViewer;
  changed.created_at = at(500);
  changed.updated_at = at(600);
  EXPECT_THAT(apply(PutOperator{changed}, MustBeVersion{2}),
              FailsWith(ErrorKind::kPreconditionFailed));
  EXPECT_EQ(apply(PutOperator{changed}, MustBeVersion{1}).value_or(0), 2U);
  const Operator out = get("ada");
  EXPECT_EQ(out.role, domain::Role::kViewer);
  EXPECT_EQ(out.created_at, at(10));
  EXPECT_EQ(out.updated_at, at(600));
  EXPECT_THAT(apply(PutOperator{make_operator("eve")}, MustExist{}),
              FailsWith(ErrorKind::kNotFound));
  EXPECT_THAT(apply(RemoveOperator{"eve"}, MustExist{}), FailsWith(ErrorKind::kNotFound));
  EXPECT_THAT(apply(RemoveOperator{"ada"}, MustBeVersion{1}),
              FailsWith(ErrorKind::kPreconditionFailed));
  ASSERT_THAT(apply(RemoveOperator{"ada"}, MustBeVersion{2}), Succeeds());
  EXPECT_THAT(wait(catalog().get_operator("ada")), FailsWith(ErrorKind::kNotFound));
}

TEST_P(Operators, AreListedByNameInPages) {
  for (const std::string_view name : {"eve", "ada", "bob"}) {
    ASSERT_THAT(create(PutOperator{make_operator(name)}), Succeeds());
  }
  domain::Page page;
  page.limit = 2;
  const auto first = wait(catalog().list_operators(page));
  ASSERT_THAT(first, Succeeds());
  ASSERT_EQ(first->items.size(), 2U);
  EXPECT_EQ(first->items[0].name, "ada");
  EXPECT_EQ(first->items[1].name, "bob");
  page.cursor = first->next_cursor;
  const auto second = wait(catalog().list_operators(page));
  ASSERT_THAT(second, Succeeds());
  ASSERT_EQ(second->items.size(), 1U);
  EXPECT_EQ(second->items[0].name, "eve");
  EXPECT_EQ(second->next_cursor, "");
}

TEST_P(Operators, SessionIsATokenThatIsNotListedAsOne) {
  ASSERT_THAT(create(PutOperator{make_operator("ada")}), Succeeds());
  ASSERT_THAT(create(PutToken{make_token("tok-12345")}), Succeeds());
  ASSERT_THAT(begin_session("session-1", "ada", 1), Succeeds());
  const auto session = wait(catalog().get_token("session-1"));
  ASSERT_THAT(session, Succeeds());
  EXPECT_EQ(session->operator_name, "ada");
  EXPECT_EQ(session->expires_at, at(20) + domain::kSessionLifetime);
  EXPECT_EQ(wait(catalog().get_token("tok-12345"))->operator_name, "");
  const auto listed = wait(catalog().list_tokens({}));
  ASSERT_THAT(listed, Succeeds());
  ASSERT_EQ(listed->items.size(), 1U);
  EXPECT_EQ(listed->items[0].id, "tok-12345");
}

TEST_P(Operators, SessionIsRefusedWhenItsOperatorIsGoneChangedOrLocked) {
  EXPECT_THAT(begin_session("session-1", "ada", 1), FailsWith(ErrorKind::kNotFound));
  ASSERT_THAT(create(PutOperator{make_operator("ada")}), Succeeds());
  EXPECT_THAT(begin_session("session-1", "ada", 2), FailsWith(ErrorKind::kPreconditionFailed));
  for (std::uint32_t i = 0; i < domain::kSignInGuessesMax; ++i) {
    ASSERT_THAT(guess("ada", at(100)), Succeeds());
  }
  EXPECT_THAT(begin_session("session-1", "ada", 1, at(100)), FailsWith(ErrorKind::kTooMany));
  EXPECT_EQ(get("ada").guesses.wrong, domain::kSignInGuessesMax);
  EXPECT_FALSE(has_token("session-1"));
  EXPECT_THAT(begin_session("session-1", "ada", 1, at(100) + domain::kSignInLock), Succeeds());
  EXPECT_EQ(get("ada").guesses, Guesses());
}

TEST_P(Operators, NewSessionEndsTheOneItReplacesAndNoToken) {
  ASSERT_THAT(create(PutOperator{make_operator("ada")}), Succeeds());
  ASSERT_THAT(create(PutOperator{make_operator("eve")}), Succeeds());
  ASSERT_THAT(create(PutToken{make_token("tok-12345")}), Succeeds());
  ASSERT_THAT(begin_session("session-1", "eve", 1), Succeeds());
  ASSERT_THAT(begin_session("session-2", "ada", 1, at(20), "session-1"), Succeeds());
  ASSERT_THAT(begin_session("session-3", "ada", 1, at(20), "tok-12345"), Succeeds());
  EXPECT_THAT(live({"session-1", "session-2", "session-3", "tok-12345"}),
              ElementsAre("session-2", "session-3", "tok-12345"));
}

TEST_P(Operators, OldestSessionEndsWhenThereAreTooManyAndThoseThatAreOver) {
  ASSERT_THAT(create(PutOperator{make_operator("ada")}), Succeeds());
  ASSERT_THAT(create(PutOperator{make_operator("eve")}), Succeeds());
  ASSERT_THAT(begin_session("eves-own", "eve", 1, at(0)), Succeeds());
  const auto id = [](std::size_t i) { return fmt::format("session-{:02}", i); };
  for (std::size_t i = 0; i < domain::kSessionsMax + 2; ++i) {
    ASSERT_THAT(begin_session(id(i), "ada", 1, at(20 + static_cast<std::int64_t>(i))), Succeeds());
  }
  EXPECT_THAT(live({id(0), id(1)}), IsEmpty());
  EXPECT_THAT(live({id(2), id(domain::kSessionsMax + 1), "eves-own"}),
              UnorderedElementsAre(id(2), id(domain::kSessionsMax + 1), "eves-own"));
  // All but the last are over by then.
  const TimePoint later = at(20 + domain::kSessionsMax) + domain::kSessionLifetime;
  ASSERT_THAT(begin_session("the-next", "ada", 1, later), Succeeds());
  EXPECT_THAT(live({id(domain::kSessionsMax), id(domain::kSessionsMax + 1), "the-next"}),
              ElementsAre(id(domain::kSessionsMax + 1), "the-next"));
}

TEST_P(Operators, ChangeEndsTheSessionsButOneIfItSaysSo) {
  ASSERT_THAT(create(PutOperator{make_operator("ada")}), Succeeds());
  ASSERT_THAT(create(PutOperator{make_operator("eve")}), Succeeds());
  for (const std::string_view id : {"session-1", "session-2"}) {
    ASSERT_THAT(begin_session(id, "ada", 1), Succeeds());
  }
  ASSERT_THAT(begin_session("eves-own", "eve", 1), Succeeds());
  ASSERT_THAT(create(PutToken{make_token("tok-12345")}), Succeeds());
  const std::vector<std::string> all{"session-1", "session-2", "eves-own", "tok-12345"};
  ASSERT_THAT(apply(PutOperator{make_operator("ada")}, MustBeVersion{1}), Succeeds());
  EXPECT_EQ(live(all).size(), 4U);
  ASSERT_THAT(apply(PutOperator{make_operator("ada"), true, "session-2"}, MustBeVersion{2}),
              Succeeds());
  EXPECT_THAT(live(all), ElementsAre("session-2", "eves-own", "tok-12345"));
  EXPECT_THAT(apply(PutOperator{make_operator("ada"), true}, MustBeVersion{2}),
              FailsWith(ErrorKind::kPreconditionFailed));
  EXPECT_THAT(live(all), ElementsAre("session-2", "eves-own", "tok-12345"));
  ASSERT_THAT(apply(RemoveOperator{"ada"}, MustExist{}), Succeeds());
  EXPECT_THAT(live(all), ElementsAre("eves-own", "tok-12345"));
}

TEST_P(Operators, WrongPasswordsAreCountedAndLockAtTheLast) {
  ASSERT_THAT(create(PutOperator{make_operator("ada")}), Succeeds());
  EXPECT_THAT(guess("nobody", at(1)), FailsWith(ErrorKind::kNotFound));
  for (std::uint32_t i = 1; i < domain::kSignInGuessesMax; ++i) {
    EXPECT_EQ(guess("ada", at(1)).value_or(Guesses()), (Guesses{i, std::nullopt}));
  }
  const TimePoint until = at(1) + domain::kSignInLock;
  EXPECT_EQ(guess("ada", at(1)).value_or(Guesses()), (Guesses{10, until}));
  EXPECT_EQ(guess("ada", at(2)).value_or(Guesses()), (Guesses{10, until}));
  EXPECT_EQ(get("ada").version, 1U);
  EXPECT_EQ(guess("ada", until).value_or(Guesses()), (Guesses{1, std::nullopt}));
}

TEST_P(Operators, ChangeForgetsWrongPasswordsOnlyWhenItsRecordHasNone) {
  ASSERT_THAT(create(PutOperator{make_operator("ada")}), Succeeds());
  ASSERT_THAT(guess("ada", at(1)), Succeeds());
  ASSERT_THAT(guess("ada", at(1)), Succeeds());
  Operator read_before = make_operator("ada");
  read_before.guesses.wrong = 1;
  ASSERT_THAT(apply(PutOperator{read_before}, MustExist{}), Succeeds());
  EXPECT_EQ(get("ada").guesses.wrong, 2U);
  ASSERT_THAT(apply(PutOperator{make_operator("ada")}, MustExist{}), Succeeds());
  EXPECT_EQ(get("ada").guesses, Guesses());
}

TEST_P(Operators, ManyWrongPasswordsAtOnceAreAllCounted) {
  if (!GetParam().threads) GTEST_SKIP() << "one thread";
  ASSERT_THAT(create(PutOperator{make_operator("ada")}), Succeeds());
  std::atomic<int> counted{0};
  std::vector<std::thread> threads;
  for (int i = 0; i < 8; ++i) {
    threads.emplace_back([&] {
      if (guess("ada", at(1))) ++counted;
    });
  }
  for (std::thread& thread : threads) thread.join();
  EXPECT_EQ(counted, 8);
  EXPECT_EQ(get("ada").guesses.wrong, 8U);
}

// Whichever comes first, no session outlives a change that ends sessions.
TEST_P(Operators, SessionsThatBeginWhileTheirOperatorChangesEndOrAreRefused) {
  if (!GetParam().threads) GTEST_SKIP() << "one thread";
  ASSERT_THAT(create(PutOperator{make_operator("ada")}), Succeeds());
  std::vector<std::thread> threads;
  for (int i = 0; i < 6; ++i) {
    threads.emplace_back([this, i] { begin_session(fmt::format("session-{}", i), "ada", 1); });
  }
  threads.emplace_back([this] {
    EXPECT_THAT(apply(PutOperator{make_operator("ada"), true}, MustBeVersion{1}), Succeeds());
  });
  for (std::thread& thread : threads) thread.join();
  for (int i = 0; i < 6; ++i) EXPECT_FALSE(has_token(fmt::format("session-{}", i))) << i;
}

BERTH_CONFORMANCE(Operators);

}  // namespace
}  // namespace berth::store::conformance
