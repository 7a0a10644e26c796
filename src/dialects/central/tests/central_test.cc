#include "dialects/central/central.h"

#include "dialects/caller.h"
#include "dialects/central/requests.h"

#include <gtest/gtest.h>

#include <any>
#include <utility>

namespace berth::dialects::central {
namespace {

using domain::PickupKind;

constexpr const char* kId = "00112233445566778899aabbccddeeff";

class CentralTest : public ::testing::Test {
 protected:
  CentralTest() {
    peer.transport = wire::Transport::kHttps;
    peer.address = "192.0.2.7";
  }

  static wire::HttpRequest request(const std::string& method, const std::string& target,
                                   std::string body = {}, std::vector<wire::Header> headers = {}) {
    wire::HttpRequest made;
    made.method = method;
    const std::size_t mark = target.find('?');
    made.path = target.substr(0, mark);
    if (mark != std::string::npos) made.query = target.substr(mark + 1);
    made.body = std::move(body);
    made.headers = std::move(headers);
    return made;
  }
  static wire::HttpRequest creds(std::string body, std::string type = "application/json") {
    return request("POST", "/creds", std::move(body),
                   {{"authorization", "Bearer berth_x"}, {"content-type", std::move(type)}});
  }
  const Dialect& claimant(const wire::HttpRequest& what) const {
    return portal->claims(peer, what) ? *portal : *holders;
  }
  StepResult send(wire::HttpRequest what) {
    const Dialect& dialect = claimant(what);
    EXPECT_TRUE(dialect.claims(peer, what)) << what.path;
    return dialect.step(peer, session, Arrival{std::move(what), {}, "r-1"});
  }
  static const wire::HttpResponse& response(const StepResult& result) {
    static const wire::HttpResponse none;
    EXPECT_EQ(result.actions.size(), 1U);
    if (result.actions.empty()) return none;
    return std::get<wire::HttpResponse>(result.actions.front());
  }
  template <class T>
  T command(wire::HttpRequest what) {
    StepResult result = send(std::move(what));
    EXPECT_EQ(result.commands.size(), 1U) << (result.actions.empty() ? "" : response(result).body);
    if (result.commands.empty()) return T();
    caller = std::move(std::get<Manage>(result.commands.front().body).caller);
    T* found = std::get_if<T>(&std::get<Manage>(result.commands.front().body).command);
    EXPECT_NE(found, nullptr);
    return found == nullptr ? T() : std::move(*found);
  }
  // The answer to the request's command.
  wire::HttpResponse answered(wire::HttpRequest what, Result<domain::ManagementResult> result) {
    StepResult asked = send(std::move(what));
    EXPECT_EQ(asked.commands.size(), 1U);
    if (asked.commands.empty()) return {};
    Answer answer{std::move(result), std::move(asked.commands.front().correlation)};
    const StepResult done = holders->step(peer, session, std::move(answer));
    return response(done);
  }
  static std::string header(const wire::HttpResponse& from, std::string_view name) {
    for (const wire::Header& each : from.headers) {
      if (each.name == name) return each.value;
    }
    return {};
  }
  static domain::NewCode new_code() {
    domain::NewCode made;
    made.text = Secret::from_text("U2FsdGVkX1");
    made.png = Secret::from_text("data:image/png;base64,AAAA");
    made.number = Secret::from_text("42");
    return made;
  }

  const std::unique_ptr<Dialect> holders = make_central();
  const std::unique_ptr<Dialect> portal = make_central_portal();
  wire::Peer peer;
  Session session;
  domain::Caller caller;
};

TEST_F(CentralTest, NothingIsServedOnPlainListeners) {
  for (const wire::Transport plain : {wire::Transport::kHttp, wire::Transport::kMqtt}) {
    peer.transport = plain;
    EXPECT_FALSE(holders->claims(peer, request("GET", "/numeric?numeric=1")));
    EXPECT_FALSE(portal->claims(peer, request("POST", "/creds")));
  }
  EXPECT_FALSE(holders->serves_plain());
}

TEST_F(CentralTest, OnlyMakingCodesIsForOperators) {
  EXPECT_TRUE(portal->for_operators());
  EXPECT_FALSE(holders->for_operators());
  EXPECT_FALSE(holders->claims(peer, request("POST", "/creds")));
  EXPECT_FALSE(holders->claims(peer, request("GET", "/claims")));
  EXPECT_FALSE(holders->claims(peer, request("GET", "/numerics")));
}

TEST_F(CentralTest, ThePagesFieldsBecomeACompatibleCodeInTheirOrder) {
  const auto made = command<domain::CreateCode>(
      creds(R"({"deviceId":"bob-phone-01","deviceKey":"a/2V5","patientId":"pässword",)"
            R"("scopeId":"0ne1","modelId":"urn:a:b:1","types":3})"));
  EXPECT_EQ(caller.token.text(), "berth_x");
  EXPECT_EQ(caller.source, "192.0.2.7");
  EXPECT_EQ(made.request.mode, domain::CodeMode::kCompatible);
  EXPECT_EQ(made.request.scope, "0ne1");
  EXPECT_EQ(made.request.device, "bob-phone-01");
  EXPECT_EQ(made.request.model, "urn:a:b:1");
  EXPECT_EQ(made.request.passphrase->text(), "pässword");
  EXPECT_EQ(made.request.pickup, PickupKind::kNumber);
  EXPECT_EQ(
      made.request.object->text(),
      R"({"deviceId":"bob-phone-01","deviceKey":"a/2V5","scopeId":"0ne1","modelId":"urn:a:b:1"})");
}

TEST_F(CentralTest, OtherMembersAreKept) {
  const auto made = command<domain::CreateCode>(
      creds(R"({"types":1,"z":1.5,"scopeId":"0ne1","a":[true,null],"patientId":"p"})"));
  EXPECT_EQ(made.request.object->text(), R"({"z":1.5,"scopeId":"0ne1","a":[true,null]})");
  EXPECT_EQ(made.request.pickup, PickupKind::kNone) << "no number was asked for";
}

TEST_F(CentralTest, ThePassphraseStaysInTheObjectOnRequest) {
  const auto made = command<domain::CreateCode>(creds(
      R"({"deviceId":"d","patientId":"p","scopeId":"0ne1","includePassphrase":true,"types":"3"})"));
  EXPECT_EQ(made.request.object->text(), R"({"deviceId":"d","patientId":"p","scopeId":"0ne1"})");
  EXPECT_TRUE(made.request.includes_passphrase);
}

TEST_F(CentralTest, AnEmptyPassphraseIsNoneAndUnencryptedIsSaidOnPurpose) {
  const auto silent =
      command<domain::CreateCode>(creds(R"({"patientId":"","scopeId":"0ne1","types":3})"));
  EXPECT_FALSE(silent.request.passphrase);
  EXPECT_FALSE(silent.request.unencrypted);
  const auto said = command<domain::CreateCode>(
      creds(R"({"patientId":"","scopeId":"0ne1","types":3,"unencrypted":true})"));
  EXPECT_TRUE(said.request.unencrypted);
  EXPECT_EQ(said.request.object->text(), R"({"scopeId":"0ne1"})");
}

TEST_F(CentralTest, FormsAreReadAsWell) {
  const auto made =
      command<domain::CreateCode>(creds("deviceId=d&patientId=a+b%2B&scopeId=0ne1&types=2&modelId=",
                                        "application/x-www-form-urlencoded; charset=UTF-8"));
  EXPECT_EQ(made.request.passphrase->text(), "a b+");
  EXPECT_EQ(made.request.object->text(), R"({"deviceId":"d","scopeId":"0ne1","modelId":""})");
  EXPECT_EQ(made.request.pickup, PickupKind::kNumber);
}

TEST_F(CentralTest, WithoutAScopeItAnswersAsThePortalDid) {
  for (const char* body : {"{}", R"({"scopeId":""})", R"({"scopeId":7,"types":3})"}) {
    const StepResult result = send(creds(body));
    EXPECT_EQ(response(result).status, 500) << body;
    EXPECT_EQ(response(result).body, "Invalid body");
    EXPECT_EQ(header(response(result), "Content-Type"), "text/html; charset=utf-8");
  }
}

TEST_F(CentralTest, WithoutTypesNothingIsMade) {
  for (const char* body : {R"({"scopeId":"0ne1"})", R"({"scopeId":"0ne1","types":4})",
                           R"({"scopeId":"0ne1","types":"x"})"}) {
    const StepResult result = send(creds(body));
    EXPECT_TRUE(result.commands.empty());
    EXPECT_EQ(response(result).status, 200);
    EXPECT_EQ(response(result).body, "{}");
  }
}

TEST_F(CentralTest, TheAnswerHasPictureAndNumber) {
  const auto body_for = [&](const char* types) {
    return answered(creds(std::string(R"({"scopeId":"0ne1","types":)") + types + "}"), new_code())
        .body;
  };
  EXPECT_EQ(body_for("3"), R"({"qrCode":"data:image/png;base64,AAAA","numeric":42})");
  EXPECT_EQ(body_for("1"), R"({"qrCode":"data:image/png;base64,AAAA"})");
  EXPECT_EQ(body_for("2"), R"({"numeric":42})");
}

TEST_F(CentralTest, NobodyMakesCodesWithoutSigningIn) {
  wire::HttpRequest anonymous = creds("{}");
  std::erase_if(anonymous.headers, [](const auto& each) { return each.name == "authorization"; });
  const StepResult result = send(std::move(anonymous));
  EXPECT_TRUE(result.commands.empty());
  EXPECT_EQ(response(result).status, 401);
}

TEST_F(CentralTest, APageOfAnotherSiteCannotUseTheCookie) {
  wire::HttpRequest forged = request(
      "POST", "/creds", R"({"scopeId":"0ne1","types":3})",
      {{"cookie", std::string(kSessionCookie) + "=berth_x"}, {"content-type", "application/json"}});
  EXPECT_EQ(response(send(forged)).status, 403);
  forged.headers.push_back({"x-berth-console", "1"});
  EXPECT_EQ(send(forged).commands.size(), 1U);
  forged.headers.push_back({"origin", "https://evil.example"});
  forged.headers.push_back({"host", "berth.example"});
  EXPECT_EQ(response(send(forged)).status, 403);
}

TEST_F(CentralTest, OversizedAndBrokenBodiesAreRefused) {
  EXPECT_EQ(response(send(creds(std::string(kCredentialsBytesMax + 1, ' ')))).status, 413);
  EXPECT_EQ(response(send(creds(R"({"scopeId":"0ne1","types":3,"a":")" +
                                std::string(domain::kCodeObjectBytesMax, 'a') + "\"}")))
                .status,
            413);
  EXPECT_EQ(response(send(creds("{\"scopeId\":"))).status, 400);
  EXPECT_EQ(response(send(creds("{\"a\":[[[[[[]]]]]]}"))).status, 400);
  EXPECT_EQ(response(send(creds("{}", "text/plain"))).status, 400);
  EXPECT_EQ(response(send(creds("a=%zz", "application/x-www-form-urlencoded"))).status, 400);
}

TEST_F(CentralTest, ErrorsForOperatorsSayWhatAndHowToMendIt) {
  const wire::HttpResponse off = answered(creds(R"({"scopeId":"0ne1","types":3})"),
                                          Fail(ErrorKind::kConflict, "it is off", "switch it on"));
  EXPECT_EQ(off.status, 409);
  EXPECT_EQ(off.body, "it is off\nswitch it on\n");
}

TEST_F(CentralTest, ANumberIsLookedUpByNobodyInParticular) {
  const auto wanted = command<domain::PickUp>(request("GET", "/numeric?a=1&numeric=00042"));
  EXPECT_EQ(wanted.kind, PickupKind::kNumber);
  EXPECT_EQ(wanted.code.text(), "00042");
  EXPECT_TRUE(caller.token.empty());
  EXPECT_EQ(caller.source, "192.0.2.7");
  EXPECT_TRUE(command<domain::PickUp>(request("GET", "/numeric")).code.empty());
  const std::string huge(1000, '1');
  EXPECT_TRUE(command<domain::PickUp>(request("GET", "/numeric?numeric=" + huge)).code.empty());
}

TEST_F(CentralTest, ANumberIsAnsweredWithTheCodeAlone) {
  domain::PickedUp taken{domain::CodeMode::kCompatible, Secret::from_text("U2FsdGVkX1")};
  const wire::HttpResponse good =
      answered(request("GET", "/numeric?numeric=42"), domain::ManagementResult(std::move(taken)));
  EXPECT_EQ(good.status, 200);
  EXPECT_EQ(good.body, "U2FsdGVkX1");
  EXPECT_EQ(header(good, "Content-Type"), "text/html; charset=utf-8");
  EXPECT_EQ(header(good, "Cache-Control"), "no-store");
  const wire::HttpResponse bad = answered(request("GET", "/numeric?numeric=42"),
                                          Fail(ErrorKind::kNotFound, "secret reason", ""));
  EXPECT_EQ(bad.status, 404);
  EXPECT_EQ(bad.body, "-1");
}

TEST_F(CentralTest, LettersAreAnsweredWithTheEnvelopeOrTheClaim) {
  const wire::HttpRequest asked = request("POST", "/pickup", R"({"pickup":"7k2m-9qrt-xc"})");
  EXPECT_EQ(command<domain::PickUp>(asked).code.text(), "7k2m-9qrt-xc");
  domain::PickedUp envelope{domain::CodeMode::kEnvelope, Secret::from_text(R"({"v":2})")};
  EXPECT_EQ(answered(asked, domain::ManagementResult(std::move(envelope))).body, R"({"v":2})");
  domain::PickedUp claim{domain::CodeMode::kClaim, Secret::from_text("https://h/claim/a#b")};
  EXPECT_EQ(answered(asked, domain::ManagementResult(std::move(claim))).body,
            R"({"code":"https://h/claim/a#b"})");
}

TEST_F(CentralTest, WhateverIsWrongWithACodeIsNotTold) {
  const auto body_for = [&](const char* why) {
    return answered(request("POST", "/pickup", R"({"pickup":"7K2M9QRTXC"})"),
                    Fail(ErrorKind::kNotFound, why, why));
  };
  const wire::HttpResponse used = body_for("used");
  const wire::HttpResponse over = body_for("over");
  EXPECT_EQ(used.status, 404);
  EXPECT_EQ(used.body, over.body);
  EXPECT_EQ(used.body.find("used:"), std::string::npos);
}

TEST_F(CentralTest, PickupsThatAreNoneAreRefusedHere) {
  for (const char* body : {"", "[]", "{}", R"({"pickup":7})", R"({"pickup":""})"}) {
    const StepResult result = send(request("POST", "/pickup", body));
    EXPECT_TRUE(result.commands.empty());
    EXPECT_EQ(response(result).status, 400) << body;
  }
  const std::string long_one = R"({"pickup":")" + std::string(65, 'A') + "\"}";
  EXPECT_EQ(response(send(request("POST", "/pickup", long_one))).status, 400);
}

TEST_F(CentralTest, AClaimHasItsTokenInTheHeaderAndOneKeyInTheBody) {
  const auto claim = command<domain::RedeemClaim>(
      request("POST", std::string("/claim/") + kId,
              R"({"symmetricKey":"MTIzNDU2Nzg5MDEyMzQ1Ng=="})", {{"authorization", "bearer tok"}}));
  EXPECT_EQ(claim.id, kId);
  EXPECT_EQ(claim.token.text(), "tok");
  EXPECT_EQ(std::get<domain::SymmetricKey>(claim.key).key.text(), "1234567890123456");
  EXPECT_TRUE(caller.token.empty()) << "a claim's token is none of an operator";
}

TEST_F(CentralTest, ClaimsWithNoKeySeveralOrABrokenOneAreRefused) {
  for (const char* body :
       {"{}", R"({"csr":""})", R"({"csr":"x"})", R"({"publicKey":"-----BEGIN"})",
        R"({"symmetricKey":"no base64"})", R"({"symmetricKey":"MTIz","csr":"MTIz"})",
        R"({"symmetricKey":"MTIz","other":1})"}) {
    const StepResult result = send(request("POST", std::string("/claim/") + kId, body));
    EXPECT_TRUE(result.commands.empty());
    EXPECT_EQ(response(result).status, 400) << body;
  }
}

TEST_F(CentralTest, ARedeemedClaimSaysWhatToRegisterWith) {
  domain::ClaimRedeemed done;
  done.scope = domain::ScopeId::trusted("0ne1");
  done.device = domain::RegistrationId::trusted("dev-1");
  done.model = "dtmi:a;1";
  done.endpoint = "berth.example:8443";
  const wire::HttpResponse good =
      answered(request("POST", std::string("/claim/") + kId,
                       R"({"symmetricKey":"MTIzNDU2Nzg5MDEyMzQ1Ng=="})"),
               domain::ManagementResult(done));
  EXPECT_EQ(good.status, 201);
  EXPECT_EQ(good.body, R"({"deviceId":"dev-1","scopeId":"0ne1","registrationId":"dev-1",)"
                       R"("modelId":"dtmi:a;1","endpoint":"berth.example:8443"})");
}

TEST_F(CentralTest, PagesHaveNoScriptAndNothingOfTheRequest) {
  for (const char* path : {"/c/", "/claim/"}) {
    const StepResult result =
        send(request("GET", std::string(path) + "%3Cscript%3Ealert(1)%3C/script%3E"));
    const wire::HttpResponse& page = response(result);
    EXPECT_EQ(page.status, 200);
    EXPECT_EQ(page.body.find("script"), std::string::npos);
    EXPECT_EQ(header(page, "Content-Security-Policy"),
              "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
    EXPECT_EQ(header(page, "Referrer-Policy"), "no-referrer");
    EXPECT_EQ(header(page, "Cache-Control"), "no-store");
  }
}

TEST_F(CentralTest, OtherMethodsAreNamed) {
  EXPECT_EQ(header(response(send(request("GET", "/creds"))), "Allow"), "POST");
  EXPECT_EQ(header(response(send(request("POST", "/numeric"))), "Allow"), "GET");
  EXPECT_EQ(header(response(send(request("GET", "/pickup"))), "Allow"), "POST");
  EXPECT_EQ(header(response(send(request("PUT", "/claim/a"))), "Allow"), "GET, POST");
  EXPECT_EQ(header(response(send(request("POST", "/c/a"))), "Allow"), "GET");
}

TEST_F(CentralTest, BodiesWithKeysAreWipedFromTheRequest) {
  wire::HttpRequest asked = creds(R"({"scopeId":"0ne1","deviceKey":"a2V5","types":3})");
  const auto read = read_credentials(asked);
  EXPECT_TRUE(std::holds_alternative<CredentialsRequest>(read));
  EXPECT_TRUE(asked.body.empty());
}

}  // namespace
}  // namespace berth::dialects::central
