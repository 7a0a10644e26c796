// Products on the command line: what their flags send, what is shown of them.
#include "cli/tests/fake_world.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace berth::cli {
namespace {

using ::testing::AllOf;
using ::testing::ElementsAre;
using testing::FakeWorld;
using ::testing::HasSubstr;
using ::testing::IsEmpty;
using ::testing::Not;

constexpr const char* kGroups = "/api/v1/scopes/s/enrollment-groups";
constexpr const char* kProduct =
    R"({"scope":"s","kind":"group","id":"S3EUVBRJLB","displayName":"Pumps","enabled":true,)"
    R"("attestation":{"type":"product_secret","issues":"secret","admits":"listed",)"
    R"("createdMax":10000,"reissue":"refused","clockWindowSeconds":0,"replayWindowSeconds":300,)"
    R"("previousUntil":"2026-03-01T00:00:00.5Z",)"
    R"("retiredSecrets":[{"retiredAt":"2026-01-31T12:00:00Z"}]},)"
    R"("topics":[{"topic":"event","publish":true,"subscribe":false},)"
    R"({"topic":"data","publish":true,"subscribe":true}],"version":7})";

class Products : public ::testing::Test {
 protected:
  void answer(const std::string& method, const std::string& path, const std::string& body) {
    world.server.answer(method + " " + kGroups + path, body);
  }
  int run(std::vector<std::string> words) {
    words.insert(words.begin(), "product");
    words.insert(words.end(), {"--scope", "s"});
    return world.run(words);
  }
  // The body that `product create` sends with these flags.
  std::string created(std::vector<std::string> flags) {
    answer("POST", "", kProduct);
    flags.insert(flags.begin(), "create");
    EXPECT_EQ(run(flags), kDone) << err();
    return world.server.calls.back().body.value_or("");
  }
  std::string out() const { return world.out.str(); }
  std::string err() const { return world.err.str(); }

  FakeWorld world;
};

TEST_F(Products, AreMadeWithRegistrationOffAndIdAndSecretLeftToTheServer) {
  EXPECT_EQ(created({"--auth-mode", "key"}),
            R"({"attestation":{"issues":"secret","admits":"nobody","type":"product_secret"}})");
  EXPECT_THAT(err(), IsEmpty());
  EXPECT_EQ(created({"--auth-mode", "cert", "--dynamic-registration"}),
            R"({"attestation":{"issues":"certificate","admits":"listed",)"
            R"("type":"product_secret"}})");
  EXPECT_EQ(created({"--auth-mode", "key", "--dynamic-registration", "--auto-create"}),
            R"({"attestation":{"issues":"secret","admits":"anybody","type":"product_secret"}})");
}

TEST_F(Products, AllFlagsBecomeTheBodyOfTheApi) {
  EXPECT_EQ(created({"S3EUVBRJLB",
                     "--auth-mode",
                     "key",
                     "--dynamic-registration",
                     "true",
                     "--auto-create",
                     "false",
                     "--product-secret",
                     "abcdefghijklmnop",
                     "--quota",
                     "5",
                     "--reregister",
                     "refuse",
                     "--clock-window",
                     "10m",
                     "--replay-window",
                     "300",
                     "--topic",
                     "event=pub",
                     "--topic",
                     "user/log=pubsub",
                     "--display-name",
                     "Pumps",
                     "--iot-hubs",
                     "h",
                     "--initial-twin-tags",
                     "{}"}),
            R"({"displayName":"Pumps","hubs":["h"],"tags":{},)"
            R"("topics":[{"topic":"event","publish":true,"subscribe":false},)"
            R"({"topic":"user/log","publish":true,"subscribe":true}],)"
            R"("attestation":{"createdMax":5,"reissue":"refused","clockWindowSeconds":600,)"
            R"("replayWindowSeconds":300,"issues":"secret","admits":"listed",)"
            R"("productSecret":"abcdefghijklmnop","type":"product_secret"},"id":"S3EUVBRJLB"})");
}

TEST_F(Products, CreationSaysWhatToBurnAndWhereTheSecretIsWithoutShowingIt) {
  created({"--auth-mode", "key"});
  EXPECT_THAT(out(), HasSubstr("created product S3EUVBRJLB in scope s\n"
                               "burn the product id S3EUVBRJLB and the product secret into the "
                               "firmware; `berth product show S3EUVBRJLB --scope s --show-keys` "
                               "prints the secret\n"));
  EXPECT_EQ(world.server.calls.size(), 1u);
  answer("GET", "/S3EUVBRJLB/keys",
         R"({"productSecret":"theSecret","previousSecret":null,"previousUntil":null})");
  created({"--auth-mode", "key"});
  EXPECT_THAT(out(), Not(HasSubstr("theSecret")));
  EXPECT_EQ(run({"create", "--auth-mode", "key", "--show-keys"}), kDone);
  EXPECT_THAT(out(), HasSubstr("product secret        theSecret\n"));
  EXPECT_EQ(run({"create", "--auth-mode", "key", "--show-keys", "--json"}), kDone);
  EXPECT_THAT(out(), HasSubstr(R"("keys":{"productSecret":"theSecret",)"));
  EXPECT_TRUE(out().starts_with("{"));
}

TEST_F(Products, UnusualIdsAndSecretsAreWarnedOf) {
  created({"pump", "--auth-mode", "key", "--product-secret", std::string(40, 'x')});
  EXPECT_EQ(err(),
            "warning: the product id `pump` has 4 characters; stock device software expects 10\n"
            "warning: the product secret has 40 characters; stock device software takes 16 to "
            "32\n");
  created({"S3EUVBRJLB", "--auth-mode", "key", "--product-secret", std::string(24, 'x')});
  EXPECT_THAT(err(), IsEmpty());
}

TEST_F(Products, IdThatOverlapsAnothersIsRefusedInTheServersWords) {
  world.server.refuse(std::string("POST ") + kGroups, 409, "conflict",
                      "its id begins with that of group 'S3EUVBRJLB'");
  EXPECT_EQ(run({"create", "S3EUVBRJLBX", "--auth-mode", "key"}), kFailed);
  EXPECT_THAT(err(), AllOf(HasSubstr("409 conflict"),
                           HasSubstr("its id begins with that of group 'S3EUVBRJLB'")));
  EXPECT_THAT(out(), IsEmpty());
}

TEST_F(Products, WrongUsageIsRefusedBeforeAnythingIsSent) {
  const auto refused = [&](std::vector<std::string> words) {
    EXPECT_EQ(run(words), kUsage);
    EXPECT_THAT(world.server.calls, IsEmpty());
    return err();
  };
  EXPECT_THAT(refused({"create"}), HasSubstr("needs --auth-mode MODE"));
  EXPECT_THAT(refused({"create", "--auth-mode", "psk"}), HasSubstr("one of: key, cert"));
  EXPECT_THAT(refused({"create", "--auth-mode", "key", "--auto-create"}),
              HasSubstr("--auto-create needs --dynamic-registration"));
  EXPECT_THAT(refused({"create", "--auth-mode", "key", "--topic", "event"}),
              HasSubstr("--topic cannot be `event`"));
  EXPECT_THAT(refused({"create", "--auth-mode", "key", "--topic", "=pub"}),
              HasSubstr("--topic cannot be `=pub`"));
  EXPECT_THAT(
      refused({"create", "--auth-mode", "key", "--topic", "event=pub", "--topic", "event=sub"}),
      HasSubstr("a second time"));
  for (const char* window : {"10x", "", "-1", "9999999999", "400d", "1.5h", "d"}) {
    EXPECT_THAT(refused({"create", "--auth-mode", "key", std::string("--clock-window=") + window}),
                HasSubstr("--clock-window cannot be"));
  }
  EXPECT_THAT(refused({"update", "p"}), HasSubstr("nothing to change"));
  EXPECT_THAT(refused({"rotate-secret", "p"}), HasSubstr("needs --overlap"));
  EXPECT_THAT(refused({"update", "p", "--dynamic-registration", "false", "--auto-create"}),
              HasSubstr("--auto-create needs --dynamic-registration"));
}

TEST_F(Products, AreShownInTheWordsOfTheFlags) {
  answer("GET", "/S3EUVBRJLB", kProduct);
  EXPECT_EQ(run({"show", "S3EUVBRJLB"}), kDone);
  EXPECT_EQ(out(),
            "scope                 s\n"
            "id                    S3EUVBRJLB\n"
            "display name          Pumps\n"
            "enabled               yes\n"
            "auth mode             key\n"
            "dynamic registration  listed names\n"
            "quota                 10000\n"
            "registering again     refused\n"
            "clock window          not checked\n"
            "replay window         300 s\n"
            "previous until        2026-03-01 00:00:00Z\n"
            "retired secrets       2026-01-31 12:00:00Z\n"
            "topics                event publish, data publish and subscribe\n"
            "version               7\n");
  EXPECT_EQ(run({"show", "S3EUVBRJLB", "--json"}), kDone);
  EXPECT_EQ(out(), std::string(kProduct) + "\n");
}

TEST_F(Products, TheOnlyOneNeedsNoId) {
  const std::string other = R"({"id":"line-7","attestation":{"type":"symmetric_key"}})";
  answer("GET", "?limit=1000", "{\"items\":[" + other + "],\"nextCursor\":\"c\"}");
  answer("GET", "?limit=1000&cursor=c",
         "{\"items\":[" + std::string(kProduct) + "],\"nextCursor\":null}");
  answer("GET", "/S3EUVBRJLB", kProduct);
  EXPECT_EQ(run({"show"}), kDone) << err();
  EXPECT_THAT(out(), HasSubstr("S3EUVBRJLB"));
  answer("GET", "?limit=1000",
         "{\"items\":[" + std::string(kProduct) + "," + kProduct + "],\"nextCursor\":\"c\"}");
  EXPECT_EQ(run({"show"}), kUsage);
  EXPECT_THAT(err(), HasSubstr("more than one product, so --product-id must say which"));
  answer("GET", "?limit=1000", "{\"items\":[" + other + "],\"nextCursor\":null}");
  EXPECT_EQ(run({"show"}), kFailed);
  EXPECT_THAT(err(), HasSubstr("make one with `berth product create`"));
}

TEST_F(Products, ListLeavesOutOtherGroupsAndReadsEveryPage) {
  const std::string other = R"({"id":"line-7","attestation":{"type":"symmetric_key"}})";
  answer("GET", "?limit=1000",
         "{\"items\":[" + std::string(kProduct) + "," + other + "],\"nextCursor\":\"c\"}");
  answer("GET", "?limit=1000&cursor=c",
         R"({"items":[{"id":"CERT000000","displayName":"X","enabled":false,"attestation":{)"
         R"("type":"product_secret","issues":"certificate","admits":"anybody"}}]})");
  EXPECT_EQ(run({"list"}), kDone);
  EXPECT_EQ(out(),
            "PRODUCT     NAME   STATUS    AUTH  REGISTRATION  UPDATED\n"
            "S3EUVBRJLB  Pumps  enabled   key   listed names  -\n"
            "CERT000000  X      disabled  cert  any name      -\n");
  EXPECT_EQ(run({"list", "--json"}), kDone);
  EXPECT_TRUE(out().starts_with(R"({"items":[{"scope":"s","kind":"group","id":"S3EUVBRJLB")"));
  EXPECT_THAT(out(), Not(HasSubstr("line-7")));
  EXPECT_TRUE(out().ends_with("\"nextCursor\":null}\n"));
}

TEST_F(Products, HalfOfTheSwitchKeepsTheOtherHalfAsItIs) {
  const auto sent = [&](const std::string& admits, std::vector<std::string> flags) {
    answer("GET", "/p", R"({"id":"p","version":7,"attestation":{"admits":")" + admits + "\"}}");
    answer("PATCH", "/p", kProduct);
    flags.insert(flags.begin(), {"update", "p"});
    EXPECT_EQ(run(flags), kDone) << err();
    return world.server.calls.back().body.value_or("");
  };
  const auto body = [](const std::string& admits) {
    return R"({"attestation":{"admits":")" + admits + R"(","type":"product_secret"}})";
  };
  EXPECT_EQ(sent("nobody", {"--dynamic-registration"}), body("listed"));
  EXPECT_EQ(world.server.calls.back().if_match, "\"7\"");
  EXPECT_EQ(sent("anybody", {"--dynamic-registration"}), body("anybody"));
  EXPECT_EQ(sent("listed", {"--auto-create"}), body("anybody"));
  EXPECT_EQ(sent("anybody", {"--auto-create", "false", "--etag", "3"}), body("listed"));
  EXPECT_EQ(world.server.calls.back().if_match, "\"3\"");
  world.server.calls.clear();
  EXPECT_EQ(sent("anybody", {"--dynamic-registration", "false"}), body("nobody"));
  EXPECT_EQ(world.server.calls.size(), 1u);
  EXPECT_EQ(world.server.calls.back().if_match, std::nullopt);
  answer("GET", "/p", R"({"id":"p","version":7,"attestation":{"admits":"nobody"}})");
  EXPECT_EQ(run({"update", "p", "--auto-create"}), kUsage);
  EXPECT_THAT(err(), HasSubstr("which is off"));
}

TEST_F(Products, AnEmptyTopicTakesAllTopicsAway) {
  answer("PATCH", "/p", kProduct);
  EXPECT_EQ(run({"update", "p", "--topic", "", "--reregister", "new"}), kDone) << err();
  EXPECT_EQ(*world.server.calls.back().body,
            R"({"topics":[],"attestation":{"reissue":"new","type":"product_secret"}})");
}

TEST_F(Products, RotationSendsTheOverlapAndAsksAPerson) {
  answer("POST", "/p/rotate-product-secret", kProduct);
  EXPECT_EQ(run({"rotate-secret", "p", "--overlap", "30d", "--etag", "4"}), kDone) << err();
  EXPECT_EQ(*world.server.calls.back().body, R"({"overlapSeconds":2592000})");
  EXPECT_EQ(world.server.calls.back().if_match, "\"4\"");
  EXPECT_THAT(out(), HasSubstr("`berth product show p --scope s --show-keys` prints it"));
  EXPECT_EQ(run({"rotate-secret", "p", "--overlap", "0", "--product-secret", "0123456789abcdef"}),
            kDone);
  EXPECT_EQ(*world.server.calls.back().body,
            R"({"overlapSeconds":0,"productSecret":"0123456789abcdef"})");
  world.server.calls.clear();
  world.asks = true;
  world.in.str("n\n");
  EXPECT_EQ(run({"rotate-secret", "p", "--overlap", "12h"}), kFailed);
  EXPECT_THAT(world.server.calls, IsEmpty());
  EXPECT_THAT(err(), HasSubstr("cannot register any more once 12h have passed"));
}

TEST_F(Products, AreDeletedAfterAQuestion) {
  world.server.answer(std::string("DELETE ") + kGroups + "/p", "", 204);
  world.asks = true;
  world.in.str("y\n");
  EXPECT_EQ(run({"delete", "p"}), kDone);
  EXPECT_THAT(out(), HasSubstr("deleted product p"));
  EXPECT_THAT(world.server.sent(), ElementsAre(std::string("DELETE ") + kGroups + "/p"));
}

TEST_F(Products, AreNoTroubleToTheVerbsOfGroups) {
  answer("GET", "", "{\"items\":[" + std::string(kProduct) + "],\"nextCursor\":null}");
  EXPECT_EQ(world.run({"enrollment-group", "list", "--scope", "s"}), kDone);
  EXPECT_THAT(out(), HasSubstr("S3EUVBRJLB  Pumps"));
  answer("GET", "/S3EUVBRJLB", kProduct);
  answer("GET", "/S3EUVBRJLB/keys",
         R"({"productSecret":"theSecret","previousSecret":null,"previousUntil":null})");
  EXPECT_EQ(world.run({"enrollment-group", "show", "S3EUVBRJLB", "--scope", "s", "--show-keys"}),
            kDone);
  EXPECT_THAT(out(), HasSubstr("attestation: type                   product_secret\n"));
  EXPECT_THAT(out(), HasSubstr("attestation: retired secrets        2026-01-31 12:00:00Z\n"));
  EXPECT_THAT(out(), HasSubstr("product secret                      theSecret\n"));
  EXPECT_EQ(world.run({"key", "derive", "--from-group", "S3EUVBRJLB", "--scope", "s",
                       "--registration-id", "d"}),
            kFailed);
  EXPECT_THAT(err(), HasSubstr("has a product secret"));
}

TEST_F(Products, ADeviceOfOneIsMadeByHandUnderItsName) {
  world.server.answer("POST /api/v1/hubs/h/devices",
                      R"({"id":"S3EUVBRJLBdev001","group":"S3EUVBRJLB","awaitsActivation":true,)"
                      R"("certificate":{"sha256":"ab","subject":"x",)"
                      R"("notBefore":"2026-01-31T12:00:00Z","notAfter":"2036-01-31T12:00:00Z"}})");
  world.server.answer("GET /api/v1/hubs/h/devices/S3EUVBRJLBdev001/keys",
                      R"({"primaryKey":"cA=="})");
  EXPECT_EQ(world.run({"device", "create", "--product", "S3EUVBRJLB", "--device-id", "dev001",
                       "--hub", "h", "--show-keys"}),
            kDone)
      << err();
  EXPECT_EQ(*world.server.calls[0].body, R"({"id":"dev001","group":"S3EUVBRJLB"})");
  EXPECT_THAT(out(), HasSubstr("created device S3EUVBRJLBdev001 at hub h\n"));
  EXPECT_THAT(out(), HasSubstr("primary key              cA==\n"));
  EXPECT_THAT(out(), HasSubstr("awaits activation        yes\n"));
  EXPECT_THAT(out(), HasSubstr("certificate: not after   2036-01-31 12:00:00Z\n"));
}

}  // namespace
}  // namespace berth::cli
