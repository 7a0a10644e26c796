#include "management/tests/desk.h"

namespace berth::management::testing {
namespace {

using domain::EnrollmentKind;
using domain::EnrollmentRef;
using domain::Registration;

class Registrations : public Desk {
 protected:
  Registrations() {
    make_group("line-7");
    make_group("line-8");
    Registration registration;
    registration.scope = domain::ScopeId::trusted(kScope);
    registration.id = domain::RegistrationId::trusted("Pump-1");
    registration.enrollment = group("line-7");
    registration.hub = domain::HubName::trusted("hub-1");
    registration.device_id = domain::DeviceId::trusted("Pump-1");
    registration.version = 1;
    catalog.registrations.emplace(FakeCatalog::Pair(kScope, "pump-1"), registration);
  }
  static EnrollmentRef group(const std::string& id) {
    return {EnrollmentKind::kGroup, domain::EnrollmentId::trusted(id)};
  }
  Result<domain::ManagementResult> transfer(EnrollmentRef to,
                                            domain::Precondition precondition = {}) {
    return ask(operator_,
               domain::TransferRegistration{kScope, "pump-1", std::move(to), precondition});
  }
};

TEST_F(Registrations, AreFoundWhateverTheCase) {
  const auto found = expect<Registration>(ask(viewer, domain::GetRegistration{kScope, "PUMP-1"}));
  EXPECT_EQ(found.id.text(), "Pump-1");
  const Error error = refused(ask(viewer, domain::GetRegistration{kScope, "pump-2"}));
  EXPECT_EQ(error.what, "no device has registered as 'pump-2' in scope 0ne00000001");
  EXPECT_TRUE(error.mend.starts_with("did you mean 'Pump-1'?")) << error.mend;
}

TEST_F(Registrations, CanBeListedByEnrollment) {
  using domain::Listing;
  const auto count = [&](std::optional<EnrollmentRef> of) {
    return expect<Listing<Registration>>(
               ask(viewer, domain::ListRegistrations{kScope, std::move(of), {}}))
        .items.size();
  };
  EXPECT_EQ(count({}), 1U);
  EXPECT_EQ(count(group("line-7")), 1U);
  EXPECT_EQ(count(group("line-8")), 0U);
}

TEST_F(Registrations, ATransferChangesTheOwnerAndSaysSoInTheAudit) {
  const auto moved = expect<Registration>(transfer(group("LINE-8"), 1));
  EXPECT_EQ(moved.enrollment, group("line-8"));
  EXPECT_EQ(moved.version, 2U);
  EXPECT_EQ(catalog.audit.back().action, "registration.transfer");
  EXPECT_EQ(catalog.audit.back().detail,
            R"({"enrollment":{"from":"group/line-7","to":"group/line-8"}})");
  EXPECT_EQ(refused(transfer(group("line-7"), 1)).kind, ErrorKind::kPreconditionFailed);
}

TEST_F(Registrations, AreNotTransferredToWhatDoesNotExistOrCannotOwnThem) {
  EXPECT_EQ(refused(transfer(group("line-9"))).kind, ErrorKind::kNotFound);
  for (const char* id : {"pump-1", "pump-2"}) {
    domain::EnrollmentEdit edit;
    edit.id = id;
    domain::CreateEnrollment create{kScope, EnrollmentKind::kIndividual, std::move(edit)};
    ASSERT_TRUE(ask(operator_, std::move(create)).has_value());
  }
  const EnrollmentRef other{EnrollmentKind::kIndividual, domain::EnrollmentId::trusted("pump-2")};
  EXPECT_EQ(refused(transfer(other)).kind, ErrorKind::kInvalid);
  const EnrollmentRef own{EnrollmentKind::kIndividual, domain::EnrollmentId::trusted("pump-1")};
  EXPECT_TRUE(transfer(own).has_value());
}

TEST_F(Registrations, DeletingNamesTheLostDeviceInTheAudit) {
  ASSERT_TRUE(ask(operator_, domain::DeleteRegistration{kScope, "pump-1", 1}).has_value());
  EXPECT_TRUE(catalog.registrations.empty());
  EXPECT_EQ(catalog.audit.back().detail, R"({"device":{"from":"hub-1/Pump-1","to":""}})");
}

class Devices : public Desk {
 protected:
  Devices() {
    domain::Device device;
    device.hub = domain::HubName::trusted("hub-1");
    device.id = domain::DeviceId::trusted("Pump-1");
    device.scope = domain::ScopeId::trusted(kScope);
    const std::string context = domain::device_key_context(device.hub, device.id);
    domain::SymmetricKeys keys;
    keys.primary = vault.seal(Secret::from_text("first key of it"), context);
    keys.secondary = vault.seal(Secret::from_text("other key of it"), context);
    device.keys = keys;
    catalog.devices.emplace(FakeCatalog::Pair("hub-1", "Pump-1"), device);
  }
};

TEST_F(Devices, AreCaseSensitive) {
  EXPECT_TRUE(ask(viewer, domain::GetDevice{"hub-1", "Pump-1"}).has_value());
  const Error error = refused(ask(viewer, domain::GetDevice{"hub-1", "pump-1"}));
  EXPECT_TRUE(error.mend.starts_with("did you mean 'Pump-1'?")) << error.mend;
}

TEST_F(Devices, ShowTheirKeysToOperatorsAndRememberIt) {
  const auto keys = expect<domain::Keys>(ask(operator_, domain::GetDeviceKeys{"hub-1", "Pump-1"}));
  EXPECT_EQ(keys.primary.text(), "first key of it");
  EXPECT_EQ(catalog.audit.back().action, "device.keys.show");
  EXPECT_EQ(catalog.audit.back().target, "hub-1/Pump-1");
  EXPECT_EQ(refused(ask(viewer, domain::GetDeviceKeys{"hub-1", "Pump-1"})).kind,
            ErrorKind::kForbidden);
}

TEST_F(Devices, OfAnUnknownHubAreNotFound) {
  EXPECT_EQ(refused(ask(viewer, domain::ListDevices{"hub-9", {}})).what, "there is no hub 'hub-9'");
  EXPECT_EQ(refused(ask(viewer, domain::GetDevice{"hub-9", "x"})).what, "there is no hub 'hub-9'");
}

}  // namespace
}  // namespace berth::management::testing
