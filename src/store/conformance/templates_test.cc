// Templates, what registrations and devices remember of models, and what operators say of devices.
#include "store/conformance/suite.h"

#include <utility>

namespace berth::store::conformance {
namespace {

using domain::Approval;
using domain::Template;
using management::MustBeVersion;
using management::MustExist;
using management::PutApproval;
using management::PutTemplate;
using management::RemoveTemplate;
using testing::ElementsAre;
using testing::IsEmpty;

constexpr const char* kModel = "dtmi:com:example:Thermostat;1";

Template make_template(const std::string& id = kModel) {
  Template record;
  record.scope = kScope;
  record.id = id;
  record.display_name = "Thermostat";
  record.model = R"({"@id":"x"})";
  record.initial_twin = {R"({"a":1})", R"({"b":2})"};
  record.created_at = record.updated_at = at(1);
  return record;
}

class Templates : public Suite {
 protected:
  void SetUp() override {
    Suite::SetUp();
    if (!HasFatalFailure()) create_scope_with_hub();
  }
  std::vector<std::string> of_snapshot() {
    const auto snapshot = wait(registrations().scope_snapshot(kScope));
    EXPECT_THAT(snapshot, Succeeds());
    std::vector<std::string> ids;
    if (!snapshot) return ids;
    for (const domain::TemplateTwin& each : snapshot->templates) ids.push_back(each.id);
    return ids;
  }
  domain::Registration registration(const std::string& id) {
    const auto found = wait(catalog().get_registration(kScope.text(), id));
    EXPECT_THAT(found, Succeeds());
    return found.value_or(domain::Registration());
  }
  domain::Device device(const std::string& id) {
    const auto found = wait(catalog().get_device(kHub.text(), id));
    EXPECT_THAT(found, Succeeds());
    return found.value_or(domain::Device());
  }
  void assign(const std::string& id) {
    auto assignment = make_assignment(id);
    assignment->registration.model = assignment->device->model = kModel;
    assignment->registration.template_id = assignment->device->template_id = kModel;
    EXPECT_THAT(commit(std::move(assignment)), Succeeds());
  }
};

TEST_P(Templates, AreKeptWhole) {
  ASSERT_THAT(create(PutTemplate{make_template()}), Succeeds());
  const auto read = wait(catalog().get_template(kScope.text(), kModel));
  ASSERT_THAT(read, Succeeds());
  EXPECT_EQ(read->display_name, "Thermostat");
  EXPECT_EQ(read->model, make_template().model);
  EXPECT_EQ(read->initial_twin.tags, R"({"a":1})");
  EXPECT_EQ(read->initial_twin.desired, R"({"b":2})");
  EXPECT_EQ(read->created_at, at(1));
  EXPECT_EQ(read->version, 1U);
  EXPECT_THAT(create(PutTemplate{make_template()}), FailsWith(ErrorKind::kConflict));
}

TEST_P(Templates, AreToldApartByCapitals) {
  ASSERT_THAT(create(PutTemplate{make_template("dtmi:a:B;1")}), Succeeds());
  ASSERT_THAT(create(PutTemplate{make_template("dtmi:a:b;1")}), Succeeds());
  EXPECT_THAT(wait(catalog().get_template(kScope.text(), "dtmi:A:b;1")),
              FailsWith(ErrorKind::kNotFound));
  EXPECT_THAT(of_snapshot(), ElementsAre("dtmi:a:B;1", "dtmi:a:b;1"));
}

TEST_P(Templates, AreListedPageByPage) {
  for (const char* id : {"urn:b:1", "urn:a:1", "urn:c:1"}) {
    ASSERT_THAT(create(PutTemplate{make_template(id)}), Succeeds());
  }
  domain::Page page;
  page.limit = 2;
  const auto first = wait(catalog().list_templates(kScope.text(), page));
  ASSERT_THAT(first, Succeeds());
  ASSERT_EQ(first->items.size(), 2U);
  EXPECT_EQ(first->items.front().id, "urn:a:1");
  page.cursor = first->next_cursor;
  const auto second = wait(catalog().list_templates(kScope.text(), page));
  ASSERT_THAT(second, Succeeds());
  ASSERT_EQ(second->items.size(), 1U);
  EXPECT_EQ(second->items.front().id, "urn:c:1");
}

TEST_P(Templates, EveryChangeIsNewsForTheSnapshot) {
  const auto version = [&] {
    return wait(registrations().scope_snapshot(kScope))->catalog_version;
  };
  const std::uint64_t before = version();
  ASSERT_THAT(create(PutTemplate{make_template()}), Succeeds());
  const std::uint64_t made = version();
  EXPECT_NE(made, before);
  ASSERT_THAT(apply(PutTemplate{make_template()}, MustBeVersion{1}), Succeeds());
  const std::uint64_t changed = version();
  EXPECT_NE(changed, made);
  ASSERT_THAT(apply(RemoveTemplate{kScope, kModel}, MustExist{}), Succeeds());
  EXPECT_NE(version(), changed);
  EXPECT_THAT(of_snapshot(), IsEmpty());
  EXPECT_THAT(apply(RemoveTemplate{kScope, kModel}, MustExist{}), FailsWith(ErrorKind::kNotFound));
}

TEST_P(Templates, AreForgottenByWhoHadThem) {
  ASSERT_THAT(create(PutTemplate{make_template()}), Succeeds());
  assign("sn-1");
  EXPECT_EQ(registration("sn-1").template_id, kModel);
  EXPECT_EQ(device("sn-1").template_id, kModel);
  ASSERT_THAT(apply(RemoveTemplate{kScope, kModel}, MustExist{}), Succeeds());
  EXPECT_EQ(registration("sn-1").template_id, "");
  EXPECT_EQ(registration("sn-1").model, kModel);
  EXPECT_EQ(registration("sn-1").version, 2U);
  EXPECT_EQ(device("sn-1").template_id, "");
  EXPECT_EQ(device("sn-1").model, kModel);
}

TEST_P(Templates, AreFoundByTheModelThatADeviceNames) {
  ASSERT_THAT(commit(make_assignment("sn-1")), Succeeds());
  const domain::DeviceId id = domain::DeviceId::trusted("sn-1");
  ASSERT_THAT(wait(device_store().note_model(kHub, id, kModel)), Succeeds());
  EXPECT_EQ(device("sn-1").model, kModel);
  EXPECT_EQ(device("sn-1").template_id, "");
  ASSERT_THAT(create(PutTemplate{make_template()}), Succeeds());
  ASSERT_THAT(wait(device_store().note_model(kHub, id, kModel)), Succeeds());
  EXPECT_EQ(device("sn-1").template_id, kModel);
  const std::uint64_t version = device("sn-1").version;
  ASSERT_THAT(wait(device_store().note_model(kHub, id, kModel)), Succeeds());
  EXPECT_EQ(device("sn-1").version, version);  // no news, nothing written
  const domain::DeviceId nobody = domain::DeviceId::trusted("nobody");
  EXPECT_THAT(wait(device_store().note_model(kHub, nobody, kModel)), Succeeds());
}

TEST_P(Templates, GoWithTheirScope) {
  ASSERT_THAT(create(management::PutScope{make_scope(kOtherScope)}), Succeeds());
  Template record = make_template();
  record.scope = kOtherScope;
  ASSERT_THAT(create(PutTemplate{record}), Succeeds());
  EXPECT_THAT(apply(management::RemoveScope{kOtherScope}, MustExist{}), Succeeds());
}

TEST_P(Templates, ScopesRememberWhoWaits) {
  domain::Scope scope = make_scope(kOtherScope);
  scope.auto_approve = false;
  scope.hold_unknown_models = true;
  scope.compatible_codes = true;
  ASSERT_THAT(create(management::PutScope{scope}), Succeeds());
  const auto read = wait(catalog().get_scope(kOtherScope.text()));
  ASSERT_THAT(read, Succeeds());
  EXPECT_FALSE(read->auto_approve);
  EXPECT_TRUE(read->hold_unknown_models);
  EXPECT_TRUE(read->compatible_codes);
}

TEST_P(Templates, BlockingSwitchesTheIdentityOffAndApprovingOnAgain) {
  ASSERT_THAT(commit(make_assignment("sn-1")), Succeeds());
  const domain::RegistrationId id = domain::RegistrationId::trusted("sn-1");
  ASSERT_THAT(apply(PutApproval{kScope, id, Approval::kBlocked, at(9)}, MustExist{}), Succeeds());
  EXPECT_EQ(registration("sn-1").approval, Approval::kBlocked);
  EXPECT_EQ(registration("sn-1").status, domain::RegistrationStatus::kDisabled);
  EXPECT_FALSE(device("sn-1").enabled);
  ASSERT_THAT(apply(PutApproval{kScope, id, Approval::kApproved, at(10)}, MustExist{}), Succeeds());
  EXPECT_EQ(registration("sn-1").approval, Approval::kApproved);
  EXPECT_EQ(registration("sn-1").status, domain::RegistrationStatus::kAssigned);
  EXPECT_TRUE(device("sn-1").enabled);
}

TEST_P(Templates, ApprovalNeedsTheRegistrationAsItWasSeen) {
  const domain::RegistrationId id = domain::RegistrationId::trusted("sn-1");
  EXPECT_THAT(apply(PutApproval{kScope, id, Approval::kApproved, at(9)}, MustExist{}),
              FailsWith(ErrorKind::kNotFound));
  ASSERT_THAT(commit(make_assignment("sn-1")), Succeeds());
  EXPECT_THAT(apply(PutApproval{kScope, id, Approval::kApproved, at(9)}, MustBeVersion{7}),
              FailsWith(ErrorKind::kPreconditionFailed));
}

BERTH_CONFORMANCE(Templates);

}  // namespace
}  // namespace berth::store::conformance
