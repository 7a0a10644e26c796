// Templates by the model that devices name, devices that wait for an operator, and blocked ones.
#include "provisioning/tests/world.h"

#include <gtest/gtest.h>

namespace berth::provisioning {
namespace {

using domain::Approval;
using domain::Reason;
using domain::Registration;
using domain::RegistrationStatus;

constexpr const char* kModel = "dtmi:com:example:Thermostat;1";

class ApprovalTest : public testing::Test {
 protected:
  ApprovalTest() { world_.group("line"); }

  Registration register_as(const std::string& id, const std::string& model = "",
                           const std::string& signed_by = "group/line") {
    domain::Claim claim = world_.claim(id, signed_by);
    claim.model = model;
    const domain::Outcome outcome = world_.handle(domain::Register{claim});
    const Registration* registration = registration_in(outcome);
    EXPECT_NE(registration, nullptr) << to_string(reason_in(outcome));
    return registration == nullptr ? Registration() : *registration;
  }
  void add_template(const std::string& id, domain::InitialTwin twin = {}) {
    world_.store.templates.push_back({id, std::move(twin)});
    ++world_.store.catalog_version;
  }
  domain::Scope& scope() { return world_.store.scopes.at(std::string(kScope)); }
  Registration& stored(const std::string& id) {
    return world_.store.registrations.at({std::string(kScope), id});
  }
  const domain::Device& device(const std::string& id) {
    return world_.store.devices.at({"hub-a", id});
  }

  World world_;
};

TEST_F(ApprovalTest, ANewDeviceGetsTheTemplateOfItsModel) {
  add_template(kModel, {R"({"site":"a","kind":"t"})", R"({"target":21,"limits":{"low":1}})"});
  domain::Enrollment& own = world_.individual("sn-1");
  own.initial_twin = {R"({"site":"b"})", R"({"limits":{"high":9}})"};
  const Registration made = register_as("sn-1", kModel, "individual/sn-1");
  EXPECT_EQ(made.model, kModel);
  EXPECT_EQ(made.template_id, kModel);
  EXPECT_EQ(device("sn-1").template_id, kModel);
  // What the enrollment says counts more.
  EXPECT_EQ(device("sn-1").twin.tags, R"({"site":"b","kind":"t"})");
  EXPECT_EQ(device("sn-1").twin.desired, R"({"target":21,"limits":{"low":1,"high":9}})");
}

TEST_F(ApprovalTest, CapitalsOfAModelCount) {
  add_template(kModel);
  EXPECT_EQ(register_as("sn-1", "dtmi:com:example:thermostat;1").template_id, "");
}

TEST_F(ApprovalTest, AnUnknownModelStaysUnassigned) {
  const Registration made = register_as("sn-1", kModel);
  EXPECT_EQ(made.status, RegistrationStatus::kAssigned);
  EXPECT_EQ(made.model, kModel);
  EXPECT_EQ(made.template_id, "");
  EXPECT_EQ(device("sn-1").model, kModel);
}

TEST_F(ApprovalTest, ABadModelNeverFailsARegistration) {
  const Registration made = register_as("sn-1", "no\nmodel " + std::string(1000, 'x'));
  EXPECT_EQ(made.status, RegistrationStatus::kAssigned);
  EXPECT_EQ(made.template_id, "");
  EXPECT_LE(made.model.size(), 300U);
  EXPECT_EQ(made.model.find('\n'), std::string::npos);
}

TEST_F(ApprovalTest, ATemplateThatComesLaterIsFoundAtTheNextRegistration) {
  register_as("sn-1", kModel);
  add_template(kModel, {"{}", R"({"target":21})"});
  const Registration again = register_as("sn-1");
  EXPECT_EQ(again.model, kModel);  // remembered
  EXPECT_EQ(again.template_id, kModel);
  EXPECT_EQ(device("sn-1").template_id, kModel);
}

TEST_F(ApprovalTest, AnUnknownModelIsHeldWhereTheScopeSaysSo) {
  scope().hold_unknown_models = true;
  const Registration held = register_as("sn-1", kModel);
  EXPECT_EQ(held.status, RegistrationStatus::kFailed);
  EXPECT_EQ(held.reason, Reason::kModelUnknown);
  EXPECT_EQ(held.approval, Approval::kWaiting);
  EXPECT_TRUE(world_.store.devices.empty());
  ASSERT_FALSE(world_.store.trails.back().findings.empty());
  EXPECT_EQ(world_.store.trails.back().findings.front().cause, domain::Cause::kTemplateMissing);
  // Nothing is held that names no model.
  EXPECT_EQ(register_as("sn-2").status, RegistrationStatus::kAssigned);
}

TEST_F(ApprovalTest, AHeldDeviceGetsInWithItsTemplate) {
  scope().hold_unknown_models = true;
  register_as("sn-1", kModel);
  add_template(kModel);
  const Registration in = register_as("sn-1", kModel);
  EXPECT_EQ(in.status, RegistrationStatus::kAssigned);
  EXPECT_EQ(in.approval, Approval::kNone);
  EXPECT_EQ(in.template_id, kModel);
}

TEST_F(ApprovalTest, AHeldDeviceGetsInWhenAnOperatorApproves) {
  scope().hold_unknown_models = true;
  register_as("sn-1", kModel);
  stored("sn-1").approval = Approval::kApproved;
  const Registration in = register_as("sn-1", kModel);
  EXPECT_EQ(in.status, RegistrationStatus::kAssigned);
  EXPECT_EQ(in.approval, Approval::kApproved);
}

TEST_F(ApprovalTest, ADeviceThatIsInIsNotHeldForTheModelItHas) {
  register_as("sn-1", kModel);
  scope().hold_unknown_models = true;
  EXPECT_EQ(register_as("sn-1", kModel).status, RegistrationStatus::kAssigned);
  EXPECT_EQ(register_as("sn-1", "urn:other:1").reason, Reason::kModelUnknown);
}

TEST_F(ApprovalTest, WithoutAutoApproveANewDeviceOfAGroupWaits) {
  scope().auto_approve = false;
  const Registration waiting = register_as("sn-1");
  EXPECT_EQ(waiting.status, RegistrationStatus::kFailed);
  EXPECT_EQ(waiting.reason, Reason::kApprovalAwaited);
  EXPECT_EQ(waiting.approval, Approval::kWaiting);
  EXPECT_TRUE(world_.store.devices.empty());
  EXPECT_EQ(world_.store.trails.back().findings.front().cause, domain::Cause::kNobodyCreatedIt);
  EXPECT_EQ(world_.store.audits.back().action, "registration.fail");
  // It asks again, and still waits.
  EXPECT_EQ(register_as("sn-1").approval, Approval::kWaiting);
  stored("sn-1").approval = Approval::kApproved;
  EXPECT_EQ(register_as("sn-1").status, RegistrationStatus::kAssigned);
}

TEST_F(ApprovalTest, WithoutAutoApproveWhatAnOperatorMadeGetsIn) {
  register_as("sn-1");
  scope().auto_approve = false;
  EXPECT_EQ(register_as("sn-1").status, RegistrationStatus::kAssigned);
  world_.individual("sn-2");
  EXPECT_EQ(register_as("sn-2", "", "individual/sn-2").status, RegistrationStatus::kAssigned);
}

TEST_F(ApprovalTest, SwitchingAutoApproveOnLetsInWhoWaits) {
  scope().auto_approve = false;
  register_as("sn-1");
  scope().auto_approve = true;
  const Registration in = register_as("sn-1");
  EXPECT_EQ(in.status, RegistrationStatus::kAssigned);
  EXPECT_EQ(in.approval, Approval::kNone);
}

TEST_F(ApprovalTest, GroupsWithARosterSayThemselvesWhomTheyAdmit) {
  const domain::Enrollment& product = world_.product("lamp", "secret");
  world_.list(product, "one");
  scope().auto_approve = false;
  const domain::Outcome outcome =
      world_.handle(domain::Register{world_.member_claim("lamp", "one", "secret")});
  EXPECT_NE(registration_in(outcome), nullptr) << to_string(reason_in(outcome));
}

TEST_F(ApprovalTest, ABlockedDeviceIsRefusedUntilItIsApproved) {
  register_as("sn-1");
  stored("sn-1").approval = Approval::kBlocked;
  const Registration out = register_as("sn-1");
  EXPECT_EQ(out.status, RegistrationStatus::kFailed);
  EXPECT_EQ(out.reason, Reason::kDeviceBlocked);
  EXPECT_EQ(out.approval, Approval::kBlocked);
  EXPECT_EQ(world_.store.trails.back().findings.front().cause, domain::Cause::kBlockedByOperator);
  stored("sn-1").approval = Approval::kApproved;
  EXPECT_EQ(register_as("sn-1").status, RegistrationStatus::kAssigned);
}

}  // namespace
}  // namespace berth::provisioning
