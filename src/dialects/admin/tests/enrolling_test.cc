// Registering a member for its device: the route that asks management and then provisioning.
#include "dialects/admin/enrolling.h"

#include "dialects/admin/tests/clerk.h"
#include "dialects/admin/tests/records.h"

namespace berth::dialects::admin::testing {
namespace {

const std::string kEnroll =
    "POST /api/v1/scopes/0ne1/enrollment-groups/mod-0123456789abcdef01234567/members/SN0001/enroll";

class AdminEnrolling : public ::testing::Test {
 protected:
  static Result<domain::ManagementResult> vouched() {
    domain::Vouched vouched;
    vouched.claim.membership = domain::Membership{"mod-0123456789abcdef01234567", "SN0001"};
    vouched.claim.evidence = domain::Voucher{"voucher-text"};
    return vouched;
  }
  // The one command of a step that answers nothing yet.
  static Command only(StepResult result) {
    EXPECT_TRUE(result.actions.empty());
    EXPECT_EQ(result.commands.size(), 1U);
    if (result.commands.size() != 1) return {Inspect(), {}};
    return std::move(result.commands[0]);
  }
  // The command that follows once management has vouched.
  Command after_vouching(const std::string& body = "") {
    return only(clerk.answer(clerk.command({kEnroll, body}), vouched()));
  }
  wire::HttpResponse refused_for(domain::Reason reason) {
    domain::Outcome outcome{domain::Refused{reason, {}}, "trail-1", TimePoint()};
    return response_of(clerk.answer(after_vouching(), std::move(outcome)));
  }

  Clerk clerk;
};

TEST_F(AdminEnrolling, AsksManagementToVouchAndProvisioningToRegister) {
  Command first = clerk.command({kEnroll});
  const auto& manage = std::get<Manage>(first.body);
  EXPECT_EQ(manage.caller.token.text(), kToken);
  EXPECT_EQ(manage.caller.source, "192.0.2.1");
  const auto& vouch = std::get<domain::VouchForMember>(manage.command);
  EXPECT_EQ(vouch.scope, "0ne1");
  EXPECT_EQ(vouch.group, "mod-0123456789abcdef01234567");
  EXPECT_EQ(vouch.name, "SN0001");

  Command second = only(clerk.answer(std::move(first), vouched()));
  const auto& provision = std::get<Provision>(second.body);
  const auto& claim = std::get<domain::Register>(provision.command).claim;
  EXPECT_EQ(std::get<domain::Voucher>(claim.evidence).text, "voucher-text");

  const wire::HttpResponse response =
      response_of(clerk.answer(std::move(second), registered_outcome()));
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(header_of(response, "Cache-Control"), "no-store");
  EXPECT_EQ(response.body,
            R"({"deviceId":"dev-1","password":"issued-password-of-24-ch","hub":"hub-1"})");
}

TEST_F(AdminEnrolling, ResetsTheMemberFirstWhenItIsToRegisterAnew) {
  Command second = after_vouching(R"({"reissue":true})");
  auto& manage = std::get<Manage>(second.body);
  EXPECT_EQ(manage.caller.token.text(), kToken);
  EXPECT_EQ(std::get<domain::ResetMember>(manage.command).name, "SN0001");
  Result<domain::ManagementResult> reset = sample_password_member();
  Command third = only(clerk.answer(std::move(second), std::move(reset)));
  EXPECT_TRUE(std::holds_alternative<Provision>(third.body));
  EXPECT_EQ(response_of(clerk.answer(std::move(third), registered_outcome())).status, 200);
  EXPECT_TRUE(std::holds_alternative<Provision>(after_vouching(R"({"reissue":false})").body));
}

TEST_F(AdminEnrolling, WhatManagementRefusesIsTheAnswer) {
  Error error{ErrorKind::kConflict, "member 'SN0001' is disabled", "enable it first"};
  Result<domain::ManagementResult> failed = Fail(error);
  const wire::HttpResponse response =
      response_of(clerk.answer(clerk.command({kEnroll}), std::move(failed)));
  EXPECT_EQ(response.status, 409);
  EXPECT_EQ(json_of(response).at("detail").as_string(), "member 'SN0001' is disabled");

  Result<domain::ManagementResult> gone = Fail(ErrorKind::kUnavailable, "the store is away", "");
  Command reset = after_vouching(R"({"reissue":true})");
  EXPECT_EQ(response_of(clerk.answer(std::move(reset), std::move(gone))).status, 503);
}

TEST_F(AdminEnrolling, ARegisteredMemberIsAConflictThatNamesTheWayOut) {
  const wire::HttpResponse response = refused_for(domain::Reason::kAlreadyRegistered);
  EXPECT_EQ(response.status, 409);
  const auto json = json_of(response);
  EXPECT_EQ(json.at("detail").as_string(),
            "member 'SN0001' of group 'mod-0123456789abcdef01234567' is registered already, and "
            "what its device has is good");
  const std::string mend = json.at("mend").as_string().c_str();
  EXPECT_NE(mend.find("--reissue"), std::string::npos) << mend;
  EXPECT_NE(mend.find("(trail trail-1)"), std::string::npos) << mend;
}

TEST_F(AdminEnrolling, EveryReasonHasAnAnswerThatSaysWhatToDoOrNamesIt) {
  for (const domain::Reason reason : domain::kReasons) {
    const wire::HttpResponse response = refused_for(reason);
    EXPECT_GE(response.status, 400) << to_string(reason);
    const auto json = json_of(response);
    const std::string detail = json.at("detail").as_string().c_str();
    const bool named = detail.find(to_string(reason)) != std::string::npos;
    EXPECT_EQ(response.status == 500, named) << detail;
  }
  EXPECT_EQ(refused_for(domain::Reason::kMemberUnknown).status, 404);
  EXPECT_EQ(refused_for(domain::Reason::kTooManyAttempts).status, 429);
  EXPECT_EQ(refused_for(domain::Reason::kStoreUnavailable).status, 503);
  EXPECT_EQ(refused_for(domain::Reason::kNoHub).status, 409);
}

TEST_F(AdminEnrolling, AnAnswerThatDoesNotFitIsAnErrorOfOurs) {
  domain::Outcome nothing{domain::Accepted(), "trail-1", TimePoint()};
  EXPECT_EQ(response_of(clerk.answer(after_vouching(), std::move(nothing))).status, 500);
  domain::Outcome state{domain::CurrentState(), "trail-1", TimePoint()};
  EXPECT_EQ(response_of(clerk.answer(after_vouching(), std::move(state))).status, 500);
  Result<domain::ManagementResult> early = sample_password_member();
  EXPECT_EQ(response_of(clerk.answer(clerk.command({kEnroll}), std::move(early))).status, 500);
  Result<domain::ManagementResult> other = sample_scope();
  EXPECT_EQ(response_of(clerk.answer(clerk.command({kEnroll}), std::move(other))).status, 500);
  EXPECT_EQ(response_of(clerk.answer(clerk.command({kEnroll}), Inspection())).status, 500);
}

TEST_F(AdminEnrolling, TheBodyMayBeLeftOutAndIsCheckedWhenItIsThere) {
  EXPECT_EQ(clerk.refused({kEnroll, R"({"reisue":true})"}).status, 400);
  EXPECT_EQ(clerk.refused({kEnroll, R"({"reissue":1})"}).status, 400);
  EXPECT_EQ(clerk.refused({kEnroll, "[]"}).status, 400);
  Ask anonymous{kEnroll};
  anonymous.with_token = false;
  EXPECT_EQ(clerk.refused(anonymous).status, 401);
}

}  // namespace
}  // namespace berth::dialects::admin::testing
