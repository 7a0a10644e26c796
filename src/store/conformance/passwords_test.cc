// Groups whose members have passwords: what is kept of them, wrong guesses, and what is void.
#include "store/conformance/passwords.h"

#include <atomic>

namespace berth::store::conformance {
namespace {

using domain::Guesses;
using domain::MemberAdding;
using domain::PasswordUse;
using management::MustBeVersion;
using management::MustExist;
using testing::ElementsAre;

class Passwords : public PasswordSuite {
 protected:
  void register_thing(std::string_view name) { ASSERT_THAT(commit(make_thing(name)), Succeeds()); }
  domain::RegistrationId id_of(std::string_view name) {
    return domain::RegistrationId::trusted(kTemplate.text() + std::string(name));
  }
  std::unique_ptr<provisioning::Assignment> again(std::string_view name) {
    auto assignment = make_thing(name);
    assignment->expected_version =
        member_dossier(std::string(name), kTemplate.key()).current->version;
    return assignment;
  }
  std::optional<domain::Twin> twin(std::string_view device, const domain::HubName& hub = kHub) {
    const auto found = wait(device_store().get_twin(hub, device_id(device)));
    EXPECT_THAT(found, Succeeds());
    return found.value_or(std::nullopt);
  }
};

TEST_P(Passwords, GroupKeepsEveryField) {
  domain::Enrollment in = make_template(domain::EnrollmentId::trusted("mod-full"));
  domain::MemberPasswords passwords;
  passwords.order = domain::DerivationOrder::kNameFirst;
  passwords.device_prefix = "";
  passwords.reissue = domain::Reissue::kNew;
  passwords.guesses_max = 3;
  passwords.lock_time = std::chrono::seconds(7);
  for (const bool derived : {false, true}) {
    if (derived) passwords.derivation_secret = domain::Sealed{{9, 0, 200}};
    in.attestation = passwords;
    ASSERT_THAT(apply(management::PutEnrollment{in}, management::Whatever{}), Succeeds());
    const auto out =
        wait(catalog().get_enrollment(kScope.text(), domain::EnrollmentKind::kGroup, in.id.key()));
    ASSERT_THAT(out, Succeeds());
    const auto* kept = std::get_if<domain::MemberPasswords>(&out->attestation);
    ASSERT_NE(kept, nullptr);
    EXPECT_EQ(kept->derivation_secret, passwords.derivation_secret);
    EXPECT_EQ(kept->order, passwords.order);
    EXPECT_EQ(kept->device_prefix, "");
    EXPECT_EQ(kept->reissue, passwords.reissue);
    EXPECT_EQ(kept->guesses_max, 3U);
    EXPECT_EQ(kept->lock_time, passwords.lock_time);
  }
}

TEST_P(Passwords, GroupIsTheOnlyOneOfItsIdInTheServer) {
  ASSERT_THAT(create(management::PutScope{make_scope(kOtherScope)}), Succeeds());
  EXPECT_THAT(create(management::PutEnrollment{make_template(kTemplate, kOtherScope)}),
              FailsWith(ErrorKind::kConflict));
  EXPECT_THAT(create(management::PutEnrollment{make_product(kTemplate, kOtherScope)}),
              FailsWith(ErrorKind::kConflict));
  EXPECT_THAT(create(management::PutEnrollment{make_group(kTemplate.text(), kOtherScope)}),
              Succeeds());
  EXPECT_EQ(member_dossier("s-1", kTemplate.key()).scope->id, kScope);
}

TEST_P(Passwords, MembersAreListedWithTheirPasswordsAndGivenOthers) {
  const auto added = add_lines({{domain::MemberName::trusted("a"), {1, 2}, {3}},
                                {domain::MemberName::trusted("b"), {}, {}},
                                {domain::MemberName::trusted("s-1"), {8}, {}}});
  ASSERT_THAT(added, Succeeds());
  EXPECT_THAT(*added,
              ElementsAre(MemberAdding::kAdded, MemberAdding::kAdded, MemberAdding::kUpdated));
  EXPECT_EQ(line("a").enroll_password, (base::Bytes{1, 2}));
  EXPECT_EQ(line("a").control_password, (base::Bytes{3}));
  EXPECT_TRUE(line("b").enroll_password.empty());
  EXPECT_EQ(line("s-1").version, 2U);
  const auto once_more = add_lines({{domain::MemberName::trusted("a"), {1, 2}, {}},
                                    {domain::MemberName::trusted("a"), {1, 2}, {4}},
                                    {domain::MemberName::trusted("b"), {}, {}},
                                    {domain::MemberName::trusted("b"), {}, {5, 0, 255}}});
  ASSERT_THAT(once_more, Succeeds());
  EXPECT_THAT(*once_more, ElementsAre(MemberAdding::kPresent, MemberAdding::kUpdated,
                                      MemberAdding::kPresent, MemberAdding::kUpdated));
  EXPECT_EQ(line("a").enroll_password, (base::Bytes{1, 2}));
  EXPECT_EQ(line("a").control_password, (base::Bytes{4}));
  const provisioning::Dossier found = member_dossier("b", kTemplate.key());
  ASSERT_TRUE(found.member);
  EXPECT_EQ(found.member->control_password, (base::Bytes{5, 0, 255}));
}

TEST_P(Passwords, SwitchingAMemberOffLeavesItsPasswordsAndGuessesAlone) {
  ASSERT_THAT(add_lines({{domain::MemberName::trusted("s-1"), {8}, {9}}}), Succeeds());
  ASSERT_THAT(guess("s-1", at(0)), Succeeds());
  domain::Member record = line("s-1");
  record.enabled = false;
  record.enroll_guesses = {};
  ASSERT_THAT(apply(management::PutMember{record}, MustExist{}), Succeeds());
  const domain::Member out = line("s-1");
  EXPECT_FALSE(out.enabled);
  EXPECT_EQ(out.enroll_password, (base::Bytes{8}));
  EXPECT_EQ(out.control_password, (base::Bytes{9}));
  EXPECT_EQ(out.enroll_guesses.wrong, 1U);
}

TEST_P(Passwords, LastOfTheGuessesLocksForAWhile) {
  EXPECT_EQ(*guess("s-1", at(0)), (Guesses{1, {}}));
  EXPECT_EQ(*guess("s-1", at(1)), (Guesses{2, {}}));
  EXPECT_EQ(*guess("s-1", at(2)), (Guesses{3, at(62)}));
  EXPECT_EQ(line("s-1").enroll_guesses, (Guesses{3, at(62)}));
  EXPECT_EQ(line("s-1").version, 1U);
  // While it lasts nothing is counted, and it grows no longer.
  EXPECT_EQ(*guess("s-1", at(30)), (Guesses{3, at(62)}));
  // Over, the count begins anew.
  EXPECT_EQ(*guess("s-1", at(62)), (Guesses{1, {}}));
  EXPECT_EQ(*guess("s-1", at(63)), (Guesses{2, {}}));
  EXPECT_EQ(line("s-1").control_guesses, Guesses());
  EXPECT_EQ(line("s-2").enroll_guesses, Guesses());
  EXPECT_EQ(*guess("s-1", at(0), PasswordUse::kControl, 1), (Guesses{1, at(60)}));
  EXPECT_THAT(guess("nobody", at(0)), FailsWith(ErrorKind::kNotFound));
  EXPECT_THAT(guess("s-1", at(0), PasswordUse::kConnect), FailsWith(ErrorKind::kInvalid));
}

TEST_P(Passwords, NoGuessIsLostAmongManyAtOnce) {
  std::atomic<int> locked_by{0};
  const auto guess_often = [&] {
    for (int i = 0; i < 5; ++i) {
      const auto now = guess("s-1", at(0), PasswordUse::kEnroll, 20);
      ASSERT_THAT(now, Succeeds());
      if (now->locked_until) ++locked_by;
    }
  };
  together({guess_often, guess_often, guess_often, guess_often});
  EXPECT_EQ(line("s-1").enroll_guesses, (Guesses{20, at(60)}));
  EXPECT_EQ(locked_by.load(), 1);
}

TEST_P(Passwords, OperatorLiftsALock) {
  for (const PasswordUse use : {PasswordUse::kEnroll, PasswordUse::kControl}) {
    ASSERT_THAT(guess("s-1", at(0), use, 1), Succeeds());
  }
  const management::ForgetGuesses forget{kScope, kTemplate, domain::MemberName::trusted("s-1")};
  EXPECT_THAT(apply(forget, MustBeVersion{7}), FailsWith(ErrorKind::kPreconditionFailed));
  const auto version = apply(forget, MustExist{});
  ASSERT_THAT(version, Succeeds());
  EXPECT_EQ(*version, 2U);
  EXPECT_EQ(line("s-1").enroll_guesses, Guesses());
  EXPECT_EQ(line("s-1").control_guesses, Guesses());
  const management::ForgetGuesses nobody{kScope, kTemplate, domain::MemberName::trusted("x")};
  EXPECT_THAT(apply(nobody, MustExist{}), FailsWith(ErrorKind::kNotFound));
}

TEST_P(Passwords, RegisteringForgetsTheGuessesOfThatPassword) {
  ASSERT_THAT(guess("s-1", at(0)), Succeeds());
  ASSERT_THAT(guess("s-1", at(0), PasswordUse::kControl), Succeeds());
  auto assignment = make_thing("s-1");
  assignment->forgets_guesses = guessed("s-1");
  ASSERT_THAT(commit(std::move(assignment)), Succeeds());
  EXPECT_EQ(line("s-1").enroll_guesses, Guesses());
  EXPECT_EQ(line("s-1").control_guesses.wrong, 1U);
}

TEST_P(Passwords, OfTwoWhoRegisterOneMemberAtOnceOneWins) {
  std::atomic<int> won{0};
  std::atomic<int> lost{0};
  const auto attempt = [&](std::string_view id) {
    auto assignment = make_thing("s-1");
    assignment->registration.device_id = device_id(id);
    assignment->device->id = device_id(id);
    const auto stored = commit(std::move(assignment));
    if (stored) ++won;
    if (!stored && stored.error().what.starts_with(provisioning::kLostRaceWord)) ++lost;
  };
  together({[&] { attempt("dev-a"); }, [&] { attempt("dev-b"); }});
  EXPECT_EQ(won.load(), 1);
  EXPECT_EQ(lost.load(), 1);
  EXPECT_NE(identity("dev-a").has_value(), identity("dev-b").has_value());
}

TEST_P(Passwords, DeviceKeepsEveryField) {
  auto assignment = make_thing("s-1");
  domain::Device& in = *assignment->device;
  in.password->retired.emplace_back(base::Bytes{7, 8}, at(33));
  in.serial = "s-1";
  in.permissions.reads = std::vector<std::string>{"dev-x", "dev-y"};
  in.permissions.writes = std::vector<std::string>();
  in.permissions.control = domain::ControlAccess::kRead;
  in.permissions.more = R"({"ofp":{}})";
  in.property_links = R"({"a":"b"})";
  const domain::Device expected = in;
  ASSERT_THAT(commit(std::move(assignment)), Succeeds());
  const auto found = identity("dev-s-1");
  ASSERT_TRUE(found && found->registration);
  EXPECT_EQ(found->registration->device_id, expected.id);
  const domain::Device& out = found->device;
  ASSERT_TRUE(out.password);
  EXPECT_EQ(out.password->digest, expected.password->digest);
  EXPECT_EQ(out.password->retired, expected.password->retired);
  EXPECT_EQ(out.role, expected.role);
  EXPECT_EQ(out.serial, "s-1");
  EXPECT_EQ(out.permissions, expected.permissions);
  EXPECT_EQ(out.property_links, expected.property_links);
  EXPECT_EQ(out.group, expected.group);
}

TEST_P(Passwords, WhatADeviceReportsFromTheStartIsInItsTwin) {
  auto assignment = make_thing("s-1");
  assignment->device->first_reported = R"({"fw":"1","gone":null,"net":{"ip":1}})";
  ASSERT_THAT(commit(std::move(assignment)), Succeeds());
  const auto first = twin("dev-s-1");
  ASSERT_TRUE(first);
  EXPECT_EQ(first->reported.document, R"({"fw":"1","net":{"ip":1}})");
  EXPECT_THAT(first->reported.metadata,
              testing::HasSubstr(R"("net":{"$lastUpdated":"2023-11-14T22:16:40.0000000Z","ip":)"));
  EXPECT_EQ(first->desired.document, R"({"interval":60})");
  EXPECT_THAT(first->desired.metadata, testing::HasSubstr(R"("$lastUpdatedVersion":1)"));
  EXPECT_EQ(first->tags, R"({"floor":3})");
  EXPECT_EQ(first->reported.version, 1U);
  EXPECT_EQ(first->version, 1U);
  // One that keeps its twin keeps what it has reported since.
  domain::Twin written = *first;
  written.reported.document = R"({"fw":"2"})";
  ASSERT_THAT(put_twin(written, first->version), Succeeds());
  auto same = again("s-1");
  same->keeps_twin = true;
  same->device->first_reported = R"({"fw":"9"})";
  ASSERT_THAT(commit(std::move(same)), Succeeds());
  EXPECT_EQ(twin("dev-s-1")->reported.document, R"({"fw":"2"})");
  auto anew = again("s-1");
  anew->device->first_reported = R"({"fw":"3"})";
  ASSERT_THAT(commit(std::move(anew)), Succeeds());
  EXPECT_EQ(twin("dev-s-1")->reported.document, R"({"fw":"3"})");
  auto nothing = again("s-1");
  ASSERT_THAT(commit(std::move(nothing)), Succeeds());
  EXPECT_FALSE(twin("dev-s-1"));
}

TEST_P(Passwords, KeepingTheTwinKeepsPermissionsToo) {
  auto assignment = make_thing("s-1");
  assignment->device->permissions.control = domain::ControlAccess::kNone;
  assignment->device->property_links = "{}";
  ASSERT_THAT(commit(std::move(assignment)), Succeeds());
  auto same = again("s-1");
  same->keeps_twin = true;
  ASSERT_THAT(commit(std::move(same)), Succeeds());
  EXPECT_EQ(identity("dev-s-1")->device.permissions.control, domain::ControlAccess::kNone);
  EXPECT_EQ(identity("dev-s-1")->device.property_links, "{}");
  ASSERT_THAT(commit(again("s-1")), Succeeds());
  EXPECT_EQ(identity("dev-s-1")->device.permissions, domain::DevicePermissions());
}

TEST_P(Passwords, ResetVoidsThePasswordUntilItRegistersAgain) {
  register_thing("s-1");
  const auto before = identity("dev-s-1");
  const management::ResetActivation reset{kScope, id_of("s-1"), true};
  ASSERT_THAT(apply(reset, MustExist{}), Succeeds());
  const auto after = identity("dev-s-1");
  ASSERT_TRUE(after && after->registration && after->device.password);
  EXPECT_TRUE(after->registration->reset);
  EXPECT_TRUE(after->device.password->digest.empty());
  ASSERT_EQ(after->device.password->retired.size(), 1U);
  EXPECT_EQ(after->device.password->retired[0].first, (base::Bytes{1, 2, 3}));
  EXPECT_EQ(after->device.password->retired[0].second, make_audit().at);
  EXPECT_EQ(after->device.version, before->device.version + 1);
  EXPECT_EQ(after->registration->version, before->registration->version + 1);
  ASSERT_THAT(apply(reset, MustExist{}), Succeeds());  // nothing is left to void
  EXPECT_EQ(identity("dev-s-1")->device.version, after->device.version);
  auto next = again("s-1");
  next->device->password = domain::DevicePassword{{9}, after->device.password->retired};
  ASSERT_THAT(commit(std::move(next)), Succeeds());
  EXPECT_FALSE(identity("dev-s-1")->registration->reset);
  EXPECT_EQ(identity("dev-s-1")->device.password->digest, (base::Bytes{9}));
}

TEST_P(Passwords, ResetOfAnActivationAloneLeavesThePasswordGood) {
  register_thing("s-1");
  ASSERT_THAT(apply(management::ResetActivation{kScope, id_of("s-1")}, MustExist{}), Succeeds());
  EXPECT_FALSE(identity("dev-s-1")->registration->reset);
  EXPECT_EQ(identity("dev-s-1")->device.password->digest, (base::Bytes{1, 2, 3}));
}

TEST_P(Passwords, DevicesWithoutAGroupAreFoundByTheirIdWhenTheyHaveARole) {
  ASSERT_THAT(commit(make_controller("c-1")), Succeeds());
  ASSERT_THAT(create(management::PutDevice{make_prototype("dev-p")}), Succeeds());
  ASSERT_THAT(create(management::PutDevice{make_identity("dev-plain")}), Succeeds());
  for (const std::string_view id : {"dev-c-1", "dev-p"}) {
    const auto found = wait(device_store().open_member_dossier(device_id(id)));
    ASSERT_THAT(found, Succeeds());
    EXPECT_TRUE(found->device && !found->group) << id;
  }
  EXPECT_FALSE(wait(device_store().open_member_dossier(device_id("dev-plain")))->device);
  EXPECT_FALSE(identity("dev-plain"));
  domain::Device twice = make_prototype("dev-c-1");
  twice.hub = kOtherHub;
  EXPECT_THAT(create(management::PutDevice{twice}), FailsWith(ErrorKind::kConflict));
}

TEST_P(Passwords, OperatorsChangesLeaveRoleAndSerialAlone) {
  ASSERT_THAT(create(management::PutDevice{make_prototype("dev-p", "one")}), Succeeds());
  domain::Device changed = make_prototype("dev-p", "two");
  changed.role = domain::DeviceRole::kDevice;
  changed.permissions.control = domain::ControlAccess::kNone;
  ASSERT_THAT(apply(management::PutDevice{changed}, MustExist{}), Succeeds());
  const auto found = identity("dev-p");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->device.role, domain::DeviceRole::kPrototype);
  EXPECT_EQ(found->device.serial, "one");
  EXPECT_EQ(found->device.permissions.control, domain::ControlAccess::kNone);
}

BERTH_CONFORMANCE(Passwords);

}  // namespace
}  // namespace berth::store::conformance
