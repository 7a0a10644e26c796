// Operators on the command line: where the password comes from, and that it is never shown but
// once.
#include "cli/tests/fake_world.h"

#include <boost/json.hpp>
#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace berth::cli {
namespace {

using ::testing::ElementsAre;
using testing::FakeWorld;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::MatchesRegex;
using ::testing::Not;
namespace json = boost::json;

constexpr const char* kOperators = "/api/v1/operators";
constexpr const char* kAda =
    R"({"name":"ada","displayName":"Ada","role":"admin","scope":null,"enabled":true,)"
    R"("locked":false,"createdAt":"2026-01-01T00:00:00Z","updatedAt":"2026-01-01T00:00:00Z",)"
    R"("version":3})";

class Operators : public ::testing::Test {
 protected:
  int run(std::vector<std::string> words) {
    world.server.calls.clear();
    words.insert(words.begin(), "operator");
    return world.run(std::move(words));
  }
  json::object body() {
    if (world.server.calls.empty()) return {};
    return json::parse(world.server.calls.back().body.value_or("{}")).as_object();
  }

  FakeWorld world;
};

TEST_F(Operators, ThePasswordIsAskedForTwiceAtATerminal) {
  world.server.answer(std::string("POST ") + kOperators, kAda, 201);
  world.asks = true;
  world.in.str("sails at half past five\nsails at half past five\n");
  EXPECT_EQ(run({"create", "ada", "--role", "admin"}), kDone) << world.err.str();
  EXPECT_EQ(
      body(),
      (json::object{{"name", "ada"}, {"role", "admin"}, {"password", "sails at half past five"}}));
  EXPECT_THAT(world.err.str(), HasSubstr("Password of operator ada: "));
  EXPECT_THAT(world.out.str() + world.err.str(), Not(HasSubstr("half past")));
  world.in.clear();
  world.in.str("one password\nanother password\n");
  EXPECT_EQ(run({"create", "ada"}), kUsage);
  EXPECT_THAT(world.server.calls, IsEmpty());
}

TEST_F(Operators, WithoutATerminalAFlagMustSayThePassword) {
  EXPECT_EQ(run({"create", "ada"}), kUsage);
  EXPECT_THAT(world.err.str(), HasSubstr("--password-file"));
  EXPECT_EQ(run({"create", "ada", "--password-file", "-", "--generate-password"}), kUsage);
  EXPECT_EQ(run({"create", "ada", "--password", "on the command line"}), kUsage);
  EXPECT_THAT(world.server.calls, IsEmpty());
}

TEST_F(Operators, APasswordComesFromAFileOrIsMadeUpAndShownOnce) {
  world.server.answer(std::string("POST ") + kOperators, kAda, 201);
  world.in.str("from standard input\n");
  EXPECT_EQ(run({"create", "ada", "--password-file", "-"}), kDone) << world.err.str();
  EXPECT_EQ(body().at("password"), "from standard input");
  EXPECT_THAT(world.out.str(), Not(HasSubstr("standard input")));
  EXPECT_EQ(run({"create", "ada", "--generate-password"}), kDone);
  const std::string made(body().at("password").as_string());
  EXPECT_THAT(made, MatchesRegex("[A-Za-z0-9]{24}"));
  EXPECT_THAT(world.out.str(), HasSubstr("password: " + made + "\nit is not shown again\n"));
  EXPECT_EQ(run({"create", "ada", "--generate-password", "--json"}), kDone);
  EXPECT_EQ(json::parse(world.out.str()).at("password"), body().at("password"));
}

TEST_F(Operators, AnUpdateSendsWhatTheFlagsSayAndNoPasswordUnlessAsked) {
  world.server.answer(std::string("PATCH ") + kOperators + "/ada%40x", kAda);
  EXPECT_EQ(run({"update", "ada@x", "--scope", "", "--enabled", "false", "--etag", "3"}), kDone)
      << world.err.str();
  EXPECT_EQ(body(), (json::object{{"scope", nullptr}, {"enabled", false}}));
  EXPECT_EQ(world.server.calls.back().if_match, "\"3\"");
  EXPECT_EQ(run({"update", "ada@x"}), kUsage);
  world.asks = true;
  world.in.str("sails at half past five\nsails at half past five\n");
  EXPECT_EQ(run({"update", "ada@x", "--ask-password"}), kDone);
  EXPECT_EQ(body(), (json::object{{"password", "sails at half past five"}}));
}

TEST_F(Operators, AreListedAndDeleted) {
  world.server.answer(std::string("GET ") + kOperators,
                      std::string(R"({"items":[)") + kAda + R"(],"nextCursor":null})");
  EXPECT_EQ(run({"list"}), kDone);
  EXPECT_THAT(world.out.str(), HasSubstr("ada"));
  EXPECT_THAT(world.out.str(), HasSubstr("admin"));
  world.server.answer(std::string("DELETE ") + kOperators + "/ada", "", 204);
  EXPECT_EQ(run({"delete", "ada", "--yes"}), kDone);
  EXPECT_THAT(world.server.sent(), ElementsAre(std::string("DELETE ") + kOperators + "/ada"));
}

}  // namespace
}  // namespace berth::cli
