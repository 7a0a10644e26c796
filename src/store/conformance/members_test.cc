// How members of groups register: the reads of identify, and the one write of an attempt.
#include "store/conformance/members.h"

#include <atomic>

namespace berth::store::conformance {
namespace {

using management::MustExist;
using testing::AnyOf;
using testing::ElementsAre;
using testing::StartsWith;

class Members : public MemberSuite {
 protected:
  void disable(std::string_view name) {
    domain::Member record = make_member(name);
    record.enabled = false;
    ASSERT_THAT(apply(management::PutMember{record}, MustExist{}), Succeeds());
  }
  // Registers under that other hub from now on.
  std::unique_ptr<provisioning::Assignment> moving(std::string_view name, bool keeps_twin) {
    auto assignment = again(name);
    assignment->registration.hub = kOtherHub;
    assignment->device->hub = kOtherHub;
    assignment->keeps_twin = keeps_twin;
    return assignment;
  }
};

TEST_P(Members, DossierOfAnUnknownGroupIsEmpty) {
  for (const std::string& weird :
       {std::string("nobody"), std::string("line-7"), std::string(), std::string("a\0b", 3),
        std::string("\xff\xfe"), std::string(4000, 'x'), std::string("S3EUVBRJLB")}) {
    const provisioning::Dossier found = member_dossier("dev-1", weird);
    EXPECT_FALSE(found.scope || found.named_group || found.member || found.current);
    EXPECT_EQ(found.catalog_version, 0U);
  }
}

TEST_P(Members, DossierOfANameThatIsNotListedHoldsTheGroup) {
  for (const std::string& weird : {std::string("dev-1"), std::string(), std::string("\n"),
                                   std::string(4000, 'x'), std::string("%")}) {
    const provisioning::Dossier found = member_dossier(weird);
    ASSERT_TRUE(found.scope && found.named_group);
    EXPECT_EQ(found.scope->id, kScope);
    EXPECT_EQ(found.named_group->id, kProduct);
    EXPECT_EQ(found.catalog_version, catalog_version());
    EXPECT_FALSE(found.member || found.current || found.owner_group || found.individual);
  }
  EXPECT_FALSE(member_dossier(std::string("\xff\xfe")).scope);
}

TEST_P(Members, DossierHoldsTheLineOfTheRosterAndTheRegistration) {
  register_member("Dev-1");
  ASSERT_THAT(create(management::PutEnrollment{make_individual(member_id("Dev-1").text())}),
              Succeeds());
  const provisioning::Dossier found = member_dossier("Dev-1");
  ASSERT_TRUE(found.member && found.current && found.owner_group && found.named_group);
  EXPECT_EQ(found.member->group, kProduct);
  EXPECT_EQ(found.member->name.text(), "Dev-1");
  EXPECT_EQ(found.current->member, found.member->name);
  EXPECT_EQ(found.owner_group->id, kProduct);
  EXPECT_FALSE(found.individual);
  const provisioning::Dossier other = member_dossier("dev-1");
  EXPECT_FALSE(other.member);
  ASSERT_TRUE(other.current);  // the ids of registrations ignore case
  EXPECT_EQ(other.current->member->text(), "Dev-1");
}

TEST_P(Members, CommitKeepsEveryFieldOfAMember) {
  ASSERT_THAT(add({"dev-1"}), Succeeds());
  auto assignment = make_member_assignment("dev-1");
  assignment->registration.activated_at = at(250);
  assignment->registration.answered = {{"99", 1'700'000'100, at(240)}, {"", 0, at(230)}};
  assignment->device->certificate = {{1, 2, 255}, "S3EUVBRJLBdev-1", at(1), at(2)};
  assignment->device->retired_certificates = {{{3, 4}, at(5)}};
  const domain::Registration registration = assignment->registration;
  const domain::Device device = *assignment->device;
  ASSERT_THAT(commit(std::move(assignment)), Succeeds());
  const auto stored = member_dossier("dev-1").current;
  ASSERT_TRUE(stored);
  EXPECT_EQ(stored->member, registration.member);
  EXPECT_EQ(stored->activated_at, registration.activated_at);
  ASSERT_EQ(stored->answered.size(), 2U);
  EXPECT_EQ(stored->answered[0].nonce, "99");
  EXPECT_EQ(stored->answered[0].made_at_seconds, 1'700'000'100);
  EXPECT_EQ(stored->answered[0].at, at(240));
  EXPECT_EQ(stored->answered[1].nonce, "");
  const auto kept = wait(registrations().find_device(kHub, device.id));
  ASSERT_TRUE(kept && *kept);
  EXPECT_EQ((*kept)->certificate, device.certificate);
  ASSERT_EQ((*kept)->retired_certificates.size(), 1U);
  EXPECT_EQ((*kept)->retired_certificates[0].sha256, device.retired_certificates[0].sha256);
  EXPECT_EQ((*kept)->retired_certificates[0].retired_at, at(5));
  EXPECT_EQ((*kept)->group, kProduct);
  EXPECT_TRUE((*kept)->awaits_activation);
}

TEST_P(Members, RequestListsItsMember) {
  ASSERT_THAT(commit(make_request("dev-1")), Succeeds());
  const auto view = member("dev-1");
  ASSERT_THAT(view, Succeeds());
  EXPECT_TRUE(view->member.requested);
  EXPECT_TRUE(view->member.enabled);
  EXPECT_EQ(view->member.version, 1U);
  ASSERT_TRUE(view->registration);
  EXPECT_EQ(view->registration->device_id, member_id("dev-1"));
}

TEST_P(Members, RequestsListNoMoreThanTheirBound) {
  ASSERT_THAT(add({"ours-1", "ours-2"}), Succeeds());
  ASSERT_THAT(commit(make_request("dev-1", 2)), Succeeds());
  ASSERT_THAT(commit(make_request("dev-2", 2)), Succeeds());
  auto one_too_many = make_request("dev-3", 2);
  const std::string trail = one_too_many->trail.id;
  const auto refused = commit(std::move(one_too_many));
  EXPECT_THAT(refused, FailsWith(ErrorKind::kConflict));
  EXPECT_THAT(error_of(refused).what, StartsWith(provisioning::kMembersExhaustedWord));
  EXPECT_THAT(listed(), ElementsAre("dev-1", "dev-2", "ours-1", "ours-2"));
  EXPECT_FALSE(member_dossier("dev-3").current);
  EXPECT_FALSE(connecting("dev-3").device);
  ASSERT_THAT(remove_member("ours-1"), Succeeds());
  EXPECT_THAT(commit(make_request("dev-3", 2)), FailsWith(ErrorKind::kConflict));
  ASSERT_THAT(remove_member("dev-1"), Succeeds());
  EXPECT_THAT(commit(make_request("dev-3", 2)), Succeeds());
}

TEST_P(Members, RequestsListNoMoreThanTheRosterHolds) {
  script("UPDATE rosters SET listed = 200000");
  const auto refused = commit(make_request("dev-1"));
  EXPECT_THAT(error_of(refused).what, StartsWith(provisioning::kMembersExhaustedWord));
}

TEST_P(Members, RequestForWhatWasListedMeanwhileDecidesAgain) {
  ASSERT_THAT(add({"dev-1"}), Succeeds());
  for (const std::uint32_t bound : {10U, 0U}) {
    const auto lost = commit(make_request("dev-1", bound));
    EXPECT_THAT(error_of(lost).what, StartsWith(provisioning::kLostRaceWord));
  }
  EXPECT_FALSE(member("dev-1")->member.requested);
  script("UPDATE rosters SET requested = requested + 9");  // the lost ones have taken no place
  EXPECT_THAT(commit(make_request("dev-2")), Succeeds());
}

TEST_P(Members, RequestForAGroupThatWasRemovedDecidesAgain) {
  const domain::EnrollmentRef ref{domain::EnrollmentKind::kGroup, kProduct};
  ASSERT_THAT(apply(management::RemoveEnrollment{kScope, ref}, MustExist{}), Succeeds());
  const auto lost = commit(make_request("dev-1"));
  EXPECT_THAT(error_of(lost).what, StartsWith(provisioning::kLostRaceWord));
  ASSERT_THAT(create(management::PutEnrollment{make_product()}), Succeeds());
  EXPECT_THAT(listed(), ElementsAre());
}

TEST_P(Members, WhatLosesItsRaceListsNobody) {
  auto assignment = make_request("dev-1");
  assignment->expected_version = 7;
  EXPECT_THAT(commit(std::move(assignment)), FailsWith(ErrorKind::kConflict));
  EXPECT_THAT(listed(), ElementsAre());
  EXPECT_THAT(commit(make_request("dev-1", 1)), Succeeds());
}

TEST_P(Members, MemberThatWasRemovedOrSwitchedOffMeanwhileDecidesAgain) {
  const auto removed = commit(make_member_assignment("dev-1"));
  EXPECT_THAT(error_of(removed).what, StartsWith(provisioning::kLostRaceWord));
  ASSERT_THAT(add({"dev-1"}), Succeeds());
  disable("dev-1");
  const auto off = commit(make_member_assignment("dev-1"));
  EXPECT_THAT(error_of(off).what, StartsWith(provisioning::kLostRaceWord));
  EXPECT_FALSE(connecting("dev-1").device);
}

TEST_P(Members, FailedFirstAttemptIsItsMembersAndGoesWithIt) {
  ASSERT_THAT(add({"dev-1", "DEV-1"}), Succeeds());
  auto failed = make_member_assignment("dev-1");
  failed->registration.member.reset();
  failed->registration.status = domain::RegistrationStatus::kFailed;
  failed->registration.hub = {};
  failed->registration.device_id = {};
  failed->device.reset();
  ASSERT_THAT(commit(std::move(failed)), Succeeds());
  EXPECT_FALSE(member("DEV-1")->registration);
  ASSERT_TRUE(member("dev-1")->registration);
  ASSERT_THAT(remove_member("dev-1"), Succeeds());
  EXPECT_FALSE(member_dossier("dev-1").current);
}

TEST_P(Members, ReRegistrationAwaitsItsActivationAgainAndKeepsTheTwin) {
  register_member("dev-1");
  leave_traces(member_id("dev-1").text());
  ASSERT_THAT(activate("dev-1", 1), Succeeds());
  auto assignment = again("dev-1");
  assignment->keeps_twin = true;
  ASSERT_THAT(commit(std::move(assignment)), Succeeds());
  const hub::Dossier found = connecting("dev-1");
  EXPECT_TRUE(found.device->awaits_activation);
  EXPECT_EQ(traces(member_id("dev-1").text()), "device twin session connection messages ");
}

TEST_P(Members, MemberThatMovesIsFoundAtItsNewHubOnly) {
  ASSERT_THAT(create(management::PutHub{make_hub(kOtherHub)}), Succeeds());
  register_member("dev-1");
  leave_traces(member_id("dev-1").text());
  ASSERT_THAT(commit(moving("dev-1", true)), Succeeds());
  const hub::Dossier found = connecting("dev-1");
  ASSERT_TRUE(found.device && found.group);
  EXPECT_EQ(found.device->hub, kOtherHub);
  EXPECT_EQ(traces(member_id("dev-1").text()), "");
  EXPECT_EQ(traces(member_id("dev-1").text(), kOtherHub), "device twin ");
}

TEST_P(Members, IdOfAnotherScopesMemberIsTaken) {
  ASSERT_THAT(create(management::PutScope{make_scope(kOtherScope)}), Succeeds());
  ASSERT_THAT(create(management::PutHub{make_hub(kOtherHub)}), Succeeds());
  const auto longer = domain::EnrollmentId::trusted("S3EUVBRJLBdev");
  make_older_product(longer, kOtherScope);
  register_member("dev-1");
  ASSERT_THAT(add({"-1"}, longer, kOtherScope), Succeeds());
  auto same = make_member_assignment("dev-1");
  same->registration.scope = kOtherScope;
  same->registration.enrollment.id = longer;
  same->registration.member = domain::MemberName::trusted("-1");
  same->registration.hub = kOtherHub;
  same->device->hub = kOtherHub;
  same->device->scope = kOtherScope;
  same->device->group = longer;
  const auto taken = commit(std::move(same));
  EXPECT_THAT(error_of(taken).what, StartsWith(provisioning::kDeviceIdTakenWord));
  EXPECT_EQ(connecting("dev-1").device->hub, kHub);
}

TEST_P(Members, OtherDevicesOfThatIdAreNotInTheWay) {
  ASSERT_THAT(create(management::PutHub{make_hub(kOtherHub)}), Succeeds());
  const domain::Device other = make_identity(member_id("dev-1").text(), kOtherHub);
  ASSERT_THAT(create(management::PutDevice{other}), Succeeds());
  register_member("dev-1");
  EXPECT_EQ(connecting("dev-1").device->hub, kHub);
}

TEST_P(Members, OfEqualRequestsAtTheSameTimeOneIsListed) {
  std::atomic<int> winners{0};
  const auto request_all = [&] {
    for (int device = 0; device < 10; ++device) {
      const auto stored = commit(make_request("dev-" + std::to_string(device), 5));
      if (stored) ++winners;
      EXPECT_THAT(stored ? "none" : error_of(stored).what,
                  AnyOf("none", StartsWith(provisioning::kLostRaceWord),
                        StartsWith(provisioning::kMembersExhaustedWord)));
    }
  };
  together({request_all, request_all, request_all, request_all});
  EXPECT_EQ(winners, 5);
  EXPECT_EQ(listed().size(), 5U);
}

TEST_P(Members, RemovalAndRegistrationAtTheSameTimeLeaveAllOrNothing) {
  for (int round = 0; round < 20; ++round) {
    const std::string name = "dev-" + std::to_string(round);
    ASSERT_THAT(add({name}), Succeeds());
    together({[&] { static_cast<void>(commit(make_member_assignment(name))); },
              [&] { EXPECT_THAT(remove_member(name), Succeeds()); }});
    EXPECT_FALSE(member_dossier(name).current);
    EXPECT_FALSE(connecting(name).device);
  }
}

TEST_P(Members, SwitchingOffAndRegisteringAtTheSameTimeLeavesItOff) {
  for (int round = 0; round < 20; ++round) {
    const std::string name = "dev-" + std::to_string(round);
    ASSERT_THAT(add({name}), Succeeds());
    together(
        {[&] { static_cast<void>(commit(make_member_assignment(name))); }, [&] { disable(name); }});
    const hub::Dossier found = connecting(name);
    EXPECT_FALSE(found.device && found.device->enabled);
  }
}

BERTH_CONFORMANCE(Members);

}  // namespace
}  // namespace berth::store::conformance
