// Who sends a request, and whether a page of another site may have made a browser do so.
#include "dialects/caller.h"

#include <gtest/gtest.h>

#include <vector>

namespace berth::dialects {
namespace {

const std::string kToken = "berth_abcdef0123_" + std::string(43, 'A');
const std::string kCookie = "__Host-berth-session=" + kToken;

wire::HttpRequest request(std::vector<wire::Header> headers, std::string method = "POST") {
  wire::HttpRequest made;
  made.method = std::move(method);
  made.headers = std::move(headers);
  made.headers.push_back({"host", "berth.example.net:8443"});
  return made;
}

std::string token_of(std::vector<wire::Header> headers) {
  return std::string(read_caller(request(std::move(headers))).token.text());
}

bool allowed(std::vector<wire::Header> headers, const std::string& method = "POST") {
  const wire::HttpRequest made = request(std::move(headers), method);
  return check_own_page(made, read_caller(made)).has_value();
}

TEST(CallerTest, BearerTokenIsReadWhateverTheSchemesCase) {
  EXPECT_EQ(token_of({{"authorization", "Bearer " + kToken}}), kToken);
  EXPECT_EQ(token_of({{"authorization", "bEARER " + kToken}}), kToken);
  EXPECT_EQ(token_of({{"authorization", "Basic abc"}}), "");
  EXPECT_EQ(token_of({{"authorization", "Bearer "}}), "");
  EXPECT_EQ(token_of({{"authorization", "Bearer " + std::string(250, 'a')}}), "");
  EXPECT_EQ(token_of({}), "");
}

TEST(CallerTest, CookieIsFoundAmongOthers) {
  for (const std::string& header :
       {kCookie, "a=b; " + kCookie, kCookie + "; z=1", "a=b;" + kCookie + ";c", " " + kCookie + " ",
        "a; b=" + kToken + "; " + kCookie, kCookie + "; " + kCookie}) {
    const Caller caller = read_caller(request({{"cookie", header}}));
    EXPECT_EQ(caller.token.text(), kToken) << header;
    EXPECT_TRUE(caller.by_cookie) << header;
  }
}

TEST(CallerTest, CookieOfAnotherNameOrTooLongOrAmbiguousIsNone) {
  for (const std::string& header :
       {std::string(), std::string("="), std::string(";;;"), "berth-session=" + kToken,
        "__host-berth-session=" + kToken, "x__Host-berth-session=" + kToken,
        "__Host-berth-session=" + std::string(257, 'a'), std::string("__Host-berth-session="),
        std::string("__Host-berth-session"), kCookie + "; __Host-berth-session=other"}) {
    const Caller caller = read_caller(request({{"cookie", header}}));
    EXPECT_TRUE(caller.token.empty()) << header;
    EXPECT_FALSE(caller.by_cookie) << header;
  }
}

TEST(CallerTest, CookiesOfSeveralHeadersCountTogether) {
  EXPECT_EQ(token_of({{"cookie", "a=b"}, {"cookie", kCookie}}), kToken);
  EXPECT_EQ(token_of({{"cookie", kCookie}, {"cookie", "__Host-berth-session=other"}}), "");
}

TEST(CallerTest, AuthorizationGoesBeforeTheCookieEvenWhenItIsBroken) {
  EXPECT_EQ(token_of({{"cookie", kCookie}, {"authorization", "Bearer mine"}}), "mine");
  const Caller broken = read_caller(request({{"cookie", kCookie}, {"authorization", "Basic x"}}));
  EXPECT_TRUE(broken.token.empty());
  EXPECT_FALSE(broken.by_cookie);
}

TEST(CallerTest, ChangeByCookieNeedsTheMarkOfTheConsole) {
  for (const char* method : {"POST", "PUT", "PATCH", "DELETE", "OPTIONS", "ANY"}) {
    EXPECT_FALSE(allowed({{"cookie", kCookie}}, method)) << method;
    EXPECT_FALSE(allowed({{"cookie", kCookie}, {"x-berth-console", "0"}}, method)) << method;
    EXPECT_TRUE(allowed({{"cookie", kCookie}, {"x-berth-console", "1"}}, method)) << method;
  }
  EXPECT_TRUE(allowed({{"cookie", kCookie}}, "GET"));
  EXPECT_TRUE(allowed({{"cookie", kCookie}}, "HEAD"));
}

TEST(CallerTest, ChangeByCookieFromAnotherOriginIsRefused) {
  const auto from = [](const std::string& name, const std::string& value) {
    return allowed({{"cookie", kCookie}, {"x-berth-console", "1"}, {name, value}});
  };
  EXPECT_TRUE(from("origin", "https://berth.example.net:8443"));
  EXPECT_TRUE(from("origin", "https://BERTH.example.net:8443"));
  for (const char* origin :
       {"null", "", "https://berth.example.net", "https://berth.example.net:8444",
        "http://berth.example.net:8443", "https://evil.example", "https://berth.example.net:8443/",
        "https://berth.example.net:8443.evil.example"}) {
    EXPECT_FALSE(from("origin", origin)) << origin;
  }
  EXPECT_TRUE(from("sec-fetch-site", "same-origin"));
  for (const char* site : {"same-site", "cross-site", "none", ""}) {
    EXPECT_FALSE(from("sec-fetch-site", site)) << site;
  }
}

TEST(CallerTest, SigningInFromAnotherOriginIsRefusedThoughNothingIsPresented) {
  EXPECT_TRUE(allowed({}));
  EXPECT_TRUE(allowed({{"origin", "https://berth.example.net:8443"}}));
  EXPECT_FALSE(allowed({{"origin", "https://evil.example"}}));
  EXPECT_FALSE(allowed({{"sec-fetch-site", "cross-site"}}));
}

TEST(CallerTest, RequestWithATokenOfItsOwnIsNoBrowsers) {
  EXPECT_TRUE(allowed({{"authorization", "Bearer " + kToken},
                       {"cookie", kCookie},
                       {"origin", "https://evil.example"}}));
}

TEST(CallerTest, OriginWithoutHostIsRefused) {
  wire::HttpRequest made;
  made.method = "POST";
  made.headers = {{"cookie", kCookie}, {"x-berth-console", "1"}, {"origin", "https://"}};
  EXPECT_FALSE(check_own_page(made, read_caller(made)));
}

TEST(CallerTest, CookieIsForThisHostOverTlsAndOutOfReachOfScripts) {
  EXPECT_EQ(session_cookie(Secret::from_text("t"), std::chrono::seconds(43'200)),
            "__Host-berth-session=t; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=43200");
  EXPECT_EQ(no_session_cookie(),
            "__Host-berth-session=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0");
}

}  // namespace
}  // namespace berth::dialects
