#include "management/tests/desk.h"
#include "management/token_check.h"

namespace berth::management::testing {
namespace {

using domain::GetScope;
using domain::Role;

class Tokens : public Desk {
 protected:
  Result<domain::ManagementResult> look(const std::string& token,
                                        const std::string& source = "192.0.2.1") {
    return ask(token, GetScope{kScope}, source);
  }
};

TEST_F(Tokens, ATokenIsItsIdAnd256RandomBitsInBase64Url) {
  const Secret text = make_token_text("abcdef0123", rng);
  const std::string shown(text.text());
  ASSERT_EQ(shown.size(), 6 + 10 + 1 + 43U);
  EXPECT_TRUE(shown.starts_with("berth_abcdef0123_"));
  EXPECT_EQ(shown.substr(17).find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ"
                                               "abcdefghijklmnopqrstuvwxyz0123456789-_"),
            std::string::npos);
}

TEST_F(Tokens, AKnownTokenIsAccepted) { EXPECT_TRUE(look(viewer).has_value()); }

TEST_F(Tokens, AMissingTokenIsToldApart) {
  const Error error = refused(look(""));
  EXPECT_EQ(error.kind, ErrorKind::kUnauthenticated);
  EXPECT_EQ(error.what, "no token was presented");
}

TEST_F(Tokens, WrongTokensAreRefusedAllInTheSameWords) {
  const std::string id = viewer.substr(0, viewer.size() - 43);
  std::string altered = viewer;
  altered.back() = altered.back() == 'A' ? 'B' : 'A';
  int source = 0;
  for (const std::string& wrong :
       {altered, id + std::string(43, 'A'), "berth_ffffffffff_" + std::string(43, 'A'),
        std::string("berth_"), std::string("berth__"), std::string("hello"), viewer + "x",
        viewer.substr(1), "berth_ABC_" + std::string(43, 'A'), std::string(300, '_')}) {
    const Error error = refused(look(wrong, "198.51.100." + std::to_string(++source)));
    EXPECT_EQ(error.kind, ErrorKind::kUnauthenticated) << wrong;
    EXPECT_EQ(error.what, "the token is malformed, unknown or revoked") << wrong;
  }
}

TEST_F(Tokens, ATokenIsReadFromTheStoreOnceInFiveSeconds) {
  ASSERT_TRUE(look(viewer).has_value());
  ASSERT_TRUE(look(viewer).has_value());
  EXPECT_EQ(catalog.token_reads, 1);
  clock.advance(kTokenRememberedFor);
  ASSERT_TRUE(look(viewer).has_value());
  EXPECT_EQ(catalog.token_reads, 2);
}

TEST_F(Tokens, ARememberedIdDoesNotLetAnotherSecretIn) {
  ASSERT_TRUE(look(viewer).has_value());
  std::string altered = viewer;
  altered.back() = altered.back() == 'A' ? 'B' : 'A';
  EXPECT_EQ(refused(look(altered)).kind, ErrorKind::kUnauthenticated);
}

TEST_F(Tokens, ATokenRevokedElsewhereEndsWithinFiveSeconds) {
  ASSERT_TRUE(look(viewer).has_value());
  catalog.tokens.clear();
  EXPECT_TRUE(look(viewer).has_value());
  clock.advance(kTokenRememberedFor);
  EXPECT_EQ(refused(look(viewer)).kind, ErrorKind::kUnauthenticated);
}

TEST_F(Tokens, ATokenRevokedHereEndsAtOnce) {
  ASSERT_TRUE(look(viewer).has_value());
  const std::string id = viewer.substr(6, 10);
  ASSERT_TRUE(ask(admin, domain::DeleteToken{id}).has_value());
  EXPECT_EQ(refused(look(viewer)).kind, ErrorKind::kUnauthenticated);
}

TEST_F(Tokens, AnExpiredTokenIsRefusedEvenWhenRemembered) {
  domain::CreateToken command;
  command.edit.expires_at = clock.wall() + std::chrono::seconds(2);
  const auto made = expect<domain::NewToken>(ask(admin, std::move(command)));
  const std::string text(made.secret.text());
  EXPECT_TRUE(look(text).has_value());
  clock.advance(std::chrono::seconds(2));
  const Error error = refused(look(text));
  EXPECT_EQ(error.kind, ErrorKind::kUnauthenticated);
  EXPECT_NE(error.what.find("expired at 2026-01-01T00:00:02Z"), std::string::npos) << error.what;
}

TEST_F(Tokens, GuessesFromOneSourceAreBoundedAndOthersGoOn) {
  const std::string wrong = "berth_ffffffffff_" + std::string(43, 'A');
  for (int i = 0; i < 3; ++i) {
    EXPECT_EQ(refused(look(wrong)).kind, ErrorKind::kUnauthenticated);
  }
  const int reads = catalog.token_reads;
  EXPECT_EQ(refused(look(wrong)).kind, ErrorKind::kTooMany);
  EXPECT_EQ(catalog.token_reads, reads);
  EXPECT_TRUE(look(viewer, "192.0.2.99").has_value());
  clock.advance(std::chrono::seconds(2));
  EXPECT_EQ(refused(look(wrong)).kind, ErrorKind::kUnauthenticated);
}

TEST_F(Tokens, RightTokensCostNothingOfTheBudget) {
  for (int i = 0; i < 20; ++i) {
    clock.advance(kTokenRememberedFor);
    EXPECT_TRUE(look(viewer).has_value());
  }
}

TEST_F(Tokens, ABrokenStoreIsUnavailableAndCostsNoGuess) {
  catalog.broken = true;
  for (int i = 0; i < 10; ++i) EXPECT_EQ(refused(look(viewer)).kind, ErrorKind::kUnavailable);
  catalog.broken = false;
  EXPECT_TRUE(look(viewer).has_value());
}

TEST_F(Tokens, CreatingShowsTheSecretOnceAndStoresADigest) {
  domain::CreateToken command;
  command.edit.role = Role::kOperator;
  command.edit.scope = kScope;
  const auto made = expect<domain::NewToken>(ask(admin, std::move(command)));
  EXPECT_EQ(made.token.display_name, made.token.id);
  const domain::Token& stored = catalog.tokens.at(made.token.id);
  EXPECT_EQ(stored.role, Role::kOperator);
  EXPECT_EQ(stored.scope->text(), kScope);
  EXPECT_EQ(stored.digest, token_digest(vault, stored.id, made.secret.text()));
  EXPECT_EQ(catalog.audit.back().action, "token.create");
  EXPECT_EQ(catalog.audit.back().detail.find(made.secret.text()), std::string::npos);
  EXPECT_TRUE(look(std::string(made.secret.text())).has_value());
}

TEST_F(Tokens, AnExpiryInThePastOrAnUnknownScopeIsRefused) {
  domain::CreateToken past;
  past.edit.expires_at = clock.wall();
  EXPECT_EQ(refused(ask(admin, std::move(past))).kind, ErrorKind::kInvalid);
  domain::CreateToken nowhere;
  nowhere.edit.scope = "0ne0000000X";
  const Error error = refused(ask(admin, std::move(nowhere)));
  EXPECT_EQ(error.kind, ErrorKind::kNotFound);
  EXPECT_NE(error.mend.find("did you mean '0ne00000001'"), std::string::npos) << error.mend;
}

TEST_F(Tokens, ALimitedAdminManagesTokensOfItsScopeOnly) {
  const auto made = expect<domain::NewToken>(ask(limited_admin, domain::CreateToken()));
  EXPECT_EQ(made.token.scope->text(), kScope);
  domain::CreateToken elsewhere;
  elsewhere.edit.scope = kOtherScope;
  EXPECT_EQ(refused(ask(limited_admin, std::move(elsewhere))).kind, ErrorKind::kForbidden);
  const auto seen =
      expect<domain::Listing<domain::Token>>(ask(limited_admin, domain::ListTokens()));
  EXPECT_EQ(seen.items.size(), 4U);
  const std::string stranger = viewer.substr(6, 10);
  EXPECT_EQ(refused(ask(limited_admin, domain::DeleteToken{stranger})).kind, ErrorKind::kNotFound);
  EXPECT_TRUE(catalog.tokens.contains(stranger));
}

}  // namespace
}  // namespace berth::management::testing
