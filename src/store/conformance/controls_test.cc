// Who controls whom: what a controller's claim is decided on, and what becomes of relations when
// identities move or go.
#include "store/conformance/passwords.h"

#include <fmt/format.h>

namespace berth::store::conformance {
namespace {

using domain::PasswordUse;
using management::MustExist;
using testing::ElementsAre;
using testing::IsEmpty;

class Controls : public PasswordSuite {
 protected:
  void SetUp() override {
    PasswordSuite::SetUp();
    ASSERT_THAT(commit(make_thing("s-1")), Succeeds());
    ASSERT_THAT(commit(make_thing("s-2")), Succeeds());
  }
  Result<domain::Registration> commit_controller(std::string_view serial, std::string_view device) {
    auto assignment = make_controller(serial);
    assignment->controls = {kHub, device_id(device)};
    return commit(std::move(assignment));
  }
  Result<std::uint64_t> release(std::string_view controller,
                                const std::vector<std::string>& devices = {}) {
    std::vector<domain::DeviceId> ids;
    for (const std::string& each : devices) ids.push_back(device_id(each));
    return wait(identities().release(kHub, device_id(controller), ids, make_audit("release")));
  }
  bool does(std::string_view controller, std::string_view device) {
    const auto found = wait(identities().controls(device_id(controller), device_id(device)));
    EXPECT_THAT(found, Succeeds());
    return found.value_or(false);
  }
  std::size_t audits(std::string_view action) {
    const auto listing = wait(catalog().list_audit(kScope.text(), {}));
    EXPECT_THAT(listing, Succeeds());
    std::size_t count = 0;
    if (!listing) return count;
    for (const domain::AuditRecord& each : listing->items) count += each.action == action ? 1 : 0;
    return count;
  }
};

TEST_P(Controls, ControllerIsRecordedWithWhatItControls) {
  ASSERT_THAT(commit_controller("c-1", "dev-s-1"), Succeeds());
  EXPECT_THAT(controlled("dev-c-1"), ElementsAre("dev-s-1"));
  EXPECT_TRUE(does("dev-c-1", "dev-s-1"));
  EXPECT_FALSE(does("dev-c-1", "dev-s-2"));
  EXPECT_FALSE(does("dev-s-1", "dev-c-1"));
  EXPECT_EQ(identity("dev-c-1")->device.serial, "c-1");
}

TEST_P(Controls, WhatIsGoneMeanwhileIsNotControlled) {
  const auto stored = commit_controller("c-1", "dev-gone");
  ASSERT_THAT(stored, FailsWith(ErrorKind::kConflict));
  EXPECT_TRUE(stored.error().what.starts_with(provisioning::kLostRaceWord));
  EXPECT_FALSE(identity("dev-c-1"));
}

TEST_P(Controls, DossierHoldsTheMemberAndTheControllersOwnRegistration) {
  const provisioning::Dossier first = control_dossier("s-1", "c-1");
  ASSERT_TRUE(first.scope && first.named_group && first.member);
  ASSERT_TRUE(first.controlled && first.controlled_device);
  EXPECT_EQ(first.controlled->member, domain::MemberName::trusted("s-1"));
  EXPECT_EQ(first.controlled_device->id, device_id("dev-s-1"));
  EXPECT_FALSE(first.current || first.controls || first.controller || first.individual);
  EXPECT_GT(first.catalog_version, 0U);

  ASSERT_THAT(commit_controller("C-1", "dev-s-1"), Succeeds());
  const provisioning::Dossier again = control_dossier("s-1", "c-1");
  ASSERT_TRUE(again.current && again.owner_group);
  EXPECT_EQ(again.current->device_id, device_id("dev-C-1"));
  EXPECT_TRUE(again.controls);
  EXPECT_FALSE(control_dossier("s-2", "c-1").controls);
  EXPECT_TRUE(control_dossier("s-2", "c-1").current);
  EXPECT_FALSE(control_dossier("s-1", "").current);
}

TEST_P(Controls, DossierHoldsTheDeviceThatAControllerSaysItIs) {
  ASSERT_THAT(commit_controller("c-1", "dev-s-1"), Succeeds());
  ASSERT_THAT(create(management::PutDevice{make_identity("dev-plain")}), Succeeds());
  const provisioning::Dossier found = control_dossier("s-2", "", "dev-c-1");
  ASSERT_TRUE(found.controller);
  EXPECT_EQ(found.controller->role, domain::DeviceRole::kController);
  EXPECT_FALSE(control_dossier("s-2", "", "dev-plain").controller);
  EXPECT_FALSE(control_dossier("s-2", "", "dev-unknown").controller);
  EXPECT_FALSE(control_dossier("s-2", "", std::string("d\0x", 3)).controller);
}

TEST_P(Controls, DossierNeverHoldsADeviceOfAnotherScope) {
  ASSERT_THAT(create(management::PutScope{make_scope(kOtherScope)}), Succeeds());
  domain::Device other = make_prototype("dev-other");
  other.scope = kOtherScope;
  ASSERT_THAT(create(management::PutDevice{other}), Succeeds());
  EXPECT_TRUE(identity("dev-other"));
  EXPECT_FALSE(control_dossier("s-1", "", "dev-other").controller);
}

TEST_P(Controls, MemberThatIsNotRegisteredHasNothingToControl) {
  ASSERT_THAT(add({"s-3"}, kTemplate), Succeeds());
  const provisioning::Dossier found = control_dossier("s-3", "c-1");
  EXPECT_TRUE(found.member);
  EXPECT_FALSE(found.controlled || found.controlled_device);
  const provisioning::Dossier nobody = control_dossier("x", "c-1");
  EXPECT_TRUE(nobody.named_group && !nobody.member);
}

TEST_P(Controls, ControlIsTakenOnceAndForgetsWrongGuesses) {
  ASSERT_THAT(commit(make_controller("c-1")), Succeeds());
  ASSERT_THAT(guess("s-2", at(0), PasswordUse::kControl), Succeeds());
  ASSERT_THAT(take("dev-c-1", "dev-s-2", "s-2"), Succeeds());
  ASSERT_THAT(take("dev-c-1", "dev-s-2", "s-2"), Succeeds());
  ASSERT_THAT(take("dev-c-1", "dev-s-1"), Succeeds());
  EXPECT_THAT(controlled("dev-c-1"), ElementsAre("dev-s-1", "dev-s-2"));
  EXPECT_EQ(line("s-2").control_guesses, domain::Guesses());
  EXPECT_EQ(audits("control.take"), 3U);
  EXPECT_THAT(take("dev-c-1", "dev-gone"), FailsWith(ErrorKind::kNotFound));
  EXPECT_THAT(take("dev-gone", "dev-s-1"), FailsWith(ErrorKind::kNotFound));
  EXPECT_EQ(audits("control.take"), 3U);
}

TEST_P(Controls, NeitherEndHasMoreThanItsBound) {
  ASSERT_THAT(commit_controller("c-1", "dev-s-1"), Succeeds());
  std::string rows;
  for (std::size_t i = 1; i < provisioning::kControlledMax; ++i) {
    rows += fmt::format(
        "INSERT INTO devices (hub, id, scope, registration_key, version, created_at, updated_at, "
        "body) VALUES ('hub-one', 'x{0}', '0ne000000A1', '', 1, 0, 0, '{{}}');"
        "INSERT INTO device_controls VALUES ('hub-one', 'dev-c-1', 'hub-one', 'x{0}');",
        i);
  }
  script(rows);
  EXPECT_EQ(controlled("dev-c-1").size(), provisioning::kControlledMax);
  EXPECT_THAT(take("dev-c-1", "dev-s-1"), Succeeds());
  EXPECT_THAT(take("dev-c-1", "dev-s-2", "s-2"), FailsWith(ErrorKind::kTooMany));
  std::string others;
  for (std::size_t i = 1; i <= provisioning::kControllersMax; ++i) {
    others += fmt::format(
        "INSERT INTO device_controls SELECT 'hub-one', id, 'hub-one', 'dev-s-2' FROM devices "
        "WHERE hub = 'hub-one' AND id = 'x{}';",
        i);
  }
  script(others);
  ASSERT_THAT(commit(make_controller("c-2")), Succeeds());
  ASSERT_THAT(take("dev-c-2", "dev-s-2", "s-2"), Succeeds());  // the last that has room
  ASSERT_THAT(commit(make_controller("c-3")), Succeeds());
  EXPECT_THAT(take("dev-c-3", "dev-s-2", "s-2"), FailsWith(ErrorKind::kTooMany));
  EXPECT_THAT(commit_controller("c-4", "dev-s-2"), FailsWith(ErrorKind::kTooMany));
}

TEST_P(Controls, ControlIsReleasedOfSomeOrOfAll) {
  ASSERT_THAT(commit_controller("c-1", "dev-s-1"), Succeeds());
  ASSERT_THAT(take("dev-c-1", "dev-s-2", "s-2"), Succeeds());
  EXPECT_EQ(release("dev-c-1", {"dev-s-1", "dev-gone", "dev-s-1"}).value_or(99), 1U);
  EXPECT_THAT(controlled("dev-c-1"), ElementsAre("dev-s-2"));
  ASSERT_THAT(take("dev-c-1", "dev-s-1"), Succeeds());
  EXPECT_EQ(release("dev-c-1").value_or(99), 2U);
  EXPECT_EQ(release("dev-c-1").value_or(99), 0U);
  EXPECT_THAT(controlled("dev-c-1"), IsEmpty());
  EXPECT_EQ(audits("release"), 2U);
}

TEST_P(Controls, RelationsGoWithEitherEnd) {
  ASSERT_THAT(commit_controller("c-1", "dev-s-1"), Succeeds());
  ASSERT_THAT(take("dev-c-1", "dev-s-2", "s-2"), Succeeds());
  const auto member = domain::MemberName::trusted("s-1");
  ASSERT_THAT(apply(management::RemoveMember{kScope, kTemplate, member}, MustExist{}), Succeeds());
  EXPECT_THAT(controlled("dev-c-1"), ElementsAre("dev-s-2"));
  const auto own = domain::RegistrationId::trusted(domain::controller_registration_id("c-1"));
  ASSERT_THAT(apply(management::RemoveRegistration{kScope, own}, MustExist{}), Succeeds());
  EXPECT_FALSE(identity("dev-c-1"));
  EXPECT_FALSE(does("dev-c-1", "dev-s-2"));
  EXPECT_TRUE(identity("dev-s-2"));
}

TEST_P(Controls, RelationsMoveWithAnIdentityThatMoves) {
  ASSERT_THAT(commit_controller("c-1", "dev-s-1"), Succeeds());
  auto thing = make_thing("s-1");
  thing->expected_version = 1;
  thing->registration.hub = kOtherHub;
  thing->device->hub = kOtherHub;
  ASSERT_THAT(commit(std::move(thing)), Succeeds());
  EXPECT_TRUE(does("dev-c-1", "dev-s-1"));
  auto controller = make_controller("c-1");
  controller->expected_version = 1;
  controller->registration.device_id = device_id("dev-new");
  controller->device->id = device_id("dev-new");
  ASSERT_THAT(commit(std::move(controller)), Succeeds());
  EXPECT_FALSE(identity("dev-c-1"));
  EXPECT_TRUE(does("dev-new", "dev-s-1"));
  EXPECT_EQ(identity("dev-new")->device.serial, "c-1");
}

BERTH_CONFORMANCE(Controls);

}  // namespace
}  // namespace berth::store::conformance
