// Identities as the account of their scope, or a device itself, changes them.
#include "store/conformance/passwords.h"

namespace berth::store::conformance {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class IdentityChanges : public PasswordSuite {
 protected:
  Result<std::uint64_t> put(domain::Device device, std::uint64_t expected_version,
                            bool resets = false) {
    auto write = std::make_unique<hub::IdentityWrite>();
    write->device = std::move(device);
    write->expected_version = expected_version;
    write->resets = resets;
    write->audit = make_audit("device.edit");
    return wait(identities().put(std::move(write)));
  }
  Result<bool> remove(std::string_view id, const domain::HubName& hub = kHub) {
    return wait(identities().remove({hub, device_id(id), make_audit("device.delete")}));
  }
};

TEST_P(IdentityChanges, PrototypeIsMadeWithWhatItReports) {
  domain::Device in = make_prototype("dev-p", "P-1");
  in.permissions.reads = std::vector<std::string>();
  in.first_reported = R"({"a":1})";
  EXPECT_EQ(put(in, 0).value_or(0), 1U);
  const auto found = identity("dev-p");
  ASSERT_TRUE(found);
  EXPECT_FALSE(found->registration);
  EXPECT_EQ(found->device.role, domain::DeviceRole::kPrototype);
  EXPECT_EQ(found->device.serial, "P-1");
  EXPECT_EQ(found->device.permissions, in.permissions);
  const auto twin = wait(device_store().get_twin(kHub, device_id("dev-p")));
  ASSERT_TRUE(twin && *twin);
  EXPECT_EQ((*twin)->reported.document, R"({"a":1})");
}

TEST_P(IdentityChanges, IdAndSerialAreGivenOnce) {
  ASSERT_THAT(put(make_prototype("dev-p", "P-1"), 0), Succeeds());
  EXPECT_THAT(put(make_prototype("dev-p", "P-2"), 0), FailsWith(ErrorKind::kConflict));
  EXPECT_THAT(put(make_prototype("dev-q", "P-1"), 0), FailsWith(ErrorKind::kConflict));
  domain::Device elsewhere = make_prototype("dev-p", "P-2");
  elsewhere.hub = kOtherHub;
  EXPECT_THAT(put(elsewhere, 0), FailsWith(ErrorKind::kConflict));
  // Serials of controllers are others, and so are those of other scopes.
  ASSERT_THAT(commit(make_controller("P-1")), Succeeds());
  ASSERT_THAT(create(management::PutScope{make_scope(kOtherScope)}), Succeeds());
  domain::Device foreign = make_prototype("dev-f", "P-1");
  foreign.scope = kOtherScope;
  EXPECT_THAT(put(foreign, 0), Succeeds());
  EXPECT_THAT(put(make_prototype("dev-x"), 0), Succeeds());
  EXPECT_THAT(put(make_prototype("dev-y"), 0), Succeeds());
  domain::Device nowhere = make_prototype("dev-z");
  nowhere.hub = domain::HubName::trusted("no-hub");
  EXPECT_THAT(put(nowhere, 0), FailsWith(ErrorKind::kNotFound));
}

TEST_P(IdentityChanges, ChangeIsMadeOnTheVersionThatWasRead) {
  ASSERT_THAT(commit(make_thing("s-1")), Succeeds());
  domain::Device device = identity("dev-s-1")->device;
  device.display_name = "Küche";
  device.updated_at = at(999);
  EXPECT_EQ(put(device, device.version).value_or(0), device.version + 1);
  EXPECT_THAT(put(device, device.version), FailsWith(ErrorKind::kConflict));
  const auto found = identity("dev-s-1");
  EXPECT_EQ(found->device.display_name, "Küche");
  EXPECT_EQ(found->device.updated_at, at(999));
  EXPECT_FALSE(found->registration->reset);
  device.id = device_id("dev-gone");
  EXPECT_THAT(put(device, 1), FailsWith(ErrorKind::kNotFound));
}

TEST_P(IdentityChanges, ResetIsWrittenWithTheChangeOrNotAtAll) {
  ASSERT_THAT(commit(make_thing("s-1")), Succeeds());
  domain::Device device = identity("dev-s-1")->device;
  device.password->digest.clear();
  EXPECT_THAT(put(device, device.version + 1, true), FailsWith(ErrorKind::kConflict));
  EXPECT_FALSE(identity("dev-s-1")->registration->reset);
  ASSERT_THAT(put(device, device.version, true), Succeeds());
  EXPECT_TRUE(identity("dev-s-1")->registration->reset);
  EXPECT_TRUE(identity("dev-s-1")->device.password->digest.empty());
  EXPECT_EQ(identity("dev-s-1")->registration->version, 2U);
  // A decision that was made before comes too late.
  auto late = make_thing("s-1");
  late->expected_version = 1;
  EXPECT_THAT(commit(std::move(late)), FailsWith(ErrorKind::kConflict));
}

TEST_P(IdentityChanges, RemovalTakesEverythingButTheLineInTheRoster) {
  ASSERT_THAT(commit(make_thing("s-1")), Succeeds());
  auto controller = make_controller("c-1");
  controller->controls = {kHub, device_id("dev-s-1")};
  ASSERT_THAT(commit(std::move(controller)), Succeeds());
  ASSERT_THAT(publish({make_record(1, "dev-s-1", "a", 1)}), Succeeds());
  leave_traces("dev-s-1");
  const auto removed = remove("dev-s-1");
  ASSERT_THAT(removed, Succeeds());
  EXPECT_TRUE(*removed);
  EXPECT_EQ(traces("dev-s-1"), "");
  EXPECT_THAT(data(of({})), IsEmpty());
  EXPECT_THAT(controlled("dev-c-1"), IsEmpty());
  const provisioning::Dossier found = member_dossier("s-1", kTemplate.key());
  EXPECT_TRUE(found.member);
  EXPECT_FALSE(found.current);
  EXPECT_FALSE(*remove("dev-s-1"));
  EXPECT_FALSE(*remove("dev-c-1", kOtherHub));
  EXPECT_TRUE(identity("dev-c-1"));
  ASSERT_THAT(commit(make_thing("s-1")), Succeeds());  // it may register again
}

TEST_P(IdentityChanges, HubsOfAScopeAreThoseThatAreHandedOutTheWeightiestFirst) {
  domain::HubLink heavy = make_link(kScope, kOtherHub);
  heavy.weight = 9;
  ASSERT_THAT(apply(management::PutHubLink{heavy}, management::MustExist{}), Succeeds());
  const auto third = domain::HubName::trusted("hub-xyz");
  ASSERT_THAT(create(management::PutHub{make_hub(third)}), Succeeds());
  domain::HubLink apart = make_link(kScope, third);
  apart.apply_allocation = false;
  apart.weight = 100;
  ASSERT_THAT(create(management::PutHubLink{apart}), Succeeds());
  EXPECT_THAT(*wait(identities().hubs_of(kScope)), ElementsAre(kOtherHub, kHub));
  EXPECT_THAT(*wait(identities().hubs_of(kOtherScope)), IsEmpty());
}

BERTH_CONFORMANCE(IdentityChanges);

}  // namespace
}  // namespace berth::store::conformance
