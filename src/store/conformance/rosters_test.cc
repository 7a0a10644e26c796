// Groups with a product secret and their rosters, as operators see and change them.
#include "store/conformance/members.h"

namespace berth::store::conformance {
namespace {

using domain::MemberAdding;
using management::MustBeVersion;
using management::MustExist;
using management::MustNotExist;
using testing::ElementsAre;

class Rosters : public MemberSuite {
 protected:
  Result<std::uint64_t> put(std::string_view name, bool enabled,
                            management::Expectation expectation = MustExist{}) {
    domain::Member record = make_member(name);
    record.enabled = enabled;
    record.updated_at = at(777);
    return apply(management::PutMember{record}, expectation);
  }
  std::vector<std::string> page(domain::Page page, std::string* next = nullptr) {
    const auto listing = wait(catalog().list_members(kScope.text(), kProduct.key(), page));
    EXPECT_THAT(listing, Succeeds());
    std::vector<std::string> names;
    if (!listing) return names;
    for (const domain::MemberView& view : listing->items) names.push_back(view.member.name.text());
    if (next != nullptr) *next = listing->next_cursor;
    return names;
  }
};

TEST_P(Rosters, GroupKeepsEveryFieldOfItsProductSecretAndTopics) {
  domain::Enrollment in = make_product(domain::EnrollmentId::trusted("Other00001"));
  domain::ProductSecret secret = make_product_secret();
  secret.previous = domain::Sealed{{1, 2, 3}};
  secret.previous_until = at(5000);
  secret.retired.push_back({{{9, 9}}, domain::KeySlot::kPrimary, at(44)});
  secret.issues = domain::CredentialKind::kCertificate;
  secret.admits = domain::Admits::kAnybody;
  secret.created_max = 77;
  secret.reissue = domain::Reissue::kSame;
  secret.clock_window = std::chrono::seconds(300);
  secret.replay_window = std::chrono::seconds(600);
  in.attestation = secret;
  ASSERT_THAT(create(management::PutEnrollment{in}), Succeeds());
  const auto out =
      wait(catalog().get_enrollment(kScope.text(), domain::EnrollmentKind::kGroup, in.id.key()));
  ASSERT_THAT(out, Succeeds());
  EXPECT_EQ(out->topics, in.topics);
  const auto* kept = std::get_if<domain::ProductSecret>(&out->attestation);
  ASSERT_NE(kept, nullptr);
  EXPECT_EQ(kept->current, secret.current);
  EXPECT_EQ(kept->previous, secret.previous);
  EXPECT_EQ(kept->previous_until, secret.previous_until);
  ASSERT_EQ(kept->retired.size(), 1U);
  EXPECT_EQ(kept->retired[0].key, secret.retired[0].key);
  EXPECT_EQ(kept->retired[0].retired_at, at(44));
  EXPECT_EQ(kept->issues, secret.issues);
  EXPECT_EQ(kept->admits, secret.admits);
  EXPECT_EQ(kept->created_max, secret.created_max);
  EXPECT_EQ(kept->reissue, secret.reissue);
  EXPECT_EQ(kept->clock_window, secret.clock_window);
  EXPECT_EQ(kept->replay_window, secret.replay_window);
}

TEST_P(Rosters, AddsNamesThatAreNewAndSaysWhichWereThere) {
  EXPECT_EQ(add({"dev-2", "dev-1"}).value(),
            (std::vector{MemberAdding::kAdded, MemberAdding::kAdded}));
  EXPECT_EQ(add({"dev-3", "dev-1", "dev-3", "DEV-1"}).value(),
            (std::vector{MemberAdding::kAdded, MemberAdding::kPresent, MemberAdding::kPresent,
                         MemberAdding::kAdded}));
  EXPECT_THAT(listed(), ElementsAre("DEV-1", "dev-1", "dev-2", "dev-3"));
  const auto view = member("dev-1");
  ASSERT_THAT(view, Succeeds());
  EXPECT_EQ(view->member.scope, kScope);
  EXPECT_EQ(view->member.group, kProduct);
  EXPECT_TRUE(view->member.enabled);
  EXPECT_FALSE(view->member.requested);
  EXPECT_EQ(view->member.created_at, at(150));
  EXPECT_EQ(view->member.updated_at, at(150));
  EXPECT_EQ(view->member.version, 1U);
  EXPECT_FALSE(view->registration);
}

TEST_P(Rosters, AddingLeavesOneAuditRecord) {
  ASSERT_THAT(add({"a", "b", "c"}), Succeeds());
  const auto audit = wait(catalog().list_audit(kScope.text(), {}));
  ASSERT_THAT(audit, Succeeds());
  EXPECT_EQ(audit->items.front().action, "member.add");
  EXPECT_NE(audit->items[1].action, "member.add");
}

TEST_P(Rosters, AddingNeedsAGroupWithAProductSecret) {
  EXPECT_THAT(add({"a"}, domain::EnrollmentId::trusted("nobody")), FailsWith(ErrorKind::kNotFound));
  EXPECT_THAT(add({"a"}, domain::EnrollmentId::trusted("Line-7")), FailsWith(ErrorKind::kNotFound));
  EXPECT_THAT(add({"a"}, kProduct, kOtherScope), FailsWith(ErrorKind::kNotFound));
}

TEST_P(Rosters, AddsUntilTheRosterIsFull) {
  ASSERT_THAT(add({"dev-1"}), Succeeds());
  script("UPDATE rosters SET listed = 199999");
  EXPECT_EQ(add({"dev-2", "dev-3", "dev-1"}).value(),
            (std::vector{MemberAdding::kAdded, MemberAdding::kFull, MemberAdding::kPresent}));
  EXPECT_THAT(listed(), ElementsAre("dev-1", "dev-2"));
  domain::Device device = make_identity(member_id("dev-4").text());
  device.group = kProduct;
  EXPECT_THAT(create(management::PutDevice{device, make_member("dev-4")}),
              FailsWith(ErrorKind::kTooMany));
  ASSERT_THAT(remove_member("dev-1"), Succeeds());
  EXPECT_EQ(add({"dev-3"}).value(), (std::vector{MemberAdding::kAdded}));
}

TEST_P(Rosters, ThoseWhoAddAtTheSameTimeAllCount) {
  script("UPDATE rosters SET listed = 199990");
  std::vector<std::function<void()>> works;
  for (const char* who : {"a", "b", "c", "d"}) {
    works.emplace_back([this, who] {
      for (int number = 0; number < 5; ++number) {
        EXPECT_THAT(add({"same", who + std::to_string(number)}), Succeeds());
      }
    });
  }
  together(works);
  EXPECT_EQ(listed().size(), 10U);
}

TEST_P(Rosters, MembersAreListedInPagesWithTheirRegistrations) {
  ASSERT_THAT(add({"c", "a", "b", "d"}), Succeeds());
  ASSERT_THAT(commit(make_member_assignment("b")), Succeeds());
  std::string next;
  EXPECT_THAT(page({"", 3}, &next), ElementsAre("a", "b", "c"));
  EXPECT_THAT(page({next, 3}, &next), ElementsAre("d"));
  EXPECT_TRUE(next.empty());
  const auto listing = wait(catalog().list_members(kScope.text(), kProduct.key(), {}));
  ASSERT_THAT(listing, Succeeds());
  EXPECT_FALSE(listing->items[0].registration);
  ASSERT_TRUE(listing->items[1].registration);
  EXPECT_EQ(listing->items[1].registration->id.text(), "S3EUVBRJLBb");
  EXPECT_EQ(listing->items[1].registration->member->text(), "b");
  EXPECT_THAT(wait(catalog().list_members(kScope.text(), kProduct.key(), {"zz", 3})),
              FailsWith(ErrorKind::kInvalid));
}

TEST_P(Rosters, PartsOfARosterAreReadInOrder) {
  ASSERT_THAT(add({"c", "a", "b"}), Succeeds());
  const auto part = wait(registrations().roster(kScope, kProduct, "a", 1));
  ASSERT_THAT(part, Succeeds());
  ASSERT_EQ(part->size(), 1U);
  EXPECT_EQ(part->front().name.text(), "b");
  EXPECT_EQ(part->front().group, kProduct);
  EXPECT_TRUE(wait(registrations().roster(kOtherScope, kProduct, "", 9))->empty());
}

TEST_P(Rosters, MembersOfTheSameLettersAreNotMistakenForEachOther) {
  ASSERT_THAT(add({"dev", "DEV"}), Succeeds());
  ASSERT_THAT(commit(make_member_assignment("dev")), Succeeds());
  EXPECT_TRUE(member("dev")->registration);
  EXPECT_FALSE(member("DEV")->registration);
  ASSERT_THAT(remove_member("DEV"), Succeeds());
  EXPECT_TRUE(member("dev")->registration);
  EXPECT_TRUE(connecting("dev").device);
}

TEST_P(Rosters, UnknownMembersAreNotFound) {
  ASSERT_THAT(add({"dev-1"}), Succeeds());
  EXPECT_THAT(member("dev-2"), FailsWith(ErrorKind::kNotFound));
  EXPECT_THAT(member("DEV-1"), FailsWith(ErrorKind::kNotFound));
  EXPECT_THAT(wait(catalog().get_member(kScope.text(), "other", "dev-1")),
              FailsWith(ErrorKind::kNotFound));
  EXPECT_THAT(put("dev-2", false), FailsWith(ErrorKind::kNotFound));
  EXPECT_THAT(remove_member("dev-2"), FailsWith(ErrorKind::kNotFound));
}

TEST_P(Rosters, SwitchingAMemberSwitchesItsIdentity) {
  register_member("dev-1");
  const auto switched = put("dev-1", false, MustBeVersion{1});
  ASSERT_THAT(switched, Succeeds());
  EXPECT_EQ(*switched, 2U);
  EXPECT_FALSE(member("dev-1")->member.enabled);
  EXPECT_EQ(member("dev-1")->member.updated_at, at(777));
  const hub::Dossier off = connecting("dev-1");
  ASSERT_TRUE(off.device);
  EXPECT_FALSE(off.device->enabled);
  EXPECT_EQ(off.device->version, 2U);
  EXPECT_TRUE(off.device->awaits_activation);
  EXPECT_THAT(put("dev-1", true, MustBeVersion{1}), FailsWith(ErrorKind::kPreconditionFailed));
  ASSERT_THAT(put("dev-1", true), Succeeds());
  EXPECT_TRUE(connecting("dev-1").device->enabled);
  ASSERT_THAT(put("dev-1", true), Succeeds());
  EXPECT_EQ(connecting("dev-1").device->version, 3U);
}

TEST_P(Rosters, SwitchingAMemberSwitchesWhatAnOperatorMadeForIt) {
  domain::Device device = make_identity(member_id("dev-1").text());
  device.group = kProduct;
  ASSERT_THAT(create(management::PutDevice{device, make_member("dev-1")}), Succeeds());
  ASSERT_THAT(put("dev-1", false), Succeeds());
  EXPECT_FALSE(connecting("dev-1").device->enabled);
  ASSERT_THAT(remove_member("dev-1"), Succeeds());
  EXPECT_FALSE(connecting("dev-1").device);
}

TEST_P(Rosters, MemberIsPutOnTheRosterOnce) {
  EXPECT_THAT(put("dev-1", false, MustNotExist{}), Succeeds());
  EXPECT_FALSE(member("dev-1")->member.enabled);
  EXPECT_THAT(put("dev-1", false, MustNotExist{}), FailsWith(ErrorKind::kConflict));
}

TEST_P(Rosters, RemovedMemberTakesItsRegistrationAndIdentityAlong) {
  register_member("dev-1");
  register_member("dev-2");
  leave_traces(member_id("dev-1").text());
  ASSERT_THAT(remove_member("dev-1"), Succeeds());
  EXPECT_THAT(listed(), ElementsAre("dev-2"));
  EXPECT_THAT(wait(catalog().get_registration(kScope.text(), member_id("dev-1").key())),
              FailsWith(ErrorKind::kNotFound));
  EXPECT_EQ(traces(member_id("dev-1").text()), "");
  EXPECT_TRUE(connecting("dev-2").device);
  EXPECT_TRUE(member("dev-2")->registration);
}

TEST_P(Rosters, RemovalHeedsTheVersion) {
  ASSERT_THAT(add({"dev-1"}), Succeeds());
  ASSERT_THAT(put("dev-1", true), Succeeds());
  const management::RemoveMember removal{kScope, kProduct, make_member("dev-1").name};
  EXPECT_THAT(apply(removal, MustBeVersion{1}), FailsWith(ErrorKind::kPreconditionFailed));
  EXPECT_THAT(listed(), ElementsAre("dev-1"));
  EXPECT_THAT(apply(removal, MustBeVersion{2}), Succeeds());
  EXPECT_THAT(listed(), ElementsAre());
}

TEST_P(Rosters, RemovedGroupTakesItsRosterAlong) {
  register_member("dev-1");
  const domain::EnrollmentRef ref{domain::EnrollmentKind::kGroup, kProduct};
  ASSERT_THAT(apply(management::RemoveEnrollment{kScope, ref}, MustExist{}), Succeeds());
  EXPECT_THAT(listed(), ElementsAre());
  EXPECT_THAT(add({"dev-2"}), FailsWith(ErrorKind::kNotFound));
  ASSERT_THAT(create(management::PutEnrollment{make_product()}), Succeeds());
  EXPECT_THAT(listed(), ElementsAre());
  EXPECT_EQ(add({"dev-1"}).value(), (std::vector{MemberAdding::kAdded}));
}

TEST_P(Rosters, ChangedGroupKeepsItsRoster) {
  ASSERT_THAT(add({"dev-1"}), Succeeds());
  domain::Enrollment changed = make_product();
  changed.enabled = false;
  ASSERT_THAT(apply(management::PutEnrollment{changed}, MustExist{}), Succeeds());
  EXPECT_THAT(listed(), ElementsAre("dev-1"));
  EXPECT_EQ(add({"dev-1"}).value(), (std::vector{MemberAdding::kPresent}));
}

TEST_P(Rosters, ResetForgetsActivationAndAnsweredRequestsOnly) {
  ASSERT_THAT(add({"dev-1"}), Succeeds());
  auto assignment = make_member_assignment("dev-1");
  assignment->registration.answered = {{"123", 1'700'000'000, at(200)}};
  ASSERT_THAT(commit(std::move(assignment)), Succeeds());
  ASSERT_THAT(activate("dev-1", 1), Succeeds());
  const auto id = domain::RegistrationId::trusted(member_id("dev-1").text());
  ASSERT_THAT(apply(management::ResetActivation{kScope, id}, MustExist{}), Succeeds());
  const provisioning::Dossier found = member_dossier("dev-1");
  ASSERT_TRUE(found.current);
  EXPECT_FALSE(found.current->activated_at);
  EXPECT_TRUE(found.current->answered.empty());
  EXPECT_EQ(found.current->version, 3U);
  EXPECT_EQ(found.current->member, make_member("dev-1").name);
  EXPECT_EQ(connecting("dev-1").device->version, 2U);
  const auto unknown = domain::RegistrationId::trusted("nobody");
  EXPECT_THAT(apply(management::ResetActivation{kScope, unknown}, MustExist{}),
              FailsWith(ErrorKind::kNotFound));
  EXPECT_THAT(apply(management::ResetActivation{kScope, unknown}, management::Whatever{}),
              FailsWith(ErrorKind::kNotFound));
}

TEST_P(Rosters, RegistrationThatIsHandedToAnotherGroupIsNoMembersAnyMore) {
  register_member("dev-1");
  const auto id = domain::RegistrationId::trusted(member_id("dev-1").text());
  const domain::EnrollmentRef other{domain::EnrollmentKind::kGroup,
                                    domain::EnrollmentId::trusted("Line-7")};
  ASSERT_THAT(apply(management::PutRegistrationOwner{kScope, id, other}, MustExist{}), Succeeds());
  EXPECT_FALSE(member("dev-1")->registration);
  const provisioning::Dossier found = member_dossier("dev-1");
  ASSERT_TRUE(found.current && found.owner_group && found.named_group);
  EXPECT_FALSE(found.current->member);
  EXPECT_EQ(found.owner_group->id.text(), "Line-7");
  EXPECT_EQ(found.named_group->id, kProduct);
}

TEST_P(Rosters, DeviceMadeByHandListsItsMemberOnce) {
  domain::Device device = make_identity(member_id("dev-1").text());
  device.group = kProduct;
  ASSERT_THAT(create(management::PutDevice{device, make_member("dev-1")}), Succeeds());
  EXPECT_THAT(listed(), ElementsAre("dev-1"));
  device.display_name = "renamed";
  ASSERT_THAT(apply(management::PutDevice{device, make_member("dev-1")}, MustExist{}), Succeeds());
  EXPECT_THAT(listed(), ElementsAre("dev-1"));
  EXPECT_EQ(member("dev-1")->member.version, 1U);
  device.id = member_id("dev-2");
  domain::Member stranger = make_member("dev-2");
  stranger.group = domain::EnrollmentId::trusted("nobody");
  EXPECT_THAT(create(management::PutDevice{device, stranger}), FailsWith(ErrorKind::kNotFound));
  EXPECT_THAT(wait(catalog().get_device(kHub.text(), device.id.text())),
              FailsWith(ErrorKind::kNotFound));
}

TEST_P(Rosters, DeviceThatCannotBeMadeListsNobody) {
  ASSERT_THAT(create(management::PutDevice{make_identity(member_id("dev-1").text())}), Succeeds());
  domain::Device device = make_identity(member_id("dev-1").text());
  device.group = kProduct;
  EXPECT_THAT(create(management::PutDevice{device, make_member("dev-1")}),
              FailsWith(ErrorKind::kConflict));
  EXPECT_THAT(listed(), ElementsAre());
}

TEST_P(Rosters, MembersIdIsThereOnceAmongTheMembersOfAllHubs) {
  ASSERT_THAT(create(management::PutHub{make_hub(kOtherHub)}), Succeeds());
  register_member("dev-1");
  domain::Device device = make_identity(member_id("dev-1").text(), kOtherHub);
  EXPECT_THAT(create(management::PutDevice{device}), Succeeds());
  device.group = kProduct;
  EXPECT_THAT(apply(management::PutDevice{device}, MustExist{}), Succeeds());
  EXPECT_EQ(connecting("dev-1").device->hub, kHub);  // the group of an identity does not change
  ASSERT_THAT(apply(management::RemoveDevice{kOtherHub, device.id}, MustExist{}), Succeeds());
  EXPECT_THAT(create(management::PutDevice{device}), FailsWith(ErrorKind::kConflict));
}

BERTH_CONFORMANCE(Rosters);

}  // namespace
}  // namespace berth::store::conformance
