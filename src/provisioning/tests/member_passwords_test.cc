// Members with passwords on the one path, the devices that control them, and what guessing costs.
#include "provisioning/tests/world.h"

#include <gtest/gtest.h>

namespace berth::provisioning {
namespace {

using domain::Reason;

constexpr const char* kGroup = "mod-588acc123945ec8436bde3aa";

SharedSecret shared(const std::string& text) {
  return std::make_shared<const Secret>(Secret::from_text(text));
}

class MemberPasswordsTest : public testing::Test {
 protected:
  void SetUp() override {
    group_ = &world_.password_group(kGroup);
    world_.list(*group_, "SN1");
    world_.list(*group_, "SN2");
  }
  domain::MemberPasswords& passwords() {
    ++world_.store.catalog_version;
    return std::get<domain::MemberPasswords>(group_->attestation);
  }
  domain::Claim claim(const std::string& name, domain::Evidence evidence) {
    domain::Claim made;
    made.membership = domain::Membership{kGroup, name};
    made.registration_id = kGroup + name;
    made.evidence = std::move(evidence);
    made.source = "192.0.2.7";
    return made;
  }
  domain::Outcome enrol(const std::string& name, const std::string& password) {
    domain::Claim made =
        claim(name, domain::Password{domain::PasswordUse::kEnroll, shared(password)});
    made.display_name = "Pump";
    made.properties = R"({"fw":"1.0"})";
    return world_.handle(domain::Register{std::move(made)});
  }
  domain::Outcome control(const std::string& name, domain::Controller controller,
                          const std::string& password = {}) {
    domain::Claim made =
        claim(name, domain::Password{domain::PasswordUse::kControl,
                                     shared(password.empty() ? "control " + name : password)});
    made.controller = std::move(controller);
    return world_.handle(domain::Register{std::move(made)});
  }
  static std::string device_in(const domain::Outcome& outcome) {
    const domain::Registration* registration = registration_in(outcome);
    return registration == nullptr ? "refused: " + std::string(to_string(reason_in(outcome)))
                                   : registration->device_id.text();
  }
  static bool has_password(const domain::Outcome& outcome) {
    const auto& accepted = std::get<domain::Accepted>(outcome.result);
    return std::holds_alternative<domain::IssuedPassword>(accepted.credential);
  }
  const domain::Device& device(const std::string& id) {
    return world_.store.devices.at({"hub-a", id});
  }
  domain::Registration& registration(const std::string& key) {
    return world_.store.registrations.at({std::string(kScope), key});
  }

  World world_;
  domain::Enrollment* group_ = nullptr;
};

TEST_F(MemberPasswordsTest, MemberGetsAMadeUpIdAPasswordAndWhatItSaysOfItself) {
  const domain::Outcome outcome = enrol("SN1", "enroll SN1");
  const std::string id = device_in(outcome);
  EXPECT_EQ(id.size(), 28U);
  EXPECT_TRUE(id.starts_with("dev-")) << id;
  EXPECT_TRUE(domain::ObjectId::parse(id.substr(4)));
  EXPECT_TRUE(has_password(outcome));
  EXPECT_EQ(device(id).display_name, "Pump");
  EXPECT_EQ(device(id).serial, "SN1");
  EXPECT_EQ(device(id).first_reported, R"({"fw":"1.0"})");
  EXPECT_EQ(device(id).group->text(), kGroup);
}

TEST_F(MemberPasswordsTest, RegisteredMemberIsRefusedUntilItIsReset) {
  const std::string id = device_in(enrol("SN1", "enroll SN1"));
  EXPECT_EQ(reason_in(enrol("SN1", "enroll SN1")), Reason::kAlreadyRegistered);
  registration(std::string(kGroup) + "sn1").reset = true;
  EXPECT_EQ(device_in(enrol("SN1", "enroll SN1")), id);
  EXPECT_FALSE(registration(std::string(kGroup) + "sn1").reset);
  EXPECT_EQ(reason_in(enrol("SN1", "enroll SN1")), Reason::kAlreadyRegistered);
}

TEST_F(MemberPasswordsTest, ReissuingGroupGivesTheSameDeviceAnotherPassword) {
  passwords().reissue = domain::Reissue::kNew;
  const std::string id = device_in(enrol("SN1", "enroll SN1"));
  const domain::Outcome again = enrol("SN1", "enroll SN1");
  EXPECT_EQ(device_in(again), id);
  EXPECT_TRUE(has_password(again));
}

TEST_F(MemberPasswordsTest, DisabledMemberIsRefusedAfterItsPasswordWasRight) {
  world_.store.members.at({kGroup, "SN1"}).enabled = false;
  EXPECT_EQ(reason_in(enrol("SN1", "enroll SN1")), Reason::kMemberDisabled);
  EXPECT_EQ(reason_in(enrol("SN1", "wrong")), Reason::kProofRejected);
}

TEST_F(MemberPasswordsTest, WrongPasswordsLockTheMemberForAWhile) {
  passwords().guesses_max = 2;
  passwords().lock_time = std::chrono::seconds(60);
  EXPECT_EQ(reason_in(enrol("SN1", "a")), Reason::kProofRejected);
  EXPECT_EQ(reason_in(enrol("SN1", "b")), Reason::kProofRejected);
  EXPECT_NE(world_.refusals.trails.back().steps.back().received.find("locked until"),
            std::string::npos);
  EXPECT_EQ(reason_in(enrol("SN1", "enroll SN1")), Reason::kMemberLocked);
  EXPECT_EQ(device_in(enrol("SN2", "enroll SN2")).substr(0, 4), "dev-");
  world_.clock.advance(std::chrono::seconds(61));
  EXPECT_EQ(device_in(enrol("SN1", "enroll SN1")).substr(0, 4), "dev-");
}

TEST_F(MemberPasswordsTest, GuessThatCannotBeCountedIsNotAnswered) {
  world_.store.fail_commits = Error{ErrorKind::kUnavailable, "gone", ""};
  EXPECT_EQ(reason_in(enrol("SN1", "a")), Reason::kStoreUnavailable);
}

TEST_F(MemberPasswordsTest, SourceThatFailedTooOftenLearnsNothingOfAPassword) {
  World strict{Settings{.failures_per_source_max = 1, .failures_refilled_per_second = 0.0001}};
  group_ = &strict.password_group(kGroup);
  strict.list(*group_, "SN1");
  const auto attempt = [&](const std::string& password) {
    return reason_in(strict.handle(domain::Register{
        claim("SN1", domain::Password{domain::PasswordUse::kEnroll, shared(password)})}));
  };
  EXPECT_EQ(attempt("wrong"), Reason::kProofRejected);
  EXPECT_EQ(attempt("enroll SN1"), Reason::kTooManyAttempts);
}

TEST_F(MemberPasswordsTest, VoucherRegistersInTheNameOfTheOperator) {
  const domain::Outcome outcome =
      world_.handle(domain::Register{claim("SN1", domain::Voucher{"1795000000.00ff.token:abcd"})});
  EXPECT_EQ(device_in(outcome).substr(0, 4), "dev-");
  EXPECT_EQ(world_.store.audits.back().actor, "token:abcd");
}

TEST_F(MemberPasswordsTest, ControllerComesAfterItsThingAndIsBesideIt) {
  EXPECT_EQ(reason_in(control("SN1", {"C1"})), Reason::kNotYetRegistered);
  const std::string thing = device_in(enrol("SN1", "enroll SN1"));
  const domain::Outcome outcome = control("SN1", {"C1"});
  const std::string id = device_in(outcome);
  EXPECT_TRUE(has_password(outcome));
  EXPECT_NE(id, thing);
  EXPECT_EQ(device(id).role, domain::DeviceRole::kController);
  EXPECT_EQ(device(id).serial, "C1");
  EXPECT_TRUE(world_.store.controls(device(id).id, device(thing).id));
  EXPECT_EQ(registration("controller:c1").device_id.text(), id);
}

TEST_F(MemberPasswordsTest, EnrolPasswordControlsNothing) {
  enrol("SN1", "enroll SN1");
  EXPECT_EQ(reason_in(control("SN1", {"C1"}, "enroll SN1")), Reason::kProofRejected);
}

TEST_F(MemberPasswordsTest, ControllersWithoutASerialAreManyWithOneTheSame) {
  enrol("SN1", "enroll SN1");
  EXPECT_NE(device_in(control("SN1", {})), device_in(control("SN1", {})));
  const std::string first = device_in(control("SN1", {"C1"}));
  EXPECT_EQ(device_in(control("SN1", {"C1"})), first);
}

TEST_F(MemberPasswordsTest, SerialOfAControllerGivesNobodyItsCredentials) {
  enrol("SN1", "enroll SN1");
  enrol("SN2", "enroll SN2");
  const std::string id = device_in(control("SN1", {"C1"}));
  EXPECT_EQ(reason_in(control("SN2", {"C1"})), Reason::kOwnedByOther);
  // Nor does an id without its password.
  EXPECT_EQ(reason_in(control("SN2", {"C1", id, shared("guessed")})), Reason::kOwnedByOther);
}

TEST_F(MemberPasswordsTest, ControllerWithItsCredentialsTakesOnOneThingMore) {
  enrol("SN1", "enroll SN1");
  const std::string second = device_in(enrol("SN2", "enroll SN2"));
  const std::string id = device_in(control("SN1", {"C1"}));
  const domain::Outcome outcome = control("SN2", {"", id, shared(id)});
  EXPECT_EQ(device_in(outcome), id);
  EXPECT_FALSE(has_password(outcome));
  EXPECT_TRUE(world_.store.controls(device(id).id, device(second).id));
  EXPECT_EQ(world_.store.audits.back().action, "device.control");
}

}  // namespace
}  // namespace berth::provisioning
