// Operators and templates: making, changing, deleting, checking; approving and blocking devices.
#include "domain/dtdl.h"
#include "management/tests/desk.h"

namespace berth::management::testing {
namespace {

using domain::Approval;
using domain::Template;
using domain::TemplateEdit;

constexpr const char* kId = "dtmi:com:example:Thermostat;1";
constexpr const char* kModel = R"({"@context":"dtmi:dtdl:context;2",
  "@id":"dtmi:com:example:Thermostat;1","@type":"Interface","displayName":"Thermostat",
  "contents":[{"@type":["Property","Initialized"],"name":"interval","schema":"integer",
               "writable":true,"initialValue":5},
              {"@type":"Telemetry","name":"temp","schema":"double"}]})";

class Templates : public Desk {
 protected:
  Template make(TemplateEdit edit) {
    return expect<Template>(ask(operator_, domain::CreateTemplate{kScope, std::move(edit)}));
  }
  Template make_thermostat() {
    TemplateEdit edit;
    edit.model = kModel;
    return make(std::move(edit));
  }
  Template change(TemplateEdit edit) {
    return expect<Template>(
        ask(operator_, domain::UpdateTemplate{kScope, kId, std::move(edit), std::nullopt}));
  }
  Error refused_to_make(TemplateEdit edit) {
    return refused(ask(operator_, domain::CreateTemplate{kScope, std::move(edit)}));
  }
};

TEST_F(Templates, TakeIdAndNameFromTheModel) {
  const Template made = make_thermostat();
  EXPECT_EQ(made.id, kId);
  EXPECT_EQ(made.display_name, "Thermostat");
  EXPECT_EQ(made.version, 1U);
  EXPECT_EQ(catalog.audit.back().action, "template.create");
  const Template read = expect<Template>(ask(viewer, domain::GetTemplate{kScope, kId}));
  EXPECT_EQ(read.model, kModel);
}

TEST_F(Templates, NeedNoModelButAnId) {
  TemplateEdit edit;
  edit.id = "urn:continuousPatientMonitoringTemplate:Smart_Knee_Brace_5k3:1";
  EXPECT_EQ(make(edit).display_name, *edit.id);
  EXPECT_EQ(refused_to_make({}).kind, ErrorKind::kInvalid);
  for (const char* bad : {"thermostat", "dtmi:9;1", "urn:", "dtmi:a:_b;1"}) {
    edit.id = bad;
    EXPECT_EQ(refused_to_make(edit).kind, ErrorKind::kInvalid) << bad;
  }
}

TEST_F(Templates, StartDevicesWithWhatTheModelAndTheOperatorSay) {
  TemplateEdit edit;
  edit.model = kModel;
  edit.desired = R"({"site":"north"})";
  edit.tags = R"({"floor":2})";
  const Template made = make(edit);
  EXPECT_EQ(made.initial_twin.desired, R"({"interval":5,"site":"north"})");
  EXPECT_EQ(made.initial_twin.tags, R"({"floor":2})");
  edit = {};
  edit.desired = R"({"interval":60})";
  EXPECT_EQ(change(edit).initial_twin.desired, R"({"interval":60})");
  // A model without that property takes along what it brought, and nothing else.
  edit = {};
  edit.desired = R"({"site":"south"})";
  change(edit);
  edit = {};
  edit.model = R"({"@context":"dtmi:dtdl:context;2","@id":"dtmi:com:example:Thermostat;1",
                   "@type":"Interface"})";
  EXPECT_EQ(change(edit).initial_twin.desired, R"({"site":"south"})");
}

TEST_F(Templates, RefuseAModelWithProblemsAndSayWhere) {
  TemplateEdit edit;
  edit.model = R"({"@context":"dtmi:dtdl:context;2","@id":"dtmi:com:example:Thermostat;1",
    "@type":"Interface","contents":[{"@type":"Telemetry","name":"9","schema":"doubl"}]})";
  const Error error = refused_to_make(edit);
  EXPECT_EQ(error.kind, ErrorKind::kInvalid);
  EXPECT_NE(error.what.find("/contents/0/name"), std::string::npos) << error.what;
  EXPECT_NE(error.mend.find("template check"), std::string::npos);
  edit.model = std::string(domain::kModelBytesMax + 1, ' ');
  edit.id = kId;
  EXPECT_EQ(refused_to_make(edit).kind, ErrorKind::kTooLarge);
  edit.model = R"({"@context":"dtmi:dtdl:context;2","@id":"dtmi:com:example:Other;1",
                   "@type":"Interface"})";
  EXPECT_NE(refused_to_make(edit).what.find("defines no interface"), std::string::npos);
}

TEST_F(Templates, BoundTheTwinTheyGive) {
  TemplateEdit edit;
  edit.id = kId;
  edit.desired = R"({"a":")" + std::string(40'000, 'x') + "\"}";
  EXPECT_EQ(refused_to_make(edit).kind, ErrorKind::kInvalid);
  edit.desired = "[]";
  EXPECT_EQ(refused_to_make(edit).kind, ErrorKind::kInvalid);
}

TEST_F(Templates, AreChangedByWhoKnowsTheirVersion) {
  make_thermostat();
  TemplateEdit edit;
  edit.display_name = "Knob";
  auto stale = ask(operator_, domain::UpdateTemplate{kScope, kId, edit, 9});
  EXPECT_EQ(refused(std::move(stale)).kind, ErrorKind::kPreconditionFailed);
  EXPECT_EQ(change(edit).version, 2U);
  EXPECT_EQ(change(edit).version, 2U);  // nothing changed
  edit.display_name = "";
  EXPECT_EQ(change(edit).display_name, "Thermostat");
}

TEST_F(Templates, AreFoundAndDeletedByTheirExactId) {
  make_thermostat();
  auto other_case = ask(viewer, domain::GetTemplate{kScope, "dtmi:com:example:thermostat;1"});
  EXPECT_EQ(refused(std::move(other_case)).kind, ErrorKind::kNotFound);
  EXPECT_EQ(refused(ask(viewer, domain::GetTemplate{kScope, "x y"})).kind, ErrorKind::kNotFound);
  expect<domain::Done>(ask(operator_, domain::DeleteTemplate{kScope, kId, std::nullopt}));
  EXPECT_EQ(refused(ask(viewer, domain::GetTemplate{kScope, kId})).kind, ErrorKind::kNotFound);
  EXPECT_EQ(catalog.audit.back().action, "template.delete");
}

TEST_F(Templates, AreMadeByOperatorsOfTheirScope) {
  TemplateEdit edit;
  edit.id = kId;
  auto by_viewer = ask(viewer, domain::CreateTemplate{kScope, edit});
  EXPECT_EQ(refused(std::move(by_viewer)).kind, ErrorKind::kForbidden);
  const auto elsewhere = ask(limited_operator, domain::CreateTemplate{kOtherScope, edit});
  EXPECT_FALSE(elsewhere.has_value());
}

TEST_F(Templates, AreCheckedWithoutBeingKept) {
  const auto good = expect<domain::ModelCheck>(ask(viewer, domain::CheckModel{kModel}));
  EXPECT_EQ(good.id, kId);
  EXPECT_EQ(good.language, 2);
  EXPECT_EQ(good.telemetry, 1U);
  EXPECT_TRUE(good.problems.empty());
  const auto bad = expect<domain::ModelCheck>(ask(viewer, domain::CheckModel{"{}"}));
  ASSERT_FALSE(bad.problems.empty());
  EXPECT_FALSE(bad.problems.front().mend.empty());
}

class Approvals : public Desk {
 protected:
  domain::Registration& add_registration(const std::string& id, Approval approval) {
    domain::Registration registration;
    registration.scope = domain::ScopeId::trusted(kScope);
    registration.id = domain::RegistrationId::trusted(id);
    registration.approval = approval;
    registration.version = 1;
    return catalog.registrations[{kScope, id}] = registration;
  }
  domain::Registration decide(const std::string& id, bool blocks) {
    return expect<domain::Registration>(
        ask(operator_, domain::DecideApproval{kScope, id, blocks, std::nullopt}));
  }
};

TEST_F(Approvals, LetADeviceInThatWaits) {
  add_registration("sn-1", Approval::kWaiting);
  EXPECT_EQ(decide("sn-1", false).approval, Approval::kApproved);
  EXPECT_EQ(catalog.audit.back().action, "registration.approve");
  const std::size_t audits = catalog.audit.size();
  EXPECT_EQ(decide("sn-1", false).approval, Approval::kApproved);
  EXPECT_EQ(catalog.audit.size(), audits);  // nothing changed
}

TEST_F(Approvals, KeepADeviceOutAndSwitchItsIdentityOff) {
  const domain::Device& device = add_device("pump");
  domain::Registration& registration = add_registration("sn-1", Approval::kNone);
  registration.hub = device.hub;
  registration.device_id = device.id;
  EXPECT_EQ(decide("sn-1", true).approval, Approval::kBlocked);
  EXPECT_FALSE(device.enabled);
  EXPECT_EQ(catalog.audit.back().action, "registration.block");
  decide("sn-1", false);
  EXPECT_TRUE(device.enabled);
}

TEST_F(Approvals, AreForOperatorsAndKnownDevices) {
  add_registration("sn-1", Approval::kWaiting);
  auto by_viewer = ask(viewer, domain::DecideApproval{kScope, "sn-1", false, std::nullopt});
  EXPECT_EQ(refused(std::move(by_viewer)).kind, ErrorKind::kForbidden);
  auto nobody = ask(operator_, domain::DecideApproval{kScope, "sn-9", false, std::nullopt});
  EXPECT_EQ(refused(std::move(nobody)).kind, ErrorKind::kNotFound);
}

TEST_F(Approvals, ScopesSayWhoWaits) {
  domain::ScopeEdit edit;
  edit.auto_approve = false;
  edit.hold_unknown_models = true;
  edit.compatible_codes = true;
  const auto scope =
      expect<domain::Scope>(ask(admin, domain::UpdateScope{kScope, edit, std::nullopt}));
  EXPECT_FALSE(scope.auto_approve);
  EXPECT_TRUE(scope.hold_unknown_models);
  EXPECT_TRUE(scope.compatible_codes);
  EXPECT_NE(catalog.audit.back().detail.find("autoApprove"), std::string::npos);
}

}  // namespace
}  // namespace berth::management::testing
