// Credential codes: requests, and what answers show.
#include "dialects/admin/tests/clerk.h"
#include "dialects/admin/tests/records.h"

namespace berth::dialects::admin::testing {
namespace {

using domain::CodeMode;
using domain::PickupKind;

class AdminCodes : public ::testing::Test {
 protected:
  domain::CodeRequest create(const std::string& body) {
    return clerk.operation<domain::CreateCode>({"POST /api/v1/credentials", body}).request;
  }
  Clerk clerk;
};

TEST_F(AdminCodes, EveryMemberIsRead) {
  const domain::CodeRequest request = create(
      R"({"mode":"envelope","scope":"0ne1","deviceId":"dev-1","enrollmentGroupId":"line-7",)"
      R"("deviceKey":"a2V5","modelId":"dtmi:a;1","passphrase":"correct horse","unencrypted":true,)"
      R"("includePassphrase":true,"pickup":true,"ttlSeconds":60})");
  EXPECT_EQ(request.mode, CodeMode::kEnvelope);
  EXPECT_EQ(request.scope, "0ne1");
  EXPECT_EQ(request.device, "dev-1");
  EXPECT_EQ(request.group, "line-7");
  EXPECT_EQ(request.device_key->text(), "a2V5") << "as it was given";
  EXPECT_EQ(request.model, "dtmi:a;1");
  EXPECT_EQ(request.passphrase->text(), "correct horse");
  EXPECT_TRUE(request.unencrypted);
  EXPECT_TRUE(request.includes_passphrase);
  EXPECT_EQ(request.pickup, PickupKind::kLetters);
  EXPECT_EQ(request.lifetime, std::chrono::seconds(60));
}

TEST_F(AdminCodes, AClaimIsWhatIsMadeUnlessAnotherModeIsNamed) {
  const domain::CodeRequest request = create(R"({"scope":"0ne1","deviceId":"dev-1"})");
  EXPECT_EQ(request.mode, CodeMode::kClaim);
  EXPECT_EQ(request.pickup, PickupKind::kNone);
  EXPECT_FALSE(request.lifetime);
  EXPECT_FALSE(request.device_key);
}

TEST_F(AdminCodes, CompatibleCodesArePickedUpByNumber) {
  const domain::CodeRequest request =
      create(R"({"mode":"compatible","scope":"0ne1","deviceId":"dev-1","pickup":true})");
  EXPECT_EQ(request.pickup, PickupKind::kNumber);
}

TEST_F(AdminCodes, WrongModesAndMissingMembersAreRefused) {
  for (const char* body :
       {R"({"mode":"legacy","scope":"0ne1","deviceId":"dev-1"})", R"({"scope":"0ne1"})",
        R"({"deviceId":"dev-1"})", R"({"scope":"0ne1","deviceId":"dev-1","object":"{}"})",
        R"({"scope":"0ne1","deviceId":"dev-1","ttlSeconds":"15m"})"}) {
    EXPECT_EQ(clerk.refused({"POST /api/v1/credentials", body}).status, 400) << body;
  }
}

TEST_F(AdminCodes, TheOthersNameTheCodeOrTheScope) {
  EXPECT_EQ(
      clerk.operation<domain::ListCodes>({"GET /api/v1/credentials?scope=0ne1&limit=7"}).scope,
      "0ne1");
  EXPECT_EQ(clerk.operation<domain::GetCode>({"GET /api/v1/credentials/a1"}).id, "a1");
  EXPECT_EQ(clerk.operation<domain::RevokeCode>({"DELETE /api/v1/credentials/a1"}).id, "a1");
}

TEST_F(AdminCodes, WhatIsSealedIsNeverShown) {
  const wire::HttpResponse shown =
      clerk.answered({"GET /api/v1/credentials/a1"}, domain::ManagementResult(sample_code()));
  EXPECT_EQ(shown.body.find("SEALED"), std::string::npos);
  EXPECT_EQ(shown.body.find("U0VBTEVE"), std::string::npos) << "nor in base64";
  EXPECT_EQ(shown.body.find("5345414c4544"), std::string::npos) << "nor in hex";
}

TEST_F(AdminCodes, ANewOneIsShownWholeAndSaysWhereItIs) {
  const wire::HttpResponse made =
      clerk.answered({"POST /api/v1/credentials", R"({"scope":"0ne1","deviceId":"dev-1"})"},
                     domain::ManagementResult(sample_new_code()));
  EXPECT_EQ(made.status, 201);
  EXPECT_EQ(header_of(made, "Location"), "/api/v1/credentials/00112233445566778899aabbccddeeff");
  const boost::json::value body = json_of(made);
  EXPECT_EQ(body.at("code"), "U2FsdGVkX1");
  EXPECT_EQ(body.at("pickup"), "7K2M-9QRT-XC");
  EXPECT_EQ(body.at("numeric"), "42");
  EXPECT_EQ(body.at("qr").at("svg"), "<svg/>");
  EXPECT_EQ(body.at("warnings").as_array().size(), 1U);
}

}  // namespace
}  // namespace berth::dialects::admin::testing
