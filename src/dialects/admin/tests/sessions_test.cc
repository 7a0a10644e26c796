// Signing in by cookie: what is read, what is answered, and what a page of another site cannot do.
#include "dialects/admin/tests/clerk.h"
#include "dialects/admin/tests/records.h"
#include "dialects/caller.h"

namespace berth::dialects::admin::testing {
namespace {

const std::string kCookie = std::string(kSessionCookie) + "=" + kToken;
const std::string kCleared =
    "__Host-berth-session=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0";
constexpr const char* kSignIn = R"({"operator":"Ada","password":"geheim\u0000 ☃"})";

// By cookie instead of the Authorization header.
Ask by_cookie(std::string line, std::string body = {}, std::vector<wire::Header> more = {}) {
  Ask ask{std::move(line), std::move(body), std::move(more)};
  ask.with_token = false;
  ask.headers.push_back({"cookie", kCookie});
  ask.headers.push_back({"host", "berth.example.net"});
  return ask;
}

Ask without_token(std::string line, std::string body = {}, std::vector<wire::Header> more = {}) {
  Ask ask{std::move(line), std::move(body), std::move(more)};
  ask.with_token = false;
  return ask;
}

class AdminSessions : public ::testing::Test {
 protected:
  Clerk clerk;

  std::string token_of(const Ask& ask) {
    Command made = clerk.command(ask);
    auto* manage = std::get_if<Manage>(&made.body);
    return manage == nullptr ? "" : std::string(manage->caller.token.text());
  }
};

TEST_F(AdminSessions, SigningInNeedsNoTokenAndAnyPasswordIsRead) {
  const auto signs_in =
      clerk.operation<domain::SignIn>(without_token("POST /api/v1/session", kSignIn));
  EXPECT_EQ(signs_in.name, "Ada");
  EXPECT_EQ(signs_in.password.text(), std::string_view("geheim\0 ☃", 11));
  EXPECT_EQ(token_of(without_token("POST /api/v1/session", kSignIn)), "");
}

TEST_F(AdminSessions, ANewSessionIsACookieAndNothingOfItIsInTheBody) {
  domain::NewSession made{sample_session(), Secret::from_text("berth_new_secret")};
  const wire::HttpResponse response =
      clerk.answered(without_token("POST /api/v1/session", kSignIn), std::move(made));
  EXPECT_EQ(response.status, 201);
  EXPECT_EQ(header_of(response, "Set-Cookie"),
            "__Host-berth-session=berth_new_secret; Path=/; Secure; HttpOnly; SameSite=Strict; "
            "Max-Age=43200");
  EXPECT_EQ(response.body,
            R"({"signedIn":true,"firstRun":false,"operator":{"name":"ada","displayName":"Ada",)"
            R"("role":"operator","scope":"0ne1"},"expiresAt":"2026-01-01T00:00:00.000000Z"})");
}

TEST_F(AdminSessions, ACookieIsTheCallersToken) {
  EXPECT_EQ(token_of(by_cookie("GET /api/v1/scopes")), kToken);
  EXPECT_EQ(token_of(by_cookie("DELETE /api/v1/scopes/a", "", {{"x-berth-console", "1"}})), kToken);
  Ask both = by_cookie("GET /api/v1/scopes");
  both.headers.push_back({"authorization", "Bearer other"});
  EXPECT_EQ(token_of(both), "other");
}

TEST_F(AdminSessions, AChangeThatAnotherSiteMayHaveMadeIsRefused) {
  const wire::Header mark{"x-berth-console", "1"};
  for (const Ask& ask :
       {by_cookie("POST /api/v1/scopes", "{}"),
        by_cookie("POST /api/v1/scopes", "{}", {mark, {"origin", "https://evil.example"}}),
        by_cookie("POST /api/v1/scopes", "{}", {mark, {"sec-fetch-site", "cross-site"}}),
        by_cookie("DELETE /api/v1/session"), by_cookie("POST /api/v1/session", kSignIn),
        without_token("POST /api/v1/session", kSignIn, {{"origin", "https://evil.example"}})}) {
    const wire::HttpResponse response = clerk.refused(ask);
    EXPECT_EQ(response.status, 403) << ask.line;
    EXPECT_EQ(json_of(response).at("code").as_string(), "csrf") << ask.line;
    EXPECT_EQ(header_of(response, "Set-Cookie"), "") << ask.line;
  }
}

TEST_F(AdminSessions, AFormOfAnotherSiteCannotSignIn) {
  Ask form = without_token("POST /api/v1/session", kSignIn, {{"content-type", "text/plain"}});
  form.with_type = false;
  EXPECT_EQ(clerk.refused(form).status, 415);
}

TEST_F(AdminSessions, SigningOutTakesTheCookieBackWhateverTheServerSays) {
  const Ask ask = by_cookie("DELETE /api/v1/session", "", {{"x-berth-console", "1"}});
  const wire::HttpResponse done = clerk.answered(ask, domain::Done());
  EXPECT_EQ(done.status, 204);
  EXPECT_EQ(header_of(done, "Set-Cookie"), kCleared);
  const wire::HttpResponse unknown =
      clerk.answered(ask, Fail(ErrorKind::kUnauthenticated, "the token is unknown"));
  EXPECT_EQ(unknown.status, 401);
  EXPECT_EQ(header_of(unknown, "Set-Cookie"), kCleared);
  const wire::HttpResponse nobody = clerk.refused(without_token("DELETE /api/v1/session"));
  EXPECT_EQ(nobody.status, 401);
  EXPECT_EQ(header_of(nobody, "Set-Cookie"), kCleared);
}

TEST_F(AdminSessions, ADeadCookieIsTakenBackWhereTheSessionIsAskedFor) {
  domain::SessionView nobody;
  nobody.first_run = true;
  const wire::HttpResponse dead = clerk.answered(by_cookie("GET /api/v1/session"), nobody);
  EXPECT_EQ(dead.status, 200);
  EXPECT_EQ(dead.body, R"({"signedIn":false,"firstRun":true})");
  EXPECT_EQ(header_of(dead, "Set-Cookie"), kCleared);
  const auto none = clerk.answered(without_token("GET /api/v1/session"), nobody);
  EXPECT_EQ(header_of(none, "Set-Cookie"), "");
  const auto live = clerk.answered(by_cookie("GET /api/v1/session"), sample_session());
  EXPECT_EQ(header_of(live, "Set-Cookie"), "");
  const auto elsewhere = clerk.answered(by_cookie("GET /api/v1/scopes/0ne1"),
                                        Fail(ErrorKind::kUnauthenticated, "unknown"));
  EXPECT_EQ(header_of(elsewhere, "Set-Cookie"), "");
}

TEST_F(AdminSessions, ALockIsTooManyAndSaysWhenToTryAgain) {
  const auto locked = clerk.answered(without_token("POST /api/v1/session", kSignIn),
                                     Fail(ErrorKind::kTooMany, "locked", "wait"));
  EXPECT_EQ(locked.status, 429);
  EXPECT_NE(header_of(locked, "Retry-After"), "");
}

TEST_F(AdminSessions, OperatorsAreReadAndShownWithoutTheirPassword) {
  const auto made = clerk.operation<domain::CreateOperator>(
      {"POST /api/v1/operators",
       R"({"name":"ada","password":"twelve letters","role":"admin","scope":null})"});
  EXPECT_EQ(made.edit.name, "ada");
  EXPECT_EQ(made.edit.password->text(), "twelve letters");
  EXPECT_EQ(made.edit.role, domain::Role::kAdmin);
  EXPECT_EQ(made.edit.scope, std::nullopt);
  const auto changed = clerk.operation<domain::UpdateOperator>({"PATCH /api/v1/operators/ada%40x",
                                                                R"({"scope":null,"enabled":false})",
                                                                {{"if-match", "\"4\""}}});
  EXPECT_EQ(changed.name, "ada@x");
  EXPECT_EQ(changed.edit.scope, "");
  EXPECT_EQ(changed.edit.enabled, false);
  EXPECT_EQ(changed.precondition, 4U);
  const wire::HttpResponse shown = clerk.answered({"GET /api/v1/operators/ada"}, sample_operator());
  EXPECT_EQ(shown.body.find("SEALED"), std::string::npos);
  EXPECT_EQ(json_of(shown).at("locked").as_bool(), true);
}

TEST_F(AdminSessions, APasswordBeyondItsBoundIsRefusedAtTheDoor) {
  const std::string longest(1024, 'a');
  const auto body = [](const std::string& password) {
    return R"({"operator":"ada","password":")" + password + "\"}";
  };
  EXPECT_EQ(clerk.operation<domain::SignIn>(without_token("POST /api/v1/session", body(longest)))
                .password.size(),
            1024U);
  EXPECT_EQ(clerk.refused(without_token("POST /api/v1/session", body(longest + "a"))).status, 400);
}

}  // namespace
}  // namespace berth::dialects::admin::testing
